//! The real resolver reads /etc/hosts in a loop while those who write it are killed.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use whyhost_core::resolve::Query;
use whyhost_core::snapshot::LiveOutcome;
use whyhost_sys::probe;

/// A name on the last line, which is the first to be missing.
const NAME: &str = "last.example";
const LINE: &str = "192.0.2.99 last.example\n";
const BOUND: Duration = Duration::from_secs(60);

/// In a mount namespace of its own: makes `folder` the /etc of this process, and prints how often the name was asked
/// for and not found.
pub(crate) fn run(folder: &Path, kills: u32, in_place: bool) -> Result<()> {
    fs::write(folder.join("nsswitch.conf"), "hosts: files\n")?;
    fs::write(folder.join("hosts"), LINE)?;
    fs::write(folder.join("last"), LINE)?;
    rustix::mount::mount_bind(folder, "/etc").context("cannot bind a folder over /etc")?;
    if in_place {
        rustix::mount::mount_bind("/etc/hosts", "/etc/hosts").context("cannot bind /etc/hosts")?;
    }
    let done = AtomicBool::new(false);
    let (asked, missing) = thread::scope(|scope| {
        let reader = scope.spawn(|| ask(&done));
        let killed = kill_writers(kills);
        done.store(true, Ordering::Relaxed);
        killed.and(reader.join().ok().context("the reader panicked"))
    })?;
    writeln!(std::io::stdout(), "{asked} look-ups, {missing} without an answer, {kills} writers killed")?;
    Ok(())
}

fn ask(done: &AtomicBool) -> (u32, u32) {
    let (mut asked, mut missing) = (0, 0);
    while !done.load(Ordering::Relaxed) {
        let found = probe::lookup(&Query::any(NAME), BOUND).outcome;
        asked += 1;
        missing += u32::from(!matches!(found, LiveOutcome::Found(_)));
    }
    (asked, missing)
}

/// Starts writers and kills each at some moment.
fn kill_writers(kills: u32) -> Result<()> {
    let mut seed = u64::from(std::process::id());
    for _ in 0..kills {
        let mut writer = Command::new("/proc/self/exe")
            .args(["fault-victim", "rewrite", "/etc/hosts", "/etc/state", "/etc/last"])
            .stderr(Stdio::inherit())
            .spawn()?;
        // xorshift64: any moment will do.
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        thread::sleep(Duration::from_micros(5_000 + seed % 60_000));
        ensure!(writer.try_wait()?.is_none(), "a writer ended by itself");
        writer.kill()?;
        writer.wait()?;
    }
    Ok(())
}
