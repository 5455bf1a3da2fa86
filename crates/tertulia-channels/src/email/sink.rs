//! Sending answers by mail, exactly once.
//!
//! SMTP has no idempotency key: when the connection or our process dies between the server's "250 accepted" and our
//! note of it, nobody knows. What makes the end knowable is a **witness**: every answer goes, in the same SMTP
//! transaction, to the person *and* to our own mailbox (a blind copy), under a Message-ID that is fixed by the
//! answer's id. The server takes the mail for both or for none, so the copy in our mailbox proves the acceptance.
//!
//! Its absence proves nothing while mail is slow. So [`Post::reconcile`] looks, waits a little, and then sends a
//! **probe** to ourselves on the same way: when the probe has arrived and the copy still has not, the answer was
//! never accepted; when the probe does not arrive either, the way is blocked and only a person can tell. What this
//! does not cover: a server that holds back the copy alone for longer than the waiting while it lets the later probe
//! through.

use super::{
    Us, compose,
    imap::{Imap, imap_date},
    now,
    settings::Settings,
    smtp::{self, End},
};
use async_trait::async_trait;
use std::time::{Duration, Instant};
use tertulia_app::channel::{ChannelError, Outgoing, Reconciled, Sent, Sink};
use tertulia_app::told::Told;
use tertulia_kernel::caps::Caps;

/// How long to look for an answer whose sending ended without word.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Waiting for the copy before a probe is sent.
    pub copy: Duration,
    /// Waiting for the probe.
    pub probe: Duration,
    /// Between two looks.
    pub look: Duration,
}

impl Default for Patience {
    /// Less than the outbox allows for one look (a minute); it looks again when nobody could tell.
    fn default() -> Self {
        Self { copy: Duration::from_secs(8), probe: Duration::from_secs(30), look: Duration::from_secs(2) }
    }
}

/// The sink of a mail account.
pub(super) struct Post {
    pub settings: Settings,
    pub us: Us,
    pub patience: Patience,
}

#[async_trait]
impl Sink for Post {
    fn caps(&self) -> Caps {
        super::caps()
    }

    async fn send(&self, answer: &Outgoing) -> Sent {
        let name = self.settings.from_name.as_deref();
        let mail = match compose::compose(answer, &self.us, name) {
            Ok(mail) => mail,
            Err(reason) => return Sent::Rejected { reason: reason.into() },
        };
        match smtp::deliver(&self.settings, &self.us, &mail).await {
            End::Accepted => Sent::Sent { external_id: self.us.answer_id(answer.id), url: None, thread: Some(self.thread(answer)) },
            End::Later { after, reason } => Sent::Retry { after, reason: reason.into() },
            End::Never { reason } => Sent::Rejected { reason: reason.into() },
            End::Unknown { reason } => Sent::Unknown { reason: reason.into() },
        }
    }

    async fn reconcile(&self, answer: &Outgoing) -> Reconciled {
        let id = self.us.answer_id(answer.id);
        match self.look_for(&id).await {
            Ok(true) => Reconciled::Found { external_id: id, url: None, thread: Some(self.thread(answer)) },
            Ok(false) => Reconciled::Absent,
            Err(reason) => Reconciled::CannotTell { reason },
        }
    }
}

impl Post {
    fn thread(&self, answer: &Outgoing) -> String {
        let known = answer.thread.clone().filter(|thread| !thread.is_empty());
        let first = || answer.reply_to.as_ref()?.ancestors.first().cloned();
        let target = || Some(answer.reply_to.as_ref()?.external_id.clone());
        known.or_else(first).or_else(target).unwrap_or_else(|| self.us.answer_id(answer.id))
    }

    async fn look_for(&self, id: &str) -> Result<bool, Told> {
        if self.arrives(id, self.patience.copy).await? {
            return Ok(true);
        }
        let (probe, probe_id) = compose::probe(&self.us)?;
        match smtp::deliver(&self.settings, &self.us, &probe).await {
            End::Accepted => {}
            End::Later { reason, .. } | End::Never { reason } | End::Unknown { reason } => {
                return Err(Told::new(
                    "mail_uncertain",
                    format!("La copia de la respuesta no está en nuestro buzón y no se puede enviar un correo de prueba: {reason}"),
                    format!("the answer's copy is not in our mailbox, and a test mail can't be sent: {reason}"),
                ));
            }
        }
        if !self.arrives(&probe_id, self.patience.probe).await? {
            return Err(Told::new(
                "mail_stuck",
                "Ni la copia de la respuesta ni un correo de prueba llegaron a nuestro buzón: el correo puede estar detenido en el servidor.",
                "neither the answer's copy nor a test mail arrived in our mailbox: mail may be stuck on the server",
            ));
        }
        let found = self.lies(id).await.map_err(|error| error.told());
        if let Err(error) = self.remove(&probe_id).await {
            // It is marked as ours and never shown; only tidiness is lost.
            tracing::info!(%error, "the test mail stays in the mailbox");
        }
        found
    }

    /// Looks until the mail lies in one of our mailboxes or the time is over.
    async fn arrives(&self, id: &str, within: Duration) -> Result<bool, Told> {
        let started = Instant::now();
        let mut answered = false;
        loop {
            let last_look = started.elapsed() >= within;
            match self.lies(id).await {
                Ok(true) => return Ok(true),
                Ok(false) if last_look => return Ok(false),
                // A look that failed after others that worked is no reason to doubt those.
                Err(error) if last_look && !answered => return Err(error.told()),
                Err(_) if last_look => return Ok(false),
                Ok(false) => answered = true,
                Err(_) => {}
            }
            tokio::time::sleep(self.patience.look).await;
        }
    }

    async fn lies(&self, id: &str) -> Result<bool, ChannelError> {
        let mut imap = Imap::connect(&self.settings).await?;
        let mut mailboxes = vec![self.settings.mailbox.clone()];
        mailboxes.extend(imap.where_ours_may_lie().await?);
        let mut found = false;
        for (at, mailbox) in mailboxes.iter().enumerate() {
            match imap.select(mailbox).await {
                // One of the others that can't be opened tells nothing.
                Err(ChannelError::Refused(_)) if at > 0 => continue,
                opened => opened?,
            };
            if !imap.search(&by_id(id)).await?.is_empty() {
                found = true;
                break;
            }
        }
        imap.leave().await;
        Ok(found)
    }

    /// Removes a test mail, and those of earlier days that came too late to be waited for.
    async fn remove(&self, id: &str) -> Result<(), ChannelError> {
        let mut imap = Imap::connect(&self.settings).await?;
        imap.select(&self.settings.mailbox).await?;
        let mut uids = imap.search(&by_id(id)).await?;
        let today = imap_date(now().as_micros() / 1_000_000);
        let Us { address, domain } = &self.us;
        let late = format!("HEADER Message-ID \"probe-\" HEADER Message-ID \"@{domain}\" FROM \"{address}\" BEFORE {today}");
        uids.extend(imap.search(&late).await?);
        imap.remove(&uids).await?;
        imap.leave().await;
        Ok(())
    }
}

/// Ids of ours hold nothing that would have to be escaped.
fn by_id(id: &str) -> String {
    format!("HEADER Message-ID \"{id}\"")
}
