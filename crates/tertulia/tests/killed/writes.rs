//! No luck needed: killed at the first write to the disk of a delivery, at the second, and so on to the last.
//!
//! `strace` kills. It is no part of a machine that runs the tests, and each write is a start of the program, so this runs
//! when asked for: `cargo nextest run -p tertulia --run-ignored only`.

use crate::{
    company::Company,
    push::{PEOPLE, POSTS, delivery, push, push_again, stored},
    until,
    whole::assert_all_there,
};
use serde_json::json;
use std::{
    fs,
    process::{Child, Command, Stdio},
};
use tertulia_testkit::Database;

/// What SQLite changes files by, each counted by itself.
const CALLS: [&str; 4] = ["pwrite64", "fdatasync", "fsync", "ftruncate"];
/// More writes than a delivery has.
const MOST: usize = 400;

/// Lets `strace` kill the server at the n-th of these calls from now on.
async fn kill_at(company: &Company, call: &str, n: usize) -> Child {
    let pid = company.pid();
    let strace = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &format!("inject={call}:signal=KILL:when={n}")])
        .args(["-p", &pid.to_string()])
        .stderr(Stdio::null())
        .spawn()
        .expect("strace (Debian's package of that name)");
    until("strace watches", async || {
        // Every thread, or the one that writes may be free still.
        let mut threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten();
        let watched = |status: String| !status.contains("TracerPid:\t0\n");
        threads.all(|thread| fs::read_to_string(thread.path().join("status")).is_ok_and(watched)).then_some(())
    })
    .await;
    strace
}

#[tokio::test]
#[ignore = "needs strace, and minutes"]
async fn killed_at_every_write_of_a_delivery() {
    let mut company = Company::open(Database::Sqlite).await;
    company.connect("push", "pregon", json!({})).await;
    let mut n = 0;
    for call in CALLS {
        let (mut nothing, mut unanswered, mut answered) = (0, 0, 0);
        for at in 1..=MOST {
            n += 1;
            let mut strace = kill_at(&company, call, at).await;
            let heard = company.client().try_post("/api/v1/posts", delivery(n)).await.is_ok_and(|(status, _)| status == 202);
            let survived = heard && fs::metadata(format!("/proc/{}/exe", company.pid())).is_ok();
            company.kill();
            strace.wait().expect("strace ended");
            match (stored(&company, n).await, heard) {
                (0, false) => nothing += 1,
                (POSTS, false) => unanswered += 1,
                (POSTS, true) => answered += 1,
                other => panic!("{other:?} at {call} {at}: all of a delivery or nothing, and all when it was answered"),
            }
            push(&company.start(), &delivery(n)).await;
            if survived {
                break;
            }
            assert!(at < MOST, "a delivery has fewer than {MOST} {call}");
        }
        println!("{call}: killed before anything was stored {nothing}, before the answer {unanswered}, after it {answered}");
    }
    push(&company.client(), &delivery(0)).await;
    push_again(&company, n + 1).await;
    company.kill();
    assert_all_there(&company, (n + 1) * POSTS, (n + 1) * PEOPLE + 1, &[]).await;
}
