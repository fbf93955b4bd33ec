//! The recorded questions and answers.

use std::collections::BTreeMap;
use std::rc::Rc;

use hosts_edit::{Family, HostsFile};
use serde_json::Value;

const CASES: &str = include_str!("../../../../testdata/oracle/hosts-format/cases.jsonl");
const CONSUMERS: &str = include_str!("../../../../testdata/oracle/hosts-format/consumers.json");

/// One answer of one consumer version.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) file: Rc<HostsFile>,
    /// The name asked for; in a reverse question the address.
    pub(crate) name: String,
    /// `None` in a reverse question.
    pub(crate) family: Option<Family>,
    /// Empty: not found.
    pub(crate) expected: Vec<String>,
    /// `glibc 2.41`.
    pub(crate) consumer: String,
}

impl Row {
    pub(crate) fn describe(&self, got: &[String]) -> String {
        let text = String::from_utf8_lossy(self.file.bytes());
        let shown: String = text.chars().take(200).collect();
        let Row { id, consumer, name, family, expected, .. } = self;
        format!("{consumer}: {id}: {name} {family:?}: expected {expected:?}, got {got:?}\n  {shown:?}")
    }
}

/// The consumer versions of the recording by their letter.
pub(crate) fn letters() -> BTreeMap<String, String> {
    serde_json::from_str(CONSUMERS).unwrap()
}

/// Every recorded answer.
pub(crate) fn rows() -> Vec<Row> {
    let consumers = letters();
    let mut rows = Vec::new();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let file = Rc::new(HostsFile::parse(hosts(&case)).0);
        for ask in case["ask"].as_array().unwrap() {
            for (expected, letters) in ask[2].as_object().unwrap() {
                for letter in letters.as_str().unwrap().chars() {
                    rows.push(Row {
                        id: case["id"].as_str().unwrap().to_owned(),
                        file: Rc::clone(&file),
                        name: ask[0].as_str().unwrap().to_owned(),
                        family: family(ask[1].as_str().unwrap()),
                        expected: expected.split(' ').filter(|e| *e != "-").map(str::to_owned).collect(),
                        consumer: consumers[&letter.to_string()].clone(),
                    });
                }
            }
        }
    }
    rows
}

/// `None` for a reverse question.
pub(crate) fn family(text: &str) -> Option<Family> {
    match text {
        "inet" => Some(Family::V4),
        "inet6" => Some(Family::V6),
        "unspec" => Some(Family::Any),
        "reverse" => None,
        other => panic!("family {other}"),
    }
}

fn hosts(case: &Value) -> Vec<u8> {
    let bytes = match (case["hosts"].as_str(), case["line_of"].as_u64(), case["comment_of"].as_u64()) {
        (Some(text), ..) => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
        (_, Some(length), _) => line_of(length as usize),
        (_, _, Some(length)) => {
            format!("192.0.2.1 a.test\n#{}\n192.0.2.9 z.test\n", "x".repeat(length as usize)).into_bytes()
        }
        _ => panic!("no file in {case}"),
    };
    assert_eq!(format!("{:016x}", fnv1a64(&bytes)), case["fnv1a64"].as_str().unwrap(), "{}", case["id"]);
    bytes
}

/// A first line of `length` bytes: padding names, then `a.test`.
fn line_of(length: usize) -> Vec<u8> {
    const TAIL: &str = " a.test";
    let mut line = "192.0.2.1 first.test ".to_owned();
    for i in 0.. {
        let block = format!("p{i:06}{}.test ", "p".repeat(34));
        if line.len() + block.len() + TAIL.len() + 1 > length {
            break;
        }
        line += &block;
    }
    line += &"q".repeat(length - line.len() - TAIL.len());
    (line + TAIL + "\n192.0.2.9 z.test\n").into_bytes()
}

fn fnv1a64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}
