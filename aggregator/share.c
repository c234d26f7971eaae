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

bool share_path_place(const char *path, char *ret_place)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%+&=:";
    char page[12], place[IDENT_MAX + 1];
    if (strncmp(path, "/?", 2) != 0 || strlen(path) > SHARE_PATH_MAX ||
        path[2 + strspn(path + 2, plain)] != '\0') {
        return false;
    }
    static const char *const pages[] = {"trends", "report", "wall", "board"};
    bool ok = field(path + 2, "page", page, sizeof page) && field(path + 2, "place", place, sizeof place) && ident_valid(place);
    bool known = false;
    for (size_t i = 0; ok && i < sizeof pages / sizeof pages[0]; i++) {
        known = known || strcmp(page, pages[i]) == 0;
    }
    ok = ok && known;
    if (ok) {
        strcpy(ret_place, place);
    }
    return ok;
}

enum share_view share_path_page(const char *path)
{
    char page[12] = "";
    (void)field(path + 2, "page", page, sizeof page);
    return strcmp(page, "wall") == 0 ? SHARE_WALL : strcmp(page, "board") == 0 ? SHARE_BOARD : SHARE_REPORT;
}
