//! Paragraphs that a mail program cut into lines and marked as such (`format=flowed`, RFC 3676), put together again.

use mail_parser::ContentType;
use std::borrow::Cow;

/// The text with its paragraphs whole; as it is when it was not marked.
pub(super) fn join<'a>(text: &'a str, kind: Option<&ContentType<'_>>) -> Cow<'a, str> {
    let is = |name: &str, value: &str| {
        let stated = kind.and_then(|kind| kind.attribute(name));
        stated.is_some_and(|stated| stated.eq_ignore_ascii_case(value))
    };
    if !is("format", "flowed") {
        return Cow::Borrowed(text);
    }
    Cow::Owned(unfold(text, is("delsp", "yes")))
}

fn unfold(text: &str, spaces_are_marks: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // The quotation depth of a paragraph that goes on in the next line.
    let mut open = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        if open != Some(depth) {
            if !out.is_empty() {
                out.push('\n');
            }
            if depth > 0 {
                out.push_str(&">".repeat(depth));
                out.push(' ');
            }
        }
        // The line above a signature ends with a space and is no paragraph.
        let goes_on = content.ends_with(' ') && content != "-- ";
        out.push_str(if goes_on && spaces_are_marks { &content[..content.len() - 1] } else { content });
        open = goes_on.then_some(depth);
    }
    out
}

#[cfg(test)]
mod tests {
    //! Paragraphs, quotations, signatures.
    use super::*;

    #[test]
    fn lines_that_end_with_a_space_go_on() {
        assert_eq!(unfold("Mi paquete no \r\nllegó.\r\n\r\n-- \r\nAna\r\n", false), "Mi paquete no llegó.\n\n-- \nAna");
        assert_eq!(unfold("> uno \n> dos\n>> tres \n> cuatro", false), "> uno dos\n>> tres \n> cuatro");
        assert_eq!(unfold(" > no es cita\nimpo \nsible", true), "> no es cita\nimposible");
    }
}
