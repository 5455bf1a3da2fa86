//! Text as the listening language sees it: a row of tokens, folded so that small differences of spelling do not hide a word.
//!
//! The same tokens serve the stream, history search ([`search_terms`]) and the query parser, so a word means the same
//! everywhere. Rules:
//!
//! - Words are runs of letters and digits. Case, accents and compatibility forms fold away ([`fold`]); `ñ` folds to `n`
//!   and leaves the flag [`Token::enye`].
//! - `#tag`, `@handle` and `$tick` are one token with a [`Sigil`]. A tag in camel case or with underscores also yields
//!   its parts ([`Token::part`]), which lie on the places the tag covers.
//! - A web address is one [`Kind::Url`] token, never words ([`Text::of_address`] reads those). Each emoji is a token; skin tones are left out.
//! - Elongated words (`graciasss`) also have short forms ([`Text::forms`]).
//! - Han, Kana, Thai, Lao, Khmer and Myanmar are cut into overlapping pairs, one per character; the last one is alone.
//! - A text is read up to [`MAX_TOKENS`] tokens ([`Text::is_cut`]).
//!
//! ```
//! use tertulia_kernel::text::Text;
//! let text = Text::new("¡Mañana NO llegóoo! #AmoMiMarca");
//! let words: Vec<&str> = text.tokens().iter().map(|t| text.form(t)).collect();
//! assert_eq!(words, ["manana", "no", "llegooo", "amomimarca", "amo", "mi", "marca"]);
//! assert!(text.tokens()[0].enye);
//! ```

mod classes;
mod fold;
mod scan;
mod tags;
mod terms;

use std::ops::Range;

pub use classes::{is_invisible, is_unspaced, is_word_char};
pub use fold::{fold, fold_keeping_enye, written_form};
pub use terms::{handle_name, search_term, search_terms};

/// The most tokens a text is read to; what follows is not seen.
pub const MAX_TOKENS: usize = 4_096;

/// The most bytes of a text that are looked at.
pub const MAX_BYTES: usize = 4 << 20;

/// The sign a token was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sigil {
    /// A plain word.
    None,
    /// `#tag`
    Tag,
    /// `@handle`, also `@name@server` and `@name.server`
    Handle,
    /// `$TICK`, the short name of a share
    Tick,
}

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Letters and digits.
    Word,
    /// One emoji with everything joined to it.
    Emoji,
    /// One character of a script without spaces and the one after it, if any.
    Pair,
    /// A web address; it matches no word.
    Url,
}

/// One token of a [`Text`]. Its letters are read through the text: [`Text::form`], [`Text::forms`], [`Text::written`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is made of.
    pub kind: Kind,
    /// The sign before it.
    pub sigil: Sigil,
    /// True for a piece of a tag; the whole tag is the token before its parts.
    pub part: bool,
    /// True when an `n` of the folded form was written `ñ`.
    pub enye: bool,
    /// First place the token covers. Places count words (for unspaced scripts, characters) from 0.
    pub position: u32,
    /// The place after the last one it covers. A pair covers two places, a tag as many as its parts.
    pub position_end: u32,
    /// Number of the sentence or line, from 0.
    pub segment: u32,
    start: u32,
    word_start: u32,
    end: u32,
    form: (u32, u32),
    /// Runs of three and more equal letters cut to one, and to two. Empty when there are none.
    single: (u32, u32),
    double: (u32, u32),
}

impl Token {
    /// Byte range in the original text, with the sign.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Byte range in the original text, without the sign.
    #[must_use]
    pub fn word_range(&self) -> Range<usize> {
        self.word_start as usize..self.end as usize
    }
}

/// A text and its tokens, in order of their first place; a tag stands before its parts.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    original: &'a str,
    folded: String,
    tokens: Vec<Token>,
    cut: bool,
}

impl<'a> Text<'a> {
    /// Reads a text. Any text is accepted; time and memory grow with its length alone.
    #[must_use]
    pub fn new(original: &'a str) -> Self {
        scan::scan(original)
    }

    /// Reads the words of a web address, which [`Text::new`] takes as one token: what stands between its signs, after
    /// the scheme. Nothing in it is a tag, handle, tick or address of its own; percent escapes are not decoded.
    ///
    /// ```
    /// use tertulia_kernel::text::Text;
    /// let words = Text::of_address("https://www.example.com/mi_marca/@ana?a=1");
    /// let words: Vec<&str> = words.tokens().iter().map(|t| words.form(t)).collect();
    /// assert_eq!(words, ["www", "example", "com", "mi", "marca", "ana", "a", "1"]);
    /// ```
    #[must_use]
    pub fn of_address(address: &'a str) -> Self {
        scan::scan_address(address)
    }

    /// The text as it was written.
    #[must_use]
    pub fn original(&self) -> &'a str {
        self.original
    }

    /// All tokens.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// True when the text was longer than [`MAX_TOKENS`] or [`MAX_BYTES`] and its end was not read.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// The folded form of a token of this text, without its sign.
    #[must_use]
    pub fn form(&self, token: &Token) -> &str {
        self.slice(token.form)
    }

    /// The folded form, then the short forms of an elongated word (`noooo`: also `no`, `noo`).
    pub fn forms<'t>(&'t self, token: &Token) -> impl Iterator<Item = &'t str> + use<'t, 'a> {
        [token.form, token.single, token.double]
            .into_iter()
            .enumerate()
            .filter(|(i, (from, to))| *i == 0 || from < to)
            .map(|(_, slice)| self.slice(slice))
    }

    /// The token as written, without its sign: see [`written_form`].
    #[must_use]
    pub fn written(&self, token: &Token) -> String {
        written_form(&self.original[token.word_range()])
    }

    fn slice(&self, (from, to): (u32, u32)) -> &str {
        &self.folded[from as usize..to as usize]
    }
}
