-- What a change rule judged by when it raised: the usual share, and of each part its points, limit, points before the
-- first vote and at the last alarm, as JSON: {"usual":0.1,"parts":[{"up":6,"down":1,"limit":49,"start":0,"points":49},...]}.
-- Empty for other rules.
ALTER TABLE alert ADD COLUMN judged TEXT NOT NULL DEFAULT '';
