#include "aggregator/pack.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD_KIND = 7, HEAD_FLAGS = 8, HEAD_BODY = 16, HEAD_VISIT = 32, HEAD_NAME = 64, HEAD_ID = 128 };
enum { KIND_VOID = 5 };          // enum event_type
enum { FIXED_MAX = 3 + 6 * 10 }; // bytes of an answer without its body

static uint64_t zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

static int64_t unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

// Damaged bytes may say anything: sums wrap.
static int64_t plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

// ---------------------------------------------------------------- writing

static void put(struct pack_writer *w, uint64_t v)
{
    for (; v >= 0x80; v >>= 7) {
        w->data[w->n++] = (uint8_t)(v | 0x80);
    }
    w->data[w->n++] = (uint8_t)v;
}

void pack_writer_finish(struct pack_writer *w)
{
    free(w->data);
    *w = (struct pack_writer){.data = NULL};
}

void pack_writer_clear(struct pack_writer *w)
{
    w->n = 0;
    w->count = 0;
}

bool pack_fits(const struct pack_writer *w, const struct packed *p)
{
    return w->count == 0 || (w->count < PACK_ANSWERS_MAX && p->seq == w->last.seq + 1 &&
                             w->n + p->body_bytes + FIXED_MAX <= PACK_BYTES_MAX);
}

bool pack_add(struct pack_writer *w, const struct packed *p)
{
    size_t need = w->n + p->body_bytes + FIXED_MAX;
    if (need > w->room) {
        size_t room = need > 2 * w->room ? need : 2 * w->room;
        uint8_t *grown = realloc(w->data, room);
        if (grown == NULL) {
            return false;
        }
        w->data = grown;
        w->room = room;
    }
    if (w->count == 0) {
        w->first = *p;
        w->last = (struct packed){.event_id = minus(p->event_id, 1), .arrived = p->arrived};
    }
    const struct packed *l = &w->last;
    bool same_name = w->count > 0 && p->name == l->name, next = p->event_id == plus(l->event_id, 1);
    w->data[w->n++] = (uint8_t)((p->kind & HEAD_KIND) | (p->flags != 0 ? HEAD_FLAGS : 0) |
                                (p->body != NULL ? HEAD_BODY : 0) | (p->visit == p->seq ? HEAD_VISIT : 0) |
                                (same_name ? HEAD_NAME : 0) | (next ? HEAD_ID : 0));
    if (p->flags != 0) {
        w->data[w->n++] = (uint8_t)p->flags;
    }
    if (p->kind == KIND_VOID) {
        put(w, (uint64_t)(p->seq - p->voids));
    } else {
        w->data[w->n++] = (uint8_t)(p->levels << 4 | (p->score & 15));
    }
    if (!same_name) {
        put(w, (uint64_t)(uint32_t)p->name);
    }
    put(w, zigzag(minus(p->arrived, l->arrived)));
    put(w, zigzag(minus(p->arrived, p->at)));
    if (p->visit != p->seq) {
        put(w, (uint64_t)(p->seq - p->visit));
    }
    if (!next) {
        put(w, zigzag(minus(p->event_id, l->event_id)));
    }
    if (p->body != NULL) {
        put(w, p->body_bytes);
        memcpy(w->data + w->n, p->body, p->body_bytes);
        w->n += p->body_bytes;
    }
    w->count++;
    w->last = *p;
    w->last.body = w->first.body = NULL;
    return true;
}

// ---------------------------------------------------------------- reading

static bool take(struct pack_reader *r, uint64_t *ret)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 64 && r->at < r->end; shift += 7) {
        uint8_t byte = *r->at++;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret = v;
            return true;
        }
    }
    return false;
}

static bool take_byte(struct pack_reader *r, int *ret)
{
    if (r->at == r->end) {
        return false;
    }
    *ret = *r->at++;
    return true;
}

void pack_read(struct pack_reader *r, const void *data, size_t n, int count, int64_t event_id,
               int64_t first_seq, wall_ms arrived)
{
    *r = (struct pack_reader){.at = data, .end = (const uint8_t *)data + n, .left = count};
    r->last = (struct packed){.event_id = minus(event_id, 1), .seq = minus(first_seq, 1), .arrived = arrived};
}

static bool take_answer(struct pack_reader *r, struct packed *p)
{
    int head, flags = 0, grade = 0;
    uint64_t arrived, delay, back = 0, name = 0, visit = 0, id = 0, body = 0;
    if (!take_byte(r, &head) || ((head & HEAD_FLAGS) != 0 && !take_byte(r, &flags))) {
        return false;
    }
    bool is_void = (head & HEAD_KIND) == KIND_VOID;
    if (is_void ? !take(r, &back) : !take_byte(r, &grade)) {
        return false;
    }
    if (((head & HEAD_NAME) == 0 && !take(r, &name)) || !take(r, &arrived) || !take(r, &delay) ||
        ((head & HEAD_VISIT) == 0 && !take(r, &visit)) || ((head & HEAD_ID) == 0 && !take(r, &id)) ||
        ((head & HEAD_BODY) != 0 && (!take(r, &body) || body > (size_t)(r->end - r->at)))) {
        return false;
    }
    const struct packed *l = &r->last;
    *p = (struct packed){.event_id = plus(l->event_id, (head & HEAD_ID) != 0 ? 1 : unzigzag(id)),
                         .seq = plus(l->seq, 1),
                         .arrived = plus(l->arrived, unzigzag(arrived)),
                         .name = (head & HEAD_NAME) != 0 ? l->name : (int32_t)name,
                         .kind = head & HEAD_KIND,
                         .score = grade & 15,
                         .levels = grade >> 4,
                         .flags = flags};
    p->at = minus(p->arrived, unzigzag(delay));
    p->visit = minus(p->seq, (int64_t)visit);
    p->voids = is_void ? minus(p->seq, (int64_t)back) : 0;
    if ((head & HEAD_BODY) != 0) {
        p->body = (const char *)r->at;
        p->body_bytes = (size_t)body;
        r->at += body;
    }
    return true;
}

bool pack_next(struct pack_reader *r, struct packed *ret_p, bool *ret_damaged)
{
    if (r->left == 0) {
        *ret_damaged = *ret_damaged || r->at != r->end;
        return false;
    }
    if (!take_answer(r, ret_p)) {
        *ret_damaged = true;
        r->left = 0;
        r->at = r->end;
        return false;
    }
    r->left--;
    r->last = *ret_p;
    return true;
}
