// optimum: the least mean delay that any rule can have: what detectors are measured against.
//
// The Shiryaev-Roberts procedure R = (1 + R) x likelihood ratio, restarted at 0 after each alarm, has the least
// steady mean delay of all rules with the same ARL for the one shift that it is made for (Pollak and Tartakovsky
// 2009; Roberts 1966), so it is tuned anew for each shift; no single rule reaches it for several. Pure.
#ifndef PUAS_AGGREGATOR_OPTIMUM_H
#define PUAS_AGGREGATOR_OPTIMUM_H

#include <stdbool.h>

// Mean further votes to the alarm when the share of unhappy votes turns from q0 to q1, 0 < q0 < q1 < 1, long after
// the start, at `arl` (20..1e9) votes between false alarms. Solved on a grid of log(1 + R): within .5 % of the true
// value. Some milliseconds. False: out of range, or memory ran out.
bool optimum_delay(double q0, double q1, double arl, double *ret_delay);

#endif
