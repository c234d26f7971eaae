#include "shared/scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------- characters

bool scan_utf8_valid(const char *text, size_t n)
{
    const unsigned char *s = (const unsigned char *)text;
    for (size_t i = 0; i < n;) {
        uint64_t eight;
        while (n - i >= sizeof eight) { // nearly all of it is ASCII
            memcpy(&eight, s + i, sizeof eight);
            if ((eight & 0x8080808080808080u) != 0) {
                break;
            }
            i += sizeof eight;
        }
        if (i == n) {
            break;
        }
        unsigned char c = s[i];
        if (c < 0x80) {
            i++;
            continue;
        }
        size_t more = c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : 0;
        if (more == 0 || n - i <= more) {
            return false;
        }
        unsigned char d = s[i + 1];
        if ((c == 0xe0 && d < 0xa0) || (c == 0xed && d >= 0xa0) || (c == 0xf0 && d < 0x90) ||
            (c == 0xf4 && d >= 0x90)) {
            return false; // overlong, surrogate or above U+10FFFF
        }
        for (size_t k = 1; k <= more; k++) {
            if ((s[i + k] & 0xc0) != 0x80) {
                return false;
            }
        }
        i += more + 1;
    }
    return true;
}

static inline void skip_space(struct scan *s)
{
    while (s->at < s->end && (unsigned char)*s->at <= ' ' &&
           (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t')) {
        s->at++;
    }
}

static inline bool take(struct scan *s, char c)
{
    skip_space(s);
    if (s->at == s->end || *s->at != c) {
        return false;
    }
    s->at++;
    return true;
}

static int hex_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

// The four digits of an escape; -1 when they are none.
static int unit_at(const char *at, const char *end)
{
    int unit = 0;
    if (end - at < 4) {
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        int digit = hex_of(at[i]);
        if (digit < 0) {
            return -1;
        }
        unit = unit << 4 | digit;
    }
    return unit;
}

// Length of the escape that begins at `at` (after its backslash), with the character it stands for; 0: none.
static int escape_at(const char *at, const char *end, uint32_t *ret_c)
{
    static const char plain[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    if (at == end) {
        return 0;
    }
    const char *known = *at != '\0' ? strchr(plain, *at) : NULL;
    if (known != NULL) {
        *ret_c = (unsigned char)means[known - plain];
        return 1;
    }
    int high = *at == 'u' ? unit_at(at + 1, end) : -1;
    if (high <= 0 || (high >= 0xdc00 && high <= 0xdfff)) {
        return 0; // also U+0000: a text of ours ends with it
    }
    if (high < 0xd800 || high > 0xdbff) {
        *ret_c = (uint32_t)high;
        return 5;
    }
    int low = end - at >= 11 && at[5] == '\\' && at[6] == 'u' ? unit_at(at + 7, end) : -1;
    if (low < 0xdc00 || low > 0xdfff) {
        return 0;
    }
    *ret_c = 0x10000u + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
    return 11;
}

// After the opening quote.
static bool read_string(struct scan *s, struct scan_value *v)
{
    const char *at = s->at, *end = s->end;
    *v = (struct scan_value){.kind = SCAN_STRING, .text = at};
    for (; at < end; at++) {
        unsigned char c = (unsigned char)*at;
        if (c > '\\' || (c > '"' && c < '\\') || c == ' ' || c == '!') {
            continue; // nearly all of it
        }
        if (c == '"') {
            v->n = (size_t)(at - v->text);
            s->at = at + 1;
            return true;
        }
        uint32_t meant;
        int n = c == '\\' ? escape_at(at + 1, end, &meant) : 0;
        if (n == 0) {
            return false;
        }
        v->escaped = true;
        at += n;
    }
    return false;
}

static int put_utf8(uint32_t c, char *ret)
{
    unsigned char *to = (unsigned char *)ret;
    if (c < 0x80) {
        to[0] = (unsigned char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (unsigned char)(0xc0 | c >> 6);
        to[1] = (unsigned char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (unsigned char)(0xe0 | c >> 12);
        to[1] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (unsigned char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (unsigned char)(0xf0 | c >> 18);
    to[1] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (unsigned char)(0x80 | (c & 0x3f));
    return 4;
}

// Steps through the decoded bytes of a string: up to four at a time.
struct decoder {
    const char *at, *end;
};

static int decode_next(struct decoder *d, char ret[4])
{
    if (d->at == d->end) {
        return 0;
    }
    if (*d->at != '\\') {
        ret[0] = *d->at++;
        return 1;
    }
    uint32_t c = 0;
    d->at += 1 + escape_at(d->at + 1, d->end, &c);
    return put_utf8(c, ret);
}

bool scan_text(const struct scan_value *v, size_t max, char *ret)
{
    if (v->kind != SCAN_STRING) {
        return false;
    }
    if (!v->escaped) {
        if (v->n > max) {
            return false;
        }
        memcpy(ret, v->text, v->n);
        ret[v->n] = '\0';
        return true;
    }
    struct decoder d = {v->text, v->text + v->n};
    size_t n = 0;
    char bytes[4];
    for (int more; (more = decode_next(&d, bytes)) > 0; n += (size_t)more) {
        if (n + (size_t)more > max) {
            return false;
        }
        memcpy(ret + n, bytes, (size_t)more);
    }
    ret[n] = '\0';
    return true;
}

bool scan_text_is(const struct scan_value *v, const char *word)
{
    if (v->kind != SCAN_STRING) {
        return false;
    }
    size_t n = strlen(word);
    if (!v->escaped) {
        return v->n == n && memcmp(v->text, word, n) == 0;
    }
    struct decoder d = {v->text, v->text + v->n};
    char bytes[4];
    for (int more; (more = decode_next(&d, bytes)) > 0; word += more, n -= (size_t)more) {
        if (n < (size_t)more || memcmp(word, bytes, (size_t)more) != 0) {
            return false;
        }
    }
    return n == 0;
}

// ---------------------------------------------------------------- numbers and words

static bool is_digit(const struct scan *s)
{
    return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static bool read_digits(struct scan *s)
{
    bool any = is_digit(s);
    while (is_digit(s)) {
        s->at++;
    }
    return any;
}

static bool read_real(struct scan *s, struct scan_value *v)
{
    char text[SCAN_NUMBER_MAX + 1];
    v->kind = SCAN_REAL;
    v->n = (size_t)(s->at - v->text);
    if (v->n > SCAN_NUMBER_MAX) {
        return false;
    }
    memcpy(text, v->text, v->n);
    text[v->n] = '\0';
    v->real = strtod(text, NULL);
    return !isinf(v->real);
}

static bool read_number(struct scan *s, struct scan_value *v)
{
    *v = (struct scan_value){.kind = SCAN_INT, .text = s->at};
    bool minus = *s->at == '-';
    s->at += minus;
    const char *digits = s->at;
    if (is_digit(s) && *s->at == '0') {
        s->at++;
        if (is_digit(s)) {
            return false;
        }
    } else if (!read_digits(s)) {
        return false;
    }
    bool real = false;
    if (s->at < s->end && *s->at == '.') {
        s->at++;
        real = true;
        if (!read_digits(s)) {
            return false;
        }
    }
    if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
        s->at++;
        real = true;
        if (s->at < s->end && (*s->at == '+' || *s->at == '-')) {
            s->at++;
        }
        if (!read_digits(s)) {
            return false;
        }
    }
    if (real) {
        return read_real(s, v);
    }
    v->n = (size_t)(s->at - v->text);
    for (const char *at = digits; at < s->at; at++) {
        int digit = *at - '0';
        if (__builtin_mul_overflow(v->i, 10, &v->i) || (minus ? __builtin_sub_overflow(v->i, digit, &v->i)
                                                              : __builtin_add_overflow(v->i, digit, &v->i))) {
            return false;
        }
    }
    return true;
}

static bool read_word(struct scan *s, const char *word, enum scan_kind kind, struct scan_value *v)
{
    size_t n = strlen(word);
    if ((size_t)(s->end - s->at) < n || memcmp(s->at, word, n) != 0) {
        return false;
    }
    *v = (struct scan_value){.kind = kind, .text = s->at, .n = n, .i = word[0] == 't'};
    s->at += n;
    return !(s->at < s->end && ((*s->at >= 'a' && *s->at <= 'z') || (*s->at >= 'A' && *s->at <= 'Z')));
}

// ---------------------------------------------------------------- values

static bool read_array(struct scan *s)
{
    struct scan_value item;
    bool bad = false;
    s->at++; // its bracket
    for (bool first = true; scan_array_next(s, first, &bad); first = false) {
        if (!scan_value(s, &item)) {
            return false;
        }
    }
    return !bad;
}

bool scan_value(struct scan *s, struct scan_value *ret_v)
{
    skip_space(s);
    if (s->at == s->end || ++s->depth > SCAN_DEPTH_MAX) {
        return false;
    }
    const char *from = s->at;
    bool ok;
    switch (*s->at) {
    case '"':
        s->at++;
        ok = read_string(s, ret_v);
        break;
    case '{':
        s->depth--;
        ok = scan_object(s, NULL, 0, NULL);
        s->depth++;
        *ret_v = (struct scan_value){.kind = SCAN_OBJECT, .text = from, .n = (size_t)(s->at - from)};
        break;
    case '[':
        ok = read_array(s);
        *ret_v = (struct scan_value){.kind = SCAN_ARRAY, .text = from, .n = (size_t)(s->at - from)};
        break;
    case 't':
        ok = read_word(s, "true", SCAN_BOOL, ret_v);
        break;
    case 'f':
        ok = read_word(s, "false", SCAN_BOOL, ret_v);
        break;
    case 'n':
        ok = read_word(s, "null", SCAN_NULL, ret_v);
        break;
    default:
        ok = (*s->at == '-' || is_digit(s)) && read_number(s, ret_v);
        break;
    }
    s->depth--;
    return ok;
}

void scan_init(struct scan *s, const char *text, size_t n)
{
    *s = (struct scan){.at = text, .end = text + n};
}

bool scan_at_end(struct scan *s)
{
    skip_space(s);
    return s->at == s->end;
}

bool scan_array_begin(struct scan *s)
{
    return take(s, '[');
}

bool scan_array_next(struct scan *s, bool first, bool *ret_bad)
{
    if (take(s, ']')) {
        return false;
    }
    if (first) {
        return true;
    }
    *ret_bad = !take(s, ',');
    skip_space(s);
    if (!*ret_bad && s->at < s->end && *s->at == ']') {
        *ret_bad = true; // a comma with nothing behind it
    }
    return !*ret_bad;
}

// ---------------------------------------------------------------- objects

static uint32_t hash_name(const struct scan_value *name)
{
    struct decoder d = {name->text, name->text + name->n};
    uint32_t h = 2166136261u;
    char bytes[4];
    for (int more; (more = decode_next(&d, bytes)) > 0;) {
        for (int i = 0; i < more; i++) {
            h = (h ^ (unsigned char)bytes[i]) * 16777619u;
        }
    }
    return h;
}

static bool same_name(const struct scan_strange *a, const struct scan_value *b)
{
    struct decoder da = {a->text, a->text + a->n}, db = {b->text, b->text + b->n};
    char pa[8], pb[8];
    for (;;) { // an escape gives up to four bytes where the other side may give them one by one
        int na = decode_next(&da, pa), nb = decode_next(&db, pb);
        while (na != nb && na > 0 && nb > 0) {
            na < nb ? (na += decode_next(&da, pa + na)) : (nb += decode_next(&db, pb + nb));
        }
        if (na != nb || memcmp(pa, pb, (size_t)na) != 0) {
            return false;
        }
        if (na == 0) {
            return true;
        }
    }
}

static bool make_room(struct scan_members *m)
{
    size_t few = sizeof m->few / sizeof m->few[0];
    if (m->many == NULL && m->strangers < few) {
        return true;
    }
    if (m->many != NULL && m->strangers < m->room) {
        return true;
    }
    size_t room = m->many == NULL ? 8 * few : 2 * m->room;
    struct scan_strange *grown = realloc(m->many, room * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    if (m->many == NULL) {
        memcpy(grown, m->few, sizeof m->few);
    }
    m->many = grown;
    m->room = room;
    return true;
}

// False when the name was there before, or memory ran out.
static bool note_stranger(struct scan_members *m, const struct scan_value *name)
{
    uint32_t hash = hash_name(name);
    const struct scan_strange *list = m->many != NULL ? m->many : m->few;
    for (size_t i = 0; i < m->strangers; i++) {
        if (list[i].hash == hash && same_name(&list[i], name)) {
            return false;
        }
    }
    if (!make_room(m)) {
        return false;
    }
    struct scan_strange *to = m->many != NULL ? m->many : m->few;
    to[m->strangers++] = (struct scan_strange){name->text, name->n, hash};
    return true;
}

static bool same_word(const char *word, const struct scan_value *v)
{
    size_t i = 0;
    while (i < v->n && word[i] == v->text[i]) { // a text of JSON holds no NUL: it stops at the word's end
        i++;
    }
    return i == v->n && word[i] == '\0';
}

// Whoever writes many objects writes their members in one order: the search begins behind the last one found.
static int known_name(struct scan_members *m, const struct scan_value *name)
{
    for (int k = 0, i = m->next; k < m->count; k++, i++) {
        i = i < m->count ? i : 0;
        const char *word = m->names[i];
        if (name->escaped ? scan_text_is(name, word) : same_word(word, name)) {
            m->next = i + 1;
            return i;
        }
    }
    return -1;
}

void scan_members_begin(struct scan *s, const char *const *names, int count, struct scan_members *ret_m)
{
    ret_m->names = names;
    ret_m->count = count;
    ret_m->seen = 0;
    ret_m->next = 0;
    ret_m->first = true;
    ret_m->many = NULL;
    ret_m->strangers = ret_m->room = 0;
    s->depth++;
}

void scan_members_finish(struct scan *s, struct scan_members *m)
{
    s->depth--;
    free(m->many);
}

enum scan_step scan_members_next(struct scan *s, struct scan_members *m, int *ret_index)
{
    if (m->first && (!take(s, '{') || s->depth > SCAN_DEPTH_MAX)) {
        return SCAN_BAD;
    }
    for (;; m->first = false) {
        struct scan_value name, passed;
        if (m->first ? take(s, '}') : !take(s, ',')) {
            return m->first || take(s, '}') ? SCAN_END : SCAN_BAD;
        }
        if (!take(s, '"') || !read_string(s, &name) || !take(s, ':')) {
            return SCAN_BAD;
        }
        int i = name.n > 0 ? known_name(m, &name) : -1;
        if (i >= 0) {
            if ((m->seen & 1u << i) != 0) {
                return SCAN_BAD;
            }
            m->seen |= 1u << i;
            m->first = false;
            *ret_index = i;
            return SCAN_MEMBER;
        }
        if (!note_stranger(m, &name) || !scan_value(s, &passed)) {
            return SCAN_BAD;
        }
    }
}

bool scan_object(struct scan *s, const char *const *names, int count, struct scan_value *ret)
{
    struct scan_members m;
    enum scan_step step;
    int at = 0;
    for (int i = 0; i < count; i++) {
        ret[i].kind = SCAN_ABSENT;
    }
    scan_members_begin(s, names, count, &m);
    while ((step = scan_members_next(s, &m, &at)) == SCAN_MEMBER && scan_value(s, &ret[at])) {
    }
    scan_members_finish(s, &m);
    return step == SCAN_END;
}
