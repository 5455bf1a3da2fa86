//! What goes wrong in other systems, each by name.

use super::support::{Centre, agent, agent_id, break_time, case_id, need, queue_id, short};
use tertulia_care::router::{Event, Facts, Formula, Mode, Overflow, Queue, Ring, Sentiment, Settings, State, Target, What, Why};
use tertulia_care::words::Locale;
use tertulia_kernel::Timestamp;

fn offering(n: u8) -> Queue {
    Queue { mode: Mode::Offer { seconds: 20 }, ..Queue::new(queue_id(n), "Quejas") }
}

#[test]
fn who_is_offline_away_or_on_a_break_gets_nothing() {
    for state in [State::Offline, State::Away, break_time()] {
        let mut centre = Centre::new([Queue::new(queue_id(0), "Quejas")], [agent(0, &[0], &[])]);
        centre.state(0, state);
        assert_eq!(short(&centre.arrives(1, 0, "chat")), [""; 0]);
        assert_eq!(short(&centre.wait(86_400)), [""; 0]);
        assert_eq!(short(&centre.state(0, State::Ready)), ["assign 1 → Ana"]);
    }
}

#[test]
fn what_is_closed_snoozed_or_forbidden_is_never_given() {
    let case = case_id(1);
    for event in [Event::Closed { case }, Event::Snoozed { case, until: None }, Event::Forbidden { case }, Event::Abandoned { case }] {
        let mut centre = Centre::new([offering(0)], [agent(0, &[0], &[])]);
        assert_eq!(short(&centre.arrives(1, 0, "chat")), ["offer 1 → Ana"]);
        // The offer is taken back at once; accepting it late changes nothing.
        assert_eq!(short(&centre.tell(event)), ["withdraw 1 ← Ana"]);
        let late = centre.tell(Event::Accepted { case, agent: agent_id(0) });
        assert_eq!(late[0].what, What::Ignored);
        assert_eq!(short(&centre.wait(86_400)), [""; 0]);
    }
}

#[test]
fn an_offer_that_passes_keeps_the_age_of_its_work_and_the_agent_is_not_ready() {
    let mut centre = Centre::new([offering(0)], [agent(0, &[0], &[]), agent(1, &[0], &[])]);
    let came = centre.now;
    centre.arrives(1, 0, "chat");
    let decisions = centre.wait(20);
    assert_eq!(short(&decisions), ["return 1 ← Ana", "Ana is not ready (let an offer pass)", "offer 1 → Beto"]);
    assert_eq!(decisions[0].why.words(Locale::Es), "Ana no respondió a tiempo; el caso conserva su antigüedad.");
    assert_eq!(centre.router.work(case_id(1)).unwrap().work.since, came);
    // It stays before what came later.
    centre.arrives(2, 0, "chat");
    assert_eq!(short(&centre.wait(20)), ["return 1 ← Beto", "Beto is not ready (let an offer pass)"]);
    assert_eq!(short(&centre.state(0, State::Ready)), ["offer 1 → Ana"]);
}

#[test]
fn who_writes_again_does_not_lose_their_place() {
    let mut centre = Centre::new([Queue::new(queue_id(0), "Quejas")], [agent(0, &[0], &[])]);
    centre.state(0, break_time());
    centre.arrives(1, 0, "voice");
    centre.wait(60);
    centre.arrives(2, 0, "voice");
    centre.wait(60);
    centre.arrives(1, 0, "voice");
    assert_eq!(short(&centre.state(0, State::Ready)), ["assign 1 → Ana"]);
}

#[test]
fn work_over_capacity_goes_on_when_somebody_is_free_again() {
    let mut ana = agent(0, &[0], &[]);
    ana.units = Some(6);
    let units = [("chat".to_owned(), 2), ("voice".to_owned(), 6)].into();
    let mut centre = Centre::with(Settings { units, ..Settings::default() }, [Queue::new(queue_id(0), "Quejas")], [ana]);
    for n in 1..=3 {
        assert_eq!(short(&centre.arrives(n, 0, "chat")), [format!("assign {n} → Ana")]);
    }
    assert_eq!(short(&centre.arrives(4, 0, "mail")), [""; 0], "three chats fill her");
    assert_eq!(short(&centre.arrives_as(5, 0, "voice", |work| work.facts.points = 5.0)), [""; 0]);
    assert_eq!(short(&centre.finish(1)), ["assign 4 → Ana"], "a call does not fit yet, a mail does");
    centre.finish(2);
    centre.finish(3);
    assert_eq!(short(&centre.finish(4)), ["assign 5 → Ana"]);
    assert_eq!(short(&centre.arrives(6, 0, "mail")), [""; 0], "nothing beside a call");
}

#[test]
fn what_is_said_twice_or_late_changes_nothing() {
    let mut centre = Centre::new([Queue::new(queue_id(0), "Quejas")], [agent(0, &[0], &[]), agent(1, &[0], &[])]);
    centre.arrives(1, 0, "voice");
    assert_eq!(short(&centre.tell(Event::Abandoned { case: case_id(1) })), ["ignored: The work is not where this can happen."]);
    assert_eq!(short(&centre.arrives(1, 0, "voice")), [""; 0]);
    centre.finish(1);
    assert_eq!(short(&centre.finish(1)), ["ignored: There is no such work."]);
    let nowhere = centre.arrives(2, 9, "voice");
    assert_eq!(nowhere[0].why, Why::Misfit { how: tertulia_care::router::Misfit::UnknownQueue });
}

/// R8's founding example: with the same words, who has followers or is a better customer is answered first, and it says so.
#[test]
fn followers_and_customer_type_change_who_is_first_and_the_explanation_says_so() {
    let first = |shape: fn(&mut Facts)| {
        let mut centre = Centre::new([Queue::new(queue_id(0), "Quejas")], [agent(0, &[0], &[])]);
        centre.state(0, break_time());
        centre.arrives(1, 0, "voice");
        centre.wait(60);
        centre.arrives_as(2, 0, "voice", |work| shape(&mut work.facts));
        let given = centre.state(0, State::Ready);
        (short(&given)[0].clone(), given[0].why.words(Locale::Es), given[0].why.words(Locale::En))
    };
    assert_eq!(first(|_| {}).0, "assign 1 → Ana", "the older one, all else equal");
    let (what, es, en) = first(|facts| facts.followers = Some(12_000));
    assert_eq!(what, "assign 2 → Ana");
    assert_eq!(
        es,
        "Ana: quedó libre; lo más urgente de 2 en espera. Cola Quejas, 0 s de espera, +0,64 (prioridad normal +0,33; 12 000 seguidores +0,31)."
    );
    assert_eq!(
        en,
        "Ana: became free; the most pressing of 2 waiting. Queue Quejas, waited 0 s, +0.64 (normal priority +0.33; 12 000 followers +0.31)."
    );
    let (what, es, _) = first(|facts| {
        facts.customer = Some("vip".into());
        facts.sentiment = Some(Sentiment::Negative);
    });
    assert_eq!(what, "assign 2 → Ana");
    assert!(es.contains("tipo de cliente «vip» +0,50; tono negativo +0,20"), "{es}");
    assert_eq!(first(|facts| facts.urgency = Some(900)).0, "assign 2 → Ana");
}

#[test]
fn the_formula_is_data_and_takes_effect_on_what_waits() {
    let mut centre = Centre::new([Queue::new(queue_id(0), "Quejas")], [agent(0, &[0], &[])]);
    centre.state(0, break_time());
    centre.arrives(1, 0, "voice");
    centre.wait(60);
    centre.arrives_as(2, 0, "voice", |work| work.facts.followers = Some(12_000));
    assert_eq!(centre.router.in_order(queue_id(0)).iter().map(|&(case, _)| case).collect::<Vec<_>>(), [case_id(2), case_id(1)]);
    let formula: Formula = serde_json::from_str(r#"{"followers": 0}"#).unwrap();
    centre.tell(Event::SettingsChanged(Box::new(Settings { formula, ..Settings::default() })));
    assert_eq!(short(&centre.state(0, State::Ready)), ["assign 1 → Ana"]);
}

#[test]
fn work_near_its_deadline_comes_before_older_work() {
    let mut centre = Centre::new([Queue::new(queue_id(0), "Quejas")], [agent(0, &[0], &[])]);
    centre.state(0, break_time());
    centre.arrives(1, 0, "voice");
    centre.wait(600);
    let deadline = centre.now.plus_seconds(3_600);
    centre.arrives_as(2, 0, "voice", |work| work.facts.deadline = Some(deadline));
    let order = |centre: &Centre| centre.router.in_order(queue_id(0)).iter().map(|&(case, _)| case).collect::<Vec<_>>();
    centre.wait(1_800);
    assert_eq!(order(&centre), [case_id(1), case_id(2)], "far from it, age decides");
    centre.wait(1_500);
    assert_eq!(order(&centre), [case_id(2), case_id(1)]);
    let given = centre.state(0, State::Ready);
    assert_eq!(short(&given), ["assign 2 → Ana"]);
    assert!(given[0].why.words(Locale::En).contains("due in 5 min +0.83"), "{}", given[0].why.words(Locale::En));
}

#[test]
fn rings_ask_less_with_time_and_say_so() {
    let ring = |after_s, competence, without: &[&str]| Ring { after_s, competence, without: without.iter().map(|&s| s.into()).collect() };
    let queue = Queue { rings: vec![ring(30, Some(3), &[]), ring(60, None, &["vip"])], ..Queue::new(queue_id(0), "Quejas") };
    let mut centre = Centre::new([queue], [agent(0, &[0], &[("es", 3)]), agent(1, &[0], &[("es", 4)])]);
    let came = centre.arrives_as(1, 0, "voice", |work| work.needs = vec![need("es", 8), need("vip", 5)]);
    assert_eq!(short(&came), [""; 0]);
    assert_eq!(short(&centre.wait(59)), ["widen 1 to ring 1"]);
    let given = centre.wait(1);
    assert_eq!(short(&given), ["widen 1 to ring 2", "assign 1 → Ana"]);
    let words = given[1].why.words(Locale::Es);
    assert!(words.starts_with("Ana: más tiempo sin trabajo nuevo (62 s) entre 2."), "{words}");
    assert!(words.ends_with("Anillo 2, tras 60 s: basta competencia 3, ya no hace falta vip."), "{words}");
}

#[test]
fn overflow_by_time_and_by_size_keeps_the_age_and_never_goes_round() {
    let way = |to, after_s, over| Overflow { to: queue_id(to), after_s, over };
    let from = Queue { overflow: vec![way(1, Some(90), Some(2))], ..Queue::new(queue_id(0), "Quejas") };
    let to = Queue { overflow: vec![way(0, Some(10), None)], ..Queue::new(queue_id(1), "Ventas") };
    let mut centre = Centre::new([from, to], [agent(0, &[1], &[])]);
    centre.state(0, break_time());
    let came = centre.now;
    centre.arrives(1, 0, "voice");
    centre.arrives(2, 0, "voice");
    let third = centre.arrives(3, 0, "voice");
    assert_eq!(short(&third), ["overflow 3 → queue 1"]);
    assert_eq!(third[0].why.words(Locale::Es), "En Quejas ya esperan 2; pasa a Ventas.");
    let moved = centre.wait(90);
    assert_eq!(short(&moved), ["overflow 1 → queue 1", "overflow 2 → queue 1"]);
    assert_eq!(moved[0].why.words(Locale::En), "It waited 90 s in Quejas and goes on to Ventas.");
    assert_eq!(short(&centre.wait(3_600)), [""; 0]);
    assert_eq!(centre.router.work(case_id(1)).unwrap().work.since, came);
    assert_eq!(short(&centre.state(0, State::Ready)), ["assign 1 → Ana"]);
}

/// With aging, a stream of better customers can delay a worse one only so long.
#[test]
fn nobody_waits_for_ever() {
    let mut centre = Centre::new([Queue::new(queue_id(0), "Quejas")], [agent(0, &[0], &[])]);
    centre.arrives(0, 0, "voice");
    centre.arrives(1, 0, "voice");
    let came = centre.now;
    // Each minute a better customer comes, and each minute takes one: there is never a moment to spare.
    let bound = Formula::default().slopes().patience_s(500_000).unwrap();
    let mut served_at: Option<Timestamp> = None;
    for n in 2..200 {
        centre.arrives_as(n, 0, "voice", |work| work.facts.customer = Some("vip".into()));
        let current = centre.router.items().find(|item| item.agent().is_some()).unwrap().work.case;
        centre.wait(60);
        let given = centre.tell(Event::Finished { case: current, wrap_up_s: 0 });
        if short(&given) == ["assign 1 → Ana"] {
            served_at = Some(centre.now);
            break;
        }
    }
    let waited = served_at.expect("served in the end").seconds_since(came);
    assert!((bound..=bound + 120).contains(&waited), "{waited} s of at most {bound} s and a piece of work");
}

#[test]
fn what_was_declined_goes_to_the_next_and_comes_back_after_a_while() {
    let mut centre = Centre::new([offering(0)], [agent(0, &[0], &[]), agent(1, &[0], &[])]);
    centre.arrives(1, 0, "chat");
    assert_eq!(short(&centre.tell(Event::Declined { case: case_id(1), agent: agent_id(0) })), ["return 1 ← Ana", "offer 1 → Beto"]);
    assert_eq!(short(&centre.tell(Event::Declined { case: case_id(1), agent: agent_id(1) })), ["return 1 ← Beto"]);
    assert_eq!(short(&centre.wait(599)), [""; 0]);
    // Of the two, the one who has gone longest without an offer.
    assert_eq!(short(&centre.wait(1)), ["offer 1 → Ana"]);
}

#[test]
fn work_is_not_handed_to_somebody_who_is_not_there() {
    let mut centre = Centre::new([Queue::new(queue_id(0), "Quejas")], [agent(0, &[0], &[]), agent(1, &[0], &[])]);
    centre.state(1, State::Offline);
    centre.arrives(1, 0, "chat");
    let to = Target::Agent(agent_id(1));
    assert_eq!(short(&centre.tell(Event::Transferred { case: case_id(1), to })), ["ignored: That person is not here."]);
    assert_eq!(centre.router.work(case_id(1)).unwrap().agent(), Some(agent_id(0)));
}

#[test]
fn the_work_of_who_is_gone_returns_after_the_time_of_its_queue() {
    let queue = Queue { returns_after_s: Some(300), ..Queue::new(queue_id(0), "Quejas") };
    let mut centre = Centre::new([queue], [agent(0, &[0], &[]), agent(1, &[0], &[])]);
    centre.arrives(1, 0, "chat");
    centre.state(0, State::Offline);
    assert_eq!(short(&centre.wait(200)), [""; 0]);
    centre.state(0, State::Ready);
    assert_eq!(short(&centre.wait(400)), [""; 0], "back in time");
    centre.state(0, State::Offline);
    assert_eq!(short(&centre.wait(300)), ["return 1 ← Ana", "assign 1 → Beto"]);
}
