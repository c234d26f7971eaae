// backup: the note of the last one, as JSON.
#include "aggregator/backup.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void copy_text(const json_t *o, const char *key, char *ret, size_t n)
{
    const char *text = json_string_value(json_object_get(o, key));
    snprintf(ret, n, "%s", text != NULL ? text : "");
}

void backup_note_read(const char *data, struct backup_note *ret_note)
{
    char path[BACKUP_PATH + 20];
    snprintf(path, sizeof path, "%s/backup.json", data);
    json_t *o = json_load_file(path, 0, NULL);
    *ret_note = (struct backup_note){.at = json_integer_value(json_object_get(o, "at")),
                                     .took_ms = json_integer_value(json_object_get(o, "tookMs")),
                                     .bytes = json_integer_value(json_object_get(o, "bytes")),
                                     .failed_at = json_integer_value(json_object_get(o, "failedAt"))};
    copy_text(o, "file", ret_note->file, sizeof ret_note->file);
    copy_text(o, "why", ret_note->why, sizeof ret_note->why);
    json_decref(o);
}

static void write_note(const char *data, const struct backup_note *note)
{
    char path[BACKUP_PATH + 20], part[BACKUP_PATH + 30];
    struct stat folder;
    snprintf(path, sizeof path, "%s/backup.json", data);
    snprintf(part, sizeof part, "%s.part", path);
    json_t *o = json_pack("{s:I,s:I,s:I,s:s,s:I,s:s}", "at", (json_int_t)note->at, "tookMs",
                          (json_int_t)note->took_ms, "bytes", (json_int_t)note->bytes, "file", note->file,
                          "failedAt", (json_int_t)note->failed_at, "why", note->why);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = o != NULL && fd >= 0 && json_dumpfd(o, fd, JSON_INDENT(1)) == 0 && fsync(fd) == 0 &&
              stat(data, &folder) == 0 && (geteuid() != 0 || fchown(fd, folder.st_uid, folder.st_gid) == 0);
    if (fd >= 0) {
        ok = close(fd) == 0 && ok;
    }
    json_decref(o);
    if (!ok || rename(part, path) != 0) {
        unlink(part);
    }
}

void backup_note_made(const char *data, const struct backup_options *o, wall_ms at,
                      const struct backup_report *r, const char *why)
{
    struct backup_note note;
    backup_note_read(data, &note);
    if (r != NULL) {
        char *full = realpath(o->to, NULL);
        note = (struct backup_note){.at = at, .took_ms = r->took_ms, .bytes = r->bytes};
        snprintf(note.file, sizeof note.file, "%s", full != NULL ? full : o->to);
        free(full);
    } else {
        note.failed_at = at;
        snprintf(note.why, sizeof note.why, "%s", why);
    }
    write_note(data, &note);
}
