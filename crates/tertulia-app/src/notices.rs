//! Notices to a user: somebody mentioned them, gave them a case, an answer of theirs failed, a query of theirs takes too
//! long.

use crate::{
    Actor, App, Result, cases,
    live::{Audience, News},
    page,
};
use std::collections::HashMap;
use tertulia_store::{case::CaseRow, desk::NoticeRow};
use uuid::Uuid;

/// Notices of a page.
const MOST: i64 = 100;

/// A notice with its case's number.
#[derive(Clone, Debug)]
pub struct NoticeView {
    /// The row.
    pub row: NoticeRow,
    /// Number of its case.
    pub case_number: Option<i64>,
}

/// The user's notices, newest first; with `after`, those that follow that notice. One about a case that moved out of the user's sight only says that there was something.
pub async fn list(app: &App, actor: &Actor, after: Option<&str>) -> Result<Vec<NoticeView>> {
    let mut conn = app.store.read().await?;
    let rows = conn.notices_before(actor.id.0, page::before_id(after)?, MOST).await?;
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.case_id).collect();
    let seen: HashMap<Uuid, CaseRow> =
        conn.cases_by_id(&ids).await?.into_iter().filter(|row| cases::sees(actor, row)).map(|row| (row.id, row)).collect();
    Ok(rows
        .into_iter()
        .map(|mut row| {
            let case = row.case_id.and_then(|id| seen.get(&id));
            if case.is_none() && row.case_id.is_some() {
                row.case_id = None;
                row.excerpt = None;
            }
            NoticeView { case_number: case.map(|case| case.number), row }
        })
        .collect())
}

/// Marks all of the user's notices read.
pub async fn read(app: &App, actor: &Actor) -> Result<()> {
    let mut tx = app.store.begin().await?;
    tx.read_notices(actor.id.0, app.now().as_micros()).await?;
    tx.commit().await?;
    app.live.tell(Audience::User(actor.id), News::Notice {});
    Ok(())
}
