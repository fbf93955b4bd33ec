//! Many hits of one code in a few lines, and the figures of a check.

use crate::finding::{Applicability, Finding, Remedy, RemedyAction, Severity};
use serde::Serialize;

/// Hits of a folded code that are still shown.
const SAMPLES: usize = 3;

/// What is shown of a list of findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded<'f> {
    /// In the order of the list.
    pub shown: Vec<&'f Finding>,
    /// Codes with the count of hits that are not shown, in the order of their first hit.
    pub more: Vec<(&'static str, usize)>,
}

/// Of a code with more than `limit` hits three are shown; 0 shows all that were told.
pub fn fold<'f>(findings: impl IntoIterator<Item = &'f Finding>, limit: usize) -> Folded<'f> {
    let all: Vec<&Finding> = findings.into_iter().collect();
    let mut codes: Vec<Hits> = Vec::new();
    for finding in &all {
        let hits = 1 + finding.more;
        match codes.iter_mut().find(|c| c.code == finding.code) {
            Some(known) => known.total += hits,
            None => codes.push(Hits { code: finding.code, total: hits, shown: 0 }),
        }
    }
    let mut is_shown = |finding: &&Finding| {
        let Some(hits) = codes.iter_mut().find(|c| c.code == finding.code) else { return true };
        let is_shown = limit == 0 || hits.total <= limit.max(SAMPLES) || hits.shown < SAMPLES;
        hits.shown += usize::from(is_shown);
        is_shown
    };
    let shown = all.into_iter().filter(|f| is_shown(f)).collect();
    let more = codes.iter().map(|c| (c.code, c.total - c.shown)).filter(|(_, more)| *more > 0).collect();
    Folded { shown, more }
}

struct Hits {
    code: &'static str,
    total: usize,
    shown: usize,
}

/// Findings in figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
    /// Findings with edits that may be made without a second thought.
    pub fixable: usize,
    /// Findings that comments in the files silence.
    pub suppressed: usize,
}

impl Summary {
    /// The figures of `findings`.
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>, suppressed: usize) -> Summary {
        let mut summary = Summary { suppressed, ..Summary::default() };
        for finding in findings {
            // Findings that are only counted are like the last one that is told.
            let hits = 1 + finding.more;
            match finding.severity {
                Severity::Error => summary.errors += hits,
                Severity::Warning => summary.warnings += hits,
                Severity::Note => summary.notes += hits,
            }
            summary.fixable += if finding.is_fixable() { hits } else { 0 };
        }
        summary
    }

    /// Findings of this severity or a worse one.
    pub fn at_least(&self, severity: Severity) -> usize {
        match severity {
            Severity::Error => self.errors,
            Severity::Warning => self.errors + self.warnings,
            Severity::Note => self.errors + self.warnings + self.notes,
        }
    }

    /// The figures of both.
    pub fn plus(self, other: Summary) -> Summary {
        Summary {
            errors: self.errors + other.errors,
            warnings: self.warnings + other.warnings,
            notes: self.notes + other.notes,
            fixable: self.fixable + other.fixable,
            suppressed: self.suppressed + other.suppressed,
        }
    }
}

impl Finding {
    /// Edits that may be made without a second thought repair it.
    pub fn is_fixable(&self) -> bool {
        let safe_edits = |r: &Remedy| {
            r.applicability == Applicability::Safe && matches!(r.action, RemedyAction::Edits { .. })
        };
        self.remedies.iter().any(safe_edits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::by_code;

    fn hits(code: &str, count: usize) -> Vec<Finding> {
        let rule = by_code(code).expect("a rule");
        (0..count).map(|i| rule.finding(format!("{i}"))).collect()
    }

    #[test]
    fn many_hits_are_folded() {
        let all = [hits("hosts.empty", 21), hits("hosts.missing", 20)].concat();
        let folded = fold(&all, 20);
        assert_eq!((folded.shown.len(), folded.more), (23, vec![("hosts.empty", 18)]));
        assert_eq!(fold(&all, 0).shown.len(), 41);
        assert_eq!(fold(&all, 1).shown.len(), 6);
        let mut counted = hits("hosts.empty", 2);
        counted[1].more = 40;
        assert_eq!(
            fold(&counted, 20),
            Folded { shown: counted.iter().collect(), more: vec![("hosts.empty", 40)] }
        );
        assert_eq!(Summary::of(&counted, 0).errors, 42);
        assert_eq!(fold(&hits("hosts.empty", 3), 1), fold(&hits("hosts.empty", 3), 0));
    }

    #[test]
    fn figures() {
        let all = [hits("hosts.empty", 2), hits("hosts.encoding-bom", 1)].concat();
        let summary = Summary::of(&all, 4);
        assert_eq!((summary.errors, summary.suppressed, summary.at_least(Severity::Note)), (3, 4, 3));
        assert_eq!(summary.plus(summary).errors, 6);
    }
}
