// store_impl: what the store_*_sqlite.c files share. Not for others.
#ifndef PUAS_AGGREGATOR_STORE_IMPL_H
#define PUAS_AGGREGATOR_STORE_IMPL_H

#include "aggregator/pack.h"
#include "aggregator/rollups.h"
#include "aggregator/store.h"

#include <sqlite3.h>

enum {
    STATEMENTS_MAX = 256,
    NAMES_CACHED = 64,
    OPEN_PACKS = 128,
    SEGMENT_MARKS = 64,
    TALLIES_MAX = 256,
    TALLY_SLOTS = 512,
    STORE_BUSY_MS = 5000
};

// Votes of the open transaction that are not in `tally` yet: one row is written for all votes of a kiosk and
// quarter.
struct store_tally {
    int32_t place, kiosk, name, levels;
    int64_t quarter;
    int slot;                  // where `slots` names it
    int c[PROTOCOL_SCORE_MAX]; // may be below 0: votes taken back
};

// A place whose rollups are made right from its answers (store_recount_sqlite.c).
struct store_recount {
    int32_t place; // 0: none
    bool raw;      // those by quarter hour too, not only those by segment
    enum recount_part {
        RECOUNT_ANSWERS,
        RECOUNT_TALLY,
        RECOUNT_CHOICES,
        RECOUNT_SEGMENTS,
        RECOUNT_WRITE
    } part;
    struct store *reader; // owned; NULL: all is read
    sqlite3_stmt *rows;   // the reader's; NULL: the part begins
    bool services;
    wall_ms before; // what is older is taken as it is, and segments of days up to `gone`
    int32_t gone;
    struct rollups lacks;
    int32_t written; // rows of it
    mono_ms rests_until; // it had to give way; 0: it did not
};

struct store {
    sqlite3 *db;
    enum store_error error;
    char why[600];
    struct prepared {
        const char *sql; // static: the key
        sqlite3_stmt *st;
    } prepared[STATEMENTS_MAX];
    int prepared_count;
    struct store_cached_name { // by a hash of the id; a later one takes the place of an earlier one
        struct ident id;
        int32_t name; // 0: free
    } names[NAMES_CACHED];
    struct store_tally tallies[TALLIES_MAX];
    int tally_count;
    int16_t slots[TALLY_SLOTS]; // open addressing: index into tallies + 1; 0: free
    struct rollup_tree tree;    // above NULL: nothing is rolled up
    struct rollups rollups;     // of the open transaction, not written yet
    struct rollups segments;    // the same by segment, each at its own place only
    struct segment_mark {       // of documents (store_segments.h)
        bool staff; // id is of a survey that asks staff; else of a question that asks for the segment
        struct ident id;
    } marks[SEGMENT_MARKS];
    int mark_count;
    bool marks_known;
    // Answers of the open transaction that are not in `pack` yet: by epoch, and in the order of their first ones.
    struct store_open_pack {
        struct pack_writer w;
        int32_t epoch_id, place;
    } open[OPEN_PACKS], *opened[OPEN_PACKS];
    int open_count;
    int contact_days;    // contact data is kept so long at most; 0: as its question says
    int64_t last_pack;   // the newest, by its event_id
    int64_t saved_event; // next_event as it was saved
    int64_t next_event, next_epoch, next_name, next_quarantine, next_alert, next_log, next_change, next_audit, next_outgoing,
        next_presence;
    struct store_recount recount;
    int64_t quarantined; // since it was opened
    int lock_fd;
    int log_pages;  // of the write-ahead log, as of the last COMMIT
    int log_tended; // ... when it was last written back
    // A reader's (store_reader_sqlite.c).
    char log_path[600];
    int64_t log_most_bytes;
    mono_ms read_until; // 0: no end
    bool (*look)(void *ctx);
    void *look_ctx;
    char cut_off[160]; // why
};

// What each scored choice named, from the answers: its options, and 0 for each but the first one, with the score of the
// rating that its visit began with, or NULL.
#define NAMED_BY_ANSWERS                                                                                     \
    "SELECT c.place_id, p.kiosk_id, c.name_id, iif(x.beside, 0, o.name_id) AS option_id,"                    \
    " c.at / 900000 AS quarter,"                                                                             \
    " r.score, r.levels FROM event c JOIN epoch p ON p.epoch_id = c.epoch_id"                                \
    " JOIN json_each(c.body, '$.options') j JOIN name o ON o.id = j.value"                                   \
    " JOIN (SELECT 0 AS beside UNION ALL SELECT 1) x ON x.beside = 0 OR j.key > 0 LEFT JOIN event r ON "     \
    "r.epoch_id = c.epoch_id AND r.seq = c.visit"                                                            \
    " AND c.seq > c.visit AND c.seq <= c.visit + 64 AND r.kind = 0 AND (r.flags & 92) = 0"                   \
    " WHERE c.kind = 1 AND (c.flags & 92) = 0"
#define IS_HAPPY "score > levels - iif(levels >= 4, 2, 1)" // rollup_is_happy
#define SUM_UNHAPPY "coalesce(sum(NOT (" IS_HAPPY ")), 0)"
#define SUM_HAPPY "coalesce(sum(" IS_HAPPY "), 0)"

// Prepares (once), resets and binds `sql`, a static text. Format, one letter a value: i int64_t, d int, t
// text, b bytes (pointer, size_t), n NULL, z text or NULL. NULL when it failed.
sqlite3_stmt *store_bind(struct store *st, const char *sql, const char *fmt, ...);
// Binds as above and runs to the end. False when it failed.
bool store_run(struct store *st, const char *sql, const char *fmt, ...);
// One step: true when there is a row. *ret_failed is set (never cleared) when the database failed.
bool store_row(struct store *st, sqlite3_stmt *s, bool *ret_failed);
// Notes the database's error; returns false.
bool store_fail(struct store *st);
void store_copy(sqlite3_stmt *s, int column, char *ret, size_t n); // text column

// Writes the rows of all rollups collected in this transaction; before its COMMIT and before anything reads
// them.
bool store_flush_tallies(struct store *st);
// Notes that memory ran out; returns false.
bool store_no_memory(struct store *st);
// Lets `change` have one answer, in the pack that holds it, and writes what it made of it (seq and event_id must
// stay; a body must stand until this returns). What it was is written to ret, without body; *ret_found false: it is
// not here. `change` false: memory ran out.
bool store_change_answer(struct store *st, int32_t epoch_id, int64_t seq,
                         bool (*change)(void *ctx, struct packed *p), void *ctx, struct packed *ret,
                         int32_t *ret_place, bool *ret_found);
// The body of an answer without what was said: *ret_body, malloc'd, NULL when nothing is left. *ret_changed false: it
// said nothing. False: memory ran out.
enum store_strip {
    // Text, with its language, and ref; of a rating's ref stays its counter (store_segments.h): it counts as before.
    STRIP_OLD,
    STRIP_WORDS, // text, with its language, and ref
    STRIP_ALL    // options too
};
bool store_strip_body(const struct packed *p, enum store_strip strip, char **ret_body, bool *ret_changed);
// Takes an answer out of the rollups, if it is counted, but for those by segment: those are the caller's
// (store_segment_visit, store_segment_range). Reads what is stored of its visit: a choice must be stored yet, as it was;
// of a rating only those choices move that are stored yet.
bool store_uncount_answer(struct store *st, int32_t epoch_id, int32_t kiosk, const struct packed *t,
                          int32_t place);
// The same of one that is looked for.
bool store_uncount(struct store *st, int32_t epoch_id, int32_t kiosk, int64_t seq);
// Answers are to be deleted: their keys stay settled.
bool store_keep_keys(struct store *st, int32_t epoch_id, int64_t first_seq, int n);
// Writes what `rollups` holds (store_rollups_sqlite.c).
bool store_flush_rollups(struct store *st);

// Adds to a row of `tally`, c: ROLLUP_SCORES counts, or of `choice_tally`, n: ROLLUP_NAMED.
bool store_write_tally(struct store *st, int32_t place, int32_t kiosk, int32_t name, int64_t quarter, int levels,
                       const int64_t *c);
bool store_write_choices(struct store *st, int32_t place, int32_t kiosk, int32_t name, int64_t quarter, int32_t option,
                         const int64_t *n);

// store_segments_sqlite.c: the proof row by row. What an answer says as none or one row, for store_segment_add; the rows of
// what was given right at a place after a day, for store_segment_less. NULL: failed.
sqlite3_stmt *store_segment_of(struct store *st, int32_t epoch_id, int64_t seq);
sqlite3_stmt *store_segment_rows(struct store *st, int32_t place, int32_t day);
// Adds what the row counts, if it is of a day after `day`. `here`: by the list of the place, without adding to it. The row
// may be another connection's. False: it failed.
bool store_segment_add(struct store *st, sqlite3_stmt *row, int32_t day, bool here, int by, struct rollups *ret);
bool store_segment_less(sqlite3_stmt *row, int32_t place, struct rollups *ret); // false: memory ran out

// store_recount_sqlite.c. The next step for a place: about so many rows are read or written. Within a transaction, with a
// tree. Another place than before: it begins anew.
bool store_recount(struct store *st, int32_t place, bool raw, int rows, bool *ret_done);
void store_recount_stop(struct store *st); // what it has read is no more true, or no more wanted

// store_packs_sqlite.c. Adds an answer to those of this transaction.
bool store_pack_answer(struct store *st, int32_t epoch_id, int32_t place, const struct packed *p);
// Writes them; before the COMMIT and before anything reads answers.
bool store_flush_events(struct store *st);
bool store_flush_epoch(struct store *st, int32_t epoch_id); // those of one epoch
void store_forget_events(struct store *st);                 // the transaction was rolled back
void store_finish_events(struct store *st);
bool store_load_last(struct store *st); // what the last answer is called
bool store_save_last(struct store *st); // before the COMMIT

#endif
