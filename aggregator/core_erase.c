// core: erasure: what a visit has said is taken out of the store and off its kiosk. First into the log beside the
// database (erasures.h), then into the turn's transaction; the kiosk is told after the commit, and again after every
// birth until it says that it is done.
#include "aggregator/core_impl.h"

#include "aggregator/erasures.h"
#include "aggregator/store_erase.h"
#include "aggregator/store_import.h"
#include "aggregator/store_phone.h"
#include "shared/log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------- telling kiosks

// The order's name says which erasure it is, so that the reply finds it after a restart too.
static void order_id(const struct store_erasure *e, char ret[IDENT_MAX + 1])
{
    char hex[EPOCH_HEX + 1];
    ident_hex(e->epoch, EPOCH_BYTES, hex);
    snprintf(ret, IDENT_MAX + 1, "%s-%.8s-%lld", e->score ? "score" : "words", hex, (long long)e->visit);
}

static bool remember(void *ctx, const struct store_erasure *e)
{
    struct core *c = ctx;
    for (size_t i = 0; i < c->erasure_count; i++) {
        struct core_erasure *known = &c->erasures[i];
        if (known->e.epoch_id == e->epoch_id && known->e.visit == e->visit) {
            *known = (struct core_erasure){*e, true};
            return true;
        }
    }
    if (c->erasure_count == c->erasure_room) {
        size_t room = c->erasure_room == 0 ? 8 : c->erasure_room * 2;
        struct core_erasure *grown = realloc(c->erasures, room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        c->erasures = grown;
        c->erasure_room = room;
    }
    c->erasures[c->erasure_count++] = (struct core_erasure){*e, true};
    return true;
}

void core_erase_again(struct core *c, int32_t kiosk)
{
    for (size_t i = 0; i < c->erasure_count; i++) {
        c->erasures[i].due = c->erasures[i].due || c->erasures[i].e.kiosk == kiosk;
    }
}

void core_send_erasures(struct core *c)
{
    for (size_t i = 0; i < c->erasure_count && link_connected(c->link); i++) {
        struct core_erasure *r = &c->erasures[i];
        struct command_message m = {.order = ORDER_ERASE, .visit = r->e.visit, .score = r->e.score};
        char topic[PROTOCOL_TOPIC_MAX];
        size_t n;
        if (!r->due) {
            continue;
        }
        r->due = false;
        order_id(&r->e, m.id);
        memcpy(m.epoch, r->e.epoch, EPOCH_BYTES);
        char *text = command_encode(&m, &n);
        topic_kiosk(c->org.kiosks[r->e.kiosk].id.s, TOPIC_COMMAND, topic);
        if (text != NULL) {
            link_publish(c->link, topic, text, n, 1, false); // lost: the next birth has it sent again
        }
        free(text);
    }
}

bool core_erase_replied(struct core *c, const char *kiosk, const struct reply_message *m)
{
    char id[IDENT_MAX + 1];
    for (size_t i = 0; i < c->erasure_count; i++) {
        struct core_erasure *r = &c->erasures[i];
        order_id(&r->e, id);
        if (strcmp(id, m->id) != 0 || strcmp(c->org.kiosks[r->e.kiosk].id.s, kiosk) != 0) {
            continue;
        }
        log_event(m->ok ? LOG_INFO : LOG_ERROR, "kiosk_erased", "kiosk=%s visit=%lld ok=%d rows=%lld why=%Q",
                  kiosk, (long long)r->e.visit, (int)m->ok, (long long)m->rows, m->ok ? "" : m->why);
        if (m->ok) {
            if (!core_writes(c) || !store_erasure_told(c->store, &r->e, c->now)) {
                core_fail(c);
            }
            c->empty_log_at = clock_mono_ms();
            *r = c->erasures[--c->erasure_count];
        }
        return true;
    }
    return false;
}

// ---------------------------------------------------------------- erasing

// Within a transaction. *ret_answers: how many answers there were to take words out of.
static bool erase(struct core *c, struct org_kiosk *k, const struct erasure *e, int *ret_answers)
{
    struct epoch *ep;
    struct store_erasure row = {.kiosk = k->number, .visit = e->visit, .score = e->score};
    memcpy(row.epoch, e->epoch, EPOCH_BYTES);
    if (!epochs_get(&c->epochs, c->store, k->number, e->epoch, c->now, true, &ep)) {
        return false;
    }
    row.epoch_id = ep->epoch_id;
    bool was, score;
    if (!store_erased(c->store, ep->epoch_id, e->visit, &was, &score) ||
        !store_erase_visit(c->store, &row, e->at, ret_answers)) {
        return false;
    }
    ep->erased = true;
    bool import, phones;
    if (was && (score || !e->score)) {
        return true;
    }
    if (!store_is_import(c->store, ep->epoch_id, &import) || !store_is_phones(c->store, k->number, &phones)) {
        return false;
    }
    // No kiosk holds what was imported, or came from a customer's own phone.
    return import || phones ? store_erasure_told(c->store, &row, e->at) : remember(c, &row);
}

static enum command_result refuse(struct command *cmd, const char *why)
{
    cmd->reply = strdup(why);
    return COMMAND_BAD;
}

enum command_result core_erase(struct core *c, struct command *cmd)
{
    struct org_kiosk *k = org_kiosk(&c->org, cmd->alert);
    struct erasure e = {.score = cmd->score_too, .at = c->now};
    struct epoch *ep = NULL;
    char why[700], hex[EPOCH_HEX + 1];
    int answers;
    if (k == NULL) {
        return COMMAND_UNKNOWN;
    }
    e.kiosk = k->id;
    memcpy(e.epoch, cmd->epoch, EPOCH_BYTES);
    if (!epochs_get(&c->epochs, c->store, k->number, e.epoch, c->now, false, &ep)) {
        return COMMAND_UNAVAILABLE;
    }
    if (ep == NULL) {
        return COMMAND_UNKNOWN; // a mistyped one would be erased for ever
    }
    if (!store_visit_of(c->store, ep->epoch_id, cmd->seq, &e.visit)) {
        return COMMAND_UNAVAILABLE;
    }
    if (!erasures_append(c->o.settings->data, &e, why, sizeof why)) {
        return refuse(cmd, why);
    }
    if (!erase(c, k, &e, &answers)) {
        return COMMAND_UNAVAILABLE;
    }
    ident_hex(e.epoch, EPOCH_BYTES, hex);
    log_event(LOG_INFO, "erased", "kiosk=%s visit=%lld score=%d answers=%d", k->id.s, (long long)e.visit,
              (int)e.score, answers);
    core_touch(c, k->place);
    c->empty_log_at = clock_mono_ms();
    snprintf(cmd->text, sizeof cmd->text, "%s/%lld %s, by %.64s", hex, (long long)e.visit,
             e.score ? "with its score" : "words", cmd->by);
    json_t *o = json_pack("{s:s,s:s,s:I,s:i,s:b}", "kiosk", k->id.s, "epoch", hex, "visit",
                          (json_int_t)e.visit, "answers", answers, "score", (int)e.score);
    cmd->reply = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    return COMMAND_DONE;
}

// ---------------------------------------------------------------- at the start

struct again {
    struct core *c;
    int done, answers;
};

static bool erase_once_more(void *ctx, const struct erasure *e)
{
    struct again *a = ctx;
    struct org_kiosk *k = org_kiosk(&a->c->org, e->kiosk.s);
    int answers = 0;
    if (k == NULL) { // the backup is older than the kiosk, which may come back with what it has kept
        struct store_kiosk row = {.session = -1, .id = e->kiosk};
        if (!store_put_kiosk(a->c->store, &row) || !org_add_kiosk(&a->c->org, &row)) {
            return false;
        }
        k = org_kiosk(&a->c->org, e->kiosk.s);
    }
    if (!erase(a->c, k, e, &answers)) {
        return false;
    }
    a->done++;
    a->answers += answers;
    return true;
}

bool core_start_erasures(struct core *c, char *ret_why, size_t n)
{
    struct again a = {.c = c};
    int bad;
    if (c->guard.damaged) {
        return true; // nothing is written until somebody has restored it; the start after that does this
    }
    ret_why[0] = '\0';
    bool ok = store_each_untold(c->store, remember, c) && store_begin(c->store) &&
              erasures_each(c->o.settings->data, erase_once_more, &a, &bad, ret_why, n) &&
              store_commit(c->store);
    if (!ok) {
        if (ret_why[0] == '\0') {
            snprintf(ret_why, n, "%s",
                     store_error(c->store) != STORE_OK ? store_why(c->store) : "out of memory");
        }
        return false;
    }
    if (a.answers > 0) { // the log is emptied at every start
        log_event(LOG_WARN, "erased_again", "erasures=%d answers=%d", a.done, a.answers);
    }
    if (bad > 0) {
        log_event(LOG_WARN, "erasures_unreadable", "lines=%d", bad);
    }
    return true;
}

// ---------------------------------------------------------------- what comes later

bool core_is_erased(struct core *c, const struct epoch *ep, int64_t visit, bool *ret_erased, bool *ret_score)
{
    *ret_erased = *ret_score = false;
    return !ep->erased || store_erased(c->store, ep->epoch_id, visit, ret_erased, ret_score) || core_fail(c);
}

void core_blank(struct event *e, bool score, int *flags)
{
    bool counts = e->type == EVENT_RATING || e->type == EVENT_NUMBER || e->type == EVENT_CHOICE;
    e->text[0] = e->ref[0] = '\0';
    *flags |= EVENT_ERASED;
    if (score && counts) {
        e->score = e->of = e->option_count = 0;
        *flags |= EVENT_VOIDED;
    }
}
