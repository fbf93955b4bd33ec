//! From every name of the file to the first line that has it.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::view::{Reader, View};

/// Names longer than this share a hash with others that begin so.
const HASHED: usize = 64;

/// The names that a consumer sees, each with the first line that has it; equal names are those which that consumer
/// takes for equal. Made by [`View::index`]; good for files of millions of lines.
///
/// ```
/// use hosts_edit::{HostsFile, dialect};
/// let (file, _) = HostsFile::parse("0.0.0.0 ads.test\n0.0.0.0 Ads.Test more.test\n");
/// let index = file.view(&dialect::GLIBC).index();
/// assert_eq!(index.len(), 2);
/// assert_eq!(index.first_line(b"ADS.test"), Some(1));
/// assert_eq!(index.first_line(b"more.test"), Some(2));
/// ```
pub struct NameIndex<'f> {
    view: View<'f>,
    names: Vec<Record>,
    /// Indices of `names`, found by the hash of the name.
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// Where a name stands first.
struct Record {
    start: usize,
    length: u32,
    line: u32,
}

impl<'f> View<'f> {
    /// Reads the whole file once. Names beyond the first 4 Gi are not indexed.
    pub fn index(self) -> NameIndex<'f> {
        let lines = self.file.line_count();
        let (names, table) = (Vec::with_capacity(lines), HashTable::with_capacity(lines));
        let mut index = NameIndex { view: self, names, table, hasher: DefaultHashBuilder::default() };
        let mut reader = Reader::new(self);
        while reader.advance() {
            let line = u32::try_from(reader.line()).unwrap_or(u32::MAX);
            for span in &reader.names {
                let length = u32::try_from(span.len()).unwrap_or(u32::MAX);
                index.add(Record { start: span.start, length, line });
            }
        }
        index.names.shrink_to_fit();
        index
    }

    fn text_of(&self, record: &Record) -> Cow<'f, [u8]> {
        self.name_at(record.start..record.start + record.length as usize)
    }
}

impl NameIndex<'_> {
    /// The number of different names.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True if the consumer sees no name at all.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The first line that lists `name`, from 1.
    pub fn first_line(&self, name: &[u8]) -> Option<usize> {
        let hash = hash(&self.hasher, self.view.dialect.undotted(name));
        let same = |i: &u32| self.view.dialect.same_name(&self.view.text_of(&self.names[*i as usize]), name);
        self.table.find(hash, same).map(|i| self.names[*i as usize].line as usize)
    }

    fn add(&mut self, record: Record) {
        let NameIndex { view, names, table, hasher } = self;
        let Ok(number) = u32::try_from(names.len()) else {
            return;
        };
        let name = view.text_of(&record);
        let hash_of = |i: &u32| hash(hasher, view.dialect.undotted(&view.text_of(&names[*i as usize])));
        let same = |i: &u32| view.dialect.same_name(&view.text_of(&names[*i as usize]), &name);
        let slot = table.entry(hash(hasher, view.dialect.undotted(&name)), same, hash_of);
        if let hashbrown::hash_table::Entry::Vacant(free) = slot {
            free.insert(number);
            names.push(record);
        }
    }
}

/// Equal for names that differ in case only; the comparison decides for consumers to whom case matters.
fn hash(hasher: &DefaultHashBuilder, name: &[u8]) -> u64 {
    let mut folded = [0u8; HASHED];
    let folded = &mut folded[..name.len().min(HASHED)];
    folded.copy_from_slice(&name[..folded.len()]);
    folded.make_ascii_lowercase();
    let mut state = hasher.build_hasher();
    state.write(folded);
    state.finish()
}

#[cfg(test)]
mod tests {
    use crate::{HostsFile, dialect};

    #[test]
    fn equality_is_the_consumers() {
        let (file, _) = HostsFile::parse("1.1.1.1 a.test\n1.1.1.1 A.test a.test.\n1.1.1.1 b\n");
        let lines = |d, names: [&str; 3]| names.map(|n| file.view(d).index().first_line(n.as_bytes()));
        let names = ["a.test", "A.test", "a.test."];
        assert_eq!(lines(&dialect::GLIBC, names), [Some(1), Some(1), Some(2)]);
        assert_eq!(lines(&dialect::MUSL, names), [Some(1), Some(2), Some(2)]);
        assert_eq!(lines(&dialect::GO, names), [Some(1), Some(1), Some(1)]);
        assert_eq!(file.view(&dialect::GO).index().len(), 2);
    }

    #[test]
    fn long_names_do_not_collide() {
        let names: Vec<String> = (0..50).map(|i| format!("{}{i}", "x".repeat(300))).collect();
        let (file, _) = HostsFile::parse(format!("::1 {}\n", names.join(" ")));
        let index = file.view(&dialect::GLIBC).index();
        assert_eq!(index.len(), 50);
        assert!(names.iter().all(|n| index.first_line(n.as_bytes()) == Some(1)));
    }
}
