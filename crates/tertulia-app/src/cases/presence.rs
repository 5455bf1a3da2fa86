//! Who looks at a case and who types in it: kept in memory, forgotten after a few seconds without a word.

use super::{audience, load};
use crate::{
    Actor, App, AppError, Result,
    live::{News, Present},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tertulia_kernel::{CaseId, Timestamp, UserId};
use tertulia_store::case::CaseRow;

/// Seconds after which somebody who says nothing is gone.
const FORGOTTEN: i64 = 25;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    Viewing,
    Typing,
}

struct Seat {
    name: String,
    doing: Doing,
    at: Timestamp,
}

/// The process's table of who is where. Cheap to clone.
#[derive(Clone, Default)]
pub struct Board(Arc<Mutex<HashMap<CaseId, HashMap<UserId, Seat>>>>);

impl Board {
    /// Everybody at a case now.
    pub fn present(&self, case: CaseId, now: Timestamp) -> Vec<Present> {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(seats) = board.get_mut(&case) else { return Vec::new() };
        seats.retain(|_, seat| now.seconds_since(seat.at) <= FORGOTTEN);
        let mut present: Vec<Present> = seats
            .iter()
            .map(|(user, seat)| {
                let state = if seat.doing == Doing::Typing { "typing" } else { "viewing" };
                Present { user_id: *user, name: seat.name.clone(), state: state.into() }
            })
            .collect();
        if seats.is_empty() {
            board.remove(&case);
        }
        present.sort_by(|a, b| a.name.cmp(&b.name));
        present
    }

    fn set(&self, case: CaseId, user: UserId, name: &str, doing: Option<Doing>, now: Timestamp) {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seats = board.entry(case).or_default();
        match doing {
            None => drop(seats.remove(&user)),
            Some(doing) => drop(seats.insert(user, Seat { name: name.to_owned(), doing, at: now })),
        }
    }
}

/// Notes what the user does in a case (`viewing`, `typing`, `left`), tells the others, and returns everybody there.
pub async fn note(app: &App, actor: &Actor, id: CaseId, state: &str) -> Result<Vec<Present>> {
    let doing = match state {
        "viewing" => Some(Doing::Viewing),
        "typing" => Some(Doing::Typing),
        "left" => None,
        _ => return Err(AppError::field("state", "unknown", "one of viewing, typing, left")),
    };
    let mut conn = app.store.read().await?;
    let row = load(&mut conn, actor, id).await?;
    let now = app.now();
    let before = app.board.present(id, now);
    app.board.set(id, actor.id, &actor.name, doing, now);
    let present = app.board.present(id, now);
    if present != before {
        tell(app, &row, present.clone());
    }
    if doing == Some(Doing::Typing) {
        for conversation in conn.conversations_of_case(id.0).await? {
            if conversation.visibility == "private" {
                app.live.tell(audience(&row), News::AgentTyping { conversation_id: conversation.id.into() });
            }
        }
    }
    Ok(present)
}

/// Tells who is there and who has it reserved.
pub(super) fn tell(app: &App, row: &CaseRow, present: Vec<Present>) {
    let reserved_by = reservation(row, app.now());
    app.live.tell(audience(row), News::Presence { case_id: row.id.into(), present, reserved_by });
}

/// Who holds a case for answering now.
pub fn reservation(row: &CaseRow, now: Timestamp) -> Option<UserId> {
    row.reserved_by.filter(|_| row.reserved_until.is_some_and(|until| until > now.as_micros())).map(Into::into)
}

#[cfg(test)]
mod tests {
    //! Coming, going, being forgotten.
    use super::*;
    use uuid::Uuid;

    #[test]
    fn people_come_type_leave_and_are_forgotten() {
        let board = Board::default();
        let (case, ana, luis) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into(), Uuid::from_u128(3).into());
        board.set(case, ana, "Ana", Some(Doing::Viewing), Timestamp::from_seconds(0));
        board.set(case, luis, "Luis", Some(Doing::Typing), Timestamp::from_seconds(20));
        let names =
            |seconds| board.present(case, Timestamp::from_seconds(seconds)).into_iter().map(|p| (p.name, p.state)).collect::<Vec<_>>();
        assert_eq!(names(21), [("Ana".into(), "viewing".into()), ("Luis".into(), "typing".into())]);
        assert_eq!(names(26), [("Luis".into(), "typing".into())]);
        board.set(case, luis, "Luis", None, Timestamp::from_seconds(27));
        assert_eq!(names(28), []);
    }
}
