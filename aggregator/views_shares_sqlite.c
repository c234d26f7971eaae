// views: links to one view: who comes by one, and those within somebody's scope.
#include "aggregator/store_share.h"
#include "aggregator/views_impl.h"

#include <stdlib.h>

enum views_error views_share_user(struct views *v, const uint8_t token[32], wall_ms now,
                                  struct views_user *ret_u, struct share *ret_s)
{
    bool found = false;
    if (views_begin(v)) {
        v->failed = v->failed || !store_share_by_token(v->st, token, now, ret_s, &found);
    }
    if (found) {
        *ret_u = (struct views_user){.place = ret_s->place, .role = ROLE_VIEWER, .shared = true,
                                     .view = share_path_page(ret_s->path)};
    }
    return views_end(v, found ? VIEWS_OK : VIEWS_NOT_FOUND);
}

enum views_error views_may_end_share(struct views *v, const struct views_user *u, int64_t number)
{
    struct share s;
    bool found = false;
    if (views_begin(v)) {
        v->failed = v->failed || !store_share_by_number(v->st, number, &s, &found);
        found = found && views_in_scope(v, s.place, u->place);
    }
    return views_end(v, found ? VIEWS_OK : VIEWS_NOT_FOUND);
}

struct listing {
    struct views *v;
    const struct views_user *u;
    json_t *list;
};

static bool add(void *ctx, const struct share *s)
{
    struct listing *l = ctx;
    return !views_in_scope(l->v, s->place, l->u->place) ||
           json_array_append_new(l->list,
                                 json_pack("{s:I,s:s,s:s,s:I,s:I}", "id", (json_int_t)s->number, "path",
                                           s->path, "by", s->who, "created", (json_int_t)s->created,
                                           "expires", (json_int_t)s->expires)) == 0;
}

enum views_error views_shares(struct views *v, const struct views_user *u, wall_ms now, char **ret_json)
{
    struct listing l = {v, u, json_array()};
    char *text = NULL;
    if (views_begin(v)) {
        v->failed = v->failed || !store_each_share(v->st, now, add, &l);
    }
    text = views_dump(json_pack("{s:o}", "shares", l.list));
    return views_end_text(v, text, ret_json);
}
