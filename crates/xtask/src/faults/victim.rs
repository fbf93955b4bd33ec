//! The process to which things happen: it does one thing with the writer and tells by its exit code what it believes.

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use whyhost_sys::write::{self, Holds, Options, State, WriteError};

/// Exit codes: what the writer says of the file.
pub(crate) mod says {
    pub(crate) const DONE: i32 = 0;
    pub(crate) const UNTOUCHED: i32 = 10;
    pub(crate) const OLD: i32 = 11;
    pub(crate) const NEW: i32 = 12;
    pub(crate) const UNKNOWN: i32 = 13;
    pub(crate) const OTHER: i32 = 14;
    /// Something interrupted is still not settled.
    pub(crate) const UNSETTLED: i32 = 20;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Action {
    /// Replace the content.
    Write,
    /// Take the newest write back.
    Undo,
    /// Settle what was interrupted.
    Recover,
    /// A later run: print the content, then replace it.
    Next,
    /// Print whether and how the file could be written.
    Look,
    /// Add the new content as a numbered line, again and again, and again where others were faster.
    Append,
    /// Replace the content by a longer or shorter one for ever: lines that are all alike, then the new content.
    Rewrite,
}

#[derive(Debug, Args)]
pub(crate) struct VictimArgs {
    action: Action,
    /// The file
    file: PathBuf,
    /// The folder of the journal
    state: PathBuf,
    /// The file with the new content
    new: PathBuf,
    /// Become this user first
    #[arg(long)]
    user: Option<u32>,
    /// How often
    #[arg(long, default_value_t = 1)]
    rounds: u32,
    /// Stop at the start of the write path, to be traced by the parent
    #[arg(long)]
    traced: bool,
}

/// Does it and exits.
pub(crate) fn run(args: &VictimArgs) -> Result<()> {
    let new = fs::read(&args.new)?;
    let options = Options { state_dir: Some(args.state.clone()) };
    if let Some(id) = args.user {
        let (user, group) = (Uid::from_raw(id), Gid::from_raw(id));
        setgroups(&[])?;
        setresgid(group, group, group)?;
        setresuid(user, user, user)?;
    }
    // Under another tracer, which needs no stop, this is refused.
    if args.traced && nix::sys::ptrace::traceme().is_ok() {
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGSTOP)?;
    }
    let code = match args.action {
        Action::Write => {
            said(write::open(&args.file, &options).and_then(|d| write::replace(d, &new, "test")))
        }
        Action::Undo => {
            said(write::prepare_undo(None, &options).and_then(|undo| write::undo(undo, false, &options)))
        }
        Action::Recover => match write::recover(&options) {
            Ok(recovered) if recovered.iter().all(|one| one.failure.is_none()) => says::DONE,
            Ok(recovered) => {
                complain(&format!("{recovered:?}"));
                says::UNSETTLED
            }
            Err(error) => said::<()>(Err(error)),
        },
        Action::Next => next(args, &new, &options)?,
        Action::Look => look(args, &options)?,
        Action::Append => append(args, &new, &options)?,
        Action::Rewrite => rewrite(args, &new, &options)?,
    };
    std::process::exit(code)
}

fn next(args: &VictimArgs, new: &[u8], options: &Options) -> Result<i32> {
    let draft = write::open(&args.file, options).context("a later run cannot open the file")?;
    std::io::stdout().write_all(draft.bytes())?;
    if write::history(options)?.iter().any(|entry| entry.state == State::Started) {
        return Ok(says::UNSETTLED);
    }
    Ok(said(write::replace(draft, new, "next")))
}

fn look(args: &VictimArgs, options: &Options) -> Result<i32> {
    let draft = write::open(&args.file, options)?;
    let text = match draft.writable() {
        Ok(()) => format!("{:?}", draft.way()),
        Err(refusal) => format!("{refusal}; prefix {:?}", refusal.prefix()),
    };
    writeln!(std::io::stdout(), "{text}")?;
    Ok(says::DONE)
}

fn append(args: &VictimArgs, line: &[u8], options: &Options) -> Result<i32> {
    for round in 0..args.rounds {
        loop {
            let draft = write::open(&args.file, options)?;
            let content = [draft.bytes(), line, format!(" {round}\n").as_bytes()].concat();
            match write::replace(draft, &content, "append") {
                Ok(_) => break,
                Err(WriteError::Changed { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(says::DONE)
}

fn rewrite(args: &VictimArgs, last: &[u8], options: &Options) -> Result<i32> {
    for round in 0u32.. {
        let draft = write::open(&args.file, options)?;
        let lines = 1 + round % 97 * 40;
        let mut content =
            format!("{lines} {round} {}\n", std::process::id()).repeat(lines as usize).into_bytes();
        content.extend(last);
        write::replace(draft, &content, "rewrite")?;
    }
    Ok(says::DONE)
}

fn said<T>(result: Result<T, WriteError>) -> i32 {
    let error = match result {
        Ok(_) => return says::DONE,
        Err(error) => error,
    };
    complain(&error.to_string());
    match error {
        WriteError::Unfinished { holds: Holds::Old, .. } => says::OLD,
        WriteError::Unfinished { holds: Holds::New, .. } => says::NEW,
        WriteError::Unfinished { holds: Holds::Other, .. } => says::OTHER,
        WriteError::Unfinished { holds: Holds::Unknown, .. } => says::UNKNOWN,
        _ => says::UNTOUCHED,
    }
}

/// For the report of a failure; it does not matter whether it arrives.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
