// puasctl: looks into a running or a stopped Puas, and moves its configuration. Commands are table rows.
#include "aggregator/ctl.h"
#include "aggregator/settings.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOCUMENT_MAX = 1024 * 1024, DEFAULT_OFFLINE_MS = 120000, DEFAULT_STOP_BYTES = 100000000 };

static const struct command_row {
    const char *name, *sub, *arguments; // sub NULL: a command of one word
    int least, most;                    // arguments
    int (*run)(struct ctl *c, int argc, char **argv);
    const char *help;
} rows[] = {
    {"status", NULL, "", 0, 0, ctl_status,
     "is it running, what is stored, when was the last backup; exit 1 when it does not run, something is "
     "wrong with the store, or a message could not be delivered today"},
    {"kiosks", "password", "KIOSK", 1, 1, ctl_kiosk_password,
     "a new password at the broker, where broker.control is set; its connection ends, and the old password; shown once"},
    {"kiosks", NULL, "", 0, 0, ctl_kiosks, "every kiosk with its state"},
    {"alerts", NULL, "[all]", 0, 1, ctl_alerts, "open alerts; all: the last 500 of any state"},
    {"recount", NULL, "[--repair]", 0, 1, ctl_recount,
     "compares the rollups with the answers, at every level of the tree; exit 1 when they differ. --repair: "
     "makes "
     "them anew, also while the aggregator runs, and tells how far it is"},
    {"trends", NULL,
     "PLACE [--from DAY] [--to DAY] [--by day|week|month] [--weekday 0-6] [--hour 0-23] [--question ID]"
     " [--segment ID | --reason QUESTION:ID [--visits all|unhappy|happy]]",
     1, 15, ctl_trends,
     "how satisfied, day by day, with 95 % intervals, or how often a reason was named; the four weeks up to yesterday if not said otherwise"},
    {"ranking", NULL, "PLACE [--from DAY] [--to DAY] [--of branches|children] [--question ID | --reason QUESTION:ID [--visits all|unhappy|happy]]", 1, 11,
     ctl_ranking,
     "the branches under a place, best first, or those first that name a reason most often; those that chance alone could have ordered share a rank"},
    {"reasons", NULL, "PLACE [--from DAY] [--to DAY] [--question ID] [--lang CODE]", 1, 9, ctl_reasons,
     "what customers name, by unhappy and happy visits, with shares of the visits"},
    {"coverage", NULL, "PLACE [--from DAY] [--to DAY] [--by day|week|month]", 1, 7, ctl_coverage,
     "how much of what kiosks counted is here, and how long they were ready within opening hours"},
    {"gaps", NULL, "PLACE [--from DAY] [--to DAY]", 1, 5, ctl_gaps,
     "what customers expect against what they find, by dimension, weighted by what matters to them"},
    {"goal", NULL, "PLACE [--goal PERCENT --goal_from DAY --goal_by DAY]", 1, 7, ctl_goal,
     "how far the place is on the way to its goal, or would be to another one: steps by quarter, and which of them history says are out of reach"},
    {"scores", NULL, "PLACE [--from DAY] [--to DAY]", 1, 5, ctl_scores,
     "every question: face index, satisfied, NPS or customer effort, with standard errors"},
    {"segments", NULL, "PLACE [--from DAY] [--to DAY] [--question ID]", 1, 7, ctl_segments,
     "by service or counter, as far as the place tells them apart"},
    {"skm", NULL, "PLACE [--from DAY] [--to DAY] [--population NUMBER]", 1, 7, ctl_skm,
     "the report of the Survei Kepuasan Masyarakat: nine elements, index and class"},
    {"backtest", NULL, "PLACE [SETTING [SETTING]] [--from DAY] [--to DAY] [--late counted]", 1, 9, ctl_backtest,
     "the alerts that a setting would have raised, and what it costs in false alarms; two of them side by side. "
     "SETTING: a standard's id, or such as 'kind: standard, percent: 90' or 'kind: offline'; the promise of the place if not said "
     "otherwise. The 90 days up to yesterday; --late counted: also votes that came late, such as imported ones"},
    {"export", NULL, "csv|json|xlsx [-o FILE] [--place ID] [--from DAY] [--to DAY] [--question ID]", 1, 11,
     ctl_answers, "the answers up to yesterday, one row each, for spreadsheets and programs; also while it runs"},
    {"backup", NULL, "FILE [--force]", 1, 2, ctl_backup,
     "a checked copy of the store, also while it runs; --force: in place of an older FILE"},
    {"restore", NULL, "FILE", 1, 1, ctl_restore,
     "makes a backup the store again: checks it first, keeps the present store aside; the aggregator must be "
     "stopped"},
    {"calendar", NULL, "FILE.ics --place ID --id ID [--preview]", 5, 6, ctl_calendar,
     "holidays of an iCalendar file, a month back and three years ahead: the place and all under it are closed then; once "
     "more takes the place of what the calendar of this id held. --preview: only tells what would change"},
    {"config", "export", "", 0, 0, ctl_export, "places, kiosks, surveys, standards, people as YAML"},
    {"config", "diff", "FILE", 1, 1, ctl_diff, "what `config apply` would change"},
    {"config", "apply", "FILE", 1, 1, ctl_apply, "makes it so, in the running aggregator"},
    {"push", NULL, "FILE --place ID | --kiosk ID", 3, 3, ctl_push,
     "what kiosks show and ask, for a place and all under it or for one kiosk; --clear instead of FILE takes "
     "it back"},
    {"content", "list", "[all]", 0, 1, ctl_content_list, "what has been pushed; all: earlier versions too"},
    {"content", "show", "--place ID | --kiosk ID [VERSION]", 2, 3, ctl_content_show,
     "one as it was pushed; of a kiosk without one: the one that it has from above"},
    {"command", NULL, "KIOSK identify|reload|restart|resend|screenshot [-o FILE] [--timeout SECONDS]", 2, 6,
     ctl_command, "asks a kiosk to do something and waits for its answer"},
    {"contacts", "erase", "EVENT", 1, 1, ctl_contacts_erase, "deletes one at once, the answer stays"},
    {"contacts", NULL, "[--place ID]", 0, 2, ctl_contacts,
     "who left a name or number to be answered; opens them with the aggregator's key, and is put on record"},
    {"erase", "list", "", 0, 0, ctl_erase_list, "what was erased, and whether the kiosk has done it too"},
    {"erase", NULL, "--visit KIOSK/EPOCH/SEQ | --contact 'PHONE OR MAIL' [--score-too]", 2, 3, ctl_erase,
     "takes back what a visit has said: words and contact go here and on the kiosk, its score stays unless it is to "
     "go too"},
    {"retention", NULL, "", 0, 0, ctl_retention, "how long what is kept, and what goes next"},
    {"import", "list", "", 0, 0, ctl_import_list, "what was imported"},
    {"import", "undo", "ID", 1, 1, ctl_import_undo, "takes back exactly what an import has brought, its counts too"},
    {"import", NULL, "FILE.csv --map MAP.yaml [--preview]", 3, 4, ctl_import,
     "history of another system, into the days it is of; never an alert. --preview: what would be stored, and what not "
     "and why"},
    {"channels", "test", "NAME", 1, 1, ctl_channels_test, "sends a message there now, and tells what the other side said"},
    {"channels", "secret", "NAME [--none]", 1, 2, ctl_channels_secret,
     "puts the secret of a channel that was made in Manage (password, key, token): the first line of standard input; --none: takes "
     "it away"},
    {"channels", NULL, "", 0, 0, ctl_channels,
     "who is told of alerts, what waits and what was given up; exit 1 when something fails or was given up today"},
    {"contact-key", NULL, "", 0, 0, ctl_contact_key,
     "the public key that kiosks seal contact data with, for documents of your own"},
    {"token", "add", "NAME --place ID [--role viewer|manager|head-office|admin] [--days N]", 3, 7, ctl_token_add,
     "a token by which a program uses the API as a viewer (or more) of a place and what is under it, for 365 days; "
     "shown once"},
    {"token", "list", "", 0, 0, ctl_token_list, "which there are, when they end and were used last"},
    {"token", "revoke", "NAME", 1, 1, ctl_token_revoke, "ends one at once"},
    {"verdicts", "list", "", 0, 0, ctl_verdicts_list, "suspicious presses by kiosk and rule"},
    {"verdicts", "rerun", "", 0, 0, ctl_verdicts_rerun, "judges all of history again, with the hours of now; tells how far it is"},
    {"quarantine", NULL, "", 0, 0, ctl_quarantine, "messages that could not be used, with the reason"},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static void print_row(const struct command_row *r)
{
    char left[120];
    snprintf(left, sizeof left, "%s%s%s%s%s", r->name, r->sub != NULL ? " " : "",
             r->sub != NULL ? r->sub : "", r->arguments[0] != '\0' ? " " : "", r->arguments);
    bool long_one = strlen(left) > 20; // what it does stands on a line of its own
    printf("  %-20s%s %s\n", left, long_one ? "\n                      " : "", r->help);
}

static void print_help(const char *name)
{
    if (name == NULL) {
        printf("puasctl [--config FILE | --data DIR] [--json] COMMAND\n\n"
               "  --config FILE        settings of the aggregator; its data folder is used\n"
               "  --data DIR           the data folder itself\n"
               "  --json               for status, kiosks, alerts, contacts, channels, token, content list, command, trends, "
               "ranking, reasons, coverage, gaps, scores, segments, skm, backtest\n\n");
    }
    for (int i = 0; i < ROWS; i++) {
        if (name == NULL || strcmp(rows[i].name, name) == 0) {
            print_row(&rows[i]);
        }
    }
    if (name == NULL) {
        printf("\nExit codes: 0 fine, 1 a finding or a failure, 2 wrong use.\n");
    }
}

// ---------------------------------------------------------------- config diff, apply

char *ctl_read_document(const char *path, size_t *ret_n)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char *text = malloc(DOCUMENT_MAX + 1);
    if (f == NULL || text == NULL) {
        fprintf(stderr, "puasctl: %s: %s\n", path, strerror(errno));
        free(text);
        return NULL;
    }
    *ret_n = fread(text, 1, DOCUMENT_MAX + 1, f);
    bool ok = !ferror(f) && *ret_n <= DOCUMENT_MAX;
    if (f != stdin) {
        fclose(f);
    }
    if (!ok) {
        fprintf(stderr, "puasctl: %s cannot be read, or is over 1 MiB\n", path);
        free(text);
        return NULL;
    }
    return text;
}

static int configure(struct ctl *c, const char *path, const char *file)
{
    size_t n;
    char *text = ctl_read_document(file, &n), *reply = NULL, why[700];
    long status = 0;
    if (text == NULL) {
        return CTL_FINDING;
    }
    bool ok = ctl_request(c, path, text, n, &status, &reply, why, sizeof why);
    free(text);
    if (!ok) {
        fprintf(stderr, "puasctl: %s\n", why);
        return CTL_FINDING;
    }
    if (status == 200) {
        printf("%s", reply);
    } else {
        ctl_refused(reply, "configuration", file);
    }
    free(reply);
    return status == 200 ? CTL_FINE : CTL_FINDING;
}

int ctl_diff(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    return configure(c, "/api/v1/config/diff", argv[0]);
}

int ctl_apply(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    return configure(c, "/api/v1/config/apply", argv[0]);
}

// ---------------------------------------------------------------- main

static int usage(const char *why, const char *what)
{
    fprintf(stderr, "puasctl: %s%s; see puasctl --help\n", why, what);
    return CTL_USAGE;
}

static int run_command(struct ctl *c, int argc, char **argv)
{
    bool named = false;
    for (int i = 0; i < ROWS; i++) {
        const struct command_row *r = &rows[i];
        if (strcmp(r->name, argv[0]) != 0) {
            continue;
        }
        named = true;
        if (argc > 1 && (strcmp(argv[argc - 1], "--help") == 0 || strcmp(argv[argc - 1], "-h") == 0)) {
            print_help(r->name);
            return CTL_FINE;
        }
        int words = r->sub != NULL ? 2 : 1;
        if (r->sub != NULL && (argc < 2 || strcmp(r->sub, argv[1]) != 0)) {
            continue;
        }
        if (argc - words < r->least || argc - words > r->most) {
            fprintf(stderr, "puasctl: wrong arguments\n");
            print_help(r->name);
            return CTL_USAGE;
        }
        if (c->data == NULL) {
            return usage("--config FILE or --data DIR is needed", "");
        }
        return r->run(c, argc - words, argv + words);
    }
    if (named) {
        print_help(argv[0]);
        return CTL_USAGE;
    }
    return usage("unknown command ", argv[0]);
}

int main(int argc, char **argv)
{
    struct ctl c = {.offline_ms = DEFAULT_OFFLINE_MS, .disk_stop = DEFAULT_STOP_BYTES};
    struct settings settings;
    struct config_error error;
    char *words[16];
    int count = 0, code;
    bool loaded = false;
    for (int i = 1; i < argc; i++) { // options may stand anywhere
        if (strcmp(argv[i], "--json") == 0) {
            c.json = true;
        } else if (strcmp(argv[i], "--data") == 0 && i + 1 < argc) {
            c.data = argv[++i];
        } else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
            if (!loaded && !config_load(argv[++i], settings_rows, &settings, &error)) {
                fprintf(stderr, "puasctl: %s\n", error.text);
                return CTL_FINDING;
            }
            loaded = true;
            c.data = settings.data;
            c.offline_ms = settings.times.offline_ms;
            c.disk_stop = settings.store.disk_stop;
        } else if (count == 0 && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
            print_help(NULL);
            return CTL_FINE;
        } else if (count < 15) {
            words[count++] = argv[i];
        }
    }
    if (count == 0) {
        code = usage("a command is needed", "");
    } else if (words[0][0] == '-') {
        code = usage("unknown option ", words[0]);
    } else {
        code = run_command(&c, count, words);
    }
    if (loaded) {
        config_free(settings_rows, &settings);
    }
    return code;
}
