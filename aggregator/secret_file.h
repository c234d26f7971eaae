// secret_file: a secret that is made once and kept as one line in a file of the data folder, mode 0600: one that group or
// others can read is refused. Edge: secret_file_posix.c. No state; any thread.
#ifndef PUAS_AGGREGATOR_SECRET_FILE_H
#define PUAS_AGGREGATOR_SECRET_FILE_H

#include <stddef.h>

enum secret_file { SECRET_FILE_READ, SECRET_FILE_NONE, SECRET_FILE_WRONG };

// Reads the line (without its end) into ret (size bytes, with NUL). WRONG: *ret_why (n bytes) says what is wrong and what to
// do, ret is "".
enum secret_file secret_file_read(const char *path, char *ret, size_t size, char *ret_why, size_t n);
// Makes the file, on disk when this returns: whole under another name, then under its own, so that a power cut leaves one or
// none; never over one that is there, which is then what counts: read it after this. Failures show there, too.
void secret_file_make(const char *folder, const char *path, const char *line);

#endif
