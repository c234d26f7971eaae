// import map: a YAML file that says what the columns of a foreign table mean (assets/imports holds examples), and
// what becomes of a row by it. Pure; time zones by shared/tz.h.
#ifndef PUAS_AGGREGATOR_IMPORT_MAP_H
#define PUAS_AGGREGATOR_IMPORT_MAP_H

#include "aggregator/csv.h"
#include "aggregator/org.h"
#include "shared/config.h"

enum { IMPORT_WHY_MAX = 160 };

struct import_column {
    char *column; // its heading; "": there is none
    int index;    // found by import_map_bind; -1: none
};
struct import_map {
    int separator; // index into import_separators
    struct import_time {
        struct import_column c, second; // second: joined to it by a space
        char *format;                   // strptime's, or iso, unix, unix-ms
        char *zone;                     // "": that of the place
        struct tz *tz;
    } time;
    struct import_place {
        struct import_column c;
        struct ident id; // for every row without a column
        struct config_pairs map;
        bool kiosks; // the column names kiosks: their places
    } place;
    struct import_question {
        struct import_column c;
        struct ident id;
        struct config_pairs map;
    } question;
    struct import_score {
        struct import_column c;
        struct config_pairs map;
        int64_t of, least; // least: how the worst one is written, where there is no map
    } score;
    struct import_reasons {
        struct import_column c;
        char *separator; // between several in one cell
        struct ident question;
        struct config_pairs map;
    } reasons;
    struct import_comment {
        struct import_column c;
        struct ident question;
    } comment;
    struct import_lang {
        struct import_column c;
        struct config_pairs map;
    } lang; // of the comment
};
extern const struct config_row import_rows[];
extern const char *const import_separators[];

// Reads the map. False: *ret_why (n bytes) says what is wrong, with file, line and column.
bool import_map_parse(const char *name, const char *text, size_t bytes, struct import_map *ret, char *ret_why,
                      size_t n);
void import_map_finish(struct import_map *m);          // accepts a zeroed one
char import_map_separator(const struct import_map *m); // '\0': to be found out
// Finds the columns by the first row. False: one is missing (why).
bool import_map_bind(struct import_map *m, const struct csv_row *head, char *ret_why, size_t n);

// What a row says: up to three answers of one visit.
struct import_row {
    int32_t place;
    wall_ms at;
    int32_t day; // local
    struct ident question;
    int score, of; // of 0: no score
    int option_count;
    struct ident options[PROTOCOL_OPTIONS_MAX];
    char text[PROTOCOL_TEXT_MAX + 1];
    char lang[PROTOCOL_LANG_MAX + 1]; // of the text; "": not known
};
// `now`: only days that are over are taken. False: it cannot be used; *ret_column (static or of the map) and *ret_why
// say where and why.
bool import_map_row(const struct import_map *m, struct org *org, const struct csv_row *row, wall_ms now,
                    struct import_row *ret, const char **ret_column, char ret_why[IMPORT_WHY_MAX]);

#endif
