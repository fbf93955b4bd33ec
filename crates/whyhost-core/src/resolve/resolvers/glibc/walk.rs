//! The walk over the services of nsswitch.conf: `get_nss_addresses` for AF_UNSPEC, AF_INET6 and AI_CANONNAME, and
//! `gethostbyname2_r` (`nss/getXXbyYY_r.c`) for AF_INET.

use super::{Failure, Found, fail, system};
use crate::conf::nsswitch::{Action, Service, Services, Status};
use crate::machine::{FileState, GlibcVersion, Machine, NSSWITCH};
use crate::resolve::answer::{Query, Step};
use crate::resolve::stage::{self, Call, Candidate, HErrno, Outcome, Report, has_function};
use crate::snapshot::Family;
use std::net::IpAddr;

/// What one service came to for getaddrinfo.
struct Asked {
    status: Status,
    candidates: Vec<Candidate>,
    canonical: Option<String>,
}

/// The variables that outlive one service.
struct State {
    h_errno: Option<HErrno>,
    errno: Option<&'static str>,
    no_data: NoData,
    no_v6_data: NoData,
    v6_status: Status,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum NoData {
    /// Not known to be missing.
    No,
    /// The name exists without such a record.
    Yes,
    /// A server did not answer.
    Again,
}

impl NoData {
    fn of(h_errno: Option<HErrno>) -> NoData {
        match h_errno {
            Some(HErrno::TryAgain) => NoData::Again,
            Some(HErrno::NoData) => NoData::Yes,
            _ => NoData::No,
        }
    }
}

/// `get_nss_addresses`.
pub(super) fn services(
    machine: &Machine,
    query: &Query,
    family: Family,
    trace: &mut Vec<Step>,
) -> Result<Found, Failure> {
    let services = listed(machine, trace)?;
    if services.is_empty() {
        // The list ends before its first service: looking up the function of no module fails with EBUSY.
        return system(Some("EBUSY"));
    }
    let mut state = State {
        h_errno: None,
        errno: None,
        no_data: NoData::No,
        no_v6_data: NoData::No,
        v6_status: Status::Unavail,
    };
    let mut status = Status::Unavail;
    let mut kept: Vec<Candidate> = Vec::new();
    let mut canonical = None;
    for service in &services {
        let asked = ask(machine, query, family, service, &mut state, trace)?;
        status = asked.status;
        // Every service starts afresh.
        kept = asked.candidates;
        canonical = asked.canonical;
        let action = service.actions.after(status);
        if status == Status::Success && action != Action::Return && machine.glibc < GlibcVersion(2, 36) {
            return Err(Failure::Unknown(format!(
                "glibc before 2.36 keeps results that [SUCCESS=continue] behind {} passes over; which, is chance",
                service.name
            )));
        }
        match action {
            Action::Return => break,
            Action::Merge => {
                trace.push(Step::new(&*service.name, "merge is not supported for hosts: the lookup fails"));
                return fail("EAI_NONAME");
            }
            Action::Continue => {}
        }
    }
    if matches!(status, Status::TryAgain | Status::Unavail) && state.h_errno == Some(HErrno::Internal) {
        return system(state.errno);
    }
    match (state.no_data, state.no_v6_data) {
        _ if !kept.is_empty() => Ok(Found { candidates: kept, canonical }),
        (NoData::No, _) | (_, NoData::No) => fail("EAI_NONAME"),
        (NoData::Again, NoData::Again) => fail("EAI_AGAIN"),
        _ => fail("EAI_NODATA"),
    }
}

/// One service, by `gethostbyname4_r` where the module has it and both families are asked, else family by family.
fn ask(
    machine: &Machine,
    query: &Query,
    family: Family,
    service: &Service,
    state: &mut State,
    trace: &mut Vec<Step>,
) -> Result<Asked, Failure> {
    if family == Family::Any && has_function(&service.name, Call::Both) {
        return match consult(machine, query, service, Call::Both, trace)? {
            Some(report) => Ok(both(report, state)),
            None => Ok(not_callable(state)),
        };
    }
    let calls: &[Call] = match family {
        Family::V4 => &[Call::V4],
        Family::V6 if !query.flags.v4mapped => &[Call::V6],
        _ => &[Call::V6, Call::V4],
    };
    if !has_function(&service.name, Call::V4) {
        trace.push(Step::new(&*service.name, "has no host functions"));
        return Ok(not_callable(state));
    }
    state.no_data = NoData::No;
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut canonical = None;
    let mut status = Status::Unavail;
    let mut got_v6 = false;
    for call in calls {
        let mapping = *call == Call::V4 && family == Family::V6;
        if mapping && got_v6 && !query.flags.all {
            continue;
        }
        let Some(report) = consult(machine, query, service, *call, trace)? else {
            return Ok(not_callable(state));
        };
        status = report.status;
        remember(&report, state);
        if report.status != Status::Success && state.h_errno == Some(HErrno::Internal) {
            return system(state.errno);
        }
        state.no_data = if report.status == Status::Success { NoData::No } else { NoData::of(state.h_errno) };
        if *call == Call::V6 || family == Family::V4 {
            state.no_v6_data = state.no_data;
            state.v6_status = report.status;
        }
        got_v6 = *call == Call::V6 && !report.found.is_empty();
        canonical = canonical.or(report.canonical);
        candidates.extend(report.found.into_iter().map(|c| if mapping { mapped(c) } else { c }));
    }
    if got_v6 && query.flags.v4mapped && !query.flags.all {
        // `generate_addrinfo`: with AI_V4MAPPED alone, v4-mapped addresses go once an IPv6 one was found, records of
        // that form included.
        candidates.retain(|c| !matches!(c.address.address, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some()));
    }
    Ok(Asked { status: joined(state.v6_status, status), candidates, canonical })
}

/// The status of two calls: success of either, else the one that says most.
fn joined(v6: Status, last: Status) -> Status {
    match (v6, last) {
        (Status::Success, _) | (_, Status::Success) => Status::Success,
        (Status::TryAgain, _) => Status::TryAgain,
        (v6, Status::Unavail) => v6,
        (_, last) => last,
    }
}

fn both(report: Report, state: &mut State) -> Asked {
    remember(&report, state);
    state.no_data = if report.status == Status::Success { NoData::No } else { NoData::of(state.h_errno) };
    state.no_v6_data = state.no_data;
    Asked { status: report.status, candidates: report.found, canonical: report.canonical }
}

fn not_callable(state: &mut State) -> Asked {
    state.no_data = NoData::No;
    state.h_errno = Some(HErrno::Internal);
    state.errno = Some("EBUSY");
    Asked { status: Status::Unavail, candidates: Vec::new(), canonical: None }
}

fn remember(report: &Report, state: &mut State) {
    state.h_errno = report.h_errno.or(state.h_errno);
    state.errno = report.errno.or(state.errno);
}

fn mapped(mut candidate: Candidate) -> Candidate {
    if let IpAddr::V4(v4) = candidate.address.address {
        candidate.address = IpAddr::V6(v4.to_ipv6_mapped()).into();
    }
    candidate
}

/// `gethostbyname2_r` for AF_INET: the same services, other errors, and no numeric-looking names.
pub(super) fn simple(machine: &Machine, query: &Query, trace: &mut Vec<Step>) -> Result<Found, Failure> {
    if digits_and_dots(&query.name) {
        trace.push(Step::new("digits and dots", "a name of digits and dots alone is never looked up"));
        return fail("EAI_NONAME");
    }
    if let Services::Rejected { .. } = machine.nsswitch.value.hosts {
        listed_trace(machine, trace);
        return system(Some("EINVAL"));
    }
    let services = listed(machine, trace)?;
    if services.is_empty() {
        return nothing_called(errno_before(machine));
    }
    let mut last: Option<Report> = None;
    let mut errno = errno_before(machine);
    let mut h_errno = None;
    let mut merging: Option<Report> = None;
    for service in &services {
        let report = if has_function(&service.name, Call::V4) {
            consult(machine, query, service, Call::V4, trace)?
        } else {
            trace.push(Step::new(&*service.name, "has no host functions"));
            None
        };
        let Some(mut report) = report else {
            // `__nss_lookup_function` fails: the walk goes on if UNAVAIL says so, and the status stays.
            if service.actions.after(Status::Unavail) == Action::Continue {
                continue;
            }
            break;
        };
        h_errno = report.h_errno.or(h_errno);
        errno = report.errno.or(errno);
        if let Some(earlier) = merging.take() {
            if report.status == Status::TryAgain {
                // An answer with records was written over the result that is handed out (2.36 was seen to crash).
                let why =
                    format!("[SUCCESS=merge]: the answer of {} overwrites the earlier result", service.name);
                return Err(Failure::Unknown(why));
            }
            report = merged(earlier, &report);
            trace.push(Step::new(&*service.name, report.detail.clone()));
        }
        let mut action = service.actions.after(report.status);
        if action == Action::Merge && report.status == Status::Success {
            // Copying the result fails with EINVAL: the service counts as unavailable, its result lies ready.
            let failed = Report {
                errno: Some("EINVAL"),
                ..Report::nothing(Status::Unavail, None, "merge is not supported for hosts")
            };
            errno = failed.errno;
            trace.push(Step::new(&*service.name, failed.detail.clone()));
            merging = Some(std::mem::replace(&mut report, failed));
            action = service.actions.after(Status::Unavail);
        }
        last = Some(report);
        if action == Action::Return {
            break;
        }
    }
    match last {
        Some(report) => simple_result(report, h_errno, errno),
        None => nothing_called(errno),
    }
}

/// The first look-up of a process reads host.conf, nsswitch.conf and resolv.conf; where one is missing, its ENOENT is
/// what errno holds from then on.
fn errno_before(machine: &Machine) -> Option<&'static str> {
    let missing = |state: &FileState| matches!(state, FileState::Absent(_));
    let states = [&machine.host_conf.state, &machine.nsswitch.state, &machine.resolv.state];
    states.into_iter().any(missing).then_some("ENOENT")
}

/// No service could be called (`!any_service && errno != ENOENT` in getXXbyYY_r.c).
fn nothing_called<T>(errno: Option<&'static str>) -> Result<T, Failure> {
    fail(if errno.is_some() { "EAI_NODATA" } else { "EAI_NONAME" })
}

/// What `gethostbyname2_r` makes of the service behind a merge: two results cannot be merged, but the earlier one is
/// handed out when the later service has none (`getXXbyYY_r.c`, `DEEPCOPY_FN` and `MERGE_FN` of hosts fail).
fn merged(earlier: Report, later: &Report) -> Report {
    if later.status == Status::Success {
        return Report::nothing(Status::Unavail, None, "two results cannot be merged");
    }
    Report { detail: "the earlier result stands".into(), ..earlier }
}

/// The error of `gethostbyname2_r`: NOTFOUND is no error number; for the other statuses the number is errno, and without
/// one it counts as NOTFOUND.
fn simple_result(
    report: Report,
    h_errno: Option<HErrno>,
    errno: Option<&'static str>,
) -> Result<Found, Failure> {
    match (report.status, h_errno) {
        (Status::Success, _) => Ok(Found { candidates: report.found, canonical: report.canonical }),
        (Status::Unavail | Status::TryAgain, Some(HErrno::Internal)) => system(errno),
        (Status::Unavail | Status::TryAgain, Some(HErrno::TryAgain)) => fail("EAI_AGAIN"),
        (Status::Unavail | Status::TryAgain, _) if errno.is_some() => fail("EAI_NODATA"),
        (_, Some(HErrno::NoData)) => fail("EAI_NODATA"),
        _ => fail("EAI_NONAME"),
    }
}

/// `__nss_hostname_digits_dots`: only digits and dots without a final dot, or hexadecimal with a colon.
fn digits_and_dots(name: &str) -> bool {
    let bytes = name.as_bytes();
    let Some(first) = bytes.first() else { return false };
    let digits = first.is_ascii_digit()
        && bytes.iter().all(|b| b.is_ascii_digit() || *b == b'.')
        && bytes.last() != Some(&b'.');
    digits || *first == b':' || (first.is_ascii_hexdigit() && bytes.contains(&b':'))
}

/// The services that are walked, with the line they come from in the trace.
fn listed(machine: &Machine, trace: &mut Vec<Step>) -> Result<Vec<Service>, Failure> {
    listed_trace(machine, trace);
    match &machine.nsswitch.value.hosts {
        Services::Rejected { .. } => fail("EAI_NONAME"),
        _ => Ok(machine.nsswitch.value.effective(machine.glibc)),
    }
}

fn listed_trace(machine: &Machine, trace: &mut Vec<Step>) {
    let names = || {
        let services = machine.nsswitch.value.effective(machine.glibc);
        services.iter().map(|s| s.name.clone()).collect::<Vec<_>>().join(" ")
    };
    trace.push(match &machine.nsswitch.value.hosts {
        Services::Listed { line, .. } => {
            Step::new(format!("{NSSWITCH}:{line}"), format!("hosts: {}", names()))
        }
        Services::Default => Step::new(NSSWITCH, format!("no hosts line: glibc's default, {}", names())),
        Services::Rejected { line, column, what } => Step::new(
            format!("{NSSWITCH}:{line}"),
            format!("column {column}: {what}; the whole file is rejected"),
        ),
    });
}

/// Calls one function of one service; `None` when it is not there.
fn consult(
    machine: &Machine,
    query: &Query,
    service: &Service,
    call: Call,
    trace: &mut Vec<Step>,
) -> Result<Option<Report>, Failure> {
    match stage::call(machine, &service.name, query, call) {
        Outcome::Report(report) => {
            let action = match service.actions.after(report.status) {
                Action::Return => "return",
                Action::Continue => "continue",
                Action::Merge => "merge",
            };
            trace.push(Step::new(
                &*service.name,
                format!("{} · {} → {action}", report.detail, report.status.word()),
            ));
            Ok(Some(report))
        }
        Outcome::NotCallable(why) => {
            trace.push(Step::new(&*service.name, format!("{why} · UNAVAIL")));
            Ok(None)
        }
        Outcome::Unknown(why) => Err(Failure::Unknown(why)),
    }
}

/// The walk gets as far as the dns service, as far as the other services are known.
pub(super) fn reaches_dns(machine: &Machine, query: &Query, family: Family) -> bool {
    let services = machine.nsswitch.value.effective(machine.glibc);
    let calls: &[Call] = match family {
        Family::Any => &[Call::Both],
        Family::V4 => &[Call::V4],
        Family::V6 => &[Call::V6],
    };
    for service in &services {
        if service.name == "dns" {
            return true;
        }
        let statuses = calls.iter().map(|call| match stage::call(machine, &service.name, query, *call) {
            Outcome::Report(report) => report.status,
            Outcome::NotCallable(_) | Outcome::Unknown(_) => Status::Unavail,
        });
        if statuses.map(|s| service.actions.after(s)).any(|a| a == Action::Return) {
            return false;
        }
    }
    false
}
