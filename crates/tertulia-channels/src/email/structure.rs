//! A look at a mail's MIME structure before a parser touches it: how deep, how many parts.
//!
//! One pass over the lines with a stack of the open boundaries; no decoding, no recursion.

/// Deepest nesting of multiparts and mails within mails.
pub(super) const MAX_DEPTH: usize = 30;
/// Most parts.
pub(super) const MAX_PARTS: usize = 1_000;
/// Longest block of headers, in bytes.
const MAX_HEADERS: usize = 512 * 1024;

enum Level {
    Boundary(Vec<u8>),
    Message,
}

/// An error, for people, when the mail is nested deeper or in more parts than any honest one.
pub(super) fn check(raw: &[u8]) -> Result<(), String> {
    // What the walk below might overlook in a broken header still counts here.
    let nested = count(raw, b"message/rfc822") + count(raw, b"message/global") + count(raw, b"multipart/digest");
    if nested > MAX_PARTS / 4 {
        return Err(too_deep());
    }
    let (mut levels, mut parts) = (Vec::new(), 0);
    let (mut in_headers, mut headers) = (true, Vec::new());
    for line in raw.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(open) = boundary_at(line, &levels) {
            let closing = line.ends_with(b"--") && is_closing(line, &levels[open]);
            levels.truncate(if closing { open } else { open + 1 });
            in_headers = !closing;
            headers.clear();
            parts += usize::from(!closing);
            if parts > MAX_PARTS {
                return Err(format!("more than {MAX_PARTS} parts"));
            }
        } else if in_headers && line.is_empty() {
            in_headers = false;
            let (kind, boundary) = content_type(&headers);
            headers.clear();
            if kind.starts_with("multipart/") {
                levels.extend(boundary.map(Level::Boundary));
            } else if kind.starts_with("message/rfc822") || kind.starts_with("message/global") {
                levels.push(Level::Message);
                in_headers = true;
            }
            if levels.len() > MAX_DEPTH {
                return Err(too_deep());
            }
        } else if in_headers {
            headers.extend_from_slice(line);
            headers.push(b'\n');
            if headers.len() > MAX_HEADERS {
                return Err(format!("more than {MAX_HEADERS} bytes of headers"));
            }
        }
    }
    Ok(())
}

fn too_deep() -> String {
    format!("parts nested more than {MAX_DEPTH} deep")
}

fn count(raw: &[u8], needle: &[u8]) -> usize {
    // Every needle has exactly one slash, so looking at slashes finds them all.
    let slash = needle.iter().position(|byte| *byte == b'/').unwrap_or(0);
    raw.iter()
        .enumerate()
        .filter(|(at, byte)| {
            **byte == b'/'
                && at
                    .checked_sub(slash)
                    .and_then(|start| raw.get(start..start + needle.len()))
                    .is_some_and(|found| found.eq_ignore_ascii_case(needle))
        })
        .count()
}

/// The innermost open boundary this line is a delimiter of.
fn boundary_at(line: &[u8], levels: &[Level]) -> Option<usize> {
    let rest = line.strip_prefix(b"--")?;
    levels.iter().rposition(|level| match level {
        Level::Boundary(boundary) => rest.starts_with(boundary),
        Level::Message => false,
    })
}

fn is_closing(line: &[u8], level: &Level) -> bool {
    match level {
        Level::Boundary(boundary) => line.len() >= boundary.len() + 4,
        Level::Message => false,
    }
}

/// The media type and the boundary stated in a block of headers, in lower case where case has no meaning.
fn content_type(headers: &[u8]) -> (String, Option<Vec<u8>>) {
    let text = String::from_utf8_lossy(headers);
    let (mut value, mut inside) = (String::new(), false);
    for line in text.split('\n') {
        if line.starts_with([' ', '\t']) {
            if inside {
                value.push_str(line);
            }
        } else {
            let name = line.split(':').next().unwrap_or_default().trim_end();
            inside = name.eq_ignore_ascii_case("content-type");
            if inside {
                value = line[name.len()..].trim_start().trim_start_matches(':').to_owned();
            }
        }
    }
    let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let at = value.to_ascii_lowercase().find("boundary=");
    let boundary = at.map(|at| &value[at + "boundary=".len()..]).map(|rest| {
        let rest = rest.trim_start();
        match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default(),
            None => rest.split([';', ' ', '\t']).next().unwrap_or_default(),
        }
    });
    let boundary = boundary.filter(|boundary| !boundary.is_empty());
    (kind, boundary.map(|boundary| boundary.as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    //! Depths and numbers at and beyond the limits.
    use super::*;

    fn nested_multiparts(depth: usize) -> Vec<u8> {
        let mut mail = String::from("From: a@x\r\n");
        for level in 0..depth {
            mail += &format!("Content-Type: multipart/mixed;\r\n boundary=\"b{level}\"\r\n\r\n--b{level}\r\n");
        }
        mail += "Content-Type: text/plain\r\n\r\nhola\r\n";
        for level in (0..depth).rev() {
            mail += &format!("--b{level}--\r\n");
        }
        mail.into_bytes()
    }

    fn nested_messages(depth: usize) -> Vec<u8> {
        let mut mail = "Content-Type: MESSAGE/RFC822\n\n".repeat(depth);
        mail += "Subject: fin\n\nhola\n";
        mail.into_bytes()
    }

    #[test]
    fn honest_depths_pass_and_others_do_not() {
        assert_eq!(check(&nested_multiparts(5)), Ok(()));
        assert_eq!(check(&nested_messages(5)), Ok(()));
        assert!(check(&nested_multiparts(1_000)).is_err());
        assert!(check(&nested_messages(1_000)).is_err());
        assert!(check(&nested_messages(400_000)).is_err());
    }

    #[test]
    fn many_parts_side_by_side() {
        let mail = |parts: usize| {
            let mut mail = "Content-Type: multipart/mixed; boundary=x\n\n".to_owned();
            mail += &"--x\nContent-Type: text/plain\n\na\n".repeat(parts);
            mail + "--x--\n"
        };
        assert_eq!(check(mail(MAX_PARTS).as_bytes()), Ok(()));
        assert!(check(mail(MAX_PARTS + 1).as_bytes()).is_err());
    }

    #[test]
    fn a_closed_level_does_not_count_as_depth() {
        let mut mail = "Content-Type: multipart/mixed; boundary=out\n\n".to_owned();
        for at in 0..100 {
            mail += &format!("--out\nContent-Type: multipart/alternative; boundary=in{at}\n\n--in{at}\n\nx\n--in{at}--\n");
        }
        assert_eq!(check((mail + "--out--\n").as_bytes()), Ok(()));
    }

    #[test]
    fn endless_headers() {
        let mail = "X-A: b\n".repeat(MAX_HEADERS / 5);
        assert!(check(mail.as_bytes()).is_err());
    }
}
