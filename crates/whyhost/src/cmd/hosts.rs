//! `whyhost hosts`: entries by name, through the same writer as `fix`.

use super::change::{self, Job, Mode};
use super::check::input::Input;
use super::{ACT, FINE};
use crate::args::{AddArgs, EditArgs, Global, HostsCommand, ListArgs, NamesArgs};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::json;
use crate::render::text::entries as text;
use hosts_edit::entries::{self, Entry};
use hosts_edit::{EditSet, HostsFile, LineKind};
use std::fmt::Display;
use std::io::IsTerminal as _;
use std::net::IpAddr;
use std::path::Path;
use whyhost_core::check::{Options, Platform, Subject};
use whyhost_core::fix;

/// The two loopback addresses.
const LOOPBACK: [&str; 2] = ["127.0.0.1", "::1"];

/// Lists or edits entries.
///
/// # Errors
/// When what is asked for is no address or name, or the file cannot be read or written.
pub(crate) fn run(global: &Global, out: &Output, command: &HostsCommand) -> Result<u8, Failure> {
    match command {
        HostsCommand::List(args) => list(global, out, args),
        HostsCommand::Add(args) => edit(global, out, "add", &args.edit, |file| add(file, args)),
        HostsCommand::Remove(args) => edit(global, out, "remove", &args.edit, |file| remove(file, args)),
        HostsCommand::Enable(args) => edit(global, out, "enable", &args.edit, |file| enable(file, args)),
        HostsCommand::Disable(args) => edit(global, out, "disable", &args.edit, |file| disable(file, args)),
        HostsCommand::Format(args) => edit(global, out, "format", &args.edit, |file| {
            let edits = entries::format(file).map_err(refused)?;
            Ok(Edit { edits, what: "columns".into(), asked: Vec::new() })
        }),
    }
}

/// What is to be done to a file.
struct Edit {
    edits: EditSet,
    /// The object, behind the verb: `nas`, `section web`.
    what: String,
    /// Names that are meant to be lost.
    asked: Vec<String>,
}

fn edit(
    global: &Global,
    out: &Output,
    action: &'static str,
    args: &EditArgs,
    make: impl FnOnce(&HostsFile) -> Result<Edit, Failure>,
) -> Result<u8, Failure> {
    let (input, subject) = read(global, args.file.as_ref())?;
    if input.file().is_none() && !args.check {
        return Err(Failure::new(format!("`{}` is no file that can be written", input.name()))
            .hint("with `--check` the change is shown"));
    }
    let file = &subject.as_machine().hosts.value;
    if file.encoding().is_utf16() {
        return Err(Failure::new(format!("{} is UTF-16: no program reads it", subject.hosts_path()))
            .hint("`whyhost fix` converts it")
            .path(subject.hosts_path()));
    }
    let Edit { edits, what, asked } = make(file)?;
    let check = Options { all: true, ..Options::default() };
    let names: Vec<&str> = asked.iter().map(String::as_str).collect();
    let plan = fix::edited(&subject, &edits, &names, &check).ok_or_else(|| change::no_bytes(&subject))?;
    let (title, write) = (format!("{action} {what}"), args.write.clone());
    let mode = if args.check { Mode::Preview } else { Mode::Write };
    change::run(
        global,
        out,
        Job { action, title, input: &input, subject: &subject, plan, asked, check, mode, write },
    )
}

fn read(global: &Global, file: Option<&std::path::PathBuf>) -> Result<(Input, Subject), Failure> {
    let input = change::input(global, file)?;
    let (subject, _) = input.read(Platform::Auto)?;
    if subject.bytes(&subject.hosts_path()).is_none() {
        return Err(change::no_bytes(&subject));
    }
    Ok((input, subject))
}

fn add(file: &HostsFile, args: &AddArgs) -> Result<Edit, Failure> {
    let names = names(&args.names)?;
    let addresses = match &args.address {
        Some(address) => addresses(address, args.both)?,
        None => Vec::new(),
    };
    if let Some(section) = &args.section {
        let lines = match (addresses.is_empty(), names.is_empty()) {
            (true, _) => lines_of_stdin(section)?,
            (false, true) => return Err(Failure::new("a name is missing behind the address")),
            (false, false) => addresses.iter().map(|a| format!("{a} {}", names.join(" "))).collect(),
        };
        return replaced(file, section, &lines);
    }
    let make = if args.replace { entries::add_anew } else { entries::add };
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let edits = make(file, &addresses, &names).map_err(refused)?;
    Ok(Edit { edits, what: list_of(&names), asked: Vec::new() })
}

fn remove(file: &HostsFile, args: &NamesArgs) -> Result<Edit, Failure> {
    if let Some(section) = &args.section {
        return replaced(file, section, &[]);
    }
    let names: Vec<&str> = args.names.iter().map(String::as_str).collect();
    let edits = entries::remove(file, &names, args.address.as_deref()).map_err(refused)?;
    Ok(Edit { edits, what: list_of(&names), asked: args.names.clone() })
}

fn disable(file: &HostsFile, args: &NamesArgs) -> Result<Edit, Failure> {
    if let Some(section) = &args.section {
        return switched(file, section, LineKind::Entry);
    }
    let names: Vec<&str> = args.names.iter().map(String::as_str).collect();
    let edits = entries::disable(file, &names, args.address.as_deref()).map_err(refused)?;
    Ok(Edit { edits, what: list_of(&names), asked: args.names.clone() })
}

fn enable(file: &HostsFile, args: &NamesArgs) -> Result<Edit, Failure> {
    if let Some(section) = &args.section {
        return switched(file, section, LineKind::Disabled);
    }
    let names: Vec<&str> = args.names.iter().map(String::as_str).collect();
    let edits = entries::enable(file, &names, args.address.as_deref()).map_err(|error| match error {
        entries::ToggleError::Ambiguous(_) => refused(error).hint("`--address` says which one is meant"),
        entries::ToggleError::Edit(_) => refused(error),
    })?;
    Ok(Edit { edits, what: list_of(&names), asked: Vec::new() })
}

/// The section with other lines, or without any, away.
fn replaced(file: &HostsFile, section: &str, lines: &[String]) -> Result<Edit, Failure> {
    let old = entries::section_lines(file, section).map_err(broken)?.unwrap_or_default();
    let names = old.iter().filter(|l| l.kind() == LineKind::Entry).flat_map(|l| l.names());
    let asked = names.map(|n| String::from_utf8_lossy(&n.text).into_owned()).collect();
    let edits = entries::replace_section(file, section, lines).map_err(broken)?;
    Ok(Edit { edits, what: format!("section {section}"), asked })
}

/// The lines of one kind in the section, switched off or on.
fn switched(file: &HostsFile, section: &str, kind: LineKind) -> Result<Edit, Failure> {
    let lines = entries::section_lines(file, section).map_err(broken)?;
    let lines = lines.ok_or_else(|| {
        Failure::new(format!("there is no section `{section}`"))
            .hint(format!("it would begin with the line `{}`", entries::begin_marker(section)))
    })?;
    let mut edits = EditSet::new();
    let mut asked = Vec::new();
    for line in lines.iter().filter(|l| l.kind() == kind) {
        match kind {
            LineKind::Entry => edits.comment_out(file, line.number()).map_err(refused)?,
            _ => edits.uncomment(file, line.number()).map_err(refused)?,
        }
        asked.extend(line.names().iter().map(|n| String::from_utf8_lossy(&n.text).into_owned()));
    }
    Ok(Edit { edits, what: format!("section {section}"), asked })
}

/// The new lines of a section: entries, comments and blank lines.
fn lines_of_stdin(section: &str) -> Result<Vec<String>, Failure> {
    const WANTED: &str = "expected lines of a hosts file, such as `10.0.0.5 nas`";
    if std::io::stdin().is_terminal() {
        return Err(
            Failure::new("an address and names, or lines on standard input, are missing").hint(WANTED)
        );
    }
    let bytes = whyhost_sys::read_input(Path::new("-")).map_err(|e| Failure::caused(&e))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::new("standard input is not UTF-8 text").hint(WANTED))?;
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let file = HostsFile::parse(text).0;
    let bad = file.lines().find(|l| matches!(l.kind(), LineKind::Unreadable | LineKind::NoNames));
    if let Some(line) = bad {
        let text = String::from_utf8_lossy(&line.text()).into_owned();
        return Err(Failure::new(format!("line {} of standard input is no entry: {text}", line.number()))
            .hint(WANTED));
    }
    if lines.iter().all(|l| l.trim().is_empty()) {
        return Err(Failure::new(format!("no lines for section `{section}` on standard input"))
            .hint(format!("whyhost hosts remove --section {section} takes it away")));
    }
    Ok(lines)
}

/// The names, each one that programs look up.
fn names(given: &[String]) -> Result<Vec<&str>, Failure> {
    for name in given {
        let good = name.is_ascii() && fix::is_askable(name.as_bytes()) && !name.contains(char::is_whitespace);
        if !good {
            return Err(Failure::new(format!("`{name}` is no host name")).hint(
                "expected letters, digits, hyphens and dots, such as nas or api.test; other scripts as xn--…",
            ));
        }
    }
    Ok(given.iter().map(String::as_str).collect())
}

fn addresses(given: &str, both: bool) -> Result<Vec<String>, Failure> {
    let (bare, zone) = given.split_once('%').map_or((given, None), |(a, z)| (a, Some(z)));
    let address: IpAddr = bare.parse().map_err(|_| {
        Failure::new(format!("`{given}` is no address"))
            .hint("expected the address first, such as 10.0.0.5 or ::1, then names")
    })?;
    if zone.is_some_and(|z| z.is_empty() || address.is_ipv4()) {
        return Err(Failure::new(format!("`{given}` is no address"))
            .hint("a zone stands behind an IPv6 address: fe80::1%eth0"));
    }
    if !both {
        return Ok(vec![given.to_owned()]);
    }
    if !LOOPBACK.contains(&given) {
        return Err(Failure::new(format!("`--both` is about 127.0.0.1 and ::1, not {given}"))
            .hint("for another address add the second one by itself"));
    }
    Ok(LOOPBACK.map(str::to_owned).to_vec())
}

/// `a, b and 3 more`.
fn list_of(names: &[&str]) -> String {
    const TOLD: usize = 3;
    let shown = names.iter().take(TOLD).copied().collect::<Vec<_>>().join(", ");
    match names.len() {
        0..=TOLD => shown,
        more => format!("{shown} and {} more", more - TOLD),
    }
}

fn refused(error: impl Display) -> Failure {
    Failure::new(error.to_string())
}

/// Markers that do not fit are left to a person.
fn broken(error: entries::SectionError) -> Failure {
    Failure::new(error.to_string()).hint("a section is what stands between `# BEGIN NAME` and `# END NAME`")
}

fn list(global: &Global, out: &Output, args: &ListArgs) -> Result<u8, Failure> {
    let (_, subject) = read(global, args.file.as_ref())?;
    let mut found: Vec<Entry> = entries::list(&subject.as_machine().hosts.value);
    found.retain(|entry| {
        (entry.enabled || args.disabled)
            && args.section.as_ref().is_none_or(|s| entry.section.as_ref() == Some(s))
            && (args.wanted.is_empty() || args.wanted.iter().any(|w| is_about(entry, w)))
    });
    let path = subject.hosts_path();
    if out.is_json() {
        out.raw(&json::entries(&path, &found))?;
    } else if args.plain {
        out.text(&text::plain(&out.ui, &found))?;
    } else {
        out.text(&text::list(&out.ui, &path, &found))?;
    }
    Ok(if found.is_empty() && !args.wanted.is_empty() { ACT } else { FINE })
}

fn is_about(entry: &Entry, what: &str) -> bool {
    let same =
        || matches!((entry.address.parse::<IpAddr>(), what.parse::<IpAddr>()), (Ok(a), Ok(b)) if a == b);
    entry.names.iter().any(|n| n.eq_ignore_ascii_case(what)) || entry.address == what || same()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names_are_held_to_their_form() {
        assert_eq!(addresses("::1", true).unwrap(), ["127.0.0.1", "::1"]);
        assert_eq!(addresses("fe80::1%eth0", false).unwrap(), ["fe80::1%eth0"]);
        for bad in ["nas", "127.1", "10.0.0.5%eth0", "::1%", "010.0.0.1"] {
            assert!(addresses(bad, false).is_err(), "{bad}");
        }
        assert!(addresses("10.0.0.5", true).is_err());
        let ok = |name: &str| names(&[name.to_owned()]).is_ok();
        assert!(ok("nas") && ok("api.test") && ok("my_host"));
        for bad in
            ["", "a b", "*.test", "http://a", "a:80", "12345", "10.0.0.1", "a#b", "m\u{fc}ller", "a..b"]
        {
            assert!(!ok(bad), "{bad}");
        }
    }

    #[test]
    fn many_names_are_counted() {
        assert_eq!(list_of(&["a", "b"]), "a, b");
        assert_eq!(list_of(&["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
    }
}
