//! Hostile markup and text made plain: what channels hand on is text to be shown as text.
//!
//! The reader of markup goes over its input once and keeps no tree, so that neither depth nor size nor missing ends
//! cost more than the input is long.

/// Most characters of one text that are kept.
pub(crate) const MAX_TEXT: usize = 100_000;
/// Most characters of a name, subject or headline that are kept.
pub(crate) const MAX_LINE: usize = 500;
/// Marks where a text was cut.
const CUT: &str = "[…]";

/// The text of an HTML document or fragment: blocks become lines, quotations lines that start with `> `.
pub(crate) fn from_html(html: &str) -> String {
    let mut out = Lines::default();
    let mut rest = html;
    let mut tags = Tags::default();
    while let Some(at) = rest.find(['<', '&']) {
        if out.full() {
            break;
        }
        out.text(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('&') {
            rest = entity(rest, &mut out);
        } else if let Some((tag, after)) = tags.next(rest) {
            rest = after;
            out.tag(&tag);
            if !tag.closing && matches!(&*tag.name, "script" | "style" | "template" | "title") {
                rest = skip_past_end(rest, &tag.name);
            }
        } else {
            out.text("<");
            rest = &rest[1..];
        }
    }
    out.text(rest);
    // Markup makes more room between blocks than people do between lines.
    tidy(&out.done(), 1)
}

/// Text as people wrote it, without what could harm or confuse: control characters, endless blank lines, more than
/// [`MAX_TEXT`] characters.
pub(crate) fn text(raw: &str) -> String {
    tidy(raw, 2)
}

fn tidy(raw: &str, blank_lines: usize) -> String {
    let mut out = String::with_capacity(raw.len().min(MAX_TEXT * 2));
    let (mut count, mut blank) = (0, 0);
    for line in raw.replace("\r\n", "\n").replace('\r', "\n").split('\n') {
        let line: String = line.chars().filter(|c| *c == '\t' || !c.is_control()).map(|c| if c == '\u{a0}' { ' ' } else { c }).collect();
        let line = line.trim_end();
        blank = if line.is_empty() { blank + 1 } else { 0 };
        if blank > blank_lines || (out.is_empty() && line.is_empty()) {
            continue;
        }
        let length = line.chars().count() + 1;
        if count + length > MAX_TEXT {
            out.extend(line.chars().take(MAX_TEXT - count));
            out.push_str(CUT);
            break;
        }
        count += length;
        out.push_str(line);
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}

/// One line of text (a name, a subject): no control or direction-changing characters, at most [`MAX_LINE`].
pub(crate) fn line(raw: &str) -> String {
    let spaced: String = raw
        .chars()
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_LINE * 4)
        .collect();
    let joined = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    match joined.char_indices().nth(MAX_LINE) {
        Some((at, _)) => format!("{}…", &joined[..at]),
        None => joined,
    }
}

/// [`line`], or nothing when nothing is left.
pub(crate) fn some_line(raw: &str) -> Option<String> {
    Some(line(raw)).filter(|line| !line.is_empty())
}

struct Tag {
    name: String,
    closing: bool,
}

/// Finds tags; remembers what it searched for in vain, so that it never searches the same end twice.
#[derive(Default)]
struct Tags {
    no_more_quotes: bool,
    no_more_ends: bool,
    no_more_comments: bool,
}

impl Tags {
    /// The tag at the start of `rest` and what follows it; `None` when the `<` is only a sign.
    fn next<'a>(&mut self, rest: &'a str) -> Option<(Tag, &'a str)> {
        let inner = &rest[1..];
        let comment = |after| {
            let tag = Tag { name: String::new(), closing: false };
            (tag, after)
        };
        if inner.starts_with("!--") && !self.no_more_comments {
            match inner.find("-->") {
                Some(at) => return Some(comment(&inner[at + 3..])),
                None => self.no_more_comments = true,
            }
        }
        let closing = inner.starts_with('/');
        let named = inner.strip_prefix('/').unwrap_or(inner);
        let length = named.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'-')).count();
        let starts = named.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
        if !starts && !inner.starts_with(['!', '?']) {
            return None;
        }
        let end = self.end(named)?;
        let name = named[..length.min(20)].to_ascii_lowercase();
        Some((Tag { name, closing }, &named[end + 1..]))
    }

    /// Where the tag ends: the first `>` outside quotes, or, when a quote never closes, the first `>`.
    fn end(&mut self, inside: &str) -> Option<usize> {
        if self.no_more_ends {
            return None;
        }
        if !self.no_more_quotes {
            let mut quote = None;
            for (at, byte) in inside.bytes().enumerate() {
                match (quote, byte) {
                    (None, b'>') => return Some(at),
                    (None, b'"' | b'\'') if at > 0 && inside.as_bytes()[at - 1] == b'=' => {
                        quote = Some(byte);
                    }
                    (Some(open), _) if open == byte => quote = None,
                    _ => {}
                }
            }
            self.no_more_quotes = true;
        }
        let end = inside.find('>');
        self.no_more_ends = end.is_none();
        end
    }
}

/// Skips an element whose content is no text; without an end tag, the rest of the document is its content.
fn skip_past_end<'a>(rest: &'a str, name: &str) -> &'a str {
    let bytes = rest.as_bytes();
    let mut from = 0;
    while let Some(at) = rest[from..].find("</") {
        let start = from + at + 2;
        let found = bytes.get(start..start + name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name.as_bytes()));
        if found {
            return rest[start..].find('>').map_or("", |end| &rest[start + end + 1..]);
        }
        from = start;
    }
    ""
}

/// Writes the entity at the start of `rest` (or its `&`) and returns what follows.
fn entity<'a>(rest: &'a str, out: &mut Lines) -> &'a str {
    let length = rest[1..].bytes().take(33).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
    if length > 0 && rest.as_bytes().get(1 + length) == Some(&b';') {
        let (token, after) = rest.split_at(length + 2);
        let mut decoded = String::new();
        mail_parser::decoders::html::add_html_token(&mut decoded, token.as_bytes(), false);
        // Spaces that were written as entities are meant as such.
        out.text(&decoded);
        return after;
    }
    out.text("&");
    &rest[1..]
}

/// Text being laid out in lines.
#[derive(Default)]
struct Lines {
    out: String,
    breaks: usize,
    space: bool,
    quote: usize,
    pre: usize,
}

impl Lines {
    fn full(&self) -> bool {
        // Bytes; a text of this many bytes reaches the limit of characters in any script.
        self.out.len() > MAX_TEXT * 4
    }

    fn tag(&mut self, tag: &Tag) {
        match &*tag.name {
            "br" => {
                self.breaks += 1;
                self.space = false;
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "table" => self.block(2),
            "div" | "tr" | "section" | "article" | "header" | "footer" | "dt" | "dd" | "hr" | "figure" | "address" | "form" | "body" => {
                self.block(1)
            }
            "li" if !tag.closing => {
                self.block(1);
                self.text("- ");
            }
            "td" | "th" => self.space = true,
            "pre" => {
                self.block(1);
                self.pre = level(self.pre, tag.closing);
            }
            "blockquote" => {
                self.block(1);
                self.quote = level(self.quote, tag.closing);
            }
            _ => {}
        }
    }

    fn block(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks);
        self.space = false;
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            if self.pre > 0 && c == '\n' {
                self.breaks += 1;
            } else if c.is_whitespace() && c != '\u{a0}' {
                self.space = true;
            } else {
                self.flush();
                self.out.push(c);
            }
        }
    }

    fn flush(&mut self) {
        if self.breaks > 0 || self.out.is_empty() {
            let breaks = if self.out.is_empty() { 0 } else { self.breaks.min(3) };
            for left in (0..breaks).rev() {
                self.out.push('\n');
                if left > 0 && self.quote > 0 {
                    self.out.push('>');
                }
            }
            if self.quote > 0 {
                self.out.push_str(&">".repeat(self.quote));
                self.out.push(' ');
            }
        } else if self.space {
            self.out.push(' ');
        }
        self.breaks = 0;
        self.space = false;
    }

    fn done(self) -> String {
        self.out
    }
}

fn level(now: usize, closing: bool) -> usize {
    if closing { now.saturating_sub(1) } else { (now + 1).min(20) }
}

/// The media type that the ending of a file's name stands for.
pub(crate) fn mime_of(name: &str) -> Option<&'static str> {
    let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match ending.as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "mov" => "video/quicktime",
        "mp3" => "audio/mpeg",
        "ogg" | "oga" => "audio/ogg",
        "wav" => "audio/wav",
        "pdf" => "application/pdf",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    //! Markup as people and attackers write it.
    use super::*;

    #[test]
    fn blocks_become_lines() {
        assert_eq!(
            from_html("<h1>Hola</h1><p>El pedido   no\nlleg&oacute;.</p><ul><li>uno<li>dos</ul>a<br>b"),
            "Hola\n\nEl pedido no llegó.\n\n- uno\n- dos\n\na\nb"
        );
        assert_eq!(from_html("<table><tr><td>1<td>2<tr><td>3</table>"), "1 2\n3");
        assert_eq!(from_html("a &lt;b&gt; &amp; c &nbsp;&#233; &bogus; & d"), "a <b> & c  é &bogus; & d");
    }

    #[test]
    fn quotations_are_marked() {
        assert_eq!(
            from_html("Gracias<blockquote>Hola<p>¿Cuándo?<blockquote>antes</blockquote></blockquote>fin"),
            "Gracias\n> Hola\n>\n> ¿Cuándo?\n>> antes\nfin"
        );
    }

    #[test]
    fn scripts_and_styles_are_no_text() {
        assert_eq!(from_html("a<script>alert('</b>')</script>b<STYLE>p{}</STYLE >c<!-- <p>x -->d<script>never closed"), "abcd");
        assert_eq!(from_html("<img src=x onerror=\"alert('>')\">ok"), "ok");
    }

    #[test]
    fn signs_that_are_no_tags_stay() {
        assert_eq!(from_html("1 < 2 and 3 > 2 <3"), "1 < 2 and 3 > 2 <3");
        assert_eq!(from_html("<p class=\"x>abc</p>def"), "abc\n\ndef");
        assert_eq!(from_html("tail <a href="), "tail <a href=");
    }

    #[test]
    fn neither_depth_nor_repetition_costs_more_than_length() {
        let started = std::time::Instant::now();
        for bomb in ["<div>", "<blockquote>", "<", "<a", "<a ='", "<!--", "&", "&#", "<script", "</", "<p x=\""] {
            let text = bomb.repeat(2_000_000 / bomb.len());
            assert!(from_html(&text).chars().count() <= MAX_TEXT + CUT.len());
        }
        assert!(from_html(&format!("<script>{}", "</".repeat(1_000_000))).is_empty());
        // Generous: quadratic work would take hours.
        assert!(started.elapsed().as_secs() < 60);
    }

    #[test]
    fn control_characters_go_and_long_texts_are_cut() {
        assert_eq!(text("\0a\u{7}b\r\nc\rd\u{1b}[31m\n\n\n\n\ne  \n"), "ab\nc\nd[31m\n\n\ne");
        let long = text(&"ñ".repeat(MAX_TEXT * 2));
        assert!(long.ends_with(CUT) && long.chars().count() == MAX_TEXT + CUT.chars().count());
        assert_eq!(line("  Re:\r\n\tBcc: x\u{202e}fdp.exe "), "Re: Bcc: xfdp.exe");
        assert_eq!(some_line(" \u{7} "), None);
    }
}
