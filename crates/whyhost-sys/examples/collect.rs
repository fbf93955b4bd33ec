//! Collects this machine, prints the snapshot, and says on the error stream how long collecting took.
//!
//! `cargo run -p whyhost-sys --example collect --release -- [PORT]`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::time::Instant;
use whyhost_sys::Options;

fn main() {
    let port = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let options = Options {
        ports: port.into_iter().collect(),
        all_owners: port.is_none(),
        names: vec!["localhost".into()],
        ..Options::default()
    };
    let timed = || {
        let start = Instant::now();
        let snapshot = whyhost_sys::collect(&options);
        (start.elapsed(), snapshot)
    };
    let (first, snapshot) = timed();
    let best = (0..20).map(|_| timed().0).min().unwrap_or(first);
    print!("{}", snapshot.to_json());
    eprintln!(
        "collect: first {:.2} ms, best of 20 {:.2} ms",
        first.as_secs_f64() * 1e3,
        best.as_secs_f64() * 1e3
    );
}
