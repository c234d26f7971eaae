-- What the alert engine was told of kiosks, and when it was told nothing (presence.h): back-tests feed it again. A row where
-- something changes; none for a heartbeat.
CREATE TABLE presence(
    presence_id INTEGER PRIMARY KEY,     -- in the order in which it was told
    kiosk_id INTEGER NOT NULL,           -- 0: the aggregator itself
    what INTEGER NOT NULL,               -- enum presence_what
    at INTEGER NOT NULL,
    last INTEGER NOT NULL,               -- until then it was heard of, before this
    event_id INTEGER NOT NULL,           -- the newest answer that was stored before it
    -- what the engine knew of the kiosk after it; of the aggregator: state 1, connected
    state INTEGER NOT NULL, state_at INTEGER NOT NULL, ready_at INTEGER NOT NULL, voted_at INTEGER NOT NULL,
    facts INTEGER NOT NULL, tampered_at INTEGER NOT NULL
);
CREATE INDEX presence_kiosk ON presence(kiosk_id, at);
