//! What `whyhost check` finds: one file, or all configuration of a machine, judged by the rules that files can answer.
//!
//! - `select`: which codes are asked for; `platform`: whose hosts file it is; `about`: the file in figures.
//! - `suppress`: comments in a file that silence a code; `relabel`: the same findings about a file at another path.
//! - `fold`: what is shown of a thousand hits, and the figures of the last line.

mod about;
mod fold;
mod platform;
mod relabel;
mod select;
mod suppress;

#[cfg(test)]
mod tests;

pub use about::About;
pub use fold::{Folded, Summary, fold};
pub use platform::Platform;
pub use select::{AREAS, FILE_AREAS, Selection, is_selectable};
pub use suppress::{Suppression, Unused, suppressions};

use crate::diagnose::Target;
use crate::finding::Finding;
use crate::machine::{FileState, GAI, HOST_CONF, HOSTS, Machine, NSSWITCH, RESOLV};
use crate::resolve::{self, Query};
use crate::rules::{self, Context};
use crate::snapshot::{Gap, Os, OsFamily, RawFile, Snapshot};
use hosts_edit::Dialect;

/// The files that a check reads.
const FILES: [&str; 5] = [HOSTS, NSSWITCH, RESOLV, GAI, HOST_CONF];

/// What is checked: a machine, or a hosts file without one.
#[derive(Debug)]
pub struct Subject {
    machine: Machine,
    platform: Platform,
    scope: Scope,
}

/// Where the files of the subject are, as seen from the one who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scope {
    /// Where the machine has them: this machine, or a snapshot.
    Machine,
    /// Below a folder.
    Root(String),
    /// One hosts file, alone, at this path.
    File(String),
}

/// How a subject is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The codes that are asked for.
    pub selection: Selection,
    /// The readers whose opinion of a line counts; empty for those of the machine.
    pub readers: Vec<&'static Dialect>,
    /// Every finding is told, also of a rule with more than [`rules::MOST_FINDINGS`].
    pub all: bool,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The hosts file; `None` where its bytes are not known.
    pub about: Option<About>,
    /// Findings that were asked for and not suppressed: file by file, in the order of their places.
    pub findings: Vec<Finding>,
    /// How many findings a comment in the file silences.
    pub suppressed: usize,
    /// Comments that silence nothing.
    pub unused: Vec<Unused>,
    /// Files that could not be looked at.
    pub gaps: Vec<Gap>,
}

impl Subject {
    /// The machine of a snapshot, with all its configuration.
    pub fn machine(snapshot: Snapshot, platform: Platform) -> Subject {
        Subject::new(snapshot, platform, Scope::Machine)
    }

    /// A machine whose files lie below the folder `root`: places are told as paths of the one who asks.
    pub fn root(snapshot: Snapshot, root: &str, platform: Platform) -> Subject {
        Subject::new(snapshot, platform, Scope::Root(root.trim_end_matches('/').to_owned()))
    }

    /// One hosts file, told as `path`. Nothing is known of its machine: only rules about the hosts file apply, and a
    /// loopback interface with both addresses is assumed.
    pub fn file(path: &str, bytes: Vec<u8>, platform: Platform) -> Subject {
        let os = Os::unknown(OsFamily::Linux);
        let mut snapshot = Snapshot::new(os);
        snapshot.assume_loopback();
        let platform = platform.of_file(path, &bytes);
        snapshot.files.push(RawFile::from_bytes(HOSTS, bytes));
        Subject::new(snapshot, platform, Scope::File(path.to_owned()))
    }

    fn new(mut snapshot: Snapshot, platform: Platform, scope: Scope) -> Subject {
        platform.apply(&mut snapshot.os);
        Subject { machine: Machine::new(snapshot), platform, scope }
    }

    /// The same subject with other content in its hosts file.
    pub fn with_hosts(&self, bytes: Vec<u8>) -> Subject {
        let snapshot = crate::whatif::with_content(&self.machine.raw, HOSTS, &bytes);
        Subject { machine: Machine::new(snapshot), platform: self.platform, scope: self.scope.clone() }
    }

    /// The machine that is checked; for a hosts file alone one of which nothing else is known.
    pub fn as_machine(&self) -> &Machine {
        &self.machine
    }

    /// The readers whose opinion of a line counts, the system's own first.
    pub fn readers(&self) -> Vec<&'static Dialect> {
        let own = self.platform.readers(&self.machine.os);
        if own.is_empty() { rules::readers_of(&self.machine) } else { own }
    }

    /// The bytes of the file that a location of this subject names.
    pub fn bytes(&self, path: &str) -> Option<std::borrow::Cow<'_, [u8]>> {
        let path = relabel::original(&self.scope, path)?;
        if path == HOSTS {
            return self.machine.hosts.state.is_read().then(|| self.machine.hosts.value.bytes().into());
        }
        self.machine.raw.file(path).and_then(RawFile::bytes).map(Into::into)
    }

    /// Where the hosts file is, as seen from the one who asks.
    pub fn hosts_path(&self) -> String {
        relabel::path(&self.scope, HOSTS)
    }

    /// The machine's own name and system, for headings; empty for a file.
    pub fn host(&self) -> String {
        let os = &self.machine.os;
        let parts = [os.hostname.as_str(), os.name.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// Why the hosts file could not be read, where that is so: then the check says nothing about it.
    pub fn unreadable(&self) -> Option<String> {
        match &self.machine.hosts.state {
            FileState::Unreadable(reason) => Some(reason.clone()),
            FileState::Unrecorded => Some("the snapshot does not hold it".into()),
            FileState::NotAFile(crate::snapshot::FileKind::File) => Some("it was not read".into()),
            _ => None,
        }
    }

    /// Runs the rules.
    pub fn check(&self, options: &Options) -> Report {
        let is_asked = |code: &str| options.selection.includes(code, self.is_file());
        let mut findings = self.findings(options, &is_asked);
        let mut silenced = Silenced::default();
        let mut paths: Vec<&str> = vec![HOSTS];
        paths.extend(findings.iter().flat_map(|f| f.locations.iter()).map(|l| l.path.as_str()));
        paths.sort_unstable();
        paths.dedup();
        let bytes: Vec<(String, Vec<u8>)> = paths
            .into_iter()
            .filter(|path| *path != HOSTS)
            .filter_map(|path| Some((path.to_owned(), self.machine.raw.file(path)?.bytes()?)))
            .collect();
        silenced.apply(HOSTS, self.machine.hosts.value.bytes(), &mut findings, &is_asked);
        for (path, bytes) in &bytes {
            silenced.apply(path, bytes, &mut findings, &is_asked);
        }
        for finding in &mut findings {
            relabel::finding(&self.scope, finding);
            shorten(finding);
        }
        for unused in &mut silenced.unused {
            unused.path = relabel::path(&self.scope, &unused.path);
        }
        let hosts = self.hosts_path();
        findings.sort_by(|a, b| order(a, &hosts).cmp(&order(b, &hosts)));
        Report {
            about: self.machine.hosts.state.is_read().then(|| About::of(&self.machine, &hosts)),
            findings,
            suppressed: silenced.count,
            unused: silenced.unused,
            gaps: self.gaps(),
        }
    }

    fn is_file(&self) -> bool {
        matches!(self.scope, Scope::File(_))
    }

    fn findings(&self, options: &Options, is_asked: &dyn Fn(&str) -> bool) -> Vec<Finding> {
        let target = Target { name: "localhost".into(), literal: None, port: None };
        // What the resolvers answer costs several readings of the file: only rules about answers need it.
        let needs_answers =
            rules::all().any(|r| !FILE_AREAS.contains(&select::area(r.code)) && is_asked(r.code));
        let answers = match needs_answers {
            true => resolve::answers(&self.machine, &Query::any(&target.name)),
            false => Vec::new(),
        };
        let readers = if options.readers.is_empty() {
            self.platform.readers(&self.machine.os)
        } else {
            options.readers.clone()
        };
        let mut context = Context::new(&self.machine, &target, &answers, &[]).for_readers(readers);
        // A comment may silence any finding, so that none may be left untold.
        if options.all || !suppressions(self.machine.hosts.value.bytes()).is_empty() {
            context.most = usize::MAX;
        }
        let mut findings = Vec::new();
        for rule in rules::all().filter(|rule| is_asked(rule.code)) {
            (rule.check)(&context, &mut findings);
        }
        findings
    }

    fn gaps(&self) -> Vec<Gap> {
        let concerns = |gap: &&Gap| FILES.contains(&gap.what.as_str());
        let gaps = self.machine.raw.gaps.iter().filter(concerns).cloned();
        gaps.map(|gap| Gap { what: relabel::path(&self.scope, &gap.what), ..gap }).collect()
    }
}

/// Suppressions at work.
#[derive(Default)]
struct Silenced {
    count: usize,
    unused: Vec<Unused>,
}

impl Silenced {
    fn apply(
        &mut self,
        path: &str,
        bytes: &[u8],
        findings: &mut Vec<Finding>,
        is_asked: &dyn Fn(&str) -> bool,
    ) {
        let suppressions = suppressions(bytes);
        if suppressions.is_empty() {
            return;
        }
        let (count, unused) = suppress::apply(path, &suppressions, findings, is_asked);
        self.count += count;
        self.unused.extend(unused);
    }
}

/// The hosts file first, then by path; within a file by place, the worse first; findings without a place last.
fn order<'f>(finding: &'f Finding, hosts: &str) -> (bool, bool, &'f str, usize, crate::finding::Severity) {
    match finding.locations.first() {
        Some(l) => (false, l.path != hosts, &l.path, l.byte_start, finding.severity),
        None => (true, true, "", 0, finding.severity),
    }
}

/// Characters of a statement that are kept: a name of the file may have megabytes.
const LONGEST: usize = 400;

/// Cuts what is said to a length that people read; edits and commands stay whole.
fn shorten(finding: &mut Finding) {
    let locations = finding.locations.iter_mut().map(|l| &mut l.label);
    let evidence = finding.evidence.iter_mut().map(|e| &mut e.text);
    let remedies = finding.remedies.iter_mut().map(|r| &mut r.title);
    let texts = [&mut finding.title].into_iter().chain(finding.message.as_mut());
    for text in texts.chain(locations).chain(evidence).chain(remedies) {
        if let Some((at, _)) = text.char_indices().nth(LONGEST) {
            text.truncate(at);
            text.push('…');
        }
    }
}
