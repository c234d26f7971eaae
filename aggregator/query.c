#include "aggregator/query.h"

#include <string.h>

const char **query_at(void *query, const struct query_field *f)
{
    return (const char **)(void *)((char *)query + f->offset);
}

const struct query_field *query_find(const struct query_field *fields, const char *name)
{
    while (fields->name != NULL && strcmp(fields->name, name) != 0) {
        fields++;
    }
    return fields->name != NULL ? fields : NULL;
}

void query_fill(void *query, const struct query_field *fields)
{
    for (; fields->name != NULL; fields++) {
        const char **text = query_at(query, fields);
        *text = *text != NULL ? *text : "";
    }
}
