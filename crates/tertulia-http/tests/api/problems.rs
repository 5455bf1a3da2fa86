//! Errors of every origin are problem documents, in the caller's language.

use reqwest::Method;
use serde_json::json;
use tertulia_testkit::{Database, Reply, TestApp};

#[tokio::test]
async fn refusals_of_the_framework_are_problems_too() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?;
    admin.get("/api/v1/no-such-thing").await.expect_problem(404, "not_found");
    admin.get("/api/v1/users/not-an-id/setup-link").await.expect_problem(405, "method_not_allowed");
    admin.post("/api/v1/users/not-an-id/setup-link", json!({})).await.expect_problem(404, "not_found");
    admin.get("/api/v1/audit?limit=many").await.expect_problem(400, "malformed_query");
    admin.patch("/api/v1/me", json!({ "name": 5 })).await.expect_problem(400, "malformed_body");
    let text = admin.request(Method::PATCH, "/api/v1/me").body("name=Ana");
    Reply::of("PATCH text".into(), text).await.expect_problem(415, "unsupported_media_type");
    let allowed = admin.delete("/api/health").await;
    allowed.expect_problem(405, "method_not_allowed");
    assert!(allowed.headers.contains_key("allow"));
    Ok(())
}

#[tokio::test]
async fn problems_speak_the_callers_language() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let spanish = app.as_admin().await?.with("accept-language", "es-CO,es;q=0.9,en;q=0.5");
    let reply = spanish.patch("/api/v1/me", json!({ "name": " ", "theme": "pink" })).await;
    let problem = reply.expect_problem(422, "invalid");
    assert_eq!(reply.headers["content-language"], "es");
    assert_eq!((&problem["detail"], &problem["title"]), (&json!("Corrige los campos marcados."), &json!("Corrige los campos marcados.")));
    assert_eq!(problem["fields"][0], json!({ "field": "name", "code": "required", "message": "Este campo es obligatorio." }));
    assert_eq!(problem["fields"][1]["field"], "theme");
    let english = spanish.with("accept-language", "en");
    let problem = english.get("/api/v1/no").await.expect_problem(404, "not_found");
    assert_eq!(problem["detail"], "It does not exist, or you may not see it.");
    Ok(())
}

#[tokio::test]
async fn a_body_that_can_not_be_read_is_told_where() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?.with("accept-language", "es");
    let refused = admin.post("/api/v1/posts", json!({ "channel": "foro" })).await.expect_problem(400, "malformed_body");
    assert_eq!(refused["title"], "No se entiende el cuerpo de la solicitud.");
    let detail = refused["detail"].as_str().expect("words");
    assert!(detail.starts_with("No se entiende") && detail.contains("missing field `posts` at line 1 column 18"), "{detail}");
    let refused = admin.post("/api/v1/posts", json!({ "channel": "foro", "posts": {} })).await.expect_problem(400, "malformed_body");
    assert!(refused["fields"][0]["message"].as_str().is_some_and(|words| words.contains("expected a list of posts")), "{refused}");
    let refused = admin.patch("/api/v1/me", json!({ "name": 5 })).await.expect_problem(400, "malformed_body");
    assert!(refused["detail"].as_str().is_some_and(|words| words.contains("name: invalid type: integer `5`")), "{refused}");
    Ok(())
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    for path in ["/", "/api/health", "/api/v1/session", "/setup/abc", "/no/such.file"] {
        let reply = app.anonymous().get(path).await;
        for (name, value) in [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer")] {
            assert_eq!(reply.headers[name], value, "{path}");
        }
        let policy = reply.headers["content-security-policy"].to_str()?;
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("script-src 'self' 'unsafe-inline'"), "{path}: {policy}");
    }
    assert_eq!(app.anonymous().get("/no/such.file").await.status, 404);
    Ok(())
}

#[tokio::test]
async fn the_server_tells_its_health_and_counters() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let health = app.anonymous().get("/api/health").await.expect(200);
    assert_eq!((health["status"].as_str(), health["database"].as_str()), (Some("ok"), Some("sqlite")));
    let secret = app.anonymous().get("/api/v1/setup/a-secret-in-a-path").await;
    secret.expect_problem(404, "not_found");
    let metrics = app.anonymous().get("/metrics").await;
    assert!(
        metrics.text.contains("tertulia_http_requests_total{method=\"GET\",route=\"/api/health\",status=\"200\"} 1"),
        "{}",
        metrics.text
    );
    assert!(!metrics.text.contains("a-secret-in-a-path"), "paths hold secrets; counters name the route only");
    Ok(())
}
