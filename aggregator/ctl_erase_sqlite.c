// ctl: erasure of what a visit has said, named by its key or by the contact that was left with it. Done by the running
// aggregator; a contact is found here, with its key.
#include "aggregator/contact.h"
#include "aggregator/ctl.h"
#include "aggregator/store_impl.h"

#include <ctype.h>
#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VISITS_MAX = 1000, REACH_MAX = 200 };

struct visit {
    char kiosk[IDENT_MAX + 1], epoch[EPOCH_HEX + 1];
    int64_t seq;
};

// KIOSK/EPOCH/SEQ, as exports name it.
static bool parse_visit(const char *text, struct visit *ret)
{
    uint8_t epoch[EPOCH_BYTES];
    long long seq = 0;
    int used = 0;
    bool ok = sscanf(text, "%32[^/]/%32[^/]/%16lld%n", ret->kiosk, ret->epoch, &seq, &used) == 3 &&
              text[used] == '\0' && seq > 0 && ident_valid(ret->kiosk) &&
              ident_unhex(ret->epoch, EPOCH_BYTES, epoch);
    ret->seq = seq;
    if (!ok) {
        fprintf(stderr,
                "puasctl: '%.100s' names no visit: KIOSK/EPOCH/SEQ, as in the column `visit` of an export\n",
                text);
    }
    return ok;
}

// ---------------------------------------------------------------- by contact

// A phone number by its digits, with the country's 62 for a leading 0; all else in small letters without blanks.
static void normalise(const char *text, char ret[REACH_MAX])
{
    size_t n = 0, digits = 0;
    bool phone = strpbrk(text, "@") == NULL;
    for (const char *p = text; *p != '\0' && n + 1 < REACH_MAX; p++) {
        if (!isspace((unsigned char)*p) && strchr("-().", *p) == NULL) {
            ret[n++] = (char)tolower((unsigned char)*p);
            digits += isdigit((unsigned char)*p) != 0;
        } else if (!isspace((unsigned char)*p) && strpbrk(text, "@") != NULL) {
            ret[n++] = *p; // of an address all counts
        }
    }
    ret[n] = '\0';
    if (phone && ret[0] == '+' && digits == n - 1) {
        memmove(ret, ret + 1, n);
    } else if (phone && ret[0] == '0' && digits == n && n + 1 < REACH_MAX) {
        memmove(ret + 2, ret + 1, n);
        memcpy(ret, "62", 2);
    }
}

// The visits with that phone number or address. False: said on standard error.
static bool find_visits(const struct ctl *c, struct store *st, const char *reach, struct visit *ret,
                        int *ret_count)
{
    struct contact_key key;
    char why[700], plain[CONTACT_PLAIN_MAX], wanted[REACH_MAX], has[REACH_MAX];
    bool failed = false;
    *ret_count = 0;
    if (!contact_key_load(c->data, false, &key, why, sizeof why)) {
        fprintf(stderr, "puasctl: %s\n", why);
        return false;
    }
    normalise(reach, wanted);
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT c.sealed, k.id, lower(hex(p.epoch)), c.seq FROM contact c"
                                 " JOIN epoch p USING(epoch_id) JOIN kiosk k USING(kiosk_id)",
                                 "");
    while (*ret_count < VISITS_MAX && store_row(st, s, &failed)) {
        if (!contact_open(&key, (const char *)sqlite3_column_text(s, 0), plain, sizeof plain)) {
            continue;
        }
        const char *line = strchr(plain, '\n');
        normalise(line != NULL ? line + 1 : plain, has);
        if (strcmp(has, wanted) == 0) {
            struct visit *v = &ret[(*ret_count)++];
            store_copy(s, 1, v->kiosk, sizeof v->kiosk);
            store_copy(s, 2, v->epoch, sizeof v->epoch);
            v->seq = sqlite3_column_int64(s, 3);
        }
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    explicit_bzero(plain, sizeof plain);
    explicit_bzero(has, sizeof has);
    contact_key_finish(&key);
    return !failed || ctl_failed(st) == CTL_FINE;
}

// ---------------------------------------------------------------- asking for it

static int erase_one(const struct ctl *c, const struct visit *v, bool score)
{
    const struct passwd *user = getpwuid(getuid());
    char *reply = NULL, why[700];
    long status = 0;
    json_t *o = json_pack("{s:s,s:s,s:I,s:b,s:s}", "kiosk", v->kiosk, "epoch", v->epoch, "seq",
                          (json_int_t)v->seq, "score", (int)score, "by", user != NULL ? user->pw_name : "?");
    char *body = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    bool ok =
        body != NULL && ctl_request(c, "/api/v1/erase", body, strlen(body), &status, &reply, why, sizeof why);
    free(body);
    if (!ok) {
        fprintf(stderr, "puasctl: %s\n", why);
        return CTL_FINDING;
    }
    int code = status == 200 ? CTL_FINE : ctl_refused(reply, NULL, NULL);
    o = status == 200 ? json_loads(reply, 0, NULL) : NULL;
    if (o != NULL && c->json) {
        printf("%s\n", reply);
    } else if (o != NULL) {
        printf(
            "%s/%s/%lld: erased%s; %lld answers held something. The kiosk is told, now or when it is there\n",
            v->kiosk, v->epoch, (long long)json_integer_value(json_object_get(o, "visit")),
            score ? ", with its score" : "; its score stays",
            (long long)json_integer_value(json_object_get(o, "answers")));
    }
    json_decref(o);
    free(reply);
    return code;
}

static int erase_by_contact(struct ctl *c, const char *reach, bool score)
{
    struct visit *visits = calloc(VISITS_MAX, sizeof *visits);
    struct store *st = visits != NULL ? ctl_open(c) : NULL;
    int count = 0, code = CTL_FINDING;
    if (st != NULL && find_visits(c, st, reach, visits, &count)) {
        if (count == 0) {
            fprintf(stderr, "puasctl: nobody has left that, or it has been deleted already\n");
        }
        code = count > 0 ? CTL_FINE : CTL_FINDING;
    }
    store_close(st);
    for (int i = 0; i < count && code == CTL_FINE; i++) {
        code = erase_one(c, &visits[i], score);
    }
    free(visits);
    return code;
}

int ctl_erase(struct ctl *c, int argc, char **argv)
{
    struct visit v;
    bool by_visit = strcmp(argv[0], "--visit") == 0, score = argc == 3 && strcmp(argv[2], "--score-too") == 0;
    if ((!by_visit && strcmp(argv[0], "--contact") != 0) || (argc == 3 && !score)) {
        fprintf(stderr, "puasctl: erase --visit KIOSK/EPOCH/SEQ | --contact 'PHONE OR MAIL' [--score-too]\n");
        return CTL_USAGE;
    }
    if (!by_visit) {
        return erase_by_contact(c, argv[1], score);
    }
    return parse_visit(argv[1], &v) ? erase_one(c, &v, score) : CTL_USAGE;
}

int ctl_erase_list(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct store *st = ctl_open(c);
    struct table t;
    char ago[32];
    bool failed = false;
    wall_ms now = clock_wall_ms();
    if (st == NULL) {
        return CTL_FINDING;
    }
    table_init(&t, "erased|visit|what|kiosk has done it");
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT e.at, k.id || '/' || lower(hex(p.epoch)) || '/' || e.visit, e.score,"
                                 " coalesce(e.told, 0) FROM erasure e JOIN epoch p USING(epoch_id)"
                                 " JOIN kiosk k USING(kiosk_id) ORDER BY e.at DESC, e.epoch_id, e.visit",
                                 "");
    while (store_row(st, s, &failed)) {
        table_add(&t, "%s", table_ago(sqlite3_column_int64(s, 0), now, ago));
        table_add(&t, "%s", (const char *)sqlite3_column_text(s, 1));
        table_add(&t, "%s", sqlite3_column_int(s, 2) != 0 ? "with its score" : "words");
        table_add(&t, "%s",
                  sqlite3_column_int64(s, 3) != 0 ? table_ago(sqlite3_column_int64(s, 3), now, ago)
                                                  : "not yet");
    }
    int code = failed ? ctl_failed(st) : CTL_FINE;
    table_print(&t);
    table_finish(&t);
    store_close(st);
    return code;
}
