#include "kiosk/shape.h"

#include <math.h>

// Distance of a point to the border of a rounded rect centred on the origin: negative inside.
static float distance_to(float x, float y, float half_w, float half_h, float radius)
{
    float qx = fabsf(x) - half_w + radius, qy = fabsf(y) - half_h + radius;
    float ox = qx > 0 ? qx : 0, oy = qy > 0 ? qy : 0, in = qx > qy ? qx : qy;
    return sqrtf(ox * ox + oy * oy) + (in < 0 ? in : 0) - radius;
}

static float clamp01(float v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

static float alpha_of(argb c)
{
    return (float)(c >> 24) / 255.0f;
}

static float channel_of(argb c, int shift)
{
    return (float)((c >> shift) & 0xff);
}

static argb round_to(float v)
{
    return (argb)(v + 0.5f);
}

void shape_box(argb *pixels, int stride, int w, int h, int radius, argb fill, argb low, int edge_px,
               argb edge)
{
    float half_w = (float)w / 2, half_h = (float)h / 2, r = (float)radius;
    r = r > half_h ? half_h : r;
    r = r > half_w ? half_w : r;
    for (int y = 0; y < h; y++) {
        argb body = theme_mix(fill, low, h > 1 ? (unsigned)(y * 255 / (h - 1)) : 0);
        for (int x = 0; x < w; x++) {
            float d = distance_to((float)x + 0.5f - half_w, (float)y + 0.5f - half_h, half_w, half_h, r);
            float outer = clamp01(0.5f - d), inner = clamp01(0.5f - d - (float)edge_px);
            float edge_a = edge_px > 0 ? alpha_of(edge) * (outer - inner) : 0;
            float body_a = alpha_of(body) * outer * (1 - edge_a);
            float a = edge_a + body_a;
            argb c = 0;
            if (a > 0) {
                for (int shift = 0; shift < 24; shift += 8)
                    c |= round_to((channel_of(edge, shift) * edge_a + channel_of(body, shift) * body_a) / a)
                         << shift;
                c |= round_to(a * 255) << 24;
            }
            pixels[y * stride + x] = c;
        }
    }
}

void shape_shadow(argb *pixels, int stride, int w, int h, int radius, int blur, argb colour)
{
    int full_w = w + 2 * blur, full_h = h + 2 * blur;
    float half_w = (float)w / 2, half_h = (float)h / 2, r = (float)radius + (float)blur * 0.35f;
    float soft = (float)blur * 0.42f; // standard deviation: nothing is left at the picture's border
    r = r > half_h ? half_h : r;
    for (int y = 0; y < full_h; y++) {
        for (int x = 0; x < full_w; x++) {
            if (x >= 2 * blur && x < w && y >= 2 * blur && y < h) {
                pixels[y * stride + x] = 0;
                continue;
            }
            float px = (float)x + 0.5f - (float)full_w / 2, py = (float)y + 0.5f - (float)full_h / 2;
            float d = distance_to(px, py, half_w, half_h, r);
            float cover = 0.5f * erfcf(d / (soft * 1.41421356f)) - 0.008f;
            pixels[y * stride + x] = (colour & 0xffffffu) | round_to(alpha_of(colour) * clamp01(cover) * 255)
                                                                << 24;
        }
    }
}

// Threshold of an 8x8 Bayer matrix, 0..63/64: bit by bit from x xor y and y.
static float threshold(unsigned x, unsigned y)
{
    unsigned v = 0, q = x ^ y;
    for (int bit = 0; bit < 3; bit++)
        v = v << 2 | (q >> bit & 1) << 1 | (y >> bit & 1);
    return (float)v / 64.0f;
}

void shape_background(argb *pixels, int stride, int w, int h, argb top, argb bottom, argb glow)
{
    float strength = alpha_of(glow);
    for (int y = 0; y < h; y++) {
        float t = h > 1 ? (float)y / (float)(h - 1) : 0, from[3], to[3];
        float gy = (t - 0.42f) / 0.62f;
        for (int i = 0; i < 3; i++) {
            from[i] = channel_of(top, i * 8) + (channel_of(bottom, i * 8) - channel_of(top, i * 8)) * t;
            to[i] = channel_of(glow, i * 8);
        }
        for (int x = 0; x < w; x++) {
            float gx = ((float)x / (float)w - 0.5f) / 0.62f, rest = clamp01(1 - gx * gx - gy * gy);
            float light = strength * rest * rest, dither = threshold((unsigned)x, (unsigned)y);
            argb c = 0xff000000u;
            for (int i = 0; i < 3; i++) {
                float v = from[i] + (to[i] - from[i]) * light + dither;
                c |= (argb)(v > 255 ? 255 : v) << (i * 8);
            }
            pixels[y * stride + x] = c;
        }
    }
}
