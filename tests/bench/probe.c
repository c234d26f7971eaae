// probe: looks into the kiosk from inside, for benches: LD_PRELOAD=puas-probe.so PUAS_PROBE=FILE puas-kiosk.
// The kiosk itself is unchanged. Lines in FILE; times are microseconds, T is CLOCK_MONOTONIC:
//   frame T WHOLE DRAW ALLOCS OWN AREA
//                   a picture was shown at T. WHOLE: since the events before it were handed out; DRAW: since its
//                   first drawing call; ALLOCS: memory allocations of that thread while drawing it; OWN: those
//                   asked for by the kiosk's own code; AREA: of what was shown anew, px
//   commit T TOOK   an fdatasync of any file was through at T
//   site N WHERE    at the end: who allocated while drawing, most frequent first
#include <SDL.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SITES_MAX = 64, LINE_BYTES = 300 };

// glibc's own names for what is wrapped here.
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

struct site {
    void *caller;
    unsigned n;
};

// Of the thread that draws: the others never call SDL_RenderCopy.
static __thread struct {
    int64_t events_at, draw_at, cpu_at;
    unsigned allocs, own;
    bool drawing;
} t;
static struct site sites[SITES_MAX]; // of the drawing thread
static struct {
    char *from, *to; // the kiosk's own code
} own;
static int out = -1;

static int64_t now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t cpu_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void say(const char *format, ...)
{
    char line[LINE_BYTES];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (out >= 0 && n > 0 && n < LINE_BYTES && write(out, line, (size_t)n) < 0) {
        out = -1;
    }
}

// ---------------------------------------------------------------- memory
static void count(void *caller)
{
    if (!t.drawing) {
        return;
    }
    t.allocs++;
    t.own += (char *)caller >= own.from && (char *)caller < own.to;
    for (int i = 0; i < SITES_MAX; i++) {
        if (sites[i].caller == caller || sites[i].caller == NULL) {
            sites[i] = (struct site){caller, sites[i].n + 1};
            return;
        }
    }
}

void *malloc(size_t n)
{
    count(__builtin_return_address(0));
    return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    count(__builtin_return_address(0));
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    count(__builtin_return_address(0));
    return __libc_realloc(p, n);
}

// ---------------------------------------------------------------- frames
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int SDL_PollEvent(SDL_Event *event)
{
    static __typeof__(&SDL_PollEvent) real;
    real = real ? real : NEXT(SDL_PollEvent);
    int got = real(event);
    t.events_at = now_us();
    t.cpu_at = cpu_us();
    return got;
}

int SDL_WaitEventTimeout(SDL_Event *event, int timeout)
{
    static __typeof__(&SDL_WaitEventTimeout) real;
    real = real ? real : NEXT(SDL_WaitEventTimeout);
    int got = real(event, timeout);
    t.events_at = now_us();
    t.cpu_at = cpu_us();
    return got;
}

static void begin(void)
{
    if (t.drawing) {
        return;
    }
    t.draw_at = now_us();
    t.allocs = t.own = 0;
    t.drawing = true;
}

int SDL_RenderCopy(SDL_Renderer *r, SDL_Texture *texture, const SDL_Rect *from, const SDL_Rect *to)
{
    static __typeof__(&SDL_RenderCopy) real;
    real = real ? real : NEXT(SDL_RenderCopy);
    begin();
    return real(r, texture, from, to);
}

SDL_Texture *SDL_CreateTextureFromSurface(SDL_Renderer *r, SDL_Surface *surface)
{
    static __typeof__(&SDL_CreateTextureFromSurface) real;
    real = real ? real : NEXT(SDL_CreateTextureFromSurface);
    begin();
    return real(r, surface);
}

int SDL_UpdateWindowSurfaceRects(SDL_Window *window, const SDL_Rect *rects, int n)
{
    static __typeof__(&SDL_UpdateWindowSurfaceRects) real;
    real = real ? real : NEXT(SDL_UpdateWindowSurfaceRects);
    begin();
    int code = real(window, rects, n);
    t.drawing = false;
    int64_t at = now_us(), since = t.events_at > 0 ? t.events_at : t.draw_at, shown = 0;
    for (int i = 0; i < n; i++) {
        shown += (int64_t)rects[i].w * rects[i].h;
    }
    say("frame %lld %lld %lld %u %u %lld %lld\n", (long long)at, (long long)(at - since),
        (long long)(at - t.draw_at), t.allocs, t.own, (long long)shown, (long long)(cpu_us() - t.cpu_at));
    return code;
}

int fdatasync(int fd)
{
    static __typeof__(&fdatasync) real;
    real = real ? real : NEXT(fdatasync);
    int64_t from = now_us();
    int code = real(fd);
    int64_t at = now_us();
    say("commit %lld %lld\n", (long long)at, (long long)(at - from));
    return code;
}

// ---------------------------------------------------------------- begin and end
// The bounds of the program's code, from the map of its memory.
static void find_own(void)
{
    char line[1200], path[1000];
    FILE *maps = fopen("/proc/self/maps", "r");
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    while (maps != NULL && n > 0 && fgets(line, sizeof line, maps) != NULL) {
        void *from, *to;
        if (strstr(line, path) != NULL && strstr(line, "r-xp") != NULL &&
            sscanf(line, "%p-%p", &from, &to) == 2) {
            own.from = from;
            own.to = to;
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
}

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("PUAS_PROBE");
    find_own();
    out = path != NULL ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
}

static int by_count(const void *a, const void *b)
{
    unsigned left = ((const struct site *)a)->n, right = ((const struct site *)b)->n;
    return left < right ? 1 : left > right ? -1 : 0;
}

__attribute__((destructor)) static void end(void)
{
    qsort(sites, SITES_MAX, sizeof *sites, by_count);
    for (int i = 0; i < SITES_MAX && sites[i].n > 0; i++) {
        Dl_info info = {0};
        bool known = dladdr(sites[i].caller, &info) != 0 && info.dli_fname != NULL;
        const char *slash = known ? strrchr(info.dli_fname, '/') : NULL;
        say("site %u %s+0x%tx %s\n", sites[i].n, slash != NULL ? slash + 1 : "?",
            known ? (char *)sites[i].caller - (char *)info.dli_fbase : 0,
            known && info.dli_sname != NULL ? info.dli_sname : "");
    }
}
