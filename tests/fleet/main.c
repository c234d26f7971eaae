// puas-fleet: builds, connects and tears down; the loop over all sockets.
#include "shared/log.h"
#include "tests/fleet/fleet.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum {
    BATCH = 512,
    PROGRESS_MS = 250,
    GOODBYE_MS = 5000,
    SETTLE_MS = 3000,
    SPARE_FDS = 32,
    EXIT_USAGE = 2,
    DAY_MS = 86400000
};

static const struct option options[] = {{"scenario", required_argument, NULL, 's'},
                                        {"host", required_argument, NULL, 'H'},
                                        {"port", required_argument, NULL, 'p'},
                                        {"secrets", required_argument, NULL, 'S'},
                                        {"password-file", required_argument, NULL, 'P'},
                                        {"as-fast-as-possible", no_argument, NULL, 'f'},
                                        {"speed", required_argument, NULL, 'x'},
                                        {"live", no_argument, NULL, 'l'},
                                        {"truth", required_argument, NULL, 't'},
                                        {"rows", no_argument, NULL, 'r'},
                                        {"check", no_argument, NULL, 'c'},
                                        {"list", no_argument, NULL, 'L'},
                                        {"print-seed", no_argument, NULL, 'd'},
                                        {"print-places", no_argument, NULL, 'D'},
                                        {"print-scenario", no_argument, NULL, 'k'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};
static const char help[] =
    "puas-fleet: simulated kiosks over MQTT, with the kiosk's own uplink, from a seed and a scenario.\n\n"
    "  --scenario FILE        what is simulated; required (tests/fleet/scenarios has some)\n"
    "  --host ADDRESS         of the broker, numeric (127.0.0.1)\n"
    "  --port N               of the broker (1883)\n"
    "  --secrets DIR          one file a kiosk with its password; user name = kiosk id\n"
    "  --password-file FILE   one password for all kiosks; neither: anonymous\n"
    "  --as-fast-as-possible  votes carry their past times and are sent as backlogs (default)\n"
    "  --speed X              real time x X; never ahead of the clock\n"
    "  --live                 up to now, then on in real time until told to stop\n"
    "  --truth FILE           what was drawn and what is acknowledged, as JSON, at the end\n"
    "  --rows                 with each row's score in it\n"
    "  --check                check the scenario, then exit\n"
    "  --list                 print the kiosks' ids, then exit\n"
    "  --print-seed           places, kiosks, survey, standards for `puasctl config apply`, then exit\n"
    "  --print-places         places and kiosks as they stand under the aggregator's `seed:`, then exit\n"
    "  --print-scenario       print every key with default and meaning, then exit\n"
    "  --help                 print this\n";

struct arguments {
    const char *scenario, *host, *secrets, *password_file, *truth;
    int port;
    double speed;
    bool fast, live, rows, check, list, seed, places;
};

static int usage(const char *why)
{
    fprintf(stderr, "puas-fleet: %s; see --help\n", why);
    return EXIT_USAGE;
}

static int parse(int argc, char **argv, struct arguments *a)
{
    int letter;
    char *end;
    *a = (struct arguments){.host = "127.0.0.1", .port = 1883, .speed = 1, .fast = true};
    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (letter) {
        case 's':
            a->scenario = optarg;
            break;
        case 'H':
            a->host = optarg;
            break;
        case 'p':
            a->port = (int)strtol(optarg, &end, 10);
            if (*end != '\0' || a->port < 1 || a->port > 65535) {
                return usage("--port is 1 to 65535");
            }
            break;
        case 'S':
            a->secrets = optarg;
            break;
        case 'P':
            a->password_file = optarg;
            break;
        case 'f':
            a->fast = true;
            break;
        case 'x':
            a->fast = false;
            a->speed = strtod(optarg, &end);
            if (*end != '\0' || !(a->speed > 0 && a->speed <= 1e6)) {
                return usage("--speed is above 0, at most 1000000");
            }
            break;
        case 'l':
            a->live = true;
            break;
        case 't':
            a->truth = optarg;
            break;
        case 'r':
            a->rows = true;
            break;
        case 'c':
            a->check = true;
            break;
        case 'L':
            a->list = true;
            break;
        case 'd':
            a->seed = true;
            break;
        case 'D':
            a->places = true;
            break;
        case 'k':
            config_print_help(scenario_rows, stdout);
            return EXIT_SUCCESS;
        case 'h':
            fputs(help, stdout);
            return EXIT_SUCCESS;
        default:
            return usage("unknown option");
        }
    }
    return a->scenario == NULL || optind < argc ? usage("--scenario FILE is needed") : -1;
}

static bool read_secret(const char *path, char *ret, size_t n)
{
    FILE *f = fopen(path, "re");
    bool ok = f != NULL && fgets(ret, (int)n, f) != NULL;
    if (ok) {
        ret[strcspn(ret, "\r\n")] = '\0';
    } else {
        fprintf(stderr, "puas-fleet: %s cannot be read: %s\n", path,
                f == NULL ? strerror(errno) : "it is empty");
    }
    if (f != NULL) {
        fclose(f);
    }
    return ok;
}

static bool give_passwords(struct fleet *f, const struct arguments *a)
{
    char path[700];
    for (int i = 0; i < f->count; i++) {
        struct fleet_kiosk *k = &f->kiosks[i];
        const char *file = a->password_file;
        if (a->secrets != NULL) {
            snprintf(path, sizeof path, "%s/%s", a->secrets, f->roster->kiosks[i].id.s);
            file = path;
        }
        if (file != NULL && a->secrets == NULL && i > 0) {
            memcpy(k->password, f->kiosks[0].password, sizeof k->password);
        } else if (file != NULL && !read_secret(file, k->password, sizeof k->password)) {
            return false;
        }
    }
    return true;
}

static bool raise_limit(int kiosks)
{
    struct rlimit l;
    rlim_t needed = (rlim_t)kiosks + SPARE_FDS;
    if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur >= needed) {
        return true;
    }
    l.rlim_cur = needed;
    l.rlim_max = l.rlim_max < needed ? needed : l.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &l) == 0) {
        return true;
    }
    fprintf(stderr, "puas-fleet: %d kiosks need %ld open files; this user may have fewer (ulimit -Hn)\n",
            kiosks, (long)needed);
    return false;
}

// Days from 1970 of the first local day.
static bool first_day(const struct roster *r, bool live, wall_ms now, int *ret)
{
    const struct scenario *s = r->s;
    int year, month, day, end = 0, today = r->kiosk_count > 0 ? model_day_of(r, 0, now) : 0;
    *ret = today - (int)s->days + (live ? 1 : 0);
    if (strcmp(s->start, "now") == 0) {
        *ret = today;
    } else if (s->start[0] != '\0') {
        struct tm tm = {.tm_hour = 12};
        if (sscanf(s->start, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || s->start[end] != '\0') {
            return false;
        }
        tm.tm_year = year - 1900;
        tm.tm_mon = month - 1;
        tm.tm_mday = day;
        *ret = (int)(timegm(&tm) / 86400);
    }
    if (s->faults.weekly) {
        *ret -= (*ret + 3) % 7;
    }
    return *ret > 0 && *ret <= today;
}

static const char *grouped(int64_t n, char *ret, size_t size) // "78,400"
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

// ---------------------------------------------------------------- the loop

struct loop {
    struct fleet *fleet;
    int epoll_fd, stop_fd;
    int *watched;    // owned: the descriptor that epoll knows, by kiosk; -1: none
    uint8_t *wanted; // owned: whether for writing too
    bool all_connected, complete;
    int64_t told;
    mono_ms progress_at, began;
};

static void watch(struct loop *l, struct fleet_kiosk *k)
{
    int fd = k->mqtt.fd;
    uint8_t wants = fd >= 0 && (k->mqtt.connecting || mqtt_wants_write(&k->mqtt));
    struct epoll_event e = {.events = wants ? EPOLLIN | EPOLLOUT : EPOLLIN,
                            .data.u32 = (uint32_t)k->index + 1};
    if (fd < 0) {
        l->watched[k->index] = -1;                                   // closing has removed it
    } else if (epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, fd, &e) != 0) { // new, or an old number again
        epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &e);
        l->watched[k->index] = fd;
    }
    l->wanted[k->index] = wants;
}

static void serve(struct loop *l, struct fleet_kiosk *k, mono_ms now)
{
    int fd = k->mqtt.fd;
    int64_t connects = l->fleet->connects;
    fleet_turn(l->fleet, k, now);
    uint8_t wants = k->mqtt.fd >= 0 && (k->mqtt.connecting || mqtt_wants_write(&k->mqtt));
    if (k->mqtt.fd != l->watched[k->index] || fd != k->mqtt.fd || wants != l->wanted[k->index] ||
        connects != l->fleet->connects) {
        watch(l, k);
    }
}

static void tell(struct loop *l, mono_ms now)
{
    struct fleet *f = l->fleet;
    char some[32], all[32];
    if (!l->all_connected && f->connected > 0 && fleet_all_connected(f)) {
        l->all_connected = true;
        printf("connected: %s kiosks after %.1f s\n", grouped(f->connected, some, sizeof some),
               (double)(now - l->began) / 1000);
        fflush(stdout);
    }
    if (l->complete || now < l->progress_at) {
        return;
    }
    l->progress_at = now + PROGRESS_MS;
    struct fleet_progress p = fleet_progress(f, now);
    l->complete = p.complete;
    if (p.complete) {
        printf("history: complete, %s votes%s\n", grouped(p.votes, all, sizeof all),
               p.dark > 0 ? "; a kiosk has no power or network just now, its own come when it is back" : "");
    } else if (p.stored != l->told && p.drawn) {
        int64_t votes = p.rows > 0 ? (int64_t)((double)p.stored / (double)p.rows * (double)p.votes) : 0;
        printf("history: %s of %s votes\n", grouped(votes, some, sizeof some),
               grouped(p.votes, all, sizeof all));
    } else if (p.stored != l->told) {
        printf("history: day %.0f of %d, %s votes\n", p.day, (int)f->roster->s->days,
               grouped(p.votes, all, sizeof all));
    }
    l->told = p.stored;
    fflush(stdout);
}

// Waits for bytes and serves who has some. True: told to stop.
static bool wait_for(struct loop *l, int ms)
{
    struct epoll_event events[BATCH];
    int n = epoll_wait(l->epoll_fd, events, BATCH, ms);
    mono_ms now = clock_mono_ms();
    bool stop = false;
    for (int i = 0; i < n; i++) {
        if (events[i].data.u32 == 0) {
            stop = true;
            continue;
        }
        serve(l, &l->fleet->kiosks[events[i].data.u32 - 1], now);
    }
    return stop;
}

static void serve_due(struct loop *l, mono_ms now)
{
    struct fleet *f = l->fleet;
    mono_ms soonest = INT64_MAX;
    for (int i = 0; i < f->count; i++) {
        struct fleet_kiosk *k = &f->kiosks[i];
        if (k->due <= now) {
            serve(l, k, now);
        }
        soonest = k->due < soonest ? k->due : soonest;
    }
    f->soonest = soonest;
}

static bool run(struct loop *l, const struct arguments *a)
{
    struct fleet *f = l->fleet;
    uint8_t epoch[EPOCH_BYTES];
    while (!f->failed) {
        mono_ms now = clock_mono_ms();
        bool was = l->complete;
        if (now >= f->soonest) {
            serve_due(l, now);
        }
        tell(l, now);
        if (l->complete && !a->live) {
            return true;
        }
        if (l->complete && !was && f->roster->s->queue.s[0] != '\0' && clock_random(epoch, sizeof epoch)) {
            fleet_queue(f, now, epoch);
        }
        int64_t wait = f->soonest - now;
        int64_t most = l->complete && l->all_connected ? 1000 : PROGRESS_MS;
        if (wait_for(l, wait < 0 ? 0 : wait > most ? (int)most : (int)wait)) {
            return true;
        }
    }
    fputs("puas-fleet: out of memory\n", stderr);
    return false;
}

// Told to stop: nobody votes any more, and what has been given is waited for a while.
static void settle(struct loop *l)
{
    struct fleet *f = l->fleet;
    mono_ms now = clock_mono_ms(), until = now + SETTLE_MS;
    f->o.from = INT64_MAX;
    f->queue_left = 0;
    for (; f->connected > 0 && now < until && fleet_pending(f) > 0; now = clock_mono_ms()) {
        if (now >= f->soonest) {
            serve_due(l, now);
        }
        wait_for(l, 20);
    }
}

static void end(struct loop *l)
{
    struct fleet *f = l->fleet;
    mono_ms until = clock_mono_ms() + GOODBYE_MS;
    fleet_goodbye(f, clock_mono_ms());
    for (int left = f->connected; left > 0 && clock_mono_ms() < until;) {
        struct epoll_event events[BATCH];
        int n = epoll_wait(l->epoll_fd, events, BATCH, 100);
        for (int i = 0; i < n; i++) {
            if (events[i].data.u32 > 0) {
                struct mqtt *m = &f->kiosks[events[i].data.u32 - 1].mqtt;
                mqtt_write(m);
                mqtt_read(m);
            }
        }
        left = 0;
        for (int i = 0; i < f->count; i++) {
            left += f->kiosks[i].mqtt.fd >= 0;
        }
    }
}

static void tell_usage(const struct loop *l)
{
    struct rusage u;
    struct fleet_progress p = fleet_progress(l->fleet, clock_mono_ms());
    getrusage(RUSAGE_SELF, &u);
    double s = (double)(clock_mono_ms() - l->began) / 1000;
    printf("{\"kiosks\":%d,\"seconds\":%.3f,\"votes\":%lld,\"rows\":%lld,\"acknowledged\":%lld,\"connects\":%"
           "lld,"
           "\"cpu_s\":%.3f,\"peak_kib\":%ld}\n",
           l->fleet->count, s, (long long)p.votes, (long long)p.rows, (long long)p.stored,
           (long long)l->fleet->connects,
           (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
               (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6,
           u.ru_maxrss);
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

static int simulate(const struct roster *r, const struct arguments *a)
{
    struct fleet f = {.count = 0};
    struct fleet_options o = {.address = a->host,
                              .port = a->port,
                              .fast = a->fast,
                              .speed = a->speed,
                              .live = a->live,
                              .keep_rows = a->rows,
                              .now = clock_wall_ms()};
    struct loop l = {.fleet = &f, .epoll_fd = epoll_create1(EPOLL_CLOEXEC), .stop_fd = stop_signals()};
    struct epoll_event stop = {.events = EPOLLIN, .data.u32 = 0};
    int code = EXIT_FAILURE;
    if (!first_day(r, a->live, o.now, &o.first_day)) {
        fprintf(stderr, "puas-fleet: %s: start '%s' is no date up to today\n", a->scenario, r->s->start);
        return code;
    }
    o.from = strcmp(r->s->start, "now") == 0 ? o.now : 0;
    l.began = clock_mono_ms();
    l.watched = malloc(((size_t)r->kiosk_count + 1) * sizeof *l.watched);
    l.wanted = calloc((size_t)r->kiosk_count + 1, 1);
    if (l.watched == NULL || l.wanted == NULL || l.epoll_fd < 0 || l.stop_fd < 0 ||
        epoll_ctl(l.epoll_fd, EPOLL_CTL_ADD, l.stop_fd, &stop) != 0 || !fleet_init(&f, r, &o, l.began)) {
        fputs("puas-fleet: out of memory or descriptors\n", stderr);
    } else if (raise_limit(r->kiosk_count) && give_passwords(&f, a)) {
        memset(l.watched, 0xff, (size_t)r->kiosk_count * sizeof *l.watched);
        code = run(&l, a) ? EXIT_SUCCESS : EXIT_FAILURE;
        settle(&l);
        FILE *truth = a->truth != NULL ? fopen(a->truth, "we") : NULL;
        if (truth != NULL) {
            fleet_print_truth(&f, a->rows, truth);
        }
        if (a->truth != NULL && (truth == NULL || fclose(truth) != 0)) {
            fprintf(stderr, "puas-fleet: %s cannot be written: %s\n", a->truth, strerror(errno));
            code = EXIT_FAILURE;
        }
        tell_usage(&l);
        end(&l);
    }
    fleet_finish(&f);
    free(l.watched);
    free(l.wanted);
    close(l.epoll_fd);
    close(l.stop_fd);
    return code;
}

int main(int argc, char **argv)
{
    struct arguments a;
    struct scenario s;
    struct roster r;
    struct config_error error;
    int code = parse(argc, argv, &a);
    if (code >= 0) {
        return code;
    }
    log_init("puas-fleet", LOG_INFO);
    if (!config_load(a.scenario, scenario_rows, &s, &error)) {
        fprintf(stderr, "puas-fleet: %s\n", error.text);
        return EXIT_FAILURE;
    }
    code = EXIT_FAILURE;
    if (!roster_init(&r, a.scenario, &s, &error)) {
        fprintf(stderr, "puas-fleet: %s\n", error.text);
    } else {
        code = EXIT_SUCCESS;
        if (a.list) {
            for (int i = 0; i < r.kiosk_count; i++) {
                puts(r.kiosks[i].id.s);
            }
        } else if (a.seed || a.places) {
            roster_print_seed(&r, a.places ? "  " : "", a.places, stdout);
        } else if (!a.check) {
            code = simulate(&r, &a);
        }
        roster_finish(&r);
    }
    config_free(scenario_rows, &s);
    return code;
}
