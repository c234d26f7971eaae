// A kiosk's settings file.
#include "kiosk/settings.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings s;
    struct config_error error = {.text = ""};
    if (settings_parse("f", (const char *)data, size, &s, &error)) {
        if (settings_target_px(&s) < 0 || settings_reach_px(&s) < 0 || settings_app(&s).press_ms < 0)
            abort();
        settings_finish(&s);
    } else if (error.text[0] == '\0') {
        abort(); // a refusal has a reason
    }
    return 0;
}
