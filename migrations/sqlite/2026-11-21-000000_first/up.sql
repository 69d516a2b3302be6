-- The successor's data. Ids are AUTOINCREMENT: SQLite then remembers the highest
-- id ever given, which plans rely on. Times are UTC text, JSON is text.

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    username TEXT NOT NULL UNIQUE,
    email TEXT COLLATE NOCASE UNIQUE,
    password TEXT,
    password_generated INTEGER NOT NULL DEFAULT 0,
    must_change_password INTEGER NOT NULL DEFAULT 0,
    first_name TEXT,
    last_name TEXT,
    is_active INTEGER NOT NULL DEFAULT 1,
    is_staff INTEGER NOT NULL DEFAULT 0,
    is_superuser INTEGER NOT NULL DEFAULT 0,
    date_joined TEXT,
    last_login TEXT,
    receives_notifications INTEGER NOT NULL DEFAULT 1,
    data TEXT NOT NULL DEFAULT '{}'
);

CREATE TABLE email_addresses (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    email TEXT NOT NULL COLLATE NOCASE,
    is_verified INTEGER NOT NULL DEFAULT 0,
    is_primary INTEGER NOT NULL DEFAULT 0,
    UNIQUE (user_id, email)
);

CREATE TABLE layers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT,
    organization TEXT,
    area TEXT,
    is_published INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE statuses (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    is_default INTEGER NOT NULL DEFAULT 0
);

INSERT INTO statuses (slug, name, is_default) VALUES
    ('potential', 'potential', 1),
    ('planned', 'planned', 0),
    ('active', 'active', 0);

CREATE TABLE nodes (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    user_id INTEGER REFERENCES users (id),
    layer_id INTEGER NOT NULL REFERENCES layers (id),
    status_id INTEGER NOT NULL REFERENCES statuses (id),
    longitude REAL NOT NULL,
    latitude REAL NOT NULL,
    elevation REAL,
    description TEXT,
    notes TEXT,
    access_level INTEGER NOT NULL DEFAULT 0,
    data TEXT NOT NULL DEFAULT '{}',
    added TEXT,
    updated TEXT
);
CREATE INDEX nodes_user ON nodes (user_id);
CREATE INDEX nodes_layer ON nodes (layer_id);

CREATE TABLE devices (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    node_id INTEGER NOT NULL REFERENCES nodes (id),
    name TEXT NOT NULL,
    type TEXT,
    description TEXT,
    data TEXT NOT NULL DEFAULT '{}',
    added TEXT,
    updated TEXT
);
CREATE INDEX devices_node ON devices (node_id);

CREATE TABLE routing_protocols (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    version TEXT
);

CREATE TABLE device_routing_protocols (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    device_id INTEGER NOT NULL REFERENCES devices (id),
    routing_protocol_id INTEGER NOT NULL REFERENCES routing_protocols (id),
    UNIQUE (device_id, routing_protocol_id)
);

CREATE TABLE interfaces (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    device_id INTEGER NOT NULL REFERENCES devices (id),
    type TEXT,
    name TEXT NOT NULL,
    mac TEXT,
    mode TEXT,
    channel TEXT,
    data TEXT NOT NULL DEFAULT '{}',
    added TEXT,
    updated TEXT
);
CREATE INDEX interfaces_device ON interfaces (device_id);

CREATE TABLE ip_addresses (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    interface_id INTEGER NOT NULL REFERENCES interfaces (id),
    address TEXT UNIQUE,
    protocol TEXT,
    prefix_length INTEGER
);
CREATE INDEX ip_addresses_interface ON ip_addresses (interface_id);

CREATE TABLE vaps (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    interface_id INTEGER NOT NULL REFERENCES interfaces (id),
    essid TEXT,
    bssid TEXT
);
CREATE INDEX vaps_interface ON vaps (interface_id);

CREATE TABLE links (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    interface_a_id INTEGER NOT NULL REFERENCES interfaces (id),
    interface_b_id INTEGER NOT NULL REFERENCES interfaces (id),
    type TEXT,
    status TEXT,
    metric_type TEXT,
    metric_value REAL,
    dbm INTEGER,
    min_rate INTEGER,
    max_rate INTEGER,
    access_level INTEGER NOT NULL DEFAULT 0,
    data TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX links_interface_a ON links (interface_a_id);
CREATE INDEX links_interface_b ON links (interface_b_id);

CREATE TABLE routes (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    device_id INTEGER NOT NULL REFERENCES devices (id),
    destination TEXT,
    data TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX routes_device ON routes (device_id);

CREATE TABLE contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    node_id INTEGER NOT NULL REFERENCES nodes (id),
    user_id INTEGER REFERENCES users (id),
    from_name TEXT,
    from_email TEXT,
    message TEXT,
    ip TEXT,
    user_agent TEXT,
    http_referer TEXT,
    accept_language TEXT,
    data TEXT NOT NULL DEFAULT '{}',
    added TEXT
);
CREATE INDEX contacts_node ON contacts (node_id);
CREATE INDEX contacts_user ON contacts (user_id);

CREATE TABLE network_statistics (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    active_nodes INTEGER,
    potential_nodes INTEGER,
    hotspots INTEGER,
    links INTEGER,
    kilometres REAL,
    data TEXT NOT NULL DEFAULT '{}',
    added TEXT
);

-- The engine's own.

CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    recipe TEXT NOT NULL,
    mode TEXT NOT NULL,
    outcome TEXT NOT NULL,
    started TEXT NOT NULL,
    finished TEXT NOT NULL,
    plan TEXT,
    source_kind TEXT,
    source_identity TEXT,
    stages TEXT NOT NULL,
    entities TEXT NOT NULL,
    -- what the next run compares its source with
    notes TEXT NOT NULL DEFAULT '{}'
);

-- A finding is stored once: first_run had it first, last_run last; open (NULL) while it stands.
CREATE TABLE findings (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    recipe TEXT NOT NULL,
    first_run INTEGER NOT NULL REFERENCES runs (id),
    last_run INTEGER REFERENCES runs (id),
    code TEXT NOT NULL,
    severity TEXT NOT NULL,
    stage TEXT,
    entity TEXT,
    legacy_id TEXT,
    name TEXT,
    message TEXT NOT NULL,
    cause TEXT,
    refuses INTEGER NOT NULL DEFAULT 0,
    -- a hash of all that a person reads: equal findings of two runs are the same one
    identity INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX findings_open ON findings (recipe) WHERE last_run IS NULL;
CREATE INDEX findings_runs ON findings (first_run);

-- Which recipe's rows of which table: a number, because the ledger has millions of rows.
CREATE TABLE ledger_kinds (
    id INTEGER PRIMARY KEY NOT NULL,
    recipe TEXT NOT NULL,
    table_name TEXT NOT NULL,
    -- how many entries the ledger has of it
    entries INTEGER NOT NULL DEFAULT 0,
    UNIQUE (recipe, table_name)
);

-- What each legacy row became. The key is (number, text): an integer id, a text, or both.
-- The fingerprint is one hash per field as the import wrote it, and so the base of a three-way merge.
CREATE TABLE ledger (
    -- of ledger_kinds; checked by nobody, because it would be checked a million times
    kind INTEGER NOT NULL,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    store_id INTEGER NOT NULL,
    adopted INTEGER NOT NULL,
    created_run INTEGER NOT NULL,
    changed_run INTEGER NOT NULL,
    fingerprint BLOB NOT NULL,
    PRIMARY KEY (kind, number, text)
) WITHOUT ROWID;

-- The state before a run changed or deleted a row: its fields as JSON (NULL where only
-- the ledger changed) and its ledger entry (NULL fingerprint where there was none).
CREATE TABLE before_images (
    run INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    store_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    image TEXT,
    fingerprint BLOB,
    adopted INTEGER,
    created_run INTEGER,
    changed_run INTEGER,
    PRIMARY KEY (run, kind, number, text)
) WITHOUT ROWID;

CREATE TABLE decisions (
    key TEXT PRIMARY KEY NOT NULL,
    answer TEXT NOT NULL,
    facts TEXT NOT NULL,
    answered TEXT NOT NULL,
    answered_by TEXT NOT NULL
) WITHOUT ROWID;
