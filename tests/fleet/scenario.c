// scenario: the rows.
#include "tests/fleet/scenario.h"

#include "aggregator/settings.h"

#include <stddef.h>

const char *const incident_kinds[] = {"bad-shift", "dirty-toilets", "queue", NULL};
const char *const outage_kinds[] = {"network", "power", NULL};
const char *const scenario_reasons[SCENARIO_REASONS] = {"wait",      "counters",      "unclear", "staff",
                                                        "procedure", "opening-hours", "room"};

#define AT(type, field) .offset = offsetof(struct type, field)
#define LINE(type) .line_offset = offsetof(struct type, line) + 1
#define END                                                                                                  \
    {                                                                                                        \
        .name = NULL                                                                                         \
    }

static const struct config_row hours_rows[] = {
    {"days", CONFIG_STRING, AT(seed_hours, days), .required = true, .min = 3, .max = 40,
     .help = "daily, mon, mon-fri"},
    {"open", CONFIG_STRING, AT(seed_hours, open), .required = true, .min = 5, .max = 5, .help = "\"07:00\""},
    {"close", CONFIG_STRING, AT(seed_hours, close), .required = true, .min = 5, .max = 5,
     .help = "\"20:00\""},
    END};
static const struct config_row chain_rows[] = {
    {"name", CONFIG_STRING, AT(scenario_chain, name), .fallback = "Harapan Clinic", .min = 1, .max = 80,
     .help = "of the organisation"},
    {"tz", CONFIG_STRING, AT(scenario_chain, tz), .fallback = "Asia/Jakarta", .max = 64,
     .help = "IANA time zone"},
    {"prefix", CONFIG_IDENT, AT(scenario_chain, prefix), .fallback = "fleet",
     .help = "ids begin with it: fleet-region-1, fleet-branch-1, fleet-1"},
    {"regions", CONFIG_INT, AT(scenario_chain, regions), .fallback = "2", .min = 1, .max = 100, .help = ""},
    {"branches", CONFIG_INT, AT(scenario_chain, branches), .fallback = "6", .min = 1, .max = 5000,
     .help = "in all, dealt to the regions in turn"},
    {"kiosks", CONFIG_INT, AT(scenario_chain, kiosks), .fallback = "2", .min = 1, .max = 50,
     .help = "of each branch"},
    {"hours", CONFIG_LIST, AT(scenario_chain, hours), .rows = hours_rows,
     .item_bytes = sizeof(struct seed_hours), LINE(seed_hours),
     .help = "opening hours; none: daily 07:00 to 20:00"},
    END};
static const struct config_row number_rows[] = {
    {"", CONFIG_NUMBER, .offset = 0, .min = 0, .max = 1000, .help = ""}, END};
static const struct config_row votes_rows[] = {
    {"a_day", CONFIG_NUMBER, AT(scenario_votes, a_day), .fallback = "70", .min = 0, .max = 20000,
     .help = "of a kiosk on a usual day"},
    {"satisfied", CONFIG_NUMBER, AT(scenario_votes, satisfied), .fallback = "0.9", .min = 0, .max = 1,
     .help = "share of the two best faces"},
    {"spread", CONFIG_NUMBER, AT(scenario_votes, spread), .fallback = "0.02", .min = 0, .max = 0.3,
     .help = "between branches: standard deviation of that share"},
    {"lunch_dip", CONFIG_NUMBER, AT(scenario_votes, lunch_dip), .fallback = "0.04", .min = 0, .max = 1,
     .help = "taken from it at 12:30; none before 11:15 and after 13:30"},
    {"lunch_habit", CONFIG_NUMBER, AT(scenario_votes, lunch_habit), .fallback = "0", .min = 0, .max = 1,
     .help = "share of days on which the dip is four times as deep"},
    {"reasons", CONFIG_NUMBER, AT(scenario_votes, reasons), .fallback = "0.6", .min = 0, .max = 1,
     .help = "share of the unhappy who say why"},
    {"english", CONFIG_NUMBER, AT(scenario_votes, english), .fallback = "0.06", .min = 0, .max = 1,
     .help = "share of visits in English"},
    {"by_hour", CONFIG_LIST, AT(scenario_votes, by_hour), .rows = number_rows, .item_bytes = sizeof(double),
     .help = "24 weights of the hours of the day; none: a clinic's day"},
    {"by_weekday", CONFIG_LIST, AT(scenario_votes, by_weekday), .rows = number_rows,
     .item_bytes = sizeof(double), .help = "7 factors from Monday on; none: Monday busy, Sunday quiet"},
    END};
static const struct config_row region_rows[] = {
    {"id", CONFIG_IDENT, AT(scenario_region, id), .required = true, .help = ""},
    {"name", CONFIG_STRING, AT(scenario_region, name), .required = true, .min = 1, .max = 80, .help = ""},
    {"tz", CONFIG_STRING, AT(scenario_region, tz), .fallback = "", .max = 64, .help = "none: the chain's"},
    END};
static const struct config_row kiosk_rows[] = {
    {"id", CONFIG_IDENT, AT(scenario_kiosk_of, id), .required = true, .help = ""},
    {"name", CONFIG_STRING, AT(scenario_kiosk_of, name), .required = true, .min = 1, .max = 80, .help = ""},
    {"share", CONFIG_NUMBER, AT(scenario_kiosk_of, share), .fallback = "1", .min = 0, .max = 1,
     .help = "of the branch's votes"},
    {"past_only", CONFIG_BOOL, AT(scenario_kiosk_of, past_only), .fallback = "false",
     .help = "a real kiosk of this id runs elsewhere: send its past and be gone"},
    END};
static const struct config_row branch_rows[] = {
    {"id", CONFIG_IDENT, AT(scenario_branch, id), .required = true, .help = ""},
    {"name", CONFIG_STRING, AT(scenario_branch, name), .required = true, .min = 1, .max = 80, .help = ""},
    {"region", CONFIG_IDENT, AT(scenario_branch, region), .required = true, .help = ""},
    {"tz", CONFIG_STRING, AT(scenario_branch, tz), .fallback = "", .max = 64, .help = "none: the region's"},
    {"hours", CONFIG_LIST, AT(scenario_branch, hours), .rows = hours_rows,
     .item_bytes = sizeof(struct seed_hours), LINE(seed_hours), .help = "none: the chain's"},
    {"a_day", CONFIG_NUMBER, AT(scenario_branch, a_day), .fallback = "70", .min = 0, .max = 20000,
     .help = "votes of the branch on a usual day"},
    {"satisfied", CONFIG_NUMBER, AT(scenario_branch, satisfied), .fallback = "0.9", .min = 0, .max = 1,
     .help = ""},
    {"lunch_dip", CONFIG_NUMBER, AT(scenario_branch, lunch_dip), .fallback = "0.03", .min = 0, .max = 1,
     .help = ""},
    {"drift", CONFIG_NUMBER, AT(scenario_branch, drift), .fallback = "0", .min = 0, .max = 0.2,
     .help = "how far a season of 120 days moves the share up and down"},
    {"reasons", CONFIG_LIST, AT(scenario_branch, reasons), .rows = number_rows, .item_bytes = sizeof(double),
     .help = "7 weights: wait, counters, unclear, staff, procedure, opening-hours, room"},
    {"kiosks", CONFIG_LIST, AT(scenario_branch, kiosks), .rows = kiosk_rows,
     .item_bytes = sizeof(struct scenario_kiosk_of), LINE(scenario_kiosk_of), .help = ""},
    END};
#define WHEN(type)                                                                                           \
    {"place", CONFIG_IDENT, AT(type, place), .required = true,                                               \
     .help = "organisation, region, branch or kiosk"},                                                       \
        {"day",                                                                                              \
         CONFIG_INT,                                                                                         \
         AT(type, day),                                                                                      \
         .required = true,                                                                                   \
         .min = 1,                                                                                           \
         .max = 1100,                                                                                        \
         .help = "of the scenario, from 1"},                                                                 \
        {"from",                                                                                             \
         CONFIG_DURATION,                                                                                    \
         AT(type, from_ms),                                                                                  \
         .required = true,                                                                                   \
         .min = 0,                                                                                           \
         .max = 86399e3,                                                                                     \
         .help = "since local midnight: \"10 h\", \"630 min\""},                                             \
    {                                                                                                        \
        "for", CONFIG_DURATION, AT(type, for_ms), .required = true, .min = 1e3, .max = 8640e6,               \
                                                  .help = "how long"                                         \
    }
static const struct config_row incident_rows[] = {
    WHEN(scenario_incident),
    {"kind", CONFIG_ENUM, AT(scenario_incident, kind), .fallback = "bad-shift", .choices = incident_kinds,
     .help = "the reason most give"},
    {"unhappy", CONFIG_NUMBER, AT(scenario_incident, unhappy), .fallback = "0.5", .min = 0, .max = 1,
     .help = "share of the three worst faces meanwhile"},
    {"busy", CONFIG_NUMBER, AT(scenario_incident, busy), .fallback = "1", .min = 0, .max = 50,
     .help = "factor on the votes meanwhile"},
    END};
static const struct config_row mashing_rows[] = {
    {"a_day", CONFIG_NUMBER, AT(scenario_mashing, a_day), .fallback = "0", .min = 0, .max = 20,
     .help = "children at a kiosk"},
    {"least", CONFIG_INT, AT(scenario_mashing, least), .fallback = "8", .min = 2, .max = 200,
     .help = "presses"},
    {"most", CONFIG_INT, AT(scenario_mashing, most), .fallback = "30", .min = 2, .max = 200, .help = ""},
    {"at_night", CONFIG_NUMBER, AT(scenario_mashing, at_night), .fallback = "0", .min = 0, .max = 1,
     .help = "share of them at 02:30, when all is closed"},
    END};
static const struct config_row outage_rows[] = {WHEN(scenario_outage),
                                                {"kind", CONFIG_ENUM, AT(scenario_outage, kind),
                                                 .fallback = "network", .choices = outage_kinds,
                                                 .help = "power: no votes, and a new start after it"},
                                                END};
static const struct config_row fault_rows[] = {
    {"cuts", CONFIG_NUMBER, AT(scenario_faults, cuts), .fallback = "0", .min = 0, .max = 20,
     .help = "of a kiosk's network a day"},
    {"cut", CONFIG_DURATION, AT(scenario_faults, cut_ms), .fallback = "2 h", .min = 1e3, .max = 86400e3,
     .help = "the longest"},
    {"reboots", CONFIG_NUMBER, AT(scenario_faults, reboots), .fallback = "0", .min = 0, .max = 20,
     .help = "of a kiosk a day; each draws a new epoch"},
    {"power_cuts", CONFIG_NUMBER, AT(scenario_faults, power_cuts), .fallback = "0", .min = 0, .max = 5,
     .help = "of a kiosk a day: 2 to 7 hours without votes"},
    {"weekly", CONFIG_BOOL, AT(scenario_faults, weekly), .fallback = "false",
     .help = "a new start each Monday at 03:00; the first day is a Monday then, so that a later run says the "
             "same again"},
    {"wrong_clock", CONFIG_NUMBER, AT(scenario_faults, wrong_clock), .fallback = "0", .min = 0, .max = 1,
     .help =
         "share of starts with a clock at 1970, ahead or behind; half of them are set right within 6 hours"},
    END};
static const struct config_row uplink_rows[] = {
    {"resend", CONFIG_DURATION, AT(scenario_kiosk, resend_ms), .fallback = "5 s", .min = 10, .max = 60e3,
     .help = "an unanswered message is sent again"},
    {"backoff_min", CONFIG_DURATION, AT(scenario_kiosk, backoff_min_ms), .fallback = "1 s", .min = 1,
     .max = 60e3, .help = ""},
    {"backoff_max", CONFIG_DURATION, AT(scenario_kiosk, backoff_max_ms), .fallback = "60 s", .min = 1,
     .max = 3600e3, .help = ""},
    {"birth_spread", CONFIG_DURATION, AT(scenario_kiosk, birth_spread_ms), .fallback = "60 s", .min = 0,
     .max = 3600e3, .help = "a new run is answered within this"},
    {"backlog_spread", CONFIG_DURATION, AT(scenario_kiosk, backlog_spread_ms), .fallback = "60 s", .min = 0,
     .max = 3600e3, .help = "wait at random before the backlog"},
    {"health", CONFIG_DURATION, AT(scenario_kiosk, health_ms), .fallback = "60 s", .min = 100, .max = 3600e3,
     .help = ""},
    {"window", CONFIG_INT, AT(scenario_kiosk, window), .fallback = "4", .min = 1, .max = 12,
     .help = "backlog messages in flight"},
    {"ahead", CONFIG_INT, AT(scenario_kiosk, ahead), .fallback = "400", .min = 0, .max = 1e6,
     .help = "rows drawn ahead of the acknowledgements when as fast as possible; 0: all, then connect"},
    {"keep", CONFIG_DURATION, AT(scenario_kiosk, keep_ms), .fallback = "30 d", .min = 0, .max = 31536e6,
     .help = "acknowledged rows, for a store that comes back older"},
    {"connecting", CONFIG_INT, AT(scenario_kiosk, connecting), .fallback = "50", .min = 1, .max = 1000,
     .help = "connects under way at a time"},
    END};

const struct config_row scenario_rows[] = {
    {"seed", CONFIG_INT, AT(scenario, seed), .fallback = "1", .min = 0, .max = 1e15,
     .help = "the same seed gives the same votes"},
    {"days", CONFIG_INT, AT(scenario, days), .fallback = "7", .min = 1, .max = 1100, .help = ""},
    {"start", CONFIG_STRING, AT(scenario, start), .fallback = "", .max = 10,
     .help = "first local day, 2026-08-24, or now; none: so that it ends with yesterday"},
    {"chain", CONFIG_GROUP, AT(scenario, chain), .rows = chain_rows, .help = "places and kiosks"},
    {"votes", CONFIG_GROUP, AT(scenario, votes), .rows = votes_rows, .help = ""},
    {"regions", CONFIG_LIST, AT(scenario, region_list), .rows = region_rows,
     .item_bytes = sizeof(struct scenario_region), LINE(scenario_region), .help = "named ones"},
    {"branches", CONFIG_LIST, AT(scenario, branch_list), .rows = branch_rows,
     .item_bytes = sizeof(struct scenario_branch), LINE(scenario_branch),
     .help = "named ones; none: made up as chain says"},
    {"incidents_a_week", CONFIG_NUMBER, AT(scenario, incidents_a_week), .fallback = "0", .min = 0, .max = 1,
     .help = "of a branch, drawn at random, besides those below"},
    {"queue", CONFIG_IDENT, AT(scenario, queue),
     .help = "kiosk that has a few bad minutes as soon as the past is stored (--live)"},
    {"incidents", CONFIG_LIST, AT(scenario, incidents), .rows = incident_rows,
     .item_bytes = sizeof(struct scenario_incident), LINE(scenario_incident), .help = ""},
    {"mashing", CONFIG_GROUP, AT(scenario, mashing), .rows = mashing_rows, .help = ""},
    {"outages", CONFIG_LIST, AT(scenario, outages), .rows = outage_rows,
     .item_bytes = sizeof(struct scenario_outage), LINE(scenario_outage), .help = ""},
    {"faults", CONFIG_GROUP, AT(scenario, faults), .rows = fault_rows, .help = "drawn at random"},
    {"kiosk", CONFIG_GROUP, AT(scenario, kiosk), .rows = uplink_rows, .help = "as the kiosk's own settings"},
    END};
