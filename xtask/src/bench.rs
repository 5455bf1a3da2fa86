//! `cargo xtask bench`: the figures of the house, measured on this machine by the release program. Prints one JSON line each.

use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::command::{Outcome, cargo, local, program, root, run};

/// Measures intake, reading, start and memory. `--quick` reads a hundredth of the full size.
pub fn measure(arguments: &[&str]) -> Outcome {
    let cases = match arguments {
        [] => "1000000",
        ["--quick"] => "10000",
        _ => return Err("bench knows --quick".to_owned()),
    };
    crate::web::build()?;
    run(cargo().args(["build", "--release", "--locked", "-p", "tertulia"]))?;
    run(cargo().args(["build", "--locked", "-p", "tertulia-peers"]))?;
    let tertulia = root().join("target/release/tertulia");
    let folder = local().join("bench");
    let _ = std::fs::remove_dir_all(&folder);

    for (name, more) in [("stream", ""), ("addressed", "--addressed")] {
        let place = folder.join(name);
        run(program(&tertulia).args(["bench", "intake", "--folder"]).arg(&place).args(more.split_whitespace()))?;
        run(&mut with_postgres(&tertulia, &format!("bench intake {more}")))?;
    }
    run(program(&tertulia).args(["bench", "read", "--cases", cases, "--folder"]).arg(folder.join("read")))?;
    start_and_memory(&tertulia, &folder.join("idle"))?;
    std::fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))
}

/// The program on an empty PostgreSQL database of its own.
fn with_postgres(tertulia: &Path, words: &str) -> Command {
    let mut command = program(root().join("target/debug/tertulia-peers"));
    let line = format!("exec '{}' {words} --postgres \"$TERTULIA_TEST_POSTGRES\"", tertulia.display());
    command.args(["with", "postgres", "--", "sh", "-c", &line]);
    command
}

/// Stopped whatever happens.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// From the start of the process to its first answer, on a database that exists; then its memory at rest.
fn start_and_memory(tertulia: &Path, data: &Path) -> Outcome {
    run(program(tertulia).args(["migrate", "--data"]).arg(data))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| error.to_string())?;
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
    drop(listener);
    let started = Instant::now();
    let serve = program(tertulia)
        .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"])
        .arg(data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot start {}: {error}", tertulia.display()))?;
    let server = Server(serve);
    while !answers(port) {
        if started.elapsed() > Duration::from_secs(30) {
            return Err("tertulia serve did not answer".to_owned());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let first = started.elapsed();
    std::thread::sleep(Duration::from_secs(10));
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.0.id())).map_err(|error| error.to_string())?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).map_or("?", str::trim);
    println!(r#"{{"bench":"start","first_answer_seconds":{:.3},"idle_resident":"{resident}"}}"#, first.as_secs_f32());
    Ok(())
}

fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
    let asked = std::io::Write::write_all(&mut stream, b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
}
