//! Prints the programs of this machine, what is unknown, and how long it took to find out.

#![allow(clippy::print_stdout, reason = "an example that prints")]

use std::time::{Duration, Instant};

fn main() {
    let started = Instant::now();
    let (programs, gaps) = whyhost_sys::programs(Duration::from_secs(2));
    let elapsed = started.elapsed();
    for program in programs {
        println!("{}\t{}\t{}", program.id, program.version, program.path);
    }
    for gap in gaps {
        println!("gap: {}: {}", gap.what, gap.why);
    }
    println!("{} ms", elapsed.as_millis());
}
