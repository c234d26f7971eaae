-- The people side of alerts (store_people.h). What somebody does about an alert is a line of its log, so that there is one
-- history and what holds now is read from the last lines: whose it is, which steps are done, what was granted.
ALTER TABLE alert_log ADD COLUMN subject TEXT NOT NULL DEFAULT ''; -- user, step, language: what the line is about
ALTER TABLE alert_log ADD COLUMN amount INTEGER NOT NULL DEFAULT 0; -- check: 1 done, 0 undone; recover: its cost

-- An alert that has ended and is worked on again: since when; NULL: it is not.
ALTER TABLE alert ADD COLUMN reopened INTEGER;
CREATE INDEX alert_reopened ON alert(place_id) WHERE reopened IS NOT NULL;

-- Silences (silence.h): alerts that are not told to signs and channels for a time.
CREATE TABLE silence(
    silence_id INTEGER PRIMARY KEY,
    place_id INTEGER NOT NULL REFERENCES place, -- and all under it
    rule_id INTEGER NOT NULL,            -- 0: every rule
    kiosk_id INTEGER NOT NULL,           -- 0: of every kiosk, and of none
    who TEXT NOT NULL,
    reason TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    ended_at INTEGER, ended_by TEXT      -- before that, by hand
);
CREATE INDEX silence_open ON silence(until_ms) WHERE ended_at IS NULL;

-- Who asked to be called (store_people.h): a case beside the contact data, which it never holds. It is open while it has
-- not ended and the contact data are there. Contact data from before have none: they have no clock.
CREATE TABLE contact_case(
    event_id INTEGER PRIMARY KEY,        -- as in contact
    place_id INTEGER NOT NULL, kiosk_id INTEGER NOT NULL,
    asked INTEGER NOT NULL,
    due INTEGER,                         -- somebody takes it before; NULL: the place never opens
    taken_at INTEGER, taken_by TEXT,
    outcome TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', -- of the last attempt
    ended_at INTEGER, ended_by TEXT
);
CREATE INDEX contact_case_open ON contact_case(place_id) WHERE ended_at IS NULL;

-- Who else is to be told of an alert that nobody is on, and when: a row a step of its standard's ladder, made when it begins
-- to fire and gone when somebody is on it or it has ended.
CREATE TABLE escalation(
    alert TEXT NOT NULL, step INTEGER NOT NULL, -- 1, 2, ...
    channel TEXT NOT NULL,               -- of the settings
    due INTEGER NOT NULL,
    told INTEGER,                        -- NULL: not yet
    PRIMARY KEY(alert, step, due)
) WITHOUT ROWID;
CREATE INDEX escalation_due ON escalation(due) WHERE told IS NULL;
