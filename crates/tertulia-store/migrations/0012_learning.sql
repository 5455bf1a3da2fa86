-- What people taught: heads that correct the shipped classifiers, one after the other. Where none is in force the shipped ones are.
CREATE TABLE own_head (
    number BIGINT PRIMARY KEY,
    at {time} NOT NULL,
    -- Who asked for it; none for the program itself.
    actor_id {id},
    actor TEXT NOT NULL,
    -- Version of the shipped classifiers it corrects; for others it says nothing.
    base TEXT NOT NULL,
    -- SHA-256 of its weights.
    digest TEXT NOT NULL,
    -- Posts with labels that it learnt from, and posts it was measured by and never learns from.
    labels BIGINT NOT NULL,
    held_out BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('in_force', 'earlier', 'refused')),
    -- What each task was before and after, and whether it was taken: JSON.
    figures TEXT NOT NULL,
    weights {bytes} NOT NULL
) {strict};
CREATE UNIQUE INDEX own_head_in_force ON own_head (state) WHERE state = 'in_force';

-- Posts drawn for review: once by chance, once for being doubtful. Who is drawn by chance does not depend on what was doubtful.
CREATE TABLE review_drawn (
    post_id {id} NOT NULL,
    user_id {id} NOT NULL,
    random {bool} NOT NULL,
    drawn_at {time} NOT NULL,
    -- When it was answered or passed over.
    done_at {time},
    -- How many passed it over and did not answer; 0 once somebody answered.
    passed BIGINT NOT NULL,
    PRIMARY KEY (post_id, random)
) {strict};
INSERT INTO review_drawn (post_id, user_id, random, drawn_at, done_at, passed)
    SELECT v.post_id, v.user_id, v.random, v.drawn_at, v.done_at, CASE WHEN v.done_at IS NULL OR EXISTS
        (SELECT 1 FROM correction c WHERE c.post_id = v.post_id AND c.source IN ('random', 'doubtful')) THEN 0 ELSE 1 END
    FROM review v;
DROP TABLE review;
ALTER TABLE review_drawn RENAME TO review;
CREATE INDEX review_by_draw ON review (drawn_at);
CREATE INDEX review_by_end ON review (done_at);
