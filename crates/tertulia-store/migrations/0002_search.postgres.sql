-- History search: folded tokens of each post, keyed by post.seq. No copy of the text is stored.
CREATE TABLE post_search (
    seq BIGINT PRIMARY KEY,
    tokens TSVECTOR NOT NULL
);
CREATE INDEX post_search_tokens ON post_search USING GIN (tokens);
CREATE TABLE person_search (
    number BIGINT PRIMARY KEY,
    tokens TSVECTOR NOT NULL
);
CREATE INDEX person_search_tokens ON person_search USING GIN (tokens);

-- The audit ledger only grows.
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the % ledger only grows', TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER case_change_no_update BEFORE UPDATE ON case_change FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();
