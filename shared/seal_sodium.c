#include "shared/seal.h"

#include <sodium.h>
#include <string.h>

enum { BOX_MAX = 4096 };

bool seal_text(const char *key, char *text, size_t size)
{
    unsigned char public_key[crypto_box_PUBLICKEYBYTES], box[BOX_MAX];
    size_t n = strlen(text), key_bytes = 0, sealed = n + crypto_box_SEALBYTES;
    bool ok = sodium_init() >= 0 && sealed <= sizeof box &&
              sodium_base64_encoded_len(sealed, sodium_base64_VARIANT_ORIGINAL) <= size &&
              sodium_base642bin(public_key, sizeof public_key, key, strlen(key), NULL, &key_bytes, NULL,
                                sodium_base64_VARIANT_ORIGINAL) == 0 &&
              key_bytes == sizeof public_key &&
              crypto_box_seal(box, (const unsigned char *)text, n, public_key) == 0;
    sodium_memzero(text, size);
    if (ok)
        sodium_bin2base64(text, size, box, sealed, sodium_base64_VARIANT_ORIGINAL);
    return ok;
}
