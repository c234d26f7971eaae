// The kiosk's configuration: sizes of the hand and the arm in px, what is refused and why.
#include "kiosk/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NEEDED "kiosk: k1\nbranch: b1\nstate_dir: var\n"

static bool load(const char *text, struct settings *ret, char *ret_why, size_t size)
{
    char path[] = "/tmp/puas-settings-XXXXXX";
    struct config_error error = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    bool ok = settings_load(path, ret, &error);
    unlink(path);
    snprintf(ret_why, size, "%s", error.text);
    return ok;
}

static void targets_are_as_wide_as_a_finger(void **state)
{
    struct settings s;
    char why[500];
    (void)state;
    assert_true(load(NEEDED, &s, why, sizeof why));
    assert_int_equal(settings_target_px(&s), 0); // dpi unknown: 44 px are all that can be promised
    assert_int_equal(settings_reach_px(&s), 0);
    settings_finish(&s);
    assert_true(load(NEEDED "screen: { dpi: 151, bottom_mm: 800 }\n", &s, why, sizeof why));
    assert_int_equal(settings_target_px(&s), 54);  // 9 mm / 25.4 mm * 151
    assert_int_equal(settings_reach_px(&s), 2497); // (1220 - 800) mm
    settings_finish(&s);
    assert_true(load(NEEDED "screen: { dpi: 151, bottom_mm: 1300 }\n", &s, why, sizeof why));
    assert_int_equal(settings_reach_px(&s), 0); // it hangs too high for anything to be in reach
    settings_finish(&s);
}

static void content_stands_beside_the_rest(void **state)
{
    struct settings s;
    char why[500];
    (void)state;
    assert_true(load(
        NEEDED "languages: [th, id]\nlanguage: id\nsurvey: { id: x, version: 7, question: q, faces: 4 }\n"
               "volume: 30\nkeys: { F13: face-1 }\n",
        &s, why, sizeof why));
    assert_int_equal(s.content.languages.count, 2);
    assert_string_equal(s.content.language, "id");
    assert_int_equal(s.content.survey.version, 7);
    assert_int_equal(s.content.volume, 30);
    assert_string_equal(s.keys.items[0].value, "face-1");
    settings_finish(&s);
}

static void what_is_wrong_is_told(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {NEEDED "service_pin: 12\n", "4 to 12 digits"},
        {NEEDED "service_pin: 12ab\n", "4 to 12 digits"},
        {NEEDED "screen: { rotate: 45 }\n", "0, 90, 180 or 270"},
        {NEEDED "times: { typing: 10 s }\n", "typing"}, // who types gets 15 s at least
        {NEEDED "language: fr\n", "'fr' is not in languages"},
        {NEEDED "survey: { faces: 6 }\n", "faces"},
        {NEEDED "hours: [ { days: mon, open: \"15:00\", close: \"08:00\" } ]\n", "open before close"},
        {NEEDED "brightness: 3\n", "brightness"},
        {NEEDED "survey: { questions: [ { id: a, type: faces }, { id: b, type: contact } ] }\n",
         "question 'b' asks for contact data: contact_key is needed"},
        {NEEDED "contact_key: AAAA\n", "32 bytes as base64"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct settings s;
        char why[500];
        assert_false(load(rows[i].text, &s, why, sizeof why));
        if (!strstr(why, rows[i].says))
            fail_msg("'%s' lacks '%s'", why, rows[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_as_wide_as_a_finger),
        cmocka_unit_test(content_stands_beside_the_rest),
        cmocka_unit_test(what_is_wrong_is_told),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
