-- Erasure: visits whose words were taken back by those who said them (core_erase.c). The answers stay as rows without what
-- they said, so that a key that is sent again counts as stored; of what has yet to come, these rows tell what to leave out.
CREATE TABLE erasure(
    epoch_id INTEGER NOT NULL REFERENCES epoch,
    visit INTEGER NOT NULL,              -- seq of the visit's first answer
    score INTEGER NOT NULL,              -- 1: its scores and choices went too
    at INTEGER NOT NULL,
    told INTEGER,                        -- when the kiosk said that it has done the same; NULL: not yet
    PRIMARY KEY(epoch_id, visit)
) WITHOUT ROWID;
CREATE INDEX erasure_untold ON erasure(epoch_id) WHERE told IS NULL;
