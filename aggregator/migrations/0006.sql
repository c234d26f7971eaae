-- Rollups up the place tree: of each place, the votes at it and at every place below it, by the local calendar of the
-- place where each vote was given. Always equal to a recount of `event`.
CREATE TABLE day_tally(
    place_id INTEGER NOT NULL,
    day INTEGER NOT NULL,                -- local days since 1970-01-01
    name_id INTEGER NOT NULL, levels INTEGER NOT NULL,
    c1 INTEGER NOT NULL DEFAULT 0, c2 INTEGER NOT NULL DEFAULT 0, c3 INTEGER NOT NULL DEFAULT 0,
    c4 INTEGER NOT NULL DEFAULT 0, c5 INTEGER NOT NULL DEFAULT 0, c6 INTEGER NOT NULL DEFAULT 0,
    c7 INTEGER NOT NULL DEFAULT 0, c8 INTEGER NOT NULL DEFAULT 0, c9 INTEGER NOT NULL DEFAULT 0,
    c10 INTEGER NOT NULL DEFAULT 0, c11 INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY(place_id, day, name_id, levels)
) WITHOUT ROWID;
CREATE TABLE hour_tally(
    place_id INTEGER NOT NULL,
    day INTEGER NOT NULL, hour INTEGER NOT NULL, -- local, 0..23; the hour that a clock goes back over is one
    name_id INTEGER NOT NULL, levels INTEGER NOT NULL,
    c1 INTEGER NOT NULL DEFAULT 0, c2 INTEGER NOT NULL DEFAULT 0, c3 INTEGER NOT NULL DEFAULT 0,
    c4 INTEGER NOT NULL DEFAULT 0, c5 INTEGER NOT NULL DEFAULT 0, c6 INTEGER NOT NULL DEFAULT 0,
    c7 INTEGER NOT NULL DEFAULT 0, c8 INTEGER NOT NULL DEFAULT 0, c9 INTEGER NOT NULL DEFAULT 0,
    c10 INTEGER NOT NULL DEFAULT 0, c11 INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY(place_id, day, hour, name_id, levels)
) WITHOUT ROWID;
