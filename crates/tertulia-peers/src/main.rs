//! Runs peers outside of Rust tests: for journeys in a browser, and for trying something by hand.
//!
//! - `tertulia-peers run fediverse mastodon_mock mail postgres` starts them, prints one line of JSON that says where they are
//!   and who has an account, and keeps them until its standard input ends or it is stopped.
//! - `tertulia-peers with postgres -- COMMAND…` runs a command with `TERTULIA_TEST_POSTGRES` set, then stops the server.
#![allow(clippy::print_stdout, reason = "its answer is its standard output")]

use std::any::Any;
use std::io::{IsTerminal as _, Read as _};
use std::process::{Command, ExitCode};

use anyhow::Context as _;
use serde_json::{Value, json};
use tertulia_peers::mail::{self, Mail};
use tertulia_peers::mastodon_api::Account;
use tertulia_peers::mastodon_mock::MastodonMock;
use tertulia_peers::postgres::Postgres;
use tertulia_peers::snac::Fediverse;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run", names @ ..] if !names.is_empty() => {
            let mut running: Vec<Box<dyn Any>> = Vec::new();
            let mut where_they_are = serde_json::Map::new();
            for name in names {
                let (peer, description) = start(name).await.with_context(|| format!("start {name}"))?;
                running.push(peer);
                where_they_are.insert((*name).to_owned(), description);
            }
            println!("{}", Value::Object(where_they_are));
            wait_for_the_end();
            drop(running);
            Ok(ExitCode::SUCCESS)
        }
        ["with", "postgres", "--", program, rest @ ..] => {
            let postgres = Postgres::start()?;
            let status = Command::new(program)
                .args(rest)
                .env("TERTULIA_TEST_POSTGRES", postgres.url("postgres"))
                .status()
                .with_context(|| format!("start {program}"))?;
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
        }
        _ => anyhow::bail!(
            "usage: tertulia-peers run fediverse|mastodon_mock|mail|postgres...\n       tertulia-peers with postgres -- COMMAND"
        ),
    }
}

/// Starts one peer with the two accounts of the journeys: the company's `soporte` and the customer `marta`.
async fn start(name: &str) -> anyhow::Result<(Box<dyn Any>, Value)> {
    Ok(match name {
        "fediverse" => {
            let fediverse = Fediverse::start().await?;
            let company = fediverse.alpha.person("soporte").await?;
            let customer = fediverse.beta.person("marta").await?;
            let description = json!({ "company": account(&company), "customer": account(&customer), "proxy": fediverse.proxy.url() });
            (Box::new(fediverse), description)
        }
        "mastodon_mock" => {
            let server = MastodonMock::start().await?;
            let company = server.person("soporte").await?;
            let customer = server.person("marta").await?;
            let description = json!({ "company": account(&company), "customer": account(&customer) });
            (Box::new(server), description)
        }
        "mail" => {
            let servers = Mail::start()?;
            let mailbox = |mailbox: &mail::Mailbox| json!({ "address": mailbox.address, "password": mailbox.password });
            let description = json!({
                "company": mailbox(&servers.mailbox("soporte", mail::COMPANY)?),
                "customer": mailbox(&servers.mailbox("marta", mail::CUSTOMERS)?),
                "smtp_port": servers.smtp_port,
                "submission_port": servers.submission_port,
                "submissions_port": servers.submissions_port,
                "imap_port": servers.imap_port,
                "imaps_port": servers.imaps_port,
                "certificate": servers.certificate(),
            });
            (Box::new(servers), description)
        }
        "postgres" => {
            let server = Postgres::start()?;
            let description = json!({ "url": server.new_database()? });
            (Box::new(server), description)
        }
        other => anyhow::bail!("there is no peer {other}"),
    })
}

fn account(account: &Account) -> Value {
    json!({
        "base_url": account.base_url,
        "handle": account.handle,
        "id": account.id,
        "token": account.token,
        "client_id": account.client_id,
        "client_secret": account.client_secret,
    })
}

/// At a terminal: until Ctrl-C. Under a program: until it closes our standard input, which it does by ending.
fn wait_for_the_end() {
    if std::io::stdin().is_terminal() {
        loop {
            std::thread::park();
        }
    }
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}
