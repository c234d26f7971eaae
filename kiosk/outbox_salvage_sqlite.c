// Both tables are read from their beginning until the damage, and from their end back to it: what one scan
// cannot reach the other may. Epochs keep their numbers, so their order; this start begins one of its own as
// always, so no key is ever given twice.
#include "kiosk/outbox_salvage.h"

#include "shared/log.h"
#include "shared/protocol.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

enum kind { WHOLE, TEXT, BLOB };

struct column {
    const char *name;
    enum kind kind;
    int most;         // bytes of a text or blob
    int64_t from, to; // of a number
};
#define NUMBER(name, from, to)                                                                               \
    {                                                                                                        \
        name, WHOLE, 0, from, to                                                                             \
    }

static const struct column epoch_columns[] = {
    NUMBER("epoch_id", 1, PROTOCOL_INT_MAX),
    {"epoch", BLOB, EPOCH_BYTES, 0, 0},
    NUMBER("boot", 0, PROTOCOL_INT_MAX),
    {"branch", TEXT, IDENT_MAX, 0, 0},
    {"place", TEXT, IDENT_MAX, 0, 0},
    NUMBER("next_seq", 1, PROTOCOL_INT_MAX),
    NUMBER("levels", 0, PROTOCOL_SCORE_MAX),
    NUMBER("v1", 0, PROTOCOL_INT_MAX),
    NUMBER("v2", 0, PROTOCOL_INT_MAX),
    NUMBER("v3", 0, PROTOCOL_INT_MAX),
    NUMBER("v4", 0, PROTOCOL_INT_MAX),
    NUMBER("v5", 0, PROTOCOL_INT_MAX),
    NUMBER("v6", 0, PROTOCOL_INT_MAX),
    NUMBER("v7", 0, PROTOCOL_INT_MAX),
    NUMBER("v8", 0, PROTOCOL_INT_MAX),
    NUMBER("v9", 0, PROTOCOL_INT_MAX),
    NUMBER("v10", 0, PROTOCOL_INT_MAX),
    NUMBER("v11", 0, PROTOCOL_INT_MAX),
    {0},
};
static const struct column event_columns[] = {
    NUMBER("epoch_id", 1, PROTOCOL_INT_MAX),
    NUMBER("seq", 1, PROTOCOL_INT_MAX),
    NUMBER("state", 0, 3),
    NUMBER("at", 0, PROTOCOL_INT_MAX),
    NUMBER("up", -1, PROTOCOL_INT_MAX),
    NUMBER("visit", 0, PROTOCOL_INT_MAX),
    NUMBER("type", EVENT_RATING, EVENT_VOID),
    {"question", TEXT, IDENT_MAX, 0, 0},
    NUMBER("score", 0, PROTOCOL_SCORE_MAX),
    NUMBER("levels", 0, PROTOCOL_SCORE_MAX),
    {"options", TEXT, PROTOCOL_OPTIONS_MAX *(IDENT_MAX + 1), 0, 0},
    {"text", TEXT, PROTOCOL_TEXT_MAX, 0, 0},
    NUMBER("voids", 0, PROTOCOL_INT_MAX),
    NUMBER("since", -1, INT32_MAX),
    NUMBER("fingers", 0, 100),
    {"survey", TEXT, IDENT_MAX, 0, 0},
    NUMBER("version", 0, INT32_MAX),
    {"lang", TEXT, PROTOCOL_LANG_MAX, 0, 0},
    {"by", TEXT, 12, 0, 0},
    NUMBER("clock", 0, 1),
    {"ref", TEXT, PROTOCOL_REF_MAX, 0, 0},
    NUMBER("keep", 0, PROTOCOL_KEEP_DAYS_MAX),
    {0},
};

static const struct table {
    const char *name, *key; // its primary key, ascending
    const char *backwards;
    const struct column *columns;
} tables[] = {
    {"epoch", "epoch_id", "epoch_id DESC", epoch_columns},
    {"event", "epoch_id, seq", "epoch_id DESC, seq DESC", event_columns},
};

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
    case TEXT:
        return sqlite3_value_type(v) == SQLITE_TEXT && n <= c->most && is_utf8(sqlite3_value_text(v), n);
    default:
        return sqlite3_value_type(v) == SQLITE_BLOB && n == c->most;
    }
}

// "SELECT a, b FROM event ORDER BY ..." and "INSERT OR IGNORE INTO event(a, b) VALUES(?, ?)".
// What a file of an older program lacks is empty.
static char *select_text(sqlite3 *db, const struct table *t, bool backwards)
{
    sqlite3_str *s = sqlite3_str_new(NULL);
    for (const struct column *c = t->columns; c->name; c++) {
        bool there = sqlite3_table_column_metadata(db, NULL, t->name, c->name, NULL, NULL, NULL, NULL,
                                                   NULL) == SQLITE_OK;
        sqlite3_str_appendf(s, "%s%s", c == t->columns ? "SELECT " : ", ",
                            there             ? c->name
                            : c->kind == TEXT ? "''"
                                              : "0");
    }
    sqlite3_str_appendf(s, " FROM %s ORDER BY %s", t->name, backwards ? t->backwards : t->key);
    return sqlite3_str_finish(s);
}

static char *insert_text(const struct table *t)
{
    sqlite3_str *s = sqlite3_str_new(NULL);
    sqlite3_str_appendf(s, "INSERT OR IGNORE INTO %s(", t->name);
    for (const struct column *c = t->columns; c->name; c++)
        sqlite3_str_appendf(s, "%s%s", c == t->columns ? "" : ", ", c->name);
    sqlite3_str_appendf(s, ") VALUES(");
    for (const struct column *c = t->columns; c->name; c++)
        sqlite3_str_appendf(s, "%s", c == t->columns ? "?" : ", ?");
    sqlite3_str_appendf(s, ")");
    return sqlite3_str_finish(s);
}

// Copies the row that `from` stands on, if it is sound. False: it cannot be written.
static bool copy_row(const struct table *t, sqlite3_stmt *from, sqlite3_stmt *to)
{
    sqlite3_reset(to);
    for (int i = 0; t->columns[i].name; i++) {
        sqlite3_value *v = sqlite3_column_value(from, i);
        if (!is_sound(&t->columns[i], v))
            return true;
        sqlite3_bind_value(to, i + 1, v);
    }
    return sqlite3_step(to) == SQLITE_DONE;
}

static bool copy_table(sqlite3 *damaged, sqlite3 *into, const struct table *t)
{
    char *insert = insert_text(t);
    sqlite3_stmt *to = NULL;
    bool ok = insert && sqlite3_prepare_v2(into, insert, -1, &to, NULL) == SQLITE_OK;
    for (int backwards = 0; backwards < 2 && ok; backwards++) {
        char *select = select_text(damaged, t, backwards != 0);
        sqlite3_stmt *from = NULL;
        if (select && sqlite3_prepare_v2(damaged, select, -1, &from, NULL) == SQLITE_OK)
            while (ok && sqlite3_step(from) == SQLITE_ROW) // until the damage
                ok = copy_row(t, from, to);
        sqlite3_finalize(from);
        sqlite3_free(select);
    }
    sqlite3_finalize(to);
    sqlite3_free(insert);
    return ok;
}

static int64_t count_rows(sqlite3 *db)
{
    sqlite3_stmt *st = NULL;
    int64_t n = 0;
    // A row without its epoch cannot be sent: nobody knows its key.
    if (sqlite3_exec(db, "DELETE FROM event WHERE epoch_id NOT IN (SELECT epoch_id FROM epoch)", NULL, NULL,
                     NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "SELECT count(*) FROM event", -1, &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW)
        n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

// The count of program starts goes on, so that session numbers keep growing.
static void copy_boot(sqlite3 *into)
{
    sqlite3_exec(into, "INSERT OR IGNORE INTO meta SELECT 'boot', max(boot) FROM epoch HAVING max(boot) > 0",
                 NULL, NULL, NULL);
}

int64_t outbox_salvage(struct sqlite3 *into, const char *path)
{
    sqlite3 *damaged = NULL;
    int64_t rows = 0;
    if (sqlite3_open_v2(path, &damaged, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK) {
        bool ok = sqlite3_exec(into, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;
        for (size_t i = 0; i < sizeof tables / sizeof *tables && ok; i++)
            ok = copy_table(damaged, into, &tables[i]);
        if (ok) {
            rows = count_rows(into);
            copy_boot(into);
            ok = sqlite3_exec(into, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
        }
        if (!ok) {
            log_event(LOG_ERROR, "salvage_failed", "why=%Q", sqlite3_errmsg(into));
            sqlite3_exec(into, "ROLLBACK", NULL, NULL, NULL);
            rows = -1;
        }
    }
    sqlite3_close_v2(damaged);
    return rows;
}
