//! What is in force follows every change, at once, on every node, and at the cost of what changed.

mod support;

use support::{House, house};
use tertulia_app::{
    Actor, App, Networks,
    listening::{Changed, PostText},
    lists, monitors,
    rules::{self, Actions, Conditions},
    secret::Sealer,
};
use tertulia_kernel::{MonitorId, event::Event};
use tertulia_policy::Role;
use tertulia_store::monitor::MonitorRow;
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

/// Another node on the same database.
fn node(house: &House) -> App {
    let mut app = App::new(house.app.store.clone(), Sealer::new([7; 32]), Networks::default());
    app.clock = house.clock.clone();
    app
}

/// Monitors and rules a node has read so far.
fn read(app: &App) -> usize {
    let text = app.metrics.render();
    let line = text.lines().find_map(|line| line.strip_prefix("tertulia_queries_read_total "));
    line.expect("the counter").parse().expect("a number")
}

/// Names of the monitors that match a text on a node, and how many rules do.
async fn matching(app: &App, text: &str) -> (Vec<String>, usize) {
    let mut conn = app.store.read().await.expect("read");
    let listening = app.listening(&mut conn).await.expect("listening");
    let matched = listening.match_post(&PostText { text, ..PostText::default() });
    (matched.monitors.iter().map(|id| listening.monitor_name(*id).to_owned()).collect(), matched.rules.len())
}

fn row(number: i64) -> MonitorRow {
    MonitorRow {
        id: Uuid::from_u128(number as u128),
        number,
        name: format!("marca {number}"),
        query: format!("marca{number} maleta"),
        enabled: true,
        version: 1,
        ..MonitorRow::default()
    }
}

async fn stored(house: &House, count: i64) {
    let mut tx = house.app.store.begin().await.expect("begin");
    tx.take_numbers("monitor", count).await.expect("numbers");
    for number in 1..=count {
        tx.insert_monitor(&row(number)).await.expect("insert");
    }
    house.app.touch_listening(&mut tx, &Changed::Everything).await.expect("touch");
    tx.commit().await.expect("commit");
}

async fn save(app: &App, boss: &Actor, number: i64, query: &str) {
    let form =
        monitors::Form { name: format!("marca {number}"), query: query.into(), enabled: true, folder: None, owner: None, note: None };
    monitors::change(app, boss, MonitorId(row(number).id), form).await.expect("change");
}

fn names(numbers: &[i64]) -> Vec<String> {
    numbers.iter().map(|number| format!("marca {number}")).collect()
}

on_both!(saving_one_of_twenty_thousand_monitors_reads_that_one, house => {
    stored(&house, 20_000).await;
    let other = node(&house);
    let boss = house.user("Jefa", Role::Supervisor).await;
    for app in [&house.app, &other] {
        assert_eq!(matching(app, "marca7 maleta").await.0, names(&[7]));
        assert!(read(app) >= 20_000);
    }
    let before = [read(&house.app), read(&other)];
    save(&house.app, &boss, 7, "sombrilla").await;
    // The node that did not save it hears a post first: an unaddressed one is only kept when a monitor matches.
    let post = |id: &str, text: &str| {
        let mut post = house::post(id, "ana", text);
        post.addressed = false;
        vec![Event::Post(Box::new(post))]
    };
    let receipt = other.accept(house.channel, post("1", "una sombrilla rota"), Vec::new()).await.expect("accept");
    assert_eq!((receipt.stored, receipt.counted), (1, 0));
    assert_eq!(house.accept(post("2", "marca7 maleta")).await.counted, 1);
    for (app, before) in [&house.app, &other].into_iter().zip(before) {
        assert_eq!(matching(app, "sombrilla").await.0, names(&[7]));
        assert_eq!(matching(app, "marca7 maleta, marca8 maleta").await.0, names(&[8]));
        assert_eq!(read(app) - before, 1);
    }
    monitors::delete(&other, &boss, MonitorId(row(8).id)).await.expect("delete");
    for app in [&house.app, &other] {
        assert_eq!(matching(app, "marca7 maleta, marca8 maleta").await.0, names(&[]));
    }
    assert_eq!(read(&house.app) - before[0], 1, "one that is gone is no row");
});

on_both!(a_list_that_changed_is_read_with_what_names_it, house => {
    stored(&house, 300).await;
    let other = node(&house);
    let boss = house.user("Jefa", Role::Supervisor).await;
    let words = |words: &[&str]| lists::Form {
        name: "marcas".into(),
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        owner: None,
    };
    let list = lists::create(&house.app, &boss, words(&["iberia"])).await.expect("list").row.id;
    save(&house.app, &boss, 5, "list:marcas").await;
    let rule = |query: &str| rules::Form {
        name: "de marca".into(),
        enabled: true,
        conditions: Conditions { query: Some(query.into()), ..Conditions::default() },
        actions: Actions { tags: vec!["marca".into()], ..Actions::default() },
    };
    let made = rules::create(&house.app, &boss, rule("perdida list:marcas")).await.expect("rule").id;
    for app in [&house.app, &other] {
        assert_eq!(matching(app, "iberia perdida").await, (names(&[5]), 1));
    }
    let before = [read(&house.app), read(&other)];
    lists::change(&other, &boss, list, words(&["latam"])).await.expect("change");
    for (app, before) in [&house.app, &other].into_iter().zip(before) {
        assert_eq!(matching(app, "iberia perdida").await, (names(&[]), 0));
        assert_eq!(matching(app, "latam perdida").await, (names(&[5]), 1));
        assert_eq!(read(app) - before, 2, "the monitor and the rule that name it");
    }
    rules::change(&house.app, &boss, made, rule("latam")).await.expect("change");
    assert_eq!(matching(&other, "latam").await, (names(&[5]), 1));
    rules::delete(&house.app, &boss, made).await.expect("delete");
    assert_eq!(matching(&other, "latam").await, (names(&[5]), 0));
});

on_both!(many_changes_are_followed_while_they_are_merged, house => {
    stored(&house, 900).await;
    assert_eq!(matching(&house.app, "marca1 maleta").await.0, names(&[1]));
    let before = read(&house.app);
    for group in 0..4 {
        let mut tx = house.app.store.begin().await.expect("begin");
        for number in group * 200 + 1..=(group + 1) * 200 {
            let row = MonitorRow { query: format!("tienda{number}"), ..row(number) };
            tx.update_monitor(&row).await.expect("update");
            house.app.touch_listening(&mut tx, &Changed::Monitor(MonitorId(row.id))).await.expect("touch");
        }
        tx.commit().await.expect("commit");
        for number in [1, group * 200 + 1, (group + 1) * 200] {
            assert_eq!(matching(&house.app, &format!("tienda{number}, marca{number} maleta")).await.0, names(&[number]));
        }
    }
    assert_eq!(read(&house.app) - before, 800);
    // More than are remembered: everything is read again.
    let mut tx = house.app.store.begin().await.expect("begin");
    for number in 1..=300 {
        tx.update_monitor(&row(number)).await.expect("update");
        house.app.touch_listening(&mut tx, &Changed::Monitor(MonitorId(row(number).id))).await.expect("touch");
    }
    tx.commit().await.expect("commit");
    assert_eq!(matching(&house.app, "tienda1, marca1 maleta, tienda800, marca900 maleta").await.0, names(&[1, 800, 900]));
    assert_eq!(read(&house.app) - before, 800 + 900);
});
