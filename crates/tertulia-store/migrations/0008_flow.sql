-- What is offered next in a department: the most pressing first, then what waits longest.
CREATE INDEX case_to_offer ON care_case (
    department_id,
    (CASE priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END),
    (COALESCE(waiting_since, opened_at))
) WHERE state = 'open' AND assignee_id IS NULL;

-- Who turned a case down lately; offers long over are removed.
CREATE INDEX offer_by_time ON offer (offered_at);
