//! The one way of foreign text to a terminal.
//!
//! Host names, comments, process names and file contents are written by others, and root reads our output. Whatever
//! could move the cursor, change colours, hide or reorder text is shown as what it is.

/// `text` on one line, harmless for a terminal; with `ascii` also for one that knows nothing else.
///
/// Control characters become `\xNN` (`\n`, `\r`, `\0` by name), invisible and reordering characters `<U+202E>`, a tab
/// one space.
pub(crate) fn escape(text: &str, ascii: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push(' '),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if is_deceptive(c) => out.push_str(&code_point(c)),
            c if ascii && !c.is_ascii() => push_ascii(&mut out, c),
            c => out.push(c),
        }
    }
    out
}

/// The notation of a character by its number.
fn code_point(c: char) -> String {
    format!("<U+{:04X}>", u32::from(c))
}

/// Invisible, zero-width, line-breaking or reordering: the default-ignorable and bidirectional format characters that
/// occur in pasted text (Unicode 16, general categories Cf, Zl and Zp, and the blank fillers), with the private-use tags.
pub(super) fn is_deceptive(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF
        | 0xFFA0 | 0xFFF0..=0xFFFB | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

fn push_ascii(out: &mut String, c: char) {
    match c {
        '✓' => out.push_str("ok"),
        '✗' => out.push_str("FAIL"),
        '→' => out.push_str("->"),
        '│' | '·' => out.push('|'),
        '—' | '–' | '─' => out.push('-'),
        '…' => out.push_str("..."),
        '×' => out.push('x'),
        '≥' => out.push_str(">="),
        '≤' => out.push_str("<="),
        '‘' | '’' => out.push('\''),
        '“' | '”' => out.push('"'),
        other => out.push_str(&code_point(other)),
    }
}

/// `text` as one word of a shell's command line.
pub(crate) fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=,:@%".contains(c);
    match text {
        "" => "''".to_owned(),
        text if text.chars().all(plain) => text.to_owned(),
        text => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn foreign_text_is_harmless() {
        for (text, shown) in [
            ("plain ünï 日本", "plain ünï 日本"),
            ("\u{1b}[31mred\u{7}", "\\x1b[31mred\\x07"),
            ("a\rb\nc\td\0", "a\\rb\\nc d\\0"),
            ("\u{7f}\u{9b}31m", "\\x7f\\x9b31m"),
            ("a\u{200b}b", "a<U+200B>b"),
            ("\u{202a}\u{202e}\u{2066}\u{2069}", "<U+202A><U+202E><U+2066><U+2069>"),
            ("\u{feff}\u{2028}\u{e0041}", "<U+FEFF><U+2028><U+E0041>"),
        ] {
            assert_eq!(escape(text, false), shown, "{text:?}");
        }
    }

    #[test]
    fn ascii_only() {
        assert_eq!(escape("✓ ✗ → │ — … ·", true), "ok FAIL -> | - ... |");
        assert_eq!(escape("日本.example", true), "<U+65E5><U+672C>.example");
        for c in ('\0'..=char::MAX).step_by(7) {
            assert!(escape(&c.to_string(), true).bytes().all(|b| (0x20..0x7f).contains(&b)), "{c:?}");
        }
    }

    #[test]
    fn no_control_character_survives() {
        for c in '\0'..=char::MAX {
            assert!(!escape(&c.to_string(), false).chars().any(char::is_control), "{c:?}");
        }
    }
}
