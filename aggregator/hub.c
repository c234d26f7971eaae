// hub: one lock, a list of clients, one thread that wakes.
#include "aggregator/hub.h"

#include "shared/clock.h"
#include "shared/ident.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct followed {
    char branch[IDENT_MAX + 1];
    int64_t rev, seen; // newest known, last one told
};

struct hub_client {
    struct hub *hub;
    struct hub_client *next, **at; // in the hub's list
    struct hub_ops ops;
    void *ctx;
    mono_ms told_at; // last
    bool named, greeted, parked, comment;
    int alert_count;
    struct {
        char id[IDENT_MAX + 1], state[16];
        int place; // its index
    } alerts[HUB_ALERTS];
    int place_count;
    struct followed places[];
};

struct hub {
    pthread_mutex_t lock;
    pthread_cond_t work;
    pthread_t thread;
    bool has_thread, closing, stop;
    int comment_ms, revision_ms, count;
    struct hub_client *clients; // borrowed from those who joined
};

static bool has_news(const struct hub_client *c)
{
    int i = 0;
    while (i < c->place_count && c->places[i].rev <= c->places[i].seen) {
        i++;
    }
    return i < c->place_count;
}

// A mere revision waits for its turn; all else is due at once.
static bool is_due(const struct hub_client *c, mono_ms now)
{
    return c->comment || c->alert_count > 0 || !c->greeted || c->hub->closing ||
           (now - c->told_at >= c->hub->revision_ms && has_news(c));
}

// Returns when the next parked client's turn comes, at the latest `until`.
static mono_ms wake_due(struct hub *h, mono_ms until)
{
    mono_ms now = clock_mono_ms();
    for (struct hub_client *c = h->clients; c != NULL; c = c->next) {
        if (c->parked && is_due(c, now)) {
            c->parked = false;
            c->ops.wake(c->ctx);
        } else if (c->parked && c->told_at + h->revision_ms < until && has_news(c)) {
            until = c->told_at + h->revision_ms;
        }
    }
    return until;
}

static void wait_until(struct hub *h, mono_ms at)
{
    mono_ms left = at - clock_mono_ms();
    struct timespec until;
    if (left <= 0) {
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += left / 1000;
    until.tv_nsec += left % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&h->work, &h->lock, &until);
}

static void *run(void *arg)
{
    struct hub *h = arg;
    mono_ms comment_at = clock_mono_ms() + h->comment_ms;
    pthread_mutex_lock(&h->lock);
    while (!h->stop) {
        mono_ms late = clock_mono_ms() - comment_at;
        if (late >= 0) {
            for (struct hub_client *c = h->clients; c != NULL; c = c->next) {
                c->comment = true;
            }
            comment_at += h->comment_ms + (late > h->comment_ms ? late : 0);
        }
        wait_until(h, wake_due(h, comment_at));
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

struct hub *hub_create(int comment_ms, int revision_ms)
{
    struct hub *h = calloc(1, sizeof *h);
    pthread_condattr_t monotonic;
    if (h == NULL) {
        return NULL;
    }
    h->comment_ms = comment_ms;
    h->revision_ms = revision_ms;
    pthread_mutex_init(&h->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&h->work, &monotonic);
    pthread_condattr_destroy(&monotonic);
    h->has_thread = pthread_create(&h->thread, NULL, run, h) == 0;
    if (!h->has_thread) {
        hub_destroy(h);
        return NULL;
    }
    return h;
}

void hub_destroy(struct hub *h)
{
    if (h == NULL) {
        return;
    }
    if (h->has_thread) {
        pthread_mutex_lock(&h->lock);
        h->stop = true;
        pthread_cond_signal(&h->work);
        pthread_mutex_unlock(&h->lock);
        pthread_join(h->thread, NULL);
    }
    pthread_cond_destroy(&h->work);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

struct hub_client *hub_join(struct hub *h, const struct hub_places *p, int64_t seen, const struct hub_ops *ops,
                            void *ctx)
{
    struct hub_client *c = calloc(1, sizeof *c + (size_t)p->n * sizeof c->places[0]);
    if (c == NULL) {
        return NULL;
    }
    *c = (struct hub_client){.hub = h, .ops = *ops, .ctx = ctx, .named = p->named, .place_count = p->n};
    for (int i = 0; i < p->n; i++) {
        c->places[i].rev = -1;
        c->places[i].seen = p->named ? -1 : seen;
        snprintf(c->places[i].branch, sizeof c->places[i].branch, "%s", p->branch[i]);
    }
    pthread_mutex_lock(&h->lock);
    bool room = h->count < HUB_CLIENTS_MAX && !h->closing;
    if (room) {
        h->count++;
        c->next = h->clients;
        c->at = &h->clients;
        if (c->next != NULL) {
            c->next->at = &c->next;
        }
        h->clients = c;
    }
    pthread_mutex_unlock(&h->lock);
    if (!room) {
        free(c);
        return NULL;
    }
    return c;
}

void hub_greet(struct hub_client *c, int i, int64_t rev)
{
    struct followed *p = &c->places[i];
    pthread_mutex_lock(&c->hub->lock);
    p->rev = rev > p->rev ? rev : p->rev;
    pthread_mutex_unlock(&c->hub->lock);
}

void hub_followed(const struct hub_client *c, struct hub_places *ret)
{
    *ret = (struct hub_places){.n = c->place_count, .named = c->named};
    for (int i = 0; i < c->place_count; i++) {
        ret->branch[i] = c->places[i].branch;
    }
}

void hub_leave(struct hub_client *c)
{
    if (c == NULL) {
        return;
    }
    pthread_mutex_lock(&c->hub->lock);
    *c->at = c->next;
    if (c->next != NULL) {
        c->next->at = c->at;
    }
    c->hub->count--;
    pthread_mutex_unlock(&c->hub->lock);
    free(c);
}

static void remember_alert(struct hub_client *c, int place, const char *alert, const char *state)
{
    int i = 0;
    while (i < c->alert_count && strcmp(c->alerts[i].id, alert) != 0) {
        i++;
    }
    if (i == HUB_ALERTS) { // the oldest goes
        memmove(&c->alerts[0], &c->alerts[1], sizeof c->alerts[0] * (HUB_ALERTS - 1));
        i = HUB_ALERTS - 1;
        c->alert_count = i;
    }
    c->alert_count = i == c->alert_count ? i + 1 : c->alert_count;
    c->alerts[i].place = place;
    snprintf(c->alerts[i].id, sizeof c->alerts[i].id, "%s", alert);
    snprintf(c->alerts[i].state, sizeof c->alerts[i].state, "%s", state);
}

void hub_publish(struct hub *h, const char *branch, int64_t rev, const char *alert, const char *state)
{
    bool wake = false;
    pthread_mutex_lock(&h->lock);
    mono_ms now = clock_mono_ms();
    for (struct hub_client *c = h->clients; c != NULL; c = c->next) {
        int i = 0;
        while (i < c->place_count && strcmp(c->places[i].branch, branch) != 0) {
            i++;
        }
        if (i < c->place_count) {
            bool waits = has_news(c); // its turn is in the thread's plan
            c->places[i].rev = rev > c->places[i].rev ? rev : c->places[i].rev;
            if (alert[0] != '\0') {
                remember_alert(c, i, alert, state);
            }
            wake = wake || (c->parked && (!waits || is_due(c, now)));
        }
    }
    if (wake) {
        pthread_cond_signal(&h->work);
    }
    pthread_mutex_unlock(&h->lock);
}

// An event about one branch, up to what only its kind has to say.
static size_t begin_event(const struct hub_client *c, const struct followed *p, const char *kind, char *ret, size_t n)
{
    long long rev = p->rev;
    return (size_t)(c->named
                        ? snprintf(ret, n, "event: %s\ndata: {\"rev\":%lld,\"place\":\"%s\"", kind, rev, p->branch)
                        : snprintf(ret, n, "id: %lld\nevent: %s\ndata: {\"rev\":%lld", rev, kind, rev));
}

// Writes all that is due: it fits, as ids, states and numbers have known lengths.
static size_t write_events(struct hub_client *c, char *ret, size_t n)
{
    size_t used = 0;
#define EVENT(...) used += (size_t)snprintf(ret + used, n - used, __VA_ARGS__)
#define BEGIN(place, kind) used += begin_event(c, place, kind, ret + used, n - used)
    bool greets = !c->greeted;
    if (greets) {
        EVENT("retry: 2000\n");
        if (c->named) {
            EVENT("event: hello\ndata: {\"revs\":{");
            for (int i = 0; i < c->place_count; i++) {
                EVENT("%s\"%s\":%lld", i == 0 ? "" : ",", c->places[i].branch, (long long)c->places[i].rev);
            }
            EVENT("}}\n\n");
        } else {
            BEGIN(&c->places[0], "hello");
            EVENT("}\n\n");
        }
        c->greeted = true;
    }
    for (int i = 0; i < c->alert_count; i++) {
        BEGIN(&c->places[c->alerts[i].place], "alert");
        EVENT(",\"id\":\"%s\",\"state\":\"%s\"}\n\n", c->alerts[i].id, c->alerts[i].state);
    }
    for (int i = 0; i < c->place_count; i++) {
        struct followed *p = &c->places[i];
        if (p->rev > p->seen && (!greets || p->seen >= 0)) { // hello said it, unless a page comes back: it has missed something
            BEGIN(p, "today");
            EVENT("}\n\n");
        }
        p->seen = p->rev;
    }
    if (c->comment && used == 0) {
        EVENT(": still here\n\n");
    }
#undef BEGIN
#undef EVENT
    c->comment = false;
    c->alert_count = 0;
    c->told_at = clock_mono_ms();
    return used;
}

size_t hub_take(struct hub_client *c, char *ret, size_t n)
{
    size_t used = 0;
    pthread_mutex_lock(&c->hub->lock);
    if (c->hub->closing || n < (size_t)HUB_TEXT_MAX(c->place_count)) {
        used = HUB_END;
    } else if (is_due(c, clock_mono_ms())) {
        used = write_events(c, ret, n);
    }
    if (used == 0) {
        c->parked = true;
        c->ops.park(c->ctx);
        if (has_news(c)) { // its turn is still to come
            pthread_cond_signal(&c->hub->work);
        }
    }
    pthread_mutex_unlock(&c->hub->lock);
    return used;
}

void hub_close(struct hub *h)
{
    pthread_mutex_lock(&h->lock);
    h->closing = true;
    wake_due(h, 0);
    pthread_mutex_unlock(&h->lock);
}

int hub_count(struct hub *h)
{
    pthread_mutex_lock(&h->lock);
    int n = h->count;
    pthread_mutex_unlock(&h->lock);
    return n;
}
