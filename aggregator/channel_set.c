// channel_set: what the store has, read by the rows of the document, behind what the settings have.
#include "aggregator/channel_set.h"

#include "aggregator/store_item.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct config_row stored_rows[] = {
    {"channels", CONFIG_LIST, .offset = offsetof(struct channel_store, channels), .rows = channel_rows,
     .item_bytes = sizeof(struct channel), .help = ""},
    {"mailings", CONFIG_LIST, .offset = offsetof(struct channel_store, mailings), .rows = mailing_rows,
     .item_bytes = sizeof(struct mailing), .help = ""},
    {.name = NULL},
};

struct text {
    FILE *f;
    const char *comma;
};

static bool add_body(void *ctx, const char *id, const char *body)
{
    struct text *t = ctx;
    (void)id;
    fprintf(t->f, "%s%s", t->comma, body);
    t->comma = ", ";
    return true;
}

// The lists as one document. malloc'd; NULL: the store failed or memory ran out.
static char *stored_text(struct store *st)
{
    char *text = NULL;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    if (f == NULL) {
        return NULL;
    }
    struct text channels = {f, ""}, mailings = {f, ""};
    fputs("{\"channels\": [", f);
    bool ok = store_each_item(st, STORE_CHANNELS, add_body, &channels);
    fputs("], \"mailings\": [", f);
    ok = ok && store_each_item(st, STORE_MAILINGS, add_body, &mailings);
    fputs("]}", f);
    ok = fclose(f) == 0 && ok;
    if (!ok) {
        free(text);
        text = NULL;
    }
    return text;
}

static bool join_channels(struct channel_set *set, const struct config_list *own)
{
    struct channel *all = calloc(own->count + set->stored.channels.count + 1, sizeof *all);
    if (all == NULL) {
        return false;
    }
    set->channels = (struct config_list){own->count, all};
    if (own->count > 0) {
        memcpy(all, own->items, own->count * sizeof *all);
    }
    for (size_t i = 0; i < set->stored.channels.count; i++) {
        const struct channel *ch = &((const struct channel *)set->stored.channels.items)[i];
        if (channel_find(own, ch->id.s) == NULL) {
            all[set->channels.count] = *ch;
            all[set->channels.count++].stored = true;
        }
    }
    return true;
}

static bool join_mailings(struct channel_set *set, const struct config_list *own)
{
    struct mailing *all = calloc(own->count + set->stored.mailings.count + 1, sizeof *all);
    if (all == NULL) {
        return false;
    }
    set->mailings = (struct config_list){own->count, all};
    if (own->count > 0) {
        memcpy(all, own->items, own->count * sizeof *all);
    }
    for (size_t i = 0; i < set->stored.mailings.count; i++) {
        const struct mailing *m = &((const struct mailing *)set->stored.mailings.items)[i];
        if (mailing_find(own, m->id.s) == NULL) {
            all[set->mailings.count] = *m;
            all[set->mailings.count++].stored = true;
        }
    }
    return true;
}

bool channel_set_read(struct channel_set *ret_set, struct store *st, const struct settings *s, char *ret_why, size_t n)
{
    struct config_error error;
    *ret_set = (struct channel_set){.channels = {.count = 0}};
    char *text = stored_text(st);
    snprintf(ret_why, n, "channels: %s", text == NULL ? store_why(st) : "out of memory");
    bool ok = text != NULL;
    if (ok && !config_parse("channels", text, strlen(text), stored_rows, &ret_set->stored, &error)) {
        snprintf(ret_why, n, "%s", error.text);
        ok = false;
    }
    free(text);
    ok = ok && join_channels(ret_set, &s->channels) && join_mailings(ret_set, &s->mailings);
    if (!ok) {
        channel_set_finish(ret_set);
    }
    return ok;
}

void channel_set_finish(struct channel_set *set)
{
    free(set->channels.items);
    free(set->mailings.items);
    config_free(stored_rows, &set->stored);
    *set = (struct channel_set){.channels = {.count = 0}};
}
