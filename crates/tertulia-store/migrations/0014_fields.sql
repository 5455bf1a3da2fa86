-- What only listening queries read of a post: kinds and descriptions of its media, whom it is addressed to, how often it was
-- liked, shared and answered, its country. JSON; most posts have none of it.
ALTER TABLE post ADD COLUMN extras TEXT;
