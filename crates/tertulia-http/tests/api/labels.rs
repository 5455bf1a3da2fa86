//! What posts say, through the API: labels on posts and cases, filters, corrections, reviews, figures.

use crate::catalog::{id, push_channel, take_in, written};
use serde_json::{Value, json};
use tertulia_kernel::event::IncomingPost;
use tertulia_testkit::{Client, Database, TestApp};

const COMPLAINT: &str = "Pésimo servicio, mi paquete no llegó y nadie contesta";

async fn texts(client: &Client, path: &str) -> Vec<String> {
    let page = client.get(path).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|item| item["text"].as_str().or(item["excerpt"].as_str()).unwrap().to_owned()).collect()
}

#[tokio::test]
async fn labels_are_shown_asked_for_corrected_and_measured() -> anyhow::Result<()> {
    for database in Database::BOTH {
        let app = TestApp::start(database).await?;
        let (admin, supervisor, agent) = (app.as_admin().await?, app.as_supervisor().await?, app.as_agent().await?);
        let channel = push_channel(&admin, "red").await;
        let addressed = |post: IncomingPost| IncomingPost { addressed: true, ..post };
        take_in(&app, channel, vec![addressed(written("1", "ana", COMPLAINT)), addressed(written("2", "eva", "hola"))]).await?;

        for list in ["posts", "cases"] {
            assert_eq!(
                texts(&agent, &format!("/api/v1/{list}?type=complaint,spam&sentiment=negative&language=es")).await,
                [COMPLAINT],
                "{list}"
            );
            assert!(texts(&agent, &format!("/api/v1/{list}?type=complaint&urgency_min=1")).await.is_empty(), "{list}");
            let wrong = agent.get(&format!("/api/v1/{list}?type=rabieta")).await.expect_problem(422, "invalid");
            assert_eq!(wrong["fields"][0]["field"], "type");
        }
        let page = agent.get("/api/v1/posts?type=complaint").await.expect(200);
        let (post, labels) = (id(&page["items"][0]).to_owned(), &page["items"][0]["labels"]);
        assert!(
            labels["sentiment"]["p"].as_f64().is_some_and(|p| (0.0..=1.0).contains(&p)) && labels["corrected"] == json!([]),
            "{labels}"
        );
        let detail = agent.get(&format!("/api/v1/posts/{post}")).await.expect(200);
        assert_eq!(&detail["post"]["labels"], labels);

        let path = format!("/api/v1/posts/{post}/corrections");
        agent.post(&path, json!({})).await.expect_problem(422, "invalid");
        agent.post(&path, json!({ "types": [] })).await.expect_problem(422, "invalid");
        agent.post(&path, json!({ "sentiment": "furious" })).await.expect_problem(422, "invalid");
        let said = agent.post(&path, json!({ "types": ["praise"], "sentiment": "positive" })).await.expect(200);
        assert_eq!(
            (&said["types"], &said["sentiment"]),
            (&json!([{"label": "praise", "p": null}]), &json!({"label": "positive", "p": null}))
        );
        assert_eq!((&said["corrected"][0]["task"], &said["corrected"][0]["by"]), (&json!("types"), &json!("agent")), "{said}");
        assert_eq!(texts(&agent, "/api/v1/cases?type=praise").await, [COMPLAINT]);
        let audit = admin.get("/api/v1/audit").await.expect(200);
        assert!(audit.to_string().contains("post.corrected"), "{audit}");

        agent.post("/api/v1/reviews", Value::Null).await.expect_problem(403, "forbidden");
        agent.get("/api/v1/understanding").await.expect_problem(403, "forbidden");
        let drawn = supervisor.post("/api/v1/reviews", Value::Null).await.expect(200);
        assert_eq!((&drawn["left"], &drawn["done"]), (&json!(1), &json!(0)));
        assert_eq!((&drawn["random"], &drawn["post"]["labels"]), (&json!(true), &Value::Null), "the person says first");
        let path = format!("/api/v1/reviews/{}", id(&drawn["post"]));
        let whole = json!({ "labels": { "types": ["other"], "sentiment": "neutral", "language": "es", "audience": "us" } });
        let answered = supervisor.post(&path, whole.clone()).await.expect(200);
        assert_eq!(answered["labels"]["types"], json!([{"label": "other", "p": null}]));
        let said = &answered["labels"]["corrected"].as_array().unwrap().iter().find(|word| word["task"] == "types").unwrap()["said"];
        assert!(said.as_array().is_some_and(|said| !said.is_empty()), "and then sees what was said: {answered}");
        supervisor.post(&path, whole).await.expect_problem(404, "not_found");
        let passed = supervisor.post("/api/v1/reviews", Value::Null).await.expect(200);
        let answered = supervisor.post(&format!("/api/v1/reviews/{}", id(&passed["post"])), json!({ "labels": null })).await.expect(200);
        assert_eq!(answered["labels"], Value::Null);
        let quality = supervisor.get("/api/v1/understanding").await.expect(200);
        assert_eq!((&quality["reviewed"], &quality["few"]), (&json!(1), &json!(50)), "{quality}");
        assert_eq!(quality["tasks"][0]["tables"][0]["right"]["of"], 1);

        agent.get("/api/v1/understanding/versions").await.expect_problem(403, "forbidden");
        let versions = supervisor.get("/api/v1/understanding/versions").await.expect(200);
        assert_eq!((&versions["in_force"], &versions["items"], &versions["training"]["state"]), (&json!(0), &json!([]), &json!("none")));
        // One was corrected; the one that chance drew first may be the same.
        let labelled = versions["labels"].as_u64().unwrap() + versions["held_out"].as_u64().unwrap();
        assert!((1..=2).contains(&labelled) && versions["new"] == labelled, "{versions}");
        let training = supervisor.post("/api/v1/understanding/versions", Value::Null).await.expect(202);
        assert_eq!(training["by"], "supervisor");
        supervisor.post("/api/v1/understanding/versions/7/restore", Value::Null).await.expect_problem(404, "not_found");
        let back = supervisor.post("/api/v1/understanding/versions/0/restore", Value::Null).await.expect(200);
        assert_eq!(back["in_force"], 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_rule_asks_what_a_post_says() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let supervisor = app.as_supervisor().await?;
    let rule = |conditions: Value| json!({ "name": "Quejas", "enabled": true, "conditions": conditions, "actions": { "open_case": true } });
    for (field, wrong) in [
        ("conditions.types", json!({ "types": ["rabieta"] })),
        ("conditions.sentiments", json!({ "sentiments": ["sad"] })),
        ("conditions.urgency_min", json!({ "urgency_min": 60 })),
    ] {
        let problem = supervisor.post("/api/v1/rules", rule(wrong)).await.expect_problem(422, "invalid");
        assert_eq!(problem["fields"][0]["field"], field, "{problem}");
    }
    let conditions = json!({ "types": ["complaint"], "sentiments": ["negative"], "urgency_min": 0.6 });
    let saved = supervisor.post("/api/v1/rules", rule(conditions.clone())).await.expect(201);
    for (name, value) in conditions.as_object().unwrap() {
        assert_eq!(&saved["conditions"][name], value);
    }
    Ok(())
}

#[tokio::test]
async fn words_that_count_are_seen_changed_tried_and_given_back() -> anyhow::Result<()> {
    for database in Database::BOTH {
        let app = TestApp::start(database).await?;
        let (admin, supervisor) = (app.as_admin().await?, app.as_supervisor().await?);
        let words = supervisor.get("/api/v1/words").await.expect(200);
        assert_eq!(words["unread"], 0);
        let list = |words: &Value, sort: &str, name: &str| {
            let lists = words["lists"].as_array().expect("lists");
            lists.iter().find(|list| list["sort"] == sort && list["name"] == name).cloned()
        };
        let legal = list(&words, "urgency", "legal").expect("shipped");
        assert_eq!((&legal["points"], &legal["changed"], &legal["fact"]), (&json!(0.42), &json!(false), &json!(false)));
        assert_eq!(legal["words"], legal["shipped"]["words"]);
        assert!(list(&words, "topic", "app and website").is_some());

        let text = json!({ "text": "mi cuñado es escribano y lo va a ver", "draft": null });
        let tried = supervisor.post("/api/v1/words/try", text.clone()).await.expect(200);
        assert!(!tried["urgency"].to_string().contains("escribano"), "{tried}");
        let form = json!({ "points": 0.8, "words": { "es": ["escribano", "notari*", ""] } });
        let saved = supervisor.put("/api/v1/words/urgency/legal", form).await.expect(200);
        assert_eq!((&saved["changed"], &saved["words"]["es"]), (&json!(true), &json!(["escribano", "notari*"])));
        let tried = supervisor.post("/api/v1/words/try", text).await.expect(200);
        assert_eq!(tried["urgency"]["grounds"][0], json!({ "name": "legal", "points": 0.8, "words": "escribano" }), "{tried}");

        // What is wrong is named, phrase by phrase; what is no list is not found.
        let wrong = json!({ "points": 0.5, "words": { "es": ["bien", "{mal"] } });
        let wrong = supervisor.put("/api/v1/words/urgency/legal", wrong).await.expect_problem(422, "invalid");
        assert_eq!((&wrong["fields"][0]["field"], &wrong["fields"][0]["code"]), (&json!("words.es.1"), &json!("phrase")));
        supervisor.put("/api/v1/words/urgency/legal", json!({ "points": 1.5 })).await.expect_problem(422, "invalid");
        supervisor.put("/api/v1/words/other/legal", json!({ "points": 0.5 })).await.expect_problem(404, "not_found");
        let own = json!({ "points": 0.0, "words": { "es": ["seguro de viaje"] } });
        supervisor.put("/api/v1/words/topic/seguros%20y%20m%C3%A1s", own).await.expect(200);
        let words = supervisor.get("/api/v1/words").await.expect(200);
        assert_eq!(list(&words, "topic", "seguros y más").expect("own")["shipped"], Value::Null);

        supervisor.delete("/api/v1/words/topic/seguros%20y%20m%C3%A1s").await.expect(204);
        supervisor.delete("/api/v1/words/urgency/legal").await.expect(204);
        let words = supervisor.get("/api/v1/words").await.expect(200);
        assert_eq!(list(&words, "urgency", "legal"), Some(legal));
        assert!(list(&words, "topic", "seguros y más").is_none());
        let audit = admin.get("/api/v1/audit").await.expect(200).to_string();
        assert!(audit.contains("words.changed") && audit.contains("words.restored") && audit.contains("escribano"), "{audit}");
    }
    Ok(())
}
