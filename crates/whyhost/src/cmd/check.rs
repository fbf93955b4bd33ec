//! `whyhost check`: every input by itself, then the sum.

pub(crate) mod input;
mod repair;
pub(crate) mod settings;

use super::{ACT, FINE, UNABLE};
use crate::args::{CheckArgs, Format, Global};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::check::{self, Checked, Done, nagios};
use clap::ValueEnum as _;
use input::Input;
use settings::Settings;

/// The form of the answer that only this command has, by its name.
pub(crate) fn own_format(global: &Global) -> Option<&'static str> {
    let name = match global.format {
        Format::Text | Format::Json => return None,
        Format::Concise => "concise",
        Format::JsonLines => "json-lines",
        Format::Sarif => "sarif",
        Format::Github => "github",
        Format::Nagios => "nagios",
        Format::Prometheus => "prometheus",
    };
    debug_assert!(Format::from_str(name, false).is_ok());
    Some(name)
}

/// Checks the inputs, or this machine.
///
/// # Errors
/// When the arguments or a settings file are wrong, or the only input cannot be read.
pub(crate) fn run(global: &Global, out: &Output, args: &CheckArgs) -> Result<u8, Failure> {
    match run_all(global, out, args) {
        // A monitoring system reads one line, whatever happened.
        Err(failure) if global.format == Format::Nagios => {
            out.part(&nagios::unknown(&failure.message))?;
            Ok(nagios::UNKNOWN)
        }
        result => result,
    }
}

fn run_all(global: &Global, out: &Output, args: &CheckArgs) -> Result<u8, Failure> {
    let given = Settings::of_arguments(args)?;
    let inputs = input::inputs(global, args)?;
    let mut all = Vec::with_capacity(inputs.len());
    for input in inputs {
        // Settings first: a mistake in them is told before anything is printed.
        let files = if args.no_config { Vec::new() } else { settings::files(&input) };
        all.push((Settings::merged(&given, &files)?, input));
    }
    let mut printer = check::printer(out, all.len());
    let mut worst = Worst { found: false, failed: false, exit_zero: args.exit_zero };
    let count = all.len();
    for (settings, input) in all {
        if args.fix
            && let Err(failure) = repair::repair(out, &input, &settings)
        {
            if count == 1 && !own_voice(global.format) {
                return Err(failure);
            }
            out.failure(&failure);
            worst.failed = true;
        }
        let outcome = one(&input, &settings);
        if let (Err(failure), 1, false) = (&outcome, count, own_voice(global.format)) {
            return Err(failure.clone());
        }
        let (name, limit, fail_on) = (input.name(), settings.limit, settings.fail_on);
        let checked = Checked { name, limit, fail_on, outcome };
        worst.add(&checked);
        tell(out, &checked);
        out.part(&printer.one(&checked))?;
    }
    out.part(&printer.end())?;
    Ok(match printer.exit_code() {
        Some(_) if args.exit_zero => FINE,
        Some(own) => own,
        None => worst.exit_code(),
    })
}

/// Forms that say in their own words what could not be checked, also of a single input.
fn own_voice(format: Format) -> bool {
    matches!(format, Format::Sarif | Format::Nagios | Format::Prometheus)
}

fn one(input: &Input, settings: &Settings) -> Result<Done, Failure> {
    let (subject, kind) = input.read(settings.platform)?;
    let report = subject.check(&settings.options());
    Ok(Done { kind, subject, report })
}

/// On standard error: what could not be looked at.
fn tell(out: &Output, checked: &Checked) {
    match &checked.outcome {
        Ok(done) => out.gaps(&done.report.gaps),
        Err(_) if out.is_json() => {}
        Err(failure) => out.failure(failure),
    }
}

/// What decides the exit code.
struct Worst {
    found: bool,
    failed: bool,
    exit_zero: bool,
}

impl Worst {
    fn add(&mut self, checked: &Checked) {
        self.failed |= !checked.is_complete();
        self.found |= checked.fails();
    }

    fn exit_code(&self) -> u8 {
        match (self.failed, self.found && !self.exit_zero) {
            (true, _) => UNABLE,
            (_, true) => ACT,
            _ => FINE,
        }
    }
}
