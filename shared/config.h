// config: YAML documents read by schema rows. A row gives name, type, range, default and help: parsing,
// validation and --help text all come from it. Errors name file, line, column and the nearest known key.
// config_yaml.c alone includes yaml.h.
#ifndef PUAS_SHARED_CONFIG_H
#define PUAS_SHARED_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum config_type {
    CONFIG_STRING,   // char *, owned by the target, freed by config_free; min..max is its length in bytes
    CONFIG_IDENT,    // struct ident
    CONFIG_INT,      // int64_t, min..max
    CONFIG_NUMBER,   // double, min..max
    CONFIG_BOOL,     // bool: true, false
    CONFIG_DURATION, // int64_t ms: "250 ms", "90 s", "5 min", "24 h", "65 d"; min..max in ms
    CONFIG_ROOM,     // int64_t of a disk: "500 MB", "2 GB": bytes; "5 %" of it: minus hundredths of a percent, -500
    CONFIG_ENUM,     // int: index into choices
    CONFIG_GROUP,    // a mapping whose rows are `rows`, in the same target struct or at `offset`
    CONFIG_LIST,     // a sequence of mappings (or scalars when rows[0].name is ""): see struct config_list
    CONFIG_MAP,      // a mapping of free keys to strings: struct config_pairs
};

struct config_list {
    size_t count;
    void *items;
}; // owned array of item structs
struct config_pairs {
    size_t count;
    struct config_pair {
        char *key, *value;
    } * items;
};

struct config_row {
    const char *name;
    enum config_type type;
    size_t offset; // into the struct of the enclosing GROUP or list item
    bool required;
    const char *fallback;          // text as in YAML, parsed like a value; NULL: zero
    double min, max;               // both 0: no check
    const char *const *choices;    // CONFIG_ENUM, NULL-terminated
    const struct config_row *rows; // GROUP, LIST; ends with a row whose name is NULL
    size_t item_bytes;             // LIST
    size_t line_offset;            // LIST item: where to store its int line number + 1 (0: nowhere)
    size_t column_offset;          // the same of its column
    const char *help;
};

struct config_error {
    char text[400]; // "aggregator.yaml:12:5: unknown key 'prot', did you mean 'port'?"
};

// Reads `path` into *target (zeroed by the callee first, then filled with defaults).
bool config_load(const char *path, const struct config_row *rows, void *target,
                 struct config_error *ret_error);
// The same from memory; `name` stands in messages.
bool config_parse(const char *name, const char *text, size_t n, const struct config_row *rows, void *target,
                  struct config_error *ret_error);
// Frees strings and lists of a target filled by the above. Accepts a zeroed target.
void config_free(const struct config_row *rows, void *target);
// Writes rows with type, default and help as commented YAML to a stdio stream (FILE *).
void config_print_help(const struct config_row *rows, void *stream);

#endif
