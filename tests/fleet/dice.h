// dice: chance that follows from a seed and a name alone, so that any day can be asked for by itself. Pure.
#ifndef PUAS_TESTS_FLEET_DICE_H
#define PUAS_TESTS_FLEET_DICE_H

#include <stdint.h>

// A generator for (seed, what, whose, number): use it through the functions below.
uint64_t dice_of(uint64_t seed, const char *what, const char *whose, int64_t number);
uint64_t dice_next(uint64_t *dice);
double dice_unit(uint64_t *dice);              // [0, 1)
double dice_bell(uint64_t *dice);              // about normal: mean 0, standard deviation 1
int dice_poisson(uint64_t *dice, double mean); // mean 0..500

#endif
