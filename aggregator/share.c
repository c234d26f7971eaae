// store: which addresses can be shared. Pure.
#include "aggregator/store_share.h"

#include "shared/ident.h"

#include <string.h>

// The value of a field of the query, up to n - 1 bytes. False: it is not there, or longer.
static bool field(const char *query, const char *name, char *ret, size_t n)
{
    size_t length = strlen(name);
    for (const char *p = query; *p != '\0'; p += strcspn(p, "&"), p += *p == '&') {
        size_t value = strcspn(p, "&");
        if (strncmp(p, name, length) == 0 && p[length] == '=') {
            value -= length + 1;
            if (value >= n) {
                return false;
            }
            memcpy(ret, p + length + 1, value);
            ret[value] = '\0';
            return true;
        }
    }
    return false;
}

static const struct {
    const char *name;
    enum share_view view;
} pages[] = {{"trends", SHARE_REPORT}, {"report", SHARE_REPORT}, {"wall", SHARE_WALL}, {"board", SHARE_BOARD}};
enum { PAGES = sizeof pages / sizeof pages[0] };

// Index of the page that an address names; PAGES: none that can be shared.
static int page_of(const char *path)
{
    char page[12];
    int i = field(path + 2, "page", page, sizeof page) ? 0 : PAGES;
    while (i < PAGES && strcmp(pages[i].name, page) != 0) {
        i++;
    }
    return i;
}

bool share_path_place(const char *path, char *ret_place)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%+&=:";
    char place[IDENT_MAX + 1];
    if (strncmp(path, "/?", 2) != 0 || strlen(path) > SHARE_PATH_MAX ||
        path[2 + strspn(path + 2, plain)] != '\0') {
        return false;
    }
    bool ok = page_of(path) < PAGES && field(path + 2, "place", place, sizeof place) && ident_valid(place);
    if (ok) {
        strcpy(ret_place, place);
    }
    return ok;
}

enum share_view share_path_page(const char *path)
{
    int i = page_of(path);
    return i < PAGES ? pages[i].view : SHARE_REPORT;
}
