//! The hosts line of nsswitch.conf as text: places and edits of its services.

use super::edit;
use super::remedy::{self, WHOLE_MACHINE};
use crate::conf::nsswitch::Service;
use crate::finding::{Applicability, Evidence, Location, Remedy, TextEdit};
use crate::machine::{FileState, GlibcVersion, Machine};
use crate::snapshot::RawFile;
use std::ops::Range;

/// A hosts line with its bytes.
pub(super) struct HostsLine {
    path: String,
    bytes: Vec<u8>,
    number: usize,
    services: Vec<Service>,
}

impl HostsLine {
    /// The line that counts; `None` where the library's default applies.
    pub(super) fn of(machine: &Machine, services: &[Service]) -> Option<HostsLine> {
        let number = machine.nsswitch.value.line()?;
        let path = machine.nsswitch.path.clone();
        let bytes = bytes(machine);
        Some(HostsLine { path, bytes, number, services: services.to_vec() })
    }

    /// The name of service `index`.
    pub(super) fn name(&self, index: usize) -> Range<usize> {
        let service = &self.services[index];
        let start = edit::line_span(&self.bytes, self.number).start + service.column.saturating_sub(1);
        start..(start + service.name.len()).min(self.bytes.len())
    }

    /// Service `index` with its criteria.
    fn group(&self, index: usize) -> Range<usize> {
        let start = self.name(index).start;
        let end = match index + 1 < self.services.len() {
            true => self.name(index + 1).start,
            false => edit::line_text(&self.bytes, self.number).end,
        };
        start..start + self.bytes[start..end.max(start)].trim_ascii_end().len()
    }

    /// The place of service `index`.
    pub(super) fn place(&self, index: usize, label: &str) -> Location {
        Location::of(&self.path, &self.bytes, self.name(index), label)
    }

    /// The whole line as a place.
    pub(super) fn whole(&self, label: &str) -> Location {
        Location::of(&self.path, &self.bytes, edit::line_text(&self.bytes, self.number), label)
    }

    /// The line as evidence.
    pub(super) fn row(&self) -> Evidence {
        let text = &self.bytes[edit::line_text(&self.bytes, self.number)];
        Evidence::new(String::from_utf8_lossy(text), format!("{}:{}", self.path, self.number))
    }

    /// Service `from` before service `to`; its criteria go, since they were written for another place.
    pub(super) fn moved(&self, from: usize, to: usize) -> Remedy {
        let at = self.name(to).start;
        let name = &self.services[from].name;
        let edits =
            vec![edit::replace(at..at, format!("{name} ")), edit::remove_word(&self.bytes, self.group(from))];
        self.remedy(format!("ask {name} before {} in {}", self.services[to].name, self.path), edits)
    }

    /// Service `index` and its criteria taken out.
    pub(super) fn without(&self, index: usize) -> Remedy {
        let name = &self.services[index].name;
        let edits = vec![edit::remove_word(&self.bytes, self.group(index))];
        self.remedy(format!("take `{name}` out of the hosts line of {}", self.path), edits)
    }

    /// `files` as the first service.
    pub(super) fn with_files(&self) -> Remedy {
        let edit = if self.services.is_empty() {
            edit::replace(self.after_colon(), " files dns")
        } else {
            let at = self.name(0).start;
            edit::replace(at..at, "files ")
        };
        self.remedy(format!("ask the hosts file first in {}", self.path), vec![edit])
    }

    /// Another name for service `index`.
    pub(super) fn renamed(&self, index: usize, name: &str) -> Remedy {
        self.remedy(
            format!("write `{name}` in place of `{}` in {}", self.services[index].name, self.path),
            vec![edit::replace(self.name(index), name)],
        )
    }

    /// Everything behind `hosts:`.
    fn after_colon(&self) -> Range<usize> {
        let line = edit::line_text(&self.bytes, self.number);
        let colon = self.bytes[line.clone()].iter().position(|b| *b == b':');
        colon.map_or(line.end, |c| line.start + c + 1)..line.end
    }

    fn remedy(&self, title: String, edits: Vec<TextEdit>) -> Remedy {
        remedy::edits(title, Applicability::Safe, WHOLE_MACHINE, &self.path, edits)
    }
}

/// The bytes of nsswitch.conf, none where there is no file.
pub(super) fn bytes(machine: &Machine) -> Vec<u8> {
    machine.raw.file(&machine.nsswitch.path).and_then(RawFile::bytes).unwrap_or_default()
}

/// A hosts line where there is none.
pub(super) fn add_line(machine: &Machine) -> Remedy {
    let path = &machine.nsswitch.path;
    let title = format!("add `hosts: files dns` to {path}");
    if let FileState::Absent(_) = machine.nsswitch.state {
        let command = format!("printf 'hosts: files dns\\n' | sudo tee {path}");
        return remedy::command(title, Applicability::Safe, WHOLE_MACHINE, &[&command]);
    }
    let edit = edit::insert_lines(&bytes(machine), usize::MAX, &["hosts: files dns".to_owned()]);
    remedy::edits(title, Applicability::Safe, WHOLE_MACHINE, path, vec![edit])
}

/// Evidence: the built-in default of this glibc.
pub(super) fn default_row(machine: &Machine) -> Evidence {
    let GlibcVersion(major, minor) = machine.glibc;
    let list = if machine.glibc < GlibcVersion(2, 35) { "dns [!UNAVAIL=return] files" } else { "files dns" };
    let state = match &machine.nsswitch.state {
        FileState::Absent(errno) => format!("no file ({errno})"),
        _ => "no hosts line".to_owned(),
    };
    let text = format!("{state}: glibc {major}.{minor} uses its default `{list}`");
    Evidence::new(text, &machine.nsswitch.path)
}
