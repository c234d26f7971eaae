#include "shared/survey.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[] = {"faces", "nps", "choice", "text", "contact", "number", NULL};

static const char *const audience_names[] = {"customer", "staff", NULL};
static const char *const aspect_names[] = {"performance", "expectation", "importance", NULL};

const char *survey_type_name(enum survey_type t)
{
    return type_names[t];
}

const char *survey_aspect_name(enum survey_aspect a)
{
    return aspect_names[a];
}

// ---------------------------------------------------------------- rows
#define OPTION(field) offsetof(struct survey_file_option, field)
#define QUESTION(field) offsetof(struct survey_file_question, field)
#define FILE_AT(field) offsetof(struct survey_file, field)

static const struct config_row option_rows[] = {
    {.name = "id", .type = CONFIG_IDENT, .offset = OPTION(id), .required = true, .help = "as on the wire"},
    {.name = "icon",
     .type = CONFIG_IDENT,
     .offset = OPTION(icon),
     .help = "picture of assets/icons; absent: the option's id"},
    {.name = "text",
     .type = CONFIG_MAP,
     .offset = OPTION(words),
     .help = "language: words; 'en.1-2: ...' for the two worst faces only"},
    {0},
};

static const struct config_row question_rows[] = {
    {.name = "id", .type = CONFIG_IDENT, .offset = QUESTION(id), .required = true, .help = "as on the wire"},
    {.name = "type",
     .type = CONFIG_ENUM,
     .offset = QUESTION(type),
     .required = true,
     .choices = type_names,
     .help = "the kind of screen"},
    {.name = "dimension",
     .type = CONFIG_IDENT,
     .offset = QUESTION(dimension),
     .help = "what it measures: overall, waiting, staff, accuracy, ease (customer effort), place ..."},
    {.name = "aspect",
     .type = CONFIG_ENUM,
     .offset = QUESTION(aspect),
     .fallback = "performance",
     .choices = aspect_names,
     .help = "of the dimension: how it was, how it ought to be, or how much it matters; a choice of what "
             "matters has a "
             "dimension's name as id of each option"},
    {.name = "segment",
     .type = CONFIG_BOOL,
     .offset = QUESTION(segment),
     .fallback = "false",
     .help = "choice of one: the service that was used; figures are told by it too"},
    {.name = "of",
     .type = CONFIG_INT,
     .offset = QUESTION(of),
     .fallback = "5",
     .min = SURVEY_FACES_MIN,
     .max = SURVEY_FACES_MAX,
     .help = "faces: how many"},
    {.name = "several",
     .type = CONFIG_BOOL,
     .offset = QUESTION(several),
     .fallback = "false",
     .help = "choice: more than one option may be picked"},
    {.name = "digits",
     .type = CONFIG_INT,
     .offset = QUESTION(digits),
     .fallback = "6",
     .min = 1,
     .max = SURVEY_DIGITS_MAX,
     .help = "number: at most so many"},
    {.name = "title",
     .type = CONFIG_MAP,
     .offset = QUESTION(title),
     .help = "language: the question in words"},
    {.name = "hint", .type = CONFIG_MAP, .offset = QUESTION(hint), .help = "language: the line below it"},
    {.name = "purpose",
     .type = CONFIG_MAP,
     .offset = QUESTION(purpose),
     .help = "contact, language: what it is used for; '%d' stands for keep_days"},
    {.name = "keep_days",
     .type = CONFIG_INT,
     .offset = QUESTION(keep_days),
     .fallback = "65",
     .min = 1,
     .max = SURVEY_KEEP_DAYS_MAX,
     .help = "contact: deleted so long after it was given"},
    {.name = "options",
     .type = CONFIG_LIST,
     .offset = QUESTION(options),
     .rows = option_rows,
     .item_bytes = sizeof(struct survey_file_option),
     .help = "choice: 2 to 8 tiles"},
    {.name = "when",
     .type = CONFIG_MAP,
     .offset = QUESTION(when),
     .help = "asked only after these answers: 'overall: 1-2', 'why: wait,staff'"},
    {0},
};

const struct config_row survey_rows[] = {
    {.name = "id", .type = CONFIG_IDENT, .offset = FILE_AT(id), .fallback = "default", .help = "survey"},
    {.name = "version",
     .type = CONFIG_INT,
     .offset = FILE_AT(version),
     .fallback = "1",
     .min = 1,
     .max = 1000000,
     .help = "its version: a change of meaning gets a new one"},
    {.name = "audience",
     .type = CONFIG_ENUM,
     .offset = FILE_AT(audience),
     .fallback = "customer",
     .choices = audience_names,
     .help = "who is asked; figures are told by it too"},
    {.name = "question",
     .type = CONFIG_IDENT,
     .offset = FILE_AT(question),
     .fallback = "overall",
     .help = "without questions: id of the only one"},
    {.name = "faces",
     .type = CONFIG_INT,
     .offset = FILE_AT(faces),
     .fallback = "5",
     .min = SURVEY_FACES_MIN,
     .max = SURVEY_FACES_MAX,
     .help = "without questions: how many faces"},
    {.name = "questions",
     .type = CONFIG_LIST,
     .offset = FILE_AT(questions),
     .rows = question_rows,
     .item_bytes = sizeof(struct survey_file_question),
     .line_offset = QUESTION(line) + 1,
     .column_offset = QUESTION(column) + 1,
     .help = "what is asked, in this order; absent: one question of faces"},
    {0},
};

// ---------------------------------------------------------------- words
static const struct config_pairs no_words;

// Reads "N" or "N-M". False when it is neither.
static bool read_range(const char *text, const char *end, int *ret_from, int *ret_to)
{
    char *stop;
    if (text >= end || *text < '0' || *text > '9')
        return false;
    long from = strtol(text, &stop, 10), to = from;
    if (stop < end && *stop == '-' && stop[1] >= '0' && stop[1] <= '9')
        to = strtol(stop + 1, &stop, 10);
    if (stop != end || from < 1 || to < from || to > SURVEY_NPS_LEVELS)
        return false;
    *ret_from = (int)from;
    *ret_to = (int)to;
    return true;
}

const char *survey_words(const struct config_pairs *words, const char *lang, int score)
{
    const char *plain = NULL;
    size_t n = strlen(lang);
    for (size_t i = 0; i < words->count; i++) {
        const char *key = words->items[i].key;
        int from, to;
        if (strncmp(key, lang, n) != 0)
            continue;
        if (key[n] == '\0')
            plain = words->items[i].value;
        else if (key[n] == '.' && score > 0 && read_range(key + n + 1, key + strlen(key), &from, &to) &&
                 score >= from && score <= to)
            return words->items[i].value;
    }
    return plain;
}

// ---------------------------------------------------------------- checks
struct maker {
    const struct survey_file *file;
    struct survey *s;
    struct survey_error *error;
};

__attribute__((format(printf, 3, 4))) static bool
wrong(const struct maker *m, const struct survey_file_question *q, const char *format, ...)
{
    char *text = m->error->text;
    size_t size = sizeof m->error->text;
    int n = q ? snprintf(text, size, "survey '%s', question '%s'", m->file->id.s, q->id.s)
              : snprintf(text, size, "survey '%s'", m->file->id.s);
    m->error->line = q ? q->line : 0;
    m->error->column = q ? q->column : 0;
    n += snprintf(text + n, size - (size_t)n, ": ");
    va_list args;
    va_start(args, format);
    vsnprintf(text + n, size - (size_t)n, format, args);
    va_end(args);
    return false;
}

static bool good_words(const struct maker *m, const struct survey_file_question *q, const char *what,
                       const struct config_pairs *words)
{
    for (size_t i = 0; i < words->count; i++) {
        const char *key = words->items[i].key, *dot = strchr(key, '.');
        size_t n = strlen(words->items[i].value);
        int from, to;
        if (dot && !read_range(dot + 1, key + strlen(key), &from, &to))
            return wrong(m, q, "%s: '%.20s' must look like 'en', 'en.1' or 'en.1-2'", what, key);
        if (n == 0 || n > SURVEY_WORDS_MAX)
            return wrong(m, q, "%s: '%.20s' must have 1 to %d bytes", what, key, SURVEY_WORDS_MAX);
    }
    return true;
}

static int find_question(const struct survey *s, const char *id)
{
    for (int i = 0; i < s->count; i++)
        if (strcmp(s->question[i].id.s, id) == 0)
            return i;
    return -1;
}

static int find_option(const struct survey_question *q, const char *id)
{
    for (int i = 0; i < q->option_count; i++)
        if (strcmp(q->option[i].id.s, id) == 0)
            return i;
    return -1;
}

static bool is_rating(enum survey_type t)
{
    return t == SURVEY_FACES || t == SURVEY_NPS;
}

// Reads the values of a condition, "1-2" or "wait,staff", into a mask.
static bool read_values(const struct survey_question *q, const char *text, unsigned *ret_mask)
{
    unsigned mask = 0;
    while (*text) {
        size_t n = strcspn(text, ",");
        char one[IDENT_MAX + 1];
        int from, to;
        text += strspn(text, " ");
        n = strcspn(text, ",");
        size_t bare = n;
        while (bare > 0 && text[bare - 1] == ' ')
            bare--;
        if (bare == 0 || bare >= sizeof one)
            return false;
        memcpy(one, text, bare);
        one[bare] = '\0';
        if (is_rating(q->type)) {
            if (!read_range(one, one + bare, &from, &to) || to > q->of)
                return false;
            for (int score = from; score <= to; score++)
                mask |= 1U << (score - 1);
        } else {
            int option = find_option(q, one);
            if (option < 0)
                return false;
            mask |= 1U << option;
        }
        text += n;
        text += *text == ',';
    }
    *ret_mask = mask;
    return mask != 0;
}

static bool read_clauses(const struct maker *m, const struct survey_file_question *f,
                         struct survey_question *q)
{
    if (f->when.count > SURVEY_CLAUSES_MAX)
        return wrong(m, f, "when: at most %d conditions", SURVEY_CLAUSES_MAX);
    for (size_t i = 0; i < f->when.count; i++) {
        struct survey_clause *c = &q->clause[q->clause_count++];
        c->question = find_question(m->s, f->when.items[i].key); // only earlier ones are there yet
        if (c->question < 0)
            return wrong(m, f, "when: '%.32s' is no earlier question", f->when.items[i].key);
        const struct survey_question *of = &m->s->question[c->question];
        if (!is_rating(of->type) && of->type != SURVEY_CHOICE)
            return wrong(m, f, "when: '%s' is answered in free words, nothing can follow from it", of->id.s);
        if (!read_values(of, f->when.items[i].value, &c->mask))
            return wrong(m, f, "when: '%.60s' is not an answer of '%s': give %s", f->when.items[i].value,
                         of->id.s, is_rating(of->type) ? "scores such as 1-2" : "ids of its options");
    }
    return true;
}

static bool read_options(const struct maker *m, const struct survey_file_question *f,
                         struct survey_question *q)
{
    if (q->type != SURVEY_CHOICE)
        return f->options.count == 0 || wrong(m, f, "options belong to a choice");
    if (f->options.count < 2 || f->options.count > SURVEY_OPTIONS_MAX)
        return wrong(m, f, "a choice has 2 to %d options, here are %zu", SURVEY_OPTIONS_MAX,
                     f->options.count);
    const struct survey_file_option *o = f->options.items;
    for (size_t i = 0; i < f->options.count; i++) {
        if (find_option(q, o[i].id.s) >= 0)
            return wrong(m, f, "option '%s' stands twice", o[i].id.s);
        if (!good_words(m, f, "text", &o[i].words))
            return false;
        q->option[q->option_count++] =
            (struct survey_option){o[i].id, o[i].icon.s[0] ? o[i].icon : o[i].id, &o[i].words};
    }
    return true;
}

static bool good_aspect(const struct maker *m, const struct survey_file_question *f, enum survey_type type)
{
    if (f->aspect == SURVEY_IMPORTANCE && type == SURVEY_CHOICE)
        return f->dimension.s[0] == '\0' ||
               wrong(m, f, "a choice of what matters has no dimension: its options name them");
    if (f->aspect != SURVEY_PERFORMANCE && !is_rating(type))
        return wrong(m, f, "'aspect: %s' belongs to faces or nps%s", aspect_names[f->aspect],
                     f->aspect == SURVEY_IMPORTANCE ? ", or to a choice" : "");
    return f->aspect == SURVEY_PERFORMANCE || f->dimension.s[0] != '\0' ||
           wrong(m, f, "'aspect: %s' needs a dimension", aspect_names[f->aspect]);
}

static bool read_question(const struct maker *m, const struct survey_file_question *f)
{
    struct survey *s = m->s;
    struct survey_question q = {.id = f->id,
                                .dimension = f->dimension,
                                .type = (enum survey_type)f->type,
                                .aspect = (enum survey_aspect)f->aspect,
                                .several = f->several,
                                .digits = (int)f->digits,
                                .keep_days = (int)f->keep_days,
                                .title = &f->title,
                                .hint = &f->hint,
                                .purpose = &f->purpose};
    if (find_question(s, f->id.s) >= 0)
        return wrong(m, f, "the id stands twice");
    if (s->count == 0 && (!is_rating(q.type) || f->when.count > 0))
        return wrong(m, f, "the first question must be faces or nps, and asked always");
    if (f->several && q.type != SURVEY_CHOICE)
        return wrong(m, f, "'several' belongs to a choice");
    if (f->segment && (q.type != SURVEY_CHOICE || f->several))
        return wrong(m, f, "'segment' belongs to a choice of one");
    q.of = q.type == SURVEY_FACES ? (int)f->of : q.type == SURVEY_NPS ? SURVEY_NPS_LEVELS : 0;
    if (!good_words(m, f, "title", q.title) || !good_words(m, f, "hint", q.hint) ||
        !good_words(m, f, "purpose", q.purpose) || !read_options(m, f, &q) || !read_clauses(m, f, &q) ||
        !good_aspect(m, f, q.type))
        return false;
    s->question[s->count++] = q;
    return true;
}

// ---------------------------------------------------------------- the same screens for every face
// What a stranger behind the customer could see of a question: all but its words.
static bool looks_alike(const struct survey_question *a, const struct survey_question *b)
{
    if (a->type != b->type || a->of != b->of || a->several != b->several || a->digits != b->digits ||
        a->option_count != b->option_count)
        return false;
    for (int i = 0; i < a->option_count; i++)
        if (strcmp(a->option[i].icon.s, b->option[i].icon.s) != 0)
            return false;
    return true;
}

// Of a branch: the questions that rating `of` = `score` leaves, in order.
static int branch(const struct survey *s, int of, int score, int ret[SURVEY_QUESTIONS_MAX])
{
    int n = 0;
    for (int i = of + 1; i < s->count; i++) {
        bool asked = true;
        for (int k = 0; k < s->question[i].clause_count; k++) {
            const struct survey_clause *c = &s->question[i].clause[k];
            asked &= c->question != of || (c->mask >> (score - 1) & 1) != 0;
        }
        if (asked)
            ret[n++] = i;
    }
    return n;
}

static int place_in(const int *list, int n, int question)
{
    for (int i = 0; i < n; i++)
        if (list[i] == question)
            return i;
    return -1;
}

// The conditions that do not look at rating `of` must be the same ones: on the same earlier question, or on
// the one that stands at the same place of its branch, with the same answers.
static bool asked_alike(const struct survey *s, int of, const int *a, int an, const int *b, int bn, int place)
{
    const struct survey_question *qa = &s->question[a[place]], *qb = &s->question[b[place]];
    int others[2] = {0, 0};
    for (int k = 0; k < qa->clause_count; k++) {
        const struct survey_clause *c = &qa->clause[k];
        if (c->question == of)
            continue;
        others[0]++;
        bool found = false;
        for (int j = 0; j < qb->clause_count; j++) {
            const struct survey_clause *d = &qb->clause[j];
            int pa = place_in(a, an, c->question), pb = place_in(b, bn, d->question);
            found |= d->question != of && c->mask == d->mask && pa == pb &&
                     (pa >= 0 || c->question == d->question);
        }
        if (!found)
            return false;
    }
    for (int j = 0; j < qb->clause_count; j++)
        others[1] += qb->clause[j].question != of;
    return others[0] == others[1];
}

static bool same_for_every_face(const struct maker *m)
{
    const struct survey *s = m->s;
    const struct survey_file_question *file = m->file->questions.items; // NULL: the short form
    for (int of = 0; of < s->count; of++) {
        if (!is_rating(s->question[of].type))
            continue;
        int first[SURVEY_QUESTIONS_MAX], other[SURVEY_QUESTIONS_MAX], n = branch(s, of, 1, first);
        for (int score = 2; score <= s->question[of].of; score++) {
            int count = branch(s, of, score, other);
            bool same = count == n;
            for (int i = 0; same && i < n; i++)
                same = looks_alike(&s->question[first[i]], &s->question[other[i]]) &&
                       asked_alike(s, of, first, n, other, count, i);
            if (!same)
                return wrong(m, file ? &file[of] : NULL,
                             "after '%s' answers 1 and %d lead to different screens: staff could tell them "
                             "apart; only words may differ",
                             s->question[of].id.s, score);
        }
    }
    return true;
}

// ---------------------------------------------------------------- entry points
bool survey_make(const struct survey_file *file, struct survey *ret_s, struct survey_error *ret_error)
{
    struct survey s = {.id = file->id, .version = (int)file->version};
    struct maker m = {file, &s, ret_error};
    const struct survey_file_question *q = file->questions.items;
    if (file->questions.count > SURVEY_QUESTIONS_MAX)
        return wrong(&m, NULL, "at most %d questions, here are %zu", SURVEY_QUESTIONS_MAX,
                     file->questions.count);
    for (size_t i = 0; i < file->questions.count; i++)
        if (!read_question(&m, &q[i]))
            return false;
    if (s.count == 0)
        s.question[s.count++] = (struct survey_question){.id = file->question,
                                                         .type = SURVEY_FACES,
                                                         .of = (int)file->faces,
                                                         .title = &no_words,
                                                         .hint = &no_words,
                                                         .purpose = &no_words};
    if (!same_for_every_face(&m))
        return false;
    *ret_s = s;
    return true;
}

int survey_next(const struct survey *s, int after, const struct survey_trail *trail)
{
    for (int i = after + 1; i < s->count; i++) {
        const struct survey_question *q = &s->question[i];
        bool asked = true;
        for (int k = 0; k < q->clause_count; k++)
            asked &= (trail->given[q->clause[k].question] & q->clause[k].mask) != 0;
        if (asked)
            return i;
    }
    return s->count;
}
