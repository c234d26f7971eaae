// uplink thread: owns the MQTT link and runs the uplink core on it. Edge (pthread, poll).
#ifndef PUAS_KIOSK_UPLINK_POSIX_H
#define PUAS_KIOSK_UPLINK_POSIX_H

#include "kiosk/remote_posix.h"
#include "kiosk/uplink.h"
#include "kiosk/writer.h"

struct uplink_thread;

struct uplink_thread_options {
    struct uplink_options core;
    const char *host; // of the broker; borrowed until stop, as all text here
    int port;
    const char *user, *password, *ca_file; // NULL: none
    int keepalive_s;
    int steady_ms;         // connected this long: the reconnect back-off starts over
    struct writer *writer; // borrowed until stop
    struct remote_desk *desk; // borrowed until uplink_thread_destroy; NULL: no remote management
};

// Starts the thread. NULL when memory, descriptors or threads run out.
struct uplink_thread *uplink_start(const struct uplink_thread_options *o);
// Says goodbye to the broker (waiting up to 2 s), stops and joins. Accepts NULL. Before writer_destroy.
void uplink_stop(struct uplink_thread *t);
// Frees it. After writer_destroy: the writer may wake it to the last. Accepts NULL.
void uplink_thread_destroy(struct uplink_thread *t);
// Wakes the thread: a row was committed, or the writer's reason has changed. Any thread; made for
// writer_options.on_change (ctx = the uplink_thread).
void uplink_wake(void *thread);
bool uplink_online(const struct uplink_thread *t); // connected to the broker; any thread; accepts NULL

#endif
