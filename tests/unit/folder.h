// A folder of one test. In memory where there is such a disk with room: there are thousands of starts, a kill leaves what was written on
// any disk, and nothing here asks what is left after a power cut.
#ifndef PUAS_TESTS_FOLDER_H
#define PUAS_TESTS_FOLDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { FOLDER_BYTES = 64 };

// Its name has `name` in it.
static inline void folder_make(char ret_path[FOLDER_BYTES], const char *name)
{
    static const char memory[] = "/dev/shm";
    struct statvfs s;
    bool room = access(memory, W_OK) == 0 && statvfs(memory, &s) == 0 && s.f_bavail * s.f_frsize > 1 << 30;
    snprintf(ret_path, FOLDER_BYTES, "%s/puas-%s-XXXXXX", room ? memory : "/tmp", name);
    assert_non_null(mkdtemp(ret_path));
}

// With all that is in it.
static inline void folder_drop(const char *path)
{
    char command[FOLDER_BYTES + 10];
    snprintf(command, sizeof command, "rm -rf %s", path);
    assert_int_equal(system(command), 0);
}

#endif
