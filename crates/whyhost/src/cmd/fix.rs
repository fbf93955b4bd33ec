//! `whyhost fix`.

use super::change::{self, Job, Mode};
use super::check::settings::{self, Settings};
use crate::args::{CheckArgs, FixArgs, Global};
use crate::failure::Failure;
use crate::output::Output;
use whyhost_core::check::Options;
use whyhost_core::fix::{self, Fix, Wanted};

/// Repairs a hosts file.
///
/// # Errors
/// When the arguments are wrong, or the file cannot be read or written.
pub(crate) fn run(global: &Global, out: &Output, args: &FixArgs) -> Result<u8, Failure> {
    let input = change::input(global, args.file.as_ref())?;
    let given = Settings::of_arguments(&CheckArgs {
        select: args.only.clone(),
        dialect: args.dialect,
        ..CheckArgs::default()
    })
    .map_err(|mut failure| {
        failure.message = failure.message.replacen("--select", "--only", 1);
        failure
    })?;
    let files = if args.no_config { Vec::new() } else { settings::files(&input) };
    let settings = Settings::merged(&given, &files)?;
    let (subject, _) = input.read(settings.platform)?;
    let check = Options { all: true, ..settings.options() };
    let wanted = Wanted { check: check.clone(), with_unsafe: args.write.with_unsafe };
    let plan = fix::plan(&subject, &wanted).ok_or_else(|| change::no_bytes(&subject))?;
    let can_write = input.file().is_some();
    if !can_write && args.write.yes {
        return Err(Failure::new(format!("`{}` is no file that can be written", input.name()))
            .hint("without `--yes` the change is shown, with `--diff` it is printed as a patch"));
    }
    let mode = match (args.diff, can_write) {
        (true, _) => Mode::Patch,
        (false, true) => Mode::Write,
        (false, false) => Mode::Preview,
    };
    let (title, write) = (title(&plan.fixes), args.write.clone());
    let (action, asked) = ("fix", Vec::new());
    change::run(
        global,
        out,
        Job { action, title, input: &input, subject: &subject, plan, asked, check, mode, write },
    )
}

/// `2 fixes (1 safe, 1 unsafe)`.
pub(crate) fn title(fixes: &[Fix]) -> String {
    let safe = fixes.iter().filter(|f| f.is_safe).count();
    let noun = if fixes.len() == 1 { "fix" } else { "fixes" };
    let kinds = match (safe, fixes.len() - safe) {
        (_, 0) => "safe".to_owned(),
        (0, _) => "unsafe".to_owned(),
        (safe, others) => format!("{safe} safe, {others} unsafe"),
    };
    format!("{} {noun} ({kinds})", fixes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixes_are_counted() {
        let fix = |is_safe| Fix { code: "hosts.empty", title: String::new(), is_safe };
        assert_eq!(title(&[fix(true)]), "1 fix (safe)");
        assert_eq!(title(&[fix(true), fix(false)]), "2 fixes (1 safe, 1 unsafe)");
    }
}
