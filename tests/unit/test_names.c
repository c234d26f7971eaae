// names: against a plain search.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/names.h"
#include "shared/ident.h"

#include <stdio.h>
#include <string.h>

enum { ITEMS = 3000, KINDS = 2000 }; // some stand there twice

struct item {
    int before;
    struct ident id;
};

static void finds_the_first(void **state)
{
    (void)state;
    static struct item items[ITEMS];
    struct names n;
    uint32_t seed = 7;
    for (int i = 0; i < ITEMS; i++) {
        char id[20];
        seed = seed * 1103515245u + 12345u;
        snprintf(id, sizeof id, "branch-%u", (seed >> 8) % KINDS);
        assert_true(ident_set(&items[i].id, id));
    }
    assert_true(names_make(&n, items, ITEMS, sizeof items[0], offsetof(struct item, id)));
    for (unsigned k = 0; k < KINDS + 10; k++) {
        char id[20];
        int first = -1;
        snprintf(id, sizeof id, "branch-%u", k);
        for (int i = ITEMS - 1; i >= 0; i--) {
            first = strcmp(items[i].id.s, id) == 0 ? i : first;
        }
        assert_int_equal(names_find(&n, id), first);
    }
    assert_int_equal(names_find(&n, ""), -1);
    names_finish(&n);
}

static void of_nothing(void **state)
{
    (void)state;
    struct names n;
    assert_true(names_make(&n, NULL, 0, sizeof(struct item), offsetof(struct item, id)));
    assert_int_equal(names_find(&n, "dago"), -1);
    names_finish(&n);
    assert_int_equal(names_find(&n, "dago"), -1);
    names_finish(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_the_first), cmocka_unit_test(of_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
