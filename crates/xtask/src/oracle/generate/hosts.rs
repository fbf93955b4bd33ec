//! Random hosts files.

use super::{NAMES, V4, V6};
use crate::oracle::rng::Rng;

/// Address words that at least one reader refuses or reads differently.
const ODD_ADDRESSES: [&str; 18] = [
    "127.1",
    "127.000.000.001",
    "0x7f.0.0.1",
    "2130706433",
    "127.0.0.1.",
    "256.1.1.1",
    "1.2.3",
    "127.0.0.1:80",
    "[::1]",
    "::1/128",
    "::1%lo",
    "fe80::1%lo",
    "1::2::3",
    ":",
    "::127.0.0.1",
    "0:0:0:0:0:0:0:1",
    "::FFFF:7F00:1",
    "localhost",
];
/// What glibc's isspace splits at.
const BLANKS: [&str; 6] = [" ", " ", "\t", "  ", "\u{b}", "\u{c}"];
/// Lines that are no entries.
const OTHER_LINES: [&str; 6] = ["", "# 127.0.0.1 localhost", "   ", "garbage", "127.0.0.1", "#"];

/// A hosts file; `None`: there is none.
pub(super) fn file(rng: &mut Rng) -> Option<Vec<u8>> {
    if rng.chance(4) {
        return None;
    }
    let mut lines: Vec<String> = (0..rng.below(7)).map(|_| line(rng)).collect();
    if rng.chance(1) {
        lines.push(format!("127.0.0.1 {}localhost", "padding ".repeat(3000)));
    }
    let mut text = String::new();
    let end = ending(rng);
    for line in &lines {
        text.push_str(line);
        text.push_str(if rng.chance(2) { ending(rng) } else { end });
    }
    if rng.chance(15) {
        text.truncate(text.trim_end_matches(['\r', '\n']).len());
    }
    Some(encoded(rng, text))
}

fn ending(rng: &mut Rng) -> &'static str {
    match rng.below(100) {
        0..10 => "\r\n",
        10..12 => "\r",
        _ => "\n",
    }
}

fn line(rng: &mut Rng) -> String {
    if rng.chance(10) {
        return (rng.pick(&OTHER_LINES)).into();
    }
    let mut line = String::new();
    if rng.chance(8) {
        line.push_str(rng.pick(&BLANKS));
    }
    line.push_str(match rng.below(100) {
        0..10 => rng.pick(&ODD_ADDRESSES),
        10..60 => rng.pick(&V4),
        _ => rng.pick(&V6),
    });
    for _ in 0..=rng.below(3) {
        line.push_str(rng.pick(&BLANKS));
        line.push_str(&name(rng));
    }
    if rng.chance(12) {
        line.push_str(rng.pick(&["#note", " # localhost", "#", " #box"]));
    }
    if rng.chance(5) {
        line.push_str(rng.pick(&BLANKS));
    }
    line
}

fn name(rng: &mut Rng) -> String {
    let name = rng.pick(&NAMES);
    match rng.below(100) {
        0..6 => name.to_ascii_uppercase(),
        6..9 => format!("{name}."),
        9 => format!("{name}\0x"),
        10 => format!("{name},"),
        _ => name.into(),
    }
}

fn encoded(rng: &mut Rng, text: String) -> Vec<u8> {
    match rng.below(100) {
        0..4 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        4 => [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        5 => [text.as_bytes(), b"192.0.2.9 gr\xfc\xdf localhost\n"].concat(),
        _ => text.into_bytes(),
    }
}
