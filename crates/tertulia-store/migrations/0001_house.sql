-- The first house. Written once for both databases: {id} is a UUID, {time} integer microseconds, {bool}, {bytes},
-- {serial} a counting primary key; {strict} makes SQLite hold columns to their types.

-- Numbers for people: one counter per kind of thing.
CREATE TABLE counter (
    kind TEXT PRIMARY KEY,
    value BIGINT NOT NULL
) {strict};

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) {strict};

-- People who work here ------------------------------------------------------------------------------------------

CREATE TABLE department (
    id {id} PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    key TEXT NOT NULL UNIQUE,
    name_es TEXT NOT NULL,
    name_en TEXT NOT NULL,
    created_at {time} NOT NULL
) {strict};

CREATE TABLE staff (
    id {id} PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('administrator', 'supervisor', 'agent')),
    locale TEXT NOT NULL DEFAULT 'es',
    theme TEXT NOT NULL DEFAULT 'system',
    zone TEXT,
    password_hash TEXT,
    ready {bool} NOT NULL DEFAULT {false},
    -- Since when the agent has had nothing new to do: offers go to the longest idle.
    idle_since {time} NOT NULL,
    last_seen_at {time},
    disabled_at {time},
    sample {bool} NOT NULL DEFAULT {false},
    created_at {time} NOT NULL
) {strict};

CREATE TABLE staff_department (
    user_id {id} NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    department_id {id} NOT NULL REFERENCES department (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, department_id)
) {strict};
CREATE INDEX staff_department_by_department ON staff_department (department_id);

CREATE TABLE session (
    token_hash {bytes} PRIMARY KEY,
    user_id {id} NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    created_at {time} NOT NULL,
    seen_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    agent TEXT
) {strict};
CREATE INDEX session_by_user ON session (user_id);

CREATE TABLE api_token (
    id {id} PRIMARY KEY,
    user_id {id} NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    token_hash {bytes} NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at {time} NOT NULL,
    last_used_at {time}
) {strict};
CREATE INDEX api_token_by_user ON api_token (user_id);

-- One-time links: the first administrator, invitations.
CREATE TABLE setup_link (
    token_hash {bytes} PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('administrator', 'invitation')),
    user_id {id} REFERENCES staff (id) ON DELETE CASCADE,
    expires_at {time} NOT NULL
) {strict};

-- Failed sign-ins, to slow guessing down; key is an address or an e-mail.
CREATE TABLE login_failure (
    key TEXT NOT NULL,
    at {time} NOT NULL
) {strict};
CREATE INDEX login_failure_by_key ON login_failure (key, at);

CREATE TABLE audit (
    id {id} PRIMARY KEY,
    at {time} NOT NULL,
    actor_id {id},
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id {id},
    detail TEXT NOT NULL
) {strict};

CREATE TABLE notice (
    id {id} PRIMARY KEY,
    user_id {id} NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    case_id {id},
    actor TEXT,
    excerpt TEXT,
    at {time} NOT NULL,
    read_at {time}
) {strict};
CREATE INDEX notice_by_user ON notice (user_id, id);

-- Channels ------------------------------------------------------------------------------------------------------

CREATE TABLE channel (
    id {id} PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    shows_as TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    account TEXT,
    enabled {bool} NOT NULL,
    window_days BIGINT NOT NULL DEFAULT 0,
    settings TEXT NOT NULL,
    -- Secret settings, sealed with the installation's key.
    secrets {bytes},
    sample {bool} NOT NULL DEFAULT {false},
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};

CREATE TABLE channel_cursor (
    channel_id {id} NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    updated_at {time} NOT NULL,
    PRIMARY KEY (channel_id, name)
) {strict};

CREATE TABLE channel_health (
    channel_id {id} PRIMARY KEY REFERENCES channel (id) ON DELETE CASCADE,
    mode TEXT,
    last_event_at {time},
    last_ok_at {time},
    lag_ms BIGINT,
    last_error TEXT,
    last_error_at {time},
    errors BIGINT NOT NULL DEFAULT 0,
    kept BIGINT NOT NULL DEFAULT 0,
    counted BIGINT NOT NULL DEFAULT 0,
    limits TEXT NOT NULL DEFAULT '[]'
) {strict};

CREATE TABLE quarantine (
    id {id} PRIMARY KEY,
    channel_id {id} NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    external_id TEXT NOT NULL,
    error TEXT NOT NULL,
    payload {bytes} NOT NULL,
    -- The event as intake understood it, when it did: what a replay takes in again.
    event TEXT,
    received_at {time} NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 1,
    UNIQUE (channel_id, external_id)
) {strict};

-- People outside the company --------------------------------------------------------------------------------------

CREATE TABLE person (
    id {id} PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Folded tokens of the name and the handles, for search.
    folded TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'other',
    note TEXT,
    vip {bool} NOT NULL DEFAULT {false},
    sample {bool} NOT NULL DEFAULT {false},
    created_at {time} NOT NULL
) {strict};

CREATE TABLE identity (
    id {id} PRIMARY KEY,
    person_id {id} NOT NULL REFERENCES person (id),
    provider TEXT NOT NULL,
    -- Narrows ids that are only unique within one account ('' where the network's ids are global).
    scope TEXT NOT NULL DEFAULT '',
    external_id TEXT NOT NULL,
    handle TEXT NOT NULL,
    name TEXT,
    url TEXT,
    avatar_url TEXT,
    followers BIGINT,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    UNIQUE (provider, scope, external_id)
) {strict};
CREATE INDEX identity_by_person ON identity (person_id);

-- Conversations and cases -----------------------------------------------------------------------------------------

CREATE TABLE care_case (
    id {id} PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    person_id {id} NOT NULL REFERENCES person (id),
    subject TEXT,
    excerpt TEXT NOT NULL DEFAULT '',
    channel_id {id} NOT NULL REFERENCES channel (id),
    private {bool} NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'snoozed', 'resolved')),
    priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    department_id {id} REFERENCES department (id),
    assignee_id {id} REFERENCES staff (id),
    reserved_by {id} REFERENCES staff (id),
    reserved_until {time},
    snoozed_until {time},
    tags TEXT NOT NULL DEFAULT '[]',
    reason TEXT,
    why TEXT NOT NULL DEFAULT '{ }',
    waiting_since {time},
    opened_at {time} NOT NULL,
    activity_at {time} NOT NULL,
    -- Newest post of theirs: 'unread' compares with it.
    inbound_at {time},
    resolved_at {time},
    sample {bool} NOT NULL DEFAULT {false}
) {strict};
CREATE INDEX case_by_state ON care_case (state, activity_at, id);
CREATE INDEX case_by_assignee ON care_case (assignee_id, state, activity_at, id);
CREATE INDEX case_by_department ON care_case (department_id, state, activity_at, id);
CREATE INDEX case_unassigned ON care_case (state, activity_at, id) WHERE assignee_id IS NULL;
CREATE INDEX case_by_person ON care_case (person_id, id);
CREATE INDEX case_snoozed ON care_case (snoozed_until) WHERE state = 'snoozed';

CREATE TABLE conversation (
    id {id} PRIMARY KEY,
    channel_id {id} NOT NULL REFERENCES channel (id),
    thread TEXT NOT NULL,
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
    person_id {id} REFERENCES person (id),
    case_id {id} REFERENCES care_case (id),
    continues {id} REFERENCES conversation (id),
    created_at {time} NOT NULL,
    UNIQUE (channel_id, thread, visibility)
) {strict};
CREATE INDEX conversation_by_case ON conversation (case_id) WHERE case_id IS NOT NULL;

CREATE INDEX conversation_by_continues ON conversation (continues) WHERE continues IS NOT NULL;

CREATE TABLE case_change (
    id {id} PRIMARY KEY,
    case_id {id} NOT NULL REFERENCES care_case (id),
    at {time} NOT NULL,
    actor_id {id},
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL
) {strict};
CREATE INDEX case_change_by_case ON case_change (case_id, id);

CREATE TABLE note (
    id {id} PRIMARY KEY,
    case_id {id} NOT NULL REFERENCES care_case (id),
    author_id {id} NOT NULL REFERENCES staff (id),
    text TEXT NOT NULL,
    at {time} NOT NULL
) {strict};
CREATE INDEX note_by_case ON note (case_id, id);

CREATE TABLE case_seen (
    case_id {id} NOT NULL REFERENCES care_case (id),
    user_id {id} NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    at {time} NOT NULL,
    PRIMARY KEY (case_id, user_id)
) {strict};

CREATE TABLE offer (
    id {id} PRIMARY KEY,
    case_id {id} NOT NULL REFERENCES care_case (id),
    user_id {id} NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    offered_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    outcome TEXT CHECK (outcome IN ('accepted', 'declined', 'expired', 'withdrawn')),
    why TEXT NOT NULL
) {strict};
-- A case is offered to one agent at a time.
CREATE UNIQUE INDEX offer_open ON offer (case_id) WHERE outcome IS NULL;
CREATE INDEX offer_by_user ON offer (user_id, id) WHERE outcome IS NULL;
CREATE INDEX offer_by_case ON offer (case_id, id);

CREATE TABLE canned_answer (
    id {id} PRIMARY KEY,
    shortcut TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    lang TEXT,
    sample {bool} NOT NULL DEFAULT {false},
    UNIQUE (shortcut, lang)
) {strict};

-- Posts -----------------------------------------------------------------------------------------------------------

CREATE TABLE post (
    -- Order of arrival: key of search and of pages.
    seq {serial},
    id {id} NOT NULL UNIQUE,
    channel_id {id} NOT NULL REFERENCES channel (id),
    external_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    conversation_id {id} REFERENCES conversation (id),
    case_id {id} REFERENCES care_case (id),
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
    identity_id {id} REFERENCES identity (id),
    user_id {id} REFERENCES staff (id),
    author_name TEXT NOT NULL,
    author_handle TEXT NOT NULL,
    followers BIGINT,
    title TEXT,
    text TEXT NOT NULL,
    quoted TEXT,
    url TEXT,
    lang TEXT,
    in_reply_to TEXT,
    occurred_at {time} NOT NULL,
    received_at {time} NOT NULL,
    revised_at {time},
    deleted_at {time},
    -- Unmatched posts of a stream, kept for a while as history for new monitors.
    keep_until {time},
    UNIQUE (channel_id, external_id, kind)
) {strict};
CREATE INDEX post_by_conversation ON post (conversation_id, seq) WHERE conversation_id IS NOT NULL;
CREATE INDEX post_by_case ON post (case_id, seq) WHERE case_id IS NOT NULL;
CREATE INDEX post_by_identity ON post (identity_id, seq);
CREATE INDEX post_by_channel ON post (channel_id, seq);
CREATE INDEX post_by_reply ON post (channel_id, in_reply_to) WHERE in_reply_to IS NOT NULL;
CREATE INDEX post_by_keep ON post (keep_until) WHERE keep_until IS NOT NULL;

-- Deletions that came before (or without) their post: a deletion is final, whatever the order.
CREATE TABLE tombstone (
    channel_id {id} NOT NULL,
    external_id TEXT NOT NULL,
    at {time} NOT NULL,
    PRIMARY KEY (channel_id, external_id)
) {strict};
CREATE INDEX tombstone_by_time ON tombstone (at);

CREATE TABLE post_version (
    post_id {id} NOT NULL,
    until {time} NOT NULL,
    title TEXT,
    text TEXT NOT NULL,
    PRIMARY KEY (post_id, until)
) {strict};

CREATE TABLE post_step (
    id {serial},
    post_id {id} NOT NULL,
    at {time} NOT NULL,
    step TEXT NOT NULL,
    why TEXT NOT NULL
) {strict};
CREATE INDEX post_step_by_post ON post_step (post_id, id);

CREATE TABLE post_match (
    monitor_id {id} NOT NULL,
    post_seq BIGINT NOT NULL,
    post_id {id} NOT NULL,
    at {time} NOT NULL,
    PRIMARY KEY (monitor_id, post_seq)
) {strict};
CREATE INDEX post_match_by_post ON post_match (post_id);
CREATE INDEX post_match_by_time ON post_match (monitor_id, at);

-- The event as received, apart and for a limited time.
CREATE TABLE raw_event (
    post_id {id} PRIMARY KEY,
    payload TEXT NOT NULL,
    expires_at {time} NOT NULL
) {strict};
CREATE INDEX raw_event_by_expiry ON raw_event (expires_at);

CREATE TABLE attachment (
    id {id} PRIMARY KEY,
    post_id {id},
    -- Who uploaded it: a user for files waiting to be sent, null for files that came with a post.
    user_id {id},
    position BIGINT NOT NULL DEFAULT 0,
    mime TEXT NOT NULL,
    name TEXT,
    alt TEXT,
    url TEXT,
    size BIGINT,
    content {bytes},
    created_at {time} NOT NULL
) {strict};
CREATE INDEX attachment_by_post ON attachment (post_id, position);

-- Listening --------------------------------------------------------------------------------------------------------

CREATE TABLE monitor (
    id {id} PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    query TEXT NOT NULL,
    enabled {bool} NOT NULL,
    sample {bool} NOT NULL DEFAULT {false},
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};

CREATE TABLE rule (
    id {id} PRIMARY KEY,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    enabled {bool} NOT NULL,
    conditions TEXT NOT NULL,
    actions TEXT NOT NULL,
    sample {bool} NOT NULL DEFAULT {false}
) {strict};

-- Going out --------------------------------------------------------------------------------------------------------

CREATE TABLE outbox (
    -- The answer's id: its idempotency key on the network and the id of the post that stands for it.
    id {id} PRIMARY KEY,
    channel_id {id} NOT NULL REFERENCES channel (id),
    conversation_id {id} NOT NULL REFERENCES conversation (id),
    case_id {id} NOT NULL REFERENCES care_case (id),
    post_id {id} NOT NULL,
    reply_to {id},
    subject TEXT,
    text TEXT NOT NULL,
    visibility TEXT NOT NULL,
    resolve {bool} NOT NULL DEFAULT {false},
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    -- Not before this instant: the time to take it back, a pause the network asked for, a lease while sending.
    due_at {time} NOT NULL,
    reason TEXT,
    created_by {id} NOT NULL REFERENCES staff (id),
    created_at {time} NOT NULL,
    sent_at {time}
) {strict};
CREATE INDEX outbox_due ON outbox (due_at) WHERE state IN ('queued', 'sending', 'retrying', 'unknown');
CREATE UNIQUE INDEX outbox_by_post ON outbox (post_id);

CREATE TABLE job (
    id {id} PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    -- Two open jobs with the same key are one job.
    unique_key TEXT UNIQUE,
    due_at {time} NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    last_error TEXT,
    failed_at {time}
) {strict};
CREATE INDEX job_due ON job (due_at) WHERE failed_at IS NULL;
