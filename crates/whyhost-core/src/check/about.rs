//! A hosts file in figures.

use crate::machine::Machine;
use crate::snapshot::OsFamily;
use hosts_edit::{Encoding, Ending, GLIBC, dialect};
use serde::Serialize;

/// What kind of file it is, before any rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct About {
    /// Where it is.
    pub path: String,
    /// `unix` or `windows`: whose programs it is judged for.
    pub dialect: &'static str,
    /// `ascii`, `utf-8`, `utf-8-bom`, `utf-16-le`, `utf-16-be`, or `other` for 8-bit text that is not UTF-8.
    pub encoding: &'static str,
    /// `lf`, `crlf`, `cr`, `mixed`, or `none` where no line is ended.
    pub line_ending: &'static str,
    /// Lines, one without an ending included.
    pub lines: usize,
    /// Lines that give a name an address, for the C library of the system.
    pub entries: usize,
}

impl About {
    pub(super) fn of(machine: &Machine, path: &str) -> About {
        let file = &machine.hosts.value;
        let (name, dialect) = match machine.os.family {
            OsFamily::Windows => ("windows", &dialect::WINDOWS),
            OsFamily::Macos => ("unix", &dialect::MACOS),
            OsFamily::Linux => ("unix", &GLIBC),
        };
        About {
            path: path.to_owned(),
            dialect: name,
            encoding: encoding(file.encoding(), file.bytes()),
            line_ending: line_ending(file.lines().map(|line| line.ending())),
            lines: file.line_count(),
            entries: file.view(dialect).heads().count(),
        }
    }
}

fn encoding(encoding: Encoding, bytes: &[u8]) -> &'static str {
    match encoding {
        Encoding::Utf16Le { .. } => "utf-16-le",
        Encoding::Utf16Be { .. } => "utf-16-be",
        Encoding::Bytes { .. } if bytes.is_ascii() => "ascii",
        Encoding::Bytes { .. } if std::str::from_utf8(bytes).is_err() => "other",
        Encoding::Bytes { bom: true } => "utf-8-bom",
        Encoding::Bytes { bom: false } => "utf-8",
    }
}

fn line_ending(endings: impl Iterator<Item = Ending>) -> &'static str {
    let mut seen = None;
    for ending in endings.filter(|e| *e != Ending::None) {
        match seen {
            Some(first) if first != ending => return "mixed",
            _ => seen = Some(ending),
        }
    }
    match seen {
        Some(Ending::Lf) => "lf",
        Some(Ending::Crlf) => "crlf",
        Some(Ending::Cr) => "cr",
        Some(Ending::None) | None => "none",
    }
}

#[cfg(test)]
mod tests {
    use crate::check::{Options, Platform, Subject};

    #[test]
    fn encodings_and_line_ends_are_named() {
        for (bytes, encoding, line_ending, lines, entries) in [
            (&b"127.0.0.1 localhost\n"[..], "ascii", "lf", 1, 1),
            (b"127.0.0.1 localhost\r\n::1 localhost\n", "ascii", "mixed", 2, 2),
            ("# für\r\n".as_bytes(), "utf-8", "crlf", 1, 0),
            (b"\xef\xbb\xbf# x\n", "utf-8-bom", "lf", 1, 0),
            (b"# f\xfcr", "other", "none", 1, 0),
            (b"\xff\xfe1\0", "utf-16-le", "none", 1, 0),
            (b"::1 a\r::1 b\r", "ascii", "cr", 2, 1),
            (b"", "ascii", "none", 0, 0),
        ] {
            let about =
                Subject::file("hosts", bytes.to_vec(), Platform::Auto).check(&Options::default()).about;
            let about = about.expect("a file that was read");
            let found = (about.encoding, about.line_ending, about.lines, about.entries);
            assert_eq!(found, (encoding, line_ending, lines, entries), "{bytes:?}");
        }
    }
}
