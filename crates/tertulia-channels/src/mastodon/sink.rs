//! Takes answers out: files first, then one post, once.

use super::{client::CallError, ids, line::Line, reconcile, status, text};
use async_trait::async_trait;
use reqwest::{
    Method, StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tertulia_app::channel::{Outgoing, Reconciled, Sent, Sink};
use tertulia_app::told::Told;
use tertulia_kernel::{
    caps::Caps,
    event::{Media, Visibility},
};

/// Until then everything before the post itself, its files above all, must be done, and then the post be answered:
/// together less than the minute after which whoever waits for us takes the answer's end for unknown.
const PREPARING: Duration = Duration::from_secs(35);
const POSTING: Duration = Duration::from_secs(20);
/// Pause before an answer is tried again when the server names none.
const PAUSE: u64 = 30;

/// The sink of an account.
pub struct MastodonSink {
    line: Arc<Line>,
}

impl MastodonSink {
    /// The sink on this line.
    pub fn new(line: Arc<Line>) -> Self {
        Self { line }
    }
}

#[async_trait]
impl Sink for MastodonSink {
    fn caps(&self) -> Caps {
        self.line.caps()
    }

    async fn send(&self, answer: &Outgoing) -> Sent {
        match self.try_send(answer).await {
            Ok(sent) => sent,
            Err(not_sent) => not_sent,
        }
    }

    async fn reconcile(&self, answer: &Outgoing) -> Reconciled {
        reconcile::look_for(&self.line, answer).await
    }
}

impl MastodonSink {
    async fn try_send(&self, answer: &Outgoing) -> Result<Sent, Sent> {
        let prepared = tokio::time::timeout(PREPARING, self.prepare(answer)).await;
        let body = prepared.map_err(|_| Sent::Retry {
            after: PAUSE,
            reason: Told::new(
                "files_too_slow",
                "El servidor tardó demasiado en recibir los archivos.",
                "The server was too slow to take the files.",
            ),
        })??;
        let request = self
            .line
            .client
            .request(Method::POST, "api/v1/statuses")
            .timeout(POSTING)
            .header("idempotency-key", answer.id.to_string())
            .json(&body);
        Ok(after_sending(self.line.client.answer(request).await))
    }

    /// Everything but posting: checks the text and takes the files to the server.
    async fn prepare(&self, answer: &Outgoing) -> Result<Value, Sent> {
        let server = self.line.server().await.map_err(before_sending)?;
        let words = text::compose(answer, &server.me.domain);
        let length = server.caps.length(&words);
        if length > server.max_post {
            let most = server.max_post;
            let reason = Told::new(
                "too_long",
                format!("Son {length} caracteres con la mención; el servidor acepta {most}."),
                format!("{length} characters with the mention; the server takes {most}."),
            );
            return Err(Sent::Rejected { reason });
        }
        let mut files = Vec::new();
        for file in &answer.attachments {
            files.push(self.upload(file).await?);
        }
        let mut body = json!({ "status": words, "visibility": visibility(answer) });
        if let Some(target) = &answer.reply_to {
            body["in_reply_to_id"] = target.external_id.as_str().into();
        }
        if !files.is_empty() {
            body["media_ids"] = files.into();
        }
        Ok(body)
    }

    /// Takes a file to the server and waits until it can be posted, as long as the caller lets it; returns its id there.
    async fn upload(&self, file: &Media) -> Result<String, Sent> {
        let Some(bytes) = &file.bytes else {
            let reason = Told::new("file_empty", "Un archivo adjunto no tiene contenido.", "An attached file has no content.");
            return Err(Sent::Rejected { reason });
        };
        let client = &self.line.client;
        let form = || {
            let part = Part::bytes(bytes.clone()).file_name(file.name.clone().unwrap_or_else(|| "file".into()));
            let part = part.mime_str(&file.mime).map_err(|_| Sent::Rejected {
                reason: Told::new(
                    "file_type",
                    format!("{:?} no es un tipo de archivo.", file.mime),
                    format!("{:?} is not a media type.", file.mime),
                ),
            })?;
            let form = Form::new().part("file", part);
            Ok(match &file.alt {
                Some(alt) => form.text("description", alt.clone()),
                None => form,
            })
        };
        let request = |path: &str, form| client.request(Method::POST, path).timeout(PREPARING).multipart(form);
        let mut taken = client.answer(request("api/v2/media", form()?)).await;
        if taken.as_ref().is_err_and(|error| error.status() == Some(StatusCode::NOT_FOUND)) {
            taken = client.answer(request("api/v1/media", form()?)).await;
        }
        let taken = taken.map_err(before_sending)?;
        let id = status::id(&taken.body, "id").ok_or_else(|| Sent::Retry {
            after: PAUSE,
            reason: Told::new(
                "file_without_id",
                "El servidor recibió un archivo, pero no le dio identificador.",
                "The server took a file but gave it no id.",
            ),
        })?;
        if taken.status != StatusCode::ACCEPTED {
            return Ok(id);
        }
        let path = format!("api/v1/media/{}", super::feed::segment(&id));
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            // 206: still at it.
            if client.get(&path, &[]).await.map_err(before_sending)?.status == StatusCode::OK {
                return Ok(id);
            }
        }
    }
}

/// `direct` for a private answer. Public answers are `public`: the person chose to speak in public, and an unlisted answer
/// would be missing where others look for it.
fn visibility(answer: &Outgoing) -> &'static str {
    match answer.visibility {
        Visibility::Public => "public",
        Visibility::Private => "direct",
    }
}

/// An error before the post itself was sent: nothing is on the network, whatever it was.
fn before_sending(error: CallError) -> Sent {
    match error {
        CallError::NotSent(reason) | CallError::Lost(reason) | CallError::Unreadable(reason) => {
            Sent::Retry { after: PAUSE, reason: reason.into() }
        }
        CallError::Status { status, wait, message } => answered(status, wait, message, false),
    }
}

/// What became of the post.
fn after_sending(end: Result<super::client::Answer, CallError>) -> Sent {
    match end {
        Ok(answer) => match status::id(&answer.body, "id") {
            Some(id) => Sent::Sent { external_id: ids::stable(&id), url: address(&answer.body), thread: None },
            None => Sent::Unknown {
                reason: Told::new(
                    "post_without_id",
                    "El servidor recibió la publicación, pero no le dio identificador.",
                    "The server took the post but gave it no id.",
                ),
            },
        },
        Err(CallError::NotSent(reason)) => Sent::Retry { after: PAUSE, reason: reason.into() },
        Err(CallError::Lost(reason) | CallError::Unreadable(reason)) => Sent::Unknown { reason: reason.into() },
        Err(CallError::Status { status, wait, message }) => answered(status, wait, message, true),
    }
}

fn answered(status: StatusCode, wait: Option<u64>, message: String, sent: bool) -> Sent {
    let reason: Told = format!("{}: {message}", status.as_u16()).into();
    match status {
        StatusCode::TOO_MANY_REQUESTS => Sent::Retry { after: wait.unwrap_or(300), reason },
        StatusCode::SERVICE_UNAVAILABLE => Sent::Retry { after: wait.unwrap_or(PAUSE), reason },
        // The token stopped working. The answer is as good as before: it waits for a person to sign the account in again.
        StatusCode::UNAUTHORIZED => Sent::Retry { after: 300, reason },
        // A gateway gave up, or the server broke while at it: it may have posted first.
        status if status.is_server_error() && sent => Sent::Unknown { reason },
        status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => Sent::Retry { after: wait.unwrap_or(PAUSE), reason },
        status if status.is_redirection() => Sent::Retry { after: 300, reason },
        _ => Sent::Rejected { reason },
    }
}

/// Where a person can open the status.
pub fn address(posted: &Value) -> Option<String> {
    status::text(posted, "url").or_else(|| status::text(posted, "uri")).filter(|url| url.starts_with("http"))
}

#[cfg(test)]
mod tests {
    //! Every end a call can have.
    use super::*;
    use crate::mastodon::client::Answer;

    fn status(code: u16, wait: Option<u64>) -> CallError {
        let status = StatusCode::from_u16(code).expect("status");
        CallError::Status { status, wait, message: "why".into() }
    }

    #[test]
    fn an_uncertain_end_is_never_sent_again_blindly() {
        let kind = |sent: Sent| match sent {
            Sent::Sent { .. } => "sent".to_owned(),
            Sent::Retry { after, .. } => format!("retry {after}"),
            Sent::Rejected { .. } => "rejected".to_owned(),
            Sent::Unknown { .. } => "unknown".to_owned(),
        };
        let table = [
            (CallError::NotSent("refused".into()), "retry 30", "retry 30"),
            (CallError::Lost("reset".into()), "retry 30", "unknown"),
            (CallError::Unreadable("half".into()), "retry 30", "unknown"),
            (status(401, None), "retry 300", "retry 300"),
            (status(403, None), "rejected", "rejected"),
            (status(404, None), "rejected", "rejected"),
            (status(422, None), "rejected", "rejected"),
            (status(429, Some(17)), "retry 17", "retry 17"),
            (status(429, None), "retry 300", "retry 300"),
            (status(500, None), "retry 30", "unknown"),
            (status(502, None), "retry 30", "unknown"),
            (status(503, Some(4)), "retry 4", "retry 4"),
            (status(504, None), "retry 30", "unknown"),
        ];
        for (error, before, after) in table {
            let name = format!("{error:?}");
            let again = match &error {
                CallError::NotSent(reason) => CallError::NotSent(reason.clone()),
                CallError::Lost(reason) => CallError::Lost(reason.clone()),
                CallError::Unreadable(reason) => CallError::Unreadable(reason.clone()),
                CallError::Status { status, wait, message } => CallError::Status { status: *status, wait: *wait, message: message.clone() },
            };
            assert_eq!(kind(before_sending(error)), before, "before sending: {name}");
            assert_eq!(kind(after_sending(Err(again))), after, "after sending: {name}");
        }
    }

    #[test]
    fn a_taken_post_is_sent_only_with_its_id() {
        let answer = |body| Ok(Answer { status: StatusCode::OK, body, older: None });
        assert_eq!(
            after_sending(answer(json!({"id": 5, "url": null, "uri": "https://a.test/5"}))),
            Sent::Sent { external_id: "5".into(), url: Some("https://a.test/5".into()), thread: None }
        );
        assert!(matches!(after_sending(answer(json!({"ok": true}))), Sent::Unknown { .. }));
    }
}
