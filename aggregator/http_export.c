// http: the answers of the days that are over, as a file.
#include "aggregator/http_impl.h"

#include <stdio.h>
#include <stdlib.h>

enum { AGAIN_S = 10 };

struct work {
    struct export *e; // owned
    enum export_format format;
};

static bool write_export(void *ctx, export_put *put, void *put_ctx, char *ret_why, size_t n)
{
    const struct work *w = ctx;
    int64_t rows;
    return export_write(w->e, w->format, put, put_ctx, &rows, ret_why, n);
}

static void close_export(void *ctx)
{
    struct work *w = ctx;
    export_close(w->e);
    free(w);
}

static struct download *start(struct api_call *c, struct export *e, enum export_format format)
{
    struct work *w = malloc(sizeof *w);
    if (w == NULL) {
        export_close(e);
        return NULL;
    }
    *w = (struct work){e, format};
    return download_create(c->a->downloads,
                           &(struct download_work){export_names[format], write_export, close_export, w});
}

void api_export(struct api_call *c)
{
    struct trend_query q = {.place = ""};
    struct trend_problem problem = {.field = ""};
    struct export *e = NULL;
    char why[300];
    const char *name = c->q->argument(c->q->argument_ctx, "format");
    api_query(c, export_fields, &q);
    enum export_format format = name != NULL && name[0] != '\0' ? export_format_parse(name) : EXPORT_CSV;
    if (format == EXPORT_FORMATS) {
        answer_problem(c->r, 422, "Not accepted", "format is csv, json or xlsx", "format");
        return;
    }
    enum trends_error error =
        export_open(c->a->db_path, &c->u, &q, clock_wall_ms(), &e, &problem, why, sizeof why);
    if (!answer_trends(c, error, &problem) && answer_download(c, start(c, e, format), export_types[format])) {
        snprintf(c->r->disposition, sizeof c->r->disposition, "attachment; filename=\"puas-answers.%s\"",
                 export_names[format]);
    }
}

bool answer_download(struct api_call *c, struct download *d, const char *type)
{
    c->r->download = d;
    if (d == NULL) {
        answer_problem(c->r, 503, "Too many exports or tests at once", "Try again when one has ended.", "");
        c->r->retry_after_s = AGAIN_S;
        return false;
    }
    c->r->status = 200;
    c->r->type = type;
    return true;
}
