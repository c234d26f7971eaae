#include "kiosk/service.h"

#include <string.h>

void service_open(struct service *s)
{
    s->page = SERVICE_PIN;
    s->digits = 0;
    s->wrong = false;
    memset(s->typed, 0, sizeof s->typed);
}

int service_idle_ms(const struct service *s)
{
    return s->page == SERVICE_PIN ? SERVICE_PIN_MS : SERVICE_MENU_MS;
}

// Compares all digits, whichever differ first: time tells nothing.
static bool same(const char *typed, const char *pin, int n)
{
    unsigned different = 0;
    for (int i = 0; i < n; i++)
        different |= (unsigned char)typed[i] ^ (unsigned char)pin[i];
    return different == 0;
}

static enum service_result type_digit(struct service *s, int digit, const char *pin, mono_ms now)
{
    int length = (int)strlen(pin);
    if (now < s->locked_until || s->digits >= SERVICE_PIN_MAX)
        return SERVICE_STAYS;
    s->wrong = false;
    s->typed[s->digits++] = (char)('0' + digit);
    if (s->digits < length)
        return SERVICE_CHANGED;
    bool right = length > 0 && same(s->typed, pin, length);
    memset(s->typed, 0, sizeof s->typed);
    s->digits = 0;
    if (right) {
        s->page = SERVICE_MENU;
        s->tries = 0;
        return SERVICE_CHANGED;
    }
    s->wrong = true;
    if (++s->tries >= SERVICE_TRIES) {
        s->tries = 0;
        s->locked_until = now + SERVICE_LOCK_MS;
    }
    return SERVICE_CHANGED;
}

enum service_result service_press(struct service *s, int press, const char *pin, mono_ms now)
{
    if (press == SERVICE_CLOSE && s->page == SERVICE_TOUCH) {
        s->page = SERVICE_MENU;
        return SERVICE_CHANGED;
    }
    if (press == SERVICE_CLOSE)
        return SERVICE_CLOSED;
    if (s->page == SERVICE_SCREEN) { // any touch
        if (++s->colour == SERVICE_COLOURS)
            s->page = SERVICE_MENU;
        return SERVICE_CHANGED;
    }
    if (s->page == SERVICE_PIN) {
        if (press >= 0 && press <= 9)
            return type_digit(s, press, pin, now);
        if (press == SERVICE_ERASE && s->digits > 0) {
            s->typed[--s->digits] = '\0';
            return SERVICE_CHANGED;
        }
        return SERVICE_STAYS;
    }
    if (s->page != SERVICE_MENU)
        return SERVICE_STAYS;
    switch (press) {
    case SERVICE_TOUCH_TEST:
        s->page = SERVICE_TOUCH;
        return SERVICE_CHANGED;
    case SERVICE_SCREEN_TEST:
        s->page = SERVICE_SCREEN;
        s->colour = 0;
        return SERVICE_CHANGED;
    case SERVICE_RESTART:
        return SERVICE_RESTARTS;
    default:
        return SERVICE_STAYS;
    }
}
