// service: the menu for staff, behind a hidden gesture and a PIN: how the kiosk is doing, tests of touch and
// screen, restart. Pure; a part of the app's state.
#ifndef PUAS_KIOSK_SERVICE_H
#define PUAS_KIOSK_SERVICE_H

#include "shared/clock.h"

#include <stdbool.h>

enum {
    SERVICE_PIN_MAX = 12,
    SERVICE_TRIES = 5,        // wrong PINs in a row before it locks
    SERVICE_LOCK_MS = 60000,  // ... for so long
    SERVICE_PIN_MS = 15000,   // nobody types
    SERVICE_MENU_MS = 120000, // nobody touches
    SERVICE_COLOURS = 6,      // pictures of the screen test
};

enum service_page { SERVICE_PIN, SERVICE_MENU, SERVICE_TOUCH, SERVICE_SCREEN };

// What is pressed, from TARGET_SERVICE on. 0 to 9 are digits.
enum service_press {
    SERVICE_ERASE = 10,
    SERVICE_CLOSE,
    SERVICE_TOUCH_TEST,
    SERVICE_SCREEN_TEST,
    SERVICE_RESTART,
    SERVICE_ANYWHERE, // the screen test: next picture
};

struct service {
    enum service_page page;
    int digits; // typed so far
    char typed[SERVICE_PIN_MAX + 1];
    bool wrong;           // the last PIN was
    int tries;            // wrong ones in a row
    mono_ms locked_until; // no PIN is taken before; outlives the menu
    int colour;           // of the screen test
};

enum service_result { SERVICE_STAYS, SERVICE_CHANGED, SERVICE_CLOSED, SERVICE_RESTARTS };

void service_open(struct service *s);
// One press; `pin`: the right one.
enum service_result service_press(struct service *s, int press, const char *pin, mono_ms now);
int service_idle_ms(const struct service *s); // the menu closes after so long without a touch

#endif
