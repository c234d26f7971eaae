// roster: the places and kiosks of a scenario, named or made up, with what their votes follow from. Pure but
// for the zone files.
#ifndef PUAS_TESTS_FLEET_ROSTER_H
#define PUAS_TESTS_FLEET_ROSTER_H

#include "shared/tz.h"
#include "tests/fleet/scenario.h"

struct roster_region {
    struct ident id;
    char name[81], tz[65]; // tz empty: the chain's
};
struct roster_branch {
    struct ident id;
    int region;
    char name[81];
    struct tz *tz; // owned
    struct hours hours;
    double a_day;     // votes of all its kiosks on a day that is open the longest
    double weight;    // sum of the hours' weights on such a day
    double satisfied; // share
    double lunch_dip, drift, reasons[SCENARIO_REASONS];
};
struct roster_kiosk {
    struct ident id;
    int branch;
    double share; // of the branch's votes
    bool past_only;
};
struct roster {
    const struct scenario *s; // borrowed until roster_finish
    struct roster_region *regions;
    struct roster_branch *branches;
    struct roster_kiosk *kiosks;
    int region_count, branch_count, kiosk_count;
    double by_hour[24], by_weekday[7]; // from Monday
};

// Checks what single rows cannot. False: the message names file and line.
bool roster_init(struct roster *r, const char *file, const struct scenario *s,
                 struct config_error *ret_error);
void roster_finish(struct roster *r); // accepts a zeroed one

// True when `place` is the organisation, a region, branch or kiosk that kiosk number `kiosk` is or stands in.
bool roster_under(const struct roster *r, int kiosk, const char *place);

// Whether hours say open at a minute of a day, counted from 1970.
bool roster_open(const struct hours *h, int day, int minute);

// Places, kiosks and, unless `places_only`, survey and standards as the aggregator's `seed:` and
// `puasctl config apply` take them, each line after `indent`, to a stdio stream (FILE *).
void roster_print_seed(const struct roster *r, const char *indent, bool places_only, void *stream);

#endif
