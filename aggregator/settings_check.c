// settings: the checks across rows of the aggregator's YAML.
#include "aggregator/settings.h"

#include "aggregator/mailing.h"
#include "aggregator/names.h"
#include "aggregator/trend_goal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool wrong(struct config_error *e, const char *name, int line, const char *text, const char *id)
{
    snprintf(e->text, sizeof e->text, "%s:%d: ", name, line);
    size_t n = strlen(e->text);
    snprintf(e->text + n, sizeof e->text - n, text, id);
    return false;
}

static bool parse_clock(const char *s, int *ret_minutes)
{
    if (strlen(s) != 5 || !isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[1]) || s[2] != ':' ||
        !isdigit((unsigned char)s[3]) || !isdigit((unsigned char)s[4])) {
        return false;
    }
    int h = (s[0] - '0') * 10 + s[1] - '0', m = (s[3] - '0') * 10 + s[4] - '0';
    *ret_minutes = h * 60 + m;
    return m < 60 && *ret_minutes <= 1440;
}

static const char *const day_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

static int day_number(const char *s)
{
    for (int i = 0; i < 7; i++) {
        if (strncmp(s, day_names[i], 3) == 0) {
            return i;
        }
    }
    return -1;
}

// "daily", "mon", "mon-fri" as a mask of days, 0 when it is none of them.
static unsigned day_mask(const char *s)
{
    if (strcmp(s, "daily") == 0) {
        return 0x7f;
    }
    int from = day_number(s);
    if (from >= 0 && s[3] == '\0') {
        return 1u << from;
    }
    int to = from >= 0 && s[3] == '-' && strlen(s) == 7 ? day_number(s + 4) : -1;
    if (to < 0) {
        return 0;
    }
    unsigned mask = 0;
    for (int d = from;; d = (d + 1) % 7) {
        mask |= 1u << d;
        if (d == to) {
            return mask;
        }
    }
}

enum { SPANS_MAX = 4, PLAYBOOK_MOST = 20, LADDER_MOST = 8, CALENDAR_MOST = 200, SPECIAL_DAYS_MOST = 366 };

bool seed_hours_text(const struct config_list *hours, char *ret, size_t n, int *ret_line)
{
    ret[0] = '\0';
    for (int day = 0; day < 7 && hours->count > 0; day++) {
        int from[SPANS_MAX], to[SPANS_MAX], count = 0;
        for (size_t i = 0; i < hours->count; i++) {
            const struct seed_hours *h = &((const struct seed_hours *)hours->items)[i];
            int open, close;
            unsigned mask = day_mask(h->days);
            *ret_line = h->line;
            if (mask == 0 || !parse_clock(h->open, &open) || !parse_clock(h->close, &close) ||
                open >= close) {
                return false;
            }
            if ((mask >> day & 1) == 0) {
                continue;
            }
            int at = count; // keep the spans in order; they must not overlap
            while (at > 0 && from[at - 1] > open) {
                at--;
            }
            if (count == SPANS_MAX || (at > 0 && to[at - 1] > open) || (at < count && close > from[at])) {
                return false;
            }
            memmove(&from[at + 1], &from[at],
                    (size_t)(count - at) * sizeof from[0]);
            memmove(&to[at + 1], &to[at], (size_t)(count - at) * sizeof to[0]);
            from[at] = open;
            to[at] = close;
            count++;
        }
        size_t len = strlen(ret);
        len += (size_t)snprintf(ret + len, n - len, "%s%d", day > 0 ? ";" : "", day);
        for (int i = 0; i < count && len < n; i++) {
            len += (size_t)snprintf(ret + len, n - len, " %02d:%02d-%02d:%02d", from[i] / 60, from[i] % 60,
                                    to[i] / 60, to[i] % 60);
        }
        if (len >= n) {
            return false;
        }
    }
    return true;
}

// Places by id, for one check.
struct checked {
    const struct seed *s;
    struct names places;
};

// The first of that id among the first `before`; NULL: none.
static const struct seed_place *find_place(const struct checked *c, size_t before, const char *id)
{
    int32_t i = names_find(&c->places, id);
    return i >= 0 && (size_t)i < before ? &((const struct seed_place *)c->s->places.items)[i] : NULL;
}

static bool check_places(const char *name, const struct checked *all, struct config_error *e)
{
    const struct seed *s = all->s;
    const struct seed_place *p = s->places.items;
    for (size_t i = 0; i < s->places.count; i++) {
        char text[700];
        int line;
        if (find_place(all, i, p[i].id.s) != NULL) {
            return wrong(e, name, p[i].line, "place '%s' stands twice", p[i].id.s);
        }
        if (p[i].parent.s[0] == '\0' && p[i].kind != PLACE_ORG) {
            return wrong(e, name, p[i].line,
                         "place '%s' needs a parent: only an org has none", p[i].id.s);
        }
        if (p[i].parent.s[0] != '\0' && find_place(all, i, p[i].parent.s) == NULL) {
            return wrong(e, name, p[i].line, "unknown parent '%s': parents stand before their children",
                         p[i].parent.s);
        }
        if (p[i].parent.s[0] != '\0' && p[i].kind == PLACE_AREA &&
            find_place(all, i, p[i].parent.s)->kind < PLACE_BRANCH) {
            return wrong(e, name, p[i].line, "area '%s' must lie inside a branch", p[i].id.s);
        }
        if (p[i].parent.s[0] != '\0' && p[i].kind != PLACE_AREA &&
            find_place(all, i, p[i].parent.s)->kind >= PLACE_BRANCH) {
            return wrong(e, name, p[i].line, "'%s' lies inside a branch: only areas can", p[i].id.s);
        }
        if (!seed_hours_text(&p[i].hours, text, sizeof text, &line)) {
            return wrong(e, name, line,
                         "hours of '%s': days are daily, mon or mon-fri, times \"07:00\" to \"20:00\", at "
                         "most 4 spans a "
                         "day that do not overlap",
                         p[i].id.s);
        }
    }
    return true;
}

bool seed_special_days(const struct seed_special *d, int32_t *ret_from, int32_t *ret_to)
{
    int32_t from, to;
    if (!trend_day_parse(d->from, &from) || !trend_day_parse(d->to[0] != '\0' ? d->to : d->from, &to) || from > to ||
        to - from > SPECIAL_DAYS_MOST) {
        return false;
    }
    *ret_from = from;
    *ret_to = to;
    return true;
}

static bool check_calendars(const char *name, const struct checked *all, struct config_error *e)
{
    const struct seed *s = all->s;
    const struct seed_calendar *c = s->calendars.items;
    for (size_t i = 0; i < s->calendars.count; i++) {
        const struct seed_special *d = c[i].days.items;
        for (size_t k = 0; k < i; k++) {
            if (ident_equal(&c[k].id, &c[i].id)) {
                return wrong(e, name, c[i].line, "calendar '%s' stands twice", c[i].id.s);
            }
        }
        if (find_place(all, s->places.count, c[i].place.s) == NULL) {
            return wrong(e, name, c[i].line, "unknown place '%s'", c[i].place.s);
        }
        if (c[i].days.count > CALENDAR_MOST) {
            return wrong(e, name, c[i].line, "calendar '%s' has more than 200 entries of days: make two of it", c[i].id.s);
        }
        for (size_t k = 0; k < c[i].days.count; k++) {
            char text[400];
            int32_t from, to;
            int line;
            if (!seed_special_days(&d[k], &from, &to)) {
                return wrong(e, name, d[k].line, "calendar '%s': from and to are days as YYYY-MM-DD, a year apart at most",
                             c[i].id.s);
            }
            if (d[k].usual && d[k].hours.count > 0) {
                return wrong(e, name, d[k].line, "calendar '%s': days are as usual or have hours of their own, not both",
                             c[i].id.s);
            }
            if (!seed_hours_text(&d[k].hours, text, sizeof text, &line)) {
                return wrong(e, name, line, "hours of calendar '%s': days are daily, mon or mon-fri, times \"07:00\" to "
                             "\"20:00\", at most 4 spans a day that do not overlap", c[i].id.s);
            }
        }
    }
    return true;
}

bool setting_check(const char *name, const struct seed_standard *r, struct config_error *e)
{
    const struct seed_text *step = r->playbook.items;
    if (r->escalation.count > LADDER_MOST) {
        return wrong(e, name, r->line, "'%s': escalation has at most 8 steps", r->id.s);
    }
    if (r->playbook.count > PLAYBOOK_MOST) {
        return wrong(e, name, r->line, "'%s': a playbook has at most 20 steps", r->id.s);
    }
    for (size_t i = 0; i < r->playbook.count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (ident_equal(&step[k].id, &step[i].id)) {
                return wrong(e, name, step[i].line, "step '%s' of the playbook stands twice", step[i].id.s);
            }
        }
        if (step[i].text.count == 0) {
            return wrong(e, name, step[i].line, "step '%s' of the playbook has no words", step[i].id.s);
        }
    }
    if (r->kind == KIND_STANDARD && (r->percent < 1 || r->percent > 99)) {
        return wrong(e, name, r->line, "'%s': percent of a standard is 1 to 99", r->id.s);
    }
    int32_t from, by;
    bool dated = r->goal_from != NULL && r->goal_by != NULL && trend_day_parse(r->goal_from, &from) &&
                 trend_day_parse(r->goal_by, &by) && from < by && by - from <= TREND_GOAL_STEPS_MAX * TREND_GOAL_STEP_DAYS;
    if (r->goal > 0 && (r->kind != KIND_STANDARD || !dated)) {
        return wrong(e, name, r->line, "'%s': a goal is a standard's, with goal_from before goal_by, as YYYY-MM-DD, at most "
                     "1,680 days apart", r->id.s);
    }
    if ((r->by_hour || r->spread) && (r->kind != KIND_CHANGE || r->usual_unhappy > 0)) {
        return wrong(e, name, r->line, "'%s': by_hour and spread are of a change whose usual share is learned", r->id.s);
    }
    if (r->kind == KIND_RUN && (r->votes < 2 || r->end_votes == 0)) {
        return wrong(e, name, r->line, "'%s': votes of a run are at least 2, end_votes at least 1", r->id.s);
    }
    if (r->kind == KIND_COUNT && r->end_votes >= r->votes) {
        return wrong(e, name, r->line, "'%s': end_votes of a count must be below votes", r->id.s);
    }
    if (r->option.s[0] != '\0' && r->kind != KIND_COUNT) {
        return wrong(e, name, r->line, "'%s': only a count has an option", r->id.s);
    }
    int64_t beyond = r->above ? r->percent - r->resolve_percent : r->resolve_percent - r->percent;
    if (r->kind == KIND_INDEX && r->resolve_percent >= 0 && beyond < (r->boundary == BOUNDARY_AT_LEAST)) {
        return wrong(e, name, r->line, "'%s': resolve_percent of an index lies on the good side of percent", r->id.s);
    }
    if (r->kind == KIND_SHARE && r->resolve_percent > r->percent) {
        return wrong(e, name, r->line, "'%s': resolve_percent must not be above percent", r->id.s);
    }
    return true;
}

static bool check_standards(const char *name, const struct checked *all, struct config_error *e)
{
    const struct seed *s = all->s;
    const struct seed_standard *r = s->standards.items;
    for (size_t i = 0; i < s->standards.count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(r[k].id.s, r[i].id.s) == 0) {
                return wrong(e, name, r[i].line, "standard '%s' stands twice", r[i].id.s);
            }
        }
        if (find_place(all, s->places.count, r[i].place.s) == NULL) {
            return wrong(e, name, r[i].line, "unknown place '%s'", r[i].place.s);
        }
        if (!setting_check(name, &r[i], e)) {
            return false;
        }
    }
    return true;
}

static bool check_kiosks(const char *name, const struct checked *all, struct config_error *e)
{
    const struct seed_kiosk *k = all->s->kiosks.items;
    size_t count = all->s->kiosks.count;
    struct names kiosks = {.size = 0};
    bool ok = names_make(&kiosks, k, count, sizeof *k, offsetof(struct seed_kiosk, id)) ||
              wrong(e, name, 0, "out of memory%s", "");
    for (size_t i = 0; ok && i < count; i++) {
        if (find_place(all, all->s->places.count, k[i].place.s) == NULL) {
            ok = wrong(e, name, k[i].line, "unknown place '%s'", k[i].place.s);
        } else if ((size_t)names_find(&kiosks, k[i].id.s) != i) {
            ok = wrong(e, name, k[i].line, "kiosk '%s' stands twice", k[i].id.s);
        }
    }
    names_finish(&kiosks);
    return ok;
}

static bool check_users(const char *name, const struct checked *all, struct config_error *e)
{
    const struct seed_user *u = all->s->users.items;
    for (size_t i = 0; i < all->s->users.count; i++) {
        if (find_place(all, all->s->places.count, u[i].place.s) == NULL) {
            return wrong(e, name, u[i].line, "unknown place '%s'", u[i].place.s);
        }
    }
    return true;
}

bool seed_check(const char *name, const struct seed *s, struct config_error *e)
{
    struct checked all = {.s = s};
    bool ok = (names_make(&all.places, s->places.items, s->places.count, sizeof(struct seed_place),
                          offsetof(struct seed_place, id)) ||
               wrong(e, name, 0, "out of memory%s", "")) &&
              check_places(name, &all, e) && check_calendars(name, &all, e) && check_standards(name, &all, e) &&
              check_kiosks(name, &all, e) && check_users(name, &all, e) &&
              channels_check(name, &s->channels, true, e) && mailings_check(name, &s->mailings, NULL, e);
    names_finish(&all.places);
    return ok;
}

bool settings_check(const char *name, const struct settings *s, struct config_error *e)
{
    const char *url = s->http.public_url;
    if (url[0] != '\0' && ((strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0) ||
                           strpbrk(url, " \t\r\n\"<>") != NULL)) {
        snprintf(e->text, sizeof e->text, "%s: http.public_url is https://HOST or http://HOST", name);
        return false;
    }
    return channels_check(name, &s->channels, false, e) && mailings_check(name, &s->mailings, &s->channels, e) &&
           seed_check(name, &s->seed, e);
}
