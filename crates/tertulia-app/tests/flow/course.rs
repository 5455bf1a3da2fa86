//! What a message does to a case that is open already: its clock, its department and priority, its first words.

use crate::support::{House, house};
use tertulia_app::{
    Actor,
    answers::{self, NewAnswer, outbox},
    cases::{self, FolderName, change, thread::ThreadItem},
    offers,
    rules::{Actions, Conditions},
};
use tertulia_care::rules::Priority;
use tertulia_kernel::{
    CaseId, Timestamp,
    event::{Event, IncomingPost},
};
use tertulia_policy::Role;
use tertulia_store::case::{CaseRow, ChangeRow};
use uuid::Uuid;

fn event(post: IncomingPost) -> Event {
    Event::Post(Box::new(post))
}

fn addressed(id: &str, author: &str, text: &str) -> IncomingPost {
    IncomingPost { addressed: true, ..house::post(id, author, text) }
}

fn reply(id: &str, author: &str, text: &str) -> IncomingPost {
    IncomingPost { in_reply_to: Some("1".into()), ..house::post(id, author, text) }
}

async fn stored(house: &House, case: CaseId) -> CaseRow {
    house.app.store.read().await.expect("read").case(case.0).await.expect("case")
}

async fn ledger(house: &House, case: CaseId) -> Vec<ChangeRow> {
    house.app.store.read().await.expect("read").case_changes(case.0, Uuid::max(), 50).await.expect("ledger")
}

async fn send_out(house: &House) {
    house.clock.forward(60);
    outbox::work_once(&house.app).await.expect("outbox");
}

/// Ana's case with an answer in the outbox that resolves it, or does not.
async fn answering(house: &House, resolve: bool) -> (Actor, CaseId) {
    house.accept(vec![event(addressed("1", "ana", "se perdió mi maleta"))]).await;
    let agent = house.user("Luisa", Role::Agent).await;
    let case: CaseId = house.only_case(&agent).await.row.id.into();
    let conversation = cases::detail::detail(&house.app, &agent, case).await.expect("detail").conversations[0].row.id;
    let answer = NewAnswer { resolve, ..house::answer(house, conversation, "ya la encontramos") };
    answers::send(&house.app, &agent, case, answer).await.expect("send");
    (agent, case)
}

on_both!(what_comes_while_the_answer_is_under_way_goes_on_waiting_and_keeps_the_case_open, house => {
    let (_, case) = answering(&house, true).await;
    house.clock.forward(1);
    let at = house.app.now().as_micros();
    house.accept(vec![event(addressed("2", "ana", "además se dañó otra maleta"))]).await;
    house.clock.forward(1);
    house.accept(vec![event(addressed("3", "ana", "¿hola?"))]).await;
    send_out(&house).await;
    assert_eq!(house.network.sent().len(), 1);
    let row = stored(&house, case).await;
    assert_eq!((row.state.as_str(), row.waiting_since), ("open", Some(at)), "it waits since the first word nobody answered");
    let kinds: Vec<String> = ledger(&house, case).await.into_iter().map(|change| change.kind).collect();
    assert!(kinds.contains(&"kept_open".to_owned()) && !kinds.contains(&"resolved".to_owned()), "{kinds:?}");
});

on_both!(an_answer_that_does_not_resolve_leaves_the_later_message_waiting, house => {
    let (agent, case) = answering(&house, false).await;
    house.clock.forward(1);
    let at = house.app.now().as_micros();
    house.accept(vec![event(addressed("2", "ana", "además se dañó otra maleta"))]).await;
    send_out(&house).await;
    assert_eq!(stored(&house, case).await.waiting_since, Some(at));
    assert!(!ledger(&house, case).await.iter().any(|change| change.kind == "kept_open"), "nothing was to be resolved");
    let conversation = cases::detail::detail(&house.app, &agent, case).await.expect("detail").conversations[0].row.id;
    let last = NewAnswer { resolve: true, ..house::answer(&house, conversation, "esa también") };
    answers::send(&house.app, &agent, case, last).await.expect("send");
    send_out(&house).await;
    let row = stored(&house, case).await;
    assert_eq!((row.state.as_str(), row.waiting_since), ("resolved", None), "an answer after it answers it");
});

on_both!(a_strangers_word_keeps_no_case_open, house => {
    let (_, case) = answering(&house, true).await;
    house.clock.forward(1);
    house.accept(vec![event(reply("2", "hugo", "jaja qué payaso"))]).await;
    send_out(&house).await;
    let row = stored(&house, case).await;
    assert_eq!((row.state.as_str(), row.waiting_since, row.excerpt.as_str()), ("resolved", None, "se perdió mi maleta"));
});

on_both!(a_stranger_joins_the_thread_of_an_open_case_and_nothing_else, house => {
    house.monitor("Marca", "mirasol").await;
    let (agent, case) = answering(&house, false).await;
    send_out(&house).await;
    let before = stored(&house, case).await;
    house.clock.forward(60);
    house.accept(vec![event(reply("2", "hugo", "jaja qué payaso")), event(reply("3", "eva", "mirasol es así"))]).await;
    assert_eq!(stored(&house, case).await, before, "no clock, no first words, no activity");
    let edited = IncomingPost { revised_at: Some(Timestamp::from_seconds(2_000)), ..reply("2", "hugo", "perdón") };
    house.accept(vec![event(edited)]).await;
    assert_eq!(stored(&house, case).await.excerpt, "se perdió mi maleta", "nor do an edit's");
    let detail = cases::detail::detail(&house.app, &agent, case).await.expect("detail");
    assert_eq!(detail.thread.iter().filter(|item| matches!(item, ThreadItem::Post(_))).count(), 4, "all of it stands in the thread");
    house.accept(vec![event(IncomingPost { addressed: true, ..reply("4", "hugo", "¿y a mí quién me responde?") })]).await;
    let row = stored(&house, case).await;
    assert_eq!((row.waiting_since, row.excerpt.as_str()), (Some(house.app.now().as_micros()), "¿y a mí quién me responde?"));
    assert_eq!(house.count("care_case").await, 1);
});

async fn complaints_rule(house: &House) -> Uuid {
    let complaints = house.department("complaints").await;
    let actions =
        Actions { department_id: Some(complaints), priority: Some(Priority::Urgent), tags: vec!["queja".into()], ..Default::default() };
    house.rule("Quejas", Conditions { query: Some("reembolso".into()), ..Default::default() }, actions).await;
    complaints.0
}

on_both!(a_complaint_after_a_greeting_reaches_its_department_with_its_priority, house => {
    let complaints = complaints_rule(&house).await;
    let (luis, jefa) = (house.user_of("Luis", Role::Agent, "sales").await, house.user("Jefa", Role::Supervisor).await);
    house.ready(&luis).await;
    house.accept(vec![event(addressed("1", "ana", "hola buenas"))]).await;
    offers::turn(&house.app).await.expect("turn");
    assert_eq!(offers::mine(&house.app, &luis).await.expect("offers").len(), 1);
    house.accept(vec![event(addressed("2", "ana", "perdieron mi paquete, reembolso ya"))]).await;
    let row = house.only_case(&jefa).await.row;
    assert_eq!((row.department_id, row.priority.as_str(), row.tags.as_str()), (Some(complaints), "urgent", "[\"queja\"]"));
    assert_eq!(row.reason.as_deref(), Some("Quejas"));
    assert!(row.why.contains("Quejas"), "{}", row.why);
    let changes = ledger(&house, row.id.into()).await;
    for kind in ["moved", "prioritised"] {
        let change = changes.iter().find(|change| change.kind == kind).expect(kind);
        assert_eq!((change.actor_id, change.actor.as_str()), (None, "system"));
        assert!(change.detail.contains("Quejas"), "{}", change.detail);
    }
    assert!(cases::list(&house.app, &luis, FolderName::All, None, 10).await.expect("list").0.is_empty(), "sales no longer sees it");
    assert!(offers::mine(&house.app, &luis).await.expect("offers").is_empty(), "nor is it offered to them");
});

on_both!(a_rule_never_lowers_nor_changes_what_a_person_set, house => {
    complaints_rule(&house).await;
    let sales = house.department("sales").await;
    let low = Actions { priority: Some(Priority::Low), ..Default::default() };
    house.rule("Saludos", Conditions { query: Some("buenas".into()), ..Default::default() }, low).await;
    let jefa = house.user("Jefa", Role::Supervisor).await;
    house.accept(vec![event(addressed("1", "ana", "hola"))]).await;
    let case: CaseId = house.only_case(&jefa).await.row.id.into();
    house.accept(vec![event(addressed("2", "ana", "buenas"))]).await;
    assert_eq!(stored(&house, case).await.priority, "normal", "a rule lowers nothing");
    let by_hand = change::CaseChange { priority: Some("high".into()), department_id: Some(Some(sales)), ..Default::default() };
    change::change(&house.app, &jefa, case, by_hand).await.expect("change");
    house.accept(vec![event(addressed("3", "ana", "reembolso ya"))]).await;
    let row = stored(&house, case).await;
    assert_eq!((row.department_id, row.priority.as_str(), row.tags.as_str()), (Some(sales.0), "high", "[\"queja\"]"));
});

on_both!(a_rules_department_and_priority_come_with_a_reopened_case_and_a_word_without_rules_changes_neither, house => {
    let complaints = complaints_rule(&house).await;
    let low = Actions { priority: Some(Priority::Low), ..Default::default() };
    house.rule("Saludos", Conditions { query: Some("buenas".into()), ..Default::default() }, low).await;
    let jefa = house.user("Jefa", Role::Supervisor).await;
    house.accept(vec![event(addressed("1", "ana", "buenas"))]).await;
    let case: CaseId = house.only_case(&jefa).await.row.id.into();
    house.accept(vec![event(IncomingPost { addressed: true, ..reply("2", "ana", "¿hay alguien?") })]).await;
    assert_eq!(stored(&house, case).await.priority, "low", "no rule spoke of it");
    let resolved = change::CaseChange { state: Some("resolved".into()), ..Default::default() };
    change::change(&house.app, &jefa, case, resolved).await.expect("resolve");
    house.accept(vec![event(IncomingPost { addressed: true, ..reply("3", "ana", "reembolso ya") })]).await;
    let row = stored(&house, case).await;
    assert_eq!((row.state.as_str(), row.department_id, row.priority.as_str()), ("open", Some(complaints), "urgent"));
});
