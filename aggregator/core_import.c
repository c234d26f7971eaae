// core: imports: rows of foreign tables, read and judged by puasctl, stored here a batch a turn, as the only writer; and
// taken back beside the ingest. A batch says which line of the file it begins behind: sent twice, it is stored once.
#include "aggregator/core_impl.h"

#include "aggregator/store_import.h"
#include "shared/log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE_MS = 5, PAUSE_MS = 20 }; // of undoing: at most a fifth of the core's time
static const char kiosk_id[] = "import";

static struct org_kiosk *import_kiosk(struct core *c)
{
    struct org_kiosk *k = org_kiosk(&c->org, kiosk_id);
    struct store_kiosk row = {.session = -1, .name = "imported history"};
    if (k != NULL) {
        return k;
    }
    ident_set(&row.id, kiosk_id);
    if (!store_put_kiosk(c->store, &row) || !org_add_kiosk(&c->org, &row)) {
        return NULL;
    }
    return org_kiosk(&c->org, kiosk_id);
}

static enum command_result say(struct command *cmd, enum command_result result, const char *why)
{
    free(cmd->reply);
    cmd->reply = strdup(why);
    return result;
}

static enum command_result reply_import(struct command *cmd, const struct store_import *i)
{
    json_t *o = json_pack("{s:I,s:i,s:I,s:I,s:I}", "import", (json_int_t)i->import_id, "state", (int)i->state,
                          "lines", (json_int_t)i->lines, "answers", (json_int_t)i->answers, "rejected",
                          (json_int_t)i->rejected);
    cmd->reply = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    return cmd->reply != NULL ? COMMAND_DONE : COMMAND_UNAVAILABLE;
}

// ---------------------------------------------------------------- beginning

// Each attempt at a content is an epoch of its own: the first half of its hash, counted on.
static bool epoch_of(struct core *c, const char *sha256, int attempt, int32_t *ret_epoch)
{
    uint8_t bytes[EPOCH_BYTES];
    char half[EPOCH_HEX + 1];
    struct epoch *ep;
    struct org_kiosk *k = import_kiosk(c);
    snprintf(half, sizeof half, "%.32s", sha256);
    if (k == NULL || !ident_unhex(half, EPOCH_BYTES, bytes)) {
        return false;
    }
    bytes[EPOCH_BYTES - 1] ^= (uint8_t)attempt;
    bytes[EPOCH_BYTES - 2] ^= (uint8_t)(attempt >> 8);
    if (!epochs_get(&c->epochs, c->store, k->number, bytes, c->now, true, &ep)) {
        return false;
    }
    *ret_epoch = ep->epoch_id;
    return true;
}

enum command_result core_begin_import(struct core *c, struct command *cmd)
{
    json_t *o = json_loads(cmd->yaml, 0, NULL);
    const char *sha256 = json_string_value(json_object_get(o, "sha256"));
    const char *name = json_string_value(json_object_get(o, "name")),
               *by = json_string_value(json_object_get(o, "by"));
    struct store_import i;
    const struct org_kiosk *k = org_kiosk(&c->org, kiosk_id);
    int count;
    uint8_t hash[PROTOCOL_HASH_HEX / 2];
    enum command_result result = COMMAND_UNAVAILABLE;
    if (sha256 == NULL || !ident_unhex(sha256, sizeof hash, hash) || name == NULL) {
        result = say(cmd, COMMAND_BAD, "sha256 and name are needed");
    } else if (k != NULL && k->known) {
        result =
            say(cmd, COMMAND_BAD, "there is a registered kiosk called 'import': give it another id first");
    } else if (store_find_import(c->store, sha256, &i, &count)) {
        if (i.import_id != 0 && i.state != IMPORT_UNDONE) {
            result = reply_import(cmd, &i); // it goes on where it was, or is there already
        } else {
            i = (struct store_import){.at = c->now};
            snprintf(i.sha256, sizeof i.sha256, "%s", sha256);
            protocol_words(name, STORE_IMPORT_NAME, i.name);
            protocol_words(by != NULL ? by : "", sizeof i.who - 1, i.who);
            if (epoch_of(c, sha256, count, &i.epoch_id) && store_put_import(c->store, &i)) {
                log_event(LOG_INFO, "import_begun", "import=%lld name=%Q", (long long)i.import_id, i.name);
                snprintf(cmd->alert, sizeof cmd->alert, "%lld", (long long)i.import_id);
                protocol_words(name, STORE_IMPORT_NAME, cmd->text);
                result = reply_import(cmd, &i);
            }
        }
    }
    json_decref(o);
    return result;
}

// ---------------------------------------------------------------- rows

struct batch {
    struct core *c;
    struct store_import i;
    struct epoch *ep;
    struct org_kiosk *k;
    int64_t visit; // of the row; 0: it begins with the next answer
};

static bool store_answer(struct batch *b, int32_t place, wall_ms at, struct event *e)
{
    struct core *c = b->c;
    e->seq = seqset_last(&b->ep->settled) + 1;
    e->visit = b->visit != 0 ? b->visit : e->seq;
    b->visit = e->visit;
    e->at = at;
    e->since_ms = -1;
    struct stored_event s = {.epoch_id = b->ep->epoch_id,
                             .kiosk = b->k->number,
                             .place = place,
                             .e = e,
                             .at = at,
                             .arrived = c->now,
                             .flags = EVENT_LATE};
    if (!store_name(c->store, e->question.s, &s.name) || !store_event(c->store, &s) ||
        !seqset_add(&b->ep->settled, e->seq)) {
        return false;
    }
    if (c->org.places[place].branch !=
        0) { // so that its next step does not leave them out; they are no votes of now
        steps_event(&c->org.places[c->org.places[place].branch].steps, s.event_id, false, c->now);
    }
    b->i.answers++;
    b->i.first_at = b->i.first_at == 0 || at < b->i.first_at ? at : b->i.first_at;
    b->i.last_at = at > b->i.last_at ? at : b->i.last_at;
    return true;
}

struct line {
    int32_t place;
    wall_ms at;
    int score, of;
    struct ident question, reasons, comment; // what was asked
    const json_t *options;                   // borrowed
    const char *text, *lang;
};

// [place, at, question, score, of, [options], question of these, text, question of it, its language]. False: it is not of that
// form, or there is no such place any more.
static bool read_line(const struct batch *b, const json_t *row, struct line *ret)
{
    const char *place = json_string_value(json_array_get(row, 0)), *ids[3];
    json_int_t score = json_integer_value(json_array_get(row, 3)),
               of = json_integer_value(json_array_get(row, 4));
    const struct org_place *p = place != NULL ? org_place(&b->c->org, place) : NULL;
    *ret = (struct line){.at = json_integer_value(json_array_get(row, 1)),
                         .options = json_array_get(row, 5),
                         .text = json_string_value(json_array_get(row, 7)),
                         .lang = json_string_value(json_array_get(row, 9))};
    ret->lang = ret->lang != NULL ? ret->lang : "";
    for (int q = 0; q < 3; q++) {
        ids[q] = json_string_value(json_array_get(row, (size_t)(q == 0 ? 2 : 4 + 2 * q)));
        ids[q] = ids[q] != NULL ? ids[q] : "";
    }
    if (p == NULL || ret->at <= 0 || ret->at > b->c->now || of < 0 || of > PROTOCOL_SCORE_MAX ||
        score < (of > 0) || score > of || json_array_size(ret->options) > PROTOCOL_OPTIONS_MAX ||
        ret->text == NULL || strlen(ret->text) > PROTOCOL_TEXT_MAX || strlen(ret->lang) > PROTOCOL_LANG_MAX) {
        return false;
    }
    ret->place = p->number;
    ret->score = (int)score;
    ret->of = (int)of;
    return ident_set(&ret->question, ids[0]) && ident_set(&ret->reasons, ids[1]) &&
           ident_set(&ret->comment, ids[2]);
}

static bool store_line(struct batch *b, const struct line *l)
{
    const json_t *option;
    size_t i;
    b->visit = 0;
    struct event e = {.type = l->of == PROTOCOL_SCORE_MAX ? EVENT_NUMBER : EVENT_RATING,
                      .score = l->score,
                      .of = l->of,
                      .question = l->question};
    bool ok = l->of == 0 || store_answer(b, l->place, l->at, &e);
    e = (struct event){.type = EVENT_CHOICE, .question = l->reasons};
    json_array_foreach(l->options, i, option)
    {
        const char *id = json_string_value(option);
        e.option_count += id != NULL && ident_set(&e.options[e.option_count], id);
    }
    ok = ok && (e.option_count == 0 || store_answer(b, l->place, l->at, &e));
    e = (struct event){.type = EVENT_TEXT, .question = l->comment};
    snprintf(e.text, sizeof e.text, "%s", l->text);
    snprintf(e.lang, sizeof e.lang, "%s", l->lang);
    return ok && (e.text[0] == '\0' || store_answer(b, l->place, l->at, &e));
}

static bool find_epoch(struct batch *b)
{
    struct core *c = b->c;
    uint8_t bytes[EPOCH_BYTES];
    b->k = import_kiosk(c);
    return b->k != NULL && store_epoch_bytes(c->store, b->i.epoch_id, bytes) &&
           epochs_get(&c->epochs, c->store, b->k->number, bytes, c->now, true, &b->ep) &&
           epochs_touch(&c->epochs,
                        b->ep); // so that its mark is written; nobody listens to the acknowledgement
}

static enum command_result take_rows(struct batch *b, struct command *cmd, const json_t *o)
{
    const json_t *rows = json_object_get(o, "rows"), *row;
    struct line l;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        if (!read_line(b, row, &l)) {
            return say(cmd, COMMAND_BAD,
                       "a row cannot be used: have places changed meanwhile? Start the import again");
        }
    }
    if (!find_epoch(b)) {
        return COMMAND_UNAVAILABLE;
    }
    json_array_foreach(rows, i, row)
    {
        if (!read_line(b, row, &l) || !store_line(b, &l)) {
            return COMMAND_UNAVAILABLE;
        }
    }
    b->i.lines = json_integer_value(json_object_get(o, "to"));
    b->i.rejected += json_integer_value(json_object_get(o, "rejected"));
    if (json_is_true(json_object_get(o, "end"))) {
        b->i.state = IMPORT_DONE;
        log_event(LOG_INFO, "import_done", "import=%lld answers=%lld rejected=%lld",
                  (long long)b->i.import_id, (long long)b->i.answers, (long long)b->i.rejected);
    }
    return store_put_import(b->c->store, &b->i) ? reply_import(cmd, &b->i) : COMMAND_UNAVAILABLE;
}

enum command_result core_import_rows(struct core *c, struct command *cmd)
{
    json_t *o = json_loads(cmd->yaml, 0, NULL);
    struct batch b = {.c = c};
    json_int_t from = json_integer_value(json_object_get(o, "from")),
               to = json_integer_value(json_object_get(o, "to"));
    enum command_result result = COMMAND_UNAVAILABLE;
    if (guard_holds(&c->guard)) {
        result = say(cmd, COMMAND_NOT_NOW, "the disk is full: free some space, then start the import again");
    } else if (!store_import(c->store, json_integer_value(json_object_get(o, "import")), &b.i)) {
        result = COMMAND_UNAVAILABLE;
    } else if (b.i.import_id == 0) {
        result = COMMAND_UNKNOWN;
    } else if (b.i.state == IMPORT_RUNNING && from == b.i.lines && to >= from) {
        result = take_rows(&b, cmd, o);
    } else if (b.i.state == IMPORT_RUNNING || b.i.state == IMPORT_DONE) {
        result = from < b.i.lines || b.i.state == IMPORT_DONE
                     ? reply_import(cmd, &b.i) // it was stored before
                     : say(cmd, COMMAND_BAD, "lines are missing before these");
    } else {
        result = say(cmd, COMMAND_NOT_NOW, "this import is undone");
    }
    json_decref(o);
    return result;
}

// ---------------------------------------------------------------- undoing

enum command_result core_undo_import(struct core *c, struct command *cmd)
{
    struct store_import i;
    int64_t left;
    if (!store_import(c->store, strtoll(cmd->alert, NULL, 10), &i)) {
        return COMMAND_UNAVAILABLE;
    }
    if (i.import_id == 0) {
        return COMMAND_UNKNOWN;
    }
    if (i.state == IMPORT_UNDOING || i.state == IMPORT_UNDONE) {
        return say(cmd, COMMAND_NOT_NOW, "it is undone already");
    }
    i.state = IMPORT_UNDOING;
    c->undoing = true;
    if (!store_import_left(c->store, &i, &left) || !store_put_import(c->store, &i)) {
        return COMMAND_UNAVAILABLE;
    }
    // What retention has deleted stays counted: nobody knows any more what it counts.
    json_t *o = json_pack("{s:I,s:I}", "left", (json_int_t)left, "gone", (json_int_t)(i.answers - left));
    cmd->reply = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    return cmd->reply != NULL ? COMMAND_DONE : COMMAND_UNAVAILABLE;
}

bool core_start_imports(struct core *c, char *ret_why, size_t n)
{
    struct store_import i;
    if (!store_undoing(c->store, &i)) {
        snprintf(ret_why, n, "%s", store_why(c->store));
        return false;
    }
    c->undoing = i.import_id != 0;
    return true;
}

void core_undo(struct core *c, mono_ms mono)
{
    struct store_import i;
    if (c->failed || !c->undoing || mono < c->undo_at) {
        return;
    }
    mono_ms began = clock_mono_ms();
    struct org_kiosk *k = core_writes(c) ? import_kiosk(c) : NULL;
    bool more = true, ok = k != NULL && store_undoing(c->store, &i);
    if (ok && i.import_id == 0) {
        c->undoing = false;
        return;
    }
    while (ok && more && clock_mono_ms() - began < SLICE_MS) {
        ok = store_undo_slice(c->store, &i, k->number, &more);
    }
    if (ok && !more) {
        i.state = IMPORT_UNDONE;
        ok = store_put_import(c->store, &i);
        log_event(LOG_INFO, "import_undone", "import=%lld answers=%lld", (long long)i.import_id,
                  (long long)i.answers);
        c->empty_log_at = mono;
    }
    if (!ok) {
        core_fail(c);
        return;
    }
    c->undo_at = clock_mono_ms() + PAUSE_MS;
}
