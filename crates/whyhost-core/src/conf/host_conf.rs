//! /etc/host.conf as glibc reads it (`resolv/res_hconf.c`, `parse_line` and `arg_bool`).

use super::text::is_space;

/// /etc/host.conf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostConf {
    /// `multi on`: all matching hosts lines count, not the first alone. Off when the file is missing.
    pub multi: bool,
    /// Line of the `multi` that counts.
    pub line: Option<usize>,
}

impl HostConf {
    /// Parses the file. The last `multi` wins; keywords ignore case; lines longer than 255 bytes are read in pieces.
    pub fn parse(bytes: &[u8]) -> HostConf {
        let mut conf = HostConf { multi: false, line: None };
        for (number, line) in fgets(bytes) {
            if let Some(multi) = multi_of(line) {
                conf = HostConf { multi, line: Some(number) };
            }
        }
        conf
    }

    /// What the environment variable `RESOLV_MULTI` makes of the file's value.
    pub fn with_env(&self, resolv_multi: Option<&str>) -> bool {
        resolv_multi.and_then(|v| arg_bool(v.as_bytes())).unwrap_or(self.multi)
    }
}

/// Pieces as `fgets` with a 256-byte buffer hands them out, each up to its first NUL, with the line of its start.
fn fgets(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    bytes.split_inclusive(|b| *b == b'\n').enumerate().flat_map(|(index, raw)| {
        raw.chunks(255).map(move |piece| {
            let end = piece.iter().position(|b| matches!(b, 0 | b'\n')).unwrap_or(piece.len());
            (index + 1, &piece[..end])
        })
    })
}

fn multi_of(line: &[u8]) -> Option<bool> {
    let line = skip_blanks(line);
    let end = line.iter().position(|b| is_space(*b) || matches!(b, b'#' | b',')).unwrap_or(line.len());
    let (keyword, rest) = line.split_at(end);
    keyword.eq_ignore_ascii_case(b"multi").then(|| arg_bool(skip_blanks(rest))).flatten()
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    &text[text.iter().position(|b| !is_space(*b)).unwrap_or(text.len())..]
}

/// `on…` or `off…` in any case; anything else leaves the value alone.
fn arg_bool(text: &[u8]) -> Option<bool> {
    let starts = |word: &[u8]| text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word);
    if starts(b"on") {
        Some(true)
    } else if starts(b"off") {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multi() {
        let cases: [(&[u8], bool, Option<usize>); 8] = [
            (b"", false, None),
            (b"multi on\n", true, Some(1)),
            (b"order hosts,bind\nMULTI ON", true, Some(2)),
            (b"multi on # yes\n", true, Some(1)),
            (b"multi on\nmulti off\n", false, Some(2)),
            (b"multi yes\n", false, None),
            (b"#multi on\n", false, None),
            (b"  multi\tonly\n", true, Some(1)),
        ];
        for (text, multi, line) in cases {
            assert_eq!(HostConf::parse(text), HostConf { multi, line }, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn environment_overrides() {
        let on = HostConf::parse(b"multi on\n");
        assert!(!on.with_env(Some("off")));
        assert!(on.with_env(Some("perhaps")));
        assert!(on.with_env(None));
    }
}
