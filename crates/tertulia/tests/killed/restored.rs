//! A backup put back: what was on its way when it was taken has left since, or has not. Nothing is sent twice, nothing
//! is left behind.

use crate::{
    company::{Answer, Company},
    whole::assert_all_there,
};
use serde_json::json;
use std::time::Duration;
use tertulia_testkit::{
    Database,
    peers::mail::{COMPANY, CUSTOMERS, Mail, Mailbox},
};

fn received(mailbox: &Mailbox, answer: &Answer) -> usize {
    let id = format!("Message-ID: <answer-{}@{COMPANY}>", answer.id);
    mailbox.messages().unwrap_or_default().iter().filter(|mail| mail.contains(&id)).count()
}

/// By mail, which knows no repetition: what is sent again arrives again.
async fn answers_of_an_earlier_moment(database: Database) {
    let mail = Mail::start().expect("mail servers");
    let help = mail.mailbox("ayuda", COMPANY).expect("a mailbox");
    let mut company = Company::open(database).await;
    let settings = json!({
        "from_address": help.address, "user": help.address, "password": help.password,
        "imap_host": "127.0.0.1", "imap_port": mail.imap_port, "imap_security": "plain",
        "smtp_host": "127.0.0.1", "smtp_port": mail.submission_port, "smtp_security": "plain",
    });
    company.connect("email", "Correo", settings).await;
    company.until_mode("IDLE").await;
    let mut customers = Vec::new();
    for (n, name) in ["ana", "luis"].into_iter().enumerate() {
        let mailbox = mail.mailbox(name, CUSTOMERS).expect("a mailbox");
        let message = format!(
            "From: <{}>\nTo: <{}>\nSubject: Paquete {n}\nMessage-ID: <paquete-{n}@{CUSTOMERS}>\n\nMi paquete {n}. no llega\n",
            mailbox.address, help.address
        );
        mail.send_raw(&mailbox.address, &[&help.address], message.as_bytes()).await.expect("sent");
        let answer = Company::answer(&company.case_of(&format!("paquete {n}.")).await, "Ya sale hoy mismo");
        customers.push((mailbox, answer));
    }

    // The agent may still take both back while the backup is made.
    company.set_undo_seconds(60).await;
    for (_, answer) in &customers {
        company.send(answer).await;
    }
    let look = company.look().await;
    look.change("UPDATE outbox SET due_at = due_at + 3600000000").await;
    let backup = company.house.path("copia");
    let backup = backup.to_str().expect("UTF-8").to_owned();
    tokio::task::block_in_place(|| company.house.run(&["backup", &backup]).ok());
    assert_eq!(look.texts("SELECT state FROM outbox").await, ["queued", "queued"]);
    // Then the first one leaves.
    let [(first, left), (_, stayed)] = customers.as_slice() else { unreachable!("two customers") };
    look.change(&format!("UPDATE outbox SET due_at = 0 WHERE id = {}", look.id(left.id))).await;
    look.close().await;
    first.wait_for(&left.id.to_string()).await.expect("delivered");
    company.until_states(&["queued", "sent"]).await;
    company.kill();
    // Whatever was open on the database has ended before it is replaced.
    company.look().await.close().await;

    let restored = tokio::task::block_in_place(|| company.house.run(&["restore", &backup]).ok());
    assert!(restored.err.contains(": 2"), "says how many are looked for: {restored:?}");
    // As if the time to take them back had passed, and a lease had run out.
    let look = company.look().await;
    look.change("UPDATE outbox SET due_at = 0").await;
    look.close().await;
    company.start();
    company.until_sent().await;
    for (mailbox, answer) in &customers {
        mailbox.wait_for(&answer.id.to_string()).await.expect("delivered");
    }
    // Another one would have arrived meanwhile.
    tokio::time::sleep(Duration::from_secs(1)).await;
    for (mailbox, answer) in &customers {
        assert_eq!(received(mailbox, answer), 1, "{}", mail.last_words());
    }
    // Whoever presses send again changes nothing.
    company.send(left).await;
    company.send(stayed).await;
    company.kill();
    let look = company.look().await;
    assert_eq!(look.count("SELECT count(*) FROM post WHERE direction = 'out'").await, 2);
    assert_eq!(look.count("SELECT count(*) FROM outbox").await, 2);
    look.close().await;
    assert_all_there(&company, 2, 2, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_an_earlier_moment_on_sqlite() {
    answers_of_an_earlier_moment(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_an_earlier_moment_on_postgresql() {
    answers_of_an_earlier_moment(Database::Postgres).await;
}
