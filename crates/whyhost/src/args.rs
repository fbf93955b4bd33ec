//! The command line.

mod change;

pub(crate) use change::{AddArgs, EditArgs, FixArgs, HostsCommand, ListArgs, NamesArgs, UndoArgs, WriteArgs};

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  whyhost                      where does localhost go, and why?
  whyhost localhost:3000       who connects to my server, who fails, what to change
  whyhost explain localhost    the ordered answer, with the line and rule behind it";

const TEMPLATE: &str = "{about}\n\n{before-help}{usage-heading} {usage}\n\n{all-args}";

/// Why does a name go where it goes on this machine, for each program, and what to change
#[derive(Debug, Parser)]
#[command(name = "whyhost", version, before_help = EXAMPLES, help_template = TEMPLATE, max_term_width = 88)]
#[command(override_usage = "whyhost [OPTIONS] [TARGET]\n       whyhost [OPTIONS] COMMAND …")]
#[command(subcommand_value_name = "COMMAND")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// NAME, ADDRESS, NAME:PORT, [ADDRESS]:PORT or a URL; `localhost` when left out
    pub(crate) target: Option<String>,
    #[command(flatten)]
    pub(crate) client: ClientArg,
    #[command(flatten)]
    pub(crate) global: Global,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Where does it go, who fails, what helps (the command when none is named)
    Diagnose(DiagnoseArgs),
    /// The ordered answer per resolver, with source and deciding rule
    Explain(ExplainArgs),
    /// Local answers against what DNS says
    Compare(CompareArgs),
    /// Problems of hosts files, and of this machine's configuration
    Check(CheckArgs),
    /// Repair a hosts file: preview, effect on look-ups, backup, write
    Fix(FixArgs),
    /// Add, remove and switch entries of a hosts file
    #[command(subcommand)]
    Hosts(HostsCommand),
    /// Writes that were made; put an old content back
    Undo(UndoArgs),
    /// Who listens where, and who can reach it
    Ports(PortsArgs),
    /// The long text of a code; without CODE the list
    Rule(RuleArgs),
    /// Record this machine for `--from`
    Snapshot(SnapshotArgs),
}

/// Names of the subcommands, for did-you-mean.
pub(crate) const COMMANDS: &[&str] =
    &["diagnose", "explain", "compare", "check", "fix", "hosts", "undo", "ports", "rule", "snapshot"];

#[derive(Debug, Args)]
pub(crate) struct ClientArg {
    /// The verdict for one program: node, node-18, java, curl, …
    #[arg(long, value_name = "ID")]
    pub(crate) client: Option<String>,
    /// The programs that are not on the machine too
    #[arg(long, conflicts_with = "client")]
    pub(crate) all_clients: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DiagnoseArgs {
    /// NAME, ADDRESS, NAME:PORT, [ADDRESS]:PORT or a URL; `localhost` when left out
    pub(crate) target: Option<String>,
    #[command(flatten)]
    pub(crate) client: ClientArg,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Name, address or URL
    pub(crate) name: String,
    /// One resolver step by step, with the table of sort rules
    #[arg(long = "as", value_name = "RESOLVER")]
    pub(crate) resolver: Option<String>,
    /// Address family that the program asks for
    #[arg(long, value_enum, value_name = "any|4|6", default_value_t = FamilyArg::Any)]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub(crate) family: FamilyArg,
    /// Only the addresses, one a line
    #[arg(long)]
    pub(crate) short: bool,
    /// Port that the program asks for
    #[arg(long, value_parser = port, allow_negative_numbers = true)]
    pub(crate) port: Option<u16>,
}

#[derive(Debug, Args)]
#[command(after_help = "Formats: text, json, json-lines")]
pub(crate) struct CompareArgs {
    /// Names, or URLs with one
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// Every name of the hosts file
    #[arg(long, conflicts_with = "names")]
    pub(crate) all: bool,
    /// Ask this one instead of those configured; repeatable
    #[arg(long = "server", value_name = "ADDRESS[:PORT]", value_parser = whyhost_dns::parse_server)]
    pub(crate) servers: Vec<SocketAddr>,
}

const FORMATS: &str = "Formats beside text and json: concise, json-lines, sarif, github, nagios, prometheus";

#[derive(Debug, Default, Args)]
#[command(after_help = FORMATS)]
pub(crate) struct CheckArgs {
    /// Hosts files, snapshots, or `-`; this machine's configuration when left out
    #[arg(value_name = "FILE")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Only these codes and areas, separated by commas
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub(crate) select: Vec<String>,
    /// Not these codes and areas
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
    /// Exit 1 from here on: error, warning (default) or note
    #[arg(long, value_enum, value_name = "SEVERITY", hide_possible_values = true)]
    pub(crate) fail_on: Option<FailOn>,
    /// Exit 0 whatever is found
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// Whose file it is: auto (default), unix or windows
    #[arg(long, value_enum, value_name = "SYSTEM", hide_possible_values = true)]
    pub(crate) dialect: Option<DialectArg>,
    /// Judge lines for these readers: glibc, musl, windows, go, …
    #[arg(long = "for", value_name = "READERS", value_delimiter = ',')]
    pub(crate) readers: Vec<String>,
    /// Codes with more hits are shortened, 20 by default; 0: none
    #[arg(long, value_name = "HITS")]
    pub(crate) limit: Option<usize>,
    /// Read no settings files
    #[arg(long)]
    pub(crate) no_config: bool,
    /// Make the safe repairs first, as `whyhost fix --yes`
    #[arg(long)]
    pub(crate) fix: bool,
}

/// The least severity that changes the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FailOn {
    Error,
    Warning,
    Note,
}

/// Whose hosts file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DialectArg {
    Auto,
    Unix,
    Windows,
}

const PORT_FORMATS: &str = "Formats beside text and json: nagios, prometheus";

#[derive(Debug, Args)]
#[command(after_help = PORT_FORMATS)]
pub(crate) struct PortsArgs {
    /// Only these ports, with what every destination meets there
    #[arg(value_name = "PORT", value_parser = port, allow_negative_numbers = true)]
    pub(crate) ports: Vec<u16>,
    /// Only what others can reach; exit 1 if there is any
    #[arg(long)]
    pub(crate) exposed: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RuleArgs {
    /// `area.slug`, or an area
    pub(crate) code: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SnapshotArgs {
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Nothing masked: other people's names and addresses are in it
    #[arg(long)]
    pub(crate) full: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Another machine: a file of `whyhost snapshot`, or `-`
    #[arg(long, global = true, value_name = "SNAPSHOT", conflicts_with = "root")]
    pub(crate) from: Option<PathBuf>,
    /// Configuration files from under this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// Form of the answer: text (default) or json; `check` has more
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub(crate) format: Format,
    /// Colours: auto, always or never
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto, hide_short_help = true)]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub(crate) color: Color,
    /// Longest wait for live look-ups
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    #[arg(default_value = "2", allow_negative_numbers = true)]
    pub(crate) timeout: Duration,
    /// Send no question to a DNS server
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) no_dns: bool,
    /// Do not call the real getaddrinfo beside the prediction
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) no_live: bool,
    /// Do not connect to the listeners of this machine, and do not test its loopback interface
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) no_probe: bool,
    /// Ask the port for a page over HTTP as well, at each address
    #[arg(long, global = true, hide_short_help = true, conflicts_with = "no_probe")]
    pub(crate) http: bool,
    /// Do not look for programs on the search path
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) no_programs: bool,
    /// Plain ASCII symbols
    #[arg(long, global = true, hide_short_help = true)]
    pub(crate) ascii: bool,
    /// Notes and all evidence too
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Only the first line
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Concise,
    JsonLines,
    Sarif,
    Github,
    Nagios,
    Prometheus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FamilyArg {
    Any,
    #[value(name = "4")]
    V4,
    #[value(name = "6")]
    V6,
}

/// Longest bound that is taken, one hour.
const LONGEST_WAIT: f64 = 3600.0;

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(n) if n > 0.0 && n <= LONGEST_WAIT => Ok(Duration::from_secs_f64(n)),
        _ => Err(format!("expected seconds above 0, at most {LONGEST_WAIT}, such as 2 or 0.5")),
    }
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| "expected a port from 1 to 65535".to_owned())
}

/// The subcommand that `word` nearly is: one or two letters away, and no name that anybody would ask for.
pub(crate) fn near_command(word: &str) -> Option<&'static str> {
    COMMANDS.iter().copied().find(|command| {
        let allowed = match command.len() {
            0..=3 => 0,
            4..=5 => 1,
            _ => 2,
        };
        *command != word && distance(command, word) <= allowed
    })
}

/// Edits between two short words: insert, remove, replace or swap neighbours (optimal string alignment).
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_subcommand_is_in_the_list() {
        let names: Vec<_> = Cli::command().get_subcommands().map(|c| c.get_name().to_owned()).collect();
        assert_eq!(names, COMMANDS);
    }

    #[test]
    fn help_fits_a_screen() {
        let mut root = Cli::command();
        root.build();
        let all = std::iter::once(root.clone()).chain(root.get_subcommands().cloned());
        let nested = |c: &clap::Command| c.get_subcommands().cloned().collect::<Vec<_>>();
        let commands: Vec<clap::Command> = all.flat_map(|c| [vec![c.clone()], nested(&c)].concat()).collect();
        assert!(commands.len() > 12, "{}", commands.len());
        for command in commands {
            let help = command.clone().render_help().to_string();
            assert!(help.lines().count() < 40, "{}: {} lines", command.get_name(), help.lines().count());
            assert!(help.lines().all(|l| l.chars().count() <= 88), "{help}");
        }
    }

    #[test]
    fn near_misses() {
        assert_eq!(near_command("diagnoze"), Some("diagnose"));
        assert_eq!(near_command("explian"), Some("explain"));
        assert_eq!(near_command("rules"), Some("rule"));
        assert_eq!(near_command("host"), Some("hosts"));
        assert_eq!(near_command("six"), None);
        assert_eq!(near_command("localhost"), None);
        assert_eq!(near_command("role.test"), None);
        assert_eq!(near_command("diagnose"), None);
    }

    #[test]
    fn ports() {
        assert_eq!(port("65535"), Ok(65535));
        for bad in ["0", "65536", "-1", "http", ""] {
            assert!(port(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bounds_of_the_wait() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for bad in ["0", "-1", "nan", "inf", "1e9", "two", ""] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
