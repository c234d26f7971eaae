#include "kiosk/keyboard.h"

#include <stddef.h>
#include <string.h>

// Pages of a language as rows of keys. `shift`: the page that SHIFT leads to, -1 for none; likewise `next`,
// which the page key leads to, with `next_label` on it.
struct sheet {
    const char *rows[KEYBOARD_ROWS_MAX]; // keys parted by spaces
    int shift, next;
    const char *next_label;
    bool shifted;
};
struct board {
    const char *languages; // parted by spaces; "": all others
    struct sheet sheet[KEYBOARD_PAGES_MAX];
};

#define SIGNS(following, label)                                                                              \
    {                                                                                                        \
        {"1 2 3 4 5 6 7 8 9 0", "@ . _ - + / : ; ( )", "! ? , ' \" % & = # *"}, -1, following, label, false  \
    }
#define LATIN(shift_page, following, label)                                                                  \
    {                                                                                                        \
        {"q w e r t y u i o p", "a s d f g h j k l", "z x c v b n m ."}, shift_page, following, label, false \
    }
#define LATIN_CAPITALS(small_page, following, label)                                                         \
    {                                                                                                        \
        {"Q W E R T Y U I O P", "A S D F G H J K L", "Z X C V B N M ."}, small_page, following, label, true  \
    }

static const struct board boards[] = {
    {"ar",
     {{{"ض ص ث ق ف غ ع ه خ ح", "ش س ي ب ل ا ت ن م ك", "ئ ء ؤ ر ى ة و ز ظ ط", "ج د ذ أ إ آ لا ، ."},
       -1,
       1,
       "123",
       false},
      {{"١ ٢ ٣ ٤ ٥ ٦ ٧ ٨ ٩ ٠", "1 2 3 4 5 6 7 8 9 0", "@ . _ - + / : ; ( )", "! ؟ ، ؛ ' \" % & = #"},
       -1,
       2,
       "abc",
       false},
      LATIN(3, 0, "أب"),
      LATIN_CAPITALS(2, 0, "أب")}},
    {"hi",
     {{{"अ आ इ ई उ ऊ ए ऐ ओ औ", "क ख ग घ च छ ज झ ट ठ", "ड ढ ण त थ द ध न प फ", "ब भ म य र ल व श स ह"},
       1,
       2,
       "123",
       false},
      {{"ा ि ी ु ू े ै ो ौ ्", "ं ँ ः ़ ृ ॉ ऑ ऋ ङ ञ", "ष क्ष त्र ज्ञ श्र ड़ ढ़ ज़ फ़ क़", "। ॐ ऽ ॅ ॄ ख़ ग़ य़ ॠ ऴ"},
       0,
       2,
       "123",
       false},
      {{"१ २ ३ ४ ५ ६ ७ ८ ९ ०", "1 2 3 4 5 6 7 8 9 0", "@ . _ - + / : ; ( )", "! ? , ' \" % & = # *"},
       -1,
       3,
       "abc",
       false},
      LATIN(4, 0, "कख"),
      LATIN_CAPITALS(3, 0, "कख")}},
    {"th",
     {{{"ๅ ภ ถ ุ ึ ค ต จ ข ช", "ๆ ไ ำ พ ะ ั ี ร น ย", "ฟ ห ก ด เ ้ ่ า ส ว", "ผ ป แ อ ิ ื ท ม ใ ฝ"},
       1,
       2,
       "123",
       false},
      {{"ฃ ู ฿ บ ล ง ฅ ๏ ๚ ๛", "ฎ ฑ ธ ํ ๊ ณ ฯ ญ ฐ ฦ", "ฤ ฆ ฏ โ ฌ ็ ๋ ษ ศ ซ", "ฉ ฮ ฺ ์ ฒ ฬ ฟ ห ก ด"},
       0,
       2,
       "123",
       true},
      {{"๑ ๒ ๓ ๔ ๕ ๖ ๗ ๘ ๙ ๐", "1 2 3 4 5 6 7 8 9 0", "@ . _ - + / : ; ( )", "! ? , ' \" % & = # *"},
       -1,
       3,
       "abc",
       false},
      LATIN(4, 0, "กข"),
      LATIN_CAPITALS(3, 0, "กข")}},
    {"", {LATIN(1, 2, "123"), LATIN_CAPITALS(0, 2, "123"), SIGNS(0, "abc")}},
};

static bool speaks(const struct board *b, const char *language)
{
    const char *found = strstr(b->languages, language);
    size_t n = strlen(language);
    return !b->languages[0] ||
           (found && (found[n] == ' ' || !found[n]) && (found == b->languages || found[-1] == ' '));
}

static const struct sheet *sheet_of(const char *language, int page)
{
    const struct board *b = boards;
    while (!speaks(b, language))
        b++;
    return page < 0 || page >= KEYBOARD_PAGES_MAX || !b->sheet[page].rows[0] ? NULL : &b->sheet[page];
}

static void add(struct keyboard_page *p, enum keyboard_action action, const char *label, size_t n, int row,
                int page)
{
    struct keyboard_key *k = &p->key[p->count];
    if (p->count == KEYBOARD_PAGE_KEYS || n >= sizeof k->label)
        return;
    *k = (struct keyboard_key){.action = action, .row = row, .page = page};
    memcpy(k->label, label, n);
    p->count++;
    p->rows = row + 1;
}

bool keyboard_make(const char *language, int page, struct keyboard_page *ret)
{
    const struct sheet *s = sheet_of(language, page);
    *ret = (struct keyboard_page){0};
    if (!s)
        return false;
    int rows = 0;
    while (rows < KEYBOARD_ROWS_MAX && s->rows[rows])
        rows++;
    for (int row = 0; row < rows; row++) {
        bool last = row == rows - 1;
        if (last && s->shift >= 0)
            add(ret, KEYBOARD_SHIFT, "", 0, row, s->shift);
        for (const char *at = s->rows[row]; *at;) {
            size_t n = strcspn(at, " ");
            add(ret, KEYBOARD_TYPE, at, n, row, page);
            at += n;
            at += strspn(at, " ");
        }
        if (last)
            add(ret, KEYBOARD_ERASE, "", 0, row, page);
    }
    add(ret, KEYBOARD_PAGE, s->next_label, strlen(s->next_label), rows, s->next);
    return true;
}

void keyboard_digits(struct keyboard_page *ret)
{
    static const char *const rows[] = {"123", "456", "789", "0"};
    *ret = (struct keyboard_page){0};
    for (int row = 0; row < 4; row++)
        for (const char *at = rows[row]; *at; at++)
            add(ret, KEYBOARD_TYPE, at, 1, row, 0);
    add(ret, KEYBOARD_ERASE, "", 0, 3, 0);
}

bool keyboard_is_shifted(const char *language, int page)
{
    const struct sheet *s = sheet_of(language, page);
    return s && s->shifted;
}
