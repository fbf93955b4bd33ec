//! `whyhost undo`.

use super::change;
use super::{ACT, FINE};
use crate::args::{Global, UndoArgs};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::json;
use crate::render::text::undo as text;
use whyhost_core::diff;
use whyhost_sys::write::{self, Undo, WriteError};

/// Lists the writes that were made, or takes one back.
///
/// # Errors
/// When there is no such write, or the file cannot be written.
pub(crate) fn run(global: &Global, out: &Output, args: &UndoArgs) -> Result<u8, Failure> {
    if global.from.is_some() || global.root.is_some() {
        return Err(Failure::new("`undo` is about this machine: `--from` and `--root` say nothing to it"));
    }
    let options = change::options();
    let Some(id) = &args.id else {
        let entries = write::history(&options).map_err(|e| change::about(&e))?;
        if out.is_json() {
            out.raw(&json::writes(&entries))?;
        } else {
            out.text(&text::list(&out.ui, &entries))?;
        }
        return Ok(FINE);
    };
    let undo = write::prepare_undo(Some(id), &options).map_err(|e| about(&e))?;
    take_back(out, args, undo, &options)
}

fn take_back(out: &Output, args: &UndoArgs, undo: Undo, options: &write::Options) -> Result<u8, Failure> {
    let entry = undo.entry.clone();
    let path = entry.path.display().to_string();
    let hunks = diff::hunks(&undo.current, &undo.restored);
    if !out.is_json() {
        out.text(&text::preview(&out.ui, &undo, &hunks))?;
    }
    let told = |written| json::Undone {
        entry: &entry,
        path: &path,
        hunks: &hunks,
        changed_since: undo.changed_since,
        written,
    };
    if hunks.is_empty() {
        if out.is_json() {
            out.raw(&json::undone(&told(None)))?;
        }
        return Ok(FINE);
    }
    if undo.changed_since && !args.force {
        if out.is_json() {
            out.raw(&json::undone(&told(None)))?;
        }
        out.hint("nothing was written: others changed the file since; `--force` puts the old content back all the same");
        return Ok(ACT);
    }
    if let Err(refusal) = undo.draft().writable() {
        let failure = Failure::new(refusal.to_string()).path(path.clone());
        return Err(change::with_command(failure, refusal.prefix(), refusal.remedy(), undo.draft().target()));
    }
    if !(args.yes || change::agreed(out, &format!("Put the old content of {path} back?"))?) {
        if out.is_json() {
            out.raw(&json::undone(&told(None)))?;
        }
        out.hint("nothing was written: `--yes` writes without asking");
        return Ok(ACT);
    }
    let changed_since = undo.changed_since;
    let written = write::undo(undo, args.force, options).map_err(|e| change::about(&e))?;
    if out.is_json() {
        let told = json::Undone {
            entry: &entry,
            path: &path,
            hunks: &hunks,
            changed_since,
            written: Some(&written),
        };
        out.raw(&json::undone(&told))?;
    } else {
        out.text(&text::done(&out.ui, &entry, &written))?;
    }
    Ok(FINE)
}

fn about(error: &WriteError) -> Failure {
    let failure = change::about(error);
    match error {
        WriteError::NoSuchEntry { .. } => failure.hint("`whyhost undo` lists the writes"),
        _ => failure,
    }
}
