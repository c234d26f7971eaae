// A day of simulated use by a fake clock: a visitor every minute or so, who answers, walks away, changes the
// language or holds a palm on the screen; documents are replaced, answers acknowledged and pruned. Memory at
// the end of the first hour is that of the last.
#include "kiosk/outbox.h"
#include "kiosk/stage.h"
#include "tests/unit/showing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
size_t __sanitizer_get_current_allocated_bytes(void); // of sanitizer/allocator_interface.h, which gcc has not
static size_t allocated(void)
{
    return __sanitizer_get_current_allocated_bytes();
}
#else
static size_t allocated(void)
{
    return mallinfo2().uordblks;
}
#endif

enum { SECOND = 1000, HOUR = 3600 * SECOND, HOURS = 24, SLACK_BYTES = 4096 };
#define MIDNIGHT ((wall_ms)1763836800000)
#define RUN "00112233445566778899aabbccddeeff"

static int plain_width(void *ctx, enum draw_weight weight, int px, enum draw_direction direction,
                       const char *text, int bytes)
{
    (void)ctx;
    (void)direction;
    (void)text;
    return bytes * px * (weight == WEIGHT_BOLD ? 60 : 55) / 100;
}

static int plain_height(void *ctx, enum draw_weight weight, int px)
{
    (void)ctx;
    (void)weight;
    return px * 136 / 100;
}

static const struct measure plain = {.width = plain_width, .height = plain_height};

struct day {
    char dir[64];
    struct outbox *ob;
    struct show *show;
    struct stage *stage;
    mono_ms now, wake_at;
    uint32_t seed;
    int64_t answers, visits, draws;
};

static uint32_t dice(struct day *d, uint32_t n)
{
    d->seed = d->seed * 1664525u + 1013904223u;
    return (d->seed >> 8) % n;
}

// ---------------------------------------------------------------- as the window does
static struct app_effects feed(struct day *d, struct app_input in)
{
    in.now = d->now;
    in.wall = MIDNIGHT + d->now;
    struct app_effects e = app_feed(&d->stage->app, &in);
    d->wake_at = e.wake_at;
    if (e.relayout)
        stage_place(d->stage, &plain);
    else if (e.retyped)
        stage_retype(d->stage, &plain);
    if (e.redraw) {
        stage_draw(d->stage);
        d->draws++;
    }
    assert_false(d->stage->list.full);
    if (e.save) {
        int64_t seq = 0;
        if (e.answer.visit == 0) {
            d->visits++;
            stage_begin(d->stage);
        }
        assert_int_equal(outbox_append(d->ob, &e.answer, CLOCK_SYNCED, &seq), OUTBOX_OK);
        assert_int_equal(outbox_commit(d->ob), OUTBOX_OK);
        d->answers++;
        struct saved saved = {e.answer.ticket, SAVE_COMMITTED, seq};
        stage_saved(d->stage, &saved, outbox_epoch(d->ob));
        feed(d, (struct app_input){.kind = APP_IN_SAVED, .saved = saved});
    }
    return e;
}

// Time goes on, with every tick that the app asked for.
static void pass(struct day *d, mono_ms until)
{
    while (d->wake_at >= 0 && d->wake_at <= until) {
        d->now = d->wake_at > d->now ? d->wake_at : d->now + 1;
        feed(d, (struct app_input){.kind = APP_IN_TICK});
    }
    d->now = until > d->now ? until : d->now;
}

// ---------------------------------------------------------------- a visitor
struct targets {
    int count, target[200];
};

static void collect(void *ctx, int target, struct rect r)
{
    struct targets *t = ctx;
    (void)r;
    if (t->count < 200)
        t->target[t->count++] = target;
}

static void touch(struct day *d)
{
    struct targets t = {0};
    layout_targets(&d->stage->layout, collect, &t);
    int target = t.count > 0 ? t.target[dice(d, (uint32_t)t.count)] : TARGET_NONE;
    if (app_is_typing(&d->stage->app) && dice(d, 6) == 0)
        target = dice(d, 3) ? TARGET_DONE : TARGET_SKIP;
    int64_t finger = 1 + dice(d, 2);
    feed(d, (struct app_input){.kind = APP_IN_PRESS, .target = target, .finger = finger});
    if (dice(d, 30) != 0) // a release that is lost at times
        feed(d, (struct app_input){.kind = APP_IN_RELEASE, .finger = finger});
}

static void visit(struct day *d)
{
    for (int touches = 0; touches < 40; touches++) {
        touch(d);
        if (dice(d, 25) == 0)
            return; // walks away
        pass(d, d->now + 300 + dice(d, 2500));
        if (touches > 2 && app_is_first(&d->stage->app))
            return;
    }
}

// ---------------------------------------------------------------- what happens once an hour
static void acknowledge(struct day *d)
{
    struct ack_epoch e = {.through = d->answers};
    struct ack_message m = {.run = RUN, .epoch_count = 1, .epochs = &e};
    bool counted;
    int64_t rows;
    memcpy(e.epoch, outbox_epoch(d->ob), EPOCH_BYTES);
    assert_int_equal(outbox_settle(d->ob, &m, MIDNIGHT + d->now, &counted, &rows), OUTBOX_OK);
    assert_true(counted);
    for (int64_t left = d->answers; left > 0; left -= 500)
        assert_int_equal(outbox_prune(d->ob, MIDNIGHT + d->now + HOUR), OUTBOX_OK);
}

static struct show *document(int hour)
{
    static const char *const themes[] = {"light", "dark"};
    char yaml[8192];
    snprintf(yaml, sizeof yaml,
             EVERY_LANGUAGE EVERY_QUESTION EVERY_SCENE "thanks_code: true\ntheme: { base: %s }\n",
             themes[hour % 2]);
    struct show *show = show_of(yaml);
    assert_non_null(show);
    return show;
}

static void replace(struct day *d, int hour)
{
    struct show *next = document(hour);
    struct app_options o = options_of(next);
    for (int i = 0; !app_replace(&d->stage->app, &o); i++) { // between two visits
        assert_true(i < 100);
        pass(d, d->now + 10 * SECOND);
    }
    stage_use(d->stage, next);
    show_destroy(d->show);
    d->show = next;
    feed(d, (struct app_input){.kind = APP_IN_LAYOUT});
}

static void a_day_leaves_no_byte(void **state)
{
    struct day *d = *state;
    size_t first = 0;
    for (int hour = 0; hour < HOURS; hour++) {
        mono_ms end = (mono_ms)(hour + 1) * HOUR;
        stage_day(d->stage, 20000);
        replace(d, hour);
        while (d->now < end) {
            visit(d);
            pass(d, d->now + 10 * SECOND + dice(d, 100 * SECOND));
        }
        replace(d, 1); // each hour is measured with the same document
        acknowledge(d);
        if (hour == 0)
            first = allocated();
    }
    size_t last = allocated();
    print_message(
        "%lld visits, %lld answers, %lld pictures; %zu bytes after the first hour, %zu after the last\n",
        (long long)d->visits, (long long)d->answers, (long long)d->draws, first, last);
    assert_true(d->visits > 500 && d->answers > 1500 && d->draws > 10000);
    assert_true(last <= first + SLACK_BYTES);
}

// ---------------------------------------------------------------- around it
static int set_up(void **state)
{
    struct day *d = calloc(1, sizeof *d);
    char path[100];
    const char *why;
    d->seed = 7;
    snprintf(d->dir, sizeof d->dir, "%s/puas-day-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(d->dir));
    snprintf(path, sizeof path, "%s/outbox.db", d->dir);
    struct outbox_options o = {.path = path, .max_pending = 100000, .keep_ms = HOUR / 2};
    ident_set(&o.branch, "dago");
    assert_int_equal(outbox_open(&o, MIDNIGHT, &d->ob, &why), OUTBOX_OK);
    struct ack_epoch nothing = {.through = 0};
    struct ack_message sync = {.run = RUN, .sync = true, .epoch_count = 1, .epochs = &nothing};
    memcpy(nothing.epoch, outbox_epoch(d->ob), EPOCH_BYTES);
    int64_t reopened;
    assert_int_equal(outbox_sync(d->ob, &sync, &reopened), OUTBOX_OK);
    d->show = document(0);
    static const struct stage_options stage = {.org = "Clinic", .name = "k1"};
    struct app_options app = options_of(d->show);
    d->stage = malloc(sizeof *d->stage);
    stage_init(d->stage, &stage, d->show, &app, 0);
    d->stage->w = 480;
    d->stage->h = 320;
    feed(d, (struct app_input){.kind = APP_IN_LAYOUT});
    *state = d;
    return 0;
}

static int tear_down(void **state)
{
    struct day *d = *state;
    char command[100];
    outbox_close(d->ob);
    show_destroy(d->show);
    free(d->stage);
    snprintf(command, sizeof command, "rm -rf %s", d->dir);
    assert_int_equal(system(command), 0);
    free(d);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_day_leaves_no_byte, set_up, tear_down)};
    return cmocka_run_group_tests_name("day", tests, NULL, NULL);
}
