// puas-charts: searches the charts of change rules that the engine asks for most and prints them as aggregator/change_known.c,
// or with `room` what days that differ need (change_room) as aggregator/change_room_known.c. Takes a minute or two; whoever
// changes how charts are searched runs it, the charts first, and makes it again between:
//   build/release/tools/puas-charts > aggregator/change_known.c
//   build/release/tools/puas-charts room > aggregator/change_room_known.c
// Exit code 1: none is found for a share.
#include "aggregator/change.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool print_room(void)
{
    static const double usual[CHANGE_ROOM_USUALS] = {.02, .05, .1, .15, .2, .3, .4, .5},
                        part[CHANGE_ROOM_PARTS] = {0, .1, .2, .3, .4, .6, .8, 1};
    printf("// change: what days that differ need (change_room). A line for each usual share. Printed by tests/tools/puas-charts.\n"
           "#include \"aggregator/change.h\"\n\n"
           "const double change_room_usual[CHANGE_ROOM_USUALS] = {");
    for (int i = 0; i < CHANGE_ROOM_USUALS; i++)
        printf("%s%g", i ? ", " : "", usual[i]);
    printf("};\nconst double change_room_part[CHANGE_ROOM_PARTS] = {");
    for (int k = 0; k < CHANGE_ROOM_PARTS; k++)
        printf("%s%g", k ? ", " : "", part[k]);
    printf("};\nconst int change_room_table[CHANGE_ROOM_USUALS][CHANGE_ROOM_PARTS] = {\n");
    for (int i = 0; i < CHANGE_ROOM_USUALS; i++) {
        for (int k = 0; k < CHANGE_ROOM_PARTS; k++) {
            int units = 0;
            if (part[k] > 0 && !change_room_search(usual[i], part[k] * usual[i], &units))
                return false;
            printf("%s%d", k ? ", " : "    {", units);
        }
        printf("},\n");
        fflush(stdout);
    }
    printf("};\n");
    return true;
}

static bool print_charts(const char *name, bool drift)
{
    printf("\nstatic const struct known %s[] = {\n", name);
    int least = (int)lround((drift ? CHANGE_DRIFT_MIN : CHANGE_USUAL_MIN) * CHANGE_SHARE_UNITS);
    int most = (int)lround((drift ? CHANGE_DRIFT_MAX : CHANGE_USUAL_MAX) * CHANGE_SHARE_UNITS);
    for (int units = change_round(least); units <= most; units = change_round(units + 1)) {
        struct change c;
        if (!change_search((double)units / CHANGE_SHARE_UNITS, CHANGE_KNOWN_ARL, drift, &c))
            return false;
        printf("    {%d, {%d, {", units, c.count);
        for (int i = 0; i < c.count; i++)
            printf("%s{%d, %d, %d}", i ? ", " : "", c.part[i].up, c.part[i].down, c.part[i].limit);
        printf("}}},\n");
    }
    printf("};\n");
    return true;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "room") == 0) {
        bool done = print_room();
        if (!done)
            fprintf(stderr, "puas-charts: out of memory, or no such days\n");
        return !done;
    }
    printf("// change: charts that are known: of CHANGE_KNOWN_ARL votes, at each share that the engine "
           "rounds to. Printed by\n"
           "// tests/tools/puas-charts; the tests search them again.\n"
           "#include \"aggregator/change.h\"\n\n#include <math.h>\n#include <stddef.h>\n\n"
           "struct known {\n    int usual; // of CHANGE_SHARE_UNITS\n    struct change c;\n};\n");
    if (!print_charts("pairs", false) || !print_charts("threes", true)) {
        fprintf(stderr, "puas-charts: out of memory\n");
        return 1;
    }
    printf("\nstatic bool find(const struct known *all, size_t n, int usual, struct change *ret_c)\n{\n"
           "    for (size_t i = 0; i < n; i++)\n        if (all[i].usual == usual) {\n            *ret_c = "
           "all[i].c;\n"
           "            return true;\n        }\n    return false;\n}\n\n"
           "bool change_known(double q0, double arl, bool drift, struct change *ret_c)\n{\n"
           "    if (!(q0 >= CHANGE_USUAL_MIN && q0 <= CHANGE_USUAL_MAX) || arl != CHANGE_KNOWN_ARL)\n        "
           "return false;\n"
           "    int usual = (int)lround(q0 * CHANGE_SHARE_UNITS);\n"
           "    if ((double)usual / CHANGE_SHARE_UNITS != q0)\n        return false;\n"
           "    return drift && q0 >= CHANGE_DRIFT_MIN && q0 <= CHANGE_DRIFT_MAX\n"
           "               ? find(threes, sizeof(threes) / sizeof(*threes), usual, ret_c)\n"
           "               : find(pairs, sizeof(pairs) / sizeof(*pairs), usual, ret_c);\n}\n");
    return 0;
}
