//! What stands beside a post's words: the stream, history, search and the command line find the same by it, and what people
//! do with a post later counts too.

use crate::support::{House, house};
use std::collections::BTreeMap;
use tertulia_app::{
    cases::{self, FolderName},
    channel::Receipt,
    monitors::{self, Form, history},
    posts::{self, Search},
    push,
};
use tertulia_kernel::{
    Timestamp,
    event::{Automatic, Counts, Event, IncomingPost},
};
use tertulia_policy::Role;
use uuid::Uuid;

/// The program's own test matches the same posts on the command line.
const POSTS: &str = include_str!("../fields/posts.jsonl");
const MONITORS: &str = include_str!("../fields/monitors.jsonl");
const MATCHES: &str = include_str!("../fields/matches.jsonl");

fn lines(text: &str) -> impl Iterator<Item = serde_json::Value> + '_ {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON"))
}

fn word(value: &serde_json::Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// Network ids of the posts each monitor should find.
fn expected() -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = lines(MONITORS).map(|line| (word(&line["id"]), Vec::new())).collect();
    for line in lines(MATCHES) {
        for monitor in line["monitors"].as_array().expect("a list") {
            found.get_mut(&word(monitor)).expect("known").push(word(&line["post"]));
        }
    }
    found
}

async fn external_ids(house: &House, ids: Vec<Uuid>) -> Vec<String> {
    let mut conn = house.app.store.read().await.expect("read");
    let mut found: Vec<String> = conn.posts(&ids).await.expect("posts").into_iter().map(|row| row.external_id).collect();
    found.sort_unstable();
    found
}

async fn matched(house: &House, monitor: Uuid) -> Vec<String> {
    let rows = house.app.store.read().await.expect("read").matches_below(monitor, i64::MAX, 100).await.expect("matches");
    external_ids(house, rows.into_iter().map(|(_, post)| post).collect()).await
}

async fn monitor_id(house: &House, name: &str) -> Uuid {
    let rows = house.app.store.read().await.expect("read").monitors().await.expect("monitors");
    rows.into_iter().find(|row| row.name == name).expect("known").id
}

on_both!(the_stream_history_and_search_find_the_same, house => {
    for line in lines(MONITORS) {
        house.monitor(&word(&line["id"]), &word(&line["query"])).await;
    }
    let posts = lines(POSTS).map(|line| IncomingPost { addressed: true, ..push::read_post(&line, Timestamp::from_seconds(1_795_262_400)).expect("good") });
    house.accept(posts.map(|post| Event::Post(Box::new(post))).collect()).await;
    let boss = house.user("Sofía", Role::Supervisor).await;
    for line in lines(MONITORS) {
        let (name, query) = (word(&line["id"]), word(&line["query"]));
        let wanted = &expected()[&name];
        assert_eq!(&matched(&house, monitor_id(&house, &name).await).await, wanted, "stream: {query}");
        let form = Form { name: format!("tarde: {name}"), query: query.clone(), enabled: true, folder: None, owner: None, note: None };
        let late = monitors::create(&house.app, &boss, form).await.expect("create").row.id;
        while history::work_once(&house.app).await.expect("a slice") {}
        assert_eq!(&matched(&house, late).await, wanted, "history: {query}");
        let search = Search { q: Some(query.clone()), limit: Some(100), ..Search::default() };
        let page = posts::search(&house.app, &boss, search).await.expect("search").items;
        assert_eq!(&external_ids(&house, page.into_iter().map(|post| post.row.id).collect()).await, wanted, "search: {query}");
    }
});

fn counted(id: &str, likes: u64) -> IncomingPost {
    IncomingPost { counts: Counts { likes: Some(likes), ..Counts::default() }, ..house::post(id, "ana", "mirasol perdió mi maleta") }
}

fn event(post: IncomingPost) -> Event {
    Event::Post(Box::new(post))
}

async fn likes(house: &House, id: &str) -> Option<u64> {
    let rows = house.app.store.read().await.expect("read").posts_by_external(house.channel.0, &[id.to_owned()]).await.expect("posts");
    rows[0].extras.counts.likes
}

on_both!(what_people_do_later_counts, house => {
    house.monitor("Viral", "mirasol likes>=10").await;
    let viral = monitor_id(&house, "Viral").await;
    let agent = house.user("Luisa", Role::Agent).await;
    // Through a list: kept, but it opens no case by itself.
    let post = |likes| IncomingPost { addressed: true, automatic: Some(Automatic::List), ..counted("1", likes) };
    house.accept(vec![event(post(3))]).await;
    assert_eq!((matched(&house, viral).await.len(), house.count("care_case").await), (0, 0));

    let again = Receipt { duplicates: 1, ..Receipt::default() };
    assert_eq!(house.accept(vec![event(post(12))]).await, again);
    assert_eq!((likes(&house, "1").await, matched(&house, viral).await), (Some(12), vec!["1".to_owned()]));
    let (rows, _) = cases::list(&house.app, &agent, FolderName::Unassigned, None, 10).await.expect("list");
    assert_eq!((rows.len(), rows[0].row.reason.as_deref()), (1, Some("Viral")), "it opens a case now, as it would have as new");

    // Once more, and what a network does not tell is not forgotten.
    assert_eq!(house.accept(vec![event(post(12))]).await, again);
    assert_eq!(house.accept(vec![event(IncomingPost { counts: Counts::default(), ..post(0) })]).await, again);
    assert_eq!((likes(&house, "1").await, house.count("care_case").await), (Some(12), 1));
    assert_eq!(house.accept(vec![event(post(4))]).await, again);
    assert_eq!((likes(&house, "1").await, matched(&house, viral).await.len()), (Some(4), 0), "it matches no longer");
    assert_eq!(house.count("post_version").await, 0);

    // An edit keeps what was counted; what comes late of before the edit does not count.
    let edited = IncomingPost { revised_at: Some(Timestamp::from_seconds(2_000)), text: "mirasol la encontró".into(), counts: Counts::default(), ..post(0) };
    house.accept(vec![event(edited)]).await;
    house.accept(vec![event(post(99))]).await;
    assert_eq!(likes(&house, "1").await, Some(4));
});

on_both!(a_post_of_the_stream_is_kept_once_enough_like_it, house => {
    house.monitor("Viral", "mirasol likes>=10").await;
    let mut tx = house.app.store.begin().await.expect("begin");
    let channel = tx.channel(house.channel.0).await.expect("channel");
    tx.update_channel(&tertulia_store::channel::ChannelRow { window_days: 2, ..channel }).await.expect("update");
    tx.commit().await.expect("commit");
    assert_eq!(house.accept(vec![event(counted("1", 3))]).await, Receipt { counted: 1, ..Receipt::default() });
    assert_eq!(house.accept(vec![event(counted("1", 5))]).await, Receipt { duplicates: 1, ..Receipt::default() });
    assert_eq!((likes(&house, "1").await, house.count("care_case").await), (Some(5), 0));
    assert_eq!(house.accept(vec![event(counted("1", 10))]).await, Receipt { stored: 1, ..Receipt::default() });
    assert_eq!((likes(&house, "1").await, house.count("care_case").await), (Some(10), 1));
    assert_eq!(house.count("post").await, 1);
});
