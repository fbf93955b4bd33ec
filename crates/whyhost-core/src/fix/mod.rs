//! Repairs of a hosts file as one change: which remedies, the new content, and what must not happen unasked.
//!
//! [`plan`] makes the safe edits of all findings, again and again, since one repair uncovers the next fault; [`edited`]
//! takes edits that somebody asked for. Both give a [`Plan`]; what it does to look-ups is in [`behaviour`].

pub mod behaviour;
mod lost;
mod pieces;

#[cfg(test)]
mod tests;

pub use behaviour::{Change, Comparison};
pub use lost::is_askable;

use crate::check::{Options, Report, Subject};
use crate::diff::{self, Hunk};
use crate::finding::{Applicability, Finding, RemedyAction, Severity};
use hosts_edit::{Edit, EditSet, HostsFile, LineKind};
use pieces::Pieces;
use std::collections::{BTreeMap, HashSet};

/// Rounds of repairs; each uncovers what the one before made readable. Real files need three.
const ROUNDS: usize = 32;

/// Repairs that wait for another one, behind whose lines theirs belong.
const WAITS: [(&str, &str); 1] = [("hosts.hostname-missing", "hosts.localhost-missing")];

/// What is repaired.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// How the file is judged, and which codes are asked for.
    pub check: Options,
    /// Repairs too that change what some program gets.
    pub with_unsafe: bool,
}

/// A change of one file, worked out and not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The file, as the one who asks names it.
    pub path: String,
    /// Its content.
    pub old: Vec<u8>,
    /// What it becomes.
    pub new: Vec<u8>,
    /// The change as replacements in the old content.
    pub edits: Vec<Tagged>,
    /// What is repaired, in the order in which it was found.
    pub fixes: Vec<Fix>,
    /// Repairs that need to be asked for, since they change what some program gets.
    pub left: Vec<Fix>,
    /// What would happen that nobody asked for.
    pub objections: Vec<Objection>,
}

/// A replacement and the numbers of the fixes in [`Plan::fixes`] that it is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged {
    /// The replacement.
    pub edit: Edit,
    /// Why.
    pub fixes: Vec<usize>,
}

/// A repair of one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The code of the finding.
    pub code: &'static str,
    /// The remedy in the imperative.
    pub title: String,
    /// It may be made without a second thought.
    pub is_safe: bool,
}

/// Something that the change would do beside what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    /// Names lose every line, for the reader of this name: how many, and the first few.
    Unlisted {
        /// The reader: `GNU C library`.
        reader: &'static str,
        /// How many names.
        count: usize,
        /// The first of them.
        names: Vec<String>,
    },
    /// A name that a resolver knows is not found any more.
    Unresolved {
        /// The name.
        name: String,
        /// The resolvers and programs.
        resolvers: Vec<String>,
    },
    /// Most lines are none of a hosts file: it is another file, and would become one of comments.
    Foreign {
        /// Lines that nobody reads.
        unreadable: usize,
        /// Entries, in use or commented out.
        entries: usize,
    },
    /// An error that the file does not have yet.
    Worse {
        /// The code of the finding.
        code: &'static str,
        /// Its title.
        title: String,
    },
}

impl Plan {
    /// Nothing changes.
    pub fn is_empty(&self) -> bool {
        self.old == self.new
    }

    /// The change as hunks with context, and for each changed line of a hunk the fixes that it belongs to.
    pub fn hunks(&self) -> Vec<Hunk> {
        let edits: Vec<Edit> = self.edits.iter().map(|t| t.edit.clone()).collect();
        diff::hunks_of(&self.old, &edits)
    }

    /// The change as a unified diff that `patch -p1` takes.
    pub fn unified(&self) -> Vec<u8> {
        diff::print_unified(&self.path, &self.hunks())
    }

    /// The codes of the fixes that touch lines `first..=last` of the old file, each once.
    pub fn codes_at(&self, first: usize, last: usize) -> Vec<&'static str> {
        let start_of = |line: usize| diff::line_start(&self.old, line);
        let span = start_of(first)..start_of(last + 1);
        let touches =
            |edit: &Edit| edit.range.start < span.end.max(span.start + 1) && edit.range.end >= span.start;
        let mut codes: Vec<&'static str> = Vec::new();
        for tagged in self.edits.iter().filter(|t| touches(&t.edit)) {
            for code in tagged.fixes.iter().map(|at| self.fixes[*at].code) {
                if !codes.contains(&code) {
                    codes.push(code);
                }
            }
        }
        codes
    }

    fn of(subject: &Subject, pieces: Pieces, old: Vec<u8>, new: Vec<u8>) -> Plan {
        let edits = pieces.into_edits(&old);
        let path = subject.hosts_path();
        Plan { path, old, new, edits, fixes: Vec::new(), left: Vec::new(), objections: Vec::new() }
    }
}

/// The repairs of the hosts file of `subject`; `None` where its bytes are not known.
pub fn plan(subject: &Subject, wanted: &Wanted) -> Option<Plan> {
    let path = subject.hosts_path();
    let old = subject.bytes(&path)?.into_owned();
    let options = Options { all: true, ..wanted.check.clone() };
    let before = subject.check(&options);
    let mut pieces = Pieces::of(old.len());
    let (mut fixes, mut seen) = (Vec::new(), HashSet::from([old.clone()]));
    let (mut bytes, mut report) = (old.clone(), before);
    for _ in 0..ROUNDS {
        let (edits, chosen) = round(&report.findings, &path, wanted.with_unsafe, fixes.len());
        let Ok(next) = edits.iter().try_fold(EditSet::new(), joined) else { break };
        let Ok(next) = next.apply(&bytes) else { break };
        // Two repairs that undo each other would go on for ever; the file stays as it is then.
        if edits.is_empty() || !seen.insert(next.clone()) {
            break;
        }
        pieces.apply(&edits);
        fixes.extend(chosen);
        bytes = next;
        report = subject.with_hosts(bytes.clone()).check(&options);
    }
    let left = left(&report, &path, wanted.with_unsafe);
    let plan = Plan::of(subject, pieces, old, bytes);
    let after = subject.with_hosts(plan.new.clone());
    let mut objections = lost::unlisted(subject, &after, &plan, &[]);
    objections.extend(foreign(&subject.as_machine().hosts.value).filter(|_| !plan.is_empty()));
    Some(Plan { fixes, left, objections, ..plan })
}

/// Edits that somebody asked for; `None` where the bytes of the file are not known. `asked` are the names whose loss is
/// meant.
pub fn edited(subject: &Subject, edits: &EditSet, asked: &[&str], check: &Options) -> Option<Plan> {
    let old = subject.bytes(&subject.hosts_path())?.into_owned();
    let new = edits.apply(&old).ok()?;
    let mut pieces = Pieces::of(old.len());
    let tagged: Vec<Tagged> =
        edits.edits().iter().map(|edit| Tagged { edit: edit.clone(), fixes: Vec::new() }).collect();
    pieces.apply(&tagged);
    let plan = Plan::of(subject, pieces, old, new);
    let after = subject.with_hosts(plan.new.clone());
    let mut objections = lost::unlisted(subject, &after, &plan, asked);
    objections.extend(worse(&subject.check(check), &after.check(check)));
    Some(Plan { objections, ..plan })
}

/// A file with more lines that nobody reads than entries.
fn foreign(file: &HostsFile) -> Option<Objection> {
    let (mut unreadable, mut entries) = (0, 0);
    for kind in file.lines().map(|l| l.kind()) {
        match kind {
            LineKind::Unreadable => unreadable += 1,
            LineKind::Entry | LineKind::Disabled | LineKind::NoNames => entries += 1,
            LineKind::Blank | LineKind::Comment => {}
        }
    }
    (unreadable > entries.max(2)).then_some(Objection::Foreign { unreadable, entries })
}

/// Errors that `after` has and `before` has not, or has fewer of.
fn worse(before: &Report, after: &Report) -> Vec<Objection> {
    let errors = |report: &Report| -> BTreeMap<&'static str, (usize, String)> {
        let mut found = BTreeMap::new();
        for f in report.findings.iter().filter(|f| f.severity == Severity::Error) {
            found.entry(f.code).or_insert_with(|| (0, f.title.clone())).0 += 1 + f.more;
        }
        found
    };
    let known = errors(before);
    let new = errors(after).into_iter();
    let new = new.filter(|(code, (count, _))| known.get(code).is_none_or(|(before, _)| before < count));
    new.map(|(code, (_, title))| Objection::Worse { code, title }).collect()
}

fn joined(mut set: EditSet, tagged: &Tagged) -> Result<EditSet, hosts_edit::EditError> {
    set.push(tagged.edit.clone()).map(|()| set)
}

/// One remedy of each finding as far as they do not touch each other; the rest has its turn in the next round.
fn round(findings: &[Finding], path: &str, with_unsafe: bool, known: usize) -> (Vec<Tagged>, Vec<Fix>) {
    let mut set = EditSet::new();
    let (mut chosen, mut tags) = (Vec::new(), Vec::new());
    let waits = |finding: &&Finding| {
        let first = WAITS.iter().find(|(code, _)| *code == finding.code).map(|(_, first)| first);
        let mut others = findings.iter().filter(|f| Some(&f.code) == first);
        others.any(|f| remedy(f, path, with_unsafe).is_some())
    };
    for finding in findings.iter().filter(|f| !waits(f)) {
        let Some((fix, edits)) = remedy(finding, path, with_unsafe) else { continue };
        let mut own = EditSet::new();
        if edits.iter().try_for_each(|e| own.push(e.clone())).is_err() || touches(&set, &own) {
            continue;
        }
        for edit in own.edits() {
            // Disjoint, so never refused.
            if set.push(edit.clone()).is_ok() {
                tags.push((edit.clone(), known + chosen.len()));
            }
        }
        chosen.push(fix);
    }
    tags.sort_by_key(|(edit, _)| (edit.range.start, edit.range.end));
    let tagged = tags.into_iter().map(|(edit, fix)| Tagged { edit, fixes: vec![fix] }).collect();
    (tagged, chosen)
}

/// An edit of `new` lies beside or over one of `set`: two insertions at one place are two answers to one question.
fn touches(set: &EditSet, new: &EditSet) -> bool {
    let edits = set.edits();
    new.edits().iter().any(|edit| {
        let next = edits.partition_point(|old| old.range.end < edit.range.start);
        edits.get(next).is_some_and(|old| old.range.start <= edit.range.end)
    })
}

/// The first safe edits of the file; with `with_unsafe` else the first ones.
fn remedy(finding: &Finding, path: &str, with_unsafe: bool) -> Option<(Fix, Vec<Edit>)> {
    let edits = finding.remedies.iter().filter_map(|remedy| match &remedy.action {
        RemedyAction::Edits { path: edited, edits } if edited == path => Some((remedy, edits)),
        _ => None,
    });
    let is_safe = |applicability| applicability == Applicability::Safe;
    let (remedy, edits) = edits
        .filter(|(remedy, _)| is_safe(remedy.applicability) || with_unsafe)
        .min_by_key(|(remedy, _)| !is_safe(remedy.applicability))?;
    let fix = Fix { code: finding.code, title: remedy.title.clone(), is_safe: is_safe(remedy.applicability) };
    let bytes = |e: &crate::finding::TextEdit| Edit {
        range: e.byte_start..e.byte_end,
        bytes: e.text.clone().into_bytes(),
    };
    Some((fix, edits.iter().map(bytes).collect()))
}

/// Repairs that the file still needs and that have to be asked for.
fn left(report: &Report, path: &str, with_unsafe: bool) -> Vec<Fix> {
    if with_unsafe {
        return Vec::new();
    }
    let unsafe_ones = report.findings.iter().filter_map(|f| remedy(f, path, true));
    unsafe_ones.map(|(fix, _)| fix).filter(|fix| !fix.is_safe).collect()
}
