-- Times are Unix milliseconds. Secrets are kept as hashes only.

CREATE TABLE people (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL,
    -- Of an account: the name as it is compared, and the password's hash.
    folded     TEXT    UNIQUE,
    password   TEXT,
    created    INTEGER NOT NULL,
    registered INTEGER,
    CHECK ((folded IS NULL) = (password IS NULL) AND (folded IS NULL) = (registered IS NULL))
) STRICT;

CREATE TABLE sessions (
    token   BLOB    PRIMARY KEY,
    person  INTEGER REFERENCES people (id) ON DELETE CASCADE,
    created INTEGER NOT NULL,
    seen    INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_person ON sessions (person);
CREATE INDEX sessions_by_expires ON sessions (expires);

CREATE TABLE rooms (
    id                      INTEGER PRIMARY KEY AUTOINCREMENT,
    slug                    TEXT    NOT NULL UNIQUE,
    epoch                   INTEGER NOT NULL,
    host                    INTEGER NOT NULL REFERENCES people (id),
    founded                 INTEGER NOT NULL,
    -- What the log starts from; never changed.
    founding_title          TEXT    NOT NULL,
    founding_access         TEXT    NOT NULL,
    founding_per_minute_max INTEGER NOT NULL,
    founding_tau_ms         INTEGER NOT NULL,
    -- What the log has come to; follows it.
    title                   TEXT    NOT NULL,
    access                  TEXT    NOT NULL,
    stream_key              BLOB    NOT NULL UNIQUE,
    door_password           TEXT,
    door_link               BLOB
) STRICT;
CREATE INDEX rooms_by_host ON rooms (host);
CREATE INDEX rooms_public ON rooms (id) WHERE access = 'public';

-- Follows the log.
CREATE TABLE moderators (
    room   INTEGER NOT NULL REFERENCES rooms (id),
    person INTEGER NOT NULL,
    PRIMARY KEY (person, room)
) STRICT, WITHOUT ROWID;

CREATE TABLE door_entries (
    session BLOB    NOT NULL REFERENCES sessions (token) ON DELETE CASCADE,
    room    INTEGER NOT NULL REFERENCES rooms (id),
    key     TEXT    NOT NULL,
    granted INTEGER NOT NULL,
    PRIMARY KEY (session, room, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX door_entries_by_room ON door_entries (room, key);

CREATE TABLE setup (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    token   BLOB,
    offered INTEGER NOT NULL,
    done    INTEGER,
    CHECK ((token IS NULL) = (done IS NOT NULL))
) STRICT;

-- The rows lie in the order they are read in, so the primary key costs no second copy of it. The marks beside
-- the body are for the partial indices, which hold nothing of the many entries (joins, likes) they do not need.
CREATE TABLE log (
    room    INTEGER NOT NULL REFERENCES rooms (id),
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    lasting INTEGER NOT NULL,
    deletes INTEGER,
    body    TEXT    NOT NULL,
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX log_lasting ON log (room, seq, kind) WHERE lasting = 1;
CREATE INDEX log_messages ON log (room, seq) WHERE kind IN ('chat', 'danmaku');
CREATE INDEX log_deletes ON log (room, deletes) WHERE deletes IS NOT NULL;
