// unthanked: the one press that may be on disk although its customer was told to try again, written down before
// they are told. It outlives the program, which then cannot take the press back itself; the next start does
// (outbox_open). Edge: unthanked_posix.c.
//
// A small file beside the outbox. A note does not wait for the disk: what makes a commit late is a disk that
// does not sync. So a power cut between a commit that came late and the void that follows it at once can
// still leave a press that was not thanked; the end of the program cannot. But clearing waits: the seq of a
// press that did not reach the disk is given out again, and a note that came back would then name one that
// was thanked.
#ifndef PUAS_KIOSK_UNTHANKED_H
#define PUAS_KIOSK_UNTHANKED_H

#include "shared/ident.h"

#include <stdbool.h>

// Opens or creates the file, with room for a note should the disk be full later. -1: errno says why.
int unthanked_open(const char *path);
void unthanked_close(int file); // accepts -1

// Over an earlier one. Any thread. False: it cannot be written, errno says why.
bool unthanked_note(int file, const uint8_t epoch[EPOCH_BYTES], int64_t seq);
// On disk when it returns true. False: the note may still stand, or come back.
bool unthanked_clear(int file);
// *ret_seq is 0 when there is none, or what stands there is torn. False: the file cannot be read.
bool unthanked_read(int file, uint8_t ret_epoch[EPOCH_BYTES], int64_t *ret_seq);

#endif
