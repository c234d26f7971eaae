// contact: libsodium.
#include "aggregator/contact.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(CONTACT_KEY_BYTES == crypto_box_SECRETKEYBYTES, "one key");
_Static_assert(CONTACT_KEY_BYTES == crypto_box_PUBLICKEYBYTES, "and the other");

// ---------------------------------------------------------------- the file

static bool write_all(int fd, const char *text, size_t n)
{
    return write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
}

// Makes a key: whole under another name, then under its own, so that a power cut leaves one or none.
static bool make_file(const char *folder, const char *path)
{
    char fresh[600], line[CONTACT_KEY_TEXT + 1];
    unsigned char public_key[CONTACT_KEY_BYTES], secret_key[CONTACT_KEY_BYTES];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    crypto_box_keypair(public_key, secret_key);
    sodium_bin2base64(line, CONTACT_KEY_TEXT, secret_key, sizeof secret_key, sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(secret_key, sizeof secret_key);
    size_t n = strlen(line);
    line[n++] = '\n';
    unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write_all(fd, line, n);
    sodium_memzero(line, sizeof line);
    ok = (fd < 0 || close(fd) == 0) && ok;
    ok = ok && link(fresh, path) == 0; // never over one that is there
    int error = errno;
    unlink(fresh);
    int dir = ok ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (dir >= 0) {
        fsync(dir);
        close(dir);
    }
    errno = error;
    return ok;
}

// Reads the secret. False: why.
static bool read_file(const char *path, int fd, struct contact_key *k, char *ret_why, size_t n)
{
    struct stat st;
    char line[CONTACT_KEY_TEXT + 8];
    ssize_t got = read(fd, line, sizeof line - 1);
    size_t bytes = 0;
    bool ok = got > 0 && fstat(fd, &st) == 0;
    if (ok && (st.st_mode & 077) != 0) {
        snprintf(ret_why, n, "%s can be read by others: chmod 600 it, and make a new one if they may have",
                 path);
        ok = false;
    } else {
        line[ok ? got : 0] = '\0';
        line[strcspn(line, "\n")] = '\0';
        ok = ok &&
             sodium_base642bin(k->secret_key, sizeof k->secret_key, line, strlen(line), NULL, &bytes, NULL,
                               sodium_base64_VARIANT_ORIGINAL) == 0 &&
             bytes == sizeof k->secret_key;
        if (!ok) {
            snprintf(ret_why, n,
                     "%s holds no key: restore it from a backup; without it nobody can read the contact data "
                     "that is stored",
                     path);
        }
    }
    sodium_memzero(line, sizeof line);
    return ok;
}

bool contact_key_load(const char *folder, bool make, struct contact_key *ret, char *ret_why, size_t n)
{
    char path[500];
    struct contact_key k;
    snprintf(path, sizeof path, "%s/contact.key", folder);
    if (sodium_init() < 0) {
        snprintf(ret_why, n, "libsodium cannot start");
        return false;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && make && make_file(folder, path)) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0) {
        snprintf(ret_why, n, "%s: %s", path, strerror(errno));
        return false;
    }
    bool ok = read_file(path, fd, &k, ret_why, n);
    close(fd);
    if (ok) {
        crypto_scalarmult_base(k.public_key, k.secret_key);
        sodium_bin2base64(k.text, sizeof k.text, k.public_key, sizeof k.public_key,
                          sodium_base64_VARIANT_ORIGINAL);
        *ret = k;
    }
    contact_key_finish(&k);
    return ok;
}

bool contact_key_public(const char *folder, bool make, char *ret, char *ret_why, size_t n)
{
    struct contact_key k;
    if (!contact_key_load(folder, make, &k, ret_why, n)) {
        return false;
    }
    memcpy(ret, k.text, sizeof k.text);
    contact_key_finish(&k);
    return true;
}

void contact_key_finish(struct contact_key *k)
{
    if (k != NULL) {
        sodium_memzero(k, sizeof *k);
    }
}

// ---------------------------------------------------------------- opening

void contact_blank(char *text, size_t n)
{
    static const char base64[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\\"; // JSON may say \/
    if (memmem(text, n, "\"contact\"", 9) == NULL) {
        return;
    }
    size_t run = 0;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && text[i] != '\0' && strchr(base64, text[i]) != NULL) {
            run++;
            continue;
        }
        if (run >= CONTACT_BOX_MIN) {
            memset(text + i - run, '*', run);
        }
        run = 0;
    }
}

bool contact_open(const struct contact_key *k, const char *sealed, char *ret, size_t size)
{
    unsigned char box[CONTACT_PLAIN_MAX];
    size_t n = 0;
    memset(ret, 0, size);
    bool ok = sodium_base642bin(box, sizeof box, sealed, strlen(sealed), NULL, &n, NULL,
                                sodium_base64_VARIANT_ORIGINAL) == 0 &&
              n >= crypto_box_SEALBYTES && n - crypto_box_SEALBYTES < size &&
              crypto_box_seal_open((unsigned char *)ret, box, n, k->public_key, k->secret_key) == 0;
    if (!ok) {
        memset(ret, 0, size);
    }
    return ok;
}
