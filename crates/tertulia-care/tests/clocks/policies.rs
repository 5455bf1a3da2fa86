//! Which of several policies holds, and whose hours count.

use crate::common::*;
use std::sync::Arc;
use tertulia_care::{
    calendar::{Calendar, Length},
    clock::{Book, BookError, Dimension, Edition, HoursOf, Metric, Policy, Scope, Traits, Warning, Whose},
    rules::Priority,
    words::Locale,
};
use tertulia_kernel::DepartmentId;
use uuid::Uuid;

fn named(n: u128, name: &str, scope: Scope) -> Policy {
    Policy { id: Uuid::from_u128(n).into(), name: name.into(), scope, ..policy() }
}

fn complaints() -> DepartmentId {
    Uuid::from_u128(77).into()
}

fn company(policies: Vec<Policy>) -> Edition {
    edition("2020-01-01T00:00:00Z", policies, office())
}

fn four() -> Edition {
    company(vec![
        named(1, "Todos", Scope::default()),
        named(2, "Mastodon urgente", Scope { channels: vec!["mastodon".into()], priorities: vec![Priority::Urgent], ..Scope::default() }),
        named(3, "VIP", Scope { customer_types: vec!["vip".into()], ..Scope::default() }),
        named(4, "Quejas", Scope { departments: vec![complaints()], ..Scope::default() }),
    ])
}

#[test]
fn the_one_that_names_most_and_then_what_weighs_more() {
    let mastodon = Traits { channel: "mastodon".into(), ..Traits::default() };
    let vip = Traits { customer_type: Some("vip".into()), ..traits() };
    let table = [
        (traits(), "Todos"),
        (mastodon.clone(), "Todos"),
        (Traits { priority: Priority::Urgent, ..mastodon.clone() }, "Mastodon urgente"),
        (Traits { priority: Priority::Urgent, ..traits() }, "Todos"),
        (vip.clone(), "VIP"),
        (Traits { department: Some(complaints()), ..vip.clone() }, "VIP"),
        (Traits { department: Some(complaints()), ..traits() }, "Quejas"),
        (Traits { priority: Priority::Urgent, customer_type: Some("vip".into()), ..mastodon }, "Mastodon urgente"),
    ];
    for (traits, expected) in table {
        let choice = four().choose(Metric::FirstResponse, &traits);
        assert_eq!(choice.policy.expect("one fits").name, expected, "{traits:?}");
    }
}

#[test]
fn it_says_why() {
    let traits = Traits { department: Some(complaints()), customer_type: Some("vip".into()), ..traits() };
    let choice = four().choose(Metric::FirstResponse, &traits);
    assert_eq!(choice.named, [Dimension::CustomerType]);
    assert_eq!(
        choice.words(Locale::Es),
        "Rige «VIP» porque nombra el tipo de cliente de este caso; antes que «Quejas», que nombra el departamento. \
         Cuenta el horario de la empresa, «Horario» (America/Bogota)."
    );
    let urgent = Traits { channel: "mastodon".into(), priority: Priority::Urgent, ..Traits::default() };
    assert_eq!(
        four().choose(Metric::FirstResponse, &urgent).words(Locale::En),
        "\"Mastodon urgente\" holds because it names the channel and the priority of this case; before \"Todos\", which is for all. \
         The company's hours count, \"Horario\" (America/Bogota)."
    );
    assert_eq!(
        company(vec![]).choose(Metric::Resolution, &urgent).words(Locale::En),
        "No policy is for this case: it is measured without a target. The company's hours count, \"Horario\" (America/Bogota)."
    );
}

#[test]
fn a_clock_a_policy_is_silent_on_is_left_to_the_next() {
    let mut vip = named(2, "VIP", Scope { customer_types: vec!["vip".into()], ..Scope::default() });
    vip.targets.resolution = None;
    vip.targets.first_response = Some(Length::minutes(10));
    let edition = company(vec![named(1, "Todos", Scope::default()), vip]);
    let traits = Traits { customer_type: Some("vip".into()), ..traits() };
    assert_eq!(edition.choose(Metric::FirstResponse, &traits).target, Some(Length::minutes(10)));
    let resolution = edition.choose(Metric::Resolution, &traits);
    assert_eq!((resolution.target, resolution.policy.map(|policy| policy.name.clone())), (Some(Length::hours(8)), Some("Todos".into())));
}

#[test]
fn whose_hours() {
    let mut edition = four();
    let support = Arc::new(nights("America/Lima"));
    edition.calendars.by_id.insert(Uuid::from_u128(9).into(), Arc::clone(&support));
    edition.calendars.of_department.insert(complaints(), Uuid::from_u128(9).into());
    let set = |edition: &mut Edition, hours| {
        edition.policies = vec![Arc::new(Policy { hours, ..named(1, "Todos", Scope::default()) })];
    };
    let theirs = Traits { department: Some(complaints()), customer_zone: Some("Europe/Madrid".into()), ..traits() };
    let lost = Traits { customer_zone: Some("Macondo".into()), ..traits() };
    for (hours, traits, whose, zone) in [
        (HoursOf::Department, &theirs, Whose::Department, "America/Lima"),
        (HoursOf::Department, &lost, Whose::Company, "America/Bogota"),
        (HoursOf::CustomerZone, &theirs, Whose::CustomerZone, "Europe/Madrid"),
        (HoursOf::CustomerZone, &lost, Whose::ZoneUnknown, "America/Bogota"),
        (HoursOf::Calendar(Uuid::from_u128(9).into()), &lost, Whose::Policy, "America/Lima"),
        (HoursOf::Always, &theirs, Whose::Always, "UTC"),
    ] {
        set(&mut edition, hours);
        let choice = edition.choose(Metric::FirstResponse, traits);
        assert_eq!((choice.hours, choice.calendar.zone().name()), (whose, zone), "{hours:?}");
        assert!(!choice.words(Locale::Es).is_empty());
    }
    set(&mut edition, HoursOf::CustomerZone);
    // The night shift of Lima by Madrid's clock.
    let choice = edition.choose(Metric::FirstResponse, &theirs);
    assert_eq!(choice.calendar.next_open(at("2026-03-04T12:00:00Z")), Some(at("2026-03-04T22:00:00+01:00")));
    assert_eq!(choice.words(Locale::En).split(". ").last(), Some("The hours \"Horario\" count by the customer's clock (Europe/Madrid)."));
}

#[test]
fn books_are_checked() {
    let refused = |change: fn(&mut Policy)| {
        let mut policy = policy();
        change(&mut policy);
        Book::new(vec![company(vec![policy])]).expect_err("refused")
    };
    assert_eq!(Book::new(vec![]).expect_err("refused"), BookError::Empty);
    assert_eq!(refused(|policy| policy.targets.resolution = Some(Length::ZERO)), BookError::NoTime("General".into()));
    assert_eq!(refused(|policy| policy.warnings = vec![Warning::Percent(100)]), BookError::BadWarning("General".into()));
    assert_eq!(refused(|policy| policy.hours = HoursOf::Calendar(Uuid::from_u128(1).into())), BookError::NoCalendar("General".into()));
}

#[test]
fn policies_are_written_and_read_as_json() {
    let text = r#"{"id":"00000000-0000-0000-0000-000000000001","name":"VIP","scope":{"customer_types":["vip"]},
        "targets":{"first_response":600000000},"hours":"customer_zone","warnings":[{"percent":75},{"left":300000000}]}"#;
    let policy: Policy = serde_json::from_str(text).expect("reads");
    assert_eq!(policy.targets.first_response, Some(Length::minutes(10)));
    assert_eq!(policy.warnings, [Warning::Percent(75), Warning::Left(Length::minutes(5))]);
    assert!(policy.pauses.waiting && !policy.pauses.snoozed);
    let again: Policy = serde_json::from_str(&serde_json::to_string(&policy).expect("writes")).expect("reads");
    assert_eq!(again, policy);
    assert_eq!(Calendar::always().zone().name(), "UTC");
}
