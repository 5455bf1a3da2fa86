//! A company's mail account on real servers, and a wire to them that can be cut at the worst moment.

#![allow(dead_code, reason = "each test file uses its part")]

use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tertulia_app::channel::{Account, Connection, Network, Outgoing, ReplyTarget};
use tertulia_channels::email::{Email, Patience};
use tertulia_kernel::{
    AnswerId, ChannelId, Timestamp,
    event::{Author, IncomingPost, Visibility},
};
use tertulia_peers::mail::{COMPANY, CUSTOMERS, Mail, Mailbox};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// Servers with the company's mailbox and a customer's.
pub struct Post {
    pub mail: Mail,
    pub help: Mailbox,
    pub ana: Mailbox,
}

impl Post {
    pub fn start() -> Self {
        let mail = Mail::start().expect("mail servers");
        let help = mail.mailbox("ayuda", COMPANY).expect("mailbox");
        let ana = mail.mailbox("ana", CUSTOMERS).expect("mailbox");
        Self { mail, help, ana }
    }

    pub fn settings(&self) -> Value {
        json!({
            "from_address": self.help.address, "from_name": "Ayuda Alas",
            "user": self.help.address, "password": self.help.password,
            "imap_host": "127.0.0.1", "imap_port": self.mail.imap_port, "imap_security": "plain",
            "smtp_host": "127.0.0.1", "smtp_port": self.mail.submission_port, "smtp_security": "plain",
        })
    }

    /// What the server answers to one IMAP command in the company's mailbox.
    pub async fn imap(&self, command: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.mail.imap_port)).await.expect("connect");
        let (user, password) = (&self.help.address, &self.help.password);
        let said = format!("a LOGIN {user} {password}\r\nb SELECT INBOX\r\nc {command}\r\nd LOGOUT\r\n");
        stream.write_all(said.as_bytes()).await.expect("say");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("hear");
        assert!(answer.contains("c OK"), "{answer}");
        answer
    }

    /// Puts a mail of exactly so many bytes into the company's mailbox by IMAP, past Postfix and its limit.
    pub async fn append(&self, headers: &str, size: usize) {
        let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", self.mail.imap_port)).await.expect("connect"));
        let (user, password) = (&self.help.address, &self.help.password);
        stream.write_all(format!("a LOGIN {user} {password}\r\nb APPEND INBOX {{{size}}}\r\n").as_bytes()).await.expect("say");
        let mut line = String::new();
        while !line.starts_with('+') {
            line.clear();
            assert!(stream.read_line(&mut line).await.expect("hear") > 0 && !line.starts_with("b "), "{line}");
        }
        let headers = format!("{headers}\r\n\r\n");
        stream.write_all(headers.as_bytes()).await.expect("headers");
        let piece = format!("{}\r\n", "y".repeat(62)).repeat(1_024);
        let mut left = size - headers.len();
        while left > 0 {
            let now = left.min(piece.len());
            stream.write_all(&piece.as_bytes()[..now]).await.expect("body");
            left -= now;
        }
        stream.write_all(b"\r\nc LOGOUT\r\n").await.expect("say");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("hear");
        assert!(answer.contains("b OK"), "{answer}");
    }

    /// A mail from Ana as a stranger's server brings it.
    pub async fn ana_writes(&self, message: &str) {
        let message = format!("From: Ana Pérez <{}>\nTo: {}\n{message}", self.ana.address, self.help.address);
        self.mail
            .send_raw(&self.ana.address, &[&self.help.address], message.as_bytes())
            .await
            .unwrap_or_else(|error| panic!("{error:#}\n{}", self.mail.last_words()));
    }

    /// The mails in Ana's mailbox that carry this Message-ID.
    pub fn with_id(&self, id: &str) -> usize {
        let mails = self.ana.messages().unwrap_or_default();
        mails.iter().filter(|mail| mail.contains(&format!("Message-ID: <{id}>"))).count()
    }
}

/// The account open, with a patience for tests.
pub fn open(settings: Value) -> Connection {
    let patience = Patience { copy: Duration::from_secs(2), probe: Duration::from_secs(10), look: Duration::from_millis(200) };
    Email::with_patience(patience).open(account(settings)).expect("valid settings")
}

pub fn account(settings: Value) -> Account {
    Account { id: ChannelId(uuid::Uuid::nil()), name: "Correo".into(), settings }
}

/// An answer to a post, as the send gate hands it on.
pub fn answer(post: &IncomingPost, text: &str) -> Outgoing {
    Outgoing {
        id: AnswerId(uuid::Uuid::new_v4()),
        text: text.into(),
        subject: None,
        visibility: Visibility::Private,
        reply_to: Some(ReplyTarget {
            external_id: post.external_id.clone(),
            author: post.author.clone(),
            title: post.title.clone(),
            ancestors: post.thread.iter().cloned().chain([post.external_id.clone()]).collect(),
            text: post.text.clone(),
            occurred_at: post.occurred_at,
        }),
        thread: post.thread.clone(),
        attachments: Vec::new(),
        written_at: Timestamp::parse_rfc3339("2026-11-21T15:00:00Z").expect("valid"),
    }
}

/// A post by somebody with this address.
pub fn post_by(address: &str) -> IncomingPost {
    let author = Author { external_id: address.into(), handle: address.into(), ..Author::default() };
    let at = Timestamp::parse_rfc3339("2026-11-21T14:00:00Z").expect("valid");
    let mut post = IncomingPost::new("pregunta-1@clientes.test", author, "¿Dónde está?", at);
    post.title = Some("Mi paquete".into());
    post.thread = Some("pregunta-1@clientes.test".into());
    post
}

/// What a wire does when the mail's last line passes.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    /// Nothing.
    Pass,
    /// Lets it through, waits for the server's word and cuts before the client hears it.
    LoseTheAnswer,
    /// Cuts before the server gets it.
    LoseTheMail,
    /// Cuts as soon as the client says something with this in it.
    CutAt(&'static str),
    /// Says this to the client in the server's name; the server never gets the mail.
    Say(&'static str),
}

/// A wire in front of a server.
pub struct Wire {
    pub port: u16,
    fate: Arc<Mutex<Fate>>,
    heard: Arc<AtomicUsize>,
}

impl Wire {
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let port = listener.local_addr().expect("bound").port();
        let fate = Arc::new(Mutex::new(Fate::Pass));
        let heard = Arc::new(AtomicUsize::new(0));
        let (shared, counted) = (fate.clone(), heard.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, shared.clone(), counted.clone()));
            }
        });
        Self { port, fate, heard }
    }

    /// Bytes that the server said to its clients so far.
    pub fn heard(&self) -> usize {
        self.heard.load(Ordering::SeqCst)
    }

    pub fn fate(&self, fate: Fate) {
        *self.fate.lock().expect("lock") = fate;
    }
}

async fn carry(mut client: TcpStream, server: u16, fate: Arc<Mutex<Fate>>, heard: Arc<AtomicUsize>) -> std::io::Result<()> {
    let mut server = TcpStream::connect(("127.0.0.1", server)).await?;
    let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
    let mut tail = Vec::new();
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let read = read?;
                if read == 0 {
                    return Ok(());
                }
                tail.extend_from_slice(&up[..read]);
                let keep = tail.len().saturating_sub(5);
                tail.drain(..keep);
                let fate = *fate.lock().expect("lock");
                let said = String::from_utf8_lossy(&up[..read]);
                match fate {
                    Fate::CutAt(words) if said.contains(words) => return Ok(()),
                    _ if tail != b"\r\n.\r\n" => server.write_all(&up[..read]).await?,
                    Fate::Pass | Fate::CutAt(_) => server.write_all(&up[..read]).await?,
                    Fate::LoseTheAnswer => {
                        server.write_all(&up[..read]).await?;
                        let read = server.read(&mut down).await?;
                        assert!(down[..read].starts_with(b"250"), "the server took it");
                        return Ok(());
                    }
                    Fate::LoseTheMail => return Ok(()),
                    Fate::Say(line) => {
                        client.write_all(line.as_bytes()).await?;
                        return Ok(());
                    }
                }
            }
            read = server.read(&mut down) => {
                let read = read?;
                if read == 0 {
                    return Ok(());
                }
                heard.fetch_add(read, Ordering::SeqCst);
                client.write_all(&down[..read]).await?;
            }
        }
    }
}
