// A day of a kiosk in some seconds: app, stage, content and outbox as the window and the uplink drive them,
// under a clock of the test. A visitor comes about once a minute and answers, walks away, changes the
// language; disks are slow, documents are replaced, it closes and opens. Afterwards it holds as much memory
// as it did after the first hour, and the outbox has counted every rating that was thanked.
#include "kiosk/outbox.h"
#include "kiosk/stage.h"
#include "tests/unit/folder.h"
#include "tests/unit/showing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <sqlite3.h>
#include <unistd.h>

enum {
    MINUTE = 60 * 1000,
    HOUR = 60 * MINUTE,
    DAY = 24 * HOUR,
    KEEP_MS = 10 * MINUTE,
    FREE_MORE = 8 * 1024, // bytes that may be held more after a day than after an hour
    FINGER = 1,
    TARGETS_MAX = 64,
};
#define MIDNIGHT ((wall_ms)1795651200000) // 2026-11-26

static const char *const documents[] = {
    "languages: [id, en, zh]\n" EVERY_QUESTION "promise: { en: Served within ten minutes, id: Dilayani dalam "
    "sepuluh menit, zh: 十分钟内为您服务 }\n"
    "tally: true\nthanks_code: true\n",
    "languages: [en, id]\nsurvey: { id: exit, version: 12 }\nstill: true\n",
};

struct day {
    char dir[FOLDER_BYTES], path[100];
    struct outbox *outbox;
    uint8_t epoch[EPOCH_BYTES];
    struct show *show; // on the stage
    int document;
    struct stage *stage;
    mono_ms now, wake_at, maintained_at, answer_at, visitor_at, act_at;
    struct saved saved; // due at answer_at
    int acts;           // what the visitor who is there still does
    int64_t seq, votes[PROTOCOL_SCORE_MAX], taken_back, visits, replaced, changed_language, frames;
    uint32_t seed;
};

// ---------------------------------------------------------------- dice
static int draw(struct day *d, int below)
{
    d->seed = d->seed * 1664525u + 1013904223u;
    return (int)((d->seed >> 8) % (uint32_t)below);
}

// ---------------------------------------------------------------- memory
// Under a sanitizer malloc is another one. That of the C library counts what lies in a thread's cache as
// held: main does without that cache.
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static int64_t held_bytes(void)
{
    struct mallinfo2 m = mallinfo2();
    size_t all = __sanitizer_get_current_allocated_bytes != NULL ? __sanitizer_get_current_allocated_bytes()
                                                                 : m.uordblks + m.hblkhd;
    return (int64_t)all;
}

// ---------------------------------------------------------------- the writer's part
static void save(struct day *d, const struct answer *a)
{
    int64_t seq;
    assert_int_equal(outbox_append(d->outbox, a, CLOCK_SYNCED, &seq), OUTBOX_OK);
    assert_int_equal(outbox_commit(d->outbox), OUTBOX_OK);
    assert_int_equal(seq, d->seq + 1);
    d->seq = seq;
    d->saved = (struct saved){.ticket = a->ticket, .result = SAVE_COMMITTED, .seq = seq};
    d->answer_at = d->now + 5 + draw(d, 60);
    if (draw(d, 40) == 0) { // too late: nobody is thanked for it
        d->saved.result = SAVE_TIMED_OUT;
        d->saved.seq = 0;
        d->answer_at = d->now + 2000;
        assert_int_equal(outbox_void(d->outbox, seq, MIDNIGHT + d->now, d->now), OUTBOX_OK);
        d->seq++;
        d->taken_back++;
    } else if (a->score > 0) {
        d->votes[a->score - 1]++;
    }
}

// ---------------------------------------------------------------- the window's part
static void feed(struct day *d, struct app_input in)
{
    in.now = d->now;
    in.wall = MIDNIGHT + d->now;
    struct app_effects e = app_feed(&d->stage->app, &in);
    d->wake_at = e.wake_at;
    d->changed_language += e.lang_changed;
    if (e.save && e.answer.visit == 0) {
        stage_begin(d->stage);
        d->visits++;
    }
    if (e.relayout)
        stage_place(d->stage, &plain_measure);
    else if (e.retyped)
        stage_retype(d->stage, &plain_measure);
    if (e.redraw) {
        stage_draw(d->stage);
        assert_false(d->stage->list.full);
        d->frames++;
    }
    if (e.save)
        save(d, &e.answer);
}

static void replace(struct day *d)
{
    int other = !d->document;
    struct show *show = show_of(documents[other]);
    assert_non_null(show);
    struct app_options o = options_of(show);
    if (!app_replace(&d->stage->app, &o)) {
        show_destroy(show);
        return;
    }
    show_destroy(d->show);
    d->show = show;
    d->document = other;
    d->replaced++;
    stage_use(d->stage, show);
    feed(d, (struct app_input){.kind = APP_IN_LAYOUT});
}

// ---------------------------------------------------------------- the uplink's part
static void acknowledge(struct day *d)
{
    struct ack_epoch e = {.through = d->seq};
    struct ack_message m = {.epoch_count = 1, .epochs = &e, .run = "aaaa"};
    bool counted;
    int64_t rows;
    memcpy(e.epoch, d->epoch, EPOCH_BYTES);
    assert_int_equal(outbox_settle(d->outbox, &m, MIDNIGHT + d->now, &counted, &rows), OUTBOX_OK);
    assert_true(counted);
    assert_int_equal(outbox_prune(d->outbox, MIDNIGHT + d->now), OUTBOX_OK);
}

// Once a minute: the day's number, the hours, what is acknowledged; every twenty minutes another document.
static void maintain(struct day *d)
{
    int64_t minute = d->now / MINUTE;
    int64_t hour = d->now / HOUR;
    bool closed = hour % 24 < 6 || hour % 24 >= 22;
    d->maintained_at = d->now + MINUTE;
    stage_day(d->stage, (int)(d->now / DAY));
    feed(d, (struct app_input){.kind = APP_IN_HOURS, .closed = closed});
    acknowledge(d);
    if ((minute % 60 >= 20 && minute % 60 < 40) != (d->document == 1))
        replace(d);
}

// ---------------------------------------------------------------- the visitor's part
struct targets {
    int count, target[TARGETS_MAX];
    struct rect rect[TARGETS_MAX];
};

static void note_target(void *ctx, int target, struct rect r)
{
    struct targets *t = ctx;
    if (target == TARGET_CORNER || t->count == TARGETS_MAX)
        return;
    t->target[t->count] = target;
    t->rect[t->count++] = r;
}

// Touches anything that is there, now and then beside it.
static void act(struct day *d)
{
    struct targets t = {.count = 0};
    int target = TARGET_NONE;
    layout_targets(&d->stage->layout, note_target, &t);
    if (t.count > 0 && draw(d, 10) > 0) {
        int k = draw(d, t.count);
        target = layout_hit(&d->stage->layout, t.rect[k].x + t.rect[k].w / 2, t.rect[k].y + t.rect[k].h / 2);
        assert_int_equal(target, t.target[k]);
    }
    feed(d, (struct app_input){.kind = APP_IN_PRESS, .target = target, .finger = FINGER});
    feed(d, (struct app_input){.kind = APP_IN_RELEASE, .finger = FINGER});
    d->acts--;
    d->act_at = d->now + 300 + draw(d, 3000);
}

// ---------------------------------------------------------------- the day
static mono_ms sooner(mono_ms a, mono_ms b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

static void run(struct day *d, mono_ms until)
{
    for (;;) {
        mono_ms next = sooner(sooner(d->wake_at, d->maintained_at), d->answer_at);
        next = sooner(next, d->acts > 0 ? d->act_at : d->visitor_at);
        if (next >= until)
            return;
        d->now = next > d->now ? next : d->now;
        if (d->answer_at >= 0 && d->now >= d->answer_at) {
            d->answer_at = -1;
            stage_saved(d->stage, &d->saved, d->epoch);
            feed(d, (struct app_input){.kind = APP_IN_SAVED, .saved = d->saved});
        } else if (d->now >= d->maintained_at) {
            maintain(d);
        } else if (d->acts > 0 && d->now >= d->act_at) {
            act(d);
        } else if (d->acts == 0 && d->now >= d->visitor_at) {
            d->acts = 1 + draw(d, 25);
            d->act_at = d->now;
            d->visitor_at = d->now + 30000 + draw(d, 60000);
        } else {
            feed(d, (struct app_input){.kind = APP_IN_TICK});
        }
    }
}

static void a_day_leaves_no_memory_behind(void **state)
{
    static struct day d;
    static const struct stage_options so = {.org = "Harapan Clinic", .name = "k1"};
    (void)state;
    d = (struct day){.seed = 7, .now = 1000, .answer_at = -1, .visitor_at = 20000};
    folder_make(d.dir, "day");
    snprintf(d.path, sizeof d.path, "%s/outbox.db", d.dir);
    struct outbox_options oo = {.path = d.path, .max_pending = 100000, .keep_ms = KEEP_MS};
    const char *why;
    ident_set(&oo.branch, "dago");
    assert_int_equal(outbox_open(&oo, MIDNIGHT, &d.outbox, &why), OUTBOX_OK);
    memcpy(d.epoch, outbox_epoch(d.outbox), EPOCH_BYTES);
    struct ack_epoch e = {.through = 0};
    struct ack_message sync = {.sync = true, .epoch_count = 1, .epochs = &e, .run = "aaaa"};
    int64_t reopened;
    memcpy(e.epoch, d.epoch, EPOCH_BYTES);
    assert_int_equal(outbox_sync(d.outbox, &sync, &reopened), OUTBOX_OK);

    d.show = show_of(documents[0]);
    d.stage = malloc(sizeof *d.stage);
    assert_true(d.show != NULL && d.stage != NULL);
    struct app_options ao = options_of(d.show);
    stage_init(d.stage, &so, d.show, &ao, d.now);
    d.stage->w = 480;
    d.stage->h = 320;
    feed(&d, (struct app_input){.kind = APP_IN_LAYOUT});

    run(&d, HOUR);
    int64_t held = held_bytes(), sqlite = sqlite3_memory_used();
    assert_int_equal(d.document, 0);
    run(&d, DAY);
    int64_t later = held_bytes(), sqlite_later = sqlite3_memory_used();
    assert_int_equal(d.document, 0);
    print_message(
        "%lld visits, %lld answers, %lld taken back, %lld documents, %lld changes of language, %lld "
        "pictures; %lld and %lld bytes, of which SQLite %lld and %lld\n",
        (long long)d.visits, (long long)d.seq, (long long)d.taken_back, (long long)d.replaced,
        (long long)d.changed_language, (long long)d.frames, (long long)held, (long long)later,
        (long long)sqlite, (long long)sqlite_later);
    assert_in_range(later, 0, held + FREE_MORE);

    struct outbox_counts c;
    assert_int_equal(outbox_count(d.outbox, &c), OUTBOX_OK);
    assert_int_equal(c.epochs[0].next_seq, d.seq + 1);
    assert_memory_equal(c.epochs[0].votes, d.votes, sizeof d.votes);
    assert_in_range(d.visits, 1000, 10000);
    assert_int_equal(d.replaced, 48);
    assert_true(d.taken_back > 0 && d.changed_language > 0);
    stage_day(d.stage, 1);
    assert_int_equal(d.stage->tally, 0);
    outbox_close(d.outbox);
    show_destroy(d.show);
    free(d.stage);
    folder_drop(d.dir);
}

int main(int argc, char **argv)
{
    static const char no_cache[] = "glibc.malloc.tcache_count=0";
    const char *set = getenv("GLIBC_TUNABLES");
    (void)argc;
    if (__sanitizer_get_current_allocated_bytes == NULL && (set == NULL || strcmp(set, no_cache) != 0)) {
        setenv("GLIBC_TUNABLES", no_cache, 1);
        execv("/proc/self/exe", argv);
        return EXIT_FAILURE;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_leaves_no_memory_behind),
    };
    return cmocka_run_group_tests_name("day", tests, NULL, NULL);
}
