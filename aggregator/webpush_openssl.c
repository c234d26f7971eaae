// webpush: OpenSSL's libcrypto.
#include "aggregator/webpush.h"

#include "aggregator/secret_file.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <stdio.h>
#include <string.h>

enum {
    DIGEST = 32,
    KEY = 16,
    NONCE = 12,
    TAG = 16,
    RECORD = 4096,
    COORDINATE = 32,
    DER_MAX = 80,       // of a signature
    GOOD_FOR_S = 43200, // RFC 8292: a day at most
    TEXT_SECRET = 45,   // 32 bytes as base64url, and room
    TRIES = 8,
};

// ---------------------------------------------------------------- base64url

void webpush_text(const uint8_t *bytes, size_t n, char *ret)
{
    int length = EVP_EncodeBlock((unsigned char *)ret, bytes, (int)n);
    for (int i = 0; i < length; i++) {
        ret[i] = ret[i] == '+' ? '-' : ret[i] == '/' ? '_' : ret[i];
    }
    ret[strcspn(ret, "=")] = '\0';
}

bool webpush_bytes(const char *text, uint8_t *ret, size_t n)
{
    char padded[128];
    uint8_t bytes[128];
    size_t length = strcspn(text, "="), all = (length + 3) / 4 * 4;
    if (text[length + strspn(text + length, "=")] != '\0' || all >= sizeof padded ||
        (4 * n + 2) / 3 != length) {
        return false;
    }
    for (size_t i = 0; i < all; i++) {
        char c = i < length ? text[i] : '=';
        padded[i] = c == '-' ? '+' : c == '_' ? '/' : c;
    }
    bool ok = EVP_DecodeBlock(bytes, (const unsigned char *)padded, (int)all) >= (int)n;
    memcpy(ret, bytes, n);
    return ok;
}

// ---------------------------------------------------------------- keys

bool webpush_pair_of(const uint8_t secret[WEBPUSH_SECRET], struct webpush_pair *ret)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *point = group != NULL ? EC_POINT_new(group) : NULL;
    BIGNUM *number = BN_bin2bn(secret, WEBPUSH_SECRET, NULL);
    bool ok = point != NULL && number != NULL && !BN_is_zero(number) &&
              BN_cmp(number, EC_GROUP_get0_order(group)) < 0 &&
              EC_POINT_mul(group, point, number, NULL, NULL, NULL) == 1 &&
              EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, ret->public_key, WEBPUSH_PUBLIC,
                                 NULL) == WEBPUSH_PUBLIC;
    memmove(ret->secret, secret, WEBPUSH_SECRET);
    BN_clear_free(number);
    EC_POINT_free(point);
    EC_GROUP_free(group);
    return ok;
}

bool webpush_pair_make(struct webpush_pair *ret)
{
    uint8_t secret[WEBPUSH_SECRET];
    bool ok = false;
    for (int i = 0; i < TRIES && !ok; i++) { // one in 2^32 is not below the order of the curve
        ok = clock_random(secret, sizeof secret) && webpush_pair_of(secret, ret);
    }
    OPENSSL_cleanse(secret, sizeof secret);
    return ok;
}

void webpush_pair_finish(struct webpush_pair *p)
{
    OPENSSL_cleanse(p, sizeof *p);
}

// secret NULL: the public half alone. NULL: no point of the curve, or memory ran out.
static EVP_PKEY *key_of(const uint8_t public_key[WEBPUSH_PUBLIC], const uint8_t *secret)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *number = secret != NULL ? BN_bin2bn(secret, WEBPUSH_SECRET, NULL) : NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    bool ok =
        build != NULL && ctx != NULL && (secret == NULL || number != NULL) &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, public_key, WEBPUSH_PUBLIC) == 1 &&
        (number == NULL || OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1);
    OSSL_PARAM *params = ok ? OSSL_PARAM_BLD_to_param(build) : NULL;
    if (params != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
        EVP_PKEY_fromdata(ctx, &key, secret != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params) != 1) {
        key = NULL;
    }
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_clear_free(number);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

bool webpush_is_point(const uint8_t public_key[WEBPUSH_PUBLIC])
{
    EVP_PKEY *key = key_of(public_key, NULL);
    EVP_PKEY_free(key);
    return key != NULL;
}

static bool read_line(const char *path, const char *line, struct webpush_pair *ret, char *ret_why, size_t n)
{
    uint8_t secret[WEBPUSH_SECRET];
    bool ok = webpush_bytes(line, secret, sizeof secret) && webpush_pair_of(secret, ret);
    OPENSSL_cleanse(secret, sizeof secret);
    if (!ok) {
        snprintf(ret_why, n,
                 "%s holds no key: restore it from a backup, or delete it: then every phone has to ask for "
                 "messages anew",
                 path);
    }
    return ok;
}

bool webpush_key_load(const char *folder, struct webpush_pair *ret, char *ret_why, size_t n)
{
    char path[500], line[TEXT_SECRET + 8];
    snprintf(path, sizeof path, "%s/push.key", folder);
    enum secret_file there = secret_file_read(path, line, sizeof line, ret_why, n);
    if (there == SECRET_FILE_NONE && webpush_pair_make(ret)) {
        webpush_text(ret->secret, WEBPUSH_SECRET, line);
        secret_file_make(folder, path, line);
        there = secret_file_read(path, line, sizeof line, ret_why, n);
    }
    bool ok = there == SECRET_FILE_READ && read_line(path, line, ret, ret_why, n);
    OPENSSL_cleanse(line, sizeof line);
    return ok;
}

// ---------------------------------------------------------------- sealing

static bool hmac(const uint8_t *key, size_t key_bytes, const uint8_t *data, size_t n, uint8_t ret[DIGEST])
{
    return HMAC(EVP_sha256(), key, (int)key_bytes, data, n, ret, NULL) != NULL;
}

static bool agree(const uint8_t to[WEBPUSH_PUBLIC], const struct webpush_pair *once, uint8_t ret[DIGEST])
{
    EVP_PKEY *ours = key_of(once->public_key, once->secret), *theirs = key_of(to, NULL);
    EVP_PKEY_CTX *ctx = ours != NULL && theirs != NULL ? EVP_PKEY_CTX_new(ours, NULL) : NULL;
    size_t n = DIGEST;
    bool ok = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, theirs) == 1 &&
              EVP_PKEY_derive(ctx, ret, &n) == 1 && n == DIGEST;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(ours);
    EVP_PKEY_free(theirs);
    return ok;
}

// RFC 8291, 3.4, and RFC 8188, 2.2 and 2.3.
static bool keys_of(const uint8_t to[WEBPUSH_PUBLIC], const uint8_t auth[WEBPUSH_AUTH],
                    const struct webpush_pair *once, const uint8_t salt[WEBPUSH_SALT],
                    uint8_t ret_key[DIGEST], uint8_t ret_nonce[DIGEST])
{
    static const uint8_t key_info[] = "Content-Encoding: aes128gcm\0\1",
                         nonce_info[] = "Content-Encoding: nonce\0\1";
    static const uint8_t head[] = "WebPush: info"; // its NUL counts
    uint8_t shared[DIGEST], prk[DIGEST], ikm[DIGEST], info[sizeof head + 2 * WEBPUSH_PUBLIC + 1];
    memcpy(info, head, sizeof head);
    memcpy(info + sizeof head, to, WEBPUSH_PUBLIC);
    memcpy(info + sizeof head + WEBPUSH_PUBLIC, once->public_key, WEBPUSH_PUBLIC);
    info[sizeof info - 1] = 1;
    bool ok = agree(to, once, shared) && hmac(auth, WEBPUSH_AUTH, shared, sizeof shared, prk) &&
              hmac(prk, sizeof prk, info, sizeof info, ikm) &&
              hmac(salt, WEBPUSH_SALT, ikm, sizeof ikm, prk) &&
              hmac(prk, sizeof prk, key_info, sizeof key_info - 1, ret_key) &&
              hmac(prk, sizeof prk, nonce_info, sizeof nonce_info - 1, ret_nonce);
    OPENSSL_cleanse(shared, sizeof shared);
    OPENSSL_cleanse(prk, sizeof prk);
    OPENSSL_cleanse(ikm, sizeof ikm);
    return ok;
}

static uint8_t *put(uint8_t *at, const void *bytes, size_t n)
{
    memcpy(at, bytes, n);
    return at + n;
}

bool webpush_seal(const uint8_t to[WEBPUSH_PUBLIC], const uint8_t auth[WEBPUSH_AUTH],
                  const struct webpush_pair *once, const uint8_t salt[WEBPUSH_SALT], const void *plain,
                  size_t n, uint8_t *ret, size_t *ret_n)
{
    static const uint8_t record[] = {RECORD >> 24, RECORD >> 16, RECORD >> 8 & 255, RECORD & 255,
                                     WEBPUSH_PUBLIC};
    static const uint8_t last = 2; // delimiter of the last record
    uint8_t key[DIGEST], nonce[DIGEST];
    int some = 0, more = 0, end = 0;
    if (n > WEBPUSH_PLAIN_MAX || !keys_of(to, auth, once, salt, key, nonce)) {
        return false;
    }
    uint8_t *at =
        put(put(put(ret, salt, WEBPUSH_SALT), record, sizeof record), once->public_key, WEBPUSH_PUBLIC);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok = ctx != NULL && EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, nonce) == 1 &&
              EVP_EncryptUpdate(ctx, at, &some, plain, (int)n) == 1 &&
              EVP_EncryptUpdate(ctx, at + some, &more, &last, 1) == 1 &&
              EVP_EncryptFinal_ex(ctx, at + some + more, &end) == 1;
    at += some + more + end;
    ok = ok && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG, at) == 1;
    EVP_CIPHER_CTX_free(ctx);
    OPENSSL_cleanse(key, sizeof key);
    *ret_n = (size_t)(at - ret) + TAG;
    return ok;
}

// ---------------------------------------------------------------- who sends

// ES256: r and s, 32 bytes each (RFC 7518, 3.4).
static bool sign(const struct webpush_pair *key, const char *text, uint8_t ret[2 * COORDINATE])
{
    uint8_t der[DER_MAX];
    size_t n = sizeof der;
    EVP_PKEY *ours = key_of(key->public_key, key->secret);
    EVP_MD_CTX *ctx = ours != NULL ? EVP_MD_CTX_new() : NULL;
    bool ok = ctx != NULL && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, ours) == 1 &&
              EVP_DigestSign(ctx, der, &n, (const uint8_t *)text, strlen(text)) == 1;
    const uint8_t *at = der;
    ECDSA_SIG *pair = ok ? d2i_ECDSA_SIG(NULL, &at, (long)n) : NULL;
    ok = pair != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(pair), ret, COORDINATE) == COORDINATE &&
         BN_bn2binpad(ECDSA_SIG_get0_s(pair), ret + COORDINATE, COORDINATE) == COORDINATE;
    ECDSA_SIG_free(pair);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(ours);
    return ok;
}

bool webpush_token(const struct webpush_pair *key, const char *endpoint, const char *subject, wall_ms now,
                   char *ret)
{
    static const char head[] = "{\"typ\":\"JWT\",\"alg\":\"ES256\"}";
    char claims[700], text[1100], public_key[WEBPUSH_PUBLIC_TEXT], mark[2 * COORDINATE * 2];
    uint8_t signature[2 * COORDINATE];
    const char *host = strstr(endpoint, "://");
    int origin = host != NULL ? (int)(host - endpoint) + 3 + (int)strcspn(host + 3, "/?#") : 0;
    int n = snprintf(claims, sizeof claims, "{\"aud\":\"%.*s\",\"exp\":%lld,\"sub\":\"%s\"}", origin,
                     endpoint, (long long)(now / 1000 + GOOD_FOR_S), subject);
    if (origin == 0 || n >= (int)sizeof claims || strcspn(endpoint, "\"\\") < (size_t)origin) {
        return false;
    }
    webpush_text((const uint8_t *)head, sizeof head - 1, text);
    size_t at = strlen(text);
    text[at++] = '.';
    webpush_text((const uint8_t *)claims, (size_t)n, text + at);
    if (!sign(key, text, signature)) {
        return false;
    }
    webpush_text(signature, sizeof signature, mark);
    webpush_text(key->public_key, WEBPUSH_PUBLIC, public_key);
    return snprintf(ret, WEBPUSH_TOKEN_MAX, "vapid t=%s.%s, k=%s", text, mark, public_key) <
           WEBPUSH_TOKEN_MAX;
}
