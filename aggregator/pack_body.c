#include "aggregator/pack_body.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { OPTION, SEGMENT, REF, SINCE = 4, STAFF, TAGS }; // 3 would be '{'
enum { LENGTH_BITS = 5, LENGTH_MAX = 1 << LENGTH_BITS };

static const struct {
    const char *begin; // of the field in JSON, static; NULL: there is no such tag
    bool text, number; // what follows; else nothing
} fields[TAGS] = {
    [OPTION] = {"\"options\":[\"", true, false},
    [SEGMENT] = {"\"segment\":true", false, false},
    [REF] = {"\"ref\":\"", true, false},
    [SINCE] = {"\"since\":", false, true},
    [STAFF] = {"\"audience\":\"staff\"", false, false},
};

static size_t plain(const char *s, const char *end)
{
    size_t n = 0;
    while (s + n < end && s[n] > ' ' && s[n] < 127 && s[n] != '"' && s[n] != '\\') {
        n++;
    }
    return n <= LENGTH_MAX ? n : 0;
}

// ---------------------------------------------------------------- shorter

struct out {
    char *data;
    size_t n, room;
    bool full;
};

static void put(struct out *o, const void *bytes, size_t n)
{
    o->full = o->full || n > o->room - o->n;
    if (!o->full) {
        memcpy(o->data + o->n, bytes, n);
        o->n += n;
    }
}

static void put_head(struct out *o, int tag, size_t length)
{
    char head = (char)(tag << LENGTH_BITS | ((int)length - 1));
    put(o, &head, 1);
}

// The text at *s and what ends it. False: it is none that can be told short.
static bool put_text(struct out *o, int tag, const char **s, const char *end)
{
    size_t n = plain(*s, end);
    if (n == 0) {
        return false;
    }
    put_head(o, tag, n);
    put(o, *s, n);
    *s += n;
    return true;
}

static bool skip(const char **s, const char *end, const char *what)
{
    size_t n = strlen(what);
    bool is = (size_t)(end - *s) >= n && memcmp(*s, what, n) == 0;
    *s += is ? n : 0;
    return is;
}

static bool put_field(struct out *o, const char **s, const char *end)
{
    int tag = 0;
    while (tag < TAGS && (fields[tag].begin == NULL || !skip(s, end, fields[tag].begin))) {
        tag++;
    }
    if (tag == TAGS) {
        return false;
    }
    if (fields[tag].number) {
        unsigned n = 0; // of more than two bytes, or not as we write it: it does not come back
        for (; *s < end && **s >= '0' && **s <= '9'; ++*s) {
            n = n * 10 + (unsigned)(**s - '0');
        }
        uint8_t bytes[2] = {(uint8_t)n, (uint8_t)(n >> 8)};
        put_head(o, tag, 1);
        put(o, bytes, sizeof bytes);
        return true;
    }
    if (!fields[tag].text) {
        put_head(o, tag, 1);
        return true;
    }
    bool ok = put_text(o, tag, s, end);
    while (ok && tag == OPTION && skip(s, end, "\",\"")) {
        ok = put_text(o, tag, s, end);
    }
    return ok && skip(s, end, tag == OPTION ? "\"]" : "\"");
}

bool pack_body_shorten(const char *json, size_t n, char ret[PACK_BODY_SHORT], size_t *ret_n)
{
    struct out o = {.data = ret, .room = PACK_BODY_SHORT};
    char room[PACK_BODY_ROOM];
    const char *s = json, *end = json + n;
    bool ok = skip(&s, end, "{");
    do {
        ok = ok && put_field(&o, &s, end);
    } while (ok && skip(&s, end, ","));
    if (!ok || o.full) {
        return false;
    }
    size_t back_n;
    const char *back = pack_body_json(ret, o.n, room, &back_n);
    if (back == NULL || back_n != n || memcmp(back, json, n) != 0) {
        return false;
    }
    *ret_n = o.n;
    return true;
}

// ---------------------------------------------------------------- and back

static void add(struct out *o, const char *text)
{
    put(o, text, strlen(text));
}

static bool add_field(struct out *o, int tag, int before, size_t length, const char **s, const char *end)
{
    char number[12];
    size_t bytes = fields[tag].text ? length : fields[tag].number ? 2 : 0;
    if ((size_t)(end - *s) < bytes || (fields[tag].text ? plain(*s, *s + length) != length : length != 1)) {
        return false;
    }
    if (tag == OPTION && before == OPTION) {
        add(o, ",\"");
    } else {
        add(o, before == TAGS ? "{" : ",");
        add(o, fields[tag].begin);
    }
    if (fields[tag].text) {
        put(o, *s, length);
        add(o, "\"");
    } else if (fields[tag].number) {
        snprintf(number, sizeof number, "%d", (uint8_t)(*s)[0] | (uint8_t)(*s)[1] << 8);
        add(o, number);
    }
    *s += bytes;
    return true;
}

const char *pack_body_json(const char *body, size_t n, char room[PACK_BODY_ROOM], size_t *ret_n)
{
    struct out o = {.data = room, .room = PACK_BODY_ROOM};
    const char *s = body, *end = body + n;
    int before = TAGS; // none
    if (n == 0 || body[0] == '{') {
        *ret_n = n;
        return body;
    }
    while (s < end) {
        int tag = (uint8_t)*s >> LENGTH_BITS;
        size_t length = (size_t)((uint8_t)*s & (LENGTH_MAX - 1)) + 1;
        s++;
        if (tag >= TAGS || fields[tag].begin == NULL) {
            return NULL;
        }
        if (before == OPTION && tag != OPTION) {
            add(&o, "]");
        }
        if (!add_field(&o, tag, before, length, &s, end)) {
            return NULL;
        }
        before = tag;
    }
    add(&o, before == OPTION ? "]}" : "}");
    *ret_n = o.n;
    return o.full ? NULL : room;
}
