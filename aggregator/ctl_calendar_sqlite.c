// ctl: special days from an iCalendar file: one calendar of the configuration, as it would stand in the document. Nothing
// else of the document changes.
#include "aggregator/config_text.h"
#include "aggregator/ctl.h"
#include "aggregator/ical.h"
#include "aggregator/store_impl.h"
#include "aggregator/trends.h"
#include "shared/ident.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FILE_MAX = 4 * 1024 * 1024, DAY_MS = 86400000 };

static char *read_all(const char *path)
{
    FILE *f = fopen(path, "re");
    char *text = f != NULL ? malloc(FILE_MAX + 1) : NULL;
    size_t n = text != NULL ? fread(text, 1, FILE_MAX, f) : 0;
    if (text == NULL || ferror(f) || !feof(f)) {
        fprintf(stderr, "puasctl: %s cannot be read, or is larger than 4 MB\n", path);
        free(text);
        text = NULL;
    } else {
        text[n] = '\0';
    }
    if (f != NULL) {
        fclose(f);
    }
    return text;
}

static void write_calendar(FILE *out, const char *id, const char *place, const struct ical_list *days)
{
    fprintf(out, "  - id: \"%s\"\n    place: \"%s\"\n    days:\n", id, place);
    for (size_t i = 0; i < days->count; i++) {
        const struct ical_day *d = &days->items[i];
        char from[16], to[16];
        json_t *name = json_string(d->name); // a JSON string is a YAML one
        char *quoted = json_dumps(name, JSON_ENCODE_ANY);
        fprintf(out, "      - { from: %s, to: %s, name: %s }\n", trend_day_text(d->from, from),
                trend_day_text(d->to, to), quoted != NULL ? quoted : "\"\"");
        free(quoted);
        json_decref(name);
    }
}

// The document as it stands (config_text.h), with this calendar in place of the one of its id. Both are lists of ours, so
// lines tell where they begin.
static void write_document(FILE *out, const char *text, const char *id, const char *place,
                           const struct ical_list *days)
{
    char head[IDENT_MAX + 20], quoted[IDENT_MAX + 20];
    bool within = false, passing = false, written = false;
    snprintf(head, sizeof head, "  - id: %s", id);
    snprintf(quoted, sizeof quoted, "  - id: \"%s\"", id);
    for (const char *line = text; *line != '\0';) {
        int n = (int)strcspn(line, "\n");
        if (line[0] != ' ') { // another list
            within = strncmp(line, "calendars:", 10) == 0;
            passing = false;
        } else if (within && strncmp(line, "  - ", 4) == 0) {
            passing = ((size_t)n == strlen(head) && strncmp(line, head, (size_t)n) == 0) ||
                      ((size_t)n == strlen(quoted) && strncmp(line, quoted, (size_t)n) == 0);
        }
        if (!passing) {
            fprintf(out, "%.*s\n", n, line);
        }
        if (within && line[0] != ' ') {
            write_calendar(out, id, place, days);
            written = true;
        }
        line += n + (line[n] == '\n');
    }
    if (!written) {
        fprintf(out, "calendars:\n");
        write_calendar(out, id, place, days);
    }
}

// malloc'd; NULL: said on standard error.
static char *make_document(const struct ctl *c, const char *id, const char *place, const struct ical_list *days)
{
    struct store *st = ctl_open(c);
    char *text = NULL, *document = NULL;
    size_t n;
    FILE *out = st != NULL ? open_memstream(&text, &n) : NULL;
    bool ok = out != NULL && store_run(st, "BEGIN", "") && config_text(st, CONFIG_ALL, out);
    ok = (out == NULL || fclose(out) == 0) && ok;
    if (st != NULL && !ok) {
        ctl_failed(st);
    }
    store_close(st);
    out = ok ? open_memstream(&document, &n) : NULL;
    if (out != NULL) {
        write_document(out, text, id, place, days);
        fclose(out);
    }
    free(text);
    return document;
}

static int send(const struct ctl *c, const char *path, const char *document)
{
    char *reply = NULL, why[700];
    long status = 0;
    if (!ctl_request(c, path, document, strlen(document), &status, &reply, why, sizeof why)) {
        fprintf(stderr, "puasctl: %s\n", why);
        return CTL_FINDING;
    }
    if (status == 200) {
        printf("%s", reply != NULL ? reply : "");
    } else {
        ctl_refused(reply, "configuration", "the document with this calendar");
    }
    free(reply);
    return status == 200 ? CTL_FINE : CTL_FINDING;
}

int ctl_calendar(struct ctl *c, int argc, char **argv)
{
    const char *place = "", *id = "";
    bool preview = false, wrong = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--preview") == 0) {
            preview = true;
        } else if (strcmp(argv[i], "--place") == 0 && i + 1 < argc) {
            place = argv[++i];
        } else if (strcmp(argv[i], "--id") == 0 && i + 1 < argc) {
            id = argv[++i];
        } else {
            wrong = true;
        }
    }
    if (wrong || !ident_valid(place) || !ident_valid(id)) {
        fprintf(stderr, "puasctl: calendar FILE.ics --place ID --id ID [--preview]\n");
        return CTL_USAGE;
    }
    char *text = read_all(argv[0]), *document = NULL;
    struct ical_list days = {.items = NULL};
    char why[ICAL_WHY] = "";
    int code = CTL_FINDING;
    if (text != NULL && ical_list_read(&days, text, (int32_t)(clock_wall_ms() / DAY_MS), why)) {
        document = make_document(c, id, place, &days);
    } else if (text != NULL) {
        fprintf(stderr, "puasctl: %s: %s\n", argv[0], why);
    }
    if (days.others > 0) {
        fprintf(stderr,
                "puasctl: %d events have a time of day and are left out: write their hours into the calendar "
                "by hand\n",
                days.others);
    }
    if (document != NULL) {
        code = send(c, preview ? "/api/v1/config/diff" : "/api/v1/config/apply", document);
    }
    free(document);
    ical_list_finish(&days);
    free(text);
    return code;
}
