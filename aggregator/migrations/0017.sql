-- Browsers that want messages (store_webpush.h).
CREATE TABLE webpush(
    webpush_id INTEGER PRIMARY KEY,
    endpoint TEXT NOT NULL UNIQUE,       -- address of the browser's push service; whoever knows it cannot send without our key
    who TEXT NOT NULL,                   -- the user's name: one who is gone hears nothing
    place_id INTEGER NOT NULL REFERENCES place, -- of this and all under it
    lang TEXT NOT NULL,
    public_key BLOB NOT NULL, auth BLOB NOT NULL, -- of the browser
    created INTEGER NOT NULL
);
