// survey: what a kiosk asks, as data. A survey is a versioned document; this is its checked form, the rules
// it must keep, and which question follows which answers. Pure. PROTOCOL.md, "config", has the document
// itself; shared/content.h reads it.
//
//   questions:
//     - { id: overall, type: faces, of: 5, dimension: overall }
//     - { id: why, type: choice, several: true,
//         options: [ { id: wait, icon: wait, text: { en: Waiting time, "en.1-2": Long wait } }, ... ] }
//     - { id: comment, type: text, when: { overall: 1-2 } }
//     - { id: praise, type: text, when: { overall: 3-5 } }
//
// The rule that keeps a customer's answer private: whatever face was pressed, the same kinds of screen follow
// in the same order (survey_make refuses anything else). Only words may differ.
#ifndef PUAS_SHARED_SURVEY_H
#define PUAS_SHARED_SURVEY_H

#include "shared/config.h"
#include "shared/ident.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SURVEY_QUESTIONS_MAX = 12,
    SURVEY_OPTIONS_MAX = 8, // as PROTOCOL_OPTIONS_MAX
    SURVEY_CLAUSES_MAX = 3, // conditions of one question
    SURVEY_FACES_MIN = 4,
    SURVEY_FACES_MAX = 5,
    SURVEY_NPS_LEVELS = 11,
    SURVEY_DIGITS_MAX = 12,
    SURVEY_WORDS_MAX = 200, // bytes of a title, hint or option
    SURVEY_KEEP_DAYS_MAX = 365,
};

enum survey_type { SURVEY_FACES, SURVEY_NPS, SURVEY_CHOICE, SURVEY_TEXT, SURVEY_CONTACT, SURVEY_NUMBER };
// What a question of a dimension asks for: how it was, how it ought to be, how much it matters.
enum survey_aspect { SURVEY_PERFORMANCE, SURVEY_EXPECTATION, SURVEY_IMPORTANCE };
const char *survey_aspect_name(enum survey_aspect a);
const char *survey_type_name(enum survey_type t); // "faces" "nps" "choice" "text" "contact" "number"

// ---------------------------------------------------------------- as it stands in a document
struct survey_file_option {
    struct ident id;
    struct ident icon;         // a picture of assets/icons; absent: the option's id
    struct config_pairs words; // see survey_words; absent: the catalogue's words for this id
};
struct survey_file_question {
    struct ident id, dimension;
    int type;   // enum survey_type
    int aspect; // enum survey_aspect
    bool segment;
    int64_t of, digits, keep_days;
    bool several;
    struct config_pairs title, hint, purpose; // words; absent: the catalogue's for the type
    struct config_list options;               // struct survey_file_option
    struct config_pairs when;                 // question -> "1-2" or "wait,staff"
    int line, column;
};
struct survey_file {
    struct ident id, question; // `question` and `faces`: short form of a survey of one question
    int64_t version, faces;
    int audience;                 // 1: staff
    struct config_list questions; // struct survey_file_question
};
extern const struct config_row survey_rows[];

// ---------------------------------------------------------------- as it is used
struct survey_option {
    struct ident id, icon;
    const struct config_pairs *words; // borrowed from the file, as all words here; never NULL, may be empty
};
// Holds when the answer to `question` is among `mask`: bit score - 1 of a rating, bit of the option of a
// choice.
struct survey_clause {
    int question;
    unsigned mask;
};
struct survey_question {
    struct ident id, dimension;
    enum survey_type type;
    enum survey_aspect aspect;
    int of; // faces: 4 or 5; nps: 11; else 0
    bool several;
    int digits;    // number: at most so many
    int keep_days; // contact: deleted so long after it was given
    int option_count;
    struct survey_option option[SURVEY_OPTIONS_MAX];
    int clause_count; // all must hold
    struct survey_clause clause[SURVEY_CLAUSES_MAX];
    const struct config_pairs *title, *hint, *purpose;
};
struct survey {
    struct ident id;
    int version;
    int count;
    struct survey_question question[SURVEY_QUESTIONS_MAX];
};

struct survey_error {
    int line, column; // of the question; 0: it is the survey as a whole
    char text[300];   // "survey 'service', question 'why': ..."
};

// Checks a document and resolves its references. `file` must outlive *ret_s, which borrows its words.
bool survey_make(const struct survey_file *file, struct survey *ret_s, struct survey_error *ret_error);

// What a visit has answered so far, by question: bits as in survey_clause; 0: nothing.
struct survey_trail {
    unsigned given[SURVEY_QUESTIONS_MAX];
};
// The question asked after `after` (-1: the first); `count` when there is none.
int survey_next(const struct survey *s, int after, const struct survey_trail *trail);

// The words of a language, for a visit whose face was `score` (0: none yet): the value of "LANG.SCORES" that
// names it ("en.1", "en.4-5"), else of "LANG"; NULL when there is neither.
const char *survey_words(const struct config_pairs *words, const char *lang, int score);

#endif
