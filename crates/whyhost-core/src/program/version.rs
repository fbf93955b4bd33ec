//! Versions of programs: dotted numbers.

use std::cmp::Ordering;
use std::fmt;

/// A version as dotted numbers; `20` and `20.0.0` are equal.
#[derive(Debug, Clone)]
pub struct Version(Vec<u32>);

impl Version {
    /// Reads `20.20.2`, `v20.20.2`, `9.2p1` (as 9.2); `None` where no number starts the text.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.trim().trim_start_matches('v');
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let numbers: Option<Vec<u32>> =
            text[..end].trim_end_matches('.').split('.').map(|n| n.parse().ok()).collect();
        numbers.map(Version)
    }

    /// The first dotted number in what a program prints about itself, as `7.88.1` in `curl 7.88.1 (x86_64…)`; a plain
    /// number where there is none with a dot.
    pub fn find(text: &str) -> Option<&str> {
        let numbers = text.split(|c: char| !c.is_ascii_digit() && c != '.').map(|w| w.trim_matches('.'));
        let numbers: Vec<&str> = numbers.filter(|w| !w.is_empty()).collect();
        numbers.iter().find(|w| w.contains('.')).or(numbers.first()).copied()
    }

    fn number(&self, place: usize) -> u32 {
        self.0.get(place).copied().unwrap_or(0)
    }
}

impl<const N: usize> From<[u32; N]> for Version {
    fn from(numbers: [u32; N]) -> Version {
        Version(numbers.to_vec())
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        let places = 0..self.0.len().max(other.0.len());
        places.map(|i| self.number(i).cmp(&other.number(i))).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u32::to_string).collect();
        write!(f, "{}", numbers.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_compare_by_number() {
        let v = |text| Version::parse(text).unwrap();
        assert!(v("8.2.1") > v("8.2.0") && v("7.88.1") < v("8.2.1") && v("10") > v("9.9"));
        assert_eq!(v("20"), v("v20.0.0"));
        assert_eq!(v("9.2p1").to_string(), "9.2");
        assert!(Version::parse("main").is_none() && Version::parse("").is_none());
    }

    #[test]
    fn the_version_in_what_programs_print() {
        for (text, version) in [
            ("curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1", "7.88.1"),
            ("v20.20.2\n", "20.20.2"),
            ("openjdk version \"17.0.21\" 2026-10-20", "17.0.21"),
            ("OpenSSH_9.2p1 Debian-2+deb12u3, OpenSSL 3.0.15", "9.2"),
            ("go version go1.19.8 linux/amd64", "1.19.8"),
            ("This is perl 5, version 36, subversion 0 (v5.36.0) built for x86_64", "5.36.0"),
            ("BusyBox v1.35.0 (Debian 1:1.35.0-4+b3)", "1.35.0"),
        ] {
            assert_eq!(Version::find(text), Some(version), "{text}");
        }
        assert_eq!(Version::find("no number"), None);
    }
}
