// unthanked: the press that was told "please try again" while it was not known whether it is on disk, in a
// small file beside the outbox. Should the program die before the press is taken back, the next start finds
// it here. Only for outbox_sqlite.c. Edge: unthanked_posix.c.
//
// One is enough: until it is taken back no other press is written. A note is there once it is written,
// whatever ends the program; it does not wait for the disk, since a disk that hangs is why it is needed. So a
// power cut may take it along. Clearing does wait: the seq of a press that never reached the disk is given
// out again, and a note that came back would then name a press that was thanked.
#ifndef PUAS_KIOSK_UNTHANKED_H
#define PUAS_KIOSK_UNTHANKED_H

#include "shared/ident.h"

struct unthanked {
    int fd; // owned; -1: closed
};

// Opens or creates the file, with room for a note also when the disk is full later. False: errno says why.
bool unthanked_open(struct unthanked *u, const char *path);
void unthanked_close(struct unthanked *u);

// Writes the note over an earlier one. Any thread. False: it cannot be written.
bool unthanked_note(struct unthanked *u, const uint8_t epoch[EPOCH_BYTES], int64_t seq);

// *ret_seq is 0 when there is none, or half of one. False: it cannot be read.
bool unthanked_read(const struct unthanked *u, uint8_t ret_epoch[EPOCH_BYTES], int64_t *ret_seq);

// Durable when it returns true. False: the note may still stand.
bool unthanked_clear(struct unthanked *u);

#endif
