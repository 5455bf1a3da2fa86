//! What intake makes of events that meet: edits with deletions, rules, strangers, and people at work at the same moment.

use crate::support::{House, house};
use std::time::Duration;
use tertulia_app::{
    cases::{self, FolderName, change, thread::ThreadItem},
    rules::{Actions, Conditions},
};
use tertulia_kernel::{
    Timestamp,
    event::{Automatic, Event, IncomingPost, Media, Visibility},
};
use tertulia_policy::Role;

fn post(id: &str, text: &str) -> IncomingPost {
    house::post(id, "ana", text)
}

fn event(post: IncomingPost) -> Event {
    Event::Post(Box::new(post))
}

fn addressed(id: &str, author: &str, text: &str) -> IncomingPost {
    IncomingPost { addressed: true, ..house::post(id, author, text) }
}

fn edited(post: IncomingPost, text: &str, at: i64) -> IncomingPost {
    IncomingPost { revised_at: Some(Timestamp::from_seconds(at)), text: text.into(), ..post }
}

fn deleted(id: &str) -> Event {
    Event::Deleted { external_id: id.into(), at: Timestamp::from_seconds(5_000) }
}

on_both!(a_deletion_is_final_when_an_edit_comes_in_the_same_batch, house => {
    house.accept(vec![event(addressed("1", "ana", "mirasol público"))]).await;
    house.accept(vec![event(edited(addressed("1", "ana", ""), "mirasol secreto", 2_000)), deleted("1")]).await;
    assert_eq!((house.text("1").await.as_str(), house.found("secreto").await, house.found("publico").await), ("", 0, 0));
    assert_eq!(house.count("post_version").await, 0, "nor is an earlier text kept");
    house.accept(vec![deleted("2"), event(addressed("2", "ana", "mirasol otro"))]).await;
    assert_eq!(house.found("otro").await, 0);
});

on_both!(a_deletion_of_a_post_kept_for_a_while_is_final_too, house => {
    let mut tx = house.app.store.begin().await.expect("begin");
    let row = tx.channel(house.channel.0).await.expect("channel");
    tx.update_channel(&tertulia_store::channel::ChannelRow { window_days: 3, ..row }).await.expect("window");
    tx.commit().await.expect("commit");
    house.accept(vec![event(post("1", "sin nada"))]).await;
    house.monitor("Marca", "mirasol").await;
    house.accept(vec![event(edited(post("1", ""), "mirasol secreto", 2_000)), deleted("1")]).await;
    assert_eq!((house.count("post").await, house.found("secreto").await), (0, 0));
});

on_both!(what_an_agent_changes_while_a_message_arrives_is_kept, house => {
    house.accept(vec![event(addressed("1", "ana", "ayuda"))]).await;
    let agent = house.user("Luisa", Role::Agent).await;
    let case = house.only_case(&agent).await.row.id;
    let mut tx = house.app.store.begin().await.expect("begin");
    let mut row = tx.lock_case(case).await.expect("case");
    row.subject = Some("Maleta perdida".into());
    row.tags = "[\"vip\"]".into();
    row.state = "resolved".into();
    row.resolved_at = Some(house.app.now().as_micros());
    tx.update_case(&row).await.expect("update");
    let (app, channel) = (house.app.clone(), house.channel);
    let arriving = tokio::spawn(async move { app.accept(channel, vec![event(addressed("2", "ana", "¿hola?"))], vec![]).await });
    tokio::time::sleep(Duration::from_millis(400)).await;
    tx.commit().await.expect("commit");
    arriving.await.expect("task").expect("accept");
    let row = house.app.store.read().await.expect("read").case(case).await.expect("case");
    assert_eq!((row.subject.as_deref(), row.tags.as_str()), (Some("Maleta perdida"), "[\"vip\"]"));
    assert_eq!(row.state, "resolved", "her second thread is a matter of its own once the first is resolved");
    assert_eq!(house.count("care_case").await, 2);
});

on_both!(an_edit_replaces_the_files, house => {
    let picture = |n: u8| Media { mime: "image/png".into(), name: None, alt: None, url: Some(format!("https://a.test/{n}.png")), bytes: None };
    let first = IncomingPost { media: vec![picture(1)], ..addressed("1", "ana", "mira") };
    house.accept(vec![event(first.clone())]).await;
    let again = IncomingPost { media: vec![picture(2)], ..edited(first, "mira", 2_000) };
    assert_eq!(house.accept(vec![event(again.clone())]).await.changed, 1);
    assert_eq!(house.accept(vec![event(again)]).await.duplicates, 1);
    let mut conn = house.app.store.read().await.expect("read");
    let row = conn.posts_by_external(house.channel.0, &["1".into()]).await.expect("post").remove(0);
    let files = conn.attachments_of(&[row.id]).await.expect("files");
    assert_eq!(files.iter().filter_map(|file| file.url.as_deref()).collect::<Vec<_>>(), ["https://a.test/2.png"]);
});

on_both!(a_kept_post_edited_into_a_complaint_is_decided_again, house => {
    house.rule("gracias", Conditions { query: Some("gracias".into()), ..Default::default() }, Actions { open_case: Some(false), ..Default::default() }).await;
    house.accept(vec![event(addressed("1", "ana", "gracias por todo"))]).await;
    assert_eq!(house.count("care_case").await, 0);
    house.accept(vec![event(edited(addressed("1", "ana", ""), "perdieron mi maleta", 2_000))]).await;
    let boss = house.user("Jefa", Role::Supervisor).await;
    let case = house.only_case(&boss).await;
    assert_eq!(case.row.excerpt, "perdieron mi maleta");
    let detail = cases::detail::detail(&house.app, &boss, case.row.id.into()).await.expect("detail");
    assert!(detail.thread.iter().any(|item| matches!(item, ThreadItem::Post(_))), "the post is in its thread");
});

on_both!(a_person_is_found_by_a_changed_handle, house => {
    house.accept(vec![event(addressed("1", "ana", "hola"))]).await;
    let mut renamed = addressed("2", "ana", "hola otra vez");
    renamed.author.handle = "anabelkarenina".into();
    renamed.author.name = Some("Anabel".into());
    house.accept(vec![event(renamed)]).await;
    let mut conn = house.app.store.read().await.expect("read");
    for word in ["anabelkarenina", "anabel"] {
        assert_eq!(conn.find_people(&[word.into()], None, i64::MAX, 10).await.expect("search").len(), 1, "{word}");
    }
});

on_both!(our_answer_given_on_the_network_itself_stops_the_clock, house => {
    house.accept(vec![event(addressed("1", "ana", "ayuda"))]).await;
    let agent = house.user("Luisa", Role::Agent).await;
    assert!(house.only_case(&agent).await.row.waiting_since.is_some());
    house.clock.forward(60);
    let ours = IncomingPost { own: true, in_reply_to: Some("1".into()), occurred_at: Timestamp::from_seconds(1_100), ..house::post("2", "us", "ya vamos") };
    house.accept(vec![event(ours)]).await;
    let row = house.only_case(&agent).await.row;
    assert_eq!((row.waiting_since, row.activity_at), (None, house.app.now().as_micros()));
    house.accept(vec![event(IncomingPost { in_reply_to: Some("2".into()), occurred_at: Timestamp::from_seconds(1_300), ..addressed("3", "ana", "¿y?") })]).await;
    let late = IncomingPost { own: true, in_reply_to: Some("1".into()), occurred_at: Timestamp::from_seconds(1_200), ..house::post("4", "us", "sí") };
    house.accept(vec![event(late)]).await;
    assert!(house.only_case(&agent).await.row.waiting_since.is_some(), "it answers nothing that was written after it");
});

on_both!(a_rule_keeps_a_reply_from_reopening_and_a_stranger_reopens_nothing, house => {
    house.rule("gracias", Conditions { query: Some("gracias".into()), ..Default::default() }, Actions { open_case: Some(false), ..Default::default() }).await;
    let (agent, case, answer) = house.answered("listo").await;
    house.clock.forward(60);
    tertulia_app::answers::outbox::work_once(&house.app).await.expect("outbox");
    let resolved = change::CaseChange { state: Some("resolved".into()), ..Default::default() };
    change::change(&house.app, &agent, case, resolved).await.expect("resolve");
    let reply = |id: &str, author: &str, text: &str| IncomingPost { in_reply_to: Some(format!("net-{answer}")), ..house::post(id, author, text) };
    house.accept(vec![event(IncomingPost { addressed: true, ..reply("2", "ana", "¡gracias!") })]).await;
    house.accept(vec![event(reply("3", "troll", "a mí también"))]).await;
    house.clock.forward(30 * 86_400);
    house.accept(vec![event(reply("4", "troll", "y sigo"))]).await;
    let (rows, _) = cases::list(&house.app, &agent, FolderName::All, None, 10).await.expect("list");
    assert!(rows.is_empty(), "still resolved, and nothing new");
    let detail = cases::detail::detail(&house.app, &agent, case).await.expect("detail");
    let posts = detail.thread.iter().filter(|item| matches!(item, ThreadItem::Post(_))).count();
    assert_eq!(posts, 5, "all of it stands in the thread");
    house.accept(vec![event(IncomingPost { addressed: true, ..reply("5", "ana", "falta mi maleta") })]).await;
    assert_eq!(cases::list(&house.app, &agent, FolderName::All, None, 10).await.expect("list").0.len(), 1, "she is heard");
});

on_both!(a_strangers_private_message_is_not_the_customers_conversation, house => {
    let (agent, case, _) = house.answered("te escribimos").await;
    let stranger = IncomingPost { visibility: Visibility::Private, in_reply_to: Some("1".into()), ..addressed("2", "troll", "psst") };
    house.accept(vec![event(stranger)]).await;
    let detail = cases::detail::detail(&house.app, &agent, case).await.expect("detail");
    let public = detail.conversations.iter().find(|one| one.row.visibility == "public").expect("public").row.id;
    let private = tertulia_app::answers::NewAnswer { visibility: Visibility::Private, ..house::answer(&house, public, "tu reserva es 1234") };
    let id = private.id;
    tertulia_app::answers::send(&house.app, &agent, case, private).await.expect("send");
    let mut conn = house.app.store.read().await.expect("read");
    let row = conn.answer(id.0).await.expect("answer");
    let conversation = conn.conversation(row.conversation_id).await.expect("conversation");
    let person = conn.case(case.0).await.expect("case").person_id;
    assert_eq!(conversation.person_id, Some(person));
});

on_both!(a_department_that_a_rule_names_stays, house => {
    let complaints = house.department("complaints").await;
    house.rule("quejas", Conditions::default(), Actions { department_id: Some(complaints), ..Default::default() }).await;
    let boss = house.user_of("Jefa", Role::Administrator, "sales").await;
    let error = tertulia_app::staff::departments::delete(&house.app, &boss, complaints).await.expect_err("in use");
    assert_eq!(error.code, "in_use");
    assert!(error.message.contains("quejas"), "{}", error.message);
});

on_both!(a_rule_that_names_a_department_that_is_gone_stops_no_post, house => {
    let gone = tertulia_kernel::DepartmentId(house.app.new_id());
    let mut tx = house.app.store.begin().await.expect("begin");
    let rule = tertulia_store::monitor::RuleRow {
        id: house.app.new_id(), position: 1, name: "vieja".into(), enabled: true, conditions: "{}".into(),
        actions: serde_json::json!({"department_id": gone, "priority": "high"}).to_string(), sample: false,
    };
    tx.save_rule(&rule).await.expect("rule");
    house.app.touch_listening(&mut tx, &tertulia_app::listening::Changed::Everything).await.expect("touch");
    tx.commit().await.expect("commit");
    assert_eq!(house.accept(vec![event(addressed("1", "ana", "ayuda"))]).await.stored, 1);
    let boss = house.user("Jefa", Role::Supervisor).await;
    let row = house.only_case(&boss).await.row;
    assert_eq!((row.department_id, row.priority.as_str()), (None, "high"));
});

on_both!(a_mail_through_a_list_is_kept_and_a_programs_wakes_no_case, house => {
    let automatic = |id: &str, author: &str, how, text: &str| IncomingPost { automatic: Some(how), ..addressed(id, author, text) };
    assert_eq!(house.accept(vec![event(automatic("91", "eva", Automatic::List, "mi pedido no llega"))]).await.stored, 1);
    assert_eq!((house.found("pedido").await, house.count("care_case").await), (1, 0));
    let (agent, case, answer) = house.answered("listo").await;
    let resolved = change::CaseChange { state: Some("resolved".into()), ..Default::default() };
    change::change(&house.app, &agent, case, resolved).await.expect("resolve");
    let absent = IncomingPost { in_reply_to: Some(format!("answer-{answer}")), ..automatic("3", "ana", Automatic::Machine, "estoy de vacaciones") };
    house.accept(vec![event(absent)]).await;
    let row = house.app.store.read().await.expect("read").case(case.0).await.expect("case");
    assert_eq!((row.state.as_str(), row.waiting_since), ("resolved", None));
    house.rule("soporte", Conditions { query: Some("pedido".into()), ..Default::default() }, Actions { open_case: Some(true), ..Default::default() }).await;
    house.accept(vec![event(automatic("4", "leo", Automatic::List, "mi pedido tampoco"))]).await;
    assert_eq!(house.only_case(&agent).await.person.row.name, "Leo");
});

on_both!(who_hands_events_in_hears_which_were_set_aside, house => {
    let huge = addressed("2", "ana", &"mirasol ".repeat(60_000));
    let events = vec![event(addressed("1", "ana", "a")), event(huge), event(addressed("3", "ana", "b"))];
    let (receipt, aside) = house.app.accept_and_tell(house.channel, events, vec![]).await.expect("accept");
    assert_eq!((receipt.stored, aside.len(), aside[0].0), (2, 1, 1));
});

on_both!(removing_the_sample_keeps_what_a_rule_of_the_company_names, house => {
    house.monitor("De la muestra", "mirasol").await;
    house.monitor("Otro de la muestra", "otro").await;
    let mut tx = house.app.store.begin().await.expect("begin");
    for row in tx.monitors().await.expect("monitors") {
        tx.delete_monitor(row.id).await.expect("delete");
        tx.insert_monitor(&tertulia_store::monitor::MonitorRow { sample: true, ..row }).await.expect("insert");
    }
    tx.commit().await.expect("commit");
    let named = house.app.store.read().await.expect("read").monitors().await.expect("monitors").remove(0);
    house.rule("propia", Conditions { monitor_ids: vec![named.id.into()], ..Default::default() }, Actions { open_case: Some(true), ..Default::default() }).await;
    tertulia_app::sample::remove(&house.app, None, |_| {}).await.expect("removed");
    let left = house.app.store.read().await.expect("read").monitors().await.expect("monitors");
    assert_eq!(left.iter().map(|row| (row.id, row.sample)).collect::<Vec<_>>(), [(named.id, false)]);
});
