// remote: what the kiosk does with documents, orders and refs that come over MQTT (PROTOCOL.md: config,
// command, ref). Pure: disk, window and outbox are a port, clocks are passed in. One thread owns it: the
// uplink's, through remote_posix.c.
//
// A document becomes the one in force in this order: its hash is right, it can be read, content_parse and the
// window's own check take it, it is on disk, the window has it and shows it from the end of the present
// visit. Whatever fails on the way leaves the old one in force and is told in health.
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

// All mandatory. Those that return false did nothing.
struct remote_port {
    // The window's own check of a content that content_parse has taken: catalogues, fonts, theme, pictures.
    // False: why says what is wrong, for people.
    bool (*check)(void *ctx, const struct content *c, char *why, size_t size);
    // Keeps the message on disk, durably, in place of the one before; n 0: nothing is kept any more.
    bool (*keep)(void *ctx, const void *message, size_t n);
    // Hands a content to the window, which takes ownership (malloc'd; content_finish and free it), puts it in
    // force between two visits and then calls remote_applied. NULL: the kiosk's own file. False: tried again
    // by remote_tick.
    bool (*apply)(void *ctx, struct content *c, const char *sha256);
    // Hands an order to the window: identify, reload and screenshot are answered later, restart is not.
    bool (*order)(void *ctx, enum order order, const char *id);
    bool (*resend)(void *ctx, int64_t *ret_rows);
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
void remote_destroy(struct remote *r); // accepts NULL

// A message of the config topic; none of its bytes is trusted. Empty: the kiosk stands nowhere, what it has
// stands.
enum remote_verdict remote_config(struct remote *r, const void *message, size_t n);

// Reads a message that was kept, or any other: hash, document, content_parse, check. Changes nothing; any
// thread if `check` allows. False: why (PROTOCOL_WHY_MAX + 1 bytes). A document without content: ret_sha256
// "".
bool remote_read(const struct remote_options *o, const struct remote_port *port, void *ctx,
                 const void *message, size_t n, struct content *ret_c, char ret_sha256[PROTOCOL_HASH_HEX + 1],
                 char *why);

// The window shows this document now ("": the kiosk's own file). `why` not NULL: it cannot, and shows what it
// showed.
void remote_applied(struct remote *r, const char *sha256, const char *why);

// A message of the command topic. `synced`: the wall clock can be trusted, so that expiry can be judged.
// ret_order and ret_why (static; "" when done or under way) are for the log.
enum remote_verdict remote_command(struct remote *r, const void *message, size_t n, bool retained,
                                   wall_ms wall, bool synced, enum order *ret_order, const char **ret_why);
// The window has done an order, or not (why not NULL). png: of a screenshot, else NULL.
void remote_answer(struct remote *r, const char *id, const char *why, const void *png, size_t n);

// A message of the ref topic: from now on, for PROTOCOL_REF_MS, visits that begin carry it.
enum remote_verdict remote_ref_message(struct remote *r, const void *message, size_t n, bool retained,
                                       mono_ms now);
// False, and "": there is none.
bool remote_ref(const struct remote *r, mono_ms now, char ret_ref[PROTOCOL_REF_MAX + 1]);

// What is due: a content that the window could not take.
void remote_tick(struct remote *r);

// Fills content, refused, refused_why and assignment.
void remote_health(const struct remote *r, struct health_message *ret_m);

#endif
