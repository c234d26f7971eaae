-- Links to one view, for people without a login (store_share.h). One that is taken back is deleted: the audit log knows it.
CREATE TABLE share(
    share_id INTEGER PRIMARY KEY,
    token BLOB NOT NULL UNIQUE,          -- BLAKE2b hash of what stands in the link, never that
    place_id INTEGER NOT NULL REFERENCES place, -- scope: this subtree
    path TEXT NOT NULL,                  -- of the view: "/?page=report&place=..."
    who TEXT NOT NULL,                   -- has made it
    created INTEGER NOT NULL, expires INTEGER NOT NULL
);
