//! Any bytes and an edit of any line: every other line keeps its bytes, and no dialect panics before or after.
#![no_main]

use hosts_edit::{EditError, EditSet, Family, HostsFile, dialect};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u16, &[u8])| {
    let (which, number, bytes) = input;
    let file = HostsFile::parse(bytes).0;
    ask(&file);
    let number = usize::from(number) % (file.line_count() + 1) + 1;
    let Ok(edits) = edit(&file, which % 10, number) else { return };
    let after = edits.apply(bytes).unwrap();
    let span = file.line(number).map_or(bytes.len()..bytes.len(), |l| l.span());
    let behind = if which % 10 < 2 { span.start } else { span.end };
    assert!(after.starts_with(&bytes[..span.start]));
    assert!(after.ends_with(&bytes[behind..]));
    ask(&HostsFile::parse(after).0);
});

fn ask(file: &HostsFile) {
    for dialect in dialect::ALL.iter().chain(dialect::OLDER) {
        let names: Vec<Vec<u8>> = file.entries(dialect).take(3).map(|e| e.names[0].text.to_vec()).collect();
        for name in names.iter().map(Vec::as_slice).chain([&b"localhost"[..]]) {
            for family in [Family::Any, Family::V4, Family::V6] {
                file.lookup(dialect, name, family);
                file.view(dialect).ends_search(name, family);
            }
        }
        file.reverse(dialect, std::net::IpAddr::from([127, 0, 0, 1]));
    }
}

fn edit(file: &HostsFile, which: u8, number: usize) -> Result<EditSet, EditError> {
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
