//! Reasons in words, in Spanish and English.

use super::{
    decision::{By, Chosen, Gone, Misfit, RingNow, Why},
    priority::{Points, Share, Term},
    setup::{MISSED, State},
};
use crate::{rules::Priority, words::Locale};

/// Pieces of sentences.
impl Locale {
    fn of(self, es: impl Into<String>, en: impl Into<String>) -> String {
        match self {
            Self::Es => es.into(),
            Self::En => en.into(),
        }
    }

    /// `12 000`.
    fn count(self, n: u64) -> String {
        let digits = n.to_string();
        let mut out = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(' ');
            }
            out.push(digit);
        }
        out
    }

    /// `+0.30`, in Spanish `+0,30`.
    fn points(self, points: Points) -> String {
        let text = format!("{:+.2}", points as f64 / 1e6);
        self.of(text.replace('.', ","), text)
    }

    /// `45 s`, `12 min`, `3 h`, `2 d`.
    fn span(self, seconds: i64) -> String {
        match seconds {
            i64::MIN..120 => format!("{seconds} s"),
            120..7_200 => format!("{} min", seconds / 60),
            7_200..172_800 => format!("{} h", seconds / 3_600),
            _ => format!("{} d", seconds / 86_400),
        }
    }
}

impl Share {
    /// `12 000 followers +0.30`.
    pub fn words(&self, lang: Locale) -> String {
        let what = match &self.term {
            Term::Level(level) => match level {
                Priority::Low => lang.of("prioridad baja", "low priority"),
                Priority::Normal => lang.of("prioridad normal", "normal priority"),
                Priority::High => lang.of("prioridad alta", "high priority"),
                Priority::Urgent => lang.of("prioridad urgente", "urgent priority"),
            },
            Term::Customer(name) => lang.of(format!("tipo de cliente «{name}»"), format!("customer type “{name}”")),
            Term::Followers(n) => lang.of(format!("{} seguidores", lang.count(*n)), format!("{} followers", lang.count(*n))),
            Term::Negative => lang.of("tono negativo", "negative tone"),
            Term::Urgency(n) => lang.of(format!("urgencia {} %", n / 10), format!("urgency {} %", n / 10)),
            Term::Given => lang.of("dado a mano o por regla", "given by hand or by rule"),
            Term::Queue => lang.of("su cola", "its queue"),
            Term::Waiting(s) => lang.of(format!("{} de espera", lang.span(*s)), format!("{} of waiting", lang.span(*s))),
            Term::Deadline(s) if *s < 0 => lang.of(format!("venció hace {}", lang.span(-s)), format!("due {} ago", lang.span(-s))),
            Term::Deadline(s) => lang.of(format!("vence en {}", lang.span(*s)), format!("due in {}", lang.span(*s))),
        };
        format!("{what} {}", lang.points(self.points))
    }
}

impl State {
    /// The state as people say it; a reason's code is shown as it is.
    pub fn words(&self, lang: Locale) -> String {
        match self {
            Self::Ready => lang.of("disponible", "ready"),
            Self::NotReady { reason } if reason == MISSED => {
                lang.of("no disponible (dejó pasar una oferta)", "not ready (let an offer pass)")
            }
            Self::NotReady { reason } => lang.of(format!("no disponible ({reason})"), format!("not ready ({reason})")),
            Self::Away => lang.of("ausente", "away"),
            Self::Offline => lang.of("desconectado", "offline"),
        }
    }
}

impl RingNow {
    fn words(&self, lang: Locale) -> String {
        let mut parts = Vec::new();
        if let Some(competence) = self.competence {
            parts.push(lang.of(format!("basta competencia {competence}"), format!("competence {competence} will do")));
        }
        if !self.without.is_empty() {
            let names = self.without.join(", ");
            parts.push(lang.of(format!("ya no hace falta {names}"), format!("{names} no longer needed")));
        }
        if parts.is_empty() {
            parts.push(lang.of("se pide lo mismo", "the same is asked"));
        }
        let (number, after, parts) = (self.number, lang.span(i64::from(self.after_s)), parts.join(", "));
        lang.of(format!("anillo {number}, tras {after}: {parts}"), format!("ring {number}, after {after}: {parts}"))
    }
}

impl By {
    fn words(&self, lang: Locale) -> String {
        match self {
            Self::Sticky => lang.of("conoce al cliente", "knows the customer"),
            Self::Hand => lang.of("una persona lo eligió así", "a person chose so"),
            Self::OnlyOne => lang.of("nadie más podía", "nobody else could"),
            Self::Preferred { among } => {
                lang.of(format!("las habilidades preferidas, entre {among}"), format!("the preferred skills, among {among}"))
            }
            Self::MostSkilled { among } => lang.of(format!("mayor competencia entre {among}"), format!("most competent of {among}")),
            Self::LeastSkilled { among } => {
                lang.of(format!("la competencia justa entre {among}"), format!("just competent enough, of {among}"))
            }
            Self::LeastLoaded { among } => lang.of(format!("menor carga entre {among}"), format!("smallest load of {among}")),
            Self::LongestIdle { among, idle_s } => {
                let idle = lang.span(*idle_s);
                lang.of(
                    format!("más tiempo sin trabajo nuevo ({idle}) entre {among}"),
                    format!("longest without new work ({idle}) of {among}"),
                )
            }
            Self::NextInLine { waiting } => lang.of(
                format!("quedó libre; lo más urgente de {waiting} en espera"),
                format!("became free; the most pressing of {waiting} waiting"),
            ),
            Self::Pulled { waiting } => lang
                .of(format!("lo pidió; lo más urgente de {waiting} en espera"), format!("asked; the most pressing of {waiting} waiting")),
        }
    }
}

impl Chosen {
    fn words(&self, lang: Locale) -> String {
        let shares = self.shares.iter().map(|share| share.words(lang)).collect::<Vec<_>>().join("; ");
        let (queue, waited, points) = (&self.queue, lang.span(self.waited_s), lang.points(self.score));
        let mut text = format!("{}: {}. ", self.agent, self.by.words(lang));
        text += &lang.of(format!("Cola {queue}, {waited} de espera, {points}"), format!("Queue {queue}, waited {waited}, {points}"));
        if !shares.is_empty() {
            text += &format!(" ({shares})");
        }
        text.push('.');
        if let Some(ring) = &self.ring {
            let words = ring.words(lang);
            text += &format!(" {}{}.", words[..1].to_uppercase(), &words[1..]);
        }
        text
    }
}

impl Gone {
    fn words(self, lang: Locale) -> String {
        match self {
            Self::Abandoned => lang.of("El cliente se fue.", "The customer gave up."),
            Self::Closed => lang.of("El caso se cerró.", "The case was closed."),
            Self::Finished => lang.of("El trabajo terminó.", "The work is done."),
            Self::Snoozed => lang.of("El caso se pospuso.", "The case was snoozed."),
            Self::Forbidden => lang.of("Nadie puede trabajar en este caso por ahora.", "Nobody may work on this case for now."),
            Self::Transferred => lang.of("El caso pasó a otras manos.", "The case was handed on."),
            Self::Taken => lang.of("Alguien lo tomó.", "Somebody took it."),
            Self::Changed => lang.of("El caso ahora pide otra cosa.", "The case asks for something else now."),
            Self::CallBack => lang.of("El cliente pidió que lo llamen después.", "The customer asked to be called later."),
        }
    }
}

impl Misfit {
    fn words(self, lang: Locale) -> String {
        match self {
            Self::UnknownCase => lang.of("No hay tal trabajo.", "There is no such work."),
            Self::UnknownAgent => lang.of("No hay tal persona.", "There is no such person."),
            Self::UnknownQueue => lang.of("No hay tal cola.", "There is no such queue."),
            Self::Stage => lang.of("El trabajo no está en un punto donde eso pueda pasar.", "The work is not where this can happen."),
            Self::OfferOver => lang.of("La oferta ya terminó.", "The offer is over."),
            Self::NotHere => lang.of("Esa persona no está.", "That person is not here."),
            Self::AlreadyIn => lang.of("Esa persona ya participa.", "That person takes part already."),
        }
    }
}

impl Why {
    /// The reason as people read it.
    pub fn words(&self, lang: Locale) -> String {
        match self {
            Self::Chosen(chosen) => chosen.words(lang),
            Self::Accepted { agent } => lang.of(format!("{agent} aceptó la oferta."), format!("{agent} accepted the offer.")),
            Self::TakenByHand { agent } => lang.of(format!("{agent} lo tomó."), format!("{agent} took it.")),
            Self::HandedOver { agent } => {
                lang.of(format!("Quien lo llevaba se fue y sigue {agent}."), format!("Its owner left and {agent} goes on."))
            }
            Self::Missed { agent } => lang.of(
                format!("{agent} no respondió a tiempo; el caso conserva su antigüedad."),
                format!("{agent} did not answer in time; the case keeps its age."),
            ),
            Self::Declined { agent } => lang.of(format!("{agent} no lo aceptó."), format!("{agent} declined it.")),
            Self::Unready { agent, state } => {
                lang.of(format!("{agent}: {}.", state.words(lang)), format!("{agent} is {}.", state.words(lang)))
            }
            Self::Unfit { agent } => {
                lang.of(format!("{agent} ya no cumple lo que pide."), format!("{agent} can no longer meet what it needs."))
            }
            Self::Left { agent } => lang.of(format!("{agent} lo dejó."), format!("{agent} left it.")),
            Self::OwnerGone { agent, seconds } => lang.of(
                format!("{agent} lleva {} sin conexión.", lang.span(*seconds)),
                format!("{agent} has been offline for {}.", lang.span(*seconds)),
            ),
            Self::Gone { how } => how.words(lang),
            Self::WaitedHere { queue, to, seconds } => lang.of(
                format!("Esperó {} en {queue} y pasa a {to}.", lang.span(*seconds)),
                format!("It waited {} in {queue} and goes on to {to}.", lang.span(*seconds)),
            ),
            Self::TooMany { queue, to, waiting } => lang.of(
                format!("En {queue} ya esperan {waiting}; pasa a {to}."),
                format!("{waiting} already wait in {queue}; it goes on to {to}."),
            ),
            Self::Ring(ring) => {
                let words = ring.words(lang);
                format!("{}{}.", words[..1].to_uppercase(), &words[1..])
            }
            Self::Due { call_back: true } => lang.of("Llegó la hora de llamar al cliente.", "It is time to call the customer."),
            Self::Due { call_back: false } => lang.of("Terminó el tiempo pospuesto.", "Its snooze is over."),
            Self::WrappedUp => lang.of("El cierre terminó y hay lugar otra vez.", "The wrap-up is over and there is room again."),
            Self::NothingFits { agent, waiting } => {
                lang.of(format!("De {waiting} en espera, nada es para {agent}."), format!("Of {waiting} waiting, nothing is for {agent}."))
            }
            Self::NotTaking { agent, state: Some(state) } => {
                lang.of(format!("{agent}: {}.", state.words(lang)), format!("{agent} is {}.", state.words(lang)))
            }
            Self::NotTaking { agent, state: None } => {
                lang.of(format!("{agent} ya tiene todo lo que puede atender."), format!("{agent} has all they can carry."))
            }
            Self::NobodyFree => lang.of("Nadie de quienes pueden está libre ahora.", "Nobody who could is free now."),
            Self::Misfit { how } => how.words(lang),
        }
    }
}
