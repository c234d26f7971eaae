// Channels: what settings are refused and why, when a message is sent again, where it may not go, what it says in each
// language and on each kind of channel, and the outbox that it waits in. The clock is the test's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/address.h"
#include "aggregator/delivery.h"
#include "aggregator/fill.h"
#include "aggregator/mail.h"
#include "aggregator/request.h"
#include "aggregator/signature.h"
#include "aggregator/store_outgoing.h"
#include "aggregator/store_praise.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOON ((wall_ms)1795413600000) // 2026-11-23 06:00 UTC, 13:00 in Jakarta
enum { MINUTE = 60000, HOUR = 60 * MINUTE };

// ---------------------------------------------------------------- settings

struct settings {
    struct config_list channels;
};
static const struct config_row rows_of_settings[] = {
    {"channels", CONFIG_LIST, .rows = channel_rows, .item_bytes = sizeof(struct channel),
     .line_offset = offsetof(struct channel, line) + 1, .help = ""},
    {.name = NULL},
};

static bool parse(const char *channels, struct settings *s, struct config_error *e)
{
    char text[4000];
    int n = snprintf(text, sizeof text, "channels:\n%s", channels);
    if (!config_parse("s", text, (size_t)n, rows_of_settings, s, e)) {
        return false;
    }
    bool ok = channels_check("s", &s->channels, false, e);
    if (!ok) {
        config_free(rows_of_settings, s);
    }
    return ok;
}

static struct channel *one(const char *channel, struct settings *s)
{
    struct config_error e;
    if (!parse(channel, s, &e)) {
        fail_msg("%s", e.text);
    }
    return s->channels.items;
}

#define EMAIL "  - { id: m, kind: email, url: \"smtps://mx:465\", from: p@x.org, to: [a@x.org]"
#define HOOK "  - { id: h, kind: webhook, url: \"https://x.org/h\", secret_file: /s"
#define HTTP "  - { id: g, kind: http, url: \"https://x.org\", body: \"{}\""

static void settings_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says; // NULL: good
    } rows[] = {
        {EMAIL " }\n", NULL},
        {EMAIL ", user: u, secret_env: MAIL }\n", NULL},
        {EMAIL ", user: u }\n", "s:2: channel 'm' (email): user and secret belong together"},
        {EMAIL ", body: x }\n", "body is not of this kind"},
        {EMAIL ", quiet: [{ from: \"22:00\", to: \"06:00\" }] }\n", "quiet: days are"},
        {"  - { id: q, kind: mqtt, quiet: [{ from: \"22:00\", to: \"24:00\" }] }\n", "quiet is not of this kind"},
        {EMAIL ", severities: [alarm], events: [raised], places: [a, b] }\n", NULL},
        {EMAIL ", severities: [loud] }\n", "one of these is needed: alarm, warning"},
        {"  - { id: m, kind: email, url: \"https://mx\", from: p@x.org, to: [a@x.org] }\n",
         "url is smtps://HOST:465"},
        {"  - { id: m, kind: email, url: \"smtp://mx\", from: p, to: [a@x.org] }\n",
         "from is a mail address"},
        {"  - { id: m, kind: email, url: \"smtp://mx\", from: p@x, to: [\"a@x>, <b@x\"] }\n",
         "to are mail addresses"},
        {"  - { id: m, kind: email, url: \"smtp://mx\", from: p@x }\n", "to is missing"},
        {HOOK " }\n", NULL},
        {HOOK ", secret_env: X }\n", "secret_file or secret_env, not both"},
        {HOOK " }\n" HOOK " }\n", "s:3: channel 'h' (webhook): it stands twice"},
        {HOOK ", retry_min: 1 h, retry_max: 1 s }\n", "retry_min must not be above retry_max"},
        {"  - { id: h, kind: webhook, url: \"https://x.org/h\" }\n", "secret_file or secret_env is missing"},
        {"  - { id: h, kind: webhook, url: \"http://x.org\", secret_env: X }\n",
         "only with allow_private: true"},
        {"  - { id: h, kind: webhook, url: \"http://x.org\", secret_env: X, allow_private: true }\n", NULL},
        {"  - { id: h, kind: webhook, url: \"file:///etc/passwd\", secret_env: X, allow_private: true }\n",
         "https://"},
        {"  - { id: t, kind: telegram, to: [-100123], secret_env: X }\n", NULL},
        {"  - { id: t, kind: telegram, to: [a, b], secret_env: X }\n", "to is one: a channel for each"},
        {"  - { id: t, kind: ntfy, to: [a/b] }\n", "to is letters, digits"},
        {"  - { id: t, kind: slack, secret_file: /s }\n", NULL},
        {"  - { id: t, kind: slack, secret_file: /s, url: \"https://x\" }\n", "url is not of this kind"},
        {"  - { id: t, kind: teams }\n", "secret_file or secret_env is missing"},
        {"  - { id: w, kind: whatsapp, from: 1234, to: [+628123], secret_env: X }\n", "template is missing"},
        {HTTP ", headers: { X-Key: \"{{secret}}\" } }\n", NULL},
        {HTTP ", headers: { X-Key: \"{{secrets}}\" } }\n", "{{secrets}} is unknown; there are id, event"},
        {HTTP ", headers: { \"X:Y\": z } }\n", "headers are names of letters"},
        {EMAIL ", method: PUT }\n", "method is not of this kind"},
        {EMAIL ", lamp: true }\n", "topic, discovery or lamp is not of this kind"},
        {HTTP ", method: GET }\n", "method is POST, PUT or PATCH"},
        {"  - { id: q, kind: mqtt, discovery: true, lamp: true }\n", NULL},
        {"  - { id: q, kind: mqtt, lamp: true }\n  - { id: r, kind: mqtt, lamp: true }\n", "not two"},
        {"  - { id: q, kind: mqtt, topic: \"a/#\" }\n", "topic is no filter"},
        {"  - { id: q, kind: carrier-pigeon }\n", "one of these is needed: email, webhook"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct settings s;
        struct config_error e;
        bool ok = parse(rows[i].text, &s, &e);
        if (ok != (rows[i].says == NULL) || (!ok && strstr(e.text, rows[i].says) == NULL)) {
            fail_msg("%s -> %s", rows[i].text, ok ? "good" : e.text);
        }
        if (ok) {
            config_free(rows_of_settings, &s);
        }
    }
}

static void a_channel_is_for_some_alerts(void **state)
{
    (void)state;
    struct settings s;
    struct channel *c = one(EMAIL " }\n", &s);
    assert_true(channel_tells(c, "any", CHANNEL_ALARM, CHANNEL_RAISED));
    assert_true(channel_tells(c, "any", CHANNEL_WARNING, CHANNEL_ENDED));
    assert_false(channel_tells(c, "any", CHANNEL_ALARM, CHANNEL_ACKNOWLEDGED));
    config_free(rows_of_settings, &s);
    c = one(EMAIL ", rules: [r1, r2], severities: [alarm], events: [raised, acknowledged] }\n", &s);
    assert_true(channel_tells(c, "r2", CHANNEL_ALARM, CHANNEL_ACKNOWLEDGED));
    assert_false(channel_tells(c, "r3", CHANNEL_ALARM, CHANNEL_RAISED));
    assert_false(channel_tells(c, "r1", CHANNEL_WARNING, CHANNEL_RAISED));
    assert_false(channel_tells(c, "r1", CHANNEL_ALARM, CHANNEL_ENDED));
    config_free(rows_of_settings, &s);
}

// ---------------------------------------------------------------- again, when

static void what_an_answer_means(void **state)
{
    (void)state;
    static const struct {
        bool mail;
        long code;
        enum delivery means;
    } rows[] = {
        {false, 200, DELIVERY_TAKEN}, {false, 204, DELIVERY_TAKEN}, {false, 0, DELIVERY_AGAIN},
        {false, 302, DELIVERY_AGAIN}, {false, 400, DELIVERY_NEVER}, {false, 401, DELIVERY_AGAIN},
        {false, 404, DELIVERY_AGAIN}, {false, 410, DELIVERY_NEVER}, {false, 429, DELIVERY_AGAIN},
        {false, 500, DELIVERY_AGAIN}, {false, 503, DELIVERY_AGAIN}, {true, 250, DELIVERY_TAKEN},
        {true, 421, DELIVERY_AGAIN},  {true, 451, DELIVERY_AGAIN},  {true, 535, DELIVERY_AGAIN},
        {true, 550, DELIVERY_NEVER},  {true, 554, DELIVERY_NEVER},  {true, 0, DELIVERY_AGAIN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(delivery_of(rows[i].mail, rows[i].code), rows[i].means);
    }
}

static void waits_double_up_to_the_most_and_differ(void **state)
{
    (void)state;
    int64_t whole = 5000;
    for (int attempts = 1; attempts < 100; attempts++) {
        assert_int_equal(delivery_wait_ms(attempts, 5000, 900000, 0), whole);
        assert_int_equal(delivery_wait_ms(attempts, 5000, 900000, UINT32_MAX), whole - whole / 2);
        int64_t some = delivery_wait_ms(attempts, 5000, 900000, UINT32_MAX / 3);
        assert_in_range(some, whole / 2, whole);
        whole = whole * 2 < 900000 ? whole * 2 : 900000;
    }
    assert_int_equal(delivery_wait_ms(1000000, 604800000, 604800000, 0), 604800000);
}

static void a_channel_has_its_rate(void **state)
{
    (void)state;
    struct delivery_rate r = {.at = 0};
    mono_ms now = 1000;
    int64_t wait;
    for (int i = 0; i < 20; i++) {
        assert_true(delivery_take(&r, 20, now, &wait));
    }
    assert_false(delivery_take(&r, 20, now, &wait));
    assert_in_range(wait, 3000, 3001); // 20 a minute
    assert_false(delivery_take(&r, 20, now + wait / 2, &wait));
    now += 3001;
    assert_true(delivery_take(&r, 20, now, &wait));
    assert_false(delivery_take(&r, 20, now, &wait));
    int taken = 0;
    for (mono_ms t = now; t < now + 10 * MINUTE; t += 100) {
        taken += delivery_take(&r, 20, t, &wait);
    }
    assert_in_range(taken, 199, 200);
    assert_false(delivery_take(&r, 20, now + 10 * MINUTE - 100, &wait));
    assert_true(delivery_take(&r, 20, now + HOUR, &wait)); // and no more than a minute's worth after a rest
    taken = 1;
    while (delivery_take(&r, 20, now + HOUR, &wait)) {
        taken++;
    }
    assert_int_equal(taken, 20);
}

// ---------------------------------------------------------------- where to

static void private_addresses_are_known(void **state)
{
    (void)state;
    static const char *const private[] = {"0.0.0.0",
                                          "10.0.0.1",
                                          "10.255.255.255",
                                          "100.64.0.1",
                                          "127.0.0.1",
                                          "127.9.9.9",
                                          "169.254.169.254",
                                          "172.16.0.1",
                                          "172.31.255.255",
                                          "192.168.1.1",
                                          "192.0.0.8",
                                          "198.18.0.1",
                                          "198.19.255.255",
                                          "224.0.0.1",
                                          "240.0.0.1",
                                          "255.255.255.255",
                                          "::",
                                          "::1",
                                          "fe80::1",
                                          "febf::1",
                                          "fc00::1",
                                          "fdff::1",
                                          "ff02::1",
                                          "fec0::1",
                                          "::ffff:10.0.0.1",
                                          "::ffff:127.0.0.1",
                                          "64:ff9b::a9fe:a9fe",
                                          "2002:7f00:1::1",
                                          "2001:0:1::1"};
    static const char *const public[] = {
        "1.1.1.1",         "9.255.255.255", "11.0.0.0",        "100.63.255.255",   "100.128.0.0",
        "126.255.255.255", "128.0.0.0",     "169.253.255.255", "172.15.255.255",   "172.32.0.0",
        "192.167.255.255", "192.169.0.0",   "198.17.255.255",  "198.20.0.0",       "223.255.255.255",
        "2606:4700::1111", "2001:db8::1",   "::ffff:8.8.8.8",  "64:ff9b::808:808", "2002:808:808::1"};
    for (size_t i = 0; i < sizeof private / sizeof private[0] + sizeof public / sizeof public[0]; i++) {
        size_t first = sizeof private / sizeof private[0];
        bool is = i < first;
        const char *text = is ? private[i] : public[i - first];
        uint8_t ip[16];
        int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
        assert_int_equal(inet_pton(family, text, ip), 1);
        if ((family == AF_INET6 ? address_is_private6(ip) : address_is_private4(ip)) != is) {
            fail_msg("%s", text);
        }
    }
}

// ---------------------------------------------------------------- what it says

static struct notice example(enum channel_event event, enum channel_lang lang)
{
    struct notice n = {.event = event,
                       .lang = lang,
                       .kind = NOTICE_STANDARD,
                       .id = "0123456789abcdef0123456789abcdef",
                       .channel = "sari",
                       .alert = "1-2-0-abc",
                       .rule = "satisfied-85",
                       .branch_id = "bandung-dago",
                       .place_id = "loket",
                       .branch = "Bandung Dago",
                       .place = "Loket <2>",
                       .at = NOON,
                       .since = NOON - 20 * MINUTE,
                       .raised = NOON - 75 * MINUTE,
                       .until = NOON + HOUR,
                       .n = 1020,
                       .unhappy = 306,
                       .share = .7,
                       .lo = .6712,
                       .hi = .7274,
                       .target = 85,
                       .peak = 140,
                       .limit = 117,
                       .false_alarm_votes = 5191,
                       .false_alarm_days = -1,
                       .reasons = {{"Antrean lama", 12}, {"Loket kurang", 3}},
                       .reason_count = 2,
                       .link = "https://puas.example.org/?place=bandung-dago"};
    snprintf(n.rule_name, sizeof n.rule_name, "%s",
             lang == CHANNEL_ID ? "Sedikitnya 85 % puas" : "At least 85 % satisfied");
    return n;
}

static void says(const struct notice *n, const char *want)
{
    struct notice_text t;
    struct tz *tz = tz_load("Asia/Jakarta");
    notice_say(n, tz, &t);
    char *text = notice_plain(n, &t, true);
    assert_string_equal(text, want);
    free(text);
    tz_free(tz);
}

static void the_words_of_both_languages(void **state)
{
    (void)state;
    struct notice n = example(CHANNEL_RAISED, CHANNEL_ID);
    says(&n, "Bandung Dago: Janji tidak terpenuhi\n"
             "Apa: Sedikitnya 85 % puas\n"
             "Di mana: Bandung Dago, Loket <2>\n"
             "Sejak: 23 Nov 2026 12.40 WIB\n"
             "Angka: 306 dari 1.020 suara tidak puas: 70 % puas (95 %: 67 sampai 73 %); janji kita 85 %\n"
             "Seberapa pasti: alarm palsu kira-kira sekali dalam 5.191 suara\n"
             "Alasan teratas: Antrean lama (12), Loket kurang (3)\n"
             "Buka halaman cabang: https://puas.example.org/?place=bandung-dago");
    n = example(CHANNEL_RAISED, CHANNEL_EN);
    n.n = n.unhappy = 0; // no step yet: no figures
    n.reason_count = 0;
    n.false_alarm_days = 12;
    n.link[0] = '\0';
    says(&n, "Bandung Dago: Promise not kept\n"
             "What: At least 85 % satisfied\n"
             "Where: Bandung Dago, Loket <2>\n"
             "Since: 23 Nov 2026 12:40 WIB\n"
             "How sure: about one false alarm in 12 open days");
    n = example(CHANNEL_ACKNOWLEDGED, CHANNEL_EN);
    n.place[0] = n.link[0] = '\0';
    n.n = -1;
    n.reason_count = 0;
    snprintf(n.who, sizeof n.who, "Sari Wulandari");
    snprintf(n.comment, sizeof n.comment, "on my way");
    says(&n, "Bandung Dago: being handled – Promise not kept\n"
             "What: At least 85 % satisfied\n"
             "Where: Bandung Dago\n"
             "Since: 23 Nov 2026 12:40 WIB\n"
             "By: Sari Wulandari, until 23 Nov 2026 14:00 WIB\n"
             "Note: on my way");
    n = example(CHANNEL_ENDED, CHANNEL_ID);
    n.link[0] = '\0';
    n.reason_count = 0;
    says(&n, "Bandung Dago: selesai – Janji tidak terpenuhi\n"
             "Apa: Sedikitnya 85 % puas\n"
             "Di mana: Bandung Dago, Loket <2>\n"
             "Lamanya: 1 jam 15 mnt, dari 23 Nov 2026 11.45 WIB sampai 23 Nov 2026 13.00 WIB\n"
             "Puncak: 140 poin, alarm pada 117\n"
             "Angka: 306 dari 1.020 suara tidak puas: 70 % puas (95 %: 67 sampai 73 %); janji kita 85 %");
    n = example(CHANNEL_RAISED, CHANNEL_ID);
    n.kind = NOTICE_SILENCE;
    n.silent_min = 95;
    n.usual_gap_min = 4;
    n.place[0] = n.link[0] = '\0';
    n.reason_count = 0;
    n.false_alarm_votes = -1;
    snprintf(n.kiosk, sizeof n.kiosk, "Pintu utama");
    says(&n, "Bandung Dago: Kios sepi\n"
             "Apa: Sedikitnya 85 % puas\n"
             "Di mana: Bandung Dago, Pintu utama\n"
             "Sejak: 23 Nov 2026 12.40 WIB\n"
             "Angka: tidak ada suara selama 1 jam 35 mnt; biasanya pada jam ini satu suara tiap 4 mnt\n"
             "Periksa: kios daring: terhalang, dipindah, atau layarnya mati?");
    n = example(CHANNEL_RAISED, CHANNEL_EN);
    n.kind = NOTICE_SHARE;
    n.target = 50;
    n.place[0] = n.link[0] = '\0';
    n.reason_count = 0;
    n.since = n.false_alarm_votes = -1;
    says(&n, "Bandung Dago: Too many unhappy votes\n"
             "What: At least 85 % satisfied\n"
             "Where: Bandung Dago\n"
             "Figures: 306 of 1,020 votes unhappy; the limit is 50 %");
    n.kind = NOTICE_TAMPER;
    snprintf(n.kiosk, sizeof n.kiosk, "Main entrance");
    says(&n, "Bandung Dago: Kiosk tampered with\n"
             "What: At least 85 % satisfied\n"
             "Where: Bandung Dago, Main entrance");
    n = example(CHANNEL_TEST, CHANNEL_EN);
    n.link[0] = '\0';
    snprintf(n.who, sizeof n.who, "admin");
    says(&n, "Puas: test message of channel sari\n"
             "What: If you read this, alerts reach you here.\n"
             "By: admin");
}

static void html_says_the_same_and_lets_nothing_in(void **state)
{
    (void)state;
    struct notice n = example(CHANNEL_RAISED, CHANNEL_ID);
    struct notice_text t;
    snprintf(n.rule_name, sizeof n.rule_name, "<script>alert(\"1\")</script> & co");
    notice_say(&n, NULL, &t);
    char *html = notice_html(&n, &t);
    assert_non_null(strstr(html, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; co"));
    assert_null(strstr(html, "<script"));
    assert_non_null(strstr(html, "<td>Bandung Dago, Loket &lt;2&gt;</td>"));
    assert_non_null(strstr(html, "<a href=\"https://puas.example.org/?place=bandung-dago\">"));
    free(html);
}

static void texts_are_filled_in_and_escaped(void **state)
{
    (void)state;
    const char *const values[FILL_COUNT] = {"i", "raised", "a \"b\"\n\x01", "é", "", "", "", "", "",
                                            "",  "",       "s&t\r\nX: y"};
    static const struct {
        const char *text;
        enum fill_escape escape;
        const char *want;
    } rows[] = {
        {"{\"t\":\"{{title}}\"}", FILL_JSON, "{\"t\":\"a \\\"b\\\"\\n\\u0001\"}"},
        {"t={{title}}&x={{text}}", FILL_FORM, "t=a%20%22b%22%0A%01&x=%C3%A9"},
        {"{{title}}", FILL_RAW, "a \"b\"\n\x01"},
        {"Bearer {{secret}}", FILL_PLAIN, "Bearer s&t  X: y"},
        {"{{alert}}{{id}}{{", FILL_RAW, "i{{"},
        {"{ {{event}} }", FILL_RAW, "{ raised }"},
    };
    char unknown[20];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = fill(rows[i].text, values, rows[i].escape);
        assert_string_equal(text, rows[i].want);
        free(text);
    }
    assert_true(fill_check("{{id}} {{link}}", unknown, sizeof unknown));
    assert_false(fill_check("{{id}} {{lnk}}", unknown, sizeof unknown));
    assert_string_equal(unknown, "lnk");
    assert_false(fill_check("{{id", unknown, sizeof unknown));
}

// ---------------------------------------------------------------- kinds

static void a_signature_is_that_of_the_standard(void **state)
{
    (void)state;
    char s[SIGNATURE_TEXT]; // the example of standardwebhooks.com's libraries
    assert_true(signature_make("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                               1614265330, "{\"test\": 2432232314}", s));
    assert_string_equal(s, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert_false(signature_make("whsec_!", "i", 0, "", s));
    assert_true(signature_make("plain", "i", 0, "", s));
}

static const char *has_header(const struct request *r, const char *name)
{
    size_t n = strlen(name);
    for (int i = 0; i < r->header_count; i++) {
        if (strncmp(r->headers[i], name, n) == 0 && strncmp(r->headers[i] + n, ": ", 2) == 0) {
            return r->headers[i] + n + 2;
        }
    }
    return "";
}

// Makes the request of a channel and checks a path in its JSON body: "a.0.b".
static void asks(const char *channel, const char *secret, const char *url, const char *const paths[][2])
{
    struct settings s;
    struct channel *c = one(channel, &s);
    struct notice n = example(CHANNEL_RAISED, CHANNEL_ID);
    struct notice_text t;
    struct request r;
    char why[200];
    notice_say(&n, NULL, &t);
    assert_true(request_make(c, secret, &n, &t, NOON, &r, why, sizeof why));
    assert_string_equal(r.url, url);
    assert_string_equal(has_header(&r, "Idempotency-Key"), n.id);
    json_t *o = json_loads(r.body, 0, NULL);
    assert_non_null(o);
    for (size_t i = 0; paths[i][0] != NULL; i++) {
        char path[100], *rest = path;
        const json_t *at = o;
        snprintf(path, sizeof path, "%s", paths[i][0]);
        for (const char *key; (key = strsep(&rest, ".")) != NULL;) {
            at = json_is_array(at) ? json_array_get(at, (size_t)atoi(key)) : json_object_get(at, key);
        }
        const char *text = json_string_value(at);
        if (text == NULL || strcmp(text, paths[i][1]) != 0) {
            fail_msg("%s: %s", paths[i][0], r.body);
        }
    }
    json_decref(o);
    request_finish(&r);
    config_free(rows_of_settings, &s);
}

#define TITLE "Bandung Dago: Janji tidak terpenuhi"
#define PAGE "https://puas.example.org/?place=bandung-dago"

static void each_kind_gets_its_document(void **state)
{
    (void)state;
    asks("  - { id: t, kind: telegram, to: [-100123], secret_env: X }\n", "42:token",
         "https://api.telegram.org/bot42:token/sendMessage",
         (const char *const[][2]){{"chat_id", "-100123"}, {NULL, NULL}});
    asks("  - { id: n, kind: ntfy, to: [puas-dago], secret_env: X }\n", "tk", "https://ntfy.sh",
         (const char *const[][2]){{"topic", "puas-dago"},
                                  {"title", TITLE},
                                  {"click", PAGE},
                                  {"sequence_id", "0123456789abcdef0123456789abcdef"},
                                  {NULL, NULL}});
    asks("  - { id: s, kind: slack, secret_env: X }\n", "https://hooks.slack.com/services/T/B/x",
         "https://hooks.slack.com/services/T/B/x",
         (const char *const[][2]){{"text", TITLE},
                                  {"blocks.0.text.text", "*" TITLE "*"},
                                  {"blocks.2.text.text", "Di mana: Bandung Dago, Loket &lt;2&gt;"},
                                  {"blocks.7.elements.0.url", PAGE},
                                  {NULL, NULL}});
    asks("  - { id: m, kind: teams, secret_env: X }\n", "https://x.logic.azure.com/workflows/1",
         "https://x.logic.azure.com/workflows/1",
         (const char *const[][2]){{"type", "message"},
                                  {"attachments.0.contentType", "application/vnd.microsoft.card.adaptive"},
                                  {"attachments.0.content.type", "AdaptiveCard"},
                                  {"attachments.0.content.body.0.text", TITLE},
                                  {"attachments.0.content.body.1.facts.1.value", "Bandung Dago, Loket <2>"},
                                  {"attachments.0.content.actions.0.url", PAGE},
                                  {NULL, NULL}});
    asks("  - { id: w, kind: whatsapp, from: 10987, to: [+62812], template: puas_alert, secret_env: X }\n",
         "EAAG", "https://graph.facebook.com/v23.0/10987/messages",
         (const char *const[][2]){{"messaging_product", "whatsapp"},
                                  {"to", "+62812"},
                                  {"template.name", "puas_alert"},
                                  {"template.language.code", "id"},
                                  {"template.components.0.parameters.0.text", TITLE},
                                  {"template.components.0.parameters.1.text", "Bandung Dago, Loket <2>"},
                                  {"template.components.0.parameters.2.text", "23 Nov 2026 05.40 UTC"},
                                  {"template.components.0.parameters.4.text", PAGE},
                                  {NULL, NULL}});
    asks("  - { id: h, kind: webhook, url: \"https://x.org/h\", secret_env: X }\n", "k", "https://x.org/h",
         (const char *const[][2]){{"type", "alert.raised"},
                                  {"timestamp", "2026-11-23T06:00:00Z"},
                                  {"data.alert", "1-2-0-abc"},
                                  {"data.since", "2026-11-23T05:40:00Z"},
                                  {"data.reasons.1.label", "Loket kurang"},
                                  {NULL, NULL}});
    asks("  - { id: g, kind: http, url: \"https://x.org/{{branch}}\", method: PUT, secret_env: X, headers: { "
         "X-Key: \"k {{secret}}\" }, body: '{\"a\":\"{{title}}\",\"k\":\"{{secret}}\"}' }\n",
         "s\"s", "https://x.org/bandung-dago",
         (const char *const[][2]){{"a", TITLE}, {"k", "s\"s"}, {NULL, NULL}});
}

static void a_mail_has_its_headers(void **state)
{
    (void)state;
    struct settings s;
    struct channel *c = one(
        "  - { id: m, kind: email, url: \"smtps://mx\", from: puas@x.org, to: [a@x.org, b@y.org] }\n", &s);
    struct notice n = example(CHANNEL_ENDED, CHANNEL_ID);
    struct notice_text t;
    struct mail m;
    notice_say(&n, NULL, &t);
    snprintf(t.title, sizeof t.title, "Café – %s",
             "sangat panjang, jauh lebih panjang daripada satu baris, éééééééééééééééééééééééééééé");
    assert_true(mail_make(c, &n, &t, NOON, &m));
    assert_string_equal(m.headers[0], "From: Puas <puas@x.org>");
    assert_string_equal(m.headers[1], "To: <a@x.org>,\r\n <b@y.org>");
    assert_string_equal(m.headers[3], "Date: Mon, 23 Nov 2026 06:00:00 +0000");
    assert_string_equal(m.headers[4], "Message-ID: <0123456789abcdef0123456789abcdef@x.org>");
    assert_string_equal(m.headers[5], "References: <1-2-0-abc.alert@x.org>");
    for (const char *line = m.headers[2]; line != NULL;
         line = strstr(line, "\r\n ") != NULL ? strstr(line, "\r\n ") + 2 : NULL) {
        assert_in_range(strcspn(line, "\r"), 1, 78);
        assert_int_equal(
            strspn(line, "\t "
                         "!\"#$%&'()*+,-./"
                         "0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"),
            strcspn(line, "\r"));
    }
    assert_non_null(strstr(m.headers[2], "Subject: =?UTF-8?B?Q2Fmw6k"));
    mail_finish(&m);
    config_free(rows_of_settings, &s);
}

// ---------------------------------------------------------------- the outbox

struct world {
    char dir[64], path[100];
    struct store *st;
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    char why[600];
    snprintf(w->dir, sizeof w->dir, "/tmp/puas-channels-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->path, sizeof w->path, "%s/puas.db", w->dir);
    assert_int_equal(store_open(w->path, &w->st, why, sizeof why), STORE_OK);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    store_close(w->st);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char path[120];
        snprintf(path, sizeof path, "%s%s", w->path, ends[i]);
        unlink(path);
    }
    rmdir(w->dir);
    free(w);
    return 0;
}

static void put(struct world *w, const char *id, const char *channel, const char *alert,
                enum channel_event event, wall_ms at)
{
    struct outgoing o = {.event = event, .at = at, .deadline = at + HOUR};
    snprintf(o.id, sizeof o.id, "%s", id);
    ident_set(&o.channel, channel);
    ident_set(&o.alert, alert);
    assert_true(store_outgoing_put(w->st, &o));
}

static const char *next(struct world *w, const char *channel, wall_ms now, wall_ms *ret_next)
{
    static struct outgoing o;
    bool found;
    assert_true(store_outgoing_next(w->st, channel, now, 15 * MINUTE, false, &o, &found, ret_next));
    return found ? o.id : "";
}

static int64_t number(struct world *w, const char *id)
{
    struct outgoing o;
    bool found;
    assert_true(store_outgoing_by_id(w->st, id, &o, &found));
    assert_true(found);
    return o.number;
}

static bool settle(struct world *w, const char *id, enum outgoing_state state, int attempts, wall_ms next_at,
                   wall_ms now)
{
    struct outgoing o;
    bool found;
    struct outgoing_outcome r = {number(w, id), state, attempts, next_at, INT64_MAX, "said"};
    assert_true(store_outgoing_outcome(w->st, &r, now, &o, &found));
    return found;
}

static void rows_wait_are_sent_in_order_and_end(void **state)
{
    struct world *w = *state;
    wall_ms at, later;
    put(w, "a1", "x", "a", CHANNEL_RAISED, NOON);
    put(w, "a1", "x", "a", CHANNEL_RAISED, NOON); // the same id is one message
    put(w, "a2", "x", "a", CHANNEL_ENDED, NOON + 1);
    put(w, "b1", "x", "b", CHANNEL_RAISED, NOON + 2);
    put(w, "y1", "y", "a", CHANNEL_RAISED, NOON);
    assert_string_equal(next(w, "x", NOON - 1, &at), "");
    assert_int_equal(at, NOON);
    assert_string_equal(next(w, "x", NOON + 10, &at), "a1");
    assert_true(settle(w, "a1", OUTGOING_WAITING, 1, NOON + MINUTE, NOON + 10));
    assert_string_equal(next(w, "x", NOON + 10, &at), "b1"); // a2 waits for a1, others do not
    assert_true(settle(w, "b1", OUTGOING_SENT, 1, 0, NOON + 11));
    assert_false(settle(w, "b1", OUTGOING_DEAD, 9, 0, NOON + 12)); // settled is settled
    assert_string_equal(next(w, "x", NOON + 12, &at), "");
    assert_int_equal(at, NOON + MINUTE);
    assert_string_equal(next(w, "x", NOON - 24 * HOUR, &later), "a1"); // the clock was set back
    assert_string_equal(next(w, "x", NOON + MINUTE, &at), "a1");
    assert_true(settle(w, "a1", OUTGOING_SENT, 2, 0, NOON + MINUTE));
    assert_string_equal(next(w, "x", NOON + MINUTE, &at), "a2");
    assert_string_equal(next(w, "x", NOON + 1 + HOUR, &at), ""); // its time is over
    assert_int_equal(at, INT64_MAX);
    struct outgoing list[OUTGOING_EXPIRED_MAX];
    int count;
    assert_true(store_outgoing_expired(w->st, NOON + HOUR, list, &count, &at));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].id, "y1");
    assert_int_equal(at, NOON + 1 + HOUR);
}

static bool note(void *ctx, const char *channel)
{
    strcat(ctx, channel);
    return true;
}

static void only_who_heard_of_the_raise_hears_of_the_rest(void **state)
{
    struct world *w = *state;
    char told[20] = "";
    wall_ms at;
    struct outgoing o;
    struct outgoing_counts c;
    bool found;
    put(w, "x1", "x", "a", CHANNEL_RAISED, NOON);
    put(w, "y1", "y", "a", CHANNEL_RAISED, NOON);
    put(w, "z1", "z", "b", CHANNEL_RAISED, NOON);
    assert_true(store_each_told(w->st, "a", note, told));
    assert_string_equal(told, "xy"); // waiting counts: it will be sent
    put(w, "y2", "y", "a", CHANNEL_ENDED, NOON + 1);
    assert_true(settle(w, "y1", OUTGOING_DEAD, 3, 0, NOON + 5));
    assert_string_equal(next(w, "y", NOON + 5, &at), "");
    assert_true(store_outgoing_by_id(w->st, "y2", &o, &found));
    assert_int_equal(o.state, OUTGOING_DROPPED);
    told[0] = '\0';
    assert_true(store_each_told(w->st, "a", note, told));
    assert_string_equal(told, "x");
    assert_true(store_outgoing_counts(w->st, "y", NOON + HOUR, &c));
    assert_int_equal(c.dead, 1);
    assert_int_equal(c.waiting, 0);
    assert_true(store_outgoing_counts(w->st, "", NOON + HOUR, &c));
    assert_int_equal(c.waiting, 2);
    assert_true(store_outgoing_counts(w->st, "y", NOON + 25 * (wall_ms)HOUR, &c));
    assert_int_equal(c.dead, 0);
    put(w, "t1", "x", "", CHANNEL_TEST,
        NOON + 7); // a test goes before all that waits, also while the channel rests
    assert_string_equal(next(w, "x", NOON + 8, &at), "t1");
    assert_true(store_outgoing_next(w->st, "x", NOON + 8, MINUTE, true, &o, &found, &at));
    assert_string_equal(o.id, "t1");
    assert_true(store_outgoing_next(w->st, "z", NOON + 8, MINUTE, true, &o, &found, &at));
    assert_false(found);
    assert_true(settle(w, "t1", OUTGOING_SENT, 1, 0, NOON + 8));
    assert_true(store_outgoing_prune(w->st, NOON + OUTGOING_KEEP_MS + 5));
    assert_true(store_outgoing_by_id(w->st, "y1", &o, &found));
    assert_true(found);
    assert_true(store_outgoing_prune(w->st, NOON + OUTGOING_KEEP_MS + 6));
    assert_true(store_outgoing_by_id(w->st, "y1", &o, &found));
    assert_false(found);
    assert_string_equal(next(w, "x", NOON, &at), "x1"); // what waits stays
}

// ---------------------------------------------------------------- quiet hours

// Half an hour off the hour; an hour back at 2026-04-04 16:30 UTC, 03:00 local time of the Sunday: as Adelaide in autumn.
static int autumn(void *ctx, wall_ms at)
{
    (void)ctx;
    return at >= INT64_C(1775320200000) ? 9 * 3600 + 1800 : 10 * 3600 + 1800;
}

static void quiet_hours_hold_until_they_end(void **state)
{
    (void)state;
    struct settings s;
    const struct hours_zone zone = {autumn, NULL};
    struct channel *c = one(EMAIL ", quiet: [{ from: \"21:00\", to: \"24:00\" }, { from: \"00:00\", to: \"06:30\" }],"
                                  " quiet_for: [warning] }\n", &s);
    wall_ms midnight = INT64_C(1775320200000) - 3 * HOUR, end = midnight + 7 * HOUR + 30 * MINUTE; // an hour comes twice
    assert_int_equal(channel_quiet_until(c, CHANNEL_WARNING, &zone, midnight - 3 * HOUR - 1), midnight - 3 * HOUR - 1);
    assert_int_equal(channel_quiet_until(c, CHANNEL_WARNING, &zone, midnight - 3 * HOUR), end);
    assert_int_equal(channel_quiet_until(c, CHANNEL_WARNING, &zone, midnight + 2 * HOUR), end);
    assert_int_equal(channel_quiet_until(c, CHANNEL_WARNING, &zone, end - 1), end);
    assert_int_equal(channel_quiet_until(c, CHANNEL_WARNING, &zone, end), end);
    assert_int_equal(channel_quiet_until(c, CHANNEL_ALARM, &zone, midnight), midnight); // what customers say does not wait
    c->quiet_for.count = 0;
    assert_int_equal(channel_quiet_until(c, CHANNEL_ALARM, &zone, midnight), end);
    c->quiet.count = 0;
    assert_int_equal(channel_quiet_until(c, CHANNEL_ALARM, &zone, midnight), midnight);
    c->quiet.count = 2;
    config_free(rows_of_settings, &s);
}

// What is held is sent once, when its time has come, and its order stays.
static void what_is_held_is_sent_later(void **state)
{
    struct world *w = *state;
    wall_ms at;
    for (int i = 0; i < 2; i++) { // the second time it is there already
        struct outgoing o = {.event = CHANNEL_RAISED, .at = NOON, .next_at = NOON + 10 * HOUR, .deadline = NOON + 16 * HOUR, .id = "n1"};
        ident_set(&o.channel, "x");
        ident_set(&o.alert, "n");
        assert_true(store_outgoing_put(w->st, &o));
    }
    put(w, "n2", "x", "n", CHANNEL_ENDED, NOON + MINUTE);
    struct outgoing o;
    bool found;
    assert_true(store_outgoing_next(w->st, "x", NOON + MINUTE, CHANNEL_QUIET_MOST_MS, false, &o, &found, &at));
    assert_false(found);
    assert_int_equal(at, NOON + 10 * HOUR);
    assert_true(store_outgoing_next(w->st, "x", NOON + 10 * HOUR, CHANNEL_QUIET_MOST_MS, false, &o, &found, &at));
    assert_string_equal(found ? o.id : "", "n1");
    assert_true(settle(w, "n1", OUTGOING_SENT, 1, 0, NOON + 10 * HOUR));
}

// ---------------------------------------------------------------- told together

static void place(struct world *w, int32_t number, int32_t parent, const char *id)
{
    struct store_place p = {.place = 0, .parent = parent, .kind = parent == 0 ? 0 : 2};
    ident_set(&p.id, id);
    snprintf(p.name, sizeof p.name, "%s", id);
    assert_true(store_put_place(w->st, &p));
    assert_int_equal(p.place, number);
}

static void alert_at(struct world *w, const char *id, int32_t at)
{
    struct store_alert a = {.place = at, .from = "ok", .to = "firing", .action = "breach", .who = "", .text = "", .judged = "", .raised = NOON};
    ident_set(&a.id, id);
    assert_true(store_alert_change(w->st, &a));
}

static void join(struct world *w, const char *id, const char *alert, enum channel_event event, wall_ms at)
{
    struct outgoing o = {.event = event, .at = at, .next_at = at + 30000, .deadline = at + HOUR, .together = "offline"};
    snprintf(o.id, sizeof o.id, "%s", id);
    ident_set(&o.channel, "x");
    ident_set(&o.alert, alert);
    assert_true(store_outgoing_join(w->st, &o, at));
}

static bool add_branch(void *ctx, const char *kiosk, const char *branch)
{
    assert_string_equal(kiosk, "");
    strcat(strcat(ctx, branch), " ");
    return true;
}

static enum outgoing_state state_of(struct world *w, const char *id)
{
    struct outgoing o;
    bool found;
    assert_true(store_outgoing_by_id(w->st, id, &o, &found));
    assert_true(found);
    return o.state;
}

static void alike_ones_are_one_message(void **state)
{
    struct world *w = *state;
    struct outgoing lead;
    struct outgoing_together t;
    char names[200] = "";
    bool found;
    wall_ms at;
    place(w, 1, 0, "chain");
    place(w, 2, 1, "west");
    place(w, 3, 2, "dago");
    place(w, 4, 2, "braga");
    place(w, 5, 1, "kuta");
    alert_at(w, "a", 3);
    alert_at(w, "b", 4);
    alert_at(w, "c", 4);
    alert_at(w, "d", 5);
    join(w, "a1", "a", CHANNEL_RAISED, NOON);
    join(w, "b1", "b", CHANNEL_RAISED, NOON + 5000);
    join(w, "c1", "c", CHANNEL_RAISED, NOON + 10000);
    join(w, "b2", "b", CHANNEL_ENDED, NOON + 12000); // waits behind its raise, with nobody
    assert_true(store_outgoing_next(w->st, "x", NOON + 29999, MINUTE, false, &lead, &found, &at));
    assert_false(found);
    assert_int_equal(at, NOON + 30000);
    join(w, "d1", "d", CHANNEL_RAISED, NOON + 29500); // the message may be under way: one of its own
    assert_true(store_outgoing_next(w->st, "x", NOON + 30000, MINUTE, false, &lead, &found, &at));
    assert_string_equal(lead.id, "a1");
    assert_true(store_outgoing_together(w->st, &lead, INT64_MAX, &t, add_branch, names));
    assert_int_equal(t.alerts, 3);
    assert_int_equal(t.branches, 2);
    assert_string_equal(t.area, "west");
    assert_string_equal(names, "dago braga braga ");
    // Tried again it tells of the same; taken, all of them are sent, but for one that it did not tell of.
    assert_true(settle(w, "a1", OUTGOING_WAITING, 1, NOON + MINUTE, NOON + 30001));
    assert_int_equal(state_of(w, "b1"), OUTGOING_WAITING);
    struct outgoing_outcome taken = {lead.number, OUTGOING_SENT, 2, 0, number(w, "b1"), "ok"};
    assert_true(store_outgoing_outcome(w->st, &taken, NOON + MINUTE, &lead, &found));
    assert_int_equal(state_of(w, "a1"), OUTGOING_SENT);
    assert_int_equal(state_of(w, "b1"), OUTGOING_SENT);
    assert_int_equal(state_of(w, "c1"), OUTGOING_WAITING);
    assert_string_equal(next(w, "x", NOON + MINUTE, &at), "c1");
    assert_true(settle(w, "c1", OUTGOING_SENT, 1, 0, NOON + MINUTE));
    assert_string_equal(next(w, "x", NOON + MINUTE, &at), "b2");
    assert_true(settle(w, "b2", OUTGOING_SENT, 1, 0, NOON + MINUTE));
    // One message that is given up is given up for all, and nobody hears of their ends.
    join(w, "e1", "a", CHANNEL_RAISED, NOON + HOUR);
    join(w, "e2", "b", CHANNEL_RAISED, NOON + HOUR);
    put(w, "e3", "x", "b", CHANNEL_ENDED, NOON + HOUR + 1);
    assert_true(settle(w, "e1", OUTGOING_DEAD, 1, 0, NOON + 2 * HOUR));
    assert_int_equal(state_of(w, "e2"), OUTGOING_DEAD);
    assert_int_equal(state_of(w, "e3"), OUTGOING_DROPPED);
}

static bool praised(struct world *w, enum praise_kind kind, int32_t rule, int64_t value, int64_t apart)
{
    struct store_praise p = {.place = 1, .kind = kind, .rule = rule, .value = value, .at = NOON};
    bool new;
    assert_true(store_praise_put(w->st, &p, apart, &new));
    return new;
}

static void praise_is_given_once(void **state)
{
    struct world *w = *state;
    struct notice n = {.event = CHANNEL_PRAISE, .lang = CHANNEL_ID};
    struct notice_text t;
    char zone[65];
    bool found;
    place(w, 1, 0, "dago");
    assert_true(praised(w, PRAISE_ANSWERS, 0, 10000, 1));
    assert_false(praised(w, PRAISE_ANSWERS, 0, 10000, 1));
    assert_false(praised(w, PRAISE_ANSWERS, 0, 1000, 1)); // what lies behind it is no news
    assert_true(praised(w, PRAISE_STEP, 1, 20800, 1));
    assert_true(praised(w, PRAISE_STEP, 1, 20884, 1));
    assert_false(praised(w, PRAISE_STEP, 1, 20800, 1)); // it has fallen back and is there again
    assert_true(praised(w, PRAISE_STEP, 2, 20800, 1));
    assert_true(praised(w, PRAISE_YEAR, 1, 20000, 364));
    assert_false(praised(w, PRAISE_YEAR, 1, 20363, 364));
    assert_true(praised(w, PRAISE_YEAR, 1, 20364, 364));
    assert_true(store_praise_read(w->st, STORE_PRAISE "1", &n, zone, &found) && found);
    notice_say(&n, NULL, &t);
    assert_string_equal(t.title, "dago: 10.000 jawaban");
    assert_true(store_praise_read(w->st, STORE_PRAISE "99", &n, zone, &found));
    assert_false(found);
}

static void several_are_told_in_both_languages(void **state)
{
    (void)state;
    struct notice_text t;
    struct notice n = example(CHANNEL_RAISED, CHANNEL_ID);
    n.together = 312;
    n.branches = 3;
    snprintf(n.area, sizeof n.area, "Jawa Barat");
    snprintf(n.names, sizeof n.names, "Dago; Braga; Cihampelas");
    notice_say(&n, NULL, &t);
    assert_string_equal(t.title, "Jawa Barat: Janji tidak terpenuhi (3 cabang)");
    n.lang = CHANNEL_EN;
    n.kind = NOTICE_OFFLINE;
    n.event = CHANNEL_ENDED;
    notice_say(&n, NULL, &t);
    assert_string_equal(t.title, "Jawa Barat: over – Kiosk not reachable (312 kiosks)");
    assert_string_equal(t.lines[1].text, "Dago; Braga; Cihampelas");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_checked),
        cmocka_unit_test(a_channel_is_for_some_alerts),
        cmocka_unit_test(what_an_answer_means),
        cmocka_unit_test(waits_double_up_to_the_most_and_differ),
        cmocka_unit_test(a_channel_has_its_rate),
        cmocka_unit_test(private_addresses_are_known),
        cmocka_unit_test(the_words_of_both_languages),
        cmocka_unit_test(html_says_the_same_and_lets_nothing_in),
        cmocka_unit_test(texts_are_filled_in_and_escaped),
        cmocka_unit_test(a_signature_is_that_of_the_standard),
        cmocka_unit_test(each_kind_gets_its_document),
        cmocka_unit_test(a_mail_has_its_headers),
        cmocka_unit_test_setup_teardown(praise_is_given_once, setup, teardown),
        cmocka_unit_test(several_are_told_in_both_languages),
        cmocka_unit_test_setup_teardown(alike_ones_are_one_message, setup, teardown),
        cmocka_unit_test(quiet_hours_hold_until_they_end),
        cmocka_unit_test_setup_teardown(what_is_held_is_sent_later, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_wait_are_sent_in_order_and_end, setup, teardown),
        cmocka_unit_test_setup_teardown(only_who_heard_of_the_raise_hears_of_the_rest, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
