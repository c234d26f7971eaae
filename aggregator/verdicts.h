// verdicts: which presses look as if they were no customer's answer. Pure. A verdict is an event, a rule and
// the rule's version; it takes nothing away and changes no rating: scores are shown with and without the
// presses it names.
//
// A rule that changes gets a new version, and all of history is judged again: equal facts give equal
// verdicts. What is judged is the first rating of each visit; facts are those that the kiosk reported with
// it.
//
//   mashing  1  somebody presses on and on: a press within MASH_SINCE_MS of another press, ignored ones
//               included, or with MASH_FINGERS on the glass, and at most MASH_GAP_MS after the rating before.
//               The first press of a burst may be an answer and stays.
//   streak   1  one face again and again: STREAK_LEAST or more, none more than STREAK_GAP_MS after the one
//               before. The first stays: an angry customer's first press counts.
//   closed   1  the place is closed: later than CLOSED_AFTER_MS after closing, earlier than CLOSED_BEFORE_MS
//               before opening. Without opening hours: never.
//   shift    1  the best face again and again as a shift begins or ends: SHIFT_LEAST or more within
//               SHIFT_NEAR_MS of an opening or closing, none more than SHIFT_GAP_MS after the one before.
//               The first stays.
//
// A press whose time is not known well (`unsure`) is not judged and parts what lies around it.
#ifndef PUAS_AGGREGATOR_VERDICTS_H
#define PUAS_AGGREGATOR_VERDICTS_H

#include "aggregator/hours.h"

enum verdict_rule { VERDICT_MASHING, VERDICT_STREAK, VERDICT_CLOSED, VERDICT_SHIFT, VERDICT_RULES };
const char *verdict_name(enum verdict_rule rule); // "mashing", "streak", "closed", "shift"
int verdict_version(enum verdict_rule rule);      // 1..127
// All names and versions in one line: when it differs from what the store was judged by, history is judged
// again.
enum { VERDICTS_LINE = 80 };
const char *verdicts_line(char ret_line[VERDICTS_LINE]);

enum {
    MASH_SINCE_MS =
        1000,         // nobody steps away and the next one up in this time, nor chooses a language and a face
    MASH_FINGERS = 3, // two may be one hand holding on
    MASH_GAP_MS = 10000,
    STREAK_LEAST = 5,
    STREAK_GAP_MS = 12000,
    CLOSED_AFTER_MS = 30 * 60000, // those who were inside go out
    CLOSED_BEFORE_MS = 15 * 60000,
    SHIFT_LEAST = 4,
    SHIFT_GAP_MS = 45000,
    SHIFT_NEAR_MS = 10 * 60000,
    // Presses of one kiosk say nothing about each other when they are farther apart than this, or when this
    // many others lie between them.
    VERDICTS_GAP_MS = 60000,
    VERDICTS_REACH = 8,
};

struct verdict_press {
    wall_ms at;
    int32_t place; // presses at different places are not linked
    int score, of;
    int since_ms; // since any press before, ignored ones too; -1: unknown, or so long that it was not kept
    int fingers;  // on the glass; 0: unknown
    bool unsure;
    const struct hours *hours; // borrowed; NULL: always open
    struct hours_zone zone;
};

// Judges the presses of one kiosk, in the order in which they were given. ret_rules[i]: bit 1 << rule for
// each rule that names press i.
void verdicts_judge(const struct verdict_press *p, int count, unsigned *ret_rules);

#endif
