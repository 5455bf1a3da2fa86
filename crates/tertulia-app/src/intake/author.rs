//! Who wrote a post: the identity a network knows an author by, and the person made of it at the first post that stays.

use super::facts::identity_scope;
use crate::{App, Result};
use tertulia_kernel::event::Author;
use tertulia_store::{
    Tx,
    channel::ChannelRow,
    person::{IdentityRow, NewPerson, PersonRow},
};

/// What people see of an author's address on the network; some networks have none but the id.
pub(super) fn shown_handle(author: &Author) -> &str {
    if author.handle.is_empty() { &author.external_id } else { &author.handle }
}

/// A new person with this one identity. The person's number is given when it is saved.
pub(super) fn new_author(app: &App, channel: &ChannelRow, author: &Author) -> (NewPerson, IdentityRow) {
    let now = app.now().as_micros();
    let handle = shown_handle(author).to_owned();
    let name = author.name.clone().filter(|name| !name.trim().is_empty()).unwrap_or_else(|| handle.clone());
    let folded = tertulia_kernel::text::search_terms(&format!("{name} {handle}"));
    let person = PersonRow { id: app.new_id(), number: 0, name, kind: "other".into(), note: None, vip: false, created_at: now };
    let identity = IdentityRow {
        id: app.new_id(),
        person_id: person.id,
        provider: channel.shows_as.clone(),
        scope: identity_scope(channel),
        external_id: author.external_id.clone(),
        handle,
        name: author.name.clone(),
        url: author.url.clone(),
        avatar_url: author.avatar_url.clone(),
        followers: author.followers.map(|count| i64::try_from(count).unwrap_or(i64::MAX)),
        created_at: now,
        updated_at: now,
    };
    (NewPerson { row: person, folded, sample: channel.sample }, identity)
}

/// The identity of an author, with a new person when nothing of theirs has stayed before; and whether it was known.
pub(crate) async fn find_or_create(app: &App, tx: &mut Tx, channel: &ChannelRow, author: &Author) -> Result<(IdentityRow, bool)> {
    let id = std::slice::from_ref(&author.external_id);
    if let Some(known) = tx.identities_by_external(&channel.shows_as, &identity_scope(channel), id).await?.pop() {
        return Ok((known, true));
    }
    let (mut person, identity) = new_author(app, channel, author);
    person.row.number = tx.take_numbers("person", 1).await?;
    tx.insert_people(&[person]).await?;
    tx.insert_identities(std::slice::from_ref(&identity)).await?;
    Ok((identity, false))
}
