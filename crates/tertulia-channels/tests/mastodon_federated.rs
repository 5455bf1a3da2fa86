//! The Mastodon channel between two real servers that federate: the company on one, its customers on the other.
//!
//! What the customers see is read from their own server's API, never from ours.
#![allow(clippy::unwrap_used, reason = "a test")]

mod recorder;

use std::{collections::HashSet, time::Duration};

use recorder::{Channel, PATIENCE, account, answer};
use serde_json::json;
use tertulia_app::channel::{Network, Reconciled, Sent};
use tertulia_channels::mastodon::Mastodon;
use tertulia_kernel::event::{IncomingPost, Visibility};
use tertulia_peers::{eventually, mastodon_api::Account, snac::Fediverse};

type Outcome = anyhow::Result<()>;

/// Company and customer; the company follows the customer, so that the customer's posts reach the company's server at all.
async fn company_and_customer(fediverse: &Fediverse) -> anyhow::Result<(Account, Account)> {
    let company = fediverse.alpha.person("soporte").await?;
    let customer = fediverse.beta.person("marta").await?;
    company.follow(&customer.handle).await?;
    customer.wait_for_follower().await?;
    Ok((company, customer))
}

trait Follower {
    async fn wait_for_follower(&self) -> Outcome;
}

impl Follower for Account {
    /// Waits until somebody follows this account: posts written before do not reach them.
    async fn wait_for_follower(&self) -> Outcome {
        eventually("a follower", PATIENCE, async || {
            let all = self.list("/api/v1/notifications?limit=40").await?;
            Ok(all.into_iter().find(|one| one["type"] == "follow").map(|_| ()))
        })
        .await
    }
}

fn channel(company: &Account, more: serde_json::Value) -> Channel {
    let mut settings = json!({"base_url": company.base_url, "access_token": company.token, "poll_seconds": 1});
    for (key, value) in more.as_object().unwrap() {
        settings[key] = value.clone();
    }
    Channel::open(settings)
}

async fn sent(channel: &Channel, to: &IncomingPost, text: &str, visibility: Visibility) -> String {
    match channel.sink.send(&answer(to, text, visibility)).await {
        Sent::Sent { external_id, .. } => external_id,
        other => panic!("{text:?} was not sent: {other:?}"),
    }
}

#[tokio::test]
async fn a_complaint_that_mentions_nobody_is_answered_in_its_thread_and_moves_to_a_direct_message() -> Outcome {
    let fediverse = Fediverse::start().await?;
    let (company, customer) = company_and_customer(&fediverse).await?;
    let channel = channel(&company, json!({"hashtags": ["mirasol"]}));
    let _running = channel.listen();

    let complaint = customer.post("Mi paquete de #Mirasol no llegó, tres días esperando").await?;
    let seen = channel.recorder.post("no llegó").await;
    assert!(!seen.addressed && !seen.own && seen.visibility == Visibility::Public);
    assert_eq!(seen.author.handle, customer.handle);
    assert_eq!(seen.text, "Mi paquete de #Mirasol no llegó, tres días esperando");
    assert_eq!(seen.url.as_deref(), complaint["url"].as_str());

    // The answer stands in the thread on the customer's own server.
    sent(&channel, &seen, "Hola Marta, ya lo buscamos. ¿Nos das el número?", Visibility::Public).await;
    let read_there = customer.find_post("ya lo buscamos", complaint["id"].as_str()).await?;
    assert_eq!(read_there["in_reply_to_id"], complaint["id"]);
    assert_eq!(read_there["visibility"], "public");
    assert_eq!(read_there["account"]["acct"], company.handle);

    // Our own answer comes back as ours, never as somebody's post to us.
    let own = channel.recorder.post("ya lo buscamos").await;
    assert!(own.own && !own.addressed);
    assert_eq!(own.in_reply_to.as_deref(), Some(seen.external_id.as_str()));

    // The customer goes on in public; we move to a direct message.
    let mention = format!("@{} es el 5512", company.handle);
    customer.reply(&mention, read_there["id"].as_str().unwrap()).await?;
    let second = channel.recorder.post("es el 5512").await;
    assert!(second.addressed && second.visibility == Visibility::Public);
    assert_eq!(second.in_reply_to.as_deref(), Some(own.external_id.as_str()));

    let private_id = sent(&channel, &second, "Te escribo en privado", Visibility::Private).await;
    let direct = customer.find_post("Te escribo en privado", None).await?;
    assert_eq!(direct["visibility"], "direct");

    customer
        .publish(&json!({"status": format!("@{} gracias, mi dirección es…", company.handle), "visibility": "direct",
            "in_reply_to_id": direct["id"]}))
        .await?;
    let third = channel.recorder.post("mi dirección es").await;
    assert!(third.addressed && third.visibility == Visibility::Private);
    assert_eq!(third.in_reply_to.as_deref(), Some(private_id.as_str()));
    assert_eq!(third.author.external_id, seen.author.external_id, "the same person in public and in private");
    Ok(())
}

#[tokio::test]
async fn a_mention_arrives_from_someone_we_do_not_follow_and_a_search_finds_what_nobody_addressed() -> Outcome {
    let fediverse = Fediverse::start().await?;
    let (company, customer) = company_and_customer(&fediverse).await?;
    let stranger = fediverse.beta.person("luis").await?;
    let channel = channel(&company, json!({"searches": ["vuelo perdido"]}));
    let _running = channel.listen();

    for n in 0..3 {
        stranger.post(&format!("@{} reclamo {n}", company.handle)).await?;
    }
    customer.post("otro vuelo perdido con mirasol").await?;
    for n in 0..3 {
        let post = channel.recorder.post(&format!("reclamo {n}")).await;
        assert!(post.addressed, "{post:?}");
        assert_eq!(post.author.handle, stranger.handle);
    }
    assert!(!channel.recorder.post("otro vuelo perdido").await.addressed);
    Ok(())
}

#[tokio::test]
async fn what_was_written_while_we_were_away_is_read_once_we_are_back_and_nothing_twice() -> Outcome {
    let fediverse = Fediverse::start().await?;
    let (company, customer) = company_and_customer(&fediverse).await?;
    let channel = channel(&company, json!({"hashtags": ["mirasol"]}));

    let running = channel.listen();
    customer.post(&format!("@{} antes", company.handle)).await?;
    channel.recorder.post("antes").await;
    running.stop().await;

    // More than one page of the home timeline.
    for n in 0..55 {
        customer.post(&format!("mientras {n}. #mirasol")).await?;
    }
    customer.post(&format!("@{} el último", company.handle)).await?;
    company.wait_for_notification("mention", "el último").await?;

    // What the company's server has is what there is to read: in such a burst it now and then loses a delivery itself.
    let home = eventually("the posts on the company's server", PATIENCE, async || {
        let home = company.list("/api/v1/timelines/home?limit=100").await?;
        Ok((home.len() >= 50).then_some(home))
    })
    .await?;

    let _running = channel.listen();
    channel.recorder.post("el último").await;
    for status in &home {
        channel.recorder.post(status["text"].as_str().unwrap()).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let kept = channel.recorder.kept();
    let texts: HashSet<&str> = kept.posts.values().map(|post| post.text.as_str()).collect();
    assert_eq!(texts.len(), kept.posts.len(), "one post each");
    let again: Vec<_> = kept.handed.iter().filter(|(_, times)| **times > 2).collect();
    assert!(again.is_empty(), "handed on over and over: {again:?}");
    Ok(())
}

#[tokio::test]
async fn an_edit_and_a_deletion_on_the_other_server_arrive_though_nobody_tells() -> Outcome {
    let fediverse = Fediverse::start().await?;
    let (company, customer) = company_and_customer(&fediverse).await?;
    let channel = channel(&company, json!({}));
    let _running = channel.listen();

    let first = customer.post(&format!("@{} mi pedido es el 1", company.handle)).await?;
    let second = customer.post(&format!("@{} esto lo borro", company.handle)).await?;
    let seen = channel.recorder.post("mi pedido es el 1").await;
    let doomed = channel.recorder.post("esto lo borro").await;

    customer.edit(first["id"].as_str().unwrap(), &format!("@{} mi pedido es el 2", company.handle)).await?;
    let edited = channel.recorder.post("mi pedido es el 2").await;
    assert_eq!(edited.external_id, seen.external_id, "an edit is the same post");
    assert!(edited.revised_at.is_some() && edited.addressed);

    customer.delete(second["id"].as_str().unwrap()).await?;
    channel.recorder.until("the deletion", |kept| kept.deleted.contains(&doomed.external_id).then_some(())).await;
    assert!(!channel.recorder.kept().deleted.contains(&seen.external_id));

    // The edited post can still be answered under the id it was stored with.
    sent(&channel, &seen, "Respuesta a lo editado", Visibility::Public).await;
    customer.find_post("Respuesta a lo editado", None).await?;
    Ok(())
}

#[tokio::test]
async fn an_answer_of_unknown_end_is_found_or_known_to_be_absent() -> Outcome {
    let fediverse = Fediverse::start().await?;
    let (company, customer) = company_and_customer(&fediverse).await?;
    let channel = channel(&company, json!({}));
    let _running = channel.listen();
    customer.post(&format!("@{} hola", company.handle)).await?;
    let hello = channel.recorder.post("hola").await;

    for (visibility, text) in [
        (Visibility::Public, "**Claro**, escríbenos a https://mirasol.example/ayuda?x=1&y=2 😀"),
        (Visibility::Private, "En privado: ¿nos das tu número?"),
    ] {
        let outgoing = answer(&hello, text, visibility);
        assert_eq!(channel.sink.reconcile(&outgoing).await, Reconciled::Absent, "{text}");
        let Sent::Sent { external_id, url, .. } = channel.sink.send(&outgoing).await else { panic!("not sent") };
        let found = channel.sink.reconcile(&outgoing).await;
        assert_eq!(found, Reconciled::Found { external_id, url, thread: None }, "{text}");
        let other = answer(&hello, &format!("{text} y más"), visibility);
        assert_eq!(channel.sink.reconcile(&other).await, Reconciled::Absent);
    }
    Ok(())
}

#[tokio::test]
async fn people_of_our_own_server_are_answered_too() -> Outcome {
    let fediverse = Fediverse::start().await?;
    let company = fediverse.alpha.person("soporte").await?;
    let neighbour = fediverse.alpha.person("vecina").await?;
    let channel = channel(&company, json!({}));
    let _running = channel.listen();

    neighbour.post("@soporte hola desde al lado").await?;
    let seen = channel.recorder.post("desde al lado").await;
    assert_eq!(seen.author.handle, neighbour.handle);
    sent(&channel, &seen, "Hola vecina", Visibility::Private).await;
    let direct = neighbour.find_post("Hola vecina", None).await?;
    assert_eq!(direct["visibility"], "direct");
    Ok(())
}

#[tokio::test]
async fn a_check_tells_who_we_are_and_that_this_server_has_to_be_asked() -> Outcome {
    let fediverse = Fediverse::start().await?;
    let company = fediverse.alpha.person("soporte").await?;
    let settings = json!({"base_url": company.base_url, "access_token": company.token});
    let report = Mastodon.check(&account(&settings)).await?;
    assert_eq!(report.account, Some(format!("@{}", company.handle)));
    let said: Vec<&str> = report.findings.iter().map(|one| one.en.as_str()).collect();
    assert!(said.iter().any(|line| line.contains("snac/")), "{said:?}");
    assert!(said.iter().any(|line| line.contains("asked every 30 s")), "{said:?}");

    // By its name, which only the proxy knows.
    let host = company.handle.split('@').nth(1).unwrap();
    let by_proxy = json!({"base_url": format!("http://{host}"), "access_token": company.token, "http_proxy": fediverse.proxy.url()});
    assert_eq!(Mastodon.check(&account(&by_proxy)).await?.account, report.account);

    let wrong = json!({"base_url": company.base_url, "access_token": "not-a-token"});
    let refused = Mastodon.check(&account(&wrong)).await.unwrap_err();
    assert!(matches!(refused, tertulia_app::channel::ChannelError::Refused(_)), "{refused:?}");
    Ok(())
}
