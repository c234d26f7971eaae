#include "shared/redeem.h"

#include "shared/hash.h"

void redeem_code(const uint8_t epoch[EPOCH_BYTES], int64_t visit, char ret_code[REDEEM_CODE])
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford: none looks like another
    uint8_t number[8];                                                // lowest byte first
    for (int i = 0; i < 8; i++)
        number[i] = (uint8_t)(visit >> 8 * i);
    uint64_t h = hash_bytes(hash_bytes(HASH_START, epoch, EPOCH_BYTES), number, sizeof number);
    h ^= h >> 32; // the upper half is the better mixed one
    for (int i = 0; i < 7; i++) {
        ret_code[i] = i == 3 ? '-' : letters[h & 31];
        h >>= i == 3 ? 0 : 5;
    }
    ret_code[7] = '\0';
}
