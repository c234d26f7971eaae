#include "kiosk/type_sdl.h"

#include "kiosk/runs.h"
#include "kiosk/thai.h"
#include "shared/hash.h"

#include <SDL.h>
#include <SDL_ttf.h>
#include <stdlib.h>
#include <string.h>

enum { START_PX = 24, RUN_BYTES_MAX = 1024, SIZES_MAX = 1024 };

struct type {
    struct font_files files;
    struct face {
        TTF_Font *font; // NULL: not opened
        int px;         // size it is set to
    } face[SCRIPTS][WEIGHTS];
    struct thai *thai; // owned
    // What was measured before, by its hash: to measure, a font is set to the size and reads its glyphs anew.
    struct {
        uint64_t key; // 0: free
        int px;
    } size[SIZES_MAX];
};

static bool open_face(struct type *t, enum script s, enum draw_weight w)
{
    struct face *f = &t->face[s][w];
    const struct font_file *file = &t->files.of[s][w];
    if (!f->font && file->path[0]) {
        f->px = START_PX;
        f->font = TTF_OpenFontIndex(file->path, START_PX, file->index); // 72 dpi: points are pixels
        if (f->font) {
            TTF_SetFontHinting(f->font, TTF_HINTING_LIGHT_SUBPIXEL);
            TTF_SetFontScriptName(f->font, script_tag(s));
        }
    }
    return f->font != NULL;
}

static void close_face(struct face *f)
{
    if (f->font)
        TTF_CloseFont(f->font);
    *f = (struct face){0};
}

struct type *type_create(const struct font_files *files, const char **ret_why)
{
    struct type *t = calloc(1, sizeof *t);
    if (!t || TTF_Init() != 0) {
        *ret_why = t ? TTF_GetError() : "out of memory";
        free(t);
        return NULL;
    }
    t->files = *files;
    t->thai = thai_create();
    for (int w = 0; w < WEIGHTS; w++) {
        if (!open_face(t, SCRIPT_LATIN, (enum draw_weight)w)) {
            *ret_why = TTF_GetError();
            type_destroy(t);
            return NULL;
        }
    }
    return t;
}

void type_destroy(struct type *t)
{
    if (!t)
        return;
    for (int s = 0; s < SCRIPTS; s++)
        for (int w = 0; w < WEIGHTS; w++)
            close_face(&t->face[s][w]);
    thai_destroy(t->thai);
    TTF_Quit();
    free(t);
}

void type_use(struct type *t, const struct font_files *files)
{
    memset(t->size, 0, sizeof t->size);
    for (int s = 0; s < SCRIPTS; s++)
        for (int w = 0; w < WEIGHTS; w++)
            if (memcmp(&t->files.of[s][w], &files->of[s][w], sizeof files->of[s][w]) != 0 &&
                s != SCRIPT_LATIN)
                close_face(&t->face[s][w]);
    for (int s = 0; s < SCRIPTS; s++)
        if (s != SCRIPT_LATIN)
            memcpy(t->files.of[s], files->of[s], sizeof files->of[s]);
}

// The font of a run, set to size and direction. One that cannot be opened gives way to the Latin one, whose
// boxes show that something is missing.
static TTF_Font *set(struct type *t, enum script s, enum draw_weight w, int px, enum draw_direction direction)
{
    struct face *f = open_face(t, s, w) ? &t->face[s][w] : &t->face[SCRIPT_LATIN][w];
    if (f->px != px) { // drops the glyphs of the old size
        TTF_SetFontSize(f->font, px);
        f->px = px;
    }
    TTF_SetFontDirection(f->font, direction == DIRECTION_RTL ? TTF_DIRECTION_RTL : TTF_DIRECTION_LTR);
    return f->font;
}

// SDL2_ttf wants a terminating NUL.
static const char *terminated(char buffer[RUN_BYTES_MAX], const char *text, int bytes)
{
    int n = bytes >= RUN_BYTES_MAX ? RUN_BYTES_MAX - 1 : bytes;
    memcpy(buffer, text, (size_t)n);
    buffer[n] = '\0';
    return buffer;
}

static int *size_of(struct type *t, uint64_t key)
{
    size_t i = key % SIZES_MAX;
    if (t->size[i].key == key)
        return &t->size[i].px;
    t->size[i].key = key;
    t->size[i].px = -1;
    return &t->size[i].px;
}

static int measure_width(struct type *t, enum draw_weight weight, int px, enum draw_direction direction,
                         const char *text, int bytes)
{
    char buffer[RUN_BYTES_MAX];
    struct run runs[RUNS_MAX];
    int sum = 0, count = runs_split(text, bytes, direction, runs);
    for (int i = 0; i < count; i++) {
        int w = 0;
        TTF_SizeUTF8(set(t, runs[i].script, weight, px, runs[i].direction),
                     terminated(buffer, text + runs[i].from, runs[i].bytes), &w, NULL);
        sum += w;
    }
    return sum;
}

static int width(void *ctx, enum draw_weight weight, int px, enum draw_direction direction, const char *text,
                 int bytes)
{
    const int look[] = {(int)weight, px, (int)direction, bytes};
    int *size = size_of(ctx, hash_bytes(hash_bytes(HASH_START, look, sizeof look), text, (size_t)bytes));
    if (*size < 0)
        *size = measure_width(ctx, weight, px, direction, text, bytes);
    return *size;
}

static int height(void *ctx, enum draw_weight weight, int px)
{
    const int look[] = {(int)weight, px, -1};
    int *size = size_of(ctx, hash_bytes(HASH_START, look, sizeof look));
    if (*size < 0)
        *size = TTF_FontHeight(set(ctx, SCRIPT_LATIN, weight, px, DIRECTION_LTR));
    return *size;
}

struct measure type_measure(struct type *t)
{
    return (struct measure){
        .ctx = t, .width = width, .height = height, .thai = t->thai ? thai_words : NULL, .thai_ctx = t->thai};
}

struct piece {
    SDL_Surface *surface;
    int ascent;
};

static SDL_Surface *join(struct piece *pieces, int count, int ascent)
{
    int w = 0, h = 0;
    for (int i = 0; i < count; i++) {
        int bottom = ascent - pieces[i].ascent + pieces[i].surface->h;
        w += pieces[i].surface->w;
        h = bottom > h ? bottom : h;
    }
    SDL_Surface *whole = SDL_CreateRGBSurfaceWithFormat(0, w, h, 32, SDL_PIXELFORMAT_ARGB8888);
    for (int i = 0, x = 0; whole && i < count; i++) {
        SDL_Rect to = {x, ascent - pieces[i].ascent, 0, 0};
        SDL_SetSurfaceBlendMode(pieces[i].surface, SDL_BLENDMODE_NONE);
        SDL_BlitSurface(pieces[i].surface, NULL, whole, &to);
        x += pieces[i].surface->w;
    }
    return whole;
}

struct SDL_Surface *type_render(struct type *t, enum draw_weight weight, int px,
                                enum draw_direction direction, const char *text, int bytes, argb colour,
                                int *ret_rise)
{
    SDL_Color c = {(Uint8)(colour >> 16), (Uint8)(colour >> 8), (Uint8)colour, (Uint8)(colour >> 24)};
    char buffer[RUN_BYTES_MAX];
    struct run runs[RUNS_MAX];
    struct piece pieces[RUNS_MAX];
    int count = runs_split(text, bytes, direction, runs), made = 0, ascent = 0;
    int latin = TTF_FontAscent(set(t, SCRIPT_LATIN, weight, px, DIRECTION_LTR));
    for (int i = 0; i < count; i++) {
        TTF_Font *font = set(t, runs[i].script, weight, px, runs[i].direction);
        struct piece *p = &pieces[made];
        p->surface = TTF_RenderUTF8_Blended(font, terminated(buffer, text + runs[i].from, runs[i].bytes), c);
        p->ascent = TTF_FontAscent(font);
        if (!p->surface)
            continue;
        ascent = p->ascent > ascent ? p->ascent : ascent;
        made++;
    }
    *ret_rise = made > 0 ? ascent - latin : 0;
    if (made == 1)
        return pieces[0].surface;
    SDL_Surface *whole = made > 0 ? join(pieces, made, ascent) : NULL;
    for (int i = 0; i < made; i++)
        SDL_FreeSurface(pieces[i].surface);
    return whole;
}

bool type_has_glyphs(struct type *t, enum draw_weight weight, const char *text, uint32_t *ret_missing)
{
    struct run runs[RUNS_MAX];
    int count = runs_split(text, (int)strlen(text), DIRECTION_LTR, runs), length;
    for (int i = 0; i < count; i++) {
        TTF_Font *font = set(t, runs[i].script, weight, START_PX, DIRECTION_LTR);
        for (int at = runs[i].from; at < runs[i].from + runs[i].bytes; at += length) {
            uint32_t c = script_next(text + at, runs[i].from + runs[i].bytes - at, &length);
            bool joiner = c >= 0x200b && c <= 0x200d;
            if (!joiner && !TTF_GlyphIsProvided32(font, c)) {
                *ret_missing = c;
                return false;
            }
        }
    }
    return true;
}
