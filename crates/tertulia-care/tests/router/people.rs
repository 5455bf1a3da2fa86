//! States, wrap-up, sticky agents, transfer, consultation, conference, call-backs, pulling.

use super::support::{Centre, agent, agent_id, break_time, case_id, need, queue_id, short};
use tertulia_care::router::{Choice, Event, Mode, Queue, Role, Standing, State, Target};
use tertulia_care::words::Locale;

fn assigning(n: u8) -> Queue {
    Queue::new(queue_id(n), "Quejas")
}

fn offering(n: u8) -> Queue {
    Queue { mode: Mode::Offer { seconds: 20 }, ..assigning(n) }
}

#[test]
fn the_longest_idle_of_equals_gets_it_and_takes_turns() {
    let mut centre = Centre::new([assigning(0)], [0, 1, 2].map(|n| agent(n, &[0], &[])));
    let turns: Vec<String> = (1..=6)
        .flat_map(|n| {
            centre.wait(5);
            short(&centre.arrives(n, 0, "chat"))
        })
        .collect();
    assert_eq!(turns, ["assign 1 → Ana", "assign 2 → Beto", "assign 3 → Carla", "assign 4 → Ana", "assign 5 → Beto", "assign 6 → Carla"]);
}

#[test]
fn the_queue_chooses_between_experts_and_beginners() {
    let chosen = |choice| {
        let mut carla = agent(2, &[0], &[("es", 5)]);
        carla.capacity.insert("chat".into(), 30);
        let people = [agent(0, &[0], &[("es", 9)]), agent(1, &[0], &[("es", 3)]), carla];
        let mut centre = Centre::new([Queue { choice, ..assigning(0) }], people);
        centre.arrives(1, 0, "chat");
        centre.arrives(2, 0, "chat");
        centre.arrives(3, 0, "chat");
        let given = centre.arrives_as(4, 0, "chat", |work| work.needs = vec![need("es", 3)]);
        (short(&given)[0].clone(), given[0].why.words(Locale::En))
    };
    assert_eq!(chosen(Choice::MostSkilled).0, "assign 4 → Ana");
    assert_eq!(chosen(Choice::LeastSkilled).0, "assign 4 → Beto");
    let (what, words) = chosen(Choice::LeastLoaded);
    assert!(what == "assign 4 → Carla" && words.starts_with("Carla: smallest load of 3."), "{what}: {words}");
}

#[test]
fn preferred_skills_decide_and_required_ones_exclude() {
    let people = [agent(0, &[0], &[]), agent(1, &[0], &[("es", 5)]), agent(2, &[0], &[("es", 5), ("wine", 2)])];
    let mut centre = Centre::new([assigning(0)], people);
    let given = centre.arrives_as(1, 0, "voice", |work| {
        work.needs = vec![need("es", 4)];
        work.prefers = vec![need("wine", 1)];
    });
    assert_eq!(short(&given), ["assign 1 → Carla"]);
    assert!(given[0].why.words(Locale::Es).starts_with("Carla: las habilidades preferidas, entre 2."));
}

#[test]
fn a_state_may_differ_by_channel() {
    let mut centre = Centre::new([assigning(0)], [agent(0, &[0], &[])]);
    let voice = Some("voice".to_owned());
    centre.tell(Event::StateChanged { agent: agent_id(0), channel: voice.clone(), state: State::Away });
    assert_eq!(short(&centre.arrives(1, 0, "voice")), [""; 0]);
    assert_eq!(short(&centre.arrives(2, 0, "chat")), ["assign 2 → Ana"]);
    assert_eq!(short(&centre.tell(Event::StateChanged { agent: agent_id(0), channel: voice, state: State::Ready })), ["assign 1 → Ana"]);
}

#[test]
fn who_is_not_ready_any_more_loses_the_offer_and_the_work_goes_on() {
    let mut centre = Centre::new([offering(0)], [agent(0, &[0], &[]), agent(1, &[0], &[])]);
    centre.arrives(1, 0, "chat");
    let moved = centre.state(0, break_time());
    assert_eq!(short(&moved), ["withdraw 1 ← Ana", "offer 1 → Beto"]);
    assert_eq!(moved[0].why.words(Locale::En), "Ana is not ready (break).");
}

#[test]
fn wrap_up_holds_its_place_until_its_time_or_until_it_is_done() {
    let mut centre = Centre::new([assigning(0)], [agent(0, &[0], &[])]);
    centre.arrives(1, 0, "voice");
    centre.arrives(2, 0, "voice");
    let wrap = |n| Event::Finished { case: case_id(n), wrap_up_s: 30 };
    assert_eq!(short(&centre.tell(wrap(1))), [""; 0]);
    let until = centre.now.plus_seconds(30);
    assert_eq!(centre.router.standing(agent_id(0), "voice"), Some(Standing::WrapUp { until }));
    assert_eq!(centre.router.standing(agent_id(0), "chat"), Some(Standing::In(State::Ready)));
    assert_eq!(short(&centre.wait(30)), ["free 1 ← Ana", "assign 2 → Ana"]);
    centre.arrives(3, 0, "voice");
    centre.tell(wrap(2));
    assert_eq!(short(&centre.tell(Event::WrapUpOver { case: case_id(2) })), ["free 2 ← Ana", "assign 3 → Ana"]);
}

#[test]
fn work_waits_a_little_for_who_knows_the_customer() {
    let queue = Queue { sticky_s: 30, ..assigning(0) };
    let known = |centre: &mut Centre, n| centre.arrives_as(n, 0, "voice", |work| work.sticky = Some(agent_id(1)));
    let mut centre = Centre::new([queue], [agent(0, &[0], &[]), agent(1, &[0], &[])]);
    let given = known(&mut centre, 1);
    assert_eq!(short(&given), ["assign 1 → Beto"], "although Ana has been idle longer");
    assert!(given[0].why.words(Locale::En).starts_with("Beto: knows the customer."));
    // He is on a call: it waits for him, but not for ever.
    assert_eq!(short(&known(&mut centre, 2)), [""; 0]);
    assert_eq!(short(&centre.wait(30)), ["assign 2 → Ana"]);
    centre.finish(2);
    // He goes for a break: at once to the others.
    assert_eq!(short(&known(&mut centre, 3)), [""; 0]);
    assert_eq!(short(&centre.state(1, break_time())), ["assign 3 → Ana"]);
}

#[test]
fn transfer_to_a_queue_and_to_a_person() {
    let mut centre = Centre::new([assigning(0), assigning(1)], [agent(0, &[0, 1], &[]), agent(1, &[1], &[]), agent(2, &[], &[])]);
    let came = centre.now;
    centre.arrives(1, 0, "chat");
    centre.wait(100);
    let to = |to| Event::Transferred { case: case_id(1), to };
    assert_eq!(short(&centre.tell(to(Target::Queue(queue_id(1))))), ["assign 1 → Beto"], "not back to Ana");
    // Carla serves no queue and has no skill: a person chose her.
    let given = centre.tell(to(Target::Agent(agent_id(2))));
    assert_eq!(short(&given), ["assign 1 → Carla"]);
    assert!(given[0].why.words(Locale::Es).starts_with("Carla: una persona lo eligió así."));
    assert_eq!(centre.router.work(case_id(1)).unwrap().work.since, came);
    // Handed to somebody on a break it waits for them; when the time is over, the queue has it.
    centre.state(0, break_time());
    assert_eq!(short(&centre.tell(to(Target::Agent(agent_id(0))))), [""; 0]);
    assert_eq!(short(&centre.wait(120)), [""; 0], "Beto handed it on himself a moment ago");
    assert_eq!(short(&centre.wait(480)), ["assign 1 → Beto"]);
}

#[test]
fn consultation_and_conference_take_room_and_end_with_the_work() {
    let mut centre = Centre::new([offering(0)], [agent(0, &[0], &[]), agent(1, &[0], &[]), agent(2, &[0], &[])]);
    centre.arrives(1, 0, "voice");
    centre.tell(Event::Accepted { case: case_id(1), agent: agent_id(0) });
    let join = |with, role| Event::Joined { case: case_id(1), with, role };
    assert_eq!(short(&centre.tell(join(Target::Queue(queue_id(0)), Role::Consulted))), ["offer 1 → Beto"]);
    assert_eq!(short(&centre.wait(20)), ["withdraw 1 ← Beto", "Beto is not ready (let an offer pass)"]);
    assert_eq!(short(&centre.tell(join(Target::Agent(agent_id(2)), Role::Conference))), ["offer 1 → Carla"]);
    assert_eq!(short(&centre.tell(Event::Accepted { case: case_id(1), agent: agent_id(2) })), ["assign 1 → Carla"]);
    assert_eq!(short(&centre.tell(join(Target::Queue(queue_id(0)), Role::Conference))), ["nothing: Nobody who could is free now."]);
    centre.arrives(2, 0, "voice");
    // The owner leaves: who is in conference goes on, and the owner is free for the next call.
    let left = centre.tell(Event::Left { case: case_id(1), agent: agent_id(0) });
    assert_eq!(short(&left), ["assign 1 → Carla", "offer 2 → Ana"]);
    assert_eq!(left[0].why.words(Locale::Es), "Quien lo llevaba se fue y sigue Carla.");
    // She leaves too: it waits again, not for her.
    assert_eq!(short(&centre.tell(Event::Left { case: case_id(1), agent: agent_id(2) })), ["return 1 ← Carla"]);
}

#[test]
fn a_call_back_waits_for_its_hour_and_for_who_promised_it() {
    let mut centre = Centre::new([Queue { sticky_s: 60, ..assigning(0) }], [agent(0, &[0], &[]), agent(1, &[0], &[])]);
    centre.arrives(1, 0, "chat");
    let at = centre.now.plus_seconds(3_600);
    let asked = Event::CallBack { case: case_id(1), at, channel: "voice".into(), agent: None };
    assert_eq!(short(&centre.tell(asked)), [""; 0]);
    let done = centre.wait(3_600);
    assert_eq!(short(&done), ["wake 1", "assign 1 → Ana"], "who had it");
    assert_eq!(done[0].why.words(Locale::En), "It is time to call the customer.");
    assert_eq!(centre.router.work(case_id(1)).unwrap().work.since, at, "the wait counts from the promise");
}

#[test]
fn in_a_pull_queue_work_waits_until_somebody_asks() {
    let mut centre = Centre::new([Queue { mode: Mode::Pull, ..assigning(0) }], [agent(0, &[0], &[("es", 2)])]);
    assert_eq!(short(&centre.arrives(1, 0, "mail")), [""; 0]);
    centre.arrives_as(2, 0, "mail", |work| work.facts.points = 1.0);
    centre.arrives_as(3, 0, "mail", |work| work.needs = vec![need("en", 1)]);
    let pull = Event::Pulls { agent: agent_id(0) };
    let pulled = centre.tell(pull.clone());
    assert_eq!(short(&pulled), ["assign 2 → Ana"]);
    assert!(pulled[0].why.words(Locale::Es).starts_with("Ana: lo pidió; lo más urgente de 3 en espera."));
    assert_eq!(short(&centre.tell(pull.clone())), ["assign 1 → Ana"]);
    assert_eq!(short(&centre.tell(pull.clone())), ["nothing: Of 1 waiting, nothing is for Ana."]);
    centre.state(0, break_time());
    assert_eq!(short(&centre.tell(pull)), ["nothing: Ana is not ready (break)."]);
}

#[test]
fn new_skills_and_queues_count_at_once() {
    let mut centre = Centre::new([offering(0)], [agent(0, &[0], &[("es", 2)]), agent(1, &[], &[("es", 9)])]);
    centre.arrives_as(1, 0, "chat", |work| work.needs = vec![need("es", 5)]);
    assert_eq!(short(&centre.tell(Event::AgentChanged(Box::new(agent(0, &[0], &[("es", 6)]))))), ["offer 1 → Ana"]);
    let worse = centre.tell(Event::AgentChanged(Box::new(agent(0, &[0], &[("es", 1)]))));
    assert_eq!(short(&worse), ["withdraw 1 ← Ana"]);
    assert_eq!(short(&centre.tell(Event::AgentChanged(Box::new(agent(1, &[0], &[("es", 9)]))))), ["offer 1 → Beto"]);
    // Somebody else takes it by hand: the offer is taken back.
    assert_eq!(short(&centre.tell(Event::Taken { case: case_id(1), agent: agent_id(0) })), ["withdraw 1 ← Beto", "assign 1 → Ana"]);
}
