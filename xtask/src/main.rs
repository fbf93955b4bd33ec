//! Tasks of the workspace, run as `cargo xtask TASK`.

mod import;
#[path = "../../crates/whyhost-core/tests/recorded/mod.rs"]
mod recorded;

use clap::{Parser, Subcommand};
use std::path::PathBuf;

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
}

fn main() -> anyhow::Result<()> {
    match Args::parse().task {
        Task::OracleImport { dir } => import::run(&dir),
    }
}
