// notice: what a message says of an alert, in Indonesian or English: a title, lines of label and text, a link. Pure. The
// same for every kind of channel; how it is dressed is the business of mail.h and request.h.
//
// It tells what the page of the branch tells, no more (views_alert): counts and reasons are those of the last step.
#ifndef PUAS_AGGREGATOR_NOTICE_H
#define PUAS_AGGREGATOR_NOTICE_H

#include "aggregator/channel.h"
#include "shared/protocol.h"
#include "shared/tz.h"

#include <stdbool.h>

enum {
    NOTICE_REASONS = 3,
    NOTICE_LINES = 10,
    NOTICE_NAME_MAX = 120,
    NOTICE_LINE_MAX = 1100,
    NOTICE_NAMES_MAX = 600, // a message of WhatsApp holds 1,024 in all
    NOTICE_URL_MAX = 300,
    NOTICE_MESSAGE_MAX = 3000,
};

enum praise_kind { PRAISE_NONE, PRAISE_ANSWERS, PRAISE_STEP, PRAISE_YEAR };

enum notice_kind {
    NOTICE_STANDARD,
    NOTICE_CHANGE,
    NOTICE_MOOD,
    NOTICE_SHARE,
    NOTICE_RUN,
    NOTICE_COUNT,
    NOTICE_INDEX,
    NOTICE_CONTACT,
    NOTICE_SILENCE, // from here on about a kiosk
    NOTICE_OFFLINE,
    NOTICE_COVERAGE,
    NOTICE_CLOCK,
    NOTICE_TAMPER,
    NOTICE_OTHER,
};

// The facts. Texts are of one line of UTF-8, "" where they are not known; numbers are below 0 then.
struct notice {
    enum channel_event event;
    enum channel_lang lang;
    enum notice_kind kind;
    char id[33]; // of the message
    char channel[IDENT_MAX + 1];
    char alert[IDENT_MAX + 1], rule[IDENT_MAX + 1], branch_id[IDENT_MAX + 1], place_id[IDENT_MAX + 1];
    char kiosk_id[IDENT_MAX + 1];
    char rule_name[4 * NOTICE_NAME_MAX]; // in the language
    char branch[NOTICE_NAME_MAX], place[NOTICE_NAME_MAX], kiosk[NOTICE_NAME_MAX];
    char who[NOTICE_NAME_MAX];           // acknowledged, or closed by hand
    char comment[PROTOCOL_TEXT_MAX + 1]; // what they said with it
    wall_ms at;                          // of the event
    wall_ms since, raised, until, heard; // until: of the acknowledgement; heard: the kiosk, last
    int64_t n, unhappy;                  // votes; unhappy: those that its rule names
    double share, lo, hi, target;        // satisfied, 0..1; target in percent
    int64_t peak, limit;                 // points
    int64_t false_alarm_votes, false_alarm_days;
    int64_t silent_min, usual_gap_min;
    enum praise_kind praise; // CHANNEL_PRAISE
    int64_t praise_value;    // answers
    double praise_percent;   // of a step: satisfied
    int64_t together; // so many alerts are told of at once; the rest is of the first of them; up to 1: of itself
    int64_t branches;           // ... at so many
    char area[NOTICE_NAME_MAX]; // ... all of them in it
    char names[NOTICE_NAMES_MAX]; // ... kiosks or branches, as far as they fit
    struct notice_reason {
        char label[NOTICE_NAME_MAX];
        int64_t n;
    } reasons[NOTICE_REASONS];
    int reason_count;
    char link[NOTICE_URL_MAX];
};

struct notice_text {
    char title[4 * NOTICE_NAME_MAX]; // one line
    struct notice_line {
        const char *label; // static
        char text[NOTICE_LINE_MAX];
    } lines[NOTICE_LINES];
    int line_count;
    const char *link_label; // static
};

// tz: of the branch; NULL: UTC.
void notice_say(const struct notice *n, const struct tz *tz, struct notice_text *ret_t);
// Title, lines and link as plain text with \n; malloc'd, NULL: out of memory. title false: without it.
char *notice_plain(const struct notice *n, const struct notice_text *t, bool title);
// The same as an HTML document without anything from elsewhere.
char *notice_html(const struct notice *n, const struct notice_text *t);

// notice_json.c. As what a browser gets and shows (assets/web/src/worker.ts): {id, event, alert, title, body, url, lang}, at most
// NOTICE_MESSAGE_MAX bytes; malloc'd, NULL: out of memory.
char *notice_message(const struct notice *n, const struct notice_text *t);

// notice_json.c. Takes the facts out of a document of views_alert; what the message knows (event, lang, who, at ...) must
// stand there. ret_tz (65 bytes): the branch's zone. False: it is no such document.
bool notice_read(const char *json, struct notice *n, char *ret_tz);

#endif
