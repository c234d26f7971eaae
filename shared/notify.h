// notify: tells the service manager (systemd, Type=notify) that this program is ready, alive, or stopping. An
// own implementation of the documented protocol: one datagram of NAME=value lines to the socket in
// $NOTIFY_SOCKET (sd_notify(3)); no library. Without a service manager every call does nothing and is true.
//
// How a loop is watched. The thread whose standstill must not go unnoticed, and no other, calls notify_alive
// at least every notify_interval_ms. If it does not for twice as long, systemd kills and starts the program
// again:
//
//     struct notify nt;
//     notify_from_environment(&nt);                // in main, before any thread
//     ...                                          // everything works:
//     notify_ready(&nt);
//     loop: wait at most notify_interval_ms(&nt)   // 0: nobody watches, wait as long as you like
//           notify_alive(&nt, clock_mono_ms());    // in every round: it sends only when it is time to
//     notify_stopping(&nt);
//     notify_finish(&nt);
//
// Only notify_alive writes to the struct: one thread calls it; the others are safe from any thread. No call
// blocks: a datagram that the manager's full queue does not take is lost and the next one repairs it.
#ifndef PUAS_SHARED_NOTIFY_H
#define PUAS_SHARED_NOTIFY_H

#include "shared/clock.h"

#include <stdbool.h>

enum { NOTIFY_STATUS_MAX = 200 }; // bytes of a status line; the rest is cut off

struct notify {
    int fd;              // connected; -1: nobody to tell
    mono_ms interval_ms; // half of what the watchdog grants, as sd_watchdog_enabled(3) advises; 0: none
    mono_ms next_ms;     // the next sign of life is sent then
};

// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and takes them out of the environment, so that children
// are not mistaken for the service. What is unusable there counts as absent: a program must not fail for its
// reports.
void notify_from_environment(struct notify *ret_n);
// The same from given values, each may be NULL. `socket`: a path from /, or @ and an abstract name. The
// watchdog is ours when `pid` is absent or this process.
void notify_init(struct notify *ret_n, const char *socket, const char *watchdog_usec,
                 const char *watchdog_pid);
void notify_finish(struct notify *n); // accepts NULL

// False: there is somebody to tell, but the datagram was not taken.
bool notify_ready(const struct notify *n);
bool notify_stopping(const struct notify *n);
// One line for people (systemctl status); control characters become spaces.
bool notify_status(const struct notify *n, const char *text);
// Sends a sign of life when half an interval has gone since the last one.
bool notify_alive(struct notify *n, mono_ms now);
mono_ms notify_interval_ms(const struct notify *n);

#endif
