-- Reasons by how the visit began: of `n`, those of visits whose first answer was a rating on an unhappy face, and on a
-- happy one (rollups.h). A row with option_id 0 counts the answers themselves, whatever they named.
ALTER TABLE choice_tally ADD COLUMN unhappy INTEGER NOT NULL DEFAULT 0;
ALTER TABLE choice_tally ADD COLUMN happy INTEGER NOT NULL DEFAULT 0;
ALTER TABLE choice_day ADD COLUMN unhappy INTEGER NOT NULL DEFAULT 0;
ALTER TABLE choice_day ADD COLUMN happy INTEGER NOT NULL DEFAULT 0;
INSERT INTO rollup_due SELECT place_id, -1000000, 1 FROM place WHERE true
    ON CONFLICT DO UPDATE SET day = excluded.day, raw = 1;
