// address: tables of prefixes.
#include "aggregator/address.h"

#include <stddef.h>
#include <string.h>

struct prefix {
    uint8_t ip[16];
    int bits;
};

static bool within(const uint8_t *ip, const struct prefix *p)
{
    int whole = p->bits / 8, rest = p->bits % 8;
    uint8_t mask = (uint8_t)(0xff << (8 - rest));
    return memcmp(ip, p->ip, (size_t)whole) == 0 &&
           (rest == 0 || (ip[whole] & mask) == (p->ip[whole] & mask));
}

bool address_is_private4(const uint8_t ip[4])
{
    static const struct prefix prefixes[] = {
        {{0}, 8},          {{10}, 8},        {{100, 64}, 10}, {{127}, 8}, {{169, 254}, 16}, {{172, 16}, 12},
        {{192, 0, 0}, 24}, {{192, 168}, 16}, {{198, 18}, 15}, {{224}, 3}, // multicast and reserved
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (within(ip, &prefixes[i])) {
            return true;
        }
    }
    return false;
}

bool address_is_private6(const uint8_t ip[16])
{
    static const struct prefix prefixes[] = {
        {{0xfc}, 7}, {{0xfe, 0x80}, 10}, {{0xfe, 0xc0}, 10}, {{0xff}, 8}, {{0x20, 0x01, 0, 0}, 32},
    };
    static const struct {
        struct prefix p;
        int at; // of the IPv4 address in it
    } wraps[] = {
        {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12},
        {{{0}, 96}, 12}, // ::1 and :: too: they read as 0.0.0.x
        {{{0, 0x64, 0xff, 0x9b}, 96}, 12},
        {{{0x20, 0x02}, 16}, 2},
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (within(ip, &prefixes[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof wraps / sizeof wraps[0]; i++) {
        if (within(ip, &wraps[i].p)) {
            return address_is_private4(ip + wraps[i].at);
        }
    }
    return false;
}
