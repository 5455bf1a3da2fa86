//! Users, departments, tokens, settings and the ledger that tells who changed them.

use serde_json::{Value, json};
use tertulia_policy::Role;
use tertulia_testkit::{Client, Database, TestApp, app::PASSWORD};

async fn actions(admin: &Client) -> Vec<String> {
    let page = admin.get("/api/v1/audit?limit=200").await.expect(200);
    let items = page["items"].as_array().expect("items");
    items.iter().map(|entry| entry["action"].as_str().expect("text").to_owned()).collect()
}

#[tokio::test]
async fn disabling_a_user_ends_sessions_and_tokens() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?;
    let user = app.user("luis@company.test", Role::Agent, &["sales"]).await?;
    let (session, token) = (app.session_of(&user).await?, app.token_of(&user, &["read"]).await?);
    session.get("/api/v1/users").await.expect(200);
    token.get("/api/v1/users").await.expect(200);
    let path = format!("/api/v1/users/{}", user.id);
    let changed = admin.patch(&path, json!({ "disabled": true })).await.expect(200);
    assert_eq!(changed["status"], "disabled");
    session.get("/api/v1/users").await.expect_problem(401, "unauthenticated");
    token.get("/api/v1/users").await.expect_problem(401, "unauthenticated");
    admin.post(&format!("{path}/setup-link"), Value::Null).await.expect_problem(404, "not_found");
    assert_eq!(admin.patch(&path, json!({ "disabled": false })).await.expect(200)["status"], "active");
    let credentials = json!({ "email": "luis@company.test", "password": PASSWORD });
    app.anonymous().post("/api/v1/session", credentials).await.expect(200);
    token.get("/api/v1/users").await.expect_problem(401, "unauthenticated");
    Ok(())
}

#[tokio::test]
async fn roles_and_departments_change_and_the_last_administrator_stays() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?;
    let me = admin.get("/api/v1/session").await.expect(200)["user"]["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/users/{me}");
    admin.patch(&path, json!({ "role": "agent" })).await.expect_problem(409, "last_administrator");
    admin.patch(&path, json!({ "disabled": true })).await.expect_problem(409, "last_administrator");
    let user = app.user("luis@company.test", Role::Agent, &["sales"]).await?;
    let other = format!("/api/v1/users/{}", user.id);
    let changed = admin.patch(&other, json!({ "role": "administrator", "department_ids": [] })).await.expect(200);
    assert_eq!((&changed["role"], &changed["department_ids"]), (&json!("administrator"), &json!([])));
    let unknown = admin.patch(&other, json!({ "department_ids": [user.id] })).await.expect_problem(422, "invalid");
    assert_eq!(unknown["fields"][0]["field"], "department_ids");
    admin.patch(&path, json!({ "role": "agent" })).await.expect(200);
    admin.get("/api/v1/audit").await.expect_problem(403, "forbidden");
    let ledger = app.session_of(&user).await?.get("/api/v1/audit").await.expect(200);
    let demoted = &ledger["items"][0];
    assert_eq!((&demoted["action"], &demoted["detail"]), (&json!("user.changed"), &json!({ "role": ["administrator", "agent"] })));
    assert_eq!((&demoted["actor"], &demoted["object_id"]), (&json!("admin"), &json!(me)));
    Ok(())
}

#[tokio::test]
async fn departments_start_with_four_and_can_be_changed() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?;
    let list = admin.get("/api/v1/departments").await.expect(200);
    let keys: Vec<_> = list.as_array().expect("a list").iter().map(|one| one["key"].as_str().expect("text")).collect();
    assert_eq!(keys, ["complaints", "sales", "technical_service", "marketing"]);
    assert_eq!(list[0]["name_es"], "Quejas");

    let form = |key: &str| json!({ "key": key, "name_es": "Cobranzas", "name_en": "Collections" });
    let made = admin.post("/api/v1/departments", form("collections")).await.expect(201);
    assert_eq!((&made["number"], &made["members"]), (&json!(5), &json!(0)));
    let taken = admin.post("/api/v1/departments", form("sales")).await.expect_problem(422, "invalid");
    assert_eq!(taken["fields"][0]["code"], "taken");
    admin.post("/api/v1/departments", form("Not A Key")).await.expect_problem(422, "invalid");
    let path = format!("/api/v1/departments/{}", made["id"].as_str().expect("an id"));
    admin.patch(&path, form("debts")).await.expect(200);
    app.user("luis@company.test", Role::Agent, &["debts"]).await?;
    admin.delete(&path).await.expect(204);
    admin.delete(&path).await.expect_problem(404, "not_found");
    let recorded = actions(&admin).await;
    assert_eq!(recorded[0], "department.deleted");
    assert!(recorded.contains(&"department.changed".to_owned()) && recorded.contains(&"department.created".to_owned()));
    Ok(())
}

#[tokio::test]
async fn tokens_belong_to_their_owner() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let (admin, agent) = (app.as_admin().await?, app.as_agent().await?);
    let created = agent.post("/api/v1/tokens", json!({ "name": "script", "scopes": ["read", "read"] })).await.expect(201);
    assert_eq!(created["token"]["scopes"], json!(["read"]));
    let secret = created["secret"].as_str().expect("a secret").to_owned();
    let script = app.anonymous().with_token(&secret);
    script.get("/api/v1/users").await.expect(200);
    script.patch("/api/v1/me", json!({ "name": "X" })).await.expect_problem(403, "scope_missing");
    script.get("/api/v1/audit").await.expect_problem(403, "forbidden");

    let listed = agent.get("/api/v1/tokens").await;
    assert_eq!(listed.expect(200).as_array().expect("a list").len(), 1);
    assert!(!listed.text.contains(&secret), "a secret is shown once");
    assert!(listed.json()[0]["last_used_at"].is_string());
    let path = format!("/api/v1/tokens/{}", created["token"]["id"].as_str().expect("an id"));
    let supervisor = app.as_supervisor().await?;
    assert_eq!(supervisor.get("/api/v1/tokens").await.expect(200), json!([]));
    supervisor.delete(&path).await.expect_problem(404, "not_found");
    admin.delete(&path).await.expect(204);
    script.get("/api/v1/users").await.expect_problem(401, "unauthenticated");

    let wrong = agent.post("/api/v1/tokens", json!({ "name": "", "scopes": ["all"] })).await.expect_problem(422, "invalid");
    assert_eq!(wrong["fields"].as_array().expect("fields").len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_token_can_not_make_tokens_or_passwords() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let user = app.user("luis@company.test", Role::Administrator, &[]).await?;
    let token = app.token_of(&user, &["write"]).await?;
    token.get("/api/v1/users").await.expect(200);
    token.post("/api/v1/tokens", json!({ "name": "more", "scopes": ["push"] })).await.expect_problem(403, "session_required");
    let change = json!({ "current": PASSWORD, "new": "otra frase larga" });
    token.post("/api/v1/me/password", change).await.expect_problem(403, "session_required");
    // Nor by a way around: a link, an invitation or a role leads to a session.
    let own = format!("/api/v1/users/{}", user.id);
    token.post(&format!("{own}/setup-link"), json!({})).await.expect_problem(403, "session_required");
    token.patch(&own, json!({ "name": "Otro" })).await.expect_problem(403, "session_required");
    let invite = json!({ "email": "eva@company.test", "name": "Eva", "role": "administrator", "department_ids": [], "locale": "es" });
    token.post("/api/v1/users", invite).await.expect_problem(403, "session_required");
    Ok(())
}

#[tokio::test]
async fn settings_are_kept_and_checked() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let (admin, agent) = (app.as_admin().await?, app.as_agent().await?);
    let mut company = agent.get("/api/v1/settings/company").await.expect(200);
    company["name"] = json!("Alas y Cargas");
    company["undo_seconds"] = json!(10);
    agent.put("/api/v1/settings/company", company.clone()).await.expect_problem(403, "forbidden");
    assert_eq!(admin.put("/api/v1/settings/company", company.clone()).await.expect(200), company);
    assert_eq!(agent.get("/api/v1/session").await.expect(200)["company"], "Alas y Cargas");
    company["undo_seconds"] = json!(61);
    admin.put("/api/v1/settings/company", company).await.expect_problem(422, "invalid");
    let policy = admin.put("/api/v1/settings/send-policy", json!({ "forbidden": [" garantizado ", ""] })).await.expect(200);
    assert_eq!(policy, json!({ "forbidden": ["garantizado"] }));
    assert_eq!(agent.get("/api/v1/settings/send-policy").await.expect(200), policy);
    assert_eq!(actions(&admin).await[0], "settings.changed");
    Ok(())
}

#[tokio::test]
async fn the_ledger_pages_newest_first() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?;
    for number in 0..5 {
        let form = json!({ "key": format!("d{number}"), "name_es": "D", "name_en": "D" });
        admin.post("/api/v1/departments", form).await.expect(201);
    }
    let all = actions(&admin).await;
    let mut paged = Vec::new();
    let mut after = String::new();
    loop {
        let page = admin.get(&format!("/api/v1/audit?limit=2{after}")).await.expect(200);
        let items = page["items"].as_array().expect("items");
        assert!(items.len() <= 2);
        paged.extend(items.iter().map(|entry| entry["action"].as_str().expect("text").to_owned()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(paged, all);
    assert_eq!(all.len(), 6, "five departments and the administrator's creation");
    Ok(())
}

#[tokio::test]
async fn people_work_the_same_on_postgres() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Postgres).await?;
    assert_eq!(app.anonymous().get("/api/health").await.expect(200)["database"], "postgres");
    let (admin, agent) = (app.as_admin().await?, app.as_agent().await?);
    let credentials = json!({ "email": "agent@company.test", "password": PASSWORD });
    app.anonymous().post("/api/v1/session", credentials).await.expect(200);
    let invite = json!({ "email": "eva@company.test", "name": "Eva", "role": "agent", "department_ids": [], "locale": "es" });
    let invited = admin.post("/api/v1/users", invite.clone()).await.expect(201);
    admin.post("/api/v1/users", invite).await.expect_problem(422, "invalid");
    let form = json!({ "name": "Eva", "password": PASSWORD, "locale": "es" });
    let path = format!("/api/v1{}", invited["setup_path"].as_str().expect("a path"));
    app.anonymous().post(&path, form).await.expect(200);
    let form = json!({ "key": "sales", "name_es": "V", "name_en": "S" });
    let taken = admin.post("/api/v1/departments", form).await.expect_problem(422, "invalid");
    assert_eq!(taken["fields"][0]["code"], "taken");
    agent.patch("/api/v1/me", json!({ "ready": true })).await.expect(200);
    let path = format!("/api/v1/users/{}", invited["user"]["id"].as_str().expect("an id"));
    admin.patch(&path, json!({ "role": "supervisor", "disabled": true })).await.expect(200);
    assert_eq!(actions(&admin).await[..3], ["user.changed", "user.set_up", "user.invited"]);
    app.stop().await
}
