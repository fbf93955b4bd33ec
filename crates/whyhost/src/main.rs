//! The command: why does this name go where it goes on this machine, for each program, and what do I change?
//!
//! It decides nothing: arguments become a snapshot ([`gather`]), the core makes a diagnosis of it, and a renderer
//! prints that. Exit codes: 0 fine, 1 something to act on, 2 the tool could not do its job.

mod args;
mod cmd;
mod failure;
mod gather;
mod output;
mod render;
mod target;

use args::{Cli, Command, Format};
use clap::Parser as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use failure::Failure;
use output::Output;
use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, &arguments),
    };
    let out = Output::new(&cli.global);
    match run(&cli, &out) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            out.failure(&failure);
            ExitCode::from(cmd::UNABLE)
        }
    }
}

fn run(cli: &Cli, out: &Output) -> Result<u8, Failure> {
    let global = &cli.global;
    let Some(command) = &cli.command else {
        return match cmd::check::own_format(global) {
            Some(format) => Err(foreign_format(format)),
            None => short_form(cli, out),
        };
    };
    if cli.target.is_some() || cli.client.client.is_some() || cli.client.all_clients {
        return Err(Failure::new("a target and `--client` belong behind the command")
            .hint("for example whyhost diagnose localhost:3000 --client first-only"));
    }
    if let Some(format) = cmd::check::own_format(global)
        && !cmd::prints(command, global.format)
    {
        return Err(foreign_format(format));
    }
    match command {
        Command::Compare(a) => cmd::compare::run(global, out, a),
        Command::Check(a) => cmd::check::run(global, out, a),
        Command::Diagnose(a) => cmd::diagnose::run(global, out, a.target.as_deref(), &a.client),
        Command::Explain(a) => cmd::explain::run(global, out, a),
        Command::Ports(a) => cmd::ports::run(global, out, a),
        Command::Fix(a) => cmd::fix::run(global, out, a),
        Command::Hosts(a) => cmd::hosts::run(global, out, a),
        Command::Undo(a) => cmd::undo::run(global, out, a),
        Command::Rule(a) => cmd::rule::run(out, a.code.as_deref()),
        Command::Snapshot(a) => cmd::snapshot::run(global, out, a),
    }
}

fn foreign_format(format: &str) -> Failure {
    let of = match format {
        "nagios" | "prometheus" => "`whyhost check` and `whyhost ports`",
        "json-lines" => "`whyhost check` and `whyhost compare`",
        _ => "`whyhost check`",
    };
    Failure::new(format!("`--format {format}` is a form of {of} only")).hint("expected text or json")
}

/// `whyhost` and `whyhost TARGET`.
fn short_form(cli: &Cli, out: &Output) -> Result<u8, Failure> {
    let target = cli.target.as_deref();
    if let Some(failure) = target.and_then(near_miss) {
        return Err(failure);
    }
    cmd::diagnose::run(&cli.global, out, target, &cli.client)
}

/// Help and version are answers; everything else is a failure, in JSON where that was asked for.
fn usage(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let format = wanted_format(arguments);
    let json = format != Format::Text;
    let out = Output::fallback(format);
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match out.text(&error.render().ansi().to_string()) {
            Ok(()) => ExitCode::from(cmd::FINE),
            Err(failure) => {
                out.failure(&failure);
                ExitCode::from(cmd::UNABLE)
            }
        };
    }
    match better(error, arguments) {
        None if !json => {
            // A closed standard error cannot be told anything.
            let _ = error.print();
        }
        better => out.failure(&better.unwrap_or_else(|| in_one_line(error))),
    }
    ExitCode::from(cmd::UNABLE)
}

/// What was probably meant by an argument that is none: a command, or a port.
fn better(error: &clap::Error, arguments: &[OsString]) -> Option<Failure> {
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let near = arguments.get(1..).unwrap_or_default().iter().find_map(|a| near_miss(a.to_str()?));
    near.or_else(|| {
        let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else { return None };
        let port: u16 = argument.parse().ok()?;
        Some(
            Failure::new(format!("unexpected argument `{argument}`"))
                .hint(format!("a port stands behind its name, for example whyhost localhost:{port}")),
        )
    })
}

/// The first paragraph of clap's message.
fn in_one_line(error: &clap::Error) -> Failure {
    let text = error.render().to_string();
    let lines: Vec<&str> = text.lines().take_while(|l| !l.is_empty()).map(str::trim).collect();
    Failure::new(lines.join(" ").trim_start_matches("error: "))
        .hint("`whyhost --help` shows what is accepted")
}

fn near_miss(word: &str) -> Option<Failure> {
    let command = args::near_command(word)?;
    Some(
        Failure::new(format!("no command `{word}`; did you mean `{command}`?"))
            .hint(format!("for the host of that name: whyhost diagnose {word}")),
    )
}

/// The JSON form that is asked for in arguments that could not be read as a whole.
fn wanted_format(arguments: &[OsString]) -> Format {
    let asks = |form: &str| {
        let joined = format!("--format={form}");
        arguments.windows(2).any(|w| w[0] == "--format" && w[1] == form)
            || arguments.iter().any(|a| *a == *joined)
    };
    match (asks("json"), asks("json-lines")) {
        (true, _) => Format::Json,
        (_, true) => Format::JsonLines,
        _ => Format::Text,
    }
}
