// Breaches that came to light late: what the report of a morning tells, and what it does not: what was told live, what
// no late answer brought about, history, other people's places.
#include "history.h"

#include "aggregator/rules_json.h"
#include "aggregator/sheets.h"
#include "aggregator/trends.h"

#include <jansson.h>

#define MINUTE (HOUR / 60)
#define YESTERDAY "2026-11-22"
#define AT(minutes) ((wall_ms)(TODAY - 1) * DAY + 3 * HOUR + (minutes)*MINUTE) // from 10:00 in Jakarta

static void put_rule(struct world *w, int number, const char *id, int place, const char *text)
{
    struct store_rule r = {.rule = number, .version = 1, .place = place};
    char why[300], *body = rule_read(id, text, why, sizeof why);
    if (body == NULL) {
        fail_msg("%s", why);
    }
    ident_set(&r.id, id);
    snprintf(r.body, sizeof r.body, "%s", body);
    free(body);
    assert_true(store_begin(w->st) && store_put_rule(w->st, &r, 1) && store_commit(w->st));
}

static void vote(struct world *w, int kiosk, int score, wall_ms at, wall_ms arrived)
{
    struct event e = {.type = EVENT_RATING, .score = score, .of = 5, .since_ms = -1};
    ident_set(&e.question, "overall");
    e.seq = e.visit = ++w->seq[kiosk];
    struct stored_event s = {.epoch_id = kiosk,
                             .kiosk = kiosk,
                             .place = kiosk == 1 ? DAGO : PAPUA,
                             .e = &e,
                             .at = at,
                             .arrived = arrived,
                             .flags = arrived - at > 2 * MINUTE ? EVENT_LATE : 0};
    assert_true(store_begin(w->st) && store_name(w->st, "overall", &s.name) && store_event(w->st, &s) &&
                store_commit(w->st));
}

static json_t *read_late(struct world *w, const struct views_user *u, const char *place, const char *from,
                         const char *to)
{
    struct views_options o = {.path = w->path};
    struct trend_query q = {.place = place, .from = from, .to = to};
    struct trend_problem problem;
    struct views *v = views_create(&o);
    char *text = NULL;
    enum trends_error e = trends_read(v, u, "late", &q, NOW, &problem, &text);
    if (e != TRENDS_OK) {
        fail_msg("%d %s", e, views_why(v));
    }
    json_t *read = json_loads(text, 0, NULL);
    free(text);
    views_destroy(v);
    return read;
}

static int64_t integer(const json_t *o, const char *key)
{
    assert_true(json_is_integer(json_object_get(o, key)));
    return json_integer_value(json_object_get(o, key));
}

static const char *text(const json_t *o, const char *key)
{
    assert_true(json_is_string(json_object_get(o, key)));
    return json_string_value(json_object_get(o, key));
}

static json_t *breaches(json_t *o)
{
    return json_object_get(o, "breaches");
}

static void test_told(void **state)
{
    struct world *w = *state;
    put_rule(w, 1, "share", ORG, "{kind: share, min_n: 6, mash: 0 s, name: { en: Half, id: Separuh }}");
    put_rule(w, 2, "offline", ORG, "{kind: offline}");
    json_t *o = read_late(w, NULL, "org", YESTERDAY, YESTERDAY);
    assert_true(json_is_true(json_object_get(o, "searched")));
    assert_int_equal(integer(o, "late"), 0);
    json_decref(o);

    // Three bad ones in time and three that came four hours late, all given between 10:00 and 10:05.
    for (int i = 0; i < 6; i++) {
        vote(w, 1, 1, AT(i), i < 3 ? AT(i) : AT(240 + i));
    }
    vote(w, 2, 1, AT(0), AT(0));
    o = read_late(w, NULL, "org", YESTERDAY, YESTERDAY);
    assert_int_equal(integer(o, "late"), 3);
    assert_int_equal(json_array_size(breaches(o)), 1);
    const json_t *b = json_array_get(breaches(o), 0);
    assert_string_equal(text(json_object_get(b, "place"), "id"), "dago");
    assert_string_equal(text(json_object_get(b, "standard"), "id"), "share");
    assert_string_equal(text(json_object_get(json_object_get(b, "standard"), "name"), "en"), "Half");
    assert_int_equal(integer(b, "at"), AT(5));
    assert_string_equal(text(b, "day"), YESTERDAY);
    assert_string_equal(text(b, "time"), "10:05");
    assert_int_equal(integer(b, "n"), 6);
    assert_int_equal(integer(b, "unhappy"), 6);
    assert_int_equal(integer(b, "late"), 3);
    json_decref(o);

    // Of the branch, its region and a week it is told too; elsewhere, the day before, and of more days than a week it is not.
    static const struct {
        const char *place, *from, *to;
        size_t want;
    } seen[] = {{"dago", YESTERDAY, YESTERDAY, 1},
                {"west", "2026-11-16", YESTERDAY, 1},
                {"east", YESTERDAY, YESTERDAY, 0},
                {"dago", "2026-11-21", "2026-11-21", 0},
                {"dago", "2026-11-01", YESTERDAY, 0}};
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++) {
        o = read_late(w, NULL, seen[i].place, seen[i].from, seen[i].to);
        assert_int_equal(json_array_size(breaches(o)), seen[i].want);
        assert_int_equal(json_is_true(json_object_get(o, "searched")), i != 4);
        json_decref(o);
    }
    struct views_user guest = {.name = "link", .place = ORG, .shared = true};
    o = read_late(w, &guest, "org", YESTERDAY, YESTERDAY);
    assert_int_equal(json_array_size(breaches(o)), 0);
    json_decref(o);

    // Open live at that time, under whatever votes: somebody was told.
    assert_true(
        store_run(w->st,
                  "INSERT INTO alert(id, rule_id, rule_version, place_id, kiosk_id, state, since, opened,"
                  " raised, closed) VALUES('a', 1, 1, ?1, 0, 'resolved', ?2, ?2, ?2, ?3)",
                  "dii", (int)DAGO, AT(10), AT(60)));
    o = read_late(w, NULL, "org", YESTERDAY, YESTERDAY);
    assert_int_equal(json_array_size(breaches(o)), 0);
    json_decref(o);
}

// What would have been an alert without the late ones too is none that they brought about; they came days after.
static void test_days_later(void **state)
{
    struct world *w = *state;
    put_rule(w, 1, "share", WEST, "{kind: share, min_n: 6, mash: 0 s}");
    for (int i = 0; i < 6; i++) {
        vote(w, 1, 1, AT(i) - 3 * DAY, AT(i)); // three days late
    }
    for (int i = 0; i < 6; i++) {
        vote(w, 1, 1, AT(100 + i), AT(100 + i));
    }
    json_t *o = read_late(w, NULL, "org", YESTERDAY, YESTERDAY);
    assert_int_equal(integer(o, "late"), 6);
    assert_int_equal(json_array_size(breaches(o)), 1);
    assert_string_equal(text(json_array_get(breaches(o), 0), "day"), "2026-11-19");
    json_decref(o);

    // History that was imported came late as a whole: it is no news.
    assert_true(store_run(
        w->st, "INSERT INTO import(epoch_id, sha256, name, at, who, state) VALUES(1, '', '', 0, '', 0)", ""));
    o = read_late(w, NULL, "org", YESTERDAY, YESTERDAY);
    assert_int_equal(integer(o, "late"), 0);
    json_decref(o);
}

static bool has_sheet(struct world *w, const char *from, const char *title)
{
    struct views_options options = {.path = w->path};
    struct trend_query q = {.place = "dago", .from = from, .to = YESTERDAY, .lang = "en"};
    struct trend_problem problem;
    struct sheets *s = NULL;
    struct views *v = views_create(&options);
    bool found = false;
    assert_int_equal(sheets_read(v, NULL, "report", &q, NOW, &problem, &s), TRENDS_OK);
    for (size_t i = 0; i < sheets_count(s); i++) {
        found = found || strcmp(sheets_title(s, i), title) == 0;
    }
    sheets_close(s);
    views_destroy(v);
    return found;
}

static void test_in_the_mail(void **state)
{
    struct world *w = *state;
    assert_true(has_sheet(w, YESTERDAY, "Breaches found late"));
    assert_false(has_sheet(w, "2026-10-01", "Breaches found late")); // not searched: nothing is said
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_told, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_days_later, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_in_the_mail, world_setup, world_teardown),
    };
    return cmocka_run_group_tests_name("late", tests, NULL, NULL);
}
