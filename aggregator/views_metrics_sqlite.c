// views: what of the store is told to a monitoring system: how many, never of whom.
#include "aggregator/store_outgoing.h"
#include "aggregator/views_impl.h"

#include <string.h>

static int kind_of(const char *name)
{
    int i = 0;
    while (i < VIEWS_ALERT_KINDS &&
           (name == NULL || strcmp(name, engine_kind_name((enum engine_rule_kind)i)) != 0)) {
        i++;
    }
    return i;
}

static int state_of(const char *name)
{
    int i = 0;
    while (i < VIEWS_ALERT_STATES &&
           (name == NULL || strcmp(name, engine_state_name((enum engine_state)i)) != 0)) {
        i++;
    }
    return i;
}

enum views_error views_metrics(struct views *v, wall_ms now, struct views_metrics *ret)
{
    struct views_metrics m = {.places = 0};
    if (views_begin(v)) {
        sqlite3_stmt *s = store_bind(v->st,
                                     "SELECT state, count(*), sum(unacknowledged), sum(state IN (1, 2) AND "
                                     "heard_at < ?1) FROM kiosk WHERE known"
                                     " GROUP BY state",
                                     "i", now - v->o.offline_ms);
        while (views_row(v, s)) {
            int state = sqlite3_column_int(s, 0);
            if (state >= 0 && state < VIEWS_KIOSK_STATES) {
                m.kiosks[state] = sqlite3_column_int64(s, 1);
            }
            m.held += sqlite3_column_int64(s, 2);
            m.unheard += sqlite3_column_int64(s, 3);
        }
        s = store_bind(
            v->st,
            "SELECT r.body ->> '$.kind', a.state, count(*) FROM alert a JOIN rule r ON r.rule_id = a.rule_id"
            " AND r.version = a.rule_version WHERE a.closed IS NULL GROUP BY 1, 2",
            "");
        while (views_row(v, s)) {
            int kind = kind_of((const char *)sqlite3_column_text(s, 0));
            int state = state_of((const char *)sqlite3_column_text(s, 1));
            if (kind < VIEWS_ALERT_KINDS && state < VIEWS_ALERT_STATES) {
                m.alerts[kind][state] += sqlite3_column_int64(s, 2);
            }
        }
        s = store_bind(v->st, "SELECT count(*) FROM place", "");
        if (views_row(v, s)) {
            m.places = sqlite3_column_int64(s, 0);
        }
        struct outgoing_counts c = {.waiting = 0};
        v->failed = v->failed || !store_outgoing_counts(v->st, "", now, &c);
        m.notices_waiting = c.waiting;
        m.notices_sent = c.sent;
        m.notices_dead = c.dead;
    }
    enum views_error e = views_end(v, VIEWS_OK);
    if (e == VIEWS_OK) {
        *ret = m;
    }
    return e;
}
