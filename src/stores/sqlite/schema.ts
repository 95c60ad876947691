/** Tables of `waymark.db`. Raw facts and derived rows are apart: derived ones (summary) may be wiped and recomputed. */
export const SCHEMA_VERSION = 1

export const SCHEMA = `
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Raw: one row per (learner, collection, context, content); every column merges by maximum or minimum.
CREATE TABLE view (
  user_id        TEXT NOT NULL,
  collection_id  TEXT NOT NULL,
  context_id     TEXT NOT NULL,
  content_id     TEXT NOT NULL,
  started_at     INTEGER,            -- ms UTC, earliest; NULL: not a view yet
  completed_at   INTEGER,            -- ms UTC, earliest
  last_access_at INTEGER NOT NULL,   -- ms UTC, latest
  progress       REAL NOT NULL,      -- 0-100, greatest
  timespent_s    REAL NOT NULL,      -- greatest
  details        TEXT,               -- JSON of the latest details_at
  details_at     INTEGER,
  PRIMARY KEY (user_id, collection_id, context_id, content_id)
) STRICT, WITHOUT ROWID;

-- Raw: one row per attempt; the newest submission of it.
CREATE TABLE attempt (
  user_id            TEXT NOT NULL,
  collection_id      TEXT NOT NULL,
  context_id         TEXT NOT NULL,
  content_id         TEXT NOT NULL,
  attempt_id         TEXT NOT NULL,
  submitted_at       INTEGER NOT NULL,
  first_submitted_at INTEGER NOT NULL,
  score              REAL NOT NULL,
  max_score          REAL NOT NULL,
  answers            TEXT NOT NULL,
  PRIMARY KEY (user_id, collection_id, context_id, content_id, attempt_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE enrolment (
  user_id           TEXT NOT NULL,
  collection_id     TEXT NOT NULL,
  context_id        TEXT NOT NULL,
  first_enrolled_at INTEGER NOT NULL,
  enrolled_at       INTEGER NOT NULL,
  unenrolled_at     INTEGER,
  PRIMARY KEY (user_id, collection_id, context_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX enrolment_by_context ON enrolment (collection_id, context_id, user_id);

-- Raw: that an enrolment became complete, once and for ever.
CREATE TABLE completion (
  user_id       TEXT NOT NULL,
  collection_id TEXT NOT NULL,
  context_id    TEXT NOT NULL,
  completed_at  INTEGER NOT NULL,    -- ms UTC, earliest
  PRIMARY KEY (user_id, collection_id, context_id)
) STRICT, WITHOUT ROWID;

-- Who is enrolled or active in a collection: what a new publication concerns.
CREATE TABLE participant (
  collection_id TEXT NOT NULL,
  context_id    TEXT NOT NULL,
  user_id       TEXT NOT NULL,
  PRIMARY KEY (collection_id, context_id, user_id)
) STRICT, WITHOUT ROWID;

-- Derived: recomputed from the raw rows, never added to.
CREATE TABLE summary (
  user_id       TEXT NOT NULL,
  collection_id TEXT NOT NULL,
  context_id    TEXT NOT NULL,
  publication   INTEGER NOT NULL,
  progress      INTEGER NOT NULL,
  required      INTEGER NOT NULL,
  status        INTEGER NOT NULL,
  data          TEXT NOT NULL,
  PRIMARY KEY (user_id, collection_id, context_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE collection (
  collection_id TEXT PRIMARY KEY,
  publication   INTEGER NOT NULL,
  published_at  INTEGER NOT NULL,
  structure     TEXT NOT NULL,
  content       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE context (
  collection_id TEXT NOT NULL,
  context_id    TEXT NOT NULL,
  data          TEXT NOT NULL,
  PRIMARY KEY (collection_id, context_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE log (
  seq  INTEGER PRIMARY KEY AUTOINCREMENT,
  at   INTEGER NOT NULL,
  key  TEXT NOT NULL,
  data TEXT NOT NULL
) STRICT;

CREATE TABLE position (
  consumer TEXT PRIMARY KEY,
  seq      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letter (
  consumer TEXT NOT NULL,
  seq      INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  data     TEXT NOT NULL,
  reason   TEXT NOT NULL,
  PRIMARY KEY (consumer, seq)
) STRICT, WITHOUT ROWID;
`
