//! What one consumer makes of the file: its lines, addresses and names.

use std::borrow::Cow;
use std::net::IpAddr;
use std::ops::Range;

use crate::address::{Zones, default_zones};
use crate::dialect::{Dialect, Verdict};
use crate::file::HostsFile;
use crate::reader::Reader;

/// A file as one consumer sees it. Made by [`HostsFile::view`].
#[derive(Clone, Copy)]
pub struct View<'f> {
    pub(crate) file: &'f HostsFile,
    pub(crate) dialect: &'f Dialect,
    pub(crate) zones: Zones<'f>,
}

/// An entry as one consumer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenEntry<'f> {
    /// The line of the file on which it begins, from 1.
    pub line: usize,
    /// The address as written, before any conversion for a query.
    pub address: IpAddr,
    /// Index of the interface of a zone; 0 without.
    pub scope_id: u32,
    /// Text of a zone that the consumer keeps as text (Go).
    pub zone: Option<&'f [u8]>,
    /// Where the address token stands.
    pub address_span: Range<usize>,
    /// The names, at least one.
    pub names: Vec<SeenName<'f>>,
}

/// A name as one consumer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenName<'f> {
    /// The bytes that the consumer compares: those of the file, except where it undoes escapes.
    pub text: Cow<'f, [u8]>,
    /// Where the word stands.
    pub span: Range<usize>,
}

impl<'f> View<'f> {
    pub(crate) fn new(file: &'f HostsFile, dialect: &'f Dialect) -> View<'f> {
        View { file, dialect, zones: &default_zones }
    }

    /// The same view on a machine with other interfaces.
    pub fn with_zones(self, zones: Zones<'f>) -> View<'f> {
        View { zones, ..self }
    }

    /// The bytes of a word as the consumer compares them.
    pub(crate) fn name_at(&self, span: Range<usize>) -> Cow<'f, [u8]> {
        let raw = &self.file.bytes()[span];
        match self.dialect.names.judge(raw, false) {
            Verdict::KeepsAs(text) => text,
            _ => Cow::Borrowed(raw),
        }
    }

    /// The entries in the order of the file.
    pub fn entries(self) -> impl Iterator<Item = SeenEntry<'f>> + 'f {
        let mut reader = Reader::new(self);
        std::iter::from_fn(move || {
            while reader.advance() {
                if !reader.names.is_empty() {
                    return Some(reader.entry());
                }
            }
            None
        })
    }
}

/// A line on which a name stands, as one consumer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The line of the file, from 1.
    pub line: usize,
    /// The address as written.
    pub address: IpAddr,
    /// Where the address token stands.
    pub address_span: Range<usize>,
    /// Where the name stands first on the line.
    pub name_span: Range<usize>,
    /// How many names the line has.
    pub names: usize,
}

impl<'f> View<'f> {
    /// The lines that name `name`, in the order of the file.
    ///
    /// ```
    /// use hosts_edit::{GLIBC, HostsFile};
    /// let (file, _) = HostsFile::parse("127.0.0.1 localhost\n::1 ip6-localhost Localhost\n");
    /// let places = file.view(&GLIBC).places(b"localhost");
    /// assert_eq!(places.iter().map(|p| (p.line, p.names)).collect::<Vec<_>>(), [(1, 1), (2, 2)]);
    /// ```
    pub fn places(self, name: &[u8]) -> Vec<Place> {
        let view = View { file: self.file, dialect: self.dialect, zones: self.zones };
        let mut reader = Reader::naming(view, name);
        let mut places = Vec::new();
        while reader.advance() {
            let is_same = |(_, text): &(&Range<usize>, Cow<'_, [u8]>)| self.dialect.same_name(text, name);
            let Some(name_span) = reader.named().find(is_same).map(|(span, _)| span.clone()) else {
                continue;
            };
            let (line, names) = (reader.line(), reader.count);
            let (address, address_span) = (reader.value.ip, reader.address.clone());
            places.push(Place { line, address, address_span, name_span, names });
        }
        places
    }

    /// Each entry by its line, its address and the places of its address and of its first name; cheap also for lines of
    /// millions of names.
    pub fn heads(self) -> impl Iterator<Item = Head> + 'f {
        let mut reader = Reader::first_names(self);
        std::iter::from_fn(move || {
            while reader.advance() {
                if let Some(name) = reader.names.first().cloned() {
                    let (address, address_span) = (reader.value.ip, reader.address.clone());
                    return Some(Head { line: reader.line(), address, address_span, name_span: name });
                }
            }
            None
        })
    }
}

/// The beginning of an entry, as one consumer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The line of the file, from 1.
    pub line: usize,
    /// The address as written.
    pub address: IpAddr,
    /// Where the address token stands.
    pub address_span: Range<usize>,
    /// Where the first name stands.
    pub name_span: Range<usize>,
}
