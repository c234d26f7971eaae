// courier: one message to the browsers that want it, one after the other. The service that forgets one tells us (404, 410),
// or will not have our key for it any more (403): then it is deleted.
#include "aggregator/courier_impl.h"

#include "shared/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void courier_round_finish(struct courier_round *r)
{
    free(r->list);
    *r = (struct courier_round){.row = 0};
}

static bool add(void *ctx, const struct webpush_browser *b)
{
    struct courier_round *r = ctx;
    if (r->count == r->room) {
        size_t room = r->room == 0 ? 8 : r->room * 2;
        struct webpush_browser *grown = realloc(r->list, room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        r->list = grown;
        r->room = room;
    }
    r->list[r->count++] = *b;
    return true;
}

// Those that the row is for: a test goes to the browsers of whoever asked for it.
static bool begin_round(struct courier *c, struct line *l)
{
    struct courier_round *r = &l->round;
    struct notice n;
    struct notice_text t;
    courier_round_finish(r);
    bool test = l->row.event == CHANNEL_TEST;
    bool ok =
        test ? store_each_webpush_of(c->store, l->row.who, add, r)
             : courier_gather(c, l, (enum channel_lang)l->ch->lang, &n, &t) &&
                   store_each_webpush_for(c->store, n.place_id[0] != '\0' ? n.place_id : n.branch_id, add, r);
    r->row = ok ? l->row.number : 0;
    return ok;
}

static bool add_headers(struct courier *c, struct line *l, const struct webpush_browser *b, wall_ms now)
{
    char token[WEBPUSH_TOKEN_MAX], header[WEBPUSH_TOKEN_MAX + 20], subject[400];
    const char *base = c->s->http.public_url;
    int64_t seconds = l->row.deadline > now ? (l->row.deadline - now) / 1000 : 0;
    snprintf(subject, sizeof subject, "%s%.300s",
             l->ch->from[0] != '\0' || strncmp(base, "https://", 8) != 0 ? "mailto:" : "",
             l->ch->from[0] != '\0'              ? l->ch->from
             : strncmp(base, "https://", 8) == 0 ? base
                                                 : "puas@localhost");
    if (!webpush_token(&c->webpush_key, b->endpoint, subject, now, token)) {
        return false;
    }
    snprintf(header, sizeof header, "Authorization: %s", token);
    bool ok = courier_header(l, header) && courier_header(l, "Content-Encoding: aes128gcm") &&
              courier_header(l, "Content-Type: application/octet-stream") &&
              courier_header(l, l->row.event == CHANNEL_ENDED ? "Urgency: normal" : "Urgency: high");
    snprintf(header, sizeof header, "TTL: %lld", (long long)seconds);
    ok = ok && courier_header(l, header);
    if (ok && l->row.alert.s[0] != '\0') { // a phone that was off gets the newest word on an alert only
        snprintf(header, sizeof header, "Topic: %s", l->row.alert.s);
        ok = courier_header(l, header);
    }
    return ok;
}

enum courier_made courier_webpush_make(struct courier *c, struct line *l, char *ret_why, size_t n)
{
    struct courier_round *r = &l->round;
    struct notice notice;
    struct notice_text t;
    struct webpush_pair once;
    uint8_t salt[WEBPUSH_SALT];
    wall_ms now = clock_wall_ms();
    if (r->row != l->row.number && !begin_round(c, l)) {
        return COURIER_LATER;
    }
    if (r->at >= r->count) {
        bool test = l->row.event == CHANNEL_TEST;
        snprintf(ret_why, n,
                 test
                     ? "no browser of %s gets messages: switch them on in the page of a branch, on that phone"
                     : "no browser wants to hear of it",
                 l->row.who);
        return test ? COURIER_NEVER : COURIER_NOBODY;
    }
    const struct webpush_browser *b = &r->list[r->at];
    if (!courier_gather(c, l, b->lang, &notice, &t)) {
        return COURIER_LATER;
    }
    char *text = notice_message(&notice, &t);
    bool ok = text != NULL && webpush_pair_make(&once) && clock_random(salt, sizeof salt) &&
              webpush_seal(b->public_key, b->auth, &once, salt, text, strlen(text), r->sealed, &r->bytes) &&
              add_headers(c, l, b, now);
    webpush_pair_finish(&once);
    free(text);
    if (ok) {
        courier_post(c, l, b->endpoint, r->sealed, r->bytes);
    }
    return ok ? COURIER_MADE : COURIER_FAILED;
}

static void forget(struct courier *c, const struct webpush_browser *b)
{
    struct webpush_browser which = *b;
    struct command *cmd = calloc(1, sizeof *cmd);
    which.who[0] = '\0';
    if (cmd != NULL) {
        cmd->kind = COMMAND_WEBPUSH_END;
        cmd->browser = &which;
        snprintf(cmd->who, sizeof cmd->who, "system");
        enum command_result result = core_call(c->core, cmd);
        log_event(LOG_INFO, "browser_gone", "who=%Q stored=%s", b->who,
                  result == COMMAND_DONE ? "deleted" : "still");
    }
    free(cmd);
}

bool courier_webpush_next(struct courier *c, struct line *l, long code, enum delivery *ret_d)
{
    struct courier_round *r = &l->round;
    enum delivery d = delivery_of(false, code);
    bool gone = code == 403 || code == 404 || code == 410;
    r->taken += d == DELIVERY_TAKEN;
    if (gone) {
        forget(c, &r->list[r->at]);
    }
    if (gone || d != DELIVERY_AGAIN) { // one that never takes this message may take the next
        memmove(&r->list[r->at], &r->list[r->at + 1], (r->count - r->at - 1) * sizeof *r->list);
        r->count--;
    } else {
        r->at++;
    }
    if (r->at < r->count) {
        return true;
    }
    r->at = 0;
    *ret_d = r->count == 0 ? DELIVERY_TAKEN : DELIVERY_AGAIN;
    return false;
}
