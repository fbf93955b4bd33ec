//! How text looks: colours, symbols, width.
//!
//! Colours are always written; the stream that prints the text removes them where they are not wanted
//! ([`crate::output`]), so that layout never depends on them.

use super::escape::escape;
use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

/// Columns of the output where the terminal does not say or is wider.
pub(crate) const WIDTH: usize = 88;
/// Lines of a diagnosis without `-v`.
pub(crate) const HEIGHT: usize = 24;

const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// What the reader's side can show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ui {
    /// Characters above 0x7e cannot be shown.
    pub(crate) ascii: bool,
    /// Columns.
    pub(crate) width: usize,
    /// `-v`: everything, without the limit of a screen.
    pub(crate) verbose: bool,
    /// `-q`: the answer's first line only.
    pub(crate) quiet: bool,
}

impl Ui {
    /// Text of any origin, harmless and in the terminal's characters.
    pub(crate) fn text(&self, text: &str) -> String {
        escape(text, self.ascii)
    }

    /// Evidence and other quiet text.
    pub(crate) fn dim(&self, text: &str) -> String {
        paint(DIM, &self.text(text))
    }

    /// Headings.
    pub(crate) fn bold(&self, text: &str) -> String {
        paint(BOLD, &self.text(text))
    }

    /// Something that works.
    pub(crate) fn good(&self, text: &str) -> String {
        paint(GREEN, &self.text(text))
    }

    /// Something that fails.
    pub(crate) fn bad(&self, text: &str) -> String {
        paint(RED, &self.text(text))
    }

    /// A line that goes, with the words that are not in its successor made to stand out.
    pub(crate) fn removed(&self, words: &[(bool, String)]) -> String {
        self.line('-', RED, words)
    }

    /// A line that comes.
    pub(crate) fn added(&self, words: &[(bool, String)]) -> String {
        self.line('+', GREEN, words)
    }

    fn line(&self, sign: char, style: Style, words: &[(bool, String)]) -> String {
        let part = |(changed, text): &(bool, String)| {
            let style = if *changed { style.bold().underline() } else { style };
            paint(style, &self.text(text))
        };
        format!("{}{}", paint(style, &format!("{sign} ")), words.iter().map(part).collect::<String>())
    }

    /// Something to look at.
    pub(crate) fn warn(&self, text: &str) -> String {
        paint(YELLOW, &self.text(text))
    }
}

/// A finished line as a heading.
pub(crate) fn bold(line: &str) -> String {
    paint(BOLD, line)
}

/// A finished line in the voice of evidence.
pub(crate) fn dim(line: &str) -> String {
    paint(DIM, line)
}

fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Terminal cells that `text` takes; colours take none.
pub(crate) fn cells(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().width()
}

/// `text` cut to `width` cells with `…` (`...`) at the end where something is missing. Not for coloured text.
pub(crate) fn shorten(ui: &Ui, text: &str, width: usize) -> String {
    if cells(text) <= width {
        return text.to_owned();
    }
    let mark = ui.text("…");
    let mut out = String::new();
    for c in text.chars() {
        if cells(&out) + cells(c.encode_utf8(&mut [0; 4])) + cells(&mark) > width {
            break;
        }
        out.push(c);
    }
    out + &mark
}

/// Bytes of a file's line that are looked at; more never fits a screen, and a line may have megabytes.
const LINE: usize = 1000;

/// The begin of a file's line as text.
pub(crate) fn line_of_file(bytes: &[u8]) -> String {
    let begin = &bytes[..bytes.len().min(LINE)];
    let mark = if bytes.len() > LINE { "…" } else { "" };
    format!("{}{mark}", String::from_utf8_lossy(begin))
}

/// Breaks `text` at spaces into lines of at most `width` cells; a longer word is cut. A command in backticks is one
/// word where it fits a line, so that it can be copied.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    for word in words(text, width) {
        let line = lines.last_mut().expect("never empty");
        if line.is_empty() || cells(line) + 1 + cells(word) <= width {
            let gap = if line.is_empty() { "" } else { " " };
            line.push_str(gap);
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
        while let Some(rest) = lines.last_mut().and_then(|line| overflow(line, width)) {
            lines.push(rest);
        }
    }
    lines
}

/// The words between spaces; a span in backticks of at most `width` cells is one.
fn words(text: &str, width: usize) -> Vec<&str> {
    let (mut words, mut rest) = (Vec::new(), text.trim_start_matches(' '));
    while !rest.is_empty() {
        let space = rest.find(' ').unwrap_or(rest.len());
        let tick = rest[..space].find('`').and_then(|open| Some(open + 1 + rest[open + 1..].find('`')?));
        let after = tick.map(|close| close + rest[close..].find(' ').unwrap_or(rest.len() - close));
        let end = after.filter(|end| *end > space && cells(&rest[..*end]) <= width).unwrap_or(space);
        words.push(&rest[..end]);
        rest = rest[end..].trim_start_matches(' ');
    }
    words
}

/// Lines that a terminal of `width` columns shows for `lines`: a wider one takes several.
pub(crate) fn height(lines: &[String], width: usize) -> usize {
    lines.iter().map(|line| cells(line).div_ceil(width).max(1)).sum()
}

/// Cuts `line` to `width` cells and gives what was beyond.
fn overflow(line: &mut String, width: usize) -> Option<String> {
    if cells(line) <= width {
        return None;
    }
    let mut used = 0;
    let at = line.char_indices().find(|(_, c)| {
        used += cells(c.encode_utf8(&mut [0; 4]));
        used > width
    })?;
    let at = if at.0 == 0 { line.chars().next()?.len_utf8() } else { at.0 };
    (at < line.len()).then(|| line.split_off(at))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A reader with everything, 88 columns.
    pub(crate) const PLAIN: Ui = Ui { ascii: false, width: WIDTH, verbose: false, quiet: false };

    #[test]
    fn wraps_at_spaces_and_cuts_long_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn a_command_in_backticks_stays_whole() {
        let lines = ["try", "`getent -s dns ahosts x`,", "then"];
        assert_eq!(wrap("try `getent -s dns ahosts x`, then", 26), lines);
        assert_eq!(wrap("longer than `the width` is", 8), ["longer", "than", "`the", "width`", "is"]);
        assert_eq!(wrap("no `end of it", 8), ["no `end", "of it"]);
        assert_eq!(wrap("`日本` a", 6), ["`日本`", "a"]);
    }

    #[test]
    fn wide_lines_take_several() {
        assert_eq!(height(&[String::new(), "abc".into(), "abcdefg".into()], 3), 5);
    }

    #[test]
    fn shortens_by_cells() {
        assert_eq!(shorten(&PLAIN, "abcdef", 4), "abc…");
        assert_eq!(shorten(&PLAIN, "日本語", 5), "日本…");
        assert_eq!(shorten(&PLAIN, "abc", 3), "abc");
        assert_eq!(shorten(&Ui { ascii: true, ..PLAIN }, "abcdefgh", 6), "abc...");
    }

    #[test]
    fn colours_take_no_cells() {
        assert_eq!(cells(&PLAIN.bad("✗ refused")), 9);
    }
}
