//! Cases as lists show them, and the people they are about.

use super::post::distinct;
use crate::{Actor, Result};
use std::collections::HashMap;
use tertulia_store::{
    Conn,
    case::CaseRow,
    person::{IdentityRow, PersonRow},
};
use uuid::Uuid;

/// A person as rows show them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonBrief {
    /// Id.
    pub id: Uuid,
    /// Number for people.
    pub number: i64,
    /// Name.
    pub name: String,
    /// Handle on the channel at hand.
    pub handle: Option<String>,
    /// Most followers among the identities.
    pub followers: Option<i64>,
    /// Very important.
    pub vip: bool,
}

/// A case with what a list shows beside it.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// The row.
    pub row: CaseRow,
    /// Who it is about.
    pub person: PersonBrief,
    /// Kind to draw.
    pub channel_kind: String,
    /// Tags.
    pub tags: Vec<String>,
    /// New posts the user has not seen.
    pub unread: bool,
}

/// A person's brief; `provider` is the kind of channel at hand.
pub fn brief_of(person: &PersonRow, identities: &[IdentityRow], provider: Option<&str>) -> PersonBrief {
    let here = identities.iter().find(|identity| Some(identity.provider.as_str()) == provider).or_else(|| identities.first());
    PersonBrief {
        id: person.id,
        number: person.number,
        name: person.name.clone(),
        handle: here.map(|identity| identity.handle.clone()),
        followers: identities.iter().filter_map(|identity| identity.followers).max(),
        vip: person.vip,
    }
}

/// Puts cases together, in the order given. A case whose person is gone (being removed this moment) is left out.
pub async fn case_views(conn: &mut Conn, actor: &Actor, rows: Vec<CaseRow>) -> Result<Vec<CaseView>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let person_ids = distinct(rows.iter().map(|row| row.person_id));
    let people: HashMap<Uuid, PersonRow> = conn.people(&person_ids).await?.into_iter().map(|row| (row.id, row)).collect();
    let mut identities: HashMap<Uuid, Vec<IdentityRow>> = HashMap::new();
    for identity in conn.identities_of(&person_ids).await? {
        identities.entry(identity.person_id).or_default().push(identity);
    }
    let kinds: HashMap<Uuid, String> = conn.channels().await?.into_iter().map(|row| (row.id, row.shows_as)).collect();
    let seen: HashMap<Uuid, i64> = conn.seen(actor.id.0, &ids).await?.into_iter().collect();
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let person = people.get(&row.person_id)?;
            let channel_kind = kinds.get(&row.channel_id).cloned().unwrap_or_default();
            let known = identities.get(&row.person_id).map_or(&[][..], Vec::as_slice);
            Some(CaseView {
                person: brief_of(person, known, Some(&channel_kind)),
                tags: serde_json::from_str(&row.tags).unwrap_or_default(),
                unread: row.inbound_at.is_some_and(|at| seen.get(&row.id).is_none_or(|seen| *seen < at)),
                channel_kind,
                row,
            })
        })
        .collect())
}
