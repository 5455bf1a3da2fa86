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
