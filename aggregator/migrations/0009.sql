-- Reasons by how the visit began: of `n`, those of visits whose first answer was a rating on an unhappy face, and on a
-- happy one (rollups.h). A row with option_id 0 counts what was named beside another in one answer: all others less that
-- are the answers.
ALTER TABLE choice_tally ADD COLUMN unhappy INTEGER NOT NULL DEFAULT 0;
ALTER TABLE choice_tally ADD COLUMN happy INTEGER NOT NULL DEFAULT 0;
ALTER TABLE choice_day ADD COLUMN unhappy INTEGER NOT NULL DEFAULT 0;
ALTER TABLE choice_day ADD COLUMN happy INTEGER NOT NULL DEFAULT 0;
INSERT INTO rollup_due SELECT place_id, -1000000, 1 FROM place WHERE true
    ON CONFLICT DO UPDATE SET day = excluded.day, raw = 1;

-- When kiosks were there: of each local day of its place, how long it was heard as ready within opening hours. A row: it
-- was heard that day. Up the tree as the rollups.
CREATE TABLE kiosk_day(
    place_id INTEGER NOT NULL,           -- where it stood
    day INTEGER NOT NULL,                -- local days since 1970-01-01, as its clock showed then
    kiosk_id INTEGER NOT NULL,
    ready_ms INTEGER NOT NULL,
    PRIMARY KEY(place_id, day, kiosk_id)
) WITHOUT ROWID;
CREATE TABLE presence_day(
    place_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    kiosks INTEGER NOT NULL,             -- heard that day
    ready_ms INTEGER NOT NULL,           -- of all of them
    PRIMARY KEY(place_id, day)
) WITHOUT ROWID;
-- Epochs of which votes are not here.
CREATE INDEX epoch_lacking ON epoch(kiosk_id) WHERE through < known_next - 1 OR lost > 0;

-- Ratings by one segment (rollups.h): the service that the visit names, else who was asked, else the counter of its ref.
CREATE TABLE segment(segment_id INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE); -- "service:passport"; 0 is "other"
CREATE TABLE place_segment(              -- those that a place tells apart, the first ones that came
    place_id INTEGER NOT NULL, segment_id INTEGER NOT NULL, PRIMARY KEY(place_id, segment_id)
) WITHOUT ROWID;
CREATE TABLE segment_day(
    place_id INTEGER NOT NULL,
    day INTEGER NOT NULL,                -- local days since 1970-01-01
    name_id INTEGER NOT NULL,
    segment_id INTEGER NOT NULL,         -- 0: one of those that the place does not tell apart
    levels INTEGER NOT NULL,
    own INTEGER NOT NULL,                -- 1: given right there; 0: at the places under it
    c1 INTEGER NOT NULL, c2 INTEGER NOT NULL, c3 INTEGER NOT NULL, c4 INTEGER NOT NULL, c5 INTEGER NOT NULL,
    c6 INTEGER NOT NULL, c7 INTEGER NOT NULL, c8 INTEGER NOT NULL, c9 INTEGER NOT NULL, c10 INTEGER NOT NULL,
    c11 INTEGER NOT NULL,
    PRIMARY KEY(place_id, day, name_id, segment_id, levels, own)
) WITHOUT ROWID;
CREATE INDEX assignment_place ON assignment(place_id);
