// comment_flags: what a customer's words ask for, beyond being read. Pure.
#ifndef PUAS_AGGREGATOR_COMMENT_FLAGS_H
#define PUAS_AGGREGATOR_COMMENT_FLAGS_H

enum comment_flag {
    COMMENT_PERSONAL = 1, // seems to hold a phone number or a mail address: somebody can be known by it
    COMMENT_URGENT = 2,   // danger, injury, threats or bribery, by words in Indonesian and English
};

// Of UTF-8 text. A guess, from words alone: it marks, it hides nothing.
int comment_flags(const char *text);

#endif
