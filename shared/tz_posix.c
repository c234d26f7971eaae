// tz: reads /usr/share/zoneinfo (TZif version 2 and up, 64-bit block). Debian's files list transitions up to
// 2037; the footer's rule for later years is not read, so such an instant has the offset of the last
// transition.
#include "shared/tz.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX_BYTES = 64 * 1024, HEADER_BYTES = 44 };

struct tz {
    int count;           // transitions
    int64_t *at_s;       // owned: ascending
    unsigned char *type; // owned: type after each
    int type_count;
    struct tz_type {
        int offset_s;
        unsigned char name;
    } types[256];
    char names[256];
    int first_type; // before the first transition
};

static int64_t big_endian(const unsigned char *p, int n)
{
    int64_t v = (p[0] & 0x80) != 0 ? -1 : 0;
    for (int i = 0; i < n; i++) {
        v = (int64_t)((uint64_t)v << 8 | p[i]);
    }
    return v;
}

static struct tz *utc(void)
{
    struct tz *tz = calloc(1, sizeof *tz);
    if (tz != NULL) {
        tz->type_count = 1;
        memcpy(tz->names, "UTC", 4);
    }
    return tz;
}

// Header counts, in file order.
struct counts {
    int64_t isut, isstd, leap, time, type, chars;
};

static bool read_counts(const unsigned char *p, const unsigned char *end, struct counts *c)
{
    if (end - p < HEADER_BYTES || memcmp(p, "TZif", 4) != 0) {
        return false;
    }
    int64_t *fields[] = {&c->isut, &c->isstd, &c->leap, &c->time, &c->type, &c->chars};
    for (int i = 0; i < 6; i++) {
        *fields[i] = big_endian(p + 20 + 4 * i, 4);
        if (*fields[i] < 0 || *fields[i] > 100000) {
            return false;
        }
    }
    return true;
}

static int64_t block_bytes(const struct counts *c, int time_bytes)
{
    return c->time * time_bytes + c->time + c->type * 6 + c->chars + c->leap * (time_bytes + 4) + c->isstd +
           c->isut;
}

static struct tz *parse(const unsigned char *p, size_t n)
{
    const unsigned char *end = p + n;
    struct counts c;
    if (!read_counts(p, end, &c) || p[4] < '2') {
        return NULL;
    }
    int64_t skip = HEADER_BYTES + block_bytes(&c, 4);
    if (skip > end - p || !read_counts(p + skip, end, &c)) {
        return NULL;
    }
    p += skip + HEADER_BYTES;
    if (block_bytes(&c, 8) > end - p || c.type < 1 || c.type > 256 || c.chars > 255) {
        return NULL;
    }
    struct tz *tz = calloc(1, sizeof *tz);
    if (tz == NULL) {
        return NULL;
    }
    tz->at_s = calloc((size_t)c.time + 1, sizeof *tz->at_s);
    tz->type = calloc((size_t)c.time + 1, 1);
    if (tz->at_s == NULL || tz->type == NULL) {
        tz_free(tz);
        return NULL;
    }
    tz->count = (int)c.time;
    tz->type_count = (int)c.type;
    for (int i = 0; i < tz->count; i++) {
        tz->at_s[i] = big_endian(p + 8 * i, 8);
        tz->type[i] = p[8 * c.time + i];
        if (tz->type[i] >= tz->type_count) {
            tz_free(tz);
            return NULL;
        }
    }
    p += 9 * c.time;
    for (int i = 0; i < tz->type_count; i++) {
        tz->types[i].offset_s = (int)big_endian(p + 6 * i, 4);
        tz->types[i].name = p[6 * i + 5];
    }
    memcpy(tz->names, p + 6 * c.type, (size_t)c.chars);
    return tz;
}

struct tz *tz_load(const char *name)
{
    if (name[0] == '\0' || strcmp(name, "UTC") == 0) {
        return utc();
    }
    char path[200];
    if (name[0] == '/' || strstr(name, "..") != NULL || strlen(name) > 64) {
        return NULL;
    }
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        return NULL;
    }
    unsigned char *data = malloc(FILE_MAX_BYTES);
    size_t n = data != NULL ? fread(data, 1, FILE_MAX_BYTES, f) : 0;
    fclose(f);
    struct tz *tz = n > 0 ? parse(data, n) : NULL;
    free(data);
    return tz;
}

void tz_free(struct tz *tz)
{
    if (tz != NULL) {
        free(tz->at_s);
        free(tz->type);
        free(tz);
    }
}

static const struct tz_type *type_at(const struct tz *tz, wall_ms at)
{
    int64_t s = at >= 0 ? at / 1000 : (at - 999) / 1000;
    int lo = 0, hi = tz->count; // first transition after s
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        if (tz->at_s[mid] <= s) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return &tz->types[lo == 0 ? tz->first_type : tz->type[lo - 1]];
}

int tz_offset_s(const struct tz *tz, wall_ms at)
{
    return tz == NULL ? 0 : type_at(tz, at)->offset_s;
}

const char *tz_abbreviation(const struct tz *tz, wall_ms at)
{
    return tz == NULL ? "UTC" : tz->names + type_at(tz, at)->name;
}

enum { DAY_MS = 86400000 };

wall_ms tz_midnight(const struct tz *tz, int64_t day)
{
    wall_ms guess = day * DAY_MS - (wall_ms)tz_offset_s(tz, day * DAY_MS) * 1000;
    wall_ms better = day * DAY_MS - (wall_ms)tz_offset_s(tz, guess) * 1000;
    // Where the clock skips midnight, `better` still lies before the day: the later offset tells.
    wall_ms local = better + (wall_ms)tz_offset_s(tz, better) * 1000;
    return local < day * DAY_MS ? better + (day * DAY_MS - local) : better;
}

static int64_t local_day(const struct tz *tz, wall_ms at)
{
    wall_ms local = at + (wall_ms)tz_offset_s(tz, at) * 1000;
    return local >= 0 ? local / DAY_MS : (local - DAY_MS + 1) / DAY_MS;
}

wall_ms tz_day_start(const struct tz *tz, wall_ms at)
{
    return tz_midnight(tz, local_day(tz, at));
}

wall_ms tz_next_day(const struct tz *tz, wall_ms at)
{
    return tz_midnight(tz, local_day(tz, at) + 1);
}
