// scan: reads JSON (RFC 8259) where it lies, without building a tree: for the one message that comes by the
// hundred thousand a second. As strict as the tree reader beside it (jansson with JSON_REJECT_DUPLICATES):
// the same texts are accepted and refused, which test_scan compares. Pure.
//
//   a member's value is a struct scan_value: its kind, and where it stands. Objects and arrays are only
//   checked and passed over; they are read by a scan of their own that begins at `text`.
#ifndef PUAS_SHARED_SCAN_H
#define PUAS_SHARED_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum scan_kind {
    SCAN_ABSENT, // no such member
    SCAN_NULL,
    SCAN_BOOL,
    SCAN_INT,
    SCAN_REAL,
    SCAN_STRING,
    SCAN_ARRAY,
    SCAN_OBJECT,
};

struct scan_value {
    enum scan_kind kind;
    bool escaped;     // STRING: holds backslashes
    const char *text; // borrowed. STRING: after the quote; else its first byte
    size_t n;         // bytes; STRING: without quotes, as they stand there
    int64_t i;        // INT
    double real;      // REAL
};

struct scan {
    const char *at, *end;
    int depth; // of nested values
};

enum {
    SCAN_DEPTH_MAX = 2048,
    SCAN_MEMBERS_MAX = 32, // bits of scan_members.seen
    SCAN_NUMBER_MAX = 399, // characters of a number with a fraction or an exponent
};

// `text` must be valid UTF-8 (scan_utf8_valid); it is borrowed and need not end with NUL.
void scan_init(struct scan *s, const char *text, size_t n);
bool scan_utf8_valid(const char *text, size_t n);

// Reads one value of any kind. False: this is no JSON.
bool scan_value(struct scan *s, struct scan_value *ret_v);
// True when nothing but white space is left.
bool scan_at_end(struct scan *s);

// Reads an object. Members whose names stand in `names` (count of them, at most SCAN_MEMBERS_MAX) are written
// to ret in that order, the others are checked and passed over. False: no object, no JSON, or a name stands
// there twice.
bool scan_object(struct scan *s, const char *const *names, int count, struct scan_value *ret);

// The same member by member, for a value that is read in a way of its own:
//   scan_members_begin, then scan_members_next until it gives SCAN_END or SCAN_BAD, then scan_members_finish.
// After SCAN_MEMBER the caller reads the value of names[*ret_index].
enum scan_step { SCAN_MEMBER, SCAN_END, SCAN_BAD };
struct scan_members {
    const char *const *names; // borrowed
    int count;
    uint32_t seen; // bit i: names[i] has come
    int next;      // where the search for the next name begins
    bool first;
    struct scan_strange { // names that nobody asked for, kept to notice one that stands there twice
        const char *text;
        size_t n;
        uint32_t hash;
    } few[16], *many; // many: owned, in place of few when there are more
    size_t strangers, room;
};
void scan_members_begin(struct scan *s, const char *const *names, int count, struct scan_members *ret_m);
enum scan_step scan_members_next(struct scan *s, struct scan_members *m, int *ret_index);
void scan_members_finish(struct scan *s, struct scan_members *m);

// Steps through an array: scan_array_begin once, then scan_array_next before each item, which the caller then
// reads with scan_value or scan_object. Next gives false at the end and when this is no JSON (*ret_bad).
bool scan_array_begin(struct scan *s);
bool scan_array_next(struct scan *s, bool first, bool *ret_bad);

// The string, decoded, with a NUL. False when it has more than `max` bytes (ret holds max + 1) or is no
// string.
bool scan_text(const struct scan_value *v, size_t max, char *ret);
bool scan_text_is(const struct scan_value *v, const char *word);

#endif
