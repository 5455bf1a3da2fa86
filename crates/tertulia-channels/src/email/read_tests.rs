//! Mails as programs and attackers write them, from files beside this one and made on the spot.

use super::{
    Us,
    read::{MAX_FILE, MAX_FILES, read},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use tertulia_kernel::{
    Timestamp,
    event::{Automatic, DeliveryStatus, Event, IncomingPost, Media, MediaKind, Visibility},
};

const ANSWER: &str = "answer-0193a1b2-0000-7000-8000-0000000000aa@alas.example";

fn received() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-21T18:00:00Z").expect("valid")
}

fn events(raw: &[u8]) -> Result<Vec<Event>, String> {
    read(raw, &Us::new("Ayuda@alas.example"), received())
}

#[track_caller]
fn post(raw: &[u8]) -> IncomingPost {
    match events(raw).expect("readable").pop() {
        Some(Event::Post(post)) => *post,
        other => panic!("no post: {other:?}"),
    }
}

/// The files' content joined under one mixed mail.
fn with_files(files: &[(&str, &str, Vec<u8>)]) -> Vec<u8> {
    let mut mail =
        "From: a@b.example\r\nMessage-ID: <f@b.example>\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nhola\r\n".to_owned();
    for (name, kind, content) in files {
        mail += &format!(
            "--q\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        );
        for line in STANDARD.encode(content).as_bytes().chunks(76) {
            mail += std::str::from_utf8(line).expect("ascii");
            mail += "\r\n";
        }
    }
    (mail + "--q--\r\n").into_bytes()
}

#[test]
fn a_mail_is_addressed_to_everybody_named_and_its_files_are_what_they_are() {
    let raw = with_files(&[("caja.png", "image/png", vec![1]), ("caja.mp4", "video/mp4", vec![2]), ("a.pdf", "application/pdf", vec![3])]);
    let head = "To: Ayuda <Ayuda@Alas.example>, nadie, \"Ventas, Alas\" <ventas@alas.example>\r\nCc: b@b.example\r\n";
    let post = post(&[head.as_bytes(), &raw].concat());
    assert_eq!(post.to, ["ayuda@alas.example", "ventas@alas.example", "b@b.example"]);
    let kinds: Vec<_> = post.media.iter().map(Media::kind).collect();
    assert_eq!(kinds, [Some(MediaKind::Image), Some(MediaKind::Video), None]);
}

#[test]
fn gmail_in_spanish() {
    let post = post(include_bytes!("fixtures/gmail_es.eml"));
    assert_eq!(post.external_id, "CA+segunda@mail.correo.example");
    assert_eq!(post.author.external_id, "ana.perez@correo.example");
    assert_eq!(post.author.handle, "ana.perez@correo.example");
    assert_eq!(post.author.name.as_deref(), Some("Ana Pérez Muñoz"));
    assert_eq!(post.title.as_deref(), Some("Re: ¿Dónde está mi paquete? 📦"));
    assert_eq!(post.text, "El número es A-1742. Ya pasó una semana, por favor respóndanme.\n\nAna");
    let quoted = post.quoted.expect("quoted");
    assert!(quoted.contains("¿nos pasas el número de guía?") && quoted.starts_with("El sáb"));
    assert_eq!(post.to, ["ayuda@alas.example"]);
    assert_eq!(post.thread.as_deref(), Some("pedido-1@correo.example"));
    assert_eq!(post.in_reply_to.as_deref(), Some(ANSWER));
    assert_eq!(post.visibility, Visibility::Private);
    assert!(post.addressed && !post.own);
    assert_eq!(post.kind, "message");
    assert_eq!(post.occurred_at.to_rfc3339(), "2026-11-21T15:30:00.000Z");
}

#[test]
fn outlook_in_portuguese_latin_1_and_html_only() {
    let post = post(include_bytes!("fixtures/outlook_pt.eml"));
    assert_eq!(post.author.name.as_deref(), Some("João Conceição"));
    assert_eq!(post.title.as_deref(), Some("RES: Reclamação"));
    assert_eq!(post.text, "A encomenda não chegou até hoje. Quero meu dinheiro de volta!\n\nJoão Conceição\nDiretor");
    let quoted = post.quoted.expect("quoted");
    assert!(quoted.starts_with("De: Ajuda Alas <ayuda@alas.example>"), "{quoted}");
    assert!(quoted.ends_with("Sua encomenda está a caminho."));
    assert_eq!(post.lang.as_deref(), Some("pt-BR"));
    assert_eq!(post.thread.as_deref(), Some("AM0PR0101@EMPRESA.example"));
}

#[test]
fn apple_with_pictures_between_texts() {
    let post = post(include_bytes!("fixtures/apple_en.eml"));
    assert_eq!(post.text, "This is what came out of the belt:\n\nWho pays for it?");
    assert!(post.quoted.expect("quoted").ends_with("Welcome on board!"));
    assert_eq!(post.media.len(), 2);
    let picture = &post.media[0];
    assert_eq!((&*picture.mime, picture.name.as_deref()), ("image/png", Some("maleta rota 🧳.png")));
    assert!(picture.bytes.as_ref().is_some_and(|bytes| bytes.starts_with(b"\x89PNG") && bytes.len() == 68));
    assert_eq!(post.media[1].name.as_deref(), Some("passwd"));
}

#[test]
fn broken_mails_are_read_as_far_as_possible() {
    let post = post(include_bytes!("fixtures/broken.eml"));
    assert_eq!(post.author.external_id, "pedro@barrio.example");
    assert!(post.text.starts_with("hola") && post.text.contains("se") && !post.text.contains('\0'));
    assert!(post.external_id.starts_with("mail-") && post.external_id.len() == 37);
    assert_eq!(post.thread.as_ref(), Some(&post.external_id));
    assert_eq!(post.occurred_at, received());
    // The same mail again is the same post.
    let again = self::post(include_bytes!("fixtures/broken.eml"));
    assert_eq!(again.external_id, post.external_id);
}

#[test]
fn nothing_in_a_header_gets_out_of_it() {
    let post = post(include_bytes!("fixtures/hostile_headers.eml"));
    let title = post.title.expect("title");
    assert!(!title.contains(['\r', '\n', '\u{202e}']), "{title:?}");
    assert!(title.starts_with("Hola Bcc: todos@evil.example"));
    assert_eq!(post.author.name.as_deref(), Some("<script>alert(1)</script>"), "kept as text");
    assert!(post.external_id.starts_with("mail-"), "{}", post.external_id);
    assert_eq!(post.in_reply_to.as_deref(), Some("ok@evil.example"));
    let thread = post.thread.expect("thread");
    assert!(thread.bytes().all(|b| b.is_ascii_graphic()), "{thread:?}");
    assert_eq!(post.text, "Hola mundo");
    assert_eq!(post.occurred_at, received(), "a date in the future is not believed");
}

#[test]
fn every_mail_is_kept_and_those_of_programs_and_lists_are_told_apart() {
    let reply = post(include_bytes!("fixtures/auto_reply.eml"));
    assert_eq!((reply.addressed, reply.automatic), (true, Some(Automatic::Machine)));
    assert_eq!(reply.in_reply_to.as_deref(), Some(ANSWER));
    let newsletter = post(include_bytes!("fixtures/newsletter.eml"));
    assert_eq!((newsletter.addressed, newsletter.automatic), (true, Some(Automatic::List)));
    let through_a_group =
        post(b"From: Ana <ana@b.example>\nList-Id: soporte <soporte.alas.example>\nMessage-ID: <1@b>\n\nMi pedido no llega");
    assert_eq!((through_a_group.addressed, through_a_group.automatic), (true, Some(Automatic::List)));
    assert_eq!(post(b"From: ana@b.example\nMessage-ID: <2@b>\n\nhola").automatic, None);
}

#[test]
fn a_web_form_speaks_for_its_person() {
    let post = post(include_bytes!("fixtures/web_form.eml"));
    assert_eq!(post.author.external_id, "luz@correo.example");
    assert_eq!(post.author.name.as_deref(), Some("Luz Mora"));
    assert!(!post.own && post.addressed);
}

#[test]
fn answers_go_where_the_person_wants_them() {
    let post = post(b"From: Ana <ana@b.example>\nReply-To: ana.casa@c.example\nMessage-ID: <1@b>\n\nx");
    assert_eq!(post.author.external_id, "ana@b.example");
    assert_eq!(post.author.handle, "ana.casa@c.example");
}

#[test]
fn our_own_copy_is_ours_and_nobody_elses_is() {
    let raw = include_bytes!("fixtures/own_copy.eml");
    let copy = post(raw);
    assert!(copy.own);
    assert_eq!(copy.external_id, ANSWER);
    assert_eq!(copy.thread.as_deref(), Some("pedido-1@correo.example"));
    assert_eq!(copy.text, "Ya sale.");
    // Somebody else who uses one of our ids does not take the answer's place.
    let forged = String::from_utf8_lossy(raw).replace("From: Ayuda Alas <ayuda@", "From: X <x@");
    let forged = post(forged.as_bytes());
    assert!(!forged.own && forged.external_id.starts_with("mail-"));
    // A test mail of ours is nothing.
    let probe = String::from_utf8_lossy(raw).replace("Message-ID: <answer-", "Message-ID: <probe-");
    assert_eq!(events(probe.as_bytes()), Ok(vec![]));
}

#[test]
fn a_mail_that_only_claims_to_be_ours_is_not() {
    let forged = b"Authentication-Results: mx.alas.example; spf=fail smtp.mailfrom=evil.example;\n dmarc=fail header.from=alas.example\nFrom: Ayuda <ayuda@alas.example>\nMessage-ID: <x@evil.example>\n\nTe devolvemos el doble.";
    let post = post(forged);
    assert!(!post.own && post.addressed);
}

#[test]
fn other_charsets_and_flowed_paragraphs() {
    let post = post(b"From: a@b.example\nMessage-ID: <1@b>\nContent-Type: text/plain; charset=windows-1252; format=flowed\nContent-Transfer-Encoding: quoted-printable\n\n=93Ma=F1ana=94 me =\n\ncontestan por 5 =80.\n");
    assert_eq!(post.text, "\u{201c}Mañana\u{201d} me contestan por 5 €.");
}

#[test]
fn html_mails_of_telephones_are_folded_too() {
    let html = "From: a@b.example\nMessage-ID: <1@b>\nContent-Type: text/html; charset=utf-8\n\n<div>No llegó</div><br><div class=\"gmail_quote\"><div class=\"gmail_attr\">El sáb, 21 nov 2026 a las 9:15, Ayuda (&lt;<a href=\"mailto:a@x\">ayuda@alas.example</a>&gt;) escribió:<br></div><blockquote><div>Hola</div></blockquote></div>";
    let post = post(html.as_bytes());
    assert_eq!(post.text, "No llegó");
    assert!(post.quoted.is_some_and(|quoted| quoted.ends_with("Hola")));
}

#[test]
fn reports_become_deliveries() {
    let delivery = |raw: &[u8]| match events(raw).expect("readable").pop() {
        Some(Event::Delivery { external_id, status, .. }) => {
            assert_eq!(external_id, ANSWER);
            Some(status)
        }
        _ => None,
    };
    let bounce = include_bytes!("fixtures/bounce.eml");
    assert_eq!(
        delivery(bounce),
        Some(DeliveryStatus::Failed {
            reason: "ana@correo.example: 550 5.1.1 <ana@correo.example>: Recipient address rejected: User unknown 5.1.1".into()
        })
    );
    assert_eq!(delivery(include_bytes!("fixtures/read_receipt.eml")), Some(DeliveryStatus::Read));
    match delivery(include_bytes!("fixtures/old_bounce.eml")) {
        Some(DeliveryStatus::Failed { reason }) => assert!(reason.contains("no mailbox here")),
        other => panic!("{other:?}"),
    }
    let change = |from: &str, to: &str| String::from_utf8_lossy(bounce).replace(from, to).into_bytes();
    // A delay is nothing final, our own copy's failure is not the answer's, and others' mail is not ours.
    for harmless in [
        change("Action: failed", "Action: delayed"),
        change("rfc822; Ana@correo.example", "rfc822; ayuda@alas.example"),
        change("answer-0193a1b2", "somebody-0193a1b2"),
    ] {
        assert!(!matches!(delivery(&harmless), Some(DeliveryStatus::Failed { .. } | DeliveryStatus::Read)));
    }
}

#[test]
fn files_are_kept_as_they_are_and_within_limits() {
    // A bomb is only bytes to us.
    let bomb = b"PK\x03\x04 forty-two of these unfold to petabytes".repeat(20);
    let mail = with_files(&[("42.zip", "application/zip", bomb.clone()), ("a.bin", "application/x", vec![7; MAX_FILE + 1])]);
    let post = post(&mail);
    assert_eq!(post.text, "hola");
    assert_eq!(post.media[0].bytes.as_ref(), Some(&bomb));
    assert_eq!(post.media[0].mime, "application/zip");
    assert!(post.media[1].bytes.is_none() && post.media[1].alt.as_ref().is_some_and(|alt| alt.contains("11 MB")));
    let many: Vec<_> = (0..50).map(|_| ("x.bin", "application/x", vec![1])).collect();
    assert_eq!(self::post(&with_files(&many)).media.len(), MAX_FILES);
    let big: Vec<_> = (0..3).map(|_| ("x.bin", "application/x", vec![1; MAX_FILE])).collect();
    let kept = self::post(&with_files(&big)).media;
    assert_eq!(kept.iter().filter(|file| file.bytes.is_some()).count(), 2, "25 MB in all");
}

#[test]
fn a_mail_within_a_mail_is_a_file() {
    let post = post(b"From: a@b.example\nSubject: Fwd: x\nContent-Type: multipart/mixed; boundary=q\n\n--q\n\nmira\n--q\nContent-Type: message/rfc822\n\nFrom: c@d.example\nSubject: queja\n\nadentro\n--q--\n");
    assert_eq!(post.text, "mira");
    assert_eq!((&*post.media[0].mime, post.media[0].name.as_deref()), ("message/rfc822", Some("queja.eml")));
}

#[test]
fn what_no_honest_program_writes_is_refused_with_its_reason() {
    let deep = "Content-Type: message/rfc822\n\n".repeat(1_000);
    let deep = format!("From: a@b.example\n{deep}x");
    assert!(events(deep.as_bytes()).expect_err("deep").contains("deep"));
    let mut multiparts = "From: a@b.example\n".to_owned();
    for level in 0..1_000 {
        multiparts += &format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
    }
    assert!(events(multiparts.as_bytes()).expect_err("deep").contains("deep"));
    assert_eq!(events(b"Subject: x\n\nnobody").expect_err("nobody"), "no sender");
    assert!(events(b"").is_err());
}

#[test]
fn no_bytes_crash_the_reader() {
    // Cut, doubled and flipped in every fixture: whatever comes out, something comes out.
    for raw in [
        &include_bytes!("fixtures/gmail_es.eml")[..],
        include_bytes!("fixtures/outlook_pt.eml"),
        include_bytes!("fixtures/apple_en.eml"),
        include_bytes!("fixtures/bounce.eml"),
        include_bytes!("fixtures/hostile_headers.eml"),
    ] {
        for at in (0..raw.len()).step_by(3) {
            let _ = events(&raw[..at]);
            let mut flipped = raw.to_vec();
            flipped[at] ^= 0xff;
            let _ = events(&flipped);
            let mut doubled = raw[..at].to_vec();
            doubled.extend_from_slice(raw);
            let _ = events(&doubled);
        }
    }
}
