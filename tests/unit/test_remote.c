// Remote management in the kiosk: which documents come into force, which orders are done, how long a ref
// holds; the file of the last good document; and 20,000 bent documents.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kiosk/remote_posix.h"
#include "shared/digest.h"
#include "tests/unit/folder.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTENT                                                                                              \
    "{\"languages\":[\"en\",\"id\"],\"survey\":{\"id\":\"exit\",\"version\":2,\"questions\":[{\"id\":"       \
    "\"overall\","                                                                                           \
    "\"type\":\"faces\",\"of\":5}]},\"texts\":{\"en.question\":\"How was it?\"},\"volume\":40}"
#define DOCUMENT(content)                                                                                    \
    "{\"kiosk\":\"k1\",\"name\":\"Main\",\"branch\":\"dago\",\"place\":\"lobby\",\"survey\":null" content "}"
#define GOOD DOCUMENT(",\"content\":" CONTENT)

struct show {
    struct content content;
    char hash[PROTOCOL_HASH_HEX + 1];
};

// The window, the disk and the wire, as the core sees them.
struct fake {
    bool check_fails, keep_fails, apply_fails, order_fails, resend_fails;
    int kept, applied, ordered, replied, erased, alive; // alive: shows that somebody has
    char kept_bytes[4096], new_bytes[4096];
    size_t kept_n, new_n;
    struct show *shown;
    char shown_hash[PROTOCOL_HASH_HEX + 1]; // "": the own file
    enum order order;
    char order_id[IDENT_MAX + 1];
    struct reply_message reply;
    char *png;
    struct remote *r;
    struct remote_options o;
};

static void drop(void *ctx, struct show *s)
{
    struct fake *f = ctx;
    content_finish(&s->content);
    free(s);
    f->alive--;
}

static struct show *build(void *ctx, struct content *c, const char *sha256, char *why, size_t size)
{
    struct fake *f = ctx;
    struct survey survey;
    char unused[300];
    assert_true(!c || content_check(c, &survey, unused, sizeof unused)); // only good ones come here
    assert_int_equal(c == NULL, sha256[0] == '\0');
    if (f->check_fails) {
        snprintf(why, size, "no catalogue for 'xx'\n%s", "\xff");
        content_finish(c);
        return NULL;
    }
    struct show *s = calloc(1, sizeof *s);
    if (c)
        s->content = *c;
    strcpy(s->hash, sha256);
    f->alive++;
    return s;
}

static bool keep(void *ctx, const void *message, size_t n)
{
    struct fake *f = ctx;
    if (f->keep_fails)
        return false;
    f->kept++;
    f->new_n = n < sizeof f->new_bytes ? n : sizeof f->new_bytes;
    if (f->new_n > 0)
        memcpy(f->new_bytes, message, f->new_n);
    else
        f->kept_n = 0;
    return true;
}

static bool settle(void *ctx, bool good)
{
    struct fake *f = ctx;
    if (good && f->new_n > 0) {
        memcpy(f->kept_bytes, f->new_bytes, f->new_n);
        f->kept_n = f->new_n;
    }
    f->new_n = 0;
    return true;
}

static char *kept(void *ctx, bool new_one, size_t *ret_n)
{
    struct fake *f = ctx;
    size_t n = new_one ? f->new_n : f->kept_n;
    char *copy = n > 0 ? malloc(n) : NULL;
    if (copy)
        memcpy(copy, new_one ? f->new_bytes : f->kept_bytes, n);
    *ret_n = n;
    return copy;
}

static bool apply(void *ctx, struct show *s)
{
    struct fake *f = ctx;
    if (f->apply_fails)
        return false;
    f->applied++;
    if (f->shown)
        drop(f, f->shown);
    f->shown = s;
    strcpy(f->shown_hash, s->hash);
    return true;
}

static bool order(void *ctx, enum order what, const char *id)
{
    struct fake *f = ctx;
    if (f->order_fails)
        return false;
    f->ordered++;
    f->order = what;
    strcpy(f->order_id, id);
    return true;
}

static bool resend(void *ctx, int64_t *ret_rows)
{
    *ret_rows = 17;
    return !((struct fake *)ctx)->resend_fails;
}

static bool erase(void *ctx, const struct command_message *m, int64_t *ret_rows)
{
    struct fake *f = ctx;
    f->erased++;
    *ret_rows = m->visit;
    return !f->resend_fails;
}

static bool reply(void *ctx, const struct reply_message *m)
{
    struct fake *f = ctx;
    f->replied++;
    f->reply = *m;
    free(f->png);
    f->png = m->png ? strdup(m->png) : NULL;
    return true;
}

static const struct remote_port port = {build, drop, apply, keep, settle, kept, order, resend, erase, reply};

static int setup(void **state)
{
    struct fake *f = calloc(1, sizeof *f);
    ident_set(&f->o.kiosk, "k1");
    ident_set(&f->o.branch, "dago");
    ident_set(&f->o.place, "lobby");
    f->r = remote_create(&f->o, &port, f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fake *f = *state;
    remote_destroy(f->r);
    if (f->shown)
        drop(f, f->shown);
    assert_int_equal(f->alive, 0);
    free(f->png);
    free(f);
    return 0;
}

static char *message_of(const char *document, size_t *ret_n)
{
    char hash[DIGEST_HEX + 1];
    digest_hex(document, strlen(document), hash);
    return config_encode(hash, document, ret_n);
}

static const char *hash_of(const char *document)
{
    static char hash[DIGEST_HEX + 1];
    digest_hex(document, strlen(document), hash);
    return hash;
}

static enum remote_verdict push(struct fake *f, const char *document)
{
    size_t n;
    char *message = message_of(document, &n);
    enum remote_verdict v = remote_config(f->r, message, n);
    free(message);
    return v;
}

static struct health_message health(const struct fake *f)
{
    struct health_message m = {.content = "x"};
    remote_health(f->r, &m);
    return m;
}

// ---------------------------------------------------------------- documents
static void a_good_one_comes_into_force(void **state)
{
    struct fake *f = *state;
    assert_int_equal(push(f, GOOD), REMOTE_TAKEN);
    assert_int_equal(f->shown->content.volume, 40);
    assert_string_equal(f->shown_hash, hash_of(GOOD));
    assert_string_equal(health(f).content, ""); // not before the window says so
    remote_applied(f->r, f->shown_hash, NULL);
    assert_string_equal(health(f).content, hash_of(GOOD));
    assert_string_equal(health(f).refused, "");
    assert_string_equal(health(f).assignment, "");
    // The broker sends it again at every connect.
    assert_int_equal(push(f, GOOD), REMOTE_NOTHING);
    assert_int_equal(f->applied, 1);
    assert_int_equal(f->kept, 1);
}

static void bad_ones_leave_the_old_one(void **state)
{
    struct fake *f = *state;
    static const struct {
        const char *document, *why;
    } cases[] = {
        {"{\"kiosk\":\"k1\"", "the document is no JSON"},
        {"[]", "the document is no JSON object"},
        {"{\"kiosk\":\"k1\",\"kiosk\":\"k1\"}", "the document is no JSON"}, // a key twice
        {"{\"branch\":\"dago\"}", "kiosk: an id is needed"},
        {"{\"kiosk\":\"k2\",\"branch\":\"dago\",\"content\":" CONTENT "}", "it is for kiosk 'k2'"},
        {"{\"kiosk\":\"k1\",\"branch\":\"A B\"}", "branch: must be an id"},
        {DOCUMENT(",\"content\":[]"), "content: must be an object"},
        {DOCUMENT(",\"content\":{\"volumme\":1}"),
         "content:1:2: unknown key 'volumme', did you mean 'volume'?"},
        {DOCUMENT(",\"content\":{\"volume\":101}"), "content:1:11: 'volume' is 101"},
        {DOCUMENT(",\"content\":{\"survey\":{\"questions\":[{\"id\":\"a\",\"type\":\"text\"}]}}"),
         "content:1:25: survey 'default', question 'a'"},
        {DOCUMENT(",\"content\":{\"survey\":{\"questions\":[{\"id\":\"a\",\"type\":\"faces\"},"
                  "{\"id\":\"b\",\"type\":\"contact\"}]}}"),
         "question 'b' asks for contact data: contact_key is needed"},
    };
    assert_int_equal(push(f, GOOD), REMOTE_TAKEN);
    remote_applied(f->r, f->shown_hash, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(push(f, cases[i].document), REMOTE_REFUSED);
        if (strncmp(health(f).refused_why, cases[i].why, strlen(cases[i].why)) != 0)
            fail_msg("case %zu: '%s'", i, health(f).refused_why);
        assert_string_equal(health(f).refused, hash_of(cases[i].document));
        assert_string_equal(health(f).content, hash_of(GOOD));
    }
    assert_int_equal(f->kept, 1);
    assert_int_equal(f->applied, 1);
    assert_int_equal(push(f, GOOD),
                     REMOTE_NOTHING); // taken back by whoever pushed: nothing is refused any more
    assert_string_equal(health(f).refused, "");
}

static void bad_messages(void **state)
{
    struct fake *f = *state;
    size_t n;
    char *message = config_encode(hash_of("other"), GOOD, &n);
    assert_int_equal(remote_config(f->r, message, n), REMOTE_REFUSED);
    free(message);
    assert_string_equal(health(f).refused, hash_of("other")); // as the message says
    assert_memory_equal(health(f).refused_why, "the hash is wrong", 17);
    assert_int_equal(remote_config(f->r, "nonsense", 8), REMOTE_REFUSED);
    assert_string_equal(health(f).refused, hash_of("nonsense")); // of the message itself
    assert_string_equal(health(f).refused_why, "the message cannot be used: not-json");
    assert_int_equal(remote_config(f->r, "", 0), REMOTE_NOTHING); // it stands nowhere: what it has stands
    char *large = malloc(PROTOCOL_DOC_MAX + 2);
    memset(large, ' ', PROTOCOL_DOC_MAX + 1);
    memcpy(large, GOOD, sizeof GOOD - 1);
    for (int more = 1; more >= 0; more--) { // white space after the object fills it
        large[PROTOCOL_DOC_MAX + more] = '\0';
        assert_int_equal(push(f, large), more ? REMOTE_REFUSED : REMOTE_TAKEN);
    }
    free(large);
}

static void the_window_and_the_disk_may_refuse(void **state)
{
    struct fake *f = *state;
    f->check_fails = true;
    assert_int_equal(push(f, GOOD), REMOTE_REFUSED);
    assert_string_equal(health(f).refused_why, "no catalogue for 'xx' ?"); // fit to be sent
    f->check_fails = false;
    f->keep_fails = true;
    assert_int_equal(push(f, GOOD), REMOTE_REFUSED);
    assert_int_equal(f->applied, 0); // what is not on disk is not shown
    f->keep_fails = false;
    f->apply_fails = true;
    assert_int_equal(push(f, GOOD), REMOTE_TAKEN);
    assert_int_equal(f->applied, 0);
    remote_tick(f->r);
    assert_int_equal(f->applied, 0);
    assert_int_equal(push(f, DOCUMENT(",\"content\":{\"volume\":41}")),
                     REMOTE_TAKEN); // a newer one meanwhile
    f->apply_fails = false;
    remote_tick(f->r);
    remote_tick(f->r);
    assert_int_equal(f->applied, 1);
    assert_int_equal(f->shown->content.volume, 41);
    remote_applied(f->r, f->shown_hash, "out of memory");
    assert_string_equal(health(f).refused_why, "out of memory");
    assert_string_equal(health(f).content, "");
    assert_int_equal(push(f, DOCUMENT(",\"content\":{\"volume\":41}")),
                     REMOTE_TAKEN); // tried again when it comes again
}

static void back_to_the_own_file(void **state)
{
    struct fake *f = *state;
    assert_int_equal(push(f, DOCUMENT("")), REMOTE_NOTHING); // never had another
    assert_int_equal(f->kept, 0);
    assert_int_equal(push(f, GOOD), REMOTE_TAKEN);
    remote_applied(f->r, f->shown_hash, NULL);
    assert_int_equal(push(f, DOCUMENT(",\"content\":null")), REMOTE_TAKEN);
    assert_int_equal(f->kept_n, 0); // the file is gone
    assert_string_equal(f->shown_hash, "");
    remote_applied(f->r, "", NULL);
    assert_string_equal(health(f).content, "");
    assert_int_equal(push(f, DOCUMENT("")), REMOTE_NOTHING);
}

static void after_a_restart(void **state)
{
    struct fake *f = *state;
    char why[PROTOCOL_WHY_MAX + 1];
    assert_null(remote_start(f->r, why)); // never online
    assert_string_equal(why, "");
    assert_int_equal(push(f, GOOD), REMOTE_TAKEN);
    remote_applied(f->r, f->shown_hash, NULL);
    assert_int_equal(push(f, "broken"), REMOTE_REFUSED);
    remote_destroy(f->r);
    f->r = remote_create(&f->o, &port, f);
    struct show *s = remote_start(f->r, why);
    assert_non_null(s);
    assert_string_equal(s->hash, hash_of(GOOD));
    assert_int_equal(s->content.survey.version, 2);
    drop(f, s);
    assert_string_equal(health(f).content, hash_of(GOOD));
    assert_int_equal(push(f, GOOD), REMOTE_NOTHING);
    assert_int_equal(push(f, DOCUMENT("")), REMOTE_TAKEN); // cleared while it was off
    assert_string_equal(f->shown_hash, "");
    // A catalogue that has gone since: the own file stands.
    assert_int_equal(push(f, GOOD), REMOTE_TAKEN);
    remote_applied(f->r, f->shown_hash, NULL);
    remote_destroy(f->r);
    f->r = remote_create(&f->o, &port, f);
    f->check_fails = true;
    assert_null(remote_start(f->r, why));
    assert_string_equal(why, "no catalogue for 'xx' ?");
    assert_string_equal(health(f).content, "");
    f->check_fails = false;
    assert_int_equal(push(f, GOOD), REMOTE_TAKEN); // and back
}

#define LOUDER DOCUMENT(",\"content\":{\"volume\":41}")

// Until the window has shown the new one, the last good one is what a start finds.
static void what_the_program_died_of_is_not_tried_again(void **state)
{
    struct fake *f = *state;
    char why[PROTOCOL_WHY_MAX + 1];
    assert_int_equal(push(f, GOOD), REMOTE_TAKEN);
    assert_int_equal(f->kept_n, 0);
    remote_applied(f->r, f->shown_hash, NULL);
    assert_true(f->kept_n > 0 && f->new_n == 0);
    assert_int_equal(push(f, LOUDER), REMOTE_TAKEN);
    for (int start = 0; start < 2; start++) { // dies while it is drawn: every start finds the good one
        char bytes[sizeof f->new_bytes];
        size_t n = f->new_n;
        memcpy(bytes, f->new_bytes, n);
        remote_destroy(f->r);
        memcpy(f->new_bytes, bytes, n);
        f->new_n = n;
        f->r = remote_create(&f->o, &port, f);
        struct show *s = remote_start(f->r, why);
        assert_non_null(s);
        assert_string_equal(s->hash, hash_of(GOOD));
        drop(f, s);
        assert_string_equal(health(f).content, hash_of(GOOD));
        assert_string_equal(health(f).refused, hash_of(LOUDER));
        assert_string_equal(health(f).refused_why, "the program ended while it was shown first");
        int applied = f->applied;
        assert_int_equal(push(f, LOUDER), REMOTE_REFUSED); // the broker's copy
        assert_string_equal(health(f).refused_why, "the program ended while it was shown first");
        assert_int_equal(f->applied, applied);
    }
    assert_int_equal(push(f, GOOD), REMOTE_NOTHING); // whoever pushed it takes it back
    assert_string_equal(health(f).refused, "");
    assert_int_equal(f->new_n, 0);
    // After an orderly end it comes again, and nothing is held against it.
    assert_int_equal(push(f, LOUDER), REMOTE_TAKEN);
    remote_destroy(f->r);
    f->r = remote_create(&f->o, &port, f);
    drop(f, remote_start(f->r, why));
    assert_string_equal(health(f).refused, "");
    assert_int_equal(push(f, LOUDER), REMOTE_TAKEN);
    // One that the window gives back leaves the good one, too.
    remote_applied(f->r, f->shown_hash, "out of memory");
    assert_int_equal(f->new_n, 0);
    assert_true(f->kept_n > 0);
    // A newer one meanwhile: only what is shown proves itself.
    assert_int_equal(push(f, LOUDER), REMOTE_TAKEN);
    char first[PROTOCOL_HASH_HEX + 1];
    strcpy(first, f->shown_hash);
    assert_int_equal(push(f, DOCUMENT(",\"content\":{\"volume\":42}")), REMOTE_TAKEN);
    remote_applied(f->r, first, NULL);
    assert_true(f->new_n > 0);
    remote_applied(f->r, f->shown_hash, NULL);
    assert_int_equal(f->new_n, 0);
}

static void the_own_file_decides_the_place(void **state)
{
    struct fake *f = *state;
    assert_int_equal(push(f, "{\"kiosk\":\"k1\",\"branch\":\"braga\",\"content\":{}}"), REMOTE_TAKEN);
    assert_string_equal(health(f).assignment, "dago/lobby");
    assert_int_equal(push(f, DOCUMENT("")), REMOTE_TAKEN);
    assert_string_equal(health(f).assignment, "");
}

// ---------------------------------------------------------------- orders
struct done {
    enum remote_verdict verdict;
    char why[PROTOCOL_WHY_MAX + 1];
};

static struct done command(struct fake *f, const char *id, enum order what, wall_ms expires, wall_ms now,
                           bool synced, bool retained)
{
    struct command_message m = {.expires = expires, .order = what};
    struct done d;
    struct remote_order o;
    size_t n;
    strcpy(m.id, id);
    char *text = command_encode(&m, &n);
    d.verdict = remote_command(f->r, text, n, retained, now, synced, &o);
    strcpy(d.why, o.why);
    free(text);
    return d;
}

static void orders_are_done_once(void **state)
{
    struct fake *f = *state;
    const wall_ms now = 1795389750000;
    assert_int_equal(command(f, "a1", ORDER_IDENTIFY, now + 10000, now, true, false).verdict, REMOTE_TAKEN);
    assert_int_equal(f->order, ORDER_IDENTIFY);
    assert_true(f->reply.ok);
    assert_string_equal(f->reply.id, "a1");
    // Delivered twice, as QoS 1 may.
    assert_int_equal(command(f, "a1", ORDER_IDENTIFY, now + 10000, now, true, false).verdict, REMOTE_REFUSED);
    assert_string_equal(f->reply.why, "seen already");
    assert_int_equal(f->ordered, 1);
    // The last 32 are remembered.
    char id[20];
    for (int i = 0; i < REMOTE_IDS - 1; i++) {
        snprintf(id, sizeof id, "b%d", i);
        assert_int_equal(command(f, id, ORDER_RESEND, now + 10000, now, true, false).verdict, REMOTE_TAKEN);
    }
    assert_int_equal(command(f, "a1", ORDER_RESEND, now + 10000, now, true, false).verdict, REMOTE_REFUSED);
    assert_int_equal(command(f, "c1", ORDER_RESEND, now + 10000, now, true, false).verdict, REMOTE_TAKEN);
    assert_int_equal(command(f, "a1", ORDER_RESEND, now + 10000, now, true, false).verdict, REMOTE_TAKEN);
}

static void orders_expire(void **state)
{
    struct fake *f = *state;
    const wall_ms now = 1795389750000;
    assert_int_equal(command(f, "a", ORDER_RESTART, now, now, true, false).verdict, REMOTE_TAKEN);
    assert_string_equal(command(f, "b", ORDER_RESTART, now - 1, now, true, false).why, "expired");
    assert_string_equal(command(f, "c", ORDER_RESTART, now + 2 * PROTOCOL_COMMAND_MS, now, true, false).why,
                        "expires too late");
    assert_int_equal(f->replied, 3);
    assert_int_equal(f->ordered, 1);
    // A clock that nobody has set cannot tell.
    assert_int_equal(command(f, "d", ORDER_RESTART, now, 5000, false, false).verdict, REMOTE_TAKEN);
    // Retained: it would be done at every connect.
    assert_int_equal(command(f, "e", ORDER_RESTART, now + 1, now, true, true).verdict, REMOTE_IGNORED);
    assert_int_equal(f->ordered, 2);
    struct remote_order o;
    assert_int_equal(remote_command(f->r, "{}", 2, false, now, true, &o), REMOTE_IGNORED);
    static const char later[] = "{\"v\":1,\"id\":\"f\",\"expires\":9007199254740991,\"do\":\"dance\"}";
    assert_int_equal(remote_command(f->r, later, sizeof later - 1, false, now, false, &o), REMOTE_REFUSED);
    assert_string_equal(f->reply.why, "not known to this kiosk");
}

// As often as it comes, whatever the clock says: its reply may have been lost.
static void erasing_is_done_every_time(void **state)
{
    struct fake *f = *state;
    static const char message[] = "{\"v\":1,\"id\":\"erase-1\",\"do\":\"erase\",\"epoch\":"
                                  "\"0123456789abcdef0123456789abcdef\",\"visit\":16,\"score\":false}";
    struct remote_order o;
    for (int i = 1; i <= 2; i++) {
        assert_int_equal(remote_command(f->r, message, sizeof message - 1, false, 5000, true, &o), REMOTE_TAKEN);
        assert_true(f->reply.ok);
        assert_int_equal(f->reply.rows, 16);
        assert_int_equal(f->erased, i);
    }
    f->resend_fails = true;
    assert_int_equal(remote_command(f->r, message, sizeof message - 1, false, 5000, true, &o), REMOTE_REFUSED);
    assert_string_equal(f->reply.why, "the outbox cannot be written");
}

static void orders_and_their_answers(void **state)
{
    struct fake *f = *state;
    assert_string_equal(command(f, "s1", ORDER_SCREENSHOT, 1, 0, true, false).why,
                        "switched off on the kiosk (remote.screenshot)");
    assert_int_equal(f->ordered, 0);
    f->o.screenshot = true;
    remote_destroy(f->r);
    f->r = remote_create(&f->o, &port, f);
    assert_int_equal(command(f, "s2", ORDER_SCREENSHOT, 1, 0, true, false).verdict, REMOTE_TAKEN);
    assert_int_equal(f->replied, 1); // the window answers
    remote_answer(f->r, "s2", NULL, "\x89PNG\r", 5);
    assert_true(f->reply.ok);
    assert_string_equal(f->png, "iVBORw0=");
    remote_answer(f->r, "s2", NULL, "\x89PNG", 4);
    assert_string_equal(f->png, "iVBORw==");
    remote_answer(f->r, "s2", "somebody is typing", NULL, 0);
    assert_false(f->reply.ok);
    assert_string_equal(f->reply.why, "somebody is typing");
    // A picture that just fits makes a reply that just fits.
    char *png = calloc(1, REMOTE_PNG_MAX + 1);
    size_t n;
    remote_answer(f->r, "0123456789abcdef0123456789abcdef", NULL, png, REMOTE_PNG_MAX);
    assert_true(f->reply.ok);
    f->reply.png = f->png;
    char *text = reply_encode(&f->reply, &n);
    struct reply_message back;
    assert_int_equal(reply_decode(text, n, &back), PROTOCOL_OK);
    reply_message_finish(&back);
    free(text);
    remote_answer(f->r, "s2", NULL, png, REMOTE_PNG_MAX + 1);
    assert_false(f->reply.ok);
    assert_string_equal(f->reply.why, "the picture is too large for one message");
    free(png);
    assert_int_equal(command(f, "r1", ORDER_RESEND, 1, 0, true, false).verdict, REMOTE_TAKEN);
    assert_true(f->reply.ok);
    assert_int_equal(f->reply.rows, 17);
    f->resend_fails = f->order_fails = true;
    assert_string_equal(command(f, "r2", ORDER_RESEND, 1, 0, true, false).why,
                        "the outbox cannot be written");
    assert_string_equal(command(f, "r3", ORDER_RESTART, 1, 0, true, false).why, "busy");
    f->order_fails = false;
    assert_int_equal(command(f, "r5", ORDER_RESTART, 1, 0, true, false).verdict, REMOTE_TAKEN);
    assert_true(f->reply.ok); // there is nobody left to answer afterwards
    assert_string_equal(f->reply.id, "r5");
}

static void reload_reads_anew(void **state)
{
    struct fake *f = *state;
    assert_int_equal(command(f, "a", ORDER_RELOAD, 1, 0, true, false).verdict, REMOTE_TAKEN); // the own file
    assert_int_equal(f->applied, 1);
    assert_string_equal(f->shown_hash, "");
    assert_true(f->reply.ok);
    assert_int_equal(push(f, GOOD), REMOTE_TAKEN);
    assert_int_equal(command(f, "b", ORDER_RELOAD, 1, 0, true, false).verdict, REMOTE_TAKEN);
    assert_int_equal(f->applied, 3);
    assert_string_equal(f->shown_hash, hash_of(GOOD));
    f->check_fails = true;
    assert_string_equal(command(f, "c", ORDER_RELOAD, 1, 0, true, false).why, "no catalogue for 'xx' ?");
    assert_false(f->reply.ok);
    assert_int_equal(f->applied, 3);
    f->check_fails = false;
    remote_applied(f->r, f->shown_hash, NULL);
    assert_int_equal(command(f, "e", ORDER_RELOAD, 1, 0, true, false).verdict, REMOTE_TAKEN);
    f->kept_n = 0;
    assert_string_equal(command(f, "d", ORDER_RELOAD, 1, 0, true, false).why,
                        "the kept document cannot be read");
}

// ---------------------------------------------------------------- refs
static void refs_hold_a_minute(void **state)
{
    struct fake *f = *state;
    static const char a[] = "{\"v\":1,\"ref\":\"A-104\"}", b[] = "{\"v\":1,\"ref\":\"B/7\"}",
                      bad[] = "{\"v\":1,\"ref\":\"?\"}";
    char ref[PROTOCOL_REF_MAX + 1];
    assert_false(remote_ref(f->r, 0, ref));
    assert_string_equal(ref, "");
    assert_int_equal(remote_ref_message(f->r, a, sizeof a - 1, false, 1000), REMOTE_TAKEN);
    assert_true(remote_ref(f->r, 1000 + PROTOCOL_REF_MS - 1, ref));
    assert_string_equal(ref, "A-104");
    assert_false(remote_ref(f->r, 1000 + PROTOCOL_REF_MS, ref));
    assert_string_equal(ref, "");
    assert_int_equal(remote_ref_message(f->r, b, sizeof b - 1, false, 2000), REMOTE_TAKEN);
    assert_int_equal(remote_ref_message(f->r, bad, sizeof bad - 1, false, 3000), REMOTE_IGNORED);
    assert_int_equal(remote_ref_message(f->r, a, sizeof a - 1, true, 3000),
                     REMOTE_IGNORED); // of no known age
    assert_true(remote_ref(f->r, 3000, ref));
    assert_string_equal(ref, "B/7");
}

// ---------------------------------------------------------------- bent documents
// The hash is right again after the bending in every second case, so that what lies behind it is reached.
static void mutations(void **state)
{
    struct fake *f = *state;
    char bent[sizeof GOOD + 8], message[4096];
    uint32_t seed = 7;
    size_t n, taken = 0, refused = 0;
    assert_int_equal(push(f, GOOD), REMOTE_TAKEN);
    remote_applied(f->r, f->shown_hash, NULL);
    for (int i = 0; i < 20000; i++) {
        int kept = f->kept, applied = f->applied;
        bool rehash = i % 2 == 0;
        memcpy(bent, GOOD, sizeof GOOD);
        char *whole = NULL;
        if (rehash) {
            for (int k = 0; k < 1 + i % 3; k++) {
                seed = seed * 1664525u + 1013904223u;
                bent[(seed >> 8) % (sizeof GOOD - 1)] = (char)((seed >> 24) & 127);
            }
            if (i % 5 == 0)
                bent[(seed >> 4) % (sizeof GOOD - 1)] = '\0';
            whole = message_of(bent, &n);
        } else {
            whole = message_of(GOOD, &n);
            for (int k = 0; k < 1 + i % 3; k++) {
                seed = seed * 1664525u + 1013904223u;
                whole[(seed >> 8) % n] = (char)(seed >> 24);
            }
            n = i % 5 == 0 ? (seed >> 4) % n : n;
        }
        assert_true(whole && n < sizeof message);
        enum remote_verdict v = remote_config(f->r, whole, n);
        free(whole);
        struct health_message h = health(f);
        if (v == REMOTE_TAKEN) {
            taken++;
            // A document whose hash is wrong is never taken: this one is whole, a byte fell on itself.
            assert_true(rehash || strcmp(f->shown_hash, hash_of(GOOD)) == 0);
            remote_applied(f->r, f->shown_hash, NULL);
        } else {
            assert_int_equal(f->kept, kept); // the good one stays, on disk and on the screen
            assert_int_equal(f->applied, applied);
            assert_string_equal(h.content, f->shown_hash);
        }
        if (v == REMOTE_REFUSED) {
            refused++;
            struct health_message again;
            size_t bytes;
            char *text = health_encode(&h, &bytes); // what is told of it can be told
            assert_int_equal(health_decode(text, bytes, &again), PROTOCOL_OK);
            health_message_finish(&again);
            free(text);
        }
    }
    assert_true(taken > 500);
    assert_true(refused > 10000);
    for (int i = 0; i < 20000; i++) { // orders and refs likewise
        char text[] = "{\"v\":1,\"id\":\"0123\",\"expires\":5,\"do\":\"identify\",\"ref\":\"A-104\"}";
        struct remote_order o;
        char ref[PROTOCOL_REF_MAX + 1];
        for (int k = 0; k < 1 + i % 3; k++) {
            seed = seed * 1664525u + 1013904223u;
            text[(seed >> 8) % (sizeof text - 1)] = (char)(seed >> 24);
        }
        remote_command(f->r, text, sizeof text - 1, false, 5, true, &o);
        remote_ref_message(f->r, text, sizeof text - 1, false, 5);
        assert_true(!remote_ref(f->r, 6, ref) || ref_valid(ref));
    }
}

// ---------------------------------------------------------------- the desk
struct desk {
    char dir[FOLDER_BYTES], path[100];
    struct fake f;
    struct remote_desk *d;
    int woken;
};

static bool line_publish(void *ctx, const char *topic, const char *payload, size_t n, int qos, bool retain)
{
    struct desk *k = ctx;
    struct reply_message m;
    assert_string_equal(topic, "puas/1/kiosk/k1/reply");
    assert_int_equal(qos, 1);
    assert_false(retain);
    assert_int_equal(reply_decode(payload, n, &m), PROTOCOL_OK);
    reply(&k->f, &m);
    reply_message_finish(&m);
    return true;
}

static bool line_resend(void *ctx, int64_t *ret_rows)
{
    return resend(&((struct desk *)ctx)->f, ret_rows);
}

static bool line_erase(void *ctx, const struct command_message *m, int64_t *ret_rows)
{
    (void)ctx;
    *ret_rows = m->visit;
    return true;
}

static void line_wake(void *ctx)
{
    ((struct desk *)ctx)->woken++;
}

static void open_desk(struct desk *k)
{
    struct remote_desk_options o = {.core = {.screenshot = true},
                                    .state_dir = k->dir,
                                    .build = build,
                                    .drop = drop,
                                    .apply = apply,
                                    .order = order,
                                    .ctx = &k->f};
    ident_set(&o.core.kiosk, "k1");
    ident_set(&o.core.branch, "dago");
    ident_set(&o.core.place, "lobby");
    k->d = remote_desk_create(&o);
    assert_non_null(k->d);
    remote_desk_attach(k->d, &(struct remote_line){line_publish, line_resend, line_erase, line_wake, k});
}

static int desk_setup(void **state)
{
    struct desk *k = calloc(1, sizeof *k);
    folder_make(k->dir, "remote");
    snprintf(k->path, sizeof k->path, "%s/content.json", k->dir);
    open_desk(k);
    *state = k;
    return 0;
}

static int desk_teardown(void **state)
{
    struct desk *k = *state;
    remote_desk_destroy(k->d);
    if (k->f.shown)
        drop(&k->f, k->f.shown);
    assert_int_equal(k->f.alive, 0);
    free(k->f.png);
    folder_drop(k->dir);
    free(k);
    return 0;
}

// The window shows what it was given last.
static void desk_show(struct desk *k)
{
    remote_desk_applied(k->d, k->f.shown_hash, &(struct ident){"exit"}, 2);
    assert_true(remote_desk_pump(k->d));
}

static void desk_push(struct desk *k, const char *document)
{
    size_t n;
    char *message = message_of(document, &n);
    assert_true(remote_desk_message(k->d, TOPIC_CONFIG, message, n, true));
    free(message);
}

// A restart; true when the good document is there.
static bool restarts_with_it(struct desk *k)
{
    remote_desk_destroy(k->d);
    open_desk(k);
    struct show *s = remote_desk_start(k->d);
    bool there = s && strcmp(s->hash, hash_of(GOOD)) == 0;
    if (s)
        drop(&k->f, s);
    return there;
}

static void the_last_good_one_is_kept(void **state)
{
    struct desk *k = *state;
    struct health_message h;
    assert_null(remote_desk_start(k->d)); // never online: the own file
    desk_push(k, GOOD);
    assert_int_equal(access(k->path, F_OK), -1); // not yet
    desk_show(k);
    desk_push(k, "broken");
    assert_true(restarts_with_it(k));
    k->woken = 0;
    remote_desk_health(k->d, &h);
    assert_string_equal(h.content, hash_of(GOOD));
    int applied = k->f.applied;
    desk_push(k, GOOD); // the retained one
    assert_int_equal(k->f.applied, applied);
    desk_push(k, DOCUMENT(",\"content\":{\"volume\":41}"));
    assert_int_equal(k->f.applied, applied + 1);
    struct ident survey = {"exit"};
    int version = 0;
    assert_false(remote_desk_survey(k->d, &survey, &version));
    remote_desk_applied(k->d, k->f.shown_hash, &survey, 3); // from the window's thread
    assert_int_equal(k->woken, 1);
    assert_true(remote_desk_pump(k->d)); // health tells it
    remote_desk_health(k->d, &h);
    assert_string_equal(h.content, k->f.shown_hash);
    assert_true(remote_desk_survey(k->d, &survey, &version));
    assert_int_equal(version, 3);
    assert_false(remote_desk_is_closed(k->d));
    remote_desk_closed(k->d, true);
    assert_false(remote_desk_is_closed(k->d)); // not before the uplink's thread has taken it
    assert_true(remote_desk_pump(k->d));
    assert_true(remote_desk_is_closed(k->d));
    remote_desk_failed(k->d, k->f.shown_hash, "no memory");
    assert_true(remote_desk_pump(k->d));
    remote_desk_health(k->d, &h);
    assert_string_equal(h.refused_why, "no memory");
    desk_push(k, DOCUMENT(""));
    assert_int_equal(access(k->path, F_OK), -1);
    assert_string_equal(k->f.shown_hash, "");
    assert_false(restarts_with_it(k));
}

static void a_damaged_file_is_ignored(void **state)
{
    struct desk *k = *state;
    static const char *const damages[] = {
        "printf x | dd of=%s bs=1 seek=150 conv=notrunc status=none", // one byte
        "truncate -s 200 %s",
        "truncate -s 0 %s",
        "head -c 2000000 /dev/zero > %s",
        "head -c 300 /dev/urandom > %s",
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        char line[300];
        desk_push(k, GOOD);
        desk_show(k);
        assert_true(restarts_with_it(k));
        snprintf(line, sizeof line, damages[i], k->path);
        assert_int_equal(system(line), 0);
        assert_false(restarts_with_it(k)); // and the good one is taken anew
    }
}

static void a_folder_that_cannot_be_written(void **state)
{
    struct desk *k = *state;
    char line[300];
    desk_push(k, GOOD);
    snprintf(line, sizeof line, "mv %s %s.away", k->dir, k->dir);
    assert_int_equal(system(line), 0);
    desk_push(k, DOCUMENT(",\"content\":{\"volume\":41}"));
    assert_int_equal(k->f.shown->content.volume, 40);
    struct health_message h;
    remote_desk_health(k->d, &h);
    assert_string_equal(h.refused_why, "it cannot be written to the state folder");
    snprintf(line, sizeof line, "mv %s.away %s", k->dir, k->dir);
    assert_int_equal(system(line), 0);
}

// Killed at any instant while documents come in: what is on disk is a whole one.
static void kills_leave_a_whole_file(void **state)
{
    struct desk *k = *state;
    char document[200], why[PROTOCOL_WHY_MAX + 1];
    uint32_t seed = 3;
    int whole = 0, barred = 0;
    for (int i = 0; i < 40; i++) {
        pid_t child = fork();
        if (child == 0) {
            for (int volume = 0;; volume++) {
                size_t n;
                snprintf(document, sizeof document, DOCUMENT(",\"content\":{\"volume\":%d}"), volume % 101);
                char *message = message_of(document, &n);
                if (remote_desk_message(k->d, TOPIC_CONFIG, message, n, true))
                    free(message);
                if (volume % 3 < 2) // else the next one comes before it is shown
                    desk_show(k);
            }
        }
        seed = seed * 1664525u + 1013904223u;
        usleep(500 + (seed >> 8) % 20000);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        struct remote *r = remote_create(&(struct remote_options){.kiosk = {"k1"}}, &port, &k->f);
        char unproved[sizeof k->path + 8];
        snprintf(unproved, sizeof unproved, "%s/content.new.json", k->dir);
        FILE *f = fopen(unproved, "r");
        k->f.new_n = f ? fread(k->f.new_bytes, 1, sizeof k->f.new_bytes, f) : 0;
        if (f)
            fclose(f);
        f = fopen(k->path, "r");
        if (f) {
            k->f.kept_n = fread(k->f.kept_bytes, 1, sizeof k->f.kept_bytes, f);
            fclose(f);
            struct show *s = remote_start(r, why);
            assert_string_equal(why, "");
            assert_non_null(s);
            struct health_message h;
            remote_health(r, &h); // the new one is whole, too: it is known by its hash
            assert_string_equal(h.refused_why,
                                k->f.new_n > 0 ? "the program ended while it was shown first" : "");
            barred += k->f.new_n > 0;
            drop(&k->f, s);
            whole++;
        }
        remote_destroy(r);
    }
    assert_true(whole > 20);
    assert_true(barred > 5);
}

// The window asks for the ref and answers from its own thread.
struct window {
    struct remote_desk *d;
    atomic_bool stop;
    int refs;
};

static void *window_main(void *arg)
{
    struct window *w = arg;
    char ref[PROTOCOL_REF_MAX + 1];
    for (int i = 0; !atomic_load(&w->stop); i++) {
        w->refs += remote_desk_ref(w->d, clock_mono_ms(), ref);
        if (i % 1000 == 0)
            remote_desk_answer(w->d, "a1", NULL, "png", 3);
    }
    return NULL;
}

static void the_window_has_its_own_thread(void **state)
{
    struct desk *k = *state;
    struct window w = {.d = k->d};
    pthread_t thread;
    static const char message[] = "{\"v\":1,\"ref\":\"A-104\"}";
    char ref[PROTOCOL_REF_MAX + 1];
    assert_int_equal(pthread_create(&thread, NULL, window_main, &w), 0);
    for (int i = 0; i < 500; i++) {
        remote_desk_message(k->d, TOPIC_REF, message, sizeof message - 1, false);
        remote_desk_pump(k->d);
        usleep(20);
    }
    atomic_store(&w.stop, true);
    pthread_join(thread, NULL);
    remote_desk_pump(k->d);
    assert_true(k->f.replied > 0 && strcmp(k->f.png, "cG5n") == 0);
    assert_true(remote_desk_ref(k->d, clock_mono_ms(), ref));
    assert_string_equal(ref, "A-104");
    remote_desk_answer(k->d, "a1", NULL, "png", 3); // left in the mailbox: destroy frees it
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define DESK(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_good_one_comes_into_force),
        TEST(bad_ones_leave_the_old_one),
        TEST(bad_messages),
        TEST(the_window_and_the_disk_may_refuse),
        TEST(back_to_the_own_file),
        TEST(after_a_restart),
        TEST(what_the_program_died_of_is_not_tried_again),
        TEST(the_own_file_decides_the_place),
        TEST(orders_are_done_once),
        TEST(orders_expire),
        TEST(erasing_is_done_every_time),
        TEST(orders_and_their_answers),
        TEST(reload_reads_anew),
        TEST(refs_hold_a_minute),
        TEST(mutations),
        DESK(the_last_good_one_is_kept),
        DESK(a_damaged_file_is_ignored),
        DESK(a_folder_that_cannot_be_written),
        DESK(kills_leave_a_whole_file),
        DESK(the_window_has_its_own_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
