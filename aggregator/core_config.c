// core: the configuration document of each registered kiosk, published retained (PROTOCOL.md, config), and
// the contents that are pushed into it: a kiosk's own, else that of its place, else of the places above. What is told of
// alerts at its branch comes after the messages of the content.
#include "aggregator/core_impl.h"

#include "aggregator/document.h"
#include "aggregator/store_content.h"
#include "shared/content.h"
#include "shared/digest.h"
#include "shared/log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_MAX = 1024 }; // what a document holds besides survey and content: ids and a name of 80 bytes

// ---------------------------------------------------------------- what is in force

struct contents {
    struct content_in_force {
        int32_t place, kiosk; // the one that it is not for: 0
        int version;
        json_t *body; // owned
    } * items;        // owned
    size_t count, room;
};

static bool take_content(void *ctx, const struct store_content *row)
{
    struct contents *all = ctx;
    if (all->count == all->room) {
        size_t room = all->room == 0 ? 16 : all->room * 2;
        struct content_in_force *grown = realloc(all->items, room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        all->items = grown;
        all->room = room;
    }
    json_t *body = json_loads(row->body, 0, NULL);
    if (body != NULL) {
        all->items[all->count++] = (struct content_in_force){row->place, row->kiosk, row->version, body};
    }
    return body != NULL;
}

static void contents_finish(struct contents *all)
{
    for (size_t i = 0; i < all->count; i++) {
        json_decref(all->items[i].body);
    }
    free(all->items);
}

static struct content_in_force *find_content(const struct contents *all, int32_t place, int32_t kiosk)
{
    for (size_t i = 0; i < all->count; i++) {
        if (all->items[i].place == place && all->items[i].kiosk == kiosk) {
            return &all->items[i];
        }
    }
    return NULL;
}

// The nearest one, whole: no document is put together from two. NULL: none.
static json_t *content_of(const struct core *c, const struct contents *all, const struct org_kiosk *k)
{
    const struct content_in_force *found = find_content(all, 0, k->number);
    for (int32_t place = k->place; found == NULL && place != 0; place = c->org.places[place].parent) {
        found = find_content(all, place, 0);
    }
    return found != NULL ? found->body : NULL;
}

// What kiosks tell of alerts, by branch.
struct tellings {
    struct telling {
        int32_t place;
        json_t *message; // owned
    } * items;           // owned
    size_t count;
};

static bool take_telling(void *ctx, const struct store_telling *t)
{
    struct tellings *all = ctx;
    struct telling *grown = realloc(all->items, (all->count + 1) * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    all->items = grown;
    grown[all->count++] = (struct telling){t->place, json_pack("{s:o,s:o}", "said", json_loads(t->said, 0, NULL), "did",
                                                               json_loads(t->did, 0, NULL))};
    return grown[all->count - 1].message != NULL;
}

static void tellings_finish(struct tellings *all)
{
    for (size_t i = 0; i < all->count; i++) {
        json_decref(all->items[i].message);
    }
    free(all->items);
}

static bool first_survey(void *ctx, const struct store_survey *s)
{
    json_t **survey = ctx;
    if (*survey == NULL) {
        *survey = json_loads(s->body, 0, NULL);
        json_object_set_new(*survey, "id", json_string(s->id.s));
        json_object_set_new(*survey, "version", json_integer(s->version));
    }
    return true;
}

// ---------------------------------------------------------------- publishing

static bool asks_contact(const json_t *content)
{
    const json_t *questions = json_object_get(json_object_get(content, "survey"), "questions");
    for (size_t i = 0; i < json_array_size(questions); i++) {
        const char *type = json_string_value(json_object_get(json_array_get(questions, i), "type"));
        if (type != NULL && strcmp(type, "contact") == 0) {
            return true;
        }
    }
    return false;
}

// What asks for contact data and names no key gets ours.
static void add_key(const struct core *c, json_t *content)
{
    const char *own = json_string_value(json_object_get(content, "contact_key"));
    if ((own == NULL || own[0] == '\0') && asks_contact(content)) {
        json_object_set_new(content, "contact_key", json_string(c->contact_key));
    }
}

static void add_tellings(const struct tellings *all, int32_t branch, json_t *content)
{
    json_t *messages = json_copy(json_object_get(content, "messages"));
    messages = json_is_array(messages) ? messages : json_array();
    for (size_t i = 0; i < all->count && json_array_size(messages) < CONTENT_MESSAGES_MAX; i++) {
        if (all->items[i].place == branch) {
            json_array_append(messages, all->items[i].message);
        }
    }
    if (json_array_size(messages) > 0) {
        json_object_set(content, "messages", messages);
    }
    json_decref(messages);
}

// malloc'd; tellings NULL: none.
static char *document_of(const struct core *c, const struct org_kiosk *k, json_t *survey, json_t *content,
                         const struct tellings *tellings)
{
    const struct org_place *place = &c->org.places[k->place];
    int32_t branch = place->branch != 0 ? place->branch : place->number;
    json_t *o = json_object();
    json_object_set_new(o, "kiosk", json_string(k->id.s));
    json_object_set_new(o, "name", json_string(k->name));
    json_object_set_new(o, "branch", json_string(c->org.places[branch].id.s));
    json_object_set_new(o, "place", json_string(branch == place->number ? "" : place->id.s));
    json_object_set(o, "survey", survey != NULL ? survey : json_null());
    if (content != NULL) {
        json_t *whole = json_copy(content);
        add_key(c, whole);
        if (tellings != NULL) {
            add_tellings(tellings, branch, whole);
        }
        json_object_set_new(o, "content", whole);
    }
    char *document = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    return document;
}

// The document wrapped with its hash; malloc'd, NULL when memory ran out or it is too large.
static char *payload_of(const struct core *c, const struct org_kiosk *k, json_t *survey, json_t *content,
                        const struct tellings *tellings, char *ret_hash, size_t *ret_n)
{
    char *document = document_of(c, k, survey, content, tellings), *payload = NULL;
    if (document != NULL && strlen(document) > PROTOCOL_DOC_MAX) { // the content was measured without what is told
        free(document);
        document = document_of(c, k, survey, content, NULL);
    }
    size_t n = document != NULL ? strlen(document) : 0;
    if (n > PROTOCOL_DOC_MAX) { // the survey has grown since the content was pushed
        log_event(LOG_ERROR, "document_too_large", "kiosk=%s bytes=%zu most=%d", k->id.s, n,
                  PROTOCOL_DOC_MAX);
    } else if (n > 0) {
        digest_hex(document, n, ret_hash);
        payload = config_encode(ret_hash, document, ret_n);
    }
    free(document);
    return payload;
}

static void publish_one(struct core *c, struct org_kiosk *k, json_t *survey, json_t *content,
                        const struct tellings *tellings)
{
    char topic[PROTOCOL_TOPIC_MAX], hash[DIGEST_HEX + 1] = "-", *payload = NULL;
    size_t n = 0;
    if (k->place != 0) {
        payload = payload_of(c, k, survey, content, tellings, hash, &n);
        if (payload == NULL) {
            return; // what it has stands
        }
    }
    topic_kiosk(k->id.s, TOPIC_CONFIG, topic);
    if (strcmp(k->document, hash) != 0 && link_publish(c->link, topic, payload, n, 1, true)) {
        memcpy(k->document, hash, sizeof k->document);
    }
    free(payload);
    if (!core_writes(c) || !store_kiosk_published(c->store, k->number, content != NULL ? hash : "")) {
        core_fail(c);
    }
}

void core_publish_configs(struct core *c, bool all)
{
    json_t *survey = NULL;
    struct contents contents = {.items = NULL};
    struct tellings tellings = {.items = NULL};
    if (!store_each_survey(c->store, first_survey, &survey) ||
        !store_each_content(c->store, take_content, &contents) ||
        !store_each_telling(c->store, c->now, take_telling, &tellings)) {
        core_fail(c);
    }
    for (int32_t i = 1; i <= c->org.kiosk_count && !c->failed; i++) {
        struct org_kiosk *k = &c->org.kiosks[i];
        if (k->number == 0 || !k->known) {
            continue;
        }
        if (all) {
            k->document[0] = '\0';
        }
        publish_one(c, k, survey, k->place != 0 ? content_of(c, &contents, k) : NULL, &tellings);
    }
    tellings_finish(&tellings);
    contents_finish(&contents);
    json_decref(survey);
}

// ---------------------------------------------------------------- push and clear

struct target {
    int32_t place, kiosk;
    const char *kind;
};

static bool find_target(struct core *c, const struct command *cmd, struct target *ret_t)
{
    const struct org_kiosk *k = cmd->for_kiosk ? org_kiosk(&c->org, cmd->alert) : NULL;
    const struct org_place *p = cmd->for_kiosk ? NULL : org_place(&c->org, cmd->alert);
    if (p == NULL && (k == NULL || !k->known)) {
        return false;
    }
    *ret_t = (struct target){p != NULL ? p->number : 0, k != NULL ? k->number : 0,
                             k != NULL ? "content of kiosk" : "content of place"};
    return true;
}

// How large a content may be, beside the survey that every document holds.
static bool room_of(struct core *c, size_t *ret_room)
{
    json_t *survey = NULL;
    bool ok = store_each_survey(c->store, first_survey, &survey);
    char *text = json_dumps(survey, JSON_COMPACT);
    size_t taken = FRAME_MAX + (text != NULL ? strlen(text) : 0);
    free(text);
    json_decref(survey);
    *ret_room = taken < PROTOCOL_DOC_MAX ? PROTOCOL_DOC_MAX - taken : 0;
    return ok;
}

// The content as JSON if a kiosk would take it; else NULL and why.
static char *read_content(struct core *c, const char *yaml, char *why, size_t n)
{
    struct content content;
    struct config_error error;
    size_t room = 0;
    if (!content_parse("content", yaml, strlen(yaml), &content, &error)) {
        snprintf(why, n, "%s", error.text);
        return NULL;
    }
    content_finish(&content);
    if (!room_of(c, &room)) {
        core_fail(c);
        return NULL;
    }
    char *body = document_json("content", yaml, strlen(yaml), room, why, n);
    // Kiosks read the JSON, not the YAML: it must say the same.
    if (body != NULL && !content_parse("content as JSON", body, strlen(body), &content, &error)) {
        snprintf(why, n, "%s", error.text);
        free(body);
        return NULL;
    }
    if (body != NULL) {
        content_finish(&content);
    }
    return body;
}

struct held { // what is in force for one place or kiosk
    int32_t place, kiosk;
    const char *body; // a new one; NULL: there is none
    bool same;        // it says the same
    int version;      // 0: nothing is
};

static bool look_held(void *ctx, const struct store_content *row)
{
    struct held *h = ctx;
    if (row->place == h->place && row->kiosk == h->kiosk) {
        h->version = row->version;
        h->same = h->body != NULL && strcmp(row->body, h->body) == 0;
    }
    return true;
}

static enum command_result reply(struct command *cmd, enum command_result result, const char *text)
{
    cmd->reply = strdup(text);
    return result;
}

enum command_result core_put_content(struct core *c, int32_t place, int32_t kiosk, const char *yaml, const char *who,
                                     char *ret_text, size_t n)
{
    const char *id = kiosk != 0 ? c->org.kiosks[kiosk].id.s : c->org.places[place].id.s;
    char before[40] = "";
    char *body = read_content(c, yaml, ret_text, n);
    if (body == NULL) {
        return c->failed ? COMMAND_UNAVAILABLE : COMMAND_BAD;
    }
    struct held held = {place, kiosk, body, false, 0};
    struct store_content row = {.place = place, .kiosk = kiosk, .yaml = yaml, .body = body};
    bool ok = store_each_content(c->store, look_held, &held);
    if (ok && held.same) {
        free(body);
        snprintf(ret_text, n, "no change: version %d is the same", held.version);
        return COMMAND_DONE;
    }
    ok = ok && store_put_content(c->store, &row, who, c->now);
    snprintf(ret_text, n, "version %d, %zu bytes", row.version, strlen(body));
    snprintf(before, sizeof before, "version %d", row.version - 1);
    free(body);
    if (!ok || !store_config_change(c->store, c->now, who, kiosk != 0 ? "content of kiosk" : "content of place", id,
                                    row.version > 1 ? before : NULL, ret_text)) {
        core_fail(c);
        return COMMAND_UNAVAILABLE;
    }
    log_event(LOG_INFO, "content_pushed", "%s=%s version=%d", kiosk != 0 ? "kiosk" : "place", id, row.version);
    core_publish_configs(c, false); // a turn that fails after this is repeated, with all of them, under a new run
    return COMMAND_DONE;
}

// Is what is in force what they have seen? DONE: yes.
static enum command_result seen(struct core *c, struct command *cmd, const struct target *t)
{
    struct held held = {.place = t->place, .kiosk = t->kiosk};
    char why[100];
    if (!store_each_content(c->store, look_held, &held)) {
        core_fail(c);
        return COMMAND_UNAVAILABLE;
    }
    if (cmd->amount == CONTENT_ANY || cmd->amount == held.version) {
        return COMMAND_DONE;
    }
    snprintf(why, sizeof why, "Version %d is in force by now. Look at it, then save again.", held.version);
    return reply(cmd, COMMAND_NOT_NOW, why);
}

enum command_result core_push_content(struct core *c, struct command *cmd)
{
    struct target t;
    char text[700] = "";
    if (!find_target(c, cmd, &t)) {
        return COMMAND_UNKNOWN;
    }
    enum command_result result = seen(c, cmd, &t);
    if (result != COMMAND_DONE) {
        return result;
    }
    if (cmd->kind == COMMAND_CONTENT_PUSH) {
        result = core_put_content(c, t.place, t.kiosk, cmd->yaml, cmd->who, text, sizeof text);
        strcat(text, result == COMMAND_DONE ? "\n" : "");
        return reply(cmd, result, text);
    }
    char *body = read_content(c, cmd->yaml, text, sizeof text);
    if (body == NULL) {
        return c->failed ? COMMAND_UNAVAILABLE : reply(cmd, COMMAND_BAD, text);
    }
    snprintf(text, sizeof text, "%zu bytes", strlen(body));
    free(body);
    return cmd->kind == COMMAND_CONTENT_PLAN ? core_plan_content(c, cmd, t.place, t.kiosk)
                                             : reply(cmd, COMMAND_DONE, text);
}

enum command_result core_clear_content(struct core *c, struct command *cmd)
{
    struct target t;
    int version;
    char before[40];
    if (!find_target(c, cmd, &t)) {
        return COMMAND_UNKNOWN;
    }
    enum command_result result = seen(c, cmd, &t);
    if (result != COMMAND_DONE) {
        return result;
    }
    if (!store_end_content(c->store, t.place, t.kiosk, cmd->who, c->now, &version)) {
        core_fail(c);
        return COMMAND_UNAVAILABLE;
    }
    if (version == 0) {
        return reply(cmd, COMMAND_DONE, "no change: it has no content of its own\n");
    }
    snprintf(before, sizeof before, "version %d", version);
    if (!store_config_change(c->store, c->now, cmd->who, t.kind, cmd->alert, before, NULL)) {
        core_fail(c);
        return COMMAND_UNAVAILABLE;
    }
    log_event(LOG_INFO, "content_cleared", "%s=%s version=%d", t.kiosk != 0 ? "kiosk" : "place", cmd->alert,
              version);
    core_publish_configs(c, false);
    return reply(cmd, COMMAND_DONE, "cleared; what stands above it counts now\n");
}
