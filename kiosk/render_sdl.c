#include "kiosk/render_sdl.h"

#include "kiosk/damage.h"
#include "kiosk/qr.h"
#include "kiosk/shape.h"
#include "shared/hash.h"

#include <SDL.h>
#include <SDL_image.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEPT_MAX = 320, // all screens of a kiosk in two languages need about 250
    ASSET_PATH_MAX = 1024,
    ROWS = 16, // drawn at a time, all sprites one after the other: as many as stay in the cache
};

// What a kept picture shows. Compared as bytes, so it is always zeroed first.
struct look {
    int kind, w, h, radius, blur, edge_px, image, weight, direction, px;
    argb fill, low, edge;
    uint64_t text;
};
struct slot {
    struct look look;
    uint64_t id;             // no other picture ever has it
    SDL_Surface *surface;    // owned; NULL: free. Premultiplied, or opaque
    struct canvas_row *rows; // owned, of the surface; NULL: opaque, or no memory
    int rise;                // text: its top stands so far above the line's
    unsigned used;           // turn of the last use
};
struct render {
    struct type *type;
    const char *assets;
    unsigned turn;
    uint64_t made; // pictures so far
    struct slot slot[KEPT_MAX];
    // What is on the canvas, and what it is to become, with the pictures of that.
    struct sprite before[DRAW_MAX], now[DRAW_MAX];
    int count_before, count_now; // -1: nobody knows what is on the canvas
    const struct slot *picture[DRAW_MAX];
    struct damage damage;
};

struct render *render_create(struct type *type, const char *assets)
{
    struct render *r = calloc(1, sizeof *r);
    if (r) {
        r->type = type;
        r->assets = assets;
        render_lose(r);
    }
    return r;
}

static void free_slot(struct slot *s)
{
    SDL_FreeSurface(s->surface);
    free(s->rows);
}

void render_destroy(struct render *r)
{
    if (!r)
        return;
    render_forget(r);
    free(r);
}

void render_forget(struct render *r)
{
    for (int i = 0; i < KEPT_MAX; i++) {
        free_slot(&r->slot[i]);
        r->slot[i] = (struct slot){0};
    }
    render_lose(r);
}

void render_lose(struct render *r)
{
    r->count_before = -1;
}

bool render_check(const char *assets, const char **ret_path)
{
    for (int i = 0; i < IMAGES; i++) {
        char path[ASSET_PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", assets, draw_image_path((enum draw_image)i));
        SDL_RWops *file = SDL_RWFromFile(path, "rb");
        if (!file) {
            *ret_path = draw_image_path((enum draw_image)i);
            return false;
        }
        SDL_RWclose(file);
    }
    return true;
}

// ---------------------------------------------------------------- rasterising
// A picture of dots, scaled into the middle of w x h.
static SDL_Surface *scale_into(SDL_Surface *raw, int w, int h)
{
    SDL_Surface *from = raw ? SDL_ConvertSurfaceFormat(raw, SDL_PIXELFORMAT_ARGB8888, 0) : NULL;
    SDL_Surface *to = SDL_CreateRGBSurfaceWithFormat(0, w, h, 32, SDL_PIXELFORMAT_ARGB8888);
    SDL_FreeSurface(raw);
    while (from && (from->w > 2 * w || from->h > 2 * h)) { // by halves: a single step would skip dots
        SDL_Surface *half = SDL_CreateRGBSurfaceWithFormat(0, (from->w + 1) / 2, (from->h + 1) / 2, 32,
                                                           SDL_PIXELFORMAT_ARGB8888);
        if (half)
            SDL_SoftStretchLinear(from, NULL, half, NULL);
        SDL_FreeSurface(from);
        from = half;
    }
    if (from && to) {
        bool wide = from->w * h > from->h * w;
        int tw = wide ? w : from->w * h / from->h, th = wide ? from->h * w / from->w : h;
        SDL_Rect at = {(w - tw) / 2, (h - th) / 2, tw, th};
        SDL_SoftStretchLinear(from, NULL, to, &at);
    }
    SDL_FreeSurface(from);
    return to;
}

static SDL_Surface *make_picture(const struct render *r, const struct draw_cmd *c)
{
    char path[ASSET_PATH_MAX];
    if (c->image == IMAGE_ICON)
        snprintf(path, sizeof path, "%s/icons/%.*s.svg", r->assets, c->bytes, c->text);
    else if (c->image == IMAGE_FILE)
        snprintf(path, sizeof path, "%.*s", c->bytes, c->text);
    else
        snprintf(path, sizeof path, "%s/%s", r->assets, draw_image_path(c->image));
    SDL_RWops *file = SDL_RWFromFile(path, "rb");
    if (!file)
        return NULL;
    SDL_Surface *s = IMG_isSVG(file) ? IMG_LoadSizedSVG_RW(file, c->rect.w, c->rect.h)
                                     : scale_into(IMG_Load_RW(file, 0), c->rect.w, c->rect.h);
    SDL_RWclose(file);
    return s;
}

static SDL_Surface *make_shape(const struct draw_cmd *c)
{
    int margin = c->kind == DRAW_SHADOW ? c->blur : 0, w = c->rect.w, h = c->rect.h;
    Uint32 format = c->kind == DRAW_BACKGROUND ? SDL_PIXELFORMAT_RGB888 : SDL_PIXELFORMAT_ARGB8888;
    SDL_Surface *s = SDL_CreateRGBSurfaceWithFormat(0, w + 2 * margin, h + 2 * margin, 32, format);
    if (!s)
        return NULL;
    int stride = s->pitch / 4;
    if (c->kind == DRAW_BACKGROUND)
        shape_background(s->pixels, stride, w, h, c->fill, c->low, c->edge);
    else if (c->kind == DRAW_SHADOW)
        shape_shadow(s->pixels, stride, w, h, c->radius, c->blur, c->fill);
    else
        shape_box(s->pixels, stride, w, h, c->radius, c->fill, c->low, c->edge_px, c->edge);
    return s;
}

// Modules of whole pixels in the middle, a quiet zone of four around them.
static SDL_Surface *make_qr(const struct draw_cmd *c)
{
    char text[256];
    struct qr qr;
    snprintf(text, sizeof text, "%.*s", c->bytes, c->text);
    SDL_Surface *s = SDL_CreateRGBSurfaceWithFormat(0, c->rect.w, c->rect.h, 32, SDL_PIXELFORMAT_ARGB8888);
    if (!s || !qr_make(text, &qr)) {
        SDL_FreeSurface(s);
        return NULL;
    }
    int module = c->rect.w / (qr.side + 8), first = (c->rect.w - module * qr.side) / 2;
    SDL_FillRect(s, NULL, c->low);
    for (int i = 0; i < qr.side * qr.side; i++) {
        SDL_Rect at = {first + i % qr.side * module, first + i / qr.side * module, module, module};
        if (qr.dark[i])
            SDL_FillRect(s, &at, c->fill);
    }
    return s;
}

// A white silhouette in its colour.
static SDL_Surface *tint(SDL_Surface *white, argb colour)
{
    SDL_Surface *s =
        white ? SDL_CreateRGBSurfaceWithFormat(0, white->w, white->h, 32, SDL_PIXELFORMAT_ARGB8888) : NULL;
    if (s) {
        SDL_SetSurfaceColorMod(white, (Uint8)(colour >> 16), (Uint8)(colour >> 8), (Uint8)colour);
        SDL_SetSurfaceBlendMode(white, SDL_BLENDMODE_NONE);
        SDL_BlitSurface(white, NULL, s, NULL);
    }
    SDL_FreeSurface(white);
    return s;
}

// As canvas_blend wants it.
static SDL_Surface *premultiplied(SDL_Surface *plain)
{
    SDL_Surface *s = plain ? SDL_ConvertSurfaceFormat(plain, SDL_PIXELFORMAT_ARGB8888, 0) : NULL;
    SDL_FreeSurface(plain);
    if (s)
        SDL_PremultiplyAlpha(s->w, s->h, SDL_PIXELFORMAT_ARGB8888, s->pixels, s->pitch,
                             SDL_PIXELFORMAT_ARGB8888, s->pixels, s->pitch);
    return s;
}

static SDL_Surface *make(struct render *r, const struct draw_cmd *c, int *ret_rise)
{
    *ret_rise = 0;
    switch (c->kind) {
    case DRAW_PICTURE:
        return premultiplied(c->image == IMAGE_ICON ? tint(make_picture(r, c), c->fill) : make_picture(r, c));
    case DRAW_QR:
        return premultiplied(make_qr(c));
    case DRAW_TEXT:
        return premultiplied(
            type_render(r->type, c->weight, c->px, c->direction, c->text, c->bytes, c->fill, ret_rise));
    case DRAW_BACKGROUND:
        return make_shape(c);
    default:
        return premultiplied(make_shape(c));
    }
}

// ---------------------------------------------------------------- the shelf of pictures
static struct look look_of(const struct draw_cmd *c)
{
    struct look look;
    memset(&look, 0, sizeof look); // padding too
    look.kind = c->kind;
    look.fill = c->fill;
    if (c->kind == DRAW_TEXT) {
        look.weight = c->weight;
        look.direction = c->direction;
        look.px = c->px;
        look.text = hash_bytes(HASH_START, c->text, (size_t)c->bytes);
        return look;
    }
    look.w = c->rect.w;
    look.h = c->rect.h;
    look.radius = c->radius;
    look.blur = c->blur;
    look.edge_px = c->edge_px;
    look.low = c->low;
    look.edge = c->edge;
    look.image = c->image;
    if (c->kind == DRAW_QR || (c->kind == DRAW_PICTURE && c->image >= IMAGE_ICON))
        look.text = hash_bytes(HASH_START, c->text, (size_t)c->bytes);
    return look;
}

static struct canvas canvas_of(const struct slot *slot)
{
    const SDL_Surface *s = slot->surface;
    return s ? (struct canvas){s->pixels, s->pitch / 4, s->w, s->h, slot->rows} : (struct canvas){0};
}

static const struct slot *find(struct render *r, const struct draw_cmd *c)
{
    struct look look = look_of(c);
    struct slot *oldest = &r->slot[0];
    for (int i = 0; i < KEPT_MAX; i++) {
        struct slot *s = &r->slot[i];
        if (s->surface && memcmp(&s->look, &look, sizeof look) == 0) {
            s->used = r->turn;
            return s;
        }
        if (oldest->surface && (!s->surface || s->used < oldest->used))
            oldest = s;
    }
    free_slot(oldest);
    *oldest = (struct slot){.look = look, .id = ++r->made, .used = r->turn};
    oldest->surface = make(r, c, &oldest->rise);
    if (oldest->surface && oldest->surface->format->Amask != 0)
        oldest->rows = calloc((size_t)oldest->surface->h, sizeof *oldest->rows);
    struct canvas made = canvas_of(oldest);
    if (oldest->rows)
        canvas_find_rows(&made, oldest->rows);
    return oldest;
}

// ---------------------------------------------------------------- drawing
// What the commands show, and where.
static void lay_out(struct render *r, const struct draw_list *dl)
{
    r->turn++;
    r->count_now = 0;
    for (int i = 0; i < dl->count; i++) {
        const struct draw_cmd *c = &dl->cmd[i];
        if (c->alpha == 0 || c->rect.w <= 0 || c->rect.h <= 0)
            continue;
        const struct slot *slot = find(r, c);
        const SDL_Surface *s = slot->surface;
        if (!s) // out of memory: the rest of the screen still works
            continue;
        int margin = c->kind == DRAW_SHADOW ? c->blur : 0;
        struct rect at = {c->rect.x - margin, c->rect.y - margin - slot->rise, s->w, s->h};
        r->now[r->count_now] = (struct sprite){slot->id, at, c->alpha};
        r->picture[r->count_now++] = slot;
    }
}

static void draw_rows(const struct render *r, const struct canvas *canvas, const struct rect *rows)
{
    for (int i = 0; i < r->count_now; i++) {
        const struct sprite *sprite = &r->now[i];
        struct canvas from = canvas_of(r->picture[i]);
        if (!rects_meet(&sprite->at, rows))
            continue;
        if (r->picture[i]->surface->format->Amask == 0)
            canvas_copy(canvas, rows, &from, sprite->at.x, sprite->at.y);
        else
            canvas_blend(canvas, rows, &from, sprite->at.x, sprite->at.y, sprite->alpha);
    }
}

int render_draw(struct render *r, const struct draw_list *dl, const struct canvas *canvas,
                struct rect ret_parts[DAMAGE_MAX])
{
    lay_out(r, dl);
    damage_clear(&r->damage, canvas->w, canvas->h);
    if (r->count_before < 0)
        damage_add(&r->damage, (struct rect){0, 0, canvas->w, canvas->h});
    else
        damage_between(&r->damage, r->before, r->count_before, r->now, r->count_now);
    int n = damage_rects(&r->damage, ret_parts);
    for (int i = 0; i < n; i++) {
        struct rect p = ret_parts[i];
        for (int y = p.y; y < p.y + p.h; y += ROWS)
            draw_rows(r, canvas, &(struct rect){p.x, y, p.w, y + ROWS < p.y + p.h ? ROWS : p.y + p.h - y});
    }
    memcpy(r->before, r->now, (size_t)r->count_now * sizeof *r->now);
    r->count_before = r->count_now;
    return n;
}
