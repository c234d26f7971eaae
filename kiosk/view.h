// view: layout + state of the app -> draw list. Pure. Never reads which face was pressed: every picture from
// the press to the return is the same for all faces but for words (which the layout chooses, see survey.h).
#ifndef PUAS_KIOSK_VIEW_H
#define PUAS_KIOSK_VIEW_H

#include "kiosk/app.h"
#include "kiosk/draw.h"
#include "kiosk/layout.h"
#include "kiosk/theme.h"

void view_draw(struct draw_list *dl, const struct layout *l, const struct app *a, const struct theme *t);

#endif
