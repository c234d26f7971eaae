// ctl: trends, ranking, reasons, coverage, gaps, scores, segments and the SKM report as tables.
#include "aggregator/ctl_query.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The report; NULL: *ret_code, and it is said why.
static json_t *ask(const struct ctl *c, const char *what, int argc, char **argv, int *ret_code)
{
    char path[600], *text = NULL;
    struct trend_query q = {.place = NULL};
    struct trend_problem problem = {.field = ""};
    *ret_code = CTL_USAGE;
    if (!ctl_query(argc, argv, trend_fields, &q, (const char **[]){&q.place}, 1, "one place at a time")) {
        return NULL;
    }
    *ret_code = CTL_FINDING;
    snprintf(path, sizeof path, "%s/puas.db", c->data);
    struct views_options o = {.path = path, .offline_ms = c->offline_ms};
    struct views *v = views_create(&o);
    enum trends_error e =
        v != NULL ? trends_read(v, NULL, what, &q, clock_wall_ms(), &problem, &text) : TRENDS_FAILED;
    if (e != TRENDS_OK) {
        *ret_code = ctl_trends_said(e, q.place, &problem, path, v != NULL ? views_why(v) : "out of memory");
    }
    views_destroy(v);
    json_t *report = text != NULL ? json_loads(text, 0, NULL) : NULL;
    free(text);
    return report;
}

static const char *string(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "";
}

static const json_t *place(const json_t *o)
{
    return json_object_get(o, "place");
}

// A number times `by`, or "-" where there is none.
static void add_number(struct table *t, const json_t *o, const char *key, double by, const char *unit)
{
    const json_t *n = json_object_get(o, key);
    if (json_is_number(n)) {
        table_add(t, "%.1f%s", json_number_value(n) * by, unit);
    } else {
        table_add(t, "-");
    }
}

static void add_interval(struct table *t, const json_t *o, double by)
{
    const json_t *lo = json_object_get(o, "lo"), *hi = json_object_get(o, "hi");
    if (json_is_number(lo) && json_is_number(hi)) {
        table_add(t, "%.1f to %.1f", json_number_value(lo) * by, json_number_value(hi) * by);
    } else {
        table_add(t, "-");
    }
}

static void print_head(const json_t *o)
{
    printf("%s, %s to %s", string(place(o), "name"), string(o, "from"), string(o, "to"));
    if (json_is_string(json_object_get(o, "segment"))) {
        printf(", %s", string(o, "segment"));
    }
    const json_t *reason = json_object_get(o, "reason");
    if (json_is_object(reason)) { // of whose visits: all, unhappy or happy ones
        printf(", named \"%s\" (%s visits)", string(reason, "label"), string(reason, "visits"));
    } else if (json_object_get(o, "question") != NULL) {
        printf(", question %s", string(o, "question")[0] != '\0' ? string(o, "question") : "- (no votes)");
    }
    printf("\n%s", json_is_true(json_object_get(o, "building"))
                       ? "These figures are being built: some days are not in them yet. `puasctl status` "
                         "tells how far.\n"
                       : "");
}

// Votes that are not all here are never shown without saying so.
static void print_coverage(const json_t *o)
{
    const json_t *share = json_object_get(o, "share");
    if (json_is_true(json_object_get(o, "complete"))) {
        return;
    }
    if (json_is_number(share)) {
        printf("Coverage %.1f %% of %lld votes", json_number_value(share) * 100,
               (long long)json_integer_value(json_object_get(o, "known")));
    } else {
        printf("Coverage");
    }
    printf(": %lld missing, %lld lost, %lld kiosks not heard since the end\n",
           (long long)json_integer_value(json_object_get(o, "missing")),
           (long long)json_integer_value(json_object_get(o, "lost")),
           (long long)json_integer_value(json_object_get(o, "notHeard")));
}

static int finish(const struct ctl *c, json_t *o, struct table *t)
{
    if (c->json) {
        json_dumpf(o, stdout, JSON_INDENT(2));
        printf("\n");
    } else {
        print_head(o);
        print_coverage(json_object_get(o, "coverage"));
        table_print(t);
    }
    table_finish(t);
    json_decref(o);
    return CTL_FINE;
}

static const char *few(const json_t *o)
{
    return json_is_false(json_object_get(o, "enough")) ? "under 30 votes" : "";
}

static void add_period(struct table *t, const json_t *p, const char *name)
{
    const json_t *nps = json_object_get(p, "nps");
    const json_t *score = nps != NULL ? nps : json_object_get(p, "index");
    table_add(t, "%s", name);
    table_add(t, "%lld", (long long)json_integer_value(json_object_get(p, "n")));
    const json_t *named = json_object_get(p, "named"); // of a reason
    add_number(t, named != NULL ? named : p, "share", 100, " %");
    add_interval(t, named != NULL ? named : p, 100);
    add_number(t, score, "value", 1, nps != NULL ? " NPS" : "");
    add_interval(t, score, 1);
    table_add(t, "%s", few(p));
}

// Is a reason the filter?
static bool is_named(const json_t *o)
{
    return json_is_object(json_object_get(o, "reason"));
}

int ctl_trends(struct ctl *c, int argc, char **argv)
{
    int code;
    json_t *o = ask(c, "series", argc, argv, &code);
    const json_t *p;
    size_t i;
    struct table t;
    if (o == NULL) {
        return code;
    }
    table_init(&t, is_named(o) ? "from|answered|named it|95 %|-|-|" : "from|votes|satisfied|95 %|index|95 %|");
    json_array_foreach(json_object_get(o, "periods"), i, p)
    {
        add_period(&t, p, string(p, "from"));
    }
    add_period(&t, json_object_get(o, "total"), "all");
    add_period(&t, json_object_get(o, "previous"), "as long before");
    return finish(c, o, &t);
}

int ctl_ranking(struct ctl *c, int argc, char **argv)
{
    int code;
    json_t *o = ask(c, "ranking", argc, argv, &code);
    const json_t *u;
    size_t i;
    struct table t;
    if (o == NULL) {
        return code;
    }
    table_init(&t, is_named(o) ? "rank|place|name|answered|named it|estimate|95 %|"
                               : "rank|place|name|votes|satisfied|estimate|95 %|");
    json_array_foreach(json_object_get(o, "units"), i, u)
    {
        const json_t *rank = json_object_get(u, "rank");
        if (json_is_integer(rank)) {
            table_add(&t, "%lld", (long long)json_integer_value(rank));
        } else {
            table_add(&t, "-");
        }
        table_add(&t, "%s", string(place(u), "id"));
        table_add(&t, "%s", string(place(u), "name"));
        table_add(&t, "%lld", (long long)json_integer_value(json_object_get(u, "n")));
        add_number(&t, u, is_named(o) ? "named" : "share", 100, " %");
        add_number(&t, u, "shrunk", 100, " %");
        add_interval(&t, u, 100);
        table_add(&t, "%s", json_is_true(json_object_get(u, "hidden")) ? "under 30 votes" : "");
    }
    return finish(c, o, &t);
}

static void add_reasons(struct table *t, const json_t *group, const char *question, const char *visits)
{
    const json_t *r;
    size_t i;
    json_array_foreach(json_object_get(group, "items"), i, r)
    {
        const json_t *of = json_object_get(r, "visits");
        table_add(t, "%s", question);
        table_add(t, "%s", visits);
        table_add(t, "%s", string(r, "label"));
        table_add(t, "%lld", (long long)json_integer_value(json_object_get(r, "n")));
        table_add(t, "%lld", (long long)json_integer_value(json_object_get(group, "answered")));
        add_number(t, of, "share", 100, " %");
        add_interval(t, of, 100);
        table_add(t, "%s", few(group));
    }
}

int ctl_reasons(struct ctl *c, int argc, char **argv)
{
    int code;
    json_t *o = ask(c, "reasons", argc, argv, &code);
    const json_t *q;
    size_t i;
    struct table t;
    if (o == NULL) {
        return code;
    }
    table_init(&t, "question|visits|reason|named|of|share|95 %|");
    json_array_foreach(json_object_get(o, "questions"), i, q)
    {
        add_reasons(&t, json_object_get(q, "unhappy"), string(q, "question"), "unhappy");
        add_reasons(&t, json_object_get(q, "happy"), string(q, "question"), "happy");
        add_reasons(&t, q, string(q, "question"), "all");
    }
    return finish(c, o, &t);
}

static void add_coverage(struct table *t, const json_t *p, const char *name)
{
    static const char *const counts[] = {"stored", "known", "missing", "lost", "notHeard"};
    const json_t *kiosks = json_object_get(p, "kioskDays"), *ready = json_object_get(p, "ready");
    table_add(t, "%s", name);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        table_add(t, "%lld", (long long)json_integer_value(json_object_get(p, counts[i])));
    }
    if (json_is_object(kiosks)) {
        table_add(t, "%lld of %lld", (long long)json_integer_value(json_object_get(kiosks, "heard")),
                  (long long)json_integer_value(json_object_get(kiosks, "expected")));
        table_add(t, "%lld of %lld", (long long)json_integer_value(json_object_get(ready, "minutes")),
                  (long long)json_integer_value(json_object_get(ready, "open")));
    } else {
        table_add(t, "-");
        table_add(t, "-");
    }
    add_number(t, ready, "share", 100, " %");
}

int ctl_coverage(struct ctl *c, int argc, char **argv)
{
    int code;
    json_t *o = ask(c, "coverage", argc, argv, &code);
    const json_t *p;
    size_t i;
    struct table t;
    if (o == NULL) {
        return code;
    }
    table_init(&t, "from|stored|known|missing|lost|not heard|kiosk days|ready minutes|up-time");
    json_array_foreach(json_object_get(o, "periods"), i, p)
    {
        add_coverage(&t, p, string(p, "from"));
    }
    add_coverage(&t, json_object_get(o, "total"), "all");
    return finish(c, o, &t);
}

int ctl_gaps(struct ctl *c, int argc, char **argv)
{
    int code;
    json_t *o = ask(c, "gaps", argc, argv, &code);
    const json_t *d;
    size_t i;
    struct table t;
    if (o == NULL) {
        return code;
    }
    table_init(&t, "dimension|found|answers|expected|answers|gap|95 %|weight|weighted|");
    json_array_foreach(json_object_get(o, "dimensions"), i, d)
    {
        static const char *const parts[] = {"perception", "expectation"};
        table_add(&t, "%s", string(d, "dimension"));
        for (int p = 0; p < 2; p++) {
            const json_t *part = json_object_get(d, parts[p]);
            add_number(&t, json_object_get(part, "index"), "value", 1, "");
            table_add(&t, "%lld", (long long)json_integer_value(json_object_get(part, "n")));
        }
        add_number(&t, json_object_get(d, "gap"), "value", 1, "");
        add_interval(&t, json_object_get(d, "gap"), 1);
        add_number(&t, d, "weight", 100, " %");
        add_number(&t, d, "weighted", 1, "");
        table_add(&t, "%s", few(d));
    }
    table_add(&t, "all, weights: %s", string(o, "weights"));
    table_add(&t, " ");
    table_add(&t, "%lld", (long long)json_integer_value(json_object_get(o, "n")));
    table_add(&t, " ");
    table_add(&t, " ");
    add_number(&t, json_object_get(o, "score"), "value", 1, "");
    add_interval(&t, json_object_get(o, "score"), 1);
    table_add(&t, " ");
    table_add(&t, " ");
    table_add(&t, "%s", few(o));
    return finish(c, o, &t);
}

int ctl_scores(struct ctl *c, int argc, char **argv)
{
    static const struct {
        const char *key, *name;
    } kinds[] = {{"index", "face index"}, {"nps", "NPS"}, {"ces", "CES"}};
    int code;
    json_t *o = ask(c, "scores", argc, argv, &code);
    const json_t *q;
    size_t i;
    struct table t;
    if (o == NULL) {
        return code;
    }
    table_init(&t, "question|dimension|score|answers|value|error|95 %|");
    json_array_foreach(json_object_get(o, "questions"), i, q)
    {
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            const json_t *score = json_object_get(q, kinds[k].key);
            if (score == NULL) {
                continue;
            }
            table_add(&t, "%s", string(q, "question"));
            table_add(&t, "%s", string(q, "dimension")[0] != '\0' ? string(q, "dimension") : "-");
            table_add(&t, "%s", kinds[k].name);
            table_add(&t, "%lld", (long long)json_integer_value(json_object_get(q, "n")));
            add_number(&t, score, "value", 1, "");
            add_number(&t, score, "error", 1, "");
            add_interval(&t, score, 1);
            table_add(&t, "%s", few(q));
        }
    }
    return finish(c, o, &t);
}

int ctl_segments(struct ctl *c, int argc, char **argv)
{
    int code;
    json_t *o = ask(c, "segments", argc, argv, &code);
    const json_t *p;
    size_t i;
    struct table t;
    if (o == NULL) {
        return code;
    }
    table_init(&t, "segment|votes|satisfied|95 %|index|95 %|");
    json_array_foreach(json_object_get(o, "segments"), i, p)
    {
        add_period(&t, p, string(p, "segment"));
    }
    return finish(c, o, &t);
}

int ctl_skm(struct ctl *c, int argc, char **argv)
{
    int code;
    json_t *o = ask(c, "skm", argc, argv, &code);
    const json_t *e;
    size_t i;
    struct table t;
    if (o == NULL) {
        return code;
    }
    table_init(&t, "element|question|answers|mean|95 %|value|");
    json_array_foreach(json_object_get(o, "elements"), i, e)
    {
        table_add(&t, "%s", string(e, "element"));
        table_add(&t, "%s", string(e, "question"));
        table_add(&t, "%lld", (long long)json_integer_value(json_object_get(e, "n")));
        add_number(&t, e, "mean", 1, "");
        add_interval(&t, e, 1);
        add_number(&t, e, "value", 1, "");
        table_add(&t, "%s", few(e));
    }
    const json_t *sample = json_object_get(o, "sample");
    const json_t *index = json_object_get(o, "index");
    table_add(&t, "IKM");
    table_add(&t, "class %s", string(o, "class")[0] != '\0' ? string(o, "class") : "-");
    table_add(&t, "%lld", (long long)json_integer_value(json_object_get(o, "respondents")));
    table_add(&t, " ");
    add_interval(&t, o, 1);
    if (json_is_number(index)) { // the classes are of two decimals
        table_add(&t, "%.2f", json_number_value(index));
    } else {
        table_add(&t, "-");
    }
    table_add(&t, "%s",
              json_is_true(json_object_get(sample, "reached")) ? "sample reached" : "sample not reached");
    return finish(c, o, &t);
}

int ctl_goal(struct ctl *c, int argc, char **argv)
{
    int code;
    json_t *o = ask(c, "goal", argc, argv, &code);
    const json_t *s, *goal = json_object_get(o, "goal"), *now = json_object_get(goal, "now");
    size_t i;
    struct table t;
    if (o == NULL) {
        return code;
    }
    table_init(&t, "by|satisfied|reached|history");
    json_array_foreach(json_object_get(goal, "steps"), i, s)
    {
        bool reached = json_is_true(json_object_get(s, "reached"));
        table_add(&t, "%s", string(s, "by"));
        add_number(&t, s, "target", 100, " %");
        table_add(&t, "%s",
                  json_is_true(json_object_get(s, "proven")) ? "yes"
                  : reached                                  ? "yes, not proven yet"
                                                             : "-");
        table_add(&t, "%s",
                  reached                                     ? ""
                  : strcmp(string(s, "reach"), "out") == 0    ? "out of reach: never rose so fast"
                  : strcmp(string(s, "reach"), "within") == 0 ? "within reach"
                                                              : "not known");
    }
    if (!c->json && json_is_null(goal)) {
        printf("No goal is set for the standard here: goal, goal_from and goal_by in the configuration (puasctl config).\n");
    } else if (!c->json && json_is_number(json_object_get(now, "share"))) {
        printf("The last four weeks: %.1f %% of %lld votes; goal %.0f %% by %s, set at %.1f %% on %s\n",
               json_number_value(json_object_get(now, "share")) * 100, (long long)json_integer_value(json_object_get(now, "n")),
               json_number_value(json_object_get(goal, "target")) * 100, string(goal, "by"),
               json_number_value(json_object_get(goal, "start")) * 100, string(goal, "since"));
    }
    return finish(c, o, &t);
}
