//! Queries and posts made of bytes: each byte picks a piece, so that what random bytes say is mostly worth saying.

/// Pieces of queries: words, wildcards, signs, operators, fields, brackets.
const ASKED: &[&str] = &[
    "iberia",
    "vuelo",
    "no",
    "llega",
    "tarde",
    "año",
    "maleta",
    "#vuelo",
    "#AmoIberia",
    "@iberia",
    "$ibe",
    "😡",
    "male*",
    "v?elo",
    "*eta",
    "*egad*",
    "\"no llega\"",
    "\"el vuelo no llega\"",
    "\"año nuevo\"",
    "\"vuel* tarde\"",
    "\"vuelo llega tarde\"~2",
    "{Iberia}",
    "{Año}",
    "東京",
    "京都",
    "👨‍👩‍👧",
    "مرحبا",
    "e\u{301}l",
    "(",
    "(",
    "(",
    ")",
    ")",
    ")",
    "AND",
    "OR",
    "OR",
    "NOT",
    "-",
    "NEAR/0",
    "NEAR/3",
    "ONEAR/1",
    "NEAR/2f",
    "SENTENCE",
    "EXCEPT",
    "ATLEAST/2",
    "ATLEAST/3",
    "2 OF (",
    "1 OF (",
    ",",
    "lang:es",
    "author:ana",
    "channel:mastodon",
    "followers>10",
    "followers<=3",
    "has:emoji",
    "is:reply",
    "in:title",
    "in:bio",
    "in:(title OR url)",
    "site:iberia.com",
    "link:iberia.com/vuelo",
    "to:(ana OR bob)",
    "tag:vip",
    "\"",
    "*",
    "?",
    "~2",
    "{",
    "}",
    "#",
    "@",
    ":",
    "/",
];

/// Pieces of posts; those written together form other words.
const WRITTEN: &[&str] = &[
    "iberia",
    "Iberia",
    "vuelo",
    "VUELO",
    "vuelos",
    "no",
    "nooo",
    "llega",
    "llegada",
    "tarde",
    "año",
    "Año",
    "ano",
    "nuevo",
    "maleta",
    "maletas",
    "el",
    "e\u{301}l",
    "él",
    "#vuelo",
    "#AmoIberia",
    "@iberia",
    "@Ana@x.social",
    "$IBE",
    "😡",
    "👨‍👩‍👧",
    "❤️",
    "東京に",
    "京都",
    "مرحبا",
    ".",
    "!",
    "…",
    "。",
    "\n",
    "https://iberia.com/vuelo?no=1",
    "www.iberia.com",
    "ñandú",
    "n\u{303}o",
    "\u{200d}",
    "_",
    "-",
    "'",
];

/// Spells bytes as text; an odd number after the piece leaves out the blank.
fn spell(bytes: &[u8], pieces: &[&str]) -> String {
    let mut text = String::new();
    for byte in bytes {
        let (piece, apart) = (usize::from(*byte) % pieces.len(), usize::from(*byte) / pieces.len() != 1);
        text.push_str(pieces[piece]);
        if apart {
            text.push(' ');
        }
    }
    text
}

/// A query, most likely none the parser takes.
pub fn ask(bytes: &[u8]) -> String {
    spell(bytes, ASKED)
}

/// What somebody wrote.
pub fn written(bytes: &[u8]) -> String {
    spell(bytes, WRITTEN)
}
