// delivery: verdict, back-off, rate.
#include "aggregator/delivery.h"

#include <stddef.h>

enum { MINUTE_MS = 60000 };

static bool among(const int *codes, size_t n, long code)
{
    for (size_t i = 0; i < n; i++) {
        if (codes[i] == code) {
            return true;
        }
    }
    return false;
}

enum delivery delivery_of(bool mail, long code)
{
    static const int refused[] = {400, 405, 410, 413, 415, 422}, login[] = {530, 534, 535, 538};
    bool never = mail ? code >= 500 && code <= 599 && !among(login, sizeof login / sizeof login[0], code)
                      : among(refused, sizeof refused / sizeof refused[0], code);
    return code >= 200 && code <= 299 ? DELIVERY_TAKEN : never ? DELIVERY_NEVER : DELIVERY_AGAIN;
}

int64_t delivery_wait_ms(int attempts, int64_t least, int64_t most, uint32_t dice)
{
    int64_t wait = least;
    for (int i = 1; i < attempts && wait < most; i++) {
        wait *= 2;
    }
    wait = wait < most ? wait : most;
    return wait - (int64_t)((double)(wait / 2) * (double)dice / UINT32_MAX);
}

bool delivery_take(struct delivery_rate *r, int per_minute, mono_ms now, int64_t *ret_wait_ms)
{
    double grown = r->at == 0 ? per_minute : r->tokens + (double)(now - r->at) * per_minute / MINUTE_MS;
    r->tokens = grown < per_minute ? grown : per_minute;
    r->at = now;
    if (r->tokens < 1) {
        *ret_wait_ms = (int64_t)((1 - r->tokens) * MINUTE_MS / per_minute) + 1;
        return false;
    }
    r->tokens -= 1;
    return true;
}
