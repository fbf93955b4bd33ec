//! Perl's HTTP::Tiny and LWP: an entry is a text at the end of the host.

use super::super::Destination;

/// `$host =~ /\Q$_\E$/`, the host in small letters, an IPv6 address in brackets.
pub(crate) fn http_tiny(destination: &Destination, list: &str) -> bool {
    let host = destination.bracketed().to_ascii_lowercase();
    entries(list).iter().any(|entry| host.ends_with(entry))
}

/// The same with the host as it is written, an IPv6 address without brackets.
pub(crate) fn lwp(destination: &Destination, list: &str) -> bool {
    entries(list).iter().any(|entry| destination.host.ends_with(entry))
}

/// `split /\s*,\s*/`: blanks around commas go, and so do empty entries at the end. An empty one before matches any host.
fn entries(list: &str) -> Vec<&str> {
    let count = list.split(',').count();
    let space = |c: char| c.is_ascii_whitespace();
    let mut all: Vec<&str> = list
        .split(',')
        .enumerate()
        .map(|(i, entry)| {
            let entry = if i > 0 { entry.trim_start_matches(space) } else { entry };
            if i + 1 < count { entry.trim_end_matches(space) } else { entry }
        })
        .collect();
    while all.last().is_some_and(|entry| entry.is_empty()) {
        all.pop();
    }
    all
}
