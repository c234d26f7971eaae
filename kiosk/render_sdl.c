#include "kiosk/render_sdl.h"

#include "kiosk/qr.h"
#include "kiosk/shape.h"

#include <SDL.h>
#include <SDL_image.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXTURES_MAX = 320, // all screens of a kiosk in two languages need about 250
    ASSET_PATH_MAX = 1024,
};

// What a texture shows. Compared as bytes, so it is always zeroed first.
struct look {
    int kind, w, h, radius, blur, edge_px, image, weight, direction, px;
    argb fill, low, edge;
    uint64_t text;
};
struct slot {
    struct look look;
    SDL_Texture *texture; // owned; NULL: free
    int rise;             // text: its top stands so far above the line's
    unsigned used;        // turn of the last use
};
struct render {
    SDL_Renderer *sdl;
    struct type *type;
    const char *assets;
    unsigned turn;
    struct slot slot[TEXTURES_MAX];
};

struct render *render_create(SDL_Renderer *sdl, struct type *type, const char *assets)
{
    struct render *r = calloc(1, sizeof *r);
    if (r) {
        r->sdl = sdl;
        r->type = type;
        r->assets = assets;
    }
    return r;
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
    for (int i = 0; i < TEXTURES_MAX; i++) {
        if (r->slot[i].texture)
            SDL_DestroyTexture(r->slot[i].texture);
        r->slot[i] = (struct slot){0};
    }
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

static SDL_Texture *make(struct render *r, const struct draw_cmd *c, int *ret_rise)
{
    SDL_Surface *s;
    *ret_rise = 0;
    if (c->kind == DRAW_PICTURE)
        s = make_picture(r, c);
    else if (c->kind == DRAW_QR)
        s = make_qr(c);
    else if (c->kind == DRAW_TEXT)
        s = type_render(r->type, c->weight, c->px, c->direction, c->text, c->bytes, c->fill, ret_rise);
    else
        s = make_shape(c);
    if (!s)
        return NULL;
    SDL_Texture *t = SDL_CreateTextureFromSurface(r->sdl, s);
    SDL_FreeSurface(s);
    if (t && c->kind == DRAW_PICTURE && c->image == IMAGE_ICON)
        SDL_SetTextureColorMod(t, (Uint8)(c->fill >> 16), (Uint8)(c->fill >> 8), (Uint8)c->fill);
    if (t)
        SDL_SetTextureBlendMode(t, c->kind == DRAW_BACKGROUND ? SDL_BLENDMODE_NONE : SDL_BLENDMODE_BLEND);
    return t;
}

// ---------------------------------------------------------------- the shelf of textures
static uint64_t text_hash(const char *text, int bytes)
{
    uint64_t h = 14695981039346656037u; // FNV-1a
    for (int i = 0; i < bytes; i++)
        h = (h ^ (unsigned char)text[i]) * 1099511628211u;
    return h;
}

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
        look.text = text_hash(c->text, c->bytes);
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
        look.text = text_hash(c->text, c->bytes);
    return look;
}

static const struct slot *find(struct render *r, const struct draw_cmd *c)
{
    struct look look = look_of(c);
    struct slot *oldest = &r->slot[0];
    for (int i = 0; i < TEXTURES_MAX; i++) {
        struct slot *s = &r->slot[i];
        if (s->texture && memcmp(&s->look, &look, sizeof look) == 0) {
            s->used = r->turn;
            return s;
        }
        if (oldest->texture && (!s->texture || s->used < oldest->used))
            oldest = s;
    }
    if (oldest->texture)
        SDL_DestroyTexture(oldest->texture);
    *oldest = (struct slot){.look = look, .used = r->turn};
    oldest->texture = make(r, c, &oldest->rise);
    return oldest;
}

void render_draw(struct render *r, const struct draw_list *dl)
{
    r->turn++;
    for (int i = 0; i < dl->count; i++) {
        const struct draw_cmd *c = &dl->cmd[i];
        if (c->alpha == 0 || c->rect.w <= 0 || c->rect.h <= 0)
            continue;
        const struct slot *slot = find(r, c);
        SDL_Texture *t = slot->texture;
        if (!t) // out of memory: the rest of the screen still works
            continue;
        SDL_Rect to = {c->rect.x, c->rect.y, 0, 0};
        SDL_QueryTexture(t, NULL, NULL, &to.w, &to.h);
        if (c->kind == DRAW_SHADOW) {
            to.x -= c->blur;
            to.y -= c->blur;
        }
        to.y -= slot->rise;
        SDL_SetTextureAlphaMod(t, c->alpha);
        SDL_RenderCopy(r->sdl, t, NULL, &to);
    }
}
