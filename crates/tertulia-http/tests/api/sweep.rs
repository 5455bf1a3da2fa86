//! Every operation of the OpenAPI document, called without credentials, with wrong ones, with too little role or scope,
//! and with bodies that can't be. An operation that is missing in [`ACCESS`] fails the sweep.

use Access::{Administrator, Public, Signed, Supervisor, Visitor};
use axum::{
    body::Body,
    http::{Request, header},
};
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use tertulia_http::{HttpState, Options};
use tertulia_policy::Role;
use tertulia_testkit::{Client, Database, TestApp};
use tower::ServiceExt;

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Anybody.
    Public,
    /// A visitor of the web chat, with the visit's secret.
    Visitor,
    /// Every user (the use case may still hide single things from them).
    Signed,
    /// Supervisors and administrators.
    Supervisor,
    /// Administrators.
    Administrator,
}

/// Who may call what, by operation id.
const ACCESS: &[(&str, Access)] = &[
    ("health", Public),
    ("description", Public),
    ("metrics", Public),
    ("sign_in", Public),
    ("get_setup_link", Public),
    ("use_setup_link", Public),
    ("get_session", Signed),
    ("sign_out", Signed),
    ("change_me", Signed),
    ("change_password", Signed),
    ("list_users", Signed),
    ("invite_user", Administrator),
    ("change_user", Administrator),
    ("make_setup_link", Administrator),
    ("list_departments", Signed),
    ("create_department", Administrator),
    ("change_department", Administrator),
    ("delete_department", Administrator),
    ("list_tokens", Signed),
    ("create_token", Signed),
    ("delete_token", Signed),
    ("list_audit", Administrator),
    ("get_company_settings", Signed),
    ("save_company_settings", Administrator),
    ("get_send_policy", Signed),
    ("save_send_policy", Administrator),
    ("list_cases", Signed),
    ("count_cases", Signed),
    ("change_cases", Signed),
    ("get_case", Signed),
    ("list_case_thread", Signed),
    ("list_similar_cases", Signed),
    ("change_case", Signed),
    ("take_case", Signed),
    ("reserve_case", Signed),
    ("release_case", Signed),
    ("see_case", Signed),
    ("note_presence", Signed),
    ("add_note", Signed),
    ("check_answer", Signed),
    ("send_answer", Signed),
    ("take_back_answer", Signed),
    ("retry_answer", Signed),
    ("list_offers", Signed),
    ("accept_offer", Signed),
    ("decline_offer", Signed),
    ("live", Signed),
    ("upload_file", Signed),
    ("get_attachment", Signed),
    ("list_canned_answers", Signed),
    ("create_canned_answer", Supervisor),
    ("change_canned_answer", Supervisor),
    ("delete_canned_answer", Supervisor),
    ("list_channel_kinds", Supervisor),
    ("list_channels", Signed),
    ("create_channel", Administrator),
    ("check_channel", Administrator),
    ("get_channel", Signed),
    ("change_channel", Administrator),
    ("delete_channel", Administrator),
    ("list_quarantine", Supervisor),
    ("replay_quarantined", Supervisor),
    ("discard_quarantined", Supervisor),
    ("list_monitors", Signed),
    ("create_monitor", Supervisor),
    ("change_monitor", Supervisor),
    ("delete_monitor", Supervisor),
    ("check_query", Signed),
    ("preview_query", Signed),
    ("try_query", Signed),
    ("get_monitor", Signed),
    ("list_monitor_folders", Signed),
    ("move_monitor_folder", Supervisor),
    ("get_monitor_history", Signed),
    ("apply_monitor_history", Supervisor),
    ("cancel_monitor_history", Supervisor),
    ("list_monitor_versions", Signed),
    ("diff_monitor_versions", Signed),
    ("restore_monitor_version", Supervisor),
    ("discard_matches", Signed),
    ("suggest_noise", Supervisor),
    ("list_monitor_duplicates", Signed),
    ("list_notices", Signed),
    ("read_notices", Signed),
    ("list_people", Signed),
    ("get_person", Signed),
    ("change_person", Signed),
    ("list_person_posts", Signed),
    ("list_person_cases", Signed),
    ("list_posts", Signed),
    ("get_post", Signed),
    ("open_case", Signed),
    ("correct_post", Signed),
    ("get_words", Supervisor),
    ("save_words", Supervisor),
    ("restore_words", Supervisor),
    ("try_words", Supervisor),
    ("draw_review", Supervisor),
    ("answer_review", Supervisor),
    ("get_understanding", Supervisor),
    ("list_learnt_versions", Supervisor),
    ("start_training", Supervisor),
    ("restore_learnt_version", Supervisor),
    ("push_posts", Supervisor),
    ("list_word_lists", Signed),
    ("get_word_list", Signed),
    ("create_word_list", Supervisor),
    ("change_word_list", Supervisor),
    ("delete_word_list", Supervisor),
    ("list_rules", Signed),
    ("create_rule", Supervisor),
    ("change_rule", Supervisor),
    ("delete_rule", Supervisor),
    ("order_rules", Supervisor),
    ("get_sample", Signed),
    ("load_sample", Administrator),
    ("remove_sample", Administrator),
    ("chat_widget", Public),
    ("chat_settings", Public),
    ("begin_chat_visit", Public),
    ("chat_history", Visitor),
    ("send_chat_message", Visitor),
    ("chat_typing", Visitor),
    ("upload_chat_file", Visitor),
    ("chat_file", Visitor),
    ("chat_live", Visitor),
];

/// Operations that take more than others, with room for the largest batch; in bytes.
const LARGER: &[(&str, usize)] = &[("push_posts", 16 * 1024 * 1024)];

struct Operation {
    id: String,
    method: Method,
    path: String,
    body: Option<Value>,
}

impl Operation {
    fn access(&self) -> Access {
        let found = ACCESS.iter().find(|(id, _)| *id == self.id);
        found.unwrap_or_else(|| panic!("say in ACCESS who may call {} ({} {})", self.id, self.method, self.path)).1
    }

    fn is_public(&self) -> bool {
        matches!(self.access(), Public | Visitor)
    }

    async fn call(&self, client: &Client) -> (u16, String) {
        let request = client.request(self.method.clone(), &self.path);
        let request = match &self.body {
            Some(body) => request.json(body),
            None => request,
        };
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let problem = response.headers().get("content-type").is_some_and(|kind| kind == "application/problem+json");
        // Other bodies may never end (live updates).
        let code = if problem {
            response.json::<Value>().await.expect("JSON")["code"].as_str().unwrap_or_default().to_owned()
        } else {
            String::new()
        };
        (status, code)
    }
}

/// A value that the schema allows, as small as can be.
fn example(schema: &Value, document: &Value, depth: u8) -> Value {
    if depth > 8 {
        return Value::Null;
    }
    let example = |schema: &Value| example(schema, document, depth + 1);
    if let Some(reference) = schema["$ref"].as_str() {
        return document.pointer(reference.trim_start_matches('#')).map_or(Value::Null, example);
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let real = choices.iter().find(|one| one["type"] != "null");
            return real.map_or(Value::Null, example);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = Map::new();
        for part in parts {
            if let Value::Object(part) = example(part) {
                whole.extend(part);
            }
        }
        return Value::Object(whole);
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null"),
        kind => kind.as_str().unwrap_or("object"),
    };
    match (kind, schema["format"].as_str()) {
        ("string", Some("uuid")) => json!("00000000-0000-0000-0000-000000000000"),
        ("string", _) => json!("x"),
        ("integer", _) => json!(1),
        ("number", _) => json!(1.0),
        ("boolean", _) => json!(false),
        ("array", _) => json!([]),
        ("null", _) => Value::Null,
        _ => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let fields = required.iter().filter_map(Value::as_str).map(|name| (name.to_owned(), example(&schema["properties"][name])));
            Value::Object(fields.collect())
        }
    }
}

fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(tertulia_http::openapi()).expect("a document");
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            let id = operation["operationId"].as_str().expect("an operation id").to_owned();
            let mut filled = path.clone();
            for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "path") {
                let name = parameter["name"].as_str().expect("a name");
                let value = match example(&parameter["schema"], &document, 0) {
                    Value::String(text) => text,
                    other => other.to_string(),
                };
                filled = filled.replace(&format!("{{{name}}}"), &value);
            }
            let json = &operation["requestBody"]["content"]["application/json"]["schema"];
            let body = (!json.is_null()).then(|| example(json, &document, 0));
            all.push(Operation { id, method, path: filled, body });
        }
    }
    all
}

#[test]
fn the_table_names_each_operation_once() {
    let known: BTreeSet<&str> = ACCESS.iter().map(|(id, _)| *id).collect();
    assert_eq!(known.len(), ACCESS.len(), "an operation is named twice");
    let operations = operations();
    let described: BTreeSet<&str> = operations.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(described.len(), operations.len(), "two operations share an id");
    assert_eq!(known, described);
}

#[test]
fn the_document_says_which_operations_are_public() {
    let document = serde_json::to_value(tertulia_http::openapi()).expect("a document");
    for item in document["paths"].as_object().expect("paths").values() {
        for operation in item.as_object().expect("operations").values() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let says_public = operation["security"] == json!([{}]);
            let access = ACCESS.iter().find(|(known, _)| *known == id).map(|(_, access)| *access);
            assert_eq!(says_public, matches!(access, Some(Public | Visitor)), "{id}: {}", operation["security"]);
        }
    }
}

/// A server with a web chat, whose number is the one the examples use.
async fn server() -> anyhow::Result<TestApp> {
    let app = TestApp::start(Database::Sqlite).await?;
    let form = json!({ "kind": "webchat", "name": "Chat", "enabled": true, "window_days": 0, "settings": {} });
    let channel = app.as_admin().await?.post("/api/v1/channels", form).await.expect(201);
    assert_eq!(channel["number"], 1);
    Ok(app)
}

#[tokio::test]
async fn without_credentials_and_with_wrong_ones() -> anyhow::Result<()> {
    let app = server().await?;
    let nobody = app.anonymous();
    let strangers =
        [nobody.clone(), nobody.with_session("made-up"), nobody.with_token("tertulia_made-up"), nobody.with("authorization", "Basic eDp4")];
    for operation in operations() {
        for (at, stranger) in strangers.iter().enumerate() {
            let answer = operation.call(stranger).await;
            match operation.access() {
                // Signing in without credentials is refused, but for what it is.
                Public => assert_ne!(answer.1, "unauthenticated", "{} stranger {at}", operation.id),
                _ => assert_eq!(answer, (401, "unauthenticated".to_owned()), "{} stranger {at}", operation.id),
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn with_too_little_role_and_with_enough() -> anyhow::Result<()> {
    let app = server().await?;
    for operation in operations().into_iter().filter(|operation| !operation.is_public()) {
        let least = operation.access();
        for (rank, role) in [Role::Agent, Role::Supervisor, Role::Administrator].into_iter().enumerate() {
            let client = match role {
                Role::Agent => app.as_agent().await?,
                Role::Supervisor => app.as_supervisor().await?,
                Role::Administrator => app.as_admin().await?,
            };
            let enough = rank
                >= match least {
                    Administrator => 2,
                    Supervisor => 1,
                    _ => 0,
                };
            let (status, code) = operation.call(&client).await;
            if enough {
                assert!(status != 401 && code != "forbidden" && status < 500, "{} as {role:?}: {status} {code}", operation.id);
            } else {
                assert_eq!((status, code.as_str()), (403, "forbidden"), "{} as {role:?}", operation.id);
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn with_too_little_scope() -> anyhow::Result<()> {
    let app = server().await?;
    let user = app.user("owner@company.test", Role::Administrator, &[]).await?;
    let (push, read, write) =
        (app.token_of(&user, &["push"]).await?, app.token_of(&user, &["read"]).await?, app.token_of(&user, &["write"]).await?);
    let refused = (403, "scope_missing".to_owned());
    for operation in operations().into_iter().filter(|operation| !operation.is_public()) {
        let pushes = operation.id == "push_posts";
        let reads = operation.method == Method::GET;
        assert_eq!(operation.call(&push).await == refused, !pushes, "{} with push", operation.id);
        assert_eq!(operation.call(&read).await == refused, !reads, "{} with read", operation.id);
        assert_eq!(operation.call(&write).await == refused, pushes, "{} with write", operation.id);
    }
    Ok(())
}

#[tokio::test]
async fn with_bodies_that_can_not_be() -> anyhow::Result<()> {
    let app = server().await?;
    for operation in operations().into_iter().filter(|operation| operation.body.is_some()) {
        if operation.access() == Visitor {
            continue;
        }
        let limit = LARGER.iter().find(|(id, _)| *id == operation.id).map_or(tertulia_http::BODY_LIMIT, |(_, limit)| *limit);
        let huge = format!("{{\"name\":\"{}\"}}", "x".repeat(limit));
        for (body, status) in [(huge.as_str(), 413), ("{", 400), ("[]", 400), ("", 400)] {
            // Asked without a socket: a server that answers before it has read a large body breaks the connection.
            let user = app.as_admin().await?;
            let built = user.request(operation.method.clone(), &operation.path).build()?;
            let mut request =
                Request::builder().method(operation.method.clone()).uri(&operation.path).header(header::CONTENT_TYPE, "application/json");
            for (name, value) in built.headers() {
                request = request.header(name, value);
            }
            let router = tertulia_http::router(HttpState::new(app.app.clone(), Options::default()));
            let answer = router.oneshot(request.body(Body::from(body.to_owned()))?).await?;
            let all_optional = operation.body == Some(json!({})) && body == "[]";
            assert!(answer.status() == status || all_optional, "{} with {:.20}: {}", operation.id, body, answer.status());
        }
    }
    Ok(())
}
