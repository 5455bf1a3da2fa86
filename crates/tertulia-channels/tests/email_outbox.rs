//! Answering by mail through a real Postfix, read back from the customer's mailbox; exactly once whatever happens.

mod door;
mod email_peer;

use door::Recorder;
use email_peer::{Fate, Post, Wire, answer, open, post_by};
use serde_json::json;
use tertulia_app::channel::{Reconciled, Sent};
use tertulia_kernel::event::{DeliveryStatus, Event, Media};

#[tokio::test]
async fn a_conversation_in_one_thread_with_files_both_ways() {
    let post = Post::start();
    let recorder = Recorder::default();
    let connection = open(post.settings());
    let sink = connection.sink.expect("a sink");
    let running = recorder.run(connection.source.expect("a source"));
    post.ana_writes(
        "Subject: Mi paquete\nMessage-ID: <uno@clientes.test>\nContent-Type: text/plain; charset=utf-8\n\n¿Dónde está?\nGracias\n",
    )
    .await;
    recorder.until("the question", |record| record.events.len() == 1).await;
    let question = recorder.posts().remove(0);

    let mut ours = answer(&question, "Hola, Ana: ya va en camino. ¡Gracias por tu paciencia! 📦");
    ours.attachments.push(Media {
        mime: "application/pdf".into(),
        name: Some("guía de envío.pdf".into()),
        alt: None,
        url: None,
        bytes: Some(b"%PDF-1.4 \x00\xff".to_vec()),
    });
    let id = match sink.send(&ours).await {
        Sent::Sent { external_id, thread, .. } => {
            assert_eq!(thread.as_deref(), Some("uno@clientes.test"));
            external_id
        }
        other => panic!("{other:?}\n{}", post.mail.last_words()),
    };
    let raw = post.ana.wait_for(&format!("<{id}>")).await.expect("delivered");
    let unfolded = raw.replace("\r\n", "\n").replace("\n ", " ");
    assert!(unfolded.contains("\nIn-Reply-To: <uno@clientes.test>\n"), "{raw}");
    assert!(unfolded.contains("\nReferences: <uno@clientes.test>\n"));
    assert!(unfolded.contains("\nSubject: Re: Mi paquete\n"));
    assert!(unfolded.contains("From: \"Ayuda Alas\" <ayuda@empresa.test>") || unfolded.contains("From: Ayuda Alas <ayuda@empresa.test>"));
    assert!(unfolded.contains("Date: Sat, 21 Nov 2026 15:00:00 +0000"));
    assert!(!unfolded.to_lowercase().contains("\nbcc:"), "the copy is blind");

    // Our own copy comes in as ours, under the answer's id.
    recorder.until("our copy", |record| record.events.len() == 2).await;
    let copy = recorder.posts().remove(1);
    assert!(copy.own && copy.external_id == id);
    assert_eq!(copy.text, "Hola, Ana: ya va en camino. ¡Gracias por tu paciencia! 📦");
    assert!(copy.quoted.as_deref().is_some_and(|quoted| quoted.contains("¿Dónde está?")));
    assert_eq!(copy.thread, question.thread);
    assert_eq!(copy.media[0].name.as_deref(), Some("guía de envío.pdf"));
    assert_eq!(copy.media[0].bytes.as_deref(), Some(&b"%PDF-1.4 \x00\xff"[..]));

    // Ana answers the answer: same thread.
    post.ana_writes(&format!("Subject: Re: Mi paquete\nMessage-ID: <tres@clientes.test>\nIn-Reply-To: <{id}>\nReferences: <uno@clientes.test> <{id}>\nContent-Type: text/plain; charset=utf-8\n\n¡Llegó!\n\nEl sáb, 21 nov 2026 a las 15:00, Ayuda Alas (<ayuda@empresa.test>) escribió:\n\n> Hola, Ana: ya va en camino.\n")).await;
    recorder.until("the reply", |record| record.events.len() == 3).await;
    running.stop().await;
    let reply = recorder.posts().remove(2);
    assert_eq!((&*reply.text, reply.thread), ("¡Llegó!", question.thread));
    assert_eq!(reply.in_reply_to, Some(id));
}

#[tokio::test]
async fn a_bounce_is_told_of_the_answer() {
    let post = Post::start();
    let recorder = Recorder::default();
    let connection = open(post.settings());
    let running = recorder.run(connection.source.expect("a source"));
    let ours = answer(&post_by("nadie@clientes.test"), "Hola");
    let sent = connection.sink.expect("a sink").send(&ours).await;
    let Sent::Sent { external_id, .. } = sent else {
        panic!("{sent:?}");
    };
    recorder.until("the bounce", |record| record.events.iter().any(|event| matches!(event, Event::Delivery { .. }))).await;
    running.stop().await;
    let record = recorder.record();
    let delivery = record.events.iter().find_map(|event| match event {
        Event::Delivery { external_id, status: DeliveryStatus::Failed { reason }, .. } => Some((external_id, reason)),
        _ => None,
    });
    let (id, reason) = delivery.expect("failed");
    assert_eq!(id, &external_id);
    assert!(reason.contains("nadie@clientes.test") && reason.contains("5.1.1"), "{reason}");
}

/// The connection dies after the server took the mail: one mail, found by its copy, never sent again.
#[tokio::test]
async fn exactly_one_mail_when_the_servers_yes_is_lost() {
    let post = Post::start();
    let wire = Wire::to(post.mail.submission_port).await;
    let mut settings = post.settings();
    settings["smtp_port"] = json!(wire.port);
    let sink = open(settings.clone()).sink.expect("a sink");
    let ours = answer(&post_by(&post.ana.address), "Ya sale");
    wire.fate(Fate::LoseTheAnswer);
    let sent = sink.send(&ours).await;
    assert!(matches!(sent, Sent::Unknown { .. }), "{sent:?}");
    wire.fate(Fate::Pass);
    // Whoever comes after a crash knows the answer, not the attempt.
    let sink = open(settings).sink.expect("a sink");
    let Reconciled::Found { external_id, .. } = sink.reconcile(&ours).await else {
        panic!("not found\n{}", post.mail.last_words());
    };
    post.ana.wait_for(&format!("<{external_id}>")).await.expect("delivered");
    assert_eq!(post.with_id(&external_id), 1);
}

/// The connection dies before the server has the whole mail: nothing was sent, a test mail proves it, and sending
/// again gives the one mail.
#[tokio::test]
async fn exactly_one_mail_when_the_mail_is_lost() {
    let post = Post::start();
    let wire = Wire::to(post.mail.submission_port).await;
    let mut settings = post.settings();
    settings["smtp_port"] = json!(wire.port);
    let connection = open(settings);
    let sink = connection.sink.expect("a sink");
    let recorder = Recorder::default();
    let running = recorder.run(connection.source.expect("a source"));
    let ours = answer(&post_by(&post.ana.address), "Ya sale");
    wire.fate(Fate::LoseTheMail);
    let sent = sink.send(&ours).await;
    assert!(matches!(sent, Sent::Unknown { .. }), "{sent:?}");
    wire.fate(Fate::Pass);
    assert_eq!(sink.reconcile(&ours).await, Reconciled::Absent);
    let sent = sink.send(&ours).await;
    let Sent::Sent { external_id, .. } = sent else {
        panic!("{sent:?}");
    };
    post.ana.wait_for(&format!("<{external_id}>")).await.expect("delivered");
    assert_eq!(post.with_id(&external_id), 1);
    assert!(matches!(sink.reconcile(&ours).await, Reconciled::Found { .. }));
    // The test mail was no event and is gone.
    recorder.until("our copy", |record| !record.events.is_empty()).await;
    running.stop().await;
    let posts = recorder.posts();
    assert!(posts.len() == 1 && posts[0].external_id == external_id, "{posts:?}");
    assert!(!post.help.messages().expect("readable").iter().any(|mail| mail.contains("Message-ID: <probe-")));
}

/// The process is killed while it waits for the server's word.
#[tokio::test]
async fn exactly_one_mail_when_the_sender_is_killed() {
    let post = Post::start();
    let settings = post.settings();
    let ours = answer(&post_by(&post.ana.address), "Ya sale");
    let mut sent = 0;
    for wait in [0, 5, 10, 20, 40, 80, 160] {
        let sink = open(settings.clone()).sink.expect("a sink");
        if sent == 0 || matches!(sink.reconcile(&ours).await, Reconciled::Absent) {
            let answer = ours.clone();
            let sending = tokio::spawn(async move { sink.send(&answer).await });
            tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
            sending.abort();
            let _ = sending.await;
            sent += 1;
        }
    }
    let id = format!("answer-{}@empresa.test", ours.id);
    post.ana.wait_for(&format!("<{id}>")).await.expect("delivered in the end");
    assert_eq!(post.with_id(&id), 1, "after {sent} attempts");
}

#[tokio::test]
async fn nobody_can_tell_when_the_way_is_blocked() {
    let post = Post::start();
    let ours = answer(&post_by(&post.ana.address), "Ya sale");
    // The server takes mail to this address of ours and it never arrives: neither the copy's absence nor that of a
    // test mail proves anything.
    let mut settings = post.settings();
    settings["from_address"] = json!("fantasma@empresa.test");
    let sink = open(settings).sink.expect("a sink");
    match sink.reconcile(&ours).await {
        Reconciled::CannotTell { reason } => assert!(reason.en.contains("stuck"), "{reason}"),
        other => panic!("{other:?}"),
    }
    let mut settings = post.settings();
    settings["imap_port"] = json!(1);
    let sink = open(settings).sink.expect("a sink");
    assert!(matches!(sink.reconcile(&ours).await, Reconciled::CannotTell { .. }));
}

#[tokio::test]
async fn what_the_server_says_decides() {
    let post = Post::start();
    let wire = Wire::to(post.mail.submission_port).await;
    let mut settings = post.settings();
    settings["smtp_port"] = json!(wire.port);
    let sink = open(settings.clone()).sink.expect("a sink");
    let ours = answer(&post_by(&post.ana.address), "Ya sale");
    wire.fate(Fate::Say("451 4.3.0 come back later\r\n"));
    match sink.send(&ours).await {
        Sent::Retry { reason, .. } => assert!(reason.en.contains("come back later"), "{reason}"),
        other => panic!("{other:?}"),
    }
    wire.fate(Fate::Say("554 5.7.1 looks like spam\r\n"));
    match sink.send(&ours).await {
        Sent::Rejected { reason } => assert!(reason.en.contains("looks like spam"), "{reason}"),
        other => panic!("{other:?}"),
    }
    wire.fate(Fate::Pass);
    let mut nowhere = ours.clone();
    nowhere.reply_to.as_mut().expect("target").author.handle = "no address".into();
    nowhere.reply_to.as_mut().expect("target").author.external_id = "x\r\nRCPT TO:<y@z>".into();
    assert!(matches!(sink.send(&nowhere).await, Sent::Rejected { .. }));
    settings["smtp_port"] = json!(1);
    assert!(matches!(open(settings.clone()).sink.expect("a sink").send(&ours).await, Sent::Retry { .. }));
    settings["smtp_port"] = json!(wire.port);
    settings["password"] = json!("otra");
    match open(settings).sink.expect("a sink").send(&ours).await {
        Sent::Retry { reason, .. } => assert!(reason.en.contains("535"), "{reason}"),
        other => panic!("{other:?}"),
    }
    assert!(post.ana.messages().expect("readable").is_empty());
}

#[tokio::test]
async fn a_mail_too_large_for_the_server_is_rejected_for_good() {
    let post = Post::start();
    let sink = open(post.settings()).sink.expect("a sink");
    let mut ours = answer(&post_by(&post.ana.address), "Con muchas fotos");
    for _ in 0..6 {
        ours.attachments.push(Media { mime: "image/png".into(), name: None, alt: None, url: None, bytes: Some(vec![7; 10 * 1024 * 1024]) });
    }
    let sent = sink.send(&ours).await;
    assert!(matches!(&sent, Sent::Rejected { reason } if reason.en.contains("too big")), "{sent:?}");
}
