//! Rules: functions with constant metadata in explicit lists.
//!
//! A rule's file holds its doc comment (the only source of its long text), its metadata, its check and its tests.
//! What several rules ask of a machine is in [`facts`], how they repair a file in [`edit`] and [`remedy`].

mod cache;
mod client;
mod dns;
mod edit;
mod env;
mod facts;
mod hosts;
mod hosts_line;
mod info;
mod localhost;
mod loopback;
mod nss;
mod nss_line;
mod order;
mod owner;
mod ports;
mod programs;
mod proxy;
mod readers;
mod remedy;
mod resolv_owner;
mod resolver;
mod stock;
mod tally;
#[cfg(test)]
mod testing;
mod upstreams;

pub use facts::SOCKETS;
pub use hosts_line::{is_public, is_sink};
pub use readers::named as readers_named;

use crate::diagnose::Target;
use crate::finding::{Finding, Remedy, Severity};
use crate::hosts_lines::{HostsLines, Traits};
use crate::hosts_names::HostsNames;
use crate::machine::Machine;
use crate::reach::ClientOutcome;
use crate::resolve::Answer;
use hosts_edit::{Dialect, GLIBC, Line, Place};
use std::cell::OnceCell;
use std::fmt::Write as _;

/// Findings of one rule that are told one by one, unless the context says otherwise.
pub const MOST_FINDINGS: usize = 1000;

/// A rule: metadata and a check.
pub struct Rule {
    /// `area.slug`.
    pub code: &'static str,
    /// Default severity.
    pub severity: Severity,
    /// The problem in one line, without arguments.
    pub title: &'static str,
    /// Standards, manuals, threads.
    pub references: &'static [&'static str],
    /// The source file of the rule, whose `//!` comment is the long text.
    pub source: &'static str,
    /// The check.
    pub check: fn(&Context<'_>, &mut Vec<Finding>),
}

/// What a rule may look at.
pub struct Context<'a> {
    /// The machine.
    pub machine: &'a Machine,
    /// What was asked.
    pub target: &'a Target,
    /// Predicted answers for the target's name, glibc first; empty for a literal address.
    pub answers: &'a [Answer],
    /// What each client gets, when a port was asked.
    pub clients: &'a [ClientOutcome],
    /// The readers of the hosts file whose opinion of a line counts; at least one, the system's first.
    pub readers: Vec<&'static Dialect>,
    /// So many findings of one rule are told one by one; the rest is counted in [`Finding::more`].
    pub most: usize,
    /// Rules about lines look only at those in which this name stands.
    only: Option<Vec<u8>>,
    /// The lines of the hosts file that are not plain.
    hosts_lines: OnceCell<HostsLines>,
    /// The names of the hosts file.
    hosts_names: OnceCell<HostsNames<'a>>,
    /// Lines of the hosts file that name localhost, read once: the file may have a million lines.
    localhost_lines: OnceCell<Vec<Place>>,
    /// What glibc answers for localhost, where the question is another one.
    localhost_answer: OnceCell<Option<Answer>>,
    /// The programs of the machine, each asked for the name once.
    programs: OnceCell<Vec<programs::Asked>>,
}

impl<'a> Context<'a> {
    /// What rules may look at for one question; `answers` is empty for an address, `clients` without a port.
    pub fn new(
        machine: &'a Machine,
        target: &'a Target,
        answers: &'a [Answer],
        clients: &'a [ClientOutcome],
    ) -> Context<'a> {
        Context {
            machine,
            target,
            answers,
            clients,
            readers: readers::of_machine(machine),
            most: MOST_FINDINGS,
            only: None,
            hosts_lines: OnceCell::new(),
            hosts_names: OnceCell::new(),
            localhost_lines: OnceCell::new(),
            localhost_answer: OnceCell::new(),
            programs: OnceCell::new(),
        }
    }

    /// Judges lines by these readers instead of those of the machine; by those of the machine if there are none.
    pub fn for_readers(self, readers: Vec<&'static Dialect>) -> Context<'a> {
        if readers.is_empty() { self } else { Context { readers, ..self } }
    }

    /// Looks only at the lines that have the name of the target: what a question about one name needs.
    pub fn for_target_alone(self) -> Context<'a> {
        let name = self.target.name.strip_suffix('.').unwrap_or(&self.target.name);
        Context { only: Some(name.as_bytes().to_vec()), ..self }
    }

    /// The lines of the hosts file that have at least one of `traits`.
    fn lines_with(&self, traits: Traits) -> impl Iterator<Item = Line<'a>> {
        let file = &self.machine.hosts.value;
        let lines = self.hosts_lines.get_or_init(|| HostsLines::of(file, self.only.as_deref()));
        lines.with(file, traits)
    }

    /// The names of the hosts file as its first reader sees them.
    fn names(&self) -> &HostsNames<'a> {
        self.hosts_names.get_or_init(|| {
            let reader = self.readers.first().copied().unwrap_or(&GLIBC);
            HostsNames::of(&self.machine.hosts.value, reader, self.only.as_deref())
        })
    }
}

/// All rules, by area.
pub const ALL: &[&[Rule]] = &[
    hosts::RULES,
    hosts::OWNERS,
    hosts::LINES,
    hosts::OWN_NAME,
    localhost::RULES,
    nss::RULES,
    resolver::RULES,
    dns::RULES,
    order::RULES,
    cache::RULES,
    loopback::RULES,
    ports::RULES,
    client::RULES,
    env::RULES,
    proxy::RULES,
    info::RULES,
];

/// The rule with this code.
pub fn by_code(code: &str) -> Option<&'static Rule> {
    all().find(|r| r.code == code)
}

/// Every rule, in the order of the lists.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    ALL.iter().flat_map(|area| area.iter())
}

impl Rule {
    /// The long text, as Markdown: the `//!` comment of the rule's file.
    pub fn text(&self) -> String {
        self.source
            .lines()
            .map_while(|l| l.strip_prefix("//!"))
            .map(|l| l.strip_prefix(' ').unwrap_or(l))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// A finding of this rule with the default severity and title, to be filled in.
    pub fn finding(&self, title: impl Into<String>) -> Finding {
        Finding {
            code: self.code,
            severity: self.severity,
            title: title.into(),
            message: None,
            locations: Vec::new(),
            evidence: Vec::new(),
            remedies: Vec::new(),
            references: self.references,
            more: 0,
        }
    }
}

/// The finding is about single lines of the hosts file, not about the file as a whole.
pub fn is_about_lines(code: &str) -> bool {
    hosts::LINES.iter().any(|rule| rule.code == code)
}

/// Runs every rule; findings in the order of severity, then of the rules.
pub fn run(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in all() {
        (rule.check)(context, &mut findings);
    }
    findings.sort_by_key(|f| f.severity);
    findings
}

/// Runs the rules of some areas only, in the order of the rules.
pub fn run_areas(context: &Context<'_>, areas: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in all().filter(|rule| areas.iter().any(|area| rule.code.split('.').next() == Some(area))) {
        (rule.check)(context, &mut findings);
    }
    findings
}

/// `name` is one that somebody may look up: no address, no URL, nothing with a port or another character that no host
/// name has, no two words glued together.
pub(crate) fn is_name_of_a_host(name: &[u8]) -> bool {
    use hosts_line::NameFault;
    hosts_line::invisible(name).is_none()
        && matches!(
            hosts_line::name_fault(name, false),
            None | Some(NameFault::Strict(_) | NameFault::BeyondAscii)
        )
}

/// The readers of the hosts file that matter on `machine`, the system's own first.
pub(crate) fn readers_of(machine: &Machine) -> Vec<&'static Dialect> {
    readers::of_machine(machine)
}

/// What repairs the causes that other rules find in the files, for a rule about their outcome; `otherwise` if there are none.
fn repairs_of_causes(context: &Context<'_>, otherwise: Remedy) -> Vec<Remedy> {
    let mut found = Vec::new();
    for rule in [hosts::RULES, localhost::RULES, nss::RULES].into_iter().flatten() {
        (rule.check)(context, &mut found);
    }
    let causes = found.into_iter().filter(|f| f.severity == Severity::Error);
    let repairs: Vec<Remedy> = causes.filter_map(|f| f.remedies.into_iter().next()).collect();
    if repairs.is_empty() { vec![otherwise] } else { repairs }
}

/// What keeps localhost from DNS: the repairs of the causes, or the two things that are needed, in words.
fn localhost_before_dns(context: &Context<'_>) -> Vec<Remedy> {
    let otherwise = remedy::advice(
        "add `127.0.0.1 localhost` to /etc/hosts and have it asked before DNS",
        facts::hosts_reach(context.machine),
        "/etc/hosts needs `127.0.0.1 localhost` and nsswitch.conf `hosts: files dns`",
    );
    repairs_of_causes(context, otherwise)
}

const GENERATED: &str = "<!-- Generated from the rule's source; UPDATE_DOCS=1 cargo test -p whyhost-core -->";

/// The page of a rule under `docs/rules`, as Markdown.
pub fn page(rule: &Rule) -> String {
    let text = rule.text();
    let (heading, body) = text.split_once('\n').unwrap_or((&text, ""));
    format!("{GENERATED}\n{heading}\n\nSeverity: {}\n{body}\n", severity_word(rule.severity))
}

/// The list of all rules under `docs/rules`, as Markdown.
pub fn index() -> String {
    let mut out = format!("{GENERATED}\n# Rules\n\n| code | severity | title |\n|---|---|---|\n");
    for rule in all() {
        let (code, severity) = (rule.code, severity_word(rule.severity));
        let _ = writeln!(out, "| [{code}]({code}.md) | {severity} | {} |", rule.title);
    }
    out
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
