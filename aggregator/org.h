// org: the organisation in memory: places as a tree, kiosks, rules. Built from the store by the core thread,
// used by nobody else. Time zones and hours are resolved down the tree here.
#ifndef PUAS_AGGREGATOR_ORG_H
#define PUAS_AGGREGATOR_ORG_H

#include "aggregator/engine.h"
#include "aggregator/rollups.h"
#include "aggregator/steps.h"
#include "aggregator/store.h"
#include "shared/tz.h"

struct org_place {
    int32_t number, parent, branch; // branch: itself or the one above; 0: above branches
    struct ident id;
    int kind;                                    // enum place_kind
    char name[81], tz_name[65], hours_text[400]; // as stored, not inherited
    struct tz *tz;                               // resolved; owned by the place that names it
    bool owns_tz;
    struct hours hours; // resolved, with special days
    bool has_hours;
    struct hours_dates *dates; // owned: special days, where a calendar is of this very place
    struct steps steps; // of a branch
    int64_t rev;
    bool touched; // of a branch: changed in this turn
    bool sign_due; // of a branch: its mqtt channels are to be told
};

struct org_kiosk {
    int32_t number, place; // place 0: nowhere
    struct ident id;
    char name[81];
    bool known;
    int state; // enum kiosk_state
    wall_ms heard_at; // its own word; 0: never
    int64_t session;
    uint8_t epochs[4][EPOCH_BYTES]; // of the last births, newest first: a return to an older one is a clone
    int epoch_count;
    // Documents as its last health told them: a change is logged, not each message.
    char content[PROTOCOL_HASH_HEX + 1], refused[PROTOCOL_HASH_HEX + 1];
    char document[PROTOCOL_HASH_HEX +
                  1]; // what the broker has of it since the last connect; "-": nothing on purpose
    bool shut;        // the broker does not let it in, as far as it has told since then
};

// From an id to its number: open addressing, 0 = free.
struct org_index {
    int32_t *slots; // owned
    int32_t size;   // a power of two, at least twice what is in it
};

struct org {
    struct org_place *places; // owned; index = number, 0 unused
    int32_t place_count;      // highest number
    struct org_kiosk *kiosks; // the same
    int32_t kiosk_count, kiosk_room;
    struct store_rule *rules; // owned
    int rule_count;
    struct org_index place_index, kiosk_index;
};

// Reads everything from the store. False: the store failed, memory ran out or a stored row is unusable
// (ret_why).
bool org_load(struct org *o, struct store *st, char *ret_why, size_t n);
void org_finish(struct org *o); // accepts a zeroed one

struct org_place *org_place(const struct org *o, const char *id); // NULL: unknown
struct org_kiosk *org_kiosk(const struct org *o, const char *id); // NULL: unknown
// Adds a kiosk that has just spoken for the first time (number, id and known are set). False: memory ran out.
bool org_add_kiosk(struct org *o, const struct store_kiosk *k);
// True when `place` is `above` or lies under it.
bool org_under(const struct org *o, int32_t place, int32_t above);

// The places and their calendar for the rollups; it stands as long as `o`, also when that is loaded anew.
struct rollup_tree org_tree(struct org *o);

// "1 07:00-12:00 13:00-20:00;2 ..." as in the store. False: it is not of that form.
bool org_hours_parse(const char *text, struct hours *ret_h);
// Special days (borrowed, or NULL) beside the week; a place without hours is open round the clock but for them.
void org_add_dates(struct hours *h, bool *has_hours, const struct hours_dates *dates);

// Gives places, kiosks and rules to the engine. On failure *ret_why names the rule.
bool org_configure_engine(const struct org *o, struct engine *e, int64_t inhibit_ms, int64_t offline_ms,
                          wall_ms at, char *ret_why, size_t n);

#endif
