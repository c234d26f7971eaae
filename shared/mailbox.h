// mailbox: a bounded queue of fixed-size messages between threads, with a file descriptor to wait on.
// Edge file mailbox_posix.c (pthread, eventfd). Several writers, one reader.
#ifndef PUAS_SHARED_MAILBOX_H
#define PUAS_SHARED_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

struct mailbox;

// Room for `capacity` messages of `item_bytes`. NULL when memory or descriptors run out.
struct mailbox *mailbox_create(size_t item_bytes, size_t capacity);
void mailbox_destroy(struct mailbox *mb); // accepts NULL; messages left inside are dropped

// Copies *item in. False when full (the kind of message decides what then) or closed. Any thread.
bool mailbox_post(struct mailbox *mb, const void *item);

// Takes the oldest into *ret_item; false when empty. The reader's thread.
bool mailbox_take(struct mailbox *mb, void *ret_item);

// As take, but waits up to timeout_ms (-1: for ever) for one. False on time-out or when closed and empty.
bool mailbox_wait(struct mailbox *mb, int timeout_ms, void *ret_item);

// No more posts succeed; a waiting reader wakes.
void mailbox_close(struct mailbox *mb);

// Readable while messages wait. For poll/epoll; the reader's thread.
int mailbox_fd(const struct mailbox *mb);

#endif
