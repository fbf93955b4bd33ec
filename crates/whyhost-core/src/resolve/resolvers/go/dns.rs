//! Go's DNS client (`goLookupIPCNAMEOrder`, `nameList`, `tryOneName`).

use super::conf::{self, GoResolvConf};
use crate::machine::Machine;
use crate::resolve::answer::{Query, Status, Step};
use crate::resolve::resolvers::model::{self, Failure, Version, kinds, one_type};
use crate::resolve::stage::Candidate;
use crate::resolve::stage::dns::{Reply, is_encodable};
use crate::snapshot::Family;

/// Asks the servers of resolv.conf, name by name until one has an address.
pub(super) fn ask(
    machine: &Machine,
    query: &Query,
    version: Version,
    trace: &mut Vec<Step>,
) -> Result<Vec<Candidate>, Failure> {
    let name = &query.name;
    if !is_domain_name(name) {
        trace.push(Step::new("dns", format!("{name} is no domain name: DNS is not asked")));
        return Err(Failure::Code(Status::NotFound, "no such host"));
    }
    let conf = conf::resolv(machine, version).map_err(Failure::Unknown)?;
    let bare = name.strip_suffix('.').unwrap_or(name);
    let mut error = None;
    for candidate in names(&conf, name) {
        let mut found: Vec<Candidate> = Vec::new();
        let mut errors = Vec::new();
        for kind in kinds(query.family) {
            match one(machine, &conf, bare, &candidate, kind)? {
                Ok(addresses) => found.extend(addresses),
                Err(code) => errors.push(code),
            }
        }
        // The last error of the name as it is counts, else the first one; what is asked again of other servers is late.
        errors.sort_by_key(|(status, _)| *status == Status::TryAgain);
        for code in errors {
            if error.is_none() || candidate == bare {
                error = Some(code);
            }
        }
        for candidate in &mut found {
            candidate.address.address = candidate.address.address.to_canonical();
        }
        if !found.is_empty() {
            let list = found.iter().map(|c| c.address.to_string()).collect::<Vec<_>>().join(", ");
            trace.push(Step::new("dns", format!("{candidate} → {list}")));
            return Ok(found);
        }
    }
    let (status, code) = error.unwrap_or((Status::NotFound, "no suitable address found"));
    trace.push(Step::new("dns", format!("{name}: {code}")));
    Err(Failure::Code(status, code))
}

/// The questions that [`ask`] may send.
pub(super) fn questions(
    machine: &Machine,
    version: Version,
    name: &str,
    family: Family,
) -> Vec<(String, &'static str)> {
    let Ok(conf) = conf::resolv(machine, version) else { return Vec::new() };
    if !is_domain_name(name) {
        return Vec::new();
    }
    model::questions(names(&conf, name), family)
}

type Code = (Status, &'static str);

/// One question. A server that fails passes it to the next one; an answer without the record is "no such host".
fn one(
    machine: &Machine,
    conf: &GoResolvConf,
    bare: &str,
    name: &str,
    kind: &str,
) -> Result<Result<Vec<Candidate>, Code>, Failure> {
    if !is_encodable(name) {
        return Ok(Err((Status::Failure, "cannot marshal DNS message")));
    }
    Ok(one_type(machine, &conf.conf, bare, name, kind)?.map_err(|reply| match reply {
        Reply::Records | Reply::NoData | Reply::NxDomain => (Status::NotFound, "no such host"),
        Reply::TimedOut => (Status::TryAgain, "i/o timeout"),
        Reply::NoServer => (Status::TryAgain, "no DNS server can be reached"),
        Reply::ServFail | Reply::NoAnswer | Reply::Broken => (Status::TryAgain, "server misbehaving"),
    }))
}

/// `nameList`: as it is first with enough dots, else last; the search list between. Names under .onion are not asked.
fn names(conf: &GoResolvConf, name: &str) -> Vec<String> {
    if let Some(bare) = name.strip_suffix('.') {
        return if is_onion(bare) { Vec::new() } else { vec![bare.to_owned()] };
    }
    let dots = name.bytes().filter(|b| *b == b'.').count();
    let mut names: Vec<String> = conf
        .search
        .iter()
        .map(|domain| format!("{name}.{domain}"))
        .filter(|n| n.len() < 254 && !is_onion(n))
        .collect();
    if !is_onion(name) {
        let at = if dots >= usize::from(conf.conf.ndots) { 0 } else { names.len() };
        names.insert(at, name.to_owned());
    }
    names
}

fn is_onion(name: &str) -> bool {
    let at = name.len().wrapping_sub(".onion".len());
    name.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(".onion"))
}

/// `isDomainName`: labels of letters, digits, hyphens and underscores, no hyphen at either end, 63 bytes at most, and
/// at least one byte that is no digit.
pub(super) fn is_domain_name(name: &str) -> bool {
    if name == "." {
        return true;
    }
    let bare = name.strip_suffix('.').unwrap_or(name);
    let label_good = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    bare.len() <= 253
        && bare.split('.').all(label_good)
        && bare.bytes().any(|b| !b.is_ascii_digit() && b != b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_names() {
        for good in ["localhost", "a.b.", "my_host", "1.a", "."] {
            assert!(is_domain_name(good), "{good}");
        }
        for bad in ["", "127.1", "a..b", ".a", "-a", "a-", "a-.b", "a b", "*"] {
            assert!(!is_domain_name(bad), "{bad}");
        }
    }
}
