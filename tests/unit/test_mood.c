// mood: points of faces, what they cost, and that they see a whole mood sooner than a promise does; the engine's rule.
#include "aggregator/mood.h"
#include "tests/unit/engine_world.h"

enum { FACES = 5 };

static const int64_t usual[FACES] = {2, 3, 5, 30, 60};

static void shares_and_their_shift(void **state)
{
    (void)state;
    double p[FACES], moved[FACES], back[FACES];
    assert_true(mood_shares(usual, FACES, p));
    assert_float_equal(p[3], .3, 1e-12);
    mood_moved(p, FACES, 2.25, moved);
    assert_float_equal(moved[0] + moved[1] + moved[2], .2, 1e-12); // 10 % unhappy become 20 %
    double sum = 0;
    for (int i = 0; i < FACES; i++)
        sum += moved[i];
    assert_float_equal(sum, 1, 1e-12);
    mood_moved(moved, FACES, 1 / 2.25, back);
    for (int i = 0; i < FACES; i++)
        assert_float_equal(back[i], p[i], 1e-12);
    assert_true(mood_shares((int64_t[]){0, 0, 0, 1, 999}, FACES,
                            p)); // a face that nobody chose is rare, not impossible
    assert_true(p[0] > .0009 && p[0] < .0011);
    assert_false(mood_shares((int64_t[]){0, 0, 0, 0, 7}, FACES, p));
    assert_false(mood_shares((int64_t[]){1, -1, 0, 0, 7}, FACES, p));
    assert_false(mood_shares(usual, 2, p));
}

static void points_of_the_faces(void **state)
{
    (void)state;
    static const int want[FACES] = {15, 14, 12, 5, -8};
    double p[FACES], arl;
    struct points c;
    assert_true(mood_shares(usual, FACES, p) && mood_points(p, FACES, &c));
    assert_memory_equal(c.step, want, sizeof want);
    assert_true(points_find_limit(&c, p, 5000, &arl));
    assert_int_equal(c.limit, 98);
    assert_true(arl >= 5000 && arl < 5100);
    c.limit--;
    assert_true(points_arl(&c, p, &arl) && arl < 5000);
}

// The chain against one vote after the other.
static void exact_is_what_happens(void **state)
{
    (void)state;
    double p[FACES], moved[FACES], arl, want, votes = 0;
    struct points c;
    uint64_t seed = 7;
    enum { RUNS = 20000 };
    assert_true(mood_shares(usual, FACES, p) && mood_points(p, FACES, &c));
    c.limit = 60;
    mood_moved(p, FACES, 2.25, moved);
    assert_true(points_arl(&c, moved, &want));
    for (int run = 0; run < RUNS; run++)
        for (int points = 0; points < c.limit; votes++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            double u = (double)(seed >> 11) / 9007199254740992.;
            int face = 0;
            while (face < FACES - 1 && u >= moved[face])
                u -= moved[face++];
            points = points_step(&c, points, face, c.limit);
        }
    arl = votes / RUNS;
    assert_float_equal(arl / want, 1, .02); // four standard errors
}

// At the same price: a third less to 20 and 27 % unhappy when all faces move, and more when one does.
static void sooner_than_any_promise(void **state)
{
    (void)state;
    static const int64_t mixes[][FACES] = {{2, 3, 5, 30, 60}, {1, 2, 7, 40, 50}, {3, 3, 4, 20, 70}};
    for (size_t m = 0; m < sizeof mixes / sizeof mixes[0]; m++)
        for (double odds = 2.25; odds < 3.4; odds += 1.125) {
            double p[FACES], moved[FACES], arl, delay, best = HUGE_VAL, other;
            struct points c;
            assert_true(mood_shares(mixes[m], FACES, p) && mood_points(p, FACES, &c));
            assert_true(points_find_limit(&c, p, 5000, &arl));
            mood_moved(p, FACES, odds, moved);
            assert_true(points_delay(&c, p, moved, &delay));
            double q0 = p[0] + p[1] + p[2], q1 = moved[0] + moved[1] + moved[2];
            for (int percent = 60; percent < 99; percent++) {
                struct cusum promise;
                if (cusum_scores(percent, &promise) && cusum_find_limit(&promise, q0, 5000, &arl) &&
                    cusum_delay(&promise, q0, q1, &other) && other < best)
                    best = other;
            }
            assert_true(delay < .7 * best);
        }
}

static struct engine_rule mood(void)
{
    struct engine_rule r = engine_rule_defaults(ENGINE_MOOD);
    r.mix_faces = 4;
    memcpy(r.mix, (int64_t[]){3, 7, 30, 60}, 4 * sizeof(*r.mix));
    return r;
}

static void neutral_votes_count_too(void **state)
{
    (void)state;
    struct engine_rule r = mood();
    struct points c;
    assert_true(engine_mood_chart(&r, &c));
    assert_true(c.step[0] == 15 && c.step[1] > c.step[2] && c.step[2] > 0 && c.step[3] < 0);
    struct world w = world(r);
    int votes = (c.limit + c.step[2] - 1) / c.step[2];
    vote(&w, 2, 3, votes - 1); // nobody is unhappy, nobody is delighted any more
    expect_nothing(&w);
    vote(&w, 2, 3, 1);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_true(t.limit == c.limit && t.points >= c.limit && t.n == votes && t.unhappy == votes);
    vote(&w, 2, 4, 2 * c.limit / -c.step[3] + 1);
    t = expect(&w, ENGINE_FIRING, ENGINE_RESOLVED,
               ENGINE_CLEARED); // 60 % of faces that cost points would be half more
    assert_int_equal(t.points, 0);
    expect_nothing(&w);
    finish(&w);
}

static void another_scale_is_none_of_it(void **state)
{
    (void)state;
    struct world w = world(mood());
    for (int i = 0; i < 100; i++) {
        w.now += SECOND;
        struct engine_vote v = next_vote(&w, 2, 10, 1);
        v.of = 5;
        engine_vote(w.e, &v);
    }
    expect_nothing(&w);
    finish(&w);
}

static void its_price(void **state)
{
    (void)state;
    struct engine_rule r = engine_rule_defaults(ENGINE_MOOD);
    struct engine_cost c;
    r.id = r.version = r.place = 1;
    assert_true(engine_rule_cost(&r, 200, &c));
    assert_true(c.mood.limit == 98 && c.arl >= 5000 && c.periods > 25 && c.periods < 60);
    assert_true(c.delay[1] > 50 && c.delay[1] < 55 && c.delay[0] > c.delay[1] && c.delay[3] < c.delay[2]);
    r.mix_faces = 2;
    assert_non_null(engine_rule_check(&r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_and_their_shift),
        cmocka_unit_test(points_of_the_faces),
        cmocka_unit_test(exact_is_what_happens),
        cmocka_unit_test(sooner_than_any_promise),
        cmocka_unit_test(neutral_votes_count_too),
        cmocka_unit_test(another_scale_is_none_of_it),
        cmocka_unit_test(its_price),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
