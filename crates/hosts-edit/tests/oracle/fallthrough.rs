//! Whether a name that the file has for one family keeps the query for the other from DNS (fallthrough.jsonl).

use std::collections::BTreeMap;
use std::net::IpAddr;

use hosts_edit::HostsFile;
use serde_json::Value;

use crate::consumers::{CONSUMERS, Consumer};
use crate::recording;

const ROWS: &str = include_str!("../../../../testdata/oracle/hosts-format/fallthrough.jsonl");

/// The names of the recording; see its README.md.
const HOSTS: &str = "192.0.2.1 v4only.test\n2001:db8::1 v6only.test\n127.0.0.1 v4loop.test\n::1 v6loop.test\n\
                     0.0.0.0 block4.test\n:: block6.test\n300.1.1.1 bad.test\n";

/// `{"192.0.2.1":"PQ","-":"R"}` as letter → key.
fn by_letter(map: &Value) -> BTreeMap<char, String> {
    let pairs = map.as_object().unwrap().iter();
    pairs.flat_map(|(key, who)| who.as_str().unwrap().chars().map(|c| (c, key.clone()))).collect()
}

fn canonical(addresses: &str) -> Vec<String> {
    let texts = addresses.split(' ').filter(|_| !addresses.starts_with('-'));
    let mut list: Vec<String> =
        texts.map(|t| t.parse::<IpAddr>().unwrap().to_canonical().to_string()).collect();
    list.sort();
    list
}

/// The difference, if there is one.
fn compare(consumer: &Consumer, line: &Value, answer: &str, dns: &str) -> Option<String> {
    let (name, family) = (line["ask"][0].as_str().unwrap(), line["ask"][1].as_str().unwrap());
    let family_asked = recording::family(family).unwrap();
    let file = HostsFile::parse(HOSTS).0;
    let view = file.view(consumer.dialect);
    let ends = view.ends_search(name.as_bytes(), family_asked);
    let hits = view.lookup(name.as_bytes(), family_asked);
    let mut got: Vec<String> = hits.iter().map(|hit| hit.address.to_string()).collect();
    got.sort();
    let expected = if dns == "-" { canonical(answer) } else { Vec::new() };
    let good = ends == Some(dns == "-") && got == expected;
    (!good).then(|| {
        format!("{} {name} {family}: {answer}, DNS {dns}; ends {ends:?}, file {got:?}", consumer.name)
    })
}

#[test]
fn a_name_of_one_family_and_the_search() {
    let letters = recording::letters();
    let mut compared = 0;
    let mut different = Vec::new();
    for line in ROWS.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let dns = by_letter(&line["dns"]);
        for (letter, answer) in by_letter(&line["answers"]) {
            let consumer = CONSUMERS.iter().find(|c| c.name == letters[&letter.to_string()]).unwrap();
            different.extend(compare(consumer, &line, &answer, &dns[&letter]));
            compared += 1;
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert_eq!(compared, 288);
}
