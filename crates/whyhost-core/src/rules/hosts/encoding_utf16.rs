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

use super::super::facts::{hosts_reach, in_hosts};
use super::super::remedy;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Evidence, Finding, Remedy, Severity};
use hosts_edit::{Encoding, HostsFile};
use std::ops::Range;

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
    let Some(found) = Utf16::of(&hosts.value) else { return };
    let part = if found.start == 0 { "is" } else { "is in part" };
    let mut finding = RULE.finding(format!("{} {part} UTF-16: no program reads its entries", hosts.path));
    finding.locations.push(in_hosts(ctx.machine, found.start..found.start, "two bytes a character"));
    finding.evidence.push(Evidence::new(&found.proof, &hosts.path));
    finding.remedies.push(repair(ctx, &found));
    out.push(finding);
}

struct Utf16 {
    start: usize,
    /// The byte of a pair that is the upper one: 1 in UTF-16LE.
    high: usize,
    proof: String,
}

impl Utf16 {
    /// The whole file without a mark, or what [`Utf16::find`] finds.
    fn of(file: &HostsFile) -> Option<Utf16> {
        let whole = |high: usize| Utf16 { start: 0, high, proof: "every second byte is NUL".to_owned() };
        match file.encoding() {
            Encoding::Utf16Le { bom: false } => Some(whole(1)),
            Encoding::Utf16Be { bom: false } => Some(whole(0)),
            _ => Utf16::find(file.bytes()),
        }
    }

    /// A byte order mark at the start, or ASCII letters each with a NUL beside it: at the start or from a later line on.
    fn find(bytes: &[u8]) -> Option<Utf16> {
        let marked = |high: usize, proof: &str| Utf16 { start: 0, high, proof: proof.to_owned() };
        if bytes.starts_with(b"\xff\xfe") {
            return Some(marked(1, "byte order mark FF FE at the start"));
        }
        if bytes.starts_with(b"\xfe\xff") {
            return Some(marked(0, "byte order mark FE FF at the start"));
        }
        if !bytes.contains(&0) {
            return None;
        }
        let (start, high) = bytes.windows(6).enumerate().find_map(|(at, w)| {
            let halves =
                |high: usize| (0..6).all(|i| if i % 2 == high { w[i] == 0 } else { w[i].is_ascii_graphic() });
            if halves(1) {
                Some((at, 1))
            } else if halves(0) {
                Some((at, 0))
            } else {
                None
            }
        })?;
        // Blanks in front belong to it.
        let wide = |at: &usize| bytes[at + high] == 0 && matches!(bytes[at + 1 - high], b' '..=b'~' | b'\t');
        let before = (2..=start).step_by(2).map(|back| start - back);
        let start = before.take_while(wide).last().unwrap_or(start);
        let proof = format!("every second byte is NUL from byte {start} on");
        Some(Utf16 { start, high, proof })
    }

    /// The bytes that are UTF-16 and the text that they are; `None` where some of them are no text, or where plain
    /// text with NUL bytes follows.
    fn text(&self, bytes: &[u8]) -> Option<(Range<usize>, String)> {
        let unit = |pair: &[u8; 2]| u16::from(pair[self.high]) << 8 | u16::from(pair[1 - self.high]);
        let (pairs, odd) = bytes[self.start..].as_chunks::<2>();
        if self.start == 0 {
            let units: Vec<u16> = pairs.iter().map(unit).collect();
            let text = String::from_utf16(&units).ok().filter(|_| odd.is_empty())?;
            return Some((0..bytes.len(), text.trim_start_matches('\u{feff}').to_owned()));
        }
        // Behind plain text only what is surely wide is taken: ASCII, up to the end or to a line end.
        let is_wide = |u: &u16| matches!(*u, 0x20..=0x7e | 0x9 | 0xa | 0xd);
        let wide: Vec<u16> = pairs.iter().map(unit).take_while(is_wide).collect();
        let text = String::from_utf16(&wide).ok()?;
        let end = self.start + 2 * wide.len();
        let closed = end == bytes.len() || text.ends_with('\n') && !bytes[end..].contains(&0);
        closed.then_some((self.start..end, text))
    }
}

/// The same text as UTF-8, line ends as they are; words where it is not certain which text it is.
fn repair(ctx: &Context<'_>, found: &Utf16) -> Remedy {
    let (path, bytes) = (&ctx.machine.hosts.path, ctx.machine.hosts.value.bytes());
    let reach = hosts_reach(ctx.machine);
    let Some((span, text)) = found.text(bytes) else {
        return remedy::advice(
            format!("write the UTF-16 part of {path} again as plain text"),
            reach,
            "the file mixes plain text and UTF-16: copy it, delete the lines with NUL bytes in an editor and type them again",
        );
    };
    let title = format!("convert {path} to UTF-8");
    remedy::edits(title, Applicability::Safe, reach, path, vec![edit::replace(span, text)])
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
    fn what_is_not_certainly_text_is_left_to_a_person() {
        let odd = [wide("\u{feff}127.0.0.1 a\n"), b"x".to_vec()].concat();
        let lone = [wide("\u{feff}127.0.0.1 a"), vec![0, 0xd8]].concat();
        let beyond = [b"127.0.0.1 localhost\n".to_vec(), wide("10.0.0.1 nas # für\n")].concat();
        for bytes in [odd, lone, beyond] {
            assert!(Utf16::find(&bytes).expect("wide").text(&bytes).is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn the_text_becomes_plain() {
        let bench = debian().bytes("/etc/hosts", &wide("\u{feff}127.0.0.1 localhost\r\n"));
        let found = bench.of("hosts.encoding-utf16", "localhost").expect("finding");
        assert_eq!(found.remedies[0].title, "convert /etc/hosts to UTF-8");
        assert_eq!(bench.after(&found.remedies[0]), "127.0.0.1 localhost\r\n");
        let text =
            [b"127.0.0.1 localhost\n".to_vec(), wide("10.0.0.1 nas\r\n"), b"::1 a\n".to_vec()].concat();
        let bench = debian().bytes("/etc/hosts", &text);
        let found = bench.of("hosts.encoding-utf16", "localhost").expect("finding");
        assert_eq!(bench.after(&found.remedies[0]), "127.0.0.1 localhost\n10.0.0.1 nas\r\n::1 a\n");
        assert_eq!(debian().of("hosts.encoding-utf16", "localhost"), None);
    }
}
