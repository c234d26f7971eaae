// store_segments: ratings by segment and local day up the place tree (rollups.h, ROLLUP_SEGMENT). For the store's own files
// and for puasctl.
//
// A rating's segment follows from what is stored, so that it can be told anew at any time:
//
//   audience:ID   that of a pushed survey with `audience: staff` (EVENT_STAFF): it counts nowhere else
//   source:phone  else that it came from the customer's own phone (EVENT_PHONE): it counts nowhere else either
//   service:ID    else what its visit answered to a choice that a pushed document marks `segment: true`
//   counter:ID    else its ref up to the first '-' or '/': "A-104" -> counter:A
//
// Of a ref that has been deleted for its age the counter is kept in its place (`counter`); one that was erased leaves none.
// Most have none, and are in no row. A service is named after the rating, so a rating moves when its visit goes on, and
// back when that is taken back. A place tells the first STORE_SEGMENTS_MAX apart that come, later ones are `other`, the own
// people and phones never; a place above sees those of the places under it by its own list.
#ifndef PUAS_AGGREGATOR_STORE_SEGMENTS_H
#define PUAS_AGGREGATOR_STORE_SEGMENTS_H

#include "aggregator/rollups.h"
#include "aggregator/store.h"

#define STORE_SEGMENT_STAFF "audience:staff"
#define STORE_SEGMENT_PHONE "source:phone"
enum { STORE_SEGMENTS_MAX = 16, STORE_SEGMENT_ID_MAX = 64, STORE_SEGMENT_OTHER = 0 };

// What must be added to the rows of what was given right at a place to make them what its answers say; days that may
// have lost answers (store_retention.h) are taken as they are. ret is cleared first. Reads all of its answers.
bool store_segments_difference(struct store *st, int32_t place, struct rollups *ret);

// ---------------------------------------------------------------- for the store's own files
// What pushed documents mark: is this answer's question a choice of segments; which audience its survey asks, "" customers.
bool store_segment_marks(struct store *st, const struct event *e, bool *ret_segments,
                         const char **ret_audience);
void store_segments_forget(struct store *st); // documents have changed, or the transaction is lost

// May a rating of these flags (store.h) have a segment? Also those that count nowhere else.
bool store_segment_takes(int flags);
// Counts a rating that has just been stored, if it has a segment.
bool store_segment_rating(struct store *st, const struct stored_event *s, const char *audience);
// The same of all ratings of a visit, before (by -1) and after (1) something in it changes.
bool store_segment_visit(struct store *st, int32_t place, int32_t epoch_id, int64_t visit, int by);
// The same of ratings from `first` to `last`, by seq: those of one visit, or of all (0).
bool store_segment_range(struct store *st, int32_t place, int32_t epoch_id, int64_t visit, int64_t first,
                         int64_t last, int by);
// How much of a ref names the counter, in bytes; 0: nothing.
size_t store_segment_counter(const char *ref);
// The visit in which a void changes something; *ret_visit 0: none.
bool store_segment_of_void(struct store *st, int32_t epoch_id, int64_t voids, int64_t *ret_visit);
bool store_has_services(struct store *st, bool *ret_has); // does any pushed document mark one?
bool store_flush_segments(struct store *st); // as store_flush_rollups
bool store_write_segment(struct store *st, const struct rollup *r);
// The segment as the place tells it: itself, or STORE_SEGMENT_OTHER. make: it gets a place in the list if there is one.
bool store_segment_here(struct store *st, int32_t place, int32_t segment, bool make, int32_t *ret_segment);

#endif
