//! The file that HOSTALIASES names: another name for one without a dot, a line each.
//!
//! A reader takes the name only where DNS is asked; /etc/hosts does not know of it, except for c-ares before 1.31. Programs
//! that run with other rights than their caller's (set-user-ID) do not read the variable.

use crate::machine::Machine;
use crate::snapshot::{FileKind, Meta};

/// How a library reads the file: `None` without a name of use.
pub type Reader = fn(text: &[u8], name: &str) -> Option<String>;

/// The other name of `name`, as `read` finds it in the file.
///
/// # Errors
/// A sentence when the snapshot does not hold the file.
pub fn of(machine: &Machine, name: &str, read: Reader) -> Result<Option<String>, String> {
    let path = machine.raw.env.get("HOSTALIASES").map_or("", String::as_str);
    if path.is_empty() || name.contains('.') {
        return Ok(None);
    }
    if !path.starts_with('/') {
        let why = "each program looks for it in its own folder";
        return Err(format!("HOSTALIASES names {path}, and {why}"));
    }
    let unknown = || format!("HOSTALIASES names {path}, which is not part of the snapshot");
    let file = machine.raw.file(path).ok_or_else(unknown)?;
    match (file.bytes(), &file.meta) {
        (Some(text), _) => Ok(read(&text, name)),
        // A file that cannot be opened has no names.
        (None, Meta::Absent { .. } | Meta::Unreadable { .. }) => Ok(None),
        (None, Meta::Present { kind: FileKind::Directory, .. }) => Ok(None),
        (None, Meta::Present { .. }) => Err(unknown()),
    }
}

/// glibc, `resolv/res_query.c` `__res_context_hostalias` (2.36): the line of the name ends the file when nothing stands
/// behind the name, and so does a word that fills the buffer of 8,192 bytes.
pub fn glibc(text: &[u8], name: &str) -> Option<String> {
    const BUFSIZ: usize = 8192;
    let is_space = |b: &u8| matches!(b, b' ' | 9..=13);
    let same = |word: &[u8]| {
        let plain = |text: &[u8]| text.strip_suffix(b".").unwrap_or(text).to_ascii_lowercase();
        plain(word) == plain(name.as_bytes())
    };
    for line in text.split_inclusive(|b| *b == b'\n').flat_map(|line| line.chunks(BUFSIZ - 1)) {
        // What fgets read is looked at as a C string.
        let line = line.split(|b| *b == 0).next().unwrap_or_default();
        let end = line.iter().position(is_space)?;
        if same(&line[..end]) {
            let alias = line[end..].split(is_space).find(|word| !word.is_empty())?;
            return Some(String::from_utf8_lossy(alias).into_owned());
        }
    }
    None
}

/// c-ares since 1.31, `ares_search.c` `ares_lookup_hostaliases` (1.34.5): lines that say nothing are passed over.
pub fn cares(text: &[u8], name: &str) -> Option<String> {
    let is_name = |word: &[u8]| word.iter().all(|b| b.is_ascii_alphanumeric() || b"-._/*".contains(b));
    let lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let mut aliases = lines.filter_map(|line| {
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let (word, alias) = (words.next()?, words.next()?);
        // The sizes of the two buffers.
        let fits = word.len() < 64 && alias.len() < 256;
        (fits && word.eq_ignore_ascii_case(name.as_bytes()) && is_name(alias)).then_some(alias)
    });
    aliases.next().map(|alias| String::from_utf8_lossy(alias).into_owned())
}

/// c-ares 1.18 to 1.30, `ares_search.c` `ares__single_domain` (1.19): the name stands at the very start of its line.
pub fn early_cares(text: &[u8], name: &str) -> Option<String> {
    let lines = text.split(|b| *b == b'\n');
    let mut aliases = lines.filter_map(|line| {
        let (word, rest) = line.split_at_checked(name.len())?;
        let is_line = word.eq_ignore_ascii_case(name.as_bytes()) && rest.first()?.is_ascii_whitespace();
        let mut words = rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        if is_line { words.next() } else { None }
    });
    aliases.next().map(|alias| String::from_utf8_lossy(alias).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Reader; 3] = [glibc, cares, early_cares];

    #[test]
    fn the_first_line_of_the_name_counts() {
        let text = b"api api.test\nbox\tbox.corp.test third\r\nAPI other.test\n";
        for read in ALL {
            assert_eq!(read(text, "Api").as_deref(), Some("api.test"));
            assert_eq!(read(text, "box").as_deref(), Some("box.corp.test"));
            assert_eq!(read(text, "missing"), None);
        }
    }

    #[test]
    fn readers_differ_on_lines_without_a_name() {
        let text = b"# note\nempty\n\napi api.test";
        assert_eq!(ALL.map(|read| read(text, "api").unwrap()), ["api.test"; 3]);
        let indented = b" api one.test\napi two.test\n";
        assert_eq!(ALL.map(|read| read(indented, "api").unwrap()), ["two.test", "one.test", "two.test"]);
        let nothing = b"api  \napi api.test\n";
        assert_eq!(
            ALL.map(|read| read(nothing, "api")),
            [None, Some("api.test".into()), Some("api.test".into())]
        );
        let utf8 = "api b\u{fc}cher.test\napi api.test\n".as_bytes();
        assert_eq!(cares(utf8, "api").as_deref(), Some("api.test"));
        assert_eq!(glibc(b"api. api.test.\n", "api").as_deref(), Some("api.test."));
    }

    #[test]
    fn a_word_that_fills_the_buffer_ends_the_file_for_glibc() {
        let text = format!("{}\napi api.test\n", "x".repeat(9000));
        assert_eq!(glibc(text.as_bytes(), "api"), None);
        assert_eq!(cares(text.as_bytes(), "api").as_deref(), Some("api.test"));
    }
}
