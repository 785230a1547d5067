-- Papers of a case: what was attached to it, its letter and its packet, as they are; the log holds the hash of each.
CREATE TABLE papers (
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('capture', 'letter', 'packet')),
    who TEXT NOT NULL,
    moment TEXT NOT NULL,
    digest TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (subject, name)
) STRICT;

-- What somebody wrote beside an event. It may name people, so it stands outside the log and goes with its purpose; the
-- log holds its hash with `salt`, which goes too, so that nothing is left that confirms a guess.
CREATE TABLE remarks (
    request TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    salt TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

-- Accounts that are watched with the consent of whoever answers for them: of local admins, and of contestants.
CREATE TABLE register (
    platform TEXT NOT NULL,
    account TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('office', 'contestant')),
    owner TEXT NOT NULL,
    contact TEXT NOT NULL,
    registered_on TEXT NOT NULL,
    consent TEXT NOT NULL,
    source TEXT NOT NULL,
    closed_on TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (platform, account)
) STRICT;

-- Talks of coaches with whoever answers for an account.
CREATE TABLE talks (
    talk TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    platform TEXT NOT NULL,
    account TEXT NOT NULL,
    subject TEXT NOT NULL,
    person TEXT NOT NULL,
    agreed TEXT NOT NULL,
    follow_up TEXT NOT NULL CHECK (follow_up IN ('none', 'talk', 'letter')),
    who TEXT NOT NULL
) STRICT;

-- What was sent when a session was over, until its person comes back.
CREATE TABLE drafts (
    person TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    form TEXT NOT NULL,
    moment REAL NOT NULL
) STRICT;
