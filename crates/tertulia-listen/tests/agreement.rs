//! The crate against a naive evaluator (`oracle`), and against itself: what is printed parses to the same query, what is
//! explained was found, the identity asks for the same.

mod oracle;

use oracle::{any_ask, ask, holds, lists, post, print, with_post};
use proptest::prelude::*;
use proptest::sample::select;
use tertulia_listen::{Candidates, ErrorCode, Explanation, Lists, Matcher, MonitorSet, Post, Query, Source};

/// What a database would answer for the candidates, over the post's search terms.
fn offers(candidates: &Candidates, terms: &[&str]) -> bool {
    match candidates {
        Candidates::Everything => true,
        Candidates::Term(t) => terms.contains(&t.as_str()),
        Candidates::Prefix(p) => terms.iter().any(|t| t.starts_with(p.as_str())),
        Candidates::Any(parts) => parts.iter().any(|p| offers(p, terms)),
        Candidates::All(parts) => parts.iter().all(|p| offers(p, terms)),
    }
}

/// The text a stretch of an explanation is of.
fn source<'a>(post: &Post<'a>, source: Source) -> &'a str {
    match source {
        Source::Text => post.text,
        Source::Title => post.title.unwrap_or_default(),
        Source::Bio => post.bio.unwrap_or_default(),
        Source::Alt => post.alt.unwrap_or_default(),
        Source::Link(i) => post.links[i],
    }
}

/// What each stretch of an explanation shows must, read alone, be the term it is shown for: with the sign of the tag it begins
/// inside, without which the tag is one word. Signs outside exact text and single words of a loose phrase are not.
fn check_explanation(why: &Explanation, post: &Post<'_>) -> Result<(), TestCaseError> {
    for found in &why.found {
        let whole = source(post, found.source);
        let shown = whole.get(found.start..found.end);
        prop_assert!(shown.is_some_and(|s| !s.trim().is_empty()), "{:?}", found);
        let tag = whole[..found.start].ends_with('#').then(|| &whole[found.start - 1..found.end]);
        if found.term.starts_with('{') || found.term.contains('~') {
            continue;
        }
        let query = Query::parse(&found.term).expect("a term is a query");
        let reads = |text: &str| Matcher::new(&query).matches(&Post { text, ..Post::default() });
        prop_assert!(shown.into_iter().chain(tag).any(reads), "{:?} shows {:?}", found, shown);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn the_set_agrees_with_the_naive_evaluator(
        asks in prop::collection::vec(ask(), 1..12),
        posts in prop::collection::vec(post(), 1..8),
        removed in prop::collection::vec(any::<bool>(), 12),
    ) {
        let lists = lists();
        let mut set = MonitorSet::new();
        let mut kept = Vec::new();
        for (id, ask) in asks.iter().enumerate() {
            match Query::parse_with(&print(ask), &lists) {
                Ok(query) => {
                    set.add(id, &query);
                    let again = Query::parse_with(&query.identity(), &lists).expect("an identity is a query");
                    prop_assert_eq!(again.identity(), query.identity());
                    kept.push((id, ask, query, Matcher::new(&again)));
                }
                // Queries too broad to listen with are refused.
                Err(error) => prop_assert!(
                    matches!(error.code, ErrorCode::OnlyExclusions | ErrorCode::NeedsScope | ErrorCode::InWithoutWords),
                    "{}: {}", print(ask), error
                ),
            }
        }
        for gone in kept.iter().map(|(id, ..)| *id).filter(|id| removed[*id]).collect::<Vec<_>>() {
            prop_assert!(set.remove(&gone));
            kept.retain(|(id, ..)| *id != gone);
        }
        prop_assert_eq!(set.len(), kept.len());
        for seen in &posts {
            let expected: Vec<usize> = kept.iter().filter(|(_, ask, ..)| holds(ask, seen)).map(|(id, ..)| *id).collect();
            with_post(seen, |post| {
                let got = set.matches(post);
                prop_assert_eq!(&got, &expected, "post {:?}, queries {:?}", post, asks.iter().map(print).collect::<Vec<_>>());
                let terms = tertulia_kernel::text::search_terms(&format!("{}\n{}", post.title.unwrap_or_default(), post.text));
                let terms: Vec<&str> = terms.split(' ').collect();
                for (id, _, query, same) in &kept {
                    let matcher = Matcher::new(query);
                    let matched = expected.contains(id);
                    prop_assert_eq!(matcher.matches(post), matched);
                    prop_assert_eq!(same.matches(post), matched, "{} and {}", query, query.identity());
                    let why = matcher.explain(post);
                    prop_assert_eq!(why.is_some(), matched);
                    if let Some(why) = why {
                        check_explanation(&why, post)?;
                    }
                    prop_assert!(!matched || offers(&query.candidates(), &terms), "{} on {:?}", query, post);
                }
                Ok(())
            })?;
        }
    }

    #[test]
    fn printing_and_parsing_agree(ask in any_ask()) {
        if let Ok(query) = Query::parse_with(&print(&ask), &lists()) {
            let printed = query.to_string();
            prop_assert_eq!(Query::parse_with(&printed, &lists()).expect("canonical spelling parses"), query);
        }
    }
}

/// Pieces of syntax and of writing, thrown together.
fn soup() -> impl Strategy<Value = String> {
    const BITS: &[&str] = &[
        "(",
        ")",
        "\"",
        "“",
        "»",
        "{",
        "}",
        "-",
        "*",
        "?",
        "~2",
        "~",
        " ",
        " ",
        " ",
        "AND",
        "OR",
        "NOT",
        "NEAR/3",
        "ONEAR/0",
        "NEAR/2f",
        "NEAR",
        "SENTENCE",
        "EXCEPT",
        "ATLEAST/2",
        "ATLEAST/",
        "2 OF (",
        "1 OF(",
        "in:title",
        "in:(url OR bio)",
        "has:emoji",
        "is:",
        "list:l",
        "link:",
        "site:",
        "x.com/a?b",
        "crm:tier:",
        "likes:",
        "3..7",
        "..",
        "age",
        "lang:",
        "author:",
        "channel:",
        "followers",
        ">",
        ">=",
        ":",
        "5",
        "#",
        "@",
        "$",
        "hola",
        "Año",
        "ﬁ",
        "½",
        "東京",
        "ก",
        "👍🏽",
        "👩‍👩‍👧",
        "1️⃣",
        "n\u{303}",
        "\u{200b}",
        "\u{202e}",
        ",",
        ".",
        "_",
        "ﷺ",
        "ͺ",
        "ﾞ",
        "{C++}",
        "\"a b\"~3",
        "www.x.y",
        "ㅋㅋㅋ",
        "ñandu*",
    ];
    prop::collection::vec(select(BITS), 0..14).prop_map(|bits| bits.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn anything_parses_or_errs_in_place(text in prop_oneof![soup(), "\\PC{0,40}", ".{0,30}"], post in "\\PC{0,40}") {
        let mut lists = Lists::new();
        lists.add("l", ["hola", "*olas"]).expect("terms");
        match Query::parse_with(&text, &lists) {
            Ok(query) => {
                let printed = query.to_string();
                let again = Query::parse_with(&printed, &lists);
                prop_assert_eq!(again.as_ref(), Ok(&query), "{:?} printed {:?}", text, printed);
                let identity = Query::parse_with(&query.identity(), &lists).map(|q| q.identity());
                prop_assert_eq!(identity, Ok(query.identity()), "{}", query);
                for text in [post.as_str(), text.as_str()] {
                    let post = Post { text, title: Some(&post), bio: Some(text), links: &[text], ..Post::default() };
                    let matcher = Matcher::new(&query);
                    let why = matcher.explain(&post);
                    prop_assert_eq!(why.is_some(), matcher.matches(&post));
                    for mark in why.iter().flat_map(|w| w.highlights()) {
                        prop_assert!(text.get(mark).is_some_and(|s| !s.is_empty()));
                    }
                    let terms = tertulia_kernel::text::search_terms(&format!("{}\n{text}", post.title.unwrap_or_default()));
                    let terms: Vec<&str> = terms.split(' ').collect();
                    prop_assert!(why.is_none() || offers(&query.candidates(), &terms), "{} on {}", query, text);
                    let mut set = MonitorSet::new();
                    set.add(1, &query);
                    prop_assert_eq!(set.matches(&post).len(), usize::from(why.is_some()));
                }
            }
            Err(error) => {
                prop_assert!(text.get(error.span.clone()).is_some(), "{:?} {:?}", text, error.span);
            }
        }
    }
}
