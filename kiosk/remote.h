// remote: what the kiosk does with documents, orders and refs that come over MQTT (PROTOCOL.md: config,
// command, ref). Pure: disk, window and outbox are a port, clocks are passed in. One thread owns it: the
// uplink's, through remote_posix.c.
//
// A document becomes the one in force in this order: its hash is right, it can be read, content_parse and the
// window's own check take it, it is on disk beside the last good one, the window has it and shows it from the
// end of the present visit. Then it takes the place of the last good one. Whatever fails on the way leaves
// the old one in force and is told in health. When the program dies on the way, the start refuses the new
// one, for as long as it is the newest: it may be what the program died of.
#ifndef PUAS_KIOSK_REMOTE_H
#define PUAS_KIOSK_REMOTE_H

#include "shared/content.h"
#include "shared/protocol.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    REMOTE_IDS = 32,                   // orders remembered, so that none is done twice
    REMOTE_PNG_MAX = 768 * 1024 - 384, // bytes of a picture: as base64 it fills a reply
};

struct remote_options {
    struct ident kiosk, branch, place; // as the kiosk's own file says: that decides where it stands
    bool screenshot;                   // setting remote.screenshot
};

struct show; // what the window makes of a content, kiosk/show.h; only passed on here

// All mandatory. Those that return false did nothing.
struct remote_port {
    // Makes a content that content_parse has taken ready for the screen; takes `c` over, also on failure. c
    // NULL: of the kiosk's own file, read anew. NULL: why says what is wrong, for people: catalogues, theme,
    // words.
    struct show *(*build)(void *ctx, struct content *c, const char *sha256, char *why, size_t size);
    void (*drop)(void *ctx, struct show *s); // it is not needed after all
    // Hands it to the window, which takes it over, puts it in force between two visits and then has
    // remote_applied called. False: tried again by remote_tick.
    bool (*apply)(void *ctx, struct show *s);
    // Keeps the message on disk, durably, beside the last good one; n 0: nothing is kept any more, good or
    // new.
    bool (*keep)(void *ctx, const void *message, size_t n);
    // The new one takes the place of the last good one; not good: it goes. There may be none.
    bool (*settle)(void *ctx, bool good);
    char *(*kept)(void *ctx, bool new_one, size_t *ret_n); // malloc'd; NULL: none
    // Hands an order to the window: identify, restart, screenshot. The last one is answered by remote_answer.
    bool (*order)(void *ctx, enum order order, const char *id);
    bool (*resend)(void *ctx, int64_t *ret_rows);
    // outbox_erase, of what the message names.
    bool (*erase)(void *ctx, const struct command_message *m, int64_t *ret_rows);
    bool (*reply)(void *ctx, const struct reply_message *m);
};

enum remote_verdict {
    REMOTE_NOTHING, // nothing to do: it is in force or under way already
    REMOTE_TAKEN,
    REMOTE_REFUSED, // the reason is in health
    REMOTE_IGNORED, // not meant for anybody: retained where it must not be, or unreadable
};

struct remote;
struct remote *remote_create(const struct remote_options *o, const struct remote_port *port, void *ctx);
// An orderly end: a new one that was not shown yet is forgotten, and taken when it comes again. Accepts NULL.
void remote_destroy(struct remote *r);

// A message of the config topic; none of its bytes is trusted. Empty: the kiosk stands nowhere, what it has
// stands.
enum remote_verdict remote_config(struct remote *r, const void *message, size_t n);

// At the start, before any message: the last good document, ready for the screen, which must show it from the
// first moment. NULL: there is none (why "") or it is of no use (why, PROTOCOL_WHY_MAX + 1 bytes): the own
// file stands. A new one that the program died with is refused: see remote_health.
struct show *remote_start(struct remote *r, char *why);

// The window shows this document now ("": the kiosk's own file). `why` not NULL: it cannot, and shows what it
// showed.
void remote_applied(struct remote *r, const char *sha256, const char *why);

// A message of the command topic. `synced`: the wall clock can be trusted, so that expiry can be judged.
struct remote_order { // for the log
    enum order order;
    char why[PROTOCOL_WHY_MAX + 1]; // "": done or under way
};
enum remote_verdict remote_command(struct remote *r, const void *message, size_t n, bool retained,
                                   wall_ms wall, bool synced, struct remote_order *ret_o);
// The window has made a screenshot, or not (why not NULL).
void remote_answer(struct remote *r, const char *id, const char *why, const void *png, size_t n);

// A message of the ref topic: from now on, for PROTOCOL_REF_MS, visits that begin carry it.
enum remote_verdict remote_ref_message(struct remote *r, const void *message, size_t n, bool retained,
                                       mono_ms now);
// False, and "": there is none.
bool remote_ref(const struct remote *r, mono_ms now, char ret_ref[PROTOCOL_REF_MAX + 1]);

// What is due: a show that the window could not take.
void remote_tick(struct remote *r);

// Fills content, refused, refused_why and assignment.
void remote_health(const struct remote *r, struct health_message *ret_m);

#endif
