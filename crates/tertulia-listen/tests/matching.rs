//! What matches what: tables by subject. `+` lines must match, `-` lines must not.

use tertulia_listen::{Matcher, Post, Query};

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
fn fields() {
    let post = Post {
        text: "hola iberia",
        author: Some("@Ana_López@social.example"),
        lang: Some("es-MX"),
        channel: Some("Mastodon México"),
        followers: Some(1_000),
        ..Post::default()
    };
    for (text, expected) in [
        ("author:ana_lopez", true),
        ("author:@Ana_Lopez@social.example", true),
        ("author:ana", false),
        ("author:(bob OR ana_lopez)", true),
        ("lang:es", true),
        ("lang:es-mx", true),
        ("lang:es_MX", true),
        ("lang:es-ar", false),
        ("lang:e", false),
        ("lang:(pt OR es)", true),
        ("LANG:ES", true),
        ("channel:\"mastodon mexico\"", true),
        ("channel:mastodon", false),
        ("lang:es followers>999", true),
        ("lang:es followers > 1000", false),
        ("lang:es followers>=1000", true),
        ("lang:es followers<1000", false),
        ("lang:es followers <= 1000", true),
        ("lang:es followers=1000", true),
        ("lang:es followers:1000", true),
        ("iberia lang:es NOT followers<500", true),
        ("lang:es NOT hola", false),
        ("iberia OR lang:pt", true),
    ] {
        assert_eq!(Matcher::new(&query(text)).matches(&post), expected, "{text}");
    }
    let unknown = Post { text: "hola", ..Post::default() };
    for (text, expected) in [("hola followers<10", false), ("hola NOT followers<10", true), ("lang:es", false)] {
        assert_eq!(Matcher::new(&query(text)).matches(&unknown), expected, "{text}");
    }
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
}
