// unthanked: the one press that may be on disk although its customer was told to try again, written down before
// they are told. It outlives the program, which then cannot take the press back itself; the next start does
// (outbox_open). Edge: unthanked_posix.c.
//
// A small file beside the outbox, never synced: what makes a commit late is a disk that does not sync. So a
// power cut between a commit that came late and the void that follows it at once can still leave a press that
// was not thanked; the end of the program cannot.
#ifndef PUAS_KIOSK_UNTHANKED_H
#define PUAS_KIOSK_UNTHANKED_H

#include "shared/ident.h"

#include <stdbool.h>

// Opens or creates the file. -1: it cannot be had (a log line says why); the calls below then do nothing.
int unthanked_open(const char *path);
void unthanked_close(int file); // accepts -1

void unthanked_note(int file, const uint8_t epoch[EPOCH_BYTES], int64_t seq);
void unthanked_clear(int file);
// False when there is none, or what stands there is torn.
bool unthanked_read(int file, uint8_t ret_epoch[EPOCH_BYTES], int64_t *ret_seq);

#endif
