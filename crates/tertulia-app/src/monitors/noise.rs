//! What to exclude: words that are frequent among the posts people threw out and rare among those they kept.

use crate::{
    Actor, App, Result, lists,
    posts::by_id,
    query::{Query, read_as},
    view,
};
use std::collections::{HashMap, HashSet};
use tertulia_kernel::{
    MonitorId,
    text::{Kind, Sigil, Text, fold_keeping_enye},
};
use tertulia_listen::{Lists, MonitorSet};
use tertulia_policy::Permission;
use tertulia_store::{channel::ChannelRow, post::PostRow};
use uuid::Uuid;

/// Newest discarded posts looked at.
const DISCARDED: i64 = 500;
/// Newest kept posts looked at.
const KEPT: i64 = 2_000;
/// Below so many discarded posts nothing is suggested.
const LEAST: usize = 3;
/// Words that are counted exactly, by the matcher itself.
const TRIED: usize = 40;
/// Suggestions given.
const GIVEN: usize = 12;
/// Shortest and longest word, in characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=40;
/// A word must be so much more likely in what is thrown out, as a natural logarithm: about three times.
const LEAST_LOG_ODDS: f64 = 1.1;

/// What people threw out, and what could be excluded.
#[derive(Clone, Debug)]
pub struct Noise {
    /// Discarded posts looked at.
    pub discarded: usize,
    /// Kept posts looked at.
    pub kept: usize,
    /// Suggestions, surest first.
    pub terms: Vec<Suggestion>,
}

/// A word to exclude.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// The word as the language writes it.
    pub term: String,
    /// Discarded posts that `AND NOT` it would remove.
    pub discarded: usize,
    /// Kept posts that it would remove too.
    pub kept: usize,
    /// Logarithm of how much likelier the word is in what was thrown out, half a post added to each count.
    pub log_odds: f64,
    /// The monitor's query with the exclusion.
    pub query: String,
}

/// What to exclude from a monitor.
pub async fn suggest(app: &App, actor: &Actor, id: MonitorId) -> Result<Noise> {
    actor.must(Permission::EditMonitors)?;
    let mut conn = app.store.read().await?;
    let monitor = conn.monitor(id.0).await?;
    let discarded = conn.posts_of_monitor(id.0, true, DISCARDED).await?;
    if discarded.len() < LEAST {
        return Ok(Noise { discarded: discarded.len(), kept: 0, terms: Vec::new() });
    }
    let kept = conn.posts_of_monitor(id.0, false, KEPT).await?;
    let channels = by_id(conn.channels().await?);
    let lists = lists::named(&mut conn, [monitor.query.as_str()]).await?;
    let terms = suggestions(&monitor.query, &lists, &discarded, &kept, &channels);
    Ok(Noise { discarded: discarded.len(), kept: kept.len(), terms })
}

fn suggestions(
    query: &str,
    lists: &Lists,
    discarded: &[PostRow],
    kept: &[PostRow],
    channels: &HashMap<Uuid, ChannelRow>,
) -> Vec<Suggestion> {
    let (in_discarded, in_kept) = (count_words(discarded), count_words(kept));
    let sizes = (discarded.len(), kept.len());
    let mut words: Vec<(f64, &String)> = in_discarded
        .iter()
        .filter(|(_, count)| **count >= 2)
        .map(|(word, count)| (sureness(*count, *in_kept.get(word).unwrap_or(&0), sizes), word))
        .filter(|(sure, _)| *sure > 0.0)
        .collect();
    words.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    // Counted again by the matcher, which is what an exclusion would ask; each post is read once for all words.
    let mut set: MonitorSet<usize> = MonitorSet::new();
    let words: Vec<&String> = words.into_iter().map(|(_, word)| word).take(TRIED).collect();
    for (n, word) in words.iter().enumerate() {
        if let Ok(query) = Query::parse(word, lists) {
            set.add(n, query.parsed());
        }
    }
    let count = |rows: &[PostRow]| {
        let mut counts = vec![0usize; words.len()];
        for row in rows {
            let Some(channel) = channels.get(&row.channel_id) else { continue };
            let text = view::text_of(row, channel);
            for n in read_as(&text, |post| set.matches(post)) {
                counts[n] += 1;
            }
        }
        counts
    };
    let (removes, costs) = (count(discarded), count(kept));
    let mut found: Vec<(f64, Suggestion)> = Vec::new();
    for ((word, discarded), kept) in words.iter().zip(removes).zip(costs) {
        let with = format!("({query}) AND NOT {word}");
        let log_odds = log_odds(discarded, kept, sizes);
        if discarded >= 2 && log_odds >= LEAST_LOG_ODDS && Query::parse(&with, lists).is_ok() {
            let suggestion = Suggestion { term: (*word).clone(), discarded, kept, log_odds, query: with };
            found.push((sureness(discarded, kept, sizes), suggestion));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.term.cmp(&b.1.term)));
    found.into_iter().map(|(_, suggestion)| suggestion).take(GIVEN).collect()
}

/// In how many posts each word stands, as the language would write it.
fn count_words(rows: &[PostRow]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for row in rows {
        let whole = format!("{}\n{}", row.title.as_deref().unwrap_or_default(), row.text);
        let text = Text::new(&whole);
        let mut seen: HashSet<String> = HashSet::new();
        for token in text.tokens().iter().filter(|token| token.kind == Kind::Word && !token.part) {
            let word = if token.enye { fold_keeping_enye(&whole[token.word_range()]) } else { text.form(token).to_owned() };
            if !LENGTHS.contains(&word.chars().count()) || !word.chars().any(char::is_alphabetic) {
                continue;
            }
            seen.insert(match token.sigil {
                Sigil::None => word,
                Sigil::Tag => format!("#{word}"),
                Sigil::Handle => format!("@{word}"),
                Sigil::Tick => format!("${word}"),
            });
        }
        for word in seen {
            *counts.entry(word).or_insert(0) += 1;
        }
    }
    counts
}

fn log_odds(discarded: usize, kept: usize, (all_discarded, all_kept): (usize, usize)) -> f64 {
    let odds = |with: usize, all: usize| (with as f64 + 0.5) / ((all - with.min(all)) as f64 + 0.5);
    (odds(discarded, all_discarded) / odds(kept, all_kept)).ln()
}

/// The log-odds in units of their own uncertainty: two posts of two say less than twenty of thirty.
fn sureness(discarded: usize, kept: usize, sizes: (usize, usize)) -> f64 {
    let part = |n: usize| 1.0 / (n as f64 + 0.5);
    let variance = part(discarded) + part(sizes.0 - discarded.min(sizes.0)) + part(kept) + part(sizes.1 - kept.min(sizes.1));
    log_odds(discarded, kept, sizes) / variance.sqrt()
}

#[cfg(test)]
mod tests {
    //! What is suggested.
    use super::*;

    fn posts(texts: &[&str]) -> Vec<PostRow> {
        texts.iter().map(|text| PostRow { text: (*text).to_owned(), ..PostRow::default() }).collect()
    }

    #[test]
    fn words_of_the_noise_alone_are_suggested_with_what_they_remove() {
        let channels = HashMap::from([(Uuid::nil(), ChannelRow::default())]);
        let noise = posts(&["iberia sorteo gratis #Promo", "iberia sorteo en la web #promo", "la iberia gana el sorteo", "iberia año"]);
        let kept =
            posts(&["iberia perdió mi maleta en la web", "la iberia canceló", "iberia me cobró el año entero", "iberia y la maleta"]);
        let found = suggestions("iberia", &Lists::new(), &noise, &kept, &channels);
        assert_eq!(found[0].term, "sorteo");
        assert_eq!((found[0].discarded, found[0].kept), (3, 0));
        assert_eq!(found[0].query, "(iberia) AND NOT sorteo");
        assert!(found.iter().any(|one| one.term == "#promo" && one.discarded == 2), "{found:?}");
        assert!(found.iter().all(|one| !["iberia", "web", "año", "la"].contains(&one.term.as_str())), "{found:?}");
    }
}
