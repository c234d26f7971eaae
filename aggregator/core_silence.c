// core: silences (silence.h): set, ended by hand, over by themselves. Whenever one begins or ends, open alerts are published
// anew: signs lose or get them back.
#include "aggregator/core_impl.h"

#include "aggregator/store_people.h"
#include "shared/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS INT64_C(60000)

static bool under(void *ctx, int32_t place, int32_t above)
{
    const struct core *c = ctx;
    return place <= c->org.place_count && org_under(&c->org, place, above);
}

bool core_is_silent(struct core *c, int32_t rule, int32_t place, int32_t kiosk)
{
    return silences_cover(&c->silences, rule, place, kiosk, c->now, under, c);
}

static bool load(void *ctx, const struct silence *s)
{
    struct core *c = ctx;
    return silences_add(&c->silences, s);
}

bool core_start_silences(struct core *c, char *ret_why, size_t n)
{
    bool ok = store_each_silence(c->store, c->now, load, c);
    if (!ok) {
        snprintf(ret_why, n, "silences cannot be read: %s", store_why(c->store));
    }
    return ok;
}

static bool tell(void *ctx, const struct store_alert *a)
{
    return core_tell_after_silence(ctx, a);
}

// Pages look again, signs are told what they may know. False: the store failed (noted).
static bool changed(struct core *c, int32_t place)
{
    for (int32_t i = 1; i <= c->org.place_count; i++) {
        if (place == 0 || org_under(&c->org, i, place)) {
            core_touch(c, i);
        }
    }
    core_all_signs_due(c);
    return core_publish_open_alerts(c);
}

// The same, and channels hear of what is open and was silent.
static bool ended(struct core *c)
{
    return (core_writes(c) && store_each_open_alert(c->store, tell, c) && changed(c, 0)) || core_fail(c);
}

static enum command_result refuse(struct command *cmd, const char *why)
{
    cmd->reply = strdup(why);
    return COMMAND_BAD;
}

enum command_result core_silence(struct core *c, struct command *cmd)
{
    const struct org_place *p = org_place(&c->org, cmd->alert);
    const struct org_kiosk *k = cmd->by[0] != '\0' ? org_kiosk(&c->org, cmd->by) : NULL;
    int32_t rule = 0;
    for (int i = 0; i < c->org.rule_count; i++) {
        rule = strcmp(c->org.rules[i].id.s, cmd->subject) == 0 ? c->org.rules[i].rule : rule;
    }
    if (p == NULL) {
        return COMMAND_UNKNOWN;
    }
    if (cmd->subject[0] != '\0' && rule == 0) {
        return refuse(cmd, "There is no such standard. Without one, every alert of the place is silenced.");
    }
    if (cmd->by[0] != '\0' && (k == NULL || k->place == 0 || !org_under(&c->org, k->place, p->number))) {
        return refuse(cmd, "There is no such kiosk at this place.");
    }
    struct silence s = {.place = p->number,
                        .rule = rule,
                        .kiosk = k != NULL ? k->number : 0,
                        .until = c->now + cmd->minutes * MINUTE_MS};
    if (!store_put_silence(c->store, &s, cmd->who, cmd->text, c->now, &s.id) ||
        !silences_add(&c->silences, &s)) {
        return COMMAND_UNAVAILABLE;
    }
    log_event(LOG_INFO, "silence", "id=%lld place=%s rule=%s kiosk=%s minutes=%d by=%s", (long long)s.id,
              cmd->alert, cmd->subject, cmd->by, cmd->minutes, cmd->who);
    return changed(c, s.place) ? COMMAND_DONE : COMMAND_UNAVAILABLE;
}

enum command_result core_end_silence(struct core *c, struct command *cmd)
{
    int64_t id = strtoll(cmd->alert, NULL, 10);
    if (!silences_end(&c->silences, id)) {
        return COMMAND_UNKNOWN;
    }
    if (!store_end_silence(c->store, id, cmd->who, c->now)) {
        return COMMAND_UNAVAILABLE;
    }
    log_event(LOG_INFO, "silence_ended", "id=%lld by=%s", (long long)id, cmd->who);
    return ended(c) ? COMMAND_DONE : COMMAND_UNAVAILABLE;
}

void core_tick_silences(struct core *c)
{
    if (silences_expire(&c->silences, c->now)) {
        (void)ended(c); // noted
    }
}
