//! The language itself: canonical spelling, reading aloud, mistakes and their places, limits, candidates.

use tertulia_kernel::text::search_terms;
use tertulia_listen::{Candidates, CostClass, ErrorCode, ListError, Lists, Locale, MAX_DEPTH, MAX_QUERY_BYTES, MAX_TERMS, Query};

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
        ("a followers:5", "a AND followers=5"),
        ("followers >= 5 a", "followers>=5 AND a"),
        ("a Likes:100..5000", "a AND likes:100..5000"),
        ("a shares:(3 OR >=10 OR 5..7)", "a AND shares:(=3 OR >=10 OR 5..7)"),
        ("a age:<30", "a AND age<30"),
        ("a AND age:(<30)", "a AND age<30"),
        ("a SENTENCE b NEAR/2 c", "(a SENTENCE b) NEAR/2 c"),
        ("apple EXCEPT \"apple juice\"", "apple EXCEPT \"apple juice\""),
        ("a EXCEPT b EXCEPT (c OR d)", "(a EXCEPT b) EXCEPT (c OR d)"),
        ("ATLEAST/3 iberia vuelo", "ATLEAST/3 iberia AND vuelo"),
        ("ATLEAST/2 (a NEAR/3 b)", "ATLEAST/2 (a NEAR/3 b)"),
        ("2 of (a)", "2 AND of AND a"),
        ("2 OF (a,b  ,c d)", "2 OF (a, b, c AND d)"),
        ("2 OF (lang:es,a OR b,2 OF(c,d))", "2 OF (lang:es, a OR b, 2 OF (c, d))"),
        ("1 OF (a, \"b, c\"~3, d)", "1 OF (a, \"b c\"~3, d)"),
        ("*lay *ELAY* ?ola", "*lay AND *elay* AND ?ola"),
        ("\"vuelo *lado\"", "\"vuelo *lado\""),
        ("in:title a b", "a AND b AND in:title"),
        ("a in:(bio OR body OR title)", "a AND in:(title OR body OR bio)"),
        ("a OR b in:title", "a OR (b AND in:title)"),
        ("(a OR b) in:url", "(a OR b) AND in:url"),
        ("a (b in:title)", "a AND (b AND in:title)"),
        ("(a in:title) in:bio", "(a AND in:title) AND in:bio"),
        ("a NOT (b in:alt)", "a AND NOT (b AND in:alt)"),
        ("Has:Link a", "has:link AND a"),
        ("a is:(reply OR Quote)", "a AND is:(reply OR quote)"),
        ("site:https://www.Iberia.com/x", "site:iberia.com"),
        ("link:https://www.Iberia.com/Vuelos/", "link:iberia.com/vuelos"),
        ("tag:\"Muy Urgente\"", "tag:\"muy urgente\""),
        ("to:@Iberia country:MX", "to:iberia AND country:mx"),
        ("CRM:Segment:VIP crm:tier:(gold OR silver)", "crm:segment:vip AND crm:tier:(gold OR silver)"),
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
        (
            "(a SENTENCE b) (apple EXCEPT \"apple juice\") ATLEAST/3 c",
            "Publicaciones que mencionan «a» en la misma oración que «b», «apple» fuera de la frase «apple juice» y «c» al menos 3 veces",
            "Posts that mention “a” in the same sentence as “b”, “apple” outside of the phrase “apple juice” and “c” at least 3 times",
        ),
        (
            "2 OF (a, b OR c, *lay) 1 OF (x, lang:es) *ela* in:title",
            "Publicaciones que cumplen al menos 1 de (que mencionan «x»; en español), que mencionan al menos 2 de («a», («b» o «c»), palabras que terminan en «lay») y palabras que contienen «ela» (solo en el título)",
            "Posts that meet at least 1 of (that mention “x”; in Spanish), that mention at least 2 of (“a”, (“b” or “c”), words that end in “lay”) and words that contain “ela” (only in the title)",
        ),
        (
            "to:ana country:mx site:x.com link:x.com/a tag:vip crm:segment:oro crm:tier:1 has:(image OR video) is:(reply OR customer)",
            "Publicaciones dirigidas a ana, del país MX, publicadas en x.com, con un enlace a x.com/a, marcadas «vip», de clientes del segmento oro, de clientes de nivel 1, con una imagen o un video, que responden a otra o de un cliente",
            "Posts addressed to ana, from country MX, published on x.com, with a link to x.com/a, labelled “vip”, from customers in segment oro, from customers of tier 1, with an image or a video, that reply to another or from a customer",
        ),
        (
            "a likes:5..9 shares:(0 OR >3) age<30 NOT (b in:bio)",
            "Publicaciones con entre 5 y 9 «me gusta», compartidas exactamente 0 o más de 3 veces, de una cuenta de menos de 30 días, que mencionan «a», excepto las que mencionan «b» (solo en la biografía del autor)",
            "Posts with between 5 and 9 likes, shared exactly 0 or more than 3 times, from an account of fewer than 30 days, that mention “a”, except those that mention “b” (only in the author's bio)",
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
        ("x *ab", ErrorCode::WildcardTooShort, "*ab"),
        ("*", ErrorCode::WildcardTooShort, "*"),
        ("\"x a*b\"", ErrorCode::WildcardTooShort, "a*b"),
        ("a?b*", ErrorCode::WildcardTooShort, "a?b*"),
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
        ("a SENTENCE", ErrorCode::MissingOperand, ""),
        ("EXCEPT b", ErrorCode::MissingOperand, "EXCEPT"),
        ("a EXCEPT NOT b", ErrorCode::NotInNear, "NOT"),
        ("a SENTENCE (b c)", ErrorCode::AndInNear, "(b c)"),
        ("ATLEAST a", ErrorCode::AtLeastWithoutCount, "ATLEAST"),
        ("ATLEAST/0 a", ErrorCode::BadCount, "ATLEAST/0"),
        ("ATLEAST/x a", ErrorCode::BadCount, "ATLEAST/x"),
        ("ATLEAST/1001 a", ErrorCode::BadCount, "ATLEAST/1001"),
        ("ATLEAST/2", ErrorCode::MissingOperand, ""),
        ("ATLEAST/2 (a b)", ErrorCode::AndInNear, "(a b)"),
        ("ATLEAST/2 NOT a", ErrorCode::NotInNear, "NOT"),
        ("ATLEAST/2 lang:es", ErrorCode::FieldInNear, "lang:es"),
        ("ATLEAST/2 a NEAR/3 b", ErrorCode::CountInNear, "ATLEAST/2 a"),
        ("a NEAR/3 (2 OF (b, c))", ErrorCode::CountInNear, "(2 OF (b, c))"),
        ("3 OF (a, b)", ErrorCode::TooFewParts, "3 OF (a, b)"),
        ("1 OF (a)", ErrorCode::TooFewParts, "1 OF (a)"),
        ("0 OF (a, b)", ErrorCode::BadCount, "0"),
        ("2 OF (a, , b)", ErrorCode::MissingOperand, ","),
        ("2 OF (a, b", ErrorCode::UnclosedParenthesis, "2 OF ("),
        ("2 OF ()", ErrorCode::MissingOperand, ")"),
        ("2 OF (a, (b, c))", ErrorCode::IgnoredSign, ","),
        ("in:title", ErrorCode::InWithoutWords, "in:title"),
        ("a OR in:title", ErrorCode::InWithoutWords, "in:title"),
        ("lang:es in:title", ErrorCode::InWithoutWords, "in:title"),
        ("a NOT in:title", ErrorCode::InWithoutWords, "in:title"),
        ("a in:title in:bio", ErrorCode::TwoIns, "in:bio"),
        ("a NEAR/2 (b in:title)", ErrorCode::FieldInNear, "(b in:title)"),
        ("in:head a", ErrorCode::UnknownChoice, "head"),
        ("a has:cats", ErrorCode::UnknownChoice, "cats"),
        ("a is:(reply OR bot)", ErrorCode::UnknownChoice, "bot"),
        ("a likes:5..3", ErrorCode::BadNumber, "5..3"),
        ("a likes:>5..7", ErrorCode::BadNumber, ">5..7"),
        ("a age:(3 OR x)", ErrorCode::BadNumber, "x"),
        ("a shares<-1", ErrorCode::BadNumber, "<-1"),
        ("a country:m1", ErrorCode::BadValue, "m1"),
        ("crm:gold", ErrorCode::UnknownField, "crm:gold"),
        ("crm:size:9", ErrorCode::UnknownField, "crm:size"),
        ("list:airlines", ErrorCode::UnknownList, "airlines"),
        ("a list:(b OR c)", ErrorCode::UnknownList, "b"),
        ("site:", ErrorCode::BadValue, ""),
        ("link://", ErrorCode::BadValue, "//"),
        ("followers>10", ErrorCode::NeedsScope, "followers>10"),
        ("has:image is:reply", ErrorCode::NeedsScope, "has:image is:reply"),
        ("a OR has:image", ErrorCode::NeedsScope, "a OR has:image"),
        ("is:(customer OR reply)", ErrorCode::NeedsScope, "is:(customer OR reply)"),
        ("2 OF (a, NOT b, NOT c)", ErrorCode::OnlyExclusions, "2 OF (a, NOT b, NOT c)"),
        ("NOT (2 OF (a, NOT b, c))", ErrorCode::OnlyExclusions, "NOT (2 OF (a, NOT b, c))"),
        ("NOT (a in:title)", ErrorCode::OnlyExclusions, "NOT (a in:title)"),
        ("NOT a", ErrorCode::OnlyExclusions, "NOT a"),
        ("-a -b", ErrorCode::OnlyExclusions, "-a -b"),
        ("a OR NOT b", ErrorCode::OnlyExclusions, "a OR NOT b"),
        ("ojo:cuidado", ErrorCode::UnknownField, "ojo"),
        ("lang:", ErrorCode::BadValue, ""),
        ("lang:()", ErrorCode::BadValue, ""),
        ("lang:es,pt", ErrorCode::BadValue, "es,pt"),
        ("lang:(es pt)", ErrorCode::BadValue, "pt"),
        ("lang:(es OR pt", ErrorCode::UnclosedParenthesis, "("),
        ("author:@", ErrorCode::BadValue, "@"),
        ("followers>10k", ErrorCode::BadNumber, ">10k"),
        ("followers>", ErrorCode::BadNumber, ">"),
        ("followers:-5", ErrorCode::BadNumber, "-5"),
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
fn lists_are_looked_up_when_a_query_is_read() {
    let mut lists = Lists::new();
    lists.add("Aerolíneas", ["Iberia", "Aerolíneas Argentinas", "{LAN}", "#vuel*", "a OR b", "AC/DC tour"]).expect("terms");
    lists.add("vacía", ["", "x"]).expect_err("an empty term");
    assert_eq!(lists.add("vacía", Vec::<String>::new()), Err(ListError::Empty));
    assert_eq!(lists.add(" ", ["x"]), Err(ListError::Empty));
    for (term, code) in [
        ("a NOT b", ErrorCode::NotInNear),
        ("a -b", ErrorCode::NotInNear),
        ("a NEAR b", ErrorCode::NearWithoutDistance),
        ("a AND b", ErrorCode::AndInNear),
        ("lang:es", ErrorCode::FieldInNear),
        ("ATLEAST/2 a", ErrorCode::CountInNear),
        ("list:aerolineas", ErrorCode::UnknownList),
        ("ab*", ErrorCode::WildcardTooShort),
    ] {
        let refused = lists.add("x", ["good", term]);
        assert!(matches!(&refused, Err(ListError::Term { index: 1, error }) if error.code == code), "{term}: {refused:?}");
    }
    for (text, canonical) in [
        ("list:AEROLINEAS", "list:aerolineas"),
        ("list:aerolíneas NEAR/5 retras*", "list:aerolineas NEAR/5 retras*"),
        ("NOT b lang:es ATLEAST/2 list:aerolineas", "NOT b AND lang:es AND ATLEAST/2 list:aerolineas"),
        ("list:(aerolineas OR aerolineas)", "list:aerolineas OR list:aerolineas"),
    ] {
        let query = Query::parse_with(text, &lists).expect(text);
        assert_eq!((query.to_string().as_str(), query.lists()), (canonical, vec!["aerolineas"]));
        assert_eq!(Query::parse_with(canonical, &lists).as_ref(), Ok(&query));
        assert_eq!(Query::parse(text).expect_err("no lists").code, ErrorCode::UnknownList);
    }
    assert_eq!(Query::lists_named("list:b OR list:a NEAR/3 list:b").expect("reads"), ["a", "b"]);
    lists.add("muchos", (0..1_000).map(|i| format!("palabra{i}"))).expect("terms");
    let many = ["list:muchos"; 6].join(" OR ");
    assert_eq!(Query::parse_with(&many, &lists).expect_err("5,000 terms").code, ErrorCode::TooManyTerms);
}

#[test]
fn the_same_question_has_the_same_identity() {
    for same in [
        &["vuelo maleta", "maleta AND Vuelo", "(maleta) vuelo maleta"][..],
        &["a -b -c", "a NOT (c OR b)", "NOT c a NOT NOT NOT b"],
        &["a NEAR/3 (b OR c)", "(c OR b OR b) NEAR/3 a"],
        &["a SENTENCE b", "b SENTENCE a"],
        &["\"a b c\"~2", "\"c b a\"~2"],
        &["lang:(es OR pt) x", "x (lang:pt OR lang:es)"],
        &["x followers>9", "x followers>=10"],
        &["x likes:0..5", "x likes<=5", "x likes<6"],
        &["1 OF (a, b)", "a OR b"],
        &["2 OF (a, b)", "a b"],
        &["x NOT (2 OF (a, b, c))", "x 2 OF (NOT c, NOT b, NOT a)"],
        &["ATLEAST/1 a", "a"],
        &["(a OR b) in:title", "a in:title OR b in:title", "(b in:title OR a) in:title"],
        &["a in:(title OR body)", "a"],
        &["x NOT (a in:title)", "x ((NOT a) in:title)"],
        &["lang:es a in:title", "lang:es (a in:title)"],
    ] {
        for other in same {
            assert_eq!(query(other).identity(), query(same[0]).identity(), "{other}");
        }
    }
    for (one, other) in [
        ("a ONEAR/3 b", "b ONEAR/3 a"),
        ("\"a b\"", "\"b a\""),
        ("a EXCEPT b", "b EXCEPT a"),
        ("a NOT b", "b NOT a"),
        ("a in:title", "a"),
        ("x NOT followers<10", "x followers>=10"),
        ("2 OF (a, b, c)", "a b c"),
    ] {
        assert_ne!(query(one).identity(), query(other).identity(), "{one}");
    }
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
    assert_eq!(code(&format!("a{}", " EXCEPT a".repeat(100))), Err(ErrorCode::TooDeep));
    assert_eq!(code(&format!("{}a", "ATLEAST/1 ".repeat(9_000))), Err(ErrorCode::TooDeep));
    assert_eq!(code(&"2 OF (".repeat(9_000)), Err(ErrorCode::TooDeep));
    assert_eq!(code(&"(in:title ".repeat(9_000)), Err(ErrorCode::TooDeep));
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
        ("a SENTENCE b", "(a & b)"),
        ("a EXCEPT \"a b\"", "a"),
        ("ATLEAST/3 (a OR b)", "(a | b)"),
        ("1 OF (a, b, c)", "(a | b | c)"),
        ("2 OF (a, b, c)", "(b | c)"),
        ("3 OF (a, b, c)", "(a & b & c)"),
        ("2 OF (a, b, lang:es)", "(a | b)"),
        ("*lay a", "a"),
        ("*elay*", "?"),
        ("a in:title", "a"),
        ("a in:(title OR bio)", "?"),
        ("a b (c in:url)", "(a & b)"),
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
        ("lang:es", CostClass::High, Some(1)),
        ("lang:es NOT aerolineas", CostClass::High, Some(1)),
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
