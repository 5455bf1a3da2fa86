//! Checking a query while somebody types it.

use super::{
    MonitorBrief, bounded,
    estimate::{self, Estimate},
};
use crate::{
    Actor, App, Result, cases,
    channel::Bilingual,
    lists,
    query::{Query, QueryProblem},
};
use tertulia_kernel::MonitorId;
use tertulia_store::{Conn, search::PostFilter};

/// What is asked about a query.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// The query.
    pub query: String,
    /// Estimate its matches too.
    pub estimate: bool,
    /// The monitor it is to be, left out of those that say the same.
    pub monitor: Option<MonitorId>,
}

/// What a check of a query found.
#[derive(Clone, Debug)]
pub enum Check {
    /// It can be used.
    Good {
        /// Canonical form.
        canonical: String,
        /// Plain-language reading.
        reading: Bilingual,
        /// `low`, `medium` or `high`.
        cost: &'static str,
        /// When asked for.
        estimate: Option<Estimate>,
        /// Monitors that say the same.
        same_as: Vec<MonitorBrief>,
    },
    /// It can't; the range is in UTF-16 code units of the query.
    Bad {
        /// What is wrong and what to do.
        problem: QueryProblem,
        /// Where.
        range: [u32; 2],
    },
}

/// Checks a query. Searching takes queries too, so everybody may ask.
pub async fn check(app: &App, actor: &Actor, question: &Question) -> Result<Check> {
    let text = question.query.as_str();
    bounded(text)?;
    let lists = lists::named(&mut app.store.read().await?, [text]).await?;
    let query = match Query::parse(text, &lists) {
        Ok(query) => query,
        Err(problem) => return Ok(Check::Bad { range: problem.units, problem: *problem }),
    };
    let estimate = if question.estimate {
        let filter = PostFilter { seen_by: cases::seen_by(actor), ..PostFilter::default() };
        Some(estimate::of_query(app, &query, filter).await?)
    } else {
        None
    };
    let same_as = same_as(app, &mut app.store.read().await?, &query, question.monitor).await?;
    Ok(Check::Good { canonical: query.canonical(), reading: query.reading(), cost: query.cost(), estimate, same_as })
}

/// Monitors whose query says the same, by number, without one.
pub(super) async fn same_as(app: &App, conn: &mut Conn, query: &Query, but: Option<MonitorId>) -> Result<Vec<MonitorBrief>> {
    let listening = app.listening(conn).await?;
    let ids: Vec<_> = listening.alike(query).into_iter().filter(|id| Some(*id) != but).map(|id| id.0).take(100).collect();
    let identity = query.identity();
    let rows = conn.monitors_by_id(&ids).await?;
    let lists = lists::named(conn, rows.iter().map(|row| row.query.as_str())).await?;
    let same = rows.into_iter().filter(|row| Query::parse(&row.query, &lists).is_ok_and(|other| other.identity() == identity));
    Ok(same.map(MonitorBrief::from).collect())
}
