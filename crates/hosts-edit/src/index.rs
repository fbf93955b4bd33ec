//! From every name of the file to the first line that has it.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::IpAddr;
use std::ops::Range;

use crate::reader::Reader;
use crate::view::View;

/// Names that are put into the table together.
const BATCH: usize = 128;

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
    /// The addresses of the records, each once where it follows itself.
    addresses: Vec<IpAddr>,
    /// The names that were there already: the number of the first record, and the later one.
    repeats: Vec<(u32, Record)>,
    /// Open addressing: 0, or the upper half of a name's hash above one more than its index in `names`. A look-up of a
    /// million names is bound by cache misses; with hash and index in one word most cost a single one.
    slots: Vec<u64>,
    /// Not known to whoever wrote the file, so that no list can be made of names that collide.
    seed: u64,
}

/// Where a name stands, and which of the addresses its line has.
struct Record {
    start: usize,
    length: u32,
    line: u32,
    address: u32,
}

/// A name where it stands, and its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The line of the file, from 1.
    pub line: usize,
    /// Where the name stands.
    pub span: Range<usize>,
    /// The address as written.
    pub address: IpAddr,
}

impl<'f> View<'f> {
    /// Reads the whole file once. Names beyond the first 4 Gi are not indexed.
    pub fn index(self) -> NameIndex<'f> {
        let lines = self.file.line_count();
        let slots = vec![0; slots_for(lines)];
        let mut index = NameIndex {
            view: self,
            names: Vec::with_capacity(lines),
            addresses: Vec::new(),
            repeats: Vec::new(),
            slots,
            seed: RandomState::new().build_hasher().finish(),
        };
        let mut reader = Reader::new(self);
        let mut waiting = Vec::with_capacity(BATCH);
        while reader.advance() {
            let line = u32::try_from(reader.line()).unwrap_or(u32::MAX);
            let address = index.address_number(reader.value.ip);
            // Names are found again by their place: one that is read otherwise than it is written is left out.
            for (span, text) in reader.named_as_written() {
                let length = u32::try_from(span.len()).unwrap_or(u32::MAX);
                waiting.push((index.hash(&text), Record { start: span.start, length, line, address }));
            }
            if waiting.len() >= BATCH {
                index.add_all(&mut waiting);
            }
        }
        index.add_all(&mut waiting);
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
        let found = self.find(self.hash(name), name).ok()?;
        Some(self.names[found].line as usize)
    }

    /// Every name where it stands first, in the order of the file.
    pub fn names(&self) -> impl ExactSizeIterator<Item = Listed> {
        self.names.iter().map(|record| self.listed(record))
    }

    /// Where `name` stands first.
    pub fn first(&self, name: &[u8]) -> Option<Listed> {
        let found = self.find(self.hash(name), name).ok()?;
        Some(self.listed(&self.names[found]))
    }

    /// Every name that stands again: where it stood first, and where it stands now, in the order of the file.
    ///
    /// ```
    /// use hosts_edit::{HostsFile, dialect};
    /// let (file, _) = HostsFile::parse("192.0.2.1 a b\n192.0.2.2 A\n");
    /// let index = file.view(&dialect::GLIBC).index();
    /// let again: Vec<_> = index.repeats().map(|(first, again)| (first.line, again.line)).collect();
    /// assert_eq!(again, [(1, 2)]);
    /// ```
    pub fn repeats(&self) -> impl ExactSizeIterator<Item = (Listed, Listed)> {
        self.repeats
            .iter()
            .map(|(first, again)| (self.listed(&self.names[*first as usize]), self.listed(again)))
    }

    fn listed(&self, record: &Record) -> Listed {
        Listed {
            line: record.line as usize,
            span: record.start..record.start + record.length as usize,
            address: self.addresses[record.address as usize],
        }
    }

    fn address_number(&mut self, address: IpAddr) -> u32 {
        if self.addresses.last() != Some(&address) {
            self.addresses.push(address);
        }
        u32::try_from(self.addresses.len() - 1).unwrap_or(u32::MAX)
    }

    fn add_all(&mut self, waiting: &mut Vec<(u64, Record)>) {
        // Reading the slots of many names first lets the processor wait for all of them at once.
        let touched = waiting.iter().fold(0, |all, (hash, _)| all ^ self.slots[self.first_slot(*hash)]);
        std::hint::black_box(touched);
        for (hash, record) in waiting.drain(..) {
            self.add(hash, record);
        }
    }

    fn add(&mut self, hash: u64, record: Record) {
        if self.names.len() >= u32::MAX as usize {
            return;
        }
        let name = self.view.text_of(&record);
        let mut free = match self.find(hash, &name) {
            Err(free) => free,
            // Fits: the number of names was compared above.
            Ok(first) => return self.repeats.push((first as u32, record)),
        };
        self.names.push(record);
        if slots_for(self.names.len()) > self.slots.len() {
            self.grow();
            free = self.free_slot(hash);
        }
        self.slots[free] = hash >> 32 << 32 | self.names.len() as u64;
    }

    /// The index of a name equal to `name`, or the slot where it would go.
    fn find(&self, hash: u64, name: &[u8]) -> Result<usize, usize> {
        let mut at = self.first_slot(hash);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return Err(at);
            }
            let index = (slot as u32 - 1) as usize;
            let same = || self.view.dialect.same_name(&self.view.text_of(&self.names[index]), name);
            if slot >> 32 == hash >> 32 && same() {
                return Ok(index);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Doubles the table. The last name is not in it yet.
    fn grow(&mut self) {
        self.slots = vec![0; self.slots.len() * 2];
        for index in 0..self.names.len() - 1 {
            let hash = self.hash(&self.view.text_of(&self.names[index]));
            let free = self.free_slot(hash);
            self.slots[free] = hash >> 32 << 32 | (index as u64 + 1);
        }
    }

    fn free_slot(&self, hash: u64) -> usize {
        let mut at = self.first_slot(hash);
        while self.slots[at] != 0 {
            at = (at + 1) & (self.slots.len() - 1);
        }
        at
    }

    fn first_slot(&self, hash: u64) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    fn hash(&self, name: &[u8]) -> u64 {
        hash(self.seed, &self.view.dialect.folded(name))
    }
}

/// A power of two with a quarter of the slots free.
fn slots_for(names: usize) -> usize {
    (names + names / 3 + 1).next_power_of_two().max(16)
}

/// Equal for names that differ in case only; the comparison decides for consumers to whom case matters. Each eight bytes
/// are mixed in by a multiplication to 128 bits, as wyhash does it.
fn hash(seed: u64, name: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut folded = [0u8; HASHED];
    let length = name.len().min(HASHED);
    folded[..length].copy_from_slice(&name[..length]);
    folded.make_ascii_lowercase();
    let mix = |a: u64, b: u64| {
        let wide = u128::from(a) * u128::from(b);
        (wide >> 64) as u64 ^ wide as u64
    };
    let (words, _) = folded[..length.next_multiple_of(8)].as_chunks::<8>();
    let mixed = words.iter().fold(seed, |state, word| mix(state ^ u64::from_le_bytes(*word), seed ^ ODD));
    mix(mixed ^ length as u64, ODD)
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
    fn grows() {
        let names: Vec<String> = (0..5000).map(|i| format!("n{i}")).collect();
        let (file, _) = HostsFile::parse(format!("::1 {}\n::1 n7 n4999\n", names.join(" ")));
        let index = file.view(&dialect::GLIBC).index();
        assert_eq!(index.len(), 5000);
        assert!(names.iter().all(|n| index.first_line(n.as_bytes()) == Some(1)));
        assert_eq!(index.first_line(b"n5000"), None);
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
