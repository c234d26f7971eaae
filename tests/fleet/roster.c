// roster: from the scenario's lists, or made up.
#include "tests/fleet/roster.h"

#include "aggregator/org.h"
#include "aggregator/settings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fleet/dice.h"

static const double clinic_day[24] = {.04, .03, .02, .02, .03, .06, .20, .62, 1.00, 1.20, 1.10, .95,
                                      .72, .80, .85, .82, .88, .92, .78, .50, .22,  .14,  .09,  .06};
static const double clinic_week[7] = {1.18, 1.05, 1.0, .98, .90, .92, .58};
static const double clinic_reasons[SCENARIO_REASONS] = {.3, .12, .18, .12, .12, .08, .08};
static const char usual_hours[] = "0 07:00-20:00;1 07:00-20:00;2 07:00-20:00;3 07:00-20:00;4 07:00-20:00;"
                                  "5 07:00-20:00;6 07:00-20:00";

static bool wrong(struct config_error *e, const char *file, int line, const char *text, const char *id)
{
    snprintf(e->text, sizeof e->text, "%.120s:%d: %s '%.80s'", file, line, text, id);
    return false;
}

static bool fill(const struct config_list *l, double *ret, size_t n, const double *usual)
{
    memcpy(ret, l->count > 0 ? l->items : usual, (l->count > 0 && l->count < n ? l->count : n) * sizeof *ret);
    return l->count == 0 || l->count == n;
}

static bool take_hours(const struct config_list *l, struct hours *ret, int *ret_line)
{
    char text[400];
    return l->count == 0 ? org_hours_parse(usual_hours, ret)
                         : seed_hours_text(l, text, sizeof text, ret_line) && org_hours_parse(text, ret);
}

static void made_up(const char *prefix, const char *what, int number, struct ident *ret)
{
    snprintf(ret->s, sizeof ret->s, "%.12s%s%u", prefix, what, (unsigned)(number + 1) % 1000000);
}

static int region_of(const struct roster *r, const char *id)
{
    for (int i = 0; i < r->region_count; i++) {
        if (strcmp(r->regions[i].id.s, id) == 0) {
            return i;
        }
    }
    return -1;
}

static bool make_up(struct roster *r, const char *file, struct config_error *e)
{
    const struct scenario *s = r->s;
    struct hours hours;
    int line = 1;
    if (!take_hours(&s->chain.hours, &hours, &line)) {
        return wrong(e, file, line, "unusable:", "chain.hours");
    }
    for (int i = 0; i < r->region_count; i++) {
        made_up(s->chain.prefix.s, "-region-", i, &r->regions[i].id);
        snprintf(r->regions[i].name, sizeof r->regions[i].name, "Region %d", i + 1);
    }
    for (int i = 0; i < r->branch_count; i++) {
        struct roster_branch *b = &r->branches[i];
        uint64_t dice = dice_of((uint64_t)s->seed, "branch", "", i);
        made_up(s->chain.prefix.s, "-branch-", i, &b->id);
        snprintf(b->name, sizeof b->name, "Branch %d", i + 1);
        b->region = i % r->region_count;
        b->tz = tz_load(s->chain.tz);
        b->hours = hours;
        b->a_day = s->votes.a_day * (double)s->chain.kiosks;
        b->satisfied = s->votes.satisfied + s->votes.spread * dice_bell(&dice);
        b->lunch_dip = s->votes.lunch_dip;
        memcpy(b->reasons, clinic_reasons, sizeof b->reasons);
        if (b->tz == NULL) {
            return wrong(e, file, 1, "unknown time zone", s->chain.tz);
        }
    }
    for (int i = 0; i < r->kiosk_count; i++) {
        struct roster_kiosk *k = &r->kiosks[i];
        made_up(s->chain.prefix.s, "-", i, &k->id);
        k->branch = i / (int)s->chain.kiosks;
        k->share = 1.0 / (double)s->chain.kiosks;
    }
    return true;
}

static bool take_lists(struct roster *r, const char *file, struct config_error *e)
{
    const struct scenario *s = r->s;
    const struct scenario_region *regions = s->region_list.items;
    const struct scenario_branch *branches = s->branch_list.items;
    int kiosk = 0;
    for (int i = 0; i < r->region_count; i++) {
        r->regions[i].id = regions[i].id;
        snprintf(r->regions[i].name, sizeof r->regions[i].name, "%s", regions[i].name);
        snprintf(r->regions[i].tz, sizeof r->regions[i].tz, "%s", regions[i].tz);
    }
    for (int i = 0; i < r->branch_count; i++) {
        const struct scenario_branch *from = &branches[i];
        struct roster_branch *b = &r->branches[i];
        int line = from->line;
        b->id = from->id;
        b->region = region_of(r, from->region.s);
        if (b->region < 0) {
            return wrong(e, file, from->line, "unknown region", from->region.s);
        }
        const char *tz = from->tz[0] != '\0' ? from->tz : r->regions[b->region].tz;
        b->tz = tz_load(tz[0] != '\0' ? tz : s->chain.tz);
        if (b->tz == NULL) {
            return wrong(e, file, from->line, "unknown time zone of", from->id.s);
        }
        if (!take_hours(from->hours.count > 0 ? &from->hours : &s->chain.hours, &b->hours, &line)) {
            return wrong(e, file, line, "unusable hours of", from->id.s);
        }
        snprintf(b->name, sizeof b->name, "%s", from->name);
        b->a_day = from->a_day;
        b->satisfied = from->satisfied;
        b->lunch_dip = from->lunch_dip;
        b->drift = from->drift;
        if (!fill(&from->reasons, b->reasons, SCENARIO_REASONS, clinic_reasons)) {
            return wrong(e, file, from->line, "7 numbers are needed in reasons of", from->id.s);
        }
        const struct scenario_kiosk_of *k = from->kiosks.items;
        for (size_t j = 0; j < from->kiosks.count; j++) {
            r->kiosks[kiosk++] = (struct roster_kiosk){
                .id = k[j].id, .branch = i, .share = k[j].share, .past_only = k[j].past_only};
        }
    }
    return true;
}

static bool known(const struct roster *r, const char *place)
{
    bool found = region_of(r, place) >= 0;
    for (int i = 0; !found && i < r->kiosk_count; i++) {
        found = roster_under(r, i, place);
    }
    return found;
}

static bool check(const struct roster *r, const char *file, struct config_error *e)
{
    const struct scenario *s = r->s;
    const struct scenario_incident *in = s->incidents.items;
    const struct scenario_outage *out = s->outages.items;
    for (size_t i = 0; i < s->incidents.count; i++) {
        if (!known(r, in[i].place.s)) {
            return wrong(e, file, in[i].line, "unknown place", in[i].place.s);
        }
        if (in[i].from_ms + in[i].for_ms > 86400000) {
            return wrong(e, file, in[i].line, "an incident ends with its day; too long at", in[i].place.s);
        }
    }
    for (size_t i = 0; i < s->outages.count; i++) {
        if (!known(r, out[i].place.s)) {
            return wrong(e, file, out[i].line, "unknown place", out[i].place.s);
        }
    }
    if (s->queue.s[0] != '\0' && !known(r, s->queue.s)) {
        return wrong(e, file, 1, "unknown kiosk in queue:", s->queue.s);
    }
    return true;
}

bool roster_open(const struct hours *h, int day, int minute)
{
    const struct hours_span *s = h->spans[(day + 4) % 7]; // Sunday is 0 there
    for (int i = 0; i < HOURS_SPANS_MAX; i++) {
        if (minute >= s[i].from && minute < s[i].to) {
            return true;
        }
    }
    return false;
}

static void weigh(const struct roster *r, struct roster_branch *b)
{
    for (int day = 0; day < 7; day++) {
        double sum = 0;
        for (int quarter = 0; quarter < 96; quarter++) {
            sum += roster_open(&b->hours, day, quarter * 15) ? r->by_hour[quarter / 4] : 0;
        }
        b->weight = sum > b->weight ? sum : b->weight;
    }
}

bool roster_init(struct roster *r, const char *file, const struct scenario *s, struct config_error *ret_error)
{
    const struct scenario_branch *branches = s->branch_list.items;
    bool lists = s->branch_list.count > 0;
    *r = (struct roster){.s = s,
                         .region_count = lists ? (int)s->region_list.count : (int)s->chain.regions,
                         .branch_count = lists ? (int)s->branch_list.count : (int)s->chain.branches,
                         .kiosk_count = lists ? 0 : (int)(s->chain.branches * s->chain.kiosks)};
    for (size_t i = 0; lists && i < s->branch_list.count; i++) {
        r->kiosk_count += (int)branches[i].kiosks.count;
    }
    if (!fill(&s->votes.by_hour, r->by_hour, 24, clinic_day)) {
        return wrong(ret_error, file, 1, "24 numbers are needed in", "votes.by_hour");
    }
    if (!fill(&s->votes.by_weekday, r->by_weekday, 7, clinic_week)) {
        return wrong(ret_error, file, 1, "7 numbers are needed in", "votes.by_weekday");
    }
    if (s->mashing.most < s->mashing.least) {
        return wrong(ret_error, file, 1, "must not be below least:", "mashing.most");
    }
    if (strlen(s->chain.prefix.s) > 12) {
        return wrong(ret_error, file, 1, "at most 12 characters:", s->chain.prefix.s);
    }
    r->regions = calloc((size_t)r->region_count + 1, sizeof *r->regions);
    r->branches = calloc((size_t)r->branch_count + 1, sizeof *r->branches);
    r->kiosks = calloc((size_t)r->kiosk_count + 1, sizeof *r->kiosks);
    bool ok = r->regions != NULL && r->branches != NULL && r->kiosks != NULL;
    ok = ok ? (lists ? take_lists(r, file, ret_error) : make_up(r, file, ret_error)) &&
                  check(r, file, ret_error)
            : wrong(ret_error, file, 1, "out of memory for", "the roster");
    for (int i = 0; ok && i < r->branch_count; i++) {
        weigh(r, &r->branches[i]);
    }
    if (!ok) {
        roster_finish(r);
    }
    return ok;
}

void roster_finish(struct roster *r)
{
    for (int i = 0; r->branches != NULL && i < r->branch_count; i++) {
        tz_free(r->branches[i].tz);
    }
    free(r->regions);
    free(r->branches);
    free(r->kiosks);
    *r = (struct roster){.s = NULL};
}

bool roster_under(const struct roster *r, int kiosk, const char *place)
{
    const struct roster_kiosk *k = &r->kiosks[kiosk];
    const struct roster_branch *b = &r->branches[k->branch];
    return strcmp(place, k->id.s) == 0 || strcmp(place, b->id.s) == 0 ||
           strcmp(place, r->regions[b->region].id.s) == 0 || strcmp(place, r->s->chain.prefix.s) == 0;
}

// ---------------------------------------------------------------- seed

static void print_hours(FILE *f, const struct config_list *l, bool usual)
{
    const struct seed_hours *h = l->items;
    if (l->count == 0 && !usual) {
        return;
    }
    fputs(", hours: [", f);
    for (size_t i = 0; i < l->count; i++) {
        fprintf(f, "%s{ days: %s, open: \"%s\", close: \"%s\" }", i > 0 ? ", " : "", h[i].days, h[i].open,
                h[i].close);
    }
    fprintf(f, "%s]", l->count == 0 ? "{ days: daily, open: \"07:00\", close: \"20:00\" }" : "");
}

static void print_name(FILE *f, const char *name)
{
    fputs(", name: \"", f);
    for (; *name != '\0'; name++) {
        fprintf(f, *name == '"' || *name == '\\' ? "\\%c" : "%c", *name);
    }
    fputc('"', f);
}

static void print_places(const struct roster *r, const char *indent, FILE *f)
{
    const struct scenario *s = r->s;
    const struct scenario_branch *named = s->branch_list.items;
    static const struct config_list none = {0, NULL};
    fprintf(f, "%splaces:\n%s  - { id: %s, kind: org, tz: %s", indent, indent, s->chain.prefix.s,
            s->chain.tz);
    print_name(f, s->chain.name);
    print_hours(f, &s->chain.hours, true);
    fputs(" }\n", f);
    for (int i = 0; i < r->region_count; i++) {
        fprintf(f, "%s  - { id: %s, kind: region, parent: %s", indent, r->regions[i].id.s, s->chain.prefix.s);
        print_name(f, r->regions[i].name);
        fprintf(f, "%s%s }\n", r->regions[i].tz[0] != '\0' ? ", tz: " : "", r->regions[i].tz);
    }
    for (int i = 0; i < r->branch_count; i++) {
        const struct roster_branch *b = &r->branches[i];
        fprintf(f, "%s  - { id: %s, kind: branch, parent: %s", indent, b->id.s, r->regions[b->region].id.s);
        print_name(f, b->name);
        if (named != NULL && named[i].tz[0] != '\0') {
            fprintf(f, ", tz: %s", named[i].tz);
        }
        print_hours(f, named != NULL ? &named[i].hours : &none, false);
        fputs(" }\n", f);
    }
}

void roster_print_seed(const struct roster *r, const char *indent, bool places_only, void *stream)
{
    FILE *f = stream;
    const struct scenario_branch *named = r->s->branch_list.items;
    print_places(r, indent, f);
    fprintf(f, "%skiosks:\n", indent);
    for (int i = 0, of = 0; i < r->kiosk_count; i++) {
        of = i > 0 && r->kiosks[i].branch == r->kiosks[i - 1].branch ? of + 1 : 0;
        char made[24];
        snprintf(made, sizeof made, "Kiosk %d", i + 1);
        fprintf(f, "%s  - { id: %s, place: %s", indent, r->kiosks[i].id.s,
                r->branches[r->kiosks[i].branch].id.s);
        print_name(f,
                   named != NULL
                       ? ((const struct scenario_kiosk_of *)named[r->kiosks[i].branch].kiosks.items)[of].name
                       : made);
        fputs(" }\n", f);
    }
    if (places_only) {
        return;
    }
    fprintf(f,
            "%ssurveys:\n%s  - { id: service, version: 1, question: overall, faces: 5,\n%s      text: { en: "
            "How was "
            "our service today? },\n%s      reasons: [",
            indent, indent, indent, indent);
    for (int i = 0; i < SCENARIO_REASONS; i++) {
        fprintf(f, "%s{ id: %s, text: { en: %s } }", i > 0 ? ", " : "", scenario_reasons[i],
                scenario_reasons[i]);
    }
    fprintf(
        f,
        "] }\n%sstandards:\n%s  - { id: satisfied-85, kind: standard, place: %s, question: overall, percent: "
        "85,\n%s      name: { en: At least 85%% satisfied } }\n",
        indent, indent, r->s->chain.prefix.s, indent);
}
