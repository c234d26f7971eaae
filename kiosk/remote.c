#include "kiosk/remote.h"

#include "kiosk/document_json.h"
#include "shared/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct remote {
    struct remote_options o;
    struct remote_port port;
    void *ctx;
    char taken[PROTOCOL_HASH_HEX + 1];    // newest document taken; "": the own file
    char in_force[PROTOCOL_HASH_HEX + 1]; // as the window says
    bool unproved;                        // the newest one taken is on disk beside the last good one
    char barred[PROTOCOL_HASH_HEX + 1];   // the program died with this one; "": none
    char refused[PROTOCOL_HASH_HEX + 1];
    char why[PROTOCOL_WHY_MAX + 1];
    char assignment[2 * IDENT_MAX + 2];
    struct show *waiting; // owned: the window could not take it yet

    char ids[REMOTE_IDS][IDENT_MAX + 1]; // a ring
    int next_id;

    char ref[PROTOCOL_REF_MAX + 1];
    mono_ms ref_until;
};

struct remote *remote_create(const struct remote_options *o, const struct remote_port *port, void *ctx)
{
    struct remote *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->o = *o;
    r->port = *port;
    r->ctx = ctx;
    return r;
}

static void drop_waiting(struct remote *r)
{
    if (r->waiting)
        r->port.drop(r->ctx, r->waiting);
    r->waiting = NULL;
}

void remote_destroy(struct remote *r)
{
    if (!r)
        return;
    if (r->unproved)
        r->port.settle(r->ctx, false);
    drop_waiting(r);
    free(r);
}

// ---------------------------------------------------------------- documents
// What reading a message has found, as far as it came.
struct reading {
    char sha256[PROTOCOL_HASH_HEX + 1]; // as the message says; of the message itself where it says none
    struct document document;
    char why[400];
};

static void reading_finish(struct reading *g)
{
    document_finish(&g->document);
}

// Envelope, hash and document.
static bool read_message(const struct remote_options *o, const void *message, size_t n, struct reading *ret)
{
    struct config_message m;
    char hash[DIGEST_HEX + 1];
    *ret = (struct reading){.sha256 = ""};
    enum protocol_error error = config_decode(message, n, &m);
    if (error != PROTOCOL_OK) {
        digest_hex(message, n, ret->sha256);
        snprintf(ret->why, sizeof ret->why, "the message cannot be used: %s", protocol_error_code(error));
        return false;
    }
    memcpy(ret->sha256, m.sha256, sizeof ret->sha256);
    digest_hex(m.document, m.n, hash);
    bool ok = strcmp(hash, m.sha256) == 0;
    if (!ok)
        snprintf(ret->why, sizeof ret->why, "the hash is wrong: the document's is %.16s...", hash);
    ok = ok && document_read(m.document, m.n, &ret->document, ret->why, sizeof ret->why);
    config_message_finish(&m);
    if (ok && !ident_equal(&ret->document.kiosk, &o->kiosk)) {
        snprintf(ret->why, sizeof ret->why, "it is for kiosk '%s'", ret->document.kiosk.s);
        ok = false;
    }
    return ok;
}

// Of the document that was read; without content: of the own file. NULL: g->why says why not.
static struct show *build(struct remote *r, struct reading *g)
{
    struct config_error error;
    struct content c;
    const char *text = g->document.content;
    if (text && !content_parse("content", text, g->document.n, &c, &error)) {
        snprintf(g->why, sizeof g->why, "%s", error.text);
        return NULL;
    }
    if (text && !content_can_seal(&c, g->why, sizeof g->why)) {
        content_finish(&c);
        return NULL;
    }
    snprintf(g->why, sizeof g->why, "the kiosk cannot show it");
    return r->port.build(r->ctx, text ? &c : NULL, text ? g->sha256 : "", g->why, sizeof g->why);
}

static enum remote_verdict refuse(struct remote *r, const char *sha256, const char *why)
{
    snprintf(r->refused, sizeof r->refused, "%s", sha256);
    protocol_words(why, PROTOCOL_WHY_MAX, r->why);
    return REMOTE_REFUSED;
}

static enum remote_verdict refuse_barred(struct remote *r)
{
    return refuse(r, r->barred, "the program ended while it was shown first");
}

// It stays on disk, so that no start ever tries it again.
static void bar_what_killed(struct remote *r)
{
    struct reading g = {.why = ""};
    size_t n;
    char *message = r->port.kept(r->ctx, true, &n);
    if (!message)
        return;
    read_message(&r->o, message, n, &g);
    memcpy(r->barred, g.sha256, sizeof r->barred);
    refuse_barred(r);
    free(message);
    reading_finish(&g);
}

static void unbar(struct remote *r)
{
    if (r->barred[0])
        r->port.settle(r->ctx, false);
    r->barred[0] = '\0';
}

struct show *remote_start(struct remote *r, char *why)
{
    struct reading g = {.why = ""};
    struct show *show = NULL;
    size_t n;
    bar_what_killed(r);
    char *message = r->port.kept(r->ctx, false, &n);
    if (message && read_message(&r->o, message, n, &g) && g.document.content)
        show = build(r, &g);
    if (show) {
        memcpy(r->taken, g.sha256, sizeof r->taken);
        memcpy(r->in_force, g.sha256, sizeof r->in_force);
    }
    protocol_words(show ? "" : g.why, PROTOCOL_WHY_MAX, why);
    free(message);
    reading_finish(&g);
    return show;
}

// The own file decides where the kiosk stands; that the aggregator thinks otherwise is told.
static void compare_assignment(struct remote *r, const struct document *d)
{
    r->assignment[0] = '\0';
    if (!ident_equal(&d->branch, &r->o.branch) || !ident_equal(&d->place, &r->o.place))
        snprintf(r->assignment, sizeof r->assignment, "%s%s%s", r->o.branch.s, r->o.place.s[0] ? "/" : "",
                 r->o.place.s);
}

static void hand_over(struct remote *r)
{
    if (r->waiting && r->port.apply(r->ctx, r->waiting))
        r->waiting = NULL; // the window's now
}

static void give(struct remote *r, struct show *show)
{
    drop_waiting(r); // the newest counts
    r->waiting = show;
    hand_over(r);
}

static enum remote_verdict take(struct remote *r, struct reading *g, const void *message, size_t n)
{
    bool own_file = !g->document.content;
    struct show *show = build(r, g);
    if (!show)
        return refuse(r, g->sha256, g->why);
    if (!r->port.keep(r->ctx, own_file ? NULL : message, own_file ? 0 : n)) {
        r->port.drop(r->ctx, show);
        return refuse(r, g->sha256, "it cannot be written to the state folder");
    }
    snprintf(r->taken, sizeof r->taken, "%s", own_file ? "" : g->sha256);
    r->unproved = !own_file;
    r->barred[0] = '\0'; // it is on disk no more
    r->refused[0] = r->why[0] = '\0';
    give(r, show);
    return REMOTE_TAKEN;
}

enum remote_verdict remote_config(struct remote *r, const void *message, size_t n)
{
    struct reading g;
    enum remote_verdict v = REMOTE_NOTHING;
    if (n == 0)
        return REMOTE_NOTHING;
    if (!read_message(&r->o, message, n, &g)) {
        v = refuse(r, g.sha256, g.why);
    } else {
        compare_assignment(r, &g.document);
        if (strcmp(g.document.content ? g.sha256 : "", r->taken) == 0) {
            r->refused[0] = r->why[0] = '\0'; // what was refused is the newest no more
            unbar(r);
        } else if (strcmp(g.sha256, r->barred) == 0)
            v = refuse_barred(r);
        else
            v = take(r, &g, message, n);
    }
    reading_finish(&g);
    return v;
}

// What is shown now takes the place of the last good one.
static void prove(struct remote *r)
{
    if (r->unproved && strcmp(r->taken, r->in_force) == 0 && r->port.settle(r->ctx, true))
        r->unproved = false;
}

void remote_applied(struct remote *r, const char *sha256, const char *why)
{
    if (why) {
        refuse(r, sha256, why);
        if (strcmp(r->taken, sha256) == 0) {
            snprintf(r->taken, sizeof r->taken, "%s", r->in_force); // so that the same one is tried again
            r->unproved = r->unproved && !r->port.settle(r->ctx, false);
        }
        return;
    }
    snprintf(r->in_force, sizeof r->in_force, "%s", sha256);
    prove(r);
}

void remote_tick(struct remote *r)
{
    hand_over(r);
    prove(r);
}

void remote_health(const struct remote *r, struct health_message *ret_m)
{
    memcpy(ret_m->content, r->in_force, sizeof ret_m->content);
    memcpy(ret_m->refused, r->refused, sizeof ret_m->refused);
    memcpy(ret_m->refused_why, r->why, sizeof ret_m->refused_why);
    memcpy(ret_m->assignment, r->assignment, sizeof ret_m->assignment);
}

// ---------------------------------------------------------------- orders
static bool seen(struct remote *r, const char *id)
{
    for (int i = 0; i < REMOTE_IDS; i++)
        if (strcmp(r->ids[i], id) == 0)
            return true;
    snprintf(r->ids[r->next_id], sizeof r->ids[0], "%s", id);
    r->next_id = (r->next_id + 1) % REMOTE_IDS;
    return false;
}

// Reads what is in force anew, catalogues and theme files too. NULL: done; else why not.
static const char *reload(struct remote *r, char *why)
{
    struct reading g = {.why = ""};
    struct show *show = NULL;
    size_t n = 0;
    char *message = r->taken[0] ? r->port.kept(r->ctx, r->unproved, &n) : NULL;
    if (r->taken[0] && !message)
        snprintf(g.why, sizeof g.why, "the kept document cannot be read");
    else if (!message || read_message(&r->o, message, n, &g))
        show = build(r, &g);
    if (show)
        give(r, show);
    protocol_words(g.why, PROTOCOL_WHY_MAX, why);
    free(message);
    reading_finish(&g);
    return show ? NULL : why;
}

// Why an order is not done (`why` is room for words). NULL: it is, or *ret_later: the window answers.
static const char *do_order(struct remote *r, const struct command_message *m, char *why, int64_t *ret_rows,
                            bool *ret_later)
{
    switch (m->order) {
    case ORDER_SCREENSHOT:
        if (!r->o.screenshot)
            return "switched off on the kiosk (remote.screenshot)";
        *ret_later = true;
        return r->port.order(r->ctx, m->order, m->id) ? NULL : "busy";
    case ORDER_IDENTIFY:
    case ORDER_RESTART: // the reply goes out before the program ends: the uplink is the last to stop
        return r->port.order(r->ctx, m->order, m->id) ? NULL : "busy";
    case ORDER_RELOAD:
        return reload(r, why);
    case ORDER_RESEND:
        return r->port.resend(r->ctx, ret_rows) ? NULL : "the outbox cannot be written";
    case ORDER_ERASE:
        return r->port.erase(r->ctx, m, ret_rows) ? NULL : "the outbox cannot be written";
    default:
        return "not known to this kiosk";
    }
}

enum remote_verdict remote_command(struct remote *r, const void *message, size_t n, bool retained,
                                   wall_ms wall, bool synced, struct remote_order *ret_o)
{
    struct command_message m;
    struct reply_message reply = {.rows = -1};
    bool later = false;
    char words[PROTOCOL_WHY_MAX + 1];
    const char *why = NULL;
    *ret_o = (struct remote_order){.order = ORDER_UNKNOWN, .why = "unusable"};
    if (retained || command_decode(message, n, &m) != PROTOCOL_OK)
        return REMOTE_IGNORED; // a retained order would be done at every connect
    ret_o->order = m.order;
    if (m.order == ORDER_ERASE) // as often as it comes: its reply may have been lost
        why = do_order(r, &m, words, &reply.rows, &later);
    else if (seen(r, m.id))
        why = "seen already";
    else if (synced && wall > m.expires)
        why = "expired";
    else if (synced && m.expires - wall > PROTOCOL_COMMAND_MS + PROTOCOL_LATE_MS)
        why = "expires too late";
    else
        why = do_order(r, &m, words, &reply.rows, &later);
    reply.ok = !why;
    protocol_words(why ? why : "", PROTOCOL_WHY_MAX, reply.why);
    memcpy(ret_o->why, reply.why, sizeof ret_o->why);
    if (!why && later)
        return REMOTE_TAKEN;
    memcpy(reply.id, m.id, sizeof reply.id);
    r->port.reply(r->ctx, &reply); // lost: whoever asked is told that no answer came
    return why ? REMOTE_REFUSED : REMOTE_TAKEN;
}

// malloc'd; NULL: out of memory.
static char *base64(const uint8_t *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = malloc((n + 2) / 3 * 4 + 1), *p = text;
    for (size_t i = 0; text && i < n; i += 3) {
        uint32_t v = (uint32_t)bytes[i] << 16 | (i + 1 < n ? (uint32_t)bytes[i + 1] << 8 : 0) |
                     (i + 2 < n ? bytes[i + 2] : 0);
        *p++ = digits[v >> 18];
        *p++ = digits[v >> 12 & 63];
        *p++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
        *p++ = i + 2 < n ? digits[v & 63] : '=';
    }
    if (p)
        *p = '\0';
    return text;
}

void remote_answer(struct remote *r, const char *id, const char *why, const void *png, size_t n)
{
    struct reply_message m = {.rows = -1};
    snprintf(m.id, sizeof m.id, "%s", id);
    if (!why && n > REMOTE_PNG_MAX)
        why = "the picture is too large for one message";
    if (!why && png && !(m.png = base64(png, n)))
        why = "out of memory";
    m.ok = !why;
    protocol_words(why ? why : "", PROTOCOL_WHY_MAX, m.why);
    r->port.reply(r->ctx, &m);
    reply_message_finish(&m);
}

// ---------------------------------------------------------------- refs
enum remote_verdict remote_ref_message(struct remote *r, const void *message, size_t n, bool retained,
                                       mono_ms now)
{
    if (retained || ref_decode(message, n, r->ref) != PROTOCOL_OK)
        return REMOTE_IGNORED; // a retained one is of no known age
    r->ref_until = now + PROTOCOL_REF_MS;
    return REMOTE_TAKEN;
}

bool remote_ref(const struct remote *r, mono_ms now, char ret_ref[PROTOCOL_REF_MAX + 1])
{
    bool valid = r->ref[0] != '\0' && now < r->ref_until;
    snprintf(ret_ref, PROTOCOL_REF_MAX + 1, "%s", valid ? r->ref : "");
    return valid;
}
