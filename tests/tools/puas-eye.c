// puas-eye: an eye for benches. Says when something on an X screen has changed. It sleeps until the server
// itself reports damage, then compares pixels: it takes no processor time from what it looks at.
//
//   puas-eye               with DISPLAY set; commands on standard input, times are microseconds of
//                          CLOCK_MONOTONIC
//   content X Y W H        -> content T   the rectangle holds a picture: some channel spans CONTENT_SPAN or more
//   change X Y W H         -> armed       the rectangle is remembered as it is,
//                             changed T   and was seen different at T
//   still MS               -> still       nothing was drawn anywhere for so long
// T is the arrival of the report that brought the change. What does not come within PATIENCE_S ends the
// program.
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/Xdamage.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PATIENCE_S = 30, CONTENT_SPAN = 96, US_A_MS = 1000, US_A_S = 1000000, AREA_MAX = 1 << 20 };

struct eye {
    Display *display;
    Window root;
    int damage_event, w, h;
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * US_A_S + t.tv_nsec / 1000;
}

static int fail(const char *what)
{
    fprintf(stderr, "puas-eye: %s\n", what);
    return EXIT_FAILURE;
}

static bool meet(const XRectangle *a, const XRectangle *b)
{
    return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
           b->y < a->y + a->height;
}

// Waits until something was drawn in `area`; the time of the report, or -1 when nothing was by `deadline`.
static int64_t drawn(const struct eye *e, const XRectangle *area, int64_t deadline)
{
    for (;;) {
        while (XPending(e->display) > 0) {
            XEvent ev;
            XNextEvent(e->display, &ev);
            if (ev.type == e->damage_event && meet(&((XDamageNotifyEvent *)(void *)&ev)->area, area)) {
                return now_us();
            }
        }
        int64_t left = deadline - now_us();
        struct pollfd p = {.fd = ConnectionNumber(e->display), .events = POLLIN};
        if (left <= 0 || poll(&p, 1, (int)(left / US_A_MS) + 1) < 0) {
            return -1;
        }
    }
}

static XImage *look(const struct eye *e, const XRectangle *r)
{
    return XGetImage(e->display, e->root, r->x, r->y, r->width, r->height, AllPlanes, ZPixmap);
}

static bool same(const XImage *a, const XImage *b)
{
    return memcmp(a->data, b->data, (size_t)a->bytes_per_line * (size_t)a->height) == 0;
}

static bool has_content(XImage *i)
{
    for (int shift = 0; shift < 24; shift += 8) {
        unsigned least = 255, most = 0;
        for (int y = 0; y < i->height; y++) {
            for (int x = 0; x < i->width; x++) {
                unsigned v = (unsigned)(XGetPixel(i, x, y) >> shift) & 0xff;
                least = v < least ? v : least;
                most = v > most ? v : most;
            }
        }
        if (most - least >= CONTENT_SPAN) {
            return true;
        }
    }
    return false;
}

static int content(const struct eye *e, const XRectangle *r)
{
    int64_t deadline = now_us() + (int64_t)PATIENCE_S * US_A_S, at = now_us();
    while (at >= 0) {
        XImage *i = look(e, r);
        bool there = i != NULL && has_content(i);
        if (i != NULL) {
            XDestroyImage(i);
        }
        if (there) {
            printf("content %lld\n", (long long)at);
            return EXIT_SUCCESS;
        }
        at = drawn(e, r, deadline);
    }
    return fail("no content came");
}

static int change(const struct eye *e, const XRectangle *r)
{
    while (XPending(e->display) > 0) { // what was drawn before is part of what is remembered
        XEvent ev;
        XNextEvent(e->display, &ev);
    }
    int64_t deadline = now_us() + (int64_t)PATIENCE_S * US_A_S;
    XImage *before = look(e, r);
    if (before == NULL) {
        return fail("no pixels there");
    }
    printf("armed\n");
    int64_t at;
    bool changed = false;
    while (!changed && (at = drawn(e, r, deadline)) >= 0) {
        XImage *after = look(e, r);
        changed = after != NULL && !same(before, after);
        if (after != NULL) {
            XDestroyImage(after);
        }
    }
    XDestroyImage(before);
    if (!changed) {
        return fail("nothing changed");
    }
    printf("changed %lld\n", (long long)at);
    return EXIT_SUCCESS;
}

static int still(const struct eye *e, int ms)
{
    const XRectangle all = {0, 0, (unsigned short)e->w, (unsigned short)e->h};
    int64_t end = now_us() + (int64_t)PATIENCE_S * US_A_S;
    while (drawn(e, &all, now_us() + (int64_t)ms * US_A_MS) >= 0) {
        if (now_us() > end) {
            return fail("the screen does not come to rest");
        }
    }
    printf("still\n");
    return EXIT_SUCCESS;
}

static int obey(const struct eye *e, const char *line)
{
    int x, y, w, h, ms;
    char verb[10];
    if (sscanf(line, "still %d", &ms) == 1 && ms > 0) {
        return still(e, ms);
    }
    if (sscanf(line, "%9s %d %d %d %d", verb, &x, &y, &w, &h) == 5 && x >= 0 && y >= 0 && w > 0 && h > 0 &&
        x + w <= e->w && y + h <= e->h && w * h <= AREA_MAX) {
        XRectangle r = {(short)x, (short)y, (unsigned short)w, (unsigned short)h};
        if (strcmp(verb, "content") == 0) {
            return content(e, &r);
        }
        if (strcmp(verb, "change") == 0) {
            return change(e, &r);
        }
    }
    fprintf(stderr, "puas-eye: cannot do: %s", line);
    return EXIT_FAILURE;
}

int main(void)
{
    struct eye e = {.display = XOpenDisplay(NULL)};
    int errors;
    if (e.display == NULL || !XDamageQueryExtension(e.display, &e.damage_event, &errors)) {
        return fail("no X server with the DAMAGE extension at DISPLAY");
    }
    e.damage_event += XDamageNotify;
    e.root = DefaultRootWindow(e.display);
    e.w = DisplayWidth(e.display, DefaultScreen(e.display));
    e.h = DisplayHeight(e.display, DefaultScreen(e.display));
    XDamageCreate(e.display, e.root, XDamageReportRawRectangles);
    XSync(e.display, False);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("ready %d %d\n", e.w, e.h);
    char line[100];
    int code = EXIT_SUCCESS;
    while (code == EXIT_SUCCESS && fgets(line, sizeof line, stdin) != NULL) {
        code = obey(&e, line);
    }
    XCloseDisplay(e.display);
    return code;
}
