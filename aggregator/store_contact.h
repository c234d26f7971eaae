// store: contact data: the names and numbers that customers left, sealed. They stand in a table of their own
// and are deleted when their time is over or by hand; the events that they came with stay. The database is
// opened with secure_delete: what is deleted is overwritten in the file, and store_empty_log takes it out of
// the write-ahead log.
#ifndef PUAS_AGGREGATOR_STORE_CONTACT_H
#define PUAS_AGGREGATOR_STORE_CONTACT_H

#include "aggregator/store.h"

// Keeps the text of an event that has just been inserted, unless it has none, is taken back or would have
// expired. store_event calls it.
bool store_put_contact(struct store *st, const struct stored_event *s);
// From now on none is kept longer than so many days, whatever its question said; 0: as it said.
void store_keep_contacts(struct store *st, int days);
bool store_contacts_due(struct store *st, wall_ms now, bool *ret_due); // has any expired?
bool store_expire_contacts(struct store *st, wall_ms now, int limit);  // the oldest ones first
// *ret_sealed: malloc'd; NULL: there is none.
bool store_contact_sealed(struct store *st, int64_t event_id, char **ret_sealed);
bool store_erase_contact(struct store *st, int64_t event_id, bool *ret_found);
// Outside a transaction: writes the log back and empties it. False: somebody reads just now; try again later.
bool store_empty_log(struct store *st);

#endif
