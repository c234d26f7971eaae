// remote desk: the window's answers come through a mailbox, the ref goes to it under a lock: all else belongs
// to the uplink thread.
#include "kiosk/remote_posix.h"

#include "shared/clock.h"
#include "shared/log.h"
#include "shared/mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 1200, MAIL_CAPACITY = 32, FILE_MAX = 2 * PROTOCOL_DOC_MAX + 1024 };

struct note { // from the window
    enum { NOTE_APPLIED, NOTE_ANSWER, NOTE_CLOSED } kind;
    bool closed;
    char name[PROTOCOL_HASH_HEX + 1]; // hash of a document, id of an order
    bool failed;
    struct ident survey;
    int version;
    char why[PROTOCOL_WHY_MAX + 1];
    void *png; // owned until taken
    size_t n;
};

struct remote_desk {
    struct remote_desk_options o;
    struct remote_line line;
    struct remote *core;
    struct mailbox *mail; // struct note
    pthread_mutex_t lock; // guards ref and attached
    char ref[PROTOCOL_REF_MAX + 1];
    mono_ms ref_until;
    struct ident survey; // shown last; empty: not told yet
    int version;
    bool closed;
    bool attached;
    char dir[PATH_BYTES], path[PATH_BYTES], unproved[PATH_BYTES], fresh[PATH_BYTES];
};

// ---------------------------------------------------------------- the file
static bool sync_dir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static bool write_file(const struct remote_desk *d, const void *message, size_t n)
{
    int fd = open(d->fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write_all(fd, message, n) && fsync(fd) == 0;
    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    ok = ok && rename(d->fresh, d->unproved) == 0 && sync_dir(d->dir);
    if (!ok)
        log_event(LOG_ERROR, "content_not_kept", "path=%s why=%Q", d->unproved, strerror(errno));
    return ok;
}

static bool remove_file(const char *path)
{
    return unlink(path) == 0 || errno == ENOENT;
}

static bool keep(void *ctx, const void *message, size_t n)
{
    struct remote_desk *d = ctx;
    if (n > 0)
        return write_file(d, message, n);
    return remove_file(d->unproved) && remove_file(d->path) && sync_dir(d->dir);
}

static bool settle(void *ctx, bool good)
{
    struct remote_desk *d = ctx;
    if (!good)
        return remove_file(d->unproved) && sync_dir(d->dir);
    return (rename(d->unproved, d->path) == 0 || errno == ENOENT) && sync_dir(d->dir);
}

// malloc'd; NULL: none (not logged) or it cannot be read (logged).
static char *read_file(const char *path, size_t *ret_n)
{
    FILE *f = fopen(path, "re");
    if (!f) {
        if (errno != ENOENT)
            log_event(LOG_ERROR, "content_unreadable", "path=%s why=%Q", path, strerror(errno));
        return NULL;
    }
    char *text = malloc(FILE_MAX + 1);
    *ret_n = text ? fread(text, 1, FILE_MAX + 1, f) : 0;
    bool ok = text && !ferror(f) && *ret_n <= FILE_MAX;
    fclose(f);
    if (!ok) {
        log_event(LOG_ERROR, "content_unreadable", "path=%s why=%Q", path,
                  text ? "too large" : "out of memory");
        free(text);
        return NULL;
    }
    return text;
}

// ---------------------------------------------------------------- port of the core
static char *kept(void *ctx, bool new_one, size_t *ret_n)
{
    const struct remote_desk *d = ctx;
    return read_file(new_one ? d->unproved : d->path, ret_n);
}

static struct show *port_build(void *ctx, struct content *c, const char *sha256, char *why, size_t size)
{
    struct remote_desk *d = ctx;
    return d->o.build(d->o.ctx, c, sha256, why, size);
}

static void port_drop(void *ctx, struct show *s)
{
    struct remote_desk *d = ctx;
    d->o.drop(d->o.ctx, s);
}

static bool port_apply(void *ctx, struct show *s)
{
    struct remote_desk *d = ctx;
    return d->o.apply(d->o.ctx, s);
}

static bool port_order(void *ctx, enum order order, const char *id)
{
    struct remote_desk *d = ctx;
    return d->o.order(d->o.ctx, order, id);
}

static bool port_resend(void *ctx, int64_t *ret_rows)
{
    struct remote_desk *d = ctx;
    return d->line.resend(d->line.ctx, ret_rows);
}

static bool port_erase(void *ctx, const struct command_message *m, int64_t *ret_rows)
{
    struct remote_desk *d = ctx;
    return d->line.erase(d->line.ctx, m, ret_rows);
}

static bool port_reply(void *ctx, const struct reply_message *m)
{
    struct remote_desk *d = ctx;
    char topic[PROTOCOL_TOPIC_MAX];
    size_t n;
    char *text = reply_encode(m, &n);
    topic_kiosk(d->o.core.kiosk.s, TOPIC_REPLY, topic);
    bool ok = text && d->line.publish(d->line.ctx, topic, text, n, 1, false);
    free(text);
    return ok;
}

static const struct remote_port port = {
    .build = port_build,
    .drop = port_drop,
    .apply = port_apply,
    .keep = keep,
    .settle = settle,
    .kept = kept,
    .order = port_order,
    .resend = port_resend,
    .erase = port_erase,
    .reply = port_reply,
};

// ---------------------------------------------------------------- life
struct remote_desk *remote_desk_create(const struct remote_desk_options *o)
{
    struct remote_desk *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->o = *o;
    pthread_mutex_init(&d->lock, NULL);
    snprintf(d->dir, sizeof d->dir, "%s", o->state_dir);
    bool fits = snprintf(d->path, sizeof d->path, "%s/content.json", o->state_dir) < PATH_BYTES &&
                snprintf(d->unproved, sizeof d->unproved, "%s/content.new.json", o->state_dir) < PATH_BYTES &&
                snprintf(d->fresh, sizeof d->fresh, "%s/content.json.tmp", o->state_dir) < PATH_BYTES;
    d->mail = mailbox_create(sizeof(struct note), MAIL_CAPACITY);
    d->core = remote_create(&o->core, &port, d);
    if (!fits || !d->mail || !d->core) {
        remote_desk_destroy(d);
        return NULL;
    }
    return d;
}

void remote_desk_destroy(struct remote_desk *d)
{
    struct note note;
    if (!d)
        return;
    while (d->mail && mailbox_take(d->mail, &note))
        free(note.png);
    mailbox_destroy(d->mail);
    remote_destroy(d->core);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

struct show *remote_desk_start(struct remote_desk *d)
{
    char why[PROTOCOL_WHY_MAX + 1];
    struct health_message h;
    struct show *show = remote_start(d->core, why);
    remote_health(d->core, &h);
    if (h.refused[0] != '\0')
        log_event(LOG_ERROR, "content_refused", "sha256=%s why=%Q", h.refused, h.refused_why);
    if (!show && why[0] != '\0')
        log_event(LOG_ERROR, "kept_content_ignored", "path=%s why=%Q", d->path, why);
    return show;
}

// ---------------------------------------------------------------- the window
static void post(struct remote_desk *d, const struct note *note)
{
    pthread_mutex_lock(&d->lock);
    bool attached = d->attached;
    pthread_mutex_unlock(&d->lock);
    if (!mailbox_post(d->mail, note)) {
        // A window that answers more than it was asked: what health shows may be old until the next document.
        log_event(LOG_ERROR, "window_answer_lost", "kind=%d", (int)note->kind);
        free(note->png);
    } else if (attached) {
        d->line.wake(d->line.ctx);
    }
}

void remote_desk_applied(struct remote_desk *d, const char *sha256, const struct ident *survey, int version)
{
    struct note note = {.kind = NOTE_APPLIED, .survey = *survey, .version = version};
    snprintf(note.name, sizeof note.name, "%s", sha256);
    post(d, &note);
}

void remote_desk_failed(struct remote_desk *d, const char *sha256, const char *why)
{
    struct note note = {.kind = NOTE_APPLIED, .failed = true};
    snprintf(note.name, sizeof note.name, "%s", sha256);
    protocol_words(why, PROTOCOL_WHY_MAX, note.why);
    post(d, &note);
}

void remote_desk_closed(struct remote_desk *d, bool closed)
{
    post(d, &(struct note){.kind = NOTE_CLOSED, .closed = closed});
}

void remote_desk_answer(struct remote_desk *d, const char *id, const char *why, const void *png, size_t n)
{
    struct note note = {.kind = NOTE_ANSWER, .failed = why != NULL, .n = n};
    snprintf(note.name, sizeof note.name, "%s", id);
    protocol_words(why ? why : "", PROTOCOL_WHY_MAX, note.why);
    if (!why && png && n <= REMOTE_PNG_MAX) {
        note.png = malloc(n > 0 ? n : 1);
        if (note.png)
            memcpy(note.png, png, n);
    }
    if (!why && png && n <= REMOTE_PNG_MAX && !note.png) {
        note.failed = true;
        snprintf(note.why, sizeof note.why, "out of memory");
    }
    post(d, &note);
}

bool remote_desk_ref(struct remote_desk *d, mono_ms now, char ret_ref[PROTOCOL_REF_MAX + 1])
{
    pthread_mutex_lock(&d->lock);
    bool valid = d->ref[0] != '\0' && now < d->ref_until;
    snprintf(ret_ref, PROTOCOL_REF_MAX + 1, "%s", valid ? d->ref : "");
    pthread_mutex_unlock(&d->lock);
    return valid;
}

// ---------------------------------------------------------------- the uplink thread
void remote_desk_attach(struct remote_desk *d, const struct remote_line *line)
{
    d->line = *line;
    pthread_mutex_lock(&d->lock);
    d->attached = true;
    pthread_mutex_unlock(&d->lock);
}

static bool on_config(struct remote_desk *d, const void *message, size_t n)
{
    struct health_message h;
    enum remote_verdict v = remote_config(d->core, message, n);
    remote_health(d->core, &h);
    if (v == REMOTE_TAKEN)
        log_event(LOG_INFO, "content_taken", "bytes=%zu", n);
    else if (v == REMOTE_REFUSED)
        log_event(LOG_ERROR, "content_refused", "sha256=%s why=%Q", h.refused, h.refused_why);
    if (h.assignment[0] != '\0')
        log_event(LOG_WARN, "assignment_differs", "own=%s hint=%Q", h.assignment,
                  "the aggregator has this kiosk elsewhere; its own file decides");
    return true;
}

static bool on_command(struct remote_desk *d, const void *message, size_t n, bool retained)
{
    struct remote_order o;
    remote_command(d->core, message, n, retained, clock_wall_ms(), clock_synced(), &o);
    log_event(LOG_INFO, "order", "do=%s refused=%Q", order_name(o.order), o.why);
    return false;
}

static bool on_ref(struct remote_desk *d, const void *message, size_t n, bool retained)
{
    mono_ms now = clock_mono_ms();
    if (remote_ref_message(d->core, message, n, retained, now) != REMOTE_TAKEN) {
        log_event(LOG_WARN, "ref_ignored", "why=%s", retained ? "retained" : "unusable");
        return false;
    }
    pthread_mutex_lock(&d->lock);
    remote_ref(d->core, now, d->ref);
    d->ref_until = now + PROTOCOL_REF_MS;
    pthread_mutex_unlock(&d->lock);
    return false;
}

bool remote_desk_message(struct remote_desk *d, enum topic_kind kind, const void *message, size_t n,
                         bool retained)
{
    switch (kind) {
    case TOPIC_CONFIG:
        return on_config(d, message, n);
    case TOPIC_COMMAND:
        return on_command(d, message, n, retained);
    case TOPIC_REF:
        return on_ref(d, message, n, retained);
    default:
        return false;
    }
}

bool remote_desk_pump(struct remote_desk *d)
{
    bool news = false;
    struct note note;
    while (mailbox_take(d->mail, &note)) {
        const char *why = note.failed ? note.why : NULL;
        if (note.kind == NOTE_APPLIED) {
            remote_applied(d->core, note.name, why);
            if (!why) {
                d->survey = note.survey;
                d->version = note.version;
            }
            log_event(why ? LOG_ERROR : LOG_INFO, why ? "content_not_shown" : "content_in_force",
                      "sha256=%s why=%Q", note.name[0] ? note.name : "own-file", note.why);
            news = true;
        } else if (note.kind == NOTE_CLOSED) {
            d->closed = note.closed;
            news = true;
        } else {
            remote_answer(d->core, note.name, why, note.png, note.n);
        }
        free(note.png);
    }
    remote_tick(d->core);
    return news;
}

void remote_desk_health(const struct remote_desk *d, struct health_message *ret_m)
{
    remote_health(d->core, ret_m);
}

bool remote_desk_is_closed(const struct remote_desk *d)
{
    return d->closed;
}

bool remote_desk_survey(const struct remote_desk *d, struct ident *ret_survey, int *ret_version)
{
    if (d->survey.s[0] == '\0')
        return false;
    *ret_survey = d->survey;
    *ret_version = d->version;
    return true;
}
