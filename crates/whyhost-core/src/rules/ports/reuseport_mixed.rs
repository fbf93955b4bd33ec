//! # listen.reuseport-mixed — different programs share one socket address
//!
//! ## What it means
//! Two programs set SO_REUSEPORT and listen on exactly the same address and port. The kernel shares the
//! connections out among them by a hash of each connection's addresses. Workers of one program do this on
//! purpose; here command line, unit or program differ.
//!
//! ## Who is hit
//! Every client, at random: about half of the requests reach the old version, or the other program. Of 40
//! requests to two such servers 18 went to one and 22 to the other.
//!
//! ## Example
//! ```text
//! $ ss -ltnpH 'sport = :8000'
//! LISTEN 0 128 127.0.0.1:8000 0.0.0.0:* users:(("api",pid=512,fd=3))
//! LISTEN 0 128 127.0.0.1:8000 0.0.0.0:* users:(("api",pid=977,fd=3))
//! ```
//!
//! ## Repair
//! Stop the instance that is left over. Only you know which one that is; the lower process id is usually the
//! older one.
//!
//! ## Not a repair
//! Restarting the client, or trying until the right one answers.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man7/socket.7.html
//! - https://lwn.net/Articles/542629/
//! - https://github.com/rwf2/Rocket/issues/209

use super::super::facts::listener_row;
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use super::asked;
use crate::finding::{Finding, Severity};
use crate::reach::place;
use crate::snapshot::{Process, Socket};
use std::net::SocketAddr;

pub(super) const RULE: Rule = Rule {
    code: "listen.reuseport-mixed",
    severity: Severity::Warning,
    title: "different programs share one socket address",
    references: &[
        "https://man7.org/linux/man-pages/man7/socket.7.html",
        "https://lwn.net/Articles/542629/",
        "https://github.com/rwf2/Rocket/issues/209",
    ],
    source: include_str!("reuseport_mixed.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut sockets = asked(ctx);
    sockets.sort_by_key(|s| (place(s), s.inode));
    for group in sockets.chunk_by(|a, b| place(a) == place(b)) {
        if let Some((first, other)) = two_programs(group) {
            out.push(tell(group, first, other));
        }
    }
}

/// The first two sockets that are not of one program, as far as is known.
fn two_programs<'a>(group: &[&'a Socket]) -> Option<(&'a Socket, &'a Socket)> {
    let (first, rest) = group.split_first()?;
    let differs = |s: &&&Socket| match (&first.process, &s.process) {
        (Some(a), Some(b)) => a.pid != b.pid && (!same(a, b) || first.cgroup != s.cgroup),
        _ => false,
    };
    rest.iter().find(differs).map(|other| (*first, *other))
}

/// Workers of one program have its name and its command line.
fn same(a: &Process, b: &Process) -> bool {
    a.name == b.name && a.command == b.command
}

fn tell(group: &[&Socket], first: &Socket, other: &Socket) -> Finding {
    let who =
        |s: &Socket| s.process.as_ref().map_or_else(String::new, |p| format!("{} (pid {})", p.name, p.pid));
    let place = SocketAddr::new(first.address, first.port);
    let mut finding = RULE.finding(format!(
        "{} and {} share {place}: each connection meets one of them",
        who(first),
        who(other)
    ));
    finding.message =
        Some("the kernel chooses by a hash of the connection, so the same client meets both".into());
    finding.evidence.extend(group.iter().map(|s| listener_row(s)));
    finding.remedies.push(remedy::advice(
        format!("stop {} or {}", who(first), who(other)),
        THIS_SERVER,
        "the instance that is left over: only you know which one; the lower process id is usually the older",
    ));
    finding
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "listen.reuseport-mixed";

    #[test]
    fn two_programs_on_one_address_are_told_and_workers_are_not() {
        let workers = debian().listen_as("127.0.0.1:8000", 7, "api").listen_as("127.0.0.1:8000", 8, "api");
        assert_eq!(workers.of(CODE, "localhost:8000"), None);
        let old_and_new = workers.snapshot(|s| {
            let process = s.sockets[1].process.as_mut().expect("process");
            process.command = vec!["api".into(), "--new".into()];
        });
        let found = old_and_new.of(CODE, "localhost:8000").expect("finding");
        assert_eq!(
            found.title,
            "api (pid 7) and api (pid 8) share 127.0.0.1:8000: each connection meets one of them"
        );
        assert!(old_and_new.of(CODE, "localhost").is_some());
        assert_eq!(old_and_new.of(CODE, "localhost:9"), None);
        let families = debian().listen_as("127.0.0.1:80", 7, "a").listen_as("[::1]:80", 8, "b");
        assert_eq!(families.of(CODE, "localhost:80"), None);
    }
}
