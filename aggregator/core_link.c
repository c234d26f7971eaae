// core: the link to the broker: what is said of us, and what is asked for at each connect.
#include "aggregator/core_impl.h"

#include "shared/log.h"

#include <stdlib.h>
#include <string.h>

static const char shard_name[] = "all"; // one aggregator owns every shard

static char *shard_payload(const struct core *c, bool ready, size_t *ret_n)
{
    struct shard_message m = {.ready = ready, .now = clock_wall_ms()};
    memcpy(m.run, c->run, sizeof m.run);
    return shard_encode(&m, ret_n);
}

void core_publish_shard(struct core *c, bool ready)
{
    char topic[PROTOCOL_TOPIC_MAX];
    size_t n;
    char *payload = shard_payload(c, ready, &n);
    topic_shard(shard_name, topic);
    if (payload != NULL) {
        link_publish(c->link, topic, payload, n, 1, true);
    }
    free(payload);
}

static void on_connected(void *ctx, struct link *l)
{
    static const char *const filters[] = {"puas/1/events/+/+/+", "puas/1/press/+/+", "puas/1/kiosk/+/state",
                                          "puas/1/kiosk/+/health", "puas/1/kiosk/+/reply"};
    struct core *c = ctx;
    atomic_store(&c->broker, true);
    log_event(LOG_INFO, "broker_connected", "host=%s port=%d", c->o.settings->broker.host,
              (int)c->o.settings->broker.port);
    // First: the births that come with the subscriptions are answered under this run.
    core_publish_shard(c, !guard_holds(&c->guard));
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        link_subscribe(l, filters[i], 1);
    }
    core_control_connected(c);
    const struct presence_log told = core_told(c);
    presence_broker(&told, !guard_holds(&c->guard), c->now);
    core_publish_open_alerts(c);
    core_publish_configs(c, true);
    core_all_signs_due(c);
}

static void on_disconnected(void *ctx, struct link *l, const char *why)
{
    (void)l;
    struct core *c = ctx;
    atomic_store(&c->broker, false);
    log_event(LOG_WARN, "broker_lost", "host=%s port=%d why=%Q", c->o.settings->broker.host,
              (int)c->o.settings->broker.port, why);
    const struct presence_log told = core_told(c);
    presence_broker(&told, false, c->now);
}

static void on_message(void *ctx, struct link *l, const char *topic, const void *payload, size_t n,
                       bool retained)
{
    (void)l;
    if (!core_on_control(ctx, topic, payload, n)) {
        core_on_message(ctx, topic, payload, n, retained);
    }
}

bool core_open_link(struct core *c)
{
    static const struct link_ops ops = {on_connected, on_disconnected, on_message};
    const struct settings *s = c->o.settings;
    char topic[PROTOCOL_TOPIC_MAX];
    size_t n;
    char *will = shard_payload(c, false, &n);
    topic_shard(shard_name, topic);
    struct link_options o = {
        .host = s->broker.host,
        .port = (int)s->broker.port,
        .client_id = "puas-aggregator-all",
        .user = s->broker.user[0] != '\0' ? s->broker.user : NULL,
        .password = c->o.broker_password,
        .ca_file = s->broker.ca_file[0] != '\0' ? s->broker.ca_file : NULL,
        .keepalive_s = 15,
        .backoff_min_ms = (int)s->times.backoff_min_ms,
        .backoff_max_ms = (int)s->times.backoff_max_ms,
        .steady_ms = (int)s->times.steady_ms,
        .will_topic = topic,
        .will_payload = will,
        .will_bytes = will != NULL ? n : 0,
        .will_retain = true,
        .will_qos = 1,
    };
    c->link = will != NULL ? link_create(&o, &ops, c) : NULL;
    free(will);
    return c->link != NULL;
}
