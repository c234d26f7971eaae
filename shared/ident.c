// ident: names and shards. Pure.
#include "shared/ident.h"

#include <string.h>

bool ident_valid(const char *s)
{
    size_t n = 0;
    for (; s[n] != '\0'; n++) {
        char c = s[n];
        bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        if (!ok || n >= IDENT_MAX) {
            return false;
        }
    }
    return n > 0;
}

bool ident_set(struct ident *ret_id, const char *s)
{
    if (!ident_valid(s)) {
        return false;
    }
    memset(ret_id->s, 0, sizeof ret_id->s);
    memcpy(ret_id->s, s, strlen(s));
    return true;
}

bool ident_equal(const struct ident *a, const struct ident *b)
{
    return strcmp(a->s, b->s) == 0;
}

uint32_t ident_crc32(const void *data, size_t n)
{
    const uint8_t *p = data;
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
        }
    }
    return ~crc;
}

unsigned ident_shard(const char *branch)
{
    return ident_crc32(branch, strlen(branch)) & (SHARD_COUNT - 1);
}

void ident_hex(const uint8_t *bytes, size_t n, char *ret_hex)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        ret_hex[2 * i] = digits[bytes[i] >> 4];
        ret_hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret_hex[2 * n] = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool ident_unhex(const char *hex, size_t n, uint8_t *ret_bytes)
{
    if (strlen(hex) != 2 * n) {
        return false;
    }
    for (size_t i = 0; i < 2 * n; i++) {
        if (hex_value(hex[i]) < 0) {
            return false;
        }
    }
    for (size_t i = 0; i < n; i++) {
        ret_bytes[i] = (uint8_t)(hex_value(hex[2 * i]) << 4 | hex_value(hex[2 * i + 1]));
    }
    return true;
}

enum { NEAREST_MAX = 64 }; // longer names are compared by their first 64 bytes

static size_t edit_distance(const char *a, const char *b)
{
    size_t row[NEAREST_MAX + 1];
    size_t na = strnlen(a, NEAREST_MAX), nb = strnlen(b, NEAREST_MAX);
    for (size_t j = 0; j <= nb; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= na; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            row[j] = best;
        }
    }
    return row[nb];
}

const char *ident_nearest(const char *wrong, const char *const *known)
{
    const char *best = NULL;
    size_t best_distance = 0;
    for (; *known != NULL; known++) {
        size_t d = edit_distance(wrong, *known);
        size_t longer = strlen(*known) > strlen(wrong) ? strlen(*known) : strlen(wrong);
        if (d <= (longer + 2) / 3 && (best == NULL || d < best_distance)) {
            best = *known;
            best_distance = d;
        }
    }
    return best;
}
