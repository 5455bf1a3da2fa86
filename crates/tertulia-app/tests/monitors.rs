//! Monitors at work, on both databases: a pass over history finds what the stream would have found, whatever happens on
//! its way; versions, folders, what people throw out.

mod support;

use std::time::Duration;
use support::{House, house};
use tertulia_app::{
    Actor, Kind,
    monitors::{self, Form, Listing, MonitorView, discards, duplicates, folders, history, noise, versions},
    posts::{self, Search},
    view::PostView,
};
use tertulia_kernel::{
    MonitorId, PostId, Timestamp,
    event::{Event, IncomingPost},
};
use tertulia_policy::Role;
use tertulia_store::{channel::ChannelRow, history::HistoryRow};
use uuid::Uuid;

/// Runs a case on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($name:ident, $house:ident => $body:block) => {
        mod $name {
            //! One promise, on both databases.
            use super::*;
            async fn check($house: House) $body
            #[tokio::test]
            async fn sqlite() { check(house::sqlite().await).await }
            #[tokio::test]
            async fn postgres() { check(house::postgres().await).await }
        }
    };
}

/// Queries of every kind the language has.
const QUERIES: [&str; 20] = [
    "mirasol",
    "mirasol NOT promo",
    "(mirasol OR iberia) AND (maleta OR vuelo)",
    "male*",
    "\"no llega\"",
    "mirasol NEAR/2 maleta",
    "maleta ONEAR/3 vuelo",
    "\"vuelo maleta\"~3",
    "#promo OR @ana",
    "año",
    "lang:es",
    "followers>=500 AND (vuelo OR promo)",
    "{Iberia}",
    "🌻 OR author:p3",
    "2 OF (mirasol, maleta, vuelo)",
    "ATLEAST/2 maleta*",
    "maleta SENTENCE vuelo",
    "*leta",
    "(mirasol OR vuelo) in:title",
    "mirasol EXCEPT \"mirasol promo\"",
];
const WORDS: [&str; 24] = [
    "mirasol", "iberia", "Iberia", "maleta", "maletas", "vuelo", "promo", "#promo", "@ana", "no", "llega", "año", "ano", "hoy", "que",
    "buen", "día", "🌻", "gracias", "malo", "otro", "siempre", "nunca", "mañana",
];

/// Posts of a seeded stream: some addressed to us, some only kept because a monitor wants them, some ours.
fn stream(count: usize) -> Vec<IncomingPost> {
    let mut state = 7u64;
    let mut below = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    let post = |n: usize, below: &mut dyn FnMut(u64) -> u64| {
        let text: Vec<&str> = (0..3 + below(9)).map(|_| WORDS[(below(24) * below(24) / 23) as usize]).collect();
        let mut post = house::post(&format!("{n}"), &format!("p{}", below(9)), &text.join(" "));
        post.lang = (below(3) > 0).then(|| if below(2) == 0 { "es".to_owned() } else { "pt".to_owned() });
        post.author.followers = Some(below(1_000));
        post.title = (below(6) == 0).then(|| WORDS[below(24) as usize].to_owned());
        post.addressed = below(2) == 0;
        post.own = below(12) == 0;
        post
    };
    (0..count).map(|n| post(n, &mut below)).collect()
}

fn events(posts: &[IncomingPost]) -> Vec<Event> {
    posts.iter().map(|post| Event::Post(Box::new(post.clone()))).collect()
}

fn form(name: &str, query: &str) -> Form {
    Form { name: name.into(), query: query.into(), enabled: true, folder: None, owner: None, note: None }
}

/// Takes in a stream with edits and deletions, in batches.
async fn fill(house: &House, count: usize) {
    let posts = stream(count);
    for batch in posts.chunks(100) {
        house.accept(events(batch)).await;
        house.clock.forward(60);
    }
    let edited: Vec<IncomingPost> = posts
        .iter()
        .step_by(7)
        .map(|post| IncomingPost {
            text: format!("{} maleta", post.text),
            revised_at: Some(Timestamp::from_seconds(2_000)),
            ..post.clone()
        })
        .collect();
    house.accept(events(&edited)).await;
    let gone = |post: &IncomingPost| Event::Deleted { external_id: post.external_id.clone(), at: Timestamp::from_seconds(3_000) };
    house.accept(posts.iter().step_by(11).map(gone).collect()).await;
}

async fn matched(house: &House, monitor: Uuid) -> Vec<Uuid> {
    let mut conn = house.app.store.read().await.expect("read");
    conn.matches_below(monitor, i64::MAX, 1_000_000).await.expect("matches").into_iter().map(|(_, post)| post).collect()
}

async fn work(house: &House) {
    while history::work_once(&house.app).await.expect("a slice") {}
}

async fn pass(house: &House, monitor: &MonitorView) -> HistoryRow {
    house.app.store.read().await.expect("read").history(monitor.row.id).await.expect("read").expect("a pass")
}

async fn monitor_id(house: &House, name: &str) -> Uuid {
    let rows = house.app.store.read().await.expect("read").monitors().await.expect("monitors");
    rows.into_iter().find(|row| row.name == name).expect("known").id
}

async fn create(house: &House, actor: &Actor, name: &str, query: &str) -> MonitorView {
    monitors::create(&house.app, actor, form(name, query)).await.expect("create")
}

async fn listed(house: &House, actor: &Actor, monitor: Uuid, discarded: Option<bool>) -> Vec<PostView> {
    let search = Search { monitor: Some(monitor.into()), discarded, limit: Some(100), ..Search::default() };
    posts::search(&house.app, actor, search).await.expect("list").items
}

async fn whys(house: &House, post: Uuid, step: &str) -> Vec<String> {
    let steps = house.app.store.read().await.expect("read").steps(post).await.expect("steps");
    steps.into_iter().filter(|row| row.step == step).map(|row| row.why).collect()
}

async fn steps(house: &House, post: Uuid, step: &str) -> usize {
    whys(house, post, step).await.len()
}

on_both!(a_late_monitor_finds_what_the_stream_would_have_given_it, house => {
    for (n, query) in QUERIES.iter().enumerate() {
        house.monitor(&format!("temprano {n}"), query).await;
    }
    fill(&house, 1_500).await;
    let cases = house.count("care_case").await;
    let boss = house.user("Sofía", Role::Supervisor).await;
    for (n, query) in QUERIES.iter().enumerate() {
        let late = create(&house, &boss, &format!("tardío {n}"), query).await;
        assert_eq!(pass(&house, &late).await.state, "queued");
        work(&house).await;
        let early = matched(&house, monitor_id(&house, &format!("temprano {n}")).await).await;
        assert!(!early.is_empty(), "{query} finds something");
        assert_eq!(matched(&house, late.row.id).await, early, "{query}");
        let done = pass(&house, &late).await;
        assert_eq!((done.state.as_str(), done.added, done.matched, done.removed), ("done", early.len() as i64, early.len() as i64, 0));
        assert!(done.total == Some(done.looked_at) && done.finished_at.is_some() || done.total.is_none(), "{done:?}");
        let why = whys(&house, early[0], "matched").await;
        assert_eq!(why.iter().filter(|why| why.contains(&format!("[\"tardío {n}\"]")) && why.contains("\"history\":true")).count(), 1);
    }
    assert_eq!(house.count("care_case").await, cases, "history opens no cases");
    assert_eq!(house.count("job").await, 0);
});

on_both!(another_query_takes_off_what_it_does_not_give, house => {
    for (n, query) in QUERIES.iter().enumerate() {
        house.monitor(&format!("temprano {n}"), query).await;
    }
    fill(&house, 800).await;
    let boss = house.user("Sofía", Role::Supervisor).await;
    let one = create(&house, &boss, "cambia", QUERIES[0]).await;
    let id: MonitorId = one.row.id.into();
    for (n, query) in QUERIES.iter().enumerate().skip(1).chain([(0, &QUERIES[0])]) {
        work(&house).await;
        let before = matched(&house, id.0).await;
        monitors::change(&house.app, &boss, id, form("cambia", query)).await.expect("change");
        work(&house).await;
        let want = matched(&house, monitor_id(&house, &format!("temprano {n}")).await).await;
        assert_eq!(matched(&house, id.0).await, want, "{query}");
        let pass = pass(&house, &one).await;
        let gone = before.iter().filter(|post| !want.contains(post)).collect::<Vec<_>>();
        assert_eq!(pass.removed as usize, gone.len(), "{query}");
        if let Some(gone) = gone.first() {
            assert!(steps(&house, **gone, "unmatched").await > 0);
        }
    }
});

on_both!(a_pass_that_is_killed_goes_on_and_does_nothing_twice, house => {
    for (n, query) in QUERIES.iter().enumerate() {
        house.monitor(&format!("temprano {n}"), query).await;
    }
    fill(&house, 1_500).await;
    let boss = house.user("Sofía", Role::Supervisor).await;
    let late = create(&house, &boss, "tardío", "lang:es").await;
    let (mut killed, mut wait) = (0, 1);
    loop {
        // Dropped wherever it stands, as a kill does; its claim must run out before it is taken up again.
        let ended = tokio::time::timeout(Duration::from_millis(wait), history::work_once(&house.app)).await;
        killed += usize::from(ended.is_err());
        house.clock.forward(16);
        wait += 3;
        let now = pass(&house, &late).await;
        if now.state == "done" {
            assert_eq!(now.added as usize, matched(&house, late.row.id).await.len());
            break;
        }
    }
    assert!(killed > 0, "it was killed at least once");
    let early = matched(&house, monitor_id(&house, "temprano 10").await).await;
    assert_eq!(matched(&house, late.row.id).await, early);
    for post in early.iter().step_by(20) {
        let why = whys(&house, *post, "matched").await;
        assert_eq!(why.iter().filter(|why| why.contains("\"history\":true")).count(), 1);
    }
    assert_eq!(house.count("job").await, 0);
});

on_both!(a_claim_is_respected_until_it_runs_out_and_useless_afterwards, house => {
    house.accept(events(&stream(50).into_iter().map(|post| IncomingPost { addressed: true, ..post }).collect::<Vec<_>>())).await;
    let boss = house.user("Sofía", Role::Supervisor).await;
    let late = create(&house, &boss, "tardío", "maleta").await;
    let now = house.app.now();
    let mut tx = house.app.store.begin().await.expect("begin");
    let mine = tx.claim_job("monitor.history", now.as_micros(), now.plus_seconds(15).as_micros()).await.expect("claim").expect("queued");
    tx.commit().await.expect("commit");
    assert!(!history::work_once(&house.app).await.expect("looked"), "somebody else has it");
    house.clock.forward(16);
    work(&house).await;
    assert_eq!(pass(&house, &late).await.state, "done");
    let mut tx = house.app.store.begin().await.expect("begin");
    assert!(!tx.hold_job(mine.id, mine.attempts, 0, None).await.expect("asked"), "the old claim writes nothing any more");
});

on_both!(a_pass_can_be_cancelled_and_asked_for_again, house => {
    house.accept(events(&stream(300).into_iter().map(|post| IncomingPost { addressed: true, ..post }).collect::<Vec<_>>())).await;
    let (boss, agent) = (house.user("Sofía", Role::Supervisor).await, house.user("Luisa", Role::Agent).await);
    let late = create(&house, &boss, "tardío", "vuelo").await;
    let id: MonitorId = late.row.id.into();
    assert_eq!(history::cancel(&house.app, &agent, id).await.expect_err("may not").kind, Kind::Forbidden);
    assert_eq!(history::cancel(&house.app, &boss, id).await.expect("cancel").state, "cancelled");
    work(&house).await;
    assert_eq!(matched(&house, id.0).await.len(), 0);
    assert_eq!(history::apply(&house.app, &boss, id).await.expect("apply").state, "queued");
    work(&house).await;
    assert!(!matched(&house, id.0).await.is_empty());
    assert_eq!(history::cancel(&house.app, &boss, id).await.expect("too late").state, "done");
    // Switched off it is not applied; switched on again it is.
    monitors::change(&house.app, &boss, id, Form { enabled: false, ..form("tardío", "maleta") }).await.expect("off");
    work(&house).await;
    assert_eq!(history::apply(&house.app, &boss, id).await.expect_err("off").code, "monitor_off");
    let before = matched(&house, id.0).await;
    monitors::change(&house.app, &boss, id, form("tardío", "maleta")).await.expect("on");
    work(&house).await;
    assert_ne!(matched(&house, id.0).await, before);
    // Deleted in the middle of its pass it leaves no work behind.
    history::apply(&house.app, &boss, id).await.expect("apply");
    monitors::delete(&house.app, &boss, id).await.expect("delete");
    assert_eq!((house.count("job").await, house.count("monitor_history").await, house.count("monitor_version").await), (0, 0, 0));
    assert!(!history::work_once(&house.app).await.expect("nothing"));
});

on_both!(what_was_kept_for_a_while_stays_when_a_late_monitor_wants_it, house => {
    let mut tx = house.app.store.begin().await.expect("begin");
    let row = tx.channel(house.channel.0).await.expect("channel");
    tx.update_channel(&ChannelRow { window_days: 7, ..row }).await.expect("window");
    tx.commit().await.expect("commit");
    let kept = house.accept(events(&[house::post("1", "ana", "perdieron mi maleta"), house::post("2", "luis", "qué lindo día")])).await;
    assert_eq!((kept.stored, kept.counted), (0, 2));
    let boss = house.user("Sofía", Role::Supervisor).await;
    let late = create(&house, &boss, "tardío", "maleta").await;
    work(&house).await;
    house.clock.forward(8 * 86_400);
    let mut tx = house.app.store.begin().await.expect("begin");
    assert_eq!(tx.expire(house.app.now().as_micros(), 10).await.expect("expire"), 1);
    tx.commit().await.expect("commit");
    let found = listed(&house, &boss, late.row.id, None).await;
    assert_eq!((found.len(), found[0].row.text.as_str(), found[0].row.keep_until), (1, "perdieron mi maleta", None));
    assert_eq!(found[0].matches[0].ranges, [[13, 19]]);
});

on_both!(versions_say_who_and_why_and_come_back, house => {
    let boss = house.user("Sofía", Role::Supervisor).await;
    let note = Some(" también equipaje ".to_owned());
    let one = create(&house, &boss, "Maletas", "iberia maleta").await;
    let id: MonitorId = one.row.id.into();
    monitors::change(&house.app, &boss, id, Form { note, ..form("Maletas", "iberia (maleta OR equipaje)") }).await.expect("change");
    // Neither a folder nor the switch makes a version.
    let moved = Form { folder: Some(" Marca // Vuelos ".into()), enabled: false, ..form("Maletas", "iberia (maleta OR equipaje)") };
    let moved = monitors::change(&house.app, &boss, id, moved).await.expect("move");
    assert_eq!((moved.row.version, moved.row.folder.as_str(), moved.owner.as_deref()), (2, "Marca/Vuelos", Some("Sofía")));
    let back = versions::restore(&house.app, &boss, id, 1, None).await.expect("restore");
    assert_eq!((back.row.query.as_str(), back.row.version, back.row.folder.as_str()), ("iberia maleta", 3, "Marca/Vuelos"));
    let page = versions::list(&house.app, &boss, id, None, Some(2)).await.expect("versions");
    assert_eq!(page.items.iter().map(|row| (row.number, row.restored_from)).collect::<Vec<_>>(), [(3, Some(1)), (2, None)]);
    assert_eq!((page.items[1].actor.as_str(), page.items[1].note.as_deref()), ("Sofía", Some("también equipaje")));
    let last = versions::list(&house.app, &boss, id, page.next.as_deref(), Some(2)).await.expect("versions");
    assert_eq!((last.items.len(), last.next), (1, None));
    let changed = versions::difference(&house.app, &boss, id, 1, 2).await.expect("difference");
    let text = |op| changed.query.iter().filter(|piece| piece.op != op).map(|piece| piece.text.as_str()).collect::<String>();
    assert_eq!((text("added"), text("removed")), ("iberia maleta".to_owned(), "iberia (maleta OR equipaje)".to_owned()));
    assert_eq!(versions::difference(&house.app, &boss, id, 1, 9).await.expect_err("unknown").kind, Kind::NotFound);
});

on_both!(folders_hold_what_is_below_and_move_with_it, house => {
    let boss = house.user("Sofía", Role::Supervisor).await;
    for (name, folder) in [("a", "Marca"), ("b", "Marca/Vuelos"), ("c", "Marca_2"), ("d", "")] {
        let form = Form { folder: Some(folder.into()), ..form(name, "iberia") };
        monitors::create(&house.app, &boss, form).await.expect("create");
    }
    let names = async |listing: Listing| {
        let found = monitors::list(&house.app, &boss, &listing).await.expect("list");
        found.into_iter().map(|view| view.row.name).collect::<Vec<_>>()
    };
    let within = |folder: &str| Listing { folder: Some(folder.into()), ..Listing::default() };
    assert_eq!(names(within("Marca")).await, ["a", "b"]);
    assert_eq!(names(Listing { limit: Some(2), after: Some(1), ..Listing::default() }).await, ["b", "c"]);
    assert_eq!(names(Listing { q: Some("IBÉRIA".into()), owner: Some(boss.id), ..Listing::default() }).await.len(), 4);
    assert_eq!(folders::rename(&house.app, &boss, "Marca", "Líneas/Aéreas").await.expect("move"), 2);
    assert_eq!(names(within("Líneas")).await, ["a", "b"]);
    assert_eq!(folders::rename(&house.app, &boss, "Líneas/Aéreas", "").await.expect("move"), 2);
    let all = folders::list(&house.app, &boss).await.expect("folders");
    assert_eq!(all, [(String::new(), 2), ("Marca_2".to_owned(), 1), ("Vuelos".to_owned(), 1)]);
    assert_eq!(folders::rename(&house.app, &boss, "Vuelos", "Vuelos/Más").await.expect_err("into itself").fields[0].code, "out_of_range");
});

on_both!(noise_is_thrown_out_taken_back_and_explained, house => {
    let texts = ["iberia sorteo gratis", "iberia sorteo ya", "gran sorteo de iberia", "iberia perdió mi maleta", "iberia no responde", "maleta rota iberia"];
    let posts: Vec<IncomingPost> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| IncomingPost { addressed: true, ..house::post(&n.to_string(), &format!("p{n}"), text) })
        .collect();
    house.accept(events(&posts)).await;
    let (boss, agent) = (house.user("Sofía", Role::Supervisor).await, house.user("Luisa", Role::Agent).await);
    let one = create(&house, &boss, "Iberia", "iberia").await;
    work(&house).await;
    let id: MonitorId = one.row.id.into();
    let all = listed(&house, &boss, id.0, None).await;
    let noise: Vec<PostId> = all.iter().filter(|post| post.row.text.contains("sorteo")).map(|post| post.row.id.into()).collect();
    assert_eq!(discards::set(&house.app, &agent, id, &noise, true).await.expect("discard"), 3);
    assert_eq!(discards::set(&house.app, &agent, id, &noise, true).await.expect("again"), 0);
    assert_eq!((listed(&house, &boss, id.0, Some(true)).await.len(), listed(&house, &boss, id.0, Some(false)).await.len()), (3, 3));
    assert!(listed(&house, &boss, id.0, Some(true)).await.iter().all(|post| post.matches[0].discarded));
    assert_eq!(steps(&house, noise[0].0, "discarded").await, 1);
    let strange = [PostId(Uuid::nil())];
    assert_eq!(discards::set(&house.app, &agent, id, &strange, true).await.expect_err("unknown").kind, Kind::NotFound);
    let found = noise::suggest(&house.app, &boss, id).await.expect("noise");
    assert_eq!((found.discarded, found.kept, found.terms[0].term.as_str()), (3, 3, "sorteo"));
    assert_eq!((found.terms[0].discarded, found.terms[0].kept), (3, 0));
    assert_eq!(noise::suggest(&house.app, &agent, id).await.expect_err("may not").kind, Kind::Forbidden);
    // The suggested query removes just that.
    monitors::change(&house.app, &boss, id, form("Iberia", &found.terms[0].query)).await.expect("change");
    work(&house).await;
    assert_eq!(listed(&house, &boss, id.0, None).await.len(), 3);
    monitors::change(&house.app, &boss, id, form("Iberia", "iberia")).await.expect("change");
    work(&house).await;
    assert_eq!(discards::set(&house.app, &agent, id, &noise, false).await.expect("undo"), 3, "what was thrown out stays so");
    assert_eq!(listed(&house, &boss, id.0, Some(true)).await.len(), 0);
});

on_both!(monitors_that_say_or_find_the_same_are_named, house => {
    let posts: Vec<IncomingPost> = (0..30)
        .map(|n| IncomingPost { addressed: true, ..house::post(&n.to_string(), "ana", if n == 0 { "iberia" } else { "iberia maleta vuelo" }) })
        .collect();
    house.accept(events(&posts)).await;
    let boss = house.user("Sofía", Role::Supervisor).await;
    let one = create(&house, &boss, "uno", "(maleta OR equipaje) AND iberia").await;
    create(&house, &boss, "dos", "iberia AND (equipaje OR maleta OR equipaje)").await;
    create(&house, &boss, "tres", "iberia vuelo").await;
    create(&house, &boss, "cuatro", "lindo").await;
    work(&house).await;
    let found = duplicates::duplicates(&house.app, &boss, one.row.id.into()).await.expect("duplicates");
    assert_eq!(found.same.iter().map(|brief| brief.name.as_str()).collect::<Vec<_>>(), ["dos"]);
    let overlapping: Vec<_> = found.overlapping.iter().map(|one| (one.other.name.as_str(), one.shared, one.own, one.others)).collect();
    assert_eq!(overlapping, [("dos", 29, 29, 29), ("tres", 29, 29, 29)]);
});
