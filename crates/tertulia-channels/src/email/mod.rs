//! E-mail: an IMAP mailbox that is listened to and an SMTP server that answers go out by.
//!
//! A mail is a private post addressed to us. Its Message-ID is its id, the first of its References its thread; what
//! it quotes of earlier mails is kept apart. Every mail is kept; those of programs and lists (absence notes, newsletters)
//! open no case by themselves unless a rule says so or a monitor matches them, and wake none. Reports about an answer that could not be delivered become its delivery status. How an answer is sent exactly once is
//! told in `sink`.

mod bounce;
mod compose;
mod flowed;
mod imap;
mod quoting;
mod read;
#[cfg(test)]
mod read_tests;
mod settings;
mod sink;
mod smtp;
mod source;
mod structure;

pub use sink::Patience;

use async_trait::async_trait;
use serde_json::Value;
use settings::Settings;
use std::sync::Arc;
use tertulia_app::channel::{
    Account, Bilingual, ChannelError, CheckReport, Connection, Kept, Network, SettingField, SettingsError, Unread,
};
use tertulia_kernel::{
    AnswerId, Timestamp,
    caps::{Caps, LengthUnit, ReplyRule},
    event::Event,
};

/// The network of mail accounts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Email {
    patience: Patience,
}

impl Email {
    /// Mail with this patience when the end of a sending is unknown; tests have less.
    pub fn with_patience(patience: Patience) -> Self {
        Self { patience }
    }
}

#[async_trait]
impl Network for Email {
    fn kind(&self) -> &'static str {
        "email"
    }

    fn fields(&self) -> Vec<SettingField> {
        settings::fields()
    }

    fn caps(&self) -> Caps {
        caps()
    }

    fn validate(&self, settings: &Value) -> Result<(), SettingsError> {
        Settings::read(settings).map(drop)
    }

    async fn check(&self, account: &Account) -> Result<CheckReport, ChannelError> {
        let settings = Settings::of(account)?;
        let mut findings = Vec::new();
        let mut imap = imap::Imap::connect(&settings).await?;
        imap.select(&settings.mailbox).await?;
        let mailbox = &settings.mailbox;
        findings.push(Bilingual::new(format!("IMAP: se entró y se abrió {mailbox}"), format!("IMAP: signed in and opened {mailbox}")));
        findings.push(if imap.can_idle {
            Bilingual::new("El correo nuevo llega al instante (IDLE)", "New mail arrives at once (IDLE)")
        } else {
            Bilingual::new("El correo nuevo se consulta cada 30 s", "New mail is looked for every 30 s")
        });
        imap.leave().await;
        let mut smtp = smtp::connect(&settings).await?;
        smtp.abort().await;
        findings.push(Bilingual::new("SMTP: se entró", "SMTP: signed in"));
        Ok(CheckReport { account: Some(settings.from_address), findings })
    }

    fn open(&self, account: Account) -> Result<Connection, ChannelError> {
        let settings = Settings::of(&account)?;
        let us = Us::new(&settings.from_address);
        Ok(Connection {
            source: Some(Box::new(source::Mailbox::new(settings.clone(), us.clone()))),
            sink: Some(Arc::new(sink::Post { settings, us, patience: self.patience })),
        })
    }

    /// What is kept of a mail is the mail, byte by byte.
    async fn read(&self, account: &Account, kept: &Kept) -> Result<Vec<Event>, Unread> {
        let us = Us::new(&Settings::of(account)?.from_address);
        let raw = Arc::new(kept.payload.clone());
        source::read_apart(raw, us, kept.at).await.map_err(|error| Unread::Still(error.into()))
    }
}

fn caps() -> Caps {
    Caps {
        max_length: None,
        length_unit: LengthUnit::Chars,
        url_length: None,
        short_mentions: false,
        public_answers: false,
        private_answers: true,
        reply_rule: ReplyRule::Anyone,
        max_attachments: compose::MAX_FILES as u32,
        max_attachment_bytes: compose::MAX_FILE as u64,
        attachment_types: vec!["*/*".into()],
        subject: true,
        edit: false,
        delete: false,
    }
}

/// Who we are in the world of mail.
#[derive(Clone, Debug)]
struct Us {
    /// Our address, in lower case.
    address: String,
    domain: String,
}

impl Us {
    /// By our address.
    fn new(address: &str) -> Self {
        let address = address.trim().to_lowercase();
        let domain = address.rsplit('@').next().unwrap_or_default().to_owned();
        Self { address, domain }
    }

    fn is_us(&self, address: &str) -> bool {
        self.address == address
    }

    /// The Message-ID of an answer, without brackets: the same for every attempt to send it.
    fn answer_id(&self, answer: AnswerId) -> String {
        format!("answer-{answer}@{}", self.domain)
    }

    fn is_answer(&self, id: &str) -> bool {
        self.made(id, "answer-")
    }

    /// A mail we sent to ourselves to see whether the way is open.
    fn is_probe(&self, id: &str) -> bool {
        self.made(id, "probe-")
    }

    fn made(&self, id: &str, kind: &str) -> bool {
        id.strip_prefix(kind)
            .and_then(|rest| rest.split_once('@'))
            .is_some_and(|(uuid, domain)| domain.eq_ignore_ascii_case(&self.domain) && uuid::Uuid::try_parse(uuid).is_ok())
    }

    /// The first id of an answer of ours in a text.
    fn answer_in(&self, text: &str) -> Option<String> {
        text.match_indices("answer-").take(100).find_map(|(at, _)| {
            let rest = &text[at..];
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '>' | '"' | ',' | ';' | ')'));
            let id = &rest[..end.unwrap_or(rest.len())];
            self.is_answer(id).then(|| id.to_owned())
        })
    }
}

/// The present instant.
fn now() -> Timestamp {
    Timestamp::from_micros((time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000) as i64)
}
