// meter: how long commits take.
#include "aggregator/meter.h"

const int64_t meter_bounds_us[METER_BOUNDS] = {1000,   2500,   5000,   10000,   25000,  50000,
                                               100000, 250000, 500000, 1000000, 2500000};

void meter_commit(struct meter *m, int64_t us)
{
    int i = 0;
    while (i < METER_BOUNDS && us > meter_bounds_us[i]) {
        i++;
    }
    atomic_fetch_add(&m->commits[i], 1);
    atomic_fetch_add(&m->commits_us, us);
}
