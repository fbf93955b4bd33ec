//! The names of the hosts file as one reader sees them, found once for all rules about names.

use hosts_edit::{Dialect, HostsFile, Listed, NameIndex, Place};

/// The names of a hosts file: all, or one that is asked about.
pub(crate) enum HostsNames<'f> {
    All(NameIndex<'f>),
    One(Vec<Place>),
}

impl<'f> HostsNames<'f> {
    /// The names as `reader` sees them; with `only`, that one.
    pub(crate) fn of(file: &'f HostsFile, reader: &'f Dialect, only: Option<&[u8]>) -> HostsNames<'f> {
        let view = file.view(reader);
        match only {
            None => HostsNames::All(view.index()),
            Some(name) => HostsNames::One(view.places(name)),
        }
    }

    /// Every name where it stands first.
    pub(crate) fn each(&self) -> Box<dyn Iterator<Item = Listed> + '_> {
        match self {
            HostsNames::All(index) => Box::new(index.names()),
            HostsNames::One(places) => Box::new(places.first().map(listed).into_iter()),
        }
    }

    /// Every name that stands again: where it stood first, and where it stands now.
    pub(crate) fn repeats(&self) -> Box<dyn Iterator<Item = (Listed, Listed)> + '_> {
        match self {
            HostsNames::All(index) => Box::new(index.repeats()),
            HostsNames::One(places) => {
                let later = places.iter().skip(1).map(listed);
                Box::new(places.first().map(listed).into_iter().cycle().zip(later))
            }
        }
    }
}

fn listed(place: &Place) -> Listed {
    Listed { line: place.line, span: place.name_span.clone(), address: place.address }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hosts_edit::GLIBC;

    #[test]
    fn one_name_gives_what_all_give_for_it() {
        let file = HostsFile::parse("192.0.2.1 a b\n192.0.2.2 B\n192.0.2.3 b a\n").0;
        let all = HostsNames::of(&file, &GLIBC, None);
        let one = HostsNames::of(&file, &GLIBC, Some(b"b"));
        let of_b: Vec<_> = all.repeats().filter(|(first, _)| first.span == (12..13)).collect();
        assert_eq!(of_b, one.repeats().collect::<Vec<_>>());
        assert_eq!((all.each().count(), one.each().count(), of_b.len()), (2, 1, 2));
    }
}
