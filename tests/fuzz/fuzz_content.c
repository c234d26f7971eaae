// What anybody may push: a document of survey, words and hours. Whatever is taken must say the same as JSON,
// and can be walked.
#include "aggregator/document.h"
#include "shared/content.h"
#include "shared/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

// A visit that gives the first answer everywhere.
static void walk(const struct survey *s)
{
    struct survey_trail trail = {{0}};
    int last = -1;
    for (int q = survey_next(s, -1, &trail); q < s->count; q = survey_next(s, q, &trail)) {
        need(q > last, "questions come in order");
        last = q;
        trail.given[q] = 1;
        survey_words(s->question[q].title, "en", 1);
        survey_words(s->question[q].purpose, "id", 0);
        for (int o = 0; o < s->question[q].option_count; o++)
            survey_words(s->question[q].option[o].words, "en", 5);
    }
    need(last >= 0, "something is asked");
}

static void same_survey(const struct survey *a, const struct survey *b)
{
    need(strcmp(a->id.s, b->id.s) == 0 && a->version == b->version && a->count == b->count,
         "the same survey as JSON");
    for (int i = 0; i < a->count; i++) {
        const struct survey_question *p = &a->question[i], *q = &b->question[i];
        need(strcmp(p->id.s, q->id.s) == 0 && p->type == q->type && p->of == q->of &&
                 p->keep_days == q->keep_days && p->option_count == q->option_count &&
                 p->clause_count == q->clause_count && strcmp(p->dimension.s, q->dimension.s) == 0,
             "the same question as JSON");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct content c, again;
    struct survey s, t;
    struct config_error error;
    char why[300] = "", *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    char *json = document_json("f", text, size, PROTOCOL_DOC_MAX, why, sizeof why);
    if (content_parse("f", text, size, &c, &error)) {
        need(content_check(&c, &s, why, sizeof why), "what was taken is good");
        walk(&s);
        content_can_seal(&c, why, sizeof why);
        for (int i = 0; i < content_language_count(&c); i++)
            need(content_language_index(&c, content_language_code(&c, i)) == i, "languages are found");
        if (json && content_parse("f", json, strlen(json), &again, &error)) {
            need(content_check(&again, &t, why, sizeof why), "what was taken as JSON is good");
            same_survey(&s, &t);
            content_finish(&again);
        }
        content_finish(&c);
    } else {
        need(error.text[0] != '\0', "a refusal has a reason");
    }
    free(json);
    free(text);
    return 0;
}
