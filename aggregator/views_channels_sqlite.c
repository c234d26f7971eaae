// views: the outbox of notifications: how each channel is doing, what was given up, what became of one message.
#include "aggregator/channel_secret.h"
#include "aggregator/channel_set.h"
#include "aggregator/store_outgoing.h"
#include "aggregator/views_impl.h"

#include <stdlib.h>

enum { DEAD_SHOWN = 50 };

static json_t *row_json(const struct outgoing *o)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:I,s:i,s:s,s:o}", "id", o->id, "channel", o->channel.s, "alert",
                     o->alert.s, "event", channel_event_name(o->event), "state",
                     outgoing_state_name(o->state), "at", (json_int_t)o->at, "attempts", o->attempts, "reply",
                     o->reply, "ended", null_or_int(o->ended_at, o->ended_at > 0));
}

static bool add_dead(void *ctx, const struct outgoing *o)
{
    return json_array_append_new(ctx, row_json(o)) == 0;
}

json_t *views_quiet_json(const struct channel *ch)
{
    json_t *quiet = json_array(), *of = json_array();
    for (size_t i = 0; i < ch->quiet.count; i++) {
        const struct seed_hours *h = &((const struct seed_hours *)ch->quiet.items)[i];
        json_array_append_new(quiet, json_pack("{s:s,s:s,s:s}", "days", h->days, "open", h->open, "close", h->close));
    }
    for (size_t i = 0; i < ch->quiet_for.count; i++) {
        json_array_append_new(of, json_string(channel_severities[((const int *)ch->quiet_for.items)[i]]));
    }
    return json_pack("{s:o,s:o}", "quiet", quiet, "quietFor", of);
}

static const char *secret_state(const struct settings *s, const struct channel *ch)
{
    if (!ch->stored) {
        return channel_has_secret(ch) ? "there" : "none"; // without it we would not have started
    }
    switch (channel_takes_secret(ch) ? channel_secret_look(s->data, ch) : CHANNEL_SECRET_NONE) {
    case CHANNEL_SECRET_THERE:
        return "there";
    case CHANNEL_SECRET_OTHER:
        return "elsewhere";
    case CHANNEL_SECRET_WRONG:
        return "unreadable";
    case CHANNEL_SECRET_NONE:
        break;
    }
    return channel_has_secret(ch) ? "missing" : "none";
}

static json_t *channel_json(struct views *v, const struct settings *s, const struct channel *ch, wall_ms now)
{
    struct outgoing_counts c;
    if (!store_outgoing_counts(v->st, ch->id.s, now, &c)) {
        v->failed = true;
        return NULL;
    }
    json_t *o = views_quiet_json(ch);
    json_object_update_new(
        o, json_pack("{s:s,s:s,s:s,s:b,s:s,s:b,s:I,s:I,s:I,s:o,s:i,s:s}", "id", ch->id.s, "kind",
                     channel_kinds[ch->kind], "lang", channel_langs[ch->lang], "stored", (int)ch->stored, "secret",
                     secret_state(s, ch), "sends", (int)channel_sends(ch),
                     "waiting", (json_int_t)c.waiting, "sentToday", (json_int_t)c.sent, "deadToday",
                     (json_int_t)c.dead, "lastSent", null_or_int(c.last_sent, c.last_sent > 0), "attempts",
                     c.attempts, "reply", c.reply));
    return o;
}

bool views_read_set(struct views *v, const struct settings *s, struct channel_set *ret_set)
{
    char why[500];
    bool ok = channel_set_read(ret_set, v->st, s, why, sizeof why);
    v->failed = v->failed || !ok;
    return ok;
}

enum views_error views_channel_set(struct views *v, const struct settings *s, struct channel_set *ret_set)
{
    *ret_set = (struct channel_set){.channels = {.count = 0}};
    bool ok = views_begin(v) && views_read_set(v, s, ret_set);
    enum views_error e = views_end(v, ok ? VIEWS_OK : VIEWS_FAILED);
    if (e != VIEWS_OK) {
        channel_set_finish(ret_set);
    }
    return e;
}

enum views_error views_channels(struct views *v, const struct settings *s, wall_ms now, char **ret_json)
{
    struct channel_set set;
    if (!views_begin(v) || !views_read_set(v, s, &set)) {
        return views_end(v, VIEWS_FAILED);
    }
    json_t *list = json_array(), *dead = json_array();
    for (size_t i = 0; i < set.channels.count && !v->failed; i++) {
        json_array_append_new(list, channel_json(v, s, &((const struct channel *)set.channels.items)[i], now));
    }
    channel_set_finish(&set);
    v->failed = v->failed || !store_each_dead(v->st, DEAD_SHOWN, add_dead, dead);
    char *text = views_dump(json_pack("{s:o,s:o}", "channels", list, "dead", dead));
    return views_end_text(v, text, ret_json);
}

enum views_error views_message(struct views *v, const char *id, char **ret_json)
{
    struct outgoing o;
    bool found = false;
    if (!views_begin(v)) {
        return views_end(v, VIEWS_FAILED);
    }
    char *text = NULL;
    v->failed = !store_outgoing_by_id(v->st, id, &o, &found);
    if (!v->failed && found) {
        text = views_dump(row_json(&o));
        v->failed = text == NULL;
    }
    enum views_error e = views_end(v, found ? VIEWS_OK : VIEWS_NOT_FOUND);
    if (e != VIEWS_OK) {
        free(text);
        return e;
    }
    *ret_json = text;
    return VIEWS_OK;
}
