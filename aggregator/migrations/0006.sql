-- Rollups by local day, up the place tree (rollups.h): what trends read. A row of a place holds what was given at it and
-- at all places under it; they are the sum of `tally` and `choice_tally`, which stay the finest ones.
CREATE TABLE day_tally(
    place_id INTEGER NOT NULL,
    day INTEGER NOT NULL,                -- local days since 1970-01-01
    name_id INTEGER NOT NULL,
    levels INTEGER NOT NULL,
    c1 INTEGER NOT NULL, c2 INTEGER NOT NULL, c3 INTEGER NOT NULL, c4 INTEGER NOT NULL, c5 INTEGER NOT NULL,
    c6 INTEGER NOT NULL, c7 INTEGER NOT NULL, c8 INTEGER NOT NULL, c9 INTEGER NOT NULL, c10 INTEGER NOT NULL,
    c11 INTEGER NOT NULL,
    PRIMARY KEY(place_id, day, name_id, levels)
) WITHOUT ROWID;
CREATE TABLE hour_tally(
    place_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    hour INTEGER NOT NULL,               -- local, 0..23
    name_id INTEGER NOT NULL,
    levels INTEGER NOT NULL,
    c1 INTEGER NOT NULL, c2 INTEGER NOT NULL, c3 INTEGER NOT NULL, c4 INTEGER NOT NULL, c5 INTEGER NOT NULL,
    c6 INTEGER NOT NULL, c7 INTEGER NOT NULL, c8 INTEGER NOT NULL, c9 INTEGER NOT NULL, c10 INTEGER NOT NULL,
    c11 INTEGER NOT NULL,
    PRIMARY KEY(place_id, day, hour, name_id, levels)
) WITHOUT ROWID;
CREATE TABLE choice_day(
    place_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    name_id INTEGER NOT NULL,
    option_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY(place_id, day, name_id, option_id)
) WITHOUT ROWID;

-- Places whose rollups by day are to be built: the deepest one first, some days at a time, so that a place is the sum of
-- what is right already. Votes go on counting meanwhile.
CREATE TABLE rollup_due(
    place_id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,                -- days before it are done
    raw INTEGER NOT NULL                 -- 1: `tally` and `choice_tally` of the place first, from its answers
);
INSERT INTO rollup_due SELECT place_id, -1000000, 0 FROM place;
CREATE INDEX place_parent ON place(parent_id);
