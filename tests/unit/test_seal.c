// Contact data is sealed: only the owner of the secret key reads it.
#include "shared/seal.h"

#include "shared/protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static unsigned char public_key[crypto_box_PUBLICKEYBYTES], secret_key[crypto_box_SECRETKEYBYTES];
static char key[64];

static int set_up(void **state)
{
    (void)state;
    if (sodium_init() < 0)
        return -1;
    crypto_box_keypair(public_key, secret_key);
    sodium_bin2base64(key, sizeof key, public_key, sizeof public_key, sodium_base64_VARIANT_ORIGINAL);
    return 0;
}

// What the aggregator reads out of it; "" when it cannot.
static void open_box(const char *base64, char *ret, size_t size)
{
    unsigned char box[PROTOCOL_TEXT_MAX];
    size_t n = 0;
    memset(ret, 0, size);
    assert_int_equal(sodium_base642bin(box, sizeof box, base64, strlen(base64), NULL, &n, NULL,
                                       sodium_base64_VARIANT_ORIGINAL),
                     0);
    assert_true(n >= crypto_box_SEALBYTES && n - crypto_box_SEALBYTES < size);
    if (crypto_box_seal_open((unsigned char *)ret, box, n, public_key, secret_key) != 0)
        ret[0] = '\0';
}

static void only_the_owner_of_the_key_reads_it(void **state)
{
    static const char plain[] = "Siti\n0812 3456 789";
    char text[PROTOCOL_TEXT_MAX + 1], other[PROTOCOL_TEXT_MAX + 1], read[200];
    (void)state;
    snprintf(text, sizeof text, "%s", plain);
    snprintf(other, sizeof other, "%s", plain);
    assert_true(seal_text(key, text, sizeof text));
    assert_true(seal_text(key, other, sizeof other));
    assert_null(strstr(text, "Siti"));
    assert_string_not_equal(text, other); // equal data cannot be told to be equal
    open_box(text, read, sizeof read);
    assert_string_equal(read, plain);
    text[10] = text[10] == 'A' ? 'B' : 'A';
    open_box(text, read, sizeof read);
    assert_string_equal(read, "");
}

static void the_longest_contact_fits_an_event(void **state)
{
    char text[PROTOCOL_TEXT_MAX + 1];
    (void)state;
    memset(text, 0, sizeof text);
    memset(text, 'x', 240 + 1 + 240); // 80 characters of three bytes, twice
    assert_true(seal_text(key, text, sizeof text));
    assert_true(strlen(text) <= PROTOCOL_TEXT_MAX);
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_false(seal_text(key, text, sizeof text)); // too long: refused, and nothing is left of it
    assert_string_equal(text, "");
}

static void a_bad_key_seals_nothing(void **state)
{
    static const char *const bad[] = {"", "AAAA", "not base64 at all, not at all, not at all ===",
                                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[PROTOCOL_TEXT_MAX + 1] = "Siti\n0812";
        assert_false(seal_text(bad[i], text, sizeof text));
        assert_string_equal(text, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_owner_of_the_key_reads_it),
        cmocka_unit_test(the_longest_contact_fits_an_event),
        cmocka_unit_test(a_bad_key_seals_nothing),
    };
    return cmocka_run_group_tests_name("seal", tests, set_up, NULL);
}
