-- The people side of alerts (store_people.h). What somebody does about an alert is a line of its log, so that there is one
-- history and what holds now is read from the last lines: whose it is, which steps are done, what was granted.
ALTER TABLE alert_log ADD COLUMN subject TEXT NOT NULL DEFAULT ''; -- user, step, language: what the line is about
ALTER TABLE alert_log ADD COLUMN amount INTEGER NOT NULL DEFAULT 0; -- check: 1 done, 0 undone; recover: its cost

-- An alert that has ended and is worked on again: since when; NULL: it is not.
ALTER TABLE alert ADD COLUMN reopened INTEGER;
CREATE INDEX alert_reopened ON alert(place_id) WHERE reopened IS NOT NULL;
