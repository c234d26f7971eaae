// http: /metrics for Prometheus, /healthz and /readyz. No path here waits for the core.
#include "aggregator/engine.h"
#include "aggregator/http_impl.h"
#include "aggregator/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_S = 2, TOKEN_LEAST = 16 };

// ---------------------------------------------------------------- who may read them

bool metrics_read_token(struct http_api *a, const char *path, char *ret_why, size_t n)
{
    if (path[0] == '\0') {
        return true;
    }
    FILE *f = fopen(path, "re");
    bool ok = f != NULL && fgets(a->metrics_token, sizeof a->metrics_token, f) != NULL;
    if (f != NULL) {
        fclose(f);
    }
    a->metrics_token[strcspn(a->metrics_token, "\r\n")] = '\0';
    if (!ok) {
        snprintf(ret_why, n, "http.metrics_token_file %s cannot be read, or is empty", path);
    } else if (strlen(a->metrics_token) < TOKEN_LEAST || strlen(a->metrics_token) > HTTP_METRICS_TOKEN_MAX) {
        snprintf(ret_why, n,
                 "the first line of http.metrics_token_file %s must be a token of 16 to 200 bytes: openssl "
                 "rand -hex 32",
                 path);
        ok = false;
    }
    return ok;
}

static bool is_this_machine(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 ||
           strncmp(address, "::ffff:127.", 11) == 0;
}

static bool may_read(struct api_call *c)
{
    const char *token = c->a->metrics_token;
    if (token[0] == '\0') {
        if (is_this_machine(c->q->address) && !c->q->forwarded) {
            return true;
        }
        answer_problem(c->r, 403, "Metrics are for this machine only",
                       "Set http.metrics_token_file to read them from elsewhere.", "");
    } else {
        if (login_is_bearer(c->q, token)) {
            return true;
        }
        answer_problem(c->r, 401, "The token for metrics is wrong",
                       "It is the first line of http.metrics_token_file.", "");
    }
    return false;
}

// ---------------------------------------------------------------- what they say

static void put(FILE *f, const char *name, enum metrics_kind kind, const char *help, int64_t value)
{
    metrics_family(f, name, kind, help);
    metrics_value(f, name, NULL, NULL, value);
}

static void put_core(FILE *f, struct core *core)
{
    const struct meter *m = core_meter(core);
    int64_t commits[METER_BOUNDS + 1];
    static const char answers[] = "puas_answers_stored_total";
    metrics_family(f, answers, METRICS_COUNTER, "Answers of kiosks that were stored, by type.");
    for (int i = 0; i < EVENT_UNKNOWN; i++) {
        metrics_value(f, answers, "type", event_type_name((enum event_type)i), atomic_load(&m->answers[i]));
    }
    put(f, "puas_answers_duplicate_total", METRICS_COUNTER,
        "Answers that came again and were only acknowledged again.", atomic_load(&m->duplicates));
    put(f, "puas_quarantined_total", METRICS_COUNTER,
        "Messages and answers that could not be used and were put aside.", atomic_load(&m->quarantined));
    for (int i = 0; i <= METER_BOUNDS; i++) {
        commits[i] = atomic_load(&m->commits[i]);
    }
    metrics_histogram(f, "puas_commit_duration_seconds", "What a COMMIT of the store took.", meter_bounds_us,
                      commits, METER_BOUNDS, atomic_load(&m->commits_us));
    put(f, "puas_broker_messages_unsent", METRICS_GAUGE, "Messages that the broker has not taken yet.",
        atomic_load(&m->unsent));
}

static void put_status(FILE *f, const struct core_status *s)
{
    const struct backup_note *b = &s->keeper.backup;
    put(f, "puas_broker_connected", METRICS_GAUGE, "1 while the broker is connected.", s->broker);
    put(f, "puas_answers_unjudged", METRICS_GAUGE, "Answers that verdicts have not been given on yet, about.",
        s->to_judge);
    put(f, "puas_places_unbuilt", METRICS_GAUGE, "Places whose counts by day are being built.",
        s->rollups_left);
    put(f, "puas_store_log_bytes", METRICS_GAUGE, "Size of the write-ahead log.", s->log_bytes);
    put(f, "puas_disk_free_bytes", METRICS_GAUGE, "Free room on the disk of the data folder.", s->disk_free);
    put(f, "puas_store_damaged", METRICS_GAUGE, "1 when a check has found the store damaged.",
        s->keeper.check == KEEPER_DAMAGED);
    put(f, "puas_backup_overdue", METRICS_GAUGE, "1 when by the schedule a backup should be there.",
        s->keeper.overdue);
    metrics_family(f, "puas_backup_last_failed", METRICS_GAUGE,
                   "1 when the newest try of a backup has failed.");
    metrics_value(f, "puas_backup_last_failed", NULL, NULL, b->failed_at > b->at);
    if (b->at > 0) { // without one there is no age
        metrics_family(f, "puas_backup_age_seconds", METRICS_GAUGE,
                       "Age of the last good backup; absent without one.");
        int64_t age = clock_wall_ms() - b->at;
        metrics_seconds(f, "puas_backup_age_seconds", age > 0 ? age : 0);
        put(f, "puas_backup_size_bytes", METRICS_GAUGE, "Size of the last good backup.", b->bytes);
    }
}

static void put_views(FILE *f, const struct views_metrics *m)
{
    put(f, "puas_places", METRICS_GAUGE, "Places.", m->places);
    metrics_family(f, "puas_kiosks", METRICS_GAUGE, "Registered kiosks, by their last word.");
    for (int i = 0; i < VIEWS_KIOSK_STATES; i++) {
        metrics_value(f, "puas_kiosks", "state", kiosk_state_name((enum kiosk_state)i), m->kiosks[i]);
    }
    put(f, "puas_kiosks_unheard", METRICS_GAUGE,
        "Registered kiosks that are ready or sleeping by their last word, which is older than times.offline.",
        m->unheard);
    put(f, "puas_kiosk_answers_held", METRICS_GAUGE, "Answers that kiosks still held when they spoke last.",
        m->held);
    put(f, "puas_notifications_waiting", METRICS_GAUGE, "Messages of channels that wait to be sent.",
        m->notices_waiting);
    metrics_family(f, "puas_notifications_day", METRICS_GAUGE,
                   "Messages of channels that were settled in the last 24 hours.");
    metrics_value(f, "puas_notifications_day", "state", "sent", m->notices_sent);
    metrics_value(f, "puas_notifications_day", "state", "dead", m->notices_dead);
    metrics_family(f, "puas_alerts_open", METRICS_GAUGE, "Open alerts, by kind of rule and state.");
    for (int kind = 0; kind < VIEWS_ALERT_KINDS; kind++) {
        for (int state = ENGINE_FIRING; state < VIEWS_ALERT_STATES; state++) {
            if (state != ENGINE_RESOLVED) { // is closed
                metrics_value2(f, "puas_alerts_open", "kind", engine_kind_name((enum engine_rule_kind)kind),
                               "state", engine_state_name((enum engine_state)state), m->alerts[kind][state]);
            }
        }
    }
}

static void put_http(FILE *f, struct http_api *a)
{
    static const char name[] = "puas_http_requests_total";
    char status[12];
    put(f, "puas_pages_live", METRICS_GAUGE, "Open event streams.", hub_count(a->hub));
    metrics_family(f, name, METRICS_COUNTER, "Answered HTTP requests, by status.");
    for (int i = 0; i < HTTP_STATUSES; i++) {
        int64_t n = atomic_load(&a->answered[i]);
        if (n > 0) {
            snprintf(status, sizeof status, "%d", HTTP_STATUS_LEAST + i);
            metrics_value(f, name, "status", status, n);
        }
    }
    metrics_family(f, "puas_uptime_seconds", METRICS_GAUGE,
                   "Since pages and store were built, at the start or after the store failed.");
    metrics_seconds(f, "puas_uptime_seconds", clock_mono_ms() - a->started);
}

void api_metrics(struct api_call *c)
{
    if (!may_read(c)) {
        return;
    }
    struct core *core = atomic_load(&c->a->core);
    struct core_status s;
    struct views_metrics m;
    char *text = NULL;
    size_t n = 0;
    struct views *v = api_views(c->a);
    bool read = v != NULL && views_metrics(v, clock_wall_ms(), &m) == VIEWS_OK;
    api_views_back(c->a, v);
    FILE *f = open_memstream(&text, &n);
    if (f == NULL) {
        answer_problem(c->r, 503, "Out of memory", "", "");
        return;
    }
    metrics_family(f, "puas_build_info", METRICS_GAUGE, "1, with the version.");
    metrics_value(f, "puas_build_info", "version", c->a->o.version, 1);
    put(f, "puas_ready", METRICS_GAUGE, "1 while /readyz answers 200.", api_unready(c->a) == NULL);
    put(f, "puas_store_readable", METRICS_GAUGE,
        "1 when the store could be read for this answer; else what it tells is absent.", read);
    if (core != NULL) {
        core_status(core, &s);
        put_status(f, &s);
        put_core(f, core);
    }
    if (read) {
        put_views(f, &m);
    }
    put_http(f, c->a);
    bool ok = fclose(f) == 0;
    if (!ok) {
        free(text);
        text = NULL;
    }
    answer_json(c->r, text);
    c->r->type = text != NULL ? METRICS_TYPE : NULL;
}

// ---------------------------------------------------------------- does it live, may it be used

void api_health(struct api_call *c)
{
    answer_plain(c->r, 200, "ok\n");
}

const char *api_unready(struct http_api *a)
{
    struct core *core = atomic_load(&a->core);
    struct core_status s;
    if (core == NULL) {
        return "the core is not running\n";
    }
    core_status(core, &s);
    if (core_holds(core)) {
        return strcmp(s.notice, "damaged") == 0 ? "paused: the store is damaged: see puasctl status\n"
                                                : "paused: no room on the disk: see puasctl status\n";
    }
    return s.broker ? NULL : "the broker is not connected\n";
}

void api_ready(struct api_call *c)
{
    const char *why = api_unready(c->a);
    answer_plain(c->r, why == NULL ? 200 : 503, why == NULL ? "ready\n" : why);
    c->r->retry_after_s = why == NULL ? 0 : RETRY_S;
}
