//! Telling what somebody wrote now from what their mail program quoted of earlier messages.
//!
//! Nothing is lost: what is folded away is returned beside the text. When in doubt, a line is text.

use crate::plain;

/// A mail's text in two.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// What the author wrote.
    pub text: String,
    /// What was quoted from before.
    pub quoted: Option<String>,
}

/// Splits a body. A forwarded mail is all text: what it carries is what its author wants to show.
pub(super) fn split(body: &str, forwarded: bool) -> Split {
    let whole = || Split { text: plain::text(body), quoted: None };
    if forwarded {
        return whole();
    }
    let lines: Vec<&str> = body.lines().collect();
    let (mut text, mut quoted) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if forward_marker(line) {
            text.extend(&lines[at..]);
            break;
        }
        if original_marker(line) || header_block(&lines[at..]) {
            quoted.extend(&lines[at..]);
            break;
        }
        if let Some(length) = attribution(&lines[at..]) {
            let (announced, rest) = lines[at..].split_at(length);
            let next = rest.iter().find(|line| !line.trim().is_empty());
            if next.is_some_and(|line| is_quoted(line)) {
                quoted.extend(announced);
                at += length;
                continue;
            }
            if is_complete(announced) {
                // The original follows without any marks.
                quoted.extend(&lines[at..]);
                break;
            }
        }
        if is_quoted(line) {
            quoted.push(unquoted(line));
        } else {
            text.push(line);
        }
        at += 1;
    }
    while text.last().is_some_and(|line| line.trim().is_empty() || is_rule(line)) {
        text.pop();
    }
    let text = plain::text(&text.join("\n"));
    let quoted = plain::text(&quoted.join("\n"));
    if text.is_empty() {
        return whole();
    }
    Split { text, quoted: Some(quoted).filter(|quoted| !quoted.is_empty()) }
}

/// True for subjects that mail programs give to forwarded mails.
pub(super) fn is_forward_subject(subject: &str) -> bool {
    let subject = subject.trim_start().to_lowercase();
    ["fw:", "fwd:", "rv:", "enc:", "reenv:", "rm:", "tr:", "wg:"].iter().any(|start| subject.starts_with(start))
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

fn unquoted(line: &str) -> &str {
    let line = line.trim_start();
    let line = line.strip_prefix('>').unwrap_or(line);
    line.strip_prefix(' ').unwrap_or(line)
}

/// A line of dashes or underscores, as drawn above an original.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 10 && line.chars().all(|c| matches!(c, '_' | '-' | '=' | '*'))
}

/// The words between dashes: `-----Mensaje original-----`.
fn between_dashes(line: &str) -> Option<String> {
    let line = line.trim();
    let inner = line.trim_matches(['-', '_', ' ', '*']);
    (line.starts_with("--") && !inner.is_empty() && inner.len() < 60).then(|| inner.to_lowercase())
}

fn original_marker(line: &str) -> bool {
    between_dashes(line).is_some_and(|words| {
        ["original message", "mensaje original", "mensagem original", "message d'origine", "ursprüngliche nachricht", "messaggio originale"]
            .contains(&&*words)
    })
}

fn forward_marker(line: &str) -> bool {
    let words = between_dashes(line).unwrap_or_else(|| line.trim().to_lowercase());
    [
        "forwarded message",
        "mensaje reenviado",
        "mensagem encaminhada",
        "begin forwarded message:",
        "inicio del mensaje reenviado:",
        "início da mensagem encaminhada:",
    ]
    .contains(&&*words)
}

/// Outlook's block of headers above an original: From, then at least two of date, To and Subject close by.
fn header_block(lines: &[&str]) -> bool {
    const FROM: [&str; 4] = ["from", "de", "von", "da"];
    const OTHERS: [&[&str]; 3] = [
        &["sent", "date", "enviado", "enviado el", "enviada", "enviado em", "enviada em", "fecha", "data", "envoyé", "gesendet"],
        &["to", "para", "à", "an", "a"],
        &["subject", "asunto", "assunto", "objet", "betreff", "oggetto"],
    ];
    let key = |line: &str| {
        let line = line.trim().trim_matches('*');
        let (key, value) = line.split_once(':')?;
        let value = value.trim().trim_matches('*').trim();
        (key.len() <= 20 && !value.is_empty()).then(|| key.trim().trim_matches('*').to_lowercase())
    };
    let Some(first) = lines.first().and_then(|line| key(line)) else {
        return false;
    };
    if !FROM.contains(&&*first) {
        return false;
    }
    let following: Vec<_> = lines[1..].iter().take(8).filter_map(|line| key(line)).collect();
    let found = OTHERS.iter().filter(|names| following.iter().any(|key| names.contains(&&**key)));
    found.count() >= 2
}

const OPENERS: [&str; 7] = ["on ", "el ", "em ", "le ", "am ", "il ", "op "];

/// True when an announcement says who and exactly when, so that what follows is an original even without marks;
/// "On 3 May the shop wrote:" may as well be a person's own sentence.
fn is_complete(announced: &[&str]) -> bool {
    let words = announced.join(" ").trim().to_lowercase();
    let bytes = words.as_bytes();
    let clock = bytes.windows(4).any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit() && w[3].is_ascii_digit());
    OPENERS.iter().any(|opener| words.starts_with(opener)) && (clock || words.contains('@'))
}

/// The number of lines, at most three, that announce a quotation ("On ... Ana wrote:").
fn attribution(lines: &[&str]) -> Option<usize> {
    const VERBS: [&str; 12] = [
        "wrote:",
        "writes:",
        "escribió:",
        "escribio:",
        "escribiste:",
        "ha escrito:",
        "escreveu:",
        "a écrit :",
        "a écrit:",
        "schrieb:",
        "ha scritto:",
        "(utc):", // our own quotations
    ];
    let mut joined = String::new();
    for (at, line) in lines.iter().take(3).enumerate() {
        let line = line.trim();
        if line.is_empty() || is_quoted(line) {
            return None;
        }
        joined = format!("{joined} {line}").trim().to_lowercase().replace('\u{202f}', " ");
        if joined.len() > 300 {
            return None;
        }
        let opened = OPENERS.iter().any(|opener| joined.starts_with(opener));
        let dated = joined.chars().any(|c| c.is_ascii_digit()) || joined.contains('@');
        if VERBS.iter().any(|verb| joined.ends_with(verb)) {
            return dated.then_some(at + 1);
        }
        // "Ana Pérez <ana@beta.example>:" right above a quotation.
        let next = lines.get(at + 1).is_some_and(|next| is_quoted(next));
        if next && joined.ends_with(':') && joined.contains('@') {
            return Some(at + 1);
        }
        // Only an announcement that starts like one goes on in the next line.
        if !(opened && dated) {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    //! How the usual mail programs quote, in three languages.
    use super::*;

    #[track_caller]
    fn check(body: &str, text: &str, quoted: Option<&str>) {
        let split = split(body, false);
        assert_eq!((&*split.text, split.quoted.as_deref()), (text, quoted));
    }

    #[test]
    fn gmail_in_three_languages() {
        check(
            "Sigo esperando.\n\nEl sáb, 21 nov 2026 a las 10:30, Ayuda (<ayuda@alas.example>)\nescribió:\n\n> Hola Ana:\n> ya sale.\n",
            "Sigo esperando.",
            Some("El sáb, 21 nov 2026 a las 10:30, Ayuda (<ayuda@alas.example>)\nescribió:\nHola Ana:\nya sale."),
        );
        check(
            "Thanks!\n\nOn Sat, Nov 21, 2026 at 10:30 AM Help <help@alas.example> wrote:\n> done\n",
            "Thanks!",
            Some("On Sat, Nov 21, 2026 at 10:30 AM Help <help@alas.example> wrote:\ndone"),
        );
        check(
            "Obrigado\n\nEm sáb., 21 de nov. de 2026 às 10:30, Ajuda <ajuda@alas.example>\nescreveu:\n\n> pronto",
            "Obrigado",
            Some("Em sáb., 21 de nov. de 2026 às 10:30, Ajuda <ajuda@alas.example>\nescreveu:\npronto"),
        );
    }

    #[test]
    fn outlook_blocks() {
        for (from, sent, to, subject) in [
            ("De", "Enviado el", "Para", "Asunto"),
            ("From", "Sent", "To", "Subject"),
            ("De", "Enviada em", "Para", "Assunto"),
            ("*From", "*Date", "*To", "*Subject"),
        ] {
            let block = format!(
                "{from}: Ayuda <ayuda@alas.example>\n{sent}: sábado, 21 de noviembre de 2026 10:30\n{to}: Ana\n{subject}: Pedido\n\nYa sale."
            );
            check(&format!("No llegó.\n\nAna\n________________________________\n{block}"), "No llegó.\n\nAna", Some(&block));
        }
        check("Nada aún\n\n-----Mensaje original-----\nDe: Ayuda\nHola", "Nada aún", Some("-----Mensaje original-----\nDe: Ayuda\nHola"));
        check("Ok\n\n----- Mensagem original -----\nOi", "Ok", Some("----- Mensagem original -----\nOi"));
    }

    #[test]
    fn answers_between_the_lines_stay() {
        check(
            "On 21 Nov 2026, at 10:30, Help <h@a.example> wrote:\n\n> What number?\n\nA-17\n\n> What city?\n\nQuito",
            "A-17\n\n\nQuito",
            Some("On 21 Nov 2026, at 10:30, Help <h@a.example> wrote:\nWhat number?\nWhat city?"),
        );
    }

    #[test]
    fn originals_without_marks_and_our_own_quotations() {
        check(
            "Gracias\n\nEl 21/11/2026 10:30, Ayuda escribió:\nHola Ana",
            "Gracias",
            Some("El 21/11/2026 10:30, Ayuda escribió:\nHola Ana"),
        );
        check(
            "Ya sale.\n\nAna <ana@b.example>, 2026-11-21 10:30 (UTC):\n> ¿Y?",
            "Ya sale.",
            Some("Ana <ana@b.example>, 2026-11-21 10:30 (UTC):\n¿Y?"),
        );
        check("Sí\n\nAna Pérez <ana@b.example>:\n> ¿Y?", "Sí", Some("Ana Pérez <ana@b.example>:\n¿Y?"));
    }

    #[test]
    fn what_only_looks_like_a_quotation_is_text() {
        for text in [
            "De: nada, no hay de qué",
            "El 3 de mayo compré esto.\nMe escribió: nada",
            "Compré el 3 de mayo. El vendedor me escribió:\nya va",
            "El 3 de mayo la tienda me escribió:\nya va",
            "Mi amiga escribió:\nno compres ahí",
            "Firma\n--\nAna Pérez\nGerente",
            "On Monday I wrote to you.\nNobody answered.",
            "Forwarded:\nnothing",
            "From: Bogotá\nwith love",
        ] {
            check(text, text, None);
        }
    }

    #[test]
    fn forwarded_mails_and_mails_that_only_quote_are_text() {
        let forward = "Miren:\n\n---------- Forwarded message ---------\nDe: Ayuda <a@b>\nDate: hoy\nSubject: x\nTo: y\n\nHola";
        check(forward, forward, None);
        check("> solo esto", "> solo esto", None);
        let block = "Ojo\n\nFrom: a@b\nSent: hoy\nTo: c\nSubject: d\n\ntexto";
        assert_eq!(split(block, true).text, block);
        assert!(is_forward_subject("RV: Pedido") && is_forward_subject("Fwd: x") && !is_forward_subject("Re: fw"));
    }

    #[test]
    fn signatures_stay() {
        check("Hola\n\n-- \nAna\n\nOn 1 Jan 2026 Help wrote:\n> x", "Hola\n\n--\nAna", Some("On 1 Jan 2026 Help wrote:\nx"));
    }
}
