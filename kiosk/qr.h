// qr: an address as a QR code (ISO/IEC 18004, error correction level M). Edge: qr_qrencode.c.
#ifndef PUAS_KIOSK_QR_H
#define PUAS_KIOSK_QR_H

#include <stdbool.h>

enum { QR_SIDE_MAX = 57 }; // version 10: 213 bytes

struct qr {
    int side; // modules
    unsigned char dark[QR_SIDE_MAX * QR_SIDE_MAX];
};

// False when the text is too long or memory runs out.
bool qr_make(const char *text, struct qr *ret);

#endif
