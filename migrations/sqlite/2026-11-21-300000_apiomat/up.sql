-- Applications of ApiOmat, system by system, and their documents.

-- Who owns applications: what an account of the store is to ApiOmat.
CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    data TEXT NOT NULL DEFAULT '{}'
);

CREATE TABLE applications (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    -- NULL where nobody is known to own it
    customer_id INTEGER REFERENCES customers (id),
    display_name TEXT,
    description TEXT,
    data TEXT NOT NULL DEFAULT '{}'
);

-- What an application is in one system: live, staging or test.
CREATE TABLE application_systems (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    application_id INTEGER NOT NULL REFERENCES applications (id),
    system TEXT NOT NULL,
    status TEXT,
    -- with it clients log in; it goes out with an export, and so is no hash
    api_key TEXT,
    -- JSON as it came
    configuration TEXT,
    auth_classes TEXT,
    data TEXT NOT NULL DEFAULT '{}',
    UNIQUE (application_id, system)
);

CREATE TABLE modules (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    application_id INTEGER NOT NULL REFERENCES applications (id),
    system TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL DEFAULT '1.0.0',
    type TEXT,
    data TEXT NOT NULL DEFAULT '{}',
    UNIQUE (application_id, system, name, version)
);

CREATE TABLE classes (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    module_id INTEGER NOT NULL REFERENCES modules (id),
    name TEXT NOT NULL,
    -- 24 hexadecimal digits
    legacy_id TEXT,
    -- what it inherits from: Module$Class, which may be in no module of the application
    parent TEXT,
    is_global INTEGER NOT NULL DEFAULT 0,
    is_transient INTEGER NOT NULL DEFAULT 0,
    data TEXT NOT NULL DEFAULT '{}',
    UNIQUE (module_id, name)
);

CREATE TABLE attributes (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    class_id INTEGER NOT NULL REFERENCES classes (id),
    name TEXT NOT NULL,
    type TEXT,
    is_collection INTEGER NOT NULL DEFAULT 0,
    is_reference INTEGER NOT NULL DEFAULT 0,
    is_mandatory INTEGER NOT NULL DEFAULT 0,
    is_indexed INTEGER NOT NULL DEFAULT 0,
    is_embedded INTEGER NOT NULL DEFAULT 0,
    -- the class that a reference leads to: Module$Class
    refers_to TEXT,
    data TEXT NOT NULL DEFAULT '{}',
    UNIQUE (class_id, name)
);

CREATE TABLE servercode (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    class_id INTEGER NOT NULL REFERENCES classes (id),
    -- the hook or method that it is
    name TEXT NOT NULL,
    language TEXT,
    code TEXT,
    data TEXT NOT NULL DEFAULT '{}',
    UNIQUE (class_id, name)
);

-- A collection of documents. Its application need not be known.
CREATE TABLE collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    application TEXT NOT NULL,
    system TEXT NOT NULL,
    name TEXT NOT NULL,
    -- the database that it came from
    database TEXT NOT NULL,
    -- collection, view or timeseries
    type TEXT,
    -- Extended JSON as mongodump wrote it; NULL where the dump had none
    metadata TEXT,
    -- which documents are its own; those of older generations were replaced
    generation INTEGER NOT NULL DEFAULT 1,
    UNIQUE (application, system, name)
);

-- Positions go up from 0 without a gap.
CREATE TABLE documents (
    collection_id INTEGER NOT NULL REFERENCES collections (id),
    generation INTEGER NOT NULL DEFAULT 1,
    position INTEGER NOT NULL,
    -- BSON as it came
    document BLOB NOT NULL,
    -- the run that brought it; NULL where it was written here
    run INTEGER,
    PRIMARY KEY (collection_id, generation, position)
);
