-- Kept posts of theirs that were not read when they came in: from before there was a model, or found in history by a
-- monitor. They are read in the background, newest first.
CREATE TABLE reading_due (
    post_seq BIGINT PRIMARY KEY,
    post_id {id} NOT NULL,
    -- Not before this instant; while somebody reads it, the end of their claim.
    due_at {time} NOT NULL
) {strict};
INSERT INTO reading_due (post_seq, post_id, due_at)
SELECT p.seq, p.id, 0 FROM post p
WHERE p.direction = 'in' AND p.deleted_at IS NULL AND p.keep_until IS NULL
AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.post_seq = p.seq);
