-- Reports by mail (store_mailing.h). A row: for these days the mailing has been put into the outbox for this address, once and for all.
CREATE TABLE mailing_sent(
    mailing TEXT NOT NULL,               -- id in the settings
    recipient TEXT NOT NULL,             -- mail address
    to_day INTEGER NOT NULL,             -- local days since 1970-01-01
    from_day INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,             -- of the row in outgoing
    PRIMARY KEY(mailing, recipient, to_day)
) WITHOUT ROWID;
CREATE TABLE mailing_recipient(
    mailing TEXT NOT NULL, recipient TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE,          -- of the link that ends it, as hex: it can do nothing else
    stopped INTEGER,                     -- when they ended it
    PRIMARY KEY(mailing, recipient)
) WITHOUT ROWID;
