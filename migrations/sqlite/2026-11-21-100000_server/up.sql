-- What the server keeps for itself. None of it is data: it is in no digest and in no archive.

-- Sessions of the pages and tokens of programs, by the SHA-256 of the secret. The account is
-- looked up with each use, and checked by no foreign key: an account may go at any time.
CREATE TABLE tokens (
    id TEXT PRIMARY KEY NOT NULL,
    user_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    label TEXT,
    created TEXT NOT NULL,
    expires TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX tokens_users ON tokens (user_id);

-- The last backup and the last restore that the server was asked for, at most one row each.
CREATE TABLE maintenance (
    kind TEXT PRIMARY KEY NOT NULL,
    archive TEXT,
    succeeded INTEGER,
    message TEXT NOT NULL,
    started TEXT NOT NULL,
    finished TEXT,
    details TEXT NOT NULL DEFAULT '{}'
) WITHOUT ROWID;
