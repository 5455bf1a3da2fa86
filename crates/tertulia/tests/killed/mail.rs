//! Mail: a mailbox while the program dies, and answers by a protocol that knows no repetition.

use crate::{
    company::{Answer, Company},
    moments,
    whole::assert_all_there,
};
use serde_json::json;
use std::time::{Duration, Instant};
use tertulia_testkit::{
    Database,
    peers::mail::{COMPANY, CUSTOMERS, Mail, Mailbox},
};

/// How often it is killed while taking in.
const KILLS: u32 = 6;

struct Customer {
    mailbox: Mailbox,
    answer: Option<Answer>,
}

/// How many mails with this answer the customer has.
fn received(mailbox: &Mailbox, answer: &Answer) -> usize {
    let id = format!("Message-ID: <answer-{}@{COMPANY}>", answer.id);
    mailbox.messages().unwrap_or_default().iter().filter(|mail| mail.contains(&id)).count()
}

/// Sends all these answers at the same moment, kills after `moment`, and lets the rest go its way.
async fn answer_and_die(company: &mut Company, answers: &[&Answer], moment: Duration) -> Vec<String> {
    let sending = answers.iter().map(|answer| company.send(answer));
    futures::future::join_all(sending).await;
    tokio::time::sleep(moment).await;
    company.kill();
    let look = company.look().await;
    let states = look.texts("SELECT state FROM outbox ORDER BY state").await;
    look.close().await;
    company.forget_leases().await;
    company.start();
    company.until_sent().await;
    states
}

#[tokio::test]
async fn a_mailbox_and_answers_by_mail() {
    let mail = Mail::start().expect("mail servers");
    let help = mail.mailbox("ayuda", COMPANY).expect("a mailbox");
    let mut company = Company::open(Database::Sqlite).await;
    let settings = json!({
        "from_address": help.address, "user": help.address, "password": help.password,
        "imap_host": "127.0.0.1", "imap_port": mail.imap_port, "imap_security": "plain",
        "smtp_host": "127.0.0.1", "smtp_port": mail.submission_port, "smtp_security": "plain",
    });
    company.connect("email", "Correo", settings).await;
    company.until_mode("IDLE").await;
    let beginning = company.place().await;

    let mut customers = Vec::new();
    for (n, moment) in moments(Duration::from_millis(120), KILLS).enumerate() {
        let mailbox = mail.mailbox(&format!("cliente{n}"), CUSTOMERS).expect("a mailbox");
        let message = format!(
            "From: <{}>\nTo: <{}>\nSubject: Paquete {n}\nMessage-ID: <paquete-{n}@{CUSTOMERS}>\n\nMi paquete {n}. no llega\n",
            mailbox.address, help.address
        );
        mail.send_raw(&mailbox.address, &[&help.address], message.as_bytes()).await.expect("sent");
        tokio::time::sleep(moment).await;
        company.kill();
        company.start();
        customers.push(Customer { mailbox, answer: None });
    }
    for (n, customer) in customers.iter_mut().enumerate() {
        let case = company.case_of(&format!("paquete {n}.")).await;
        customer.answer = Some(Company::answer(&case, "Ya sale hoy mismo"));
    }
    let answers: Vec<&Answer> = customers.iter().filter_map(|customer| customer.answer.as_ref()).collect();

    let began = Instant::now();
    company.send(answers[0]).await;
    company.until_sent().await;
    let undisturbed = began.elapsed();
    let first = answer_and_die(&mut company, &answers[1..4], undisturbed / 2).await;
    let second = answer_and_die(&mut company, &answers[4..], undisturbed).await;
    println!("an answer takes {undisturbed:?}; states when killed: {first:?}, then {second:?}");

    for customer in &customers {
        let answer = customer.answer.as_ref().expect("answered");
        customer.mailbox.wait_for(&answer.id.to_string()).await.expect("delivered");
    }
    // The whole mailbox is read twice more, our own copies in it too; anything sent twice would have arrived meanwhile.
    for _ in 0..2 {
        company.bring_again_since(&beginning).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    for customer in &customers {
        assert_eq!(received(&customer.mailbox, customer.answer.as_ref().expect("answered")), 1, "{}", mail.last_words());
    }
    company.kill();
    let look = company.look().await;
    assert_eq!(look.count("SELECT count(*) FROM post WHERE direction = 'out'").await, i64::from(KILLS));
    look.close().await;
    assert_all_there(&company, KILLS as usize, KILLS as usize, &[]).await;
}
