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
use tertulia_store::post::NewAttachment;
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
