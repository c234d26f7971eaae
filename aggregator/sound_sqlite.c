// sound: the checks.
#include "aggregator/sound.h"

#include "aggregator/pack_body.h"
#include "aggregator/store_impl.h"

#include <stdio.h>
#include <string.h>

enum { TABLES_MAX = 64, NAME_BYTES = 64 };

static enum sound failed(const struct store *st, char *ret_why, size_t n)
{
    snprintf(ret_why, n, "%s", store_why(st));
    return store_error(st) == STORE_DAMAGED ? SOUND_NOT : SOUND_UNKNOWN;
}

// ---------------------------------------------------------------- pages

static enum sound check_table(struct store *st, const char *name, char *ret_why, size_t n)
{
    bool bad = false;
    sqlite3_stmt *s = store_bind(st, "SELECT quick_check FROM pragma_quick_check(?1) LIMIT 1", "t", name);
    if (!store_row(st, s, &bad)) {
        return failed(st, ret_why, n);
    }
    const char *said = (const char *)sqlite3_column_text(s, 0);
    bool sound = said != NULL && strcmp(said, "ok") == 0;
    if (!sound) {
        snprintf(ret_why, n, "table %s: %s", name, said != NULL ? said : "");
    }
    sqlite3_reset(s);
    return sound ? SOUND : SOUND_NOT;
}

static enum sound check_tables(struct store *st, void (*part)(void *ctx, const char *name), void *ctx,
                               char *ret_why, size_t n)
{
    char names[TABLES_MAX][NAME_BYTES];
    int count = 0;
    bool bad = false;
    sqlite3_stmt *s =
        store_bind(st, "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0", "");
    while (store_row(st, s, &bad) && count < TABLES_MAX) {
        store_copy(s, 0, names[count++], NAME_BYTES);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    enum sound e = bad ? failed(st, ret_why, n) : SOUND;
    for (int i = 0; i < count && e == SOUND; i++) {
        if (part != NULL) {
            part(ctx, names[i]);
        }
        e = check_table(st, names[i], ret_why, n);
    }
    return e;
}

// ---------------------------------------------------------------- settled marks

struct span {
    bool there;
    bool readable; // each answer of it
    bool stored;   // else refused, or deleted since
    int32_t epoch_id;
    int64_t first, last;
};

// Columns 3 to 5: event_id, arrived, data; data NULL: refused or deleted, not stored.
static bool readable(sqlite3_stmt *s, int64_t first, int n)
{
    struct pack_reader r;
    struct packed one;
    char room[PACK_BODY_ROOM];
    size_t bytes;
    bool damaged = false;
    int count = 0;
    if (sqlite3_column_type(s, 5) == SQLITE_NULL) {
        return true;
    }
    pack_read(&r, sqlite3_column_blob(s, 5), (size_t)sqlite3_column_bytes(s, 5), n,
              sqlite3_column_int64(s, 3), first, sqlite3_column_int64(s, 4));
    while (pack_next(&r, &one, &damaged)) {
        count += one.body == NULL || pack_body_json(one.body, one.body_bytes, room, &bytes) != NULL;
    }
    return !damaged && count == n;
}

static struct span next_span(struct store *st, sqlite3_stmt *s, bool *bad)
{
    if (!store_row(st, s, bad)) {
        return (struct span){.there = false};
    }
    int64_t first = sqlite3_column_int64(s, 1);
    int n = sqlite3_column_int(s, 2);
    return (struct span){.there = true,
                         .readable = readable(s, first, n),
                         .stored = sqlite3_column_type(s, 5) != SQLITE_NULL,
                         .epoch_id = sqlite3_column_int(s, 0),
                         .first = first,
                         .last = first + n - 1};
}

#define STORED_OR_REFUSED                                                                                    \
    "SELECT epoch_id, first_seq, n, event_id, arrived, data FROM pack UNION ALL"                             \
    " SELECT epoch_id, seq, 1, 0, 0, NULL FROM quarantine WHERE seq > 0"
static const char stored_or_refused[] = STORED_OR_REFUSED " ORDER BY 1, 2";
static const char stored_refused_or_gone[] =
    STORED_OR_REFUSED " UNION ALL SELECT epoch_id, first_seq, n, 0, 0, NULL FROM gone ORDER BY 1, 2";

static bool has_table(struct store *st, const char *name, bool *bad)
{
    sqlite3_stmt *s = store_bind(st, "SELECT 1 FROM sqlite_schema WHERE name = ?1", "t", name);
    bool has = store_row(st, s, bad);
    if (has) {
        sqlite3_reset(s);
    }
    return has;
}

// Both ascend by epoch: what is stored, refused or deleted of each, and how far it was acknowledged.
static enum sound check_marks(struct store *st, struct sound_report *r, char *ret_why, size_t n)
{
    bool bad = false, gone = has_table(st, "gone", &bad); // one of before has none
    enum sound e = SOUND;
    sqlite3_stmt *stored =
        store_bind(st, gone ? stored_refused_or_gone : stored_or_refused, "");
    sqlite3_stmt *marks = store_bind(st, "SELECT epoch_id, through FROM epoch ORDER BY epoch_id", "");
    struct span p = next_span(st, stored, &bad);
    while (!bad && e == SOUND && store_row(st, marks, &bad)) {
        int32_t epoch_id = sqlite3_column_int(marks, 0);
        int64_t through = sqlite3_column_int64(marks, 1), whole = 0, last = 0;
        bool twice = false, unreadable = false;
        for (; p.there && p.epoch_id <= epoch_id && !bad; p = next_span(st, stored, &bad)) {
            twice = twice || p.first <= last;
            unreadable = unreadable || !p.readable;
            last = p.last;
            whole = p.first == whole + 1 ? p.last : whole;
            r->answers += p.stored ? p.last - p.first + 1 : 0;
        }
        r->epochs++;
        if (!bad && (twice || unreadable || whole < through)) {
            e = SOUND_NOT;
            snprintf(
                ret_why, n,
                twice ? "epoch %d holds an answer twice (acknowledged up to %lld)"
                : unreadable
                    ? "epoch %d holds answers that cannot be read (acknowledged up to %lld)"
                    : "epoch %d: answers up to %lld were acknowledged, but they are there only up to %lld",
                (int)epoch_id, (long long)through, (long long)whole);
        }
    }
    e = bad ? failed(st, ret_why, n) : e;
    for (int i = 0; i < 2; i++) {
        if ((i == 0 ? stored : marks) != NULL) {
            sqlite3_reset(i == 0 ? stored : marks);
        }
    }
    return e;
}

enum sound sound_check(struct store *st, void (*part)(void *ctx, const char *name), void *ctx,
                       struct sound_report *ret_r, char *ret_why, size_t n)
{
    *ret_r = (struct sound_report){.answers = 0};
    enum sound e = check_tables(st, part, ctx, ret_why, n);
    if (e != SOUND) {
        return e;
    }
    bool bad = false;
    bool packs = has_table(st, "pack", &bad);
    if (bad || !packs) { // one of before there were packs is looked at by the migration
        return bad ? failed(st, ret_why, n) : SOUND;
    }
    if (part != NULL) {
        part(ctx, "settled marks");
    }
    if (!store_run(st, "BEGIN", "")) { // marks and answers of one moment
        return failed(st, ret_why, n);
    }
    e = check_marks(st, ret_r, ret_why, n);
    store_run(st, "COMMIT", "");
    return e;
}
