-- Special days (store_calendar.h): which days are not as every week, at a place and all under it.
CREATE TABLE special_day(
    calendar TEXT NOT NULL,              -- id
    position INTEGER NOT NULL,           -- in it
    place_id INTEGER NOT NULL REFERENCES place,
    from_day INTEGER NOT NULL,           -- local days since 1970-01-01, both in it
    to_day INTEGER NOT NULL,
    name TEXT NOT NULL,
    hours TEXT NOT NULL,                 -- '': closed; 'usual': as every week; else as place.hours
    PRIMARY KEY(calendar, position)
) WITHOUT ROWID;
CREATE INDEX special_day_place ON special_day(place_id);

-- Alerts that are told in one message (store_outgoing.h).
ALTER TABLE outgoing ADD COLUMN together TEXT NOT NULL DEFAULT ''; -- what is alike; '': told by itself
ALTER TABLE outgoing ADD COLUMN lead INTEGER NOT NULL DEFAULT 0;   -- outgoing_id of the row whose message tells of it; 0: its own
CREATE INDEX outgoing_lead ON outgoing(lead) WHERE lead <> 0;
CREATE INDEX outgoing_together ON outgoing(channel, together, at) WHERE together <> '';

-- What a branch can be proud of, told once (store_praise.h).
CREATE TABLE praise(
    praise_id INTEGER PRIMARY KEY,
    place_id INTEGER NOT NULL REFERENCES place,
    kind INTEGER NOT NULL,               -- enum praise_kind
    rule_id INTEGER NOT NULL,            -- 0: of no standard
    value INTEGER NOT NULL,              -- answers; the last day of a step; the day that ended a year
    percent INTEGER NOT NULL,            -- of a step, hundredths
    at INTEGER NOT NULL
);
CREATE INDEX praise_place ON praise(place_id, kind, rule_id, value);
UPDATE outgoing SET event = event + 1 WHERE event >= 4; -- test and report stand after praise
