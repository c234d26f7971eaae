// scenario: what a fleet is and what befalls it, as a YAML file. `puas-fleet --print-scenario` prints every
// key.
#ifndef PUAS_TESTS_FLEET_SCENARIO_H
#define PUAS_TESTS_FLEET_SCENARIO_H

#include "aggregator/hours.h"
#include "shared/config.h"
#include "shared/ident.h"

enum incident_kind { INCIDENT_BAD_SHIFT, INCIDENT_DIRTY_TOILETS, INCIDENT_QUEUE };
extern const char *const incident_kinds[]; // NULL-terminated, as the next
enum outage_kind { OUTAGE_NETWORK, OUTAGE_POWER };
extern const char *const outage_kinds[];

struct scenario_region {
    struct ident id;
    char *name, *tz; // tz empty: the chain's
    int line;
};
struct scenario_branch {
    struct ident id, region;
    char *name, *tz;          // tz empty: the region's
    struct config_list hours; // struct seed_hours; none: the chain's
    double a_day, satisfied, lunch_dip, drift;
    struct config_list reasons; // double
    struct config_list kiosks;  // struct scenario_kiosk_of
    int line;
};
struct scenario_kiosk_of {
    struct ident id;
    char *name;
    double share;
    bool past_only;
    int line;
};
struct scenario_incident {
    struct ident place;
    int kind; // enum incident_kind
    int64_t day, from_ms, for_ms;
    double unhappy, busy;
    int line;
};
struct scenario_outage {
    struct ident place;
    int kind; // enum outage_kind
    int64_t day, from_ms, for_ms;
    int line;
};
struct scenario {
    int64_t seed, days;
    char *start; // "2026-08-24"; empty: so that it ends today
    struct scenario_chain {
        char *name, *tz;
        struct ident prefix;
        int64_t regions, branches, kiosks;
        struct config_list hours; // struct seed_hours; none: daily 07:00 to 20:00
    } chain;
    struct scenario_votes {
        double a_day, satisfied, spread, lunch_dip, lunch_habit, reasons, english;
        struct config_list by_hour, by_weekday; // double
    } votes;
    struct config_list region_list, branch_list; // named ones; none: the chain is made up
    struct config_list incidents;
    double incidents_a_week;
    struct ident queue; // kiosk with a few bad minutes right after the past
    struct scenario_mashing {
        double a_day, at_night;
        int64_t least, most;
    } mashing;
    struct config_list outages;
    struct scenario_faults {
        double cuts, reboots, power_cuts, wrong_clock;
        bool weekly;
        int64_t cut_ms;
    } faults;
    struct scenario_kiosk {
        int64_t resend_ms, backoff_min_ms, backoff_max_ms, birth_spread_ms, backlog_spread_ms, health_ms;
        int64_t window, ahead, keep_ms, connecting;
    } kiosk;
};

extern const struct config_row scenario_rows[];

enum { SCENARIO_REASONS = 7 };
extern const char *const scenario_reasons[SCENARIO_REASONS];

#endif
