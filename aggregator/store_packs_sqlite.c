// store: the answers of the open transaction on their way into packs. What a transaction brings of one epoch
// becomes one row, however the messages of many kiosks mingle.
#include "aggregator/store_impl.h"

#include <stdio.h>
#include <stdlib.h>

static const char last_setting[] = "last_event";

static struct store_open_pack *slot_of(struct store *st, int32_t epoch_id)
{
    return &st->open[(uint32_t)epoch_id % OPEN_PACKS];
}

static bool write_pack(struct store *st, struct store_open_pack *o)
{
    struct pack_writer *w = &o->w;
    bool ok = store_run(st, "INSERT INTO pack VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "ididiiib",
                        w->first.event_id, o->epoch_id, w->first.seq, o->place, (int64_t)w->count,
                        w->last.event_id, w->first.arrived, w->data, w->n);
    st->last_pack = w->first.event_id > st->last_pack ? w->first.event_id : st->last_pack;
    pack_writer_clear(w);
    return ok;
}

static bool write_one(struct store *st, struct store_open_pack *o)
{
    int i = 0;
    while (st->opened[i] != o) {
        i++;
    }
    st->open_count--;
    for (; i < st->open_count; i++) {
        st->opened[i] = st->opened[i + 1];
    }
    return write_pack(st, o);
}

bool store_flush_events(struct store *st)
{
    bool ok = true;
    for (int i = 0; i < st->open_count; i++) {
        ok = write_pack(st, st->opened[i]) && ok;
    }
    st->open_count = 0;
    return ok;
}

bool store_flush_epoch(struct store *st, int32_t epoch_id)
{
    struct store_open_pack *o = slot_of(st, epoch_id);
    return o->w.count == 0 || o->epoch_id != epoch_id || write_one(st, o);
}

bool store_pack_answer(struct store *st, int32_t epoch_id, int32_t place, const struct packed *p)
{
    struct store_open_pack *o = slot_of(st, epoch_id);
    bool behind = o->epoch_id == epoch_id && o->place == place && pack_fits(&o->w, p);
    if (o->w.count > 0 && !behind && !write_one(st, o)) {
        return false;
    }
    if (o->w.count == 0) {
        o->epoch_id = epoch_id;
        o->place = place;
        st->opened[st->open_count++] = o;
    }
    return pack_add(&o->w, p) || store_no_memory(st);
}

void store_forget_events(struct store *st)
{
    for (int i = 0; i < st->open_count; i++) {
        pack_writer_clear(&st->opened[i]->w);
    }
    st->open_count = 0;
}

void store_finish_events(struct store *st)
{
    for (int i = 0; i < OPEN_PACKS; i++) {
        pack_writer_finish(&st->open[i].w);
    }
}

// ---------------------------------------------------------------- the newest

bool store_load_last(struct store *st)
{
    bool failed = false;
    // The newest pack is never put together with others; before the setting was there, it held the last answer.
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT max(coalesce((SELECT last_event FROM pack ORDER BY event_id DESC LIMIT 1), 0),"
                   " coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE name = ?1), 0)),"
                   " coalesce((SELECT max(event_id) FROM pack), 0)",
                   "t", last_setting);
    if (!store_row(st, s, &failed)) {
        return false;
    }
    st->next_event = sqlite3_column_int64(s, 0) + 1;
    st->last_pack = sqlite3_column_int64(s, 1);
    st->saved_event = st->next_event;
    sqlite3_reset(s);
    return true;
}

bool store_save_last(struct store *st)
{
    char text[24];
    if (st->saved_event == st->next_event) {
        return true;
    }
    snprintf(text, sizeof text, "%lld", (long long)store_last_event(st));
    st->saved_event = st->next_event;
    return store_set_setting(st, last_setting, text);
}

int64_t store_last_event(const struct store *st)
{
    return st->next_event - 1;
}

int64_t store_last_pack(const struct store *st)
{
    int64_t open = st->open_count > 0 ? st->opened[st->open_count - 1]->w.first.event_id : 0;
    return open > st->last_pack ? open : st->last_pack;
}
