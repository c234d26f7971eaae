// views: how long what is kept, and what would go.
#include "aggregator/retention.h"
#include "aggregator/views_impl.h"

enum views_error views_retention(struct views *v, struct settings_retention *ret_r, bool *ret_chosen)
{
    char text[RETENTION_TEXT];
    if (views_begin(v)) {
        v->failed = !store_setting(v->st, RETENTION_OWN, text, sizeof text);
        *ret_chosen = !v->failed && retention_parse(text, ret_r);
    }
    return views_end(v, VIEWS_OK);
}

// The first pack from this event on; false: none, or it cannot be read.
static bool pack_from(struct views *v, int64_t event, int64_t *ret_event, wall_ms *ret_arrived)
{
    sqlite3_stmt *s =
        store_bind(v->st, "SELECT event_id, arrived FROM pack WHERE event_id >= ?1 ORDER BY event_id LIMIT 1",
                   "i", event);
    if (!views_row(v, s)) {
        return false;
    }
    *ret_event = sqlite3_column_int64(s, 0);
    *ret_arrived = sqlite3_column_int64(s, 1);
    sqlite3_reset(s);
    return true;
}

// Ids ascend as answers come, one by one: the difference is how many came, without a look at each of a hundred million.
static int64_t came_before(struct views *v, wall_ms before)
{
    int64_t first, event, low, high;
    wall_ms arrived;
    if (!pack_from(v, 0, &first, &arrived) || arrived >= before) {
        return 0;
    }
    sqlite3_stmt *s = store_bind(
        v->st, "SELECT max(last_event) + 1 FROM (SELECT last_event FROM pack ORDER BY event_id DESC LIMIT 1)",
        "");
    high = views_row(v, s) ? sqlite3_column_int64(s, 0) : first;
    sqlite3_reset(s);
    for (low = first; low < high;) {
        int64_t middle = low + (high - low) / 2;
        if (pack_from(v, middle, &event, &arrived) && arrived < before) {
            low = event + 1;
        } else {
            high = middle;
        }
    }
    return low - first;
}

enum views_error views_retention_loss(struct views *v, const struct settings_retention *r, wall_ms now,
                                      int64_t *ret_answers, wall_ms *ret_words, wall_ms *ret_raw)
{
    *ret_words = r->comments_days > 0 ? (now / DAY_MS - r->comments_days) * DAY_MS : 0;
    *ret_raw = r->raw_days > 0 ? (now / DAY_MS - r->raw_days) * DAY_MS : 0;
    *ret_answers = 0;
    if (views_begin(v) && *ret_raw > 0) {
        *ret_answers = came_before(v, *ret_raw);
    }
    return views_end(v, VIEWS_OK);
}
