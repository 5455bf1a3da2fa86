//! An IMAP connection with time limits on every command.

use super::settings::{Security, Server, Settings};
use async_imap::{Client, Session, types::Fetch};
use futures::TryStreamExt;
use rustls::pki_types::ServerName;
use std::{collections::BTreeSet, fmt::Debug, sync::Arc, time::Duration};
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
        Ok(Self { can_idle: offered.has_str("IDLE"), can_remove: offered.has_str("UIDPLUS"), session })
    }

    /// Opens a mailbox.
    pub(super) async fn select(&mut self, mailbox: &str) -> Result<Selected, ChannelError> {
        let doing = format!("opening the mailbox {mailbox}");
        let selected = within(COMMAND, &doing, self.session.select(mailbox)).await?;
        let selected = selected.map_err(|error| match error {
            async_imap::error::Error::No(reason) => ChannelError::Refused(format!("{doing}: {reason}")),
            error => broken(&doing, &error),
        })?;
        Ok(Selected { uid_validity: selected.uid_validity.unwrap_or(0), uid_next: selected.uid_next })
    }

    /// The UIDs that a search finds in the open mailbox, in order.
    pub(super) async fn search(&mut self, query: &str) -> Result<Vec<u32>, ChannelError> {
        let found = within(COMMAND, "searching", self.session.uid_search(query)).await?;
        let found = found.map_err(|error| broken("searching", &error))?;
        Ok(found.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// Sizes and dates of mails, in order of UID; those that are gone are missing.
    pub(super) async fn summaries(&mut self, uids: &[u32]) -> Result<Vec<Summary>, ChannelError> {
        let fetched = self.fetch(&set(uids), "(UID RFC822.SIZE INTERNALDATE)").await?;
        let mut summaries: Vec<_> = fetched
            .iter()
            .filter_map(|mail| {
                Some(Summary { uid: mail.uid?, size: mail.size.unwrap_or(0), received: mail.internal_date().map(|date| date.timestamp()) })
            })
            .collect();
        summaries.sort_by_key(|summary| summary.uid);
        Ok(summaries)
    }

    /// At most `limit` bytes of a mail, without marking it as read; `None` when it is gone.
    pub(super) async fn mail(&mut self, uid: u32, limit: usize) -> Result<Option<Vec<u8>>, ChannelError> {
        let query = format!("(UID BODY.PEEK[]<0.{limit}>)");
        let fetched = self.fetch(&uid.to_string(), &query).await?;
        Ok(fetched.iter().find(|mail| mail.uid == Some(uid)).and_then(|mail| mail.body().map(<[u8]>::to_vec)))
    }

    /// At most `limit` bytes of a mail's headers.
    pub(super) async fn headers(&mut self, uid: u32, limit: usize) -> Result<Vec<u8>, ChannelError> {
        let query = format!("(UID BODY.PEEK[HEADER]<0.{limit}>)");
        let fetched = self.fetch(&uid.to_string(), &query).await?;
        Ok(fetched.iter().find(|mail| mail.uid == Some(uid)).and_then(|mail| mail.header().map(<[u8]>::to_vec)).unwrap_or_default())
    }

    async fn fetch(&mut self, uids: &str, query: &str) -> Result<Vec<Fetch>, ChannelError> {
        let fetching = async {
            let stream = self.session.uid_fetch(uids, query).await?;
            stream.try_collect::<Vec<_>>().await
        };
        within(FETCH, "fetching", fetching).await?.map_err(|error| broken("fetching", &error))
    }

    /// Waits until the server tells of something, at most so long. Gives the connection back only when it lives.
    pub(super) async fn idle(self, at_most: Duration) -> Result<(Self, Woken), ChannelError> {
        let Self { session, can_idle, can_remove } = self;
        let mut idle = session.idle();
        within(COMMAND, "waiting", idle.init()).await?.map_err(|error| broken("waiting", &error))?;
        let (wait, _interrupt) = idle.wait_with_timeout(at_most);
        // Should the connection end, the next command says so.
        let woken = match wait.await.map_err(|error| broken("waiting", &error))? {
            async_imap::extensions::idle::IdleResponse::NewData(_) => Woken::News,
            _ => Woken::Quiet,
        };
        let session = within(COMMAND, "waiting", idle.done()).await?.map_err(|error| broken("waiting", &error))?;
        Ok((Self { session, can_idle, can_remove }, woken))
    }

    /// Proves that the connection lives.
    pub(super) async fn noop(&mut self) -> Result<(), ChannelError> {
        within(COMMAND, "asking for news", self.session.noop()).await?.map_err(|error| broken("asking for news", &error))
    }

    /// The mailboxes where a mail of ours may lie beside the one we listen to: sent, archived, all, junk.
    pub(super) async fn where_ours_may_lie(&mut self) -> Result<Vec<String>, ChannelError> {
        use async_imap::types::NameAttribute as Use;
        let listing = async {
            let names = self.session.list(Some(""), Some("*")).await?;
            names.try_collect::<Vec<_>>().await
        };
        let names = within(COMMAND, "listing mailboxes", listing).await?.map_err(|error| broken("listing mailboxes", &error))?;
        let likely = |name: &str| {
            let last = name.rsplit(['/', '.']).next().unwrap_or_default().to_lowercase();
            [
                "sent",
                "sent items",
                "sent messages",
                "sent mail",
                "enviados",
                "elementos enviados",
                "enviadas",
                "itens enviados",
                "archive",
                "junk",
                "spam",
            ]
            .contains(&&*last)
        };
        Ok(names
            .iter()
            .filter(|name| {
                let uses = name.attributes();
                !uses.contains(&Use::NoSelect)
                    && (uses.iter().any(|use_| matches!(use_, Use::Sent | Use::All | Use::Archive | Use::Junk)) || likely(name.name()))
            })
            .map(|name| name.name().to_owned())
            .take(10)
            .collect())
    }

    /// Removes mails from the open mailbox, where the server can remove single ones.
    pub(super) async fn remove(&mut self, uids: &[u32]) -> Result<(), ChannelError> {
        if uids.is_empty() || !self.can_remove {
            return Ok(());
        }
        let uids = set(uids);
        let removing = async {
            let marked = self.session.uid_store(&uids, "+FLAGS.SILENT (\\Seen \\Deleted)").await?;
            marked.try_collect::<Vec<_>>().await?;
            let removed = self.session.uid_expunge(&uids).await?;
            removed.try_collect::<Vec<_>>().await.map(drop)
        };
        within(COMMAND, "removing", removing).await?.map_err(|error| broken("removing", &error))
    }

    /// Says goodbye; what the server answers does not matter any more.
    pub(super) async fn leave(mut self) {
        let _ = timeout(Duration::from_secs(5), self.session.logout()).await;
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
