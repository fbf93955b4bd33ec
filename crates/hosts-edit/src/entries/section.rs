//! Sections between marker lines, owned by whoever writes them, and replaced as a whole.
//!
//! The markers are those of Ansible's `blockinfile` with its `marker: "# {mark} NAME"` (ansible-core 2.19,
//! lib/ansible/modules/blockinfile.py): `# BEGIN NAME` and `# END NAME`, so that both tools know each other's sections.

use crate::edit::{EditError, EditSet};
use crate::file::HostsFile;
use crate::line::Line;
use std::fmt;

/// Why a section cannot be replaced: the file is left to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SectionError {
    /// A begin without an end, on this line.
    Open(usize),
    /// An end without a begin, on this line.
    Unopened(usize),
    /// The section begins on both lines.
    Twice(usize, usize),
    /// No name, or characters in it that a marker cannot have.
    Name(String),
    /// A line of the new content that is a marker itself.
    Marker(String),
    /// The edit itself.
    Edit(EditError),
}

impl fmt::Display for SectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SectionError::Open(line) => write!(f, "the section that begins on line {line} has no end"),
            SectionError::Unopened(line) => write!(f, "line {line} ends a section that has no begin"),
            SectionError::Twice(a, b) => write!(f, "the section begins twice, on lines {a} and {b}"),
            SectionError::Name(name) => write!(f, "{name:?} is no name of a section"),
            SectionError::Marker(line) => write!(f, "{line:?} is a marker of a section"),
            SectionError::Edit(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SectionError {}

/// A section and its marker lines, from 1.
pub(super) struct Section {
    pub(super) name: String,
    pub(super) begin: usize,
    pub(super) end: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum Marker {
    Begin(String),
    End(String),
}

/// The first line of the section `name`.
pub fn begin_marker(name: &str) -> String {
    format!("# BEGIN {name}")
}

/// Its last line.
pub fn end_marker(name: &str) -> String {
    format!("# END {name}")
}

/// Every section that has a begin and an end, in the order of the file.
pub(super) fn sections(file: &HostsFile) -> Vec<Section> {
    let mut found: Vec<Section> = Vec::new();
    let mut open: Option<(String, usize)> = None;
    for line in file.lines() {
        match marker(&line) {
            Some(Marker::Begin(name)) => open = Some((name, line.number())),
            Some(Marker::End(name)) => {
                if let Some((_, begin)) = open.take_if(|(begun, _)| *begun == name) {
                    found.push(Section { name, begin, end: line.number() });
                }
            }
            None => {}
        }
    }
    found
}

fn marker(line: &Line<'_>) -> Option<Marker> {
    // A marker begins its line: cheap for files of a million entries.
    if line.narrow().first() != Some(&b'#') {
        return None;
    }
    marker_in(&String::from_utf8_lossy(&line.text()))
}

fn marker_in(text: &str) -> Option<Marker> {
    let text = text.trim().strip_prefix('#')?.trim_start();
    let name = |rest: &str| rest.starts_with([' ', '\t']).then(|| rest.trim().to_owned());
    let begin = text.strip_prefix("BEGIN").and_then(name).map(Marker::Begin);
    begin.or_else(|| text.strip_prefix("END").and_then(name).map(Marker::End))
}

/// The lines of the section `name` without its markers; `None` where there is no such section.
///
/// # Errors
/// Where its markers do not fit.
pub fn section_lines<'f>(file: &'f HostsFile, name: &str) -> Result<Option<Vec<Line<'f>>>, SectionError> {
    let found = find(file, name)?;
    Ok(found.map(|s| (s.begin + 1..s.end).filter_map(|n| file.line(n)).collect()))
}

/// Puts `lines` in place of what the section `name` holds; a section that is not there is made at the end of the
/// file, and without lines it goes, with its markers.
///
/// # Errors
/// Where its markers in the file do not fit, for a name that no marker can have, and for lines that are no lines.
pub fn replace_section(file: &HostsFile, name: &str, lines: &[String]) -> Result<EditSet, SectionError> {
    let fits = !name.is_empty() && name == name.trim() && !name.contains(char::is_control);
    if !fits {
        return Err(SectionError::Name(name.to_owned()));
    }
    if let Some(line) = lines.iter().find(|l| marker_in(l).is_some()) {
        return Err(SectionError::Marker(line.clone()));
    }
    let mut edits = EditSet::new();
    match find(file, name)? {
        None if lines.is_empty() => Ok(()),
        Some(section) if lines.is_empty() => {
            (section.begin..=section.end).try_for_each(|n| edits.remove_line(file, n))
        }
        Some(section) => renew(&mut edits, file, &section, lines),
        None => {
            let (begin, end) = (begin_marker(name), end_marker(name));
            let all = [begin.as_str()].into_iter().chain(lines.iter().map(String::as_str)).chain([&*end]);
            let at = file.line_count() + 1;
            all.into_iter().try_for_each(|line| edits.insert_line(file, at, line))
        }
    }
    .map_err(SectionError::Edit)?;
    Ok(edits)
}

/// Lines that stay at the begin and at the end of the section are not touched.
fn renew(
    edits: &mut EditSet,
    file: &HostsFile,
    section: &Section,
    lines: &[String],
) -> Result<(), EditError> {
    let old: Vec<usize> = (section.begin + 1..section.end).collect();
    let same =
        |number: usize, text: &String| file.line(number).is_some_and(|l| *l.text() == *text.as_bytes());
    let head = old.iter().zip(lines).take_while(|(n, text)| same(**n, text)).count();
    let (old, new) = (&old[head..], &lines[head..]);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(n, text)| same(**n, text)).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    let before = old.first().copied().unwrap_or(section.end - tail);
    new.iter().try_for_each(|text| edits.insert_line(file, before, text))?;
    old.iter().try_for_each(|number| edits.remove_line(file, *number))
}

fn find(file: &HostsFile, name: &str) -> Result<Option<Section>, SectionError> {
    let mut found: Option<Section> = None;
    let mut open: Option<usize> = None;
    for line in file.lines() {
        match (marker(&line), open) {
            (Some(Marker::Begin(n)), None) if n == name => {
                if let Some(first) = &found {
                    return Err(SectionError::Twice(first.begin, line.number()));
                }
                open = Some(line.number());
            }
            (Some(Marker::Begin(_)), Some(begin)) => return Err(SectionError::Open(begin)),
            (Some(Marker::End(n)), None) if n == name => return Err(SectionError::Unopened(line.number())),
            (Some(Marker::End(n)), Some(begin)) if n == name => {
                found = Some(Section { name: n, begin, end: line.number() });
                open = None;
            }
            _ => {}
        }
    }
    match open {
        Some(begin) => Err(SectionError::Open(begin)),
        None => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(before: &str, lines: &[&str]) -> String {
        let file = HostsFile::parse(before).0;
        let lines: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
        let edits = replace_section(&file, "web", &lines).unwrap();
        let after = edits.apply(file.bytes()).unwrap();
        let again = HostsFile::parse(after.clone()).0;
        assert!(replace_section(&again, "web", &lines).unwrap().is_empty(), "{before:?}");
        String::from_utf8(after).unwrap()
    }

    #[test]
    fn a_section_comes_changes_and_goes() {
        let made = replaced("127.0.0.1 a\r\n", &["10.0.0.1 b", "10.0.0.2 c"]);
        assert_eq!(made, "127.0.0.1 a\r\n# BEGIN web\r\n10.0.0.1 b\r\n10.0.0.2 c\r\n# END web\r\n");
        let changed = replaced(&made, &["10.0.0.1 b", "10.0.0.9 d"]);
        assert_eq!(changed, "127.0.0.1 a\r\n# BEGIN web\r\n10.0.0.1 b\r\n10.0.0.9 d\r\n# END web\r\n");
        assert_eq!(replaced(&changed, &[]), "127.0.0.1 a\r\n");
        assert_eq!(
            replaced("# BEGIN web\n# END web\nx", &["10.0.0.1 b"]),
            "# BEGIN web\n10.0.0.1 b\n# END web\nx"
        );
        assert_eq!(replaced("a", &["10.0.0.1 b"]), "a\n# BEGIN web\n10.0.0.1 b\n# END web\n");
        assert_eq!(replaced("a", &[]), "a");
    }

    #[test]
    fn lines_that_stay_are_not_touched() {
        let text = "# BEGIN web\n10.0.0.1 a\n10.0.0.2 b\n10.0.0.3 c\n# END web\n";
        let file = HostsFile::parse(text).0;
        let new = ["10.0.0.1 a", "10.0.0.9 x", "10.0.0.3 c"].map(str::to_owned);
        let edits = replace_section(&file, "web", &new).unwrap();
        assert!(edits.edits().iter().all(|e| e.range.start >= 23 && e.range.end <= 34), "{edits:?}");
        assert_eq!(section_lines(&file, "web").unwrap().unwrap().len(), 3);
        assert!(section_lines(&file, "other").unwrap().is_none());
    }

    #[test]
    fn markers_that_do_not_fit_are_refused() {
        let error = |text: &str| replace_section(&HostsFile::parse(text).0, "web", &[]).unwrap_err();
        assert_eq!(error("x\n# BEGIN web\n"), SectionError::Open(2));
        assert_eq!(error("# END web\n"), SectionError::Unopened(1));
        assert_eq!(error("# BEGIN web\n# BEGIN other\n# END web\n"), SectionError::Open(1));
        let twice = "# BEGIN web\n# END web\n# BEGIN web\n# END web\n";
        assert_eq!(error(twice), SectionError::Twice(1, 3));
        let file = HostsFile::parse("").0;
        assert!(matches!(replace_section(&file, " web", &[]), Err(SectionError::Name(_))));
        assert!(matches!(replace_section(&file, "a\nb", &[]), Err(SectionError::Name(_))));
        let marker = ["#  END x".to_owned()];
        assert!(matches!(replace_section(&file, "web", &marker), Err(SectionError::Marker(_))));
        assert!(matches!(replace_section(&file, "web", &["a\nb".into()]), Err(SectionError::Edit(_))));
    }
}
