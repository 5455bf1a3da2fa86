//! What a database never holds, whenever the process that wrote it died.

use crate::company::{Company, Look};

/// What never is, as queries that count it.
const NEVER: [(&str, &str); 16] = [
    ("a post twice", "SELECT count(*) FROM (SELECT 1 FROM post GROUP BY channel_id, external_id HAVING count(*) > 1) AS twice"),
    (
        "a post of theirs without author, conversation or case",
        "SELECT count(*) FROM post WHERE direction = 'in' AND (identity_id IS NULL OR conversation_id IS NULL OR case_id IS NULL)",
    ),
    (
        "a post whose steps are not written down, each once",
        "SELECT count(*) FROM post p WHERE direction = 'in' AND (SELECT count(DISTINCT step) FROM post_step s WHERE s.post_id = p.id
         AND step IN ('received', 'related', 'decided', 'cased')) <> 4",
    ),
    (
        "a step taken twice",
        "SELECT count(*) FROM (SELECT 1 FROM post_step WHERE step IN ('received', 'related', 'decided', 'cased', 'deleted')
         GROUP BY post_id, step HAVING count(*) > 1) AS twice",
    ),
    ("a step of no post", "SELECT count(*) FROM post_step s WHERE NOT EXISTS (SELECT 1 FROM post p WHERE p.id = s.post_id)"),
    ("a match of no post", "SELECT count(*) FROM post_match s WHERE NOT EXISTS (SELECT 1 FROM post p WHERE p.id = s.post_id)"),
    ("a case without posts", "SELECT count(*) FROM care_case k WHERE NOT EXISTS (SELECT 1 FROM post p WHERE p.case_id = k.id)"),
    (
        "a case that was not opened once",
        "SELECT count(*) FROM care_case k WHERE (SELECT count(*) FROM case_change c WHERE c.case_id = k.id AND c.kind = 'opened') <> 1",
    ),
    ("a person with two cases", "SELECT count(*) FROM (SELECT 1 FROM care_case GROUP BY person_id HAVING count(*) > 1) AS twice"),
    ("a person without identity", "SELECT count(*) FROM person p WHERE NOT EXISTS (SELECT 1 FROM identity i WHERE i.person_id = p.id)"),
    ("an identity without posts", "SELECT count(*) FROM identity i WHERE NOT EXISTS (SELECT 1 FROM post p WHERE p.identity_id = i.id)"),
    (
        "a conversation without posts",
        "SELECT count(*) FROM conversation v WHERE NOT EXISTS (SELECT 1 FROM post p WHERE p.conversation_id = v.id)",
    ),
    ("a person that search does not know", "SELECT (SELECT count(*) FROM person) - (SELECT count(*) FROM person_search)"),
    (
        "a post that search does not know",
        "SELECT (SELECT count(*) FROM post WHERE deleted_at IS NULL) - (SELECT count(*) FROM post_search)",
    ),
    (
        "a number given to nobody",
        "SELECT count(*) FROM counter WHERE (kind = 'case' AND value <> (SELECT count(*) FROM care_case))
         OR (kind = 'person' AND value <> (SELECT count(*) FROM person))",
    ),
    (
        // Where our own answers come back, a copy may have been counted that gave way to the answer it is a copy of.
        "a channel that counted wrong",
        "SELECT count(*) FROM channel c JOIN channel_health h ON h.channel_id = c.id WHERE c.kind IN ('push', 'replay')
         AND h.kept <> (SELECT count(*) FROM post p WHERE p.channel_id = c.id)",
    ),
];

/// Checks that there is nothing half-written.
pub async fn assert_whole(look: &Look) {
    let mut found = Vec::new();
    for (what, sql) in NEVER {
        let count = look.count(sql).await;
        if count != 0 {
            found.push(format!("{what}: {count}"));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// Checks that there is nothing half-written, that the doctor finds nothing but what is `expected`, and how many posts of
/// theirs and people there are; each person has one case.
pub async fn assert_all_there(company: &Company, posts: usize, people: usize, expected: &[&str]) {
    let look = company.look().await;
    assert_whole(&look).await;
    assert_eq!(look.count("SELECT count(*) FROM post WHERE direction = 'in' AND deleted_at IS NULL").await, posts as i64, "posts");
    assert_eq!(look.count("SELECT count(*) FROM person").await, people as i64, "people");
    assert_eq!(look.count("SELECT count(*) FROM care_case").await, people as i64, "cases");
    look.close().await;
    company.assert_healthy(expected);
}
