/** Tables of `waymark.db`. Raw facts and derived rows are apart: derived ones (summary) may be wiped and recomputed. */
export const SCHEMA_VERSION = 5

/** What schema 4 added to schema 3. */
export const SCHEMA_4 = `
-- Public events as consumers read them; made of the log by the relay.
CREATE TABLE event (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  at         INTEGER NOT NULL,       -- ms UTC of the append, never falling
  topic      TEXT NOT NULL,
  key        TEXT NOT NULL,
  type       TEXT NOT NULL,
  minor      INTEGER NOT NULL,
  id         TEXT NOT NULL,          -- UUID
  time_us    INTEGER NOT NULL,       -- when it happened, microseconds UTC
  extensions TEXT,                   -- JSON; NULL: none
  body       BLOB NOT NULL           -- Avro
) STRICT;

-- Consumers of public events, and how far each has read.
CREATE TABLE consumer_group (
  grp        INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  position   INTEGER NOT NULL,
  generation INTEGER NOT NULL,       -- counts replays
  paused     TEXT                    -- why nothing is delivered; NULL: something is
) STRICT;

-- What each group has handled: an event that comes twice is handled once.
CREATE TABLE inbox (
  entry      INTEGER PRIMARY KEY,    -- in the order of handling, so that old ones are found at the front
  at         INTEGER NOT NULL,       -- ms UTC
  grp        INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  id         TEXT NOT NULL,
  UNIQUE (grp, generation, id)
) STRICT;

-- Events that a group could not handle, and those of the same key behind them.
CREATE TABLE held (
  grp       INTEGER NOT NULL,
  seq       INTEGER NOT NULL,        -- of table event
  key       TEXT NOT NULL,
  state     TEXT NOT NULL,           -- waiting or dead
  tries     INTEGER NOT NULL,
  retry_at  INTEGER NOT NULL,        -- ms UTC
  failed_at INTEGER,                 -- ms UTC
  reason    TEXT,
  PRIMARY KEY (grp, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_event ON held (seq);

-- What consumers keep from event to event, by a name of their own; JSON.
CREATE TABLE kept (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Addresses that public events are sent to; the group of each is named webhook:ID.
CREATE TABLE webhook (
  webhook    INTEGER PRIMARY KEY,    -- in the order of registration
  webhook_id TEXT NOT NULL UNIQUE,
  data       TEXT NOT NULL           -- JSON; secrets in it are sealed
) STRICT;
`

/** What schema 5 added to schema 4. */
const SCHEMA_5 = `
-- Accounts that turned out to be another learner's: the trace of each merge. No account is merged into itself.
CREATE TABLE merged (
  merge            INTEGER PRIMARY KEY, -- in the order of merging
  from_user        TEXT NOT NULL,
  into_user        TEXT NOT NULL,
  at               INTEGER NOT NULL,    -- ms UTC
  by_user          TEXT NOT NULL,       -- whose token asked for it, or operator
  enrolments       INTEGER NOT NULL,    -- rows that came with it
  views            INTEGER NOT NULL,
  attempts         INTEGER NOT NULL,
  renamed_attempts INTEGER NOT NULL     -- those of them whose id was taken
) STRICT;
CREATE INDEX merged_from ON merged (from_user);
CREATE INDEX merged_into ON merged (into_user);
`

/** What a store of schema 4 gets when it is opened. */
export const FROM_SCHEMA_4 = SCHEMA_5

/** What a store of schema 3 gets when it is opened. What had happened before there were public events is not told as such. */
export const FROM_SCHEMA_3 = `${SCHEMA_4}${SCHEMA_5}
INSERT INTO position SELECT 'relay', max(seq) FROM log HAVING max(seq) > 0;
`

export const SCHEMA = `
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Contents by number: rows that name them are many, and names are long.
CREATE TABLE content (
  content    INTEGER PRIMARY KEY,
  content_id TEXT NOT NULL UNIQUE
) STRICT;

-- Raw: what is known of a learner in a collection and context. Other rows refer to its number.
CREATE TABLE participation (
  participation     INTEGER PRIMARY KEY,
  user_id           TEXT NOT NULL,
  collection_id     TEXT NOT NULL,
  context_id        TEXT NOT NULL,
  member            INTEGER NOT NULL DEFAULT 0, -- 1: enrolled or active there, so that a new publication concerns it
  first_enrolled_at INTEGER,         -- ms UTC, earliest; NULL: never enrolled
  enrolled_at       INTEGER,         -- latest
  unenrolled_at     INTEGER,         -- latest
  completed_at      INTEGER,         -- when it first was complete, once and for ever; earliest
  carried           INTEGER DEFAULT 0, -- revision of the catalogue under which progress was last copied here; NULL: not since it changed
  UNIQUE (user_id, collection_id, context_id)
) STRICT;
CREATE INDEX participation_enrolled ON participation (user_id, collection_id, context_id)
  WHERE first_enrolled_at IS NOT NULL;
CREATE INDEX participation_uncarried ON participation (user_id) WHERE carried IS NULL;
CREATE INDEX participation_by_context ON participation (collection_id, context_id, user_id) WHERE member = 1;

-- Raw: facts that were acknowledged and not yet folded into table view; one row per commit, JSON.
CREATE TABLE intake (
  seq   INTEGER PRIMARY KEY,
  facts TEXT NOT NULL
) STRICT;

-- Raw: one row per participation and content; every column merges by maximum or minimum.
CREATE TABLE view (
  participation  INTEGER NOT NULL,
  content        INTEGER NOT NULL,
  started_at     INTEGER,            -- ms UTC, earliest; NULL: not a view yet
  completed_at   INTEGER,            -- ms UTC, earliest
  last_access_at INTEGER NOT NULL,   -- ms UTC, latest
  progress       REAL NOT NULL,      -- 0-100, greatest
  timespent_s    REAL NOT NULL,      -- greatest
  details        TEXT,               -- JSON of the latest details_at
  details_at     INTEGER,
  PRIMARY KEY (participation, content)
) STRICT, WITHOUT ROWID;

-- Raw: one row per attempt; the newest submission of it.
CREATE TABLE attempt (
  participation      INTEGER NOT NULL,
  content            INTEGER NOT NULL,
  attempt_id         TEXT NOT NULL,
  submitted_at       INTEGER NOT NULL,
  first_submitted_at INTEGER NOT NULL,
  score              REAL NOT NULL,
  max_score          REAL NOT NULL,
  answers            TEXT NOT NULL,
  PRIMARY KEY (participation, content, attempt_id)
) STRICT, WITHOUT ROWID;

-- Raw: former rows that a row was made from when the mode changed.
CREATE TABLE migrated (
  participation   INTEGER NOT NULL,
  content         INTEGER NOT NULL,
  from_collection TEXT NOT NULL,
  from_context    TEXT NOT NULL,
  from_mode       TEXT NOT NULL,
  at              INTEGER NOT NULL,  -- ms UTC
  PRIMARY KEY (participation, content, from_collection, from_context)
) STRICT, WITHOUT ROWID;

-- Learners by number, in the copy modes.
CREATE TABLE learner (
  learner INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL UNIQUE
) STRICT;

-- Derived, in the copy modes: the rows that a learner has of a content, viewed or made by enrolling, and what was copied
-- into them.
CREATE TABLE copy (
  participation INTEGER NOT NULL,
  content       INTEGER NOT NULL,
  learner       INTEGER NOT NULL,
  enrolled_at   INTEGER,             -- ms UTC of the enrolment that made the row; NULL: viewing did
  copied        TEXT,                -- JSON of source, rule and dates; NULL: nothing was copied
  PRIMARY KEY (participation, content)
) STRICT, WITHOUT ROWID;
CREATE INDEX copy_of_learner ON copy (learner, content);

-- Derived, in mode move: contexts whose progress is in another now.
CREATE TABLE moved (
  participation INTEGER PRIMARY KEY,
  moved         TEXT NOT NULL        -- JSON of the move: where to, by which rule and why
) STRICT;

-- Derived: recomputed from the raw rows, never added to.
CREATE TABLE summary (
  participation INTEGER PRIMARY KEY,
  publication   INTEGER NOT NULL,
  progress      INTEGER NOT NULL,
  required      INTEGER NOT NULL,
  status        INTEGER NOT NULL,
  leaves        TEXT NOT NULL,       -- one digit of status per leaf of that publication, in its order
  details       TEXT                 -- JSON of units and scores; NULL where there are neither
) STRICT;

-- The same with names, for people who look into the file.
CREATE VIEW named_view AS
  SELECT user_id, collection_id, context_id, content_id, started_at, view.completed_at, last_access_at, progress,
    timespent_s, view.details, details_at
  FROM view JOIN participation USING (participation) JOIN content USING (content);
CREATE VIEW named_copy AS
  SELECT user_id, collection_id, context_id, content_id, copy.enrolled_at, copied
  FROM copy JOIN participation USING (participation) JOIN content USING (content);
CREATE VIEW named_move AS
  SELECT user_id, collection_id, context_id, moved FROM moved JOIN participation USING (participation);
CREATE VIEW named_attempt AS
  SELECT user_id, collection_id, context_id, content_id, attempt_id, submitted_at, first_submitted_at, score, max_score,
    answers
  FROM attempt JOIN participation USING (participation) JOIN content USING (content);
CREATE VIEW named_summary AS
  SELECT user_id, collection_id, context_id, publication, progress, required, status, participation.completed_at,
    leaves, summary.details
  FROM summary JOIN participation USING (participation);

CREATE TABLE collection (
  collection_id TEXT PRIMARY KEY,
  publication   INTEGER NOT NULL,
  published_at  INTEGER NOT NULL,
  structure     TEXT NOT NULL,
  content       TEXT NOT NULL,
  revision      INTEGER NOT NULL     -- of the catalogue, at the last publication: see revisions.ts
) STRICT, WITHOUT ROWID;

CREATE TABLE context (
  collection_id TEXT NOT NULL,
  context_id    TEXT NOT NULL,
  data          TEXT NOT NULL,
  revision      INTEGER NOT NULL,    -- of the catalogue, when its dates, status or rules last changed
  PRIMARY KEY (collection_id, context_id)
) STRICT, WITHOUT ROWID;

-- Rules of carrying over.
CREATE TABLE rule (
  rule_id    TEXT PRIMARY KEY,
  by_default INTEGER NOT NULL,       -- 1: holds in every context that names no rules
  data       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE log (
  seq  INTEGER PRIMARY KEY AUTOINCREMENT,
  at   INTEGER NOT NULL,
  type TEXT NOT NULL,                -- that of the data, so that a consumer reads no entry in vain
  key  TEXT NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX log_of_publications ON log (seq) WHERE type = 'collection-published';

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
${SCHEMA_4}${SCHEMA_5}`
