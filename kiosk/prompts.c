#include "kiosk/prompts.h"

#include "shared/hash.h"

#include <stdio.h>
#include <string.h>

// Blocks borrow whole texts: the first line begins where the text does.
static int add(const struct text_block *b, const char **ret, int count)
{
    if (b->count > 0 && count < PROMPTS_MAX)
        ret[count++] = b->line[0].text;
    return count;
}

int prompts_screen(const struct stage *s, const char *ret[PROMPTS_MAX])
{
    const struct layout *l = &s->layout;
    int count = add(&l->title, ret, 0);
    count = add(&l->scene, ret, count);
    return add(&l->more, ret, count);
}

int prompts_focus(const struct stage *s, const char *ret[PROMPTS_MAX])
{
    const struct layout *l = &s->layout;
    int target = s->app.focus;
    for (int i = 0; i < l->card_count; i++)
        if (l->card[i].target == target)
            return add(&l->card[i].label, ret, 0);
    for (int i = 0; i < l->button_count; i++)
        if (l->button[i].target == target)
            return add(&l->button[i].label, ret, 0);
    for (int i = 0; i < l->key_count; i++)
        if (l->key[i].target == target)
            return add(&l->key[i].label, ret, 0);
    if (target >= TARGET_LANG && target - TARGET_LANG < l->pill_count)
        return add(&l->pill[target - TARGET_LANG].label, ret, 0);
    return 0;
}

void prompts_name(const char *lang, const char *text, char ret_name[PROMPT_NAME_BYTES])
{
    uint64_t h = hash_bytes(HASH_START, text, strlen(text));
    snprintf(ret_name, PROMPT_NAME_BYTES, "%.8s/%016llx.wav", lang, (unsigned long long)h);
}

static void each_pair(const struct config_pairs *words, const char *lang, prompts_each_fn *each, void *ctx)
{
    for (int score = 0; score <= SURVEY_NPS_LEVELS; score++) {
        const char *text = survey_words(words, lang, score);
        if (text)
            each(ctx, lang, text);
    }
}

static void each_scene(const struct show *s, int lang, const char *code, prompts_each_fn *each, void *ctx)
{
    struct show_scene scene;
    int scenes = 1 + (int)s->content.messages.count + (s->content.promise.count > 0);
    for (int i = 1; i <= scenes; i++) {
        if (show_scene(s, lang, i, 0, &scene)) {
            each(ctx, code, scene.label);
            each(ctx, code, scene.text);
        }
    }
}

void prompts_each(const struct show *s, prompts_each_fn *each, void *ctx)
{
    for (int lang = 0; lang < content_language_count(&s->content); lang++) {
        const char *code = content_language_code(&s->content, lang);
        for (int t = TEXT_QUESTION; t < TEXTS_STAFF; t++)
            if (!text_placeholder((enum text)t)[0])
                each(ctx, code, s->texts[lang].of[t]);
        for (int i = 0; i < content_language_count(&s->content); i++)
            each(ctx, code, s->texts[i].of[TEXT_LANGUAGE]);
        for (int q = 0; q < s->survey.count; q++) {
            const struct survey_question *question = &s->survey.question[q];
            each_pair(question->title, code, each, ctx);
            each_pair(question->hint, code, each, ctx);
            each_pair(question->purpose, code, each, ctx);
            for (int o = 0; o < question->option_count; o++)
                each_pair(question->option[o].words, code, each, ctx);
        }
        static const char *const figures[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"};
        for (int i = 0; i < SURVEY_NPS_LEVELS; i++)
            each(ctx, code, figures[i]);
        each_scene(s, lang, code, each, ctx);
    }
}
