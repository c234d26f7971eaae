// views: the organisation as head office runs it: the things of the configuration's document that one may see, each with
// its version (manage.h) and with what is known of it besides.
#include "aggregator/channel_set.h"
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
    bool control;                       // kiosks get their passwords from the page
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

// A channel is of no place: only who runs the whole organisation has it.
static json_t *thing(struct reader *r, const char *list, json_t *item)
{
    char version[MANAGE_VERSION + 1];
    bool is_place = strcmp(list, "places") == 0, is_standard = strcmp(list, "standards") == 0;
    bool is_shown_below = is_place || is_standard || strcmp(list, "calendars") == 0; // what is above holds here too
    const char *id = word(item, manage_id_key(list)), *place = is_place ? id : word(item, "place");
    bool whole = word(r->parents, r->top)[0] == '\0';
    bool mine = strcmp(list, "channels") == 0 ? whole : under(r, place, r->top);
    if (!mine && !(is_shown_below && under(r, r->top, place))) {
        return NULL;
    }
    if (!manage_version(item, version)) {
        r->v->failed = true;
        return NULL;
    }
    json_t *o = json_pack("{s:O,s:s,s:b}", "item", item, "version", version, "mine", (int)mine);
    if (is_standard) {
        add_standard(r, id, place, o);
    } else if (strcmp(list, "users") == 0) {
        add_user(r, id, o);
    }
    return o;
}

// Thousands of them, of which the document says no more than where they stand: read without it and written as they are read.
// (As JSON values of jansson 2,000 took 27 ms.) Those that speak and stand nowhere are for who runs the whole organisation.
static void write_kiosk(struct reader *r, sqlite3_stmt *s, const char *comma, FILE *f)
{
    const char *item = (const char *)sqlite3_column_text(s, 1), *rest = (const char *)sqlite3_column_text(s, 2);
    enum kiosk_state state = (enum kiosk_state)sqlite3_column_int(s, 3);
    bool unheard = state == KIOSK_READY && r->now - sqlite3_column_int64(s, 4) > r->v->o.offline_ms;
    char version[MANAGE_VERSION + 1] = "";
    if (sqlite3_column_type(s, 0) != SQLITE_NULL) {
        manage_version_of(item, version);
    }
    fprintf(f, "%s{\"item\":%s,\"version\":\"%s\",\"mine\":true,\"state\":\"%s\",%s", comma, item, version,
            unheard ? "unheard" : kiosk_state_name(state), rest + 1);
}

static void write_kiosks(struct reader *r, FILE *f)
{
    const char *comma = "";
    bool whole = word(r->parents, r->top)[0] == '\0';
    sqlite3_stmt *s = store_bind(
        r->v->st,
        "SELECT p.id, CASE WHEN p.id IS NULL THEN json_object('id', k.id, 'name', k.name) WHEN k.name = '' THEN"
        " json_object('id', k.id, 'place', p.id) ELSE json_object('id', k.id, 'name', k.name, 'place', p.id) END,"
        " json_object('heard', nullif(max(heard_at, 0), 0), 'unsent', unacknowledged, 'lost', coalesce((SELECT sum(lost) FROM"
        " epoch e WHERE e.kiosk_id = k.kiosk_id), 0), 'clockSynced', json(iif(clock = ?1, 'true', 'false')), 'software', software,"
        " 'reason', reason, 'published', published, 'content', content, 'refused', refused, 'refusedWhy', refused_why,"
        " 'assignment', assignment), state, heard_at"
        " FROM kiosk k LEFT JOIN assignment a ON a.kiosk_id = k.kiosk_id AND a.to_ms IS NULL LEFT JOIN place p"
        " USING(place_id) WHERE CASE WHEN p.id IS NULL THEN k.id <> 'import' AND NOT EXISTS(SELECT 1 FROM phone f WHERE"
        " f.kiosk_id = k.kiosk_id) ELSE k.known = 1 END"
        " ORDER BY p.id IS NULL, k.kiosk_id",
        "d", (int)CLOCK_SYNCED);
    fputs("{\"kiosks\":[", f);
    while (views_row(r->v, s)) {
        const char *place = (const char *)sqlite3_column_text(s, 0);
        if (place != NULL ? under(r, place, r->top) : whole) {
            write_kiosk(r, s, comma, f);
            comma = ",";
        }
    }
    fprintf(f, "],\"passwords\":%s}", r->control ? "true" : "false");
}

static char *kiosks_json(struct reader *r)
{
    char *text = NULL;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    if (f != NULL) {
        write_kiosks(r, f);
    }
    return f != NULL && fclose(f) == 0 ? text : NULL;
}

// By which a step of a ladder, or a report, can go.
static json_t *ways(const struct reader *r, bool mail)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->channels->count; i++) {
        const struct channel *ch = &((const struct channel *)r->channels->items)[i];
        if (mail ? ch->kind == CHANNEL_EMAIL : channel_sends(ch)) {
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
    } parts[] = {{"places", CONFIG_PLACES}, {"kiosks", CONFIG_KIOSKS}, {"calendars", CONFIG_CALENDARS}, {"standards", CONFIG_STANDARDS}, {"channels", CONFIG_CHANNELS}, {"mailings", CONFIG_MAILINGS}, {"users", CONFIG_USERS}};
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
    read_tree(r, scope);
    if (strcmp(list, "kiosks") == 0) {
        return kiosks_json(r);
    }
    json_t *document = read_document(r->v, list), *items = json_array(), *one;
    size_t i;
    json_array_foreach(json_object_get(document, list), i, one)
    {
        json_t *o = thing(r, list, one);
        if (o != NULL) {
            json_array_append_new(items, o);
        }
    }
    json_decref(document);
    json_t *o = json_pack("{s:o}", list, items);
    bool mail = strcmp(list, "mailings") == 0;
    if (mail || strcmp(list, "standards") == 0) {
        json_object_set_new(o, "channels", ways(r, mail));
    }
    return views_dump(o);
}

enum views_error views_manage(struct views *v, const struct views_user *u, const char *list,
                              const struct settings *s, wall_ms now, char **ret_json)
{
    struct channel_set set;
    struct reader r = {
        .v = v, .channels = &set.channels, .control = s->broker.control != CONTROL_NONE, .now = now};
    if (!views_begin(v) || !views_read_set(v, s, &set)) {
        return views_end(v, VIEWS_FAILED);
    }
    r.parents = json_object();
    char *text = list_json(&r, list, u->place);
    json_decref(r.parents);
    channel_set_finish(&set);
    return views_end_text(v, text, ret_json);
}

enum views_error views_runs_all(struct views *v, const struct views_user *u)
{
    bool all = u->place == 0; // who has the control token
    if (views_begin(v) && !all) {
        sqlite3_stmt *s = store_bind(v->st, "SELECT 1 FROM place WHERE place_id = ?1 AND parent_id IS NULL", "d", u->place);
        all = views_row(v, s);
        if (all) {
            sqlite3_reset(s);
        }
    }
    return views_end(v, all ? VIEWS_OK : VIEWS_NOT_FOUND);
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
