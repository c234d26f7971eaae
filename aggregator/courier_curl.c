// courier: the thread, libcurl's multi interface.
#include "aggregator/courier_impl.h"

#include "shared/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    REST_MS = 60000,         // without a reason it looks so often
    AGAIN_MS = 1000,         // after the store or the core could not
    ASKED_MOST_MS = 3600000, // of a Retry-After that is obeyed
};

// ---------------------------------------------------------------- outcomes

static void mask(char *text, const char *secret)
{
    size_t n = strlen(secret);
    for (char *at = n > 0 ? strstr(text, secret) : NULL; at != NULL; at = strstr(at, secret)) {
        memset(at, '*', n);
    }
}

// One line for people: of UTF-8, and without a secret that the other side gave back.
static void say(struct line *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct line *l, const char *fmt, ...)
{
    char text[COURIER_SAID_MAX + 200];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    const char *host = strstr(l->secret, "://"), *path = host != NULL ? strchr(host + 3, '/') : NULL;
    mask(text, l->secret);
    mask(text, path != NULL && path[1] != '\0' ? path : ""); // an address: its host is no secret
    protocol_words(text, OUTGOING_REPLY_MAX, l->reply);
    for (size_t n = strlen(l->reply); n > 0 && l->reply[n - 1] == ' '; n--) {
        l->reply[n - 1] = '\0';
    }
}

// Sets what is to be told; l->reply stands. again_ms: asked for by the other side, else below 0.
static void conclude(struct line *l, enum delivery d, int64_t again_ms)
{
    uint32_t dice = 0;
    int attempts = l->row.attempts + 1;
    wall_ms now = clock_wall_ms();
    clock_random(&dice, sizeof dice); // none: all waits are whole ones
    int64_t wait = delivery_wait_ms(attempts, l->ch->retry_min_ms, l->ch->retry_max_ms, dice);
    bool test = l->row.event == CHANNEL_TEST;
    if (d == DELIVERY_TAKEN) {
        l->failures = 0;
        l->rest_until = 0; // after a test that went well all others go at once
    } else if (!test) {
        l->failures++;
    }
    if (d == DELIVERY_AGAIN && !test) {
        int64_t rest = delivery_wait_ms(l->failures, l->ch->retry_min_ms, l->ch->retry_max_ms, dice);
        l->rest_until = clock_mono_ms() + (again_ms > rest ? again_ms : rest);
        wait = again_ms > wait ? again_ms : wait;
    }
    bool over = d == DELIVERY_NEVER || test || now + wait >= l->row.deadline;
    l->outcome = (struct outgoing_outcome){.number = l->row.number,
                                           .state = d == DELIVERY_TAKEN ? OUTGOING_SENT
                                                    : over              ? OUTGOING_DEAD
                                                                        : OUTGOING_WAITING,
                                           .attempts = attempts,
                                           .next_at = now + wait,
                                           .through = l->through,
                                           .reply = l->reply};
    l->due = true;
}

static void sooner(struct courier *c, int64_t wait_ms)
{
    mono_ms at = clock_mono_ms() + (wait_ms < 0 ? 0 : wait_ms < REST_MS ? wait_ms : REST_MS);
    c->look_at = at < c->look_at ? at : c->look_at;
}

static void begin_attempt(struct courier *c, struct line *l)
{
    char why[sizeof l->why];
    enum courier_made made = COURIER_FAILED;
    if (l->why[0] != '\0') {
        snprintf(why, sizeof why, "%s", l->why);
    } else {
        made = courier_make(c, l, why, sizeof why);
    }
    if (made == COURIER_MADE && curl_multi_add_handle(c->multi, l->curl) == CURLM_OK) {
        return;
    }
    courier_finish_attempt(c, l);
    if (made == COURIER_LATER) {
        sooner(c, AGAIN_MS);
        return;
    }
    int failures = l->failures;
    mono_ms rest_until = l->rest_until;
    say(l, "%s", why);
    conclude(l,
             made == COURIER_NOBODY  ? DELIVERY_TAKEN
             : made == COURIER_NEVER ? DELIVERY_NEVER
                                     : DELIVERY_AGAIN,
             -1);
    if (l->row.event == CHANNEL_REPORT) { // that cannot be made: alerts of the channel do not wait for it
        l->failures = failures;
        l->rest_until = rest_until;
    }
}

static void attempt_ended(struct courier *c, struct line *l, CURLcode rc)
{
    long code = 0;
    curl_off_t after = 0;
    bool mail = l->ch->kind == CHANNEL_EMAIL;
    curl_easy_getinfo(l->curl, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_getinfo(l->curl, CURLINFO_RETRY_AFTER, &after);
    // A mail is taken when curl says so: a code alone may be that of an earlier step, or of the goodbye.
    code = mail ? strtol(l->said, NULL, 10) : code;
    long answered = rc == CURLE_OK ? code : mail && code >= 400 ? code : 0;
    enum delivery d = delivery_of(mail, answered);
    if (rc != CURLE_OK && l->refused[0] != '\0') {
        say(l, "%s is a private address: allow_private: true lets it be", l->refused);
    } else if (rc != CURLE_OK && !(mail && code >= 400)) {
        say(l, "%s", l->error[0] != '\0' ? l->error : curl_easy_strerror(rc));
    } else if (mail) {
        say(l, "%s", l->said);
    } else if (code >= 300 && code <= 399) {
        say(l, "HTTP %ld: redirects are not followed, name the address it leads to", code);
    } else {
        say(l, "HTTP %ld%s%s", code, l->said[0] != '\0' ? ": " : "", l->said);
    }
    courier_finish_attempt(c, l);
    if (l->ch->kind == CHANNEL_WEBPUSH && courier_webpush_next(c, l, answered, &d)) {
        begin_attempt(c, l);
        return;
    }
    if (l->ch->kind == CHANNEL_WEBPUSH && d == DELIVERY_TAKEN) {
        say(l, "%d browsers have taken it", l->round.taken);
    }
    conclude(l, d, after <= 0 ? -1 : after < ASKED_MOST_MS / 1000 ? (int64_t)after * 1000 : ASKED_MOST_MS);
}

// ---------------------------------------------------------------- rounds

// False: the core could not store it, or is stopping.
static bool tell(struct courier *c, const struct outgoing_outcome *o)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    enum command_result r = COMMAND_UNAVAILABLE;
    if (cmd != NULL) {
        cmd->kind = COMMAND_OUTGOING;
        cmd->outcome = o;
        r = core_call(c->core, cmd);
    }
    free(cmd);
    return r == COMMAND_DONE || r == COMMAND_UNKNOWN;
}

static bool read_failed(struct courier *c)
{
    if (c->store != NULL) {
        log_event(LOG_WARN, "courier_cannot_read", "why=%Q", store_why(c->store));
    }
    store_close(c->store);
    c->store = NULL;
    sooner(c, AGAIN_MS);
    return false;
}

static bool is_under_way(const struct courier *c, int64_t number)
{
    for (size_t i = 0; i < c->line_count; i++) {
        if (courier_busy(c->lines[i]) && c->lines[i]->row.number == number) {
            return true;
        }
    }
    for (const struct line *l = c->leaving; l != NULL; l = l->next) {
        if (l->row.number == number) {
            return true;
        }
    }
    return false;
}

// Those whose time is over: of a channel that rests, too many others before them, or one that is there no more.
static bool bury(struct courier *c, wall_ms now)
{
    struct outgoing list[OUTGOING_EXPIRED_MAX];
    int count;
    wall_ms next;
    if (!store_outgoing_expired(c->store, now, list, &count, &next)) {
        return read_failed(c);
    }
    sooner(c, next == INT64_MAX ? REST_MS : next - now);
    for (int i = 0; i < count; i++) {
        bool known = channel_find(&c->set->set.channels, list[i].channel.s) != NULL;
        struct outgoing_outcome o = {.number = list[i].number,
                                     .state = OUTGOING_DEAD,
                                     .attempts = list[i].attempts,
                                     .through = INT64_MAX,
                                     .reply = !known ? "there is no channel of this name any more"
                                              : list[i].attempts == 0
                                                  ? "its time was over before its turn came"
                                                  : list[i].reply};
        if (!is_under_way(c, list[i].number) && !tell(c, &o)) {
            sooner(c, AGAIN_MS);
            return false;
        }
    }
    if (count == OUTGOING_EXPIRED_MAX) {
        sooner(c, 0);
    }
    return true;
}

static bool look_at_line(struct courier *c, struct line *l, wall_ms now, mono_ms mono)
{
    int64_t wait;
    wall_ms next;
    bool found;
    if (courier_busy(l) || !channel_sends(l->ch) || courier_is_leaving(c, l->ch->id.s)) {
        return true;
    }
    bool rests = mono < l->rest_until;
    int64_t most = l->ch->retry_max_ms > ASKED_MOST_MS ? l->ch->retry_max_ms : ASKED_MOST_MS;
    most = l->ch->quiet.count > 0 ? CHANNEL_QUIET_MOST_MS : most;
    if (!store_outgoing_next(c->store, l->ch->id.s, now, most, rests, &l->row, &found, &next)) {
        return read_failed(c);
    }
    if (!found) {
        sooner(c, rests ? l->rest_until - mono : next == INT64_MAX ? REST_MS : next - now);
    } else if (l->row.event != CHANNEL_TEST &&
               !delivery_take(&l->rate, (int)l->ch->per_minute, mono, &wait)) {
        sooner(c, wait);
    } else {
        begin_attempt(c, l);
    }
    return true;
}

static void look(struct courier *c)
{
    char why[600];
    wall_ms now = clock_wall_ms();
    mono_ms mono = clock_mono_ms();
    c->look_at = mono + REST_MS;
    if (c->store == NULL && store_open_reader(c->path, &c->store, why, sizeof why) != STORE_OK) {
        log_event(LOG_WARN, "courier_cannot_read", "why=%Q", why);
        sooner(c, AGAIN_MS);
        return;
    }
    if (atomic_exchange(&c->stale, false) && !courier_read_lines(c, why, sizeof why)) {
        log_event(LOG_WARN, "courier_cannot_read", "why=%Q", why);
        atomic_store(&c->stale, true);
        sooner(c, AGAIN_MS);
    }
    bool ok = c->set != NULL && bury(c, now);
    for (size_t i = 0; ok && i < c->line_count; i++) {
        ok = look_at_line(c, c->lines[i], now, mono);
    }
}

static void tell_outcome(struct courier *c, struct line *l)
{
    if (l->due && tell(c, &l->outcome)) {
        l->due = false;
        sooner(c, 0);
    } else if (l->due) {
        sooner(c, AGAIN_MS);
    }
}

// What has ended: told to the core, and the line is free again.
static void settle(struct courier *c)
{
    CURLMsg *m;
    int left;
    while ((m = curl_multi_info_read(c->multi, &left)) != NULL) {
        struct line *l = NULL;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &l);
        if (m->msg == CURLMSG_DONE && l != NULL) {
            attempt_ended(c, l, m->data.result);
        }
    }
    for (size_t i = 0; i < c->line_count; i++) {
        tell_outcome(c, c->lines[i]);
    }
    for (struct line *l = c->leaving; l != NULL; l = l->next) {
        tell_outcome(c, l);
    }
    courier_drop_left(c);
}

static void *run(void *ctx)
{
    struct courier *c = ctx;
    while (!atomic_load(&c->stop)) {
        int running;
        if (atomic_exchange(&c->woken, false) || clock_mono_ms() >= c->look_at) {
            look(c);
        }
        curl_multi_perform(c->multi, &running);
        settle(c);
        int64_t wait = c->look_at - clock_mono_ms();
        // A wake between the look and here ends the wait at once.
        curl_multi_poll(c->multi, NULL, 0, atomic_load(&c->woken) || wait < 0 ? 0 : (int)wait, NULL);
    }
    return NULL;
}

// ---------------------------------------------------------------- life

struct courier *courier_create(const struct settings *s, const char *version, char *ret_why, size_t n)
{
    struct courier *c = calloc(1, sizeof *c);
    snprintf(ret_why, n, "out of memory");
    if (c == NULL) {
        return NULL;
    }
    c->s = s;
    snprintf(c->agent, sizeof c->agent, "puas/%s", version);
    snprintf(c->path, sizeof c->path, "%s/puas.db", s->data);
    struct views_options o = {c->path, s->times.offline_ms, (int)s->step.votes, s->step.wait_ms};
    bool ok = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    c->multi = ok ? curl_multi_init() : NULL;
    c->views = views_create(&o);
    atomic_store(&c->stale, true);
    ok = c->multi != NULL && c->views != NULL && courier_check_secrets(s, ret_why, n);
    if (!ok) {
        courier_destroy(c);
        return NULL;
    }
    return c;
}

bool courier_start(struct courier *c, struct core *core)
{
    c->core = core;
    // Without channels it still buries what an earlier run has left.
    c->running = pthread_create(&c->thread, NULL, run, c) == 0;
    return c->running;
}

void courier_wake(void *courier)
{
    struct courier *c = courier;
    atomic_store(&c->woken, true);
    curl_multi_wakeup(c->multi);
}

void courier_renew(void *courier)
{
    struct courier *c = courier;
    atomic_store(&c->stale, true);
    courier_wake(courier);
}

void courier_destroy(struct courier *c)
{
    if (c == NULL) {
        return;
    }
    atomic_store(&c->stop, true);
    if (c->running) {
        curl_multi_wakeup(c->multi);
        pthread_join(c->thread, NULL);
    }
    courier_finish_lines(c);
    curl_multi_cleanup(c->multi);
    views_destroy(c->views);
    store_close(c->store);
    free(c->lines);
    webpush_pair_finish(&c->webpush_key);
    free(c);
}
