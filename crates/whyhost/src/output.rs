//! The two streams: the answer on standard output, talk on standard error.

use crate::args::{Color, Format, Global};
use crate::failure::Failure;
use crate::render::json;
use crate::render::style::{Ui, WIDTH};
use crate::render::text::{join, labelled};
use anstream::AutoStream;
use anstream::stream::RawStream;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use whyhost_core::snapshot::Gap;

/// Where and how to print.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) ui: Ui,
    pub(crate) format: Format,
    color: Color,
}

impl Output {
    /// The streams as the arguments and the environment want them.
    pub(crate) fn new(global: &Global) -> Output {
        let width = terminal_size::terminal_size_of(io::stdout()).map_or(WIDTH, |(w, _)| usize::from(w.0));
        let ui = Ui {
            ascii: global.ascii || !locale_is_utf8(),
            width: width.clamp(40, WIDTH),
            verbose: global.verbose,
            quiet: global.quiet,
        };
        Output { ui, format: global.format, color: global.color }
    }

    /// For errors in the arguments themselves.
    pub(crate) fn fallback(format: Format) -> Output {
        let ui = Ui { ascii: !locale_is_utf8(), width: WIDTH, verbose: false, quiet: false };
        Output { ui, format, color: Color::Auto }
    }

    /// Everything is said in JSON, errors included.
    pub(crate) fn is_json(&self) -> bool {
        matches!(self.format, Format::Json | Format::JsonLines)
    }

    /// Prints text, coloured where wanted.
    ///
    /// # Errors
    /// When standard output cannot be written, a closed pipe excepted: then nobody reads any more.
    pub(crate) fn text(&self, text: &str) -> Result<(), Failure> {
        let mut stream = self.stream(io::stdout());
        written(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()))
    }

    /// Prints text as it is: JSON.
    ///
    /// # Errors
    /// As [`Output::text`].
    pub(crate) fn raw(&self, text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        written(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
    }

    /// Prints bytes as they are: a patch.
    ///
    /// # Errors
    /// As [`Output::text`].
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        written(stdout.write_all(bytes).and_then(|()| stdout.flush()))
    }

    /// A question to somebody at a terminal, on standard error.
    pub(crate) fn ask(&self, question: &str) {
        self.talk(&self.ui.text(question));
    }

    /// Prints a part of an answer: text, or a form for programs as it is; nothing where it is empty.
    ///
    /// # Errors
    /// As [`Output::text`].
    pub(crate) fn part(&self, part: &str) -> Result<(), Failure> {
        match self.format {
            _ if part.is_empty() => Ok(()),
            Format::Text => self.text(part),
            _ => self.raw(part),
        }
    }

    /// Prints a part of a long answer, coloured where wanted or as it is; `false` when nobody reads it any more, so that the
    /// work for the rest can end.
    ///
    /// # Errors
    /// As [`Output::text`].
    pub(crate) fn reaches_a_reader(&self, part: &str, coloured: bool) -> Result<bool, Failure> {
        let result = if coloured {
            let mut stream = self.stream(io::stdout());
            stream.write_all(part.as_bytes()).and_then(|()| stream.flush())
        } else {
            let mut stdout = io::stdout().lock();
            stdout.write_all(part.as_bytes()).and_then(|()| stdout.flush())
        };
        match result {
            Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(false),
            other => written(other).map(|()| true),
        }
    }

    /// Says on standard error what could not be looked at.
    pub(crate) fn gaps(&self, gaps: &[Gap]) {
        if self.is_json() || self.ui.quiet {
            return;
        }
        for gap in gaps {
            let text = self.ui.text(&format!("could not read {}: {}", gap.what, gap.why));
            self.talk(&join(&labelled(&self.ui, &format!("{} ", self.ui.warn("?")), &text)));
        }
    }

    /// A remark on standard error.
    pub(crate) fn hint(&self, hint: &str) {
        if !self.is_json() && !self.ui.quiet {
            self.talk(&format!("{} {}\n", self.ui.bold("hint:"), self.ui.text(hint)));
        }
    }

    /// Says to somebody at a terminal what is being waited for.
    pub(crate) fn waiting(&self, what: &str) {
        if self.shows_waiting() {
            self.talk(&format!("{}\n", self.ui.dim(what)));
        }
    }

    /// Replaces the last line of somebody's terminal, without a line end.
    pub(crate) fn progress(&self, text: &str) {
        self.talk(&format!("\r\x1b[K{}", self.ui.dim(text)));
    }

    /// Somebody at a terminal reads [`Output::waiting`].
    pub(crate) fn shows_waiting(&self) -> bool {
        !self.is_json() && !self.ui.quiet && io::stderr().is_terminal()
    }

    /// Reports a failure: JSON on standard output, words on standard error.
    pub(crate) fn failure(&self, failure: &Failure) {
        // Words are what is left where the object cannot be written.
        if self.is_json() {
            let object = json::failure(failure);
            let object = if self.format == Format::JsonLines { json::line(&object) } else { object };
            if self.raw(&object).is_ok() {
                return;
            }
        }
        self.talk(&format!("{} {}\n", self.ui.bad("error:"), self.ui.text(&failure.message)));
        if let Some(hint) = &failure.hint {
            self.talk(&format!("\n{} {}\n", self.ui.bold("hint:"), self.ui.text(hint)));
        }
    }

    /// Standard error may be closed; that changes no answer.
    fn talk(&self, text: &str) {
        let _ = self.stream(io::stderr()).write_all(text.as_bytes());
    }

    fn stream<S: RawStream>(&self, raw: S) -> AutoStream<S> {
        match self.color {
            Color::Auto => AutoStream::auto(raw),
            Color::Always => AutoStream::always(raw),
            Color::Never => AutoStream::never(raw),
        }
    }
}

fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("could not write to standard output: {e}")))
        }
        _ => Ok(()),
    }
}

/// The character type of the locale is UTF-8 (POSIX: the first non-empty of these decides; none is `POSIX`).
fn locale_is_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_default();
    is_utf8(&locale)
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales() {
        for (locale, utf8) in [
            ("C.UTF-8", true),
            ("de_DE.utf8", true),
            ("C", false),
            ("POSIX", false),
            ("en_US.ISO-8859-1", false),
        ] {
            assert_eq!(is_utf8(locale), utf8, "{locale}");
        }
    }

    #[test]
    fn a_closed_pipe_is_no_failure() {
        assert_eq!(written(Err(io::Error::from(ErrorKind::BrokenPipe))), Ok(()));
        assert!(written(Err(io::Error::from(ErrorKind::StorageFull))).is_err());
    }
}
