// States as one line of text: a version tag, the plain fields in a fixed order, the buckets and presses that
// are not empty, and last the name, which may hold spaces.
//
//   key3 <the fields> <hours> <hours> | step:n:named ... | kiosk:at ... | name
#include "aggregator/engine_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct field {
    size_t offset;
    bool wide; // int64_t, else int32_t
    int64_t least, most;
};

#define NARROW(type, name, least, most)                                                                      \
    {                                                                                                        \
        offsetof(type, name), false, least, most                                                             \
    }
#define WIDE(type, name, least)                                                                              \
    {                                                                                                        \
        offsetof(type, name), true, least, INT64_MAX                                                         \
    }
#define K struct engine_key_state

static const struct field key_fields[] = {
    NARROW(K, rule, 1, INT32_MAX),
    NARROW(K, version, 1, INT32_MAX),
    NARROW(K, place, 1, INT32_MAX),
    NARROW(K, kiosk, 0, INT32_MAX),
    NARROW(K, state, 0, ENGINE_STATES - 1),
    NARROW(K, before, 0, ENGINE_STATES - 1),
    NARROW(K, points, 0, 2 * CUSUM_LIMIT_MAX),
    NARROW(K, peak, 0, 2 * CUSUM_LIMIT_MAX),
    NARROW(K, start, 0, 2 * CUSUM_LIMIT_MAX),
    NARROW(K, flaps, 0, INT32_MAX),
    NARROW(K, wait_clear, 0, 1),
    WIDE(K, n, 0),
    WIDE(K, unhappy, 0),
    WIDE(K, raise_n, 0),
    WIDE(K, raise_unhappy, 0),
    WIDE(K, since, INT64_MIN),
    WIDE(K, opened, INT64_MIN),
    WIDE(K, raised, INT64_MIN),
    WIDE(K, cleared_at, INT64_MIN),
    WIDE(K, ack_until, INT64_MIN),
    WIDE(K, period, INT64_MIN),
    WIDE(K, first_event, INT64_MIN),
    WIDE(K, last_event, INT64_MIN),
    WIDE(K, step, INT64_MIN),
};
// Since key2; a key1 has none of them.
static const struct field change_fields[] = {
    NARROW(K, usual, 0, ENGINE_SHARE_UNITS),
    NARROW(K, learned, 0, ENGINE_SHARE_UNITS),
    NARROW(K, parts[0], 0, CUSUM_LIMIT_MAX),
    NARROW(K, parts[1], 0, CUSUM_LIMIT_MAX),
    NARROW(K, parts[2], 0, CUSUM_LIMIT_MAX),
    NARROW(K, parts_start[0], 0, CUSUM_LIMIT_MAX),
    NARROW(K, parts_start[1], 0, CUSUM_LIMIT_MAX),
    NARROW(K, parts_start[2], 0, CUSUM_LIMIT_MAX),
    NARROW(K, parts_alarm[0], 0, CUSUM_LIMIT_MAX),
    NARROW(K, parts_alarm[1], 0, CUSUM_LIMIT_MAX),
    NARROW(K, parts_alarm[2], 0, CUSUM_LIMIT_MAX),
};
// Since key3.
static const struct field hour_fields[] = {
    NARROW(K, base, 0, ENGINE_SHARE_UNITS),
    NARROW(K, spread, 0, ENGINE_SHARE_UNITS),
    NARROW(K, learned_spread, 0, ENGINE_SHARE_UNITS),
    NARROW(K, alarm_usual, 0, ENGINE_SHARE_UNITS),
    WIDE(K, raise_usual, 0),
};
#undef K
#define K struct engine_kiosk_state
static const struct field kiosk_fields[] = {
    NARROW(K, id, 1, INT32_MAX),     NARROW(K, presence, 0, KIOSK_LOST), NARROW(K, dead, 0, 1),
    WIDE(K, presence_at, INT64_MIN), WIDE(K, ready_at, INT64_MIN),       WIDE(K, heard_at, INT64_MIN),
    WIDE(K, voted_at, INT64_MIN),
};
// Since kiosk2.
static const struct field fact_fields[] = {
    NARROW(K, facts, 0, ENGINE_FACT_MISSING | ENGINE_FACT_CLOCK),
    WIDE(K, tampered_at, 0),
};
#undef K
#define K struct engine_clock_state
static const struct field clock_fields[] = {
    WIDE(K, now, INT64_MIN),
    WIDE(K, inhibit_until, INT64_MIN),
    NARROW(K, broker_up, 0, 1),
};
#undef K
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

struct writer {
    char *at, *end;
};

static void put(struct writer *w, const char *format, int64_t a, int64_t b, int64_t c)
{
    int n = snprintf(w->at, (size_t)(w->end - w->at), format, a, b, c);
    w->at += n < w->end - w->at ? n : w->end - w->at - 1; // ENGINE_TEXT_MAX is never reached: see the test
}

static void put_fields(struct writer *w, const struct field *f, size_t n, const void *from)
{
    for (size_t i = 0; i < n; i++) {
        int64_t value;
        int32_t narrow;
        if (f[i].wide) {
            memcpy(&value, (const char *)from + f[i].offset, sizeof(value));
        } else {
            memcpy(&narrow, (const char *)from + f[i].offset, sizeof(narrow));
            value = narrow;
        }
        put(w, " %" PRId64, value, 0, 0);
    }
}

// One number after exactly one `lead` character.
static bool take(const char **at, char lead, int64_t *ret_value)
{
    const char *text = *at;
    if (*text++ != lead || !(*text == '-' || (*text >= '0' && *text <= '9')))
        return false;
    char *end;
    long long value = strtoll(text, &end, 10);
    if (end == text || end - text > 20)
        return false;
    *at = end;
    *ret_value = value;
    return true;
}

static bool take_fields(const char **at, const struct field *f, size_t n, void *to)
{
    for (size_t i = 0; i < n; i++) {
        int64_t value;
        if (!take(at, ' ', &value) || value < f[i].least || value > f[i].most)
            return false;
        int32_t narrow = (int32_t)value;
        if (f[i].wide)
            memcpy((char *)to + f[i].offset, &value, sizeof(value));
        else
            memcpy((char *)to + f[i].offset, &narrow, sizeof(narrow));
    }
    return true;
}

static bool take_text(const char **at, const char *text)
{
    size_t n = strlen(text);
    if (strncmp(*at, text, n) != 0)
        return false;
    *at += n;
    return true;
}

static void put_hours(struct writer *w, const char hours[HOURS_WEEK + 1])
{
    int n = snprintf(w->at, (size_t)(w->end - w->at), " %s", hours[0] ? hours : "-");
    w->at += n;
}

static bool take_hours(const char **at, char ret[HOURS_WEEK + 1])
{
    if (take_text(at, " -"))
        return true;
    if (*(*at)++ != ' ')
        return false;
    for (int h = 0; h < HOURS_WEEK; h++, (*at)++) {
        if (**at < 'm' - ENGINE_HOUR_CLASSES || **at > 'm' + ENGINE_HOUR_CLASSES)
            return false;
        ret[h] = **at;
    }
    return true;
}

void engine_key_encode(const struct engine_key_state *s, char *ret)
{
    struct writer w = {ret + 4, ret + ENGINE_TEXT_MAX};
    memcpy(ret, "key3", 5);
    put_fields(&w, key_fields, COUNT(key_fields), s);
    put_fields(&w, change_fields, COUNT(change_fields), s);
    put_fields(&w, hour_fields, COUNT(hour_fields), s);
    put_hours(&w, s->hours);
    put_hours(&w, s->learned_hours);
    put(&w, " |", 0, 0, 0);
    for (int i = 0; i < ENGINE_STEPS; i++)
        if (s->buckets[i].n)
            put(&w, " %" PRId64 ":%" PRId64 ":%" PRId64, i, s->buckets[i].n, s->buckets[i].named);
    put(&w, " |", 0, 0, 0);
    for (int i = 0; i < s->mash_count; i++)
        put(&w, " %" PRId64 ":%" PRId64, s->mash[i].kiosk, s->mash[i].at, 0);
    put(&w, " | ", 0, 0, 0);
    size_t n = strnlen(s->who, ENGINE_WHO_MAX);
    memcpy(w.at, s->who, n);
    w.at[n] = 0;
}

static bool take_buckets(const char **at, struct engine_key_state *s)
{
    int64_t last = -1, i, n, named, sum = 0, sum_named = 0;
    while (!take_text(at, " |")) {
        if (!take(at, ' ', &i) || i <= last || i >= ENGINE_STEPS || !take(at, ':', &n) || n < 1 ||
            n > INT32_MAX || !take(at, ':', &named) || named < 0 || named > n * ENGINE_INDEX_UNITS)
            return false;
        s->buckets[i] = (struct engine_bucket){(int32_t)n, (int32_t)named};
        sum += n;
        sum_named += named;
        last = i;
    }
    return last < 0 || (sum == s->n && sum_named == s->unhappy);
}

static bool take_mash(const char **at, struct engine_key_state *s)
{
    int64_t kiosk, when;
    while (!take_text(at, " |")) {
        if (s->mash_count == ENGINE_MASH_MAX || !take(at, ' ', &kiosk) || kiosk < INT32_MIN ||
            kiosk > INT32_MAX || !take(at, ':', &when))
            return false;
        s->mash[s->mash_count].kiosk = (int32_t)kiosk;
        s->mash[s->mash_count++].at = when;
    }
    return true;
}

bool engine_key_decode(const char *text, struct engine_key_state *ret_s)
{
    struct engine_key_state s;
    memset(&s, 0, sizeof(s));
    bool first = take_text(&text, "key1"); // as stores hold that have not met change rules
    bool second = first || take_text(&text, "key2"); // ... or hours of the week
    if (!(second || take_text(&text, "key3")) || !take_fields(&text, key_fields, COUNT(key_fields), &s) ||
        !(first || take_fields(&text, change_fields, COUNT(change_fields), &s)) ||
        !(second || (take_fields(&text, hour_fields, COUNT(hour_fields), &s) && take_hours(&text, s.hours) &&
                     take_hours(&text, s.learned_hours))) || !take_text(&text, " |") || !take_buckets(&text, &s) || !take_mash(&text, &s) || *text++ != ' ' ||
        s.unhappy / ENGINE_INDEX_UNITS > s.n || s.raise_unhappy > s.raise_n)
        return false;
    size_t n = strlen(text);
    if (n > ENGINE_WHO_MAX)
        return false;
    memcpy(s.who, text, n);
    *ret_s = s;
    return true;
}

static void encode(const char *tag, const struct field *f, size_t n, const void *from, char *ret)
{
    size_t tag_bytes = strlen(tag);
    struct writer w = {ret + tag_bytes, ret + ENGINE_TEXT_MAX};
    memcpy(ret, tag, tag_bytes + 1);
    put_fields(&w, f, n, from);
}

void engine_kiosk_encode(const struct engine_kiosk_state *s, char *ret)
{
    struct writer w = {ret + 6, ret + ENGINE_TEXT_MAX};
    memcpy(ret, "kiosk2", 7);
    put_fields(&w, kiosk_fields, COUNT(kiosk_fields), s);
    put_fields(&w, fact_fields, COUNT(fact_fields), s);
}

bool engine_kiosk_decode(const char *text, struct engine_kiosk_state *ret_s)
{
    struct engine_kiosk_state s;
    memset(&s, 0, sizeof(s));
    bool first = take_text(&text, "kiosk1");
    if (!(first || take_text(&text, "kiosk2")) || !take_fields(&text, kiosk_fields, COUNT(kiosk_fields), &s) ||
        !(first || take_fields(&text, fact_fields, COUNT(fact_fields), &s)) || *text)
        return false;
    *ret_s = s;
    return true;
}

void engine_clock_encode(const struct engine_clock_state *s, char *ret)
{
    encode("clock1", clock_fields, COUNT(clock_fields), s, ret);
}

bool engine_clock_decode(const char *text, struct engine_clock_state *ret_s)
{
    struct engine_clock_state s;
    memset(&s, 0, sizeof(s));
    if (!take_text(&text, "clock1") || !take_fields(&text, clock_fields, COUNT(clock_fields), &s) || *text)
        return false;
    *ret_s = s;
    return true;
}
