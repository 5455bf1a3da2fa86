//! What the tokeniser makes of real writing: tables by script and habit, then properties over any text.

use proptest::prelude::*;
use tertulia_kernel::text::{Kind, MAX_TOKENS, Sigil, Text, Token, fold, fold_keeping_enye, search_term, search_terms, written_form};

/// One token as a short note: sign, form, `~` for ñ, `+` for a part of a tag, `^` for an emoji, `=` for a pair.
fn note(text: &Text<'_>, token: &Token) -> String {
    let sign = match token.sigil {
        Sigil::None => "",
        Sigil::Tag => "#",
        Sigil::Handle => "@",
        Sigil::Tick => "$",
    };
    let kind = match token.kind {
        Kind::Word => "",
        Kind::Emoji => "^",
        Kind::Pair => "=",
        Kind::Url => "URL",
    };
    let part = if token.part { "+" } else { "" };
    let enye = if token.enye { "~" } else { "" };
    let forms: Vec<&str> = text.forms(token).collect();
    format!("{part}{kind}{sign}{}{enye}", forms.join("/"))
}

fn notes(text: &str) -> String {
    let text = Text::new(text);
    text.tokens().iter().map(|t| note(&text, t)).collect::<Vec<_>>().join(" ")
}

#[test]
fn tokens_table() {
    for (text, expected) in [
        ("", ""),
        ("  \n\t ", ""),
        ("Hola, ¿cómo estás?", "hola como estas"),
        ("¡MAÑANA no abren!", "manana~ no abren"),
        ("man\u{303}ana", "manana~"),
        ("ano año AÑO", "ano ano~ ano~"),
        ("ação coração pão", "acao coracao pao"),
        ("Façade naïve Zürich Straße", "facade naive zurich strasse"),
        ("garçon Łódź Ørsted", "garcon lodz orsted"),
        ("ﬁbra ＩＢＥＲＩＡ 𝐈𝐛𝐞𝐫𝐢𝐚", "fibra iberia iberia"),
        ("1º m² ½", "1o m2 1 2"),
        ("Marca™ Otra®", "marca otra"),
        ("noooo graciasss perrrro 1000", "noooo/no/noo graciasss/gracias/graciass perrrro/pero/perro 1000"),
        ("don't l'oréal wi-fi EE.UU. 3.5", "don t l oreal wi fi ee uu 3 5"),
        ("hola_mundo _ya_", "hola mundo ya"),
        ("#AmoMiMarca", "#amomimarca +amo +mi +marca"),
        ("#amomimarca #MARCA #ABCNews", "#amomimarca #marca #abcnews +abc +news"),
        ("#Copa2026 #año_nuevo #AñoNuevo", "#copa2026 +copa +2026 #ano_nuevo~ +ano~ +nuevo #anonuevo~ +ano~ +nuevo"),
        ("#1 C# a#b #", "#1 c a b"),
        ("＃marca ＠ana ＄AAPL", "#marca @ana $aapl"),
        ("@Iberia @ana_lopez, @ana.lopez.", "@iberia @ana_lopez @ana.lopez"),
        ("@ana@social.example hola", "@ana@social.example hola"),
        ("ana@empresa.com", "ana empresa com"),
        ("$\u{ff9e}5 #\u{345}a @\u{fe70}b", "5 a b"),
        ("$AAPL $500 US$20", "$aapl 500 us 20"),
        ("mira https://Example.com/a?b=c#d. ya", "mira URL ya"),
        ("(www.tienda.mx) HTTP://x.y", "URL URL"),
        ("qué 😡😡 mal", "que ^😡 ^😡 mal"),
        ("👍🏽 👍 ❤️ ❤", "^👍 ^👍 ^❤ ^❤"),
        ("👩‍👩‍👧 🇲🇽🇪🇸 1️⃣", "^👩\u{200d}👩\u{200d}👧 ^🇲🇽 ^🇪🇸 ^1\u{20e3}"),
        ("bien👍bien", "bien ^👍 bien"),
        ("ibe\u{200b}ria ibe\u{ad}ria", "iberia iberia"),
        ("東京タワー", "=東京 =京タ =タワ =ワー =ー"),
        ("東京 tower", "=東京 =京 tower"),
        ("iPhone発売", "iphone =発売 =売"),
        ("ｶﾞｽ がす か\u{3099}す", "=ガス =ス =がす =す =がす =す"),
        ("#東京Tower", "#東京tower +=東京 +=京 +tower"),
        ("你好@ana", "=你好 =好 @ana"),
        ("รถไฟ", "=รถ =ถไ =ไฟ =ฟ"),
        ("한국 \u{1112}\u{1161}\u{11ab}", "한국 한"),
        ("مَرْحَبًا שָׁלוֹם", "مرحبا שלום"),
        ("\u{202b}السلام\u{202c} عليكم", "السلام عليكم"),
        ("Привет ЁЛКА ΣΊΣΥΦΟΣ", "привет елка σισυφοσ"),
        ("हिन्दी", "हिन्दी"),
        ("İstanbul ISPARTA ı", "istanbul isparta i"),
    ] {
        assert_eq!(notes(text), expected, "{text:?}");
    }
}

#[test]
fn ranges_name_the_original_bytes() {
    let text = Text::new("¡Qué MAÑANA! #AmoÑandú y an\u{303}o 👍🏽 東京タ");
    let seen: Vec<&str> = text.tokens().iter().map(|t| &text.original()[t.range()]).collect();
    assert_eq!(seen, ["Qué", "MAÑANA", "#AmoÑandú", "Amo", "Ñandú", "y", "an\u{303}o", "👍🏽", "東京", "京タ", "タ"]);
    assert_eq!(&text.original()[text.tokens()[2].word_range()], "AmoÑandú");
    assert!(text.tokens()[4].enye && !text.tokens()[3].enye);
}

#[test]
fn tags_cover_the_places_of_their_parts() {
    let text = Text::new("hoy #AmoMiMarca siempre");
    let places: Vec<(u32, u32)> = text.tokens().iter().map(|t| (t.position, t.position_end)).collect();
    assert_eq!(places, [(0, 1), (1, 4), (1, 2), (2, 3), (3, 4), (4, 5)]);
}

#[test]
fn pairs_cover_two_places_and_words_follow_the_run() {
    let text = Text::new("東京タ tower");
    let places: Vec<(u32, u32)> = text.tokens().iter().map(|t| (t.position, t.position_end)).collect();
    assert_eq!(places, [(0, 2), (1, 3), (2, 3), (3, 4)]);
}

#[test]
fn addresses_have_words_after_their_scheme() {
    for (address, expected) in [
        ("https://www.Iberia.com/Mi_Vuelo?ref=@ana#AmoEsto", "www iberia com mi vuelo ref ana amoesto"),
        ("http://http://x.y", "http x y"),
        ("WWW.x.com/año-nuevo/東京", "www x com ano nuevo 東京 京"),
        ("x.com/$a/😡.", "x com a 😡"),
        ("://a", "a"),
        ("https://", ""),
        ("", ""),
    ] {
        let words = Text::of_address(address);
        let forms: Vec<&str> = words.tokens().iter().map(|t| words.form(t)).collect();
        assert_eq!(forms.join(" "), expected, "{address}");
        for token in words.tokens() {
            assert!(token.sigil == Sigil::None && token.kind != Kind::Url && !token.part);
            assert!(!address[token.range()].is_empty());
        }
    }
}

#[test]
fn sentences_are_numbered() {
    let text = Text::new("No llegó. Nadie responde!! ¿Hola? Vuelo 3.5\nfin");
    let segments: Vec<u32> = text.tokens().iter().map(|t| t.segment).collect();
    assert_eq!(segments, [0, 0, 1, 1, 2, 3, 3, 3, 4]);
}

#[test]
fn written_keeps_case_and_marks() {
    let text = Text::new("An\u{303}o ＡÑO #Mi");
    let written: Vec<String> = text.tokens().iter().map(|t| text.written(t)).collect();
    assert_eq!(written, ["Año", "AÑO", "Mi"]);
    assert_eq!(written_form("  Banco\n\u{200b}de  Chile "), "Banco de Chile");
}

#[test]
fn folding_whole_values() {
    assert_eq!(fold("  Año  NUEVO "), "ano nuevo");
    assert_eq!(fold_keeping_enye("An\u{303}o NUEVO Canción"), "año nuevo cancion");
}

#[test]
fn a_long_text_is_cut() {
    let long = "hola ".repeat(MAX_TOKENS + 10);
    let text = Text::new(&long);
    assert!(text.is_cut());
    assert_eq!(text.tokens().len(), MAX_TOKENS);
    assert!(!Text::new(&"hola ".repeat(MAX_TOKENS)).is_cut());
    assert!(Text::new(&"東".repeat(2 * MAX_TOKENS)).tokens().len() <= MAX_TOKENS);
}

#[test]
fn search_terms_table() {
    for (text, expected) in [
        ("¡Hola, hola! MAÑANA", "hola manana"),
        ("#AmoMiMarca @ana_lopez@x.y $AAPL", "amomimarca amo mi marca analopez aapl"),
        ("nooo 😀 https://a.b", "nooo no noo x1f600"),
        ("東京 кот", "x6771x4eac x4eac x43ax43ex442"),
        ("\" OR * AND (NEAR) :x", "or and near x"),
    ] {
        assert_eq!(search_terms(text), expected, "{text:?}");
    }
    assert_eq!(search_term(&"a".repeat(500)).len(), 64);
}

#[test]
fn every_character_folds_to_something_stable() {
    for c in ('\0'..=char::MAX).filter(|c| !matches!(c, '\u{F0000}'..)) {
        let once = fold(&format!("a{c}b"));
        assert_eq!(fold(&once), once, "U+{:04X}", u32::from(c));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_gives_sound_tokens(text in "\\PC{0,60}|[a-zñÑ#@$_.\\- 👍🏽\u{200d}\u{fe0f}\u{303}東京タ1\u{20e3}]{0,60}|.{0,40}") {
        let read = Text::new(&text);
        let mut place = 0;
        for token in read.tokens() {
            prop_assert!(text.get(token.range()).is_some_and(|s| !s.is_empty()));
            prop_assert!(text.get(token.word_range()).is_some());
            prop_assert!(token.position >= place && token.position < token.position_end);
            place = token.position;
            prop_assert!(token.kind == Kind::Url || !read.form(token).is_empty());
        }
    }

    /// The language writes words folded; reading them again must find the same word.
    #[test]
    fn folded_words_are_tokens_of_themselves(text in "[\\PC]{0,40}|[A-Za-zñÑáçßœ#ﬁ½ｶﾞ한ᄒ\u{1161}०-९ก-๛]{0,20}") {
        let read = Text::new(&text);
        for token in read.tokens().iter().filter(|t| t.kind != Kind::Url && t.sigil == Sigil::None) {
            let form = read.form(token).to_owned();
            let again = Text::new(&form);
            prop_assert_eq!(again.form(&again.tokens()[0]), &form);
            prop_assert_eq!(fold(&form), form);
        }
    }

    #[test]
    fn search_terms_hold_no_syntax(text in "\\PC{0,60}") {
        let terms = search_terms(&text);
        prop_assert!(terms.chars().all(|c| c == ' ' || c.is_ascii_lowercase() || c.is_ascii_digit()));
    }
}
