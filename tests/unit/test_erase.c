// Erasure in the store: words are in no byte of its files, scores stay or go, rollups follow; and its log.
#include "tests/unit/history.h"

#include "aggregator/erasures.h"
#include "aggregator/store_contact.h"
#include "aggregator/store_erase.h"

static int erase(struct world *w, int kiosk, int64_t visit, bool score)
{
    struct store_erasure e = {
        .epoch_id = kiosk, .kiosk = kiosk, .epoch = {(uint8_t)kiosk}, .visit = visit, .score = score};
    int answers;
    assert_true(store_begin(w->st));
    assert_true(store_erase_visit(w->st, &e, NOW, &answers));
    assert_true(store_commit(w->st));
    assert_true(store_empty_log(w->st));
    return answers;
}

// A visit with a face, two reasons, words, and a number to call. Returns it.
static int64_t visit(struct world *w, const char *words)
{
    int64_t first = world_vote(w, 1, TODAY - 1, 9, "overall", 2);
    struct event why = {
        .type = EVENT_CHOICE, .visit = first, .option_count = 2, .options = {{"wait"}, {"staff"}}};
    struct event call = {.type = EVENT_CONTACT, .visit = first, .keep_days = 365};
    ident_set(&why.question, "why");
    strcpy(why.ref, "T-0815");
    world_say(w, 1, TODAY - 1, 9, &why);
    world_words(w, 1, TODAY - 1, 9, first, words);
    ident_set(&call.question, "call");
    snprintf(call.text, sizeof call.text, "sealed-%s", words);
    world_say(w, 1, TODAY - 1, 9, &call);
    return first;
}

static void words_go_and_the_score_stays(void **state)
{
    struct world *w = *state;
    visit(w, "harmless");
    int64_t v = visit(w, "geheim"), again;
    assert_true(on_disk(w, "geheim") && on_disk(w, "sealed-geheim") && on_disk(w, "T-0815"));
    assert_true(store_visit_of(w->st, 1, v + 2, &again));
    assert_true(again == v);
    assert_int_equal(erase(w, 1, v, false), 4);
    assert_false(on_disk(w, "geheim"));
    assert_true(on_disk(w, "harmless"));
    assert_int_equal(number(w, "SELECT count(*) FROM event"), 8); // its keys count as stored
    assert_int_equal(number(w, "SELECT count(*) FROM event WHERE (flags & 128) <> 0 AND (flags & 8) = 0"), 4);
    assert_int_equal(number(w, "SELECT count(*) FROM contact"), 1);
    assert_int_equal(number(w, "SELECT sum(c2) FROM tally"), 2);
    assert_int_equal(number(w, "SELECT sum(n) FROM choice_tally WHERE option_id <> 0"), 4);
    assert_int_equal(
        number(w, "SELECT count(*) FROM event WHERE seq > 4 AND json_extract(body, '$.ref') IS NOT NULL"), 0);
    assert_int_equal(erase(w, 1, v, false), 0); // it is done

    // Now the score too.
    assert_int_equal(erase(w, 1, v, true), 2);
    assert_int_equal(number(w, "SELECT sum(c2) FROM tally"), 1);
    assert_int_equal(number(w, "SELECT sum(c2) FROM day_tally WHERE place_id = 1"), 1);
    assert_int_equal(number(w, "SELECT sum(n) FROM choice_tally WHERE option_id <> 0"), 2);
    assert_int_equal(number(w, "SELECT sum(unhappy) FROM choice_day WHERE place_id = 1 AND option_id <> 0"), 2);
    assert_int_equal(number(w, "SELECT sum(score) FROM event WHERE visit = 5"), 0);
    assert_int_equal(erase(w, 1, v, false), 0);
    bool erased, score;
    assert_true(store_erased(w->st, 1, v, &erased, &score));
    assert_true(erased && score);
    assert_true(store_erased(w->st, 2, v, &erased, &score));
    assert_false(erased);
}

static void a_vote_that_was_taken_back_is_not_taken_off_twice(void **state)
{
    struct world *w = *state;
    int64_t v = world_vote(w, 1, TODAY - 1, 9, "overall", 3);
    world_vote(w, 1, TODAY - 1, 9, "overall", 3);
    struct event back = {.type = EVENT_VOID, .voids = v};
    world_say(w, 1, TODAY - 1, 9, &back);
    erase(w, 1, v, true);
    assert_int_equal(number(w, "SELECT sum(c3) FROM tally"), 1);
}

static void quarantine(struct world *w, const char *payload)
{
    assert_true(store_begin(w->st));
    assert_true(store_quarantine(w->st, NOW, "k1", "t", "why", 0, 0, payload, strlen(payload)));
    assert_true(store_commit(w->st));
}

static void what_was_set_aside_goes_too(void **state)
{
    struct world *w = *state;
#define EPOCH "\"epoch\":\"01000000000000000000000000000000\""
    quarantine(w,
               "{\"v\":1," EPOCH
               ",\"events\":[{\"seq\":7,\"visit\":5,\"text\":\"geheim\"},{\"seq\":8,\"text\":\"other\"}]}");
    quarantine(w, "{\"v\":1,\"epoch\":\"02\",\"events\":[{\"seq\":5,\"text\":\"elsewhere\"}]}");
    quarantine(w, "{\"v\":1," EPOCH ",\"events\":[{\"seq\":5,\"text\":\"geheim\"");
    quarantine(w, "geheim \xff");
    assert_true(store_begin(w->st)); // another kiosk's
    assert_true(store_quarantine(w->st, NOW, "k2", "t", "why", 0, 0, "keeps", 5));
    assert_true(store_commit(w->st));
    erase(w, 1, 5, false);
    assert_false(on_disk(w, "geheim"));
    assert_true(on_disk(w, "other") && on_disk(w, "elsewhere") && on_disk(w, "keeps"));
    assert_int_equal(number(w, "SELECT count(*) FROM quarantine WHERE length(payload) = 0"), 2);
}

static bool take(void *ctx, const struct store_erasure *e)
{
    *(struct store_erasure *)ctx = *e;
    return true;
}

static void kiosks_are_told_until_they_confirm(void **state)
{
    struct world *w = *state;
    struct store_erasure e = {.visit = 0};
    erase(w, 1, 5, false);
    assert_true(store_each_untold(w->st, take, &e));
    assert_true(e.visit == 5 && e.kiosk == 1 && e.epoch_id == 1 && e.epoch[0] == 1 && !e.score);
    quarantine(w, "geheim \xff"); // it had sent that before
    assert_true(store_erasure_told(w->st, &e, NOW));
    assert_true(store_empty_log(w->st));
    assert_false(on_disk(w, "geheim"));
    e.visit = 0;
    assert_true(store_each_untold(w->st, take, &e));
    assert_int_equal(e.visit, 0);
    erase(w, 1, 5, true); // more than before: told again
    assert_true(store_each_untold(w->st, take, &e));
    assert_true(e.visit == 5 && e.score);
}

// ---------------------------------------------------------------- the log

static bool collect(void *ctx, const struct erasure *e)
{
    struct erasure *list = ctx;
    while (list->visit != 0) {
        list++;
    }
    *list = *e;
    return true;
}

static void the_log_survives_what_was_cut_short(void **state)
{
    struct world *w = *state;
    char path[120], why[300];
    int bad;
    struct erasure list[4] = {{.visit = 0}}, e = {.epoch = {1, 2, 255}, .visit = 16, .at = NOW};
    ident_set(&e.kiosk, "k-1");
    assert_true(erasures_each(w->dir, collect, list, &bad, why, sizeof why)); // none yet
    assert_true(erasures_append(w->dir, &e, why, sizeof why));
    snprintf(path, sizeof path, "%s/erasures.log", w->dir);
    FILE *f = fopen(path, "a");
    fputs("k-1 0102ff000000", f); // the power went
    fclose(f);
    e.score = true;
    e.visit = 17;
    assert_true(erasures_append(w->dir, &e, why, sizeof why));
    assert_true(erasures_each(w->dir, collect, list, &bad, why, sizeof why));
    assert_int_equal(bad, 1);
    assert_true(list[0].visit == 16 && !list[0].score && list[0].at == NOW && list[0].epoch[2] == 255);
    assert_true(list[1].visit == 17 && list[1].score && list[2].visit == 0);
    assert_string_equal(list[1].kiosk.s, "k-1");
    assert_false(erasures_append("/nowhere", &e, why, sizeof why));
    assert_non_null(strstr(why, "/nowhere/erasures.log"));
    unlink(path);
    assert_int_equal(symlink(w->dir, path), 0); // a folder: it cannot be read
    assert_false(erasures_each(w->dir, collect, list, &bad, why, sizeof why));
    assert_non_null(strstr(why, "erasures.log"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words_go_and_the_score_stays),        TEST(a_vote_that_was_taken_back_is_not_taken_off_twice),
        TEST(what_was_set_aside_goes_too),         TEST(kiosks_are_told_until_they_confirm),
        TEST(the_log_survives_what_was_cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
