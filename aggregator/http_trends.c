// http: trends, as trends.h tells them, and as a file.
#include "aggregator/http_impl.h"
#include "aggregator/sheets.h"
#include "shared/log.h"

#include <stdio.h>

enum { AGAIN_S = 2 };

void api_query(struct api_call *c, const struct query_field *fields, void *ret_query)
{
    for (; fields->name != NULL; fields++) {
        *query_at(ret_query, fields) = c->q->argument(c->q->argument_ctx, fields->name);
    }
}

bool answer_trends(struct api_call *c, enum trends_error e, const struct trend_problem *problem)
{
    switch (e) {
    case TRENDS_OK:
        break;
    case TRENDS_NOT_FOUND:
        answer_problem(c->r, 404, "No such place", "It does not exist, or you may not see it.", "");
        break;
    case TRENDS_BAD:
        answer_problem(c->r, 422, "Not accepted", problem->why, problem->field);
        break;
    case TRENDS_FAILED:
        answer_problem(c->r, 503, "The store cannot be read now", "Try again in a moment.", "");
        c->r->retry_after_s = AGAIN_S;
        break;
    }
    return e != TRENDS_OK;
}

void api_trends(struct api_call *c)
{
    struct trend_query q = {.place = ""};
    struct trend_problem problem = {.field = ""};
    char *text = NULL;
    api_query(c, trend_fields, &q);
    struct views *v = api_views(c->a);
    enum trends_error e =
        v != NULL ? trends_read(v, &c->u, c->id, &q, clock_wall_ms(), &problem, &text) : TRENDS_FAILED;
    api_views_back(c->a, v);
    if (!answer_trends(c, e, &problem)) {
        answer_tagged(c, text);
    }
}

// ---------------------------------------------------------------- files

static void answer_file(struct api_call *c, const struct sheets *s, enum export_format f)
{
    char name[SHEETS_NAME_MAX], why[300];
    if (!sheets_bytes(s, f, &c->r->body, &c->r->bytes, why, sizeof why)) {
        log_event(LOG_ERROR, "sheets_failed", "report=%s why=%Q", c->id, why);
        answer_problem(c->r, 503, "The file cannot be made now", "The log of the aggregator says why.", "");
        c->r->retry_after_s = AGAIN_S;
        return;
    }
    sheets_name(s, f, name);
    c->r->status = 200;
    c->r->type = export_types[f];
    snprintf(c->r->disposition, sizeof c->r->disposition, "attachment; filename=\"%s\"", name);
}

static void trends_file(struct api_call *c, enum export_format f)
{
    struct trend_query q = {.place = ""};
    struct trend_problem problem = {.field = ""};
    struct sheets *s = NULL;
    api_query(c, trend_fields, &q);
    struct views *v = api_views(c->a);
    enum trends_error e =
        v != NULL ? sheets_read(v, &c->u, c->id, &q, clock_wall_ms(), &problem, &s) : TRENDS_FAILED;
    api_views_back(c->a, v);
    if (!answer_trends(c, e, &problem)) {
        answer_file(c, s, f);
        sheets_close(s);
    }
}

void api_trends_xlsx(struct api_call *c)
{
    trends_file(c, EXPORT_XLSX);
}

void api_trends_csv(struct api_call *c)
{
    trends_file(c, EXPORT_CSV);
}
