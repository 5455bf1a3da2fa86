//! Gives peers names: an HTTP proxy that sends `alpha.test` to a port of 127.0.0.1.
//!
//! Fediverse servers know each other by host name and refuse `host:port` in a mention. Their HTTP library honours
//! `http_proxy`, so each server is pointed at this proxy, which knows where the names live. A name it does not know gets a 502:
//! nothing leaves the machine.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;

/// A running proxy; it stops accepting when dropped.
///
/// It has threads of its own: a peer is often shared by tests that each bring their own async runtime.
#[derive(Debug)]
pub struct HostProxy {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
}

impl HostProxy {
    /// Starts a proxy for these host names and the loopback ports they live on.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start(hosts: impl IntoIterator<Item = (String, u16)>) -> anyhow::Result<Self> {
        let hosts: Arc<HashMap<String, u16>> = Arc::new(hosts.into_iter().collect());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let hosts = Arc::clone(&hosts);
                // A refused or broken request is the peer's to report; the next one has its own thread.
                std::thread::spawn(move || serve(&stream, &hosts).ok());
            }
        });
        Ok(Self { address, stopping })
    }

    /// The value for `http_proxy`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for HostProxy {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

/// One request per connection: `METHOD http://host/path HTTP/1.1` becomes `METHOD /path` at the host's port.
fn serve(client: &TcpStream, hosts: &HashMap<String, u16>) -> anyhow::Result<()> {
    client.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut reader = BufReader::new(client.try_clone()?);
    let mut request_line = String::new();
    reader.read_line(&mut request_line)?;
    let mut words = request_line.split_whitespace();
    let (method, url) = (words.next().context("no method")?, words.next().context("no URL")?);
    let rest = url.strip_prefix("http://").context("not a proxy request")?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = if path.is_empty() { "/" } else { path };

    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    let mut body_length = 0;
    loop {
        let mut line = String::new();
        anyhow::ensure!(reader.read_line(&mut line)? > 0, "the request ended in its head");
        if line == "\r\n" || line == "\n" {
            break;
        }
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            "connection" | "proxy-connection" => continue,
            "content-length" => {
                body_length = line.split(':').nth(1).context("an empty Content-Length")?.trim().parse()?;
            }
            "expect" => {
                (&mut &*client).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
                continue;
            }
            _ => {}
        }
        head.push_str(&line);
    }
    head.push_str("Connection: close\r\n\r\n");

    let mut client = client;
    let server = hosts.get(host).and_then(|port| TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).ok());
    let Some(mut server) = server else {
        client.write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
        return Ok(());
    };
    server.write_all(head.as_bytes())?;
    std::io::copy(&mut reader.take(body_length), &mut server)?;
    std::io::copy(&mut server, &mut client)?;
    client.shutdown(std::net::Shutdown::Both)?;
    Ok(())
}
