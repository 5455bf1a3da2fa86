//! `tertulia measure staff`: agents for a target, and the other way round.

use clap::Args;
use serde_json::{Value, json};
use tertulia_measure::MeasureError;
use tertulia_measure::erlang::{Load, Model, Target, scheduled};
use tertulia_measure::facts::ServiceLevelRule;

use super::Refused;

/// Options of `tertulia measure staff`.
#[derive(Args)]
pub struct StaffArgs {
    /// Contacts that come in an hour.
    #[arg(long, value_name = "N")]
    per_hour: f64,
    /// What so many agents achieve, instead of how many a target needs.
    #[arg(long, value_name = "N", conflicts_with_all = ["target", "answer_time", "abandonment", "occupancy"])]
    agents: Option<u32>,
    #[command(flatten)]
    wanted: Wanted,
    /// Mean handling time in seconds: talk, hold and wrap-up.
    #[arg(long, value_name = "SECONDS")]
    aht: f64,
}

/// What is to be reached; also of `tertulia measure forecast`.
#[derive(Args)]
pub struct Wanted {
    /// Least share that is answered within the time of --within, of all who come: 0.8.
    #[arg(long, value_name = "SHARE")]
    target: Option<f64>,
    /// The time of the service level.
    #[arg(long, value_name = "SECONDS", default_value_t = 20.0)]
    within: f64,
    /// Leave who gives up within so many seconds out of the service level.
    #[arg(long, value_name = "SECONDS")]
    short: Option<f64>,
    /// Longest mean wait of those who are answered.
    #[arg(long, value_name = "SECONDS")]
    answer_time: Option<f64>,
    /// Greatest share that gives up; needs --patience.
    #[arg(long, value_name = "SHARE")]
    abandonment: Option<f64>,
    /// Greatest share of their time that agents are busy.
    #[arg(long, value_name = "SHARE")]
    occupancy: Option<f64>,
    /// How long people wait before they give up, on average; without it, for ever.
    #[arg(long, value_name = "SECONDS")]
    patience: Option<f64>,
    /// Share of paid time that goes to breaks, training, meetings and absence.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    shrinkage: f64,
}

impl Wanted {
    /// How the service level is counted.
    fn rule(&self) -> ServiceLevelRule {
        self.short.map_or(ServiceLevelRule::AbandonedIncluded, |short_seconds| ServiceLevelRule::ShortAbandonsLeftOut { short_seconds })
    }

    /// As the formulas take it.
    pub fn target(&self) -> Target {
        Target {
            service_level: self.target.map(|share| (share, self.within)),
            rule: self.rule(),
            answer_time: self.answer_time,
            abandonment: self.abandonment,
            occupancy: self.occupancy,
        }
    }

    /// Mean seconds until people give up.
    pub fn patience(&self) -> Option<f64> {
        self.patience
    }

    /// Share of paid time not at work.
    pub fn shrinkage(&self) -> f64 {
        self.shrinkage
    }
}

/// Answers the question.
pub fn answer(args: &StaffArgs) -> Result<Value, Refused> {
    let wanted = &args.wanted;
    let model = Model::new(Load::per_hour(args.per_hour, args.aht)?, wanted.patience)?;
    let service = match args.agents {
        Some(agents) => model.with(agents)?,
        None => model.staff(&wanted.target())?.service,
    };
    let level = |rule| -> Result<f64, MeasureError> { service.service_level(wanted.within, rule) };
    Ok(json!({
        "agents": service.agents,
        "scheduled": scheduled(service.agents, wanted.shrinkage)?,
        "model": if wanted.patience.is_some() { "erlang_a" } else { "erlang_c" },
        "offered_erlangs": service.offered,
        "service_level": level(wanted.rule())?,
        "within_s": wanted.within,
        "wait_probability": service.wait_probability,
        "asa_s": service.answer_time,
        "mean_wait_s": service.mean_wait,
        "abandonment": service.abandonment,
        "occupancy": service.occupancy,
        "queue_length": service.queue_length,
    }))
}
