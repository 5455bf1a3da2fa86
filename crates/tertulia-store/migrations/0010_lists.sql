-- Shared lists: words that many queries use by a name, as list:brands.
CREATE TABLE word_list (
    id {id} PRIMARY KEY,
    name TEXT NOT NULL,
    -- The name as queries compare it: small letters without accents.
    name_key TEXT NOT NULL CONSTRAINT word_list_name UNIQUE,
    -- One a line.
    words TEXT NOT NULL,
    owner_id {id} REFERENCES staff (id) ON DELETE SET NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
) {strict};
