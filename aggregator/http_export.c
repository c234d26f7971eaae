// http: the answers of the days that are over, as a file.
#include "aggregator/http_impl.h"

#include <stdio.h>
#include <string.h>

enum { AGAIN_S = 10 };

// The format by its name; "": CSV.
static enum export_format format_of(const char *name)
{
    int f = 0;
    while (name != NULL && name[0] != '\0' && f < EXPORT_FORMATS && strcmp(name, export_names[f]) != 0) {
        f++;
    }
    return (enum export_format)f;
}

void api_export(struct api_call *c)
{
    static const char *const names[] = {"place", "from", "to", "question"};
    struct trend_query q = {.place = ""};
    struct trend_problem problem = {.field = ""};
    struct export *e = NULL;
    char why[300];
    for (const struct trend_field *f = trend_fields; f->name != NULL; f++) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            if (strcmp(f->name, names[i]) == 0) {
                trend_query_set(&q, f, c->q->argument(c->q->argument_ctx, f->name));
            }
        }
    }
    enum export_format format = format_of(c->q->argument(c->q->argument_ctx, "format"));
    if (format == EXPORT_FORMATS) {
        answer_problem(c->r, 422, "Not accepted", "format is csv, json or xlsx", "format");
        return;
    }
    switch (export_open(c->a->db_path, &c->u, &q, clock_wall_ms(), &e, &problem, why, sizeof why)) {
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
    c->r->download = download_create(c->a->downloads, e, format);
    if (c->r->download == NULL) {
        answer_problem(c->r, 503, "Too many exports at once", "Try again when one has ended.", "");
        c->r->retry_after_s = AGAIN_S;
        return;
    }
    c->r->status = 200;
    c->r->type = export_types[format];
    snprintf(c->r->disposition, sizeof c->r->disposition, "attachment; filename=\"puas-answers.%s\"",
             export_names[format]);
}
