// The rules of a survey document: what is refused, where and why; what is accepted; and that no face can be
// told from the screens that follow it.
#include "shared/content.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "survey:\n  id: service\n  questions:\n"
#define FACES "    - { id: overall, type: faces, of: 5 }\n"
#define WHY "    - { id: why, type: choice, options: [ { id: wait }, { id: staff } ] }\n"
// A question of a choice for some faces, with icons of its own.
#define CHOICE(id, faces, more, icons)                                                                       \
    "    - { id: " id ", type: choice, when: { overall: " faces " }" more ", options: [ " icons " ] }\n"
#define ONE_ICON "{ id: a, icon: wait }"
#define ICONS ONE_ICON ", { id: b, icon: staff }"
#define TEN "0123456789"
#define WORDS50 TEN TEN TEN TEN TEN

static bool parse(const char *yaml, struct content *ret, char *why, size_t size)
{
    struct config_error error = {0};
    bool ok = content_parse("f.yaml", yaml, strlen(yaml), ret, &error);
    snprintf(why, size, "%s", error.text);
    return ok;
}

static void what_breaks_a_rule_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *yaml, *where, *says;
    } rows[] = {
        // Rows of the document: file, line, column.
        {HEAD "    - { id: Overall, type: faces }\n", "f.yaml:4:13:", "id"},
        {HEAD "    - { id: a_b, type: faces }\n", "f.yaml:4:13:", "id"},
        {HEAD "    - { id: " TEN TEN TEN "abc, type: faces }\n", "f.yaml:4:13:", "id"},
        {HEAD "    - { id: '', type: faces }\n", "f.yaml:4:13:", "id"},
        {HEAD "    - { type: faces }\n", "f.yaml:4:", "id"},
        {HEAD "    - { id: overall }\n", "f.yaml:4:", "type"},
        {HEAD "    - { id: overall, type: smileys }\n", "f.yaml:4:28:", "faces"},
        {HEAD "    - { id: overall, type: face }\n", "f.yaml:4:28:", "one of these is needed: faces, nps"},
        {HEAD "    - { id: overall, type: faces, of: 3 }\n", "f.yaml:4:39:", "of"},
        {HEAD "    - { id: overall, type: faces, of: 6 }\n", "f.yaml:4:39:", "of"},
        {HEAD "    - { id: overall, type: faces, dimension: 'Much' }\n", "f.yaml:4:46:", "dimension"},
        {HEAD "    - { id: overall, type: faces, titel: { en: x } }\n",
         "f.yaml:4:35:", "did you mean 'title'"},
        {HEAD "    - { id: overall, type: faces, id: twice }\n", "f.yaml:4:35:", "id"},
        {HEAD FACES "    - { id: t, type: number, digits: 13 }\n", "f.yaml:5:38:", "digits"},
        {HEAD FACES "    - { id: t, type: contact, keep_days: 0 }\n", "f.yaml:5:42:", "keep_days"},
        {HEAD FACES "    - { id: t, type: contact, keep_days: 366 }\n", "f.yaml:5:42:", "keep_days"},
        {"survey: { version: 0 }\n", "f.yaml:1:", "version"},
        {"survey: { id: X }\n", "f.yaml:1:", "id"},
        {"survey: [ 1 ]\n", "f.yaml:1:9:", "a mapping"},
        // Rules of a question: where it begins.
        {HEAD "    - { id: words, type: text }\n", "f.yaml:4:7: survey \'service\', question \'words\'",
         "must be faces or nps"},
        {HEAD "    - { id: overall, type: faces, when: { other: 1 } }\n", "f.yaml:4:7: survey",
         "asked always"},
        {HEAD FACES WHY "    - { id: why, type: text }\n", "f.yaml:6:7: survey \'service\', question \'why\'",
         "stands twice"},
        {HEAD FACES "    - { id: t, type: text, several: true }\n", "f.yaml:5:7: survey",
         "'several' belongs to a choice"},
        {HEAD FACES "    - { id: t, type: text, segment: true }\n", "f.yaml:5:7: survey",
         "'segment' belongs to a choice of one"},
        {HEAD FACES
         "    - { id: t, type: choice, several: true, segment: true, options: [ { id: a }, { id: b } ] }\n",
         "f.yaml:5:7: survey", "'segment' belongs to a choice of one"},
        {"survey: { audience: guests }\n", "f.yaml:1:", "customer"},
        {HEAD FACES "    - { id: t, type: faces, dimension: wait, aspect: hope }\n",
         "f.yaml:5:54:", "performance"},
        {HEAD FACES "    - { id: t, type: faces, aspect: expectation }\n", "f.yaml:5:7: survey",
         "'aspect: expectation' needs a dimension"},
        {HEAD FACES "    - { id: t, type: nps, aspect: importance }\n", "f.yaml:5:7: survey",
         "'aspect: importance' needs a dimension"},
        {HEAD FACES "    - { id: t, type: text, dimension: wait, aspect: importance }\n",
         "f.yaml:5:7: survey", "belongs to faces or nps, or to a choice"},
        {HEAD FACES "    - { id: t, type: choice, aspect: expectation, options: [ { id: a }, { id: b } ] }\n",
         "f.yaml:5:7: survey", "'aspect: expectation' belongs to faces or nps"},
        {HEAD FACES "    - { id: t, type: choice, dimension: wait, aspect: importance, options: [ { id: a }, "
                    "{ id: b } ] "
                    "}\n",
         "f.yaml:5:7: survey", "its options name them"},
        {HEAD FACES "    - { id: t, type: text, options: [ { id: a }, { id: b } ] }\n", "f.yaml:5:7: survey",
         "options belong to a choice"},
        {HEAD FACES "    - { id: t, type: choice, options: [ { id: a } ] }\n", "f.yaml:5:7: survey",
         "2 to 8 options, here are 1"},
        {HEAD FACES "    - { id: t, type: choice }\n", "f.yaml:5:7: survey", "2 to 8 options, here are 0"},
        {HEAD FACES
         "    - { id: t, type: choice, options: [ {id: a}, {id: b}, {id: c}, {id: d}, {id: e}, {id: f}, {id: "
         "g}, {id: h}, {id: i} ] }\n",
         "f.yaml:5:7: survey", "2 to 8 options, here are 9"},
        {HEAD FACES "    - { id: t, type: choice, options: [ { id: a }, { id: a } ] }\n",
         "f.yaml:5:7: survey", "option 'a' stands twice"},
        {HEAD "    - { id: overall, type: faces, title: { en.x: What } }\n", "f.yaml:4:7: survey",
         "'en.x' must look like"},
        {HEAD "    - { id: overall, type: faces, title: { en.2-1: What } }\n", "f.yaml:4:7: survey",
         "'en.2-1' must look like"},
        {HEAD "    - { id: overall, type: faces, title: { en.0: What } }\n", "f.yaml:4:7: survey",
         "'en.0' must look like"},
        {HEAD "    - { id: overall, type: faces, hint: { en: '' } }\n", "f.yaml:4:7: survey",
         "'en' must have 1 to 200 bytes"},
        {HEAD FACES "    - { id: t, type: contact, purpose: { en: " WORDS50 WORDS50 WORDS50 WORDS50 "x } }\n",
         "f.yaml:5:7: survey", "purpose: 'en' must have 1 to 200 bytes"},
        {HEAD FACES "    - { id: t, type: choice, options: [ { id: a, text: { en: '' } }, { id: b } ] }\n",
         "f.yaml:5:7: survey", "text: 'en' must have"},
        // Conditions.
        {HEAD FACES "    - { id: t, type: text, when: { nothing: 1 } }\n", "f.yaml:5:7: survey",
         "'nothing' is no earlier question"},
        {HEAD FACES "    - { id: t, type: text, when: { t: 1 } }\n", "f.yaml:5:7: survey",
         "'t' is no earlier question"}, // a cycle
        {HEAD FACES "    - { id: t, type: text, when: { later: 1 } }\n    - { id: later, type: faces }\n",
         "f.yaml:5:7: survey", "'later' is no earlier question"},
        {HEAD FACES "    - { id: t, type: text }\n    - { id: u, type: text, when: { t: yes } }\n",
         "f.yaml:6:7: survey", "answered in free words"},
        {HEAD FACES "    - { id: t, type: number }\n    - { id: u, type: text, when: { t: 1 } }\n",
         "f.yaml:6:7: survey", "answered in free words"},
        {HEAD FACES "    - { id: t, type: text, when: { overall: 1-6 } }\n", "f.yaml:5:7: survey",
         "'1-6' is not an answer of 'overall'"},
        {HEAD FACES "    - { id: t, type: text, when: { overall: 0 } }\n", "f.yaml:5:7: survey",
         "is not an answer"},
        {HEAD FACES "    - { id: t, type: text, when: { overall: '' } }\n", "f.yaml:5:7: survey",
         "is not an answer"},
        {HEAD FACES "    - { id: t, type: text, when: { overall: 2-1 } }\n", "f.yaml:5:7: survey",
         "is not an answer"},
        {HEAD FACES "    - { id: t, type: text, when: { overall: wait } }\n", "f.yaml:5:7: survey",
         "scores such as 1-2"},
        {HEAD FACES WHY "    - { id: t, type: text, when: { why: 1 } }\n", "f.yaml:6:7: survey",
         "ids of its options"},
        {HEAD FACES WHY "    - { id: t, type: text, when: { why: 'wait,,staff' } }\n", "f.yaml:6:7: survey",
         "ids of its options"},
        {HEAD FACES WHY "    - { id: t, type: text, when: { why: wait, overall: 1-5, a: 1, b: 2 } }\n",
         "f.yaml:6:7: survey", "at most 3 conditions"},
        // The same screens for every face.
        {HEAD FACES "    - { id: t, type: text, when: { overall: 1-2 } }\n",
         "f.yaml:4:7: survey \'service\', question \'overall\'", "answers 1 and 3 lead to different screens"},
        {HEAD FACES "    - { id: t, type: text, when: { overall: 3-5 } }\n", "f.yaml:4:7: survey",
         "1 and 3 lead to different"},
        {HEAD FACES "    - { id: t, type: text, when: { overall: 1-2 } }\n    - { id: u, type: number, when: "
                    "{ overall: 3-5 } }\n",
         "f.yaml:4:7: survey", "1 and 3 lead to different"},
        {HEAD FACES "    - { id: t, type: number, digits: 4, when: { overall: 1-4 } }\n"
                    "    - { id: u, type: number, digits: 5, when: { overall: 5 } }\n",
         "f.yaml:4:7: survey", "1 and 5 lead to different"},
        {HEAD FACES "    - { id: t, type: faces, of: 4, when: { overall: 1-4 } }\n    - { id: u, type: "
                    "faces, when: { overall: 5 } }\n",
         "f.yaml:4:7: survey", "1 and 5 lead to different"},
        {HEAD FACES CHOICE("t", "1-2", "", ICONS) CHOICE("u", "3-5", "", ICONS ", { id: c, icon: room }"),
         "f.yaml:4:7: survey", "1 and 3 lead to different"}, // one more tile
        {HEAD FACES CHOICE("t", "1-2", "", ICONS) CHOICE("u", "3-5", "", ONE_ICON ", { id: b, icon: room }"),
         "f.yaml:4:7: survey", "1 and 3 lead to different"}, // another picture
        {HEAD FACES CHOICE("t", "1-2", "", ICONS) CHOICE("u", "3-5", "", "{ id: b, icon: staff }, " ONE_ICON),
         "f.yaml:4:7: survey", "1 and 3 lead to different"}, // another order
        {HEAD FACES CHOICE("t", "1-2", "", "{ id: wait }, { id: staff }")
             CHOICE("u", "3-5", "", "{ id: wait }, { id: room }"),
         "f.yaml:4:7: survey", "1 and 3 lead to different"}, // the id is the picture
        {HEAD FACES CHOICE("t", "1-2", "", ICONS) CHOICE("u", "3-5", ", several: true", ICONS),
         "f.yaml:4:7: survey", "1 and 3 lead to different"},
        // ... the same ones in the other order,
        {HEAD FACES "    - { id: a, type: text, when: { overall: 1-2 } }\n    - { id: b, type: number }\n"
                    "    - { id: c, type: text, when: { overall: 3-5 } }\n",
         "f.yaml:4:7: survey", "1 and 3 lead to different"},
        // ... of a later rating,
        {HEAD FACES "    - { id: n, type: nps }\n    - { id: a, type: text, when: { n: 1-6 } }\n",
         "f.yaml:5:7: survey \'service\', question \'n\'", "1 and 7 lead to different"},
        // ... and where a tile decides after one face and not after another.
        {HEAD FACES CHOICE("t", "1-2", "", ICONS)
             CHOICE("u", "3-5", "", ICONS) "    - { id: x, type: text, when: { t: a } }\n",
         "f.yaml:4:7: survey", "lead to different"},
        {HEAD FACES CHOICE("t", "1-2", "", ICONS)
             CHOICE("u", "3-5", "", ICONS) "    - { id: x, type: text, when: { t: a } }\n    - { id: y, "
                                           "type: text, when: { u: b } }\n",
         "f.yaml:4:7: survey", "lead to different"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct content c;
        char why[500];
        if (parse(rows[i].yaml, &c, why, sizeof why))
            fail_msg("accepted: %s", rows[i].yaml);
        if (strncmp(why, "f.yaml:", 7) != 0 || !strstr(why, rows[i].where) || !strstr(why, rows[i].says))
            fail_msg("%s'%s' lacks '%s' or '%s'", rows[i].yaml, why, rows[i].where, rows[i].says);
    }
}

static void too_many_questions_are_refused(void **state)
{
    char yaml[4000] = HEAD FACES, why[500];
    struct content c;
    (void)state;
    for (int i = 2; i <= SURVEY_QUESTIONS_MAX; i++)
        snprintf(yaml + strlen(yaml), sizeof yaml - strlen(yaml), "    - { id: q%d, type: faces }\n", i);
    assert_true(parse(yaml, &c, why, sizeof why));
    content_finish(&c);
    strcat(yaml, "    - { id: more, type: faces }\n");
    assert_false(parse(yaml, &c, why, sizeof why));
    assert_non_null(strstr(why, "at most 12 questions, here are 13"));
}

static void what_keeps_the_rules_is_accepted(void **state)
{
    static const char *const rows[] = {
        "survey: { question: overall, faces: 4 }\n",
        "volume: 5\n",
        HEAD FACES,
        HEAD "    - { id: loyalty, type: nps }\n",
        HEAD FACES WHY "    - { id: t, type: text, when: { why: 'wait, staff', overall: 1-5 } }\n",
        HEAD FACES CHOICE("t", "1-2", "", ICONS)
            CHOICE("u", "3-5", "", "{ id: c, icon: wait }, { id: d, icon: staff }"),
        HEAD FACES "    - { id: a, type: text, when: { overall: '1,3,5' } }\n    - { id: b, type: text, "
                   "when: { overall: '2,4' } }\n",
        HEAD FACES CHOICE("t", "1-2", "", ICONS)
            CHOICE("u", "3-5", "",
                   ICONS) "    - { id: x, type: text, when: { t: a, overall: 1-2 } }\n    - { id: y, type: "
                          "text, when: { u: a, overall: 3-5 } }\n",
        HEAD FACES "    - { id: c, type: contact, keep_days: 1, purpose: { en.1-2: Sorry, en: For you } }\n",
        HEAD FACES
        "    - { id: t, type: number, digits: 12 }\n    - { id: n, type: nps, dimension: loyalty }\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct content c;
        char why[500];
        if (!parse(rows[i], &c, why, sizeof why))
            fail_msg("%s%s", rows[i], why);
        content_finish(&c);
    }
    glob_t found;
    assert_int_equal(glob("assets/surveys/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct content c;
        struct config_error error;
        if (!content_load(found.gl_pathv[i], &c, &error))
            fail_msg("%s", error.text);
        content_finish(&c);
    }
    globfree(&found);
}

static void what_a_question_says_arrives(void **state)
{
    static const char yaml[] = HEAD
        "    - { id: overall, type: faces, of: 4, dimension: overall }\n"
        "    - { id: queue, type: nps, dimension: waiting, aspect: expectation, when: { overall: 1-4 } }\n"
        "    - { id: ticket, type: number }\n"
        "    - { id: reach, type: contact }\n"
        "    - { id: later, type: contact, keep_days: 7 }\n";
    struct content c;
    struct survey s;
    char why[500];
    (void)state;
    assert_true(parse(yaml, &c, why, sizeof why));
    assert_true(content_check(&c, &s, why, sizeof why));
    assert_int_equal(s.count, 5);
    assert_string_equal(s.question[0].dimension.s, "overall");
    assert_int_equal(s.question[0].of, 4);
    assert_string_equal(s.question[1].dimension.s, "waiting");
    assert_int_equal(s.question[0].aspect, SURVEY_PERFORMANCE);
    assert_int_equal(s.question[1].aspect, SURVEY_EXPECTATION);
    assert_int_equal(s.question[1].of, 11);
    assert_int_equal(s.question[1].clause[0].mask, 0xf);
    assert_string_equal(s.question[2].dimension.s, "");
    assert_int_equal(s.question[2].digits, 6);
    assert_int_equal(s.question[3].keep_days, 65);
    assert_int_equal(s.question[4].keep_days, 7);
    assert_false(content_can_seal(&c, why, sizeof why)); // only the aggregator's key is missing
    assert_non_null(strstr(why, "question 'reach'"));
    content_finish(&c);
}

static void words_follow_language_and_face(void **state)
{
    static const char yaml[] = HEAD "    - { id: q, type: faces, title: { en: plain, en.1: worst, en.4-5: "
                                    "best, eng: other, id.2: dua } }\n";
    struct content c;
    struct survey s;
    char why[500];
    (void)state;
    assert_true(parse(yaml, &c, why, sizeof why));
    assert_true(content_check(&c, &s, why, sizeof why));
    const struct config_pairs *words = s.question[0].title;
    assert_string_equal(survey_words(words, "en", 0), "plain");
    assert_string_equal(survey_words(words, "en", 1), "worst");
    assert_string_equal(survey_words(words, "en", 3), "plain");
    assert_string_equal(survey_words(words, "en", 5), "best");
    assert_string_equal(survey_words(words, "eng", 5), "other");
    assert_string_equal(survey_words(words, "id", 2), "dua");
    assert_null(survey_words(words, "id", 3));
    assert_null(survey_words(words, "fr", 1));
    content_finish(&c);
}

// ---------------------------------------------------------------- whatever is accepted keeps the secret

static uint32_t draw(uint32_t *seed, uint32_t n)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (*seed >> 8) % n;
}

// A survey at random, out of few kinds and pictures, so that many are accepted.
static void invent(uint32_t *seed, char *ret, size_t size)
{
    static const char *const kinds[] = {"text", "faces, of: 4", "choice, options: [ " ICONS " ]",
                                        "choice, options: [ " ICONS ", { id: c } ]", "number"};
    static const char *const spans[] = {"1-2", "3-4", "1", "2-4", "1-4", "1-4"};
    int count = 2 + (int)draw(seed, 5), kind[8] = {1}, again = 0;
    snprintf(ret, size, HEAD "    - { id: q0, type: faces, of: 4 }\n");
    for (int i = 1; i <= count; i++) {
        // Pairs of the same kind that share the faces between them are what a branch looks like.
        bool pair = draw(seed, 2) == 0;
        kind[i] = pair && i > 1 ? kind[i - 1] : (int)draw(seed, 5);
        again = pair ? again ^ 1 : (int)draw(seed, 5);
        snprintf(ret + strlen(ret), size - strlen(ret), "    - { id: q%d, type: %s", i, kinds[kind[i]]);
        int on = (int)draw(seed, (uint32_t)i);
        if (draw(seed, 4) > 0 && (kind[on] == 1 || kind[on] == 2))
            snprintf(ret + strlen(ret), size - strlen(ret), ", when: { q%d: %s }", on,
                     kind[on] == 1        ? spans[again]
                     : draw(seed, 2) == 0 ? "a"
                                          : "b");
        snprintf(ret + strlen(ret), size - strlen(ret), " }\n");
    }
}

// What the people behind see of a visit that answers by place: place i with given[i].
static void watch(const struct survey *s, const unsigned *given, char *ret, size_t size, int *kinds)
{
    struct survey_trail trail = {{0}};
    int place = 0;
    ret[0] = '\0';
    for (int q = survey_next(s, -1, &trail); q < s->count; q = survey_next(s, q, &trail), place++) {
        const struct survey_question *a = &s->question[q];
        snprintf(ret + strlen(ret), size - strlen(ret), "%s of %d, %d digits, %d:", survey_type_name(a->type),
                 a->of, a->digits, a->several);
        for (int o = 0; o < a->option_count; o++)
            snprintf(ret + strlen(ret), size - strlen(ret), " %s", a->option[o].icon.s);
        strncat(ret, "; ", size - strlen(ret) - 1);
        kinds[place] = (int)a->type;
        trail.given[q] = a->of > 0             ? 1U << given[place] % (unsigned)a->of
                         : a->option_count > 0 ? 1U << given[place] % (unsigned)a->option_count
                                               : 0;
    }
    kinds[place] = -1;
}

static void no_accepted_survey_gives_a_face_away(void **state)
{
    int accepted = 0, branched = 0;
    (void)state;
    for (uint32_t n = 1; n <= 6000; n++) {
        char yaml[3000], why[500], seen[1500], other[1500];
        uint32_t seed = n;
        struct content c;
        struct survey s;
        invent(&seed, yaml, sizeof yaml);
        if (!parse(yaml, &c, why, sizeof why))
            continue;
        assert_true(content_check(&c, &s, why, sizeof why));
        accepted++;
        bool conditions = false;
        for (int i = 1; i < s.count; i++)
            conditions |= s.question[i].clause_count > 0 && s.question[i].clause[0].mask != 0xf;
        branched += conditions;
        for (int visit = 0; visit < 12; visit++) {
            unsigned given[SURVEY_QUESTIONS_MAX + 1];
            int kinds[SURVEY_QUESTIONS_MAX + 1], unused[SURVEY_QUESTIONS_MAX + 1];
            for (int i = 0; i <= SURVEY_QUESTIONS_MAX; i++)
                given[i] = draw(&seed, 60);
            watch(&s, given, seen, sizeof seen, kinds);
            for (int place = 0; kinds[place] >= 0; place++) {
                if (kinds[place] != SURVEY_FACES)
                    continue;
                unsigned was = given[place];
                for (unsigned face = 0; face < 4; face++) { // only this rating is another
                    given[place] = face;
                    watch(&s, given, other, sizeof other, unused);
                    if (strcmp(seen, other) != 0)
                        fail_msg("%splace %d, face %u: '%s' against '%s'", yaml, place, face + 1, seen,
                                 other);
                }
                given[place] = was;
            }
        }
        content_finish(&c);
    }
    assert_true(accepted > 500);
    assert_true(branched > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_breaks_a_rule_is_refused_with_its_place),
        cmocka_unit_test(too_many_questions_are_refused),
        cmocka_unit_test(what_keeps_the_rules_is_accepted),
        cmocka_unit_test(what_a_question_says_arrives),
        cmocka_unit_test(words_follow_language_and_face),
        cmocka_unit_test(no_accepted_survey_gives_a_face_away),
    };
    return cmocka_run_group_tests_name("survey", tests, NULL, NULL);
}
