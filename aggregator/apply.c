// apply: compare, then write what differs. Each thing has a canonical text; equal texts mean no change.
#include "aggregator/apply.h"

#include "aggregator/names.h"
#include "aggregator/mailing.h"
#include "aggregator/password.h"
#include "aggregator/rows_json.h"
#include "aggregator/rules_json.h"
#include "aggregator/store_calendar.h"
#include "aggregator/store_item.h"
#include "aggregator/store_rollups.h"
#include "aggregator/trends.h"
#include "shared/log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct work {
    struct store *st;
    const struct org *org;
    const struct seed *seed;
    wall_ms at;
    const char *who;
    bool write;
    struct apply_report *report;
    char *why;
    size_t n;
    struct names places, kiosks; // of the document
};

static bool wrong(struct work *w, const char *what, const char *id)
{
    snprintf(w->why, w->n, "%s '%s'", what, id);
    return false;
}

static bool store_failed(struct work *w)
{
    snprintf(w->why, w->n, "the store failed: %s", store_why(w->st));
    return false;
}

static bool say(struct work *w, const char *line)
{
    size_t more = strlen(line);
    char *grown = realloc(w->report->text, w->report->n + more + 2);
    if (grown == NULL) {
        return wrong(w, "out of memory at", "report");
    }
    memcpy(grown + w->report->n, line, more);
    memcpy(grown + w->report->n + more, "\n", 2);
    w->report->text = grown;
    w->report->n += more + 1;
    return true;
}

// Reports a difference and, when writing, keeps it in the history. `before` NULL: new; `after` NULL: gone.
static bool changed(struct work *w, const char *kind, const char *id, const char *before, const char *after)
{
    size_t n = (before != NULL ? strlen(before) : 0) + (after != NULL ? strlen(after) : 0) + 200;
    char *line = malloc(n);
    if (line == NULL) {
        return wrong(w, "out of memory at", id);
    }
    if (before == NULL) {
        snprintf(line, n, "+ %s %s: %s", kind, id, after);
    } else if (after == NULL) {
        snprintf(line, n, "- %s %s: %s", kind, id, before);
    } else {
        snprintf(line, n, "~ %s %s: %s -> %s", kind, id, before, after);
    }
    bool said = say(w, line);
    free(line);
    return said && (!w->write || store_config_change(w->st, w->at, w->who, kind, id, before, after) ||
                            store_failed(w));
}

// ---------------------------------------------------------------- places

static void place_text(char *ret, size_t n, const char *kind, const char *parent, const char *name,
                       const char *tz, const char *hours)
{
    snprintf(ret, n, "%s under %s, \"%s\", tz %s, hours %s", kind, parent[0] != '\0' ? parent : "nothing",
             name, tz[0] != '\0' ? tz : "of the parent", hours[0] != '\0' ? hours : "of the parent");
}

// Numbers of the document's places, by position: those in the store keep theirs.
static int32_t number_of(const struct work *w, const int32_t *numbers, const char *id)
{
    int32_t position = names_find(&w->places, id);
    return position >= 0 ? numbers[position] : 0;
}

static bool apply_place(struct work *w, const struct seed_place *p, int32_t *numbers, size_t i)
{
    const struct org_place *there = org_place(w->org, p->id.s);
    struct store_place row = {.place = there != NULL ? there->number : 0, .id = p->id, .kind = p->kind};
    char before[900], after[900];
    int line;
    struct tz *tz = tz_load(p->tz);
    if (tz == NULL) {
        return wrong(w, "tz: unknown time zone (IANA name, such as Asia/Jakarta; is tzdata installed?)", p->tz);
    }
    tz_free(tz);
    snprintf(row.name, sizeof row.name, "%s", p->name);
    snprintf(row.tz, sizeof row.tz, "%s", p->tz);
    seed_hours_text(&p->hours, row.hours, sizeof row.hours, &line); // checked by seed_check
    row.parent = p->parent.s[0] != '\0' ? number_of(w, numbers, p->parent.s) : 0;
    numbers[i] = row.place;
    place_text(after, sizeof after, place_kinds[p->kind], p->parent.s, row.name, row.tz, row.hours);
    if (there != NULL) {
        const char *parent = there->parent != 0 ? w->org->places[there->parent].id.s : "";
        place_text(before, sizeof before, place_kinds[there->kind], parent, there->name, there->tz_name,
                   there->hours_text);
    }
    if (there != NULL && strcmp(before, after) == 0) {
        return true;
    }
    if (!changed(w, "place", p->id.s, there != NULL ? before : NULL, after)) {
        return false;
    }
    // Its votes count elsewhere from now on, or on other days: above it where it was, and where it is now.
    bool moved = there != NULL && (there->parent != row.parent || strcmp(there->tz_name, row.tz) != 0);
    if (w->write &&
        ((moved && !store_rollups_mark(w->st, row.place, false)) || !store_put_place(w->st, &row) ||
         (moved && !store_rollups_mark(w->st, row.place, false)))) {
        return store_failed(w);
    }
    numbers[i] = row.place;
    return true;
}

// ---------------------------------------------------------------- calendars

static const char *place_id(const struct org *o, int32_t place)
{
    return place != 0 ? o->places[place].id.s : "nowhere";
}

// The texts of calendars that stand in the store, in its order.
struct calendars {
    const struct org *org;
    struct calendar {
        struct ident id;
        char *text; // owned
        bool named;
    } *items; // owned
    size_t count;
};

// Adds a range of days to the text. False: memory ran out.
static bool add_special(char **text, const char *place, const struct store_special *d)
{
    char from[16], to[16];
    size_t n = *text != NULL ? strlen(*text) : 0;
    size_t room = n + strlen(place) + sizeof from + sizeof to + sizeof d->name + sizeof d->hours + 40;
    char *grown = realloc(*text, room);
    if (grown == NULL) {
        return false;
    }
    *text = grown;
    if (n == 0) {
        n = (size_t)snprintf(grown, room, "at %s", place);
    }
    snprintf(grown + n, room - n, "; %s to %s \"%s\" %s", trend_day_text(d->from, from), trend_day_text(d->to, to), d->name,
             d->hours[0] != '\0' ? d->hours : "closed");
    return true;
}

static bool read_special(void *ctx, const struct store_special *d)
{
    struct calendars *all = ctx;
    struct calendar *last = all->count > 0 ? &all->items[all->count - 1] : NULL;
    if (last == NULL || !ident_equal(&last->id, &d->calendar)) {
        struct calendar *grown = realloc(all->items, (all->count + 1) * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        all->items = grown;
        last = &grown[all->count++];
        *last = (struct calendar){.id = d->calendar};
    }
    return add_special(&last->text, place_id(all->org, d->place), d);
}

static bool apply_calendar(struct work *w, const struct seed_calendar *c, const int32_t *numbers, struct calendars *there)
{
    struct calendar *was = NULL;
    char *text = NULL;
    for (size_t i = 0; i < there->count; i++) {
        was = ident_equal(&there->items[i].id, &c->id) ? &there->items[i] : was;
    }
    if (was != NULL) {
        was->named = true;
    }
    bool ok = !w->write || store_drop_calendar(w->st, c->id.s) || store_failed(w);
    for (size_t i = 0; ok && i < c->days.count; i++) {
        const struct seed_special *d = &((const struct seed_special *)c->days.items)[i];
        struct store_special row = {.calendar = c->id, .place = number_of(w, numbers, c->place.s)};
        int line;
        seed_special_days(d, &row.from, &row.to); // checked by seed_check, as the hours
        snprintf(row.name, sizeof row.name, "%s", d->name);
        seed_hours_text(&d->hours, row.hours, sizeof row.hours, &line);
        if (d->usual) {
            snprintf(row.hours, sizeof row.hours, "%s", STORE_SPECIAL_USUAL);
        }
        ok = (add_special(&text, c->place.s, &row) || wrong(w, "out of memory at calendar", c->id.s)) &&
             (!w->write || store_put_special(w->st, &row, (int)i) || store_failed(w));
    }
    bool same = was != NULL ? text != NULL && strcmp(was->text, text) == 0 : text == NULL;
    ok = ok && (same || changed(w, "calendar", c->id.s, was != NULL ? was->text : NULL, text));
    free(text);
    return ok;
}

static bool apply_calendars(struct work *w, const int32_t *numbers)
{
    struct calendars there = {.org = w->org};
    bool ok = store_each_special(w->st, read_special, &there) || store_failed(w);
    for (size_t i = 0; ok && i < w->seed->calendars.count; i++) {
        ok = apply_calendar(w, &((const struct seed_calendar *)w->seed->calendars.items)[i], numbers, &there);
    }
    for (size_t i = 0; i < there.count; i++) {
        const struct calendar *c = &there.items[i];
        ok = ok && (c->named || (changed(w, "calendar", c->id.s, c->text, NULL) &&
                                 (!w->write || store_drop_calendar(w->st, c->id.s) || store_failed(w))));
        free(c->text);
    }
    free(there.items);
    return ok;
}

// ---------------------------------------------------------------- kiosks

static void kiosk_text(char *ret, size_t n, const char *name, const char *place)
{
    snprintf(ret, n, "\"%s\" at %s", name, place);
}

static bool apply_kiosk(struct work *w, const struct seed_kiosk *k, const int32_t *numbers)
{
    const struct org_kiosk *there = org_kiosk(w->org, k->id.s);
    struct store_kiosk row = {.kiosk = there != NULL ? there->number : 0, .id = k->id, .known = true};
    char before[300], after[300];
    int32_t place = number_of(w, numbers, k->place.s);
    bool is_known = there != NULL && there->known;
    snprintf(row.name, sizeof row.name, "%s", k->name);
    kiosk_text(after, sizeof after, row.name, k->place.s);
    kiosk_text(before, sizeof before, is_known ? there->name : "",
               is_known ? place_id(w->org, there->place) : "");
    if (is_known && strcmp(before, after) == 0) {
        return true;
    }
    if (!changed(w, "kiosk", k->id.s, is_known ? before : NULL, after)) {
        return false;
    }
    if (w->write && (!store_put_kiosk(w->st, &row) || ((there == NULL || there->place != place) &&
                                                       !store_assign(w->st, row.kiosk, place, w->at)))) {
        return store_failed(w);
    }
    return true;
}

static bool drop_kiosks(struct work *w)
{
    for (int32_t i = 1; i <= w->org->kiosk_count; i++) {
        const struct org_kiosk *there = &w->org->kiosks[i];
        bool named = there->number == 0 || there->place == 0 || names_find(&w->kiosks, there->id.s) >= 0;
        char before[300];
        kiosk_text(before, sizeof before, there->name, place_id(w->org, there->place));
        if (!named && (!changed(w, "kiosk", there->id.s, before, NULL) ||
                       (w->write && !store_assign(w->st, there->number, 0, w->at) && !store_failed(w)))) {
            return false;
        }
    }
    return true;
}

// ---------------------------------------------------------------- standards and surveys

// What a rule costs, as far as it can be said exactly: votes between false alarms, votes to see what it is for.
static bool say_cost(struct work *w, const struct engine_rule *r)
{
    struct apply_price *p = &w->report->price;
    struct engine_rule rule = *r;
    char line[400];
    *p = (struct apply_price){.learned = r->kind == ENGINE_CHANGE && !(r->usual > 0)};
    if (p->learned) {
        rule.usual = APPLY_EXAMPLE_PERCENT / 100.;
    }
    bool exact = r->kind == ENGINE_STANDARD || r->kind == ENGINE_CHANGE || r->kind == ENGINE_MOOD ||
                 (r->kind == ENGINE_RUN && r->usual > 0);
    p->known = exact && engine_rule_cost(&rule, INT32_MAX, &p->cost);
    if (!p->known) {
        return true;
    }
    int n = snprintf(line, sizeof line, "    one false alarm in %.0f votes; mean votes to see", p->cost.arl);
    p->seen = r->kind == ENGINE_CHANGE ? 3 + r->drift : 4;
    for (int i = 0; i < p->seen && n < (int)sizeof line; i++) {
        if (isfinite(p->cost.delay[i])) {
            n += snprintf(line + n, sizeof line - (size_t)n, "%s %.0f %% unhappy: %.0f", i > 0 ? "," : "",
                          p->cost.shift[i] * 100, p->cost.delay[i]);
        }
    }
    if (p->learned && n < (int)sizeof line) {
        snprintf(line + n, sizeof line - (size_t)n,
                 " (where %d %% are usual; each place learns its own share, from %d votes on)",
                 APPLY_EXAMPLE_PERCENT, ENGINE_LEARN_VOTES + 1);
    }
    return say(w, line);
}

static bool apply_standard(struct work *w, const struct seed_standard *s, const int32_t *numbers)
{
    const struct store_rule *there = NULL;
    struct store_rule row = {.id = s->id, .place = number_of(w, numbers, s->place.s)};
    struct engine_rule judged;
    char before[STORE_RULE_MAX + 200], after[STORE_RULE_MAX + 200];
    for (int i = 0; i < w->org->rule_count; i++) {
        there = strcmp(w->org->rules[i].id.s, s->id.s) == 0 ? &w->org->rules[i] : there;
    }
    char *body = rule_encode(s);
    bool fits = body != NULL && strlen(body) < sizeof row.body;
    if (fits) {
        memcpy(row.body, body, strlen(body) + 1);
    }
    free(body);
    if (!fits) {
        return wrong(w, "its texts are too long: standard", s->id.s);
    }
    if (!rule_decode(row.body, &judged)) {
        return wrong(w, "unreadable standard", s->id.s);
    }
    judged.id = judged.version = judged.place = 1;
    const char *why = engine_rule_check(&judged);
    if (why != NULL) {
        snprintf(w->why, w->n, "standard '%s': %s", s->id.s, why);
        return false;
    }
    snprintf(after, sizeof after, "at %s %s", s->place.s, row.body);
    if (there != NULL) {
        snprintf(before, sizeof before, "at %s %s", place_id(w->org, there->place), there->body);
    }
    if (there != NULL && strcmp(before, after) == 0) {
        return true;
    }
    if (!changed(w, "standard", s->id.s, there != NULL ? before : NULL, after) || !say_cost(w, &judged)) {
        return false;
    }
    // A new version ends open alerts and starts counting over: not for another name.
    bool renamed = there != NULL && there->place == row.place && rules_alike(there->body, row.body);
    return !w->write ||
           (renamed ? store_rename_rule(w->st, there->rule, row.body) : store_put_rule(w->st, &row, w->at)) ||
           store_failed(w);
}

static bool drop_standards(struct work *w)
{
    const struct seed_standard *s = w->seed->standards.items;
    for (int i = 0; i < w->org->rule_count; i++) {
        bool named = false;
        for (size_t j = 0; j < w->seed->standards.count; j++) {
            named = named || strcmp(s[j].id.s, w->org->rules[i].id.s) == 0;
        }
        if (!named &&
            (!changed(w, "standard", w->org->rules[i].id.s, w->org->rules[i].body, NULL) ||
             (w->write && !store_end_rule(w->st, w->org->rules[i].rule, w->at) && !store_failed(w)))) {
            return false;
        }
    }
    return true;
}

struct survey_search {
    const struct seed_survey *wanted;
    char *before; // owned
};

static bool match_survey(void *ctx, const struct store_survey *s)
{
    struct survey_search *q = ctx;
    if (strcmp(s->id.s, q->wanted->id.s) == 0) {
        size_t n = strlen(s->body) + 40;
        q->before = malloc(n);
        if (q->before != NULL) {
            snprintf(q->before, n, "version %d %s", s->version, s->body);
        }
    }
    return true;
}

static bool apply_survey(struct work *w, const struct seed_survey *s)
{
    struct survey_search q = {.wanted = s};
    char *body = survey_encode(s), *after = NULL;
    bool ok = body != NULL && (store_each_survey(w->st, match_survey, &q) || store_failed(w));
    if (ok) {
        size_t n = strlen(body) + 40;
        after = malloc(n);
        ok = after != NULL;
        if (ok) {
            snprintf(after, n, "version %d %s", (int)s->version, body);
        }
    }
    if (ok && (q.before == NULL || strcmp(q.before, after) != 0)) {
        ok = changed(w, "survey", s->id.s, q.before, after) &&
             (!w->write || store_put_survey(w->st, s->id.s, (int)s->version, body, w->at) || store_failed(w));
    }
    free(body);
    free(after);
    free(q.before);
    return ok;
}

// ---------------------------------------------------------------- channels and mailings

// A list of the document that the store keeps as it is written.
struct kept {
    struct work *w;
    const char *kind, *list;
    const struct config_list *items;
    const struct config_row *rows;
    size_t item_bytes; // each begins with its id
    char *before;      // owned: the one that is looked for
    const char *id;
};

static const char *kept_id(const struct kept *k, size_t i)
{
    return ((const struct ident *)(const void *)((const char *)k->items->items + i * k->item_bytes))->s;
}

static bool match_kept(void *ctx, const char *id, const char *body)
{
    struct kept *k = ctx;
    if (strcmp(id, k->id) == 0) {
        k->before = strdup(body);
    }
    return true;
}

static bool put_kept(struct kept *k, size_t i)
{
    struct work *w = k->w;
    char *body = rows_json(k->rows, (const char *)k->items->items + i * k->item_bytes);
    k->id = kept_id(k, i);
    k->before = NULL;
    bool ok = body != NULL ? store_each_item(w->st, k->list, match_kept, k) || store_failed(w)
                           : wrong(w, "out of memory at", k->id);
    bool same = ok && k->before != NULL && strcmp(k->before, body) == 0;
    ok = ok && (same || (changed(w, k->kind, k->id, k->before, body) &&
                         (!w->write || store_put_item(w->st, k->list, k->id, body) || store_failed(w))));
    free(k->before);
    free(body);
    return ok;
}

static bool drop_kept(void *ctx, const char *id, const char *body)
{
    struct kept *k = ctx;
    for (size_t i = 0; i < k->items->count; i++) {
        if (strcmp(kept_id(k, i), id) == 0) {
            return true;
        }
    }
    return changed(k->w, k->kind, id, body, NULL) &&
           (!k->w->write || store_drop_item(k->w->st, k->list, id) || store_failed(k->w));
}

static bool apply_kept(struct work *w)
{
    struct kept lists[] = {{.w = w, .kind = "channel", .list = STORE_CHANNELS, .items = &w->seed->channels, .rows = channel_rows, .item_bytes = sizeof(struct channel)},
                           {.w = w, .kind = "mailing", .list = STORE_MAILINGS, .items = &w->seed->mailings, .rows = mailing_rows, .item_bytes = sizeof(struct mailing)}};
    bool ok = true;
    for (size_t l = 0; ok && l < sizeof lists / sizeof lists[0]; l++) {
        ok = store_each_item(w->st, lists[l].list, drop_kept, &lists[l]) || (w->why[0] == '\0' && store_failed(w));
        for (size_t i = 0; ok && i < lists[l].items->count; i++) {
            ok = put_kept(&lists[l], i);
        }
    }
    return ok;
}

// ---------------------------------------------------------------- people

static bool read_password(struct work *w, const struct seed_user *u, char *ret, size_t n)
{
    FILE *f = u->password_file[0] != '\0' ? fopen(u->password_file, "re") : NULL;
    ret[0] = '\0';
    if (f != NULL) {
        if (fgets(ret, (int)n, f) == NULL) {
            ret[0] = '\0';
        }
        fclose(f);
        ret[strcspn(ret, "\r\n")] = '\0';
    }
    return ret[0] != '\0' ||
           wrong(w, "a new user needs a password_file with a password in its first line: user", u->name.s);
}

static void user_text(char *ret, size_t n, const char *display, const char *role, const char *place,
                      const char *lang)
{
    snprintf(ret, n, "\"%s\", %s for %s, %s", display, role, place, lang);
}

static bool apply_user(struct work *w, const struct seed_user *u, const int32_t *numbers)
{
    bool there;
    struct store_user row;
    char password[PASSWORD_MAX + 2], hash[PASSWORD_HASH_BYTES], before[300], after[300];
    const char *display = u->display[0] != '\0' ? u->display : u->name.s;
    if (!store_user(w->st, u->name.s, &row, &there)) {
        return store_failed(w);
    }
    if (!there && u->hash == NULL && !read_password(w, u, password, sizeof password)) {
        return false;
    }
    user_text(after, sizeof after, display, roles[u->role], u->place.s, u->lang);
    if (there) {
        user_text(before, sizeof before, row.display, row.role, place_id(w->org, row.place), row.lang);
    }
    if (there && strcmp(before, after) == 0) {
        return true;
    }
    if (!changed(w, "user", u->name.s, there ? before : NULL, after)) {
        return false;
    }
    return !w->write ||
           ((there || u->hash != NULL || password_hash(password, hash)) &&
            store_put_user(w->st, u->name.s, display, roles[u->role], number_of(w, numbers, u->place.s),
                           u->lang, there ? NULL : u->hash != NULL ? u->hash : hash)) ||
           store_failed(w);
}

bool apply_seed(struct store *st, const struct org *now_there, const struct seed *s, wall_ms at,
                const char *who, bool write, struct apply_report *report, char *ret_why, size_t n)
{
    struct work w = {st, now_there, s, at, who, write, report, ret_why, n, {.size = 0}, {.size = 0}};
    int32_t *numbers = calloc(s->places.count + 1, sizeof *numbers);
    bool ok = (numbers != NULL && names_make(&w.places, s->places.items, s->places.count, sizeof(struct seed_place),
                                             offsetof(struct seed_place, id)) &&
               names_make(&w.kiosks, s->kiosks.items, s->kiosks.count, sizeof(struct seed_kiosk),
                          offsetof(struct seed_kiosk, id))) ||
              wrong(&w, "out of memory at", "places");
    for (size_t i = 0; ok && i < s->places.count; i++) {
        ok = apply_place(&w, &((const struct seed_place *)s->places.items)[i], numbers, i);
    }
    for (size_t i = 0; ok && i < s->kiosks.count; i++) {
        ok = apply_kiosk(&w, &((const struct seed_kiosk *)s->kiosks.items)[i], numbers);
    }
    ok = ok && apply_calendars(&w, numbers);
    for (size_t i = 0; ok && i < s->surveys.count; i++) {
        ok = apply_survey(&w, &((const struct seed_survey *)s->surveys.items)[i]);
    }
    for (size_t i = 0; ok && i < s->standards.count; i++) {
        ok = apply_standard(&w, &((const struct seed_standard *)s->standards.items)[i], numbers);
    }
    for (size_t i = 0; ok && i < s->users.count; i++) {
        ok = apply_user(&w, &((const struct seed_user *)s->users.items)[i], numbers);
    }
    ok = ok && apply_kept(&w) && drop_kiosks(&w) && drop_standards(&w);
    names_finish(&w.places);
    names_finish(&w.kiosks);
    free(numbers);
    return ok;
}
