//! The promises of the crate, on arbitrary bytes, on bytes like those of hosts files, on real files and on big ones.

#![allow(clippy::print_stdout, reason = "a skipped test says why")]

use hosts_edit::{EditError, EditSet, Family, HostsFile, LineKind, dialect};
use proptest::prelude::*;

/// Lines tile the file behind its byte order mark, problems lie inside and are sorted, and nothing is lost.
fn assert_lossless(bytes: &[u8]) -> HostsFile {
    let (file, problems) = HostsFile::parse(bytes);
    assert_eq!(file.bytes(), bytes);
    let mut at = file.encoding().bom_len();
    for (i, line) in file.lines().enumerate() {
        assert_eq!((line.number(), line.span().start), (i + 1, at));
        let ending = &bytes[line.content_span().end..line.span().end];
        assert_eq!(ending.len(), line.ending().text().len() * file.encoding().unit());
        at = line.span().end;
    }
    assert_eq!(at, bytes.len());
    assert!(problems.windows(2).all(|p| p[0].span.start <= p[1].span.start));
    assert!(problems.iter().all(|p| p.span.end <= bytes.len() && p.line <= file.line_count().max(1)));
    file
}

/// Every word lies in its line, in order.
fn assert_words(file: &HostsFile) {
    for line in file.lines() {
        let content = line.content_span();
        let spans: Vec<_> =
            line.address().into_iter().chain(line.names()).chain(line.comment()).map(|w| w.span).collect();
        assert!(spans.iter().all(|s| content.start <= s.start && s.end <= content.end));
        assert!(spans.windows(2).all(|s| s[0].end <= s[1].start));
        assert_eq!(
            line.kind() == LineKind::Entry,
            line.address().is_some() && !line.names().is_empty() && !starts_with_hash(&line.text())
        );
    }
}

fn starts_with_hash(text: &[u8]) -> bool {
    text.iter().find(|b| !b" \t\x0b\x0c\r".contains(b)) == Some(&b'#')
}

/// No dialect panics, and every span it names is in the file.
fn assert_dialects(file: &HostsFile) {
    for dialect in dialect::ALL.iter().chain(dialect::OLDER) {
        for entry in file.entries(dialect) {
            assert!(entry.line >= 1 && entry.line <= file.line_count());
            assert!(entry.address_span.end <= file.bytes().len());
            let name = entry.names[0].text.clone();
            let found = file.lookup(dialect, &name, Family::Any);
            assert!(found.len() <= file.line_count() * 8 + file.bytes().len());
            file.reverse(dialect, entry.address);
        }
        for family in [Family::Any, Family::V4, Family::V6] {
            file.lookup(dialect, b"localhost", family);
        }
    }
}

/// Pieces of which hosts files, good and bad, are made.
fn hosts_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        &b"127.0.0.1"[..],
        b"::1",
        b"0.0.0.0",
        b"fe80::1%lo0",
        b"127.1",
        b"::ffff:192.0.2.1",
        b"localhost",
        b"a.test",
        b"A.Test.",
        b"my_host",
        b"a..b",
        b" ",
        b" ",
        b"\t",
        b"   ",
        b"\n",
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b"#",
        b"# ",
        b"##",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xc2\xa0",
        b"\xff\xfe",
        b"\xe9",
        b"\x0b",
        b",",
        b"\\.",
        b"is the",
    ]);
    let bytes = prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat());
    let wide = |big: bool| {
        move |bytes: Vec<u8>| -> Vec<u8> {
            bytes.into_iter().flat_map(|b| if big { [0, b] } else { [b, 0] }).collect()
        }
    };
    prop_oneof![4 => bytes.clone(), 1 => bytes.clone().prop_map(wide(false)), 1 => bytes.prop_map(wide(true))]
}

/// One edit of line `number`; what is refused with an error is no edit.
fn one_edit(file: &HostsFile, which: usize, number: usize) -> Result<EditSet, EditError> {
    let mut edits = EditSet::new();
    match which {
        0 => edits.insert_line(file, number, "# new")?,
        1 => edits.insert_entry(file, number, "2001:db8::7", &["new.test", "n"])?,
        2 => edits.replace_line(file, number, "192.0.2.7 new.test")?,
        3 => edits.remove_line(file, number)?,
        4 => edits.comment_out(file, number)?,
        5 => edits.uncomment(file, number)?,
        6 => edits.add_name(file, number, "new.test")?,
        7 => edits.remove_name(file, number, "localhost")?,
        8 => edits.set_address(file, number, "192.0.2.7")?,
        _ => edits.realign(file, number..=number)?,
    }
    Ok(edits)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let file = assert_lossless(&bytes);
        assert_words(&file);
        assert_dialects(&file);
    }

    #[test]
    fn bytes_like_hosts(bytes in hosts_like()) {
        let file = assert_lossless(&bytes);
        assert_words(&file);
        assert_dialects(&file);
    }

    /// Whatever the edit of a line, the bytes of all lines before and behind it stay.
    #[test]
    fn other_lines_stay(bytes in hosts_like(), which in 0usize..10, at in any::<prop::sample::Index>()) {
        let file = HostsFile::parse(bytes.clone()).0;
        let number = at.index(file.line_count() + 1) + 1;
        let Ok(edits) = one_edit(&file, which, number) else { return Ok(()) };
        let after = edits.apply(&bytes).unwrap();
        let inserts = which < 2;
        let span = file.line(number).map_or(bytes.len()..bytes.len(), |l| l.span());
        let behind = if inserts { span.start } else { span.end };
        prop_assert!(after.starts_with(&bytes[..span.start]));
        prop_assert!(after.ends_with(&bytes[behind..]));
        prop_assert!(after.len() >= span.start + bytes.len() - behind);
    }

    /// Adding a name and removing it, or commenting out and back, gives the same bytes.
    #[test]
    fn edits_can_be_undone(bytes in hosts_like(), at in any::<prop::sample::Index>()) {
        let file = HostsFile::parse(bytes.clone()).0;
        for (do_it, undo) in [(6, "add"), (4, "comment")] {
            let number = at.index(file.line_count() + 1) + 1;
            if file.line(number).map(|l| l.kind()) != Some(LineKind::Entry) { continue }
            let Ok(edits) = one_edit(&file, do_it, number) else { continue };
            let changed = edits.apply_to(&file).unwrap();
            // A file without byte order mark may look like another encoding afterwards; then there is no such line.
            if changed.encoding() != file.encoding() || changed.line_count() != file.line_count() { continue }
            let mut back = EditSet::new();
            let undone = match undo {
                "add" => back.remove_name(&changed, number, "new.test"),
                _ => back.uncomment(&changed, number),
            };
            if undo == "comment" && undone.is_err() { continue }
            prop_assert_eq!(back.apply(changed.bytes()).unwrap(), bytes.clone());
        }
    }

    /// Random ranges: either refused, or every byte outside them stays.
    #[test]
    fn edit_sets(bytes in prop::collection::vec(any::<u8>(), 0..60), edits in prop::collection::vec((0usize..70, 0usize..9), 0..8)) {
        let mut set = EditSet::new();
        let mut taken = [false; 90];
        for (start, len) in edits {
            let range = start..start + len;
            if set.push(hosts_edit::Edit { range: range.clone(), bytes: vec![b'+'] }).is_ok() {
                taken[range].fill(true);
            }
        }
        match set.apply(&bytes) {
            Err(error) => prop_assert!(matches!(error, EditError::OutOfRange(r) if r.end > bytes.len())),
            Ok(after) => {
                let kept: Vec<u8> = bytes.iter().enumerate().filter(|(i, _)| !taken[*i]).map(|(_, b)| *b).collect();
                let added = set.edits().len();
                prop_assert_eq!(after.len(), kept.len() + added);
            }
        }
    }
}

#[test]
fn a_line_of_fifty_megabytes() {
    let mut bytes = b"127.0.0.1 localhost".to_vec();
    while bytes.len() < 50 << 20 {
        bytes.extend_from_slice(b" alias.example.test");
    }
    bytes.extend_from_slice(b"\n::1 last");
    let (file, problems) = HostsFile::parse(bytes);
    assert_eq!((file.line_count(), problems.len()), (2, 1));
    assert_eq!(file.lookup(&dialect::GLIBC, b"alias.example.test", Family::Any).len(), 1);
    assert_eq!(file.lookup(&dialect::MUSL, b"localhost", Family::Any).len(), 1);
    assert_eq!(file.lookup(&dialect::GO, b"last", Family::Any).len(), 0);
    assert_eq!(file.lookup(&dialect::RESOLVED, b"last", Family::Any).len(), 0);
    assert_eq!(file.lookup(&dialect::GLIBC, b"last", Family::Any).len(), 1);
}

#[test]
fn megabytes_of_one_byte() {
    for byte in [0u8, b'\r', b'#', b' ', b'a', 0xff, b'.', b':'] {
        let bytes = vec![byte; 2 << 20];
        let (file, _) = HostsFile::parse(bytes);
        assert!(file.lookup(&dialect::GLIBC, b"a", Family::Any).is_empty());
    }
}

#[test]
fn five_million_lines() {
    let bytes = b"0.0.0.0 ads.test\n".repeat(5_000_000);
    let (file, problems) = HostsFile::parse(bytes);
    assert_eq!((file.line_count(), problems.len()), (5_000_000, 0));
    assert_eq!(file.line(5_000_000).unwrap().names()[0].span, 84_999_991..84_999_999);
    let mut edits = EditSet::new();
    edits.remove_line(&file, 2_500_000).unwrap();
    assert_eq!(edits.apply(file.bytes()).unwrap().len(), file.bytes().len() - 17);
}

/// Every file of the corpus named by WHYHOST_CORPUS; the files are not part of the project.
#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the corpus is outside the project; the crate itself reads nothing"
)]
fn corpus() {
    let Some(folder) = std::env::var_os("WHYHOST_CORPUS") else {
        println!("SKIP: WHYHOST_CORPUS does not name the folder of real hosts files");
        return;
    };
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let file = assert_lossless(&bytes);
        assert_words(&file);
        // Each entry is looked up by each dialect, which is quadratic.
        if file.line_count() < 100 {
            assert_dialects(&file);
        }
        files += 1;
    }
    println!("{files} files of the corpus are byte-identical");
    assert!(files > 0);
}
