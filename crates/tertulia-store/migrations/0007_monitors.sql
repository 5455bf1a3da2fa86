-- Monitors at work: folders, owners and versions; passes over history; matches that people threw out as noise.
ALTER TABLE monitor ADD COLUMN folder TEXT NOT NULL DEFAULT '';
ALTER TABLE monitor ADD COLUMN owner_id {id} REFERENCES staff (id) ON DELETE SET NULL;
ALTER TABLE monitor ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
CREATE INDEX monitor_by_folder ON monitor (folder, number);
CREATE INDEX monitor_by_owner ON monitor (owner_id, number) WHERE owner_id IS NOT NULL;

-- What a monitor was called and asked for, save by save.
CREATE TABLE monitor_version (
    monitor_id {id} NOT NULL REFERENCES monitor (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    at {time} NOT NULL,
    actor_id {id},
    actor TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    note TEXT,
    restored_from BIGINT,
    PRIMARY KEY (monitor_id, number)
) {strict};
INSERT INTO monitor_version (monitor_id, number, at, actor, name, query) SELECT id, 1, updated_at, 'system', name, query FROM monitor;

-- How far a monitor's last pass over the stored posts has come. The work itself waits in `job`.
CREATE TABLE monitor_history (
    monitor_id {id} PRIMARY KEY REFERENCES monitor (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'failed')),
    -- Posts from here on (by seq) are done: the pass goes from the newest to the oldest.
    place BIGINT NOT NULL,
    looked_at BIGINT NOT NULL DEFAULT 0,
    total BIGINT,
    matched BIGINT NOT NULL DEFAULT 0,
    added BIGINT NOT NULL DEFAULT 0,
    removed BIGINT NOT NULL DEFAULT 0,
    reached_at {time},
    started_at {time} NOT NULL,
    finished_at {time},
    error TEXT
) {strict};

-- Matches that somebody threw out. They stay when the match goes: a query that finds the post again does not undo it.
CREATE TABLE match_discard (
    monitor_id {id} NOT NULL REFERENCES monitor (id) ON DELETE CASCADE,
    post_seq BIGINT NOT NULL,
    post_id {id} NOT NULL,
    user_id {id},
    at {time} NOT NULL,
    PRIMARY KEY (monitor_id, post_seq)
) {strict};
CREATE INDEX match_discard_by_post ON match_discard (post_id);
