-- Visitors of web chats. A visitor proves to be the same by a secret the browser keeps; only its hash is here.
CREATE TABLE visitor (
    id {id} PRIMARY KEY,
    channel_id {id} NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    token_hash {bytes} NOT NULL UNIQUE,
    -- The author id of the visitor's posts.
    external_id TEXT NOT NULL,
    name TEXT,
    email TEXT,
    page TEXT,
    lang TEXT,
    created_at {time} NOT NULL,
    seen_at {time} NOT NULL,
    UNIQUE (channel_id, external_id)
) {strict};
CREATE INDEX visitor_by_seen ON visitor (seen_at);

-- Uploads that wait for their message, by who made them.
CREATE INDEX attachment_waiting ON attachment (user_id) WHERE post_id IS NULL;
