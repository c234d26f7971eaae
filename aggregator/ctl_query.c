#include "aggregator/ctl_query.h"

#include <stdio.h>
#include <string.h>

bool ctl_query(int argc, char **argv, const struct query_field *fields, void *ret_query, const char **words[],
               int most, const char *limit)
{
    int count = 0;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0) {
            if (count == most) {
                fprintf(stderr, "puasctl: %s, not '%s' too\n", limit, argv[i]);
                return false;
            }
            *words[count++] = argv[i];
            continue;
        }
        const struct query_field *f = query_find(fields, argv[i] + 2);
        if (f == NULL || i + 1 == argc) {
            fprintf(stderr, "puasctl: %s %s\n", argv[i], f == NULL ? "is no option here" : "needs a value");
            return false;
        }
        *query_at(ret_query, f) = argv[++i];
    }
    if (*words[0] == NULL) {
        fprintf(stderr, "puasctl: a place is needed\n");
    }
    return *words[0] != NULL;
}

int ctl_trends_said(enum trends_error e, const char *place, const struct trend_problem *problem,
                    const char *path, const char *why)
{
    if (e == TRENDS_BAD) {
        const char *mark = problem->field[1] == '\0' ? "setting " : "--";
        fprintf(stderr, "puasctl: %s%s: %s\n", mark, problem->field, problem->why);
        return CTL_USAGE;
    }
    if (e == TRENDS_NOT_FOUND) {
        fprintf(stderr, "puasctl: there is no place '%s'\n", place);
    } else {
        fprintf(stderr, "puasctl: %s: %s\n", path, why);
    }
    return CTL_FINDING;
}
