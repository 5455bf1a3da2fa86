-- Waiting cases of one department: what an agent who belongs to it looks at first.
CREATE INDEX case_unassigned_by_department ON care_case (department_id, state, activity_at, id) WHERE assignee_id IS NULL;
