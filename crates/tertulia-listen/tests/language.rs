//! The language itself: canonical spelling, reading aloud, mistakes and their places, limits, candidates.

use tertulia_kernel::text::search_terms;
use tertulia_listen::{Candidates, CostClass, ErrorCode, Locale, MAX_DEPTH, MAX_QUERY_BYTES, MAX_TERMS, Query};

fn query(text: &str) -> Query {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

#[test]
fn canonical_spelling() {
    for (text, canonical) in [
        ("Iberia", "iberia"),
        ("CANCIÓN de Año", "cancion AND de AND año"),
        ("a b OR c", "(a AND b) OR c"),
        ("a (b (c d))", "a AND b AND c AND d"),
        ("a OR (b OR c)", "a OR b OR c"),
        ("a -b", "a AND NOT b"),
        ("a NOT (b OR c)", "a AND NOT (b OR c)"),
        ("a NOT NOT b", "a AND NOT NOT b"),
        ("a NEAR/3 b NEAR/5 c", "(a NEAR/3 b) NEAR/5 c"),
        ("a NEAR/3f b", "a ONEAR/3 b"),
        ("(a OR b) ONEAR/0 \"c d\"", "(a OR b) ONEAR/0 \"c d\""),
        ("NOT a NEAR/1 b c", "NOT a NEAR/1 b AND c"),
        ("wi-fi", "\"wi fi\""),
        ("\"Hola\"", "hola"),
        ("\"a  b\"~3", "\"a b\"~3"),
        ("#AmoMiMarca @Ana $AAPL", "#amomimarca AND @ana AND $aapl"),
        ("{ Banco  de Chile }", "{Banco de Chile}"),
        ("RETRAS**", "retras*"),
        ("👍🏽", "👍"),
        ("東京タワー", "東京タワー"),
        ("Lang:ES", "lang:es"),
        ("lang:(ES OR pt_BR)", "lang:(es OR pt-br)"),
        ("author:@Ana", "author:ana"),
        ("channel:\"Mi Canal\"", "channel:\"mi canal\""),
        ("followers:5", "followers=5"),
        ("followers >= 5 a", "followers>=5 AND a"),
        ("（a OR b） c", "(a OR b) AND c"),
    ] {
        let parsed = query(text);
        assert_eq!(parsed.to_string(), canonical, "{text}");
        assert_eq!(query(canonical), parsed, "{canonical}");
    }
}

#[test]
fn reading_aloud() {
    for (text, es, en) in [
        ("iberia", "Publicaciones que mencionan «iberia»", "Posts that mention “iberia”"),
        (
            "iberia (maleta OR equipaje) -promo",
            "Publicaciones que mencionan «iberia» y («maleta» o «equipaje»), excepto las que mencionan «promo»",
            "Posts that mention “iberia” and (“maleta” or “equipaje”), except those that mention “promo”",
        ),
        (
            "vuelo NEAR/5 (retras* OR \"no sale\")",
            "Publicaciones que mencionan «vuelo» cerca de (palabras que empiezan por «retras» o la frase «no sale») (a lo sumo 5 palabras en medio)",
            "Posts that mention “vuelo” near (words that begin with “retras” or the phrase “no sale”) (at most 5 words between)",
        ),
        (
            "lang:(es OR pt) followers>1000 #vuelo",
            "Publicaciones en español o portugués, con más de 1000 seguidores, que mencionan la etiqueta #vuelo",
            "Posts in Spanish or Portuguese, with more than 1000 followers, that mention the tag #vuelo",
        ),
        (
            "author:ana OR (@ana NOT lang:en)",
            "Publicaciones escritas por ana o (que mencionan la cuenta @ana y salvo las en inglés)",
            "Posts written by ana or (that mention the account @ana and other than those in English)",
        ),
        (
            "{NASA} \"a b\"~1 a ONEAR/0 b",
            "Publicaciones que mencionan «NASA» escrito exactamente así, las palabras «a b» juntas en cualquier orden (a lo sumo 1 palabra más entre ellas) y «a» seguido de «b» (sin palabras en medio)",
            "Posts that mention “NASA” written exactly so, the words “a b” together in any order (at most 1 other word among them) and “a” followed by “b” (with no word between)",
        ),
    ] {
        assert_eq!(query(text).reading(Locale::Es), es);
        assert_eq!(query(text).reading(Locale::En), en);
    }
}

#[test]
fn mistakes_and_their_places() {
    for (text, code, place) in [
        ("", ErrorCode::EmptyQuery, ""),
        ("  \n", ErrorCode::EmptyQuery, "  \n"),
        ("\"abc", ErrorCode::UnclosedQuote, "\""),
        ("a {abc", ErrorCode::UnclosedBrace, "{"),
        ("(a OR b", ErrorCode::UnclosedParenthesis, "("),
        ("a) b", ErrorCode::UnexpectedParenthesis, ")"),
        ("a OR", ErrorCode::MissingOperand, ""),
        ("OR a", ErrorCode::MissingOperand, "OR"),
        ("a AND OR b", ErrorCode::MissingOperand, "OR"),
        ("a ()", ErrorCode::MissingOperand, "()"),
        ("(a OR )", ErrorCode::MissingOperand, ")"),
        ("NOT", ErrorCode::MissingOperand, ""),
        ("a NEAR/3", ErrorCode::MissingOperand, ""),
        ("NEAR/3 a", ErrorCode::MissingOperand, "NEAR/3"),
        ("a && b", ErrorCode::UnexpectedCharacter, "&"),
        ("a || b", ErrorCode::UnexpectedCharacter, "|"),
        ("+a", ErrorCode::UnexpectedCharacter, "+"),
        ("a - b", ErrorCode::UnexpectedCharacter, "-"),
        ("a }", ErrorCode::UnexpectedCharacter, "}"),
        ("C++", ErrorCode::IgnoredSign, "+"),
        ("uno, dos", ErrorCode::IgnoredSign, ","),
        ("uno,dos", ErrorCode::IgnoredSign, ","),
        ("x \"...\"", ErrorCode::NothingToSearch, "\"...\""),
        ("{+}", ErrorCode::NothingToSearch, "{+}"),
        ("ab*", ErrorCode::WildcardTooShort, "ab*"),
        ("a?b*", ErrorCode::WildcardTooShort, "a?b*"),
        ("x *ción", ErrorCode::WildcardAtStart, "*ción"),
        ("?ola", ErrorCode::WildcardAtStart, "?ola"),
        ("wi-fi*", ErrorCode::WildcardWithSigns, "wi-fi*"),
        ("¿hola?", ErrorCode::WildcardWithSigns, "¿hola?"),
        ("東京*", ErrorCode::WildcardWithSigns, "東京*"),
        ("a NEAR b", ErrorCode::NearWithoutDistance, "NEAR"),
        ("a NEAR/ b", ErrorCode::BadDistance, "NEAR/"),
        ("a NEAR/x b", ErrorCode::BadDistance, "NEAR/x"),
        ("a NEAR/1001 b", ErrorCode::BadDistance, "NEAR/1001"),
        ("\"a b\"~", ErrorCode::BadDistance, "~"),
        ("\"a b\"~9999999999", ErrorCode::BadDistance, "~9999999999"),
        ("a NEAR/3 NOT b", ErrorCode::NotInNear, "NOT"),
        ("a NEAR/3 -b", ErrorCode::NotInNear, "-"),
        ("a NEAR/3 (b OR NOT c)", ErrorCode::NotInNear, "(b OR NOT c)"),
        ("(a NOT b) NEAR/3 c", ErrorCode::NotInNear, "(a NOT b)"),
        ("(a b) NEAR/3 c", ErrorCode::AndInNear, "(a b)"),
        ("a NEAR/3 lang:es", ErrorCode::FieldInNear, "lang:es"),
        ("NOT a", ErrorCode::OnlyExclusions, "NOT a"),
        ("-a -b", ErrorCode::OnlyExclusions, "-a -b"),
        ("a OR NOT b", ErrorCode::OnlyExclusions, "a OR NOT b"),
        ("ojo:cuidado", ErrorCode::UnknownField, "ojo"),
        ("site:x.com", ErrorCode::NotAvailable, "site"),
        ("a SENTENCE b", ErrorCode::NotAvailable, "SENTENCE"),
        ("a EXCEPT b", ErrorCode::NotAvailable, "EXCEPT"),
        ("ATLEAST/3 a", ErrorCode::NotAvailable, "ATLEAST/3"),
        ("2 OF (a, b)", ErrorCode::NotAvailable, "2"),
        ("lang:", ErrorCode::BadValue, ""),
        ("lang:()", ErrorCode::BadValue, ""),
        ("lang:es,pt", ErrorCode::BadValue, "es,pt"),
        ("lang:(es pt)", ErrorCode::BadValue, "pt"),
        ("lang:(es OR pt", ErrorCode::UnclosedParenthesis, "("),
        ("author:@", ErrorCode::BadValue, "@"),
        ("followers>10k", ErrorCode::BadNumber, ">10k"),
        ("followers>", ErrorCode::BadNumber, ">"),
        ("followers:-5", ErrorCode::BadNumber, ":-5"),
        ("https://x.com", ErrorCode::WebAddress, "https"),
        ("www.x.com", ErrorCode::WebAddress, "www.x.com"),
    ] {
        let error = Query::parse(text).expect_err(text);
        assert_eq!((error.code, &text[error.span.clone()]), (code, place), "{text:?}: {error}");
        if place.is_empty() && !text.is_empty() && !text.contains("()") {
            assert_eq!(error.span, text.len()..text.len(), "{text:?}");
        }
    }
}

#[test]
fn every_mistake_has_texts_in_both_languages() {
    for code in ErrorCode::ALL {
        let error = tertulia_listen::QueryError { code: *code, span: 0..1, piece: "x".into() };
        for locale in [Locale::Es, Locale::En] {
            let (message, hint) = (error.message(locale), error.hint(locale));
            assert!(!message.contains("{piece}") && !hint.contains("{piece}"));
            assert!(hint.ends_with('.') && !message.ends_with('.'), "{message} {hint}");
        }
        assert_ne!(error.message(Locale::Es), error.message(Locale::En));
    }
    let json = serde_json::to_value(Query::parse("(a").expect_err("open")).expect("serialises");
    assert_eq!(json["code"], "unclosed_parenthesis");
    assert_eq!((json["start"].as_u64(), json["end"].as_u64()), (Some(0), Some(1)));
    assert!(json["hint"]["es"].is_string() && json["message"]["en"].is_string());
}

#[test]
fn limits_hold_without_overflowing_the_stack() {
    let code = |text: &str| Query::parse(text).map(|_| ()).map_err(|e| e.code);
    let nested = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    assert_eq!(code(&nested(MAX_DEPTH)), Ok(()));
    assert_eq!(code(&nested(MAX_DEPTH + 1)), Err(ErrorCode::TooDeep));
    assert_eq!(code(&"(".repeat(MAX_QUERY_BYTES)), Err(ErrorCode::TooDeep));
    assert_eq!(code(&format!("{}a", "NOT ".repeat(20_000))), Err(ErrorCode::TooDeep));
    assert_eq!(code(&format!("{}a", "-".repeat(20_000))), Err(ErrorCode::TooDeep));
    assert_eq!(code(&format!("a{}", " NEAR/1 a".repeat(100))), Err(ErrorCode::TooDeep));
    assert_eq!(code(&vec!["a"; MAX_TERMS].join(" OR ")), Ok(()));
    assert_eq!(code(&vec!["a"; MAX_TERMS + 1].join(" OR ")), Err(ErrorCode::TooManyTerms));
    assert_eq!(code(&"a".repeat(MAX_QUERY_BYTES + 1)), Err(ErrorCode::QueryTooLong));
    let loose = format!("\"{}\"~3", vec!["a"; 17].join(" "));
    assert_eq!(code(&loose), Err(ErrorCode::PhraseTooLong));
    let zigzag: String = (0..40).fold("a".into(), |inner, i| if i % 2 == 0 { format!("(b {inner})") } else { format!("(b OR {inner})") });
    assert_eq!(code(&zigzag), Ok(()));
}

/// Candidates as a short note: `&` all, `|` any, `*` after a beginning, `?` for every post.
fn note(candidates: &Candidates) -> String {
    let list = |parts: &[Candidates], joint: &str| format!("({})", parts.iter().map(note).collect::<Vec<_>>().join(joint));
    match candidates {
        Candidates::Everything => "?".into(),
        Candidates::Term(term) => term.clone(),
        Candidates::Prefix(head) => format!("{head}*"),
        Candidates::Any(parts) => list(parts, " | "),
        Candidates::All(parts) => list(parts, " & "),
    }
}

#[test]
fn candidates_table() {
    for (text, expected) in [
        ("Iberia", "iberia"),
        ("año", "ano"),
        ("a b -c", "(a & b)"),
        ("a (b OR c*d1)", "(a & (b | c*))"),
        ("retras*", "retras*"),
        ("a OR lang:es", "?"),
        ("lang:es NOT x", "?"),
        ("a lang:es", "a"),
        ("a NEAR/3 \"b a\"", "(a & b)"),
        ("@Ana_L@x.y", "anal"),
        ("@iberia*", "iberia*"),
        ("#AmoMi", "amomi"),
        ("{C++}", "c"),
        ("😡", "x1f621"),
        ("東京", "x6771x4eac"),
        ("東京都", "(x4eacx90fd & x6771x4eac)"),
        ("京", "x4eac*"),
        ("a OR NOT NOT b", "?"),
    ] {
        assert_eq!(note(&query(text).candidates()), expected, "{text}");
    }
    assert!(search_terms("東京").split(' ').any(|t| t.starts_with("x4eac")));
}

#[test]
fn cost_classes() {
    for (text, class, anchors) in [
        ("aerolineas", CostClass::Low, Some(1)),
        ("de", CostClass::Medium, Some(1)),
        ("de AND aerolineas", CostClass::Low, Some(1)),
        ("lang:es", CostClass::High, None),
        ("lang:es NOT aerolineas", CostClass::High, None),
        ("aerolineas OR (de lang:es)", CostClass::Medium, Some(2)),
    ] {
        let cost = query(text).cost();
        assert_eq!((cost.class, cost.anchors), (class, anchors), "{text}");
    }
}

#[test]
fn a_query_is_its_text_in_json() {
    let parsed: Query = serde_json::from_str("\"a -b\"").expect("parses");
    assert_eq!(serde_json::to_string(&parsed).expect("prints"), "\"a AND NOT b\"");
    assert!(serde_json::from_str::<Query>("\"(a\"").is_err());
}
