#include "aggregator/event_table.h"

#include "aggregator/pack.h"
#include "aggregator/pack_body.h"

#include <stdlib.h>
#include <string.h>

#ifdef PUAS_EXTENSION
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1
#else
#include <sqlite3.h>
#endif

enum column {
    C_EVENT_ID,
    C_EPOCH_ID,
    C_SEQ,
    C_AT,
    C_ARRIVED,
    C_PLACE_ID,
    C_NAME_ID,
    C_KIND,
    C_SCORE,
    C_LEVELS,
    C_FLAGS,
    C_VISIT,
    C_BODY,
};
enum { KIND_VOID = 5 };

// How the rows are found, and in which order they come.
enum plan { BY_EPOCH, BY_EPOCH_DOWN, BY_PLACE, BY_EVENT, ALL, PLANS };
#define PACK "SELECT event_id, epoch_id, first_seq, place_id, n, arrived, data FROM pack "
// ?1 the epoch or place; ?2, ?3 from and to, of seq or event_id. Packs of an epoch do not overlap; the ids of
// packs may, since old ones hold a day of a kiosk.
static const char *const sql_of[PLANS] = {
    [BY_EPOCH] = PACK
    "WHERE epoch_id = ?1 AND first_seq >= coalesce((SELECT max(first_seq) FROM pack WHERE epoch_id = ?1"
    " AND first_seq <= ?2), ?2) AND first_seq <= ?3 ORDER BY first_seq",
    [BY_EPOCH_DOWN] =
        PACK "WHERE epoch_id = ?1 AND first_seq >= coalesce((SELECT max(first_seq) FROM pack WHERE"
             " epoch_id = ?1 AND first_seq <= ?2), ?2) AND first_seq <= ?3 ORDER BY first_seq DESC",
    [BY_PLACE] = PACK "WHERE place_id = ?1 AND last_event >= ?2 AND event_id <= ?3",
    [BY_EVENT] = PACK "WHERE last_event >= ?2 AND event_id <= ?3",
    [ALL] = PACK,
};

struct event_vtab {
    sqlite3_vtab base;
    sqlite3 *db;
    sqlite3_stmt *spare[PLANS]; // owned; of a cursor that is closed: most are opened for a single answer
};

struct event_cursor {
    sqlite3_vtab_cursor base;
    sqlite3_stmt *packs[PLANS]; // owned, prepared at first use
    sqlite3_stmt *now;          // borrowed: that of the running plan; NULL: at the end
    bool down;
    int64_t epoch_id, place_id, since, until;
    int count, at;
    struct packed
        answers[PACK_ANSWERS_MAX]; // of the pack that is being read; bodies borrow from the statement's row
};

// ---------------------------------------------------------------- table

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **ret,
                   char **error)
{
    (void)aux;
    (void)argc;
    (void)argv;
    (void)error;
    int rc = sqlite3_declare_vtab(
        db, "CREATE TABLE x(event_id INTEGER, epoch_id INTEGER, seq INTEGER, at INTEGER,"
            " arrived INTEGER, place_id INTEGER, name_id INTEGER, kind INTEGER, score INTEGER,"
            " levels INTEGER, flags INTEGER, visit INTEGER, body TEXT)");
    struct event_vtab *t = rc == SQLITE_OK ? sqlite3_malloc(sizeof *t) : NULL;
    if (t == NULL) {
        return rc != SQLITE_OK ? rc : SQLITE_NOMEM;
    }
    *t = (struct event_vtab){.db = db};
    *ret = &t->base;
    return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *t)
{
    for (int i = 0; i < PLANS; i++) {
        sqlite3_finalize(((struct event_vtab *)t)->spare[i]);
    }
    sqlite3_free(t);
    return SQLITE_OK;
}

// ---------------------------------------------------------------- planning

// Operators on one column, as indexes of constraints; -1: none.
struct wanted {
    int equal, from, to;
    bool from_open, to_open; // > and <, where >= and <= are asked of the packs
};

static struct wanted wanted_on(const sqlite3_index_info *info, int column)
{
    struct wanted w = {-1, -1, -1, false, false};
    for (int i = 0; i < info->nConstraint; i++) {
        if (!info->aConstraint[i].usable || info->aConstraint[i].iColumn != column) {
            continue;
        }
        switch (info->aConstraint[i].op) {
        case SQLITE_INDEX_CONSTRAINT_EQ:
            w.equal = i;
            break;
        case SQLITE_INDEX_CONSTRAINT_GT:
        case SQLITE_INDEX_CONSTRAINT_GE:
            w.from = i;
            break;
        case SQLITE_INDEX_CONSTRAINT_LT:
        case SQLITE_INDEX_CONSTRAINT_LE:
            w.to = i;
            break;
        default:
            break;
        }
    }
    return w;
}

// Which values `filter` gets, in this order: bits of idxNum above the plan.
enum { HAS_KEY = 16, HAS_FROM = 32, HAS_TO = 64, HAS_POINT = 128, HAS_SINCE = 256, HAS_UNTIL = 512 };

static void use(sqlite3_index_info *info, int constraint, int bit, int *next)
{
    if (constraint >= 0) {
        info->aConstraintUsage[constraint].argvIndex = ++*next;
        info->idxNum |= bit;
    }
}

static int best_index(sqlite3_vtab *t, sqlite3_index_info *info)
{
    (void)t;
    struct wanted epoch = wanted_on(info, C_EPOCH_ID), place = wanted_on(info, C_PLACE_ID),
                  seq = wanted_on(info, C_SEQ), event = wanted_on(info, C_EVENT_ID);
    const struct wanted *range = &event;
    int next = 0;
    bool by_seq = info->nOrderBy == 1 && info->aOrderBy[0].iColumn == C_SEQ;
    if (epoch.equal >= 0) {
        info->idxNum = by_seq && info->aOrderBy[0].desc ? BY_EPOCH_DOWN : BY_EPOCH;
        info->orderByConsumed = by_seq;
        info->estimatedCost = seq.equal >= 0 ? 20 : seq.from >= 0 || seq.to >= 0 ? 200 : 2000;
        info->estimatedRows = seq.equal >= 0 ? 1 : 100;
        use(info, epoch.equal, HAS_KEY, &next);
        range = &seq;
    } else if (place.equal >= 0) {
        info->idxNum = BY_PLACE;
        info->estimatedCost = event.from >= 0 ? 5e3 : 1e6;
        info->estimatedRows = event.from >= 0 ? 200 : 100000;
        use(info, place.equal, HAS_KEY, &next);
    } else if (event.equal >= 0 || event.from >= 0) {
        info->idxNum = BY_EVENT;
        info->estimatedCost = event.equal >= 0 ? 1e4 : 1e5;
        info->estimatedRows = event.equal >= 0 ? 1 : 10000;
    } else {
        info->idxNum = ALL;
        info->estimatedCost = 1e9;
        info->estimatedRows = 10000000;
        return SQLITE_OK;
    }
    if (range->equal >= 0) {
        use(info, range->equal, HAS_POINT, &next);
    } else {
        use(info, range->from, HAS_FROM, &next);
        use(info, range->to, HAS_TO, &next);
    }
    // What has come late lies among what is wanted: a day's reasons, on the day a backlog of months arrives.
    struct wanted at = wanted_on(info, C_AT);
    use(info, at.from, HAS_SINCE, &next);
    use(info, at.to, HAS_UNTIL, &next);
    return SQLITE_OK; // SQLite checks every condition again on each row: ours only spare it rows
}

// ---------------------------------------------------------------- cursor

static int open_cursor(sqlite3_vtab *t, sqlite3_vtab_cursor **ret)
{
    (void)t;
    struct event_cursor *c = sqlite3_malloc(sizeof *c);
    if (c == NULL) {
        return SQLITE_NOMEM;
    }
    memset(c->packs, 0, sizeof c->packs);
    c->base = (sqlite3_vtab_cursor){0};
    c->now = NULL;
    c->count = c->at = 0;
    *ret = &c->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    struct event_cursor *c = (struct event_cursor *)base;
    struct event_vtab *t = (struct event_vtab *)base->pVtab;
    for (int i = 0; i < PLANS; i++) {
        sqlite3_reset(c->packs[i]); // its failure has been told
        if (t->spare[i] == NULL) {
            t->spare[i] = c->packs[i];
        } else {
            sqlite3_finalize(c->packs[i]);
        }
    }
    sqlite3_free(c);
    return SQLITE_OK;
}

// The next pack that holds anything.
static int load(struct event_cursor *c)
{
    c->count = c->at = 0;
    while (c->count == 0) {
        int rc = sqlite3_step(c->now);
        if (rc != SQLITE_ROW) {
            rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
            sqlite3_reset(c->now);
            c->now = NULL;
            return rc;
        }
        struct pack_reader r;
        bool damaged = false;
        int n = sqlite3_column_int(c->now, 4);
        c->epoch_id = sqlite3_column_int64(c->now, 1);
        c->place_id = sqlite3_column_int64(c->now, 3);
        const void *data = sqlite3_column_blob(c->now, 6);
        pack_read(&r, data, (size_t)sqlite3_column_bytes(c->now, 6), n <= PACK_ANSWERS_MAX ? n : 0,
                  sqlite3_column_int64(c->now, 0), sqlite3_column_int64(c->now, 2),
                  sqlite3_column_int64(c->now, 5));
        while (pack_next(&r, &c->answers[c->count], &damaged)) {
            wall_ms given = c->answers[c->count].at;
            c->count += given >= c->since && given <= c->until;
        }
        if (damaged) {
            return SQLITE_CORRUPT_VTAB;
        }
    }
    c->at = c->down ? c->count - 1 : 0;
    return SQLITE_OK;
}

static int64_t bound_of(sqlite3_value *v, int64_t none)
{
    return sqlite3_value_type(v) == SQLITE_INTEGER ? sqlite3_value_int64(v) : none;
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *text, int argc, sqlite3_value **argv)
{
    (void)text;
    (void)argc;
    struct event_cursor *c = (struct event_cursor *)base;
    enum plan plan = (enum plan)(number & 15);
    int at = 0;
    if (c->now != NULL) {
        sqlite3_reset(c->now);
        c->now = NULL;
    }
    struct event_vtab *t = (struct event_vtab *)base->pVtab;
    if (c->packs[plan] == NULL) {
        c->packs[plan] = t->spare[plan];
        t->spare[plan] = NULL;
    }
    if (c->packs[plan] == NULL) {
        int rc = sqlite3_prepare_v3(t->db, sql_of[plan], -1,
                                    SQLITE_PREPARE_PERSISTENT, &c->packs[plan], NULL);
        if (rc != SQLITE_OK) {
            return rc;
        }
    }
    sqlite3_stmt *s = c->packs[plan];
    if ((number & HAS_KEY) != 0) {
        sqlite3_bind_value(s, 1, argv[at++]);
    }
    if (plan != ALL) {
        sqlite3_bind_int64(s, 2, INT64_MIN);
        sqlite3_bind_int64(s, 3, INT64_MAX);
    }
    if ((number & HAS_POINT) != 0) {
        sqlite3_bind_value(s, 2, argv[at]);
        sqlite3_bind_value(s, 3, argv[at++]);
    }
    if ((number & HAS_FROM) != 0) {
        sqlite3_bind_value(s, 2, argv[at++]);
    }
    if ((number & HAS_TO) != 0) {
        sqlite3_bind_value(s, 3, argv[at++]);
    }
    c->since = (number & HAS_SINCE) != 0 ? bound_of(argv[at++], INT64_MIN) : INT64_MIN;
    c->until = (number & HAS_UNTIL) != 0 ? bound_of(argv[at++], INT64_MAX) : INT64_MAX;
    c->now = s;
    c->down = plan == BY_EPOCH_DOWN;
    return load(c);
}

static int next(sqlite3_vtab_cursor *base)
{
    struct event_cursor *c = (struct event_cursor *)base;
    c->at += c->down ? -1 : 1;
    return c->at < 0 || c->at == c->count ? load(c) : SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *base)
{
    return ((struct event_cursor *)base)->now == NULL;
}

static void result_body(sqlite3_context *ctx, const struct packed *p)
{
    char room[PACK_BODY_ROOM];
    size_t n;
    const char *json = p->body != NULL ? pack_body_json(p->body, p->body_bytes, room, &n) : NULL;
    if (json != NULL) {
        sqlite3_result_text(ctx, json, (int)n, SQLITE_TRANSIENT);
    }
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
    const struct event_cursor *c = (struct event_cursor *)base;
    const struct packed *p = &c->answers[c->at];
    switch ((enum column)i) {
    case C_EVENT_ID:
        sqlite3_result_int64(ctx, p->event_id);
        break;
    case C_EPOCH_ID:
        sqlite3_result_int64(ctx, c->epoch_id);
        break;
    case C_SEQ:
        sqlite3_result_int64(ctx, p->seq);
        break;
    case C_AT:
        sqlite3_result_int64(ctx, p->at);
        break;
    case C_ARRIVED:
        sqlite3_result_int64(ctx, p->arrived);
        break;
    case C_PLACE_ID:
        sqlite3_result_int64(ctx, c->place_id);
        break;
    case C_NAME_ID:
        sqlite3_result_int(ctx, p->name);
        break;
    case C_KIND:
        sqlite3_result_int(ctx, p->kind);
        break;
    case C_SCORE:
        sqlite3_result_int64(ctx, p->kind == KIND_VOID ? p->voids : p->score);
        break;
    case C_LEVELS:
        sqlite3_result_int(ctx, p->levels);
        break;
    case C_FLAGS:
        sqlite3_result_int(ctx, p->flags);
        break;
    case C_VISIT:
        sqlite3_result_int64(ctx, p->visit);
        break;
    case C_BODY:
        result_body(ctx, p);
        break;
    }
    return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret)
{
    const struct event_cursor *c = (struct event_cursor *)base;
    *ret = c->answers[c->at].event_id;
    return SQLITE_OK;
}

// No xCreate: the table is there in every database without being created.
static const sqlite3_module event_module = {
    .iVersion = 0,
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = at_end,
    .xColumn = column,
    .xRowid = rowid,
};

bool event_table_register(sqlite3 *db)
{
    return sqlite3_create_module(db, "event", &event_module, NULL) == SQLITE_OK;
}

#ifdef PUAS_EXTENSION
int sqlite3_puasevent_init(sqlite3 *db, char **error, const sqlite3_api_routines *api);
int sqlite3_puasevent_init(sqlite3 *db, char **error, const sqlite3_api_routines *api)
{
    SQLITE_EXTENSION_INIT2(api);
    (void)error;
    return event_table_register(db) ? SQLITE_OK : SQLITE_ERROR;
}
#endif
