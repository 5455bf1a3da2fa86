-- A post that no monitor matched is kept for a while without making a person of its author. Who wrote it is kept with it,
-- so that a case can be opened of it by hand.
ALTER TABLE post ADD COLUMN author_external_id TEXT;
