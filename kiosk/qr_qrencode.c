#include "kiosk/qr.h"

#include <qrencode.h>

bool qr_make(const char *text, struct qr *ret)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    bool ok = code && code->width <= QR_SIDE_MAX;
    if (ok) {
        ret->side = code->width;
        for (int i = 0; i < code->width * code->width; i++)
            ret->dark[i] = code->data[i] & 1;
    }
    QRcode_free(code);
    return ok;
}
