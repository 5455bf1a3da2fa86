
-- Only the sample company goes without leaving its words.
CREATE FUNCTION refuse_correction_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM channel c WHERE c.id = OLD.channel_id AND c.sample) THEN
        RAISE EXCEPTION 'the ledger of corrections only grows';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER correction_no_delete BEFORE DELETE ON correction FOR EACH ROW EXECUTE FUNCTION refuse_correction_delete();
