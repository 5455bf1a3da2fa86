//! Each peer, really exercised.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use serde_json::json;
use tertulia_peers::host_proxy::HostProxy;
use tertulia_peers::mail::{self, Mail};
use tertulia_peers::mastodon_api::FEDERATION;
use tertulia_peers::mastodon_mock::MastodonMock;
use tertulia_peers::snac::Fediverse;
use tertulia_peers::{postgres, process};

type Outcome = anyhow::Result<()>;

#[tokio::test]
async fn a_mention_crosses_two_snac_servers_and_its_answer_comes_back() -> Outcome {
    let fediverse = Fediverse::start().await?;
    let company = fediverse.alpha.person("soporte").await?;
    let customer = fediverse.beta.person("marta").await?;

    let post = customer.post(&format!("@{} se perdió mi paquete", company.handle)).await?;
    let mention = company.wait_for_notification("mention", "se perdió mi paquete").await?;
    assert_eq!(mention["account"]["acct"], customer.handle);

    let here = mention["status"]["id"].as_str().unwrap();
    company.reply(&format!("@{} lo buscamos ya", customer.handle), here).await?;
    let answer = customer.find_post("lo buscamos ya", post["id"].as_str()).await?;
    assert_eq!(answer["in_reply_to_id"], post["id"]);
    Ok(())
}

#[tokio::test]
async fn snac_has_direct_messages_edits_and_deletions() -> Outcome {
    let fediverse = Fediverse::start().await?;
    let company = fediverse.alpha.person("soporte").await?;
    let customer = fediverse.beta.person("marta").await?;

    company.follow(&customer.handle).await?;
    tertulia_peers::eventually("the follow arrives", FEDERATION, async || {
        Ok(customer.notifications().await?.into_iter().find(|one| one["type"] == "follow"))
    })
    .await?;

    let private = customer.direct(&format!("@{} mi código es 1234", company.handle)).await?;
    let received = company.wait_for_notification("mention", "mi código es 1234").await?;
    assert_eq!(received["status"]["visibility"], "direct");

    customer.edit(private["id"].as_str().unwrap(), &format!("@{} mi código es 5678", company.handle)).await?;
    let edited = company.find_post("mi código es 5678", None).await?;

    customer.delete(private["id"].as_str().unwrap()).await?;
    let id = edited["id"].as_str().unwrap();
    tertulia_peers::eventually("the deletion reaches the other server", FEDERATION, async || {
        Ok(company.status(id).await.is_err().then_some(()))
    })
    .await
}

#[tokio::test]
async fn mastodon_mock_publishes_once_per_idempotency_key() -> Outcome {
    let server = MastodonMock::start().await?;
    let company = server.person("soporte").await?;
    let customer = server.person("marta").await?;

    let body = json!({ "status": "@marta lo buscamos ya", "visibility": "public" });
    let mut ids = Vec::new();
    for _ in 0..2 {
        let key = [("Idempotency-Key", "answer-1")];
        let status = company.call_with(reqwest::Method::POST, "/api/v1/statuses", Some(&body), &key).await?;
        ids.push(status["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
    let mentions = customer.notifications().await?;
    assert_eq!(mentions.len(), 1, "{mentions:?}");
    Ok(())
}

#[tokio::test]
async fn mastodon_mock_fails_when_a_fault_is_ordered() -> Outcome {
    let server = MastodonMock::start().await?;
    let company = server.person("soporte").await?;
    let rule = json!({ "match": { "methods": ["POST"], "path": "/api/v1/statuses" }, "effect": { "status": 503 }, "count": 1 });
    server.order_fault(&rule).await?;
    let refused = company.post("hola").await.unwrap_err();
    assert!(format!("{refused:#}").contains("503"), "{refused:#}");
    company.post("hola").await?;
    Ok(())
}

#[tokio::test]
async fn mastodon_mock_leaves_nothing_behind() -> Outcome {
    let server = MastodonMock::start().await?;
    server.person("soporte").await?.upload("maleta.png", "image/png", vec![7; 64]).await?;
    let folder = server.folder().to_owned();
    let kept: Vec<String> = std::fs::read_dir(&folder)?
        .map(|entry| entry.map(|one| one.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, _>>()?;
    assert!(kept.iter().any(|name| name.ends_with(".sqlite")) && kept.iter().any(|name| name.contains("media")), "{kept:?}");
    drop(server);
    tertulia_peers::eventually("its folder goes", Duration::from_secs(15), async || Ok((!folder.exists()).then_some(()))).await
}

#[test]
fn postgres_gives_each_test_an_empty_database() -> Outcome {
    let (one, other) = (postgres::fresh_database()?, postgres::fresh_database()?);
    assert_ne!(one, other);
    let psql = |url: &str, sql: &str| process::run(Command::new("psql").args(["-XAtc", sql, url]));
    assert_eq!(psql(&one, "SELECT 1")?.trim(), "1");
    psql(&one, "CREATE TABLE cases (id int)")?;
    assert!(psql(&other, "SELECT * FROM cases").is_err());
    Ok(())
}

#[tokio::test]
async fn mail_arrives_and_mail_to_nobody_bounces() -> Outcome {
    let mail = Mail::start()?;
    let company = mail.mailbox("soporte", mail::COMPANY)?;
    let customer = mail.mailbox("marta", mail::CUSTOMERS)?;

    let message =
        "From: Marta <marta@clientes.test>\nTo: soporte@empresa.test\nSubject: Paquete\nMessage-ID: <1@clientes.test>\n\nhola\n.punto\n";
    mail.send_raw(&customer.address, &[&company.address], message.as_bytes()).await?;
    let received = company.wait_for("Subject: Paquete").await.with_context(|| mail.last_words())?;
    assert!(received.contains("hola\n.punto\n"), "{received}");

    mail.send_raw(&customer.address, &["nadie@empresa.test"], message.as_bytes()).await?;
    let bounce = customer.wait_for("multipart/report").await.with_context(|| mail.last_words())?;
    assert!(bounce.contains("Final-Recipient: rfc822; nadie@empresa.test"), "{bounce}");
    assert!(bounce.contains("Action: failed"), "{bounce}");
    Ok(())
}

#[tokio::test]
async fn a_name_the_proxy_does_not_know_is_not_looked_up() -> Outcome {
    let proxy = HostProxy::start([("alpha.test".to_owned(), 9)])?;
    let ask = "GET http://example.org/ HTTP/1.1\r\nHost: example.org\r\n\r\n";
    let mut stream = TcpStream::connect(proxy.url().trim_start_matches("http://"))?;
    stream.write_all(ask.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
    Ok(())
}

#[tokio::test]
async fn a_peer_ends_with_its_process_even_when_that_is_killed() -> Outcome {
    let mut keeper = Command::new(env!("CARGO_BIN_EXE_tertulia-peers"))
        .args(["run", "postgres"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut line)?;
    let said: serde_json::Value = serde_json::from_str(&line)?;
    let url = said["postgres"]["url"].as_str().unwrap();
    let address = url.split(['@', '/']).nth(3).unwrap().to_owned();
    TcpStream::connect(&address)?;

    keeper.kill()?;
    keeper.wait()?;
    let ended = async || Ok(TcpStream::connect(&address).is_err().then_some(()));
    tertulia_peers::eventually("the server ends", Duration::from_secs(15), ended).await
}
