//! What a file is, by its first bytes: what somebody says a file is decides nothing about how a browser treats it.

/// How a browser may treat a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Shown in place, as this media type: pictures, sound and video that can't carry a program.
    Inline(&'static str),
    /// Saved to disk only.
    Saved,
}

/// How a browser may treat this content.
pub fn shown(content: &[u8]) -> Shown {
    match sniff(content) {
        Some(mime) if !mime.starts_with("application/") => Shown::Inline(mime),
        _ => Shown::Saved,
    }
}

/// The media type of a file: what its bytes are, or what was said when they tell nothing.
pub(super) fn named(said: Option<&str>, content: &[u8]) -> String {
    if let Some(mime) = sniff(content) {
        return mime.to_owned();
    }
    let said = said.and_then(|said| said.split(';').next()).map(|said| said.trim().to_ascii_lowercase()).unwrap_or_default();
    let part = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&c));
    let known = said.len() <= 120 && said.split_once('/').is_some_and(|(family, kind)| part(family) && part(kind));
    if known { said } else { "application/octet-stream".into() }
}

/// A name without path, control signs or direction tricks, at most 200 characters.
pub(super) fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let odd = |c: &char| c.is_control() || matches!(*c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    last.chars().filter(|c| !odd(c)).take(200).collect::<String>().trim().to_owned()
}

fn sniff(content: &[u8]) -> Option<&'static str> {
    let starts = |magic: &[u8]| content.starts_with(magic);
    let at = |place: usize, magic: &[u8]| content.get(place..place + magic.len()) == Some(magic);
    Some(match content {
        _ if starts(b"\x89PNG\r\n\x1a\n") => "image/png",
        _ if starts(b"\xff\xd8\xff") => "image/jpeg",
        _ if starts(b"GIF87a") || starts(b"GIF89a") => "image/gif",
        _ if starts(b"RIFF") && at(8, b"WEBP") => "image/webp",
        _ if starts(b"RIFF") && at(8, b"WAVE") => "audio/wav",
        _ if at(4, b"ftypavif") => "image/avif",
        _ if at(4, b"ftypM4A") => "audio/mp4",
        _ if at(4, b"ftyp") => "video/mp4",
        _ if starts(b"\x1aE\xdf\xa3") => "video/webm",
        _ if starts(b"OggS") => "audio/ogg",
        _ if starts(b"ID3") || starts(b"\xff\xfb") || starts(b"\xff\xf3") => "audio/mpeg",
        _ if starts(b"fLaC") => "audio/flac",
        _ if starts(b"%PDF-") => "application/pdf",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    //! What is shown, what is only saved.
    use super::*;

    #[test]
    fn only_what_really_is_a_picture_or_sound_is_shown() {
        assert_eq!(shown(b"\x89PNG\r\n\x1a\n...."), Shown::Inline("image/png"));
        assert_eq!(shown(b"RIFF\0\0\0\0WEBPVP8 "), Shown::Inline("image/webp"));
        for saved in [&b"<svg onload=alert(1)>"[..], b"<html>", b"%PDF-1.7", b"", b"GIF"] {
            assert_eq!(shown(saved), Shown::Saved, "{saved:?}");
        }
    }

    #[test]
    fn bytes_win_over_words() {
        assert_eq!(named(Some("text/html"), b"\xff\xd8\xff\xe0"), "image/jpeg");
        assert_eq!(named(Some("Text/CSV; charset=utf-8"), b"a,b"), "text/csv");
        for odd in [None, Some("x"), Some("a/b/c"), Some("text/\r\nx")] {
            assert_eq!(named(odd, b"a,b"), "application/octet-stream", "{odd:?}");
        }
    }

    #[test]
    fn names_are_plain() {
        assert_eq!(plain_name("C:\\fotos\\maleta\u{202e}gpj.exe"), "maletagpj.exe");
        assert_eq!(plain_name("../../etc/passwd\n"), "passwd");
    }
}
