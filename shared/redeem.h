// redeem: the short code on a thank-you screen, which the customer may show for a small reward. It is made
// from the key of the visit (epoch and seq), so that the aggregator can tell of any code whether a visit of
// that day has it, without anything more being stored or sent. It names no person. Pure.
#ifndef PUAS_SHARED_REDEEM_H
#define PUAS_SHARED_REDEEM_H

#include "shared/ident.h"

#include <stdint.h>

enum { REDEEM_CODE = 8 }; // "K7M-2QX" with NUL: 30 bits, a chance of one in a billion to guess one

void redeem_code(const uint8_t epoch[EPOCH_BYTES], int64_t visit, char ret_code[REDEEM_CODE]);

#endif
