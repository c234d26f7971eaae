// http: what rules would have done, as backtest_report.h tells it.
#include "aggregator/backtest_report.h"
#include "aggregator/http_impl.h"

#include <stdlib.h>
#include <string.h>

enum {
    AGAIN_S = 2,
    VOTES_MOST = 20000000, // of one test: seconds of one thread
};

struct going {
    export_put *put;
    void *ctx;
};

static bool go(void *ctx)
{
    const struct going *g = ctx;
    return g->put(g->ctx, "", 0);
}

static bool write_report(void *ctx, export_put *put, void *put_ctx, char *ret_why, size_t n)
{
    struct going g = {put, put_ctx};
    char *text = backtest_report(ctx, go, &g, ret_why, n);
    bool ok = text != NULL && put(put_ctx, text, strlen(text));
    free(text);
    return ok;
}

static void close_report(void *ctx)
{
    backtest_close(ctx);
}

void api_backtest(struct api_call *c)
{
    struct backtest_query q = {.place = ""};
    struct trend_problem problem = {.field = ""};
    struct backtest_job *j = NULL;
    char why[300];
    for (const struct backtest_field *f = backtest_fields; f->name != NULL; f++) {
        backtest_query_set(&q, f, c->q->argument(c->q->argument_ctx, f->name));
    }
    switch (
        backtest_open(c->a->db_path, &c->u, &q, clock_wall_ms(), VOTES_MOST, &j, &problem, why, sizeof why)) {
    case TRENDS_OK:
        break;
    case TRENDS_NOT_FOUND:
        answer_problem(c->r, 404, "No such place", "It does not exist, or you may not see it.", "");
        return;
    case TRENDS_BAD:
        answer_problem(c->r, 422, "Not accepted", problem.why, problem.field);
        return;
    case TRENDS_FAILED:
        answer_problem(c->r, 503, "The store cannot be read now", "Try again in a moment.", "");
        c->r->retry_after_s = AGAIN_S;
        return;
    }
    c->r->download =
        download_create(c->a->downloads, &(struct download_work){"backtest", write_report, close_report, j});
    if (c->r->download == NULL) {
        answer_problem(c->r, 503, "Too many exports or tests at once", "Try again when one has ended.", "");
        c->r->retry_after_s = AGAIN_S;
        return;
    }
    c->r->status = 200;
    c->r->type = "application/json";
}
