// http: the embedded pages. They change only with the program, so an ETag of their bytes says all.
#include "aggregator/embed.h"
#include "aggregator/http_impl.h"
#include "shared/ident.h"

#include <stdio.h>
#include <string.h>

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},         {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},           {".svg", "image/svg+xml"},
        {".webmanifest", "application/manifest+json"},
        {".json", "application/json"},
    };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(dot, types[i][0]) == 0) {
            return types[i][1];
        }
    }
    return "application/octet-stream";
}

bool static_get(const struct http_request *q, struct http_answer *r)
{
    const char *name = strcmp(q->path, "/") == 0 ? "index.html" : q->path + 1;
    for (const struct embedded *e = embedded_web; e->name != NULL; e++) {
        if (strcmp(e->name, name) != 0) {
            continue;
        }
        size_t n = (size_t)(e->end - e->begin);
        snprintf(r->etag, sizeof r->etag, "\"%08x-%zx\"", ident_crc32(e->begin, n), n);
        r->status = http_has_tag(q, r->etag) ? 304 : 200;
        if (r->status == 200) {
            r->type = type_of(name);
            r->file = e->begin;
            r->bytes = n;
        }
        return true;
    }
    return false;
}
