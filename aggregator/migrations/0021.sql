-- Contents that take effect at a time to come (store_content.h).
CREATE TABLE content_plan(
    plan_id INTEGER PRIMARY KEY,
    place_id INTEGER NOT NULL, kiosk_id INTEGER NOT NULL, -- as in content
    at_ms INTEGER NOT NULL,              -- in force from then on
    made_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    yaml TEXT NOT NULL,
    ended_ms INTEGER,                    -- it is settled
    ended_by TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT ''     -- 'done', 'withdrawn', or why it was not taken when its time came
);
-- What was done about an alert, as kiosks of its branch tell it between customers: "you said, we did".
CREATE TABLE told(
    told_id INTEGER PRIMARY KEY,
    alert_id INTEGER NOT NULL REFERENCES alert,
    place_id INTEGER NOT NULL REFERENCES place, -- the branch
    said TEXT NOT NULL, did TEXT NOT NULL, -- JSON: language -> words
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,              -- not shown any more from then on
    who TEXT NOT NULL,
    ended_by TEXT NOT NULL DEFAULT ''    -- taken back by hand, at to_ms
);
CREATE INDEX told_place ON told(place_id, to_ms);
