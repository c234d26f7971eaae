// fleet: all simulated kiosks of a scenario. Each has an outbox in memory, the kiosk's own uplink core and an
// MQTT connection, and lives through its stream of events (model.h). Owns no clock: time is passed in.
//
// Time. A kiosk stands at a place in its stream, its cursor. Events up to the cursor have happened. In real
// time the cursor follows the clock; as fast as possible it runs ahead of the acknowledgements by
// `kiosk.ahead` rows. What the uplink sees as monotonic time is the true time since the kiosk's start, so
// that rule 8 of the protocol holds for the past too: arrival - (sent_up - up) is when the vote was given.
#ifndef PUAS_TESTS_FLEET_FLEET_H
#define PUAS_TESTS_FLEET_FLEET_H

#include "kiosk/uplink.h"
#include "tests/fleet/model.h"
#include "tests/fleet/mqtt.h"
#include "tests/fleet/outbox.h"

struct fleet_options {
    const char *address; // numeric
    int port;
    bool fast;      // else in real time x speed
    double speed;   // > 0
    bool live;      // goes on after the scenario's last day, in real time
    bool keep_rows; // for the keys in the truth
    wall_ms now;    // at the start
    int first_day;  // days from 1970
    wall_ms from;   // no votes before
};

struct fleet_tally { // an incident at a branch
    int branch, kind;
    wall_ms from, until;
    int64_t votes, unhappy;
};

struct fleet_kiosk {
    struct fleet *fleet; // borrowed
    int index;
    struct mqtt mqtt;
    struct uplink *uplink; // owned; NULL: not started
    struct fleet_outbox outbox;
    struct fleet_event *events; // owned: of `day`
    int count, at, day;
    struct fleet_event *later; // owned: what a day's faults bring after its end
    int later_count;
    wall_ms cursor, boot_at;
    int64_t skew;
    uint32_t dice;
    uint8_t clock; // enum fleet_clock
    uint8_t cuts, off;
    bool began_wrong;  // this start's clock was wrong at first
    bool ended;        // past_only: has sent it all
    bool birth_unsaid; // past_only: to be answered by ourselves
    char run[EPOCH_HEX + 1];
    char password[66];
    int backoff_ms;
    mono_ms connect_at, ping_at, due;
    int64_t votes, undated[FLEET_SCORES + 1]; // undated[0]: reasons
};

struct fleet {
    const struct roster *roster; // borrowed
    struct fleet_options o;
    struct fleet_survey survey;
    struct event *events; // scratch of all uplinks
    struct fleet_kiosk *kiosks;
    int count;
    wall_ms end; // of the scenario
    wall_ms wall0;
    mono_ms mono0;
    int connecting, connected;
    int days;                             // columns of by_day
    int32_t *by_day;                      // [branch][day][score], undated ones left out
    int64_t (*scores)[FLEET_SCORES];      // [branch]
    int64_t (*choices)[SCENARIO_REASONS]; // [branch]
    struct fleet_tally *tallies;
    int tally_count, tally_room;
    int64_t cuts, reboots, wrong_clocks, mash_votes, connects;
    int queue_left, queue_kiosk, queue_epoch;
    wall_ms queue_at;
    mono_ms soonest; // the earliest `due`
    bool failed;     // memory ran out
    const char *why; // last reason that a connection ended, static
};

bool fleet_init(struct fleet *f, const struct roster *r, const struct fleet_options *o, mono_ms now);
void fleet_finish(struct fleet *f);

// What is due for one kiosk. Sets its `due`.
void fleet_turn(struct fleet *f, struct fleet_kiosk *k, mono_ms now);
struct fleet_progress {
    int64_t votes, rows, stored; // stored: rows acknowledged
    bool drawn;                  // every cursor is at the end (or at now)
    bool complete;               // and nothing is pending, but for kiosks in the dark
    int dark;                    // kiosks that have no power or network now, in real time: what they keep comes when they are back
    double day;                  // of the slowest cursor
};
struct fleet_progress fleet_progress(const struct fleet *f, mono_ms now);
int64_t fleet_pending(const struct fleet *f); // rows not acknowledged
// True when every kiosk that has power and a network now is connected.
bool fleet_all_connected(const struct fleet *f);
// A few bad minutes at the scenario's `queue` kiosk from now on.
void fleet_queue(struct fleet *f, mono_ms now, const uint8_t epoch[EPOCH_BYTES]);
// Says goodbye to all; the caller then moves bytes until the connections are gone.
void fleet_goodbye(struct fleet *f, mono_ms now);

// The ground truth as JSON to a stdio stream (FILE *). With `rows` every epoch's scores in the order of seq,
// "0" for reasons.
void fleet_print_truth(const struct fleet *f, bool rows, void *stream);

#endif
