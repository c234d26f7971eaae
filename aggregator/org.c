// org: loading, resolving and looking up.
#include "aggregator/org.h"

#include "aggregator/rules_json.h"
#include "aggregator/settings.h"
#include "aggregator/store_calendar.h"
#include "shared/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INDEX_MIN = 64, KIOSKS_MIN = 16 };

// ---------------------------------------------------------------- hours

static bool parse_span(const char **p, struct hours_span *ret)
{
    int h1, m1, h2, m2, used;
    if (sscanf(*p, " %2d:%2d-%2d:%2d%n", &h1, &m1, &h2, &m2, &used) != 4) {
        return false;
    }
    *p += used;
    *ret = (struct hours_span){(int16_t)(h1 * 60 + m1), (int16_t)(h2 * 60 + m2)};
    return true;
}

bool org_hours_parse(const char *text, struct hours *ret_h)
{
    struct hours h = {.spans = {{{0, 0}}}};
    for (const char *p = text; *p != '\0';) {
        int day = *p - '0', count = 0;
        if (day < 0 || day > 6) {
            return false;
        }
        p++;
        while (*p == ' ') {
            if (count == HOURS_SPANS_MAX || !parse_span(&p, &h.spans[day][count++])) {
                return false;
            }
        }
        if (*p == ';') {
            p++;
        } else if (*p != '\0') {
            return false;
        }
    }
    if (!hours_valid(&h)) {
        return false;
    }
    *ret_h = h;
    return true;
}

// ---------------------------------------------------------------- by id

static const char *indexed_id(const struct org *o, const struct org_index *x, int32_t number)
{
    return x == &o->place_index ? o->places[number].id.s : o->kiosks[number].id.s;
}

static int32_t *slot(const struct org *o, const struct org_index *x, const char *id)
{
    for (uint64_t i = hash_text(HASH_START, id);; i++) {
        int32_t *s = &x->slots[i & (uint64_t)(x->size - 1)];
        if (*s == 0 || strcmp(indexed_id(o, x, *s), id) == 0) {
            return s;
        }
    }
}

static int32_t indexed(const struct org *o, const struct org_index *x, const char *id)
{
    return x->size > 0 ? *slot(o, x, id) : 0;
}

// `number` is in its array already, which goes up to `count`.
static bool put_in_index(const struct org *o, struct org_index *x, int32_t number, int32_t count)
{
    if (x->size < 2 * (count + 1)) {
        struct org_index grown = {.size = x->size == 0 ? INDEX_MIN : x->size};
        while (grown.size < 2 * (count + 1)) {
            grown.size *= 2;
        }
        grown.slots = calloc((size_t)grown.size, sizeof *grown.slots);
        if (grown.slots == NULL) {
            return false;
        }
        struct org_index old = *x;
        *x = grown;
        for (int32_t i = 0; i < old.size; i++) {
            if (old.slots[i] != 0) {
                *slot(o, x, indexed_id(o, x, old.slots[i])) = old.slots[i];
            }
        }
        free(old.slots);
    }
    *slot(o, x, indexed_id(o, x, number)) = number;
    return true;
}

// ---------------------------------------------------------------- kiosks

bool org_add_kiosk(struct org *o, const struct store_kiosk *k)
{
    if (k->kiosk >= o->kiosk_room) {
        int32_t room = o->kiosk_room == 0 ? KIOSKS_MIN : o->kiosk_room;
        while (room <= k->kiosk) {
            room *= 2;
        }
        struct org_kiosk *grown = realloc(o->kiosks, (size_t)room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        memset(&grown[o->kiosk_room], 0, (size_t)(room - o->kiosk_room) * sizeof *grown);
        o->kiosks = grown;
        o->kiosk_room = room;
    }
    o->kiosk_count = k->kiosk > o->kiosk_count ? k->kiosk : o->kiosk_count;
    struct org_kiosk *r = &o->kiosks[k->kiosk];
    *r = (struct org_kiosk){.number = k->kiosk,
                            .place = k->place,
                            .id = k->id,
                            .known = k->known,
                            .state = k->state,
                            .heard_at = k->heard_at,
                            .session = k->session,
                            .epoch_count = k->has_epoch};
    memcpy(r->name, k->name, sizeof r->name);
    memcpy(r->epochs[0], k->epoch, EPOCH_BYTES);
    return put_in_index(o, &o->kiosk_index, r->number, o->kiosk_count);
}

struct org_kiosk *org_kiosk(const struct org *o, const char *id)
{
    int32_t k = indexed(o, &o->kiosk_index, id);
    return k != 0 ? &o->kiosks[k] : NULL;
}

// ---------------------------------------------------------------- places

struct org_place *org_place(const struct org *o, const char *id)
{
    int32_t p = indexed(o, &o->place_index, id);
    return p != 0 ? &o->places[p] : NULL;
}

bool org_under(const struct org *o, int32_t place, int32_t above)
{
    for (int depth = 0; place != 0 && depth < ENGINE_DEPTH_MAX; depth++) {
        if (place == above) {
            return true;
        }
        place = o->places[place].parent;
    }
    return false;
}

static bool resolve(struct org_place *p, const struct org_place *parent, char *ret_why, size_t n)
{
    p->branch = p->kind == PLACE_BRANCH ? p->number : parent != NULL ? parent->branch : 0;
    if (p->tz_name[0] != '\0') {
        p->tz = tz_load(p->tz_name);
        p->owns_tz = true;
        if (p->tz == NULL) {
            snprintf(ret_why, n, "place '%s': unknown time zone '%s'", p->id.s, p->tz_name);
            return false;
        }
    } else {
        p->tz = parent != NULL ? parent->tz : NULL;
    }
    if (p->hours_text[0] == '\0') {
        p->has_hours = parent != NULL && parent->has_hours;
        if (p->has_hours) {
            p->hours = parent->hours;
        }
        return true;
    }
    p->has_hours = org_hours_parse(p->hours_text, &p->hours);
    if (!p->has_hours) {
        snprintf(ret_why, n, "place '%s': bad hours in the store", p->id.s);
    }
    return p->has_hours;
}

// ---------------------------------------------------------------- loading

struct loading {
    struct org *o;
    struct store *st;
    char *why;
    size_t n;
};

static bool load_place(void *ctx, const struct store_place *p)
{
    struct loading *l = ctx;
    struct org *o = l->o;
    struct org_place *grown = realloc(o->places, (size_t)(p->place + 1) * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    o->places = grown;
    memset(&grown[o->place_count + 1], 0, (size_t)(p->place - o->place_count) * sizeof *grown);
    if (o->place_count == 0) {
        memset(&grown[0], 0, sizeof *grown);
    }
    o->place_count = p->place;
    struct org_place *r = &grown[p->place];
    r->number = p->place;
    r->parent = p->parent;
    r->id = p->id;
    r->kind = p->kind;
    memcpy(r->name, p->name, sizeof r->name);
    memcpy(r->tz_name, p->tz, sizeof r->tz_name);
    memcpy(r->hours_text, p->hours, sizeof r->hours_text);
    // Numbers are given out in the order of the document, parents first.
    return put_in_index(o, &o->place_index, r->number, o->place_count) &&
           resolve(r, p->parent != 0 ? &grown[p->parent] : NULL, l->why, l->n);
}

static bool load_kiosk(void *ctx, const struct store_kiosk *k)
{
    struct loading *l = ctx;
    return org_add_kiosk(l->o, k);
}

static bool load_rule(void *ctx, const struct store_rule *r)
{
    struct loading *l = ctx;
    struct store_rule *grown = realloc(l->o->rules, (size_t)(l->o->rule_count + 1) * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    l->o->rules = grown;
    grown[l->o->rule_count++] = *r;
    return true;
}

static bool load_released(void *ctx, const struct store_released *r)
{
    struct loading *l = ctx;
    if (r->place <= l->o->place_count) {
        struct org_place *p = &l->o->places[r->place];
        p->steps.event_id = r->event_id;
        p->steps.at = r->at;
        p->rev = r->rev;
    }
    return true;
}

static bool load_dates(void *ctx, const struct store_special *d)
{
    struct loading *l = ctx;
    struct org_place *p = d->place <= l->o->place_count ? &l->o->places[d->place] : NULL;
    return p == NULL || p->dates != NULL || store_special_days(l->st, d->place, &p->dates);
}

void org_add_dates(struct hours *h, bool *has_hours, const struct hours_dates *dates)
{
    if (dates != NULL && !*has_hours) {
        *h = (struct hours){.dates = NULL};
        for (int day = 0; day < 7; day++) {
            h->spans[day][0] = (struct hours_span){0, HOURS_DAY_MIN};
        }
        *has_hours = true;
    }
    h->dates = dates;
}

// Each place has the special days of the nearest one above that has any of its own: they hold what is above that.
static void spread_dates(struct org *o)
{
    for (int32_t i = 1; i <= o->place_count; i++) {
        int32_t at = i;
        for (int depth = 0; o->places[at].dates == NULL && o->places[at].parent != 0 && depth < ENGINE_DEPTH_MAX; depth++) {
            at = o->places[at].parent;
        }
        org_add_dates(&o->places[i].hours, &o->places[i].has_hours, o->places[at].dates);
    }
}

bool org_load(struct org *o, struct store *st, char *ret_why, size_t n)
{
    struct loading l = {o, st, ret_why, n};
    *o = (struct org){.place_count = 0};
    ret_why[0] = '\0';
    bool ok = store_each_place(st, load_place, &l) && store_each_kiosk(st, load_kiosk, &l) &&
              store_each_rule(st, load_rule, &l) && store_each_released(st, load_released, &l) &&
              store_each_special(st, load_dates, &l);
    spread_dates(o);
    // What a branch has received since its last step.
    for (int32_t i = 1; ok && i <= o->place_count; i++) {
        struct org_place *branch = o->places[i].branch != 0 ? &o->places[o->places[i].branch] : NULL;
        struct store_unreleased u;
        if (branch == NULL) {
            continue;
        }
        ok = store_votes_after(st, i, branch->steps.event_id, &u);
        if (ok) {
            steps_restore(&branch->steps, u.votes, u.first_arrived, u.last_event);
        }
    }
    if (!ok && ret_why[0] == '\0') {
        snprintf(ret_why, n, "%s", store_error(st) != STORE_OK ? store_why(st) : "out of memory");
    }
    return ok;
}

void org_finish(struct org *o)
{
    for (int32_t i = 1; i <= o->place_count; i++) {
        if (o->places[i].owns_tz) {
            tz_free(o->places[i].tz);
        }
        free(o->places[i].dates);
    }
    free(o->places);
    free(o->kiosks);
    free(o->rules);
    free(o->place_index.slots);
    free(o->kiosk_index.slots);
    *o = (struct org){.place_count = 0};
}

// ---------------------------------------------------------------- engine

static int zone_offset(void *ctx, wall_ms at)
{
    return tz_offset_s(ctx, at);
}

bool org_configure_engine(const struct org *o, struct engine *e, int64_t inhibit_ms, int64_t offline_ms,
                          wall_ms at, char *ret_why, size_t n)
{
    struct engine_place *places = calloc((size_t)o->place_count + 1, sizeof *places);
    struct engine_kiosk *kiosks = calloc((size_t)o->kiosk_count + 1, sizeof *kiosks);
    struct engine_rule *rules = calloc((size_t)o->rule_count + 1, sizeof *rules);
    struct engine_config c = {.places = places,
                              .kiosks = kiosks,
                              .rules = rules,
                              .inhibit_ms = inhibit_ms,
                              .lost_after_ms = offline_ms};
    bool ok = places != NULL && kiosks != NULL && rules != NULL;
    snprintf(ret_why, n, "out of memory");
    for (int32_t i = 1; ok && i <= o->place_count; i++) {
        const struct org_place *p = &o->places[i];
        places[c.place_count++] = (struct engine_place){.id = p->number,
                                                        .parent = p->parent,
                                                        .kind = p->kind == PLACE_BRANCH ? ENGINE_BRANCH
                                                                : p->kind == PLACE_AREA ? ENGINE_AREA
                                                                                        : ENGINE_GROUP,
                                                        .hours = p->has_hours ? &p->hours : NULL,
                                                        .zone = {zone_offset, p->tz}};
    }
    for (int32_t i = 1; ok && i <= o->kiosk_count; i++) {
        if (o->kiosks[i].number != 0 && o->kiosks[i].known && o->kiosks[i].place != 0) {
            kiosks[c.kiosk_count++] = (struct engine_kiosk){o->kiosks[i].number, o->kiosks[i].place};
        }
    }
    for (int i = 0; ok && i < o->rule_count; i++) {
        struct engine_rule *r = &rules[c.rule_count++];
        const char *why = NULL;
        ok = rule_decode(o->rules[i].body, r);
        if (ok) {
            r->id = o->rules[i].rule;
            r->version = o->rules[i].version;
            r->place = o->rules[i].place;
            why = engine_rule_check(r);
            ok = why == NULL;
        }
        if (!ok) {
            snprintf(ret_why, n, "rule '%s' version %d: %s", o->rules[i].id.s, o->rules[i].version,
                     why != NULL ? why : "unreadable in the store");
        }
    }
    ok = ok && engine_configure(e, &c, at) == ENGINE_DONE;
    free(places);
    free(kiosks);
    free(rules);
    return ok;
}
