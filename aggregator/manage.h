// manage: one change of the configuration, as a page asks for it. The document as it stands (config_text.h) plus this
// change goes through the same checks, history and audit as a document that somebody wrote by hand.
//
// Whoever changes a thing says which version they have seen, so that two do not overwrite each other: the version of a
// thing is a digest of what the document says of it. Pure but for jansson and libyaml (manage_json.c, document.h).
#ifndef PUAS_AGGREGATOR_MANAGE_H
#define PUAS_AGGREGATOR_MANAGE_H

#include "aggregator/apply.h"

#include <stdbool.h>

enum { MANAGE_VERSION = 16 }; // hex digits

enum manage_refusal {
    MANAGE_FINE,
    MANAGE_UNKNOWN,   // no such thing, or not within the scope
    MANAGE_FORBIDDEN, // the role or scope does not reach so far
    MANAGE_TAKEN,     // to be made, but there is one of this id
    MANAGE_STALE,     // somebody has changed it in the meantime
    MANAGE_WRONG,     // what it would be cannot be; field says where
};

struct manage_change {
    const char *list;    // static, one of manage_lists
    const char *id;      // borrowed
    const char *item;    // JSON object: all of it as it shall be; NULL: take it out (not places, users)
    const char *version; // as seen; "": it is new
    const char *hash;    // of a new user's password; NULL: none
    enum role role;      // of who asks
    int32_t scope;       // place of who asks
    enum manage_refusal refusal; // set by the core
    char field[IDENT_MAX + 1];   // of the item, "": none
    char why[700];
    struct apply_price price; // of a standard that differs; set by the core
};

// Names of the lists of the document that can be changed, NULL-terminated.
extern const char *const manage_lists[];
// The static name equal to `name`; NULL: none.
const char *manage_list(const char *name);

// Where the thing is and shall be, for the scope: its place, or of a place itself and its parent; "": nowhere.
struct manage_places {
    struct ident before, after;
    struct ident channel; // by which a report shall go
    bool there;           // before the change
};

// The document with the change in it, as JSON, malloc'd. NULL: c->refusal, field and why say why not.
// document: YAML or JSON of the whole configuration.
char *manage_document(const char *document, struct manage_change *c, struct manage_places *ret_places);

// What is wrong, as a check of the configuration says it ("configuration:1:20: 'name' must ..."), without where it stands
// in a document that nobody wrote, and with the field that it names.
void manage_wrong(struct manage_change *c, const char *text);

#endif
