-- Lists of the configuration's document that are kept as they are written (store_item.h): channels, mailings.
CREATE TABLE item(
    item_id INTEGER PRIMARY KEY,         -- in the order in which they were made
    list TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,                  -- JSON, its id included (rows_json.h)
    UNIQUE(list, id)
);
