// views: what the token of a phone (store_phone.h) asks. Apart from views.h, as few need to know what a survey is.
#ifndef PUAS_AGGREGATOR_VIEWS_PHONE_H
#define PUAS_AGGREGATOR_VIEWS_PHONE_H

#include "aggregator/views.h"
#include "shared/content.h"

struct phone_survey {
    struct content content;
    struct survey survey; // borrows words from content
    char place[IDENT_MAX + 1], name[81];
};
// The content in force at its place, else what the pages' survey says. Finish the content in every case. VIEWS_NOT_FOUND: no such
// token in force, or nothing is asked there.
enum views_error views_phone(struct views *v, const char *token, struct phone_survey *ret_p);

#endif
