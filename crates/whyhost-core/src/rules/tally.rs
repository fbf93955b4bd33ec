//! Findings one by one up to the bound of the context; what is beyond is counted, since a file may have a million faults.

use super::{Context, Rule};
use crate::finding::Finding;

/// The findings of one rule.
pub(super) struct Tally {
    most: usize,
    found: Vec<Finding>,
    more: usize,
}

impl Tally {
    pub(super) fn new(ctx: &Context<'_>) -> Tally {
        Tally { most: ctx.most.max(1), found: Vec::new(), more: 0 }
    }

    /// Adds a finding, which is only made where it is told.
    pub(super) fn add(&mut self, make: impl FnOnce() -> Finding) {
        if self.found.len() < self.most { self.found.push(make()) } else { self.more += 1 }
    }

    /// Hands the findings over; the last one tells how many were only counted.
    pub(super) fn finish(mut self, rule: &Rule, out: &mut Vec<Finding>) {
        if let Some(last) = self.found.last_mut().filter(|_| self.more > 0) {
            last.more = self.more;
            let words = format!("{} more of {}", self.more, rule.code);
            last.message = Some(match last.message.take() {
                Some(message) => format!("{message}; {words}"),
                None => words,
            });
        }
        out.append(&mut self.found);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::debian;

    #[test]
    fn what_is_beyond_the_bound_is_counted() {
        let lines = "127.0.0.1\n".repeat(super::super::MOST_FINDINGS + 7);
        let found = debian().lines(&lines).check("hosts.no-name", &[]);
        assert_eq!((found.len(), found.last().map(|f| f.more)), (super::super::MOST_FINDINGS, Some(7)));
        assert!(found[0].message.as_deref().is_none_or(|m| !m.contains("more of")));
    }
}
