//! Every rule over a blocklist, against the bare parse in the same run.
//!
//! `cargo bench -p whyhost-core` prints criterion's figures and then a table of ratios.
#![allow(missing_docs, reason = "criterion's macros make functions without docs")]
#![allow(clippy::print_stdout, reason = "a bench reports")]
#![allow(clippy::disallowed_methods, reason = "a bench measures time and memory; the crate itself does not")]

use criterion::{Criterion, Throughput};
use hosts_edit::HostsFile;
use std::hint::black_box;
use std::time::{Duration, Instant};
use whyhost_core::diagnose::Target;
use whyhost_core::finding::Finding;
use whyhost_core::machine::Machine;
use whyhost_core::rules::{self, Context};
use whyhost_core::snapshot::{Os, OsFamily, RawFile, Snapshot};

const LINES: usize = 1_000_000;

/// A list in the shape of StevenBlack's. `oddities`: every fourth line has something to tell.
fn blocklist(oddities: bool) -> Vec<u8> {
    const TLDS: [&str; 6] = ["com", "net", "org", "info", "co.uk", "io"];
    const ODD: [&str; 6] = [
        "0.0.0.0 ads.example.com",
        "0.0.0.0 http://ads.example.net/x",
        "300.1.1.1 nas",
        "0.0.0.0 Ads..Example.org",
        "127.0.0.1",
        "[::1] x",
    ];
    let mut text = "# Title: blocklist\n127.0.0.1 localhost\n::1 localhost\n0.0.0.0 0.0.0.0\n\n".to_owned();
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 33) as usize % below
    };
    for line in 5..LINES {
        if line % 5000 == 0 {
            text += "# Start of a section\n";
        } else if oddities && line % 4 == 0 {
            text += ODD[random(ODD.len())];
            text += "\n";
        } else {
            let label: String = (0..6 + random(14)).map(|_| char::from(b'a' + random(26) as u8)).collect();
            text += &format!("0.0.0.0 {label}.{}\n", TLDS[random(TLDS.len())]);
        }
    }
    text.into_bytes()
}

fn machine(bytes: &[u8]) -> Machine {
    let os = Os { hostname: "devbox".into(), ..Os::unknown(OsFamily::Linux) };
    let mut snapshot = Snapshot::new(os);
    snapshot.files.push(RawFile::text("/etc/hosts", bytes));
    Machine::new(snapshot)
}

fn target() -> Target {
    Target { name: "localhost".into(), literal: None, port: None }
}

fn all_rules(machine: &Machine, target: &Target) -> Vec<Finding> {
    rules::run(&Context::new(machine, target, &[], &[]))
}

fn one_name(machine: &Machine, target: &Target) -> Vec<Finding> {
    rules::run(&Context::new(machine, target, &[], &[]).for_target_alone())
}

/// The best of five, in milliseconds.
fn best<T>(mut run: impl FnMut() -> T) -> f64 {
    let times = (0..5).map(|_| {
        let start = Instant::now();
        black_box(run());
        start.elapsed()
    });
    times.min().unwrap_or(Duration::ZERO).as_secs_f64() * 1000.0
}

/// What a snapshot, parsing and every rule take, as a multiple of the file's size; Linux only.
fn beyond(bytes: &[u8]) -> String {
    if std::fs::write("/proc/self/clear_refs", "5").is_err() {
        return "SKIP: /proc/self/clear_refs cannot be written".into();
    }
    let before = status("VmRSS:").unwrap_or(0);
    let machine = machine(bytes);
    black_box(all_rules(&machine, &target()));
    let after = status("VmHWM:").unwrap_or(0);
    format!("{:.1} × the file", after.saturating_sub(before) as f64 * 1024.0 / bytes.len() as f64)
}

/// A number of kilobytes in /proc/self/status.
fn status(key: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with(key))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn table(name: &str, bytes: &[u8]) {
    let target = target();
    // Memory first: the allocator keeps what is freed.
    let memory = beyond(bytes);
    let parse = best(|| HostsFile::parse(bytes.to_vec()));
    let machine = machine(bytes);
    let all = best(|| all_rules(&machine, &target));
    let one = best(|| one_name(&machine, &target));
    let found = all_rules(&machine, &target);
    println!("{name}: {LINES} lines, {} MiB, {} findings told", bytes.len() >> 20, found.len());
    println!("  parse                {parse:8.1} ms");
    println!("  every rule           {all:8.1} ms  {:5.1} × parse", all / parse);
    println!("  memory of a check: {memory}, with the snapshot's own text");
    println!("  rules about one name {one:8.1} ms  {:5.1} × parse", one / parse);
}

fn main() {
    let plain = blocklist(false);
    table("blocklist", &plain);
    table("blocklist with a fault in every fourth line", &blocklist(true));
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group(format!("{LINES} lines"));
    group.throughput(Throughput::Bytes(plain.len() as u64)).sample_size(10);
    let (machine, target) = (machine(&plain), target());
    group.bench_function("parse", |b| b.iter(|| HostsFile::parse(black_box(&plain[..]))));
    group.bench_function("every rule", |b| b.iter(|| all_rules(black_box(&machine), &target)));
    group.finish();
}
