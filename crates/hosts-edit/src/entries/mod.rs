//! What a person asks for: this name at that address, away, switched off; whole sections; aligned columns.
//!
//! Each function gives the edits that are still needed; none where the file says it already.

mod add;
mod format;
mod list;
mod remove;
mod section;
mod toggle;

pub use add::{add, add_anew};
pub use format::format;
pub use list::{Entry, list};
pub use remove::remove;
pub use section::{SectionError, begin_marker, end_marker, replace_section, section_lines};
pub use toggle::{Ambiguous, ToggleError, disable, enable};

use crate::file::HostsFile;
use crate::line::{Line, LineKind, Word};
use std::net::IpAddr;

/// Names that a line of an entry may have so that every consumer sees them all: the Windows DNS Client takes nine
/// (KB 2717022, only documented), and so does OpenBSD's libasr 1.1.0.
pub const MOST_NAMES: usize = 9;

/// Bytes that a line may have without its ending so that every consumer reads it as one: musl cuts at 511 with the
/// line end (`fgets` into `char line[512]`, src/network/lookup_name.c `name_from_hosts`, 1.2.5).
pub const MOST_BYTES: usize = 510;

/// Both texts are the same address, however it is written.
fn same_address(a: &str, b: &str) -> bool {
    if a.eq_ignore_ascii_case(b) {
        return true;
    }
    matches!((a.parse::<IpAddr>(), b.parse::<IpAddr>()), (Ok(a), Ok(b)) if a == b)
}

/// The family of an address, `None` for a text that is none in the ordinary notation.
fn is_v4(address: &str) -> Option<bool> {
    let bare = address.split('%').next().unwrap_or(address);
    bare.parse::<IpAddr>().ok().map(|a| a.is_ipv4())
}

fn text(word: &Word<'_>) -> String {
    String::from_utf8_lossy(&word.text).into_owned()
}

/// The address of a line as text; empty for a line without one.
fn address_of(line: &Line<'_>) -> String {
    line.address().map_or_else(String::new, |a| text(&a))
}

/// The names on `line` that are among `wanted`, as they are written there, each once.
fn shared(line: &Line<'_>, wanted: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in line.names().iter().map(text) {
        let is_wanted = wanted.iter().any(|w| w.eq_ignore_ascii_case(&name));
        if is_wanted && !found.iter().any(|f| f.eq_ignore_ascii_case(&name)) {
            found.push(name);
        }
    }
    found
}

/// Every name on `line` is among `wanted`.
fn has_only(line: &Line<'_>, wanted: &[&str]) -> bool {
    line.names().iter().all(|n| wanted.iter().any(|w| n.text.eq_ignore_ascii_case(w.as_bytes())))
}

/// The lines of `kind` that hold one of `names`, with `address` where one is given.
fn lines_with<'f>(
    file: &'f HostsFile,
    kind: LineKind,
    names: &'f [&'f str],
    address: Option<&'f str>,
) -> impl Iterator<Item = Line<'f>> + 'f {
    file.lines().filter(move |line| {
        line.kind() == kind
            && address.is_none_or(|a| same_address(a, &address_of(line)))
            && !shared(line, names).is_empty()
    })
}
