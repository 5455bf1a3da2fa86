//! One SMTP delivery, step by step, so that its end is known exactly: before the last byte nothing has happened,
//! after it only the server's word counts.

use super::{
    Us,
    compose::Composed,
    settings::{Security, Settings},
};
use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, Mechanism},
    client::AsyncSmtpConnection,
    commands::{Data, Mail, Rcpt},
    extension::{ClientId, Extension, MailParameter},
    response::Response,
};
use std::time::Duration;
use tertulia_app::channel::ChannelError;
use tokio::time::timeout;

/// Time to connect, and for one command.
const CONNECT: Duration = Duration::from_secs(20);
const COMMAND: Duration = Duration::from_secs(60);
/// Time for the mail itself; servers may look into it before they answer.
const MESSAGE: Duration = Duration::from_secs(300);

/// How a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The server took it for everybody.
    Accepted,
    /// Nothing was sent; later it may work.
    Later { after: u64, reason: String },
    /// Nothing was sent, and the server will never take it.
    Never { reason: String },
    /// The mail was given to the server and its answer never came.
    Unknown { reason: String },
}

/// Connects, protects and signs in.
pub(super) async fn connect(settings: &Settings) -> Result<AsyncSmtpConnection, ChannelError> {
    let server = &settings.smtp;
    let name = ClientId::Domain(settings.from_address.rsplit('@').next().unwrap_or("localhost").to_owned());
    let tls = match server.security {
        Security::Plain => None,
        _ => Some(settings.smtp_tls()?),
    };
    let passing = |error: String| ChannelError::Passing(format!("SMTP {}:{}: {error}", server.host, server.port));
    let late = |_| passing("no answer in time".into());
    let connecting = async {
        let address = (server.host.as_str(), server.port);
        let at_once = tls.clone().filter(|_| server.security == Security::Tls);
        let mut smtp = AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT), &name, at_once, None).await?;
        if let (Security::Starttls, Some(tls)) = (server.security, tls) {
            smtp.starttls(tls, &name).await?;
        }
        Ok::<_, Error>(smtp)
    };
    let mut smtp = timeout(COMMAND, connecting).await.map_err(late)?.map_err(|error| passing(error.to_string()))?;
    let mechanisms = [Mechanism::Plain, Mechanism::Login];
    if smtp.server_info().get_auth_mechanism(&mechanisms).is_some() {
        let credentials = Credentials::new(settings.user.clone(), settings.password.clone());
        let signed_in = timeout(COMMAND, smtp.auth(&mechanisms, &credentials)).await.map_err(late)?;
        if let Err(error) = signed_in {
            return Err(if error.is_permanent() { ChannelError::Refused(format!("SMTP: {error}")) } else { passing(error.to_string()) });
        }
    } else if server.security != Security::Plain {
        return Err(ChannelError::Refused("SMTP: the server offers no way to sign in".into()));
    }
    Ok(smtp)
}

/// Delivers a mail. A refusal of our own copy is no refusal of the answer: it is a trouble of the account's.
pub(super) async fn deliver(settings: &Settings, us: &Us, mail: &Composed) -> End {
    let mut smtp = match connect(settings).await {
        Ok(smtp) => smtp,
        Err(error @ ChannelError::Refused(_) | error @ ChannelError::Settings(_)) => {
            return End::Later { after: 300, reason: error.to_string() };
        }
        Err(error) => {
            return End::Later { after: 30, reason: error.to_string() };
        }
    };
    let end = transact(&mut smtp, us, mail).await;
    let _ = timeout(Duration::from_secs(5), smtp.abort()).await;
    end
}

async fn transact(smtp: &mut AsyncSmtpConnection, us: &Us, mail: &Composed) -> End {
    let mut parameters = Vec::new();
    if mail.envelope.to().iter().any(|to| !to.to_string().is_ascii()) {
        if !smtp.server_info().supports_feature(Extension::SmtpUtfEight) {
            return End::Never { reason: "the server can't send to addresses with such letters (SMTPUTF8)".into() };
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let from = Mail::new(mail.envelope.from().cloned(), parameters);
    if let Err(end) = step(smtp.command(from)).await {
        return end;
    }
    for to in mail.envelope.to() {
        let Err(end) = step(smtp.command(Rcpt::new(to.clone(), Vec::new()))).await else {
            continue;
        };
        let own_copy = us.is_us(&to.to_string().to_lowercase()) && mail.envelope.to().len() > 1;
        return match end {
            End::Never { reason } if own_copy => End::Later { after: 300, reason: format!("the server refuses our own copy: {reason}") },
            end => end,
        };
    }
    if let Err(end) = step(smtp.command(Data)).await {
        return end;
    }
    let unknown = |reason: String| End::Unknown { reason };
    match timeout(MESSAGE, smtp.message(&mail.bytes)).await {
        Ok(Ok(_)) => End::Accepted,
        // The server's own no is an end; anything else may have come after its yes.
        Ok(Err(error)) => refusal(&error).unwrap_or_else(|| unknown(format!("the connection broke after the mail was given: {error}"))),
        Err(_) => unknown("the server did not answer after the mail was given".into()),
    }
}

/// A step after which nothing has been sent yet.
async fn step(work: impl Future<Output = Result<Response, Error>>) -> Result<(), End> {
    let later = |reason: String| End::Later { after: 30, reason };
    match timeout(COMMAND, work).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(refusal(&error).unwrap_or_else(|| later(error.to_string()))),
        Err(_) => Err(later("the server did not answer in time".into())),
    }
}

/// What the server's refusal means; `None` when the error is none.
fn refusal(error: &Error) -> Option<End> {
    let mut reason = error.to_string();
    if let Some(cause) = std::error::Error::source(error) {
        reason = format!("{reason}: {cause}");
    }
    let reason = crate::plain::line(&reason);
    if error.is_permanent() {
        Some(End::Never { reason })
    } else if error.is_transient() {
        Some(End::Later { after: 60, reason })
    } else {
        None
    }
}
