//! The names of a run: each server takes them in its own pace, the answers leave in order, and no server runs so far
//! ahead that memory grows.

use crate::exchange::Said;
use crate::names::{Answers, Lookup};
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Names between the oldest one without all answers and the newest one that was taken.
const WINDOW: usize = 4096;

/// A name on its way.
struct Entry<T> {
    lookup: Lookup<T>,
    said: Vec<Option<Said>>,
}

/// Names in, answers out.
pub(crate) struct Feed<'f, T> {
    names: &'f mut dyn Iterator<Item = Lookup<T>>,
    each: &'f mut dyn FnMut(Answers<T>) -> ControlFlow<()>,
    entries: VecDeque<Entry<T>>,
    /// The number of the oldest entry.
    base: usize,
    /// Per server the number of the name that it takes next.
    next: Vec<usize>,
    exhausted: bool,
    stopped: bool,
}

impl<'f, T> Feed<'f, T> {
    pub(crate) fn new(
        servers: usize,
        names: &'f mut dyn Iterator<Item = Lookup<T>>,
        each: &'f mut dyn FnMut(Answers<T>) -> ControlFlow<()>,
    ) -> Feed<'f, T> {
        Feed {
            names,
            each,
            entries: VecDeque::new(),
            base: 0,
            next: vec![0; servers],
            exhausted: false,
            stopped: false,
        }
    }

    /// Changes whenever a server may go on.
    pub(crate) fn moves(&self) -> usize {
        self.base
    }

    /// The name that `server` asks for next; none for now, or none any more ([`Feed::is_done`]).
    pub(crate) fn take(&mut self, server: usize) -> Option<(usize, Arc<[String]>)> {
        if !self.has_next(server) {
            return None;
        }
        let number = self.next[server];
        self.next[server] += 1;
        self.entries.get(number - self.base).map(|entry| (number, Arc::clone(&entry.lookup.expansions)))
    }

    /// There is a name that `server` may take now.
    pub(crate) fn has_next(&mut self, server: usize) -> bool {
        let ahead = self.next[server] - self.base;
        if ahead >= WINDOW {
            return false;
        }
        while self.entries.len() <= ahead && !self.exhausted {
            match self.names.next() {
                Some(lookup) => self.entries.push_back(Entry { lookup, said: vec![None; self.next.len()] }),
                None => self.exhausted = true,
            }
        }
        ahead < self.entries.len()
    }

    /// `server` took every name.
    pub(crate) fn is_done(&self, server: usize) -> bool {
        self.exhausted && self.next[server] >= self.base + self.entries.len()
    }

    /// What `server` said about the name of that number.
    pub(crate) fn put(&mut self, server: usize, number: usize, said: Said) {
        if let Some(entry) = number.checked_sub(self.base).and_then(|at| self.entries.get_mut(at)) {
            entry.said[server] = Some(said);
        }
        while self.entries.front().is_some_and(|entry| entry.said.iter().all(Option::is_some)) {
            self.base += 1;
            self.give_first();
        }
    }

    /// Whoever takes the answers wants no more.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Gives out, of what is left, all that is complete.
    pub(crate) fn flush(&mut self) {
        self.entries.retain(|entry| entry.said.iter().all(Option::is_some));
        while !self.entries.is_empty() {
            self.give_first();
        }
    }

    /// Gives out every name without asking anybody.
    pub(crate) fn pass_all(&mut self) {
        for lookup in &mut *self.names {
            if (self.each)(Answers { lookup, said: Vec::new() }).is_break() {
                self.stopped = true;
                return;
            }
        }
    }

    fn give_first(&mut self) {
        let Some(Entry { lookup, said }) = self.entries.pop_front() else { return };
        if !self.stopped {
            let answers = Answers { lookup, said: said.into_iter().flatten().collect() };
            self.stopped = (self.each)(answers).is_break();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(port: u16) -> Said {
        Said { server: ([127, 0, 0, 1], port).into(), observations: Vec::new() }
    }

    fn lookups(count: usize) -> impl Iterator<Item = Lookup<String>> {
        (0..count).map(|i| Lookup { about: format!("n{i}"), expansions: Arc::from([format!("n{i}")]) })
    }

    #[test]
    fn answers_leave_in_order_and_complete() {
        let (mut names, mut out) = (lookups(3), Vec::new());
        let mut each = |answers: Answers<String>| {
            out.push((answers.lookup.about, answers.said.len()));
            ControlFlow::Continue(())
        };
        let mut feed = Feed::new(2, &mut names, &mut each);
        for server in [0, 1] {
            assert_eq!(
                (0..4).filter_map(|_| feed.take(server)).map(|(n, _)| n).collect::<Vec<_>>(),
                [0, 1, 2]
            );
        }
        assert!(feed.is_done(0) && feed.is_done(1));
        for (server, number) in [(0, 2), (1, 2), (0, 1), (0, 0), (1, 0)] {
            feed.put(server, number, said(53));
        }
        assert_eq!(feed.moves(), 1);
        // The name 1 misses an answer; a run that ends here still has name 2.
        feed.flush();
        assert_eq!(out, [("n0".to_owned(), 2), ("n2".to_owned(), 2)]);
    }

    #[test]
    fn nobody_runs_ahead_without_bound() {
        let (mut names, mut each) = (lookups(3 * WINDOW), |_| ControlFlow::Continue(()));
        let mut feed = Feed::new(2, &mut names, &mut each);
        assert_eq!(std::iter::from_fn(|| feed.take(0)).count(), WINDOW);
        assert!(!feed.is_done(0));
        for number in 0..WINDOW {
            feed.put(0, number, said(1));
        }
        assert!(!feed.has_next(0), "the other server has not begun");
        feed.take(1);
        feed.put(1, 0, said(2));
        assert!(feed.has_next(0));
    }
}
