//! The web chat: visitors of the company's own pages write through a widget that this program serves.
//!
//! There is no network in between. Visitors' messages come in over HTTP, and an answer is delivered by standing in the
//! store, where the widget reads it: sending always succeeds and never twice.

use async_trait::async_trait;
use serde_json::{Value, json};
use std::sync::Arc;
use tertulia_app::channel::{
    Account, Bilingual, ChannelError, CheckReport, Connection, Network, Outgoing, Reconciled, Sent, SettingField, SettingInput,
    SettingsError, Sink,
};
use tertulia_app::webchat::{COLOR, GREETINGS, LARGEST_FILE, LONGEST, Look, MOST_FILES, is_color, lines, origin};
use tertulia_kernel::caps::{Caps, LengthUnit, ReplyRule};

/// The kind of channel.
#[derive(Clone, Copy, Debug, Default)]
pub struct WebChat;

#[async_trait]
impl Network for WebChat {
    fn kind(&self) -> &'static str {
        tertulia_app::webchat::KIND
    }

    fn fields(&self) -> Vec<SettingField> {
        let field = |key: &str, input, default: Option<Value>, label: (&str, &str), help: (&str, &str)| SettingField {
            key: key.into(),
            input,
            required: false,
            secret: false,
            default,
            label: Bilingual::new(label.0, label.1),
            help: Bilingual::new(help.0, help.1),
        };
        let greeting = |place: usize, label| {
            let (lang, default) = GREETINGS[place];
            let help = (
                "Lo primero que lee quien abre el chat en este idioma.",
                "The first thing people read who open the chat in this language.",
            );
            field(&format!("greeting_{lang}"), SettingInput::Text, Some(json!(default)), label, help)
        };
        vec![
            greeting(0, ("Saludo en español", "Greeting in Spanish")),
            greeting(1, ("Saludo en inglés", "Greeting in English")),
            greeting(2, ("Saludo en portugués", "Greeting in Portuguese")),
            field(
                "color",
                SettingInput::Text,
                Some(json!(COLOR)),
                ("Color", "Colour"),
                ("El color de tu marca, como #b3491f.", "Your brand's colour, like #b3491f."),
            ),
            field(
                "allowed_origins",
                SettingInput::List,
                None,
                ("Sitios permitidos", "Allowed sites"),
                (
                    "Los sitios que pueden mostrar el chat, uno por línea, como https://www.empresa.example. Vacío: cualquiera.",
                    "The sites that may show the chat, one a line, like https://www.company.example. Empty: any.",
                ),
            ),
            field(
                "ask_email",
                SettingInput::Toggle,
                Some(json!(false)),
                ("Pedir nombre y correo", "Ask for name and e-mail"),
                (
                    "Antes del primer mensaje; el visitante puede dejarlos en blanco.",
                    "Before the first message; visitors may leave them blank.",
                ),
            ),
        ]
    }

    fn caps(&self) -> Caps {
        Caps {
            max_length: Some(LONGEST as u32),
            length_unit: LengthUnit::Chars,
            url_length: None,
            short_mentions: false,
            public_answers: false,
            private_answers: true,
            reply_rule: ReplyRule::Anyone,
            max_attachments: MOST_FILES as u32,
            max_attachment_bytes: LARGEST_FILE as u64,
            attachment_types: vec!["*/*".into()],
            subject: false,
            edit: false,
            delete: false,
        }
    }

    fn validate(&self, settings: &Value) -> Result<(), SettingsError> {
        let mut wrong = Vec::new();
        match settings.get("color") {
            None | Some(Value::Null) => {}
            Some(Value::String(color)) if color.trim().is_empty() || is_color(color.trim()) => {}
            Some(_) => wrong.push(("color".into(), Bilingual::new("Escribe el color como #b3491f.", "Write the colour like #b3491f."))),
        }
        for line in lines(settings.get("allowed_origins")) {
            if origin(&line).is_none() {
                wrong.push((
                    "allowed_origins".into(),
                    Bilingual::new(
                        format!("«{line}» no es la dirección de un sitio; escribe por ejemplo https://www.empresa.example."),
                        format!("“{line}” is not a site's address; write for example https://www.company.example."),
                    ),
                ));
            }
        }
        for (lang, _) in GREETINGS {
            let key = format!("greeting_{lang}");
            if settings.get(&key).and_then(Value::as_str).is_some_and(|text| text.chars().count() > 500) {
                wrong.push((key, Bilingual::new("El saludo pasa de 500 caracteres.", "The greeting is longer than 500 characters.")));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(SettingsError(wrong)) }
    }

    async fn check(&self, account: &Account) -> Result<CheckReport, ChannelError> {
        self.validate(&account.settings)?;
        let origins = Look::of(&account.settings).origins;
        let sites = if origins.is_empty() {
            Bilingual::new("Cualquier sitio puede mostrar el chat.", "Any site may show the chat.")
        } else {
            Bilingual::new(
                format!("Pueden mostrar el chat: {}.", origins.join(", ")),
                format!("May show the chat: {}.", origins.join(", ")),
            )
        };
        let ready = Bilingual::new(
            "Listo: pega en tus páginas la línea que se muestra al guardar.",
            "Ready: paste the line shown after saving into your pages.",
        );
        Ok(CheckReport { account: None, findings: vec![ready, sites] })
    }

    fn open(&self, account: Account) -> Result<Connection, ChannelError> {
        self.validate(&account.settings)?;
        Ok(Connection { source: None, sink: Some(Arc::new(Stored(self.caps()))) })
    }
}

/// A sink for which an answer is sent once it is stored.
#[derive(Clone, Debug)]
pub(crate) struct Stored(pub(crate) Caps);

impl Stored {
    fn external_id(answer: &Outgoing) -> String {
        format!("answer-{}", answer.id)
    }
}

#[async_trait]
impl Sink for Stored {
    fn caps(&self) -> Caps {
        self.0.clone()
    }

    async fn send(&self, answer: &Outgoing) -> Sent {
        Sent::Sent { external_id: Self::external_id(answer), url: None, thread: answer.thread.clone() }
    }

    async fn reconcile(&self, answer: &Outgoing) -> Reconciled {
        Reconciled::Found { external_id: Self::external_id(answer), url: None, thread: answer.thread.clone() }
    }
}

#[cfg(test)]
mod tests {
    //! Settings, and answers that are sent by being stored.
    use super::*;
    use tertulia_kernel::{AnswerId, ChannelId, Timestamp, event::Visibility};

    fn account(settings: Value) -> Account {
        Account { id: ChannelId(uuid::Uuid::nil()), name: "Sitio".into(), settings }
    }

    #[test]
    fn settings_are_optional_and_wrong_ones_are_named() {
        assert!(WebChat.validate(&json!({})).is_ok());
        let wrong = json!({"color": "red", "allowed_origins": ["https://a.example", "empresa"], "greeting_pt": "a".repeat(501)});
        let SettingsError(wrong) = WebChat.validate(&wrong).expect_err("three wrong settings");
        assert_eq!(wrong.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["color", "allowed_origins", "greeting_pt"]);
        assert!(wrong[1].1.en.contains("empresa"));
    }

    #[tokio::test]
    async fn an_answer_is_sent_once_it_is_stored_and_always_found_again() {
        let sink = WebChat.open(account(json!({}))).expect("opens").sink.expect("answers");
        let answer = Outgoing {
            id: AnswerId(uuid::Uuid::from_u128(7)),
            text: "Hola".into(),
            subject: None,
            visibility: Visibility::Private,
            reply_to: None,
            thread: Some("visitor-1".into()),
            attachments: Vec::new(),
            written_at: Timestamp::from_seconds(0),
        };
        let external_id = "answer-00000000-0000-0000-0000-000000000007".to_owned();
        let thread = Some("visitor-1".to_owned());
        assert_eq!(sink.send(&answer).await, Sent::Sent { external_id: external_id.clone(), url: None, thread: thread.clone() });
        assert_eq!(sink.reconcile(&answer).await, Reconciled::Found { external_id, url: None, thread });
    }
}
