-- Contact data: what a customer left so that somebody may answer. It stands apart from the answers, sealed with the key of
-- contact.key, and goes at `expires` or when it is erased; the event stays, without it. Opened with secure_delete.
CREATE TABLE contact(
    event_id INTEGER PRIMARY KEY,
    epoch_id INTEGER NOT NULL, seq INTEGER NOT NULL, -- of that event
    expires INTEGER NOT NULL,
    survey TEXT NOT NULL,                -- the document that was agreed to: with `version` and `lang` it leads to the purpose
    version INTEGER NOT NULL,
    lang TEXT NOT NULL,
    sealed TEXT NOT NULL                 -- base64 of a sealed box
);
CREATE INDEX contact_expires ON contact(expires);

INSERT INTO contact SELECT event_id, epoch_id, seq, at + 65 * 86400000, '', 0, '', json_extract(body, '$.text')
    FROM event WHERE kind = 3 AND json_extract(body, '$.text') IS NOT NULL AND (flags & 8) = 0;
UPDATE event SET body = nullif(json_remove(body, '$.text'), '{}') WHERE kind = 3 AND body IS NOT NULL;

-- What a question of a pushed document says, by the ids that its answers carry.
CREATE VIEW asked AS
    SELECT CAST(coalesce(json_extract(c.body, '$.survey.id'), 'default') AS TEXT) AS survey,
           CAST(coalesce(json_extract(c.body, '$.survey.version'), 1) AS INTEGER) AS version,
           CAST(json_extract(q.value, '$.id') AS TEXT) AS question,
           CAST(coalesce(json_extract(q.value, '$.dimension'), '') AS TEXT) AS dimension,
           q.value AS body, c.from_ms AS from_ms
    FROM content c, json_each(c.body, '$.survey.questions') q;
