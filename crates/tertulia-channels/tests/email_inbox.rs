//! Listening to a mailbox on a real Dovecot that a real Postfix delivers to.

mod door;
mod email_peer;

use door::Recorder;
use email_peer::{Fate, Post, Wire, account, open};
use serde_json::json;
use std::time::Duration;
use tertulia_app::channel::{ChannelError, Kept, Network, Source, Unread};
use tertulia_channels::email::Email;
use tertulia_kernel::event::{Event, Visibility};

fn source(settings: serde_json::Value) -> Box<dyn Source> {
    open(settings).source.expect("a source")
}

#[tokio::test]
async fn mail_arrives_in_seconds_while_the_source_waits() {
    let post = Post::start();
    let recorder = Recorder::default();
    let running = recorder.run(source(post.settings()));
    recorder.until("waiting", |record| record.modes.iter().any(|mode| mode.contains("IDLE"))).await;
    post.ana_writes("Subject: =?utf-8?Q?Mi_paquete_no_lleg=C3=B3?=\nMessage-ID: <uno@clientes.test>\nContent-Type: text/plain; charset=utf-8\n\n¿Dónde está?\n").await;
    let took = recorder.until("the mail", |record| !record.events.is_empty()).await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    // And the next one, in the same thread, with a file.
    post.ana_writes("Subject: Re: paquete\nMessage-ID: <dos@clientes.test>\nReferences: <uno@clientes.test>\nIn-Reply-To: <uno@clientes.test>\nContent-Type: multipart/mixed; boundary=q\n\n--q\n\nAhora con foto.\n--q\nContent-Type: image/png; name=foto.png\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment\n\niVBORw0KGgo=\n--q--\n").await;
    recorder.until("the second", |record| record.events.len() >= 2).await;
    running.stop().await;
    let posts = recorder.posts();
    assert_eq!(posts[0].title.as_deref(), Some("Mi paquete no llegó"));
    assert_eq!(posts[0].text, "¿Dónde está?");
    assert_eq!(posts[0].author.external_id, "ana@clientes.test");
    assert_eq!(posts[0].author.name.as_deref(), Some("Ana Pérez"));
    assert_eq!(posts[0].visibility, Visibility::Private);
    assert_eq!(posts[1].thread, posts[0].thread);
    assert_eq!(posts[1].in_reply_to.as_deref(), Some("uno@clientes.test"));
    assert_eq!(posts[1].media[0].name.as_deref(), Some("foto.png"));
    assert_eq!(posts[1].media[0].bytes.as_deref(), Some(&b"\x89PNG\r\n\x1a\n"[..]));
}

#[tokio::test]
async fn an_outage_is_caught_up_and_nothing_comes_twice() {
    let post = Post::start();
    let recorder = Recorder::default();
    let mail = |number: usize| format!("Subject: n{number}\nMessage-ID: <n{number}@clientes.test>\n\nmail {number}\n");
    for number in 0..3 {
        post.ana_writes(&mail(number)).await;
    }
    let running = recorder.run(source(post.settings()));
    recorder.until("what was there", |record| record.events.len() == 3).await;
    running.stop().await;
    // Longer away than one batch holds.
    for number in 3..50 {
        post.ana_writes(&mail(number)).await;
    }
    post.help.wait_for("n49@clientes.test").await.expect("delivered");
    let running = recorder.run(source(post.settings()));
    recorder.until("some of it", |record| record.events.len() > 3).await;
    running.kill().await;
    let running = recorder.run(source(post.settings()));
    recorder.until("all of it", |record| record.events.len() >= 50).await;
    recorder.until("waiting", |record| record.modes.len() >= 2).await;
    running.stop().await;
    let mut ids: Vec<_> = recorder.posts().into_iter().map(|post| post.external_id).collect();
    assert_eq!(ids.len(), 50);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 50);
    assert_eq!(recorder.record().cursors.len(), 1);
}

#[tokio::test]
async fn what_intake_refuses_is_fetched_again() {
    let post = Post::start();
    let recorder = Recorder::default();
    let running = recorder.run(source(post.settings()));
    recorder.until("waiting", |record| !record.modes.is_empty()).await;
    recorder.record().refuse = 1;
    post.ana_writes("Subject: a\nMessage-ID: <a@clientes.test>\n\na\n").await;
    assert!(matches!(running.error().await, ChannelError::Intake(_)));
    assert!(recorder.posts().is_empty());
    let running = recorder.run(source(post.settings()));
    recorder.until("the mail", |record| record.events.len() == 1).await;
    running.stop().await;
}

#[tokio::test]
async fn poison_is_set_aside_and_the_next_mail_comes() {
    let post = Post::start();
    let recorder = Recorder::default();
    let running = recorder.run(source(post.settings()));
    recorder.until("waiting", |record| !record.modes.is_empty()).await;
    let lines = format!("{}\n", "y".repeat(63)).repeat(27 * 1024 * 1024 / 64);
    let huge = format!("Subject: enorme\nMessage-ID: <huge@clientes.test>\n\n{lines}");
    post.ana_writes(&huge).await;
    let deep = format!("Message-ID: <deep@clientes.test>\n{}x", "Content-Type: message/rfc822\n\n".repeat(1_000));
    post.ana_writes(&deep).await;
    post.mail.send_raw("", &[&post.help.address], b"Subject: nadie\n\nx\n").await.expect("sent");
    let mut invalid = format!("From: {}\nSubject: roto \n\nbytes ", post.ana.address).into_bytes();
    invalid.extend([0xff, 0xfe, 0x80, b'\n']);
    post.mail.send_raw(&post.ana.address, &[&post.help.address], &invalid).await.expect("sent");
    post.ana_writes("Subject: bien\nMessage-ID: <bien@clientes.test>\n\nsigo aquí\n").await;
    // The servers deliver side by side, the huge one last.
    recorder.until("all five", |record| record.events.len() + record.quarantine.len() >= 5).await;
    running.stop().await;
    let record = recorder.record();
    let errors: Vec<_> = record.quarantine.iter().map(|poison| poison.error.en.as_str()).collect();
    assert!(errors.iter().any(|error| error.contains("more than the 25 MB")), "{errors:?}");
    assert!(record.quarantine.iter().all(|poison| poison.cut == poison.error.en.contains("25 MB")));
    assert!(errors.iter().any(|error| error.contains("nested more than")), "{errors:?}");
    for poison in &record.quarantine {
        assert!(poison.payload.len() <= 256 * 1024);
        let headers = String::from_utf8_lossy(&poison.payload);
        assert!(headers.contains("Subject:") || headers.contains("Message-ID:"));
    }
    let huge = record.quarantine.iter().find(|poison| poison.error.en.contains("25 MB")).expect("huge");
    assert!(huge.payload.len() < 10_000, "headers only: {}", huge.payload.len());
}

/// A mail that fills any memory is never fetched: what does not come over the wire needs no room.
#[tokio::test]
async fn a_mail_of_100_mb_is_set_aside_by_its_size_and_the_next_one_comes() {
    let post = Post::start();
    let wire = Wire::to(post.mail.imap_port).await;
    post.append("From: Ana <ana@clientes.test>\r\nSubject: enorme\r\nMessage-ID: <cien@clientes.test>", 100 * 1024 * 1024).await;
    post.append("From: Ana <ana@clientes.test>\r\nSubject: bien\r\nMessage-ID: <bien@clientes.test>", 500).await;
    let mut settings = post.settings();
    settings["imap_port"] = json!(wire.port);
    let recorder = Recorder::default();
    let running = recorder.run(source(settings));
    recorder.until("the small mail", |record| record.events.len() == 1).await;
    running.stop().await;
    assert!(wire.heard() < 10_000, "{} bytes were fetched", wire.heard());
    assert_eq!(recorder.posts()[0].external_id, "bien@clientes.test");
    let record = recorder.record();
    let [huge] = &record.quarantine[..] else { panic!("{:?}", record.quarantine) };
    assert_eq!(huge.error.en, "The mail has 100 MB, more than the 25 MB that are taken in; only its headers were looked at.");
    assert!(huge.error.es.starts_with("El correo tiene 100 MB"), "{}", huge.error.es);
    assert!(huge.cut && String::from_utf8_lossy(&huge.payload).contains("<cien@clientes.test>"));
}

/// What a reader failed at is kept byte by byte, and a reader that can do more reads it as on its first day.
#[tokio::test]
async fn a_kept_mail_is_read_again() {
    let post = Post::start();
    let recorder = Recorder::default();
    let running = recorder.run(source(post.settings()));
    let (start, deep) =
        (format!("From: Ana <{}>\nMessage-ID: <deep@clientes.test>\n", post.ana.address), "Content-Type: message/rfc822\n\n");
    let mail = [start.as_bytes(), deep.repeat(1_000).as_bytes(), b"un a\xf1o sin maleta\n"].concat();
    post.mail.send_raw(&post.ana.address, &[&post.help.address], &mail).await.expect("sent");
    recorder.until("the mail", |record| !record.quarantine.is_empty()).await;
    running.stop().await;
    let poison = recorder.record().quarantine.remove(0);
    let (account, email) = (account(post.settings()), Email::default());
    let at = tertulia_kernel::Timestamp::from_seconds(1_795_000_000);
    let mut kept = Kept { external_id: poison.external_id, payload: poison.payload, at };
    // Still too deep.
    match email.read(&account, &kept).await {
        Err(Unread::Still(why)) => assert!(why.en.contains("nested more than"), "{why}"),
        other => panic!("{other:?}"),
    }
    // As if the reader of an earlier version had failed at a mail that is no trouble: the kept one without its depth.
    let place = |bytes: &[u8]| kept.payload.windows(bytes.len()).position(|window| window == bytes).expect("there");
    let (headers, text) = (&kept.payload[..place(b"\r\n\r\n")], &kept.payload[place(b"un a")..]);
    let headers = String::from_utf8_lossy(headers).replace("message/rfc822", "text/plain; charset=iso-8859-1");
    kept.payload = [headers.as_bytes(), b"\r\n\r\n", text].concat();
    let events = email.read(&account, &kept).await.expect("read");
    let [Event::Post(read)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((read.external_id.as_str(), read.text.as_str()), ("deep@clientes.test", "un año sin maleta"));
    assert_eq!((read.author.external_id.as_str(), read.addressed), ("ana@clientes.test", true));
}

#[tokio::test]
async fn tls_and_starttls_with_a_private_authority() {
    let post = Post::start();
    let ca = post.mail.certificate();
    for (security, port) in [("tls", post.mail.imaps_port), ("starttls", post.mail.imap_port)] {
        let mut settings = post.settings();
        settings["imap_host"] = json!("localhost");
        settings["imap_port"] = json!(port);
        settings["imap_security"] = json!(security);
        settings["smtp_host"] = json!("localhost");
        settings["smtp_security"] = json!(security);
        settings["smtp_port"] = json!(if security == "tls" { post.mail.submissions_port } else { post.mail.submission_port });
        settings["ca_file"] = json!(ca);
        let report = Email::default().check(&account(settings.clone())).await.expect(security);
        assert_eq!(report.account.as_deref(), Some("ayuda@empresa.test"));
        assert!(report.findings.iter().any(|finding| finding.en.contains("IDLE")));
        // Without the authority the certificate is nobody's.
        settings["ca_file"] = json!(null);
        let error = Email::default().check(&account(settings)).await.expect_err("unknown authority");
        assert!(error.to_string().contains("TLS"), "{error}");
    }
}

#[tokio::test]
async fn wrong_passwords_and_mailboxes_are_refusals() {
    let post = Post::start();
    let mut settings = post.settings();
    settings["password"] = json!("no \"es\" \\esta");
    let error = Email::default().check(&account(settings)).await.expect_err("wrong password");
    assert!(matches!(error, ChannelError::Refused(_)), "{error}");
    let mut settings = post.settings();
    settings["mailbox"] = json!("No existe");
    let recorder = Recorder::default();
    let error = recorder.run(source(settings)).error().await;
    assert!(matches!(&error, ChannelError::Refused(text) if text.contains("No existe")), "{error}");
    let mut settings = post.settings();
    settings["imap_port"] = json!(1);
    let error = recorder.run(source(settings)).error().await;
    assert!(matches!(error, ChannelError::Passing(_)), "{error}");
}

#[tokio::test]
async fn history_begins_where_it_is_told() {
    let post = Post::start();
    post.ana_writes("Subject: antes\nMessage-ID: <antes@clientes.test>\n\nantes\n").await;
    post.help.wait_for("antes@clientes.test").await.expect("delivered");
    let recorder = Recorder::default();
    let mut settings = post.settings();
    settings["history_days"] = json!(0);
    let running = recorder.run(source(settings.clone()));
    recorder.until("waiting", |record| !record.modes.is_empty()).await;
    running.stop().await;
    assert!(recorder.posts().is_empty());
    // What comes while nobody listens is not history.
    post.ana_writes("Subject: despues\nMessage-ID: <despues@clientes.test>\n\ndespués\n").await;
    post.help.wait_for("despues@clientes.test").await.expect("delivered");
    let running = recorder.run(source(settings));
    recorder.until("the mail", |record| !record.events.is_empty()).await;
    running.stop().await;
    assert_eq!(recorder.posts()[0].external_id, "despues@clientes.test");
}

/// A mail that breaks every connection is set aside in the end, and the next one comes.
#[tokio::test]
async fn a_mail_that_breaks_connections_blocks_nobody() {
    let post = Post::start();
    let wire = Wire::to(post.mail.imap_port).await;
    post.ana_writes("Subject: a\nMessage-ID: <a@clientes.test>\n\na\n").await;
    post.help.wait_for("<a@clientes.test>").await.expect("delivered");
    post.ana_writes("Subject: b\nMessage-ID: <b@clientes.test>\n\nb\n").await;
    post.help.wait_for("<b@clientes.test>").await.expect("delivered");
    let mut settings = post.settings();
    settings["imap_port"] = json!(wire.port);
    wire.fate(Fate::CutAt("UID FETCH 1 (UID BODY"));
    let source: std::sync::Arc<dyn Source> = source(settings).into();
    let recorder = Recorder::default();
    let mut broke = 0;
    // As the supervisor does, without its pauses.
    while recorder.posts().is_empty() {
        let (source, intake) = (source.clone(), recorder.intake());
        let running = source.run(intake, tokio_util::sync::CancellationToken::new());
        match tokio::time::timeout(Duration::from_secs(3), running).await {
            Ok(Err(ChannelError::Passing(_))) => broke += 1,
            Err(_) => {}
            other => panic!("{other:?}"),
        }
        assert!(broke < 20);
    }
    assert_eq!(broke, 5);
    assert_eq!(recorder.posts()[0].external_id, "b@clientes.test");
    assert!(recorder.record().quarantine[0].error.en.contains("connections broke"));
}

/// Wherever the connection ends, what was not read is read the next time.
#[tokio::test]
async fn a_connection_that_ends_anywhere_loses_nothing() {
    let post = Post::start();
    let wire = Wire::to(post.mail.imap_port).await;
    let mut settings = post.settings();
    settings["imap_port"] = json!(wire.port);
    let recorder = Recorder::default();
    for (number, words) in ["SELECT", "UID SEARCH", "RFC822.SIZE", "BODY.PEEK", "IDLE"].into_iter().enumerate() {
        post.ana_writes(&format!("Subject: {number}\nMessage-ID: <n{number}@clientes.test>\n\n{words}\n")).await;
        post.help.wait_for(&format!("<n{number}@clientes.test>")).await.expect("delivered");
        wire.fate(Fate::CutAt(words));
        let error = recorder.run(source(settings.clone())).error().await;
        assert!(matches!(error, ChannelError::Passing(_)), "{words}: {error}");
        wire.fate(Fate::Pass);
        let running = recorder.run(source(settings.clone()));
        recorder.until("the mail", |record| record.events.len() > number).await;
        running.stop().await;
    }
    assert_eq!(recorder.posts().len(), 5);
}

/// A server that was set up anew counts its mails from one again: the time of the last mail tells where to go on.
#[tokio::test]
async fn a_mailbox_that_counts_anew_is_found_again() {
    let post = Post::start();
    for id in ["a", "b"] {
        post.ana_writes(&format!("Subject: {id}\nMessage-ID: <{id}@clientes.test>\n\n{id}\n")).await;
        post.help.wait_for(&format!("<{id}@clientes.test>")).await.expect("delivered");
    }
    let recorder = Recorder::default();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let earlier = format!("1:99999:{}", now - 3_600);
    recorder.record().cursors.insert("mailbox:INBOX".into(), earlier);
    let running = recorder.run(source(post.settings()));
    recorder.until("both mails", |record| record.events.len() == 2).await;
    running.stop().await;
    let record = recorder.record();
    assert!(!record.cursors["mailbox:INBOX"].starts_with("1:"), "{:?}", record.cursors);
}

/// Copies of our answers do not fill the inbox of people who also look at it with a mail program.
#[tokio::test]
async fn copies_of_our_answers_are_filed_as_sent() {
    let post = Post::start();
    post.imap("CREATE Sent").await;
    let recorder = Recorder::default();
    let connection = open(post.settings());
    let running = recorder.run(connection.source.expect("a source"));
    let ours = email_peer::answer(&email_peer::post_by(&post.ana.address), "Ya sale");
    let sink = connection.sink.expect("a sink");
    assert!(matches!(sink.send(&ours).await, tertulia_app::channel::Sent::Sent { .. }));
    recorder.until("our copy", |record| record.events.len() == 1).await;
    post.ana_writes("Subject: b\nMessage-ID: <b@clientes.test>\n\nb\n").await;
    recorder.until("the next mail", |record| record.events.len() == 2).await;
    running.stop().await;
    let inbox = post.imap("STATUS INBOX (MESSAGES)").await;
    assert!(inbox.contains("(MESSAGES 1)"), "{inbox}");
    let sent = post.imap("STATUS Sent (MESSAGES UNSEEN)").await;
    assert!(sent.contains("(MESSAGES 1 UNSEEN 0)"), "{sent}");
    // And it is still found there.
    assert!(matches!(sink.reconcile(&ours).await, tertulia_app::channel::Reconciled::Found { .. }));
}
