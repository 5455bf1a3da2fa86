//! A small contact centre to try things in.

use tertulia_care::router::{Agent, Decision, Event, Facts, Need, Queue, Router, Settings, State, What, Work};
use tertulia_care::words::Locale;
use tertulia_kernel::{CaseId, DepartmentId, Timestamp, UserId};
use uuid::Uuid;

/// Nine in the morning of some day.
pub const START: Timestamp = Timestamp::from_seconds(1_790_000_000);

pub fn queue_id(n: u8) -> DepartmentId {
    Uuid::from_u128(0x100 + u128::from(n)).into()
}

pub fn agent_id(n: u8) -> UserId {
    Uuid::from_u128(0x200 + u128::from(n)).into()
}

pub fn case_id(n: u32) -> CaseId {
    Uuid::from_u128(0x1_0000 + u128::from(n)).into()
}

/// One skilled person: three chats, one call, ten mails.
pub fn agent(n: u8, queues: &[u8], skills: &[(&str, u8)]) -> Agent {
    Agent {
        id: agent_id(n),
        name: ["Ana", "Beto", "Carla", "Diego", "Elsa", "Fito"][usize::from(n) % 6].to_owned(),
        queues: queues.iter().map(|&q| queue_id(q)).collect(),
        skills: skills.iter().map(|&(name, level)| (name.to_owned(), level)).collect(),
        capacity: [("voice", 1), ("chat", 3), ("mail", 10)].map(|(name, most)| (name.to_owned(), most)).into(),
        units: None,
    }
}

pub fn need(skill: &str, min: u8) -> Need {
    Need { skill: skill.into(), min }
}

/// A router whose clock is set by hand.
pub struct Centre {
    pub router: Router,
    pub now: Timestamp,
}

impl Centre {
    pub fn new(queues: impl IntoIterator<Item = Queue>, agents: impl IntoIterator<Item = Agent>) -> Self {
        Self::with(Settings::default(), queues, agents)
    }

    /// Everybody is ready.
    pub fn with(settings: Settings, queues: impl IntoIterator<Item = Queue>, agents: impl IntoIterator<Item = Agent>) -> Self {
        let mut centre = Self { router: Router::new(settings), now: START };
        for queue in queues {
            centre.tell(Event::QueueChanged(Box::new(queue)));
        }
        for agent in agents {
            let id = agent.id;
            centre.tell(Event::AgentChanged(Box::new(agent)));
            centre.tell(Event::StateChanged { agent: id, channel: None, state: State::Ready });
            // Each a second after the other: the first is the longest idle.
            centre.now = centre.now.plus_seconds(1);
        }
        centre
    }

    pub fn tell(&mut self, event: Event) -> Vec<Decision> {
        self.router.handle(self.now, event)
    }

    /// Time passes; all that is due on the way happens at its moment.
    pub fn wait(&mut self, seconds: i64) -> Vec<Decision> {
        let end = self.now.plus_seconds(seconds);
        let mut all = Vec::new();
        while let Some(at) = self.router.next_wake().filter(|&at| at <= end) {
            all.extend(self.router.handle(at, Event::Tick));
        }
        self.now = end;
        all.extend(self.tell(Event::Tick));
        all
    }

    pub fn work(&self, n: u32, queue: u8, channel: &str) -> Work {
        Work {
            case: case_id(n),
            queue: queue_id(queue),
            channel: channel.into(),
            since: self.now,
            units: None,
            needs: Vec::new(),
            prefers: Vec::new(),
            facts: Facts::default(),
            sticky: None,
        }
    }

    pub fn arrives(&mut self, n: u32, queue: u8, channel: &str) -> Vec<Decision> {
        let work = self.work(n, queue, channel);
        self.tell(Event::Arrives(Box::new(work)))
    }

    pub fn arrives_as(&mut self, n: u32, queue: u8, channel: &str, shape: impl FnOnce(&mut Work)) -> Vec<Decision> {
        let mut work = self.work(n, queue, channel);
        shape(&mut work);
        self.tell(Event::Arrives(Box::new(work)))
    }

    pub fn finish(&mut self, n: u32) -> Vec<Decision> {
        self.tell(Event::Finished { case: case_id(n), wrap_up_s: 0 })
    }

    pub fn state(&mut self, agent: u8, state: State) -> Vec<Decision> {
        self.tell(Event::StateChanged { agent: agent_id(agent), channel: None, state })
    }
}

pub fn break_time() -> State {
    State::NotReady { reason: "break".into() }
}

/// Decisions in short: `offer 1 → Ana`.
pub fn short(decisions: &[Decision]) -> Vec<String> {
    let case = |case: CaseId| case.0.as_u128() - 0x1_0000;
    let who = |agent: UserId| ["Ana", "Beto", "Carla", "Diego", "Elsa", "Fito"][(agent.0.as_u128() - 0x200) as usize % 6];
    let queue = |queue: DepartmentId| queue.0.as_u128() - 0x100;
    let say = |decision: &Decision| match &decision.what {
        What::Offer { case: c, agent, .. } => format!("offer {} → {}", case(*c), who(*agent)),
        What::Assign { case: c, agent, .. } => format!("assign {} → {}", case(*c), who(*agent)),
        What::Withdraw { case: c, agent } => format!("withdraw {} ← {}", case(*c), who(*agent)),
        What::Return { case: c, agent } => format!("return {} ← {}", case(*c), who(*agent)),
        What::Overflow { case: c, to, .. } => format!("overflow {} → queue {}", case(*c), queue(*to)),
        What::Widen { case: c, ring } => format!("widen {} to ring {ring}", case(*c)),
        What::SetState { agent, state } => format!("{} is {}", who(*agent), state.words(Locale::En)),
        What::Free { case: c, agent } => format!("free {} ← {}", case(*c), who(*agent)),
        What::Wake { case: c } => format!("wake {}", case(*c)),
        What::Nothing { .. } => format!("nothing: {}", decision.why.words(Locale::En)),
        What::Ignored => format!("ignored: {}", decision.why.words(Locale::En)),
    };
    decisions.iter().map(say).collect()
}
