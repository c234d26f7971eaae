// remote desk: where documents and orders meet the window. Runs the remote core on the uplink thread, keeps
// the last good document in state_dir/content.json, the one that was not shown yet in content.new.json, and
// takes the window's answers from any thread. Edge (pthread, files).
#ifndef PUAS_KIOSK_REMOTE_POSIX_H
#define PUAS_KIOSK_REMOTE_POSIX_H

#include "kiosk/remote.h"

struct remote_desk;

struct remote_desk_options {
    struct remote_options core;
    const char *state_dir; // exists; borrowed until destroy
    // The window's side; see struct remote_port. All mandatory. Called on the uplink thread, and by
    // remote_desk_start.
    struct show *(*build)(void *ctx, struct content *c, const char *sha256, char *why, size_t size);
    void (*drop)(void *ctx, struct show *s);
    bool (*apply)(void *ctx, struct show *s);                   // must only post
    bool (*order)(void *ctx, enum order order, const char *id); // must only post
    void *ctx;
};

// NULL when memory or descriptors run out.
struct remote_desk *remote_desk_create(const struct remote_desk_options *o);
void remote_desk_destroy(struct remote_desk *d); // accepts NULL; after uplink_thread_destroy

// Before uplink_start: the last good document, ready for the screen (the caller's now). NULL: there is none,
// or it is damaged or no longer usable (logged): show the kiosk's own file. A content.new.json is what the
// program died with: refused (logged, told in health).
struct show *remote_desk_start(struct remote_desk *d);

// ---------------------------------------------------------------- for the window: any thread
// The window shows this document now ("": the kiosk's own file), with this survey, which births tell from now
// on.
void remote_desk_applied(struct remote_desk *d, const char *sha256, const struct ident *survey, int version);
// It cannot, and shows what it showed.
void remote_desk_failed(struct remote_desk *d, const char *sha256, const char *why);
// Outside opening hours, or within them again: births tell it from now on.
void remote_desk_closed(struct remote_desk *d, bool closed);
// remote_answer (copies png) and remote_ref of remote.h.
void remote_desk_answer(struct remote_desk *d, const char *id, const char *why, const void *png, size_t n);
bool remote_desk_ref(struct remote_desk *d, mono_ms now, char ret_ref[PROTOCOL_REF_MAX + 1]);

// ---------------------------------------------------------------- for the uplink thread
struct remote_line { // the uplink's side; all mandatory
    bool (*publish)(void *ctx, const char *topic, const char *payload, size_t n, int qos, bool retain);
    bool (*resend)(void *ctx, int64_t *ret_rows);
    bool (*erase)(void *ctx, const struct command_message *m, int64_t *ret_rows);
    void (*wake)(void *ctx); // any thread: remote_desk_pump is called soon after
    void *ctx;
};
// Before the first message; the line must outlive every call of the functions above.
void remote_desk_attach(struct remote_desk *d, const struct remote_line *line);
// Config, command and ref of this kiosk. True: health should be told now.
bool remote_desk_message(struct remote_desk *d, enum topic_kind kind, const void *message, size_t n,
                         bool retained);
// Takes what the window has posted. True: health should be told now.
bool remote_desk_pump(struct remote_desk *d);
void remote_desk_health(const struct remote_desk *d, struct health_message *ret_m);
bool remote_desk_is_closed(const struct remote_desk *d); // as the window said last; open before it says
// The survey that the window showed last. False: it has not said yet.
bool remote_desk_survey(const struct remote_desk *d, struct ident *ret_survey, int *ret_version);

#endif
