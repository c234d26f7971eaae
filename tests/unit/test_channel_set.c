// Channels and reports by mail of the organisation's document: kept, said again as they were written, joined with those of the
// settings; and their secrets, which stand in files.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/apply.h"
#include "aggregator/channel_secret.h"
#include "aggregator/channel_set.h"
#include "aggregator/config_text.h"
#include "aggregator/rows_json.h"
#include "aggregator/store_item.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
    char folder[40];
    struct store *st;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char path[80], why[300];
    strcpy(f->folder, "/tmp/puas-set-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(path, sizeof path, "%s/puas.db", f->folder);
    assert_int_equal(store_open(path, &f->st, why, sizeof why), STORE_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char command[80];
    store_close(f->st);
    snprintf(command, sizeof command, "rm -r %s", f->folder);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

#define PLACES "places:\n  - { id: org, kind: org, name: Org, tz: Asia/Jakarta }\n  - { id: dago, kind: branch, parent: org, name: Dago }\n"

// *ret_report: owned, NULL: no change. False: why.
static bool apply(struct fixture *f, const char *text, char **ret_report, char *why, size_t n)
{
    struct seed seed;
    struct config_error e;
    struct org org;
    struct apply_report report = {.text = NULL};
    *ret_report = NULL;
    if (!config_parse("t", text, strlen(text), seed_rows, &seed, &e) || !seed_check("t", &seed, &e)) {
        snprintf(why, n, "%s", e.text);
        config_free(seed_rows, &seed);
        return false;
    }
    assert_true(org_load(&org, f->st, why, n));
    assert_true(store_begin(f->st));
    bool ok = apply_seed(f->st, &org, &seed, 1000, "tester", true, &report, why, n);
    assert_true(store_commit(f->st));
    org_finish(&org);
    config_free(seed_rows, &seed);
    *ret_report = report.text;
    return ok;
}

// What is there now, as a document.
static char *document(struct fixture *f)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_true(config_text(f->st, CONFIG_ALL, out));
    fclose(out);
    return text;
}

// Every field of each kind, most of them not as it falls back to.
#define CHANNELS                                                                                                       \
    "channels:\n"                                                                                                      \
    "  - { id: post, kind: email, url: 'smtps://mx.example.org:465', user: puas, from: puas@example.org,"              \
    " to: [sari@example.org, budi@example.org], lang: en, places: [dago], rules: [sla], severities: [alarm],"          \
    " events: [raised, praise], quiet: [{ days: mon-fri, from: '21:00', to: '24:00' }], quiet_for: [warning],"         \
    " gather: 0 s, per_minute: 7, timeout: 250 ms, retry_min: 90 s, retry_max: 2 h, deadline: 24 h }\n"                \
    "  - { id: g, kind: http, url: 'https://x.org/{{alert}}', method: PUT, headers: { X-A: 'b \"c\"', X-B: '1' },"     \
    " body: \"{ \\\"t\\\": {{title}} }\\n\", allow_private: true }\n"                                                  \
    "  - { id: '7', kind: mqtt, topic: my/signs, discovery: true, lamp: true }\n"                                      \
    "  - { id: w, kind: whatsapp, from: '12', to: ['34'], template: t }\n"
#define MAILINGS                                                                                                       \
    "mailings:\n"                                                                                                      \
    "  - { id: weekly, channel: post, place: dago, every: weekly, report: skm, at: 0, lang: en, to: [a@x.org] }\n"     \
    "  - { id: daily, channel: post, place: org, every: daily, to: [a@x.org, b@x.org] }\n"

static void they_come_stay_and_go(void **state)
{
    struct fixture *f = *state;
    char *report, why[400];
    assert_true(apply(f, PLACES CHANNELS MAILINGS, &report, why, sizeof why));
    assert_non_null(strstr(report, "+ channel post: {\"id\": \"post\", \"kind\": \"email\""));
    assert_non_null(strstr(report, "+ mailing weekly: "));
    free(report);
    // What is said of them is what was written: applied again it changes nothing, in this text and in their own.
    assert_true(apply(f, PLACES CHANNELS MAILINGS, &report, why, sizeof why));
    assert_null(report);
    char *text = document(f);
    assert_true(apply(f, text, &report, why, sizeof why));
    assert_null(report);
    assert_null(strstr(text, "retry_min: \"5 s\"")); // what is as usual is not said
    assert_non_null(strstr(text, "    gather: \"0 s\"\n"));
    assert_non_null(strstr(text, "    retry_max: \"2 h\"\n"));
    assert_non_null(strstr(text, "    at: 0\n"));
    free(text);
    assert_true(apply(f, PLACES CHANNELS "  - { id: new, kind: webpush }\n", &report, why, sizeof why));
    assert_non_null(strstr(report, "- mailing weekly: "));
    assert_non_null(strstr(report, "+ channel new: {\"id\": \"new\", \"kind\": \"webpush\"}"));
    assert_null(strstr(report, "channel post"));
    free(report);
    assert_true(apply(f, PLACES, &report, why, sizeof why));
    free(report);
    text = document(f);
    assert_null(strstr(text, "channels:"));
    free(text);
}

static void what_the_document_may_not_say(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {PLACES "channels:\n  - { id: h, kind: webhook, url: 'https://x.org', secret_file: /etc/passwd }\n", "stand in aggregator.yaml alone"},
        {PLACES "channels:\n  - { id: h, kind: webhook, url: 'https://x.org', secret_env: HOME }\n", "stand in aggregator.yaml alone"},
        {PLACES "channels:\n  - { id: h, kind: webhook, url: 'https://x.org', ca_file: /etc/passwd }\n", "stand in aggregator.yaml alone"},
        {PLACES "channels:\n  - { id: h, kind: webhook, url: 'https://x.org', ca: hello }\n", "ca is certificates in PEM"},
        {PLACES "channels:\n  - { id: h, kind: webhook }\n", "channel 'h' (webhook): url is missing"},
        {PLACES CHANNELS "  - { id: post, kind: webpush }\n", "it stands twice"},
        {PLACES MAILINGS "  - { id: daily, channel: post, place: org, every: daily, to: [a@x.org] }\n", "stands twice"},
        {PLACES "mailings:\n  - { id: m, channel: post, place: org, every: daily, to: [nobody] }\n", "to is a list of mail addresses"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *report, why[400] = "";
        assert_false(apply(f, rows[i].text, &report, why, sizeof why));
        if (strstr(why, rows[i].says) == NULL) {
            fail_msg("%s: %s", rows[i].text, why);
        }
    }
}

static void those_of_the_settings_come_first(void **state)
{
    struct fixture *f = *state;
    static const char yaml[] = "channels:\n  - { id: own, kind: webpush }\n  - { id: g, kind: webpush }\n";
    struct seed own;
    struct config_error e;
    struct channel_set set;
    char *report, why[400];
    assert_true(apply(f, PLACES CHANNELS MAILINGS, &report, why, sizeof why));
    free(report);
    if (!config_parse("s", yaml, strlen(yaml), seed_rows, &own, &e)) {
        fail_msg("%s", e.text);
    }
    const struct settings s = {.channels = own.channels};
    assert_true(channel_set_read(&set, f->st, &s, why, sizeof why));
    const struct channel *ch = set.channels.items;
    assert_int_equal(set.channels.count, 5); // own, g, post, 7, w
    assert_string_equal(ch[0].id.s, "own");
    assert_false(ch[0].stored);
    assert_int_equal(channel_find(&set.channels, "g")->kind, CHANNEL_WEBPUSH); // that of the settings counts
    const struct channel *post = channel_find(&set.channels, "post");
    assert_true(post->stored);
    assert_int_equal(post->retry_max_ms, 7200000);
    assert_int_equal(post->timeout_ms, 250);
    assert_int_equal(post->gather_ms, 0);
    assert_int_equal(post->to.count, 2);
    assert_true(channel_has_secret(post)); // it logs in
    assert_true(channel_has_secret(channel_find(&set.channels, "w")));
    assert_false(channel_has_secret(channel_find(&set.channels, "7")));
    assert_int_equal(set.mailings.count, 2);
    assert_int_equal(mailing_find(&set.mailings, "daily")->at, 7);
    channel_set_finish(&set);
    // What cannot be read says so, and leaves nothing.
    assert_true(store_put_item(f->st, STORE_CHANNELS, "bad", "{\"id\": \"bad\", \"kind\": \"smoke\"}"));
    assert_false(channel_set_read(&set, f->st, &s, why, sizeof why));
    assert_non_null(strstr(why, "one of these is needed"));
    assert_int_equal(set.channels.count, 0);
    config_free(seed_rows, &own);
}

static struct channel *one(const char *yaml, struct seed *seed)
{
    struct config_error e;
    if (!config_parse("t", yaml, strlen(yaml), seed_rows, seed, &e)) {
        fail_msg("%s", e.text);
    }
    struct channel *ch = seed->channels.items;
    ch->stored = true;
    return ch;
}

static void a_secret_is_of_its_channel(void **state)
{
    struct fixture *f = *state;
    char got[100], why[300] = "", path[100];
    struct seed seed, elsewhere;
    struct stat st;
    struct channel *ch = one("channels:\n  - { id: h, kind: webhook, url: 'https://x.org/a' }\n", &seed);
    struct channel *moved = one("channels:\n  - { id: h, kind: webhook, url: 'https://evil.example/a' }\n", &elsewhere);
    assert_int_equal(channel_secret_read(f->folder, ch, got, sizeof got, why, sizeof why), CHANNEL_SECRET_NONE);
    assert_true(channel_secret_put(f->folder, ch, "first", why, sizeof why));
    assert_true(channel_secret_put(f->folder, ch, "s3cret of two words", why, sizeof why));
    assert_int_equal(channel_secret_read(f->folder, ch, got, sizeof got, why, sizeof why), CHANNEL_SECRET_THERE);
    assert_string_equal(got, "s3cret of two words");
    assert_int_equal(channel_secret_look(f->folder, ch), CHANNEL_SECRET_THERE);
    // It is sent to nobody else.
    assert_int_equal(channel_secret_read(f->folder, moved, got, sizeof got, why, sizeof why), CHANNEL_SECRET_OTHER);
    assert_string_equal(got, "");
    snprintf(path, sizeof path, "%s/secrets/h", f->folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(channel_secret_read(f->folder, ch, got, sizeof got, why, sizeof why), CHANNEL_SECRET_WRONG);
    assert_non_null(strstr(why, "chmod 600"));
    assert_true(channel_secret_drop(f->folder, "h", why, sizeof why));
    assert_true(channel_secret_drop(f->folder, "h", why, sizeof why));
    assert_int_equal(channel_secret_look(f->folder, ch), CHANNEL_SECRET_NONE);
    // A folder that cannot be written: said, and the old one stays.
    assert_true(channel_secret_put(f->folder, ch, "kept", why, sizeof why));
    assert_false(channel_secret_put("/proc", ch, "new", why, sizeof why));
    assert_non_null(strstr(why, "/proc/secrets"));
    assert_int_equal(channel_secret_read(f->folder, ch, got, sizeof got, why, sizeof why), CHANNEL_SECRET_THERE);
    assert_non_null(channel_secret_wrong(ch, "two\nlines"));
    assert_non_null(channel_secret_wrong(ch, ""));
    assert_null(channel_secret_wrong(ch, "fine"));
    config_free(seed_rows, &seed);
    config_free(seed_rows, &elsewhere);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_come_stay_and_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_document_may_not_say, set_up, tear_down),
        cmocka_unit_test_setup_teardown(those_of_the_settings_come_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_secret_is_of_its_channel, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
