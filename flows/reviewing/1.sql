-- The log: one row an event, chained by hash. Nothing in it names a post: an item is a random number (items).
CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    moment TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    request TEXT NOT NULL UNIQUE,
    previous TEXT NOT NULL,
    digest TEXT NOT NULL
) STRICT;

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'an event of the desk is never changed'); END;

CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'an event of the desk is never deleted'); END;

-- How many events there are and the hash of the last: misses what was cut off at the end.
CREATE TABLE head (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), count INTEGER NOT NULL, digest TEXT NOT NULL) STRICT;
INSERT INTO head VALUES (1, 0, '');

-- The posts of an item. An erasure takes rows from here, and the log stays what it was.
CREATE TABLE items (
    item TEXT NOT NULL,
    platform TEXT NOT NULL,
    post_id TEXT NOT NULL,
    PRIMARY KEY (platform, post_id)
) STRICT;
CREATE INDEX items_by_item ON items (item);

-- What belongs to a moment, and is no history: passwords as argon2 hashes, sessions and failed logins.
CREATE TABLE passwords (person TEXT PRIMARY KEY, hash TEXT NOT NULL) STRICT;
CREATE TABLE sessions (
    digest TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    token TEXT NOT NULL,
    begun REAL NOT NULL,
    seen REAL NOT NULL
) STRICT;
CREATE TABLE failures (person TEXT NOT NULL, moment REAL NOT NULL) STRICT;

-- Who has which item open, and until when.
CREATE TABLE leases (
    item TEXT NOT NULL,
    coder TEXT NOT NULL,
    until REAL NOT NULL,
    PRIMARY KEY (item, coder)
) STRICT;
