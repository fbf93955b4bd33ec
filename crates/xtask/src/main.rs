//! Tasks of the workspace, run as `cargo xtask TASK`.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod faults;
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
#[path = "no_faults.rs"]
mod faults;
mod import;
mod new_rule;
mod oracle;
#[path = "../../whyhost-core/tests/recorded/mod.rs"]
mod recorded;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(about = "Tasks of the whyhost workspace")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Rewrite testdata/oracle/libc from a folder of full recordings (matrix.jsonl, random.jsonl)
    OracleImport {
        /// The folder
        dir: PathBuf,
    },
    /// Rewrite testdata/oracle/runtimes from a folder of full recordings (matrix.jsonl, listeners.jsonl)
    OracleImportRuntimes {
        /// The folder
        dir: PathBuf,
    },
    /// Make the files of a new rule: source, registration, fixture
    NewRule(new_rule::Args),
    /// Compare the model with the real getaddrinfo on random machines, in private namespaces
    Oracle(oracle::Args),
    /// Let every system call of the writer go wrong, in private mount namespaces, and print the outcomes
    Faults(faults::FaultsArgs),
    /// Print the system calls of a write, as they are seen and changed
    #[command(hide = true)]
    FaultCalls {
        /// An empty folder
        folder: PathBuf,
    },
    /// Look names up while writers of /etc/hosts are killed, in a mount namespace of its own
    #[command(hide = true)]
    FaultLive {
        /// An empty folder that becomes /etc
        folder: PathBuf,
        /// How many writers
        kills: u32,
        /// /etc/hosts is a mount point, as in a container
        #[arg(long)]
        in_place: bool,
    },
    /// Write a file, and let the parent see every system call
    #[command(hide = true)]
    FaultVictim(faults::victim::VictimArgs),
    /// Build the machine of the plan on stdin, here and now
    #[command(hide = true)]
    OracleInside,
    /// Build the machine of the case on stdin, here and now, and run programs there
    #[command(hide = true)]
    OracleProgramsInside,
    /// Build the machine of the case on stdin, here and now, and ask systemd-resolved there
    #[command(hide = true)]
    OracleResolvedInside,
    /// Ask a question
    #[command(hide = true)]
    OracleAsk {
        /// The question as JSON
        question: String,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    match Args::parse().task {
        Task::OracleImport { dir } => import::run(&dir)?,
        Task::OracleImportRuntimes { dir } => import::runtimes::run(&dir)?,
        Task::NewRule(args) => new_rule::run(&args)?,
        Task::Oracle(args) => return oracle::run(&args),
        Task::Faults(args) => return faults::run(&args),
        Task::FaultCalls { folder } => faults::print_calls(&folder)?,
        Task::FaultLive { folder, kills, in_place } => faults::live::run(&folder, kills, in_place)?,
        Task::FaultVictim(args) => faults::victim::run(&args)?,
        Task::OracleInside => oracle::inside::run()?,
        Task::OracleProgramsInside => oracle::programs::inside::run()?,
        Task::OracleResolvedInside => oracle::resolved::inside()?,
        Task::OracleAsk { question } => oracle::inside::ask(&question)?,
    }
    Ok(ExitCode::SUCCESS)
}
