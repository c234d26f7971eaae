// puas-kiosk: the composition root. Reads the configuration, builds the parts, connects them, runs the window
// and tears all down in reverse. It decides nothing.
#include "kiosk/font.h"
#include "kiosk/options.h"
#include "kiosk/outbox.h"
#include "kiosk/settings.h"
#include "kiosk/ui_sdl.h"
#include "kiosk/uplink_posix.h"
#include "kiosk/writer.h"
#include "shared/log.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SOFTWARE "0.1.0"

enum { EXIT_USAGE = 2, PATH_BYTES = 1200, SECRET_BYTES = 256, KEEPALIVE_S = 30 };

// What the window needs to be read from files.
struct kiosk {
    struct options options;
    struct settings settings;
    struct font_files fonts;
    struct show *show; // owned until the window takes it
};

// What runs beside the window.
struct services {
    struct outbox *outbox;
    struct writer *writer;
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

static bool find_fonts(struct kiosk *k)
{
    const char *missing;
    if (font_find(&k->fonts, &missing))
        return true;
    fprintf(stderr, "puas-kiosk: font %s is missing: apt-get install fonts-noto-core\n", missing);
    return false;
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
                  .speech = s->speech},
        .assets = s->assets,
        .fonts = &k->fonts,
        .keys = &s->keys,
        .fullscreen = s->screen.fullscreen || k->options.fullscreen,
        .width = k->options.width ? k->options.width : (int)s->screen.width,
        .height = k->options.height ? k->options.height : (int)s->screen.height,
        .rotate = (int)s->screen.rotate,
    };
    if (k->show)
        o.app.still |= k->show->content.still;
    return o;
}

// ---------------------------------------------------------------- --out
// The index of `name` among `count` names, `fallback` when it is NULL, -1 when it is none.
static int pick(const char *name, int count, int fallback, const char *(*name_of)(int))
{
    if (!name)
        return fallback;
    for (int i = 0; i < count; i++)
        if (strcmp(name, name_of(i)) == 0)
            return i;
    return -1;
}

static const char *screen_name(int i)
{
    return app_screen_name((enum app_screen)i);
}

static const char *reason_name(int i)
{
    return app_reason_code((enum app_reason)i);
}

static int question_of(const struct survey *s, const char *id)
{
    for (int i = 0; i < s->count; i++)
        if (!id || strcmp(s->question[i].id.s, id) == 0)
            return i;
    return -1;
}

static unsigned picked_of(const char *list)
{
    unsigned mask = 0;
    for (const char *at = list; at && *at; at += strcspn(at, ","), at += *at == ',')
        if (*at >= '1' && *at <= '9')
            mask |= 1U << (*at - '1');
    return mask;
}

static int render(struct kiosk *k)
{
    const struct options *o = &k->options;
    const struct content *c = &k->show->content;
    struct ui_options window = window_of(k);
    struct ui_error error;
    int screen = pick(o->screen, APP_SCREENS, APP_QUESTION, screen_name);
    int reason = pick(o->reason, APP_REASONS, APP_DISK_FULL, reason_name);
    struct ui_still still = {
        .screen = (enum app_screen)screen,
        .reason = (enum app_reason)reason,
        .lang = content_language_index(c, o->lang          ? o->lang
                                          : c->language[0] ? c->language
                                                           : content_language_code(c, 0)),
        .step = question_of(&k->show->survey, o->question),
        .score = o->score ? atoi(o->score) : 0,
        .scene = o->scene ? atoi(o->scene) : 0,
        .picked = picked_of(o->picked),
        .written = o->written,
        .focus_name = o->focus,
    };
    if (screen < 0 || reason < 0 || still.lang < 0 || still.step < 0 || still.score < 0 || still.scene < 0) {
        say("--out: --screen, --question, --reason, --lang, --score or --scene names nothing known; --help "
            "lists them");
        return EXIT_USAGE;
    }
    if (ui_render(&window, k->show, &still, o->out, &error))
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

static bool open_outbox(struct services *sv, const struct settings *s)
{
    char path[PATH_BYTES];
    const char *why = "";
    if (mkdir(s->state_dir, 0700) != 0 && errno != EEXIST) {
        fprintf(stderr, "puas-kiosk: cannot make state_dir %s: %s\n", s->state_dir, strerror(errno));
        return false;
    }
    snprintf(path, sizeof path, "%s/outbox.db", s->state_dir);
    struct outbox_options o = {.path = path,
                               .branch = s->branch,
                               .place = s->place,
                               .max_pending = s->outbox.max_pending,
                               .keep_ms = s->outbox.keep};
    if (outbox_open(&o, clock_wall_ms(), &sv->outbox, &why) == OUTBOX_OK) {
        if (outbox_was_damaged(sv->outbox))
            log_event(LOG_ERROR, "outbox_damaged", "path=%s hint=%Q", path,
                      "the damaged file was put aside beside it");
        return true;
    }
    fprintf(stderr, "puas-kiosk: cannot open the outbox %s: %s\n", path, why);
    return false;
}

static bool start_uplink(struct services *sv, const struct settings *s, const struct survey *survey)
{
    if (s->broker.password_file[0] && !read_secret(s->broker.password_file, sv->secret))
        return false;
    struct uplink_thread_options o = {
        .core =
            {
                .kiosk = s->kiosk,
                .branch = s->branch,
                .survey = survey->id,
                .survey_version = survey->version,
                .software = SOFTWARE,
                .boot = outbox_boot(sv->outbox),
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
    };
    memcpy(o.core.epoch, outbox_epoch(sv->outbox), EPOCH_BYTES);
    sv->uplink = uplink_start(&o);
    atomic_store(&sv->awake, sv->uplink);
    return sv->uplink || say("cannot start the uplink: out of memory or threads");
}

static bool start_services(struct services *sv, const struct settings *s, const struct survey *survey,
                           struct ui *ui)
{
    if (!open_outbox(sv, s))
        return false;
    struct writer_options o = {
        .outbox = sv->outbox,
        .save_timeout_ms = s->times.save_timeout,
        .on_saved = ui_on_saved,
        .ctx = ui,
        .on_change = on_change,
        .change_ctx = sv,
    };
    sv->writer = writer_create(&o);
    if (!sv->writer)
        return say("cannot start the writer: out of memory or threads");
    return start_uplink(sv, s, survey);
}

static void stop_services(struct services *sv)
{
    uplink_stop(sv->uplink);
    writer_destroy(sv->writer);
    uplink_thread_destroy(sv->uplink);
    outbox_close(sv->outbox);
}

static int run(struct kiosk *k)
{
    struct services sv = {0};
    struct ui_options window = window_of(k);
    struct ui_error error;
    struct survey survey = k->show->survey;
    struct ui *ui = ui_create(&window, k->show, &error);
    k->show = NULL;
    if (!ui) {
        say(error.text);
        return EXIT_FAILURE;
    }
    // Only this thread takes SIGINT and SIGTERM, which SDL turns into its quit event: they then interrupt its
    // wait.
    sigset_t quit, before;
    sigemptyset(&quit);
    sigaddset(&quit, SIGINT);
    sigaddset(&quit, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &quit, &before);
    bool started = start_services(&sv, &k->settings, &survey, ui);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started) {
        log_event(LOG_INFO, "started", "kiosk=%s branch=%s boot=%lld software=%s", k->settings.kiosk.s,
                  k->settings.branch.s, (long long)outbox_boot(sv.outbox), SOFTWARE);
        ui_run(ui, &(struct ui_ops){.ctx = &sv, .save = save, .ignored = ignored});
    }
    stop_services(&sv);
    ui_destroy(ui);
    if (started)
        log_event(LOG_INFO, "stopped", "");
    return started ? EXIT_SUCCESS : EXIT_FAILURE;
}

// ---------------------------------------------------------------- main
static int act(struct kiosk *k)
{
    const struct options *o = &k->options;
    if (!o->config && !o->out) {
        say("--config FILE is needed; --help-config shows what goes into it");
        return EXIT_USAGE;
    }
    if (!load(k))
        return EXIT_FAILURE;
    if (o->check_config) {
        printf("%s: ok\n", o->config ? o->config : "defaults");
        return EXIT_SUCCESS;
    }
    if (!find_fonts(k))
        return EXIT_FAILURE;
    return o->out ? render(k) : run(k);
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
    int status = act(&k);
    finish(&k);
    return status;
}
