// puas-aggregator: composition root. Reads options and settings, builds core and HTTP, runs, tears down. It
// decides nothing but what to do when the store fails: build everything anew after a pause.
#include "aggregator/core.h"
#include "aggregator/courier.h"
#include "aggregator/http.h"
#include "aggregator/password.h"
#include "aggregator/settings.h"
#include "shared/log.h"
#include "shared/notify.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION "0.1.0"

enum { RETRY_MS = 5000, EXIT_USAGE = 2, SECRET_MAX = 200 };

static const struct {
    struct option option;
    const char *argument, *help;
} options[] = {
    {{"config", required_argument, NULL, 'c'}, "FILE", "settings (YAML); required"},
    {{"check-config", no_argument, NULL, 'k'}, "", "check the settings and the seed, then exit"},
    {{"print-config", no_argument, NULL, 'p'}, "", "print every setting with its default and meaning"},
    {{"verbose", no_argument, NULL, 'v'}, "", "log debug lines too"},
    {{"version", no_argument, NULL, 'V'}, "", "print the version"},
    {{"help", no_argument, NULL, 'h'}, "", "print this"},
};
enum { OPTION_COUNT = sizeof options / sizeof options[0] };

struct arguments {
    const char *config;
    bool check;
    enum log_level level;
};

static void print_help(void)
{
    printf("puas-aggregator: stores every rating, watches the standards, serves the pages.\n\n");
    for (int i = 0; i < OPTION_COUNT; i++) {
        printf("  --%s %-*s %s\n", options[i].option.name, 18 - (int)strlen(options[i].option.name),
               options[i].argument, options[i].help);
    }
}

// Returns -1 to go on, else the exit code.
static int parse_arguments(int argc, char **argv, struct arguments *a)
{
    struct option list[OPTION_COUNT + 1] = {{0}};
    for (int i = 0; i < OPTION_COUNT; i++) {
        list[i] = options[i].option;
    }
    *a = (struct arguments){.level = LOG_INFO};
    int letter;
    while ((letter = getopt_long(argc, argv, "c:vh", list, NULL)) != -1) {
        switch (letter) {
        case 'c':
            a->config = optarg;
            break;
        case 'k':
            a->check = true;
            break;
        case 'p':
            config_print_help(settings_rows, stdout);
            return 0;
        case 'v':
            a->level = LOG_DEBUG;
            break;
        case 'V':
            printf("puas-aggregator %s\n", VERSION);
            return 0;
        case 'h':
            print_help();
            return 0;
        default:
            fprintf(stderr, "puas-aggregator: see --help\n");
            return EXIT_USAGE;
        }
    }
    if (a->config == NULL || optind < argc) {
        fprintf(stderr, "puas-aggregator: %s; see --help\n",
                a->config == NULL ? "--config FILE is needed" : "there are arguments too many");
        return EXIT_USAGE;
    }
    return -1;
}

// The first line of a file. False, with one line on standard error, when it cannot be read or is empty.
static bool read_secret(const char *path, char *ret, size_t n)
{
    FILE *f = fopen(path, "re");
    bool ok = f != NULL && fgets(ret, (int)n, f) != NULL;
    if (f != NULL) {
        fclose(f);
    }
    if (!ok) {
        fprintf(stderr, "puas-aggregator: broker.password_file %s cannot be read: %s\n", path,
                errno != 0 ? strerror(errno) : "it is empty");
        return false;
    }
    ret[strcspn(ret, "\r\n")] = '\0';
    return true;
}

// What the service manager is told. Only the core's loop gives signs of life: a stuck core is started again.
struct service {
    struct notify notify;
    bool ready; // told, with a status that is true
};

static void on_round(void *watch)
{
    struct service *s = watch;
    if (!s->ready) {
        s->ready = notify_ready(&s->notify) && notify_status(&s->notify, "storing and serving");
    }
    notify_alive(&s->notify, clock_mono_ms());
}

// One life of core and pages. Returns CORE_STORE_FAILED when it should be tried again.
static enum core_end live(const struct core_options *base, bool first, int *ret_exit)
{
    char why[800];
    bool retry = false;
    struct core_options o = *base;
    struct http_options pages = {.settings = o.settings, .version = VERSION};
    enum core_end end = CORE_STOPPED;
    struct core *core = NULL;
    struct courier *courier = courier_create(o.settings, VERSION, why, sizeof why);
    struct http *http = courier != NULL ? http_create(&pages, why, sizeof why) : NULL;
    if (http != NULL) {
        o.on_change = http_on_change;
        o.ctx = http;
        o.on_outgoing = courier_wake;
        o.on_channels = courier_renew;
        o.courier = courier;
        core = core_create(&o, why, sizeof why, &retry);
    }
    *ret_exit = EXIT_FAILURE;
    bool told = core != NULL && http_set_core(http, core, why, sizeof why);
    retry = retry || (core != NULL && !told); // no room for the token now
    if (told && !courier_start(courier, core)) {
        snprintf(why, sizeof why, "no thread can be made");
        told = false;
    }
    if (told) {
        end = core_run(core);
        *ret_exit = end == CORE_STOPPED ? EXIT_SUCCESS : EXIT_FAILURE;
    } else {
        log_event(LOG_ERROR, "cannot_start", "why=%Q", why);
        end = retry && !first ? CORE_STORE_FAILED : CORE_STOPPED;
    }
    http_destroy(http);
    courier_destroy(courier);
    core_destroy(core);
    return end;
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
    char password[SECRET_MAX] = "";
    int code = parse_arguments(argc, argv, &a);
    if (code >= 0) {
        return code;
    }
    umask(077); // what people said, and the hashes of passwords, are nobody else's business
    log_init("puas-aggregator", a.level);
    bool loaded = config_load(a.config, settings_rows, &settings, &error);
    if (!loaded || !settings_check(a.config, &settings, &error)) {
        fprintf(stderr, "puas-aggregator: %s\n", error.text);
        if (loaded) {
            config_free(settings_rows, &settings);
        }
        return EXIT_FAILURE;
    }
    if (a.check) {
        printf("%s: good\n", a.config);
        config_free(settings_rows, &settings);
        return EXIT_SUCCESS;
    }
    errno = 0;
    bool secret = settings.broker.password_file[0] != '\0';
    int stop_fd = stop_signals();
    if (stop_fd < 0 || !password_init() ||
        (secret && !read_secret(settings.broker.password_file, password, sizeof password))) {
        config_free(settings_rows, &settings);
        return EXIT_FAILURE;
    }
    struct service service = {.ready = false};
    notify_from_environment(&service.notify); // before the pages' threads
    struct core_options o = {.settings = &settings,
                             .broker_password = secret ? password : NULL,
                             .on_round = on_round,
                             .watch = &service,
                             .round_ms = notify_interval_ms(&service.notify),
                             .stop_fd = stop_fd};
    bool first = true;
    while (live(&o, first, &code) == CORE_STORE_FAILED) {
        first = false;
        log_event(LOG_WARN, "starting_again", "in_ms=%d", RETRY_MS);
        service.ready = false;
        notify_status(&service.notify, "the store failed: starting again");
        notify_alive(&service.notify, clock_mono_ms());
        struct pollfd p = {.fd = stop_fd, .events = POLLIN};
        if (poll(&p, 1, RETRY_MS) > 0) {
            break;
        }
    }
    notify_stopping(&service.notify);
    notify_finish(&service.notify);
    close(stop_fd);
    config_free(settings_rows, &settings);
    return code;
}
