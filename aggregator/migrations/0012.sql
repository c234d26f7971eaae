-- Tokens of programs that use the API (store_token.h). One that is revoked is deleted; `audit` remembers it.
CREATE TABLE token(
    name TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,           -- BLAKE2b of the token, never the token
    role TEXT NOT NULL,
    place_id INTEGER NOT NULL REFERENCES place, -- scope: this subtree
    created INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0      -- to the hour; 0: never
) WITHOUT ROWID;
