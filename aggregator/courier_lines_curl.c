// courier: the lines: one to each channel in force, with its secret; made anew when channels change.
#include "aggregator/courier_impl.h"

#include "aggregator/channel_secret.h"
#include "shared/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------- secrets

static bool read_file(const char *path, char *ret, size_t n)
{
    errno = 0;
    FILE *f = fopen(path, "re");
    bool ok = f != NULL && fgets(ret, (int)n, f) != NULL;
    if (f != NULL) {
        fclose(f);
    }
    return ok;
}

// Of a channel of the settings.
static bool read_named(const struct channel *ch, char *ret, size_t size, char *ret_why, size_t n)
{
    const char *env = ch->secret_env[0] != '\0' ? getenv(ch->secret_env) : NULL;
    ret[0] = '\0';
    if (ch->secret_file[0] != '\0' && !read_file(ch->secret_file, ret, size)) {
        snprintf(ret_why, n, "channel '%s': secret_file %s cannot be read: %s", ch->id.s, ch->secret_file,
                 errno != 0 ? strerror(errno) : "it is empty");
        return false;
    }
    snprintf(ret + strlen(ret), size - strlen(ret), "%s", env != NULL ? env : "");
    ret[strcspn(ret, "\r\n")] = '\0';
    const char *wrong = channel_has_secret(ch) ? channel_secret_wrong(ch, ret) : NULL;
    if (wrong != NULL) {
        snprintf(ret_why, n, "channel '%s': %s (%s)", ch->id.s, wrong,
                 ch->secret_env[0] != '\0' ? ch->secret_env : ch->secret_file);
    }
    return wrong == NULL;
}

// Of a channel of the document.
static bool read_put(const char *folder, const struct channel *ch, char *ret, size_t size, char *ret_why,
                     size_t n)
{
    switch (channel_secret_read(folder, ch, ret, size, ret_why, n)) {
    case CHANNEL_SECRET_THERE:
        return true;
    case CHANNEL_SECRET_NONE:
        snprintf(ret_why, n, "it has no secret yet: put one in Manage, or by `puasctl channels secret %s`",
                 ch->id.s);
        return !channel_has_secret(ch);
    case CHANNEL_SECRET_OTHER:
        snprintf(ret_why, n, "it leads elsewhere since its secret was put: put it again");
        return false;
    case CHANNEL_SECRET_WRONG:
        break;
    }
    return false;
}

// The line's secret, or why it has none.
static bool read_secret(const struct settings *s, const struct channel *ch, char *ret, size_t size,
                        char *ret_why, size_t n)
{
    return ch->stored ? read_put(s->data, ch, ret, size, ret_why, n) : read_named(ch, ret, size, ret_why, n);
}

bool courier_check_secrets(const struct settings *s, char *ret_why, size_t n)
{
    char secret[CHANNEL_SECRET_MAX + 2] = "";
    bool ok = true;
    for (size_t i = 0; ok && i < s->channels.count; i++) {
        ok = read_named(&((const struct channel *)s->channels.items)[i], secret, sizeof secret, ret_why, n);
        explicit_bzero(secret, sizeof secret);
    }
    return ok;
}

// ---------------------------------------------------------------- lines

bool courier_busy(const struct line *l)
{
    return l->curl != NULL || l->due;
}

void courier_finish_attempt(struct courier *c, struct line *l)
{
    if (l->curl != NULL) {
        curl_multi_remove_handle(c->multi, l->curl);
        curl_easy_cleanup(l->curl);
    }
    l->curl = NULL;
    courier_message_finish(l);
}

static void set_finish(struct courier_set *set)
{
    channel_set_finish(&set->set);
    free(set);
}

static void drop_line(struct courier *c, struct line *l)
{
    struct courier_set *of = l->of;
    courier_finish_attempt(c, l);
    courier_round_finish(&l->round);
    if (l->secret != NULL) {
        explicit_bzero(l->secret, strlen(l->secret));
    }
    free(l->secret);
    free(l);
    of->lines--;
    if (of->lines == 0 && of != c->set) {
        set_finish(of);
    }
}

static struct line *make_line(struct courier *c, struct courier_set *of, const struct channel *ch)
{
    char secret[CHANNEL_SECRET_MAX + 2] = "", why[sizeof((struct line *)NULL)->why] = "";
    struct line *l = calloc(1, sizeof *l);
    bool key = true;
    if (l == NULL) {
        return NULL;
    }
    bool can = read_secret(c->s, ch, secret, sizeof secret, why, sizeof why);
    l->secret = strdup(can ? secret : "");
    explicit_bzero(secret, sizeof secret);
    if (l->secret == NULL) {
        free(l);
        return NULL;
    }
    if (ch->kind == CHANNEL_WEBPUSH && !c->has_key) {
        key = c->has_key = webpush_key_load(c->s->data, &c->webpush_key, why, sizeof why);
    }
    if (!can || !key) {
        snprintf(l->why, sizeof l->why, "%s", why);
        log_event(LOG_WARN, "channel_cannot_send", "channel=%s why=%Q", ch->id.s, why);
    }
    l->ch = ch;
    l->of = of;
    of->lines++;
    return l;
}

// What the old line knows of its channel goes on in the new one, unless the channel itself is another.
static void follow(struct line *l, struct line *old)
{
    l->rate = old->rate;
    if (!courier_busy(old) && l->ch->kind == old->ch->kind) {
        l->round = old->round;
        old->round = (struct courier_round){.row = 0};
    }
}

bool courier_read_lines(struct courier *c, char *ret_why, size_t n)
{
    struct courier_set *set = calloc(1, sizeof *set);
    snprintf(ret_why, n, "out of memory");
    if (set == NULL || !channel_set_read(&set->set, c->store, c->s, ret_why, n)) {
        free(set);
        return false;
    }
    size_t count = set->set.channels.count;
    struct line **lines = calloc(count + 1, sizeof *lines);
    bool ok = lines != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        lines[i] = make_line(c, set, &((const struct channel *)set->set.channels.items)[i]);
        ok = lines[i] != NULL;
    }
    if (!ok) {
        snprintf(ret_why, n, "out of memory");
        struct courier_set *in_force = c->set;
        c->set = set; // stays until its last line is gone
        for (size_t i = 0; lines != NULL && i < count && lines[i] != NULL; i++) {
            drop_line(c, lines[i]);
        }
        c->set = in_force;
        set_finish(set);
        free(lines);
        return false;
    }
    for (size_t k = 0; k < c->line_count; k++) {
        struct line *old = c->lines[k];
        for (size_t i = 0; i < count; i++) {
            if (ident_equal(&lines[i]->ch->id, &old->ch->id)) {
                follow(lines[i], old);
            }
        }
        old->next = c->leaving;
        c->leaving = old;
    }
    struct courier_set *was = c->set;
    free(c->lines);
    c->lines = lines;
    c->line_count = count;
    c->set = set;
    if (was != NULL && was->lines == 0) {
        set_finish(was);
    }
    courier_drop_left(c);
    return true;
}

bool courier_is_leaving(const struct courier *c, const char *channel)
{
    for (const struct line *l = c->leaving; l != NULL; l = l->next) {
        if (strcmp(l->ch->id.s, channel) == 0) {
            return true;
        }
    }
    return false;
}

void courier_drop_left(struct courier *c)
{
    for (struct line **at = &c->leaving; *at != NULL;) {
        struct line *l = *at;
        if (courier_busy(l)) {
            at = &l->next;
        } else {
            *at = l->next;
            drop_line(c, l);
        }
    }
}

void courier_finish_lines(struct courier *c)
{
    struct courier_set *set = c->set;
    c->set = NULL;
    if (set != NULL && set->lines == 0) {
        set_finish(set);
    }
    for (size_t i = 0; i < c->line_count; i++) {
        drop_line(c, c->lines[i]);
    }
    for (struct line *l = c->leaving, *next; l != NULL; l = next) {
        next = l->next;
        drop_line(c, l);
    }
}
