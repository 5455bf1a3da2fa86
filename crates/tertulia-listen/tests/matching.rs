//! What matches what, and why: tables by subject.

use tertulia_listen::ast::{Has, Is};
use tertulia_listen::{Lists, Matcher, Post, Query, Source};

fn query(text: &str) -> Query {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// Checks one query against posts that must and must not match.
fn check(text: &str, posts: &[(&str, bool)]) {
    let matcher = Matcher::new(&query(text));
    for (post, expected) in posts {
        let got = matcher.matches(&Post { text: post, ..Post::default() });
        assert_eq!(got, *expected, "query {text:?} on {post:?}");
    }
}

#[test]
fn words_ignore_case_and_accents() {
    check("iberia", &[("IBERIA no responde", true), ("Ibéria!", true), ("iberias", false), ("", false)]);
    check("CANCIÓN", &[("una cancion", true), ("una CANCIÓN", true)]);
    check("acao", &[("em ação", true)]);
    check("facade", &[("la façade", true)]);
    check("straße", &[("STRASSE", true)]);
}

#[test]
fn enye_is_demanded_only_when_written() {
    check("año", &[("feliz AÑO", true), ("feliz an\u{303}o", true), ("el ano", false)]);
    check("ano", &[("feliz año", true), ("el ano", true)]);
    check("espana", &[("España", true), ("espana", true)]);
    check("\"fin de año\"", &[("el FIN DE AÑO", true), ("fin de ano", false)]);
    check("ñandu*", &[("ñandúes", true), ("nandues", false)]);
    check("#añonuevo", &[("#AñoNuevo", true), ("#AnoNuevo", false)]);
    check("año", &[("#AñoNuevo", true), ("#MalAnoNuevo", false)]);
}

#[test]
fn operators_and_precedence() {
    check("a AND b OR c", &[("a b", true), ("c", true), ("a", false)]);
    check("a b OR c d", &[("a b", true), ("d c", true), ("a d", false)]);
    check("a NOT b OR c", &[("a", true), ("a b", false), ("a b c", true)]);
    check("a -b", &[("a", true), ("b a", false)]);
    check("a -(b OR c)", &[("a", true), ("a c", false)]);
    check("a NOT NOT b", &[("a b", true), ("a", false)]);
    check("a (b OR (c -d))", &[("a b d", true), ("a c", true), ("a c d", false)]);
    check("gatos and perros", &[("gatos perros", false), ("gatos and perros", true)]);
}

#[test]
fn phrases_and_compounds() {
    check("\"no llega\"", &[("¡No, llega!", true), ("no me llega", false), ("llega no", false)]);
    check("“no llega”", &[("no llega", true)]);
    check("«no llega»", &[("no llega", true)]);
    check("wi-fi", &[("el wi-fi", true), ("WI FI", true), ("wifi", false)]);
    check("EE.UU.", &[("en EE. UU.", true), ("ee", false)]);
    check("\"banco azt*\"", &[("Banco Azteca", true), ("banco de azteca", false)]);
    check("\"¿qué pasa?\"", &[("que pasa", true), ("que pasan", false)]);
    check("\"mi marca\"", &[("#AmoMiMarca", true), ("mi #marca", true), ("mi gran marca", false)]);
    check("\"hoy #AmoMiMarca siempre\"", &[("hoy #AMOMIMARCA siempre", true), ("hoy #AmoMiMarca, siempre", true)]);
    check("\"marca siempre\"", &[("#AmoMiMarca siempre", true)]);
}

#[test]
fn wildcards() {
    check("retras*", &[("RETRASADÍSIMO", true), ("#retrasos", true), ("@retrasos", false), ("retra", false)]);
    check("w?rd", &[("word", true), ("wórd", true), ("wrd", false), ("woord", false)]);
    check("can*ción", &[("cancelación", true), ("cancion", true), ("canciones", false)]);
    check("#vuelo*", &[("#VueloCancelado", true), ("vuelos", false)]);
    check("@iber*", &[("@Iberia_es", true), ("iberia", false)]);
}

#[test]
fn tags_handles_ticks() {
    check("marca", &[("#marca", true), ("#AmoMiMarca", true), ("@marca", false), ("#amomimarca", false)]);
    check("amomimarca", &[("#AmoMiMarca", true)]);
    check("#marca", &[("#MARCA", true), ("marca", false), ("#AmoMiMarca", false)]);
    check("#amo_mi", &[("#Amo_Mi", true), ("#AmoMi", false)]);
    check("@iberia", &[("hola @Iberia.", true), ("iberia", false), ("@iberia_es", false), ("x@iberia.com", false)]);
    check("@ana", &[("@ana@social.example", true), ("@ana.lopez", false)]);
    check("@ana@social.example", &[("@Ana@social.example hola", true), ("@ana", false)]);
    check("$aapl", &[("compra $AAPL", true), ("aapl", false)]);
    check("aapl", &[("compra $AAPL", true)]);
}

#[test]
fn exact_text() {
    check("{Año}", &[("Año", true), ("#Año", true), ("año", false), ("AÑO", false), ("An\u{303}o", true)]);
    check("{NASA}", &[("la NASA", true), ("nasa", false), ("ＮＡＳＡ", true)]);
    check("{Banco de Chile}", &[("el Banco de\nChile", true), ("el banco de chile", false), ("Banco de  Chile", true)]);
    check("{C++}", &[("sé C++ y más", true), ("sé C", false), ("c++", false)]);
    check("{AT&T}", &[("AT&T", true), ("AT T", false)]);
    check("{Marca}", &[("#AmoMiMarca", true), ("marca", false)]);
    check("{#Marca}", &[("#Marca", true), ("Marca", false), ("#MARCA", false)]);
    check("{NO}", &[("NOOOO", false), ("NO", true)]);
    check("{東京}", &[("東京タワー", true), ("京東", false)]);
}

#[test]
fn elongation_and_emoji() {
    check("gol", &[("GOOOOOL", true), ("gooool!!!", true), ("gool", false)]);
    check("perro", &[("perrrrro", true)]);
    check("100", &[("1000", false)]);
    check("😡", &[("qué mal😡😡", true), ("😠", false)]);
    check("👍", &[("👍🏿", true), ("👍\u{fe0f}", true)]);
    check("❤", &[("❤️", true)]);
    check("\"mal 😡\"", &[("muy MAL 😡", true), ("😡 mal", false)]);
    check("🇲🇽", &[("viva 🇲🇽🇪🇸", true), ("🇪🇸", false)]);
    check("👩‍👩‍👧", &[("mi 👩‍👩‍👧!", true), ("👩", false)]);
    check("1️⃣", &[("opción 1⃣", true), ("1", false)]);
}

#[test]
fn scripts_without_spaces_and_right_to_left() {
    check("東京", &[("東京タワー", true), ("大東京", true), ("京東", false), ("東の京", false)]);
    check("京", &[("東京", true), ("京都", true), ("東", false)]);
    check("タワー", &[("東京タワー", true), ("ﾀﾜｰ", true), ("タワ", false)]);
    check("\"東京 tower\"", &[("東京tower", true), ("東京都 tower", false)]);
    check("\"京 tower\"", &[("東京 tower", true)]);
    check("รถไฟ", &[("ขึ้นรถไฟฟ้า", true), ("รถ", false)]);
    check("#東京", &[("#東京 へ", true), ("東京", false)]);
    check("東京", &[("#東京タワー", true)]);
    check("مرحبا", &[("\u{202b}مَرْحَبًا\u{202c} بكم", true)]);
    check("שלום", &[("שָׁלוֹם!", true)]);
    check("елка", &[("ЁЛКА", true)]);
    check("iberia", &[("ibe\u{200b}ria", true), ("𝐈𝐁𝐄𝐑𝐈𝐀", true), ("ＩＢＥＲＩＡ", true)]);
}

#[test]
fn addresses_are_not_words() {
    check("example", &[("https://example.com/a", false), ("www.example.com", false), ("example.com", true)]);
    check("hola", &[("hola https://x.y", true)]);
}

#[test]
fn near_counts_the_words_between() {
    check("a NEAR/0 b", &[("a b", true), ("b a", true), ("a x b", false)]);
    check("a NEAR/2 b", &[("a x y b", true), ("b x y a", true), ("a x y z b", false)]);
    check("a ONEAR/2 b", &[("a x b", true), ("b x a", false)]);
    check("a NEAR/2f b", &[("a x b", true), ("b x a", false)]);
    check("a NEAR/5 a", &[("a", false), ("a x a", true)]);
    check("(a OR b) NEAR/1 (c OR d)", &[("a x d", true), ("a x x d", false), ("c b", true)]);
    check("\"a b\" NEAR/1 c", &[("a b x c", true), ("a x b c", false), ("c x a b", true)]);
    check("a NEAR/1 b NEAR/1 c", &[("a x b x c", true), ("c a b", true), ("a b x x c", false)]);
    check("a NEAR/3 (b NEAR/0 c)", &[("a x c b", true), ("a x b y c", false)]);
    check("\"a b\" NEAR/3 \"b c\"", &[("a b c", false), ("a b b c", true)]);
    check("NOT b a NEAR/1 c", &[("a c", true), ("b a c", false)]);
    check("demor* NEAR/3 #vuelo", &[("demora en el #vuelo", true)]);
    check("😡 NEAR/1 {Iberia}", &[("Iberia 😡", true), ("iberia 😡", false)]);
}

#[test]
fn loose_phrases() {
    check("\"a b c\"~1", &[("c a b", true), ("a x b c", true), ("a x b y c", false)]);
    check("\"a b\"~2", &[("b x y a", true), ("b x y z a", false)]);
    check("\"a a b\"~1", &[("a b", false), ("a x b a", true)]);
    check("\"東京 駅\"~4", &[("駅は東京", true)]);
    check("(\"a b\"~1) NEAR/1 c", &[("b x a y c", true), ("b x a y z c", false)]);
}

#[test]
fn sentences_end_at_points_and_lines() {
    check(
        "vuelo SENTENCE (malo OR tarde)",
        &[
            ("El vuelo salió muy tarde.", true),
            ("Tarde salió el vuelo", true),
            ("Buen vuelo. Llegué tarde", false),
            ("Buen vuelo… tarde", false),
            ("un vuelo\ntarde", false),
            ("¿Vuelo? Tarde", false),
            ("el vuelo, malo", true),
            ("vuelo de 3.5 horas, malo", true),
            ("vuelo", false),
        ],
    );
    check("a SENTENCE a", &[("a", false), ("a b a", true), ("a. a", false)]);
    check("\"a b\" SENTENCE c", &[("a b c", true), ("a. b c", false), ("c a b. x", true)]);
    check("(a NEAR/3 b) SENTENCE c", &[("a x b c", true), ("a. b c", false)]);
    check("(a SENTENCE b) NEAR/1 c", &[("a x b. c", true), ("a x. b c", false)]);
    check("東京 SENTENCE 京都", &[("東京と京都", true), ("東京。京都", false)]);
}

#[test]
fn exceptions_leave_out_single_places() {
    check(
        "apple EXCEPT \"apple juice\"",
        &[("apple juice", false), ("an Apple and apple juice", true), ("apple pie", true), ("juice", false)],
    );
    check("marca EXCEPT #AmoMiMarca", &[("#AmoMiMarca", false), ("#AmoMiMarca y mi marca", true)]);
    check(
        "corona EXCEPT (\"la corona\" OR corona NEAR/2 virus)",
        &[("la corona", false), ("corona el virus", false), ("una corona", true)],
    );
    check("\"a b\" EXCEPT b", &[("a b", true)]);
    check("a EXCEPT a", &[("a a a", false)]);
    check("a EXCEPT b EXCEPT c", &[("a", true)]);
    check("(a EXCEPT \"a b\") NEAR/1 c", &[("a b c", false), ("a b a c", true)]);
    check("ATLEAST/2 (a EXCEPT \"a b\")", &[("a b a", false), ("a b a a", true)]);
}

#[test]
fn counts() {
    check("ATLEAST/3 iberia", &[("Iberia, iberia", false), ("iberia IBERIA #iberia", true)]);
    check("ATLEAST/2 (a NEAR/3 b)", &[("a b a", false), ("a b x b a", true)]);
    check("ATLEAST/2 \"a a\"", &[("a a a", false), ("a a a a", true)]);
    check("ATLEAST/2 東京", &[("東京東", false), ("東京東京", true)]);
    check("ATLEAST/2 (#AmoMiMarca OR marca)", &[("#AmoMiMarca", false), ("#AmoMiMarca marca", true)]);
    check("2 OF (a, b, c d)", &[("a", false), ("a b", true), ("a c", false), ("c d a", true), ("a a", false)]);
    check("x 2 OF (a, NOT b, c)", &[("x a", true), ("x a b", false), ("x a b c", true), ("x", false)]);
    check("NOT (2 OF (a, b, c)) x", &[("x a", true), ("x a b", false)]);
    check("3 OF (a, b, c)", &[("c b a", true), ("a b", false)]);
}

#[test]
fn wildcards_stand_anywhere() {
    check("*lay", &[("a DELAY", true), ("#delay", true), ("lay", true), ("delays", false), ("@delay", false)]);
    check("*elay*", &[("delayed", true), ("relays", true), ("elay", true), ("ela", false)]);
    check("?elay", &[("delay", true), ("elay", false)]);
    check("*ción", &[("la CANCION", true), ("canciones", false)]);
    check("*ñana", &[("mañana", true), ("manana", false)]);
    check("\"no *ega*\"", &[("no llegamos", true), ("no me llegan", false)]);
    check("*a*e*l*", &[("la azabel", true), ("ael", true), ("ale", false)]);
    check("*мир*", &[("премирье", true)]);
    check("*rada NEAR/1 vuelo", &[("vuelo muy retrasada", false), ("la parada del vuelo", true)]);
}

#[test]
fn lists_stand_where_words_do() {
    let mut lists = Lists::new();
    lists.add("líneas", ["iberia", "Aerolíneas Argentinas", "latam*", "@LAN"]).expect("terms");
    for (text, post, expected) in [
        ("list:lineas", "con LATAM_cl no más", true),
        ("list:LÍNEAS", "aerolineas argentinas", true),
        ("list:lineas", "argentinas aerolineas", false),
        ("list:lineas NEAR/1 tarde", "@lan llega tarde", true),
        ("list:lineas NEAR/1 tarde", "@lan llega muy tarde", false),
        ("ATLEAST/2 list:lineas", "iberia y latam", true),
        ("tarde EXCEPT (list:lineas NEAR/0 tarde)", "iberia tarde", false),
        ("tarde NOT list:lineas", "tarde iberia", false),
    ] {
        let matcher = Matcher::new(&Query::parse_with(text, &lists).expect(text));
        assert_eq!(matcher.matches(&Post { text: post, ..Post::default() }), expected, "{text} on {post}");
    }
}

#[test]
fn texts_of_a_post() {
    let post = Post {
        text: "hola https://www.shop.example.com/zapatos-rojos?ref=abc mundo",
        title: Some("Iberia pierde maletas"),
        bio: Some("Soy azafata"),
        alt: Some("un gato\nun perro"),
        links: &["https://iberia.com/Vuelos_Baratos"],
        ..Post::default()
    };
    for (text, expected) in [
        ("iberia hola", true),
        ("\"maletas hola\"", false),
        ("maletas NEAR/1000 hola", false),
        ("maletas SENTENCE hola", false),
        ("iberia in:title", true),
        ("in:title iberia pierde", true),
        ("iberia in:body", false),
        ("hola in:title", false),
        ("hola iberia in:title", false),
        ("hola (iberia in:title)", true),
        ("hola AND NOT (hola in:title)", true),
        ("(iberia NOT hola) in:title", true),
        ("(iberia OR hola) in:(title OR alt)", true),
        ("azafata", false),
        ("azafata in:bio", true),
        ("gato", false),
        ("\"gato un perro\" in:alt", true),
        ("gato SENTENCE perro in:alt", false),
        ("zapatos", false),
        ("zapatos in:url", true),
        ("\"zapatos rojos\" in:url", true),
        ("\"vuelos baratos\" in:url", true),
        ("rojos NEAR/1000 vuelos in:url", false),
        ("(rojos vuelos) in:url", true),
        ("https in:url", false),
        ("ATLEAST/2 (un OR gato) in:alt", true),
        ("(hola (azafata in:bio)) in:body", true),
        ("2 OF (iberia, azafata in:bio, x)", true),
    ] {
        assert_eq!(Matcher::new(&query(text)).matches(&post), expected, "{text}");
    }
    let plain = Post { text: "hola", ..Post::default() };
    for (text, expected) in [("hola in:title", false), ("hola NOT (hola in:title)", true), ("hola in:(title OR body)", true)] {
        assert_eq!(Matcher::new(&query(text)).matches(&plain), expected, "{text}");
    }
}

#[test]
fn fields() {
    let post = Post {
        text: "hola iberia 😡 http://X.com/a/b?c=1",
        title: Some("¿Qué pasa?"),
        author: Some("@Ana_López@social.example"),
        to: &["@Iberia", "bob@mail.example"],
        lang: Some("es-MX"),
        country: Some("MX"),
        channel: Some("Mastodon México"),
        site: Some("https://news.social.example/@ana/1"),
        links: &["https://www.Iberia.com/Vuelos/"],
        tags: &["Muy Urgente"],
        segments: &["Oro", "prensa"],
        tier: Some("1"),
        has: &[Has::Image],
        is: &[Is::Reply, Is::Customer],
        followers: Some(1_000),
        likes: Some(0),
        shares: Some(7),
        age: Some(30),
        replies: Some(2),
        ..Post::default()
    };
    for (text, expected) in [
        ("author:ana_lopez", true),
        ("author:@Ana_Lopez@social.example", true),
        ("author:ana", false),
        ("author:(bob OR ana_lopez)", true),
        ("to:iberia", true),
        ("to:(ana OR bob)", true),
        ("to:mail.example", false),
        ("lang:es", true),
        ("lang:es-mx", true),
        ("lang:es_MX", true),
        ("lang:es-ar", false),
        ("lang:e", false),
        ("lang:(pt OR es)", true),
        ("LANG:ES", true),
        ("country:mx", true),
        ("country:m", false),
        ("channel:\"mastodon mexico\"", true),
        ("channel:mastodon", false),
        ("site:social.example", true),
        ("site:https://www.NEWS.social.example/x", true),
        ("site:example.social", false),
        ("link:iberia.com", true),
        ("link:iberia.com/vuelos", true),
        ("link:iberia.com/vue", false),
        ("link:x.com/a", true),
        ("link:x.com/a/b?c=1", true),
        ("link:com", true),
        ("tag:\"muy urgente\"", true),
        ("tag:urgente", false),
        ("crm:segment:(plata OR oro)", true),
        ("crm:tier:1", true),
        ("crm:tier:10", false),
        ("hola has:link", true),
        ("hola has:image", true),
        ("hola has:video", false),
        ("hola has:emoji", true),
        ("hola has:question", true),
        ("hola is:(quote OR reply)", true),
        ("hola is:verified", false),
        ("is:customer", true),
        ("lang:es followers>999", true),
        ("lang:es followers > 1000", false),
        ("lang:es followers>=1000", true),
        ("lang:es followers<1000", false),
        ("lang:es followers <= 1000", true),
        ("lang:es followers=1000", true),
        ("lang:es followers:1000", true),
        ("lang:es followers:100..1000", true),
        ("lang:es followers:1001..2000", false),
        ("hola likes:0", true),
        ("hola likes:(>5 OR 0..1)", true),
        ("hola shares:(<7 OR >7)", false),
        ("hola age<31", true),
        ("hola replies:2", true),
        ("hola replies>2", false),
        ("iberia lang:es NOT followers<500", true),
        ("lang:es NOT hola", false),
        ("iberia OR lang:pt", true),
    ] {
        assert_eq!(Matcher::new(&query(text)).matches(&post), expected, "{text}");
    }
}

#[test]
fn what_a_post_does_not_state_passes_no_test() {
    let unknown = Post { text: "hola", ..Post::default() };
    let tests = [
        "author:hola",
        "to:hola",
        "lang:es",
        "country:mx",
        "channel:x",
        "site:x.com",
        "link:x.com",
        "tag:x",
        "crm:segment:x",
        "crm:tier:x",
        "has:link",
        "has:image",
        "has:video",
        "has:emoji",
        "has:question",
        "is:reply",
        "is:repost",
        "is:quote",
        "is:verified",
        "is:customer",
        "followers<10",
        "likes>=0",
        "shares:0",
        "age:0..9",
        "replies<9",
    ];
    for test in tests {
        assert!(!Matcher::new(&query(&format!("hola {test}"))).matches(&unknown), "{test}");
        assert!(Matcher::new(&query(&format!("hola NOT {test}"))).matches(&unknown), "{test}");
    }
}

#[test]
fn questions_are_asked_outside_addresses() {
    for (text, expected) in [
        ("what?", true),
        ("¿qué", true),
        ("何？", true),
        ("ماذا؟", true),
        ("hola https://x.com/?a=1 adiós", false),
        ("hola https://x.com/?a=1 adiós?", true),
        ("hola", false),
    ] {
        let post = Post { text, lang: Some("es"), ..Post::default() };
        assert_eq!(Matcher::new(&query("lang:es has:question")).matches(&post), expected, "{text}");
    }
}

#[test]
fn repetitions_cost_what_their_places_cost() {
    let text = "a b ".repeat(400);
    let post = Post { text: &text, title: Some("a. b"), ..Post::default() };
    for (text, expected) in [
        ("(a SENTENCE b) SENTENCE (a NEAR/1000 b)", true),
        ("((a NEAR/1000 b) NEAR/1000 (b NEAR/1000 a)) EXCEPT (a SENTENCE c)", true),
        ("ATLEAST/400 (a NEAR/1000 b)", true),
        ("ATLEAST/250 (\"a b a\" OR \"b a b\")", true),
        ("(\"a b a b a b a b\"~1000) NEAR/1000 (a SENTENCE a)", true),
    ] {
        assert_eq!(Matcher::new(&query(text)).explain(&post).is_some(), expected, "{text}");
    }
    // A text of 1 MB is read to its first 4,096 tokens.
    let long = "a b ".repeat(250_000);
    assert!(Matcher::new(&query("ATLEAST/1000 a")).matches(&Post { text: &long, ..Post::default() }));
}

#[test]
fn explanations_name_the_bytes() {
    for (text, post, expected) in [
        ("iberia OR maleta", "Perdí mi MALETA, Ibéria", "MALETA|Ibéria"),
        ("\"no llega\" -promo", "mi paquete no llega", "no llega"),
        ("a NEAR/1 b", "b x a y y y b", "b|a"),
        ("(a OR b) NEAR/0 c", "a b c", "b|c"),
        ("marca", "¡#AmoMiMarca!", "Marca"),
        ("amomimarca", "¡#AmoMiMarca!", "#AmoMiMarca"),
        ("京", "東京都", "京"),
        ("東京", "大東京都", "東京"),
        ("{C++}", "uso C++", "C"),
        ("\"a b\"~2", "b x a", "b|a"),
        ("👍", "ok 👍🏽!", "👍🏽"),
        ("año", "an\u{303}o", "an\u{303}o"),
        ("vuelo AND lang:es", "un vuelo", "vuelo"),
        ("*elay*", "so delayed!", "delayed"),
        ("a SENTENCE b", "a. a x b. b", "a|b"),
        ("apple EXCEPT \"apple juice\"", "apple juice, apple", "apple"),
        ("(a EXCEPT \"a b\") NEAR/2 c", "a b c a", "c|a"),
        ("ATLEAST/2 \"a b\"", "a b x a b", "a b|a b"),
        ("2 OF (a, b c, d)", "d c a", "d|a"),
        ("x 1 OF (NOT y, lang:pt)", "x z", "x"),
        ("vuelo in:url", "vuelo http://x.com/vuelo.", "vuelo"),
        ("(a OR b) in:(body OR title)", "b a", "b|a"),
        ("NOT (a in:title) b", "a b", "b"),
    ] {
        let post = Post { text: post, lang: Some("es"), ..Post::default() };
        let why = Matcher::new(&query(text)).explain(&post).unwrap_or_else(|| panic!("{text} must match"));
        let seen: Vec<&str> = why.highlights().into_iter().map(|r| &post.text[r]).collect();
        assert_eq!(seen.join("|"), expected, "{text}");
    }
    let post = Post { text: "un vuelo", lang: Some("es"), ..Post::default() };
    let why = Matcher::new(&query("vuelo lang:es")).explain(&post).expect("it matches");
    assert_eq!(why.fields, ["lang:es"]);
    assert_eq!(why.found[0].term, "vuelo");
    assert!(Matcher::new(&query("tren")).explain(&post).is_none());
    let post = Post {
        text: "hola http://x.com/vuelo",
        title: Some("Vuelo perdido"),
        bio: Some("azafata"),
        links: &["y.com", "z.com/vuelo"],
        likes: Some(3),
        is: &[Is::Quote],
        ..Post::default()
    };
    let all = "vuelo (vuelo in:url) (azafata in:bio) likes:(0 OR 3) NOT is:reply (is:quote OR tag:x)";
    let why = Matcher::new(&query(all)).explain(&post).expect("it matches");
    assert_eq!(why.fields, ["likes:(=0 OR =3)", "is:quote"]);
    let found: Vec<_> = why.found.iter().map(|f| (f.source, f.start..f.end, f.term.as_str())).collect();
    let expected = [
        (Source::Title, 0..5, "vuelo"),
        (Source::Text, 18..23, "vuelo"),
        (Source::Bio, 0..7, "azafata"),
        (Source::Link(1), 6..11, "vuelo"),
    ];
    assert_eq!(found, expected);
    assert_eq!(why.highlights(), vec![18..23; 1]);
    assert_eq!(why.highlights_in(Source::Title), vec![0..5; 1]);
    let mut lists = Lists::new();
    lists.add("l", ["tren", "\"vuelo perdido\""]).expect("terms");
    let why = Matcher::new(&Query::parse_with("list:l", &lists).expect("reads")).explain(&post).expect("it matches");
    assert_eq!((why.found[0].term.as_str(), why.found[0].start..why.found[0].end), ("\"vuelo perdido\"", 0..13));
}
