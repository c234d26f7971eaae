// app_impl: what the app*.c files share. Not for others.
//   app.c        what is fed, and what it changes
//   app_time.c   what happens by itself, and when
//   app_names.c  names of what there is
#ifndef PUAS_KIOSK_APP_IMPL_H
#define PUAS_KIOSK_APP_IMPL_H

#include "kiosk/app.h"

// Something was picked or written and not handed in, and counts all the same.
bool app_has_unsaved(const struct app *a);

// Each of these is a moment, or -1: never.
mono_ms app_idle_since(const struct app *a);       // nobody is there
mono_ms app_deadline(const struct app *a);         // the screen ends by itself
mono_ms app_opens_service_at(const struct app *a); // a finger has held the hidden corner for long enough
mono_ms app_next_wake(const struct app *a);        // something is to be done or drawn

#endif
