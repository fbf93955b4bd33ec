//! The writer under faults, where this task cannot change system calls: it knows the registers of x86-64 only.

use anyhow::{Result, bail};
use clap::Args;
use std::io::Write as _;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(crate) struct FaultsArgs {
    /// Print the table of docs/writes.md instead, without the counts
    #[arg(long)]
    markdown: bool,
    /// Fail where it cannot run
    #[arg(long)]
    require: bool,
}

pub(crate) fn run(args: &FaultsArgs) -> Result<ExitCode> {
    const WHY: &str = "system calls are only changed on Linux on x86-64";
    if args.require {
        bail!(WHY);
    }
    let _ = writeln!(std::io::stdout(), "SKIP: {WHY}");
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn print_calls(_: &std::path::Path) -> Result<()> {
    bail!("system calls are only changed on Linux on x86-64")
}

pub(crate) mod live {
    pub(crate) fn run(_: &std::path::Path, _: u32, _: bool) -> anyhow::Result<()> {
        anyhow::bail!("the writer is only tried on Linux on x86-64")
    }
}

pub(crate) mod victim {
    use anyhow::{Result, bail};
    use clap::Args;

    #[derive(Debug, Args)]
    pub(crate) struct VictimArgs {}

    pub(crate) fn run(_: &VictimArgs) -> Result<()> {
        bail!("system calls are only changed on Linux on x86-64")
    }
}
