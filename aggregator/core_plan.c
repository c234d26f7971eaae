// core: contents for a time to come, and what kiosks tell of alerts between customers, which has an end. Both change
// what kiosks show by the clock alone: also one that was due while nothing ran.
#include "aggregator/core_impl.h"

#include "aggregator/document.h"
#include "aggregator/store_content.h"
#include "aggregator/store_people.h"
#include "shared/content.h"
#include "shared/log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TOLD_MAX = 3, // at a branch: what is told must come round while somebody walks by
    NUMBER_TEXT = 24,
    WORDS_MAX = 8192, // bytes of one message in all languages
};

static bool look_ahead(struct core *c)
{
    return store_next_content(c->store, c->now, &c->plan_at) || core_fail(c);
}

// The place or kiosk may be gone by now.
static bool still_there(const struct core *c, const struct store_plan *p)
{
    return p->kiosk != 0 ? p->kiosk <= c->org.kiosk_count && c->org.kiosks[p->kiosk].known
                         : p->place <= c->org.place_count && c->org.places[p->place].number != 0;
}

static void take_effect(struct core *c, const struct store_plan *p)
{
    char text[700] = "It does not exist any more.";
    bool found;
    enum command_result result =
        still_there(c, p) ? core_put_content(c, p->place, p->kiosk, p->yaml, p->who, text, sizeof text)
                          : COMMAND_BAD;
    if (result == COMMAND_BAD) {
        log_event(LOG_ERROR, "content_plan_refused", "plan=%lld why=%Q", (long long)p->id, text);
    }
    if (result == COMMAND_UNAVAILABLE ||
        !store_end_plan(c->store, p->id, c->now, p->who, result == COMMAND_DONE ? "done" : text, &found) ||
        (result == COMMAND_DONE &&
         !store_audit(c->store, c->now, p->who, "content-push",
                      p->kiosk != 0 ? c->org.kiosks[p->kiosk].id.s : c->org.places[p->place].id.s,
                      p->kiosk != 0 ? "kiosk, as planned" : "place, as planned"))) {
        core_fail(c);
    }
}

void core_tick_plans(struct core *c)
{
    struct store_plan p;
    bool found = true, first = c->plan_at == 0; // at the start: the connect publishes all
    if (c->now < c->plan_at || guard_holds(&c->guard) || !core_writes(c)) {
        return;
    }
    while (found && !c->failed) {
        if (!store_due_plan(c->store, c->now, &p, &found)) {
            core_fail(c);
        } else if (found) {
            take_effect(c, &p);
            free(p.yaml);
        }
    }
    if (!c->failed && look_ahead(c) && !first) {
        core_publish_configs(c, false); // without what is over
    }
}

enum command_result core_plan_content(struct core *c, struct command *cmd, int32_t place, int32_t kiosk)
{
    struct store_plan p = {
        .place = place, .kiosk = kiosk, .at = cmd->expires, .yaml = (char *)(uintptr_t)cmd->yaml};
    char number[NUMBER_TEXT];
    int64_t id;
    snprintf(p.who, sizeof p.who, "%s", cmd->who);
    if (!store_put_plan(c->store, &p, c->now, &id) || !look_ahead(c)) {
        return COMMAND_UNAVAILABLE;
    }
    snprintf(number, sizeof number, "%lld", (long long)id);
    cmd->reply = strdup(number);
    return COMMAND_DONE;
}

enum command_result core_withdraw_content(struct core *c, struct command *cmd)
{
    bool found;
    if (!store_end_plan(c->store, strtoll(cmd->alert, NULL, 10), c->now, cmd->who, "withdrawn", &found) ||
        !look_ahead(c)) {
        return COMMAND_UNAVAILABLE;
    }
    return found ? COMMAND_DONE : COMMAND_UNKNOWN;
}

// ---------------------------------------------------------------- told of alerts

struct counted {
    int32_t place;
    int n;
};

static bool count(void *ctx, const struct store_telling *t)
{
    struct counted *k = ctx;
    k->n += t->place == k->place;
    return true;
}

// A kiosk must take the words, or it would refuse all of its document. As JSON, malloc'd; else NULL and why.
static char *read_words(const char *json, const char *part, char *why, size_t n)
{
    struct content content;
    struct config_error error;
    json_t *o = json_loads(json, 0, NULL);
    json_t *message = json_pack("{s:[{s:O}]}", "messages", part, json_object_get(o, part));
    char *whole = message != NULL ? json_dumps(message, JSON_COMPACT) : NULL, *words = NULL;
    char *same = whole != NULL ? document_json(part, whole, strlen(whole), WORDS_MAX, why, n) : NULL;
    if (same != NULL && content_parse(part, same, strlen(same), &content, &error)) {
        content_finish(&content);
        json_t *read = json_loads(same, 0, NULL); // as kiosks read it
        words = json_dumps(json_object_get(json_array_get(json_object_get(read, "messages"), 0), part),
                           JSON_COMPACT);
        json_decref(read);
    } else if (same != NULL) {
        snprintf(why, n, "%s", error.text);
    }
    free(same);
    free(whole);
    json_decref(message);
    json_decref(o);
    return words;
}

enum command_result core_tell(struct core *c, struct command *cmd)
{
    struct store_case a;
    bool found;
    int64_t id;
    char number[NUMBER_TEXT];
    if (!store_case(c->store, cmd->alert, &a, &found)) {
        return COMMAND_UNAVAILABLE;
    }
    if (!found) {
        return COMMAND_UNKNOWN;
    }
    int32_t branch = c->org.places[a.place].branch;
    struct counted told = {branch, 0};
    if (branch == 0) {
        cmd->reply = strdup("The alert is of no branch: it has no kiosks to tell it.");
        return COMMAND_BAD;
    }
    if (!store_each_telling(c->store, c->now, count, &told)) {
        return COMMAND_UNAVAILABLE;
    }
    if (told.n >= TOLD_MAX) {
        cmd->reply = strdup("Three are told at this branch already. Take one back first.");
        return COMMAND_NOT_NOW;
    }
    char why[700] = "";
    char *said = read_words(cmd->yaml, "said", why, sizeof why);
    char *did = said != NULL ? read_words(cmd->yaml, "did", why, sizeof why) : NULL;
    bool good = said != NULL && did != NULL;
    struct store_telling t = {.place = branch, .from = c->now, .to = cmd->expires, .said = said, .did = did};
    bool ok = good && store_put_telling(c->store, &t, cmd->alert, cmd->who, &id) && look_ahead(c);
    free(said);
    free(did);
    if (!good) {
        cmd->reply = strdup(why);
        return COMMAND_BAD;
    }
    if (!ok) {
        return COMMAND_UNAVAILABLE;
    }
    core_publish_configs(c, false);
    snprintf(number, sizeof number, "%lld", (long long)id);
    cmd->reply = strdup(number);
    return COMMAND_DONE;
}

enum command_result core_end_tell(struct core *c, struct command *cmd)
{
    bool found;
    if (!store_end_telling(c->store, strtoll(cmd->alert, NULL, 10), c->now, cmd->who, &found) ||
        !look_ahead(c)) {
        return COMMAND_UNAVAILABLE;
    }
    if (found) {
        core_publish_configs(c, false);
    }
    return found ? COMMAND_DONE : COMMAND_UNKNOWN;
}
