// channel_secret: open, rename, fsync.
#include "aggregator/channel_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MAX_BYTES = 600, ADDRESS_MAX = 1100 };

static void path_of(const char *folder, const char *id, const char *end, char ret[PATH_MAX_BYTES])
{
    snprintf(ret, PATH_MAX_BYTES, "%s/secrets%s%s%s", folder, id[0] != '\0' ? "/" : "", id, end);
}

// The second line of the file.
static void purpose_of(const struct channel *c, char ret[ADDRESS_MAX])
{
    snprintf(ret, ADDRESS_MAX, "%s %s", channel_kinds[c->kind], channel_url(c));
}

static bool say(const char *path, char *ret_why, size_t n)
{
    snprintf(ret_why, n, "%s: %s", path, strerror(errno));
    return false;
}

enum channel_secret channel_secret_read(const char *folder, const struct channel *c, char *ret, size_t size,
                                        char *ret_why, size_t n)
{
    char path[PATH_MAX_BYTES], text[CHANNEL_SECRET_MAX + ADDRESS_MAX + 2] = "", purpose[ADDRESS_MAX];
    struct stat st;
    enum channel_secret found = CHANNEL_SECRET_WRONG;
    path_of(folder, c->id.s, "", path);
    purpose_of(c, purpose);
    ret[0] = '\0';
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT) {
        return CHANNEL_SECRET_NONE;
    }
    ssize_t got = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (got < 0 || fstat(fd, &st) != 0) {
        say(path, ret_why, n);
    } else if ((st.st_mode & 077) != 0) {
        snprintf(ret_why, n, "%s can be read by others: chmod 600 it, and put a new secret if they may have",
                 path);
    } else {
        size_t first = strcspn(text, "\n");
        char *second = text + first + (text[first] != '\0');
        text[first] = '\0';
        second[strcspn(second, "\n")] = '\0';
        found = strcmp(second, purpose) == 0 && first < size ? CHANNEL_SECRET_THERE : CHANNEL_SECRET_OTHER;
        memcpy(ret, text, found == CHANNEL_SECRET_THERE ? first + 1 : 0);
    }
    explicit_bzero(text, sizeof text);
    if (fd >= 0) {
        close(fd);
    }
    return found;
}

enum channel_secret channel_secret_look(const char *folder, const struct channel *c)
{
    char secret[CHANNEL_SECRET_MAX + 1], why[PATH_MAX_BYTES + 100];
    enum channel_secret found = channel_secret_read(folder, c, secret, sizeof secret, why, sizeof why);
    explicit_bzero(secret, sizeof secret);
    return found;
}

static bool sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    return (fd < 0 || close(fd) == 0) && ok;
}

bool channel_secret_put(const char *folder, const struct channel *c, const char *secret, char *ret_why,
                        size_t n)
{
    char in[PATH_MAX_BYTES], path[PATH_MAX_BYTES], fresh[PATH_MAX_BYTES], purpose[ADDRESS_MAX];
    path_of(folder, "", "", in);
    path_of(folder, c->id.s, "", path);
    path_of(folder, c->id.s, ".new", fresh); // no id has a dot
    purpose_of(c, purpose);
    if (mkdir(in, 0700) == 0) {
        if (!sync_folder(folder)) {
            return say(folder, ret_why, n);
        }
    } else if (errno != EEXIST) {
        return say(in, ret_why, n);
    }
    unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 &&
              dprintf(fd, "%s\n%s\n", secret, purpose) == (int)(strlen(secret) + strlen(purpose) + 2) &&
              fsync(fd) == 0;
    ok = (fd < 0 || close(fd) == 0) && ok;
    if (!ok || rename(fresh, path) != 0 || !sync_folder(in)) {
        say(path, ret_why, n);
        unlink(fresh);
        return false;
    }
    return true;
}

bool channel_secret_drop(const char *folder, const char *id, char *ret_why, size_t n)
{
    char in[PATH_MAX_BYTES], path[PATH_MAX_BYTES];
    path_of(folder, "", "", in);
    path_of(folder, id, "", path);
    if (unlink(path) != 0) {
        return errno == ENOENT || say(path, ret_why, n);
    }
    return sync_folder(in) || say(in, ret_why, n);
}
