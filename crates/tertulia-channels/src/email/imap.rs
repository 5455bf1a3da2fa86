//! An IMAP connection with time limits on every command.
//!
//! Answers are read here, not by the client crate's own streams: those end alike when the server is done, when it
//! refuses and when the connection breaks, and a mail that was not fetched must never look like one that is gone.

use super::settings::{Security, Server, Settings};
use async_imap::{
    Client, Session,
    imap_proto::{AttributeValue, MailboxDatum, NameAttribute, Response, ResponseCode, Status},
};
use rustls::pki_types::ServerName;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    sync::Arc,
    time::Duration,
};
use tertulia_app::channel::ChannelError;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};

/// A connection of any protection.
pub(super) trait Io: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug> Io for T {}

type Stream = Box<dyn Io>;

/// Time for one command.
const COMMAND: Duration = Duration::from_secs(60);
/// Time for fetching one mail.
const FETCH: Duration = Duration::from_secs(300);

/// A signed-in connection.
pub(super) struct Imap {
    session: Session<Stream>,
    /// The server tells by itself when something arrives.
    pub can_idle: bool,
    /// Single mails can be removed.
    can_remove: bool,
    /// Mails can be moved to another mailbox.
    can_move: bool,
    /// The server told of new mail while it answered something else.
    news: bool,
}

/// A mailbox as it was when selected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selected {
    pub uid_validity: u32,
    /// The UID the next mail will get, as far as told.
    pub uid_next: Option<u32>,
}

/// What is known of a mail before it is fetched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Summary {
    pub uid: u32,
    pub size: u32,
    /// When the server took it in, seconds since the epoch.
    pub received: Option<i64>,
}

/// Why an idle wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woken {
    /// The server told of something.
    News,
    /// Nothing came in time.
    Quiet,
}

impl Imap {
    /// Connects and signs in.
    pub(super) async fn connect(settings: &Settings) -> Result<Self, ChannelError> {
        let client = within(COMMAND, "connecting", open(settings)).await??;
        let user = &settings.user;
        // A password that does not fit into a quoted string goes another way.
        let quotable = |text: &str| text.bytes().all(|b| (0x20..0x7f).contains(&b));
        let signed_in = if quotable(user) && quotable(&settings.password) {
            within(COMMAND, "signing in", client.login(user, &settings.password)).await?
        } else {
            let plain = Plain(format!("\0{user}\0{}", settings.password));
            within(COMMAND, "signing in", client.authenticate("PLAIN", plain)).await?
        };
        let mut session = signed_in.map_err(|(error, _)| match error {
            async_imap::error::Error::No(reason) => ChannelError::Refused(format!("IMAP: {reason}")),
            error => broken("signing in", &error),
        })?;
        let offered = within(COMMAND, "asking what it can do", session.capabilities()).await?;
        let offered = offered.map_err(|error| broken("asking what it can do", &error))?;
        Ok(Self {
            can_idle: offered.has_str("IDLE"),
            can_remove: offered.has_str("UIDPLUS"),
            can_move: offered.has_str("MOVE"),
            news: false,
            session,
        })
    }

    /// Says a command and shows every answer to `each` until the server is done with it. An error when it refuses,
    /// when it takes too long and when the connection ends before.
    async fn say(&mut self, limit: Duration, command: &str, mut each: impl FnMut(&Response<'_>)) -> Result<(), ChannelError> {
        let doing = command.split(['"', '(']).next().unwrap_or_default().trim();
        let doing = if doing.len() > 40 { "a command" } else { doing };
        let saying = async {
            let id = self.session.run_command(command).await?;
            loop {
                let Some(answer) = self.session.read_response().await? else {
                    return Err(async_imap::error::Error::ConnectionLost);
                };
                match answer.parsed() {
                    Response::Done { tag, status, outcome } if *tag == id => {
                        let words = outcome.information.as_deref().unwrap_or_default().to_owned();
                        return match status {
                            Status::Ok => Ok(()),
                            Status::No => Err(async_imap::error::Error::No(words)),
                            _ => Err(async_imap::error::Error::Bad(words)),
                        };
                    }
                    other => {
                        self.news |= matches!(other, Response::MailboxData(MailboxDatum::Exists(_)));
                        each(other);
                    }
                }
            }
        };
        match within(limit, doing, saying).await? {
            Err(async_imap::error::Error::No(words)) => {
                Err(ChannelError::Refused(format!("IMAP, {doing}: {}", crate::plain::line(&words))))
            }
            done => done.map_err(|error| broken(doing, &error)),
        }
    }

    /// Opens a mailbox.
    pub(super) async fn select(&mut self, mailbox: &str) -> Result<Selected, ChannelError> {
        let (mut validity, mut uid_next) = (None, None);
        let command = format!("SELECT {}", quoted(mailbox));
        let opening = self.say(COMMAND, &command, |answer| {
            if let Response::Data { outcome, .. } = answer {
                match outcome.code {
                    Some(ResponseCode::UidValidity(number)) => validity = Some(number),
                    Some(ResponseCode::UidNext(number)) => uid_next = Some(number),
                    _ => {}
                }
            }
        });
        opening.await.map_err(|error| match error {
            ChannelError::Refused(reason) => ChannelError::Refused(format!("{reason} ({mailbox})")),
            error => error,
        })?;
        let uid_validity = validity.ok_or_else(|| ChannelError::Passing(format!("IMAP: {mailbox} has no UIDVALIDITY")))?;
        Ok(Selected { uid_validity, uid_next })
    }

    /// The UIDs that a search finds in the open mailbox, in order.
    pub(super) async fn search(&mut self, query: &str) -> Result<Vec<u32>, ChannelError> {
        let mut found = BTreeSet::new();
        let command = format!("UID SEARCH {query}");
        let searching = self.say(COMMAND, &command, |answer| {
            if let Response::MailboxData(MailboxDatum::Search(uids)) = answer {
                found.extend(uids);
            }
        });
        passing(searching.await)?;
        Ok(found.into_iter().collect())
    }

    /// Sizes and dates of mails, in order of UID; those that are gone are missing.
    pub(super) async fn summaries(&mut self, uids: &[u32]) -> Result<Vec<Summary>, ChannelError> {
        let mut summaries = BTreeMap::new();
        let query = format!("UID FETCH {} (UID RFC822.SIZE INTERNALDATE)", set(uids));
        let asking = self.say(FETCH, &query, |answer| {
            let Response::Fetch(_, attributes) = answer else {
                return;
            };
            let (mut uid, mut size, mut received) = (None, 0, None);
            for attribute in attributes {
                match attribute {
                    AttributeValue::Uid(number) => uid = Some(*number),
                    AttributeValue::Rfc822Size(bytes) => size = *bytes,
                    AttributeValue::InternalDate(date) => received = internal_date(date),
                    _ => {}
                }
            }
            if let Some(uid) = uid.filter(|uid| uids.contains(uid)) {
                summaries.insert(uid, Summary { uid, size, received });
            }
        });
        passing(asking.await)?;
        Ok(summaries.into_values().collect())
    }

    /// At most `limit` bytes of a mail, without marking it as read; `None` when it is gone.
    pub(super) async fn mail(&mut self, uid: u32, limit: usize) -> Result<Option<Vec<u8>>, ChannelError> {
        self.section(uid, "", limit).await
    }

    /// At most `limit` bytes of a mail's headers.
    pub(super) async fn headers(&mut self, uid: u32, limit: usize) -> Result<Vec<u8>, ChannelError> {
        Ok(self.section(uid, "HEADER", limit).await?.unwrap_or_default())
    }

    async fn section(&mut self, uid: u32, section: &str, limit: usize) -> Result<Option<Vec<u8>>, ChannelError> {
        let (mut content, mut there) = (None, false);
        let query = format!("UID FETCH {uid} (UID BODY.PEEK[{section}]<0.{limit}>)");
        let fetching = self.say(FETCH, &query, |answer| {
            let Response::Fetch(_, attributes) = answer else {
                return;
            };
            if attributes.contains(&AttributeValue::Uid(uid)) {
                there = true;
                content = attributes.iter().find_map(|attribute| match attribute {
                    AttributeValue::BodySection { data: Some(data), .. } => Some(data.to_vec()),
                    _ => None,
                });
            }
        });
        passing(fetching.await)?;
        if there && content.is_none() {
            return Err(ChannelError::Passing(format!("IMAP: the server does not give the mail {uid}")));
        }
        Ok(content)
    }

    /// Waits until the server tells of something, at most so long. Gives the connection back only when it lives.
    pub(super) async fn idle(mut self, at_most: Duration) -> Result<(Self, Woken), ChannelError> {
        if std::mem::take(&mut self.news) {
            return Ok((self, Woken::News));
        }
        let Self { session, can_idle, can_remove, can_move, news } = self;
        let mut idle = session.idle();
        within(COMMAND, "IDLE", idle.init()).await?.map_err(|error| broken("IDLE", &error))?;
        let (wait, _interrupt) = idle.wait_with_timeout(at_most);
        // Should the connection end, the next command says so.
        let woken = match wait.await.map_err(|error| broken("IDLE", &error))? {
            async_imap::extensions::idle::IdleResponse::NewData(_) => Woken::News,
            _ => Woken::Quiet,
        };
        let session = within(COMMAND, "DONE", idle.done()).await?.map_err(|error| broken("DONE", &error))?;
        Ok((Self { session, can_idle, can_remove, can_move, news }, woken))
    }

    /// Proves that the connection lives, and lets the server tell of news.
    pub(super) async fn noop(&mut self) -> Result<(), ChannelError> {
        self.say(COMMAND, "NOOP", |_| {}).await
    }

    /// The listening begins to look: what was told until now is about to be seen.
    pub(super) fn look(&mut self) {
        self.news = false;
    }

    /// The mailboxes where a mail of ours may lie beside the one we listen to: sent, archived, all, junk.
    pub(super) async fn where_ours_may_lie(&mut self) -> Result<Vec<String>, ChannelError> {
        let names = self.mailboxes().await?;
        Ok(names.into_iter().filter_map(|(name, kind)| kind.map(|_| name)).take(10).collect())
    }

    /// The mailbox where people look for what was sent, if there is one.
    pub(super) async fn sent_mailbox(&mut self) -> Result<Option<String>, ChannelError> {
        let names = self.mailboxes().await?;
        Ok(names.into_iter().find(|(_, kind)| *kind == Some(Kind::Sent)).map(|(name, _)| name))
    }

    /// The mailboxes by name, with what they are for: as the server says, else as their names do.
    async fn mailboxes(&mut self) -> Result<Vec<(String, Option<Kind>)>, ChannelError> {
        let mut found = Vec::new();
        let listing = self.say(COMMAND, "LIST \"\" \"*\"", |answer| {
            if let Response::MailboxData(MailboxDatum::List(mailbox)) = answer
                && !mailbox.name_attributes.contains(&NameAttribute::NoSelect)
            {
                let stated = mailbox.name_attributes.iter().find_map(Kind::by_attribute);
                found.push((mailbox.name.to_string(), stated.or_else(|| Kind::by_name(&mailbox.name))));
            }
        });
        passing(listing.await)?;
        Ok(found)
    }

    /// Files copies of our answers as read, in the mailbox for what was sent where there is one.
    pub(super) async fn file_as_sent(&mut self, uids: &[u32], mailbox: Option<&str>) -> Result<(), ChannelError> {
        if uids.is_empty() {
            return Ok(());
        }
        let uids = set(uids);
        self.say(COMMAND, &format!("UID STORE {uids} +FLAGS.SILENT (\\Seen)"), |_| {}).await?;
        match mailbox.filter(|_| self.can_move) {
            Some(mailbox) => self.say(COMMAND, &format!("UID MOVE {uids} {}", quoted(mailbox)), |_| {}).await,
            None => Ok(()),
        }
    }

    /// Removes mails from the open mailbox, where the server can remove single ones.
    pub(super) async fn remove(&mut self, uids: &[u32]) -> Result<(), ChannelError> {
        if uids.is_empty() || !self.can_remove {
            return Ok(());
        }
        let uids = set(uids);
        self.say(COMMAND, &format!("UID STORE {uids} +FLAGS.SILENT (\\Seen \\Deleted)"), |_| {}).await?;
        self.say(COMMAND, &format!("UID EXPUNGE {uids}"), |_| {}).await
    }

    /// Says goodbye; what the server answers does not matter any more.
    pub(super) async fn leave(mut self) {
        let _ = timeout(Duration::from_secs(5), self.session.logout()).await;
    }
}

/// What a mailbox is for, as far as we care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sent,
    /// Archive, junk, everything.
    Other,
}

impl Kind {
    fn by_attribute(attribute: &NameAttribute<'_>) -> Option<Self> {
        match attribute {
            NameAttribute::Sent => Some(Self::Sent),
            NameAttribute::All | NameAttribute::Archive | NameAttribute::Junk => Some(Self::Other),
            _ => None,
        }
    }

    fn by_name(name: &str) -> Option<Self> {
        const SENT: [&str; 8] =
            ["sent", "sent items", "sent messages", "sent mail", "enviados", "elementos enviados", "enviadas", "itens enviados"];
        let last = name.rsplit(['/', '.']).next().unwrap_or_default().to_lowercase();
        if SENT.contains(&&*last) {
            Some(Self::Sent)
        } else {
            ["archive", "archivo", "junk", "spam", "correo no deseado"].contains(&&*last).then_some(Self::Other)
        }
    }
}

struct Plain(String);

impl async_imap::Authenticator for Plain {
    type Response = String;
    fn process(&mut self, _: &[u8]) -> String {
        std::mem::take(&mut self.0)
    }
}

fn set(uids: &[u32]) -> String {
    uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

/// A name as IMAP wants it; names with line ends are refused by the settings and never given by servers.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A day as IMAP's SEARCH wants it: `21-Nov-2026`.
pub(super) fn imap_date(seconds: i64) -> String {
    let date = time::OffsetDateTime::from_unix_timestamp(seconds.max(0)).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    let month = date.month().to_string();
    format!("{}-{}-{}", date.day(), &month[..3], date.year())
}

/// The server's date (`21-Nov-2026 10:30:00 -0500`) as seconds since the epoch.
fn internal_date(text: &str) -> Option<i64> {
    let format = time::macros::format_description!(
        "[day padding:none]-[month repr:short]-[year] [hour]:[minute]:[second] [offset_hour sign:mandatory][offset_minute]"
    );
    time::OffsetDateTime::parse(text.trim(), &format).ok().map(time::OffsetDateTime::unix_timestamp)
}

/// A refusal that is none of the account: the server can't do it right now.
fn passing<T>(done: Result<T, ChannelError>) -> Result<T, ChannelError> {
    done.map_err(|error| match error {
        ChannelError::Refused(reason) => ChannelError::Passing(reason),
        error => error,
    })
}

async fn open(settings: &Settings) -> Result<Client<Stream>, ChannelError> {
    let Server { host, port, security } = &settings.imap;
    let unreachable = |error: std::io::Error| ChannelError::Passing(format!("{host}:{port}: {error}"));
    let tcp = TcpStream::connect((host.as_str(), *port)).await.map_err(unreachable)?;
    tcp.set_nodelay(true).map_err(unreachable)?;
    let plain: Stream = Box::new(tcp);
    if *security == Security::Tls {
        let mut client = Client::new(secure(settings, plain).await?);
        greeting(&mut client, host).await?;
        return Ok(client);
    }
    let mut client = Client::new(plain);
    greeting(&mut client, host).await?;
    if *security == Security::Starttls {
        client.run_command_and_check_ok("STARTTLS", None).await.map_err(|error| broken("STARTTLS", &error))?;
        // What the server may have sent ahead in plain text is dropped with the old client.
        client = Client::new(secure(settings, client.into_inner()).await?);
    }
    Ok(client)
}

async fn greeting(client: &mut Client<Stream>, host: &str) -> Result<(), ChannelError> {
    match client.read_response().await {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(ChannelError::Passing(format!("{host}: the server hung up"))),
        Err(error) => Err(ChannelError::Passing(format!("{host}: {error}"))),
    }
}

async fn secure(settings: &Settings, plain: Stream) -> Result<Stream, ChannelError> {
    let host = &settings.imap.host;
    let config = crate::tls::client_config(&settings.authorities()?, &[]);
    let name = ServerName::try_from(host.clone()).map_err(|_| ChannelError::Passing(format!("{host}: not a server's name")))?;
    let tls = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, plain).await;
    let tls = tls.map_err(|error| ChannelError::Passing(format!("{host}: TLS: {error}")))?;
    Ok(Box::new(tls))
}

async fn within<T>(limit: Duration, doing: &str, work: impl Future<Output = T>) -> Result<T, ChannelError> {
    timeout(limit, work).await.map_err(|_| ChannelError::Passing(format!("IMAP, {doing}: no answer in {} s", limit.as_secs())))
}

fn broken(doing: &str, error: &async_imap::error::Error) -> ChannelError {
    ChannelError::Passing(format!("IMAP, {doing}: {}", crate::plain::line(&error.to_string())))
}

#[cfg(test)]
mod tests {
    //! What goes over the wire as text.
    use super::*;

    #[test]
    fn dates_and_names() {
        assert_eq!(internal_date("21-Nov-2026 10:30:00 -0500"), Some(1_795_275_000));
        assert_eq!(internal_date(" 1-Jan-1970 00:00:01 +0000"), Some(1));
        assert_eq!(internal_date("yesterday"), None);
        assert_eq!(imap_date(1_795_219_200), "21-Nov-2026");
        assert_eq!(quoted(r#"a "b" \c"#), r#""a \"b\" \\c""#);
        assert_eq!(Kind::by_name("INBOX.Enviados"), Some(Kind::Sent));
        assert_eq!(Kind::by_name("Sentimientos"), None);
    }
}
