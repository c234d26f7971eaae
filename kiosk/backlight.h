// backlight: the panel's light. Edge: backlight_posix.c (sysfs, /sys/class/backlight/*).
#ifndef PUAS_KIOSK_BACKLIGHT_H
#define PUAS_KIOSK_BACKLIGHT_H

#include <stdbool.h>

// Sets it to `percent` of what `folder`/max_brightness allows; 0: dark. False when the files cannot be used.
bool backlight_set(const char *folder, int percent);

#endif
