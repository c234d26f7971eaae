// ctl: imports of history: reads a foreign table by a map, shows what would become of it, or hands it to the running
// aggregator, which alone writes, some hundred lines at a time. Memory stays the same for a million rows.
#include "aggregator/ctl.h"
#include "aggregator/import_map.h"
#include "aggregator/store_impl.h"
#include "aggregator/store_import.h"
#include "shared/digest.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <libgen.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    BATCH_LINES = 200, // some milliseconds of the core
    SHOWN_ROWS = 5,
    SHOWN_REJECTED = 20,
    SHOWN_DAYS = 40,
    TELL_EVERY = 20000,
    UNDO_POLL_MS = 200,
};

struct import {
    const struct ctl *c;
    const char *path, *name;
    FILE *file;
    struct csv *csv; // owned
    struct import_map map;
    struct org org;
    struct store *st; // owned; read-only
    wall_ms now;
    bool preview;
    struct store_import i; // what the aggregator knows of it
    json_t *rows;          // owned: of the open batch
    int64_t from, batch_rejected;
    int64_t lines, taken, rejected; // seen by us
    struct rollups days;            // preview
};

static size_t read_file(void *ctx, char *buf, size_t n)
{
    return fread(buf, 1, n, ctx);
}

static bool said(const char *path, const char *why)
{
    fprintf(stderr, "puasctl: %s%s%s\n", path, path[0] != '\0' ? ": " : "", why);
    return false;
}

// ---------------------------------------------------------------- opening

static bool open_import(struct import *im, const char *map_path)
{
    char why[700], *text;
    const char *bad;
    size_t n;
    struct csv_row head;
    text = ctl_read_document(map_path, &n);
    bool ok =
        text != NULL && (import_map_parse(map_path, text, n, &im->map, why, sizeof why) || said("", why));
    im->file = ok ? fopen(im->path, "re") : NULL;
    im->csv = malloc(sizeof *im->csv);
    if (ok && (im->file == NULL || im->csv == NULL)) {
        ok = said(im->path, strerror(errno));
    }
    if (ok) {
        digest_stream(read_file, im->file, text, n, im->i.sha256);
        rewind(im->file);
        csv_init(im->csv, read_file, im->file, import_map_separator(&im->map));
        enum csv_result r = csv_next(im->csv, &head, &bad);
        ok = r == CSV_ROW ? import_map_bind(&im->map, &head, why, sizeof why) || said(im->path, why)
                          : said(im->path, r == CSV_END ? "it is empty" : bad);
    }
    free(text);
    im->st = ok ? ctl_open(im->c) : NULL;
    return im->st != NULL && (org_load(&im->org, im->st, why, sizeof why) || said("", why));
}

static void close_import(struct import *im)
{
    if (im->file != NULL) {
        fclose(im->file);
    }
    free(im->csv);
    import_map_finish(&im->map);
    org_finish(&im->org);
    store_close(im->st);
    json_decref(im->rows);
    rollups_finish(&im->days);
}

// ---------------------------------------------------------------- asking the aggregator

// The import as the aggregator sees it now. False: said.
static bool ask(struct import *im, const char *path, json_t *o)
{
    char *body = json_dumps(o, JSON_COMPACT), *reply = NULL, why[700];
    long status = 0;
    json_decref(o);
    bool ok = body != NULL && ctl_request(im->c, path, body, strlen(body), &status, &reply, why, sizeof why);
    free(body);
    if (!ok) {
        return said("", body != NULL ? why : "out of memory");
    }
    o = status == 200 ? json_loads(reply, 0, NULL) : NULL;
    if (o == NULL) {
        ctl_refused(reply, NULL, NULL);
    } else {
        im->i.import_id = json_integer_value(json_object_get(o, "import"));
        im->i.state = (enum import_state)json_integer_value(json_object_get(o, "state"));
        im->i.lines = json_integer_value(json_object_get(o, "lines"));
        im->i.answers = json_integer_value(json_object_get(o, "answers"));
        im->i.rejected = json_integer_value(json_object_get(o, "rejected"));
    }
    json_decref(o);
    free(reply);
    return status == 200;
}

static bool begin(struct import *im)
{
    const struct passwd *user = getpwuid(getuid());
    bool ok = ask(im, "/api/v1/config/import/begin",
                  json_pack("{s:s,s:s,s:s}", "sha256", im->i.sha256, "name", im->name, "by",
                            user != NULL ? user->pw_name : "?"));
    im->from = im->i.lines;
    return ok;
}

static bool send_batch(struct import *im, bool end)
{
    int64_t to = im->csv->line - 1;
    json_t *rows = im->rows;
    im->rows = json_array();
    bool ok = ask(im, "/api/v1/config/import/rows",
                  json_pack("{s:I,s:I,s:I,s:I,s:b,s:o}", "import", (json_int_t)im->i.import_id, "from",
                            (json_int_t)im->from, "to", (json_int_t)(to > im->from ? to : im->from),
                            "rejected", (json_int_t)im->batch_rejected, "end", (int)end, "rows", rows));
    im->from = im->i.lines;
    im->batch_rejected = 0;
    return ok;
}

// ---------------------------------------------------------------- rows

// Text of others must not move the terminal's cursor.
static const char *plain(const char *text, char ret[IMPORT_WHY_MAX])
{
    snprintf(ret, IMPORT_WHY_MAX, "%.150s", text);
    for (char *p = ret; *p != '\0'; p++) {
        *p = (unsigned char)*p < ' ' || *p == 127 ? '?' : *p;
    }
    return ret;
}

static void reject(struct import *im, int64_t line, const char *column, const char *why)
{
    char shown[IMPORT_WHY_MAX];
    im->rejected++;
    im->batch_rejected++;
    if (im->rejected <= SHOWN_REJECTED) {
        printf("%s:%" PRId64 ": %s%s%s%s\n", im->path, line, column[0] != '\0' ? "column '" : "", column,
               column[0] != '\0' ? "': " : "", plain(why, shown));
    } else if (im->rejected == SHOWN_REJECTED + 1) {
        printf("... and so on\n");
    }
}

static void utc_text(wall_ms at, char *ret, size_t n)
{
    struct tm tm;
    time_t s = (time_t)(at / 1000);
    gmtime_r(&s, &tm);
    strftime(ret, n, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static bool show_row(struct import *im, const struct import_row *r, int64_t line)
{
    struct rollup day = {.kind = ROLLUP_DAY, .place = r->place, .day = r->day, .what = r->of};
    char at[32], shown[IMPORT_WHY_MAX];
    if (im->taken < SHOWN_ROWS) {
        utc_text(r->at, at, sizeof at);
        printf("line %" PRId64 ": %s %s %s", line, at, im->org.places[r->place].id.s, r->question.s);
        if (r->of > 0) {
            printf(" %d of %d", r->score, r->of);
        }
        for (int i = 0; i < r->option_count; i++) {
            printf("%s%s", i == 0 ? " because of " : ", ", r->options[i].s);
        }
        printf("%s%.60s%s%s%s\n", r->text[0] != '\0' ? " \"" : "", plain(r->text, shown),
               r->text[0] != '\0' ? "\"" : "", r->lang[0] != '\0' ? " in " : "", r->lang);
    }
    day.c[r->of > 0 ? r->score - 1 : 0] = r->of > 0;
    return rollups_add(&im->days, &day, 1) || said("", "out of memory");
}

static bool send_row(struct import *im, const struct import_row *r)
{
    json_t *options = json_array();
    for (int i = 0; i < r->option_count; i++) {
        json_array_append_new(options, json_string(r->options[i].s));
    }
    json_array_append_new(im->rows,
                          json_pack("[s,I,s,i,i,o,s,s,s,s]", im->org.places[r->place].id.s, (json_int_t)r->at,
                                    r->question.s, r->score, r->of, options, im->map.reasons.question.s,
                                    r->text, im->map.comment.question.s, r->lang));
    return json_array_size(im->rows) < BATCH_LINES || send_batch(im, false);
}

static bool take_row(struct import *im, const struct csv_row *row)
{
    struct import_row r;
    const char *column;
    char why[IMPORT_WHY_MAX];
    if (!import_map_row(&im->map, &im->org, row, im->now, &r, &column, why)) {
        reject(im, row->line, column, why);
        return im->preview || im->batch_rejected < BATCH_LINES || send_batch(im, false);
    }
    bool ok = im->preview ? show_row(im, &r, row->line) : send_row(im, &r);
    im->taken++;
    return ok;
}

static void tell(const struct import *im, bool end)
{
    if (im->lines % TELL_EVERY == 0 || end) {
        fprintf(stderr, "%" PRId64 " rows, %" PRId64 " taken, %" PRId64 " rejected%s", im->lines, im->taken,
                im->rejected, end || !isatty(STDERR_FILENO) ? "\n" : "\r");
    }
}

static bool read_rows(struct import *im)
{
    struct csv_row row;
    const char *why;
    enum csv_result r;
    bool ok = true;
    while (ok && (r = csv_next(im->csv, &row, &why)) != CSV_END) {
        if (!im->preview && row.line <= im->from) {
            continue; // an earlier attempt came so far
        }
        im->lines++;
        if (r == CSV_ROW) {
            ok = take_row(im, &row);
        } else {
            reject(im, row.line, "", why);
        }
        if (r == CSV_BROKEN) {
            fprintf(stderr, "puasctl: %s:%" PRId64 ": %s; the lines from there on are not read\n", im->path,
                    row.line, why);
            return false;
        }
        tell(im, false);
    }
    if (ok && ferror(im->file)) {
        return said(im->path, strerror(errno));
    }
    tell(im, true);
    return ok;
}

// ---------------------------------------------------------------- preview

static void show_days(const struct import *im)
{
    struct table t;
    char day[20];
    table_init(&t, "place|day|of|1|2|3|4|5|6|more");
    for (int32_t i = 0; i < im->days.count && i < SHOWN_DAYS; i++) {
        const struct rollup *r = &im->days.items[i];
        int64_t more = 0;
        time_t s = (time_t)r->day * 86400;
        strftime(day, sizeof day, "%Y-%m-%d", gmtime(&s));
        table_add(&t, "%s", im->org.places[r->place].id.s);
        table_add(&t, "%s", day);
        table_add(&t, "%d", (int)r->what);
        for (int k = 0; k < ROLLUP_SCORES; k++) {
            more += k >= 6 ? r->c[k] : 0;
            if (k < 6) {
                table_add(&t, "%" PRId64, r->c[k]);
            }
        }
        table_add(&t, "%" PRId64, more);
    }
    printf("\nscores by place and local day:\n");
    table_print(&t);
    table_finish(&t);
    if (im->days.count > SHOWN_DAYS) {
        printf("... and %d more\n", (int)im->days.count - SHOWN_DAYS);
    }
}

static int preview(struct import *im)
{
    bool ok = read_rows(im);
    show_days(im);
    printf("%" PRId64 " rows would be stored, %" PRId64 " rejected; nothing was\n", im->taken, im->rejected);
    return ok && im->taken > 0 ? CTL_FINE : CTL_FINDING;
}

// ---------------------------------------------------------------- commands

static int run_import(struct import *im)
{
    im->rows = json_array();
    if (!begin(im)) {
        return CTL_FINDING;
    }
    if (im->i.state != IMPORT_RUNNING) {
        printf("this file was imported by this map before, as %" PRId64 ": nothing to do\n", im->i.import_id);
        return CTL_FINE;
    }
    if (!read_rows(im) || !send_batch(im, true)) {
        fprintf(stderr,
                "puasctl: the import %" PRId64
                " is not finished: the same command goes on with it, `puasctl import"
                " undo %" PRId64 "` takes it back\n",
                im->i.import_id, im->i.import_id);
        return CTL_FINDING;
    }
    printf("import %" PRId64 ": %" PRId64 " answers stored, %" PRId64 " rows rejected\n", im->i.import_id,
           im->i.answers, im->i.rejected);
    return CTL_FINE;
}

int ctl_import(struct ctl *c, int argc, char **argv)
{
    const char *map = NULL;
    struct import *im = calloc(1, sizeof *im);
    char *copy = strdup(argv[0]);
    bool usage = im == NULL || copy == NULL;
    if (!usage) {
        *im = (struct import){.c = c, .path = argv[0], .name = basename(copy), .now = clock_wall_ms()};
    }
    for (int i = 1; !usage && i < argc; i++) {
        if (strcmp(argv[i], "--map") == 0 && i + 1 < argc) {
            map = argv[++i];
        } else if (strcmp(argv[i], "--preview") == 0) {
            im->preview = true;
        } else {
            usage = true;
        }
    }
    int code = CTL_USAGE;
    if (usage || map == NULL) {
        fprintf(stderr, "puasctl: import FILE.csv --map MAP.yaml [--preview]; import list; import undo ID\n");
    } else {
        code = !open_import(im, map) ? CTL_FINDING : im->preview ? preview(im) : run_import(im);
        close_import(im);
    }
    free(copy);
    free(im);
    return code;
}

static const char *const states[] = {"not finished", "stored", "being undone", "undone"};

int ctl_import_list(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct store *st = ctl_open(c);
    struct table t;
    char ago[32], first[32], last[32];
    bool failed = false;
    if (st == NULL) {
        return CTL_FINDING;
    }
    table_init(&t, "import|file|when|by|state|answers|rejected|from|to");
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT import_id, name, at, who, state, answers, rejected, first_at, last_at"
                   " FROM import ORDER BY import_id",
                   "");
    while (store_row(st, s, &failed)) {
        int64_t answers = sqlite3_column_int64(s, 5);
        utc_text(sqlite3_column_int64(s, 7), first, sizeof first);
        utc_text(sqlite3_column_int64(s, 8), last, sizeof last);
        table_add(&t, "%lld", (long long)sqlite3_column_int64(s, 0));
        table_add(&t, "%s", (const char *)sqlite3_column_text(s, 1));
        table_add(&t, "%s", table_ago(sqlite3_column_int64(s, 2), clock_wall_ms(), ago));
        table_add(&t, "%s", (const char *)sqlite3_column_text(s, 3));
        table_add(&t, "%s", states[sqlite3_column_int(s, 4) & 3]);
        table_add(&t, "%lld", (long long)answers);
        table_add(&t, "%lld", (long long)sqlite3_column_int64(s, 6));
        table_add(&t, "%.10s", answers > 0 ? first : "");
        table_add(&t, "%.10s", answers > 0 ? last : "");
    }
    int code = failed ? ctl_failed(st) : CTL_FINE;
    table_print(&t);
    table_finish(&t);
    store_close(st);
    return code;
}

// Waits until it is done, which takes as long as storing did.
static int await_undone(const struct ctl *c, int64_t id, int64_t left, int64_t gone)
{
    struct store_import i = {.state = IMPORT_UNDOING};
    while (i.state == IMPORT_UNDOING) {
        struct store *st = ctl_open(c);
        if (st == NULL) {
            return CTL_FINDING;
        }
        bool ok = store_import(st, id, &i);
        int code = ok ? CTL_FINE : ctl_failed(st);
        store_close(st);
        if (!ok) {
            return code;
        }
        nanosleep(&(struct timespec){.tv_nsec = UNDO_POLL_MS * 1000000L}, NULL);
    }
    printf("import %" PRId64 " is undone: %" PRId64 " answers are gone, and what they counted\n", id, left);
    if (gone > 0) {
        printf("%" PRId64 " more had been deleted by retention before: what these counted stays\n", gone);
    }
    return CTL_FINE;
}

int ctl_import_undo(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    char path[100], why[700], *reply = NULL;
    long status = 0;
    size_t n = strlen(argv[0]);
    if (n == 0 || n > 18 || strspn(argv[0], "0123456789") != n) {
        fprintf(stderr, "puasctl: '%.60s' is no import: its number stands in `puasctl import list`\n",
                argv[0]);
        return CTL_USAGE;
    }
    snprintf(path, sizeof path, "/api/v1/imports/%.18s/undo", argv[0]);
    if (!ctl_request(c, path, "", 0, &status, &reply, why, sizeof why)) {
        fprintf(stderr, "puasctl: %s\n", why);
        return CTL_FINDING;
    }
    json_t *o = status == 200 ? json_loads(reply, 0, NULL) : NULL;
    int code = o != NULL ? await_undone(c, strtoll(argv[0], NULL, 10), json_integer_value(json_object_get(o, "left")),
                                        json_integer_value(json_object_get(o, "gone")))
                         : ctl_refused(reply, NULL, NULL);
    json_decref(o);
    free(reply);
    return code;
}
