//! People at work while another transaction is in the way, on PostgreSQL: SQLite has one writer, so nobody ever is.

use crate::support::{House, house};
use std::time::Duration;
use tertulia_app::{Actor, posts};
use tertulia_kernel::event::Event;
use tertulia_policy::Role;
use tertulia_store::{Tx, channel::ChannelRow, conversation::ConversationRow};
use uuid::Uuid;

/// An agent, and a post that no monitor caught and that is kept for a while.
async fn kept_for_a_while(house: &House) -> (Actor, Uuid) {
    let mut tx = house.app.store.begin().await.expect("begin");
    let row = tx.channel(house.channel.0).await.expect("channel");
    tx.update_channel(&ChannelRow { window_days: 3, ..row }).await.expect("window");
    tx.commit().await.expect("commit");
    house.accept(vec![Event::Post(Box::new(house::post("1", "ana", "perdieron mi maleta")))]).await;
    let mut conn = house.app.store.read().await.expect("read");
    let post = conn.posts_by_external(house.channel.0, &["1".into()]).await.expect("posts").remove(0).id;
    (house.user("Luisa", Role::Agent).await, post)
}

/// Somebody who is about to open a case and holds its number: whoever opens one now waits.
async fn opening(house: &House) -> Tx {
    let mut other = house.app.store.begin().await.expect("begin");
    other.take_numbers("case", 1).await.expect("number");
    other
}

#[tokio::test]
async fn who_opens_a_case_while_the_same_thread_comes_in_is_told_of_no_trouble() {
    let house = house::postgres().await;
    let (agent, post) = kept_for_a_while(&house).await;
    let mut other = opening(&house).await;
    let (app, who) = (house.app.clone(), agent.clone());
    let person = tokio::spawn(async move { posts::open_case(&app, &who, post.into()).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    // Each waits for the other now: the database ends the one that has waited longest, which is the person's.
    let thread = ConversationRow {
        id: house.app.new_id(),
        channel_id: house.channel.0,
        thread: "1".into(),
        visibility: "public".into(),
        person_id: None,
        case_id: None,
        continues: None,
        created_at: 0,
    };
    other.insert_conversations(&[thread]).await.expect("the other one goes on");
    other.commit().await.expect("commit");
    let view = person.await.expect("ended").expect("a case, not an error");
    assert_eq!((house.count("care_case").await, house.count("conversation").await, house.count("person").await), (1, 1, 1));
    assert_eq!(house.only_case(&agent).await.row.id, view.row.id);
}

#[tokio::test]
async fn two_who_open_a_case_for_a_post_at_once_open_one() {
    let house = house::postgres().await;
    let (agent, post) = kept_for_a_while(&house).await;
    let other = opening(&house).await;
    let open = || {
        let (app, who) = (house.app.clone(), agent.clone());
        tokio::spawn(async move { posts::open_case(&app, &who, post.into()).await })
    };
    let (first, second) = (open(), open());
    tokio::time::sleep(Duration::from_millis(300)).await;
    other.commit().await.expect("commit");
    let (first, second) = (first.await.expect("ended").expect("a case"), second.await.expect("ended").expect("the same case"));
    assert_eq!(first.row.id, second.row.id);
    assert_eq!((house.count("care_case").await, house.count("conversation").await, house.count("person").await), (1, 1, 1));
}
