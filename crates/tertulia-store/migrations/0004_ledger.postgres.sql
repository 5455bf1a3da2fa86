-- The ledger of a case is not emptied at one stroke either.
CREATE TRIGGER case_change_no_truncate BEFORE TRUNCATE ON case_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
