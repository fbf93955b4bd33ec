//! Names that a change takes out of the file although nobody asked for that.

use super::{Objection, Plan};
use crate::check::Subject;
use crate::rules;
use hosts_edit::{Dialect, HostsFile};

/// Names of one reader that are told.
const TOLD: usize = 3;

/// For each reader that matters: the names of the old file that the new one does not list. All names are compared,
/// however many there are.
pub(super) fn unlisted(before: &Subject, after: &Subject, plan: &Plan, asked: &[&str]) -> Vec<Objection> {
    // Edits that only add take nothing away for a reader of lines; what splits a line is no addition.
    if plan.is_empty() {
        return Vec::new();
    }
    let (old, new) = (&before.as_machine().hosts.value, &after.as_machine().hosts.value);
    let readers = before.readers();
    readers.into_iter().filter_map(|reader| of_reader(reader, old, new, asked)).collect()
}

fn of_reader(
    reader: &'static Dialect,
    old: &HostsFile,
    new: &HostsFile,
    asked: &[&str],
) -> Option<Objection> {
    let listed = new.view(reader).index();
    let (mut names, mut count) = (Vec::new(), 0);
    let mut seen = std::collections::HashSet::new();
    for name in old.view(reader).entries().flat_map(|entry| entry.names) {
        let is_asked = || asked.iter().any(|a| name.text.eq_ignore_ascii_case(a.as_bytes()));
        // glibc makes `boxx` of an indented last line without an end; nobody meant that name.
        if old.bytes()[name.span.clone()] != *name.text {
            continue;
        }
        if listed.first_line(&name.text).is_some() || !is_askable(&name.text) || is_asked() {
            continue;
        }
        if seen.insert(name.text.to_ascii_lowercase()) {
            count += 1;
            if names.len() < TOLD {
                names.push(String::from_utf8_lossy(&name.text).into_owned());
            }
        }
    }
    (count > 0).then_some(Objection::Unlisted { reader: reader.label, count, names })
}

/// Somebody may look this name up: a host name, not an address, a URL, or two words that were glued together.
pub fn is_askable(name: &[u8]) -> bool {
    rules::is_name_of_a_host(name)
}
