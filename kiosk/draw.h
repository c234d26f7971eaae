// draw: the draw list, all that a renderer needs to know of a screen. Pure and of fixed size, so that nothing
// is allocated while drawing; draw_dump gives it as text, the same on every machine, for tests.
#ifndef PUAS_KIOSK_DRAW_H
#define PUAS_KIOSK_DRAW_H

#include "kiosk/theme.h"

#include <stdbool.h>
#include <stddef.h>

struct rect {
    int x, y, w, h; // px
};

enum draw_weight { WEIGHT_REGULAR, WEIGHT_BOLD, WEIGHTS };
enum draw_direction { DIRECTION_LTR, DIRECTION_RTL };

// Pictures. Files: assets/faces/NAME.svg, assets/icons/NAME.svg; see image_path.
enum draw_image {
    IMAGE_FACE_1,
    IMAGE_FACE_2,
    IMAGE_FACE_3,
    IMAGE_FACE_4,
    IMAGE_FACE_5, // worst first
    IMAGE_LOGO,
    IMAGE_THANKS,
    IMAGE_TRY_AGAIN,
    IMAGE_OUT_OF_SERVICE,
    IMAGE_CLOSED,
    IMAGES,
    // Not of the built-in ones: named by the command's text.
    IMAGE_ICON = IMAGES, // assets/icons/NAME.svg, a white silhouette that is drawn in `fill`
    IMAGE_FILE,          // a file, SVG or PNG, its proportions kept
};
const char *draw_image_path(enum draw_image image); // of a built-in one, below the assets folder

enum draw_kind {
    DRAW_BACKGROUND, // fill at the top, low at the bottom, edge as glow
    DRAW_SHADOW,     // soft, of a rounded rect: fill, radius, blur
    DRAW_BOX,        // rounded rect: fill to low from top to bottom, edge of edge_px inside its border
    DRAW_PICTURE,
    DRAW_QR,   // `text` as a QR code: dark modules in fill on a ground of low, with its quiet zone
    DRAW_TEXT, // one run, one line; rect.x, rect.y is its top left corner
};

struct draw_cmd {
    enum draw_kind kind;
    struct rect rect;
    int radius, blur, edge_px;
    argb fill, low, edge; // TEXT, icons: fill
    unsigned char alpha;  // of the whole command, 255 opaque
    enum draw_image image;
    enum draw_weight weight;
    enum draw_direction direction;
    int px;           // TEXT: size of the em
    const char *text; // borrowed from the catalogue, the layout or the app, not NUL-terminated
    int bytes;
};

enum { DRAW_MAX = 160 }; // a question with 5 faces and 8 languages needs 68, a keyboard 130

struct draw_list {
    int count;
    bool full; // a command was dropped: a bug, tests look at it
    struct draw_cmd cmd[DRAW_MAX];
};

// Adds a command and returns it, zeroed but for kind, rect and alpha 255. Never NULL.
struct draw_cmd *draw_add(struct draw_list *dl, enum draw_kind kind, struct rect r);

// Writes one line a command. Returns the length needed, as snprintf.
size_t draw_dump(const struct draw_list *dl, char *ret_text, size_t size);

#endif
