// When the core takes answers in and how fast: room, soundness, long turns; when the next backup is due.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/guard.h"
#include "aggregator/keeper.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MB = 1000000, HOUR = 3600000 };

static void room_falls_and_rises_with_a_gap(void **state)
{
    (void)state;
    struct guard g = {.warn = 1000 * (int64_t)MB, .stop = 100 * MB};
    static const struct {
        int64_t free_mb;
        enum guard_room room;
    } steps[] = {{5000, GUARD_PLENTY}, {1000, GUARD_PLENTY}, {999, GUARD_LOW},  {1099, GUARD_LOW},
                 {1100, GUARD_PLENTY}, {50, GUARD_NONE},     {109, GUARD_NONE}, {110, GUARD_LOW},
                 {100, GUARD_LOW},     {99, GUARD_NONE},     {0, GUARD_NONE},   {9000, GUARD_PLENTY}};
    enum guard_room was = GUARD_PLENTY;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_int_equal(guard_room(&g, steps[i].free_mb * MB, 1), steps[i].room != was);
        assert_int_equal(g.room, steps[i].room);
        assert_int_equal(guard_holds(&g), steps[i].room == GUARD_NONE);
        was = steps[i].room;
    }
    // Parts of a disk; and none at all.
    assert_int_equal(guard_bytes(-500, 1000), 50);
    assert_int_equal(guard_bytes(7, 1000), 7);
    g = (struct guard){.warn = -1000, .stop = 0};
    assert_true(guard_room(&g, 99, 1000));
    assert_false(guard_room(&g, 0, 1000));
    assert_false(guard_holds(&g));
    g = (struct guard){.damaged = true};
    assert_true(guard_holds(&g));
    assert_string_equal(guard_notice(&g), "damaged");
}

static void pauses_grow_with_turns_and_never_agree(void **state)
{
    (void)state;
    struct guard g = {.warn = 0};
    guard_turn(&g, GUARD_TURN_LONG_MS);
    assert_int_equal(guard_pause_ms(&g, 7), 0);
    int64_t last = 0;
    for (int64_t turn = GUARD_TURN_LONG_MS + 1; turn < 60000; turn += 997) {
        guard_turn(&g, turn);
        int shortest = guard_pause_ms(&g, 0);
        assert_true(shortest >= last && shortest <= GUARD_PAUSE_MOST_MS);
        assert_true(shortest == GUARD_PAUSE_MOST_MS || shortest == turn * GUARD_TURN_PAUSES);
        for (uint32_t dice = 0; dice < 100000; dice += 7919) {
            int pause = guard_pause_ms(&g, dice);
            assert_in_range(pause, shortest, shortest + shortest / 2);
            assert_in_range(pause, 1, GUARD_PAUSE_MOST_MS);
        }
        last = shortest;
    }
    guard_turn(&g, 1);
    assert_int_equal(guard_pause_ms(&g, 7), 0);
    g.room = GUARD_LOW;
    assert_int_equal(guard_pause_ms(&g, 0), GUARD_LOW_PAUSE_MS);
    assert_string_equal(guard_notice(&g), "disk-low");
}

static void backups_come_when_they_are_due(void **state)
{
    (void)state;
    const int64_t day = 24 * HOUR, now = 1000 * (int64_t)day;
    struct backup_note n = {.at = 0};
    assert_int_equal(keeper_backup_wait(&n, 0, now), INT64_MAX); // only by hand
    assert_int_equal(keeper_backup_wait(&n, day, now), 0);       // there was none yet
    n.at = now - HOUR;
    assert_int_equal(keeper_backup_wait(&n, day, now), 23 * HOUR);
    n.at = now - 3 * day;
    assert_int_equal(keeper_backup_wait(&n, day, now), 0);
    n.failed_at = now - HOUR / 2; // not over and over
    assert_int_equal(keeper_backup_wait(&n, day, now), HOUR / 2);
    assert_int_equal(keeper_backup_wait(&n, HOUR / 2, now), 0);
    n = (struct backup_note){.at = now + 500 * day}; // the clock was wrong then
    assert_int_equal(keeper_backup_wait(&n, day, now), day);
}

static void damage_is_remembered_until_it_is_forgotten(void **state)
{
    (void)state;
    char dir[] = "/tmp/puas-guard-XXXXXX", why[100];
    assert_non_null(mkdtemp(dir));
    keeper_damage(dir, why, sizeof why);
    assert_string_equal(why, "");
    assert_true(keeper_note_damage(dir, "table pack: page 7"));
    keeper_damage(dir, why, sizeof why);
    assert_string_equal(why, "table pack: page 7");
    keeper_forget_damage(dir);
    keeper_damage(dir, why, sizeof why);
    assert_string_equal(why, "");
    assert_int_equal(rmdir(dir), 0);
    assert_false(keeper_note_damage(dir, "no folder"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(room_falls_and_rises_with_a_gap),
        cmocka_unit_test(pauses_grow_with_turns_and_never_agree),
        cmocka_unit_test(backups_come_when_they_are_due),
        cmocka_unit_test(damage_is_remembered_until_it_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
