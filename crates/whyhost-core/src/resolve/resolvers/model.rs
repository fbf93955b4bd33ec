//! What the models share: how a failure is told, and the frame of an answer.

use super::Resolver;
use crate::conf::resolv::ResolvConf;
use crate::machine::Machine;
use crate::resolve::answer::{Answer, Because, Error, Ranked, RuleRow, Status, Step};
use crate::resolve::order::keyed::{self, Style};
use crate::resolve::stage::Candidate;
use crate::resolve::stage::dns::{self, Reply};
use crate::snapshot::{Family, ScopedAddr};

/// Why there is no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The resolver's own error, and the kind of it.
    Code(Status, &'static str),
    /// Not computable from the snapshot; why.
    Unknown(String),
}

/// Addresses in order, with the rules of the sort.
pub(super) type Ordered = (Vec<Ranked>, Vec<RuleRow>);

/// The destination of a missing source address as a failure.
pub(super) fn no_source(destination: ScopedAddr) -> Failure {
    Failure::Unknown(format!(
        "the source address for {destination} is not in the snapshot: the order cannot be computed"
    ))
}

/// Sorts by `style`, with a step of the trace.
pub(super) fn sorted(
    machine: &Machine,
    style: &Style,
    found: Vec<Candidate>,
    trace: &mut Vec<Step>,
) -> Result<Ordered, Failure> {
    let (ranked, rows) = keyed::sort(machine, style, found).map_err(no_source)?;
    if let Some(first) = ranked.first().filter(|r| r.placed_by != Because::OnlyOne) {
        trace.push(Step::new("sort", format!("{} comes first: {}", first.address, first.placed_by)));
    }
    Ok((ranked, rows))
}

/// The answer of `resolver` in the given version.
pub(super) fn answer(
    resolver: &Resolver,
    version: impl Into<String>,
    installed: bool,
    result: Result<Ordered, Failure>,
    mut trace: Vec<Step>,
) -> Answer {
    let (status, error, (addresses, comparison)) = match result {
        Ok(found) => (Status::Found, None, found),
        Err(Failure::Code(status, code)) => (status, Some(Error { code, errno: None }), Ordered::default()),
        Err(Failure::Unknown(why)) => {
            trace.push(Step::new("unknown", why));
            (Status::Unknown, None, Ordered::default())
        }
    };
    Answer {
        resolver: resolver.id,
        version: version.into(),
        installed,
        evidence: resolver.evidence,
        status,
        error,
        addresses,
        canonical: None,
        trace,
        comparison,
    }
}

/// One DNS question over the servers of `conf`: the addresses, or what came instead. An answer without an address of the
/// type counts as "no such record".
pub(super) fn one_type(
    machine: &Machine,
    conf: &ResolvConf,
    bare: &str,
    name: &str,
    kind: &str,
) -> Result<Result<Vec<Candidate>, Reply>, Failure> {
    if !dns::is_encodable(name) {
        return Ok(Err(Reply::Broken));
    }
    let (reply, observation) = dns::first_usable(machine, conf, name, kind).map_err(Failure::Unknown)?;
    let found = observation.map(|o| dns::records(o, kind, bare, name)).unwrap_or_default();
    Ok(match reply {
        Reply::Records if !found.is_empty() => Ok(found),
        Reply::Records => Err(Reply::NoData),
        other => Err(other),
    })
}

/// The types that are asked for a family.
pub(super) fn kinds(family: Family) -> &'static [&'static str] {
    match family {
        Family::Any => &["A", "AAAA"],
        Family::V4 => &["A"],
        Family::V6 => &["AAAA"],
    }
}

/// Every question for `names`.
pub(super) fn questions(names: Vec<String>, family: Family) -> Vec<(String, &'static str)> {
    names
        .into_iter()
        .filter(|n| dns::is_encodable(n))
        .flat_map(|n| kinds(family).iter().map(move |k| (n.clone(), *k)))
        .collect()
}

/// A version: major, minor, patch; what is missing is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// The first number with dots in `text`: `go version go1.27.3 linux/amd64` gives 1.27.3.
    pub(super) fn parse(text: &str) -> Option<Version> {
        let start = text.find(|c: char| c.is_ascii_digit())?;
        let end =
            text[start..].find(|c: char| !c.is_ascii_digit() && c != '.').map_or(text.len(), |n| start + n);
        let mut parts = text[start..end].split('.').map(|p| p.parse().unwrap_or(0));
        Some(Version(parts.next()?, parts.next().unwrap_or(0), parts.next().unwrap_or(0)))
    }

    /// The version of the program `id` of the machine.
    pub(super) fn of_program(machine: &Machine, id: &str) -> Option<Version> {
        let program = machine.raw.programs.iter().find(|p| p.id == id)?;
        Version::parse(&program.version)
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// The machine has a program with this id.
pub(super) fn has_program(machine: &Machine, id: &str) -> bool {
    machine.raw.programs.iter().any(|p| p.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(Version::parse("go version go1.27.3 linux/amd64"), Some(Version(1, 27, 3)));
        assert_eq!(Version::parse("252.39-1~deb12u2"), Some(Version(252, 39, 0)));
        assert_eq!(Version::parse("257"), Some(Version(257, 0, 0)));
        assert_eq!(Version::parse("unknown"), None);
        assert!(Version(1, 9, 0) < Version(1, 27, 3));
    }
}
