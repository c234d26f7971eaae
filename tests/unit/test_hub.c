// hub: what pages are told, what is coalesced, and who is woken.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/hub.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct page {
    struct hub_client *c;
    sem_t woken;
    int parked;
};

static void park(void *ctx)
{
    ((struct page *)ctx)->parked++;
}
static void wake(void *ctx)
{
    sem_post(&((struct page *)ctx)->woken);
}
static const struct hub_ops ops = {park, wake};
static const struct hub_places dago = {{"dago"}, 1, false};

static void join(struct hub *h, struct page *p, const char *branch, int64_t seen, int64_t rev)
{
    *p = (struct page){.parked = 0};
    sem_init(&p->woken, 0, 0);
    const struct hub_places one = {{branch}, 1, false};
    p->c = hub_join(h, &one, seen, &ops, p);
    assert_non_null(p->c);
    hub_greet(p->c, 0, rev);
}

static bool woken(struct page *p, int within_ms)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += within_ms / 1000;
    t.tv_nsec += within_ms % 1000 * 1000000L;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return sem_timedwait(&p->woken, &t) == 0;
}

// Takes what is due as text; "" when the page was parked.
static const char *take_all(struct page *p, char *buf, size_t most)
{
    size_t n = hub_take(p->c, buf, most);
    assert_true(n <= most);
    buf[n] = '\0';
    return buf;
}

static const char *take(struct page *p, char *buf)
{
    return take_all(p, buf, HUB_TEXT_MAX(1));
}

static int count(const char *text, const char *word)
{
    int n = 0;
    for (const char *p = text; (p = strstr(p, word)) != NULL; p++) {
        n++;
    }
    return n;
}

static void leave(struct page *p)
{
    hub_leave(p->c);
    sem_destroy(&p->woken);
}

static void greets_at_once(void **state)
{
    (void)state;
    char buf[HUB_TEXT_MAX(1) + 1];
    struct hub *h = hub_create(60000, 0);
    struct page fresh, back, current;
    join(h, &fresh, "dago", -1, 7);
    join(h, &back, "dago", 5, 7);
    join(h, &current, "dago", 7, 7);
    assert_non_null(strstr(take(&fresh, buf), "event: hello\ndata: {\"rev\":7}"));
    assert_int_equal(count(buf, "event: today"), 0);
    assert_int_equal(count(take(&back, buf), "event: today"), 1); // it has missed two
    assert_non_null(strstr(buf, "id: 7\n"));
    assert_int_equal(count(take(&current, buf), "event: today"), 0);
    assert_string_equal(take(&fresh, buf), "");
    assert_int_equal(fresh.parked, 1);
    leave(&fresh);
    leave(&back);
    leave(&current);
    hub_destroy(h);
}

static void only_the_newest_matters(void **state)
{
    (void)state;
    char buf[HUB_TEXT_MAX(1) + 1];
    struct hub *h = hub_create(60000, 0);
    struct page here, elsewhere;
    join(h, &here, "dago", -1, 1);
    join(h, &elsewhere, "cimahi", -1, 1);
    take(&here, buf);
    take(&elsewhere, buf);
    take(&here, buf);
    take(&elsewhere, buf); // both are parked
    for (int rev = 2; rev <= 1000; rev++) {
        hub_publish(h, "dago", rev, "", "");
    }
    assert_true(woken(&here, 2000));
    assert_false(woken(&elsewhere, 50));
    assert_int_equal(count(take(&here, buf), "event: today"), 1);
    assert_non_null(strstr(buf, "\"rev\":1000}"));
    assert_false(woken(&here, 20));      // once, however many changes there were
    hub_publish(h, "dago", 999, "", ""); // an older one tells nothing new
    assert_string_equal(take(&here, buf), "");
    leave(&here);
    leave(&elsewhere);
    hub_destroy(h);
}

static void a_change_while_joining_is_not_lost(void **state)
{
    (void)state;
    char buf[HUB_TEXT_MAX(1) + 1];
    struct hub *h = hub_create(60000, 0);
    struct page p = {.parked = 0};
    sem_init(&p.woken, 0, 0);
    p.c = hub_join(h, &dago, -1, &ops, &p);
    hub_publish(h, "dago", 9, "", "");
    hub_greet(p.c, 0, 8); // read before that change
    assert_non_null(strstr(take(&p, buf), "\"rev\":9}"));
    leave(&p);
    hub_destroy(h);
}

static void alerts_are_bounded(void **state)
{
    (void)state;
    char buf[HUB_TEXT_MAX(1) + 1], id[40];
    struct hub *h = hub_create(60000, 0);
    struct page p;
    join(h, &p, "dago", -1, 1);
    take(&p, buf);
    for (int i = 0; i < 100; i++) { // the longest ids and states there are
        snprintf(id, sizeof id, "%032d", i);
        hub_publish(h, "dago", 2 + i, id, "acknowledged");
    }
    hub_publish(h, "dago", 102, id, "resolved");
    take(&p, buf);
    assert_int_equal(count(buf, "event: alert"), HUB_ALERTS);
    assert_int_equal(count(buf, "\"state\":\"resolved\""), 1);
    assert_non_null(
        strstr(buf, "00099\",\"state\":\"resolved\"")); // an alert's newest state replaces the older one
    assert_int_equal(count(buf, "event: today"), 1);
    leave(&p);
    hub_destroy(h);
}

// Several branches of one browser: each event says its own, hello those of all, and no others are told.
static void several_are_told_apart(void **state)
{
    (void)state;
    char buf[HUB_TEXT_MAX(2) + 1];
    const struct hub_places both = {{"dago", "cimahi"}, 2, true};
    struct hub *h = hub_create(60000, 0);
    struct page p = {.parked = 0};
    sem_init(&p.woken, 0, 0);
    p.c = hub_join(h, &both, 3, &ops, &p); // what it has seen says nothing of which branch
    hub_greet(p.c, 0, 7);
    hub_greet(p.c, 1, 9);
    assert_string_equal(take_all(&p, buf, HUB_TEXT_MAX(2)),
                        "retry: 2000\nevent: hello\ndata: {\"revs\":{\"dago\":7,\"cimahi\":9}}\n\n");
    assert_string_equal(take_all(&p, buf, HUB_TEXT_MAX(2)), "");
    hub_publish(h, "lembang", 70, "", "");
    assert_false(woken(&p, 50));
    hub_publish(h, "cimahi", 10, "", "");
    assert_true(woken(&p, 2000));
    assert_string_equal(take_all(&p, buf, HUB_TEXT_MAX(2)), "event: today\ndata: {\"rev\":10,\"place\":\"cimahi\"}\n\n");
    hub_publish(h, "dago", 8, "a1", "open");
    assert_string_equal(take_all(&p, buf, HUB_TEXT_MAX(2)),
                        "event: alert\ndata: {\"rev\":8,\"place\":\"dago\",\"id\":\"a1\",\"state\":\"open\"}\n\n"
                        "event: today\ndata: {\"rev\":8,\"place\":\"dago\"}\n\n");
    leave(&p);
    hub_destroy(h);
}

static void as_many_as_there_may_be_fit(void **state)
{
    (void)state;
    char buf[HUB_TEXT_MAX(HUB_PLACES_MAX) + 1], ids[HUB_PLACES_MAX][40];
    struct hub_places all = {.n = HUB_PLACES_MAX, .named = true};
    struct hub *h = hub_create(60000, 0);
    struct page p = {.parked = 0};
    sem_init(&p.woken, 0, 0);
    for (int i = 0; i < HUB_PLACES_MAX; i++) {
        snprintf(ids[i], sizeof ids[i], "%032d", i);
        all.branch[i] = ids[i];
    }
    p.c = hub_join(h, &all, -1, &ops, &p);
    for (int i = 0; i < HUB_PLACES_MAX; i++) {
        hub_greet(p.c, i, INT64_MAX - 2);
        hub_publish(h, ids[i], INT64_MAX - 1, ids[i], "acknowledged");
    }
    take_all(&p, buf, HUB_TEXT_MAX(HUB_PLACES_MAX));
    assert_int_equal(count(buf, ":9223372036854775806"), HUB_PLACES_MAX + HUB_ALERTS);
    for (int i = 0; i < HUB_PLACES_MAX; i++) {
        hub_publish(h, ids[i], INT64_MAX, ids[i], "acknowledged");
    }
    take_all(&p, buf, HUB_TEXT_MAX(HUB_PLACES_MAX));
    assert_int_equal(count(buf, "event: today"), HUB_PLACES_MAX);
    assert_int_equal(count(buf, "event: alert"), HUB_ALERTS);
    assert_non_null(strstr(buf, "00015\",\"id\":\"00000000000000000000000000000015\"")); // each alert at its branch
    leave(&p);
    hub_destroy(h);
}

// A server whose buffer the request's own headers have filled gives little room: no byte is written past it.
static void what_does_not_fit_ends_the_stream(void **state)
{
    (void)state;
    char buf[HUB_TEXT_MAX(1) + 1];
    struct hub *h = hub_create(60000, 0);
    struct page p;
    join(h, &p, "dago", -1, 1);
    memset(buf, '#', sizeof buf);
    assert_true(hub_take(p.c, buf, 20) == HUB_END);
    assert_true(hub_take(p.c, buf, HUB_TEXT_MAX(1) - 1) == HUB_END);
    assert_int_equal(buf[0], '#');
    assert_int_equal(p.parked, 0);
    leave(&p);
    hub_destroy(h);
}

static void comments_find_the_dead(void **state)
{
    (void)state;
    char buf[HUB_TEXT_MAX(1) + 1];
    struct hub *h = hub_create(40, 0);
    struct page p;
    join(h, &p, "dago", -1, 1);
    take(&p, buf);
    take(&p, buf);
    assert_true(woken(&p, 2000));
    assert_string_equal(take(&p, buf), ": still here\n\n");
    assert_string_equal(take(&p, buf), "");
    assert_true(woken(&p, 2000));
    leave(&p);
    hub_destroy(h);
}

static void closing_wakes_and_ends(void **state)
{
    (void)state;
    char buf[HUB_TEXT_MAX(1) + 1];
    struct hub *h = hub_create(60000, 0);
    struct page p;
    join(h, &p, "dago", -1, 1);
    take(&p, buf);
    take(&p, buf);
    hub_close(h);
    assert_true(woken(&p, 0));
    assert_true(hub_take(p.c, buf, HUB_TEXT_MAX(1)) == HUB_END);
    assert_int_equal(p.parked, 1);
    assert_null(hub_join(h, &dago, -1, &ops, &p));
    leave(&p);
    hub_destroy(h);
}

static void clients_are_bounded(void **state)
{
    (void)state;
    struct hub *h = hub_create(60000, 0);
    static struct hub_client *all[HUB_CLIENTS_MAX];
    struct page p = {.parked = 0};
    for (int i = 0; i < HUB_CLIENTS_MAX; i++) {
        all[i] = hub_join(h, &dago, -1, &ops, &p);
        assert_non_null(all[i]);
    }
    assert_null(hub_join(h, &dago, -1, &ops, &p));
    hub_leave(all[7]); // from the middle of the list
    assert_int_equal(hub_count(h), HUB_CLIENTS_MAX - 1);
    all[7] = hub_join(h, &dago, -1, &ops, &p);
    assert_non_null(all[7]);
    for (int i = 0; i < HUB_CLIENTS_MAX; i++) {
        hub_leave(all[i]);
    }
    assert_int_equal(hub_count(h), 0);
    hub_leave(NULL);
    hub_destroy(h);
    hub_destroy(NULL);
}

// Time is real here: a revision of ten seconds is one that does not come within the test.
static void figures_wait_for_their_turn_alerts_do_not(void **state)
{
    (void)state;
    char buf[HUB_TEXT_MAX(1) + 1];
    struct hub *h = hub_create(60000, 10000);
    struct page p;
    join(h, &p, "dago", 1, 1);
    assert_non_null(strstr(take(&p, buf), "event: hello"));
    assert_string_equal(take(&p, buf), ""); // parked
    hub_publish(h, "dago", 2, "", "");
    assert_false(woken(&p, 50));
    assert_string_equal(take(&p, buf), ""); // nor when it asks
    hub_publish(h, "dago", 3, "a1", "open");
    assert_true(woken(&p, 2000));
    assert_int_equal(count(take(&p, buf), "event: alert"), 1);
    assert_int_equal(count(buf, "event: today"), 1); // and the figures go with it
    leave(&p);
    hub_destroy(h);

    h = hub_create(60000, 60);
    join(h, &p, "dago", 1, 1);
    take(&p, buf);
    hub_publish(h, "dago", 2, "", "");
    if (take(&p, buf)[0] == '\0') { // its turn comes by itself
        assert_true(woken(&p, 2000));
        take(&p, buf);
    }
    assert_non_null(strstr(buf, "\"rev\":2}"));
    leave(&p);
    hub_destroy(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greets_at_once),
        cmocka_unit_test(only_the_newest_matters),
        cmocka_unit_test(figures_wait_for_their_turn_alerts_do_not),
        cmocka_unit_test(a_change_while_joining_is_not_lost),
        cmocka_unit_test(alerts_are_bounded),
        cmocka_unit_test(several_are_told_apart),
        cmocka_unit_test(as_many_as_there_may_be_fit),
        cmocka_unit_test(what_does_not_fit_ends_the_stream),
        cmocka_unit_test(comments_find_the_dead),
        cmocka_unit_test(closing_wakes_and_ends),
        cmocka_unit_test(clients_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
