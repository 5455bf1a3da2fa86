-- REPLACE removes the row it replaces without asking the triggers of DELETE: what has an id already is refused.
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit ledger only grows'); END;
CREATE TRIGGER case_change_no_replace BEFORE INSERT ON case_change WHEN EXISTS (SELECT 1 FROM case_change WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the ledger of a case only grows'); END;
