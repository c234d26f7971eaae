// "EPOCH SEQ\n", filled up with spaces. The line's end stands behind the last digit, so that half a number
// is none.
#include "kiosk/unthanked.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NOTE_BYTES = 64 }; // always all of it: it lies in one sector

static bool write_note(const struct unthanked *u, const char *text)
{
    char bytes[NOTE_BYTES + 1];
    snprintf(bytes, sizeof bytes, "%-*s", NOTE_BYTES, text);
    return pwrite(u->fd, bytes, NOTE_BYTES, 0) == NOTE_BYTES;
}

bool unthanked_open(struct unthanked *u, const char *path)
{
    u->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (u->fd < 0)
        return false;
    off_t size = lseek(u->fd, 0, SEEK_END);
    if (size >= NOTE_BYTES || (size >= 0 && write_note(u, "")))
        return true;
    unthanked_close(u);
    return false;
}

void unthanked_close(struct unthanked *u)
{
    if (u->fd >= 0)
        close(u->fd);
    u->fd = -1;
}

bool unthanked_note(struct unthanked *u, const uint8_t epoch[EPOCH_BYTES], int64_t seq)
{
    char hex[EPOCH_HEX + 1], text[NOTE_BYTES];
    ident_hex(epoch, EPOCH_BYTES, hex);
    snprintf(text, sizeof text, "%s %lld\n", hex, (long long)seq);
    return write_note(u, text);
}

bool unthanked_read(const struct unthanked *u, uint8_t ret_epoch[EPOCH_BYTES], int64_t *ret_seq)
{
    char bytes[NOTE_BYTES + 1] = "", hex[EPOCH_HEX + 1], end;
    long long seq;
    if (pread(u->fd, bytes, NOTE_BYTES, 0) < 0)
        return false;
    bool whole = sscanf(bytes, "%32s %18lld%c", hex, &seq, &end) == 3 && end == '\n' && seq > 0 &&
                 ident_unhex(hex, EPOCH_BYTES, ret_epoch);
    *ret_seq = whole ? seq : 0;
    return true;
}

bool unthanked_clear(struct unthanked *u)
{
    return write_note(u, "") && fdatasync(u->fd) == 0;
}
