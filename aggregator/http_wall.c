// http: a screen in a branch, for staff or for customers.
#include "aggregator/http_impl.h"

#include <string.h>

void api_wall(struct api_call *c)
{
    char *text = NULL;
    const char *audience = c->q->argument(c->q->argument_ctx, "for");
    bool staff = audience == NULL || strcmp(audience, "customers") != 0;
    if (audience != NULL && staff && strcmp(audience, "staff") != 0) {
        answer_problem(c->r, 422, "Not accepted", "for is staff or customers", "for");
        return;
    }
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_wall(v, &c->u, c->q->place, staff && c->u.view != SHARE_BOARD,
                                                clock_wall_ms(), &text)
                                   : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "No such branch")) {
        answer_json(c->r, text);
    }
}
