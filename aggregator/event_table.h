// event_table: the packs of the store (pack.h) as the read-only SQL table `event`, one row an answer:
//
//   event(event_id, epoch_id, seq, at, arrived, place_id, name_id, kind, score, levels, flags, visit, body)
//
// event_id  order of arrival                 kind    enum event_type
// at        event time, fixed once at        score   of a void: the seq it takes back
//           arrival (rule 8 of PROTOCOL.md)  flags   enum event_flag of store.h
// place_id  0: unassigned                    body    JSON of what is rare (options, text, facts, unknown
// name_id   the question, 0: none (void)             place), or NULL
//
// Quick where a condition names epoch_id (and seq: in order of seq, up and down), place_id (and event_id), or
// event_id; else every pack is read. Built as an extension too, so that the sqlite3 shell can look in:
//   sqlite3 -cmd '.load build/release/puas_event' puas.db
#ifndef PUAS_AGGREGATOR_EVENT_TABLE_H
#define PUAS_AGGREGATOR_EVENT_TABLE_H

#include <stdbool.h>

struct sqlite3;

// Registers the table with a connection. False: the connection says why.
bool event_table_register(struct sqlite3 *db);

#endif
