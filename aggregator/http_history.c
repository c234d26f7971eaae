// http: lists that grow for ever, page by page. A cursor is the number of the last row of the page before: rows that come
// meanwhile move nothing.
#include "aggregator/http_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_DEFAULT = 50, LIMIT_MOST = 200 };

static const char *argument(const struct api_call *c, const char *name)
{
    const char *value = c->q->argument(c->q->argument_ctx, name);
    return value != NULL ? value : "";
}

// A whole number from 1 on; "": usual. False: neither.
static bool number(const char *text, int64_t usual, int64_t most, int64_t *ret)
{
    size_t n = strlen(text);
    int64_t value = n > 0 && n <= 18 && strspn(text, "0123456789") == n ? strtoll(text, NULL, 10) : 0;
    *ret = n == 0 ? usual : value;
    return *ret >= 1 && *ret <= most;
}

// False: answered.
static bool read_page(struct api_call *c, struct views_page *ret)
{
    int64_t limit;
    if (!number(argument(c, "limit"), LIMIT_DEFAULT, LIMIT_MOST, &limit)) {
        answer_problem(c->r, 422, "Not accepted", "limit is 1 to 200", "limit");
        return false;
    }
    if (!number(argument(c, "cursor"), INT64_MAX, INT64_MAX, &ret->before)) {
        answer_problem(c->r, 422, "Not accepted", "cursor is what `next` of the page before says", "cursor");
        return false;
    }
    ret->limit = (int)limit;
    return true;
}

// `more`: of the query, with its &.
static void put_next(struct api_call *c, const char *more, const struct views_page *p, int64_t next)
{
    if (next > 0) {
        snprintf(c->r->link, sizeof c->r->link, "<%s?%slimit=%d&cursor=%lld>; rel=\"next\"", c->q->path, more,
                 p->limit, (long long)next);
    }
}

void api_alerts(struct api_call *c)
{
    static const char *const states[] = {[VIEWS_ANY] = "", [VIEWS_OPEN] = "open", [VIEWS_CLOSED] = "closed"};
    const char *place = c->q->place, *state = argument(c, "state");
    char *text = NULL, more[100];
    int64_t next = 0;
    struct views_page p;
    int open = VIEWS_ANY;
    while (open <= VIEWS_CLOSED && strcmp(states[open], state) != 0) {
        open++;
    }
    if (open > VIEWS_CLOSED) {
        answer_problem(c->r, 422, "Not accepted", "state is open or closed", "state");
        return;
    }
    if (!read_page(c, &p)) {
        return;
    }
    struct views *v = api_views(c->a);
    enum views_error e =
        v != NULL ? views_alerts(v, &c->u, place, (enum views_open)open, &p, &text, &next) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (answer_views(c->r, e, "No such place")) {
        return;
    }
    snprintf(more, sizeof more, "%s%s%s%s%s%s", place[0] != '\0' ? "place=" : "", place,
             place[0] != '\0' ? "&" : "", state[0] != '\0' ? "state=" : "", state,
             state[0] != '\0' ? "&" : "");
    put_next(c, more, &p, next);
    answer_tagged(c, text);
}

void api_praise(struct api_call *c)
{
    const char *place = c->q->place;
    char *text = NULL, more[50];
    int64_t next = 0;
    struct views_page p;
    if (!read_page(c, &p)) {
        return;
    }
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_praise(v, &c->u, place, &p, &text, &next) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "No such place")) {
        snprintf(more, sizeof more, "%s%s%s", place[0] != '\0' ? "place=" : "", place, place[0] != '\0' ? "&" : "");
        put_next(c, more, &p, next);
        answer_tagged(c, text);
    }
}

void api_comments(struct api_call *c)
{
    char *text = NULL, more[50];
    int64_t next = 0;
    struct views_page p;
    if (!read_page(c, &p)) {
        return;
    }
    struct views *v = api_views(c->a);
    enum views_error e =
        v != NULL ? views_comments(v, &c->u, c->q->place, &p, clock_wall_ms(), &text, &next) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "No such branch")) {
        snprintf(more, sizeof more, "place=%s&", c->q->place);
        put_next(c, more, &p, next);
        answer_tagged(c, text);
    }
}

// What may be looked for: names and ids, "token:NAME" among them. False: answered.
static bool ident_or_none(struct api_call *c, const char *name, const char *text)
{
    bool good = text[0] == '\0' || ident_valid(strncmp(text, "token:", 6) == 0 ? text + 6 : text);
    if (!good) {
        answer_problem(c->r, 422, "Not accepted", "That is no name of somebody or something", name);
    }
    return good;
}

void api_audit(struct api_call *c)
{
    struct views_audit f = {argument(c, "who"), argument(c, "action"), argument(c, "subject")};
    char *text = NULL, more[150];
    int64_t next = 0;
    struct views_page p;
    if (!ident_or_none(c, "who", f.who) || !ident_or_none(c, "action", f.action) ||
        !ident_or_none(c, "subject", f.subject) || !read_page(c, &p)) {
        return;
    }
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_audit(v, &c->u, &f, &p, &text, &next) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (e == VIEWS_NOT_FOUND) {
        answer_problem(c->r, 403, "The audit log is of the whole organisation",
                       "You administer a part of it.", "");
    } else if (!answer_views(c->r, e, "")) {
        snprintf(more, sizeof more, "%s%s%s%s%s%s%s%s%s", f.who[0] != '\0' ? "who=" : "", f.who,
                 f.who[0] != '\0' ? "&" : "", f.action[0] != '\0' ? "action=" : "", f.action,
                 f.action[0] != '\0' ? "&" : "", f.subject[0] != '\0' ? "subject=" : "", f.subject,
                 f.subject[0] != '\0' ? "&" : "");
        put_next(c, more, &p, next);
        answer_json(c->r, text);
    }
}
