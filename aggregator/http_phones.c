// http: the survey on the customer's own phone. Whoever has the token of a poster reads what the place asks and answers it,
// without a login and without a cookie. What was answered is thanked after its COMMIT. No address is kept: the limits below
// know a hash of it, in memory.
#include "aggregator/contact.h"
#include "aggregator/http_impl.h"
#include "aggregator/store_phone.h"
#include "aggregator/views_phone.h"
#include "shared/seal.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// All who stand in a branch may come from one address (its own network), so that the limit of one is wide: more than its
// customers do, and too little to move a figure unseen.
enum {
    ADDRESS_BURST = 60, // answers of one address to one token at once
    ADDRESS_EVERY_MS = 5000,
    TOKEN_BURST = 120, // of all addresses
    TOKEN_EVERY_MS = 1000,
    AGAIN_MIN = 15, // the page asks the same person again after so long
    CONTACT_LINE_MAX = 320, // bytes of a name, and of a number or address; sealed, both fit PROTOCOL_TEXT_MAX
};

static void answer_unknown(struct http_answer *r)
{
    answer_problem(r, 404, "This code is no longer in use",
                   "It was taken back: ask for the new one on the spot.", "");
}

// The survey of the path's token; finish its content. False: answered.
static bool survey_of(struct api_call *c, struct phone_survey *ret_p)
{
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_phone(v, c->id, ret_p) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (e == VIEWS_OK) {
        return true;
    }
    content_finish(&ret_p->content);
    if (e == VIEWS_NOT_FOUND) {
        answer_unknown(c->r);
    } else {
        (void)answer_views(c->r, e, "");
    }
    return false;
}

// ---------------------------------------------------------------- what is asked

static json_t *words_json(const struct config_pairs *words)
{
    json_t *o = json_object();
    for (size_t i = 0; i < words->count; i++) {
        json_object_set_new(o, words->items[i].key, json_string(words->items[i].value));
    }
    return o;
}

static json_t *question_json(const struct survey *s, const struct survey_question *q)
{
    json_t *options = json_array(), *when = json_array();
    for (int i = 0; i < q->option_count; i++) {
        json_array_append_new(options, json_pack("{s:s,s:o}", "id", q->option[i].id.s, "words",
                                                 words_json(q->option[i].words)));
    }
    for (int i = 0; i < q->clause_count; i++) {
        json_array_append_new(when,
                              json_pack("{s:s,s:I}", "question", s->question[q->clause[i].question].id.s,
                                        "mask", (json_int_t)q->clause[i].mask));
    }
    return json_pack("{s:s,s:s,s:i,s:b,s:i,s:o,s:o,s:o,s:o,s:o,s:i}", "id", q->id.s, "type",
                     survey_type_name(q->type), "of", q->of, "several", q->several, "digits", q->digits,
                     "options", options, "title", words_json(q->title), "hint", words_json(q->hint), "when",
                     when, "purpose", words_json(q->purpose), "keepDays", q->keep_days);
}

static json_t *survey_json(const struct phone_survey *p)
{
    json_t *questions = json_array(), *languages = json_array();
    for (int i = 0; i < p->survey.count; i++) {
        json_array_append_new(questions, question_json(&p->survey, &p->survey.question[i]));
    }
    for (int i = 0; i < content_language_count(&p->content); i++) {
        json_array_append_new(languages, json_string(content_language_code(&p->content, i)));
    }
    return json_pack("{s:{s:s,s:s},s:o,s:s,s:o,s:o,s:o,s:i}", "place", "id", p->place, "name", p->name,
                     "languages", languages, "language",
                     p->content.language[0] != '\0' ? p->content.language
                                                    : content_language_code(&p->content, 0),
                     "questions", questions, "texts", words_json(&p->content.texts), "promise",
                     words_json(&p->content.promise), "againMinutes", AGAIN_MIN);
}

void api_phone_survey(struct api_call *c)
{
    struct phone_survey p;
    if (survey_of(c, &p)) {
        json_t *o = survey_json(&p);
        char *text = json_dumps(o, JSON_COMPACT);
        if (text != NULL) {
            answer_tagged(c, text);
        } else {
            (void)answer_views(c->r, VIEWS_FAILED, "");
        }
        json_decref(o);
        content_finish(&p.content);
    }
}

// The page is the same for every token, also for one that has ended: it says so.
void api_phone_page(struct api_call *c)
{
    struct http_request q = *c->q;
    q.path = "/phone.html";
    if (!static_get(&q, c->r)) {
        answer_problem(c->r, 404, "No such page", "", "");
    }
}

// ---------------------------------------------------------------- what is answered

static const struct survey_question *question_of(const struct survey *s, const char *id, int *ret_i)
{
    for (int i = 0; id != NULL && i < s->count; i++) {
        if (strcmp(s->question[i].id.s, id) == 0) {
            *ret_i = i;
            return &s->question[i];
        }
    }
    return NULL;
}

static int option_of(const struct survey_question *q, const json_t *id)
{
    int i = json_is_string(id) ? 0 : q->option_count;
    while (i < q->option_count && strcmp(q->option[i].id.s, json_string_value(id)) != 0) {
        i++;
    }
    return i < q->option_count ? i : -1;
}

// A line of what is left to be called back.
static bool is_line(const json_t *text, size_t least)
{
    const char *s = json_string_value(text);
    size_t n = json_string_length(text);
    bool ok = s != NULL && n >= least && n <= CONTACT_LINE_MAX;
    for (size_t i = 0; ok && i < n; i++) {
        ok = (unsigned char)s[i] >= ' ' && s[i] != '\x7f';
    }
    return ok;
}

// {name, reach} as a kiosk seals it, with the key that its document would have: from here on nobody reads it without
// contact.key. NULL, or what is wrong with it.
static const char *seal_contact(struct api_call *c, const char *key, const json_t *a, const struct survey_question *q,
                                json_t **ret_e)
{
    const json_t *name = json_object_get(a, "name"), *reach = json_object_get(a, "reach");
    char text[PROTOCOL_TEXT_MAX + 1], own[CONTACT_KEY_TEXT] = "", why[700];
    if (!is_line(name, 0) || !is_line(reach, 1)) {
        return "A contact is a name, which may be empty, and a number or address, each a line of up to 320 bytes";
    }
    if (key[0] == '\0' && contact_key_public(c->a->o.settings->data, false, own, why, sizeof why)) {
        key = own;
    }
    snprintf(text, sizeof text, "%s\n%s", json_string_value(name), json_string_value(reach));
    *ret_e = seal_text(key, text, sizeof text)
                 ? json_pack("{s:s,s:s,s:i}", "type", "contact", "text", text, "keep", q->keep_days)
                 : NULL;
    return *ret_e != NULL ? NULL : "Contact data cannot be sealed on this server now: nothing of it was kept";
}

// Checks one answer against its question and adds it to the events, of which rules of kiosks decide the rest. NULL, or what is
// wrong with it.
static const char *read_answer(struct api_call *c, const struct phone_survey *p, const json_t *a,
                               struct survey_trail *t, json_t *events)
{
    const struct survey *s = &p->survey;
    const char *wrong;
    int at;
    const struct survey_question *q = question_of(s, json_string_value(json_object_get(a, "question")), &at);
    json_int_t score = json_integer_value(json_object_get(a, "score"));
    json_t *options = json_object_get(a, "options"), *text = json_object_get(a, "text"), *option;
    json_t *e = NULL;
    size_t i;
    if (q == NULL) {
        return "It answers a question that is not asked here";
    }
    if (t->given[at] != 0) {
        return "A question is answered twice";
    }
    for (int k = 0; k < q->clause_count; k++) {
        if ((t->given[q->clause[k].question] & q->clause[k].mask) == 0) {
            return "It answers a question that does not follow from the answers before";
        }
    }
    switch (q->type) {
    case SURVEY_FACES:
    case SURVEY_NPS:
        if (score < 1 || score > q->of) {
            return "A score is 1 to the number of its levels";
        }
        t->given[at] = 1U << (score - 1);
        e = json_pack("{s:s,s:I,s:i}", "type", q->type == SURVEY_FACES ? "rating" : "number", "score", score,
                      "of", q->of);
        break;
    case SURVEY_CHOICE:
        json_array_foreach(options, i, option)
        {
            int n = option_of(q, option);
            if (n < 0 || (t->given[at] >> n & 1) != 0) {
                return "An option is not among those of its question, or is named twice";
            }
            t->given[at] |= 1U << n;
        }
        if (t->given[at] == 0 || (!q->several && json_array_size(options) > 1)) {
            return "A choice names one option, or some where its question takes several";
        }
        e = json_pack("{s:s,s:O}", "type", "choice", "options", options);
        break;
    case SURVEY_CONTACT:
        wrong = seal_contact(c, p->content.contact_key, a, q, &e);
        if (wrong != NULL) {
            return wrong;
        }
        t->given[at] = 1;
        break;
    default:
        if (!json_is_string(text) || json_string_length(text) == 0 ||
            json_string_length(text) > PROTOCOL_TEXT_MAX ||
            strlen(json_string_value(text)) != json_string_length(text)) {
            return "A text has 1 to 1,000 bytes";
        }
        if (q->type == SURVEY_NUMBER &&
            (strspn(json_string_value(text), "0123456789") != json_string_length(text) ||
             json_string_length(text) > (size_t)q->digits)) {
            return "A number has digits only, and no more than are asked for";
        }
        t->given[at] = 1;
        e = json_pack("{s:s,s:O}", "type", "text", "text", text);
    }
    json_object_set_new(e, "question", json_string(q->id.s));
    json_object_set_new(e, "seq", json_integer((json_int_t)json_array_size(events) + 1));
    json_object_set_new(e, "visit", json_integer(1));
    json_object_set_new(e, "at", json_integer(clock_wall_ms()));
    return json_array_append_new(events, e) == 0 ? NULL : "Out of memory";
}

// The body {visit, lang, answers} as an events message; NULL: answered.
static char *read_visit(struct api_call *c, const struct phone_survey *p, uint8_t *ret_visit)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL), *answer,
           *events = json_array();
    const json_t *answers = json_object_get(o, "answers");
    const char *visit = json_string_value(json_object_get(o, "visit")),
               *lang = json_string_value(json_object_get(o, "lang"));
    const char *wrong = NULL, *field = "answers";
    struct survey_trail trail = {{0}};
    char *text = NULL;
    size_t i;
    if (!json_is_object(o)) {
        wrong = "The body is not a JSON object";
        field = "";
    } else if (visit == NULL || !ident_unhex(visit, PHONE_VISIT_BYTES, ret_visit)) {
        wrong = "A visit is 32 hex digits, drawn at random";
        field = "visit";
    } else if (lang == NULL || content_language_index(&p->content, lang) < 0) {
        wrong = "The language is not one of the survey";
        field = "lang";
    } else if (json_array_size(answers) == 0 || json_array_size(answers) > SURVEY_QUESTIONS_MAX) {
        wrong = "There is no answer, or there are more than questions";
    }
    json_array_foreach(answers, i, answer)
    {
        wrong = wrong != NULL ? wrong : read_answer(c, p, answer, &trail, events);
    }
    if (wrong == NULL && trail.given[0] == 0) {
        wrong = "The first question must be answered";
    }
    if (wrong == NULL) {
        static const char no_epoch[EPOCH_HEX + 1] = "00000000000000000000000000000000"; // the core gives keys
        json_t *m =
            json_pack("{s:i,s:s,s:I,s:s,s:i,s:s,s:s,s:s,s:O}", "v", PROTOCOL_VERSION, "epoch", no_epoch,
                      "sent", (json_int_t)clock_wall_ms(), "survey", p->survey.id.s, "version",
                      p->survey.version, "lang", lang, "by", "web", "clock", "synced", "events", events);
        text = json_dumps(m, JSON_COMPACT);
        json_decref(m);
    }
    json_decref(events);
    json_decref(o);
    if (text == NULL) {
        answer_problem(c->r, wrong != NULL ? 422 : 503, wrong != NULL ? wrong : "Out of memory", "",
                       wrong != NULL ? field : "");
    }
    return text;
}

static bool may_answer(struct api_call *c)
{
    char who[IDENT_MAX + sizeof c->q->address + 2];
    int64_t wait = 0;
    mono_ms now = clock_mono_ms();
    snprintf(who, sizeof who, "%s %s", c->id, c->q->address);
    if (limiter_take(&c->a->phones, who, ADDRESS_BURST, ADDRESS_EVERY_MS, now, &wait) &&
        limiter_take(&c->a->phones, c->id, TOKEN_BURST, TOKEN_EVERY_MS, now, &wait)) {
        return true;
    }
    answer_problem(c->r, 429, "Too many answers at once", "Wait a little, then send it again.", "");
    c->r->retry_after_s = (int)((wait + 999) / 1000);
    return false;
}

void api_phone_answer(struct api_call *c)
{
    struct phone_survey p;
    struct command *cmd = calloc(1, sizeof *cmd);
    if (cmd == NULL || !survey_of(c, &p)) {
        if (cmd == NULL) {
            answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
        }
        free(cmd);
        return;
    }
    char *message = may_answer(c) ? read_visit(c, &p, cmd->token) : NULL;
    content_finish(&p.content);
    if (message != NULL) {
        cmd->kind = COMMAND_PHONE_ANSWER;
        cmd->yaml = message;
        snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
        enum command_result result = api_ask(c->a, cmd);
        if (result == COMMAND_UNKNOWN) {
            answer_unknown(c->r);
        } else if (result == COMMAND_NOT_NOW) { // it holds: what is not stored is not thanked
            answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
        } else {
            answer_command(c->r, result, cmd->reply);
        }
    }
    free(message);
    free(cmd->reply);
    free(cmd);
}

// ---------------------------------------------------------------- by people with a login

void api_phones(struct api_call *c)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e =
        v != NULL ? views_phones(v, &c->u, c->a->o.settings->http.public_url, &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "")) {
        answer_json(c->r, text);
    }
}

// Reads {place}. False: answered.
static bool read_place(struct api_call *c, struct command *cmd)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const char *place = json_string_value(json_object_get(o, "place"));
    bool ok = place != NULL && ident_valid(place);
    if (ok) {
        snprintf(cmd->alert, sizeof cmd->alert, "%s", place);
        struct views *v = api_views(c->a);
        enum views_error e = v != NULL ? views_may_see_place(v, &c->u, place) : VIEWS_FAILED;
        api_views_back(c->a, v);
        if (e == VIEWS_FAILED) {
            (void)answer_views(c->r, e, "");
            json_decref(o);
            return false;
        }
        ok = e == VIEWS_OK;
    }
    if (!ok) {
        answer_problem(c->r, 422, "No such place", "It does not exist, or you may not see it.", "place");
    }
    json_decref(o);
    return ok;
}

void api_make_phone(struct api_call *c)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    char hex[PHONE_TOKEN_HEX + 1];
    if (cmd == NULL || !read_place(c, cmd)) {
        if (cmd == NULL) {
            answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
        }
        free(cmd);
        return;
    }
    password_random(cmd->token, PHONE_TOKEN_BYTES);
    ident_hex(cmd->token, PHONE_TOKEN_BYTES, hex);
    cmd->kind = COMMAND_PHONE_OPEN;
    snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name);
    enum command_result result = api_ask(c->a, cmd);
    if (result == COMMAND_DONE && cmd->reply != NULL) {
        json_t *o =
            json_pack("{s:I,s:s+}", "id", (json_int_t)strtoll(cmd->reply, NULL, 10), "path", PHONE_PATH, hex);
        answer_json(c->r, json_dumps(o, JSON_COMPACT));
        c->r->status = c->r->body != NULL ? 201 : c->r->status;
        json_decref(o);
    } else if (result == COMMAND_NOT_NOW) {
        answer_problem(c->r, 409, "The place has a code in force",
                       "Take it back first: posters with it will not work any more.", "place");
    } else {
        answer_command(c->r, result, cmd->reply);
    }
    free(cmd->reply);
    free(cmd);
}

void api_end_phone(struct api_call *c)
{
    struct command cmd = {.kind = COMMAND_PHONE_END};
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_may_end_phone(v, &c->u, strtoll(c->id, NULL, 10)) : VIEWS_FAILED;
    api_views_back(c->a, v);
    snprintf(cmd.who, sizeof cmd.who, "%s", c->u.name);
    snprintf(cmd.alert, sizeof cmd.alert, "%s", c->id);
    enum command_result result = e == VIEWS_OK          ? api_ask(c->a, &cmd)
                                 : e == VIEWS_NOT_FOUND ? COMMAND_UNKNOWN
                                                        : COMMAND_UNAVAILABLE;
    if (result == COMMAND_UNKNOWN) {
        answer_problem(c->r, 404, "No such code", "It has ended, or you may not see its place.", "");
    } else {
        answer_command(c->r, result, NULL);
    }
    free(cmd.reply);
}
