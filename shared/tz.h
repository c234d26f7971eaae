// tz: time zones by their IANA name, from the system's zoneinfo files (RFC 8536). Edge: tz_posix.c reads the
// file; looking up is pure. A loaded zone is immutable and may be used by several threads.
#ifndef PUAS_SHARED_TZ_H
#define PUAS_SHARED_TZ_H

#include "shared/clock.h"

struct tz;

// NULL when the name is unknown, holds '..' or a leading '/', or the file is no TZif file. "" and "UTC"
// always work.
struct tz *tz_load(const char *name);
void tz_free(struct tz *tz); // accepts NULL

// Seconds east of UTC at an instant. After the file's last transition (2037 in Debian's) its offset goes on.
// NULL tz: UTC.
int tz_offset_s(const struct tz *tz, wall_ms at);

// The abbreviation there ("WIB"), valid while tz lives.
const char *tz_abbreviation(const struct tz *tz, wall_ms at);

// The instant at which the local clock first shows midnight of a local day, in days since 1970-01-01.
wall_ms tz_midnight(const struct tz *tz, int64_t day);
// Start of the local day that holds `at`, and of the next one: 23 to 25 hours later.
wall_ms tz_day_start(const struct tz *tz, wall_ms at);
wall_ms tz_next_day(const struct tz *tz, wall_ms at);

#endif
