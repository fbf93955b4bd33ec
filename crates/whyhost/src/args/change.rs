//! The arguments of the commands that change a hosts file.

use super::DialectArg;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct FixArgs {
    /// Hosts file; this machine's when left out
    pub(crate) file: Option<PathBuf>,
    /// Print the change as a patch and write nothing; exit 1 if there is one
    #[arg(long, conflicts_with = "yes")]
    pub(crate) diff: bool,
    /// Only repairs of these codes and areas, separated by commas
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Whose file it is: auto (default), unix or windows
    #[arg(long, value_enum, value_name = "SYSTEM", hide_possible_values = true)]
    pub(crate) dialect: Option<DialectArg>,
    /// Read no settings files
    #[arg(long)]
    pub(crate) no_config: bool,
    #[command(flatten)]
    pub(crate) write: WriteArgs,
}

/// How far a command that writes may go.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct WriteArgs {
    /// Write without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// Also what changes answers that nobody asked to change
    #[arg(long = "unsafe")]
    pub(crate) with_unsafe: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HostsCommand {
    /// The entries of the file
    List(ListArgs),
    /// Give names an address, on a line that it has or on a new one
    Add(AddArgs),
    /// Take names away; other names of a line and its comment stay
    Remove(NamesArgs),
    /// Take the `#` away from names that are commented out
    Enable(NamesArgs),
    /// Comment names out
    Disable(NamesArgs),
    /// Align the columns; nothing but white space changes
    Format(FormatArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Names or addresses; all when left out
    #[arg(value_name = "WHAT")]
    pub(crate) wanted: Vec<String>,
    /// Entries that are commented out too
    #[arg(long)]
    pub(crate) disabled: bool,
    /// Only this section
    #[arg(long, value_name = "NAME")]
    pub(crate) section: Option<String>,
    /// One `address<tab>name` a line, for other programs
    #[arg(long)]
    pub(crate) plain: bool,
    /// Another hosts file
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Address
    #[arg(required_unless_present = "section")]
    pub(crate) address: Option<String>,
    /// Names
    #[arg(value_name = "NAME", required_unless_present = "section")]
    pub(crate) names: Vec<String>,
    /// The names lose their other addresses of that family
    #[arg(long, conflicts_with = "section")]
    pub(crate) replace: bool,
    /// The other loopback address too: 127.0.0.1 and ::1
    #[arg(long)]
    pub(crate) both: bool,
    /// Replace this section by the entry, without one by lines from standard input
    #[arg(long, value_name = "NAME")]
    pub(crate) section: Option<String>,
    #[command(flatten)]
    pub(crate) edit: EditArgs,
}

#[derive(Debug, Args)]
pub(crate) struct NamesArgs {
    /// Names
    #[arg(value_name = "NAME", required_unless_present = "section")]
    pub(crate) names: Vec<String>,
    /// Only where they have this address
    #[arg(long, value_name = "ADDRESS", conflicts_with = "section")]
    pub(crate) address: Option<String>,
    /// A whole section instead of names
    #[arg(long, value_name = "NAME", conflicts_with = "names")]
    pub(crate) section: Option<String>,
    #[command(flatten)]
    pub(crate) edit: EditArgs,
}

#[derive(Debug, Args)]
pub(crate) struct FormatArgs {
    #[command(flatten)]
    pub(crate) edit: EditArgs,
}

/// What every edit takes.
#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    /// Another hosts file
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Write nothing; exit 1 if something would change
    #[arg(long, conflicts_with = "yes")]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) write: WriteArgs,
}

#[derive(Debug, Args)]
pub(crate) struct UndoArgs {
    /// Number of the write; without it the list of writes
    pub(crate) id: Option<String>,
    /// Also where others changed the file since
    #[arg(long, requires = "id")]
    pub(crate) force: bool,
    /// Write without asking
    #[arg(long, requires = "id")]
    pub(crate) yes: bool,
}
