-- Verdicts: presses that look as if they were no customer's answer (verdicts.h). They take nothing away: `event` and the
-- rollups stay as they are, and judging anew replaces only what stands here.
CREATE TABLE verdict(
    event_id INTEGER NOT NULL REFERENCES event,
    rule INTEGER NOT NULL,               -- enum verdict_rule
    version INTEGER NOT NULL,            -- of the rule that gave it
    at INTEGER NOT NULL,                 -- when it was given
    PRIMARY KEY(event_id, rule)
) WITHOUT ROWID;
