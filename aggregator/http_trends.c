// http: trends, as trends.h tells them.
#include "aggregator/http_impl.h"
#include "aggregator/trends.h"

enum { AGAIN_S = 2 };

void api_trends(struct api_call *c)
{
    struct trend_query q = {.place = ""};
    struct trend_problem problem = {.field = ""};
    char *text = NULL;
    for (const struct trend_field *f = trend_fields; f->name != NULL; f++) {
        trend_query_set(&q, f, c->q->argument(c->q->argument_ctx, f->name));
    }
    struct views *v = api_views(c->a);
    enum trends_error e =
        v != NULL ? trends_read(v, &c->u, c->id, &q, clock_wall_ms(), &problem, &text) : TRENDS_FAILED;
    api_views_back(c->a, v);
    switch (e) {
    case TRENDS_OK:
        answer_tagged(c, text);
        break;
    case TRENDS_NOT_FOUND:
        answer_problem(c->r, 404, "No such place", "It does not exist, or you may not see it.", "");
        break;
    case TRENDS_BAD:
        answer_problem(c->r, 422, "Not accepted", problem.why, problem.field);
        break;
    case TRENDS_FAILED:
        answer_problem(c->r, 503, "The store cannot be read now", "Try again in a moment.", "");
        c->r->retry_after_s = AGAIN_S;
        break;
    }
}
