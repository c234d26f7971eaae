// puas-touch: a finger for tests. Puts touches into a running Xorg through its `inputtest` driver and reads
// pixels back. One process an Xorg run: the driver takes one client only, and Xorg spins on a second.
//
//   puas-touch SOCKET        with DISPLAY set; commands on standard input, one answer a line:
//   down ID X Y              -> ok T      finger ID 0..9 comes down (pixels of the screen)
//   move ID X Y              -> ok T
//   up ID X Y                -> ok T
//   pixel X Y                -> pixel rrggbb
// T is just before it was done, in microseconds of CLOCK_MONOTONIC.
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XI2.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <xorg/xf86-input-inputtest-protocol.h>

enum { TOUCHES = 10, ANSWER_S = 5 };
static const double axis_max = 65535.0; // of the driver's touch device, over the whole screen

struct finger {
    Display *display;
    int socket, w, h;
};

static int fail(const char *what)
{
    fprintf(stderr, "puas-touch: %s: %s\n", what, strerror(errno));
    return EXIT_FAILURE;
}

static int connect_driver(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = ANSWER_S};
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    if (s < 0 || strlen(path) >= sizeof a.sun_path)
        return -1;
    strcpy(a.sun_path, path);
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    xf86ITEventClientVersion hello = {{sizeof hello, XF86IT_EVENT_CLIENT_VERSION},
                                      XF86IT_PROTOCOL_VERSION_MAJOR,
                                      XF86IT_PROTOCOL_VERSION_MINOR};
    char answer[64];
    if (connect(s, (struct sockaddr *)&a, sizeof a) != 0 || write(s, &hello, sizeof hello) != sizeof hello ||
        read(s, answer, sizeof answer) <= 0) {
        close(s);
        return -1;
    }
    return s;
}

static int touch(const struct finger *f, int type, int id, int x, int y)
{
    xf86ITEventTouch e;
    memset(&e, 0, sizeof e);
    e.header.length = sizeof e;
    e.header.type = XF86IT_EVENT_TOUCH;
    e.touchid = (uint32_t)id;
    e.touch_type = (uint16_t)type;
    e.valuators.mask[0] = 3; // x and y
    e.valuators.valuators[0] = x * axis_max / f->w;
    e.valuators.valuators[1] = y * axis_max / f->h;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    if (write(f->socket, &e, sizeof e) != sizeof e)
        return fail("the driver does not take touches");
    printf("ok %lld\n", (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000);
    return EXIT_SUCCESS;
}

static int pixel(const struct finger *f, int x, int y)
{
    XImage *i = XGetImage(f->display, DefaultRootWindow(f->display), x, y, 1, 1, AllPlanes, ZPixmap);
    if (i == NULL)
        return fail("no pixel there");
    printf("pixel %06lx\n", XGetPixel(i, 0, 0) & 0xffffff);
    XDestroyImage(i);
    return EXIT_SUCCESS;
}

static int obey(const struct finger *f, const char *line)
{
    static const struct {
        const char *name;
        int type;
    } verbs[] = {{"down", XI_TouchBegin}, {"move", XI_TouchUpdate}, {"up", XI_TouchEnd}};
    char verb[8];
    int id, x, y;
    if (sscanf(line, "pixel %d %d", &x, &y) == 2 && x >= 0 && y >= 0 && x < f->w && y < f->h)
        return pixel(f, x, y);
    if (sscanf(line, "%7s %d %d %d", verb, &id, &x, &y) == 4 && id >= 0 && id < TOUCHES) {
        for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
            if (strcmp(verb, verbs[i].name) == 0)
                return touch(f, verbs[i].type, id, x, y);
        }
    }
    fprintf(stderr, "puas-touch: cannot do: %s", line);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: puas-touch SOCKET\n");
        return 2;
    }
    struct finger f = {.display = XOpenDisplay(NULL)};
    if (f.display == NULL) {
        fprintf(stderr, "puas-touch: no X server at DISPLAY\n");
        return EXIT_FAILURE;
    }
    f.w = DisplayWidth(f.display, DefaultScreen(f.display));
    f.h = DisplayHeight(f.display, DefaultScreen(f.display));
    f.socket = connect_driver(argv[1]);
    if (f.socket < 0)
        return fail(argv[1]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("ready %d %d\n", f.w, f.h);
    char line[100];
    int code = EXIT_SUCCESS;
    while (code == EXIT_SUCCESS && fgets(line, sizeof line, stdin) != NULL)
        code = obey(&f, line);
    close(f.socket);
    XCloseDisplay(f.display);
    return code;
}
