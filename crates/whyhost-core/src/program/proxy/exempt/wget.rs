//! GNU Wget and Wget2.

use super::super::Destination;
use super::ends_with_ignoring_case;

/// `sufmatch` over the entries of `sepstring`, which drops the blanks behind a comma and keeps those before.
pub(crate) fn wget(destination: &Destination, list: &str) -> bool {
    let host = destination.host.as_str();
    let mut entries = list.split(',').enumerate().map(|(i, entry)| {
        if i == 0 { entry } else { entry.trim_start_matches(|c: char| c.is_ascii_whitespace()) }
    });
    entries.any(|entry| {
        let before = host.len().checked_sub(entry.len()).and_then(|n| n.checked_sub(1));
        ends_with_ignoring_case(host, entry)
            && (before.is_none_or(|at| host.as_bytes()[at] == b'.') || entry.starts_with('.'))
    })
}

/// The host itself, or for an entry with a dot before it the names below it.
pub(crate) fn wget2(destination: &Destination, list: &str) -> bool {
    list.split(',').any(|entry| {
        let below = entry.starts_with('.') && ends_with_ignoring_case(&destination.host, entry);
        !entry.is_empty() && (below || destination.host.eq_ignore_ascii_case(entry))
    })
}
