-- What each kept post of theirs says. Labels are bits in the order of their kind (language: 1 es, 2 en, 4 pt, 8 und...), so
-- that "any of these" is one test; probabilities and scores are per mille.
CREATE TABLE reading (
    post_seq BIGINT PRIMARY KEY,
    post_id {id} NOT NULL UNIQUE,
    -- The post's arrival.
    at {time} NOT NULL,
    -- Version of the model that read it.
    model TEXT NOT NULL,
    -- The labels in force: the newest word of a person, else the model's.
    language BIGINT NOT NULL,
    sentiment BIGINT NOT NULL,
    types BIGINT NOT NULL,
    audience BIGINT NOT NULL,
    urgency BIGINT NOT NULL,
    -- Not sure enough to route by it, and nobody has said yet.
    unsure {bool} NOT NULL,
    -- How little the model knew; 0 once a person said.
    doubt BIGINT NOT NULL,
    -- What the model said, with probabilities, reasons and words: JSON.
    said TEXT NOT NULL
) {strict};
CREATE INDEX reading_by_labels ON reading (post_seq, types, sentiment, language, urgency, unsure);
CREATE INDEX reading_by_time ON reading (at, doubt, post_id);

-- What people said about labels, confirmations too. Only grows: models learn from it and are measured by it.
CREATE TABLE correction (
    id {id} PRIMARY KEY,
    post_id {id} NOT NULL,
    channel_id {id} NOT NULL,
    at {time} NOT NULL,
    user_id {id} NOT NULL,
    actor TEXT NOT NULL,
    task TEXT NOT NULL CHECK (task IN ('language', 'sentiment', 'types', 'audience')),
    -- What the model said, how sure it was of it, and what the person says.
    said BIGINT NOT NULL,
    said_p BIGINT NOT NULL,
    label BIGINT NOT NULL,
    model TEXT NOT NULL,
    -- The post's language in force then.
    language BIGINT NOT NULL,
    -- On the post by itself, or in the review queue: from its random half or from its doubtful half.
    source TEXT NOT NULL CHECK (source IN ('post', 'random', 'doubtful'))
) {strict};
CREATE INDEX correction_by_post ON correction (post_id, id);
CREATE INDEX correction_by_source ON correction (source, id);

-- Posts drawn for review, each once.
CREATE TABLE review (
    post_id {id} PRIMARY KEY,
    user_id {id} NOT NULL,
    -- Drawn by chance from all of the last days, not for being doubtful.
    random {bool} NOT NULL,
    drawn_at {time} NOT NULL,
    done_at {time}
) {strict};
CREATE INDEX review_by_time ON review (drawn_at);
