// keeper: its thread.
#include "aggregator/keeper.h"

#include "shared/log.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HOUR_MS = 3600000, LEAST_NICE = 19 };

static const char ours[] = "puas-[0-9]*-[0-9]*.db";

struct keeper {
    const struct settings *s; // borrowed
    char store[BACKUP_PATH];
    pthread_t thread;
    pthread_mutex_t lock; // of what follows
    pthread_cond_t wake;
    bool stop;
    struct store *reading; // what a check reads just now; NULL: nothing
    struct keeper_status status;
};

// ---------------------------------------------------------------- the memory of damage

static const char *marker(const char *data, char *ret, size_t n)
{
    snprintf(ret, n, "%s/puas.db.damaged", data);
    return ret;
}

void keeper_damage(const char *data, char *ret_why, size_t n)
{
    char path[BACKUP_PATH];
    FILE *f = fopen(marker(data, path, sizeof path), "re");
    ret_why[0] = '\0';
    if (f == NULL) {
        return;
    }
    if (fgets(ret_why, (int)n, f) == NULL) {
        snprintf(ret_why, n, "it was found damaged");
    }
    ret_why[strcspn(ret_why, "\n")] = '\0';
    fclose(f);
}

bool keeper_note_damage(const char *data, const char *why)
{
    char path[BACKUP_PATH];
    FILE *f = fopen(marker(data, path, sizeof path), "we");
    bool ok = f != NULL && fprintf(f, "%s\n", why) > 0 && fflush(f) == 0 && fsync(fileno(f)) == 0;
    if (f != NULL) {
        fclose(f);
    }
    return ok;
}

void keeper_forget_damage(const char *data)
{
    char path[BACKUP_PATH];
    unlink(marker(data, path, sizeof path));
}

// ---------------------------------------------------------------- check

const char *keeper_check_name(enum keeper_check c)
{
    static const char *const names[] = {"checking", "sound", "damaged", "unfinished"};
    return names[c];
}

static void look_at_part(void *ctx, const char *name)
{
    (void)ctx;
    log_event(LOG_DEBUG, "store_check", "part=%Q", name);
}

static bool stopped(struct keeper *k)
{
    pthread_mutex_lock(&k->lock);
    bool stop = k->stop;
    pthread_mutex_unlock(&k->lock);
    return stop;
}

static void set_reading(struct keeper *k, struct store *st)
{
    pthread_mutex_lock(&k->lock);
    k->reading = st;
    pthread_mutex_unlock(&k->lock);
}

static bool goes_on(void *ctx)
{
    return !stopped(ctx);
}

static enum sound look_at_store(struct keeper *k, struct sound_report *r, char *ret_why, size_t n)
{
    struct store *st = NULL;
    enum store_error e = store_open_reader(k->store, &st, ret_why, n);
    if (e != STORE_OK) {
        return e == STORE_DAMAGED ? SOUND_NOT : SOUND_UNKNOWN;
    }
    set_reading(k, st);
    store_read_look(st, goes_on, k);
    enum sound found = sound_check(st, look_at_part, NULL, r, ret_why, n);
    set_reading(k, NULL);
    store_close(st);
    return found;
}

static void check(struct keeper *k)
{
    static const enum keeper_check results[] = {
        [SOUND] = KEEPER_SOUND, [SOUND_NOT] = KEEPER_DAMAGED, [SOUND_UNKNOWN] = KEEPER_UNFINISHED};
    struct sound_report r = {.answers = 0};
    char why[sizeof k->status.why] = "";
    mono_ms began = clock_mono_ms();
    enum sound found = look_at_store(k, &r, why, sizeof why);
    int64_t took = clock_mono_ms() - began;
    if (stopped(k)) {
        return;
    }
    if (found == SOUND) {
        log_event(LOG_INFO, "store_sound", "answers=%lld took_ms=%lld", (long long)r.answers,
                  (long long)took);
        keeper_forget_damage(k->s->data);
    } else if (found == SOUND_NOT) {
        log_event(LOG_ERROR, "store_damaged",
                  "file=%s why=%Q do=\"stop the aggregator, puasctl restore BACKUP: kiosks send again what "
                  "it lacks\"",
                  k->store, why);
        keeper_note_damage(k->s->data, why);
    } else {
        log_event(LOG_WARN, "store_check_unfinished", "why=%Q again_in_ms=%d", why, HOUR_MS);
    }
    pthread_mutex_lock(&k->lock);
    k->status.check = results[found];
    k->status.check_ms = took;
    k->status.checked_at = clock_wall_ms();
    memcpy(k->status.why, why, sizeof why);
    pthread_mutex_unlock(&k->lock);
}

// ---------------------------------------------------------------- backups

int64_t keeper_backup_wait(const struct backup_note *note, int64_t every_ms, wall_ms now)
{
    if (every_ms <= 0) {
        return INT64_MAX;
    }
    int64_t again = every_ms < HOUR_MS ? every_ms : HOUR_MS;
    wall_ms due = note->failed_at > 0 ? note->failed_at + again : note->at > 0 ? note->at + every_ms : now;
    due = due > now + every_ms ? now + every_ms : due; // the clock has been set back
    return due > now ? due - now : 0;
}

static int64_t every_ms(const struct keeper *k)
{
    return k->s->backup.dir[0] != '\0' ? (int64_t)(k->s->backup.every_hours * HOUR_MS) : 0;
}

static int is_ours(const struct dirent *e)
{
    return fnmatch(ours, e->d_name, 0) == 0;
}

// Only what bears a name that we give.
static void remove_old(const struct keeper *k)
{
    struct dirent **names = NULL;
    int count = scandir(k->s->backup.dir, &names, is_ours, alphasort);
    for (int i = 0; i < count; i++) {
        char path[BACKUP_PATH + 300];
        snprintf(path, sizeof path, "%s/%s", k->s->backup.dir, names[i]->d_name);
        if (i < count - (int)k->s->backup.keep && unlink(path) == 0) {
            log_event(LOG_INFO, "backup_removed", "file=%s", path);
        }
        free(names[i]);
    }
    free(names);
}

static bool progress(void *ctx, int64_t bytes, int64_t of)
{
    (void)bytes;
    (void)of;
    return goes_on(ctx);
}

static void back_up(struct keeper *k)
{
    char to[BACKUP_PATH], stamp[40], why[1600];
    struct backup_report r;
    wall_ms began = clock_wall_ms();
    time_t now = (time_t)(began / 1000);
    struct tm t;
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", gmtime_r(&now, &t));
    snprintf(to, sizeof to, "%s/puas-%s.db", k->s->backup.dir, stamp);
    struct backup_options o = {
        .store = k->store, .to = to, .disk_stop = k->s->store.disk_stop, .progress = progress, .ctx = k};
    bool ok = backup_make(&o, &r, why, sizeof why);
    if (!ok && stopped(k)) {
        return;
    }
    backup_note_made(k->s->data, &o, began, ok ? &r : NULL, why);
    if (ok) {
        log_event(LOG_INFO, "backup_made", "file=%s bytes=%lld answers=%lld took_ms=%lld", to,
                  (long long)r.bytes, (long long)r.answers, (long long)r.took_ms);
        remove_old(k);
    } else {
        log_event(LOG_ERROR, "backup_failed", "why=%Q", why);
    }
}

// ---------------------------------------------------------------- the thread

static void sleep_for(struct keeper *k, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    ms = ms < HOUR_MS ? ms : HOUR_MS; // a clock that is set is seen by then
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&k->lock);
    while (!k->stop && pthread_cond_timedwait(&k->wake, &k->lock, &until) != ETIMEDOUT) {
    }
    pthread_mutex_unlock(&k->lock);
}

static void *run(void *ctx)
{
    struct keeper *k = ctx;
    // Of this thread alone, in Linux. Where it is not allowed it works as well.
    setpriority(PRIO_PROCESS, (id_t)gettid(), LEAST_NICE);
    check(k);
    while (!stopped(k)) {
        struct backup_note note;
        enum keeper_check found = keeper_check(k);
        backup_note_read(k->s->data, &note);
        // What is damaged is not kept in place of what is not.
        int64_t wait =
            found == KEEPER_DAMAGED ? INT64_MAX : keeper_backup_wait(&note, every_ms(k), clock_wall_ms());
        if (wait == 0) {
            back_up(k);
            continue;
        }
        sleep_for(k, wait);
        if (found == KEEPER_UNFINISHED && !stopped(k)) {
            check(k);
        }
    }
    return NULL;
}

struct keeper *keeper_create(const struct settings *s)
{
    struct keeper *k = calloc(1, sizeof *k);
    pthread_condattr_t monotonic;
    if (k == NULL) {
        return NULL;
    }
    k->s = s;
    snprintf(k->store, sizeof k->store, "%s/puas.db", s->data);
    pthread_mutex_init(&k->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&k->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    struct stat store, backups;
    if (every_ms(k) > 0 && stat(s->data, &store) == 0 && stat(s->backup.dir, &backups) == 0 &&
        store.st_dev == backups.st_dev) {
        log_event(LOG_WARN, "backup_on_same_disk",
                  "dir=%s do=\"what kills the disk kills both: name another by backup.dir\"", s->backup.dir);
    }
    if (pthread_create(&k->thread, NULL, run, k) != 0) {
        pthread_cond_destroy(&k->wake);
        pthread_mutex_destroy(&k->lock);
        free(k);
        return NULL;
    }
    return k;
}

void keeper_destroy(struct keeper *k)
{
    if (k == NULL) {
        return;
    }
    pthread_mutex_lock(&k->lock);
    k->stop = true;
    if (k->reading != NULL) {
        store_interrupt(k->reading);
    }
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
    pthread_join(k->thread, NULL);
    pthread_cond_destroy(&k->wake);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

enum keeper_check keeper_check(struct keeper *k)
{
    pthread_mutex_lock(&k->lock);
    enum keeper_check c = k->status.check;
    pthread_mutex_unlock(&k->lock);
    return c;
}

void keeper_status(struct keeper *k, struct keeper_status *ret)
{
    struct backup_note note;
    int64_t every = every_ms(k);
    backup_note_read(k->s->data, &note);
    pthread_mutex_lock(&k->lock);
    *ret = k->status;
    pthread_mutex_unlock(&k->lock);
    ret->backup = note;
    ret->overdue = every > 0 && note.at > 0 && clock_wall_ms() - note.at > every + every / 2;
}
