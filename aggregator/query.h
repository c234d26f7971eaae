// query: the fields of a query, by name, for whoever reads them from a URL or a command line. Pure.
#ifndef PUAS_AGGREGATOR_QUERY_H
#define PUAS_AGGREGATOR_QUERY_H

#include <stddef.h>

// Of a table that ends with a NULL name, beside the struct of the query.
struct query_field {
    const char *name;
    size_t offset; // of a const char * in the query
};
#define QUERY_FIELD(type, name)                                                                              \
    {                                                                                                        \
#name, offsetof(type, name)                                                                          \
    }

// The field's text in the query.
const char **query_at(void *query, const struct query_field *f);
// NULL: there is no such field.
const struct query_field *query_find(const struct query_field *fields, const char *name);
// Fields that are not given, NULL, become "".
void query_fill(void *query, const struct query_field *fields);

#endif
