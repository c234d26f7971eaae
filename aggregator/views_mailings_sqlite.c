// views: reports by mail: which there are, who gets them, and who wants no more.
#include "aggregator/channel_set.h"
#include "aggregator/store_mailing.h"
#include "aggregator/trends.h"
#include "aggregator/views_impl.h"

#include <stdlib.h>

static json_t *reader_json(struct views *v, const struct mailing *m, const char *address)
{
    bool any = false;
    int32_t through = 0;
    wall_ms stopped = 0;
    char day[16];
    v->failed = v->failed || !store_mailing_reader(v->st, m->id.s, address, &any, &through, &stopped);
    return json_pack("{s:s,s:s?,s:o}", "address", address, "through",
                     any ? trend_day_text(through, day) : NULL, "ended", null_or_int(stopped, stopped > 0));
}

static json_t *mailing_json(struct views *v, const struct mailing *m, const char *place_name)
{
    json_t *readers = json_array();
    for (size_t i = 0; i < m->to.count; i++) {
        json_array_append_new(readers, reader_json(v, m, ((char *const *)m->to.items)[i]));
    }
    return json_pack("{s:s,s:b,s:{s:s,s:s},s:s,s:s,s:s,s:I,s:s,s:o}", "id", m->id.s, "stored", (int)m->stored, "place", "id", m->place.s,
                     "name", place_name, "every", mailing_everys[m->every], "report",
                     mailing_reports[m->report], "lang", channel_langs[m->lang], "at", (json_int_t)m->at,
                     "channel", m->channel.s, "readers", readers);
}

enum views_error views_mailings(struct views *v, const struct views_user *u, const struct settings *set, char **ret_json)
{
    json_t *list = json_array();
    struct channel_set all = {.mailings = {.count = 0}};
    if (views_begin(v) && views_read_set(v, set, &all)) {
        for (size_t i = 0; i < all.mailings.count && !v->failed; i++) {
            const struct mailing *m = &((const struct mailing *)all.mailings.items)[i];
            sqlite3_stmt *s =
                store_bind(v->st, "SELECT place_id, name FROM place WHERE id = ?1", "t", m->place.s);
            if (views_row(v, s)) {
                char name[400];
                int32_t place = sqlite3_column_int(s, 0);
                store_copy(s, 1, name, sizeof name);
                sqlite3_reset(s);
                if (u->place == 0 || views_in_scope(v, place, u->place)) {
                    json_array_append_new(list, mailing_json(v, m, name));
                }
            }
        }
    }
    channel_set_finish(&all);
    char *text = views_dump(json_pack("{s:o}", "mailings", list));
    return views_end_text(v, text, ret_json);
}
