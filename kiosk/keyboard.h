// keyboard: the keys of the on-screen keyboard, as data: for each language its letters, then figures and
// signs, and Latin letters where the language has others (an e-mail address needs them). Pure.
//
// Chinese is typed in pinyin letters: an input method with a dictionary is not part of the kiosk.
#ifndef PUAS_KIOSK_KEYBOARD_H
#define PUAS_KIOSK_KEYBOARD_H

#include <stdbool.h>

enum {
    KEYBOARD_COLUMNS_MAX = 11,
    KEYBOARD_ROWS_MAX = 4,
    KEYBOARD_KEYS_MAX = KEYBOARD_COLUMNS_MAX * KEYBOARD_ROWS_MAX,
    KEYBOARD_PAGES_MAX = 5,
    KEYBOARD_PAGE_KEYS = KEYBOARD_KEYS_MAX + 3, // with shift, erase, page
};

enum keyboard_action {
    KEYBOARD_TYPE,  // types `text`
    KEYBOARD_ERASE, // takes the last character back
    KEYBOARD_SHIFT, // to the other page of letters and back; after one letter it goes back by itself
    KEYBOARD_PAGE,  // figures and signs; back to the letters; Latin letters
};

struct keyboard_key {
    enum keyboard_action action;
    char label[12]; // what stands on it, and what it types
    int row, page;  // page: where SHIFT and PAGE lead
};
struct keyboard_page {
    int count, rows;
    struct keyboard_key key[KEYBOARD_PAGE_KEYS];
};

// Fills a page; `language` as in catalogues. Page 0 is shown first. False when there is no such page.
bool keyboard_make(const char *language, int page, struct keyboard_page *ret);
// The page of digits alone.
void keyboard_digits(struct keyboard_page *ret);
// True on pages that SHIFT leads to: one letter later the first is shown again.
bool keyboard_is_shifted(const char *language, int page);

#endif
