//! The text of an answer as it goes out, and how to know it again.

use tertulia_app::channel::Outgoing;

/// The text with the mention the person's server needs to deliver it, unless the agent wrote it already. People of our own
/// server (`domain`) are mentioned without it, as every server understands.
pub fn compose(answer: &Outgoing, domain: &str) -> String {
    let Some(target) = &answer.reply_to else {
        return answer.text.clone();
    };
    let handle = target.author.handle.trim_start_matches('@');
    let Some((name, home)) = handle.split_once('@').filter(|(name, _)| !name.is_empty()) else {
        return answer.text.clone();
    };
    let short = home.eq_ignore_ascii_case(domain);
    if mentions(&answer.text, handle) || (short && mentions(&answer.text, name)) {
        return answer.text.clone();
    }
    format!("@{} {}", if short { name } else { handle }, answer.text)
}

/// Whether the text mentions `user@domain` or `user`.
fn mentions(text: &str, handle: &str) -> bool {
    words(text).any(|word| {
        word.strip_prefix('@').is_some_and(|word| word.trim_end_matches(|c: char| !c.is_alphanumeric()).eq_ignore_ascii_case(handle))
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
}

/// What stays of a text whatever a server does to it: its letters and digits, without mentions (whose domain some servers
/// hide) and without blanks or marks (which servers turn into markup).
/// A text without any letter (`👍`) is its own essence.
pub fn essence(text: &str) -> String {
    let kept = || words(text).filter(|word| !word.starts_with('@'));
    let letters: String = kept().flat_map(str::chars).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if letters.is_empty() { kept().collect() } else { letters }
}

#[cfg(test)]
mod tests {
    //! Texts as agents write them.
    use super::*;
    use tertulia_app::channel::ReplyTarget;
    use tertulia_kernel::{
        AnswerId, Timestamp,
        event::{Author, Visibility},
    };

    fn answer(text: &str, handle: &str) -> Outgoing {
        Outgoing {
            id: AnswerId(uuid::Uuid::nil()),
            text: text.into(),
            subject: None,
            visibility: Visibility::Public,
            reply_to: Some(ReplyTarget {
                external_id: "1".into(),
                author: Author { handle: handle.into(), ..Author::default() },
                title: None,
                ancestors: Vec::new(),
                text: String::new(),
                occurred_at: Timestamp::default(),
            }),
            thread: None,
            attachments: Vec::new(),
            written_at: Timestamp::default(),
        }
    }

    fn composed(answer: &Outgoing) -> String {
        compose(answer, "alpha.test")
    }

    #[test]
    fn mentions_the_person_once() {
        assert_eq!(composed(&answer("Hola", "luis@alpha.test")), "@luis Hola");
        assert_eq!(composed(&answer("Hola @luis", "luis@alpha.test")), "Hola @luis");
        assert_eq!(composed(&answer("Hola @ana", "ana@beta.test")), "@ana@beta.test Hola @ana");
        assert_eq!(composed(&answer("Hola", "ana@beta.test")), "@ana@beta.test Hola");
        assert_eq!(composed(&answer("Hola @ANA@beta.test, ya va", "@ana@beta.test")), "Hola @ANA@beta.test, ya va");
        assert_eq!(composed(&answer("Hola @ana@beta.tester", "ana@beta.test")), "@ana@beta.test Hola @ana@beta.tester");
        assert_eq!(composed(&answer("Hola", "https://beta.test/ana")), "Hola");
        assert_eq!(composed(&Outgoing { reply_to: None, ..answer("Hola", "ana@beta.test") }), "Hola");
    }

    #[test]
    fn knows_a_text_again_after_a_server_dressed_it() {
        assert_eq!(essence("@ana@beta.test Hola, *Ana*:\nya va."), essence("@ana Hola, Ana: ya va."));
        assert_ne!(essence("ya va el 12"), essence("ya va el 13"));
        assert_eq!(essence("@ana 👍"), "👍");
    }
}
