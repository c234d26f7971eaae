// uplink: what it says of the kiosk: births, the will, health.
#include "kiosk/uplink_impl.h"

#include <stdlib.h>
#include <string.h>

enum { SESSION_SHIFT = 24 };

int uplink_shown_runs(const struct uplink *u, const char **ret)
{
    int n = 0;
    for (int i = SHARDS - 1; i >= 0 && n < OUTBOX_RUNS_MAX; i--) {
        if (u->shards[i].ready) {
            ret[n++] = u->shards[i].run;
        }
    }
    return n;
}

int64_t uplink_next_session(const struct uplink *u)
{
    return (u->o.boot << SESSION_SHIFT) + u->connects + 1;
}

static struct state_message state_of(const struct uplink *u, enum kiosk_state state, int64_t session)
{
    struct state_message m = {.state = state,
                              .session = session,
                              .boot = u->o.boot,
                              .survey = u->o.survey,
                              .survey_version = u->o.survey_version};
    memcpy(m.epoch, u->o.epoch, EPOCH_BYTES);
    memcpy(m.software, u->o.software, sizeof m.software);
    return m;
}

char *uplink_will(const struct uplink *u, char *topic, size_t *ret_n)
{
    struct state_message m = state_of(u, KIOSK_LOST, uplink_next_session(u));
    topic_kiosk(u->o.kiosk.s, TOPIC_STATE, topic);
    return state_encode(&m, ret_n);
}

bool uplink_say_state(struct uplink *u, enum kiosk_state state)
{
    char topic[PROTOCOL_TOPIC_MAX];
    struct held_epoch held[PROTOCOL_EPOCHS_MAX];
    const char *runs[OUTBOX_RUNS_MAX];
    struct state_message m = state_of(u, state, uplink_next_session(u) - 1);
    int unsynced;
    m.held = held;
    if (!u->port.held(u->ctx, runs, uplink_shown_runs(u, runs), held, &m.held_count, &unsynced)) {
        return false;
    }
    // The shards of older epochs matter too while those hold rows.
    for (int i = 0; i < m.held_count; i++) {
        struct shard *s = &u->shards[ident_shard(held[i].branch.s)];
        if (!s->followed) {
            char filter[PROTOCOL_TOPIC_MAX], name[3];
            uint8_t number = (uint8_t)ident_shard(held[i].branch.s);
            ident_hex(&number, 1, name);
            topic_shard(name, filter);
            s->followed = u->port.subscribe(u->ctx, filter, 1);
        }
    }
    size_t n;
    char *text = state_encode(&m, &n);
    topic_kiosk(u->o.kiosk.s, TOPIC_STATE, topic);
    bool ok = text != NULL && u->port.publish(u->ctx, topic, text, n, 1, true);
    free(text);
    return ok;
}

bool uplink_say_health(struct uplink *u, mono_ms now, wall_ms wall)
{
    char topic[PROTOCOL_TOPIC_MAX];
    struct outbox_counts counts;
    struct health_message m = {
        .sent = wall, .session = uplink_next_session(u) - 1, .boot = u->o.boot, .up = now};
    if (!u->port.health(u->ctx, &counts, &m)) {
        return false;
    }
    m.epochs = counts.epochs;
    m.epoch_count = counts.epoch_count;
    size_t n;
    char *text = health_encode(&m, &n);
    topic_kiosk(u->o.kiosk.s, TOPIC_HEALTH, topic);
    bool ok = text != NULL && u->port.publish(u->ctx, topic, text, n, 1, false);
    free(text);
    return ok;
}

void uplink_goodbye(struct uplink *u, mono_ms now, wall_ms wall)
{
    if (u->connected) {
        uplink_say_health(u, now, wall);
        uplink_say_state(u, KIOSK_DISCONNECTED);
    }
}
