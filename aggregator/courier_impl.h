// courier: what its files share. Not for others.
//   courier_curl.c          the thread: what is due, what came of it
//   courier_lines_curl.c    a line to each channel in force, with its secret
//   courier_message_curl.c  a message as a request or a mail
//   courier_webpush_curl.c  one message to many browsers
#ifndef PUAS_AGGREGATOR_COURIER_IMPL_H
#define PUAS_AGGREGATOR_COURIER_IMPL_H

#include "aggregator/channel_set.h"
#include "aggregator/courier.h"
#include "aggregator/delivery.h"
#include "aggregator/notice.h"
#include "aggregator/request.h"
#include "aggregator/store_outgoing.h"
#include "aggregator/store_webpush.h"
#include "aggregator/views.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

enum { COURIER_SAID_MAX = 4096 }; // of an answer

// Of a channel of browsers: those that a row still has to go to. It stays from attempt to attempt of the row, so that those
// who have it get it once; a kill forgets it, and browsers show the same message again in its old place.
struct courier_round {
    int64_t row;                  // 0: none
    struct webpush_browser *list; // owned
    size_t count, room, at;       // at: the one whose turn it is
    int taken;
    uint8_t sealed[WEBPUSH_SEALED_MAX];
    size_t bytes;
};

// Channels and mailings as they were read once; as long as a line is of it.
struct courier_set {
    size_t lines;
    struct channel_set set;
};

struct line {                 // to one channel
    struct line *next;        // of those that leave
    struct courier_set *of;   // has the channel
    const struct channel *ch; // borrowed of it
    char *secret;             // owned; "": none
    char why[300];            // it cannot send; "": it can
    struct delivery_rate rate;
    int failures; // in a row
    mono_ms rest_until;
    // Under way; curl NULL: nothing is.
    CURL *curl;
    curl_mime *mime;
    struct curl_slist *headers, *recipients;
    struct request request;
    struct courier_round round;
    struct outgoing row;
    char said[COURIER_SAID_MAX + 1], error[CURL_ERROR_SIZE];
    size_t said_bytes;
    char refused[INET6_ADDRSTRLEN + 1]; // a private address; "": none
    // What came of it and the core does not know yet.
    bool due;
    struct outgoing_outcome outcome;
    int64_t through; // the highest number of the rows that the attempt tells of
    char reply[OUTGOING_REPLY_MAX + 1];
};

struct courier {
    const struct settings *s;
    char agent[40], path[500];
    struct core *core;
    CURLM *multi;
    struct courier_set *set; // in force; NULL: not read yet
    struct line **lines;     // owned: of it, by channel
    size_t line_count;
    struct line *leaving; // owned: of an older one, until what is under way is told
    struct store *store; // NULL: to be opened
    struct views *views;
    struct webpush_pair webpush_key; // where a channel wants it
    bool has_key;
    pthread_t thread;
    bool running;
    atomic_bool stop, woken, stale; // stale: channels are to be read
    mono_ms look_at; // the next look into the outbox
};

// ---------------------------------------------------------------- courier_lines_curl.c
bool courier_busy(const struct line *l); // an attempt is under way, or the core does not know yet what came of it
// Can what the settings name be read? False: ret_why.
bool courier_check_secrets(const struct settings *s, char *ret_why, size_t n);
bool courier_read_lines(struct courier *c, char *ret_why, size_t n); // false: what there was stands, ret_why
bool courier_is_leaving(const struct courier *c, const char *channel);
void courier_drop_left(struct courier *c); // those that leave and have nothing under way any more
void courier_finish_lines(struct courier *c);
void courier_finish_attempt(struct courier *c, struct line *l);

// ---------------------------------------------------------------- courier_message_curl.c
enum courier_made {
    COURIER_MADE,   // l->curl is to be added
    COURIER_LATER,  // facts cannot be read now
    COURIER_FAILED, // ret_why
    COURIER_NEVER,  // it will never go: ret_why
    COURIER_NOBODY, // it has nobody to go to: ret_why
};
enum courier_made courier_make(struct courier *c, struct line *l, char *ret_why, size_t n);
void courier_message_finish(struct line *l); // what it holds; l->curl is to be removed before
bool courier_gather(struct courier *c, struct line *l, enum channel_lang lang, struct notice *n,
                    struct notice_text *t);
bool courier_header(struct line *l, const char *text);
// Address, limits and body of a POST; body is borrowed until the attempt is over.
void courier_post(const struct courier *c, struct line *l, const char *url, const void *body, size_t n);

// ---------------------------------------------------------------- courier_webpush_curl.c
enum courier_made courier_webpush_make(struct courier *c, struct line *l, char *ret_why, size_t n);
// The turn's browser has answered so. True: there are others, to be made next; false: the round is over, *ret_d is what came
// of it.
bool courier_webpush_next(struct courier *c, struct line *l, long code, enum delivery *ret_d);
void courier_round_finish(struct courier_round *r);

#endif
