//! From a post's HTML to plain text.
//!
//! Servers send posts as HTML fragments they promise to have cleaned; we believe nothing of it. No markup survives:
//! tags are dropped, entities become characters, and what comes out is text to be *shown as text*. The reader is one
//! pass without recursion, so depth and broken nesting cost nothing.

/// Longest text kept, in bytes; the rest is cut with an ellipsis. Beyond any server's own limit, and within intake's.
pub const MAX_TEXT: usize = 190_000;

/// A link found in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// The server marked it as a mention of an account or a hashtag.
    pub mention: bool,
}

/// Text and links of a fragment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plain {
    /// The text: paragraphs apart by an empty line, line breaks kept, no control characters.
    pub text: String,
    /// Its links in order.
    pub links: Vec<Link>,
}

/// Reads an HTML fragment. A link whose text hides where it leads keeps its address in parentheses.
pub fn read(html: &str) -> Plain {
    let mut reader = Reader::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        reader.characters(&rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
        } else if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            let end = tag_end(rest);
            rest = reader.tag(&rest[1..end], rest.get(end + 1..).unwrap_or(""));
        } else {
            reader.characters("<");
            rest = &rest[1..];
        }
    }
    reader.characters(rest);
    reader.finish()
}

/// Where the tag ends: its `>` outside quotes, or the end of the text.
fn tag_end(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    // An unclosed quote must not swallow the text: take the first '>' then.
    rest.find('>').unwrap_or(rest.len())
}

#[derive(Default)]
struct Reader {
    text: String,
    links: Vec<Link>,
    /// Line breaks asked for but not yet written, so that none stand at the start, the end or in rows of three.
    breaks: usize,
    /// A blank met between words, written when the next word comes.
    blank: bool,
    /// Byte position where the open link's text starts.
    link_start: Option<usize>,
    preformatted: usize,
}

impl Reader {
    fn characters(&mut self, raw: &str) {
        if raw.is_empty() {
            return;
        }
        let decoded = decode(raw);
        for c in decoded.chars() {
            match c {
                '\n' if self.preformatted > 0 => self.line_break(1),
                c if c.is_whitespace() => self.blank = true,
                c if c.is_control() => {}
                c => {
                    self.flush();
                    self.text.push(c);
                }
            }
        }
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            if self.breaks > 0 {
                for _ in 0..self.breaks.min(2) {
                    self.text.push('\n');
                }
            } else if self.blank {
                self.text.push(' ');
            }
        }
        self.breaks = 0;
        self.blank = false;
    }

    fn line_break(&mut self, lines: usize) {
        self.breaks = if lines == 1 { self.breaks + 1 } else { self.breaks.max(lines) };
        self.blank = false;
    }

    /// Takes a tag (without its brackets) and what follows it; returns what is still to be read.
    fn tag<'a>(&mut self, tag: &str, after: &'a str) -> &'a str {
        let closing = tag.starts_with('/');
        let body = tag.trim_start_matches('/');
        let name: String = body.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        match name.as_str() {
            // Their content is never text.
            "script" | "style" | "head" | "title" | "template" | "svg" | "math" | "iframe" | "object" if !closing => {
                return skip_element(after, &name);
            }
            "br" => self.line_break(1),
            "p" | "ul" | "ol" | "blockquote" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" => self.line_break(2),
            "pre" => {
                self.preformatted = if closing { self.preformatted.saturating_sub(1) } else { self.preformatted + 1 };
                self.line_break(2);
            }
            "div" | "tr" | "section" | "article" => self.breaks = self.breaks.max(1),
            "li" if !closing => {
                self.breaks = self.breaks.max(1);
                self.flush();
                self.text.push_str("• ");
            }
            "td" | "th" => self.blank = true,
            "img" if !closing => {
                // Custom emoji and inline pictures: what stands for them is their description.
                if let Some(alt) = attribute(body, "alt") {
                    self.characters(&escape_free(&alt));
                }
            }
            "a" if !closing => {
                self.close_link();
                if let Some(href) = attribute(body, "href").map(|href| decode(&href)) {
                    let class = attribute(body, "class").unwrap_or_default();
                    let mention = class.split_whitespace().any(|word| word == "mention" || word == "hashtag");
                    self.links.push(Link { href, mention });
                    self.link_start = Some(self.text.len());
                }
            }
            "a" => self.close_link(),
            _ => {}
        }
        after
    }

    fn close_link(&mut self) {
        let Some(start) = self.link_start.take() else {
            return;
        };
        let Some(link) = self.links.last() else {
            return;
        };
        if link.mention || !(link.href.starts_with("http://") || link.href.starts_with("https://")) {
            return;
        }
        let shown = self.text.get(start..).unwrap_or_default();
        let host = link.href.split('/').nth(2).unwrap_or_default();
        if !shown.contains(host) {
            let address = format!(" ({})", link.href);
            for c in address.chars().filter(|c| !c.is_control()) {
                self.text.push(c);
            }
        }
    }

    fn finish(mut self) -> Plain {
        self.close_link();
        self.text.truncate(self.text.trim_end().len());
        if self.text.len() > MAX_TEXT {
            self.text.truncate(self.text.floor_char_boundary(MAX_TEXT));
            self.text.push('…');
        }
        Plain { text: self.text, links: self.links }
    }
}

/// The text after an element whose content is dropped.
fn skip_element<'a>(after: &'a str, name: &str) -> &'a str {
    let closing = format!("</{name}");
    let bytes = after.as_bytes();
    let found = (0..bytes.len().saturating_sub(closing.len() - 1))
        .find(|&at| bytes[at] == b'<' && bytes[at..at + closing.len()].eq_ignore_ascii_case(closing.as_bytes()));
    match found {
        Some(at) => after[at..].find('>').map_or("", |end| &after[at + end + 1..]),
        None => "",
    }
}

/// The raw value of an attribute in a tag.
fn attribute(tag: &str, wanted: &str) -> Option<String> {
    let mut rest = tag.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    while !rest.is_empty() {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
        let name = &rest[..end];
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            if let Some(quote) = quote {
                let inner = &after[1..];
                let close = inner.find(quote).unwrap_or(inner.len());
                value = &inner[..close];
                rest = inner.get(close + 1..).unwrap_or("");
            } else {
                let close = after.find(char::is_whitespace).unwrap_or(after.len());
                value = &after[..close];
                rest = &after[close..];
            }
        } else if name.is_empty() {
            // Something that is no attribute at all: step over it.
            let step = rest.chars().next().map_or(0, char::len_utf8);
            rest = &rest[step..];
        }
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value.to_owned());
        }
    }
    None
}

/// An attribute's text is text, not markup: entities are decoded by the caller once only.
fn escape_free(text: &str) -> String {
    text.chars().filter(|c| *c != '<' && *c != '>').collect()
}

/// Names of U+00A0 to U+00FF in HTML, in order.
const LATIN_1: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 \
    sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring \
    AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times \
    Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute \
    ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc \
    uuml yacute thorn yuml";

/// Decodes character references: numeric ones, the five of XML, Latin-1 and common punctuation. Others stay as written.
pub fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // The longest name known here has 7 letters.
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| reference(&rest[1..end]).map(|c| (c, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "hellip" => '…',
        "bull" => '•',
        "euro" => '€',
        "trade" => '™',
        other => {
            let at = LATIN_1.split_whitespace().position(|known| known == other)?;
            return char::from_u32(0xA0 + u32::try_from(at).ok()?);
        }
    })
}

#[cfg(test)]
mod tests {
    //! Fragments in the shapes servers really send, and in shapes made to hurt.
    use super::*;

    #[track_caller]
    fn check(html: &str, text: &str) {
        assert_eq!(read(html).text, text, "for {html:?}");
    }

    #[test]
    fn keeps_paragraphs_breaks_and_words() {
        check("<p>Hola</p><p>mi pedido<br/>no llegó</p>", "Hola\n\nmi pedido\nno llegó");
        check("uno<br>dos<br><br>tres<br><br><br><br>cuatro<br>", "uno\ndos\n\ntres\n\ncuatro");
        check("  a \n  b\t c ", "a b c");
        check("<ul><li>uno</li><li>dos</li></ul>fin", "• uno\n• dos\n\nfin");
        check("<pre>a\n  b</pre>", "a\nb");
        check("", "");
    }

    #[test]
    fn mentions_and_hashtags_keep_their_text_and_other_links_tell_where_they_lead() {
        check(
            r#"<p><span class="h-card"><a href="https://b.test/@ana" class="u-url mention">@<span>ana</span></a></span> hola <a href="https://b.test/tags/X" class="mention hashtag">#<span>X</span></a></p>"#,
            "@ana hola #X",
        );
        check(
            r#"<a href="https://www.example.com/a/long/path"><span class="invisible">https://www.</span><span class="ellipsis">example.com/a</span><span class="invisible">/long/path</span></a>"#,
            "https://www.example.com/a/long/path",
        );
        check(r#"<a href="https://evil.test/x">tu banco</a> fin"#, "tu banco (https://evil.test/x) fin");
        check(r#"<a href="javascript:alert(1)">x</a>"#, "x");
        let read = read(r#"<a class='mention' href='https://a.test/@m?x=1&amp;y=2'>@m</a>"#);
        assert_eq!(read.links, [Link { href: "https://a.test/@m?x=1&y=2".into(), mention: true }]);
    }

    #[test]
    fn nothing_of_a_script_or_a_tag_survives() {
        check("a<script>alert('x')</script>b", "ab");
        check("a<SCRIPT src=x>alert(1)</ScRiPt >b", "ab");
        check("a<style>p{}</style><!-- <b> -->b", "ab");
        check("a<script>never closed", "a");
        check(r#"<img src=x onerror="alert('>')" alt="gato">!"#, "gato!");
        check(r#"<p title="a > b">c</p>"#, "c");
        check(r#"<b title="never closed>texto</b> queda"#, "texto queda");
        check("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>");
        check("2 < 3 y 4 > 3", "2 < 3 y 4 > 3");
        check("a<", "a<");
        check("a<b", "a");
    }

    #[test]
    fn decodes_references_once() {
        check("&amp;lt; &ntilde;&Aacute;&iquest;&yuml; &#241;&#xF1; &nope; &", "&lt; ñÁ¿ÿ ññ &nope; &");
        check("&#0;&#x1F600;&#xD800;", "😀\u{FFFD}");
        check("a&nbsp;b\u{0}\u{7}c", "a bc");
    }

    #[test]
    fn long_and_deep_input_is_cut_and_does_not_overflow() {
        let long = read(&"ñ".repeat(MAX_TEXT + 50));
        assert!(long.text.ends_with("ñ…") && long.text.len() <= MAX_TEXT + 3);
        let deep = read(&format!("{}x{}", "<div><b>".repeat(100_000), "</b></div>".repeat(100_000)));
        assert_eq!(deep.text, "x");
        // Unclosed everything: must stay linear.
        let started = std::time::Instant::now();
        read(&"<a href=\"".repeat(40_000));
        read(&"&".repeat(400_000));
        read(&"<script>".repeat(40_000));
        assert!(started.elapsed().as_secs() < 5);
    }

    #[test]
    fn every_cut_of_a_hostile_fragment_can_be_read() {
        let html = r#"<p class="x"><a href='https://é.test/ñ' class=mention>@ñ</a>&eacute;&#x1F600;<!--ü--><script>é</script></p>"#;
        for (at, _) in html.char_indices() {
            read(&html[..at]);
            read(&html[at..]);
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_becomes_text_without_control_characters(html in "[<>&;'\"/a-cñ=! \n\u{0}\u{7}-]{0,200}") {
            let plain = read(&html);
            proptest::prop_assert!(plain.text.chars().all(|c| c == '\n' || !c.is_control()));
            proptest::prop_assert!(plain.text.len() <= html.len() * 4 + 64);
        }

        #[test]
        fn text_without_markup_stays_as_it_is(words in proptest::collection::vec("[a-zñé0-9.,😀]{1,8}", 0..20)) {
            let text = words.join(" ");
            proptest::prop_assert_eq!(read(&text).text, text);
        }
    }
}
