//! No luck needed: killed at the first system call of a step that changes something, at the second, and so on to the last.
//!
//! `strace` kills. It is no part of a machine that runs the tests, and each call costs a start of the program, so this runs
//! when asked for: `cargo test -p tertulia --test killed -- --ignored --nocapture --test-threads 1`.

use crate::{
    company::Company,
    mastodon::standing,
    push::{PEOPLE, POSTS, delivery, push, push_again, stored},
    until,
    whole::assert_all_there,
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs,
    process::{Child, Command, Stdio},
};
use tertulia_testkit::{Database, peers::mastodon_mock::MastodonMock};

/// What SQLite changes files by, each counted by itself.
const FILES: [&str; 4] = ["pwrite64", "fdatasync", "fsync", "ftruncate"];
/// What is said to, and heard from, the network and the client.
const SOCKETS: [&str; 6] = ["socket", "connect", "sendto", "writev", "recvfrom", "close"];
/// More calls than a step has.
const MOST: usize = 400;

/// Lets `strace` kill the server at the n-th of these calls from now on.
async fn kill_at(company: &Company, call: &str, n: usize) -> Child {
    let pid = company.pid();
    let strace = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &format!("inject={call}:signal=KILL:when={n}")])
        .args(["-p", &pid.to_string()])
        .stderr(Stdio::null())
        .spawn()
        .expect("strace (Debian's package of that name)");
    until("strace watches", async || {
        if !company.lives() {
            // It wrote something of its own accord meanwhile.
            return Some(());
        }
        // Every thread, or the one that writes may be free still.
        let mut threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten();
        let watched = |status: String| !status.contains("TracerPid:\t0\n");
        threads.all(|thread| fs::read_to_string(thread.path().join("status")).is_ok_and(watched)).then_some(())
    })
    .await;
    strace
}

#[tokio::test]
#[ignore = "needs strace, and minutes"]
async fn killed_at_every_write_of_a_delivery() {
    let mut company = Company::open(Database::Sqlite).await;
    company.connect("push", "pregon", json!({})).await;
    let mut n = 0;
    for call in FILES {
        let (mut nothing, mut unanswered, mut answered) = (0, 0, 0);
        for at in 1..=MOST {
            n += 1;
            let mut strace = kill_at(&company, call, at).await;
            let heard = company.client().try_post("/api/v1/posts", delivery(n)).await.is_ok_and(|(status, _)| status == 202);
            let survived = heard && company.lives();
            company.kill();
            strace.wait().expect("strace ended");
            match (stored(&company, n).await, heard) {
                (0, false) => nothing += 1,
                (POSTS, false) => unanswered += 1,
                (POSTS, true) => answered += 1,
                other => panic!("{other:?} at {call} {at}: all of a delivery or nothing, and all when it was answered"),
            }
            push(&company.start(), &delivery(n)).await;
            if survived {
                break;
            }
            assert!(at < MOST, "a delivery has fewer than {MOST} {call}");
        }
        println!("{call}: killed before anything was stored {nothing}, before the answer {unanswered}, after it {answered}");
    }
    push(&company.client(), &delivery(0)).await;
    push_again(&company, n + 1).await;
    company.kill();
    assert_all_there(&company, (n + 1) * POSTS, (n + 1) * PEOPLE + 1, &[]).await;
}

#[tokio::test]
#[ignore = "needs strace, and minutes"]
async fn killed_at_every_call_of_an_answer() {
    let server = MastodonMock::start().await.expect("mastodon_mock");
    let (account, customer) = (server.person("soporte").await.expect("an account"), server.person("marta").await.expect("an account"));
    let mut company = Company::open(Database::Sqlite).await;
    let settings = json!({"base_url": server.base_url, "access_token": account.token, "poll_seconds": 3600, "hashtags": []});
    company.connect("mastodon", "Fediverso", settings).await;
    company.until_mode("streaming").await;
    customer.post("@soporte mi paquete no llega").await.expect("posted");
    let case = company.case_of("mi paquete no llega").await;
    let mut n = 0;
    for call in FILES.into_iter().chain(SOCKETS) {
        let mut left_in = BTreeMap::<String, usize>::new();
        for at in 1..=MOST {
            n += 1;
            let text = format!("Respuesta {n}. ya sale");
            let answer = Company::answer(&case, &text);
            company.until_mode("streaming").await;
            let look = company.look().await;
            let state = format!("SELECT state FROM outbox WHERE text = '{text}'");
            let mut strace = kill_at(&company, call, at).await;
            company.try_send(&answer).await;
            until("sent, or killed", async || {
                (!company.lives() || look.texts(&state).await.iter().any(|state| state == "sent")).then_some(())
            })
            .await;
            let survived = company.lives();
            company.kill();
            strace.wait().expect("strace ended");
            let state = look.texts(&state).await.pop().unwrap_or_else(|| "not taken".into());
            look.close().await;
            *left_in.entry(state).or_default() += 1;
            company.forget_leases().await;
            company.start();
            company.send(&answer).await;
            company.until_sent().await;
            assert_eq!(standing(&account, &text).await, 1, "killed at {call} {at}");
            if survived {
                break;
            }
            assert!(at < MOST, "an answer has fewer than {MOST} {call}");
        }
        println!("{call}: the answer was left {left_in:?}");
    }
    let look = company.look().await;
    assert_eq!(look.count("SELECT count(*) FROM post WHERE direction = 'out'").await, n as i64);
    look.close().await;
    company.kill();
    assert_all_there(&company, 1, 1, &[]).await;
}
