// Both tables are read from their beginning until the damage, and from their end back to it: what one scan
// cannot reach the other may. Epochs keep their numbers, so their order; this start begins one of its own as
// always, so no key is ever given twice.
//
// A row whose key stands out of order among its neighbours may bear the key of another (SQLite's check does
// not look at the order): it comes last, so that it takes nobody's place.
#include "kiosk/outbox_salvage.h"

#include "shared/log.h"
#include "shared/protocol.h"

#include <sqlite3.h>
#include <stddef.h>
#include <string.h>

enum kind { WHOLE, TEXT, BLOB };
enum { SEQ_MAX = 10000000 }; // in one epoch: a century of presses; more is a damaged counter

struct column {
    const char *name;
    enum kind kind;
    int most;          // bytes of a text or blob
    int64_t from, to;  // of a number
    const char *added; // its definition, when older files may lack it
    bool ours;         // it says nothing of the answer: 0, pending, where it cannot be read
};
#define NUMBER(name, from, to)                                                                               \
    {                                                                                                        \
        name, WHOLE, 0, from, to, NULL, false                                                                \
    }
#define BYTES(name, kind, most)                                                                              \
    {                                                                                                        \
        name, kind, most, 0, 0, NULL, false                                                                  \
    }

static const struct column epoch_columns[] = {
    NUMBER("epoch_id", 1, PROTOCOL_INT_MAX),
    BYTES("epoch", BLOB, EPOCH_BYTES),
    NUMBER("boot", 0, PROTOCOL_INT_MAX),
    BYTES("branch", TEXT, IDENT_MAX),
    BYTES("place", TEXT, IDENT_MAX),
    NUMBER("next_seq", 1, SEQ_MAX),
    NUMBER("levels", 0, PROTOCOL_SCORE_MAX),
    NUMBER("v1", 0, SEQ_MAX),
    NUMBER("v2", 0, SEQ_MAX),
    NUMBER("v3", 0, SEQ_MAX),
    NUMBER("v4", 0, SEQ_MAX),
    NUMBER("v5", 0, SEQ_MAX),
    NUMBER("v6", 0, SEQ_MAX),
    NUMBER("v7", 0, SEQ_MAX),
    NUMBER("v8", 0, SEQ_MAX),
    NUMBER("v9", 0, SEQ_MAX),
    NUMBER("v10", 0, SEQ_MAX),
    NUMBER("v11", 0, SEQ_MAX),
    NUMBER("lost", 0, SEQ_MAX),
    {"through", WHOLE, 0, 0, PROTOCOL_INT_MAX, "INTEGER NOT NULL DEFAULT 0", true},
    {0},
};
static const struct column event_columns[] = {
    NUMBER("epoch_id", 1, PROTOCOL_INT_MAX),
    NUMBER("seq", 1, SEQ_MAX),
    {"state", WHOLE, 0, 0, 3, NULL, true},
    NUMBER("at", 0, PROTOCOL_INT_MAX),
    NUMBER("up", -1, PROTOCOL_INT_MAX),
    NUMBER("visit", 0, SEQ_MAX),
    NUMBER("type", EVENT_RATING, EVENT_VOID),
    BYTES("question", TEXT, IDENT_MAX),
    NUMBER("score", 0, PROTOCOL_SCORE_MAX),
    NUMBER("levels", 0, PROTOCOL_SCORE_MAX),
    BYTES("options", TEXT, PROTOCOL_OPTIONS_MAX *(IDENT_MAX + 1)),
    BYTES("text", TEXT, PROTOCOL_TEXT_MAX),
    NUMBER("voids", 0, SEQ_MAX),
    NUMBER("since", -1, INT32_MAX),
    NUMBER("fingers", 0, 100),
    BYTES("survey", TEXT, IDENT_MAX),
    NUMBER("version", 0, INT32_MAX),
    BYTES("lang", TEXT, PROTOCOL_LANG_MAX),
    BYTES("by", TEXT, 12),
    NUMBER("clock", 0, 1),
    {"ref", TEXT, PROTOCOL_REF_MAX, 0, 0, "TEXT NOT NULL DEFAULT ''", false},
    {"keep", WHOLE, 0, 0, PROTOCOL_KEEP_DAYS_MAX, "INTEGER NOT NULL DEFAULT 0", true},
    {"settled_at", WHOLE, 0, 0, PROTOCOL_INT_MAX, "INTEGER NOT NULL DEFAULT 0", true},
    {0},
};
enum { COLUMNS_MAX = sizeof event_columns / sizeof *event_columns };

static const struct table {
    const char *name;
    const char *order[2]; // by primary key, ascending and descending
    const char *keys;     // its two halves
    const struct column *columns;
} tables[] = {
    {"epoch", {"epoch_id", "epoch_id DESC"}, "0, epoch_id", epoch_columns},
    {"event", {"epoch_id, seq", "epoch_id DESC, seq DESC"}, "epoch_id, seq", event_columns},
};
enum { TABLES = sizeof tables / sizeof *tables };

static bool is_utf8(const unsigned char *s, int n)
{
    for (int i = 0; i < n;) {
        int more = s[i] < 0x80                    ? 0
                   : s[i] >= 0xc2 && s[i] <= 0xdf ? 1
                   : s[i] >= 0xe0 && s[i] <= 0xef ? 2
                   : s[i] >= 0xf0 && s[i] <= 0xf4 ? 3
                                                  : -1;
        if (more < 0 || i + more >= n)
            return false;
        for (int k = 1; k <= more; k++)
            if ((s[i + k] & 0xc0) != 0x80)
                return false;
        i += more + 1;
    }
    return true;
}

static bool is_sound(const struct column *c, sqlite3_value *v)
{
    int n = sqlite3_value_bytes(v);
    switch (c->kind) {
    case WHOLE:
        return sqlite3_value_type(v) == SQLITE_INTEGER && sqlite3_value_int64(v) >= c->from &&
               sqlite3_value_int64(v) <= c->to;
    case TEXT: // one bit makes a blob of it, which reads the same
        return (sqlite3_value_type(v) == SQLITE_TEXT || sqlite3_value_type(v) == SQLITE_BLOB) &&
               n <= c->most && is_utf8(sqlite3_value_text(v), n);
    default:
        return sqlite3_value_type(v) == SQLITE_BLOB && n == c->most;
    }
}

// ---------------------------------------------------------------- columns
// Which columns of a table the file has. *ret_count is 0 when there is no such table.
static int list_columns(sqlite3 *db, const struct table *t, bool *ret_there, int *ret_count)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db, "SELECT name FROM pragma_table_info(?1)", -1, &st, NULL);
    memset(ret_there, 0, COLUMNS_MAX * sizeof *ret_there);
    *ret_count = 0;
    if (rc == SQLITE_OK)
        sqlite3_bind_text(st, 1, t->name, -1, SQLITE_STATIC);
    while (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(st, 0);
        for (int i = 0; name && t->columns[i].name; i++)
            ret_there[i] |= strcmp(name, t->columns[i].name) == 0;
        ++*ret_count;
        rc = SQLITE_OK;
    }
    sqlite3_finalize(st);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int run_text(sqlite3 *db, char *text) // takes the text over
{
    int rc = text ? sqlite3_exec(db, text, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(text);
    return rc;
}

int outbox_add_columns(struct sqlite3 *db)
{
    int rc = SQLITE_OK;
    for (int k = 0; k < TABLES && rc == SQLITE_OK; k++) {
        const struct table *t = &tables[k];
        bool there[COLUMNS_MAX];
        int count;
        rc = list_columns(db, t, there, &count);
        for (int i = 0; t->columns[i].name && rc == SQLITE_OK; i++)
            if (!there[i] && t->columns[i].added)
                rc = run_text(db, sqlite3_mprintf("ALTER TABLE %s ADD COLUMN %s %s", t->name,
                                                  t->columns[i].name, t->columns[i].added));
    }
    return rc;
}

// ---------------------------------------------------------------- reading one table
enum { SKIPS_MAX = 200 }; // each reads the table from its start

// A scan of a table with its neighbours' keys: `ahead` is one row in front of `row`.
struct scan {
    sqlite3_stmt *row, *ahead;
    const struct column *columns[COLUMNS_MAX]; // those that the file has, in the order of the statement
    int count;
    bool backwards, more;
    int64_t passed; // rows behind `row`
    int skipped;
    int64_t before[2], key[2], after[2];
};

// What ends a scan for good. Other errors may be over next time.
static bool is_damage(int rc)
{
    rc &= 0xff;
    return rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB || rc == SQLITE_ERROR;
}

static int step_ahead(struct scan *s)
{
    int rc = sqlite3_step(s->ahead);
    s->more = rc == SQLITE_ROW;
    for (int i = 0; i < 2 && s->more; i++)
        s->after[i] = sqlite3_column_int64(s->ahead, i);
    return rc == SQLITE_ROW || rc == SQLITE_DONE || is_damage(rc) ? SQLITE_OK : rc;
}

static void scan_close(struct scan *s)
{
    sqlite3_finalize(s->row);
    sqlite3_finalize(s->ahead);
    *s = (struct scan){0};
}

static int prepare(sqlite3 *db, sqlite3_stmt **ret, char *text) // takes the text over
{
    int rc = text ? sqlite3_prepare_v2(db, text, -1, ret, NULL) : SQLITE_NOMEM;
    sqlite3_free(text);
    return rc;
}

// `answers`: only the columns that hold them and their keys. On failure nothing is left open. SQLITE_DONE:
// there is no such table.
static int scan_open(struct scan *s, sqlite3 *db, const struct table *t, bool backwards, bool answers)
{
    bool there[COLUMNS_MAX];
    int count;
    *s = (struct scan){.backwards = backwards};
    int rc = list_columns(db, t, there, &count);
    if (rc == SQLITE_OK && count == 0)
        rc = SQLITE_DONE;
    if (rc != SQLITE_OK)
        return rc;
    sqlite3_str *text = sqlite3_str_new(NULL);
    for (int i = 0; t->columns[i].name; i++) {
        if (!there[i] || (answers && t->columns[i].ours))
            continue;
        sqlite3_str_appendf(text, "%s%s", s->count ? ", " : "SELECT ", t->columns[i].name);
        s->columns[s->count++] = &t->columns[i];
    }
    sqlite3_str_appendf(text, " FROM %s ORDER BY %s LIMIT -1 OFFSET ?1", t->name, t->order[backwards]);
    rc = prepare(db, &s->row, sqlite3_str_finish(text));
    if (rc == SQLITE_OK)
        sqlite3_bind_int64(s->row, 1, 0);
    if (rc == SQLITE_OK)
        rc = prepare(db, &s->ahead,
                     sqlite3_mprintf("SELECT %s FROM %s ORDER BY %s", t->keys, t->name, t->order[backwards]));
    if (rc == SQLITE_OK)
        rc = step_ahead(s);
    if (rc == SQLITE_OK)
        for (int i = 0; i < 2; i++)
            s->key[i] = backwards ? INT64_MAX : INT64_MIN;
    else
        scan_close(s);
    return rc;
}

static int scan_step(struct scan *s)
{
    int rc = sqlite3_step(s->row);
    if (rc != SQLITE_ROW)
        return rc;
    s->passed++;
    memcpy(s->before, s->key, sizeof s->before);
    memcpy(s->key, s->after, sizeof s->key);
    int ahead = step_ahead(s);
    if (!s->more)
        for (int i = 0; i < 2; i++)
            s->after[i] = s->backwards ? INT64_MIN : INT64_MAX;
    return ahead == SQLITE_OK ? SQLITE_ROW : ahead;
}

// Past a row whose key alone can be read: OFFSET does not look at the rest of what it leaves out.
static bool scan_skip(struct scan *s)
{
    if (!s->more || s->skipped == SKIPS_MAX || step_ahead(s) != SQLITE_OK)
        return false;
    s->skipped++;
    sqlite3_reset(s->row);
    sqlite3_bind_int64(s->row, 1, ++s->passed);
    return true;
}

static bool in_order(const struct scan *s, const int64_t *a, const int64_t *b)
{
    const int64_t *low = s->backwards ? b : a, *high = s->backwards ? a : b;
    return low[0] < high[0] || (low[0] == high[0] && low[1] <= high[1]);
}

// Its neighbours are in order without it, and it does not stand between them.
static bool is_misplaced(const struct scan *s)
{
    return in_order(s, s->before, s->after) &&
           !(in_order(s, s->before, s->key) && in_order(s, s->key, s->after));
}

static bool row_is_sound(const struct scan *s)
{
    for (int i = 0; i < s->count; i++)
        if (!is_sound(s->columns[i], sqlite3_column_value(s->row, i)))
            return false;
    return true;
}

// ---------------------------------------------------------------- is it sound?
static int check_table(sqlite3 *db, const struct table *t)
{
    struct scan s;
    int rc = scan_open(&s, db, t, false, false);
    if (rc == SQLITE_DONE)
        return SQLITE_OK;
    for (int i = 0, k = 0; t->columns[i].name && rc == SQLITE_OK; i++) {
        bool there = k < s.count && s.columns[k] == &t->columns[i];
        k += there;
        if (!there && !t->columns[i].added)
            rc = SQLITE_CORRUPT; // every program wrote it
    }
    while (rc == SQLITE_OK && (rc = scan_step(&s)) == SQLITE_ROW)
        rc = row_is_sound(&s) && in_order(&s, s.before, s.key) ? SQLITE_OK : SQLITE_CORRUPT;
    scan_close(&s);
    return rc == SQLITE_DONE ? SQLITE_OK : is_damage(rc) ? SQLITE_CORRUPT : rc;
}

static int count(sqlite3 *db, const char *text, int64_t *ret)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db, text, -1, &st, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        *ret = sqlite3_column_int64(st, 0);
        rc = SQLITE_OK;
    }
    sqlite3_finalize(st);
    return rc;
}

// A row that the index of pending rows lacks would never be sent.
static int check_index(sqlite3 *db)
{
    int64_t index = 0, pending = 0, listed = 0;
    int rc = count(db, "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name = 'event_pending'",
                   &index);
    if (rc != SQLITE_OK || index == 0) // it is made anew
        return rc;
    rc = count(db, "SELECT count(*) FROM event WHERE +state = 0", &pending);
    if (rc == SQLITE_OK)
        rc = count(db, "SELECT count(*) FROM event INDEXED BY event_pending WHERE state = 0", &listed);
    if (rc == SQLITE_OK && pending == listed)
        rc =
            count(db,
                  "SELECT count(*) FROM event e WHERE +state = 0 AND EXISTS (SELECT 1 FROM event v INDEXED BY"
                  " event_pending WHERE v.state = 0 AND v.epoch_id = e.epoch_id AND v.seq = e.seq)",
                  &listed);
    if (rc == SQLITE_OK && pending != listed)
        rc = SQLITE_CORRUPT;
    return is_damage(rc) ? SQLITE_CORRUPT : rc;
}

int outbox_check_rows(struct sqlite3 *db)
{
    int rc = SQLITE_OK;
    for (int i = 0; i < TABLES && rc == SQLITE_OK; i++)
        rc = check_table(db, &tables[i]);
    return rc == SQLITE_OK ? check_index(db) : rc;
}

// ---------------------------------------------------------------- bringing over
static int prepare_insert(sqlite3 *into, const struct table *t, const struct scan *s, sqlite3_stmt **ret)
{
    sqlite3_str *text = sqlite3_str_new(NULL);
    sqlite3_str_appendf(text, "INSERT OR IGNORE INTO %s(", t->name);
    for (int i = 0; i < s->count; i++)
        sqlite3_str_appendf(text, "%s%s", i ? ", " : "", s->columns[i]->name);
    sqlite3_str_appendf(text, ") VALUES(");
    for (int i = 0; i < s->count; i++)
        sqlite3_str_appendf(text, "%s", i ? ", ?" : "?");
    sqlite3_str_appendf(text, ")");
    return prepare(into, ret, sqlite3_str_finish(text));
}

// True when it is written, or not worth it.
static bool copy_row(const struct scan *s, sqlite3_stmt *to, bool last)
{
    if (!row_is_sound(s) || (is_misplaced(s) && !last))
        return true;
    sqlite3_reset(to);
    for (int i = 0; i < s->count; i++) {
        sqlite3_value *v = sqlite3_column_value(s->row, i);
        if (s->columns[i]->kind == TEXT)
            sqlite3_bind_text(to, i + 1, (const char *)sqlite3_value_text(v), -1, SQLITE_TRANSIENT);
        else
            sqlite3_bind_value(to, i + 1, v);
    }
    return sqlite3_step(to) == SQLITE_DONE;
}

static bool copy_scan(sqlite3 *into, sqlite3 *damaged, const struct table *t, bool backwards, bool last)
{
    struct scan s;
    sqlite3_stmt *to = NULL;
    int rc = scan_open(&s, damaged, t, backwards, last);
    if (rc != SQLITE_OK)
        return rc == SQLITE_DONE || is_damage(rc);
    bool ok = prepare_insert(into, t, &s, &to) == SQLITE_OK;
    while (ok && ((rc = scan_step(&s)) == SQLITE_ROW || (is_damage(rc) && scan_skip(&s)))) // until the damage
        ok = rc != SQLITE_ROW || copy_row(&s, to, last);
    sqlite3_finalize(to);
    scan_close(&s);
    return ok && (rc == SQLITE_DONE || is_damage(rc));
}

// The index of epochs holds their keys a second time, on other pages. An epoch that is found there alone is
// numbered, but of its branch, place and counts nothing is known: the former are taken from today's
// assignment, the latter from its rows.
static bool copy_keys(sqlite3 *into, sqlite3 *damaged, const struct ident *branch, const struct ident *place)
{
    static const char *const texts[] = {
        "SELECT epoch_id, epoch FROM epoch INDEXED BY sqlite_autoindex_epoch_1 WHERE epoch >= x'' ORDER BY "
        "epoch",
        "SELECT epoch_id, epoch FROM epoch INDEXED BY sqlite_autoindex_epoch_1 WHERE epoch >= x'' ORDER BY "
        "epoch DESC",
    };
    sqlite3_stmt *to = NULL, *from;
    bool ok = sqlite3_prepare_v2(into,
                                 "INSERT OR IGNORE INTO epoch(epoch_id, epoch, boot, branch, place)"
                                 " SELECT ?1, ?2, 0, ?3, ?4 WHERE EXISTS"
                                 " (SELECT 1 FROM event WHERE epoch_id = ?1)",
                                 -1, &to, NULL) == SQLITE_OK;
    for (int i = 0; i < 2 && ok; i++) {
        from = NULL;
        int rc = sqlite3_prepare_v2(damaged, texts[i], -1, &from, NULL);
        while (ok && rc == SQLITE_OK && (rc = sqlite3_step(from)) == SQLITE_ROW) {
            rc = SQLITE_OK;
            if (!is_sound(&epoch_columns[0], sqlite3_column_value(from, 0)) ||
                !is_sound(&epoch_columns[1], sqlite3_column_value(from, 1)))
                continue;
            sqlite3_reset(to);
            sqlite3_bind_value(to, 1, sqlite3_column_value(from, 0));
            sqlite3_bind_value(to, 2, sqlite3_column_value(from, 1));
            sqlite3_bind_text(to, 3, branch->s, -1, SQLITE_STATIC);
            sqlite3_bind_text(to, 4, place->s, -1, SQLITE_STATIC);
            ok = sqlite3_step(to) == SQLITE_DONE;
        }
        sqlite3_finalize(from);
        ok = ok && (rc == SQLITE_DONE || is_damage(rc));
    }
    sqlite3_finalize(to);
    return ok;
}

#define VOTES(n)                                                                                             \
    " v" #n " = (SELECT count(*) FROM event v WHERE v.epoch_id = epoch.epoch_id AND v.score = " #n           \
    " AND NOT EXISTS"                                                                                        \
    " (SELECT 1 FROM event w WHERE w.epoch_id = v.epoch_id AND w.voids = v.seq))"

// What was given out and not acknowledged, and is not there: lost. Acknowledged rows above `through` (the
// aggregator lacked one below them) may be counted with them, if they are not there either.
static const char settle_counts[] =
    // A row without its epoch cannot be sent: nobody knows its key.
    "DELETE FROM event WHERE epoch_id NOT IN (SELECT epoch_id FROM epoch);"
    "UPDATE epoch SET next_seq = max(next_seq, 1 + coalesce("
    " (SELECT max(seq) FROM event v WHERE v.epoch_id = epoch.epoch_id), 0));"
    "UPDATE epoch SET levels = coalesce((SELECT max(levels) FROM event v WHERE v.epoch_id = epoch.epoch_id),"
    " 0)," VOTES(1) "," VOTES(2) "," VOTES(3) "," VOTES(4) "," VOTES(5) "," VOTES(6) "," VOTES(7) "," VOTES(
        8) "," VOTES(9) "," VOTES(10) "," VOTES(11) " WHERE boot = 0;"
                                                    "UPDATE epoch SET lost = max(lost, next_seq - 1 - "
                                                    "min(through, next_seq - 1) -"
                                                    " (SELECT count(*) FROM event v WHERE v.epoch_id = "
                                                    "epoch.epoch_id AND v.seq > through));";

bool outbox_salvage_copy(struct sqlite3 *into, struct sqlite3 *damaged, const struct ident *branch,
                         const struct ident *place, bool last)
{
    bool ok = sqlite3_exec(into, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;
    for (int i = 0; i < TABLES && ok; i++)
        ok = copy_scan(into, damaged, &tables[i], false, last) &&
             copy_scan(into, damaged, &tables[i], true, last);
    ok = ok && copy_keys(into, damaged, branch, place) &&
         sqlite3_exec(into, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    if (!ok)
        log_event(LOG_ERROR, "salvage_failed", "into=%Q from=%Q", sqlite3_errmsg(into),
                  sqlite3_errmsg(damaged));
    return ok;
}

int outbox_salvage_count(struct sqlite3 *into, struct salvage *ret)
{
    struct salvage found = {0};
    int rc = sqlite3_exec(into, settle_counts, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = count(into, "SELECT count(*) FROM event", &found.rows);
    if (rc == SQLITE_OK)
        rc = count(into, "SELECT coalesce(sum(lost), 0) FROM epoch", &found.lost);
    if (rc == SQLITE_OK)
        *ret = found;
    return rc;
}
