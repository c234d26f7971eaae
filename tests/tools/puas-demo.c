// puas-demo: the sample chain of `make demo`. Sends three months of history through the real broker to the
// real aggregator, then goes on as the chain's kiosks until it is told to stop. What the store has already is
// not sent again. Standard output: "history: 45,120 of 78,400 votes", at the end "history: complete ...".
#include "aggregator/settings.h"
#include "shared/log.h"
#include "tests/demo/feeder.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { HISTORY_DAYS = 91, READ_MAX = 100, PROGRESS_MS = 250, EXIT_USAGE = 2 };

static const char real_kiosk[] = "dago-entrance"; // the one in the window: only its past is ours
static const char busy_kiosk[] =
    "dago-pharmacy"; // gets a queue right after the history, so that an alert is seen

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'}, {"secrets", required_argument, NULL, 's'},
    {"list", no_argument, NULL, 'l'},         {"once", no_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
static const char help[] =
    "puas-demo: a simulated chain of branches with three months of history.\n\n"
    "  --config FILE   the aggregator's settings: broker, places and kiosks; required\n"
    "  --secrets DIR   one file a kiosk with its broker password; none: anonymous\n"
    "  --list          print the kiosks' ids, then exit\n"
    "  --once          exit when the history is complete\n"
    "  --help          print this\n";

struct arguments {
    const char *config, *secrets;
    bool list, once;
};

struct demo {
    struct chain chain;
    struct feeder *feeders; // owned, one a kiosk of the chain
    struct pollfd *polls;   // owned, one more: the signals first
    bool complete;
    int64_t settled;
    mono_ms progress_at;
};

static int parse(int argc, char **argv, struct arguments *a)
{
    int letter;
    *a = (struct arguments){.config = NULL};
    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (letter) {
        case 'c':
            a->config = optarg;
            break;
        case 's':
            a->secrets = optarg;
            break;
        case 'l':
            a->list = true;
            break;
        case 'o':
            a->once = true;
            break;
        case 'h':
            fputs(help, stdout);
            return EXIT_SUCCESS;
        default:
            fputs("puas-demo: see --help\n", stderr);
            return EXIT_USAGE;
        }
    }
    if (a->config == NULL || optind < argc) {
        fputs("puas-demo: --config FILE is needed; see --help\n", stderr);
        return EXIT_USAGE;
    }
    return -1;
}

static bool read_secret(const char *folder, const char *kiosk, char *ret, size_t n)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, kiosk);
    FILE *f = fopen(path, "re");
    bool ok = f != NULL && fgets(ret, (int)n, f) != NULL;
    if (!ok) {
        fprintf(stderr, "puas-demo: %s cannot be read: %s\n", path,
                f == NULL ? strerror(errno) : "it is empty");
    } else {
        ret[strcspn(ret, "\r\n")] = '\0';
    }
    if (f != NULL) {
        fclose(f);
    }
    return ok;
}

static bool demo_init(struct demo *d, const struct settings *s, const struct arguments *a, wall_ms now)
{
    d->feeders = calloc((size_t)d->chain.count, sizeof *d->feeders);
    d->polls = calloc((size_t)d->chain.count + 1, sizeof *d->polls);
    for (int i = 0; d->feeders != NULL && d->polls != NULL && i < d->chain.count; i++) {
        const struct chain_kiosk *k = &d->chain.kiosks[i];
        char password[80] = "";
        if (a->secrets != NULL && !read_secret(a->secrets, k->id.s, password, sizeof password)) {
            return false;
        }
        if (!feeder_init(&d->feeders[i], k, strcmp(k->id.s, real_kiosk) == 0, s->broker.host,
                         (int)s->broker.port, a->secrets != NULL ? password : NULL,
                         now - (wall_ms)HISTORY_DAYS * CHAIN_DAY_MS, now)) {
            fputs("puas-demo: out of memory\n", stderr);
            return false;
        }
    }
    return d->feeders != NULL && d->polls != NULL;
}

static void demo_finish(struct demo *d)
{
    for (int i = 0; d->feeders != NULL && i < d->chain.count; i++) {
        feeder_close(&d->feeders[i]);
        feeder_finish(&d->feeders[i]);
    }
    free(d->feeders);
    free(d->polls);
    chain_finish(&d->chain);
}

// "78,400" into ret.
static const char *grouped(int64_t n, char *ret, size_t size)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)n), at = 0;
    for (int i = 0; i < length && at < (int)size - 2; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            ret[at++] = ',';
        }
        ret[at++] = digits[i];
    }
    ret[at] = '\0';
    return ret;
}

static void tell_progress(struct demo *d, wall_ms now, mono_ms mono)
{
    int64_t due = 0, settled = 0;
    char some[32], all[32];
    if (d->complete || mono < d->progress_at) {
        return;
    }
    d->progress_at = mono + PROGRESS_MS;
    for (int i = 0; i < d->chain.count; i++) {
        int64_t its_due, its_settled;
        feeder_progress(&d->feeders[i], &its_due, &its_settled);
        due += its_due;
        settled += its_settled;
    }
    d->complete = settled >= due;
    if (d->complete) {
        printf("history: complete, %s votes\n", grouped(due, all, sizeof all));
        for (int i = 0; i < d->chain.count; i++) {
            if (strcmp(d->chain.kiosks[i].id.s, busy_kiosk) == 0) {
                feeder_queue(&d->feeders[i], now);
            }
        }
    } else if (settled != d->settled) {
        printf("history: %s of %s votes\n", grouped(settled, some, sizeof some),
               grouped(due, all, sizeof all));
    }
    d->settled = settled;
    fflush(stdout);
}

// Returns the exit code.
static int live(struct demo *d, int stop_fd, bool once)
{
    for (;;) {
        wall_ms now = clock_wall_ms();
        mono_ms mono = clock_mono_ms();
        int wait = d->complete ? 1000 : PROGRESS_MS;
        d->polls[0] = (struct pollfd){.fd = stop_fd, .events = POLLIN};
        for (int i = 0; i < d->chain.count; i++) {
            struct feeder *f = &d->feeders[i];
            int turn = feeder_turn(f, now, mono), tick = link_tick(f->link, mono);
            if (turn < 0) {
                fputs("puas-demo: out of memory\n", stderr);
                return EXIT_FAILURE;
            }
            wait = turn < wait ? turn : wait;
            wait = tick < wait ? tick : wait;
            d->polls[i + 1] = (struct pollfd){.fd = link_fd(f->link), .events = POLLIN};
            d->polls[i + 1].events |= link_wants_write(f->link) ? POLLOUT : 0;
        }
        tell_progress(d, now, mono);
        if (d->complete && once) {
            return EXIT_SUCCESS;
        }
        poll(d->polls, (nfds_t)d->chain.count + 1, wait);
        if (d->polls[0].revents != 0) {
            return EXIT_SUCCESS;
        }
        for (int i = 0; i < d->chain.count; i++) {
            link_read(d->feeders[i].link, READ_MAX);
            link_write(d->feeders[i].link);
        }
    }
}

static int stop_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int main(int argc, char **argv)
{
    struct arguments a;
    struct settings settings;
    struct config_error error;
    struct demo d = {.complete = false};
    char why[200];
    int code = parse(argc, argv, &a);
    if (code >= 0) {
        return code;
    }
    log_init("puas-demo", LOG_INFO);
    if (!config_load(a.config, settings_rows, &settings, &error) ||
        !seed_check(a.config, &settings.seed, &error)) {
        fprintf(stderr, "puas-demo: %s\n", error.text);
        return EXIT_FAILURE;
    }
    code = EXIT_FAILURE;
    int stop_fd = stop_signals();
    if (!chain_init(&d.chain, &settings.seed, why, sizeof why)) {
        fprintf(stderr, "puas-demo: %s: %s\n", a.config, why);
    } else if (a.list) {
        for (int i = 0; i < d.chain.count; i++) {
            puts(d.chain.kiosks[i].id.s);
        }
        code = EXIT_SUCCESS;
    } else if (demo_init(&d, &settings, &a, clock_wall_ms())) {
        code = live(&d, stop_fd, a.once);
    }
    demo_finish(&d);
    close(stop_fd);
    config_free(settings_rows, &settings);
    return code;
}
