//! Every name of the hosts file: printed in passing, so that memory does not grow with the file.

use super::{Asking, Totals};
use crate::args::Format;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::check::grouped;
use crate::render::compare::{Frame, json, text};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};
use whyhost_core::local::{EveryName, Local};
use whyhost_core::machine::Machine;
use whyhost_dns::{Answers, Compared, End, Lookup, compare, look_up, recorded_answers};

pub(super) fn run(out: &Output, machine: &Machine, asking: &Asking) -> Result<u8, Failure> {
    let names = EveryName::new(machine);
    let frame = Frame { servers: &asking.servers, findings: &[], gaps: &machine.raw.gaps, localhost: &[] };
    let mut sink = Sink::new(out, &frame, names.total());
    let mut failed = None;
    let mut lookups =
        names.map(|local| Lookup { expansions: Arc::from(local.dns_names.clone()), about: local });
    let mut each = |answers: Answers<Local>| {
        let local = answers.lookup.about;
        let said =
            if asking.is_live() { answers.said } else { recorded_answers(&machine.raw.live.dns, &local) };
        match sink.take(compare(local, &said)) {
            Ok(true) => ControlFlow::Continue(()),
            Ok(false) => ControlFlow::Break(()),
            Err(failure) => {
                failed = Some(failure);
                ControlFlow::Break(())
            }
        }
    };
    let end = look_up(&asking.plan, &mut lookups, &mut each)
        .map_err(|e| Failure::new(format!("could not ask DNS servers: {e}")))?;
    failed.map_or(Ok(()), Err)?;
    sink.totals.interrupted = end == End::Interrupted;
    sink.end(machine)
}

/// Time between two lines of progress.
const TICK: Duration = Duration::from_millis(100);

/// Prints names as they come; only `--format json`, which is one object, keeps them.
struct Sink<'a> {
    out: &'a Output,
    frame: &'a Frame<'a>,
    expected: usize,
    totals: Totals,
    kept: Vec<Compared>,
    shown: Option<Instant>,
}

impl<'a> Sink<'a> {
    fn new(out: &'a Output, frame: &'a Frame<'a>, expected: usize) -> Sink<'a> {
        Sink { out, frame, expected, totals: Totals::default(), kept: Vec::new(), shown: None }
    }

    /// Prints a name; `false` when nobody reads any more.
    fn take(&mut self, compared: Compared) -> Result<bool, Failure> {
        self.totals.add(&compared);
        match self.out.format {
            Format::Json => self.kept.push(compared),
            Format::JsonLines => {
                return self.out.reaches_a_reader(&json::line_of(self.frame, &compared), false);
            }
            _ => {
                let row = text::row(&self.out.ui, &compared);
                if !row.is_empty() {
                    self.clear();
                    return self.out.reaches_a_reader(&row, true);
                }
            }
        }
        self.progress();
        Ok(true)
    }

    fn progress(&mut self) {
        if !self.out.shows_waiting() || self.shown.is_some_and(|at| at.elapsed() < TICK) {
            return;
        }
        self.shown = Some(Instant::now());
        let (done, all) = (grouped(self.totals.names), grouped(self.expected));
        self.out.progress(&format!("{done} of {all} names, {} to look at", grouped(self.totals.action)));
    }

    fn clear(&mut self) {
        if self.shown.take().is_some() {
            self.out.progress("");
        }
    }

    fn end(mut self, machine: &Machine) -> Result<u8, Failure> {
        self.clear();
        match self.out.format {
            Format::Json => self.out.raw(&json::object_of(self.frame, &self.kept, &self.totals))?,
            Format::JsonLines => self.out.raw(&json::last_line(self.frame, &self.totals))?,
            _ => {
                self.out.gaps(self.frame.gaps);
                let sum = text::sum(&self.out.ui, &machine.hosts.path, &self.totals, self.expected);
                self.out.text(&sum)?;
            }
        }
        Ok(self.totals.exit_code())
    }
}
