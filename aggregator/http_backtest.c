// http: what rules would have done, as backtest_report.h tells it.
#include "aggregator/backtest_report.h"
#include "aggregator/http_impl.h"

#include <stdlib.h>
#include <string.h>

enum { VOTES_MOST = 20000000 }; // of one test: seconds of one thread

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
    api_query(c, backtest_fields, &q);
    enum trends_error e =
        backtest_open(c->a->db_path, &c->u, &q, clock_wall_ms(), VOTES_MOST, &j, &problem, why, sizeof why);
    if (!answer_trends(c, e, &problem)) {
        const struct download_work work = {"backtest", write_report, close_report, j};
        answer_download(c, download_create(c->a->downloads, &work), "application/json");
    }
}
