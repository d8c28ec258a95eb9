-- Times are Unix milliseconds. Secrets are kept as hashes only.

CREATE TABLE people (
    id         BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    name       TEXT    NOT NULL,
    -- Of an account: the name as it is compared, and the password's hash.
    folded     TEXT    UNIQUE,
    password   TEXT,
    created    BIGINT  NOT NULL,
    registered BIGINT,
    CHECK ((folded IS NULL) = (password IS NULL) AND (folded IS NULL) = (registered IS NULL))
);

CREATE TABLE sessions (
    token   BYTEA   PRIMARY KEY,
    person  BIGINT  REFERENCES people (id) ON DELETE CASCADE,
    created BIGINT  NOT NULL,
    seen    BIGINT  NOT NULL,
    expires BIGINT  NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person);
CREATE INDEX sessions_by_expires ON sessions (expires);

CREATE TABLE rooms (
    id                      BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    slug                    TEXT    NOT NULL UNIQUE,
    epoch                   BIGINT  NOT NULL,
    host                    BIGINT  NOT NULL REFERENCES people (id),
    founded                 BIGINT  NOT NULL,
    -- What the log starts from; never changed.
    founding_title          TEXT    NOT NULL,
    founding_access         TEXT    NOT NULL,
    founding_per_minute_max BIGINT  NOT NULL,
    founding_tau_ms         BIGINT  NOT NULL,
    -- What the log has come to; follows it.
    title                   TEXT    NOT NULL,
    access                  TEXT    NOT NULL,
    stream_key              BYTEA   NOT NULL UNIQUE,
    door_password           TEXT,
    door_link               BYTEA
);
CREATE INDEX rooms_by_host ON rooms (host);
CREATE INDEX rooms_public ON rooms (id) WHERE access = 'public';

-- Follows the log.
CREATE TABLE moderators (
    room   BIGINT  NOT NULL REFERENCES rooms (id),
    person BIGINT  NOT NULL,
    PRIMARY KEY (person, room)
);

CREATE TABLE door_entries (
    session BYTEA   NOT NULL REFERENCES sessions (token) ON DELETE CASCADE,
    room    BIGINT  NOT NULL REFERENCES rooms (id),
    key     TEXT    NOT NULL,
    granted BIGINT  NOT NULL,
    PRIMARY KEY (session, room, key)
);
CREATE INDEX door_entries_by_room ON door_entries (room, key);

CREATE TABLE setup (
    id      BIGINT PRIMARY KEY CHECK (id = 1),
    token   BYTEA,
    offered BIGINT  NOT NULL,
    done    BIGINT,
    CHECK ((token IS NULL) = (done IS NOT NULL))
);

-- The marks beside the body are for the partial indices, which hold nothing of the many entries (joins, likes)
-- they do not need. The body is text and not jsonb, which cannot hold every character a text may have.
CREATE TABLE log (
    room    BIGINT  NOT NULL REFERENCES rooms (id),
    seq     BIGINT  NOT NULL,
    at      BIGINT  NOT NULL,
    kind    TEXT    NOT NULL,
    lasting BOOLEAN NOT NULL,
    deletes BIGINT,
    body    TEXT    NOT NULL,
    PRIMARY KEY (room, seq)
);
CREATE INDEX log_lasting ON log (room, seq, kind) WHERE lasting;
CREATE INDEX log_messages ON log (room, seq) WHERE kind IN ('chat', 'danmaku');
CREATE INDEX log_deletes ON log (room, deletes) WHERE deletes IS NOT NULL;
