CREATE TRIGGER correction_no_update BEFORE UPDATE ON correction FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER correction_no_truncate BEFORE TRUNCATE ON correction FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
