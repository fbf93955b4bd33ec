//! The writer under faults: every system call of the write path fails, or the process is killed there, in every set-up.

mod calls;
mod judge;
pub(crate) mod live;
mod setup;
mod stage;
mod table;
mod trace;
pub(crate) mod victim;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use judge::Row;
use stage::NotHere;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Failures of a set-up that are shown.
const SHOWN: usize = 5;

#[derive(Debug, Args)]
pub(crate) struct FaultsArgs {
    /// Print the table of docs/writes.md instead, without the counts
    #[arg(long)]
    markdown: bool,
    /// Only set-ups whose name contains this
    #[arg(long, default_value = "")]
    only: String,
    /// Build the set-ups in this folder, to try its file system, instead of in memory
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Fail where it cannot run
    #[arg(long)]
    require: bool,
    /// Runs at the same time
    #[arg(long)]
    jobs: Option<usize>,
    /// Already in a mount namespace of its own
    #[arg(long, hide = true)]
    inside: bool,
}

/// Runs the task.
pub(crate) fn run(args: &FaultsArgs) -> Result<ExitCode> {
    if args.inside {
        return inside(args);
    }
    if let Err(why) = can_make_namespace() {
        ensure!(!args.require, "{why:#}");
        say(&format!("SKIP: {why:#}"));
        return Ok(ExitCode::SUCCESS);
    }
    let status =
        unshare().arg(std::env::current_exe()?).args(std::env::args_os().skip(1)).arg("--inside").status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints the names of the system calls of a first write, made in this folder.
pub(crate) fn print_calls(folder: &Path) -> Result<()> {
    std::fs::write(folder.join("hosts"), b"old\n")?;
    std::fs::write(folder.join("new"), b"new\n")?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["fault-victim", "write"]);
    command.args([folder.join("hosts"), folder.join("state"), folder.join("new")]);
    let run = trace::run(command.arg("--traced").env_clear(), None, None)?;
    let names: Vec<String> = run.calls.iter().map(|call| calls::name(*call)).collect();
    say(&names.join("\n"));
    Ok(())
}

fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["-m", "--propagation", "private", "--"]);
    command
}

fn can_make_namespace() -> Result<()> {
    ensure!(rustix::process::geteuid().is_root(), "private mounts need root");
    let output = unshare().arg("true").output().context("cannot start unshare (package util-linux)")?;
    ensure!(output.status.success(), "no private mounts: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

fn inside(args: &FaultsArgs) -> Result<ExitCode> {
    // A private view of this folder: what is mounted here is seen by nobody else, and goes with the namespace.
    let root = Path::new("/mnt");
    match &args.folder {
        Some(folder) => {
            rustix::mount::mount_bind(folder, root).context("cannot bind the folder")?;
            ensure!(root.read_dir()?.next().is_none(), "{} is not empty", folder.display());
        }
        None => {
            rustix::mount::mount("tmpfs", root, "tmpfs", rustix::mount::MountFlags::empty(), c"mode=0755")
                .context("cannot mount a tmpfs")?;
        }
    }
    let setups: Vec<_> = setup::all().into_iter().filter(|setup| setup.name.contains(&args.only)).collect();
    ensure!(!setups.is_empty(), "no set-up is named so");
    let rows = run_all(&setups, root, args.jobs)?;
    say(&if args.markdown { table::markdown(&rows) } else { table::text(&rows) });
    let failed: usize = rows.iter().map(|row| row.failures.len()).sum();
    for failure in rows.iter().flat_map(|row| row.failures.iter().take(SHOWN)) {
        say(&format!("FAILED: {failure}"));
    }
    if failed == 0 { Ok(ExitCode::SUCCESS) } else { bail!("{failed} runs failed") }
}

fn run_all(setups: &[setup::Setup], root: &Path, jobs: Option<usize>) -> Result<Vec<Row>> {
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(Vec::new());
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(setup) = setups.get(at) else { return };
            let row = std::fs::create_dir(root.join(at.to_string()))
                .map_err(anyhow::Error::from)
                .and_then(|()| judge::row(setup, &root.join(at.to_string())));
            rows.lock().unwrap_or_else(|e| e.into_inner()).push((at, row));
        }
    };
    let jobs = jobs.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(work);
        }
    });
    let mut rows = rows.into_inner().unwrap_or_else(|e| e.into_inner());
    rows.sort_by_key(|(at, _)| *at);
    let mut made = Vec::new();
    for (at, row) in rows {
        match row {
            Err(why) if why.downcast_ref::<NotHere>().is_some() => {
                say(&format!("SKIP set-up {}: {why:#}", setups[at].name));
            }
            row => made.push(row.with_context(|| setups[at].name)?),
        }
    }
    Ok(made)
}

fn say(text: &str) {
    // A closed pipe is no reason to panic.
    let _ = writeln!(std::io::stdout(), "{text}");
}
