#include "kiosk/unthanked.h"

#include "shared/hash.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

struct note {
    uint8_t epoch[EPOCH_BYTES];
    int64_t seq;    // 0: none
    uint64_t check; // hash of what stands before it
};

static bool put(int file, struct note n)
{
    n.check = hash_bytes(HASH_START, &n, offsetof(struct note, check));
    return pwrite(file, &n, sizeof n, 0) == (ssize_t)sizeof n;
}

int unthanked_open(const char *path)
{
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    off_t size = file >= 0 ? lseek(file, 0, SEEK_END) : -1;
    if (size >= (off_t)sizeof(struct note) || (size >= 0 && put(file, (struct note){.seq = 0})))
        return file;
    unthanked_close(file);
    return -1;
}

void unthanked_close(int file)
{
    if (file >= 0)
        close(file);
}

bool unthanked_note(int file, const uint8_t epoch[EPOCH_BYTES], int64_t seq)
{
    struct note n = {.seq = seq};
    memcpy(n.epoch, epoch, EPOCH_BYTES);
    return put(file, n);
}

bool unthanked_clear(int file)
{
    return put(file, (struct note){.seq = 0}) && fdatasync(file) == 0;
}

bool unthanked_read(int file, uint8_t ret_epoch[EPOCH_BYTES], int64_t *ret_seq)
{
    struct note n = {.seq = 0};
    ssize_t size = pread(file, &n, sizeof n, 0);
    if (size < 0)
        return false;
    bool whole = size == (ssize_t)sizeof n && n.seq > 0 &&
                 n.check == hash_bytes(HASH_START, &n, offsetof(struct note, check));
    memcpy(ret_epoch, n.epoch, EPOCH_BYTES);
    *ret_seq = whole ? n.seq : 0;
    return true;
}
