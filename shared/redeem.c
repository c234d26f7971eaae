#include "shared/redeem.h"

void redeem_code(const uint8_t epoch[EPOCH_BYTES], int64_t visit, char ret_code[REDEEM_CODE])
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford: none looks like another
    uint64_t h = 14695981039346656037u;                               // FNV-1a
    for (int i = 0; i < EPOCH_BYTES; i++)
        h = (h ^ epoch[i]) * 1099511628211u;
    for (int i = 0; i < 8; i++)
        h = (h ^ (uint64_t)(visit >> 8 * i & 0xff)) * 1099511628211u;
    h ^= h >> 32; // the upper half is the better mixed one
    for (int i = 0; i < 7; i++) {
        ret_code[i] = i == 3 ? '-' : letters[h & 31];
        h >>= i == 3 ? 0 : 5;
    }
    ret_code[7] = '\0';
}
