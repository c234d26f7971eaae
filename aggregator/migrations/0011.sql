-- What channels are to tell (store_outgoing.h): written in the transaction of the alert's change, sent after it.
CREATE TABLE outgoing(
    outgoing_id INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,             -- the other side's key against doubles; the same transition has the same one
    channel TEXT NOT NULL,               -- of the settings
    alert TEXT NOT NULL,                 -- id; '': a test
    event INTEGER NOT NULL,              -- enum channel_event
    who TEXT NOT NULL,                   -- acknowledged, closed or asked for the test
    at INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,    -- enum outgoing_state
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL,            -- not before
    ended_at INTEGER,
    reply TEXT NOT NULL DEFAULT ''       -- what the other side said at the last attempt
);
CREATE INDEX outgoing_waiting ON outgoing(channel, next_at) WHERE state = 0;
CREATE INDEX outgoing_alert ON outgoing(alert, channel);
CREATE INDEX outgoing_ended ON outgoing(ended_at) WHERE state <> 0;
