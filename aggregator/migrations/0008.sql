-- Answers that have been deleted, since they were old enough or their import was undone: their keys stay settled.
CREATE TABLE gone(
    epoch_id INTEGER NOT NULL REFERENCES epoch,
    first_seq INTEGER NOT NULL,
    n INTEGER NOT NULL,                  -- first_seq, first_seq + 1, ...
    PRIMARY KEY(epoch_id, first_seq)
) WITHOUT ROWID;

-- Imports of history (core_import.c): each is an epoch of the kiosk `import`.
CREATE TABLE import(
    import_id INTEGER PRIMARY KEY,
    epoch_id INTEGER NOT NULL UNIQUE REFERENCES epoch,
    sha256 TEXT NOT NULL,                -- of file and map, so that the same one twice is the same import
    name TEXT NOT NULL,                  -- of the file
    at INTEGER NOT NULL,                 -- when it began
    who TEXT NOT NULL,
    state INTEGER NOT NULL,              -- enum import_state
    lines INTEGER NOT NULL DEFAULT 0,    -- of the file, that have been dealt with
    answers INTEGER NOT NULL DEFAULT 0,  -- stored
    rejected INTEGER NOT NULL DEFAULT 0, -- lines that could not be used
    first_at INTEGER NOT NULL DEFAULT 0, -- of its answers
    last_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX import_sha256 ON import(sha256);
