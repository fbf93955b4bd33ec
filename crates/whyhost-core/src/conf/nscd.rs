//! /etc/nscd.conf as nscd reads it (glibc `nscd/nscd_conf.c`, `nscd_parse_file`; defaults of `nscd/connections.c`, `dbs`).

use super::text::{lines, words};
use std::ops::Range;

/// What nscd does with answers about hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NscdConf {
    /// `enable-cache hosts`, off by default.
    pub caches: bool,
    /// `check-files hosts`, on by default: a changed /etc/hosts empties the cache.
    pub checks_files: bool,
    /// `positive-time-to-live hosts` in seconds, 3600 by default.
    pub keeps: u64,
    /// The `no` of the last `check-files hosts no`: its line and its place in the file.
    pub unchecked: Option<(usize, Range<usize>)>,
}

impl NscdConf {
    /// Parses the file. Words are compared with case; the last line that sets a value counts, other values are ignored.
    pub fn parse(bytes: &[u8]) -> NscdConf {
        let mut conf = NscdConf { caches: false, checks_files: true, keeps: 3600, unchecked: None };
        for mut line in lines(bytes) {
            let end = line.text.iter().position(|b| *b == b'#').unwrap_or(line.text.len());
            line.text = &line.text[..end];
            let words: Vec<_> = words(&line).take(3).collect();
            let [key, database, value] = &words[..] else { continue };
            if database.text != b"hosts" {
                continue;
            }
            match (key.text, value.text) {
                (b"enable-cache", b"yes") => conf.caches = true,
                (b"enable-cache", b"no") => conf.caches = false,
                (b"check-files", b"yes") => (conf.checks_files, conf.unchecked) = (true, None),
                (b"check-files", b"no") => {
                    (conf.checks_files, conf.unchecked) = (false, Some((line.number, value.span.clone())));
                }
                (b"positive-time-to-live", value) => conf.keeps = seconds(value),
                _ => {}
            }
        }
        conf
    }
}

/// `atol` of what is no negative number.
fn seconds(value: &[u8]) -> u64 {
    let digits = value.iter().take_while(|b| b.is_ascii_digit());
    digits.fold(0, |n: u64, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_on_hosts_counts() {
        let text = b"# check-files hosts no\n\tenable-cache\thosts yes\ncheck-files passwd no\n\
                     check-files hosts no # x\npositive-time-to-live hosts 600\n";
        let conf = NscdConf::parse(text);
        assert_eq!((conf.caches, conf.checks_files, conf.keeps), (true, false, 600));
        let (line, span) = conf.unchecked.expect("a place");
        assert_eq!((line, &text[span]), (4, &b"no"[..]));
        let later = NscdConf::parse(b"check-files hosts no\ncheck-files hosts yes\n");
        assert!(later.checks_files && later.unchecked.is_none());
    }

    #[test]
    fn defaults_and_what_is_not_understood() {
        for text in ["", "enable-cache hosts\n", "Enable-Cache hosts yes\n", "enable-cache hosts on\n"] {
            let conf = NscdConf::parse(text.as_bytes());
            assert_eq!((conf.caches, conf.checks_files, conf.keeps), (false, true, 3600), "{text}");
        }
    }
}
