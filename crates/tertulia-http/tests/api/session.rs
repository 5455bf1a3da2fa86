//! Signing in, the first administrator, invitations, the own profile.

use reqwest::Method;
use serde_json::{Value, json};
use tertulia_app::staff::setup;
use tertulia_policy::Role;
use tertulia_testkit::{Client, Database, Reply, Setup, TestApp, VirtualClock, app::PASSWORD};

fn cookie(reply: &Reply) -> String {
    reply.headers["set-cookie"].to_str().expect("text").to_owned()
}

fn with_cookie_of(client: &Client, reply: &Reply) -> Client {
    let cookie = cookie(reply);
    let secret = cookie.strip_prefix("tertulia_session=").and_then(|rest| rest.split(';').next()).expect("a session cookie");
    client.with_session(secret)
}

fn sign_in(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

#[tokio::test]
async fn signs_in_and_out() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    app.user("ana@company.test", Role::Agent, &["sales"]).await?;
    let client = app.anonymous();
    client.get("/api/v1/session").await.expect_problem(401, "unauthenticated");
    let reply = client.post("/api/v1/session", sign_in(" Ana@Company.test ", PASSWORD)).await;
    let session = reply.expect(200);
    assert_eq!(session["user"]["email"], "ana@company.test");
    assert_eq!(session["user"]["role"], "agent");
    let text = cookie(&reply);
    assert!(text.contains("; HttpOnly; SameSite=Strict; Max-Age=2592000") && !text.contains("Secure"), "{text}");

    let signed = with_cookie_of(&client, &reply);
    assert_eq!(signed.get("/api/v1/session").await.expect(200)["user"]["name"], "ana");
    let out = signed.delete("/api/v1/session").await;
    out.expect(204);
    assert!(cookie(&out).contains("Max-Age=0"));
    signed.get("/api/v1/session").await.expect_problem(401, "unauthenticated");
    Ok(())
}

#[tokio::test]
async fn cookies_are_secure_unless_told_otherwise() -> anyhow::Result<()> {
    let mut setup = Setup::on(Database::Sqlite);
    setup.options = tertulia_http::Options::default();
    let app = setup.start().await?;
    app.user("ana@company.test", Role::Agent, &[]).await?;
    let reply = app.anonymous().post("/api/v1/session", sign_in("ana@company.test", PASSWORD)).await;
    assert!(cookie(&reply).ends_with("; Secure"), "{}", cookie(&reply));
    Ok(())
}

#[tokio::test]
async fn every_failure_to_sign_in_looks_the_same() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?;
    let disabled = app.user("disabled@company.test", Role::Agent, &[]).await?;
    admin.patch(&format!("/api/v1/users/{}", disabled.id), json!({ "disabled": true })).await.expect(200);
    let invite = json!({ "email": "invited@company.test", "name": "I", "role": "agent", "department_ids": [], "locale": "es" });
    admin.post("/api/v1/users", invite).await.expect(201);
    let mut answers = Vec::new();
    for email in ["nobody@company.test", "admin@company.test", "disabled@company.test", "invited@company.test"] {
        let password = if email.starts_with("admin") { "not the password" } else { PASSWORD };
        let reply = app.anonymous().post("/api/v1/session", sign_in(email, password)).await;
        reply.expect_problem(401, "invalid_credentials");
        assert!(!reply.headers.contains_key("set-cookie"));
        answers.push(reply.text);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    Ok(())
}

#[tokio::test]
async fn guessing_slows_down_and_the_right_password_frees() -> anyhow::Result<()> {
    let clock = VirtualClock::default();
    let app = Setup { clock: Some(clock.clone()), ..Setup::on(Database::Sqlite) }.start().await?;
    app.user("ana@company.test", Role::Agent, &[]).await?;
    let client = app.anonymous();
    let wrong = sign_in("ana@company.test", "not the password");
    for _ in 0..5 {
        client.post("/api/v1/session", wrong.clone()).await.expect_problem(401, "invalid_credentials");
    }
    let limited = client.post("/api/v1/session", sign_in("ana@company.test", PASSWORD)).await;
    limited.expect_problem(429, "login_limited");
    assert_eq!(limited.headers["retry-after"], "1");
    clock.advance(1);
    client.post("/api/v1/session", wrong.clone()).await.expect_problem(401, "invalid_credentials");
    assert_eq!(client.post("/api/v1/session", wrong.clone()).await.headers["retry-after"], "2");
    // Another user is not held up by it.
    app.user("luis@company.test", Role::Agent, &[]).await?;
    client.post("/api/v1/session", sign_in("luis@company.test", PASSWORD)).await.expect(200);
    clock.advance(2);
    client.post("/api/v1/session", sign_in("ana@company.test", PASSWORD)).await.expect(200);
    client.post("/api/v1/session", wrong).await.expect_problem(401, "invalid_credentials");
    Ok(())
}

#[tokio::test]
async fn an_address_that_tries_many_users_slows_down() -> anyhow::Result<()> {
    let clock = VirtualClock::default();
    let mut setup = Setup { clock: Some(clock.clone()), ..Setup::on(Database::Sqlite) };
    setup.options.behind_proxy = true;
    let app = setup.start().await?;
    // What the client claims comes first; what the proxy saw, last.
    let one = app.anonymous().with("x-forwarded-for", "9.9.9.9, 203.0.113.7");
    for guess in 0..20 {
        one.post("/api/v1/session", sign_in(&format!("u{guess}@company.test"), "not the password"))
            .await
            .expect_problem(401, "invalid_credentials");
    }
    let claim = one.with("x-forwarded-for", "8.8.8.8, 203.0.113.7");
    claim.post("/api/v1/session", sign_in("u99@company.test", "not the password")).await.expect_problem(429, "login_limited");
    let other = one.with("x-forwarded-for", "203.0.113.8");
    other.post("/api/v1/session", sign_in("u99@company.test", "not the password")).await.expect_problem(401, "invalid_credentials");
    // A household has all addresses of an IPv6 network: a fresh one for each guess is still the same caller.
    for guess in 0..21 {
        let reply = app.anonymous().with("x-forwarded-for", format!("2001:db8:1:2::{guess:x}"));
        let reply = reply.post("/api/v1/session", sign_in(&format!("v{guess}@company.test"), "not the password")).await;
        let refused = if guess < 20 { (401, "invalid_credentials") } else { (429, "login_limited") };
        reply.expect_problem(refused.0, refused.1);
    }
    Ok(())
}

#[tokio::test]
async fn sessions_slide_and_end() -> anyhow::Result<()> {
    let clock = VirtualClock::default();
    let app = Setup { clock: Some(clock.clone()), ..Setup::on(Database::Sqlite) }.start().await?;
    let user = app.user("ana@company.test", Role::Agent, &[]).await?;
    let client = app.anonymous();
    let reply = client.post("/api/v1/session", sign_in("ana@company.test", PASSWORD)).await;
    let signed = with_cookie_of(&client, &reply);
    for _ in 0..3 {
        clock.advance(29 * 86_400);
        signed.get("/api/v1/session").await.expect(200);
    }
    let seen = app.app.store.read().await?.user(user.id).await?.and_then(|user| user.last_seen_at);
    assert_eq!(seen, Some(app.app.now()));
    clock.advance(30 * 86_400);
    signed.get("/api/v1/session").await.expect_problem(401, "unauthenticated");
    Ok(())
}

#[tokio::test]
async fn a_session_needs_the_consoles_header_to_change_anything() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?;
    let forged = admin.with("x-tertulia", "0");
    forged.get("/api/v1/users").await.expect(200);
    for (method, path) in [(Method::PATCH, "/api/v1/me"), (Method::DELETE, "/api/v1/session"), (Method::POST, "/api/v1/users")] {
        forged.send(method, path, &json!({})).await.expect_problem(403, "csrf");
    }
    Ok(())
}

#[tokio::test]
async fn the_first_administrator_comes_in_by_a_one_time_link() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let first = setup::first_link(&app.app).await?.expect("nobody administers yet");
    let path = setup::first_link(&app.app).await?.expect("still nobody");
    let client = app.anonymous();
    client.get(&format!("/api/v1{first}")).await.expect_problem(404, "not_found");
    let link = client.get(&format!("/api/v1{path}")).await.expect(200);
    assert_eq!(link, json!({ "purpose": "administrator", "email": null, "name": null }));

    let form = |email: &str, password: &str| json!({ "name": "Ana", "email": email, "password": password, "locale": "es" });
    let refused = client.post(&format!("/api/v1{path}"), form("no", "short")).await.expect_problem(422, "invalid");
    let codes: Vec<_> = refused["fields"].as_array().expect("fields").iter().map(|field| field["code"].clone()).collect();
    assert_eq!(codes, ["email", "password_short"]);
    let reply = client.post(&format!("/api/v1{path}"), form("ana@company.test", PASSWORD)).await;
    assert_eq!(reply.expect(200)["user"]["role"], "administrator");
    with_cookie_of(&client, &reply).get("/api/v1/audit").await.expect(200);
    client.post(&format!("/api/v1{path}"), form("eva@company.test", PASSWORD)).await.expect_problem(404, "not_found");
    assert_eq!(setup::first_link(&app.app).await?, None);
    Ok(())
}

#[tokio::test]
async fn invitations_work_once_and_for_seven_days() -> anyhow::Result<()> {
    let clock = VirtualClock::default();
    let app = Setup { clock: Some(clock.clone()), ..Setup::on(Database::Sqlite) }.start().await?;
    let admin = app.as_admin().await?;
    let departments = admin.get("/api/v1/departments").await.expect(200);
    let sales = departments.as_array().expect("a list").iter().find(|one| one["key"] == "sales").expect("sales")["id"].clone();
    let invite = json!({ "email": "Eva@Company.test", "name": "Eva", "role": "agent", "department_ids": [sales], "locale": "en" });
    let invited = admin.post("/api/v1/users", invite.clone()).await.expect(201);
    assert_eq!((&invited["user"]["status"], &invited["user"]["email"]), (&json!("invited"), &json!("eva@company.test")));
    let again = admin.post("/api/v1/users", invite).await.expect_problem(422, "invalid");
    assert_eq!(again["fields"][0]["code"], "taken");

    let path = invited["setup_path"].as_str().expect("a path").to_owned();
    let client = app.anonymous();
    let link = client.get(&format!("/api/v1{path}")).await.expect(200);
    assert_eq!(link, json!({ "purpose": "invitation", "email": "eva@company.test", "name": "Eva" }));
    clock.advance(8 * 86_400);
    client.get(&format!("/api/v1{path}")).await.expect_problem(404, "not_found");

    let admin = app.as_admin().await?;
    let id = invited["user"]["id"].as_str().expect("an id");
    let anew = admin.post(&format!("/api/v1/users/{id}/setup-link"), Value::Null).await.expect(200);
    let path = anew["setup_path"].as_str().expect("a path");
    let form = json!({ "name": "Eva Luna", "email": "other@company.test", "password": PASSWORD, "locale": "es" });
    let session = client.post(&format!("/api/v1{path}"), form.clone()).await.expect(200);
    assert_eq!((&session["user"]["email"], &session["user"]["name"]), (&json!("eva@company.test"), &json!("Eva Luna")));
    assert_eq!(session["user"]["department_ids"], json!([sales]));
    client.post(&format!("/api/v1{path}"), form).await.expect_problem(404, "not_found");
    client.post("/api/v1/session", sign_in("eva@company.test", PASSWORD)).await.expect(200);
    Ok(())
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let user = app.user("ana@company.test", Role::Agent, &[]).await?;
    let (here, elsewhere) = (app.session_of(&user).await?, app.session_of(&user).await?);
    let change = |current: &str, new: &str| json!({ "current": current, "new": new });
    here.post("/api/v1/me/password", change("not the password", "otra frase larga")).await.expect_problem(403, "wrong_password");
    here.post("/api/v1/me/password", change(PASSWORD, "ana@company.test")).await.expect_problem(422, "invalid");
    here.post("/api/v1/me/password", change(PASSWORD, "otra frase larga")).await.expect(204);
    here.get("/api/v1/session").await.expect(200);
    elsewhere.get("/api/v1/session").await.expect_problem(401, "unauthenticated");
    app.anonymous().post("/api/v1/session", sign_in("ana@company.test", PASSWORD)).await.expect(401);
    app.anonymous().post("/api/v1/session", sign_in("ana@company.test", "otra frase larga")).await.expect(200);
    Ok(())
}

#[tokio::test]
async fn the_own_profile_changes_field_by_field() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let agent = app.as_agent().await?;
    let change = json!({ "name": "Ana María", "zone": "America/Lima", "theme": "dark", "ready": true });
    let me = agent.patch("/api/v1/me", change).await.expect(200);
    assert_eq!(
        (&me["name"], &me["zone"], &me["ready"], &me["locale"]),
        (&json!("Ana María"), &json!("America/Lima"), &json!(true), &json!("es"))
    );
    let me = agent.patch("/api/v1/me", json!({ "zone": "", "locale": "en" })).await.expect(200);
    assert_eq!((&me["zone"], &me["theme"], &me["locale"]), (&Value::Null, &json!("dark"), &json!("en")));
    let wrong = agent.patch("/api/v1/me", json!({ "zone": "no zone!", "locale": "fr" })).await.expect_problem(422, "invalid");
    assert_eq!(wrong["fields"].as_array().expect("fields").len(), 2);
    Ok(())
}
