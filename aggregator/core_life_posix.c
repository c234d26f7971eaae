// core: its start, from the settings and what is stored, and its end.
#include "aggregator/core_impl.h"

#include "aggregator/apply.h"
#include "shared/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SLOW_FIRST_MS = 3600000,
    TRIM_FIRST_MS = 5000,
    COMPACT_FIRST_MS = 60000,
    RETAIN_FIRST_MS = 1000,
    GOODBYE_MS = 2000
};

static bool draw_run(struct core *c)
{
    uint8_t run[EPOCH_BYTES];
    if (!clock_random(run, sizeof run)) {
        return false;
    }
    ident_hex(run, sizeof run, c->run);
    return true;
}

static bool open_store(struct core *c, char *ret_why, size_t n, bool *ret_retry)
{
    char path[500], why[600];
    snprintf(path, sizeof path, "%s/puas.db", c->o.settings->data);
    if (access(c->o.settings->data, W_OK | X_OK) != 0) {
        snprintf(ret_why, n, "%s: %s; make the folder, or name another by 'data'", c->o.settings->data,
                 strerror(errno));
        return false;
    }
    enum store_error e = store_open(path, &c->store, why, sizeof why);
    static const char *const advice[] = {
        [STORE_OK] = "",
        [STORE_CANNOT_OPEN] = "check the rights of the data folder",
        [STORE_FULL] = "the disk is full: free some space",
        [STORE_DAMAGED] =
            "puasctl restore BACKUP puts the last backup in its place; the kiosks send again what it lacks",
        [STORE_NEWER] = "update the program",
        [STORE_LOCKED] = "stop the other one first",
        [STORE_FAILED] = "check the disk"};
    if (e != STORE_OK) {
        snprintf(ret_why, n, "%s: %s; %s", path, why, advice[e]);
        *ret_retry = e == STORE_FULL || e == STORE_FAILED;
        return false;
    }
    return true;
}

// The key for contact data. A store that knows another one holds what this one cannot open.
static bool open_contacts(struct core *c, char *ret_why, size_t n)
{
    char known[CONTACT_KEY_TEXT] = "";
    if (!contact_key_public(c->o.settings->data, true, c->contact_key, ret_why, n)) {
        return false;
    }
    if (!store_setting(c->store, "contact_key", known, sizeof known) ||
        (strcmp(known, c->contact_key) != 0 && !store_set_setting(c->store, "contact_key", c->contact_key))) {
        snprintf(ret_why, n, "%s", store_why(c->store));
        return false;
    }
    if (known[0] != '\0' && strcmp(known, c->contact_key) != 0) {
        log_event(LOG_WARN, "contact_key_changed", "was=%s", known);
    }
    return true;
}

static bool seed_store(struct core *c, char *ret_why, size_t n)
{
    bool empty;
    if (!store_is_empty(c->store, &empty)) {
        snprintf(ret_why, n, "%s", store_why(c->store));
        return false;
    }
    if (!empty || c->o.settings->seed.places.count == 0) {
        return true;
    }
    struct org none = {.place_count = 0};
    struct apply_report report = {.text = NULL};
    bool ok = store_begin(c->store) &&
              apply_seed(c->store, &none, &c->o.settings->seed, c->now, "seed", true, &report, ret_why, n) &&
              store_commit(c->store);
    free(report.text);
    if (ok) {
        log_event(LOG_INFO, "store_seeded", "places=%zu kiosks=%zu standards=%zu",
                  c->o.settings->seed.places.count, c->o.settings->seed.kiosks.count,
                  c->o.settings->seed.standards.count);
    } else if (store_error(c->store) != STORE_OK) {
        snprintf(ret_why, n, "%s", store_why(c->store));
    }
    return ok;
}

struct core *core_create(const struct core_options *o, char *ret_why, size_t n, bool *ret_retry)
{
    *ret_retry = false;
    struct core *c = calloc(1, sizeof *c);
    if (c == NULL) {
        snprintf(ret_why, n, "out of memory");
        return NULL;
    }
    c->o = *o;
    c->now = clock_wall_ms();
    c->empty_log_at = 0; // what an earlier run has deleted may stand there still
    snprintf(ret_why, n, "out of memory or descriptors");
    c->mail = mailbox_create(sizeof(struct command *), COMMANDS_MAX);
    c->engine = engine_create();
    bool ok = c->mail != NULL && c->engine != NULL && draw_run(c) && open_store(c, ret_why, n, ret_retry) &&
              core_start_guard(c, ret_why, n) && open_contacts(c, ret_why, n) && seed_store(c, ret_why, n) &&
              org_load(&c->org, c->store, ret_why, n) && core_read_channels(c, ret_why, n) && core_start_rollups(c, ret_why, n) &&
              core_start_erasures(c, ret_why, n) && core_start_silences(c, ret_why, n) && core_start_retention(c, ret_why, n) &&
              core_start_imports(c, ret_why, n) && core_restore_engine(c, ret_why, n) &&
              judge_init(&c->judge, c->store);
    if (ok && !core_open_link(c)) {
        snprintf(ret_why, n, "the MQTT settings are unusable: check broker.host, port, ca_file");
        ok = false;
    }
    if (!ok) {
        core_destroy(c);
        return NULL;
    }
    c->slow_at = clock_mono_ms() + SLOW_FIRST_MS;
    c->trim_at = clock_mono_ms() + TRIM_FIRST_MS;
    c->judge_batch = JUDGE_BATCH;
    c->compact_at = clock_mono_ms() + COMPACT_FIRST_MS;
    c->retain_at = clock_mono_ms() + RETAIN_FIRST_MS;
    core_end_turn(c, true); // what the time since the last run has made of the alerts
    log_event(LOG_INFO, "core_ready", "run=%s places=%d kiosks=%d rules=%d events=%lld", c->run,
              (int)c->org.place_count, (int)c->org.kiosk_count, c->org.rule_count,
              (long long)store_last_event(c->store));
    return c;
}

void core_destroy(struct core *c)
{
    if (c == NULL) {
        return;
    }
    if (c->mail != NULL) {
        core_refuse_commands(c); // also when it never ran
    }
    if (c->link != NULL) {
        core_publish_shard(c, false);
        link_close(c->link, GOODBYE_MS);
    }
    for (size_t i = 0; i < c->publish_count; i++) {
        free(c->publishes[i].payload);
    }
    for (int i = 0; i < CORE_ORDERS_MAX; i++) {
        core_order_finish(&c->orders[i]);
    }
    link_destroy(c->link);
    mailbox_destroy(c->mail);
    keeper_destroy(c->keeper);
    judge_finish(&c->judge);
    engine_destroy(c->engine);
    channel_set_finish(&c->set);
    epochs_finish(&c->epochs);
    org_finish(&c->org);
    store_close(c->store);
    free(c->erasures);
    silences_finish(&c->silences);
    events_message_finish(&c->message);
    free(c->syncs);
    free(c->publishes);
    free(c);
}
