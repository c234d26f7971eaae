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

static bool has(const struct config_list *list, size_t bytes, const struct ident *id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (ident_equal((const void *)((const char *)list->items + i * bytes), id)) {
            return true;
        }
    }
    return false;
}

// own, then what is stored under other ids. bytes: of an item, which begins with its id; flag: where it says that it is stored.
static bool join(struct config_list *ret, const struct config_list *own, const struct config_list *stored,
                 size_t bytes, size_t flag)
{
    char *all = calloc(own->count + stored->count + 1, bytes);
    if (all == NULL) {
        return false;
    }
    *ret = (struct config_list){own->count, all};
    if (own->count > 0) {
        memcpy(all, own->items, own->count * bytes);
    }
    for (size_t i = 0; i < stored->count; i++) {
        const char *item = (const char *)stored->items + i * bytes;
        if (!has(own, bytes, (const void *)item)) {
            char *copy = all + ret->count++ * bytes;
            memcpy(copy, item, bytes);
            *(bool *)(void *)(copy + flag) = true;
        }
    }
    return true;
}

bool channel_set_read(struct channel_set *ret_set, struct store *st, const struct settings *s, char *ret_why,
                      size_t n)
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
    ok = ok &&
         join(&ret_set->channels, &s->channels, &ret_set->stored.channels, sizeof(struct channel),
              offsetof(struct channel, stored)) &&
         join(&ret_set->mailings, &s->mailings, &ret_set->stored.mailings, sizeof(struct mailing),
              offsetof(struct mailing, stored));
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
