CREATE TRIGGER correction_no_update BEFORE UPDATE ON correction BEGIN SELECT RAISE(ABORT, 'the ledger of corrections only grows'); END;
CREATE TRIGGER correction_no_replace BEFORE INSERT ON correction WHEN EXISTS (SELECT 1 FROM correction WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the ledger of corrections only grows'); END;
