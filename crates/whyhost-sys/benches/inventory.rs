//! All listeners with their processes, beside `ss -Hltnp` and `lsof` in the same run.
//!
//! `cargo bench -p whyhost-sys` prints a row for each number of sockets and processes, in milliseconds, the least of three
//! runs. The sockets are TCP listeners in 127.0.0.0/8, in processes of up to 20,000; the processes sleep.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "a bench reports")]

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Sockets and processes of a row.
const ROWS: [(usize, usize); 5] = [(10, 100), (10, 1_000), (10_000, 100), (10_000, 1_000), (100_000, 1_000)];
/// Sockets that one process holds at most.
const HELD: usize = 20_000;
const RUNS: usize = 3;
const PORT: u16 = 20_202;

fn main() {
    let words: Vec<String> = std::env::args().collect();
    if let [_, role, from, number] = words.as_slice()
        && role == "--hold"
    {
        return hold(from.parse().unwrap_or(0), number.parse().unwrap_or(0));
    }
    println!(
        "{:>8} {:>9}  {:>9} {:>9} {:>9}  {:>8} {:>8}",
        "sockets", "processes", "whyhost", "ss", "lsof", "ss/", "lsof/"
    );
    for (sockets, processes) in ROWS {
        row(sockets, processes);
    }
}

fn row(sockets: usize, processes: usize) {
    let mut children = Vec::new();
    let held = held();
    for start in (0..sockets).step_by(held) {
        children.extend(holder(start, held.min(sockets - start)));
    }
    children.extend((children.len()..processes).filter_map(|_| sleeper()));
    let mut found = 0;
    let ours = least(|| {
        let (list, _) = whyhost_sys::inventory();
        found = list.iter().filter(|s| s.port == PORT && s.process.is_some()).count();
        true
    });
    assert_eq!(found, sockets, "every socket is found with its process");
    let ss = least(|| runs("ss", &["-Hltnp"]));
    let lsof =
        if sockets > 10_000 { None } else { least(|| runs("lsof", &["-nP", "-iTCP", "-sTCP:LISTEN"])) };
    let text = |time: Option<Duration>| {
        time.map_or_else(|| "-".to_owned(), |t| format!("{:.1}", t.as_secs_f64() * 1e3))
    };
    let ratio = |other: Option<Duration>| match (other, ours) {
        (Some(other), Some(ours)) => format!("{:.1}", other.as_secs_f64() / ours.as_secs_f64()),
        _ => "-".to_owned(),
    };
    println!(
        "{sockets:>8} {processes:>9}  {:>9} {:>9} {:>9}  {:>8} {:>8}",
        text(ours),
        text(ss),
        text(lsof),
        ratio(ss),
        ratio(lsof)
    );
    for mut child in children {
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Sockets that a process may hold here.
fn held() -> usize {
    let limit = getrlimit(Resource::Nofile).maximum.and_then(|m| usize::try_from(m).ok()).unwrap_or(HELD);
    limit.saturating_sub(100).clamp(1, HELD)
}

/// The least time of the runs; `None` where one fails.
fn least(mut run: impl FnMut() -> bool) -> Option<Duration> {
    (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run().then(|| start.elapsed())
        })
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .min()
}

fn runs(program: &str, words: &[&str]) -> bool {
    let command = Command::new(program).args(words).stdin(Stdio::null()).stderr(Stdio::null()).output();
    command.is_ok_and(|output| !output.stdout.is_empty())
}

/// A process that holds listeners, once it has them all.
fn holder(start: usize, number: usize) -> Option<Child> {
    let mut child = Command::new(std::env::current_exe().ok()?)
        .args(["--hold", &start.to_string(), &number.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut()?).read_line(&mut line).ok()?;
    assert_eq!(line.trim(), "ready", "the listeners could not be made");
    Some(child)
}

fn sleeper() -> Option<Child> {
    Command::new("sleep").arg("3600").stdin(Stdio::null()).stdout(Stdio::null()).spawn().ok()
}

/// Holds listeners until standard input ends.
fn hold(start: usize, number: usize) {
    let limit = getrlimit(Resource::Nofile);
    let room = u64::try_from(number).unwrap_or(u64::MAX).saturating_add(100);
    let maximum = limit.maximum.map(|m| m.max(room));
    let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(room), maximum });
    let address = |n: usize| Ipv4Addr::from(0x7f00_0001 + u32::try_from(n).unwrap_or(0));
    let held: Result<Vec<TcpListener>, _> =
        (start..start + number).map(|n| TcpListener::bind((address(n), PORT))).collect();
    match held {
        Ok(held) => {
            println!("ready");
            let _ = std::io::stdin().read(&mut [0]);
            drop(held);
        }
        Err(error) => println!("{error}"),
    }
}
