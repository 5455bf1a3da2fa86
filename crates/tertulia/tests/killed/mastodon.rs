//! A social network that streams: posts while the program dies, and answers that it was sending.

use crate::{
    company::{Answer, Company},
    moments,
    whole::assert_all_there,
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tertulia_testkit::{
    Database,
    peers::{mastodon_api::Account, mastodon_mock::MastodonMock},
};

/// How often it is killed while taking in, and again while answering.
const KILLS: u32 = 8;

/// How often the network shows this text among the company's own posts.
pub async fn standing(account: &Account, text: &str) -> usize {
    let own = account.list(&format!("/api/v1/accounts/{}/statuses?limit=40", account.id)).await.expect("a list");
    own.iter().filter(|status| status["content"].as_str().is_some_and(|words| words.contains(text))).count()
}

/// A complaint, its case, and an answer in it.
async fn complain(company: &Company, server: &MastodonMock, n: usize) -> Answer {
    let customer = server.person(&format!("cliente{n}")).await.expect("an account");
    let text = format!("paquete {n}. no llega");
    customer.post(&format!("@soporte {text}")).await.expect("posted");
    Company::answer(&company.case_of(&text).await, &format!("Respuesta {n}. ya sale"))
}

async fn a_network_that_streams(database: Database) {
    let server = MastodonMock::start().await.expect("mastodon_mock");
    let account = server.person("soporte").await.expect("an account");
    let mut company = Company::open(database).await;
    let settings: Value = json!({"base_url": server.base_url, "access_token": account.token, "poll_seconds": 1, "hashtags": []});
    company.connect("mastodon", "Fediverso", settings).await;
    company.until_mode("streaming").await;
    let beginning = company.place().await;
    let first = complain(&company, &server, 0).await;
    let began = Instant::now();
    company.send(&first).await;
    company.until_sent().await;
    let undisturbed = began.elapsed();

    let (mut sent, mut doubtful) = (0, 0);
    for (n, moment) in (1..).zip(moments(undisturbed, KILLS)) {
        // While a post comes in.
        let customer = server.person(&format!("cliente{n}")).await.expect("an account");
        let text = format!("paquete {n}. no llega");
        customer.post(&format!("@soporte {text}")).await.expect("posted");
        tokio::time::sleep(moment).await;
        company.kill();
        company.start();
        let answer = Company::answer(&company.case_of(&text).await, &format!("Respuesta {n}. ya sale"));
        // And while the answer goes out.
        company.send(&answer).await;
        tokio::time::sleep(moment).await;
        company.kill();
        let look = company.look().await;
        match look.texts(&format!("SELECT state FROM outbox WHERE text LIKE 'Respuesta {n}.%'")).await.as_slice() {
            [state] if state == "sent" => sent += 1,
            [state] if state == "sending" => doubtful += 1,
            [state] => assert_eq!(state, "queued"),
            none => panic!("an answer that was taken is there: {none:?}"),
        }
        look.close().await;
        company.forget_leases().await;
        company.start();
        company.until_sent().await;
        // Whoever got no word sends the same answer again.
        company.send(&answer).await;
        assert_eq!(standing(&account, &format!("Respuesta {n}.")).await, 1);
    }
    println!("{database:?}: an answer takes {undisturbed:?}; of {KILLS} killed, sent {sent}, being sent {doubtful}");
    // Everything is brought twice more, what the network shows of our own answers too.
    for _ in 0..2 {
        company.bring_again_since(&beginning).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let people = KILLS as usize + 1;
    assert_eq!(standing(&account, "Respuesta").await, people);
    let look = company.look().await;
    assert_eq!(look.count("SELECT count(*) FROM post WHERE direction = 'out'").await, people as i64);
    look.close().await;
    company.kill();
    assert_all_there(&company, people, people, &[]).await;
}

#[tokio::test]
async fn a_network_that_streams_on_sqlite() {
    a_network_that_streams(Database::Sqlite).await;
}

#[tokio::test]
async fn a_network_that_streams_on_postgresql() {
    a_network_that_streams(Database::Postgres).await;
}
