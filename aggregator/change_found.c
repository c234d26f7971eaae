// change: charts that this process has searched for before: the same question has the same answer every time, so that a
// restart of the engine or a new configuration asks for none again. Any thread.
#include "aggregator/change.h"

#include <pthread.h>
#include <stddef.h>

enum { REMEMBERED = 512 }; // more than the shares that the engine rounds to, at some prices; the oldest goes

static struct remembered {
    double q0, arl; // arl 0: free
    bool drift;
    struct change c;
} all[REMEMBERED];
static size_t next;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool recall(double q0, double arl, bool drift, struct change *ret_c)
{
    bool found = false;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < REMEMBERED && !found; i++) {
        found = all[i].arl == arl && all[i].q0 == q0 && all[i].drift == drift;
        if (found)
            *ret_c = all[i].c;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

bool change_find(double q0, double arl, bool drift, struct change *ret_c)
{
    if (change_known(q0, arl, drift, ret_c) || recall(q0, arl, drift, ret_c))
        return true;
    if (!change_search(q0, arl, drift, ret_c))
        return false;
    pthread_mutex_lock(&lock);
    all[next] = (struct remembered){q0, arl, drift, *ret_c};
    next = (next + 1) % REMEMBERED;
    pthread_mutex_unlock(&lock);
    return true;
}
