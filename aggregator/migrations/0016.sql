-- What a ranking needs of 32 days of a place (trends_load_unit): a year of a chain reads 12 rows a branch instead of 365. Kept
-- by triggers, so that it cannot tell another thing than day_tally does. Only answers on faces: not the eleven of NPS.
ALTER TABLE day_tally ADD COLUMN n INTEGER AS (c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10);
ALTER TABLE day_tally ADD COLUMN good INTEGER AS (CASE levels WHEN 2 THEN c2 WHEN 3 THEN c3 WHEN 4 THEN c3 + c4 WHEN 5 THEN c4 + c5
    WHEN 6 THEN c5 + c6 WHEN 7 THEN c6 + c7 WHEN 8 THEN c7 + c8 WHEN 9 THEN c8 + c9 ELSE c9 + c10 END); -- trend_row_good
CREATE TABLE day_block(
    place_id INTEGER NOT NULL,
    block INTEGER NOT NULL,              -- day >> 5
    name_id INTEGER NOT NULL,
    levels INTEGER NOT NULL,
    n INTEGER NOT NULL, good INTEGER NOT NULL, days INTEGER NOT NULL, -- sums over its days; days: those with answers
    good_squares INTEGER NOT NULL, products INTEGER NOT NULL, n_squares INTEGER NOT NULL,
    PRIMARY KEY(place_id, block, name_id, levels)
) WITHOUT ROWID;
CREATE TRIGGER day_tally_first AFTER INSERT ON day_tally WHEN NEW.levels <= 10 BEGIN
    INSERT INTO day_block VALUES(NEW.place_id, NEW.day >> 5, NEW.name_id, NEW.levels, NEW.n, NEW.good, NEW.n > 0,
        NEW.good * NEW.good, NEW.good * NEW.n, NEW.n * NEW.n) ON CONFLICT DO UPDATE SET n = n + excluded.n,
        good = good + excluded.good, days = days + excluded.days, good_squares = good_squares + excluded.good_squares,
        products = products + excluded.products, n_squares = n_squares + excluded.n_squares;
END;
CREATE TRIGGER day_tally_more AFTER UPDATE ON day_tally WHEN NEW.levels <= 10 BEGIN
    UPDATE day_block SET n = n + NEW.n - OLD.n, good = good + NEW.good - OLD.good, days = days + (NEW.n > 0) - (OLD.n > 0),
        good_squares = good_squares + NEW.good * NEW.good - OLD.good * OLD.good,
        products = products + NEW.good * NEW.n - OLD.good * OLD.n, n_squares = n_squares + NEW.n * NEW.n - OLD.n * OLD.n
        WHERE place_id = NEW.place_id AND block = NEW.day >> 5 AND name_id = NEW.name_id AND levels = NEW.levels;
END;
CREATE TRIGGER day_tally_gone AFTER DELETE ON day_tally WHEN OLD.levels <= 10 BEGIN
    UPDATE day_block SET n = n - OLD.n, good = good - OLD.good, days = days - (OLD.n > 0),
        good_squares = good_squares - OLD.good * OLD.good, products = products - OLD.good * OLD.n,
        n_squares = n_squares - OLD.n * OLD.n
        WHERE place_id = OLD.place_id AND block = OLD.day >> 5 AND name_id = OLD.name_id AND levels = OLD.levels;
END;
INSERT INTO day_block SELECT place_id, day >> 5, name_id, levels, sum(n), sum(good), sum(n > 0), sum(good * good),
    sum(good * n), sum(n * n) FROM day_tally WHERE levels <= 10 GROUP BY place_id, day >> 5, name_id, levels;
