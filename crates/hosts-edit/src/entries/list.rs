//! The entries of a file, one value each.

use super::section::sections;
use super::{address_of, text};
use crate::file::HostsFile;
use crate::line::LineKind;

/// An entry, in use or commented out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The line of the file, from 1.
    pub line: usize,
    /// The address as written.
    pub address: String,
    /// The names as written, at least one.
    pub names: Vec<String>,
    /// The comment behind the names, without its `#` and the blanks around it.
    pub comment: Option<String>,
    /// Not commented out.
    pub enabled: bool,
    /// The name of the section that it stands in.
    pub section: Option<String>,
}

/// The entries in the order of the file; bytes that are not UTF-8 are replaced.
///
/// ```
/// use hosts_edit::{HostsFile, entries};
/// let (file, _) = HostsFile::parse("127.0.0.1 localhost # own\n# 10.0.0.5 nas\n");
/// let all = entries::list(&file);
/// assert_eq!((all[0].names[0].as_str(), all[0].comment.as_deref()), ("localhost", Some("own")));
/// assert!(!all[1].enabled);
/// ```
pub fn list(file: &HostsFile) -> Vec<Entry> {
    let sections = sections(file);
    let mut current = 0;
    let mut entries = Vec::new();
    for line in file.lines() {
        let kind = line.kind();
        if !matches!(kind, LineKind::Entry | LineKind::Disabled) {
            continue;
        }
        while sections.get(current).is_some_and(|s| s.end <= line.number()) {
            current += 1;
        }
        let section = sections.get(current).filter(|s| s.begin < line.number()).map(|s| s.name.clone());
        let comment = line.comment().map(|c| text(&c).trim_start_matches('#').trim().to_owned());
        entries.push(Entry {
            line: line.number(),
            address: address_of(&line),
            names: line.names().iter().map(text).collect(),
            comment: comment.filter(|c| !c.is_empty()),
            enabled: kind == LineKind::Entry,
            section,
        });
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_and_comments_are_told() {
        let text = "10.0.0.1 a\n# BEGIN web\n10.0.0.2 b  # note \n#10.0.0.3 c\n# END web\n10.0.0.4 d #\n";
        let file = HostsFile::parse(text).0;
        let told: Vec<_> = list(&file)
            .into_iter()
            .map(|e| (e.line, e.names[0].clone(), e.comment, e.enabled, e.section))
            .collect();
        let web = || Some("web".to_owned());
        assert_eq!(
            told,
            [
                (1, "a".into(), None, true, None),
                (3, "b".into(), Some("note".into()), true, web()),
                (4, "c".into(), None, false, web()),
                (6, "d".into(), None, true, None),
            ]
        );
    }
}
