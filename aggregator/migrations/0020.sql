-- The improvement log (store_improvement.h): what was done so that customers are served better. An entry is never deleted or
-- overwritten: each change of it is a row more, the newest counts.
CREATE TABLE improvement(
    improvement_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,           -- 1: as it was written first
    place_id INTEGER NOT NULL REFERENCES place, -- of this and all under it; the same in every revision
    kind TEXT NOT NULL,                  -- improvement_kinds
    day INTEGER NOT NULL,                -- local day on which it began, since 1970-01-01
    what TEXT NOT NULL, why TEXT NOT NULL,
    who TEXT NOT NULL,                   -- has written this revision
    at INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL,          -- 1: it was taken back; it stays in the log
    PRIMARY KEY(improvement_id, revision)
) WITHOUT ROWID;
CREATE INDEX improvement_place ON improvement(place_id, day);

CREATE INDEX alert_raised ON alert(raised); -- what happened in the days of a line
