// webpush: the examples of the RFCs, keys that are none, and the file.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/webpush.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// RFC 8291, section 5.
static const char ua_public[] =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
static const char ua_auth[] = "BTBZMqHH6r4Tts7J_aSIgg";
static const char as_private[] = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
static const char as_public[] =
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
static const char given_salt[] = "DGv6ra1nlYgDCS1FRnbzlw";
static const char plain[] = "When I grow up, I want to be a watermelon";
static const char sealed[] =
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_"
    "c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3j"
    "l7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

static void the_example_of_the_rfc(void **state)
{
    (void)state;
    uint8_t to[WEBPUSH_PUBLIC], auth[WEBPUSH_AUTH], secret[WEBPUSH_SECRET], salt[WEBPUSH_SALT],
        got[WEBPUSH_SEALED_MAX];
    struct webpush_pair once;
    char text[2 * WEBPUSH_SEALED_MAX];
    size_t n;
    assert_true(webpush_bytes(ua_public, to, sizeof to) && webpush_bytes(ua_auth, auth, sizeof auth));
    assert_true(webpush_bytes(as_private, secret, sizeof secret) &&
                webpush_bytes(given_salt, salt, sizeof salt));
    assert_true(webpush_pair_of(secret, &once));
    webpush_text(once.public_key, sizeof once.public_key, text);
    assert_string_equal(text, as_public);
    assert_true(webpush_seal(to, auth, &once, salt, plain, strlen(plain), got, &n));
    webpush_text(got, n, text);
    assert_string_equal(text, sealed);
}

static void what_is_no_key(void **state)
{
    (void)state;
    struct webpush_pair p, once;
    uint8_t zero[WEBPUSH_SECRET] = {0}, high[WEBPUSH_SECRET], bytes[WEBPUSH_PUBLIC], got[WEBPUSH_SEALED_MAX];
    size_t n;
    memset(high, 0xff, sizeof high);
    assert_false(webpush_pair_of(zero, &p));
    assert_false(webpush_pair_of(high, &p)); // not below the order
    assert_true(webpush_pair_make(&p) && webpush_pair_make(&once));
    assert_true(memcmp(p.secret, once.secret, sizeof p.secret) != 0);
    assert_true(webpush_is_point(p.public_key));
    p.public_key[40] ^= 1;
    assert_false(webpush_is_point(p.public_key)); // not on the curve: nothing is sealed for it
    assert_false(webpush_seal(p.public_key, zero, &once, zero, "x", 1, got, &n));
    assert_false(webpush_seal(once.public_key, zero, &once, zero, got, WEBPUSH_PLAIN_MAX + 1, got, &n));
    static const char *const wrong[] = {"", "BCVx", "!!!!", "BTBZMqHH6r4Tts7J_aSIgg"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(webpush_bytes(wrong[i], bytes, sizeof bytes));
    }
    assert_true(webpush_bytes("BTBZMqHH6r4Tts7J_aSIgg==", bytes, WEBPUSH_AUTH)); // some browsers pad
    assert_false(webpush_bytes("BTBZMqHH6r4Tts7J*aSIgg", bytes, WEBPUSH_AUTH));
}

static void the_longest_message_fits(void **state)
{
    (void)state;
    static uint8_t text[WEBPUSH_PLAIN_MAX], got[WEBPUSH_SEALED_MAX];
    struct webpush_pair to, once;
    uint8_t some[WEBPUSH_SALT] = {1};
    size_t n;
    assert_true(webpush_pair_make(&to) && webpush_pair_make(&once));
    assert_true(webpush_seal(to.public_key, some, &once, some, text, sizeof text, got, &n));
    assert_int_equal(n, WEBPUSH_SEALED_MAX);
    assert_true(n <= 4096);
}

static void the_token_names_the_service(void **state)
{
    (void)state;
    struct webpush_pair key;
    char token[WEBPUSH_TOKEN_MAX];
    assert_true(webpush_pair_make(&key));
    assert_true(webpush_token(&key, "https://push.example.net:444/send/abc?x=1", "mailto:ops@example.org",
                              1790000000000, token));
    assert_memory_equal(token, "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.", 45);
    // {"aud":"https://push.example.net:444"
    assert_non_null(strstr(token, "eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQ6NDQ0Ii"));
    assert_false(webpush_token(&key, "no address", "mailto:ops@example.org", 0, token));
    assert_false(webpush_token(&key, "https://a\"b/", "mailto:ops@example.org", 0, token));
}

static void the_key_stays(void **state)
{
    (void)state;
    char folder[] = "/tmp/puas-webpush-XXXXXX", path[64], why[700];
    struct webpush_pair one, again;
    struct stat st;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/push.key", folder);
    assert_true(webpush_key_load(folder, &one, why, sizeof why) &&
                webpush_key_load(folder, &again, why, sizeof why));
    assert_memory_equal(&one, &again, sizeof one);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(chmod(path, 0644), 0);
    assert_false(webpush_key_load(folder, &again, why, sizeof why));
    assert_non_null(strstr(why, "can be read by others"));
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("not a key\n", f);
    fclose(f);
    assert_int_equal(chmod(path, 0600), 0);
    assert_false(webpush_key_load(folder, &again, why, sizeof why));
    assert_non_null(strstr(why, "holds no key"));
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_rfc),
        cmocka_unit_test(what_is_no_key),
        cmocka_unit_test(the_longest_message_fits),
        cmocka_unit_test(the_token_names_the_service),
        cmocka_unit_test(the_key_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
