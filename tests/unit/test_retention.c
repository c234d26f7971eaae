// Retention: words and answers that are old enough go, their keys and counts stay; late ones of expired days count
// once; recount and repair know what they cannot prove.
#include "tests/unit/history.h"

#include "aggregator/ctl.h"
#include "aggregator/epochs.h"
#include "aggregator/store_contact.h"

#include "aggregator/store_retention.h"

// All slices, as the core does. Returns how many there were.
static int retain(struct world *w, wall_ms comments_before, wall_ms raw_before)
{
    const struct store_retention r = {comments_before, raw_before};
    int64_t cursor = 0;
    bool more = true, changed;
    int slices = 0;
    assert_true(store_begin(w->st));
    assert_true(store_set_raw_before(w->st, raw_before));
    assert_true(store_commit(w->st));
    for (; more; slices++) {
        assert_true(store_begin(w->st));
        assert_true(store_retain(w->st, &r, NOW - 2 * DAY, INT64_MAX, 3, &cursor, &more, &changed));
        assert_true(store_commit(w->st));
    }
    assert_true(store_empty_log(w->st));
    return slices;
}

static int recount(struct world *w)
{
    struct ctl c = {.data = w->dir};
    return ctl_recount(&c, 0, NULL);
}

static void words_go_and_answers_stay(void **state)
{
    struct world *w = *state;
    for (int day = TODAY - 9; day < TODAY - 2; day++) {
        char words[40];
        snprintf(words, sizeof words, "gone-on-day-%d", day);
        int64_t v = world_vote(w, 1, day, 9, "overall", 4);
        world_words(w, 1, day, 9, v, words);
    }
    assert_true(store_begin(w->st));
    assert_true(store_quarantine(w->st, (TODAY - 9) * DAY, "k1", "t", "why", 1, 99, "set-aside", 9));
    assert_true(store_commit(w->st));
    assert_true(retain(w, (TODAY - 5) * DAY, 0) >= 4);
    for (int day = TODAY - 9; day < TODAY - 2; day++) {
        char words[40];
        snprintf(words, sizeof words, "gone-on-day-%d", day);
        assert_int_equal(on_disk(w, words), day >= TODAY - 5);
    }
    assert_false(on_disk(w, "set-aside"));
    assert_int_equal(number(w, "SELECT count(*) FROM event"), 14);
    assert_int_equal(number(w, "SELECT count(*) FROM event WHERE (flags & 128) <> 0"), 4);
    assert_int_equal(number(w, "SELECT count(*) FROM quarantine WHERE seq = 99"), 1); // its key is settled
    assert_int_equal(recount(w), CTL_FINE);
}

static bool add(void *ctx, int64_t seq)
{
    return seqset_add(ctx, seq);
}

// What is settled of an epoch, as it is loaded at a start.
static struct seqset settled(struct world *w, int kiosk)
{
    uint8_t epoch[EPOCH_BYTES] = {(uint8_t)kiosk};
    struct store_epoch e;
    struct seqset s;
    bool found;
    assert_true(store_epoch(w->st, kiosk, epoch, NOW, false, &e, &found) && found);
    seqset_init(&s, e.through);
    assert_true(store_each_settled(w->st, &e, add, &s));
    return s;
}

static void answers_go_and_counts_and_keys_stay(void **state)
{
    struct world *w = *state;
    for (int day = TODAY - 9; day < TODAY; day++) {
        world_vote(w, 1, day, 9, "overall", 4);
    }
    w->seq[2] = 4; // 1 to 4 never came: the mark stays behind
    for (int day = TODAY - 9; day < TODAY; day++) {
        int32_t place = PAPUA;
        struct event e = {.type = EVENT_RATING,
                          .score = 2,
                          .of = 5,
                          .since_ms = -1,
                          .seq = ++w->seq[2],
                          .visit = w->seq[2]};
        wall_ms at = (wall_ms)day * DAY + HOUR;
        struct stored_event s = {.epoch_id = 2, .kiosk = 2, .place = place, .e = &e, .at = at, .arrived = at};
        ident_set(&e.question, "overall");
        assert_true(store_begin(w->st) && store_name(w->st, "overall", &s.name) && store_event(w->st, &s) &&
                    store_commit(w->st));
    }
    struct event call = {.type = EVENT_CONTACT, .keep_days = 365, .text = "c2VhbGVk"};
    ident_set(&call.question, "call");
    world_say(w, 1, TODAY - 4, 9, &call); // somebody waits
    assert_int_equal(recount(w), CTL_FINE);
    retain(w, 0, (TODAY - 3) * DAY);
    assert_int_equal(number(w, "SELECT count(*) FROM event WHERE kind = 0"), 6);
    assert_int_equal(number(w, "SELECT count(*) FROM event WHERE kind = 3"), 1);
    assert_int_equal(number(w, "SELECT sum(c4) FROM day_tally WHERE place_id = 1"), 9);
    assert_int_equal(number(w, "SELECT count(*) FROM gone"), 2); // side by side: one row an epoch
    for (int kiosk = 1; kiosk <= 2; kiosk++) {
        struct seqset s = settled(w, kiosk);
        for (int64_t seq = 1; seq <= w->seq[kiosk]; seq++) {
            assert_int_equal(seqset_has(&s, seq), kiosk == 1 || seq > 4);
        }
        seqset_finish(&s);
    }
    assert_int_equal(recount(w), CTL_FINE);

    // A late one counts once, in its day; it is proven no more, and repair leaves the day alone.
    world_vote(w, 1, TODAY - 8, 9, "overall", 1);
    assert_int_equal(number(w, "SELECT sum(c1) FROM day_tally WHERE place_id = 1"), 1);
    assert_int_equal(recount(w), CTL_FINE);
    assert_true(
        store_run(w->st, "UPDATE tally SET c5 = 7 WHERE quarter >= ?1", "i", (TODAY - 2) * DAY / 900000));
    assert_true(store_run(w->st, "DELETE FROM day_tally", ""));
    assert_int_equal(recount(w), CTL_FINDING);
    bool more = true;
    assert_true(store_begin(w->st) && store_rollups_mark(w->st, 0, true) && store_commit(w->st));
    while (more) {
        assert_true(store_begin(w->st) && store_rollups_slice(w->st, 28, &more) && store_commit(w->st));
    }
    assert_int_equal(recount(w), CTL_FINE);
    assert_int_equal(
        number(w, "SELECT sum(c4) + sum(c2) + sum(c1) + sum(c5) FROM day_tally WHERE place_id = 1"), 19);

    // The contact is over: the rest goes; the mark never goes back.
    assert_true(store_begin(w->st) && store_expire_contacts(w->st, NOW + 400 * DAY, 10) &&
                store_commit(w->st));
    retain(w, 0, (TODAY - 3) * DAY);
    assert_int_equal(number(w, "SELECT count(*) FROM event WHERE kind = 3"), 0);
    retain(w, 0, (TODAY - 9) * DAY);
    wall_ms before;
    assert_true(store_raw_before(w->st, &before) && before == (TODAY - 3) * DAY);
}

static void contact_data_goes_by_the_shorter_time(void **state)
{
    struct world *w = *state;
    struct event call = {.type = EVENT_CONTACT, .keep_days = 90, .text = "c2VhbGVk"};
    ident_set(&call.question, "call");
    store_keep_contacts(w->st, 30);
    world_say(w, 1, TODAY - 4, 9, &call);
    assert_int_equal(number(w, "SELECT (expires - e.at) / 86400000 FROM contact c JOIN event e ON e.epoch_id "
                               "= 1 AND e.seq = c.seq"),
                     30);
    store_keep_contacts(w->st, 365);
    call.visit = 0;
    world_say(w, 1, TODAY - 4, 9, &call);
    assert_int_equal(number(w, "SELECT max(expires - e.at) / 86400000 FROM contact c JOIN event e ON "
                               "e.epoch_id = 1 AND e.seq = c.seq"),
                     90);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words_go_and_answers_stay),
        TEST(answers_go_and_counts_and_keys_stay),
        TEST(contact_data_goes_by_the_shorter_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
