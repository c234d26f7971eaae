// dice: splitmix64.
#include "tests/fleet/dice.h"

#include <math.h>

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t dice_of(uint64_t seed, const char *what, const char *whose, int64_t number)
{
    uint64_t h = mix(seed * 0x9e3779b97f4a7c15u + mix((uint64_t)number + 0x632be59bd9b4e019u));
    for (; *what != '\0'; what++) {
        h = mix(h ^ (uint8_t)*what);
    }
    h = mix(h + 0x51ed270b);
    for (; *whose != '\0'; whose++) {
        h = mix(h ^ (uint8_t)*whose);
    }
    return h;
}

uint64_t dice_next(uint64_t *dice)
{
    *dice += 0x9e3779b97f4a7c15u;
    return mix(*dice);
}

double dice_unit(uint64_t *dice)
{
    return (double)(dice_next(dice) >> 11) * 0x1p-53;
}

double dice_bell(uint64_t *dice)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        sum += dice_unit(dice);
    }
    return sum;
}

int dice_poisson(uint64_t *dice, double mean)
{
    double least = exp(-mean), p = dice_unit(dice);
    int n = 0;
    for (; p > least; n++) {
        p *= dice_unit(dice);
    }
    return n;
}
