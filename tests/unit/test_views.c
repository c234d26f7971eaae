// views: figures of a real store, filled as the core fills it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/ctl.h"
#include "aggregator/stats.h"
#include "aggregator/store_impl.h"
#include "aggregator/views.h"
#include "tests/unit/folder.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MINUTE = 60000, HOUR = 60 * MINUTE };
#define DAY ((wall_ms)24 * HOUR)
#define NOON ((wall_ms)1795413600000) // 2026-11-23 06:00 UTC, 13:00 in Jakarta, a Monday

#define MORNING (NOON - 3 * HOUR) // open, as NOON is; in between is the midday close

struct world {
    char dir[FOLDER_BYTES], path[100];
    struct store *st;
    struct views *v;
    int32_t kiosk, kiosk2, question, why, epoch, epoch2, area;
    int64_t seq[3]; // next of epoch 1 and 2
    struct views_user all;
};
enum { ORG = 1, BRANCH = 2, EMPTY = 3, AREA = 4 };

static int32_t place(struct world *w, int32_t parent, const char *id, int kind, const char *tz,
                     const char *hours)
{
    struct store_place p = {.parent = parent, .kind = kind};
    ident_set(&p.id, id);
    snprintf(p.name, sizeof p.name, "%s", id);
    snprintf(p.tz, sizeof p.tz, "%s", tz);
    snprintf(p.hours, sizeof p.hours, "%s", hours);
    assert_true(store_put_place(w->st, &p));
    return p.place;
}

static int32_t kiosk(struct world *w, const char *id, int32_t at, uint8_t epoch_byte, int32_t *ret_epoch)
{
    struct store_kiosk k = {.known = true, .session = -1};
    struct store_epoch e;
    uint8_t epoch[EPOCH_BYTES] = {epoch_byte};
    bool found;
    ident_set(&k.id, id);
    snprintf(k.name, sizeof k.name, "%s", id);
    assert_true(store_put_kiosk(w->st, &k));
    assert_true(store_assign(w->st, k.kiosk, at, NOON - 90 * DAY));
    assert_true(store_epoch(w->st, k.kiosk, epoch, NOON, true, &e, &found));
    *ret_epoch = e.epoch_id;
    return k.kiosk;
}

static int setup_zone(void **state, const char *tz)
{
    struct world *w = calloc(1, sizeof *w);
    char why[600];
    folder_make(w->dir, "views");
    snprintf(w->path, sizeof w->path, "%s/puas.db", w->dir);
    assert_int_equal(store_open(w->path, &w->st, why, sizeof why), STORE_OK);
    assert_true(store_begin(w->st));
    place(
        w, 0, "org", PLACE_ORG, tz,
        "0 07:00-20:00;1 07:00-12:00 13:00-20:00;2 07:00-20:00;3 07:00-20:00;4 07:00-20:00;5 07:00-20:00;6");
    place(w, ORG, "dago", PLACE_BRANCH, "", "");
    place(w, ORG, "empty", PLACE_BRANCH, "", "");
    place(w, BRANCH, "ward", PLACE_AREA, "", "");
    w->kiosk = kiosk(w, "k1", BRANCH, 1, &w->epoch);
    w->kiosk2 = kiosk(w, "k2", AREA, 2, &w->epoch2);
    w->seq[1] = w->seq[2] = 1;
    store_name(w->st, "overall", &w->question);
    store_name(w->st, "why", &w->why);
    struct store_rule r = {.place = ORG};
    ident_set(&r.id, "promise");
    snprintf(r.body, sizeof r.body,
             "{\"kind\":\"standard\",\"name\":{\"en\":\"Kept\"},\"question\":\"overall\",\"percent\":85,"
             "\"top_faces\":2,"
             "\"usual_unhappy\":0.1,\"false_alarm_votes\":5000,\"hold_ms\":0,\"mash_ms\":0}");
    assert_true(store_put_rule(w->st, &r, NOON - 90 * DAY));
    assert_true(store_put_survey(
        w->st, "service", 1,
        "{\"faces\":5,\"question\":\"overall\",\"reasons\":[{\"id\":\"wait\",\"text\":{\"en\":"
        "\"Long wait\"}}],\"text\":{}}",
        NOON - 90 * DAY));
    assert_true(store_put_user(w->st, "boss", "Boss", "manager", ORG, "en", "!"));
    assert_true(store_put_user(w->st, "other", "Other", "viewer", EMPTY, "en", "!"));
    assert_true(store_commit(w->st));
    w->all = (struct views_user){.user = 1, .place = ORG, .name = "boss", .role = ROLE_MANAGER};
    struct views_options o = {w->path, 120000, 5, 15 * MINUTE};
    w->v = views_create(&o);
    *state = w;
    return 0;
}

static int setup(void **state)
{
    return setup_zone(state, "Asia/Jakarta");
}

static int setup_india(void **state)
{
    return setup_zone(state, "Asia/Kolkata");
}

static int teardown(void **state)
{
    struct world *w = *state;
    views_destroy(w->v);
    store_close(w->st);
    folder_drop(w->dir);
    free(w);
    return 0;
}

static bool give(struct world *w, int64_t event, enum verdict_rule rule)
{
    struct store_press p = {.event_id = event};
    bool failed = !store_flush_events(w->st);
    sqlite3_stmt *s = store_bind(w->st, "SELECT epoch_id, seq FROM event WHERE event_id = ?1", "i", event);
    assert_true(store_row(w->st, s, &failed));
    p.epoch_id = sqlite3_column_int(s, 0);
    p.seq = sqlite3_column_int64(s, 1);
    sqlite3_reset(s);
    return !failed && store_put_verdict(w->st, &p, rule, 1, NOON);
}

// One answer of kiosk 1 or 2; returns its event id. `e` lacks only seq.
static int64_t put(struct world *w, int which, struct event *e, wall_ms at, int flags)
{
    e->seq = w->seq[which]++;
    e->at = at;
    e->visit = e->visit != 0 ? e->visit : e->seq;
    struct stored_event s = {.epoch_id = which == 1 ? w->epoch : w->epoch2,
                             .kiosk = which == 1 ? w->kiosk : w->kiosk2,
                             .place = which == 1 ? BRANCH : AREA,
                             .name = e->type == EVENT_CHOICE ? w->why
                                     : e->type == EVENT_VOID ? 0
                                                             : w->question,
                             .e = e,
                             .at = at,
                             .arrived = at + 100,
                             .flags = flags};
    assert_true(store_event(w->st, &s));
    return s.event_id;
}

static int64_t vote(struct world *w, int which, int score, wall_ms at)
{
    struct event e = {.type = EVENT_RATING, .score = score, .of = 5, .since_ms = -1};
    return put(w, which, &e, at, 0);
}

static void release(struct world *w, int64_t event, int64_t rev)
{
    struct store_released r = {BRANCH, event, rev, NOON};
    assert_true(store_put_released(w->st, &r));
}

static json_t *today_of(struct world *w, const char *branch, wall_ms now)
{
    char *text = NULL;
    assert_int_equal(views_today(w->v, &w->all, branch, now, &text), VIEWS_OK);
    json_t *o = json_loads(text, 0, NULL);
    assert_non_null(o);
    free(text);
    return o;
}

static json_t *today(struct world *w)
{
    return today_of(w, "dago", NOON);
}

// json_unpack of one number by a path of keys, as a double; NAN-like -1 for null.
static double figure(json_t *o, const char *group, const char *key)
{
    const json_t *v = json_object_get(group[0] != '\0' ? json_object_get(o, group) : o, key);
    assert_non_null(v);
    return json_is_null(v) ? -1 : json_number_value(v);
}

static void expect_votes(json_t *o, int n)
{
    size_t i;
    json_t *item;
    double kiosks = 0, hours = 0, faces = 0;
    json_array_foreach(json_object_get(o, "kiosks"), i, item)
    {
        kiosks += figure(item, "", "votes");
    }
    json_array_foreach(json_object_get(o, "hours"), i, item)
    {
        hours += figure(item, "", "n");
    }
    json_array_foreach(json_object_get(o, "tally"), i, item)
    {
        faces += figure(item, "", "n");
    }
    assert_int_equal((int)figure(o, "score", "n"), n);
    assert_int_equal((int)figure(o, "coverage", "stored"), n);
    assert_int_equal((int)kiosks, n); // totals shown in two places agree
    assert_int_equal((int)hours, n);
    assert_int_equal((int)faces, n);
}

// ---------------------------------------------------------------- tests

static void empty_branch(void **state)
{
    struct world *w = *state;
    json_t *o = today_of(w, "empty", NOON);
    expect_votes(o, 0);
    assert_true(json_is_null(json_object_get(json_object_get(o, "score"), "share")));
    assert_string_equal(json_string_value(json_object_get(json_object_get(o, "score"), "verdict")), "few");
    assert_true(json_is_null(json_object_get(o, "usual")));
    assert_true(json_is_null(json_object_get(o, "lastVote")));
    assert_int_equal(json_array_size(json_object_get(o, "kiosks")), 0);
    assert_int_equal(json_array_size(json_object_get(o, "tally")), 5);
    assert_string_equal(json_string_value(json_object_get(o, "date")), "2026-11-23");
    assert_int_equal(json_array_size(json_object_get(o, "open")),
                     2); // Monday's midday close, from the organisation
    assert_int_equal(json_array_size(json_object_get(o, "hours")), 13);
    assert_int_equal((int)figure(o, "promise", "target"), 85);
    json_decref(o);
    o = today_of(w, "empty", NOON - 2 * DAY); // a Saturday: closed
    assert_int_equal(json_array_size(json_object_get(o, "open")), 0);
    assert_int_equal(json_array_size(json_object_get(o, "hours")), 0);
    json_decref(o);
}

static void steps_hide_exactly_the_unreleased(void **state)
{
    struct world *w = *state;
    int64_t ids[8];
    for (int i = 0; i < 7; i++) {
        ids[i] = vote(w, 1 + i % 2, i < 5 ? 5 : 1, NOON - (10 - i) * MINUTE);
    }
    json_t *o = today(w); // no step yet: nothing shows
    expect_votes(o, 0);
    assert_true(json_is_null(json_object_get(o, "lastVote")));
    json_decref(o);
    release(w, ids[4], 3);
    o = today(w);
    expect_votes(o, 5);
    assert_int_equal((int)figure(o, "score", "good"), 5);
    assert_int_equal((int)figure(o, "", "rev"), 3);
    assert_true(figure(o, "", "lastVote") == (double)(NOON - 6 * MINUTE));
    json_decref(o);
    release(w, ids[6], 4);
    o = today(w);
    expect_votes(o, 7);
    assert_int_equal((int)figure(o, "score", "good"), 5);
    json_decref(o);
}

static void unscored_votes_do_not_count(void **state)
{
    struct world *w = *state;
    struct event e = {.type = EVENT_RATING, .score = 1, .of = 5, .since_ms = -1};
    vote(w, 1, 5, NOON - 9 * MINUTE);
    put(w, 1, &e, NOON - 8 * MINUTE, EVENT_REPEATED);
    e.visit = 0;
    put(w, 1, &e, NOON - 7 * MINUTE, EVENT_UNASSIGNED);
    json_t *o = today(w);
    expect_votes(o, 0); // nor do they disturb what is taken off
    json_decref(o);
    release(w, 3, 1);
    o = today(w);
    expect_votes(o, 1);
    json_decref(o);
}

static void a_void_shows_with_its_step(void **state)
{
    struct world *w = *state;
    vote(w, 1, 1, NOON - 9 * MINUTE);
    int64_t second = vote(w, 1, 5, NOON - 8 * MINUTE);
    release(w, second, 1);
    struct event e = {.type = EVENT_VOID, .voids = 1, .since_ms = -1};
    int64_t back = put(w, 1, &e, NOON - 7 * MINUTE, 0);
    json_t *o = today(w);
    expect_votes(o, 2);
    assert_int_equal((int)figure(o, "score", "good"), 1);
    json_decref(o);
    release(w, back, 2);
    o = today(w);
    expect_votes(o, 1);
    assert_int_equal((int)figure(o, "score", "good"), 1);
    json_decref(o);
    struct ctl c = {.data = w->dir};
    assert_int_equal(ctl_recount(&c, 0, NULL), CTL_FINE);
}

static void wilson_and_verdict(void **state)
{
    struct world *w = *state;
    struct stats_interval i;
    int64_t last = 0;
    for (int n = 0; n < 20; n++) {
        last = vote(w, 1, n < 17 ? 4 : 3, NOON - 30 * MINUTE + n);
    }
    release(w, last, 1);
    json_t *o = today(w);
    assert_true(stats_wilson(17, 20, &i));
    assert_true(fabs(figure(o, "score", "lo") - i.lo) < 1e-6 && fabs(figure(o, "score", "hi") - i.hi) < 1e-6);
    assert_string_equal(json_string_value(json_object_get(json_object_get(o, "score"), "verdict")),
                        "unclear");
    json_decref(o);
    for (int n = 0; n < 30; n++) {
        last = vote(w, 1, 1, NOON - 20 * MINUTE + n);
    }
    release(w, last, 2);
    o = today(w);
    assert_string_equal(json_string_value(json_object_get(json_object_get(o, "score"), "verdict")), "below");
    json_decref(o);
}

static void usual_is_the_last_four_weekdays(void **state)
{
    struct world *w = *state;
    int64_t last = 0;
    for (int week = 1; week <= 5; week++) {
        for (int n = 0; n < 10; n++) {
            last = vote(w, 1, week <= 4 && n < 9 ? 5 : 1, NOON - week * 7 * DAY);
        }
    }
    vote(w, 1, 1, NOON - 6 * DAY); // another weekday
    release(w, last + 1, 1);
    json_t *o = today(w), *usual = json_object_get(o, "usual"), *hour;
    assert_int_equal((int)figure(usual, "", "n"), 40);
    assert_int_equal((int)figure(usual, "", "good"), 36);
    assert_int_equal((int)figure(usual, "", "days"), 4);
    assert_int_equal((int)figure(usual, "", "weekday"), 1);
    hour = json_array_get(json_object_get(o, "hours"), 13 - 7);
    assert_int_equal((int)figure(hour, "", "hour"), 13);
    assert_true(fabs(figure(hour, "", "usual") - .9) < 1e-9);
    expect_votes(o, 0);
    json_decref(o);
}

static void kiosk_said(struct world *w, int64_t next, int64_t fives, int64_t unacknowledged, wall_ms at)
{
    struct state_message s = {.state = KIOSK_READY, .session = 1, .software = "1.0"};
    struct health_epoch he = {.next_seq = next, .of = 5, .votes = {0, 0, 0, 0, fives}};
    struct health_message h = {
        .unacknowledged = unacknowledged, .clock = CLOCK_SYNCED, .epoch_count = 1, .epochs = &he};
    assert_true(store_kiosk_state(w->st, w->kiosk, &s, at, true));
    assert_true(store_kiosk_state(w->st, w->kiosk2, &s, at, true));
    assert_true(store_kiosk_health(w->st, w->kiosk, &h, at));
    assert_true(store_kiosk_health(w->st, w->kiosk2, &h, at));
    assert_true(store_epoch_known(w->st, w->epoch, &he, at));
}

static void coverage_is_honest(void **state)
{
    struct world *w = *state;
    int64_t last = 0;
    for (int n = 0; n < 8; n++) {
        last = vote(w, 1, 5, NOON - 30 * MINUTE + n);
    }
    release(w, last, 1);
    store_epoch_through(w->st, w->epoch, 8);
    kiosk_said(w, 11, 10, 2, NOON - 30000); // it has counted ten: two are still there
    json_t *o = today(w), *c = json_object_get(o, "coverage");
    assert_int_equal((int)figure(c, "", "stored"), 8);
    assert_int_equal((int)figure(c, "", "known"), 10);
    assert_true(fabs(figure(c, "", "share") - .8) < 1e-9);
    assert_false(json_is_true(json_object_get(c, "complete")));
    assert_int_equal(json_array_size(json_object_get(c, "missing")), 1);
    assert_true(figure(c, "", "asOf") == (double)(NOON - 30000));
    json_decref(o);
    vote(w, 1, 5, NOON - MINUTE); // they arrive
    last = vote(w, 1, 5, NOON - MINUTE);
    store_epoch_through(w->st, w->epoch, 10);
    release(w, last, 2);
    o = today(w);
    c = json_object_get(o, "coverage");
    assert_true(json_is_true(json_object_get(c, "complete")));
    assert_int_equal((int)figure(c, "", "known"), 10);
    json_decref(o);
    struct state_message kept = {.state = KIOSK_READY, .session = 1}; // a retained birth is no sign of life
    assert_true(store_kiosk_state(w->st, w->kiosk, &kept, NOON + 4 * MINUTE, false));
    o = today_of(w, "dago", NOON + 5 * MINUTE); // nobody has been heard for over two minutes
    c = json_object_get(o, "coverage");
    assert_false(json_is_true(json_object_get(c, "complete")));
    assert_int_equal(json_array_size(json_object_get(c, "notHeard")), 2);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(json_object_get(o, "kiosks"), 0), "state")), "lost");
    json_decref(o);
    struct state_message bye = {.state = KIOSK_SLEEPING, .session = 1};
    struct health_message none = {.unacknowledged = 0};
    for (int i = 0; i < 2; i++) { // closed for the day, with nothing left to send: as good as heard
        store_kiosk_health(w->st, i == 0 ? w->kiosk : w->kiosk2, &none, NOON);
        store_kiosk_state(w->st, i == 0 ? w->kiosk : w->kiosk2, &bye, NOON, true);
    }
    o = today_of(w, "dago", NOON + HOUR);
    assert_true(json_is_true(json_object_get(json_object_get(o, "coverage"), "complete")));
    json_decref(o);
}

static void half_hour_zone(void **state)
{
    struct world *w = *state;
    // Kolkata is 5:30 ahead: its Monday begins at 18:30 UTC.
    wall_ms midnight = NOON - NOON % DAY - DAY + 18 * HOUR + 30 * MINUTE;
    vote(w, 1, 1, midnight - 1);
    vote(w, 1, 5, midnight);
    int64_t last = vote(w, 1, 5, midnight + DAY - 1);
    vote(w, 1, 1, midnight + DAY);
    release(w, last + 1, 1);
    json_t *o = today(w), *hours = json_object_get(o, "hours");
    expect_votes(o, 2);
    assert_int_equal((int)figure(o, "score", "good"), 2);
    assert_int_equal((int)figure(json_array_get(hours, 0), "", "hour"),
                     0); // votes outside the hours widen the chart
    assert_int_equal((int)figure(json_array_get(hours, json_array_size(hours) - 1), "", "hour"), 23);
    json_decref(o);
    o = today_of(w, "dago", midnight - 1);
    expect_votes(o, 1);
    json_decref(o);
}

static void reasons_of_the_unhappy(void **state)
{
    struct world *w = *state;
    struct event why = {.type = EVENT_CHOICE, .option_count = 1, .options = {{"wait"}}, .since_ms = -1};
    vote(w, 1, 1, NOON - 9 * MINUTE);
    why.visit = 1;
    put(w, 1, &why, NOON - 9 * MINUTE + 900, 0);
    vote(w, 1, 5, NOON - 8 * MINUTE); // happy: what it chose is no complaint
    why.visit = 3;
    int64_t shown = put(w, 1, &why, NOON - 8 * MINUTE + 900, 0);
    vote(w, 1, 2, NOON - 7 * MINUTE);
    why.visit = 5;
    int64_t last = put(w, 1, &why, NOON - 7 * MINUTE + 900, 0);
    release(w, shown, 1);
    json_t *o = today(w), *r = json_object_get(o, "reasons");
    assert_int_equal((int)figure(r, "", "unhappy"), 1);
    assert_int_equal((int)figure(r, "", "answered"), 1);
    json_t *item = json_array_get(json_object_get(r, "items"), 0);
    assert_int_equal((int)figure(item, "", "n"), 1);
    assert_string_equal(json_string_value(json_object_get(json_object_get(item, "label"), "en")),
                        "Long wait");
    json_decref(o);
    release(w, last, 2);
    o = today(w);
    assert_int_equal((int)figure(json_object_get(o, "reasons"), "", "answered"), 2);
    json_decref(o);
}

static void open_alert(struct world *w, int64_t first, int64_t last, const char *to, wall_ms closed)
{
    struct store_alert a = {.rule = 1,
                            .version = 1,
                            .place = BRANCH,
                            .from = "ok",
                            .to = to,
                            .action = "breach",
                            .who = "",
                            .text = "",
                            .at = NOON,
                            .since = NOON - 9 * MINUTE,
                            .opened = NOON,
                            .raised = NOON,
                            .closed = closed,
                            .first_event = first,
                            .last_event = last,
                            .limit = 117};
    ident_set(&a.id, "a1");
    assert_true(store_alert_change(w->st, &a));
}

static void alerts_count_in_steps(void **state)
{
    struct world *w = *state;
    char *text;
    vote(w, 1, 5, MORNING + 10 * MINUTE); // before its cycle
    int64_t first = vote(w, 1, 1, MORNING + 21 * MINUTE);
    vote(w, 1, 1, MORNING + 22 * MINUTE);
    vote(w, 1, 1, NOON - 30 * MINUTE); // while closed: not judged
    int64_t shown = vote(w, 2, 5, MORNING + 23 * MINUTE);
    int64_t last = vote(w, 2, 1, MORNING + 24 * MINUTE);
    open_alert(w, first, last, "firing", 0);
    release(w, shown, 1);
    json_t *o = today(w), *a = json_array_get(json_object_get(o, "alerts"), 0);
    assert_int_equal((int)figure(a, "votes", "n"), 3);
    assert_int_equal((int)figure(a, "votes", "unhappy"), 2);
    assert_int_equal((int)figure(a, "", "points"), 17 + 17 - 3);
    assert_int_equal(json_array_size(json_object_get(a, "curve")), 3);
    assert_int_equal((int)figure(a, "", "limit"), 117);
    assert_true(json_is_null(json_object_get(a, "falseAlarmDays"))); // learning
    assert_int_equal((int)figure(a, "", "falseAlarmVotes"), 5191);
    json_t *worst = json_array_get(json_object_get(a, "places"), 0); // by area, where there are some
    assert_string_equal(json_string_value(json_object_get(worst, "id")), "dago");
    json_decref(o);
    assert_int_equal(views_alert_votes(w->v, &w->all, "a1", NOON, &text), VIEWS_OK);
    o = json_loads(text, 0, NULL);
    free(text);
    assert_int_equal((int)figure(json_array_get(json_object_get(o, "quarters"), 0), "", "n"), 3);
    json_decref(o);
    release(w, last, 2);
    o = today(w);
    assert_int_equal((int)figure(json_array_get(json_object_get(o, "alerts"), 0), "votes", "n"), 4);
    json_decref(o);
    open_alert(w, first, last, "resolved", NOON);
    o = today_of(w, "dago", NOON + 14 * MINUTE);
    assert_int_equal(json_array_size(json_object_get(o, "alerts")), 1); // a quarter hour longer
    json_decref(o);
    o = today_of(w, "dago", NOON + 16 * MINUTE);
    assert_int_equal(json_array_size(json_object_get(o, "alerts")), 0);
    json_decref(o);
}

// A standard that flutters buries nothing: what is open is there, of what has ended the newest three.
static void few_that_have_ended(void **state)
{
    struct world *w = *state;
    int64_t first = vote(w, 1, 1, NOON - 2 * HOUR);
    release(w, first, 1);
    for (int i = 0; i < 6; i++) {
        struct store_alert a = {.rule = 1, .version = 1, .place = BRANCH, .from = "ok", .to = i == 0 ? "firing" : "resolved",
                                .action = "breach", .who = "", .text = "", .at = NOON, .since = NOON, .opened = NOON,
                                .raised = NOON, .closed = i == 0 ? 0 : NOON, .first_event = first, .last_event = first,
                                .limit = 117};
        char id[16];
        snprintf(id, sizeof id, "a%d", i);
        ident_set(&a.id, id);
        assert_true(store_alert_change(w->st, &a));
    }
    json_t *o = today(w), *alerts = json_object_get(o, "alerts"), *one;
    size_t i, open = 0;
    assert_int_equal(json_array_size(alerts), 4);
    json_array_foreach(alerts, i, one)
    {
        const char *id = json_string_value(json_object_get(one, "id"));
        open += strcmp(id, "a0") == 0;
        assert_true(strcmp(id, "a1") != 0 && strcmp(id, "a2") != 0);
    }
    assert_int_equal(open, 1);
    json_decref(o);
}

// After a closing by hand the points begin at half the limit: the curve does too.
static void curve_begins_where_the_points_did(void **state)
{
    struct world *w = *state;
    int64_t first = vote(w, 1, 1, NOON - 2 * HOUR);
    struct store_alert a = {.rule = 1,
                            .version = 1,
                            .place = BRANCH,
                            .from = "ok",
                            .to = "firing",
                            .action = "breach",
                            .who = "",
                            .text = "",
                            .at = NOON,
                            .since = NOON,
                            .opened = NOON,
                            .raised = NOON,
                            .first_event = first,
                            .last_event = first,
                            .limit = 117,
                            .start = 58};
    ident_set(&a.id, "a1");
    assert_true(store_alert_change(w->st, &a));
    release(w, first, 1);
    json_t *o = today(w);
    assert_int_equal((int)figure(json_array_get(json_object_get(o, "alerts"), 0), "", "points"), 58 + 17);
    json_decref(o);
}

static void expect_state(struct world *w, const char *state)
{
    json_t *o = today(w);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(json_object_get(o, "alerts"), 0), "state")), state);
    json_decref(o);
}

// Only the raise and the end of an alert appear at once: that it eases would tell of the vote just given.
static void easing_shows_with_its_step(void **state)
{
    struct world *w = *state;
    bool found;
    int64_t first = vote(w, 1, 1, NOON - 2 * HOUR);
    release(w, first, 1); // at NOON
    struct store_alert a = {.rule = 1,
                            .version = 1,
                            .place = BRANCH,
                            .from = "acknowledged",
                            .to = "recovering",
                            .action = "eased",
                            .who = "",
                            .text = "",
                            .at = NOON + 1,
                            .since = NOON,
                            .opened = NOON,
                            .raised = NOON,
                            .first_event = first,
                            .last_event = first,
                            .limit = 117};
    ident_set(&a.id, "a1");
    assert_true(store_alert_change(w->st, &a));
    assert_true(store_alert_comment(w->st, "a1", NOON + 2, "comment", "boss", "hm", &found));
    expect_state(w, "acknowledged");
    a.at = NOON; // the step has come with it or after it
    assert_true(store_alert_change(w->st, &a));
    expect_state(w, "recovering");
}

static void scope_and_people(void **state)
{
    struct world *w = *state;
    char *text = NULL, hash[PASSWORD_HASH_BYTES];
    struct views_user u;
    int64_t rev;
    uint8_t token[32] = {7};
    open_alert(w, 1, 1, "firing", 0);
    assert_int_equal(views_user(w->v, "other", &u, hash), VIEWS_OK);
    assert_int_equal(u.role, ROLE_VIEWER);
    assert_int_equal(views_today(w->v, &u, "dago", NOON, &text), VIEWS_NOT_FOUND);
    assert_int_equal(views_rev(w->v, &u, "dago", &rev), VIEWS_NOT_FOUND);
    assert_int_equal(views_may_see_alert(w->v, &u, "a1"), VIEWS_NOT_FOUND);
    assert_int_equal(views_alert_votes(w->v, &u, "a1", NOON, &text), VIEWS_NOT_FOUND);
    assert_int_equal(views_may_see_alert(w->v, &w->all, "a1"), VIEWS_OK);
    assert_int_equal(views_today(w->v, &w->all, "org", NOON, &text), VIEWS_NOT_FOUND); // no branch
    assert_int_equal(views_user(w->v, "nobody", &u, hash), VIEWS_NOT_FOUND);
    assert_int_equal(views_session(w->v, &w->all, "1", true, &text), VIEWS_OK);
    json_t *o = json_loads(text, 0, NULL);
    assert_int_equal(json_array_size(json_object_get(o, "places")), 3); // areas are not listed
    assert_int_equal((int)figure(json_array_get(json_object_get(o, "places"), 0), "", "openAlerts"), 1);
    json_decref(o);
    free(text);
    assert_true(store_put_session(w->st, token, 1, NOON, NOON + HOUR));
    assert_int_equal(views_session_user(w->v, token, NOON, &u), VIEWS_OK);
    assert_string_equal(u.name, "boss");
    assert_int_equal(views_session_user(w->v, token, NOON + HOUR, &u), VIEWS_NOT_FOUND); // expired
}

static void recount_finds_a_difference(void **state)
{
    struct world *w = *state;
    struct ctl c = {.data = w->dir};
    struct event why = {.type = EVENT_CHOICE,
                        .option_count = 2,
                        .options = {{"wait"}, {"staff"}},
                        .visit = 1,
                        .since_ms = -1};
    for (int i = 0; i < 20; i++) {
        vote(w, 1 + i % 2, 1 + i % 5, NOON - i * 7 * MINUTE);
    }
    put(w, 1, &why, NOON, 0);
    struct event back = {.type = EVENT_VOID, .voids = why.seq, .since_ms = -1};
    put(w, 1, &back, NOON, 0); // a reason taken back leaves its rollup too
    assert_int_equal(ctl_recount(&c, 0, NULL), CTL_FINE);
    assert_true(store_run(w->st, "UPDATE tally SET c1 = c1 + 1", ""));
    assert_int_equal(ctl_recount(&c, 0, NULL), CTL_FINDING);
}

static bool add_up(void *ctx, int32_t kiosk, int64_t quarter, int64_t n)
{
    (void)kiosk;
    (void)quarter;
    *(int64_t *)ctx += n;
    return true;
}

// Rates know the days that are over: a restart at noon finds those of the morning.
static void rates_have_an_end(void **state)
{
    struct world *w = *state;
    int64_t sum = 0;
    wall_ms midnight = NOON - NOON % DAY;
    vote(w, 1, 5, midnight - 8 * DAY - 1);
    vote(w, 1, 5, midnight - 8 * DAY);
    vote(w, 2, 5, midnight - 1);
    vote(w, 2, 5, midnight);
    assert_true(store_each_rate(w->st, midnight - 8 * DAY, midnight, add_up, &sum));
    assert_int_equal(sum, 2);
}

static void no_store_is_said(void **state)
{
    (void)state;
    struct views_options o = {"/nonexistent/puas.db", 120000, 5, 1};
    struct views *v = views_create(&o);
    struct views_user u = {.place = 1};
    char *text;
    assert_int_equal(views_today(v, &u, "dago", NOON, &text), VIEWS_FAILED);
    assert_true(strlen(views_why(v)) > 0);
    views_destroy(v);
    views_destroy(NULL);
}

// ---------------------------------------------------------------- with and without suspects

static json_t *verdicts_at(struct world *w, const struct views_user *u, enum views_error wanted)
{
    char *text = NULL;
    assert_int_equal(views_verdicts(w->v, u, "dago", NOON, &text), wanted);
    json_t *o = wanted == VIEWS_OK ? json_loads(text, 0, NULL) : NULL;
    free(text);
    return o;
}

static int face_count(json_t *o, const char *side, int score)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(json_object_get(o, side), "tally"), i, item)
    {
        if ((int)figure(item, "", "score") == score) {
            return (int)figure(item, "", "n");
        }
    }
    return -1;
}

// 6 customers; then `suspects` presses of the worst face, all named by mashing, each second one also by
// streak.
static json_t *with_suspects(struct world *w, int suspects)
{
    int64_t last = 0;
    for (int i = 0; i < 6; i++) {
        last = vote(w, 1, 4 + i % 2, MORNING + i * MINUTE);
    }
    for (int i = 0; i < suspects; i++) {
        last = vote(w, 1 + i % 2, 1, MORNING + (10 + i) * MINUTE);
        assert_true(give(w, last, VERDICT_MASHING));
        assert_true(i % 2 == 0 || give(w, last, VERDICT_STREAK));
    }
    release(w, last, 1);
    json_t *o = verdicts_at(w, &w->all, VIEWS_OK), *day = today(w);
    assert_true(
        json_equal(json_object_get(json_object_get(o, "raw"), "tally"), json_object_get(day, "tally")));
    for (int score = 1; score <= 5; score++) { // raw = filtered + suspects, score by score
        assert_int_equal(face_count(o, "raw", score) - face_count(o, "filtered", score),
                         score == 1 ? (int)figure(o, "", "suspects") : 0);
    }
    json_decref(day);
    return o;
}

static void suspects_come_in_steps(void **state)
{
    json_t *o = with_suspects(*state, 4); // fewer than a step: who saw it must not learn the face
    assert_int_equal((int)figure(o, "", "suspects"), 0);
    json_decref(o);
}

static void raw_and_filtered_reconcile(void **state)
{
    json_t *o = with_suspects(*state, 12);
    assert_int_equal((int)figure(o, "", "suspects"), 10);
    assert_int_equal(face_count(o, "raw", 1), 12);
    assert_int_equal(face_count(o, "filtered", 1), 2);
    json_t *rules = json_object_get(o, "rules");
    assert_string_equal(json_string_value(json_object_get(json_array_get(rules, 0), "rule")), "mashing");
    assert_int_equal((int)figure(json_array_get(rules, 0), "", "n"), 10);
    assert_int_equal((int)figure(json_array_get(rules, 0), "", "version"), 1);
    assert_int_equal((int)figure(json_array_get(rules, 1), "", "n"), 5);
    assert_int_equal((int)figure(json_array_get(rules, 2), "", "n"), 0);
    double raw = figure(json_object_get(json_object_get(o, "raw"), "score"), "", "n");
    double filtered = figure(json_object_get(json_object_get(o, "filtered"), "score"), "", "n");
    assert_int_equal((int)(raw - filtered), 10);
    json_decref(o);
}

static void suspects_after_the_step_are_hidden(void **state)
{
    struct world *w = *state;
    json_decref(with_suspects(w, 5));
    for (int i = 0; i < 5; i++) { // not released yet
        int64_t id = vote(w, 1, 2, MORNING + (40 + i) * MINUTE);
        assert_true(give(w, id, VERDICT_MASHING));
    }
    json_t *o = verdicts_at(w, &w->all, VIEWS_OK);
    assert_int_equal((int)figure(o, "", "suspects"), 5);
    assert_int_equal(face_count(o, "raw", 2), 0);
    json_decref(o);
}

static void suspects_of_other_branches_and_days_do_not_count(void **state)
{
    struct world *w = *state;
    int64_t id = 0;
    for (int i = 0; i < 5; i++) {
        id = vote(w, 1, 1, MORNING - DAY + i * MINUTE);
        assert_true(give(w, id, VERDICT_MASHING));
    }
    release(w, id, 1);
    json_t *o = verdicts_at(w, &w->all, VIEWS_OK);
    assert_int_equal((int)figure(o, "", "suspects"), 0);
    json_decref(o);
    struct views_user other = {.user = 2, .place = EMPTY, .name = "other"};
    verdicts_at(w, &other, VIEWS_NOT_FOUND);
}

int main(void)
{
#define VIEW(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        VIEW(empty_branch),
        VIEW(steps_hide_exactly_the_unreleased),
        VIEW(unscored_votes_do_not_count),
        VIEW(a_void_shows_with_its_step),
        VIEW(wilson_and_verdict),
        VIEW(usual_is_the_last_four_weekdays),
        VIEW(coverage_is_honest),
        cmocka_unit_test_setup_teardown(half_hour_zone, setup_india, teardown),
        VIEW(reasons_of_the_unhappy),
        VIEW(alerts_count_in_steps),
        VIEW(few_that_have_ended),
        VIEW(curve_begins_where_the_points_did),
        VIEW(easing_shows_with_its_step),
        VIEW(scope_and_people),
        VIEW(recount_finds_a_difference),
        VIEW(rates_have_an_end),
        cmocka_unit_test(no_store_is_said),
        VIEW(suspects_come_in_steps),
        VIEW(raw_and_filtered_reconcile),
        VIEW(suspects_after_the_step_are_hidden),
        VIEW(suspects_of_other_branches_and_days_do_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
