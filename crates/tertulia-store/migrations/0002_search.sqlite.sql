-- History search: folded tokens of each post, keyed by post.seq. No copy of the text is stored.
CREATE VIRTUAL TABLE post_search USING fts5(tokens, content = '', contentless_delete = 1, detail = 'full', tokenize = "unicode61 remove_diacritics 0");
CREATE VIRTUAL TABLE person_search USING fts5(tokens, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0", prefix = '2 3');

-- The audit ledger only grows.
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit ledger only grows'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit ledger only grows'); END;
CREATE TRIGGER case_change_no_update BEFORE UPDATE ON case_change BEGIN SELECT RAISE(ABORT, 'the ledger of a case only grows'); END;
