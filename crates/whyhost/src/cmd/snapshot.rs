//! `whyhost snapshot`.

use super::FINE;
use crate::args::{Global, SnapshotArgs};
use crate::failure::Failure;
use crate::gather;
use crate::output::Output;
use crate::render::json;
use std::path::Path;
use whyhost_core::resolve::Query;
use whyhost_core::snapshot::{Snapshot, redact};
use whyhost_sys::Options;

/// Names whose look-up is recorded beside the facts.
const RECORDED: &str = "localhost";

/// Records the machine.
///
/// # Errors
/// When the machine cannot be read or the file not be written.
pub(crate) fn run(global: &Global, out: &Output, args: &SnapshotArgs) -> Result<u8, Failure> {
    let facts =
        gather::facts(global, &Options { all_owners: true, packet_filter: true, ..Options::default() })?;
    let mut snapshot = gather::ask(global, out, facts, &Query::any(RECORDED)).raw;
    if !args.full {
        snapshot = redact(&snapshot);
    }
    match &args.output {
        Some(path) if path != Path::new("-") => write(out, path, &snapshot, args.full)?,
        _ => out.raw(&snapshot.to_json())?,
    }
    Ok(FINE)
}

fn write(out: &Output, path: &Path, snapshot: &Snapshot, full: bool) -> Result<(), Failure> {
    let shown = path.display().to_string();
    whyhost_sys::write_new(path, snapshot.to_json().as_bytes())
        .map_err(|e| Failure::caused(&e).path(shown.clone()))?;
    if out.is_json() {
        return out.raw(&json::snapshot_written(&shown, !full, &snapshot.gaps));
    }
    out.gaps(&snapshot.gaps);
    let how =
        if full { "unmasked: look through it before you send it" } else { "names and addresses masked" };
    out.text(&format!("{} {}\n", out.ui.good("✓"), out.ui.text(&format!("{shown} written, {how}"))))
}
