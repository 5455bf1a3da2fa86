//! Colleagues who leave, and what one department keeps from another.

use super::{event, house, post};
use crate::support::House;
use tertulia_app::{
    cases::{self, FolderName, change},
    people,
    staff::users,
};
use tertulia_kernel::event::IncomingPost;
use tertulia_policy::Role;

on_both!(whoever_is_disabled_gives_back_what_is_theirs, house => {
    let boss = house.user("Jefa", Role::Administrator).await;
    let (luis, ana) = (house.user("Luis", Role::Agent).await, house.user("Ana", Role::Agent).await);
    for author in ["uno", "dos", "tres"] {
        house.accept(vec![event(IncomingPost { addressed: true, ..house::post(author, author, "ayuda") })]).await;
    }
    let (rows, _) = cases::list(&house.app, &boss, FolderName::All, None, 10).await.expect("list");
    for row in &rows {
        change::take(&house.app, &luis, row.row.id.into()).await.expect("take");
    }
    let until = Some(house.app.now().plus_seconds(60));
    let snoozed = change::CaseChange { state: Some("snoozed".into()), snoozed_until: until, ..Default::default() };
    change::change(&house.app, &luis, rows[1].row.id.into(), snoozed).await.expect("snooze");
    let resolved = change::CaseChange { state: Some("resolved".into()), ..Default::default() };
    change::change(&house.app, &luis, rows[2].row.id.into(), resolved).await.expect("resolve");

    let disabled = users::Change { disabled: Some(true), ..Default::default() };
    users::change(&house.app, &boss, luis.id, disabled).await.expect("disable");
    let mut conn = house.app.store.read().await.expect("read");
    for (row, owner) in rows.iter().zip([None, None, Some(luis.id.0)]) {
        assert_eq!(conn.case(row.row.id).await.expect("case").assignee_id, owner, "what is resolved stays whose it was");
        let newest = conn.case_changes(row.row.id, uuid::Uuid::max(), 1).await.expect("ledger").remove(0);
        assert_eq!((newest.kind == "released", newest.actor_id == Some(boss.id.0)), (owner.is_none(), owner.is_none()));
    }
    drop(conn);
    house.ready(&ana).await;
    tertulia_app::offers::turn(&house.app).await.expect("turn");
    assert_eq!(tertulia_app::offers::mine(&house.app, &ana).await.expect("offers").len(), 1, "it is offered to who is there");
    let back = change::CaseChange { assignee_id: Some(Some(luis.id)), ..Default::default() };
    assert!(change::change(&house.app, &boss, rows[0].row.id.into(), back).await.is_err(), "nothing goes to who has left");
});

on_both!(people_of_another_department_are_not_there, house => {
    let boss = house.user("Jefa", Role::Administrator).await;
    let sales = house.user_of("Luis", Role::Agent, "sales").await;
    house.accept(vec![event(IncomingPost { addressed: true, ..post("1", "ayuda") })]).await;
    let case = house.only_case(&boss).await;
    let person = case.person.row.id.into();
    assert_eq!(people::list(&house.app, &sales, Some("ana"), None, None).await.expect("list").items.len(), 1, "no department yet");
    let moved = change::CaseChange { department_id: Some(Some(house.department("complaints").await)), ..Default::default() };
    change::change(&house.app, &boss, case.row.id.into(), moved).await.expect("move");
    for q in [None, Some("ana")] {
        assert!(people::list(&house.app, &sales, q, None, None).await.expect("list").items.is_empty(), "{q:?}");
        assert_eq!(people::list(&house.app, &boss, q, None, None).await.expect("list").items.len(), 1, "{q:?}");
    }
    let vip = people::Change { vip: Some(true), ..Default::default() };
    assert_eq!(people::detail(&house.app, &sales, person).await.expect_err("hidden").code, "not_found");
    assert_eq!(people::change(&house.app, &sales, person, vip).await.expect_err("hidden").code, "not_found");
    assert_eq!(people::posts(&house.app, &sales, person, None, None).await.expect_err("hidden").code, "not_found");
    assert_eq!(people::person_cases(&house.app, &sales, person, None, None).await.expect_err("hidden").code, "not_found");
    assert!(!people::detail(&house.app, &boss, person).await.expect("detail").person.row.vip);
});

on_both!(the_ledger_of_a_case_has_what_changed_and_nothing_else, house => {
    let boss = house.user("Jefa", Role::Administrator).await;
    house.accept(vec![event(IncomingPost { addressed: true, ..post("1", "ayuda") })]).await;
    let case = house.only_case(&boss).await.row.id;
    let department = Some(Some(house.department("complaints").await));
    let set = change::CaseChange { tags: Some(vec!["queja".into()]), subject: Some(Some("Maleta".into())), department_id: department, ..Default::default() };
    for _ in 0..2 {
        change::change(&house.app, &boss, case.into(), set.clone()).await.expect("change");
    }
    let cleared = change::CaseChange { subject: Some(None), department_id: Some(None), ..Default::default() };
    let view = change::change(&house.app, &boss, case.into(), cleared).await.expect("clear");
    assert_eq!((view.row.subject, view.row.department_id), (None, None));
    let mut conn = house.app.store.read().await.expect("read");
    let mut kinds: Vec<String> = conn.case_changes(case, uuid::Uuid::max(), 20).await.expect("ledger").into_iter().map(|change| change.kind).collect();
    kinds.retain(|kind| kind != "opened");
    kinds.sort();
    assert_eq!(kinds, ["moved", "moved", "renamed", "renamed", "tagged"]);
});
