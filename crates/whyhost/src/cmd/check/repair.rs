//! `check --fix`: the safe repairs of an input, before it is checked.

use super::super::change;
use super::super::fix::title;
use super::input::Input;
use super::settings::Settings;
use crate::failure::Failure;
use crate::output::Output;
use whyhost_core::check::Options;
use whyhost_core::fix::behaviour::{self, Comparison};
use whyhost_core::fix::{self, Wanted};
use whyhost_sys::write;

/// Makes the safe repairs. What cannot be read is left to the check, which says so.
///
/// # Errors
/// When the input is no file of this system, or cannot be written.
pub(super) fn repair(out: &Output, input: &Input, settings: &Settings) -> Result<(), Failure> {
    let Some(path) = input.file() else {
        return Err(Failure::new(format!("`--fix` cannot write {}", input.name()))
            .hint("`whyhost fix - --diff` prints the change of standard input as a patch"));
    };
    let Ok((subject, _)) = input.read(settings.platform) else { return Ok(()) };
    let check = Options { all: true, ..settings.options() };
    let Some(plan) = fix::plan(&subject, &Wanted { check, with_unsafe: false }) else { return Ok(()) };
    if plan.is_empty() {
        return Ok(());
    }
    let changes = Comparison::new(subject.as_machine().clone(), &plan).changes();
    if !plan.objections.is_empty() || !behaviour::objections(&changes, &[]).is_empty() {
        out.hint(&format!("{} is left as it is; `whyhost fix` shows why", plan.path));
        return Ok(());
    }
    let draft = change::open(&path, input, &plan.old)?;
    if let Err(refusal) = draft.writable() {
        let failure = Failure::new(refusal.to_string()).path(path.display().to_string());
        return Err(change::with_command(failure, refusal.prefix(), refusal.remedy(), draft.target()));
    }
    let mut codes: Vec<&str> = plan.fixes.iter().map(|f| f.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let what = format!("check --fix: {}", codes.join(", "));
    let written = write::replace(draft, &plan.new, &what).map_err(|e| change::about(&e))?;
    out.hint(&format!("{}: {} written; undo: whyhost undo {}", plan.path, title(&plan.fixes), written.id));
    Ok(())
}
