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

/// Of a code with more than `limit` hits three are shown; 0 shows all.
pub fn fold<'f>(findings: impl IntoIterator<Item = &'f Finding>, limit: usize) -> Folded<'f> {
    let all: Vec<&Finding> = findings.into_iter().collect();
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    for finding in &all {
        match counts.iter_mut().find(|(code, _)| *code == finding.code) {
            Some((_, count)) => *count += 1,
            None => counts.push((finding.code, 1)),
        }
    }
    counts.retain(|(_, count)| limit > 0 && *count > limit.max(SAMPLES));
    let mut left: Vec<(&'static str, usize)> = counts.iter().map(|(code, _)| (*code, SAMPLES)).collect();
    let mut is_shown = |finding: &&Finding| match left.iter_mut().find(|(code, _)| *code == finding.code) {
        Some((_, 0)) => false,
        Some((_, left)) => {
            *left -= 1;
            true
        }
        None => true,
    };
    let shown = all.into_iter().filter(|f| is_shown(f)).collect();
    Folded { shown, more: counts.into_iter().map(|(code, count)| (code, count - SAMPLES)).collect() }
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
            match finding.severity {
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
                Severity::Note => summary.notes += 1,
            }
            summary.fixable += usize::from(finding.is_fixable());
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
