//! Clocks explain themselves: which policy and why, when it is due and how that was counted, why it is paused.

use super::{
    Metric,
    ledger::{Pause, Status},
    policy::{Choice, Dimension, Warning, Whose},
    replay::Clock,
};
use crate::{
    calendar::{Calendar, Length},
    words::{Locale, moment, time_of_day},
};
use tertulia_kernel::Timestamp;

/// Stretches named one by one before the rest is summed up.
const SHOWN: usize = 4;

impl Metric {
    /// Its name, as it stands within a sentence.
    pub const fn words(self, locale: Locale) -> &'static str {
        match (self, locale) {
            (Self::FirstResponse, Locale::Es) => "primera respuesta",
            (Self::FirstResponse, Locale::En) => "first response",
            (Self::NextResponse, Locale::Es) => "siguiente respuesta",
            (Self::NextResponse, Locale::En) => "next response",
            (Self::Resolution, Locale::Es) => "resolución",
            (Self::Resolution, Locale::En) => "resolution",
        }
    }
}

impl Dimension {
    const fn words(self, locale: Locale) -> &'static str {
        match (self, locale) {
            (Self::CustomerType, Locale::Es) => "el tipo de cliente",
            (Self::CustomerType, Locale::En) => "the customer type",
            (Self::Channel, Locale::Es) => "el canal",
            (Self::Channel, Locale::En) => "the channel",
            (Self::Department, Locale::Es) => "el departamento",
            (Self::Department, Locale::En) => "the department",
            (Self::Priority, Locale::Es) => "la prioridad",
            (Self::Priority, Locale::En) => "the priority",
        }
    }
}

impl Pause {
    /// Why, as a clause.
    pub const fn words(self, locale: Locale) -> &'static str {
        match (self, locale) {
            (Self::Waiting, Locale::Es) => "se espera algo del cliente",
            (Self::Waiting, Locale::En) => "the customer has to do something first",
            (Self::Answered, Locale::Es) => "ya se respondió y le toca al cliente",
            (Self::Answered, Locale::En) => "it was answered and it is the customer's turn",
            (Self::Snoozed, Locale::Es) => "el caso está pospuesto",
            (Self::Snoozed, Locale::En) => "the case is snoozed",
        }
    }
}

impl Warning {
    /// What it tells: so much used, so much left.
    pub fn words(self, locale: Locale) -> String {
        match (self, locale) {
            (Self::Percent(percent), Locale::Es) => format!("Se usó el {percent} % de la meta."),
            (Self::Percent(percent), Locale::En) => format!("{percent} % of the target is used."),
            (Self::Left(left), Locale::Es) => format!("Quedan {left} hábiles."),
            (Self::Left(left), Locale::En) => format!("{left} of open time are left."),
        }
    }
}

impl Choice {
    /// Why this policy, and whose hours.
    pub fn words(&self, locale: Locale) -> String {
        let es = locale == Locale::Es;
        let Some(policy) = &self.policy else {
            let said = if es {
                "Ninguna política es para este caso: se mide sin meta."
            } else {
                "No policy is for this case: it is measured without a target."
            };
            return format!("{said} {}", self.hours_words(locale));
        };
        let mut said = match (self.named.is_empty(), es) {
            (true, true) => format!("Rige «{}», que vale para todos los casos", policy.name),
            (true, false) => format!("\"{}\" holds, which is for every case", policy.name),
            (false, true) => format!("Rige «{}» porque nombra {} de este caso", policy.name, list(&self.named, locale)),
            (false, false) => format!("\"{}\" holds because it names {} of this case", policy.name, list(&self.named, locale)),
        };
        if let Some((other, named)) = &self.over {
            let what = list(named, locale);
            said += &match (named.is_empty(), es) {
                (true, true) => format!("; antes que «{other}», que vale para todos"),
                (true, false) => format!("; before \"{other}\", which is for all"),
                (false, true) => format!("; antes que «{other}», que nombra {what}"),
                (false, false) => format!("; before \"{other}\", which names {what}"),
            };
        }
        if self.target.is_none() {
            said += if es { "; no fija meta para este reloj" } else { "; it sets no target for this clock" };
        }
        format!("{said}. {}", self.hours_words(locale))
    }

    fn hours_words(&self, locale: Locale) -> String {
        let (name, zone) = (&self.calendar.hours().name, self.calendar.zone().name());
        let es = locale == Locale::Es;
        match self.hours {
            Whose::Department if es => format!("Cuenta el horario del departamento, «{name}» ({zone})."),
            Whose::Department => format!("The department's hours count, \"{name}\" ({zone})."),
            Whose::Company if es => format!("Cuenta el horario de la empresa, «{name}» ({zone})."),
            Whose::Company => format!("The company's hours count, \"{name}\" ({zone})."),
            Whose::Policy if es => format!("Cuenta el horario que fija la política, «{name}» ({zone})."),
            Whose::Policy => format!("The hours set by the policy count, \"{name}\" ({zone})."),
            Whose::CustomerZone if es => format!("Cuenta el horario «{name}» a la hora del cliente ({zone})."),
            Whose::CustomerZone => format!("The hours \"{name}\" count by the customer's clock ({zone})."),
            Whose::ZoneUnknown if es => format!("No se conoce la zona horaria del cliente: cuenta el horario «{name}» ({zone})."),
            Whose::ZoneUnknown => format!("The customer's time zone is not known: the hours \"{name}\" count ({zone})."),
            Whose::Always if es => "Cuentan todas las horas.".into(),
            Whose::Always => "Every hour counts.".into(),
        }
    }
}

impl Clock {
    /// How it stands at a moment, when it is due and how that was counted, in whole sentences.
    pub fn words(&self, now: Timestamp, locale: Locale) -> String {
        let es = locale == Locale::Es;
        let metric = self.metric.words(locale);
        let zone = self.choice.calendar.zone();
        let say = |at: Timestamp| format!("{} ({})", moment(at, zone, locale), zone.name());
        let spent = self.elapsed(now);
        let Some(target) = self.choice.target else {
            return if es {
                format!("{metric}: sin meta; van {spent} hábiles.")
            } else {
                format!("{metric}: no target; {spent} of open time so far.")
            };
        };
        let breach =
            self.breached_at.map(|at| if es { format!(" Venció el {}.", say(at)) } else { format!(" It ran out on {}.", say(at)) });
        let breach = breach.unwrap_or_default();
        let title =
            if es { format!("{metric}: la meta es {target} hábiles.") } else { format!("{metric}: the target is {target} of open time.") };
        let rest = match (self.status, self.paused, es) {
            (Status::Paused, Some((since, why)), true) => {
                format!("En pausa desde el {}: {}. Van {spent}; al reanudar quedan {}.", say(since), why.words(locale), target.less(spent))
            }
            (Status::Paused, Some((since, why)), false) => {
                let left = target.less(spent);
                format!("Paused since {}: {}. {spent} are counted; {left} will be left when it goes on.", say(since), why.words(locale))
            }
            (Status::Met, _, true) => format!("Se cumplió en {spent}."),
            (Status::Met, _, false) => format!("It was met in {spent}."),
            (Status::Missed, _, true) => format!("Se hizo tarde, en {spent}."),
            (Status::Missed, _, false) => format!("It was done late, in {spent}."),
            (Status::Dropped, _, true) => format!("El caso se resolvió sin respuesta, a las {spent} hábiles."),
            (Status::Dropped, _, false) => format!("The case was resolved without an answer, after {spent} of open time."),
            (_, _, es) if self.breached_at.is_some() => {
                let over = spent.less(target);
                if es { format!("Lleva {over} hábiles de atraso.") } else { format!("It is {over} of open time late.") }
            }
            _ => return format!("{title} {}", self.due_words(target, locale)),
        };
        format!("{title}{breach} {rest}")
    }

    fn due_words(&self, target: Length, locale: Locale) -> String {
        let es = locale == Locale::Es;
        let calendar = &self.choice.calendar;
        let (Some(since), Some(due)) = (self.since, self.due_at) else {
            return if es { "No vence antes del año 2200.".into() } else { "It is not due before the year 2200.".into() };
        };
        let at = format!("{} ({})", moment(due, calendar.zone(), locale), calendar.zone().name());
        let mut said = if es { format!("Vence el {at}") } else { format!("It is due on {at}") };
        if self.spent > Length::ZERO {
            let (spent, left) = (self.spent, target.less(self.spent));
            said += &if es {
                format!("; ya iban {spent}, quedaban {left}")
            } else {
                format!("; {spent} were counted before, {left} were left")
            };
        }
        said + &counted(calendar, since, due, locale)
    }
}

/// `: Fri 17 Jul 2026, 16:00–17:00 (1 h) + …`, and what was closed in between.
fn counted(calendar: &Calendar, from: Timestamp, to: Timestamp, locale: Locale) -> String {
    let es = locale == Locale::Es;
    let mut stretches: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (begins, ends) in calendar.openings(from, to) {
        match stretches.last_mut() {
            Some(last) if last.1 == begins => last.1 = ends,
            _ => stretches.push((begins, ends)),
        }
    }
    let zone = calendar.zone();
    let length = |(begins, ends): &(Timestamp, Timestamp)| Length::from_to(*begins, *ends);
    let mut parts: Vec<String> = Vec::new();
    for stretch in stretches.iter().take(SHOWN) {
        let same_day = zone.local(stretch.0).0 == zone.local(stretch.1).0;
        let until = if same_day { time_of_day(stretch.1, zone) } else { moment(stretch.1, zone, locale) };
        parts.push(format!("{}–{until} ({})", moment(stretch.0, zone, locale), length(stretch)));
    }
    if let Some(rest) = stretches.get(SHOWN..).filter(|rest| !rest.is_empty()) {
        let sum: Length = rest.iter().map(length).sum();
        parts.push(match (rest.len(), es) {
            (1, true) => format!("1 tramo más ({sum})"),
            (1, false) => format!("1 more stretch ({sum})"),
            (many, true) => format!("{many} tramos más ({sum})"),
            (many, false) => format!("{many} more stretches ({sum})"),
        });
    }
    let mut said = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(" + ")) };
    said.push('.');
    let closed = calendar.closed_between(from, to);
    if !closed.is_empty() {
        let names = closed.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
        let more = if closed.len() > SHOWN { "…" } else { "." };
        said += &if es { format!(" Cerrado por: {names}{more}") } else { format!(" Closed for: {names}{more}") };
    }
    said
}

fn list(named: &[Dimension], locale: Locale) -> String {
    let words: Vec<&str> = named.iter().map(|dimension| dimension.words(locale)).collect();
    let and = if locale == Locale::Es { " y " } else { " and " };
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, first)) => format!("{}{and}{last}", first.join(", ")),
        None => String::new(),
    }
}
