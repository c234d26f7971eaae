// A logo that could not be drawn whole is refused, with what it holds.
#include "kiosk/show.h"
#include "kiosk/svg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH "<path d=\"M0 0h9v9z\"/>"

static const struct {
    const char *text, *undrawn;
} pictures[] = {
    {"<svg>" PATH "</svg>", NULL},
    {"<svg><use href=\"#a\"/></svg>", "use"},
    {"<svg>\n<text\n x=\"1\">Puas</text></svg>", "text"},
    {"<svg><image/></svg>", "image"},
    {"<svg><defs><clipPath id=\"c\">" PATH "</clipPath></defs></svg>", "clipPath"},
    {"<svg><mask>" PATH "</mask></svg>", "mask"},
    {"<svg>" PATH "<g><text>", "text"},
    {"<svg><text", "text"},
    {"<svg><title>use text image</title><path id=\"mask\"/></svg>", NULL},
    {"<svg><textPath/><user/><masked/></svg>", NULL}, // other names
    {"<svg><!-- <text>made by</text> -->" PATH "</svg>", NULL},
    {"<svg><!-- a --><!-- b --><use/></svg>", "use"},
    {"<svg><!-- <use/>", NULL},
    {"<svg><!--", NULL},
    {"<svg><", NULL},
    {"<", NULL},
    {"", NULL},
};
enum { PICTURES = sizeof pictures / sizeof *pictures };

static void what_is_not_drawn_is_found(void **state)
{
    (void)state;
    for (int i = 0; i < PICTURES; i++) {
        size_t n = strlen(pictures[i].text);
        char *copy = malloc(n + 1); // exactly: reading on is seen
        memcpy(copy, pictures[i].text, n);
        const char *found = svg_undrawn(copy, n);
        if (found != pictures[i].undrawn &&
            (!found || !pictures[i].undrawn || strcmp(found, pictures[i].undrawn) != 0))
            fail_msg("%s: %s", pictures[i].text, found ? found : "nothing");
        free(copy);
    }
    assert_true(svg_is("<?xml version=\"1.0\"?><svg>", 26));
    assert_false(svg_is("\x89PNG", 4));
    assert_false(svg_is("<svg", 3));
}

static void write_file(const char *dir, const char *name, const char *text, size_t n)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    fclose(f);
}

// Shows the default content under a theme that names `logo`. "": it was taken.
static const char *show_with_logo(const char *dir, const char *logo)
{
    static struct show_error error;
    struct content content;
    struct config_error why;
    char theme[100], path[200];
    int n = snprintf(theme, sizeof theme, "logo: %s\n", logo);
    write_file(dir, "theme.yaml", theme, (size_t)n);
    snprintf(path, sizeof path, "%s/theme.yaml", dir);
    assert_true(content_parse("test", "volume: 1\n", 10, &content, &why));
    error.text[0] = '\0';
    struct show *s = show_create(&content, "assets", path, &error);
    assert_int_equal(s == NULL, error.text[0] != '\0');
    show_destroy(s);
    return error.text;
}

static void a_logo_with_holes_is_refused(void **state)
{
    char dir[] = "/tmp/puas-logo-XXXXXX", command[60], says[60];
    (void)state;
    assert_non_null(mkdtemp(dir));
    for (int i = 0; i < PICTURES; i++) {
        const char *why;
        write_file(dir, "logo.svg", pictures[i].text, strlen(pictures[i].text));
        why = show_with_logo(dir, "logo.svg");
        snprintf(says, sizeof says, "/logo.svg: logo: holds <%s>",
                 pictures[i].undrawn ? pictures[i].undrawn : "");
        if (pictures[i].undrawn ? !strstr(why, says) : why[0] != '\0')
            fail_msg("%s: '%s'", pictures[i].text, why);
    }
    // Another kind of picture may hold any bytes; the name does not matter.
    write_file(dir, "logo.svg", "\x89PNG <text>", 11);
    assert_string_equal(show_with_logo(dir, "logo.svg"), "");
    static char large[SVG_BYTES_MAX + 100];
    memset(large, ' ', sizeof large);
    memcpy(large, "<svg>", 5);
    write_file(dir, "large", large, sizeof large);
    assert_non_null(strstr(show_with_logo(dir, "large"), "logo: over 1024 KiB"));
    assert_non_null(strstr(show_with_logo(dir, "missing.svg"), "logo: cannot read"));
    snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_drawn_is_found),
        cmocka_unit_test(a_logo_with_holes_is_refused),
    };
    return cmocka_run_group_tests_name("svg", tests, NULL, NULL);
}
