//! Two mail domains on real servers: Postfix takes mail by SMTP and submission, Dovecot keeps it and serves IMAP.
//!
//! `empresa.test` is the company's, `clientes.test` the customers'. Mail to a mailbox that does not exist is accepted and
//! bounces with a real delivery status notification, as between strangers' servers. Postfix needs several users, so this peer
//! starts only as root.

use std::ffi::OsString;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::process::{Folder, Process, Start, free_ports, run};

/// The domain of the company's mailboxes.
pub const COMPANY: &str = "empresa.test";
/// The domain of the customers' mailboxes.
pub const CUSTOMERS: &str = "clientes.test";

/// Both servers, running.
#[derive(Debug)]
pub struct Mail {
    /// SMTP on 127.0.0.1 for anybody: how strangers' mail comes in.
    pub smtp_port: u16,
    /// Submission on 127.0.0.1: plain text, signed in with a mailbox's address and password.
    pub submission_port: u16,
    /// Submission inside TLS from the first byte; the certificate is [`Mail::certificate`].
    pub submissions_port: u16,
    /// IMAP on 127.0.0.1, plain text; `STARTTLS` is offered.
    pub imap_port: u16,
    /// IMAP inside TLS from the first byte.
    pub imaps_port: u16,
    _postfix: Process,
    _dovecot: Process,
    folder: Folder,
}

/// A mailbox and how to sign in to it.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// `name@domain`, also the user name for IMAP and submission.
    pub address: String,
    /// Its password.
    pub password: String,
    maildir: PathBuf,
}

impl Mail {
    /// Starts both servers without mailboxes.
    ///
    /// # Errors
    /// When one is not installed, this process is not root, or a server does not start.
    pub fn start() -> anyhow::Result<Self> {
        let dovecot = crate::install::find("dovecot", &["/usr/sbin/dovecot".into()])?;
        crate::install::find("dovecot (LMTP)", &["/usr/lib/dovecot/lmtp".into()])?;
        crate::install::find("dovecot (IMAP)", &["/usr/lib/dovecot/imap".into()])?;
        let postfix = crate::install::find("postfix", &["/usr/lib/postfix/sbin/master".into()])?;
        anyhow::ensure!(crate::install::is_root(), "the mail servers of the tests need root: Postfix runs as several users");

        let folder = Folder::new("mail")?;
        let [smtp_port, submission_port, submissions_port, imap_port, imaps_port] = free_ports()?;
        let path = folder.path();
        folder.write("users", "")?;
        fs::create_dir(path.join("mail"))?;
        run(Command::new("chown").arg("mail:mail").arg(path.join("mail")))?;
        make_certificate(path)?;

        folder.write("postfix/main.cf", &postfix_main(path))?;
        folder.write("postfix/master.cf", &postfix_master(smtp_port, submission_port, submissions_port))?;
        make_queue(path)?;
        let config = folder.write("dovecot.conf", &dovecot_conf(path, imap_port, imaps_port))?;

        let words = |program: &Path, rest: &[&str], config: &Path| -> Vec<OsString> {
            let mut words = vec![program.into(), "-c".into(), config.into()];
            words.extend(rest.iter().map(Into::into));
            words
        };
        let start = |name, command| Process::start(Start { name, folder: path, stop_signal: "TERM", command, environment: vec![] });
        let mut dovecot = start("dovecot", words(&dovecot, &["-F"], &config))?;
        let mut postfix = start("postfix", words(&postfix, &["-d"], &path.join("postfix")))?;
        dovecot.wait_for_port(imap_port, Duration::from_secs(20))?;
        dovecot.wait_until(Duration::from_secs(20), || path.join("queue/private/lmtp-dovecot").exists())?;
        postfix.wait_for_port(smtp_port, Duration::from_secs(20))?;
        Ok(Self { smtp_port, submission_port, submissions_port, imap_port, imaps_port, _postfix: postfix, _dovecot: dovecot, folder })
    }

    /// Makes a mailbox: `name@domain` with [`COMPANY`] or [`CUSTOMERS`] as its domain.
    ///
    /// # Errors
    /// When the servers' folder cannot be written.
    pub fn mailbox(&self, name: &str, domain: &str) -> anyhow::Result<Mailbox> {
        let address = format!("{name}@{domain}");
        let password = format!("secreto-de-{name}");
        let users = self.folder.path().join("users");
        let mut lines = fs::read_to_string(&users)?;
        if !lines.contains(&format!("{address}:")) {
            lines.push_str(&format!("{address}:{{PLAIN}}{password}::::::\n"));
            // A whole new file: the server never reads half a line, and notices it whatever the clock's grain.
            fs::write(users.with_extension("new"), lines)?;
            fs::rename(users.with_extension("new"), &users)?;
        }
        let maildir = self.folder.path().join("mail").join(domain).join(name);
        Ok(Mailbox { address, password, maildir })
    }

    /// The certificate of the TLS ports (PEM, for `localhost` and 127.0.0.1, signed by itself).
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// Sends a whole message, headers and all, as a stranger's server would. Lines may end in `\n` or `\r\n`.
    ///
    /// # Errors
    /// When the server refuses a step: with its answer.
    pub async fn send_raw(&self, from: &str, to: &[&str], message: &[u8]) -> anyhow::Result<()> {
        let mut server = BufReader::new(TcpStream::connect((Ipv4Addr::LOCALHOST, self.smtp_port)).await?);
        expect(&mut server, "220").await?;
        say(&mut server, "EHLO [127.0.0.1]", "250").await?;
        say(&mut server, &format!("MAIL FROM:<{from}>"), "250").await?;
        for recipient in to {
            say(&mut server, &format!("RCPT TO:<{recipient}>"), "250").await?;
        }
        say(&mut server, "DATA", "354").await?;
        let mut wire = Vec::with_capacity(message.len() + 64);
        for line in message.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.starts_with(b".") {
                wire.push(b'.');
            }
            wire.extend_from_slice(line);
            wire.extend_from_slice(b"\r\n");
        }
        server.write_all(&wire).await?;
        say(&mut server, ".", "250").await?;
        say(&mut server, "QUIT", "221").await
    }

    /// The end of both servers' logs, for a failing test's message.
    pub fn last_words(&self) -> String {
        let log = fs::read_to_string(self.folder.path().join("postfix.mail.log")).unwrap_or_default();
        format!("{}\n{log}\n{}", self._postfix.last_words(), self._dovecot.last_words())
    }
}

impl Mailbox {
    /// Every message in the inbox, whole, oldest first: read from the files Dovecot keeps.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn messages(&self) -> anyhow::Result<Vec<String>> {
        let mut files = Vec::new();
        for folder in ["new", "cur"] {
            for entry in fs::read_dir(self.maildir.join(folder)).into_iter().flatten().flatten() {
                files.push((entry.metadata()?.modified()?, entry.path()));
            }
        }
        files.sort();
        let read = |path: &PathBuf| Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned());
        files.iter().map(|(_, path)| read(path)).collect()
    }

    /// Waits for a message that contains `text` (encoded as it travelled) in its headers or body.
    ///
    /// # Errors
    /// When it does not come within 20 seconds.
    pub async fn wait_for(&self, text: &str) -> anyhow::Result<String> {
        let what = format!("a message with {text:?} for {}", self.address);
        crate::eventually(&what, Duration::from_secs(20), async || {
            // A message on its way from `new` to `cur` may vanish between listing and reading: look again.
            Ok(self.messages().unwrap_or_default().into_iter().find(|message| message.contains(text)))
        })
        .await
    }
}

async fn say(server: &mut BufReader<TcpStream>, line: &str, code: &str) -> anyhow::Result<()> {
    server.write_all(format!("{line}\r\n").as_bytes()).await?;
    expect(server, code).await.with_context(|| format!("after {line}"))
}

async fn expect(server: &mut BufReader<TcpStream>, code: &str) -> anyhow::Result<()> {
    loop {
        let mut line = String::new();
        server.read_line(&mut line).await?;
        anyhow::ensure!(line.starts_with(code), "the mail server answered {line:?}, not {code}");
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(());
        }
    }
}

fn make_certificate(folder: &Path) -> anyhow::Result<()> {
    run(Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        // A server's own certificate, not an authority: strict clients insist on the difference.
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(folder.join("key.pem"))
        .arg("-out")
        .arg(folder.join("certificate.pem")))
    .context("make a certificate for the mail servers")?;
    Ok(())
}

/// The queue's folders, which Postfix's own start script would make in two seconds.
fn make_queue(folder: &Path) -> anyhow::Result<()> {
    let queue = folder.join("queue");
    let make = |mode: &str, owner: &str, names: &[&str]| {
        let mut install = Command::new("install");
        install.args(["-d", "-m", mode, "-o", owner]);
        run(install.args(names.iter().map(|name| queue.join(name))))
    };
    make("755", "root", &["", "pid"])?;
    make(
        "700",
        "postfix",
        &["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"],
    )?;
    make("730", "postfix", &["maildrop"])?;
    make("710", "postfix", &["public"])?;
    run(Command::new("chgrp").arg("postdrop").arg(queue.join("maildrop")).arg(queue.join("public")))?;
    run(Command::new("install").args(["-d", "-m", "700", "-o", "postfix"]).arg(folder.join("postfix-data")))?;
    Ok(())
}

fn postfix_main(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/postfix-data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.{COMPANY}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
virtual_mailbox_domains = {COMPANY}, {CUSTOMERS}
virtual_transport = lmtp:unix:private/lmtp-dovecot
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth-dovecot
smtpd_tls_cert_file = {folder}/certificate.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_security_level = may
smtpd_peername_lookup = no
disable_dns_lookups = yes
default_transport = error:5.1.2 the test mail server sends nothing outside
message_size_limit = 62914560
maillog_file = {folder}/postfix.mail.log
maillog_file_prefixes = {folder}
"
    )
}

fn postfix_master(smtp: u16, submission: u16, submissions: u16) -> String {
    format!(
        "127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{submissions} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"
    )
}

fn dovecot_conf(folder: &Path, imap: u16, imaps: u16) -> String {
    let folder = folder.display();
    format!(
        "base_dir = {folder}/dovecot
state_dir = {folder}/dovecot-state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
first_valid_uid = 1
mail_uid = mail
mail_gid = mail
mail_location = maildir:{folder}/mail/%d/%n
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
  default_fields = uid=mail gid=mail home={folder}/mail/%d/%n
}}
namespace inbox {{
  inbox = yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  unix_listener {folder}/queue/private/lmtp-dovecot {{
    mode = 0600
    user = postfix
    group = postfix
  }}
}}
service auth {{
  unix_listener {folder}/queue/private/auth-dovecot {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"
    )
}
