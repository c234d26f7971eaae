-- The survey on the customer's own phone (store_phone.h). The token stands on a poster for everybody to read and can do no more
-- than answer, so that it is kept as it is: the poster can be printed again.
CREATE TABLE phone(
    phone_id INTEGER PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,          -- 32 hex digits
    place_id INTEGER NOT NULL REFERENCES place,
    kiosk_id INTEGER NOT NULL REFERENCES kiosk, -- the virtual one of the place, under which answers are kept
    who TEXT NOT NULL,                   -- has made it
    created INTEGER NOT NULL,
    ended INTEGER, ended_by TEXT         -- taken back
);
CREATE UNIQUE INDEX phone_place ON phone(place_id) WHERE ended IS NULL;

-- Visits of the last days, so that one that is sent again counts once.
CREATE TABLE phone_visit(
    kiosk_id INTEGER NOT NULL,
    visit BLOB NOT NULL,                 -- 16 bytes, drawn by the page
    epoch_id INTEGER NOT NULL, seq INTEGER NOT NULL, -- of its first answer
    at INTEGER NOT NULL,
    PRIMARY KEY(kiosk_id, visit)
) WITHOUT ROWID;
CREATE INDEX phone_visit_at ON phone_visit(at);
