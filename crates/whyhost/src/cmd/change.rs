//! A change of a hosts file: its effect worked out, shown, asked about, written, and looked at again.

use super::check::input::Input;
use super::{ACT, FINE};
use crate::args::{Global, WriteArgs};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::escape::shell_word;
use crate::render::json;
use crate::render::text::plan as text;
use std::ffi::OsString;
use std::io::{BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};
use whyhost_core::check::{Options, Subject};
use whyhost_core::diagnose;
use whyhost_core::finding::Finding;
use whyhost_core::fix::behaviour::{self, Comparison};
use whyhost_core::fix::{Change, Plan};
use whyhost_core::program;
use whyhost_core::resolve::{Answer, Query, Status};
use whyhost_core::snapshot::LiveOutcome;
use whyhost_sys::write::{self, Draft, WriteError, Written};

/// Names whose real answer is asked for after a write.
const ASKED_AGAIN: usize = 3;

/// Where journal and backups are, instead of the usual place: for tests, and for images that are put together.
const STATE: &str = "WHYHOST_STATE_DIR";

/// What is to be done.
pub(crate) struct Job<'a> {
    /// `fix` or the name of the edit, as in the JSON form.
    pub(crate) action: &'static str,
    /// What it is, behind the path: `2 fixes`, `add nas`.
    pub(crate) title: String,
    pub(crate) input: &'a Input,
    pub(crate) subject: &'a Subject,
    pub(crate) plan: Plan,
    /// The names whose loss is meant.
    pub(crate) asked: Vec<String>,
    /// How the file is judged after the change.
    pub(crate) check: Options,
    pub(crate) mode: Mode,
    pub(crate) write: WriteArgs,
}

/// How far a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The change as a patch.
    Patch,
    /// The change and its effect.
    Preview,
    /// As far as writing.
    Write,
}

/// What a run has to tell.
pub(crate) struct Told<'a> {
    pub(crate) action: &'static str,
    pub(crate) title: &'a str,
    pub(crate) plan: &'a Plan,
    pub(crate) changes: &'a [Change],
    /// Names of changed lines that were not asked.
    pub(crate) more: usize,
    /// Where look-ups change: `on this machine`.
    pub(crate) place: &'static str,
    /// What a user should know of the way of writing.
    pub(crate) notes: Vec<String>,
    pub(crate) written: Option<&'a Written>,
    pub(crate) live: &'a [Live],
    /// What the file has after the change, or would have.
    pub(crate) findings: &'a [Finding],
}

/// The answer of the real resolver after a write, beside the predicted one.
pub(crate) struct Live {
    pub(crate) name: String,
    pub(crate) found: Vec<String>,
    pub(crate) predicted: Vec<String>,
    pub(crate) matches: bool,
}

/// Does the job.
///
/// # Errors
/// When the file cannot be written, or does not hold what was written.
pub(crate) fn run(global: &Global, out: &Output, mut job: Job<'_>) -> Result<u8, Failure> {
    let comparison = comparison(global, &job);
    let changes = comparison.changes();
    let asked: Vec<&str> = job.asked.iter().map(String::as_str).collect();
    job.plan.objections.extend(behaviour::objections(&changes, &asked));
    let findings = job.subject.with_hosts(job.plan.new.clone()).check(&job.check).findings;
    let path = job.input.file();
    let mut told = Told {
        action: job.action,
        title: &job.title,
        plan: &job.plan,
        changes: &changes,
        more: comparison.more,
        place: place(&job),
        notes: Vec::new(),
        written: None,
        live: &[],
        findings: &findings,
    };
    if job.plan.is_empty() {
        // An empty patch is no text.
        if job.mode != Mode::Patch || out.is_json() {
            tell(out, &told)?;
        }
        return Ok(FINE);
    }
    if job.mode == Mode::Patch && !out.is_json() {
        out.bytes(&job.plan.unified())?;
        return Ok(ACT);
    }
    let Some(path) = path.filter(|_| job.mode == Mode::Write) else {
        tell(out, &told)?;
        return Ok(ACT);
    };
    let draft = open(&path, job.input, &job.plan.old)?;
    told.notes = draft.notes().iter().map(ToString::to_string).collect();
    let blocked = !job.plan.objections.is_empty() && !job.write.with_unsafe;
    if !out.is_json() {
        out.text(&text::preview(&out.ui, &told))?;
    }
    if let Err(refusal) = draft.writable() {
        let failure = Failure::new(refusal.to_string()).path(path.display().to_string());
        return Err(with_command(failure, refusal.prefix(), refusal.remedy(), draft.target()));
    }
    if blocked || !(job.write.yes || asked_and_agreed(out, &job)?) {
        return pending(out, &told, blocked);
    }
    let written = write::replace(draft, &job.plan.new, &journal_words(&job)).map_err(|e| about(&e))?;
    let live = verify(global, &job, &path, &comparison, &changes)?;
    told.written = Some(&written);
    told.live = &live;
    if out.is_json() {
        out.raw(&json::change(&told))?;
    } else {
        out.text(&text::done(&out.ui, &told))?;
    }
    Ok(if live.iter().all(|l| l.matches) { FINE } else { ACT })
}

/// Nothing is written, and why.
fn pending(out: &Output, told: &Told<'_>, blocked: bool) -> Result<u8, Failure> {
    if out.is_json() {
        out.raw(&json::change(told))?;
    } else if blocked {
        out.hint("nothing was written: `--unsafe` makes the change as it is shown");
    } else {
        out.hint("nothing was written: `--yes` writes without asking");
    }
    Ok(ACT)
}

fn place(job: &Job<'_>) -> &'static str {
    match job.input {
        Input::Here => "on this machine",
        Input::Path(_) if job.subject.host().is_empty() => "where it is the hosts file",
        Input::Root(_) | Input::From(_) | Input::Path(_) => "on that machine",
    }
}

fn tell(out: &Output, told: &Told<'_>) -> Result<(), Failure> {
    if out.is_json() { out.raw(&json::change(told)) } else { out.text(&text::preview(&out.ui, told)) }
}

/// The models before and after, with what the running machine knows where its own file is changed.
fn comparison(global: &Global, job: &Job<'_>) -> Comparison {
    let mut before = job.subject.as_machine().clone();
    let is_own = matches!(job.input, Input::Here);
    if is_own && !global.no_programs {
        before.raw.programs = whyhost_sys::programs(global.timeout).0;
    }
    let mut comparison = Comparison::new(before, &job.plan);
    if is_own {
        let sources = whyhost_sys::probe::source_addresses(&comparison.destinations());
        comparison.before.raw.source_addresses.clone_from(&sources);
        comparison.after.raw.source_addresses = sources;
    }
    comparison
}

/// Opens the file for the change, and makes sure that it is the one that the plan is about.
pub(crate) fn open(path: &Path, input: &Input, old: &[u8]) -> Result<Draft, Failure> {
    let draft = write::open(path, &options()).map_err(|e| about(&e))?;
    if let Input::Root(root) = input {
        let inside = root.canonicalize().is_ok_and(|root| draft.target().starts_with(root));
        if !inside {
            let target = draft.target().display().to_string();
            return Err(Failure::new(format!(
                "{} leads out of {} to {target}",
                path.display(),
                root.display()
            ))
            .hint("a link in another root is followed inside it only; name the file itself: whyhost fix FILE")
            .path(path.display().to_string()));
        }
    }
    if draft.bytes() != old {
        return Err(about(&WriteError::Changed { path: path.into() }));
    }
    Ok(draft)
}

/// Journal and backups as the environment wants them.
pub(crate) fn options() -> write::Options {
    write::Options { state_dir: std::env::var_os(STATE).filter(|dir| !dir.is_empty()).map(PathBuf::from) }
}

/// A write that was not done.
pub(crate) fn about(error: &WriteError) -> Failure {
    let failure = Failure::caused(error);
    match error {
        WriteError::Changed { path } => failure
            .hint("nothing was written; run the command again to see the change anew")
            .path(path.display().to_string()),
        WriteError::Refused(refusal) => {
            with_command(failure, refusal.prefix(), refusal.remedy(), &refusal.path)
        }
        WriteError::Locked { .. } => {
            failure.hint("nothing was written; run the command again when it is done")
        }
        _ => failure,
    }
}

/// The same command with the rights that it needs, or the one that takes the obstacle away first.
pub(crate) fn with_command(
    failure: Failure,
    prefix: Option<&str>,
    remedy: Option<[&str; 2]>,
    target: &Path,
) -> Failure {
    let again = command_line(&std::env::args_os().collect::<Vec<_>>());
    match (prefix, remedy) {
        (Some(prefix), _) => failure.hint(format!("run `{prefix} {again}`")),
        (None, Some([command, attribute])) => {
            let target = command_line(&[target.as_os_str().to_owned()]);
            failure.hint(format!("`sudo {command} {attribute} {target}` takes the attribute away"))
        }
        (None, None) => failure,
    }
}

/// Arguments as a shell takes them.
fn command_line(arguments: &[OsString]) -> String {
    arguments.iter().map(|a| shell_word(&a.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

/// The question, to somebody at a terminal; nobody else is asked.
fn asked_and_agreed(out: &Output, job: &Job<'_>) -> Result<bool, Failure> {
    let count = job.plan.edits.len();
    let changes = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
    agreed(out, &format!("Write {changes} to {}?", job.plan.path))
}

/// `question` is answered with yes; false where nobody can be asked.
pub(crate) fn agreed(out: &Output, question: &str) -> Result<bool, Failure> {
    let stdin = std::io::stdin();
    if out.is_json() || !stdin.is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(false);
    }
    out.ask(&format!("{question} [y/N] "));
    let mut answer = String::new();
    stdin
        .lock()
        .read_line(&mut answer)
        .map_err(|e| Failure::new(format!("could not read the answer: {e}")))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// The words that the journal keeps.
fn journal_words(job: &Job<'_>) -> String {
    let mut codes: Vec<&str> = job.plan.fixes.iter().map(|f| f.code).collect();
    codes.sort_unstable();
    codes.dedup();
    if codes.is_empty() { job.title.clone() } else { format!("{}: {}", job.action, codes.join(", ")) }
}

/// Reads the file again, and asks the real resolver where it is this machine's.
fn verify(
    global: &Global,
    job: &Job<'_>,
    path: &Path,
    comparison: &Comparison,
    changes: &[Change],
) -> Result<Vec<Live>, Failure> {
    let now = whyhost_sys::read_input(path).map_err(|e| Failure::caused(&e))?;
    if now != job.plan.new {
        return Err(Failure::new(format!(
            "{} does not hold what was written: somebody else wrote too",
            job.plan.path
        ))
        .path(path.display().to_string()));
    }
    if !matches!(job.input, Input::Here) || global.no_live {
        return Ok(Vec::new());
    }
    let mut names: Vec<&str> = changes.iter().map(|c| c.name.as_str()).collect();
    names.push("localhost");
    names.dedup();
    names.truncate(ASKED_AGAIN);
    Ok(names.into_iter().filter_map(|name| asked_again(global, comparison, name)).collect())
}

fn asked_again(global: &Global, comparison: &Comparison, name: &str) -> Option<Live> {
    let query = Query::any(name);
    let answer: Answer = program::system(&comparison.after, &query);
    // What DNS would say was not asked for, so there is nothing to hold against it.
    if answer.status == Status::Unknown {
        return None;
    }
    let lookup = whyhost_sys::probe::lookup(&query, global.timeout);
    let found = match &lookup.outcome {
        LiveOutcome::Found(addresses) => addresses.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    let mut raw = comparison.after.raw.clone();
    raw.live.lookups = vec![lookup];
    let matches = diagnose::compare_live(&raw, &query, Some(&answer))?.matches?;
    let predicted = answer.addresses.iter().map(|r| r.address.to_string()).collect();
    Some(Live { name: name.to_owned(), found, predicted, matches })
}

/// This machine, another root or a file: what a command that changes a hosts file is about.
///
/// # Errors
/// When what is named cannot be changed, or not be read.
pub(crate) fn input(global: &Global, file: Option<&PathBuf>) -> Result<Input, Failure> {
    let args = crate::args::CheckArgs { inputs: file.cloned().into_iter().collect(), ..Default::default() };
    let mut inputs = super::check::input::inputs(global, &args)?;
    inputs.pop().ok_or_else(|| Failure::new("no file"))
}

/// The reason why there is no plan: the bytes of the file are not known.
pub(crate) fn no_bytes(subject: &Subject) -> Failure {
    let path = subject.hosts_path();
    let why = subject.unreadable().unwrap_or_else(|| "there is no file".to_owned());
    Failure::new(format!("cannot change {path}: {why}"))
        .hint("`whyhost check` says what is at its place")
        .path(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_can_be_typed_again() {
        let words = ["whyhost", "fix", "it's here", "", "a=b"].map(OsString::from);
        assert_eq!(command_line(&words), r"whyhost fix 'it'\''s here' '' a=b");
    }
}
