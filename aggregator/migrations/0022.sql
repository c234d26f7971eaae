-- Ratings by phone count in a segment of their own (store_segments.h): the places that have some are told anew, and those above.
WITH RECURSIVE up(place_id) AS (SELECT place_id FROM phone UNION
    SELECT p.parent_id FROM up JOIN place p USING(place_id) WHERE p.parent_id IS NOT NULL)
INSERT INTO rollup_due SELECT place_id, -1000000, 0 FROM up WHERE true
    ON CONFLICT DO UPDATE SET day = excluded.day;
