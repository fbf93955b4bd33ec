//! # hosts.encoding-utf16 — the hosts file is UTF-16
//!
//! ## What it means
//! The file, or a part of it, is written with two bytes a character, as Windows PowerShell 5 (`>`, `>>`,
//! `Out-File`) and Notepad's "Unicode" write it.
//!
//! ## Who is hit
//! Every program: no reader of hosts files takes UTF-16, and none says so. The entries do nothing,
//! localhost goes to DNS. In a file with a UTF-16 part at the end, those lines and the line after them are
//! lost.
//!
//! ## Example
//! ```text
//! $ head -c 8 /etc/hosts | xxd
//! 00000000: fffe 3100 3200 3700                      ..1.2.7.
//! ```
//!
//! ## Repair
//! Write the same text as UTF-8 without a byte order mark. Windows line ends may stay: glibc takes them as
//! blanks.
//!
//! ## Not a repair
//! Adding a plain line to the file: it joins the last UTF-16 line and is lost too.
//!
//! ## References
//! - https://github.com/web-platform-tests/wpt/issues/15825
//! - https://github.com/PowerShell/PowerShell/issues/8592

use super::super::facts::in_hosts;
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Remedy, Severity};

pub(super) const RULE: Rule = Rule {
    code: "hosts.encoding-utf16",
    severity: Severity::Error,
    title: "the hosts file is UTF-16",
    references: &[
        "https://github.com/web-platform-tests/wpt/issues/15825",
        "https://github.com/PowerShell/PowerShell/issues/8592",
    ],
    source: include_str!("encoding_utf16.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let hosts = &ctx.machine.hosts;
    let Some(found) = Utf16::find(hosts.value.bytes()) else { return };
    let part = if found.start == 0 { "is" } else { "is in part" };
    let mut finding = RULE.finding(format!("{} {part} UTF-16: no program reads its entries", hosts.path));
    finding.locations.push(in_hosts(ctx.machine, found.start..found.start, "two bytes a character"));
    finding.evidence.push(Evidence::new(&found.proof, &hosts.path));
    finding.remedies.push(repair(&found));
    out.push(finding);
}

struct Utf16 {
    start: usize,
    /// Name for iconv; `UTF-16` takes the byte order mark away, the others know none.
    charset: &'static str,
    proof: String,
}

impl Utf16 {
    /// A byte order mark at the start, or ASCII letters each with a NUL beside it: at the start or from a later line on.
    fn find(bytes: &[u8]) -> Option<Utf16> {
        let marked = |proof: &str| Utf16 { start: 0, charset: "UTF-16", proof: proof.to_owned() };
        if bytes.starts_with(b"\xff\xfe") {
            return Some(marked("byte order mark FF FE at the start"));
        }
        if bytes.starts_with(b"\xfe\xff") {
            return Some(marked("byte order mark FE FF at the start"));
        }
        if !bytes.contains(&0) {
            return None;
        }
        let (start, charset) = bytes.windows(6).enumerate().find_map(|(at, w)| {
            let halves =
                |high: usize| (0..6).all(|i| if i % 2 == high { w[i] == 0 } else { w[i].is_ascii_graphic() });
            if halves(1) {
                Some((at, "UTF-16LE"))
            } else if halves(0) {
                Some((at, "UTF-16BE"))
            } else {
                None
            }
        })?;
        let proof = format!("every second byte is NUL from byte {start} on");
        Some(Utf16 { start, charset, proof })
    }
}

/// Conversion through a copy, written in place: owner, mode and a bind mount stay as they are.
fn repair(found: &Utf16) -> Remedy {
    if found.start != 0 {
        return remedy::advice(
            "write the UTF-16 part of /etc/hosts again as plain text",
            WHOLE_MACHINE,
            "the file mixes plain text and UTF-16: copy it, delete the lines with NUL bytes in an editor and type them again",
        );
    }
    let convert = format!(
        "sudo sh -c 'iconv -f {} -t UTF-8 /etc/hosts.utf16 > /etc/hosts.utf8 && cat /etc/hosts.utf8 > /etc/hosts'",
        found.charset
    );
    remedy::command(
        "convert /etc/hosts to UTF-8",
        Applicability::Safe,
        WHOLE_MACHINE,
        &["sudo cp -p /etc/hosts /etc/hosts.utf16", &convert],
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use super::Utf16;

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn marked_unmarked_and_mixed_files_are_told() {
        assert_eq!(Utf16::find(&wide("\u{feff}127.0.0.1 localhost")).expect("marked").start, 0);
        assert_eq!(Utf16::find(&wide("127.0.0.1 localhost")).expect("unmarked").start, 0);
        let mixed = [b"127.0.0.1 localhost\n".to_vec(), wide("10.0.0.1 nas\r\n")].concat();
        assert_eq!(Utf16::find(&mixed).expect("mixed").start, 20);
        assert!(Utf16::find("127.0.0.1 localhost # für\0 alle\n".as_bytes()).is_none());
    }

    #[test]
    fn the_finding_names_the_conversion() {
        let found = debian()
            .bytes("/etc/hosts", &wide("\u{feff}127.0.0.1 localhost\r\n"))
            .of("hosts.encoding-utf16", "localhost")
            .expect("finding");
        assert_eq!(found.remedies[0].title, "convert /etc/hosts to UTF-8");
        assert_eq!(debian().of("hosts.encoding-utf16", "localhost"), None);
    }
}
