//! The readers of the hosts file that matter on a machine: a line is judged by what these make of it.

use crate::conf::nsswitch::Nsswitch;
use crate::machine::{Conf, Machine};
use crate::program::Version;
use crate::snapshot::{OsFamily, Program};
use hosts_edit::dialect::{self, Dialect};

/// The C library of the machine first, then what else there reads the file by itself.
///
/// A file that Windows ships says so in its first lines; such a file is judged as Windows reads it, wherever it lies.
pub(super) fn of_machine(machine: &Machine) -> Vec<&'static Dialect> {
    if is_of_windows(machine.hosts.value.bytes()) {
        return vec![&dialect::WINDOWS];
    }
    let mut readers = match machine.os.family {
        OsFamily::Linux => vec![libc_of(machine)],
        OsFamily::Macos => vec![&dialect::MACOS, &dialect::LIBINFO],
        OsFamily::Windows => vec![&dialect::WINDOWS],
    };
    if asks_resolved(machine) {
        readers.push(&dialect::RESOLVED);
    }
    for reader in machine.raw.programs.iter().filter_map(of_program) {
        if !readers.contains(&reader) {
            readers.push(reader);
        }
    }
    readers
}

/// The readers with these ids (`glibc`, `c-ares-1.34`), in the order given, each once.
///
/// # Errors
/// The id that no reader has.
pub fn named<'t>(ids: impl IntoIterator<Item = &'t str>) -> Result<Vec<&'static Dialect>, String> {
    let mut readers: Vec<&'static Dialect> = Vec::new();
    for id in ids {
        let reader = dialect::by_id(id).ok_or_else(|| id.to_owned())?;
        if !readers.contains(&reader) {
            readers.push(reader);
        }
    }
    Ok(readers)
}

/// The comment of the file in `%SystemRoot%\System32\drivers\etc` since Windows NT.
fn is_of_windows(bytes: &[u8]) -> bool {
    const HEADER: usize = 1024;
    const COMMENT: &[u8] = b"used by Microsoft TCP/IP for Windows";
    bytes[..bytes.len().min(HEADER)].windows(COMMENT.len()).any(|w| w.eq_ignore_ascii_case(COMMENT))
}

fn libc_of(machine: &Machine) -> &'static Dialect {
    match machine.os.libc.as_ref().map(|libc| libc.name.as_str()) {
        Some("musl") => &dialect::MUSL,
        Some("uclibc" | "uclibc-ng") => &dialect::UCLIBC,
        Some("bionic") => &dialect::BIONIC,
        _ if machine.glibc.0 == 2 && machine.glibc.1 < 33 => &dialect::GLIBC_2_32,
        _ => &dialect::GLIBC,
    }
}

/// nsswitch.conf sends look-ups to systemd-resolved, which reads the file itself.
fn asks_resolved(machine: &Machine) -> bool {
    let Conf { state, value, .. } = &machine.nsswitch;
    let asked = |conf: &Nsswitch| conf.effective(machine.glibc).iter().any(|s| s.name == "resolve");
    state.is_read() && asked(value) && super::facts::is_installed(machine, "resolve")
}

/// The reader in a program that does not leave the file to the C library.
///
/// Go's own resolver reads it in programs built without cgo, and for many names in others (net/conf.go). curl says in
/// its version whether c-ares is built in.
fn of_program(program: &Program) -> Option<&'static Dialect> {
    match program.id.as_str() {
        "go" => Some(if is_before(program, "1.20") { &dialect::GO_1_19 } else { &dialect::GO }),
        "chromium" => Some(&dialect::CHROMIUM),
        "curl" => program.version.split_once("c-ares/").map(|(_, version)| cares(version)),
        _ => None,
    }
}

fn is_before(program: &Program, version: &str) -> bool {
    let found = Version::find(&program.version).and_then(Version::parse);
    match (found, Version::parse(version)) {
        (Some(found), Some(limit)) => found < limit,
        _ => false,
    }
}

fn cares(version: &str) -> &'static Dialect {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    let mut next = || numbers.next().and_then(Result::ok).unwrap_or(0);
    match (next(), next(), next()) {
        (1, ..=17, _) => &dialect::CARES_1_17,
        (1, 18..=33, _) => &dialect::CARES_1_18,
        (1, 34, ..=8) => &dialect::CARES_1_34,
        (1, 34, _) => &dialect::CARES_1_34_9,
        _ => &dialect::CARES,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::debian;
    use super::*;

    fn ids(readers: &[&Dialect]) -> Vec<&'static str> {
        readers.iter().map(|r| r.id).collect()
    }

    #[test]
    fn the_c_library_comes_first() {
        assert_eq!(ids(&of_machine(&debian().machine())), ["glibc"]);
        assert_eq!(ids(&of_machine(&debian().glibc("2.31").machine())), ["glibc-2.32"]);
        assert_eq!(ids(&of_machine(&debian().musl().machine())), ["musl"]);
        assert_eq!(ids(&of_machine(&debian().windows().machine())), ["windows"]);
    }

    #[test]
    fn programs_and_services_that_read_the_file_follow() {
        let bench = debian().file("/etc/nsswitch.conf", "hosts: files resolve [!UNAVAIL=return] dns\n");
        let bench =
            bench.program("go", "go1.19.8").program("curl", "curl 8.5.0 (x) libcurl/8.5.0 c-ares/1.34.5");
        let bench = bench.program("node", "v20.1.0");
        assert_eq!(ids(&of_machine(&bench.machine())), ["glibc", "resolved", "go-1.19", "c-ares-1.34"]);
        let bench = bench.without_module("resolve");
        assert_eq!(ids(&of_machine(&bench.machine())), ["glibc", "go-1.19", "c-ares-1.34"]);
    }

    #[test]
    fn a_file_of_windows_is_known_by_its_comment() {
        let text = "# Copyright (c) 1993-2009 Microsoft Corp.\r\n#\r\n# This is a sample HOSTS file used by Microsoft \
                    TCP/IP for Windows.\r\n";
        assert_eq!(ids(&of_machine(&debian().file("/etc/hosts", text).machine())), ["windows"]);
    }

    #[test]
    fn readers_are_named_by_id() {
        assert_eq!(named(["glibc", "musl", "glibc"]).map(|r| ids(&r)), Ok(vec!["glibc", "musl"]));
        assert_eq!(named(["glibc", "mus"]), Err("mus".into()));
    }
}
