//! `cargo xtask up`: from a fresh clone to a working console.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;

use std::process::Child;
use std::time::{Duration, Instant};

use crate::command::{Outcome, cargo, local, program, root, run};
use crate::web;

struct Options {
    empty: bool,
    port: u16,
    data: PathBuf,
}

/// Builds everything, loads the sample company into a new data folder, and serves it until Ctrl-C.
pub fn run_up(arguments: &[&str]) -> Outcome {
    let options = read_options(arguments)?;
    let tertulia = prepare(&options)?;
    let address = format!("127.0.0.1:{}", options.port);
    println!("\nTertulia: http://{address}   data: {}   stop: Ctrl-C\n", options.data.display());
    // This process becomes the server, so that stopping one stops the other.
    let error = program(&tertulia).args(["serve", "--listen", &address, "--data"]).arg(&options.data).exec();
    Err(format!("cannot start {}: {error}", tertulia.display()))
}

/// Builds, and loads the sample company into a house that nobody uses yet. The database knows: a folder may be there
/// because an earlier load was interrupted.
fn prepare(options: &Options) -> Outcome<PathBuf> {
    web::build()?;
    run(cargo().args(["build", "--release", "--locked", "-p", "tertulia"]))?;
    let tertulia = root().join("target/release/tertulia");
    if !options.empty {
        run(program(&tertulia).args(["sample", "load", "--if-new", "--data"]).arg(&options.data))?;
    }
    Ok(tertulia)
}

/// What a newcomer sees, without the newcomer: the same steps into a temporary folder; healthy, with its console, or it fails.
pub fn check() -> Outcome {
    let data = std::env::temp_dir().join(format!("tertulia-up-{}", std::process::id()));
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(|error| format!("no free port: {error}"))?
        .port();
    let tertulia = prepare(&Options { empty: false, port, data: data.clone() })?;
    let serve = program(&tertulia)
        .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"])
        .arg(&data)
        .spawn()
        .map_err(|error| format!("cannot start {}: {error}", tertulia.display()))?;
    let mut server = Server { serve, data };

    let started = Instant::now();
    while get(port, "/api/health").is_none_or(|answer| !answer.starts_with("HTTP/1.1 200")) {
        if server.serve.try_wait().ok().flatten().is_some() || started.elapsed() > Duration::from_secs(30) {
            return Err("tertulia serve did not become healthy".to_owned());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    println!("healthy after {:.2} s", started.elapsed().as_secs_f32());
    match get(port, "/") {
        Some(page) if page.starts_with("HTTP/1.1 200") && page.contains("<html") => Ok(()),
        other => Err(format!("there is no console at /: {}", other.unwrap_or_default())),
    }
}

/// Stopped, and its data removed, whatever happens.
struct Server {
    serve: Child,
    data: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.serve.kill();
        let _ = self.serve.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

/// The whole answer to a GET on loopback, or nothing when nobody answers.
fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}

fn read_options(arguments: &[&str]) -> Outcome<Options> {
    let mut options = Options { empty: false, port: 8080, data: local().join("data") };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match *word {
            "--empty" => options.empty = true,
            "--port" => {
                options.port = value()?.parse().map_err(|_| "--port is a number from 1 to 65535".to_owned())?;
            }
            "--data" => options.data = PathBuf::from(value()?),
            other => return Err(format!("up does not know {other}; it knows --empty, --port N and --data DIR")),
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_have_defaults_and_bad_ones_are_named() {
        let options = read_options(&["--empty", "--port", "9000"]).unwrap();
        assert!(options.empty && options.port == 9000 && options.data.ends_with("data"));
        assert!(read_options(&["--port", "many"]).is_err());
        assert!(read_options(&["--port"]).is_err());
        assert!(read_options(&["--prot", "1"]).err().unwrap().contains("--prot"));
    }
}
