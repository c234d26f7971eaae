// ctl: what puasctl's files share. Commands read the database directly, also while the aggregator runs; what
// changes something is asked of the running aggregator.
//   puasctl.c          options, the table of commands
//   ctl_show_sqlite.c  status, kiosks, alerts, quarantine
//   ctl_check_sqlite.c recount by quarter hour
//   ctl_backup.c       a copy of the store, and what is known of the last one
//   ctl_restore_sqlite.c a copy in place of the store
//   ctl_rollups_sqlite.c recount up the tree, repair
//   ctl_export_sqlite.c the configuration as YAML (config_text.h)
//   ctl_calendar_sqlite.c special days from an iCalendar file
//   ctl_query.h        what reports are asked by
//   ctl_trends.c       trends, ranking, reasons, coverage, gaps, scores, segments, skm
//   ctl_backtest.c     what rules would have done
//   ctl_answers.c      the answers as a file
//   ctl_content_sqlite.c contents of kiosks: list, show
//   ctl_verdicts_sqlite.c verdicts: list, rerun
//   ctl_contacts_sqlite.c contact data: list, erase, the key
//   ctl_erase_sqlite.c erasure by visit or contact
//   ctl_retention_sqlite.c what goes when
//   ctl_import_sqlite.c imports: preview, run, list, undo
//   ctl_channels.c     channels: list, test
//   ctl_remote.c       pushing contents, ordering kiosks about, their passwords
//   ctl_tokens.c     tokens of programs
//   ctl_curl.c         requests to the aggregator
//   ctl_table.c        aligned tables
#ifndef PUAS_AGGREGATOR_CTL_H
#define PUAS_AGGREGATOR_CTL_H

#include "shared/clock.h"

#include <stdbool.h>
#include <stddef.h>

struct store;

enum ctl_exit { CTL_FINE, CTL_FINDING, CTL_USAGE }; // exit codes: FINDING also for whatever failed

struct ctl {
    const char *data; // folder of the store
    bool json;        // machine-readable output
    int64_t offline_ms;
    int64_t disk_stop; // as in the settings: room that a copy must leave
};

// A read-only connection, as a store of which only store_bind and store_row may be used; close by
// store_close. NULL: said on standard error.
struct store *ctl_open(const struct ctl *c);
// Says on standard error that the database failed; returns CTL_FINDING.
int ctl_failed(const struct store *st);

int ctl_status(struct ctl *c, int argc, char **argv);
int ctl_kiosks(struct ctl *c, int argc, char **argv);
int ctl_kiosk_password(struct ctl *c, int argc, char **argv);
int ctl_alerts(struct ctl *c, int argc, char **argv);
int ctl_quarantine(struct ctl *c, int argc, char **argv);
int ctl_recount(struct ctl *c, int argc, char **argv);
// Compares the rollups by local day with the finer ones, in the open transaction; prints what differs, the
// first `shown` rows. Returns how many; *ret_failed is set (never cleared) when the database failed.
int64_t ctl_recount_days(struct store *st, int shown, bool *ret_failed);
int ctl_repair(struct ctl *c);
// An id by its number: "SELECT id FROM ... = ?1"; the number itself where there is none. Returns ret (n
// bytes).
const char *ctl_id(struct store *st, const char *sql, int32_t number, char *ret, size_t n);
// Says how far work beside the ingest is, where it has changed, until `key` of /api/v1/status is at most `enough`. words:
// what is left, in the plural. CTL_FINDING: the aggregator does not answer any more, and this has been said.
int ctl_follow(const struct ctl *c, const char *key, int64_t enough, const char *words);
int ctl_backup(struct ctl *c, int argc, char **argv);
int ctl_restore(struct ctl *c, int argc, char **argv);
// backup_options.progress: says on standard error how far it is; ctx: an int, 0 at first.
bool ctl_backup_progress(void *ctx, int64_t bytes, int64_t of);
int ctl_trends(struct ctl *c, int argc, char **argv);
int ctl_ranking(struct ctl *c, int argc, char **argv);
int ctl_reasons(struct ctl *c, int argc, char **argv);
int ctl_coverage(struct ctl *c, int argc, char **argv);
int ctl_gaps(struct ctl *c, int argc, char **argv);
int ctl_goal(struct ctl *c, int argc, char **argv);
int ctl_scores(struct ctl *c, int argc, char **argv);
int ctl_segments(struct ctl *c, int argc, char **argv);
int ctl_skm(struct ctl *c, int argc, char **argv);
int ctl_backtest(struct ctl *c, int argc, char **argv);
int ctl_answers(struct ctl *c, int argc, char **argv);
int ctl_export(struct ctl *c, int argc, char **argv);
int ctl_calendar(struct ctl *c, int argc, char **argv);
int ctl_diff(struct ctl *c, int argc, char **argv);
int ctl_apply(struct ctl *c, int argc, char **argv);
int ctl_push(struct ctl *c, int argc, char **argv);
int ctl_content_list(struct ctl *c, int argc, char **argv);
int ctl_content_show(struct ctl *c, int argc, char **argv);
int ctl_command(struct ctl *c, int argc, char **argv);
int ctl_contacts(struct ctl *c, int argc, char **argv);
int ctl_contacts_erase(struct ctl *c, int argc, char **argv);
int ctl_erase(struct ctl *c, int argc, char **argv);
int ctl_erase_list(struct ctl *c, int argc, char **argv);
int ctl_retention(struct ctl *c, int argc, char **argv);
int ctl_import(struct ctl *c, int argc, char **argv);
int ctl_import_list(struct ctl *c, int argc, char **argv);
int ctl_import_undo(struct ctl *c, int argc, char **argv);
int ctl_channels(struct ctl *c, int argc, char **argv);
int ctl_channels_secret(struct ctl *c, int argc, char **argv);
int ctl_channels_test(struct ctl *c, int argc, char **argv);
int ctl_contact_key(struct ctl *c, int argc, char **argv);
int ctl_token_add(struct ctl *c, int argc, char **argv);
int ctl_token_list(struct ctl *c, int argc, char **argv);
int ctl_token_revoke(struct ctl *c, int argc, char **argv);
int ctl_verdicts_list(struct ctl *c, int argc, char **argv);
int ctl_verdicts_rerun(struct ctl *c, int argc, char **argv);

// Reads a file ("-": standard input) of at most 1 MiB; malloc'd. NULL: said on standard error.
char *ctl_read_document(const char *path, size_t *ret_n);
// Says on standard error why a request was refused. In its reasons the core calls the document `name`, which
// becomes `file`; both NULL: there was none. Returns CTL_FINDING.
int ctl_refused(const char *reply, const char *name, const char *file);

// Asks the aggregator that serves this data folder. body NULL: GET. False: *ret_why (n bytes) says why not;
// else *ret_status and *ret_reply (malloc'd text).
bool ctl_request(const struct ctl *c, const char *path, const char *body, size_t body_bytes, long *ret_status,
                 char **ret_reply, char *ret_why, size_t n);

// ---------------------------------------------------------------- tables
enum { TABLE_COLUMNS = 12 };
struct table {
    int columns, rows, room;
    char **cells; // owned: rows x columns
};
// `heads` are separated by '|'.
void table_init(struct table *t, const char *heads);
// One cell more, printf-like; rows fill by themselves.
void table_add(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void table_print(struct table *t);
void table_finish(struct table *t);
// "12 s ago", "-" for 0. `ret` holds 32 bytes.
const char *table_ago(wall_ms at, wall_ms now, char *ret);

#endif
