#include "kiosk/unthanked.h"

#include "shared/hash.h"
#include "shared/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

struct note {
    uint8_t epoch[EPOCH_BYTES];
    int64_t seq;    // 0: none
    uint64_t check; // hash of what stands before it
};

int unthanked_open(const char *path)
{
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        log_event(LOG_WARN, "unthanked_unusable", "file=%Q why=%Q", path, strerror(errno));
    return file;
}

void unthanked_close(int file)
{
    if (file >= 0)
        close(file);
}

static void put(int file, struct note *n)
{
    n->check = hash_bytes(HASH_START, n, offsetof(struct note, check));
    if (file >= 0 && pwrite(file, n, sizeof *n, 0) != (ssize_t)sizeof *n)
        log_event(LOG_ERROR, "unthanked_not_noted", "seq=%lld why=%Q", (long long)n->seq, strerror(errno));
}

void unthanked_note(int file, const uint8_t epoch[EPOCH_BYTES], int64_t seq)
{
    struct note n = {.seq = seq};
    memcpy(n.epoch, epoch, EPOCH_BYTES);
    put(file, &n);
}

void unthanked_clear(int file)
{
    put(file, &(struct note){.seq = 0});
}

bool unthanked_read(int file, uint8_t ret_epoch[EPOCH_BYTES], int64_t *ret_seq)
{
    struct note n;
    if (file < 0 || pread(file, &n, sizeof n, 0) != (ssize_t)sizeof n || n.seq <= 0 ||
        n.check != hash_bytes(HASH_START, &n, offsetof(struct note, check)))
        return false;
    memcpy(ret_epoch, n.epoch, EPOCH_BYTES);
    *ret_seq = n.seq;
    return true;
}
