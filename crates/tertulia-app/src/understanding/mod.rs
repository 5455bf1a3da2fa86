//! Understanding in the product: what each kept post of theirs says, by the model until a person says otherwise.
//!
//! Intake reads a post before rules decide about it ([`ahead`] of its transaction, where it can). What the model said is
//! kept with its probabilities and reasons; the labels in force are kept beside it for filters and rules. A correction is
//! a line in a ledger that only grows, and asks the rules again about the post's open case. [`review`] draws posts for
//! people to look at, half by chance; from that half alone [`quality`] says how often the model is right here.

pub(crate) mod ahead;
pub mod correct;
mod follow;
pub mod quality;
pub mod review;
mod said;
pub mod view;

pub use correct::{Correction, correct};
pub use said::{Because, Ground, InForce, Said, Share, Task};
pub(crate) use said::{Facts, doubt};
pub use view::{Corrected, Labels, filter};

use crate::{Result, settings};
use tertulia_store::{
    Conn, StoreError,
    post::PostRow,
    reading::{CorrectionRow, ReadingRow},
};
use tertulia_understand::{Context, Desk, Language, Languages, MessageType, Reading, Tier, Understander};

/// How far back an author's other messages count as repeated contact.
pub(crate) const CONTACT_DAYS: i64 = 7;

/// The types that leave a case to speak by an earlier post.
pub(crate) const QUIET: i64 = 1 << (MessageType::Other as usize);

/// Version of the model in use.
pub(crate) fn model() -> &'static str {
    Understander::built_in().version()
}

/// What a text says: headline and text, without what it quotes.
pub(crate) fn read(desk: &mut Desk, title: Option<&str>, text: &str, context: &Context) -> Reading {
    let understander = Understander::built_in();
    match title.filter(|title| !title.trim().is_empty()) {
        Some(title) => understander.read_at(desk, &format!("{title}\n{text}"), context, Tier::Meaning),
        None => understander.read_at(desk, text, context, Tier::Meaning),
    }
}

/// What is known of a post beside its text: its network's word on the language, else that of what its author wrote before,
/// is believed where the text says little.
pub(crate) fn context(
    lang: Option<&str>,
    before: Option<Language>,
    among: Languages,
    followers: Option<u64>,
    recent_contacts: u32,
) -> Context {
    let told = lang.and_then(|lang| lang.split(['-', '_']).next()?.to_ascii_lowercase().parse().ok());
    let language = told.or(before).filter(|language| *language != Language::Undetermined);
    Context { language, among, followers: followers.unwrap_or_default(), recent_contacts }
}

/// What the model said, as stored.
fn stored(row: &ReadingRow) -> Result<Said> {
    Ok(serde_json::from_str(&row.said).map_err(|error| StoreError::Corrupt("reading", error.to_string()))?)
}

/// What is known of a stored post: its row, and what the model and people said. A post from before there was a model is
/// read now.
async fn known(conn: &mut Conn, post: &PostRow) -> Result<(Said, i64, String, Vec<CorrectionRow>)> {
    let corrections = conn.corrections_of(&[post.id]).await?;
    if let Some(row) = conn.readings(&[post.id]).await?.pop() {
        return Ok((stored(&row)?, row.doubt, row.model, corrections));
    }
    let among = settings::company(conn).await?.listened();
    let followers = post.followers.and_then(|count| u64::try_from(count).ok());
    let reading = read(&mut Desk::default(), post.title.as_deref(), &post.text, &context(post.lang.as_deref(), None, among, followers, 0));
    Ok((Said::of(&reading), doubt(&reading), model().to_owned(), corrections))
}
