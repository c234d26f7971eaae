-- The first released schema. Integer keys are given out by the core thread (the only writer), never by the
-- database, so that the same statements serve another SQL store later. Times are milliseconds UTC.

CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- ------------------------------------------------------------------ what the organisation is
CREATE TABLE place(
    place_id INTEGER PRIMARY KEY,        -- 0 is "unassigned"
    id TEXT NOT NULL UNIQUE,
    parent_id INTEGER REFERENCES place,  -- NULL: the organisation
    kind INTEGER NOT NULL,               -- enum place_kind: org, region, branch, area
    name TEXT NOT NULL,
    tz TEXT NOT NULL DEFAULT '',         -- '': from the parent
    hours TEXT NOT NULL DEFAULT ''       -- "1 07:00-12:00 13:00-20:00;2 ..." by weekday, 0 = Sunday; '': from the parent
);

CREATE TABLE kiosk(
    kiosk_id INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL DEFAULT '',
    known INTEGER NOT NULL DEFAULT 0,    -- 0: has spoken but nobody has registered it
    state INTEGER NOT NULL DEFAULT 0,    -- enum kiosk_state
    state_since INTEGER NOT NULL DEFAULT 0,
    session INTEGER NOT NULL DEFAULT -1, -- of the last birth; a will counts only if it names the same
    epoch BLOB,                          -- current epoch of the last birth
    heard_at INTEGER NOT NULL DEFAULT 0, -- arrival of its last birth, goodbye or health
    unacknowledged INTEGER NOT NULL DEFAULT 0,
    ignored INTEGER NOT NULL DEFAULT 0,
    free_disk_bytes INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0,
    clock INTEGER NOT NULL DEFAULT 0,    -- enum clock_quality
    reason TEXT NOT NULL DEFAULT '',
    software TEXT NOT NULL DEFAULT '',
    boot INTEGER NOT NULL DEFAULT 0,
    engine TEXT NOT NULL DEFAULT ''      -- the alert engine's memory of it (engine_kiosk_encode)
);

-- History belongs to the place; a kiosk is an assignment with from and to.
CREATE TABLE assignment(
    kiosk_id INTEGER NOT NULL REFERENCES kiosk,
    place_id INTEGER NOT NULL REFERENCES place,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER,                       -- NULL: still there
    PRIMARY KEY(kiosk_id, from_ms)
) WITHOUT ROWID;

-- Versioned documents: surveys and rules. The newest version with to_ms NULL is in force.
CREATE TABLE survey(id TEXT NOT NULL, version INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER,
    body TEXT NOT NULL, PRIMARY KEY(id, version)) WITHOUT ROWID;
CREATE TABLE rule(
    rule_id INTEGER NOT NULL,            -- one number for all versions of an id
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER,
    place_id INTEGER NOT NULL REFERENCES place,
    body TEXT NOT NULL,                  -- JSON: kind, names, thresholds
    PRIMARY KEY(rule_id, version)
) WITHOUT ROWID;

-- Ids of questions and options as numbers, whether a survey names them or not.
CREATE TABLE name(name_id INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);

CREATE TABLE config_change(
    change_id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    before TEXT, after TEXT);

-- ------------------------------------------------------------------ ratings
CREATE TABLE epoch(
    epoch_id INTEGER PRIMARY KEY,        -- never pruned
    kiosk_id INTEGER NOT NULL REFERENCES kiosk,
    epoch BLOB NOT NULL,
    born INTEGER NOT NULL,               -- arrival of its first message or birth
    through INTEGER NOT NULL DEFAULT 0,  -- every seq up to here is settled
    voids INTEGER NOT NULL DEFAULT 0,    -- stored void events
    known TEXT NOT NULL DEFAULT '',      -- votes per score as the kiosk last counted them: "3 0 4 1 9"
    known_next INTEGER NOT NULL DEFAULT 1, -- ... for seqs below this
    known_at INTEGER NOT NULL DEFAULT 0,
    lost INTEGER NOT NULL DEFAULT 0,     -- declared lost by the kiosk
    UNIQUE(kiosk_id, epoch)
);

CREATE TABLE event(
    event_id INTEGER PRIMARY KEY,        -- order of arrival
    epoch_id INTEGER NOT NULL REFERENCES epoch,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,                 -- event time, fixed once at arrival (rule 8)
    arrived INTEGER NOT NULL,
    place_id INTEGER NOT NULL,           -- 0: unassigned
    name_id INTEGER NOT NULL,            -- question; 0: none (void)
    kind INTEGER NOT NULL,               -- enum event_type
    score INTEGER NOT NULL,              -- rating, number; void: the seq taken back
    levels INTEGER NOT NULL,
    flags INTEGER NOT NULL,              -- enum event_flag of store.h
    visit INTEGER NOT NULL,
    body TEXT                            -- JSON of what is rare: options, text, facts, unknown place; NULL: nothing
);
CREATE UNIQUE INDEX event_key ON event(epoch_id, seq);
CREATE INDEX event_place ON event(place_id, event_id);

-- What could not be used, with its bytes and the reason. A row with seq counts as settled.
CREATE TABLE quarantine(
    quarantine_id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kiosk TEXT NOT NULL,                 -- from the topic
    topic TEXT NOT NULL,
    reason TEXT NOT NULL,
    epoch_id INTEGER, seq INTEGER,
    payload BLOB NOT NULL
);
CREATE INDEX quarantine_key ON quarantine(epoch_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX quarantine_kiosk ON quarantine(kiosk, quarantine_id) WHERE seq IS NULL;

-- ------------------------------------------------------------------ rollups: always equal to a recount of `event`
-- One row a quarter hour (UTC), place, kiosk and question: how often each score was given.
CREATE TABLE tally(
    place_id INTEGER NOT NULL, kiosk_id INTEGER NOT NULL, name_id INTEGER NOT NULL,
    quarter INTEGER NOT NULL,            -- at / 900000
    c1 INTEGER NOT NULL DEFAULT 0, c2 INTEGER NOT NULL DEFAULT 0, c3 INTEGER NOT NULL DEFAULT 0,
    c4 INTEGER NOT NULL DEFAULT 0, c5 INTEGER NOT NULL DEFAULT 0, c6 INTEGER NOT NULL DEFAULT 0,
    c7 INTEGER NOT NULL DEFAULT 0, c8 INTEGER NOT NULL DEFAULT 0, c9 INTEGER NOT NULL DEFAULT 0,
    c10 INTEGER NOT NULL DEFAULT 0, c11 INTEGER NOT NULL DEFAULT 0,
    levels INTEGER NOT NULL,             -- of the scale: 4, 5, 11
    PRIMARY KEY(place_id, quarter, name_id, kiosk_id, levels)
) WITHOUT ROWID;
-- The same for choices: how often each option (reason) was given.
CREATE TABLE choice_tally(
    place_id INTEGER NOT NULL, kiosk_id INTEGER NOT NULL, name_id INTEGER NOT NULL, option_id INTEGER NOT NULL,
    quarter INTEGER NOT NULL, n INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY(place_id, quarter, name_id, option_id, kiosk_id)
) WITHOUT ROWID;

-- Branch figures are shown in steps (privacy): pages leave out the branch's events after event_id.
CREATE TABLE released(
    place_id INTEGER PRIMARY KEY REFERENCES place,
    event_id INTEGER NOT NULL,
    at INTEGER NOT NULL,                 -- when the step was taken
    rev INTEGER NOT NULL                 -- grows with every step, alert change and presence change of the branch
);

-- ------------------------------------------------------------------ alerts
CREATE TABLE rule_state(                 -- the engine's memory, one row a (rule, place, subject)
    rule_id INTEGER NOT NULL, place_id INTEGER NOT NULL, kiosk_id INTEGER NOT NULL,
    state TEXT NOT NULL,                 -- engine_key_encode
    PRIMARY KEY(rule_id, place_id, kiosk_id)
) WITHOUT ROWID;
CREATE TABLE alert(
    alert_id INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    rule_id INTEGER NOT NULL, rule_version INTEGER NOT NULL,
    place_id INTEGER NOT NULL, kiosk_id INTEGER NOT NULL, -- kiosk 0: the place itself
    state TEXT NOT NULL,                 -- firing, acknowledged, recovering, resolved, unknown
    since INTEGER NOT NULL, opened INTEGER NOT NULL, raised INTEGER NOT NULL, closed INTEGER, closed_by TEXT,
    flaps INTEGER NOT NULL DEFAULT 0,
    first_event INTEGER NOT NULL DEFAULT 0, last_event INTEGER NOT NULL DEFAULT 0,
    n INTEGER NOT NULL DEFAULT 0, unhappy INTEGER NOT NULL DEFAULT 0, -- now; pages count for themselves, in steps
    points INTEGER NOT NULL DEFAULT 0, point_limit INTEGER NOT NULL DEFAULT 0,
    point_start INTEGER NOT NULL DEFAULT 0, -- points before first_event: half the limit after a closing by hand
    ack_by TEXT, ack_at INTEGER, ack_until INTEGER
);
CREATE INDEX alert_closed ON alert(closed, place_id); -- the open ones, and those that ended just now
CREATE TABLE alert_log(                  -- every transition and every word about it, in order
    log_id INTEGER PRIMARY KEY,
    alert_id INTEGER NOT NULL REFERENCES alert,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,                -- engine_cause_name, or comment
    who TEXT NOT NULL DEFAULT '',
    from_state TEXT NOT NULL DEFAULT '', to_state TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    n INTEGER NOT NULL DEFAULT 0, unhappy INTEGER NOT NULL DEFAULT 0, points INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX alert_log_alert ON alert_log(alert_id);

-- ------------------------------------------------------------------ people
CREATE TABLE user(
    user_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, display TEXT NOT NULL, role TEXT NOT NULL,
    place_id INTEGER NOT NULL REFERENCES place, -- scope: this subtree
    lang TEXT NOT NULL DEFAULT 'id', hash TEXT NOT NULL -- Argon2id, libsodium's text form
);
CREATE TABLE session(
    token BLOB PRIMARY KEY,              -- BLAKE2b hash of the cookie, never the cookie
    user_id INTEGER NOT NULL REFERENCES user, created INTEGER NOT NULL, expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE audit(audit_id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
    subject TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '');
