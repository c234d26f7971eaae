// preview: which screen the command line wants as a picture (--out). Pure.
#ifndef PUAS_KIOSK_PREVIEW_H
#define PUAS_KIOSK_PREVIEW_H

#include "kiosk/options.h"
#include "kiosk/ui_sdl.h"

// False when --screen, --question, --reason, --lang, --score or --scene names nothing known. Text in
// *ret_still is borrowed from the options.
bool preview_read(const struct options *o, const struct show *s, struct ui_still *ret_still);

#endif
