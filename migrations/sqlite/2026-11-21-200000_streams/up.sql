-- Streams of data, and the devices of an account that write them: nothing of the network.

CREATE TABLE stream_devices (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    nickname TEXT,
    description TEXT,
    icon TEXT,
    -- with it the device logs in; it goes out with an export, and so is no hash
    api_key TEXT UNIQUE,
    is_enabled INTEGER NOT NULL DEFAULT 1,
    is_public INTEGER NOT NULL DEFAULT 0,
    role TEXT,
    is_visible INTEGER NOT NULL DEFAULT 1,
    is_user_editable INTEGER NOT NULL DEFAULT 1,
    data TEXT NOT NULL DEFAULT '{}',
    UNIQUE (user_id, name)
);

CREATE TABLE streams (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    stream_device_id INTEGER NOT NULL REFERENCES stream_devices (id),
    name TEXT NOT NULL,
    nickname TEXT,
    description TEXT,
    icon TEXT,
    -- a JSON Schema as its owner wrote it
    schema TEXT,
    datatype TEXT,
    is_ephemeral INTEGER NOT NULL DEFAULT 0,
    has_downlink INTEGER NOT NULL DEFAULT 0,
    data TEXT NOT NULL DEFAULT '{}',
    UNIQUE (stream_device_id, name)
);

-- Positions go up from 0 without a gap, and times never go down.
CREATE TABLE datapoints (
    stream_id INTEGER NOT NULL REFERENCES streams (id),
    is_downlink INTEGER NOT NULL DEFAULT 0,
    position INTEGER NOT NULL,
    -- seconds since 1970, UTC
    time REAL NOT NULL,
    -- JSON as it came; NULL is null
    value TEXT,
    -- who wrote it, where that is not the stream's own device
    sender TEXT,
    -- the run that brought it; NULL where it was written here
    run INTEGER,
    PRIMARY KEY (stream_id, is_downlink, position)
) WITHOUT ROWID;

-- What the ledger is for rows that come by the million and in an order: the rows number
-- first_row to first_row + rows - 1 of a legacy list hang on the store's row store_id.
CREATE TABLE ledger_ranges (
    kind INTEGER NOT NULL,
    text TEXT NOT NULL,
    first_row INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    store_id INTEGER NOT NULL,
    run INTEGER NOT NULL,
    -- of the rows as the import wrote them
    digest BLOB NOT NULL,
    PRIMARY KEY (kind, text, first_row)
) WITHOUT ROWID;
