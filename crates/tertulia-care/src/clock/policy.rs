//! Service levels: how soon, counted by which hours, and which of several policies holds for a case.

use super::{Metric, facts::Traits};
use crate::{
    calendar::{Calendar, Length, Zone},
    rules::Priority,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};
use tertulia_kernel::{CalendarId, DepartmentId, ServicePolicyId, Timestamp};

/// A promise to some customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Id.
    pub id: ServicePolicyId,
    /// What people call it.
    pub name: String,
    /// For which cases.
    #[serde(default)]
    pub scope: Scope,
    /// How soon.
    #[serde(default)]
    pub targets: Targets,
    /// By which hours.
    #[serde(default)]
    pub hours: HoursOf,
    /// What stops the count.
    #[serde(default)]
    pub pauses: Pauses,
    /// Which answers keep the promise.
    #[serde(default)]
    pub answers: Answers,
    /// What becomes of the resolution clock when a case is opened again.
    #[serde(default)]
    pub reopening: Reopening,
    /// When to warn before a target is missed.
    #[serde(default)]
    pub warnings: Vec<Warning>,
}

/// The cases a policy is for: one of each list; an empty list does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scope {
    /// Types of customer.
    pub customer_types: Vec<String>,
    /// Kinds of channel.
    pub channels: Vec<String>,
    /// Departments.
    pub departments: Vec<DepartmentId>,
    /// Priorities.
    pub priorities: Vec<Priority>,
}

/// What a scope can name, the one that weighs most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Type of customer.
    CustomerType,
    /// Kind of channel.
    Channel,
    /// Department.
    Department,
    /// Priority.
    Priority,
}

/// The open time each clock may take; `None`: it is measured, and promises nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Targets {
    /// From the customer's first word to our first answer.
    pub first_response: Option<Length>,
    /// From each later word that finds no answer pending to our answer.
    pub next_response: Option<Length>,
    /// From the beginning to the end of the case.
    pub resolution: Option<Length>,
}

impl Targets {
    /// The target of a clock.
    pub const fn of(&self, metric: Metric) -> Option<Length> {
        match metric {
            Metric::FirstResponse => self.first_response,
            Metric::NextResponse => self.next_response,
            Metric::Resolution => self.resolution,
        }
    }
}

/// Whose hours count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoursOf {
    /// Those of the case's department.
    #[default]
    Department,
    /// The department's, by the wall clock of the customer's zone. Where that is not known: the department's.
    CustomerZone,
    /// Those of this calendar.
    Calendar(CalendarId),
    /// Every hour.
    Always,
}

/// What stops the count. The response clocks never stop for the first two: a customer without an answer waits for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pauses {
    /// An agent says that the customer has to do something: the resolution clock stops.
    pub waiting: bool,
    /// We have answered and it is the customer's turn: the resolution clock stops.
    pub answered: bool,
    /// The case is snoozed: the resolution clock stops.
    pub snoozed: bool,
    /// The case is snoozed: the response clocks stop too.
    pub snoozed_response: bool,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { waiting: true, answered: false, snoozed: false, snoozed_response: false }
    }
}

/// Which answers count as a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    /// Public and private ones.
    #[default]
    Any,
    /// Only those everybody can read. For channels with a public side: on others nothing would ever count.
    Public,
}

/// What becomes of the resolution clock of a case that is opened again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reopening {
    /// It goes on with what it had counted; the time in between does not count. A target missed stays missed.
    #[default]
    Continue,
    /// A new one begins at nothing; the old one keeps how it ended.
    Restart,
}

/// When to warn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// When so many per cent of the target are used up.
    Percent(u8),
    /// When so much open time is left. A target that is no longer than this gives no warning.
    Left(Length),
}

impl Warning {
    /// The time after which it is due, of a target.
    pub(super) fn threshold(self, target: Length) -> Option<Length> {
        match self {
            Self::Percent(percent) => Some(target.percent(percent)),
            Self::Left(left) => (left < target).then(|| target.less(left)),
        }
    }
}

/// The calendars of a company.
#[derive(Clone, Debug)]
pub struct Calendars {
    /// By id.
    pub by_id: BTreeMap<CalendarId, Arc<Calendar>>,
    /// Which one each department keeps.
    pub of_department: BTreeMap<DepartmentId, CalendarId>,
    /// The company's own: for departments without one, and cases without a department.
    pub company: Arc<Calendar>,
}

/// Policies and calendars as they hold from a moment on.
#[derive(Clone, Debug)]
pub struct Edition {
    /// From when. The time before the first edition belongs to it too.
    pub since: Timestamp,
    /// Policies in the order people keep them.
    pub policies: Vec<Arc<Policy>>,
    /// Calendars.
    pub calendars: Calendars,
}

/// All editions. Who edits a policy or a calendar adds an edition: from now on, or from an earlier moment when the change is to
/// hold for what already happened; then cases are replayed. Facts are not touched.
#[derive(Clone, Debug)]
pub struct Book(Vec<Edition>);

/// Why a book was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// No edition.
    #[error("a book has at least one edition")]
    Empty,
    /// This policy promises something in no time.
    #[error("policy \"{0}\" has a target of no time")]
    NoTime(String),
    /// This policy warns at 0 % or at 100 % and more.
    #[error("policy \"{0}\" warns at a share outside 1 to 99 per cent")]
    BadWarning(String),
    /// This policy names a calendar that its edition does not have.
    #[error("policy \"{0}\" counts by a calendar that does not exist")]
    NoCalendar(String),
}

impl Book {
    /// Puts the editions in order. Of two since the same moment the later given comes after, and so holds.
    pub fn new(mut editions: Vec<Edition>) -> Result<Self, BookError> {
        if editions.is_empty() {
            return Err(BookError::Empty);
        }
        editions.sort_by_key(|edition| edition.since);
        for edition in &editions {
            for policy in &edition.policies {
                let name = || policy.name.clone();
                if Metric::ALL.iter().any(|metric| policy.targets.of(*metric) == Some(Length::ZERO)) {
                    return Err(BookError::NoTime(name()));
                }
                if policy.warnings.iter().any(|warning| matches!(warning, Warning::Percent(0 | 100..))) {
                    return Err(BookError::BadWarning(name()));
                }
                if matches!(policy.hours, HoursOf::Calendar(id) if !edition.calendars.by_id.contains_key(&id)) {
                    return Err(BookError::NoCalendar(name()));
                }
            }
        }
        Ok(Self(editions))
    }

    /// The place of the edition that holds at a moment.
    pub(super) fn place(&self, at: Timestamp) -> usize {
        self.0.partition_point(|edition| edition.since <= at).saturating_sub(1)
    }

    /// When the edition after a place begins to hold.
    pub(super) fn next_since(&self, place: usize) -> Option<Timestamp> {
        self.0.get(place + 1).map(|edition| edition.since)
    }

    pub(super) fn edition(&self, place: usize) -> &Edition {
        &self.0[place]
    }
}

/// The policy and hours that hold for one clock of a case, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The policy; `None` when none is for this case.
    pub policy: Option<Arc<Policy>>,
    /// How soon.
    pub target: Option<Length>,
    /// What the policy names, and the case has.
    pub named: Vec<Dimension>,
    /// The next best policy and what it names.
    pub over: Option<(String, Vec<Dimension>)>,
    /// The hours that count.
    pub calendar: Arc<Calendar>,
    /// Whose they are.
    pub hours: Whose,
}

/// Whose hours were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// The department's.
    Department,
    /// The company's, as the department has none.
    Company,
    /// The policy's own calendar.
    Policy,
    /// The department's or company's, by the customer's wall clock.
    CustomerZone,
    /// The department's or company's, although the policy asks for the customer's wall clock: their zone is not known.
    ZoneUnknown,
    /// Every hour.
    Always,
}

impl Scope {
    /// What it names, when the case fits all of it.
    pub fn fits(&self, traits: &Traits) -> Option<Vec<Dimension>> {
        let has = |list: &[String], value: Option<&String>| value.is_some_and(|value| list.contains(value));
        let asked = [
            (Dimension::CustomerType, self.customer_types.is_empty(), has(&self.customer_types, traits.customer_type.as_ref())),
            (Dimension::Channel, self.channels.is_empty(), has(&self.channels, Some(&traits.channel))),
            (
                Dimension::Department,
                self.departments.is_empty(),
                traits.department.is_some_and(|department| self.departments.contains(&department)),
            ),
            (Dimension::Priority, self.priorities.is_empty(), self.priorities.contains(&traits.priority)),
        ];
        let mut named = Vec::new();
        for (dimension, silent, fits) in asked {
            match (silent, fits) {
                (true, _) => {}
                (false, true) => named.push(dimension),
                (false, false) => return None,
            }
        }
        Some(named)
    }
}

impl Edition {
    /// Chooses for one clock of a case. Of the policies whose scope fits, those that set this clock a target come first; of
    /// these the one that names most; of equals the one that names what weighs more ([`Dimension`]); then the first kept.
    pub fn choose(&self, metric: Metric, traits: &Traits) -> Choice {
        let mut fit: Vec<_> = self.policies.iter().filter_map(|policy| policy.scope.fits(traits).map(|named| (policy, named))).collect();
        fit.sort_by(|(a, names_a), (b, names_b)| {
            let silent = |policy: &Policy| policy.targets.of(metric).is_none();
            silent(a).cmp(&silent(b)).then(names_b.len().cmp(&names_a.len())).then_with(|| names_a.cmp(names_b))
        });
        let mut fit = fit.into_iter();
        let first = fit.next();
        let over = fit.next().map(|(policy, named)| (policy.name.clone(), named));
        let (policy, named) = first.map_or((None, Vec::new()), |(policy, named)| (Some(Arc::clone(policy)), named));
        let (calendar, hours) = self.calendar(policy.as_ref().map_or_else(HoursOf::default, |policy| policy.hours), traits);
        let target = policy.as_ref().and_then(|policy| policy.targets.of(metric));
        Choice { policy, target, named, over, calendar, hours }
    }

    fn calendar(&self, hours: HoursOf, traits: &Traits) -> (Arc<Calendar>, Whose) {
        let calendars = &self.calendars;
        let own = || {
            let id = traits.department.and_then(|department| calendars.of_department.get(&department));
            id.and_then(|id| calendars.by_id.get(id))
                .map_or_else(|| (Arc::clone(&calendars.company), Whose::Company), |own| (Arc::clone(own), Whose::Department))
        };
        match hours {
            HoursOf::Department => own(),
            HoursOf::CustomerZone => {
                let (calendar, _) = own();
                match traits.customer_zone.as_deref().and_then(Zone::named) {
                    Some(zone) => (Arc::new(calendar.in_zone(zone)), Whose::CustomerZone),
                    None => (calendar, Whose::ZoneUnknown),
                }
            }
            HoursOf::Calendar(id) => calendars.by_id.get(&id).map_or_else(own, |calendar| (Arc::clone(calendar), Whose::Policy)),
            HoursOf::Always => (Arc::new(Calendar::always()), Whose::Always),
        }
    }
}
