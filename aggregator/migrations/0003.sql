-- Remote management: documents pushed to kiosks, and what the kiosks say of them.

-- What kiosks show and ask (shared/content.h), for a place and all under it or for one kiosk. Versions are kept; the
-- one with to_ms NULL is in force.
CREATE TABLE content(
    place_id INTEGER NOT NULL,           -- 0: it is for a kiosk
    kiosk_id INTEGER NOT NULL,           -- 0: it is for a place
    version INTEGER NOT NULL,            -- 1, 2, 3 ... of this place or kiosk
    from_ms INTEGER NOT NULL,
    to_ms INTEGER,
    who TEXT NOT NULL,                   -- who pushed it
    ended_by TEXT NOT NULL DEFAULT '',   -- who cleared it or pushed the next one
    yaml TEXT NOT NULL,                  -- as it was pushed
    body TEXT NOT NULL,                  -- the same as JSON, as kiosks get it
    PRIMARY KEY(place_id, kiosk_id, version)
) WITHOUT ROWID;

-- SHA-256 in hex digits; '': the kiosk's own file.
ALTER TABLE kiosk ADD COLUMN published TEXT NOT NULL DEFAULT '';   -- document that it should have
ALTER TABLE kiosk ADD COLUMN content TEXT NOT NULL DEFAULT '';     -- document in force, from its health
ALTER TABLE kiosk ADD COLUMN refused TEXT NOT NULL DEFAULT '';     -- document that it refused last
ALTER TABLE kiosk ADD COLUMN refused_why TEXT NOT NULL DEFAULT '';
ALTER TABLE kiosk ADD COLUMN assignment TEXT NOT NULL DEFAULT '';  -- where its own file says it stands, if not here
