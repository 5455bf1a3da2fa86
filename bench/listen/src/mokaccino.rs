//! mokaccino: booleans of words and beginnings. Two words in a row are to it one value of a second field, and posts come
//! with the pairs that some query asks for, so that it has no more values to look at than it needs.

use std::collections::HashSet;
use std::num::NonZeroUsize;

use mokaccino::models::percolator::PercBuilder;
use mokaccino::prelude::{Document, PercolatorUid, Query};

use crate::clock::Passes;
use crate::said::Said;
use crate::{Given, Measured};

/// Measures it as it is, with the sizes it recommends for these queries, and with some others: the fastest counts.
pub fn run(given: &Given<'_>) -> Result<Measured, String> {
    let mut pairs = HashSet::new();
    let queries: Vec<(u32, Query)> =
        given.queries.iter().map(|(number, query)| (*number, translate(&Said::of(query), &mut pairs))).collect();
    let documents: Vec<Document> = given.posts.iter().map(|post| document(post, &pairs)).collect();
    let filled = |builder: PercBuilder<u32>| {
        let mut percolator = builder.build();
        for (number, query) in &queries {
            percolator.index_query_uid(query.clone(), *number).map_err(|error| format!("{error:?}"))?;
        }
        Ok::<_, String>(percolator)
    };
    let as_it_is = filled(PercolatorUid::builder())?;
    let mut percolators = vec![as_it_is.optimized(), as_it_is];
    for clauses in [1, 2] {
        let clauses = NonZeroUsize::new(clauses).expect("not zero");
        percolators.push(filled(PercolatorUid::builder().n_clause_matchers(clauses).prefix_sizes(vec![3, 4, 5, 6, 7, 8]))?);
    }
    let trial = |percolator: &PercolatorUid<u32>| {
        let begun = std::time::Instant::now();
        documents.iter().take(100).for_each(|document| assert!(percolator.percolate(document).count() <= queries.len()));
        begun.elapsed()
    };
    let percolator = percolators.into_iter().min_by_key(trial).expect("there are four");
    let mut found = 0;
    let passes = Passes::of(|| found = documents.iter().map(|document| percolator.percolate(document).count()).sum());
    let numbered = (0..).zip(&documents);
    let mut matches: Vec<(u32, u32)> =
        numbered.flat_map(|(post, document)| percolator.percolate(document).map(move |query| (post, query))).collect();
    assert_eq!(matches.len(), found);
    matches.sort_unstable();
    Ok(Measured { cpu: passes.cpu, wall: passes.wall, matches })
}

fn translate(said: &Said, pairs: &mut HashSet<String>) -> Query {
    match said {
        Said::All(parts) => Query::from_and(parts.iter().map(|part| translate(part, pairs)).collect()),
        Said::Any(parts) => Query::from_or(parts.iter().map(|part| translate(part, pairs)).collect()),
        Said::Not(part) => Query::negation(translate(part, pairs)),
        Said::Word(word) => Query::term("word", word.as_str()),
        Said::Beginning(beginning) => Query::prefix("word", beginning.as_str()),
        Said::Phrase(words) => {
            let pair = words.join(" ");
            pairs.insert(pair.clone());
            Query::term("pair", pair)
        }
        Said::Near(..) => unreachable!("mokaccino is not asked how near words are"),
    }
}

fn document(post: &str, pairs: &HashSet<String>) -> Document {
    let words: Vec<&str> = post.split(' ').collect();
    let mut document = Document::new();
    for word in words.iter().collect::<HashSet<_>>() {
        document = document.with_value("word", *word);
    }
    for pair in words.windows(2).map(|two| two.join(" ")).filter(|pair| pairs.contains(pair)).collect::<HashSet<_>>() {
        document = document.with_value("pair", pair);
    }
    document
}
