// ctl: how far the running aggregator is with long work, until it is done. Ending this command ends no work.
#include "aggregator/ctl.h"

#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum { ASK_EVERY_MS = 500 };

int ctl_follow(const struct ctl *c, const char *key, int64_t enough, const char *words)
{
    for (int64_t left, said = -1;; said = left) {
        char *reply = NULL, why[700] = "it has no such figure";
        long status = 0;
        bool up = ctl_request(c, "/api/v1/status", NULL, 0, &status, &reply, why, sizeof why);
        json_t *o = up ? json_loads(reply, 0, NULL) : NULL;
        const json_t *figure = json_object_get(o, key);
        bool known = json_is_integer(figure);
        left = json_integer_value(figure);
        json_decref(o);
        free(reply);
        if (!known) {
            fprintf(stderr, "puasctl: the aggregator does not answer: %s; it goes on when it runs again\n",
                    why);
            return CTL_FINDING;
        }
        if (left <= enough) {
            return CTL_FINE;
        }
        if (left != said) {
            printf("  %lld %s are left\n", (long long)left, words);
            fflush(stdout);
        }
        poll(NULL, 0, ASK_EVERY_MS);
    }
}
