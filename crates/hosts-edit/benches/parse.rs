//! Parsing of blocklists against a bare line index and against other parsers, in one run.
//!
//! `cargo bench -p hosts-edit` prints criterion's figures and then a table of ratios and of peak memory. The speed of
//! hickory at a million lines takes seconds per pass; it is measured with few samples.
#![allow(missing_docs, reason = "criterion's macros make functions without docs")]
#![allow(clippy::print_stdout, reason = "a bench reports")]
#![allow(clippy::disallowed_methods, reason = "a bench measures time and memory; the crate itself does not")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use hickory_resolver::Hosts;
use hosts_edit::{HostsFile, dialect};
use hosts_to::HostEntryRef;

/// A list in the shape of StevenBlack's: header, localhost lines, then `0.0.0.0 name`, a comment now and then. Bare
/// `#` lines and zones are left out because the peers reject them.
fn blocklist(lines: usize) -> Vec<u8> {
    const TLDS: [&str; 6] = ["com", "net", "org", "info", "co.uk", "io"];
    let mut text = "# Title: blocklist\n127.0.0.1 localhost\n::1 localhost\n0.0.0.0 0.0.0.0\n\n".to_owned();
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 33) as usize % below
    };
    for line in 5..lines {
        if line % 5000 == 0 {
            text += "# Start of a section\n";
            continue;
        }
        let label: String = (0..6 + random(14)).map(|_| char::from(b'a' + random(26) as u8)).collect();
        text += &format!("0.0.0.0 {label}.{}\n", TLDS[random(TLDS.len())]);
    }
    text.into_bytes()
}

/// The least that a program needs to show line n: one `u32` a line.
fn line_index(bytes: &[u8]) -> Vec<u32> {
    let mut starts = Vec::with_capacity(bytes.len() / 24);
    starts.push(0);
    starts.extend(memchr::memchr_iter(b'\n', bytes).map(|at| at as u32 + 1));
    starts
}

fn hickory(bytes: &[u8]) -> Hosts {
    let mut hosts = Hosts::default();
    hosts.read_hosts_conf(bytes).expect("the generated list is UTF-8");
    hosts
}

fn hosts_to(bytes: &[u8]) -> Vec<HostEntryRef<'_>> {
    let text = std::str::from_utf8(bytes).expect("the generated list is UTF-8");
    HostEntryRef::parse_str_to_vec(text).expect("the generated list has no line that hosts_to rejects")
}

fn indexed(bytes: Vec<u8>) -> usize {
    let file = HostsFile::parse(bytes).0;
    let index = file.view(&dialect::GLIBC).index();
    index.first_line(b"localhost").expect("localhost is listed")
}

fn criterion_figures(criterion: &mut Criterion, lines: usize, bytes: &[u8]) {
    let mut group = criterion.benchmark_group(format!("{lines} lines"));
    group
        .throughput(Throughput::Bytes(bytes.len() as u64))
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1));
    group.bench_function(BenchmarkId::from_parameter("line index"), |b| {
        b.iter(|| line_index(black_box(bytes)))
    });
    group.bench_function(BenchmarkId::from_parameter("parse"), |b| {
        b.iter_batched(|| bytes.to_vec(), HostsFile::parse, BatchSize::PerIteration);
    });
    group.bench_function(BenchmarkId::from_parameter("parse + glibc name index"), |b| {
        b.iter_batched(|| bytes.to_vec(), indexed, BatchSize::PerIteration);
    });
    group.bench_function(BenchmarkId::from_parameter("hosts_to"), |b| b.iter(|| hosts_to(black_box(bytes))));
    if lines <= 100_000 {
        group.sample_size(10);
        group
            .bench_function(BenchmarkId::from_parameter("hickory"), |b| b.iter(|| hickory(black_box(bytes))));
    }
    group.finish();
}

/// The best of `times` passes over `make`'s value, which is neither made nor dropped within the measured time.
fn best<I, O>(times: usize, make: impl Fn() -> I, run: impl Fn(I) -> O) -> Duration {
    let pass = || {
        let input = make();
        let start = Instant::now();
        let output = black_box(run(black_box(input)));
        let took = start.elapsed();
        drop(output);
        took
    };
    (0..times).map(|_| pass()).min().unwrap_or_default()
}

fn ratios(lines: usize, bytes: &[u8]) {
    let index = best(15, || bytes, line_index);
    let parse = best(15, || bytes.to_vec(), HostsFile::parse);
    let full = best(7, || bytes.to_vec(), indexed);
    let to = best(7, || bytes, hosts_to);
    let slow = best(if lines > 100_000 { 1 } else { 3 }, || bytes, hickory);
    let peer = to.min(slow);
    println!("\n{lines} lines, {} bytes, best pass:", bytes.len());
    for (name, took) in [
        ("line index", index),
        ("parse", parse),
        ("parse + glibc name index", full),
        ("hosts_to", to),
        ("hickory Hosts", slow),
    ] {
        let speed = bytes.len() as f64 / took.as_secs_f64() / 1e6;
        let of_index = index.as_secs_f64() / took.as_secs_f64();
        let of_peer = peer.as_secs_f64() / took.as_secs_f64();
        println!(
            "  {name:<26}{:>10.2} ms {speed:>8.0} MB/s   {of_index:>6.3} of the line index   {of_peer:>6.2} x the fastest peer",
            took.as_secs_f64() * 1e3
        );
    }
}

/// Peak resident memory of parsing beyond what was there before, in bytes; Linux only.
fn peak_beyond<T>(run: impl FnOnce() -> T) -> Option<(usize, T)> {
    let status = |key: &str| -> Option<usize> {
        let text = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = text.lines().find_map(|l| l.strip_prefix(key))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<usize>().ok().map(|kib| kib * 1024)
    };
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    let before = status("VmRSS:")?;
    let made = run();
    Some((status("VmHWM:")?.saturating_sub(before), made))
}

fn memory(lines: usize, bytes: &[u8]) {
    let copy = bytes.to_vec();
    let Some((parse, (file, _))) = peak_beyond(|| HostsFile::parse(copy)) else {
        println!("  SKIP memory: /proc/self/clear_refs cannot be written");
        return;
    };
    let of = |n: usize| n as f64 / bytes.len() as f64;
    println!("  {lines} lines: parse takes {parse} bytes beyond the file, {:.2} of its size", of(parse));
    if let Some((index, _)) = peak_beyond(|| file.view(&dialect::GLIBC).index()) {
        println!("  {lines} lines: the glibc name index takes {index} more, {:.2} of its size", of(index));
    }
}

fn main() {
    let lists = [100_000, 1_000_000].map(|lines| (lines, blocklist(lines)));
    // Memory first: the allocator keeps what the peers free.
    for (lines, bytes) in &lists {
        memory(*lines, bytes);
    }
    let mut criterion = Criterion::default().configure_from_args();
    for (lines, bytes) in &lists {
        criterion_figures(&mut criterion, *lines, bytes);
    }
    criterion.final_summary();
    // `cargo test --benches` passes --test: one pass of each was enough then.
    if !std::env::args().any(|a| a == "--test") {
        lists.iter().for_each(|(lines, bytes)| ratios(*lines, bytes));
    }
}
