// puas-kiosk: the composition root. Reads the configuration, builds the parts, connects them, runs the window
// and tears all down in reverse. It decides nothing.
#include "kiosk/options.h"
#include "kiosk/outbox.h"
#include "kiosk/preview.h"
#include "kiosk/prompts.h"
#include "kiosk/remote_posix.h"
#include "kiosk/settings.h"
#include "kiosk/ui_sdl.h"
#include "kiosk/uplink_posix.h"
#include "kiosk/writer.h"
#include "shared/log.h"
#include "shared/notify.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SOFTWARE "0.1.0"

enum { EXIT_USAGE = 2, PATH_BYTES = 1200, SECRET_BYTES = 256, KEEPALIVE_S = 30 };

// What the window needs to be read from files.
struct kiosk {
    struct options options;
    struct settings settings;
    struct show *show; // owned until the window takes it
};

// What runs beside the window.
struct services {
    const struct kiosk *kiosk;
    struct ui *ui;
    struct notify notify; // to the service manager
    struct writer *writer;
    struct remote_desk *desk;
    struct { // written before ui_opened
        uint8_t epoch[EPOCH_BYTES];
        int64_t boot;
        int tally;
    } opened;
    struct ident survey; // of the show at the start
    int survey_version;
    bool failed;      // it cannot go on
    bool in_use;      // the outbox is another program's
    const char *told; // why the outbox is not open, as last logged
    struct uplink_thread *uplink;
    _Atomic(struct uplink_thread *) awake; // the uplink once it runs: the writer is older than it
    char secret[SECRET_BYTES];
};

static bool say(const char *what)
{
    fprintf(stderr, "puas-kiosk: %s\n", what);
    return false;
}

// ---------------------------------------------------------------- reading
// The document of --render instead of the configuration's content.
static bool load_render(struct kiosk *k)
{
    struct config_error error;
    struct content content;
    if (!content_load(k->options.render, &content, &error))
        return say(error.text);
    content_finish(&k->settings.content);
    k->settings.content = content;
    return true;
}

static bool load(struct kiosk *k)
{
    struct config_error error;
    struct show_error why;
    const struct settings *s = &k->settings;
    if (k->options.config ? !settings_load(k->options.config, &k->settings, &error)
                          : !settings_default(&k->settings, &error))
        return say(error.text);
    if (k->options.render && !load_render(k))
        return false;
    k->show = show_create(&k->settings.content, s->assets, s->screen.theme, &why);
    return k->show || say(why.text);
}

static void finish(struct kiosk *k)
{
    show_destroy(k->show);
    settings_finish(&k->settings);
}

static struct ui_options window_of(const struct kiosk *k)
{
    const struct settings *s = &k->settings;
    struct ui_options o = {
        .app = settings_app(s),
        .stage = {.org = s->org,
                  .name = s->kiosk.s,
                  .target_px = settings_target_px(s),
                  .reach_px = settings_reach_px(s),
                  .low_px = settings_low_px(s),
                  .speech = s->speech[0] != '\0'},
        .assets = s->assets,
        .keys = &s->keys,
        .backlight = s->screen.backlight,
        .speech = s->speech,
        .fullscreen = s->screen.fullscreen || k->options.fullscreen,
        .width = k->options.width ? k->options.width : (int)s->screen.width,
        .height = k->options.height ? k->options.height : (int)s->screen.height,
        .rotate = (int)s->screen.rotate,
    };
    if (k->show)
        o.app.still |= k->show->content.still;
    return o;
}

static int render(struct kiosk *k)
{
    struct ui_options window = window_of(k);
    struct ui_still still;
    struct ui_error error;
    if (!preview_read(&k->options, k->show, &still)) {
        say("--out: --screen, --question, --reason, --lang, --score or --scene names nothing known; --help "
            "lists them");
        return EXIT_USAGE;
    }
    if (ui_render(&window, k->show, &still, k->options.out, &error))
        return EXIT_SUCCESS;
    say(error.text);
    return EXIT_FAILURE;
}

// ---------------------------------------------------------------- services
// Reads the first line of the password file.
static bool read_secret(const char *path, char *ret_secret)
{
    FILE *f = fopen(path, "r");
    if (!f || !fgets(ret_secret, SECRET_BYTES, f)) {
        fprintf(stderr, "puas-kiosk: cannot read password_file %s: %s\n", path,
                f ? "it is empty" : strerror(errno));
        if (f)
            fclose(f);
        return false;
    }
    fclose(f);
    ret_secret[strcspn(ret_secret, "\r\n")] = '\0';
    return true;
}

static void on_change(void *ctx)
{
    struct services *sv = ctx;
    struct uplink_thread *uplink = atomic_load(&sv->awake);
    if (uplink)
        uplink_wake(uplink);
}

static bool save(void *ctx, const struct answer *a)
{
    struct services *sv = ctx;
    return writer_save(sv->writer, a);
}

static void ignored(void *ctx, int presses)
{
    struct services *sv = ctx;
    writer_count_ignored(sv->writer, presses);
}

static bool ref(void *ctx, mono_ms now, char ret_ref[PROTOCOL_REF_MAX + 1])
{
    struct services *sv = ctx;
    return remote_desk_ref(sv->desk, now, ret_ref);
}

static void shown(void *ctx, const struct show *s)
{
    struct services *sv = ctx;
    remote_desk_applied(sv->desk, s->hash, &s->survey.id, s->survey.version);
}

static void closed(void *ctx, bool closed)
{
    struct services *sv = ctx;
    remote_desk_closed(sv->desk, closed);
}

static void picture(void *ctx, const char *id, const char *why, const void *png, size_t n)
{
    struct services *sv = ctx;
    remote_desk_answer(sv->desk, id, why, png, n);
}

static void facts(void *ctx, struct stage_facts *ret)
{
    struct services *sv = ctx;
    const struct settings *s = &sv->kiosk->settings;
    snprintf(ret->version, sizeof ret->version, "%s, %s", s->kiosk.s, SOFTWARE);
    snprintf(ret->network, sizeof ret->network, "%.50s:%d: %s", s->broker.host, (int)s->broker.port,
             uplink_online(sv->uplink) ? "online" : "offline");
    snprintf(ret->outbox, sizeof ret->outbox, "%lld %s", (long long)writer_pending(sv->writer),
             writer_reason(sv->writer));
}

static void alive(void *ctx)
{
    struct services *sv = ctx;
    notify_alive(&sv->notify, clock_mono_ms());
}

static wall_ms midnight(void)
{
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm day;
    if (!localtime_r(&now, &day))
        return clock_wall_ms();
    day.tm_hour = day.tm_min = day.tm_sec = 0;
    return (wall_ms)mktime(&day) * 1000;
}

static bool make_state_dir(const struct settings *s)
{
    return mkdir(s->state_dir, 0700) == 0 || errno == EEXIST;
}

// This thread at the start, the writer's later.
static struct outbox *open_outbox(void *ctx, const char **ret_reason)
{
    struct services *sv = ctx;
    const struct settings *s = &sv->kiosk->settings;
    char path[PATH_BYTES];
    const char *why = "";
    snprintf(path, sizeof path, "%s/outbox.db", s->state_dir);
    struct outbox_options o = {.path = path,
                               .branch = s->branch,
                               .place = s->place,
                               .max_pending = s->outbox.max_pending,
                               .keep_ms = s->outbox.keep};
    struct outbox *ob = NULL;
    make_state_dir(s);
    enum outbox_result r = outbox_open(&o, clock_wall_ms(), &ob, &why);
    if (r == OUTBOX_OK) {
        if (outbox_was_damaged(ob))
            log_event(LOG_ERROR, "outbox_salvaged", "path=%s rows=%lld lost=%lld hint=%Q", path,
                      (long long)outbox_salvaged(ob), (long long)outbox_lost(ob),
                      "the damaged file was put aside beside it");
        memcpy(sv->opened.epoch, outbox_epoch(ob), EPOCH_BYTES);
        sv->opened.boot = outbox_boot(ob);
        sv->opened.tally = outbox_visits_since(ob, midnight());
        ui_opened(sv->ui);
        return ob;
    }
    sv->in_use = r == OUTBOX_IN_USE;
    if (sv->told != why && !sv->in_use)
        log_event(LOG_ERROR, "outbox_unusable", "path=%s why=%Q", path, why);
    sv->told = why;
    *ret_reason = app_reason_code(r == OUTBOX_FULL ? APP_DISK_FULL : APP_OUTBOX_ERROR);
    ui_set_fault(sv->ui, r == OUTBOX_FULL ? APP_DISK_FULL : APP_OUTBOX_ERROR);
    return NULL;
}

// ---------------------------------------------------------------- remote management
// A disk that is full or stands read-only may be mended while the kiosk runs; a wrong path is not.
static bool check_state_dir(const struct settings *s)
{
    if (make_state_dir(s) || errno == EROFS || errno == ENOSPC || errno == EDQUOT || errno == EIO)
        return true;
    fprintf(stderr, "puas-kiosk: cannot make state_dir %s: %s\n", s->state_dir, strerror(errno));
    return false;
}

// Uplink thread, and this one at the start. Without a content: that of the own file, read anew.
static struct show *build(void *ctx, struct content *c, const char *sha256, char *why, size_t size)
{
    const struct services *sv = ctx;
    const struct settings *s = &sv->kiosk->settings;
    struct settings own = {0};
    struct config_error error;
    struct show_error show_error;
    if (!c && !settings_load(sv->kiosk->options.config, &own, &error)) {
        snprintf(why, size, "%s", error.text);
        return NULL;
    }
    struct show *show = show_create(c ? c : &own.content, s->assets, s->screen.theme, &show_error);
    if (show)
        snprintf(show->hash, sizeof show->hash, "%s", sha256);
    else
        snprintf(why, size, "%s", show_error.text);
    settings_finish(&own);
    return show;
}

static void drop(void *ctx, struct show *s)
{
    (void)ctx;
    show_destroy(s);
}

static bool apply(void *ctx, struct show *s)
{
    struct services *sv = ctx;
    return ui_replace(sv->ui, s);
}

static bool order(void *ctx, enum order order, const char *id)
{
    struct services *sv = ctx;
    return ui_order(sv->ui, order, id);
}

// What was pushed last stands before the own file.
static bool open_desk(struct services *sv, struct kiosk *k)
{
    const struct settings *s = &k->settings;
    struct remote_desk_options o = {
        .core = {.kiosk = s->kiosk, .branch = s->branch, .place = s->place, .screenshot = s->screenshot},
        .state_dir = s->state_dir,
        .build = build,
        .drop = drop,
        .apply = apply,
        .order = order,
        .ctx = sv,
    };
    sv->desk = remote_desk_create(&o);
    if (!sv->desk)
        return say("out of memory or descriptors");
    struct show *pushed = remote_desk_start(sv->desk);
    if (pushed) {
        show_destroy(k->show);
        k->show = pushed;
    }
    return true;
}

// ---------------------------------------------------------------- start and end
static bool start_uplink(struct services *sv)
{
    const struct settings *s = &sv->kiosk->settings;
    struct uplink_thread_options o = {
        .core =
            {
                .kiosk = s->kiosk,
                .branch = s->branch,
                .survey = sv->survey,
                .survey_version = sv->survey_version,
                .software = SOFTWARE,
                .boot = sv->opened.boot,
                .resend_ms = (int)s->times.resend_timeout,
                .backoff_min_ms = (int)s->times.backoff_min,
                .backoff_max_ms = (int)s->times.backoff_max,
                .birth_spread_ms = (int)s->times.birth_spread,
                .backlog_spread_ms = (int)s->times.backlog_spread,
                .health_ms = (int)s->times.health,
                .window = 4,
                .aside_tries = 10,
            },
        .host = s->broker.host,
        .port = (int)s->broker.port,
        .user = s->broker.user[0] ? s->broker.user : s->kiosk.s,
        .password = sv->secret[0] ? sv->secret : NULL,
        .ca_file = s->broker.ca_file[0] ? s->broker.ca_file : NULL,
        .keepalive_s = KEEPALIVE_S,
        .steady_ms = (int)s->times.steady,
        .writer = sv->writer,
        .desk = sv->desk,
    };
    memcpy(o.core.epoch, sv->opened.epoch, EPOCH_BYTES);
    sv->uplink = uplink_start(&o);
    atomic_store(&sv->awake, sv->uplink);
    return sv->uplink || say("cannot start the uplink: out of memory or threads");
}

static bool start_services(struct services *sv)
{
    const struct settings *s = &sv->kiosk->settings;
    if (s->broker.password_file[0] && !read_secret(s->broker.password_file, sv->secret))
        return false;
    struct writer_options o = {
        .open = open_outbox,
        .open_ctx = sv,
        .open_retry_ms = s->times.service_retry,
        .save_timeout_ms = s->times.save_timeout,
        .on_saved = ui_on_saved,
        .ctx = sv->ui,
        .on_change = on_change,
        .change_ctx = sv,
    };
    sv->writer = writer_create(&o);
    if (!sv->writer)
        return say("cannot start the writer: out of memory or threads");
    return !sv->in_use ||
           say("another puas-kiosk uses this state folder: stop it first, or set another state_dir");
}

static void stop_services(struct services *sv)
{
    uplink_stop(sv->uplink);
    writer_destroy(sv->writer);
    uplink_thread_destroy(sv->uplink);
}

// The window's: the outbox is open, at the start or once the disk lets it.
static bool opened(void *ctx)
{
    struct services *sv = ctx;
    const struct settings *s = &sv->kiosk->settings;
    log_event(LOG_INFO, "started", "kiosk=%s branch=%s boot=%lld software=%s", s->kiosk.s, s->branch.s,
              (long long)sv->opened.boot, SOFTWARE);
    ui_set_tally(sv->ui, sv->opened.tally);
    ui_set_epoch(sv->ui, sv->opened.epoch);
    sv->failed = !start_uplink(sv);
    return !sv->failed;
}

// True: staff or an order wants the program to start anew.
static bool run_window(struct services *sv)
{
    notify_ready(&sv->notify);
    struct ui_ops ops = {
        .ctx = sv,
        .save = save,
        .ignored = ignored,
        .ref = ref,
        .shown = shown,
        .closed = closed,
        .picture = picture,
        .facts = facts,
        .opened = opened,
        .alive = alive,
        .alive_ms = notify_interval_ms(&sv->notify),
    };
    bool again = ui_run(sv->ui, &ops);
    notify_stopping(&sv->notify);
    return again;
}

static int run(struct kiosk *k, bool *ret_again)
{
    struct services sv = {.kiosk = k};
    struct ui_options window = window_of(k);
    struct ui_error error;
    notify_from_environment(&sv.notify);
    if (!check_state_dir(&k->settings) || !open_desk(&sv, k))
        return EXIT_FAILURE;
    sv.survey = k->show->survey.id;
    sv.survey_version = k->show->survey.version;
    sv.ui = ui_create(&window, k->show, &error);
    k->show = NULL;
    if (!sv.ui) {
        say(error.text);
        remote_desk_destroy(sv.desk);
        return EXIT_FAILURE;
    }
    // Only this thread takes SIGINT and SIGTERM, which SDL turns into its quit event: they then interrupt its
    // wait.
    sigset_t quit, before;
    sigemptyset(&quit);
    sigaddset(&quit, SIGINT);
    sigaddset(&quit, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &quit, &before);
    bool started = start_services(&sv);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        *ret_again = run_window(&sv);
    // A service manager starts it again by itself, and as it is installed by then; one that is told that this
    // is the end would kill a program that goes on in its place.
    bool managed = sv.notify.fd >= 0;
    stop_services(&sv);
    remote_desk_destroy(sv.desk);
    ui_destroy(sv.ui);
    notify_finish(&sv.notify);
    if (started)
        log_event(LOG_INFO, "stopped", "again=%d", *ret_again);
    *ret_again &= !managed;
    return started && !sv.failed ? EXIT_SUCCESS : EXIT_FAILURE;
}

// ---------------------------------------------------------------- main
static void print_prompt(void *ctx, const char *lang, const char *text)
{
    char name[PROMPT_NAME_BYTES];
    (void)ctx;
    prompts_name(lang, text, name);
    printf("%s\t%s\t%s\n", lang, name, text);
}

static int act(struct kiosk *k, bool *ret_again)
{
    const struct options *o = &k->options;
    if (!o->config && !o->out && !o->prompts && !(o->render && o->check_config)) {
        say(o->render ? "--render needs --out PNG, the picture to write"
                      : "--config FILE is needed; --help-config shows what goes into it");
        return EXIT_USAGE;
    }
    if (!load(k))
        return EXIT_FAILURE;
    if (o->check_config) {
        printf("%s: ok\n", o->render ? o->render : o->config ? o->config : "defaults");
        return EXIT_SUCCESS;
    }
    if (o->prompts) {
        prompts_each(k->show, print_prompt, NULL);
        return EXIT_SUCCESS;
    }
    return o->out ? render(k) : run(k, ret_again);
}

int main(int argc, char **argv)
{
    struct kiosk k = {0};
    char why[200];
    umask(077); // what people said is nobody else's business
    log_init("puas-kiosk", LOG_INFO);
    if (!options_parse(&k.options, argc, argv, why, sizeof why)) {
        say(why);
        return EXIT_USAGE;
    }
    if (k.options.help) {
        options_help(stdout);
        return EXIT_SUCCESS;
    }
    if (k.options.help_config) {
        config_print_help(settings_rows, stdout);
        return EXIT_SUCCESS;
    }
    if (k.options.version) {
        printf("puas-kiosk %s\n", SOFTWARE);
        return EXIT_SUCCESS;
    }
    bool again = false;
    int status = act(&k, &again);
    finish(&k);
    if (again) // all is closed: the same program once more, where no service manager would start it
        execv("/proc/self/exe", argv);
    return status;
}
