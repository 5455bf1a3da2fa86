//! The lists that queries are read with: whoever parses a query asks for those it names first.

use crate::Result;
use std::collections::BTreeSet;
use tertulia_listen::Lists;
use tertulia_store::{Conn, Tx, list::ListRow};

/// Which lists some texts name.
enum Names {
    /// These, as queries compare them; often none.
    Some(Vec<String>),
    /// A text can't be read so far: all are needed to say where it is wrong.
    All,
}

fn names<'a>(texts: impl IntoIterator<Item = &'a str>) -> Names {
    let mut named = BTreeSet::new();
    for text in texts.into_iter().filter(|text| may_name(text)) {
        match tertulia_listen::Query::lists_named(text) {
            Ok(names) => named.extend(names),
            Err(_) => return Names::All,
        }
    }
    Names::Some(named.into_iter().collect())
}

/// Whether a text may name a list: most name none, and are not read twice.
fn may_name(text: &str) -> bool {
    text.as_bytes().windows(4).any(|four| four.eq_ignore_ascii_case(b"list"))
}

/// The lists that some queries name. One that does not exist is missing here, and the query says where it names it.
pub async fn named<'a>(conn: &mut Conn, texts: impl IntoIterator<Item = &'a str>) -> Result<Lists> {
    match names(texts) {
        Names::Some(names) if names.is_empty() => Ok(Lists::new()),
        Names::Some(names) => Ok(of_rows(conn.lists_named(&names).await?)),
        Names::All => all(conn).await,
    }
}

/// The lists that a query to be saved names, held as they are until the transaction ends.
pub(crate) async fn held(tx: &mut Tx, text: &str) -> Result<Lists> {
    match names([text]) {
        Names::Some(names) if names.is_empty() => Ok(Lists::new()),
        Names::Some(names) => Ok(of_rows(tx.share_lists(&names).await?)),
        // It will not be saved.
        Names::All => all(tx).await,
    }
}

/// All lists.
pub(crate) async fn all(conn: &mut Conn) -> Result<Lists> {
    Ok(of_rows(conn.lists().await?))
}

fn of_rows(rows: Vec<ListRow>) -> Lists {
    let mut lists = Lists::new();
    for row in rows {
        if let Err(error) = lists.add(&row.name, row.words.lines()) {
            // Saved by an earlier version that read it otherwise: said aloud, and so will every query that names it.
            tracing::error!(list = row.name, %error, "this list is no longer understood");
        }
    }
    lists
}

/// The lists that a query names, as queries compare them; one that can't be read names none.
pub(crate) fn names_in(text: &str) -> Vec<String> {
    if may_name(text) { tertulia_listen::Query::lists_named(text).unwrap_or_default() } else { Vec::new() }
}
