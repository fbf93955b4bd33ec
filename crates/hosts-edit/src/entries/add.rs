//! A name at an address: on a line that the address has, or on a new one.

use super::section::sections;
use super::{MOST_BYTES, MOST_NAMES, address_of, has_only, is_v4, lines_with, same_address, shared};
use crate::edit::{EditError, EditSet};
use crate::file::HostsFile;
use crate::line::{Line, LineKind};
use crate::style;

/// Gives `names` the addresses, beside those that they have.
///
/// A line of the address takes them, the last one first, as long as every consumer still reads it whole
/// ([`MOST_NAMES`], [`MOST_BYTES`]); else they get lines of their own, behind the last line of that address or at the
/// end of the file. Sections belong to their writers and take nothing. Neither does a line that names localhost:
/// systemd-resolved from 254 on gives each further name of such a line all addresses of its first name (resolved
/// answers aliases as CNAME; run as 257.13 and 262.1).
///
/// # Errors
/// [`EditError::InvalidText`] for what is no address or no name.
///
/// ```
/// use hosts_edit::{HostsFile, entries};
/// let (file, _) = HostsFile::parse("127.0.0.1 localhost\n10.0.0.5 nas # shelf\n");
/// let edits = entries::add(&file, &["10.0.0.5"], &["disk"]).unwrap();
/// assert_eq!(edits.apply(file.bytes()).unwrap(), b"127.0.0.1 localhost\n10.0.0.5 nas disk # shelf\n");
/// ```
pub fn add(file: &HostsFile, addresses: &[&str], names: &[&str]) -> Result<EditSet, EditError> {
    let mut edits = EditSet::new();
    addresses.iter().try_for_each(|address| add_to(&mut edits, file, address, names))?;
    Ok(edits)
}

/// As [`add`], and no other address of these families stays: a line of these names alone gets the new address in its
/// place, from others the names go.
///
/// # Errors
/// As [`add`].
pub fn add_anew(file: &HostsFile, addresses: &[&str], names: &[&str]) -> Result<EditSet, EditError> {
    let mut edits = EditSet::new();
    for address in addresses {
        let left = readdress(&mut edits, file, address, names)?;
        add_to(&mut edits, file, address, &left)?;
    }
    Ok(edits)
}

/// Takes the names off other addresses of the family; the names that still need the new one.
fn readdress<'n>(
    edits: &mut EditSet,
    file: &HostsFile,
    address: &str,
    names: &[&'n str],
) -> Result<Vec<&'n str>, EditError> {
    let owned = Owned::of(file);
    let mut wanted: Vec<&str> = missing(file, address, names);
    for line in lines_with(file, LineKind::Entry, names, None) {
        let old = address_of(&line);
        if same_address(&old, address) || is_v4(&old) != is_v4(address) {
            continue;
        }
        let here = shared(&line, names);
        let needs_all = here.iter().all(|h| wanted.iter().any(|w| w.eq_ignore_ascii_case(h)));
        if needs_all && has_only(&line, names) && !owned.has(line.number()) {
            edits.set_address(file, line.number(), address)?;
            wanted.retain(|name| !here.iter().any(|h| h.eq_ignore_ascii_case(name)));
            continue;
        }
        let mut own = EditSet::new();
        own.remove_names(file, line.number(), &here.iter().map(String::as_str).collect::<Vec<_>>())?;
        own.edits().iter().try_for_each(|e| edits.push(e.clone()))?;
    }
    Ok(wanted)
}

fn add_to(edits: &mut EditSet, file: &HostsFile, address: &str, names: &[&str]) -> Result<(), EditError> {
    let owned = Owned::of(file);
    let mut wanted = missing(file, address, names);
    let mut last = None;
    let own: Vec<Line<'_>> = file
        .lines()
        .filter(|l| l.kind() == LineKind::Entry && same_address(&address_of(l), address))
        .filter(|l| !owned.has(l.number()))
        .collect();
    for line in own.iter().rev() {
        last = last.or(Some(line.number()));
        if !takes(line, &wanted) {
            continue;
        }
        let gap = style::name_gap(file, line.number());
        let (mut count, mut bytes) = (line.names().len(), line.text().len());
        while let Some(name) = wanted.first() {
            bytes += gap.len() + name.len();
            count += 1;
            if count > MOST_NAMES || bytes > MOST_BYTES {
                break;
            }
            edits.add_name(file, line.number(), name)?;
            wanted.remove(0);
        }
    }
    let before = match last {
        Some(line) => line + 1,
        None if wanted.iter().any(|n| is_localhost(n)) => first_entry(file),
        None => file.line_count() + 1,
    };
    for names in lines_of(address, &wanted) {
        edits.insert_entry(file, before, address, &names)?;
    }
    Ok(())
}

/// The names that the address does not have yet, each once.
fn missing<'n>(file: &HostsFile, address: &str, names: &[&'n str]) -> Vec<&'n str> {
    let mut wanted: Vec<&str> = Vec::new();
    for name in names {
        if !wanted.iter().any(|w| w.eq_ignore_ascii_case(name)) {
            wanted.push(name);
        }
    }
    if wanted.is_empty() {
        return wanted;
    }
    for line in lines_with(file, LineKind::Entry, names, Some(address)) {
        let here = shared(&line, names);
        wanted.retain(|name| !here.iter().any(|h| h.eq_ignore_ascii_case(name)));
    }
    wanted
}

/// `line` may have one of `wanted` beside its own names.
fn takes(line: &Line<'_>, wanted: &[&str]) -> bool {
    let names_localhost = line.names().iter().any(|n| is_localhost(&String::from_utf8_lossy(&n.text)));
    !names_localhost || wanted.iter().all(|n| is_localhost(n))
}

/// `localhost` and the names that systems list beside it for ::1 (Debian netcfg, Fedora setup).
fn is_localhost(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "localhost",
        "localhost.localdomain",
        "localhost4",
        "localhost4.localdomain4",
        "localhost6",
        "localhost6.localdomain6",
        "ip6-localhost",
        "ip6-loopback",
        "loopback",
    ];
    NAMES.iter().any(|n| name.eq_ignore_ascii_case(n))
}

/// In front of the first entry: the address of localhost is named after its first line.
fn first_entry(file: &HostsFile) -> usize {
    let first = file.lines().find(|l| l.kind() == LineKind::Entry);
    first.map_or(file.line_count() + 1, |l| l.number())
}

/// Lines of at most so many names and bytes.
fn lines_of<'n>(address: &str, names: &[&'n str]) -> Vec<Vec<&'n str>> {
    let mut lines: Vec<Vec<&str>> = Vec::new();
    // Room for blanks that bring the first name to the column of the others.
    const GAP: usize = 40;
    let mut bytes = 0;
    for name in names {
        let full = |line: &Vec<&str>| line.len() >= MOST_NAMES || bytes + 1 + name.len() > MOST_BYTES;
        match lines.last_mut().filter(|line| !full(line)) {
            Some(line) => {
                bytes += 1 + name.len();
                line.push(name);
            }
            None => {
                bytes = address.len() + GAP + name.len();
                lines.push(vec![name]);
            }
        }
    }
    lines
}

/// The lines of sections.
struct Owned(Vec<std::ops::RangeInclusive<usize>>);

impl Owned {
    fn of(file: &HostsFile) -> Owned {
        Owned(sections(file).into_iter().map(|s| s.begin..=s.end).collect())
    }

    fn has(&self, line: usize) -> bool {
        self.0.iter().any(|s| s.contains(&line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(before: &str, edits: impl Fn(&HostsFile) -> Result<EditSet, EditError>) -> String {
        let file = HostsFile::parse(before).0;
        let new = edits(&file).unwrap().apply(file.bytes()).unwrap();
        let again = HostsFile::parse(new.clone()).0;
        assert!(edits(&again).unwrap().is_empty(), "not idempotent: {before:?}");
        String::from_utf8(new).unwrap()
    }

    fn added(before: &str, address: &str, names: &[&str]) -> String {
        after(before, |file| add(file, &[address], names))
    }

    #[test]
    fn a_line_of_the_address_takes_the_name() {
        assert_eq!(added("10.0.0.5 a # c\r\n", "10.0.0.5", &["b", "A"]), "10.0.0.5 a b # c\r\n");
        assert_eq!(added("10.0.0.5\ta\n", "10.0.0.6", &["b"]), "10.0.0.5\ta\n10.0.0.6\tb\n");
        assert_eq!(added("10.0.0.5 a", "10.0.0.6", &["b", "c"]), "10.0.0.5 a\n10.0.0.6 b c\n");
        assert_eq!(added("", "::1", &["b"]), "::1 b\n");
        assert_eq!(added("# 10.0.0.5 a\n", "10.0.0.5", &["a"]), "# 10.0.0.5 a\n10.0.0.5 a\n");
        assert_eq!(added("2001:DB8::1 a\n", "2001:db8:0::1", &["b"]), "2001:DB8::1 a b\n");
    }

    #[test]
    fn the_line_of_localhost_and_sections_take_nothing() {
        assert_eq!(
            added("127.0.0.1 localhost\n::1 x\n", "127.0.0.1", &["app"]),
            "127.0.0.1 localhost\n127.0.0.1 app\n::1 x\n"
        );
        assert_eq!(
            added("127.0.0.1 localhost\n", "127.0.0.1", &["localhost4"]),
            "127.0.0.1 localhost localhost4\n"
        );
        assert_eq!(
            added("# own\n10.0.0.1 a\n", "127.0.0.1", &["localhost"]),
            "# own\n127.0.0.1 localhost\n10.0.0.1 a\n"
        );
        let section = "# BEGIN x\n10.0.0.5 a\n# END x\n";
        assert_eq!(added(section, "10.0.0.5", &["b"]), format!("{section}10.0.0.5 b\n"));
        assert_eq!(added(section, "10.0.0.5", &["a"]), section);
    }

    #[test]
    fn both_families_at_once() {
        let both = |before: &str| after(before, |file| add(file, &["127.0.0.1", "::1"], &["app"]));
        assert_eq!(both("# x"), "# x\n127.0.0.1 app\n::1 app\n");
        assert_eq!(both("127.0.0.1 app\n"), "127.0.0.1 app\n::1 app\n");
    }

    #[test]
    fn no_line_grows_beyond_what_everybody_reads() {
        let nine = "10.0.0.5 a b c d e f g h i\n";
        assert_eq!(added(nine, "10.0.0.5", &["j"]), format!("{nine}10.0.0.5 j\n"));
        let names: Vec<String> = (0..20).map(|n| format!("n{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let lines = added("", "10.0.0.5", &names);
        assert_eq!(lines.lines().map(|l| l.split(' ').count() - 1).collect::<Vec<_>>(), [9, 9, 2]);
        let long: Vec<String> = ["a", "b", "c"].iter().map(|c| c.repeat(200)).collect();
        let long: Vec<&str> = long.iter().map(String::as_str).collect();
        assert!(added("", "10.0.0.5", &long).lines().all(|l| l.len() <= MOST_BYTES));
        let full = format!("10.0.0.5 {}\n", "x".repeat(400));
        assert_eq!(added(&full, "10.0.0.5", &[&"y".repeat(120)]).lines().count(), 2);
    }

    #[test]
    fn anew_means_nowhere_else() {
        let anew = |before: &str, names: &[&str]| after(before, |file| add_anew(file, &["10.0.0.9"], names));
        assert_eq!(anew("10.0.0.5 nas # shelf\n", &["nas"]), "10.0.0.9 nas # shelf\n");
        assert_eq!(anew("10.0.0.5 nas box\n::5 nas\n", &["nas"]), "10.0.0.5 box\n::5 nas\n10.0.0.9 nas\n");
        assert_eq!(anew("10.0.0.5 nas\n10.0.0.6 nas\n", &["nas"]), "10.0.0.9 nas\n");
        assert_eq!(anew("10.0.0.5 nas\n10.0.0.9 nas\n", &["nas"]), "10.0.0.9 nas\n");
        assert_eq!(anew("10.0.0.5 nas", &["nas"]), "10.0.0.9 nas");
    }

    #[test]
    fn what_is_no_address_or_name_is_refused() {
        let file = HostsFile::parse("").0;
        assert!(matches!(add(&file, &["nas"], &["a"]), Err(EditError::InvalidText(_))));
        assert!(matches!(add(&file, &["::1"], &["a b"]), Err(EditError::InvalidText(_))));
    }
}
