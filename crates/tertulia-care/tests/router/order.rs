//! Among much that waits, whoever becomes free gets what a reckoning over all of it says is most pressing for them.

use super::support::{Centre, agent, agent_id, break_time, need, queue_id, short};
use proptest::prelude::*;
use tertulia_care::router::{Event, Formula, Item, Queue, State, What};

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_most_pressing_that_fits(
        works in prop::collection::vec((0..3u8, 0..3u8, 1..10u8, 0..90i64, 0..4_000u64, 0..3u8, 0..4_000i64), 1..60),
        skill in 1..10u8,
        serves in prop::collection::vec(0..3u8, 1..4),
    ) {
        // Queues that rank by formulas of their own.
        let formula = |waiting, deadline| Some(Formula { waiting, deadline, ..Formula::default() });
        let queues = [
            Queue::new(queue_id(0), "Quejas"),
            Queue { formula: formula(3.0, 0.2), points: 0.2, ..Queue::new(queue_id(1), "Ventas") },
            Queue { formula: formula(0.0, 2.0), ..Queue::new(queue_id(2), "Servicio") },
        ];
        let mut centre = Centre::new(queues, [agent(0, &serves, &[("es", skill)])]);
        centre.state(0, break_time());
        for (n, &(queue, channel, min, pause, followers, customer, deadline)) in (0..).zip(&works) {
            centre.wait(pause);
            let now = centre.now;
            let channel = ["voice", "chat", "fax"][usize::from(channel)];
            centre.arrives_as(n, queue, channel, |work| {
                work.needs = vec![need("es", min)];
                work.facts.followers = Some(followers);
                work.facts.customer = [None, Some("vip".to_owned()), Some("customer".to_owned())][usize::from(customer)].clone();
                work.facts.deadline = (deadline > 2_000).then(|| now.plus_seconds(deadline - 2_000));
            });
        }
        // Some of it comes near its deadline meanwhile.
        centre.wait(900);
        let fits = |centre: &Centre, channel: &str| {
            let all = (0..3).filter(|queue| serves.contains(queue)).flat_map(|queue| centre.router.in_order(queue_id(queue)));
            let mine = all.filter(|(case, _)| {
                let work = &centre.router.work(*case).unwrap().work;
                work.needs[0].min <= skill && work.channel != "fax" && (channel.is_empty() || work.channel == channel)
            });
            mine.max_by_key(|&(case, score)| {
                let since = centre.router.work(case).unwrap().work.since;
                (score, std::cmp::Reverse(since), std::cmp::Reverse(case))
            })
        };
        let expected = fits(&centre, "").map(|(case, _)| case);
        let given = centre.state(0, State::Ready);
        let first = given.first().map(|decision| match decision.what {
            What::Assign { case, .. } => case,
            ref other => panic!("{other:?}"),
        });
        prop_assert_eq!(first, expected, "{:?}", short(&given));
        // She is full of calls; the next call is again the most pressing one.
        let on_call = |item: &&Item| item.agent() == Some(agent_id(0)) && item.work.channel == "voice";
        let call = centre.router.items().find(on_call).map(|item| item.work.case);
        if let Some(call) = call {
            let expected = fits(&centre, "voice").map(|(case, _)| case);
            let next = centre.tell(Event::Finished { case: call, wrap_up_s: 0 });
            let next = next.first().map(|decision| match decision.what { What::Assign { case, .. } => case, ref other => panic!("{other:?}") });
            prop_assert_eq!(next, expected);
        }
    }
}
