//! Answers on their way: to whom, once each, whatever other channels do; and cases on offer.

use crate::support::{HANGS, House, house};
use std::time::Duration;
use tertulia_app::{
    Actor,
    answers::{self, NewAnswer, outbox},
    cases::{self, FolderName, change},
    offers,
};
use tertulia_kernel::{
    CaseId,
    event::{Event, IncomingPost, Visibility},
};
use tertulia_policy::Role;
use tertulia_store::{
    attachment::NewAttachment,
    post::{NewPost, PostRow},
};
use tokio_util::sync::CancellationToken;

fn event(post: IncomingPost) -> Event {
    Event::Post(Box::new(post))
}

fn addressed(id: &str, author: &str, text: &str) -> IncomingPost {
    IncomingPost { addressed: true, ..house::post(id, author, text) }
}

/// Ana's case with a stranger's newer reply in its thread, its public conversation, and an agent.
async fn thread_of_two(house: &House) -> (Actor, CaseId, uuid::Uuid) {
    house.accept(vec![event(addressed("1", "ana", "perdieron mi maleta"))]).await;
    house.accept(vec![event(IncomingPost { in_reply_to: Some("1".into()), ..house::post("2", "troll", "a mí también jaja") })]).await;
    let agent = house.user("Luisa", Role::Agent).await;
    let case = house.only_case(&agent).await.row.id.into();
    let conversation = cases::detail::detail(&house.app, &agent, case).await.expect("detail").conversations[0].row.id;
    (agent, case, conversation)
}

on_both!(an_answer_goes_to_the_cases_person_whoever_wrote_last, house => {
    let (agent, case, conversation) = thread_of_two(&house).await;
    for visibility in [Visibility::Public, Visibility::Private] {
        let answer = NewAnswer { visibility, ..house::answer(&house, conversation, "tu reserva es 1234") };
        answers::send(&house.app, &agent, case, answer).await.expect("send");
    }
    house.clock.forward(60);
    outbox::work_once(&house.app).await.expect("outbox");
    let to: Vec<String> = house.network.sent().iter().map(|sent| sent.reply_to.as_ref().expect("a target").author.handle.clone()).collect();
    assert_eq!(to, ["ana", "ana"]);
});

on_both!(an_answer_to_somebody_else_in_the_thread_goes_to_them, house => {
    let (agent, case, conversation) = thread_of_two(&house).await;
    let other = house.app.store.read().await.expect("read").posts_by_external(house.channel.0, &["2".into()]).await.expect("posts").remove(0);
    let ana = NewAnswer { visibility: Visibility::Private, ..house::answer(&house, conversation, "tu reserva es 1234") };
    let troll = NewAnswer { visibility: Visibility::Private, in_reply_to: Some(other.id.into()), ..house::answer(&house, conversation, "¿qué te pasó?") };
    let mut places = Vec::new();
    for answer in [ana, troll] {
        let id = answer.id;
        answers::send(&house.app, &agent, case, answer).await.expect("send");
        places.push(house.app.store.read().await.expect("read").answer(id.0).await.expect("answer").conversation_id);
    }
    assert_ne!(places[0], places[1], "each has a private conversation of their own");
});

on_both!(one_hanging_channel_stops_no_other, house => {
    let (agent, case, _) = thread_of_two(&house).await;
    let detail = cases::detail::detail(&house.app, &agent, case).await.expect("detail");
    for n in 0..12 {
        let answer = house::answer(&house, detail.conversations[0].row.id, &format!("{HANGS} {n}"));
        answers::send(&house.app, &agent, case, answer).await.expect("send");
    }
    let other = house.second_channel().await;
    house.app.accept(other, vec![event(addressed("9", "eva", "¿tienen tallas?"))], vec![]).await.expect("accept");
    let (rows, _) = cases::list(&house.app, &agent, FolderName::Unassigned, None, 10).await.expect("list");
    let case: CaseId = rows[0].row.id.into();
    let conversation = cases::detail::detail(&house.app, &agent, case).await.expect("detail").conversations[0].row.id;
    house.clock.forward(1);
    answers::send(&house.app, &agent, case, house::answer(&house, conversation, "sí, todas")).await.expect("send");
    house.clock.forward(60);
    let stop = CancellationToken::new();
    let running = tokio::spawn(outbox::run(house.app.clone(), stop.clone()));
    house.network.wait_for(|sent| sent.text == "sí, todas").await;
    let hanging = house.network.sent().iter().filter(|sent| sent.text.starts_with(HANGS)).count();
    assert!((1..12).contains(&hanging), "a channel gets only so many at once: {hanging}");
    running.abort();
});

on_both!(a_claim_lost_while_the_network_was_asked_sends_nothing, house => {
    let (_, _, answer) = house.answered("hola").await;
    let mut tx = house.app.store.begin().await.expect("begin");
    let mut row = tx.lock_answer(answer.0).await.expect("answer");
    row.state = "unknown".into();
    tx.update_answer(&row).await.expect("update");
    tx.commit().await.expect("commit");
    house.clock.forward(60);
    let asked = house.network.hold_reconcile();
    let app = house.app.clone();
    let slow = tokio::spawn(async move { outbox::work_once(&app).await });
    asked.notified().await;
    // Asking takes so long that another process takes the claim over.
    house.clock.forward(100);
    let mut tx = house.app.store.begin().await.expect("begin");
    let mut row = tx.lock_answer(answer.0).await.expect("answer");
    row.attempts += 1;
    row.due_at = house.app.now().plus_seconds(90).as_micros();
    tx.update_answer(&row).await.expect("update");
    tx.commit().await.expect("commit");
    house.network.release_reconcile();
    slow.await.expect("task").expect("outbox");
    assert!(house.network.sent().is_empty(), "the other one sends it");
});

on_both!(what_the_network_shows_us_while_the_answer_is_settled_gives_way_to_it, house => {
    let (_, case, answer) = house.answered("hola").await;
    house.clock.forward(60);
    // Another transaction has the post of the network in hand, and has not committed when the send ends.
    let mut tx = house.app.store.begin().await.expect("begin");
    let own = tx.posts_of_case(case.0, 10).await.expect("posts").into_iter().find(|row| row.direction == "out").expect("the answer");
    let row = PostRow { id: house.app.new_id(), external_id: format!("net-{answer}"), user_id: None, ..own };
    tx.insert_posts(&[NewPost { row, tokens: "hola".into() }]).await.expect("inserted");
    let app = house.app.clone();
    let sending = tokio::spawn(async move { outbox::work_once(&app).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    tx.commit().await.expect("commit");
    sending.await.expect("task").expect("outbox");
    assert_eq!(house.state_of(answer).await, "sent");
    let posts = house.app.store.read().await.expect("read").posts_of_case(case.0, 10).await.expect("posts");
    assert_eq!(posts.iter().filter(|row| row.direction == "out").count(), 1);
});

on_both!(a_claim_is_renewed_before_sending, house => {
    let (_, _, answer) = house.answered("hola").await;
    let mut tx = house.app.store.begin().await.expect("begin");
    let mut row = tx.lock_answer(answer.0).await.expect("answer");
    row.state = "unknown".into();
    tx.update_answer(&row).await.expect("update");
    tx.commit().await.expect("commit");
    house.clock.forward(60);
    house.network.die_after_sending();
    let asked = house.network.hold_reconcile();
    let app = house.app.clone();
    let slow = tokio::spawn(async move { outbox::work_once(&app).await });
    asked.notified().await;
    house.clock.forward(55);
    house.network.release_reconcile();
    house.network.wait_until_sent().await;
    let row = house.app.store.read().await.expect("read").answer(answer.0).await.expect("answer");
    assert!(row.due_at >= house.app.now().plus_seconds(60).as_micros(), "nobody else takes it while it is being sent");
    slow.abort();
});

on_both!(an_answer_taken_back_gives_its_files_back, house => {
    let (agent, case, first) = house.answered("hola").await;
    answers::take_back(&house.app, &agent, first).await.expect("undo");
    let file = house.app.new_id();
    let mut tx = house.app.store.begin().await.expect("begin");
    let upload = NewAttachment {
        id: file, post_id: None, user_id: Some(agent.id.0), position: 0, mime: "image/png".into(), name: Some("a.png".into()),
        alt: None, url: None, content: Some(vec![1, 2, 3]), created_at: house.app.now().as_micros(),
    };
    tx.save_attachments(&[upload]).await.expect("upload");
    tx.commit().await.expect("commit");
    let conversation = cases::detail::detail(&house.app, &agent, case).await.expect("detail").conversations[0].row.id;
    let answer = NewAnswer { attachments: vec![file], ..house::answer(&house, conversation, "mira") };
    let id = answer.id;
    answers::send(&house.app, &agent, case, answer.clone()).await.expect("send");
    answers::take_back(&house.app, &agent, id).await.expect("undo");
    let again = NewAnswer { id: house.app.new_id().into(), ..answer };
    let sent = answers::send(&house.app, &agent, case, again).await.expect("the files are there to be sent again");
    assert_eq!(sent.attachments.len(), 1);
});

on_both!(what_may_stand_on_the_network_is_not_taken_back_but_tried_again, house => {
    let (agent, _, answer) = house.answered("hola").await;
    let mut tx = house.app.store.begin().await.expect("begin");
    let mut row = tx.lock_answer(answer.0).await.expect("answer");
    row.state = "stuck".into();
    row.attempts = 12;
    tx.update_answer(&row).await.expect("update");
    tx.commit().await.expect("commit");
    assert_eq!(answers::take_back(&house.app, &agent, answer).await.expect_err("it may have left").code, "too_late");
    answers::retry(&house.app, &agent, answer).await.expect("it can be looked for");
    assert_eq!(house.state_of(answer).await, "unknown");
});

on_both!(a_refused_answer_tried_again_gets_all_its_tries_again, house => {
    let (agent, _, answer) = house.answered("hola").await;
    let mut tx = house.app.store.begin().await.expect("begin");
    let mut row = tx.lock_answer(answer.0).await.expect("answer");
    row.state = "rejected".into();
    row.attempts = 12;
    tx.update_answer(&row).await.expect("update");
    tx.commit().await.expect("commit");
    answers::retry(&house.app, &agent, answer).await.expect("retry");
    assert_eq!(house.app.store.read().await.expect("read").answer(answer.0).await.expect("answer").attempts, 0);
});

on_both!(the_same_answer_pressed_six_times_at_once_is_one, house => {
    let (agent, case, conversation) = thread_of_two(&house).await;
    let answer = house::answer(&house, conversation, "ya vamos");
    let presses = (0..6).map(|_| answers::send(&house.app, &agent, case, answer.clone()));
    for pressed in futures::future::join_all(presses).await {
        assert_eq!(pressed.expect("the same answer").row.id, answer.id.0);
    }
    assert_eq!(house.count("outbox").await, 1);
});

on_both!(an_urgent_case_is_offered_however_many_wait_elsewhere, house => {
    house.accept((0..210).map(|n| event(addressed(&format!("{n}"), &format!("p{n}"), "queja"))).collect()).await;
    let (complaints, sales) = (house.department("complaints").await, house.department("sales").await);
    let boss = house.user("Jefa", Role::Administrator).await;
    let mut after = None;
    loop {
        let (rows, next) = cases::list(&house.app, &boss, FolderName::All, after, 100).await.expect("list");
        let ids: Vec<CaseId> = rows.iter().map(|row| row.row.id.into()).collect();
        let moved = change::CaseChange { department_id: Some(Some(complaints)), ..Default::default() };
        change::bulk(&house.app, &boss, &ids, &moved).await.expect("moved");
        let Some(next) = next else { break };
        after = Some(next);
    }
    house.clock.forward(600);
    house.accept(vec![event(addressed("v1", "eva", "quiero comprar")), event(addressed("v2", "leo", "quiero comprar ya"))]).await;
    let (rows, _) = cases::list(&house.app, &boss, FolderName::All, None, 2).await.expect("list");
    for (row, priority) in rows.iter().zip(["normal", "urgent"]) {
        let moved = change::CaseChange { department_id: Some(Some(sales)), priority: Some(priority.into()), ..Default::default() };
        change::change(&house.app, &boss, row.row.id.into(), moved).await.expect("moved");
    }
    let seller = house.user_of("Vera", Role::Agent, "sales").await;
    house.ready(&seller).await;
    offers::turn(&house.app).await.expect("turn");
    let offer = offers::mine(&house.app, &seller).await.expect("offers").pop().expect("a sales case is offered");
    assert_eq!((offer.case.row.department_id, offer.case.row.priority.as_str()), (Some(sales.0), "urgent"));
});

on_both!(an_offer_accepted_while_its_case_is_given_away_is_over, house => {
    let ana = house.user("Ana", Role::Agent).await;
    house.ready(&ana).await;
    house.accept(vec![event(addressed("1", "eva", "ayuda"))]).await;
    offers::turn(&house.app).await.expect("turn");
    let offer = offers::mine(&house.app, &ana).await.expect("offers").pop().expect("an offer");
    let mut tx = house.app.store.begin().await.expect("begin");
    tx.lock_case(offer.row.case_id).await.expect("case");
    let (app, actor, id) = (house.app.clone(), ana.clone(), offer.row.id.into());
    let accepting = tokio::spawn(async move { offers::accept(&app, &actor, id).await.map(|_| ()) });
    tokio::time::sleep(Duration::from_millis(300)).await;
    tx.end_offer(offer.row.id, "withdrawn").await.expect("nobody waits for both");
    tx.commit().await.expect("commit");
    assert_eq!(accepting.await.expect("task").expect_err("over").code, "offer_over");
});

on_both!(what_waits_for_a_stopped_channel_says_so, house => {
    let (agent, case, conversation) = thread_of_two(&house).await;
    let mut tx = house.app.store.begin().await.expect("begin");
    let row = tx.channel(house.channel.0).await.expect("channel");
    tx.update_channel(&tertulia_store::channel::ChannelRow { enabled: false, ..row }).await.expect("stop");
    tx.commit().await.expect("commit");
    let detail = cases::detail::detail(&house.app, &agent, case).await.expect("detail");
    assert_eq!((detail.conversations[0].public_blocked, detail.conversations[0].private_blocked), (Some("channel_stopped"), Some("channel_stopped")));
    let error = answers::send(&house.app, &agent, case, house::answer(&house, conversation, "hola")).await.expect_err("stopped");
    assert_eq!(error.fields.iter().map(|field| field.code).collect::<Vec<_>>(), ["channel_stopped"]);
});
