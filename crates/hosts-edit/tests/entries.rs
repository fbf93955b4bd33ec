//! Entries by name, over random files: what is asked for holds afterwards, nothing else changes, and it holds for good.

use hosts_edit::entries;
use hosts_edit::{EditSet, HostsFile, LineKind};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn line() -> impl Strategy<Value = String> {
    let address =
        prop_oneof![Just("127.0.0.1"), Just("::1"), Just("10.0.0.5"), Just("10.0.0.6"), Just("bad")];
    let name = prop_oneof![Just("localhost"), Just("nas"), Just("NAS"), Just("box"), Just("a.test")];
    let gap = prop_oneof![Just(" "), Just("\t"), Just("   ")];
    let lead = prop_oneof![5 => Just(""), 2 => Just("# "), 1 => Just(" "), 1 => Just("#")];
    let end = prop_oneof![3 => Just(""), 1 => Just(" # note"), 1 => Just("  ")];
    let entry =
        (lead, address, proptest::collection::vec((gap, name), 0..4), end).prop_map(|(l, a, names, e)| {
            let names: String = names.into_iter().map(|(gap, name)| format!("{gap}{name}")).collect();
            format!("{l}{a}{names}{e}")
        });
    prop_oneof![8 => entry, 1 => Just(String::new()), 1 => Just("# BEGIN web".to_owned()), 1 => Just("# END web".to_owned())]
}

fn text() -> impl Strategy<Value = String> {
    let ending = prop_oneof![Just("\n"), Just("\r\n")];
    (proptest::collection::vec(line(), 0..8), ending, any::<bool>()).prop_map(|(lines, ending, closed)| {
        let mut text = lines.join(ending);
        if closed && !text.is_empty() {
            text.push_str(ending);
        }
        text
    })
}

fn parse(text: &str) -> HostsFile {
    HostsFile::parse(text).0
}

fn applied(file: &HostsFile, edits: &EditSet) -> String {
    String::from_utf8(edits.apply(file.bytes()).unwrap()).unwrap()
}

/// Address and name of every entry of this kind, names in small letters.
fn pairs(file: &HostsFile, kind: LineKind) -> BTreeSet<(String, String)> {
    let lines = file.lines().filter(|l| l.kind() == kind);
    let text = |b: &[u8]| String::from_utf8_lossy(b).to_lowercase();
    lines
        .flat_map(|l| {
            let address = l.address().map(|a| text(&a.text)).unwrap_or_default();
            l.names().into_iter().map(move |n| (address.clone(), text(&n.text))).collect::<Vec<_>>()
        })
        .collect()
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn added_names_are_there_and_nothing_else_changes(text in text(), address in prop_oneof![Just("10.0.0.5"), Just("::1")]) {
        let file = parse(&text);
        let after = parse(&applied(&file, &entries::add(&file, &[address], &["nas", "new.test"]).unwrap()));
        let mut expected = pairs(&file, LineKind::Entry);
        expected.extend([(address.to_owned(), "nas".to_owned()), (address.to_owned(), "new.test".to_owned())]);
        prop_assert_eq!(pairs(&after, LineKind::Entry), expected);
        prop_assert_eq!(pairs(&after, LineKind::Disabled), pairs(&file, LineKind::Disabled));
        prop_assert!(entries::add(&after, &[address], &["nas", "new.test"]).unwrap().is_empty());
    }

    #[test]
    fn a_new_name_comes_and_goes_without_a_trace(text in text()) {
        let file = parse(&text);
        let with = parse(&applied(&file, &entries::add(&file, &["10.0.0.5"], &["new.test"]).unwrap()));
        let without = applied(&with, &entries::remove(&with, &["new.test"], None).unwrap());
        // A last line without an ending gets one.
        prop_assert!(without == text || without.trim_end() == text.trim_end(), "{without:?}");
    }

    #[test]
    fn a_removed_name_is_nowhere_and_others_stay(text in text()) {
        let file = parse(&text);
        let after = parse(&applied(&file, &entries::remove(&file, &["nas"], None).unwrap()));
        let mut expected = pairs(&file, LineKind::Entry);
        expected.retain(|(_, name)| name != "nas");
        prop_assert_eq!(pairs(&after, LineKind::Entry), expected);
        prop_assert_eq!(pairs(&after, LineKind::Disabled), pairs(&file, LineKind::Disabled));
    }

    #[test]
    fn a_name_that_is_switched_off_is_no_entry_and_not_lost(text in text()) {
        let file = parse(&text);
        let after = parse(&applied(&file, &entries::disable(&file, &["nas"], None).unwrap()));
        let (on, off): (BTreeSet<_>, BTreeSet<_>) =
            pairs(&file, LineKind::Entry).into_iter().partition(|(_, name)| name != "nas");
        prop_assert_eq!(pairs(&after, LineKind::Entry), on);
        let mut expected = pairs(&file, LineKind::Disabled);
        expected.extend(off);
        prop_assert_eq!(pairs(&after, LineKind::Disabled), expected);
        prop_assert!(entries::disable(&after, &["nas"], None).unwrap().is_empty());
    }

    #[test]
    fn columns_change_white_space_alone(text in text()) {
        let file = parse(&text);
        let after = applied(&file, &entries::format(&file).unwrap());
        prop_assert_eq!(words(&after), words(&text));
        prop_assert_eq!(after.lines().count(), text.lines().count());
        prop_assert!(entries::format(&parse(&after)).unwrap().is_empty(), "{after:?}");
    }

    #[test]
    fn a_section_holds_what_was_put_into_it(text in text(), lines in proptest::collection::vec("10\\.0\\.0\\.[1-9] [a-z]{1,3}", 0..4)) {
        let file = parse(&text);
        let Ok(edits) = entries::replace_section(&file, "web", &lines) else { return Ok(()) };
        let after = parse(&applied(&file, &edits));
        let held = entries::section_lines(&after, "web").unwrap();
        let held: Vec<String> = held.unwrap_or_default().iter().map(|l| String::from_utf8_lossy(&l.text()).into_owned()).collect();
        prop_assert_eq!(held, lines.clone());
        prop_assert!(entries::replace_section(&after, "web", &lines).unwrap().is_empty());
    }
}
