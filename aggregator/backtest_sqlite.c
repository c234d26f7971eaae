// backtest: who asks for which place, days and settings; the test, window by window.
#include "aggregator/backtest_impl.h"
#include "aggregator/rules_json.h"
#include "aggregator/usual.h"
#include "aggregator/views_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEFAULT_DAYS = 90,
    DAYS_MOST = 1100,      // three years, as a report of trends
    WINDOW_VOTES = 200000, // wanted in one window
    WINDOW_LEAST_MS = 60000,
    GO_EVERY = 1 << 16, // votes between two questions whether to go on
    ROWS_A_DAY = 8,     // of a kiosk (presence.h), about
};

#define FIELD(name) QUERY_FIELD(struct backtest_query, name)
const struct query_field backtest_fields[] = {
    FIELD(place), FIELD(from), FIELD(to), FIELD(a), FIELD(b), FIELD(late), {NULL, 0},
};

void backtest_close(struct backtest_job *j)
{
    if (j != NULL) {
        views_destroy(j->v);
        org_finish(&j->org);
        for (int i = 0; i < BACKTEST_RULES; i++) {
            free(j->given[i]);
        }
        free(j->unit_of);
        free(j->kiosks);
        free(j->standings);
        free(j->ratings);
        free(j->units);
        free(j->names);
        free(j);
    }
}

// ---------------------------------------------------------------- what is asked

static enum trends_error bad(struct trend_problem *p, const char *field, const char *why)
{
    p->field = field;
    snprintf(p->why, sizeof p->why, "%s", why);
    return TRENDS_BAD;
}

static int zone_offset(void *ctx, wall_ms at)
{
    return tz_offset_s(ctx, at);
}

// The place that a vote given at place i is judged at; 0: none, it was not asked for.
static int32_t judging(const struct backtest_job *j, int32_t i, bool inside)
{
    const struct org_place *p = &j->org.places[i];
    bool asked = p->number == i && org_under(&j->org, i, j->top);
    return !asked ? 0 : inside ? j->top : p->branch;
}

// The branches under the place, or the one place itself when it lies inside a branch. False: memory ran out.
static bool find_units(struct backtest_job *j)
{
    struct org *o = &j->org;
    bool inside = o->places[j->top].kind == PLACE_AREA;
    j->unit_of = calloc((size_t)o->place_count + 1, sizeof *j->unit_of);
    j->units = calloc((size_t)o->place_count + 1, sizeof *j->units);
    if (j->unit_of == NULL || j->units == NULL) {
        return false;
    }
    j->unit_of[0] = SIZE_MAX;
    for (int32_t i = 1; i <= o->place_count; i++) {
        const struct org_place *p = &o->places[i];
        j->unit_of[i] = SIZE_MAX;
        if (judging(j, i, inside) == i) {
            j->unit_of[i] = j->unit_count;
            j->units[j->unit_count++] =
                (struct backtest_unit){i, p->has_hours ? &p->hours : NULL, {zone_offset, p->tz}};
        }
    }
    for (int32_t i = 1; i <= o->place_count; i++) { // a place may be older than the branch that it is in
        int32_t judged = judging(j, i, inside);
        j->unit_of[i] = judged != 0 ? j->unit_of[judged] : SIZE_MAX;
    }
    return true;
}

// The last day that is over at all of them.
static int32_t yesterday(const struct backtest_job *j, wall_ms now)
{
    int32_t least = INT32_MAX;
    for (int32_t i = 1; i <= j->org.place_count; i++) {
        if (i == j->top || j->unit_of[i] != SIZE_MAX) {
            wall_ms local = now + (wall_ms)tz_offset_s(j->org.places[i].tz, now) * 1000;
            least = (int32_t)(local / DAY_MS) < least ? (int32_t)(local / DAY_MS) : least;
        }
    }
    return least - 1;
}

static enum trends_error find_days(struct backtest_job *j, const struct backtest_query *q, wall_ms now,
                                   struct trend_problem *p)
{
    char day[16], why[120];
    int32_t last = yesterday(j, now);
    const struct tz *tz = j->org.places[j->top].tz;
    j->to = last;
    if (q->to[0] != '\0' && !trend_day_parse(q->to, &j->to)) {
        return bad(p, "to", "to is a day, such as 2026-11-24");
    }
    if (j->to > last) {
        snprintf(why, sizeof why, "to is at most %s: what was said on a day is told when it is over",
                 trend_day_text(last, day));
        return bad(p, "to", why);
    }
    j->to++;
    j->from = j->to - DEFAULT_DAYS;
    if (q->from[0] != '\0' && !trend_day_parse(q->from, &j->from)) {
        return bad(p, "from", "from is a day, such as 2026-11-01");
    }
    if (j->from >= j->to) {
        return bad(p, "from", "from is not after to, and not after yesterday");
    }
    if (j->to - j->from > DAYS_MOST) {
        return bad(p, "from", "from is at most 1100 days before to");
    }
    j->from_ms = tz_midnight(tz, j->from);
    j->to_ms = tz_midnight(tz, j->to);
    return TRENDS_OK;
}

// ---------------------------------------------------------------- settings

bool backtest_concerns(const struct backtest_job *j, const struct store_rule *r)
{
    return org_under(&j->org, j->top, r->place) || org_under(&j->org, r->place, j->top);
}

static const struct store_rule *standard_of(const struct backtest_job *j, const char *id)
{
    for (int i = 0; i < j->org.rule_count; i++) {
        const struct store_rule *r = &j->org.rules[i];
        if (strcmp(r->id.s, id) == 0 && backtest_concerns(j, r)) {
            return r;
        }
    }
    return NULL;
}

// The promise that holds at the place: the nearest one on the way up.
static const struct store_rule *promise_of(const struct org *o, int32_t place)
{
    struct engine_rule r;
    for (; place != 0; place = o->places[place].parent) {
        for (int i = 0; i < o->rule_count; i++) {
            if (o->rules[i].place == place && rule_decode(o->rules[i].body, &r) &&
                r.kind == ENGINE_STANDARD) {
                return &o->rules[i];
            }
        }
    }
    return NULL;
}

// "kind: share, percent: 40" is a mapping in one line, as people type it.
static char *in_braces(const char *text)
{
    size_t n = strlen(text) + 3;
    bool short_one = strchr(text, '\n') == NULL && strchr(text, '{') == NULL;
    char *yaml = malloc(n);
    if (yaml != NULL) {
        snprintf(yaml, n, short_one ? "{%s}" : "%s", text);
    }
    return yaml;
}

// The body of a rule: of a standard in force, or from the text. NULL: `why` (n bytes) says what is wrong.
static char *setting_body(const struct store_rule *there, const char *text, char *why, size_t n)
{
    snprintf(why, n, "out of memory");
    if (there != NULL) {
        return strdup(there->body);
    }
    if (ident_valid(text)) {
        snprintf(why, n,
                 "no standard '%s' concerns this place; name one that does, or say what it is, such as"
                 " 'kind: standard, percent: 85'",
                 text);
        return NULL;
    }
    char *yaml = in_braces(text), *body = yaml != NULL ? rule_read("setting", yaml, why, n) : NULL;
    free(yaml);
    return body;
}

static enum trends_error read_setting(struct backtest_job *j, const char *field, const char *text,
                                      struct trend_problem *p)
{
    const struct store_rule *there = text[0] == '\0' ? promise_of(&j->org, j->top) : standard_of(j, text);
    struct store_rule *row = &j->rules[j->rule_count];
    struct engine_rule r;
    text = there != NULL ? there->id.s : text[0] == '\0' ? "kind: standard" : text;
    p->field = field;
    char *body = setting_body(there, text, p->why, sizeof p->why);
    if (body == NULL) {
        return TRENDS_BAD;
    }
    j->given[j->rule_count] = strdup(text);
    *row = (struct store_rule){.rule = ++j->rule_count, .version = 1, .place = j->top};
    size_t n = strlen(body);
    bool fits = n < sizeof row->body && rule_decode(body, &r);
    if (fits) {
        memcpy(row->body, body, n + 1);
    }
    free(body);
    if (!fits) {
        return bad(p, field, "its texts are too long");
    }
    if (r.kind == ENGINE_CONTACT) {
        return bad(p, field, "each contact is an alert of its own: there is nothing to test");
    }
    if (!engine_is_content(r.kind) && j->counts_late) {
        return bad(p, "late", "a rule about kiosks is judged by what came when it came: late is left-out");
    }
    if (r.kind == ENGINE_OFFLINE && r.timeout_ms <= PRESENCE_GAP_MS) {
        return bad(p, field, "hold: how long kiosks are quiet is kept from 90 s on: test more than that");
    }
    j->options[j->rule_count - 1] = r.option;
    return j->given[j->rule_count - 1] != NULL ? TRENDS_OK : TRENDS_FAILED;
}

// ---------------------------------------------------------------- opening

static bool load_names(struct backtest_job *j)
{
    sqlite3_stmt *s = store_bind(j->v->st, "SELECT coalesce(max(name_id), 0) FROM name", "");
    j->name_count = views_row(j->v, s) ? sqlite3_column_int(s, 0) + 1 : 1;
    j->names = calloc((size_t)j->name_count, sizeof *j->names);
    s = store_bind(j->v->st, "SELECT name_id, id FROM name", "");
    while (j->names != NULL && views_row(j->v, s)) {
        int32_t name = sqlite3_column_int(s, 0);
        if (name >= 0 && name < j->name_count) {
            store_copy(s, 1, j->names[name].s, sizeof j->names[name].s);
        }
    }
    return j->names != NULL && !j->v->failed;
}

static enum trends_error count_votes(struct backtest_job *j, int64_t most, struct trend_problem *p)
{
    char why[200];
    sqlite3_stmt *s = store_bind(
        j->v->st,
        "SELECT coalesce(sum(c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11), 0) FROM day_tally"
        " WHERE place_id = ?1 AND day >= ?2 AND day < ?3",
        "ddd", j->top, j->from, j->to);
    j->expected_votes = views_row(j->v, s) ? sqlite3_column_int64(s, 0) : 0;
    if (most > 0 && j->expected_votes > most) {
        snprintf(why, sizeof why,
                 "that are %lld votes, and %lld are tested at once: fewer days, or a place below (puasctl "
                 "takes any number)",
                 (long long)j->expected_votes, (long long)most);
        return bad(p, "from", why);
    }
    return j->v->failed ? TRENDS_FAILED : TRENDS_OK;
}

static enum trends_error open_all(struct backtest_job *j, const struct views_user *u,
                                  const struct backtest_query *q, wall_ms now, int64_t most,
                                  struct trend_problem *p, char *ret_why, size_t n)
{
    if (!org_load(&j->org, j->v->st, ret_why, n)) {
        return TRENDS_FAILED;
    }
    const struct org_place *top = org_place(&j->org, q->place);
    if (top == NULL || (u != NULL && !org_under(&j->org, top->number, u->place))) {
        return TRENDS_NOT_FOUND;
    }
    j->top = top->number;
    j->known = INT64_MAX;
    j->inhibit_ms = ENGINE_INHIBIT_MS;
    j->lost_ms = ENGINE_TIMEOUT_MS;
    j->counts_late = strcmp(q->late, "counted") == 0;
    if (!j->counts_late && q->late[0] != '\0' && strcmp(q->late, "left-out") != 0) {
        return bad(p, "late", "late is left-out or counted");
    }
    if (!find_units(j) || !load_names(j)) {
        return TRENDS_FAILED;
    }
    enum trends_error error = find_days(j, q, now, p);
    error = error == TRENDS_OK ? read_setting(j, "a", q->a, p) : error;
    error = error == TRENDS_OK && q->b[0] != '\0' ? read_setting(j, "b", q->b, p) : error;
    if (error == TRENDS_OK && !j->counts_late && !backtest_find_kiosks(j)) {
        return TRENDS_FAILED;
    }
    return error == TRENDS_OK ? count_votes(j, most, p) : error;
}

enum trends_error backtest_open(const char *path, const struct views_user *u, const struct backtest_query *q,
                                wall_ms now, int64_t votes_most, struct backtest_job **ret_j,
                                struct trend_problem *ret_problem, char *ret_why, size_t n)
{
    struct views_options o = {.path = path};
    struct backtest_query all = *q;
    struct backtest_job *j = calloc(1, sizeof *j);
    snprintf(ret_why, n, "out of memory");
    if (j == NULL || (j->v = views_create(&o)) == NULL) {
        free(j);
        return TRENDS_FAILED;
    }
    query_fill(&all, backtest_fields);
    enum trends_error error =
        views_begin(j->v) ? open_all(j, u, &all, now, votes_most, ret_problem, ret_why, n) : TRENDS_FAILED;
    if (views_end(j->v, VIEWS_OK) != VIEWS_OK) {
        snprintf(ret_why, n, "%s", views_why(j->v));
        error = TRENDS_FAILED;
    }
    if (error != TRENDS_OK) {
        backtest_close(j);
        return error;
    }
    *ret_j = j;
    return TRENDS_OK;
}

// ---------------------------------------------------------------- the test

static bool usual(void *ctx, const struct engine_rule *r, int32_t place, wall_ms at, int64_t *ret_n,
                  int64_t *ret_unhappy)
{
    struct backtest_job *j = ctx;
    if (views_begin(j->v) &&
        !usual_votes(j->v->st, r, place, &j->org.places[place].hours, j->org.places[place].tz, at, ret_n,
                     ret_unhappy)) {
        j->v->failed = true;
        snprintf(j->v->why, sizeof j->v->why, "%s", store_why(j->v->st));
    }
    return views_end(j->v, VIEWS_OK) == VIEWS_OK;
}

static bool usual_by_hour(void *ctx, const struct engine_rule *r, int32_t place, wall_ms at, int64_t ret_hours[HOURS_WEEK][2])
{
    struct backtest_job *j = ctx;
    if (views_begin(j->v) &&
        !usual_hours(j->v->st, r, place, &j->org.places[place].hours, j->org.places[place].tz, at, ret_hours)) {
        j->v->failed = true;
        snprintf(j->v->why, sizeof j->v->why, "%s", store_why(j->v->st));
    }
    return views_end(j->v, VIEWS_OK) == VIEWS_OK;
}

static bool spread(void *ctx, const struct engine_rule *r, int32_t place, wall_ms at, double *ret_deviation)
{
    struct backtest_job *j = ctx;
    if (views_begin(j->v) &&
        !usual_spread(j->v->st, r, place, &j->org.places[place].hours, j->org.places[place].tz, at, ret_deviation)) {
        j->v->failed = true;
        snprintf(j->v->why, sizeof j->v->why, "%s", store_why(j->v->st));
    }
    return views_end(j->v, VIEWS_OK) == VIEWS_OK;
}

// Rules, or none yet, and the kiosks whose doings are fed.
static bool configure(struct backtest_job *j, struct engine *e, int rule_count, wall_ms at, char *ret_why, size_t n)
{
    struct org as_if = j->org;
    as_if.rules = j->rules;
    as_if.rule_count = rule_count;
    as_if.kiosks = calloc((size_t)j->org.kiosk_count + 1, sizeof *as_if.kiosks);
    if (as_if.kiosks == NULL) {
        return false;
    }
    for (size_t i = 0; i < j->kiosk_count; i++) {
        as_if.kiosks[j->kiosks[i].id] = j->org.kiosks[j->kiosks[i].id];
    }
    bool ok = org_configure_engine(&as_if, e, j->inhibit_ms, j->lost_ms, at, ret_why, n);
    free(as_if.kiosks);
    return ok;
}

static void transition(void *ctx, const struct engine_transition *t)
{
    const struct backtest_job *j = ctx;
    j->transition(j->transition_ctx, t);
}

static bool has_silence(const struct backtest_job *j)
{
    struct engine_rule r;
    bool any = false;
    for (int i = 0; i < j->rule_count; i++) {
        any = any || (rule_decode(j->rules[i].body, &r) && r.kind == ENGINE_SILENCE);
    }
    return any;
}

static struct backtest *begin(struct backtest_job *j, struct engine *e)
{
    struct engine_rule rules[BACKTEST_RULES];
    for (int i = 0; i < j->rule_count; i++) {
        rule_decode(j->rules[i].body, &rules[i]);
        rules[i].id = j->rules[i].rule;
        rules[i].version = 1;
        rules[i].place = j->top;
    }
    struct backtest_options o = {.rules = rules,
                                 .rule_count = j->rule_count,
                                 .units = j->units,
                                 .unit_count = j->unit_count,
                                 .kiosks = j->kiosks,
                                 .kiosk_count = j->kiosk_count,
                                 .from = j->from_ms,
                                 .to = j->to_ms,
                                 .known = j->known,
                                 .listened = j->kiosk_count > 0 ? j->listened : 0,
                                 .usual = usual,
                                 .hours = usual_by_hour,
                                 .spread = spread,
                                 .rates = has_silence(j) ? backtest_rates : NULL,
                                 .transition = j->transition != NULL ? transition : NULL,
                                 .ctx = j};
    return backtest_create(e, &o);
}

// What is told before the rules begin only says how it stands with the kiosks.
static bool tell_vote(struct backtest_job *j, struct engine *e, struct backtest *b, const struct backtest_stored *v)
{
    struct engine_vote vote = {.event = j->counts_late ? j->votes + 1 : v->event, // the engine wants them to grow
                               .place = v->place,
                               .kiosk = v->kiosk,
                               .question = v->name < j->name_count ? j->names[v->name].s : "",
                               .score = v->score,
                               .of = v->levels,
                               .at = v->at,
                               .arrived = v->arrived,
                               .late = v->late,
                               .unscored = v->unscored};
    bool ok = true;
    int i = 0;
    j->votes += b != NULL && !v->late && !v->unscored;
    do { // once for each reason that is counted, or as a rating
        while (v->named != 0 && (v->named & 1 << i) == 0) {
            i++;
        }
        vote.option = v->named != 0 ? j->options[i].s : NULL;
        if (b == NULL) {
            engine_vote(e, &vote);
        } else {
            ok = backtest_vote(b, j->unit_of[v->place], &vote);
        }
        i++;
    } while (ok && v->named >> i != 0);
    return ok;
}

static bool tell_presence(struct engine *e, struct backtest *b, const struct backtest_told *t)
{
    if (b == NULL) {
        presence_again(e, &t->r.p, t->until);
        return true;
    }
    return backtest_presence(b, &t->r.p, t->until);
}

static bool feed(struct backtest_job *j, struct engine *e, struct backtest *b, struct backtest_window *w,
                 bool (*go)(void *ctx), void *ctx)
{
    bool ok = true;
    size_t told = 0;
    if (w->count > 0) {
        qsort(w->votes, w->count, sizeof *w->votes, j->counts_late ? backtest_by_time : backtest_by_event);
    }
    for (size_t i = 0; ok && i < w->count; i++) {
        for (; ok && told < w->told_count && w->told[told].r.event < w->votes[i].event; told++) {
            ok = tell_presence(e, b, &w->told[told]);
        }
        ok = ok && tell_vote(j, e, b, &w->votes[i]) && (go == NULL || (i + 1) % GO_EVERY != 0 || go(ctx));
    }
    for (; ok && told < w->told_count; told++) {
        ok = tell_presence(e, b, &w->told[told]);
    }
    return ok;
}

// All of [from, to). b NULL: before the rules begin.
static bool run(struct backtest_job *j, struct engine *e, struct backtest *b, struct backtest_window *w, wall_ms from,
                wall_ms to, bool (*go)(void *ctx), void *ctx)
{
    int64_t rows = (int64_t)j->kiosk_count * ROWS_A_DAY * (j->to - j->from);
    wall_ms span = (j->to_ms - j->from_ms) / ((j->expected_votes + rows) / WINDOW_VOTES + 1) + 1;
    for (wall_ms at = from; at < to;) {
        w->from = at;
        w->to = at + span < to ? at + span : to;
        if ((go != NULL && !go(ctx)) || !backtest_read_window(w, 1, j->org.place_count + 1, true)) {
            return false;
        }
        if (w->full) {
            span /= 2;
            if (span < WINDOW_LEAST_MS) {
                snprintf(j->v->why, sizeof j->v->why, "too many votes in a minute: a place below has fewer");
                return false;
            }
            continue;
        }
        j->late += w->what == BACKTEST_BY_TIME ? w->late : 0;
        if (!feed(j, e, b, w, go, ctx)) {
            return false;
        }
        at = w->to;
    }
    return true;
}

// The engine as the rules find it at `from`: kiosks as they stood some days before, and what they did since.
static bool prepare(struct backtest_job *j, struct engine *e, struct backtest_window *w, bool (*go)(void *ctx), void *ctx,
                    char *ret_why, size_t n)
{
    bool before = j->kiosk_count > 0 && j->told_from < j->from_ms;
    if (before && !(configure(j, e, 0, j->told_from, ret_why, n) &&
                    run(j, e, NULL, w, j->told_from, j->from_ms, go, ctx))) {
        return false;
    }
    if (!configure(j, e, j->rule_count, j->from_ms, ret_why, n)) {
        return false;
    }
    if (!has_silence(j)) {
        return true;
    }
    bool ok = views_begin(j->v) && backtest_read_ratings(j);
    return views_end(j->v, VIEWS_OK) == VIEWS_OK && ok;
}

char *backtest_report(struct backtest_job *j, bool (*go)(void *ctx), void *ctx, char *ret_why, size_t n)
{
    struct backtest_window w = {.j = j, .what = j->counts_late ? BACKTEST_BY_TIME : BACKTEST_IN_TIME};
    struct engine *e = engine_create();
    struct backtest *b = NULL;
    char *text = NULL, why[300] = "";
    j->votes = j->late = 0;
    j->v->why[0] = '\0';
    bool done = e != NULL && prepare(j, e, &w, go, ctx, why, sizeof why);
    if (done) {
        b = begin(j, e);
        e = b != NULL ? e : NULL; // taken over
        done = b != NULL && run(j, e, b, &w, j->from_ms, j->to_ms, go, ctx) &&
               (j->counts_late || backtest_count_late(j, go, ctx)) && backtest_end(b);
    }
    free(w.votes);
    free(w.told);
    if (done) {
        text = backtest_json(j, b);
    }
    bool enough = !done && go != NULL && !go(ctx);
    snprintf(ret_why, n, "%s",
             text != NULL || enough ? ""
             : j->v->why[0] != '\0' ? j->v->why
             : why[0] != '\0'       ? why
                                    : "out of memory");
    if (b == NULL) {
        engine_destroy(e);
    }
    backtest_destroy(b);
    return text;
}
