#include "kiosk/backlight.h"

#include <stdio.h>

enum { PATH_BYTES = 300 };

bool backlight_set(const char *folder, int percent)
{
    char path[PATH_BYTES];
    long long max = 0;
    snprintf(path, sizeof path, "%s/max_brightness", folder);
    FILE *f = fopen(path, "re");
    bool ok = f && fscanf(f, "%10lld", &max) == 1 && max > 0;
    if (f)
        fclose(f);
    if (!ok)
        return false;
    snprintf(path, sizeof path, "%s/brightness", folder);
    f = fopen(path, "we");
    if (!f)
        return false;
    long long level = max * percent / 100;
    ok = fprintf(f, "%lld\n", percent > 0 && level == 0 ? 1 : level) > 0;
    return fclose(f) == 0 && ok;
}
