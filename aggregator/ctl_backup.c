// ctl: a copy of the store, with or without a running aggregator.
#include "aggregator/backup.h"
#include "aggregator/ctl.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SAY_EVERY_PERCENT = 10, CHECKING = 1000, LEAST_NICE = 19 };

bool ctl_backup_progress(void *ctx, int64_t bytes, int64_t of)
{
    int *said = ctx;
    int percent = of == 0 ? CHECKING : (int)(bytes * 100 / of) / SAY_EVERY_PERCENT * SAY_EVERY_PERCENT;
    if (percent > *said) {
        *said = percent;
        if (percent == CHECKING) {
            fprintf(stderr, "checking the copy\n");
        } else {
            fprintf(stderr, "copying: %d %% of %lld MB\n", percent, (long long)of / 1000000 + 1);
        }
    }
    return true;
}

int ctl_backup(struct ctl *c, int argc, char **argv)
{
    char store[BACKUP_PATH], why[1600];
    struct backup_report r;
    int said = 0;
    const char *to = NULL;
    bool force = false;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--force") == 0) {
            force = true;
        } else {
            to = argv[i];
        }
    }
    if (to == NULL || argc != 1 + force) {
        fprintf(stderr, "puasctl: backup FILE [--force]\n");
        return CTL_USAGE;
    }
    umask(077); // what people said is nobody else's business
    (void)!nice(LEAST_NICE);
    snprintf(store, sizeof store, "%s/puas.db", c->data);
    struct backup_options o = {.store = store,
                               .to = to,
                               .force = force,
                               .disk_stop = c->disk_stop,
                               .progress = ctl_backup_progress,
                               .ctx = &said};
    wall_ms began = clock_wall_ms();
    if (!backup_make(&o, &r, why, sizeof why)) {
        fprintf(stderr, "puasctl: no backup was made: %s\n", why);
        return CTL_FINDING; // who asked knows: it is no failure to be put on note
    }
    backup_note_made(c->data, &o, began, &r, "");
    printf("%s: %lld bytes, %lld answers, checked, %lld.%lld s\n", to, (long long)r.bytes,
           (long long)r.answers, (long long)r.took_ms / 1000, (long long)r.took_ms % 1000 / 100);
    return CTL_FINE;
}
