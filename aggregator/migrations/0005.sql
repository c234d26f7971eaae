-- Answers in packs (pack.h): some ten bytes each in place of some eighty, and one row for all that a message brings.
-- `event` is a table made of them by the program (event_table.h).
CREATE TABLE pack(
    event_id INTEGER PRIMARY KEY,        -- of its first answer, in order of arrival
    epoch_id INTEGER NOT NULL REFERENCES epoch,
    first_seq INTEGER NOT NULL,          -- its answers are first_seq, first_seq + 1, ...
    place_id INTEGER NOT NULL,           -- 0: unassigned
    n INTEGER NOT NULL,                  -- answers in it
    last_event INTEGER NOT NULL,         -- the largest event_id in it; they ascend
    arrived INTEGER NOT NULL,            -- of its first answer
    data BLOB NOT NULL
);
INSERT INTO pack SELECT event_id, epoch_id, seq, place_id, 1, event_id, arrived,
    pack_one(event_id, seq, visit, at, arrived, name_id, kind, score, levels, flags, body) FROM event ORDER BY event_id;
CREATE UNIQUE INDEX pack_seq ON pack(epoch_id, first_seq);
CREATE INDEX pack_place ON pack(place_id, last_event);

-- A verdict names its answer by epoch and seq too: so it is found whatever pack it moves to.
CREATE TABLE verdict_of(
    event_id INTEGER NOT NULL,
    rule INTEGER NOT NULL,               -- enum verdict_rule
    version INTEGER NOT NULL,            -- of the rule that gave it
    at INTEGER NOT NULL,                 -- when it was given
    epoch_id INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY(event_id, rule)
) WITHOUT ROWID;
INSERT INTO verdict_of SELECT event_id, rule, version, v.at, epoch_id, seq FROM verdict v JOIN event USING(event_id);
DROP TABLE verdict;
ALTER TABLE verdict_of RENAME TO verdict;
DROP TABLE event;

-- Small packs that are some days old are put together; up to this seq it is done.
ALTER TABLE epoch ADD COLUMN packed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX epoch_loose ON epoch(epoch_id) WHERE packed < through;
