// views: the organisation as head office runs it: the things of the configuration's document that one may see, each with
// its version (manage.h) and with what is known of it besides.
#include "aggregator/config_text.h"
#include "aggregator/manage_items.h"
#include "aggregator/rules_json.h"
#include "aggregator/views_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct views *v;
    const struct config_list *channels; // struct channel
    json_t *parents;                    // place -> its parent, "" where there is none
    char top[IDENT_MAX + 1];            // the place of who reads
    wall_ms now;
};

static const char *word(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "";
}

// Is the place `above` or under it? The document is free of circles.
static bool under(const struct reader *r, const char *place, const char *above)
{
    while (place[0] != '\0' && strcmp(place, above) != 0) {
        place = word(r->parents, place);
    }
    return place[0] != '\0';
}

// ---------------------------------------------------------------- what is known besides

static void add_kiosk(struct reader *r, const char *id, json_t *o)
{
    sqlite3_stmt *s = store_bind(
        r->v->st,
        "SELECT state, heard_at, unacknowledged, coalesce((SELECT sum(lost) FROM epoch e WHERE e.kiosk_id = "
        "k.kiosk_id), 0), clock, software, reason, published, content, refused, refused_why, assignment"
        " FROM kiosk k WHERE id = ?1",
        "t", id);
    if (!views_row(r->v, s)) {
        return;
    }
    int64_t heard = sqlite3_column_int64(s, 1);
    enum kiosk_state state = (enum kiosk_state)sqlite3_column_int(s, 0);
    bool unheard = state == KIOSK_READY && r->now - heard > r->v->o.offline_ms;
    json_object_update_new(
        o, json_pack("{s:s,s:o,s:I,s:I,s:b,s:s?,s:s?,s:s?,s:s?,s:s?,s:s?,s:s?}", "state",
                     unheard ? "unheard" : kiosk_state_name(state), "heard", null_or_int(heard, heard > 0),
                     "unsent", (json_int_t)sqlite3_column_int64(s, 2), "lost",
                     (json_int_t)sqlite3_column_int64(s, 3), "clockSynced",
                     sqlite3_column_int(s, 4) == CLOCK_SYNCED, "software", sqlite3_column_text(s, 5),
                     "reason", sqlite3_column_text(s, 6), "published", sqlite3_column_text(s, 7), "content",
                     sqlite3_column_text(s, 8), "refused", sqlite3_column_text(s, 9), "refusedWhy",
                     sqlite3_column_text(s, 10), "assignment", sqlite3_column_text(s, 11)));
    sqlite3_reset(s);
}

// Is the channel for what the rule says somewhere under its place?
static bool tells(const struct reader *r, const struct channel *ch, const char *rule, const char *place,
                  enum engine_rule_kind kind)
{
    const struct ident *places = ch->places.items;
    bool here = ch->places.count == 0;
    for (size_t i = 0; i < ch->places.count && !here; i++) {
        here = under(r, place, places[i].s) || under(r, places[i].s, place);
    }
    return here &&
           channel_tells(ch, rule, engine_is_content(kind) ? CHANNEL_ALARM : CHANNEL_WARNING, CHANNEL_RAISED);
}

static void add_standard(struct reader *r, const char *id, const char *place, json_t *o)
{
    struct engine_rule rule;
    struct engine_cost cost;
    sqlite3_stmt *s = store_bind(
        r->v->st, "SELECT version, from_ms, body FROM rule WHERE id = ?1 AND to_ms IS NULL", "t", id);
    if (!views_row(r->v, s)) {
        return;
    }
    json_t *told = json_array();
    bool decoded = rule_decode((const char *)sqlite3_column_text(s, 2), &rule);
    rule.id = rule.version = rule.place = 1;
    bool priced = decoded && engine_rule_cost(&rule, INT32_MAX, &cost) && isfinite(cost.arl);
    for (size_t i = 0; decoded && i < r->channels->count; i++) {
        const struct channel *ch = &((const struct channel *)r->channels->items)[i];
        if (tells(r, ch, id, place, rule.kind)) {
            json_array_append_new(told, json_string(ch->id.s));
        }
    }
    json_object_update_new(o, json_pack("{s:i,s:I,s:o,s:o}", "number", sqlite3_column_int(s, 0), "since",
                                        (json_int_t)sqlite3_column_int64(s, 1), "votesBetweenAlarms",
                                        null_or_real(priced ? cost.arl : 0, priced), "told", told));
    sqlite3_reset(s);
}

static void add_user(struct reader *r, const char *name, json_t *o)
{
    sqlite3_stmt *s = store_bind(r->v->st, "SELECT hash = '!' FROM user WHERE name = ?1", "t", name);
    if (views_row(r->v, s)) {
        json_object_set_new(o, "disabled", json_boolean(sqlite3_column_int(s, 0)));
        sqlite3_reset(s);
    }
}

// ---------------------------------------------------------------- lists

static json_t *thing(struct reader *r, const char *list, json_t *item)
{
    char version[MANAGE_VERSION + 1];
    bool is_place = strcmp(list, "places") == 0, is_standard = strcmp(list, "standards") == 0;
    bool is_shown_below = is_place || is_standard || strcmp(list, "calendars") == 0; // what is above holds here too
    const char *id = word(item, manage_id_key(list)), *place = is_place ? id : word(item, "place");
    bool mine = under(r, place, r->top);
    if (!mine && !(is_shown_below && under(r, r->top, place))) {
        return NULL;
    }
    if (!manage_version(item, version)) {
        r->v->failed = true;
        return NULL;
    }
    json_t *o = json_pack("{s:O,s:s,s:b}", "item", item, "version", version, "mine", (int)mine);
    if (strcmp(list, "kiosks") == 0) {
        add_kiosk(r, id, o);
    } else if (is_standard) {
        add_standard(r, id, place, o);
    } else if (strcmp(list, "users") == 0) {
        add_user(r, id, o);
    }
    return o;
}

// Kiosks that speak and stand nowhere: for who runs the whole organisation.
static void add_strangers(struct reader *r, json_t *list)
{
    json_t *ids = json_array(), *id;
    size_t i;
    sqlite3_stmt *s = store_bind(
        r->v->st,
        "SELECT id, name FROM kiosk k WHERE id <> 'import' AND NOT EXISTS(SELECT 1 FROM assignment a"
        " WHERE a.kiosk_id = k.kiosk_id AND a.to_ms IS NULL) ORDER BY id",
        "");
    while (word(r->parents, r->top)[0] == '\0' && views_row(r->v, s)) {
        json_array_append_new(
            ids, json_pack("{s:s,s:s}", "id", sqlite3_column_text(s, 0), "name", sqlite3_column_text(s, 1)));
    }
    sqlite3_reset(s);
    json_array_foreach(ids, i, id)
    {
        json_t *o = json_pack("{s:O,s:s,s:b}", "item", id, "version", "", "mine", 1);
        add_kiosk(r, word(id, "id"), o);
        json_array_append_new(list, o);
    }
    json_decref(ids);
}

// Whom a step of a ladder can tell.
static json_t *ladder_channels(const struct reader *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->channels->count; i++) {
        const struct channel *ch = &((const struct channel *)r->channels->items)[i];
        if (channel_sends(ch)) {
            json_t *o = views_quiet_json(ch);
            json_object_update_new(o, json_pack("{s:s,s:s}", "id", ch->id.s, "kind", channel_kinds[ch->kind]));
            json_array_append_new(list, o);
        }
    }
    return list;
}

// One list of the document: it alone is written and read again, so that others cost nothing.
static json_t *read_document(struct views *v, const char *list)
{
    static const struct {
        const char *list;
        int part;
    } parts[] = {{"places", CONFIG_PLACES}, {"kiosks", CONFIG_KIOSKS}, {"calendars", CONFIG_CALENDARS}, {"standards", CONFIG_STANDARDS}, {"users", CONFIG_USERS}};
    char *text = NULL, why[300] = "";
    size_t n;
    json_t *document = NULL;
    FILE *f = open_memstream(&text, &n);
    int part = CONFIG_ALL;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        part = strcmp(parts[i].list, list) == 0 ? parts[i].part : part;
    }
    bool written = f != NULL && config_text(v->st, part, f);
    if (f != NULL && fclose(f) == 0 && written) {
        document = n > 0 ? manage_read(text, why, sizeof why) : json_object();
    }
    free(text);
    v->failed = v->failed || document == NULL;
    return document;
}

static void read_tree(struct reader *r, int32_t scope)
{
    sqlite3_stmt *s = store_bind(r->v->st, "SELECT id FROM place WHERE place_id = ?1", "d", scope);
    if (views_row(r->v, s)) {
        store_copy(s, 0, r->top, sizeof r->top);
        sqlite3_reset(s);
    }
    s = store_bind(r->v->st, "SELECT p.id, coalesce(q.id, '') FROM place p LEFT JOIN place q ON q.place_id = p.parent_id", "");
    while (views_row(r->v, s)) {
        json_object_set_new(r->parents, (const char *)sqlite3_column_text(s, 0),
                            json_string((const char *)sqlite3_column_text(s, 1)));
    }
}

static char *list_json(struct reader *r, const char *list, int32_t scope)
{
    json_t *document = read_document(r->v, list), *items = json_array(), *one;
    size_t i;
    read_tree(r, scope);
    json_array_foreach(json_object_get(document, list), i, one)
    {
        json_t *o = thing(r, list, one);
        if (o != NULL) {
            json_array_append_new(items, o);
        }
    }
    if (strcmp(list, "kiosks") == 0) {
        add_strangers(r, items);
    }
    json_decref(document);
    json_t *o = json_pack("{s:o}", list, items);
    if (strcmp(list, "standards") == 0) {
        json_object_set_new(o, "channels", ladder_channels(r));
    }
    return views_dump(o);
}

enum views_error views_manage(struct views *v, const struct views_user *u, const char *list,
                              const struct config_list *channels, wall_ms now, char **ret_json)
{
    struct reader r = {.v = v, .channels = channels, .now = now};
    if (!views_begin(v)) {
        return views_end(v, VIEWS_FAILED);
    }
    r.parents = json_object();
    char *text = list_json(&r, list, u->place);
    json_decref(r.parents);
    return views_end_text(v, text, ret_json);
}

enum views_error views_may_see_user(struct views *v, const struct views_user *u, const char *name)
{
    return views_may_see(v, u, "SELECT place_id FROM user WHERE name = ?1", name);
}

enum views_error views_may_see_kiosk(struct views *v, const struct views_user *u, const char *id)
{
    return views_may_see(
        v, u, "SELECT place_id FROM kiosk JOIN assignment USING(kiosk_id) WHERE id = ?1 AND to_ms IS NULL",
        id);
}
