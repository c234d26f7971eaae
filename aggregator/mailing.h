// mailing: a report by mail, daily, weekly or monthly: what is said of it (`mailings:`, of the settings or of the organisation's
// document), which days it is of, and what the mail says. Pure.
//
// It is of the last whole day, week (from Monday) or month by the clock of its place, and due at `at` o'clock of the day after. It goes
// once to each address for each such span (store_mailing.h), through the outbox, by the server of its channel. After days without us
// only the newest one that is due goes, not one for each that was missed. A new mailing begins with the span that is over. None
// goes while rollups (rollups.h) are still being built.
#ifndef PUAS_AGGREGATOR_MAILING_H
#define PUAS_AGGREGATOR_MAILING_H

#include "aggregator/channel.h"
#include "aggregator/sheets.h"

enum mailing_every { MAILING_DAILY, MAILING_WEEKLY, MAILING_MONTHLY };
extern const char *const mailing_everys[]; // NULL-terminated
enum mailing_report { MAILING_PLACE, MAILING_SKM };
extern const char *const mailing_reports[];

struct mailing {
    struct ident id, place, channel; // channel: of kind email
    int every, report, lang;         // enum mailing_every, mailing_report, channel_lang
    int64_t at;                      // hour, 0..23
    struct config_list to;           // char *: mail addresses
    bool stored;                     // of the organisation's document
    int line;
};
extern const struct config_row mailing_rows[];

// Ids are unique, channels are there and send mail (NULL: not looked at), addresses are of their form. `name` and lines stand in
// the message.
bool mailings_check(const char *name, const struct config_list *mailings, const struct config_list *channels,
                    struct config_error *ret_error);
const struct mailing *mailing_find(const struct config_list *mailings, const char *id); // NULL: none

// The newest span that is due. local: the time as the clock at its place shows it. Both days are counted.
void mailing_span(const struct mailing *m, wall_ms local, int32_t *ret_from, int32_t *ret_to);
const char *mailing_what(const struct mailing *m); // of sheets_read

// ---------------------------------------------------------------- the mail
enum { MAILING_TOKEN = 32, MAILING_SUBJECT_MAX = 300 };
struct mailing_text {
    char subject[MAILING_SUBJECT_MAX]; // one line
    char *plain, *html;                // owned
};
// link, stop: addresses of the report and of what ends it; "": none. False: out of memory, nothing to finish.
bool mailing_say(const struct sheets *s, const char *link, const char *stop, struct mailing_text *ret_t);
void mailing_text_finish(struct mailing_text *t); // accepts a zeroed one

#endif
