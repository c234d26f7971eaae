// mailbox: a ring under a mutex, with an eventfd that is readable while messages wait.
#include "shared/mailbox.h"

#include <pthread.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct mailbox {
    pthread_mutex_t lock;
    int fd;
    size_t item_bytes, capacity, head, count;
    bool closed;
    unsigned char *items; // owned: capacity * item_bytes
};

struct mailbox *mailbox_create(size_t item_bytes, size_t capacity)
{
    struct mailbox *mb = calloc(1, sizeof *mb);
    if (mb == NULL) {
        return NULL;
    }
    mb->item_bytes = item_bytes;
    mb->capacity = capacity;
    mb->items = calloc(capacity, item_bytes);
    mb->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    pthread_mutex_init(&mb->lock, NULL);
    if (mb->items == NULL || mb->fd < 0) {
        mailbox_destroy(mb);
        return NULL;
    }
    return mb;
}

void mailbox_destroy(struct mailbox *mb)
{
    if (mb == NULL) {
        return;
    }
    if (mb->fd >= 0) {
        close(mb->fd);
    }
    pthread_mutex_destroy(&mb->lock);
    free(mb->items);
    free(mb);
}

static void signal_fd(struct mailbox *mb)
{
    uint64_t one = 1;
    ssize_t n = write(mb->fd, &one, sizeof one);
    (void)n; // EAGAIN: it is readable already
}

bool mailbox_post(struct mailbox *mb, const void *item)
{
    pthread_mutex_lock(&mb->lock);
    bool ok = !mb->closed && mb->count < mb->capacity;
    if (ok) {
        size_t at = (mb->head + mb->count) % mb->capacity;
        memcpy(mb->items + at * mb->item_bytes, item, mb->item_bytes);
        mb->count++;
        signal_fd(mb);
    }
    pthread_mutex_unlock(&mb->lock);
    return ok;
}

bool mailbox_take(struct mailbox *mb, void *ret_item)
{
    pthread_mutex_lock(&mb->lock);
    bool ok = mb->count > 0;
    if (ok) {
        memcpy(ret_item, mb->items + mb->head * mb->item_bytes, mb->item_bytes);
        mb->head = (mb->head + 1) % mb->capacity;
        mb->count--;
    }
    if (mb->count == 0 && !mb->closed) {
        uint64_t drained;
        ssize_t n = read(mb->fd, &drained, sizeof drained);
        (void)n; // EAGAIN: it was not signalled
    }
    pthread_mutex_unlock(&mb->lock);
    return ok;
}

bool mailbox_wait(struct mailbox *mb, int timeout_ms, void *ret_item)
{
    for (;;) {
        if (mailbox_take(mb, ret_item)) {
            return true;
        }
        pthread_mutex_lock(&mb->lock);
        bool closed = mb->closed;
        pthread_mutex_unlock(&mb->lock);
        if (closed) {
            return mailbox_take(mb, ret_item); // what was posted before the closing still comes
        }
        // One reader: whatever makes the descriptor readable is for us. A signal cuts the wait short at
        // worst.
        struct pollfd p = {.fd = mb->fd, .events = POLLIN};
        if (poll(&p, 1, timeout_ms) == 0) {
            return mailbox_take(mb, ret_item);
        }
    }
}

void mailbox_close(struct mailbox *mb)
{
    pthread_mutex_lock(&mb->lock);
    mb->closed = true;
    signal_fd(mb);
    pthread_mutex_unlock(&mb->lock);
}

int mailbox_fd(const struct mailbox *mb)
{
    return mb->fd;
}
