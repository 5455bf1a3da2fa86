
-- Only the sample company goes without leaving its words.
CREATE TRIGGER correction_no_delete BEFORE DELETE ON correction
WHEN NOT EXISTS (SELECT 1 FROM channel c WHERE c.id = OLD.channel_id AND c.sample)
BEGIN SELECT RAISE(ABORT, 'the ledger of corrections only grows'); END;
