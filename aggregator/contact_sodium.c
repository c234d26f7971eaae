// contact: libsodium.
#include "aggregator/contact.h"

#include "aggregator/secret_file.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

_Static_assert(CONTACT_KEY_BYTES == crypto_box_SECRETKEYBYTES, "one key");
_Static_assert(CONTACT_KEY_BYTES == crypto_box_PUBLICKEYBYTES, "and the other");

// ---------------------------------------------------------------- the file

static void make_file(const char *folder, const char *path)
{
    char line[CONTACT_KEY_TEXT];
    unsigned char public_key[CONTACT_KEY_BYTES], secret_key[CONTACT_KEY_BYTES];
    crypto_box_keypair(public_key, secret_key);
    sodium_bin2base64(line, sizeof line, secret_key, sizeof secret_key, sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(secret_key, sizeof secret_key);
    secret_file_make(folder, path, line);
    sodium_memzero(line, sizeof line);
}

// The secret of the line. False: why.
static bool read_line(const char *path, const char *line, struct contact_key *k, char *ret_why, size_t n)
{
    size_t bytes = 0;
    bool ok = sodium_base642bin(k->secret_key, sizeof k->secret_key, line, strlen(line), NULL, &bytes, NULL,
                                sodium_base64_VARIANT_ORIGINAL) == 0 &&
              bytes == sizeof k->secret_key;
    if (!ok) {
        snprintf(ret_why, n,
                 "%s holds no key: restore it from a backup; without it nobody can read the contact data "
                 "that is stored",
                 path);
    }
    return ok;
}

bool contact_key_load(const char *folder, bool make, struct contact_key *ret, char *ret_why, size_t n)
{
    char path[500], line[CONTACT_KEY_TEXT + 8];
    struct contact_key k;
    snprintf(path, sizeof path, "%s/contact.key", folder);
    if (sodium_init() < 0) {
        snprintf(ret_why, n, "libsodium cannot start");
        return false;
    }
    enum secret_file there = secret_file_read(path, line, sizeof line, ret_why, n);
    if (there == SECRET_FILE_NONE && make) {
        make_file(folder, path);
        there = secret_file_read(path, line, sizeof line, ret_why, n);
    }
    bool ok = there == SECRET_FILE_READ && read_line(path, line, &k, ret_why, n);
    sodium_memzero(line, sizeof line);
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
