//! Understanding in the product: what each kept post of theirs says, by the model until a person says otherwise.
//!
//! Intake reads a post before rules decide about it ([`ahead`] of its transaction, where it can); what is kept later is read
//! [`behind`] it. What the model said is
//! kept with its probabilities and reasons; the labels in force are kept beside it for filters and rules. A correction is
//! a line in a ledger that only grows, and asks the rules again about the post's open case. [`review`] draws posts for
//! people to look at, half by chance; from that half alone [`quality`] says how often the model is right here. From all of
//! it [`learning`] makes heads of the company's own.

pub(crate) mod ahead;
pub mod behind;
pub mod correct;
mod follow;
pub mod learning;
pub mod quality;
pub(crate) mod reader;
pub mod review;
mod said;
pub mod view;
pub mod words;

pub use correct::{Correction, correct};
pub use said::{Because, Ground, InForce, Said, Share, Task};
pub(crate) use said::{Facts, doubt};
pub use view::{Corrected, Labels, filter};

use crate::{App, Result, intake::identity_scope};
use tertulia_kernel::Timestamp;
use tertulia_store::{
    Conn, StoreError, Tx,
    channel::ChannelRow,
    post::PostRow,
    reading::{ContactRow, CorrectionRow, ReadingRow},
};
use tertulia_understand::MessageType;

/// How far back an author's other messages count as repeated contact.
pub(crate) const CONTACT_DAYS: i64 = 7;

/// The types that leave a case to speak by an earlier post.
pub(crate) const QUIET: i64 = 1 << (MessageType::Other as usize);

/// What the model said, as stored.
fn stored(row: &ReadingRow) -> Result<Said> {
    Ok(serde_json::from_str(&row.said).map_err(|error| StoreError::Corrupt("reading", error.to_string()))?)
}

/// A time its author comes to us: which conversation, when, and whether that is news.
pub(crate) struct Contact<'a> {
    /// The conversation's thread.
    pub thread: &'a str,
    /// When.
    pub at: Timestamp,
    /// It goes on with something: an answer, or other words of what was there.
    pub goes_on: bool,
}

impl Contact<'_> {
    /// How often its author came to us before: each day and each conversation once, however many lines it took.
    pub fn before(&self, known: &[ContactRow]) -> u32 {
        let today = self.at.as_micros().div_euclid(DAY);
        let same = |row: &&ContactRow| row.day == today && (self.goes_on || row.thread == self.thread);
        u32::try_from(known.iter().filter(|row| !same(row)).count()).unwrap_or(u32::MAX)
    }
}

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// Reads a post that is kept now and was not read, in the transaction that keeps it.
pub(crate) async fn read_kept(app: &App, tx: &mut Tx, post: &PostRow, channel: &ChannelRow) -> Result<()> {
    if !tx.readings(&[post.id]).await?.is_empty() {
        return Ok(());
    }
    let mut contacts = 0;
    if let (Some(identity), Some(conversation)) = (post.identity_id, post.conversation_id) {
        let author = [tx.identity(identity).await?.external_id];
        let since = app.now().plus_seconds(-CONTACT_DAYS * 86_400).as_micros();
        let known = tx.recent_contacts(&channel.shows_as, &identity_scope(channel), &author, since).await?;
        let thread = tx.conversation(conversation).await?.thread;
        contacts = Contact { thread: &thread, at: Timestamp::from_micros(post.received_at), goes_on: false }.before(&known);
    }
    let reader = app.reader(tx).await?;
    for reading in reader.read_on(1, vec![reader.asked(post, contacts)]).await? {
        let said = Said::of(&reading);
        let row = InForce::of(&said, &[]).row((post.id, post.seq, post.received_at), &reader.model(), doubt(&reading), &said);
        tx.save_readings(&[row]).await?;
    }
    Ok(())
}

/// What is known of a stored post: its row, and what the model and people said. One that still waits to be read is read
/// now.
async fn known(app: &App, conn: &mut Conn, post: &PostRow) -> Result<(Said, i64, String, Vec<CorrectionRow>)> {
    let corrections = conn.corrections_of(&[post.id]).await?;
    if let Some(row) = conn.readings(&[post.id]).await?.pop() {
        return Ok((stored(&row)?, row.doubt, row.model, corrections));
    }
    let reader = app.reader(conn).await?;
    let reading = reader.read_one(reader.asked(post, 0));
    Ok((Said::of(&reading), doubt(&reading), reader.model(), corrections))
}

#[cfg(test)]
mod tests {
    //! What counts as coming again.
    use super::*;

    #[test]
    fn days_and_conversations_count_and_lines_do_not() {
        let row = |thread: &str, day| ContactRow { author: "ana".into(), thread: thread.into(), day };
        let known = [row("chat", 10), row("chat", 9), row("mail", 10), row("mail", 8)];
        let at = Timestamp::from_micros(10 * DAY + 5);
        let contact = |thread, goes_on| Contact { thread, at, goes_on }.before(&known);
        assert_eq!(contact("chat", false), 3, "not the lines of this conversation today");
        assert_eq!(contact("new", false), 4);
        assert_eq!(contact("new", true), 2, "what goes on today with something is not one more time");
        assert_eq!(Contact { thread: "chat", at, goes_on: false }.before(&known[..1]), 0);
    }
}
