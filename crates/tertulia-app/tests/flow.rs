//! From an event to an answer, on both databases: once each, in any order, edits and deletions everywhere.

#[macro_use]
mod support;
#[path = "flow/answers.rs"]
mod answers_and_offers;
#[path = "flow/colleagues.rs"]
mod colleagues;
#[path = "flow/course.rs"]
mod course;
#[path = "flow/fields.rs"]
mod fields;
#[path = "flow/intake.rs"]
mod intake;
#[path = "flow/learning.rs"]
mod learning;
#[path = "flow/quarantine.rs"]
mod quarantine;
#[path = "flow/races.rs"]
mod races;
#[path = "flow/understanding.rs"]
mod understanding;

use support::{House, house};
use tertulia_app::{
    answers::{self, NewAnswer, outbox},
    cases::{self, FolderName, change, thread::ThreadItem},
    channel::{Cursor, Receipt},
};
use tertulia_kernel::{
    AnswerId, Timestamp,
    event::{DeliveryStatus, Event, IncomingPost, Visibility},
};
use tertulia_policy::Role;

fn post(id: &str, text: &str) -> IncomingPost {
    house::post(id, "ana", text)
}

fn event(post: IncomingPost) -> Event {
    Event::Post(Box::new(post))
}

on_both!(a_matched_post_becomes_a_case_of_a_known_person, house => {
    house.monitor("Marca", "mirasol").await;
    let receipt = house.accept(vec![event(post("1", "Mirasol perdió mi maleta")), event(post("2", "qué lindo día"))]).await;
    assert_eq!(receipt, Receipt { stored: 1, counted: 1, ..Receipt::default() });
    let agent = house.user("Luisa", Role::Agent).await;
    let (rows, _) = cases::list(&house.app, &agent, FolderName::Unassigned, None, 10).await.expect("list");
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].person.row.name.as_str(), rows[0].row.excerpt.as_str(), rows[0].row.reason.as_deref()), ("Ana", "Mirasol perdió mi maleta", Some("Marca")));
    let detail = cases::detail::detail(&house.app, &agent, rows[0].row.id.into()).await.expect("detail");
    let ThreadItem::Post(view) = detail.thread.iter().find(|item| matches!(item, ThreadItem::Post(_))).expect("a post") else { unreachable!() };
    assert_eq!(view.matches[0].ranges, [[0, 7]]);
    let steps = house.app.store.read().await.expect("read").steps(view.row.id).await.expect("steps");
    assert_eq!(steps.iter().map(|step| step.step.as_str()).collect::<Vec<_>>(), ["received", "matched", "related", "decided", "cased"]);
});

on_both!(the_same_event_again_changes_nothing, house => {
    house.monitor("Marca", "mirasol").await;
    let events = vec![event(post("1", "mirasol uno")), event(post("2", "mirasol dos"))];
    house.accept(events.clone()).await;
    assert_eq!(house.accept(events.clone()).await, Receipt { duplicates: 2, ..Receipt::default() });
    let twice = [events.clone(), events].concat();
    assert_eq!(house.accept(twice).await, Receipt { duplicates: 4, ..Receipt::default() });
    assert_eq!(house.count("post").await, 2);
    assert_eq!(house.count("care_case").await, 1, "the same person's second post extends the case");
});

on_both!(two_sources_at_once_store_each_post_once, house => {
    house.monitor("Marca", "mirasol").await;
    let events: Vec<Event> = (0..40).map(|n| event(house::post(&format!("{n}"), &format!("p{}", n % 7), "mirasol"))).collect();
    let mut reversed = events.clone();
    reversed.reverse();
    let (a, b) = tokio::join!(house.try_accept(events), house.try_accept(reversed));
    assert_eq!(a.expect("first").stored + b.expect("second").stored, 40);
    assert_eq!(house.count("post").await, 40);
    assert_eq!(house.count("person").await, 7);
});

on_both!(an_edit_counts_when_it_is_newer_whatever_comes_first, house => {
    house.monitor("Marca", "mirasol").await;
    let edited = IncomingPost { revised_at: Some(Timestamp::from_seconds(2_000)), ..post("1", "mirasol corregido") };
    house.accept(vec![event(edited.clone())]).await;
    assert_eq!(house.accept(vec![event(post("1", "mirasol al principio"))]).await.duplicates, 1);
    assert_eq!(house.text("1").await, "mirasol corregido");
    let newest = IncomingPost { revised_at: Some(Timestamp::from_seconds(3_000)), text: "mirasol final".into(), ..edited };
    assert_eq!(house.accept(vec![event(newest)]).await.changed, 1);
    assert_eq!(house.text("1").await, "mirasol final");
    assert_eq!(house.found("corregido").await, 0, "the old text is no longer found");
    assert_eq!(house.found("final").await, 1);
    let agent = house.user("Luisa", Role::Agent).await;
    let (rows, _) = cases::list(&house.app, &agent, FolderName::All, None, 10).await.expect("list");
    assert_eq!(rows[0].row.excerpt, "mirasol final");
});

on_both!(a_deletion_is_final_and_reaches_everything, house => {
    house.monitor("Marca", "mirasol").await;
    house.accept(vec![event(post("1", "mirasol secreto"))]).await;
    let gone = Event::Deleted { external_id: "1".into(), at: Timestamp::from_seconds(5) };
    assert_eq!(house.accept(vec![gone.clone()]).await.changed, 1);
    assert_eq!((house.text("1").await.as_str(), house.found("secreto").await), ("", 0));
    assert_eq!(house.accept(vec![event(post("1", "mirasol secreto"))]).await, Receipt { duplicates: 1, ..Receipt::default() });
    let late = Event::Deleted { external_id: "9".into(), at: Timestamp::from_seconds(5) };
    house.accept(vec![late]).await;
    assert_eq!(house.accept(vec![event(post("9", "mirasol tarde"))]).await.stored, 0, "its deletion came first");
    let agent = house.user("Luisa", Role::Agent).await;
    let (rows, _) = cases::list(&house.app, &agent, FolderName::All, None, 10).await.expect("list");
    assert_eq!(rows[0].row.excerpt, "");
});

on_both!(a_reply_that_comes_before_what_it_answers_joins_its_thread, house => {
    let reply = IncomingPost { in_reply_to: Some("1".into()), addressed: true, ..house::post("2", "ana", "¿hola?") };
    house.accept(vec![event(reply)]).await;
    house.accept(vec![event(IncomingPost { addressed: true, ..post("1", "el primero") })]).await;
    assert_eq!(house.count("conversation").await, 1);
    assert_eq!(house.count("care_case").await, 1);
});

on_both!(cursors_are_saved_with_their_events, house => {
    let cursor = Cursor { name: "home".into(), value: "42".into() };
    house.app.accept(house.channel, vec![event(post("1", "x"))], vec![cursor]).await.expect("accept");
    let saved = house.app.store.read().await.expect("read").cursor(house.channel.0, "home").await.expect("cursor");
    assert_eq!(saved.as_deref(), Some("42"));
});

on_both!(a_poison_event_is_set_aside_and_the_rest_goes_on, house => {
    house.monitor("Marca", "mirasol").await;
    let huge = post("big", &"mirasol ".repeat(60_000));
    let receipt = house.accept(vec![event(post("1", "mirasol a")), event(huge), event(post("2", "mirasol b"))]).await;
    assert_eq!(receipt.stored, 2);
    let set_aside = house.app.store.read().await.expect("read").quarantined(house.channel.0, 10).await.expect("quarantine");
    assert_eq!(set_aside.len(), 1);
    assert!(set_aside[0].error.contains("200000"), "{}", set_aside[0].error);
});

on_both!(nothing_hostile_stops_intake, house => {
    let texts = ["<script>alert(1)</script>", "\u{202e}\u{0}\u{feff}", "'; DROP TABLE post; --", "𝕳𝖊𝖑𝖑𝖔 \u{1F600}", "\" OR NEAR( * ^ : AND"];
    let events = texts.iter().enumerate().map(|(n, text)| {
        let hostile = IncomingPost { addressed: true, title: Some((*text).into()), thread: Some((*text).into()), ..house::post(&format!("{n}{text}"), text, text) };
        event(IncomingPost { author: tertulia_kernel::event::Author { external_id: format!("a{text}"), handle: (*text).into(), name: Some((*text).into()), url: Some("javascript:alert(1)".into()), ..Default::default() }, ..hostile })
    });
    assert_eq!(house.accept(events.collect()).await.stored, 5);
});

on_both!(an_answer_leaves_once_and_the_thread_knows_its_network_id, house => {
    house.accept(vec![event(IncomingPost { addressed: true, ..post("1", "ayuda por favor") })]).await;
    let agent = house.user("Luisa", Role::Agent).await;
    let (rows, _) = cases::list(&house.app, &agent, FolderName::All, None, 10).await.expect("list");
    let case = rows[0].row.id.into();
    let detail = cases::detail::detail(&house.app, &agent, case).await.expect("detail");
    let answer = NewAnswer {
        id: AnswerId(house.app.new_id()), conversation_id: detail.conversations[0].row.id.into(), in_reply_to: None,
        text: "Claro, ya te ayudamos".into(), subject: None, visibility: Visibility::Public, attachments: vec![], resolve: false,
    };
    let first = answers::send(&house.app, &agent, case, answer.clone()).await.expect("send");
    let again = answers::send(&house.app, &agent, case, answer.clone()).await.expect("the same again");
    assert_eq!(first.row.id, again.row.id);
    house.clock.forward(60);
    outbox::work_once(&house.app).await.expect("outbox");
    outbox::work_once(&house.app).await.expect("outbox");
    assert_eq!(house.network.sent().len(), 1);
    assert_eq!(house.network.sent()[0].reply_to.as_ref().map(|to| to.external_id.as_str()), Some("1"));
    let row = house.app.store.read().await.expect("read").post(first.row.id).await.expect("post");
    assert_eq!(row.external_id, format!("net-{}", answer.id));
    let (rows, _) = cases::list(&house.app, &agent, FolderName::Mine, None, 10).await.expect("list");
    assert_eq!((rows.len(), rows[0].row.waiting_since), (1, None), "answering takes the case; it no longer waits");
});

on_both!(what_the_network_shows_us_of_our_own_answer_is_not_a_second_post, house => {
    let (agent, case, answer) = house.answered("hola").await;
    let own = IncomingPost { own: true, in_reply_to: Some("1".into()), ..house::post(&format!("net-{answer}"), "us", "hola") };
    // It comes while the answer is still being sent...
    house.accept(vec![event(own.clone())]).await;
    house.clock.forward(60);
    outbox::work_once(&house.app).await.expect("outbox");
    // ...and again after.
    house.accept(vec![event(own)]).await;
    let detail = cases::detail::detail(&house.app, &agent, case).await.expect("detail");
    let ours = detail.thread.iter().filter(|item| matches!(item, ThreadItem::Post(view) if view.row.direction == "out")).count();
    assert_eq!(ours, 1);
});

on_both!(an_uncertain_send_is_reconciled_before_anything_is_sent_again, house => {
    let (_, _, answer) = house.answered("hola").await;
    house.network.lose_next_reply();
    house.clock.forward(60);
    outbox::work_once(&house.app).await.expect("outbox");
    assert_eq!(house.state_of(answer).await, "unknown");
    house.clock.forward(600);
    outbox::work_once(&house.app).await.expect("outbox");
    assert_eq!((house.state_of(answer).await.as_str(), house.network.sent().len()), ("sent", 1));
});

on_both!(a_process_killed_while_sending_sends_nothing_twice, house => {
    let (_, _, answer) = house.answered("hola").await;
    house.clock.forward(60);
    // The network takes the answer, then the process dies before it can write that down.
    house.network.die_after_sending();
    let app = house.app.clone();
    let killed = tokio::spawn(async move { outbox::work_once(&app).await.map(drop) });
    house.network.wait_until_sent().await;
    killed.abort();
    let _ = killed.await;
    house.network.live_again();
    outbox::work_once(&house.app).await.expect("outbox");
    assert_eq!(house.state_of(answer).await, "sending", "its lease still holds");
    house.clock.forward(600);
    outbox::work_once(&house.app).await.expect("outbox");
    assert_eq!((house.state_of(answer).await.as_str(), house.network.sent().len()), ("sent", 1));
});

on_both!(two_agents_do_not_answer_the_same_by_accident, house => {
    house.accept(vec![event(IncomingPost { addressed: true, ..post("1", "ayuda") })]).await;
    let (luisa, pedro) = (house.user("Luisa", Role::Agent).await, house.user("Pedro", Role::Agent).await);
    let (rows, _) = cases::list(&house.app, &luisa, FolderName::All, None, 10).await.expect("list");
    let case = rows[0].row.id.into();
    change::reserve(&house.app, &luisa, case).await.expect("reserve");
    assert_eq!(change::reserve(&house.app, &pedro, case).await.expect_err("reserved").code, "reserved_by_other");
    let conversation = cases::detail::detail(&house.app, &pedro, case).await.expect("detail").conversations[0].row.id;
    let answer = house::answer(&house, conversation, "también yo");
    assert_eq!(answers::send(&house.app, &pedro, case, answer.clone()).await.expect_err("reserved").code, "reserved_by_other");
    house.clock.forward(61);
    answers::send(&house.app, &pedro, case, answer).await.expect("the reservation ran out");
    change::take(&house.app, &pedro, case).await.expect("already his");
    assert_eq!(change::take(&house.app, &luisa, case).await.expect_err("taken").code, "taken");
});

on_both!(a_public_thread_goes_on_in_private_within_the_same_case, house => {
    let (agent, case, _) = house.answered("te escribimos por privado").await;
    let detail = cases::detail::detail(&house.app, &agent, case).await.expect("detail");
    let private = NewAnswer { visibility: Visibility::Private, ..house::answer(&house, detail.conversations[0].row.id, "¿tu número de pedido?") };
    let id = private.id;
    answers::send(&house.app, &agent, case, private).await.expect("send");
    house.clock.forward(60);
    outbox::work_once(&house.app).await.expect("outbox");
    let reply = IncomingPost { visibility: Visibility::Private, addressed: true, in_reply_to: Some(format!("net-{id}")), ..house::post("77", "ana", "es el 1234") };
    house.accept(vec![event(reply)]).await;
    let detail = cases::detail::detail(&house.app, &agent, case).await.expect("detail");
    assert_eq!(detail.conversations.len(), 2);
    assert_eq!(detail.conversations[1].row.continues, Some(detail.conversations[0].row.id));
    assert_eq!(house.count("care_case").await, 1);
});

on_both!(an_answer_that_bounces_reopens_its_case_and_tells_its_author, house => {
    let (agent, case, answer) = house.answered("hola").await;
    house.clock.forward(60);
    outbox::work_once(&house.app).await.expect("outbox");
    change::change(&house.app, &agent, case, change::CaseChange { state: Some("resolved".into()), ..Default::default() }).await.expect("resolve");
    let bounce = Event::Delivery { external_id: format!("net-{answer}"), status: DeliveryStatus::Failed { reason: "no such mailbox".into() }, at: Timestamp::from_seconds(1) };
    house.accept(vec![bounce.clone()]).await;
    house.accept(vec![bounce]).await;
    assert_eq!(house.state_of(answer).await, "failed");
    let notices = house.app.store.read().await.expect("read").notices(agent.id.0, 10).await.expect("notices");
    assert_eq!(notices.iter().filter(|notice| notice.kind == "answer_failed").count(), 1);
    let (rows, _) = cases::list(&house.app, &agent, FolderName::Mine, None, 10).await.expect("list");
    assert_eq!(rows.len(), 1, "open again");
});

on_both!(what_an_agent_may_not_see_is_not_found, house => {
    house.accept(vec![event(IncomingPost { addressed: true, ..post("1", "factura mala") })]).await;
    let (boss, sales) = (house.user("Jefa", Role::Supervisor).await, house.user_of("Ventas", Role::Agent, "sales").await);
    let (rows, _) = cases::list(&house.app, &boss, FolderName::All, None, 10).await.expect("list");
    let case = rows[0].row.id.into();
    let complaints = house.department("complaints").await;
    change::change(&house.app, &boss, case, change::CaseChange { department_id: Some(Some(complaints)), ..Default::default() }).await.expect("move");
    assert_eq!(cases::detail::detail(&house.app, &sales, case).await.expect_err("hidden").code, "not_found");
    assert!(cases::list(&house.app, &sales, FolderName::All, None, 10).await.expect("list").0.is_empty());
    assert!(cases::search(&house.app, &sales, "factura", None, 10).await.expect("search").0.is_empty());
    assert_eq!(cases::search(&house.app, &boss, "factura", None, 10).await.expect("search").0.len(), 1);
    assert_eq!(cases::counts(&house.app, &sales).await.expect("counts").all, 0);
    assert_eq!(change::take(&house.app, &sales, case).await.expect_err("hidden").code, "not_found");
});

on_both!(cases_are_offered_to_the_longest_idle_and_pass_on, house => {
    let (ana, luis) = (house.user_of("Ana", Role::Agent, "complaints").await, house.user_of("Luis", Role::Agent, "complaints").await);
    house.ready(&luis).await;
    house.clock.forward(10);
    house.ready(&ana).await;
    house.accept(vec![event(IncomingPost { addressed: true, ..post("1", "ayuda") })]).await;
    tertulia_app::offers::turn(&house.app).await.expect("turn");
    let offer = tertulia_app::offers::mine(&house.app, &luis).await.expect("offers").pop().expect("the longest idle is asked");
    tertulia_app::offers::decline(&house.app, &luis, offer.row.id.into()).await.expect("decline");
    tertulia_app::offers::turn(&house.app).await.expect("turn");
    let offer = tertulia_app::offers::mine(&house.app, &ana).await.expect("offers").pop().expect("the next is asked");
    assert_eq!(tertulia_app::offers::accept(&house.app, &luis, offer.row.id.into()).await.expect_err("not his").code, "not_found");
    let case = tertulia_app::offers::accept(&house.app, &ana, offer.row.id.into()).await.expect("accept");
    assert_eq!(case.row.assignee_id, Some(ana.id.0));
    assert_eq!(tertulia_app::offers::accept(&house.app, &ana, offer.row.id.into()).await.expect_err("over").code, "offer_over");
});

on_both!(an_offer_nobody_answers_expires_and_the_agent_is_no_longer_ready, house => {
    let ana = house.user_of("Ana", Role::Agent, "complaints").await;
    house.ready(&ana).await;
    house.accept(vec![event(IncomingPost { addressed: true, ..post("1", "ayuda") })]).await;
    tertulia_app::offers::turn(&house.app).await.expect("turn");
    house.clock.forward(3_600);
    tertulia_app::offers::turn(&house.app).await.expect("turn");
    assert!(tertulia_app::offers::mine(&house.app, &ana).await.expect("offers").is_empty());
    assert!(house.app.store.read().await.expect("read").ready_agents().await.expect("agents").is_empty());
});
