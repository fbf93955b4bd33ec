//! A finding with the lines that it is about.

use super::super::style::Ui;
use super::super::text::{edits, labelled};
use super::lossy::Lossy;
use super::{Done, primary};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};
use std::borrow::Cow;
use std::ops::Range;
use whyhost_core::finding::{Applicability, Finding, Location, Remedy, RemedyAction, Severity, TextEdit};

/// Bytes of a part of a file that is shown; a longer line is named by its number alone.
const WINDOW: usize = 16 << 10;
/// Lines between two places that are shown in one part.
const NEAR: usize = 6;
/// Places of one finding that are shown; the rest is counted.
const PLACES: usize = 4;

/// The frame: title, lines, notes, repairs.
pub(super) fn frame(ui: &Ui, done: &Done, finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group =
        level.primary_title(ui.text(&finding.title)).id(finding.code).elements(Vec::<Origin<'_>>::new());
    for snippet in snippets(ui, done, finding) {
        group = match snippet {
            Part::Lines(snippet) => group.element(snippet),
            Part::Place(origin, label) => {
                let group = group.element(origin);
                if label.is_empty() { group } else { group.element(Level::NOTE.message(label)) }
            }
        };
    }
    for note in notes(ui, finding) {
        group = group.element(Level::NOTE.message(note));
    }
    let mut groups = vec![group];
    let mut below = Vec::new();
    let shown = if ui.verbose { finding.remedies.len() } else { 1 };
    for remedy in finding.remedies.iter().take(shown) {
        match patch(ui, done, finding, remedy) {
            Some(group) if below.is_empty() => groups.push(group),
            _ => below.extend(words(ui, done, remedy)),
        }
    }
    let mut text = Renderer::styled().term_width(ui.width).render(&groups);
    for line in below {
        text.push('\n');
        text.push_str(&line);
    }
    text
}

enum Part<'a> {
    Lines(Snippet<'a, Annotation<'a>>),
    Place(Origin<'a>, String),
}

/// The places of a finding as parts of files, neighbours together.
fn snippets<'a>(ui: &Ui, done: &'a Done, finding: &'a Finding) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let mut rest: Vec<&Location> = finding.locations.iter().take(PLACES).collect();
    while !rest.is_empty() {
        let first = rest.remove(0);
        let is_near = |l: &&Location| l.path == first.path && l.line.abs_diff(first.line) <= NEAR;
        let (near, far): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_near);
        rest = far;
        let together = [vec![first], near].concat();
        match lines(ui, done, &together) {
            Some(snippet) => parts.push(Part::Lines(snippet)),
            None => parts.extend(together.into_iter().map(|l| place(ui, l))),
        }
    }
    parts
}

fn place<'a>(ui: &Ui, location: &Location) -> Part<'a> {
    let mut origin = Origin::path(ui.text(&location.path));
    if location.byte_end > location.byte_start || location.line > 1 {
        origin = origin.line(location.line).char_column(location.column);
    }
    Part::Place(origin, ui.text(&location.label))
}

/// The lines around `places`; `None` where there are no bytes, where they are 16-bit text, or a line is too long.
fn lines<'a>(ui: &Ui, done: &Done, places: &[&Location]) -> Option<Snippet<'a, Annotation<'a>>> {
    let path = &places.first()?.path;
    let bytes = readable(done, path)?;
    let start = places.iter().map(|l| l.byte_start).min()?;
    let end = places.iter().map(|l| l.byte_end).max()?;
    let window = window(&bytes, start..end)?;
    let lossy = Lossy::new(&bytes[window.clone()], ui.ascii);
    let first_line = places.iter().map(|l| l.line).min()?;
    let annotations: Vec<Annotation<'a>> = places
        .iter()
        .map(|l| {
            let kind = if l.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let span = lossy.span(l.byte_start - window.start..l.byte_end.max(l.byte_start) - window.start);
            kind.span(span).label(ui.text(&l.label))
        })
        .collect();
    if lossy.text.is_empty() {
        return None;
    }
    Some(Snippet::source(lossy.text).path(ui.text(path)).line_start(first_line).annotations(annotations))
}

/// The bytes of a file whose lines can be shown.
fn readable<'d>(done: &'d Done, path: &str) -> Option<Cow<'d, [u8]>> {
    let wide = done.report.about.as_ref().is_some_and(|a| a.path == path && a.encoding.starts_with("utf-16"));
    if wide { None } else { done.subject.bytes(path) }
}

/// Whole lines around `span`, without the end of the last one.
fn window(bytes: &[u8], span: Range<usize>) -> Option<Range<usize>> {
    if span.start > bytes.len() || span.end > bytes.len() || span.len() > WINDOW {
        return None;
    }
    let before = &bytes[span.start.saturating_sub(WINDOW)..span.start];
    let start = match before.iter().rposition(|b| *b == b'\n') {
        Some(at) => span.start - before.len() + at + 1,
        None if before.len() == span.start => 0,
        None => return None,
    };
    // A span that ends with its line does not reach into the next one.
    let last = if span.end > span.start && bytes[span.end - 1] == b'\n' { span.end - 1 } else { span.end };
    let after = &bytes[last..bytes.len().min(last + WINDOW)];
    let end = match after.iter().position(|b| *b == b'\n') {
        // Of CR LF both go.
        Some(at) if at > 0 && after[at - 1] == b'\r' => last + at - 1,
        Some(at) => last + at,
        None if last + after.len() == bytes.len() => bytes.len(),
        None => return None,
    };
    Some(start..end.max(span.end))
}

/// What else is to be said: the message, places beyond the shown ones, and with `-v` the evidence.
fn notes(ui: &Ui, finding: &Finding) -> Vec<String> {
    let wrapped = |text: &str| labelled(ui, &" ".repeat(11), &ui.text(text)).join("\n");
    let unindented = |text: String| text.lines().map(str::trim_start).collect::<Vec<_>>().join("\n");
    let mut notes = Vec::new();
    notes.extend(finding.message.as_ref().map(|message| unindented(wrapped(message))));
    let more = finding.locations.len().saturating_sub(PLACES);
    if more > 0 {
        notes.push(ui.text(&format!("and {}", super::count(more, "more place"))));
    }
    if ui.verbose {
        notes.extend(finding.evidence.iter().map(|e| {
            let source = e.source.as_ref().map_or(String::new(), |source| format!("{source}: "));
            unindented(wrapped(&format!("{source}{}", e.text)))
        }));
    }
    notes
}

fn title(ui: &Ui, remedy: &Remedy) -> String {
    let how = match remedy.applicability {
        Applicability::Safe => " (safe)",
        Applicability::Unsafe => " (unsafe: changes what some program gets)",
        Applicability::Advice => "",
    };
    ui.text(&format!("{}{how}", remedy.title))
}

/// Edits as a frame; `None` for other repairs, for edits far apart, and where only line ends change.
fn patch<'a>(ui: &Ui, done: &Done, finding: &Finding, remedy: &Remedy) -> Option<Group<'a>> {
    let RemedyAction::Edits { path, edits } = &remedy.action else { return None };
    let bytes = readable(done, path)?;
    let span = edits.first()?.byte_start..edits.last()?.byte_end;
    let window = window(&bytes, span)?;
    if bytes[window.clone()].iter().filter(|b| **b == b'\n').count() > 2 * NEAR {
        return None;
    }
    let lossy = Lossy::new(&bytes[window.clone()], ui.ascii);
    let merged = merged(edits);
    let patches = merged.iter().map(|edit| of_edit(ui, &lossy, window.start, edit));
    let patches: Vec<Patch<'a>> = patches.collect::<Option<_>>()?;
    let line = line_of(&bytes, window.start, primary(finding).filter(|l| l.path == *path));
    let snippet = Snippet::source(lossy.text).line_start(line).patches(patches);
    Some(Level::HELP.secondary_title(title(ui, remedy)).element(snippet))
}

/// Edits that touch each other as one.
fn merged(edits: &[TextEdit]) -> Vec<TextEdit> {
    let mut merged: Vec<TextEdit> = Vec::new();
    for edit in edits {
        match merged.last_mut() {
            Some(last) if last.byte_end == edit.byte_start => {
                last.byte_end = edit.byte_end;
                last.text.push_str(&edit.text);
            }
            _ => merged.push(edit.clone()),
        }
    }
    merged
}

fn of_edit<'a>(ui: &Ui, lossy: &Lossy, start: usize, edit: &TextEdit) -> Option<Patch<'a>> {
    let span = lossy.span(edit.byte_start - start..edit.byte_end - start);
    let new = Lossy::new(edit.text.as_bytes(), ui.ascii).text;
    (lossy.text.get(span.clone())? != new).then(|| Patch::new(span, new))
}

/// The line at `start`, counted from a place whose line is known, which may be near.
fn line_of(bytes: &[u8], start: usize, known: Option<&Location>) -> usize {
    let feeds = |range: Range<usize>| bytes[range].iter().filter(|b| **b == b'\n').count();
    match known {
        Some(l) if l.byte_start <= start => l.line + feeds(l.byte_start..start),
        Some(l) if l.byte_start <= bytes.len() => l.line - feeds(start..l.byte_start).min(l.line - 1),
        _ => 1 + feeds(0..start),
    }
}

/// A repair in words, with its commands or changed lines below.
fn words(ui: &Ui, done: &Done, remedy: &Remedy) -> Vec<String> {
    let mut lines = labelled(ui, &format!("{}: ", ui.good("help")), &title(ui, remedy));
    match &remedy.action {
        RemedyAction::Edits { path, edits } => {
            let bytes = done.subject.bytes(path).unwrap_or_default();
            let shown = edits::edits(ui, 6, path, &bytes, edits);
            let more = shown.lines.len().saturating_sub(2 * NEAR);
            lines.extend(shown.lines.into_iter().take(2 * NEAR));
            if more > 0 {
                lines.push(format!("      {}", ui.dim(&format!("… {} more", super::count(more, "line")))));
            }
        }
        RemedyAction::Command { commands } => {
            lines.extend(commands.iter().map(|c| format!("      {}", ui.text(c))))
        }
        RemedyAction::Advice { text } if *text == remedy.title => {}
        RemedyAction::Advice { text } => lines.extend(labelled(ui, "      ", &ui.text(text))),
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;
    use crate::render::style::tests::PLAIN;
    use whyhost_core::check::{Options, Platform, Subject};
    use whyhost_core::rules::by_code;

    #[test]
    fn windows_are_whole_lines() {
        let bytes = b"one\ntwo\nthree";
        for (span, shown) in [
            (0..0, "one"),
            (4..7, "two"),
            (4..8, "two\n"),
            (5..9, "two\nthree"),
            (13..13, "three"),
            (3..3, "one"),
        ] {
            let window = window(bytes, span.clone()).unwrap();
            assert_eq!(String::from_utf8_lossy(&bytes[window]), shown, "{span:?}");
        }
        assert_eq!(window(bytes, 99..99), None);
        assert_eq!(window(b"one\r\ntwo\r\n", 5..8), Some(5..8));
        assert_eq!(window(b"one\r\ntwo\r\n", 0..1), Some(0..3));
        let long = vec![b'x'; 3 * WINDOW];
        assert_eq!(window(&long, 2 * WINDOW..2 * WINDOW), None);
        assert_eq!(window(&long, 0..1), None);
    }

    fn done(bytes: &[u8], finding: Finding) -> Done {
        let subject = Subject::file("a\u{1b}b", bytes.to_vec(), Platform::Unix);
        let mut report = subject.check(&Options::default());
        report.findings = vec![finding];
        Done { kind: Kind::Files, subject, report }
    }

    /// Every place and every edit of a file with all that is nasty, in both alphabets.
    #[test]
    fn any_place_and_any_edit_has_a_harmless_frame() {
        let path = "a\u{1b}b";
        let bytes = "\u{feff}1 a\t\u{65e5}\u{200b}b\r\n\u{1b}[2J\rx\u{0}\n\n# \u{e9}".as_bytes();
        let bytes = [bytes, b"\xff\xe2\x80", b" y"].concat();
        let rule = by_code("hosts.empty").unwrap();
        for start in 0..=bytes.len() {
            for end in start..=bytes.len() {
                let mut finding = rule.finding("t\u{7}");
                finding.message = Some("m\u{202e}".into());
                finding.locations.push(Location::of(path, &bytes, start..end, "l\u{1b}"));
                finding.locations.push(Location::of(path, &bytes, 0..start, "").secondary());
                let edits = vec![
                    TextEdit { byte_start: start / 2, byte_end: start, text: "\u{1b}\r\n".into() },
                    TextEdit { byte_start: start, byte_end: end, text: "x y\n".into() },
                ];
                let action = RemedyAction::Edits { path: path.into(), edits };
                finding.remedies.push(Remedy::new("r\u{9b}", Applicability::Safe, "", action));
                let done = done(&bytes, finding.clone());
                for ascii in [false, true] {
                    let ui = Ui { ascii, verbose: ascii, ..PLAIN };
                    let text = anstream::adapter::strip_str(&frame(&ui, &done, &finding)).to_string();
                    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{start}..{end}\n{text:?}");
                    assert!(!ascii || text.is_ascii(), "{start}..{end}\n{text}");
                    assert!(text.starts_with("error[hosts.empty]: t\\x07\n"), "{text}");
                }
            }
        }
    }
}
