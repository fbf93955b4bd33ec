//! # reach.family-mismatch — clients take the other address family than the server
//!
//! ## What it means
//! A client is refused at an address where nothing listens, while a server waits on the same port at an
//! address of the other family.
//!
//! ## Who is hit
//! Programs that try the first address alone: Node 17 to 19, BusyBox wget and nc, Java's Socket and
//! HttpClient, redis-cli 7.0, socat. With ::1 first and a server on 127.0.0.1, Node 18 and BusyBox are
//! refused; with a server on ::1, Java, redis-cli and socat are, which take 127.0.0.1. Programs that try
//! the next address after a refusal work: curl, Node 20 and later, Python's urllib, Go, wget, ssh, psql. So
//! "it works with curl" is no contradiction.
//!
//! ## Example
//! ```text
//! Error: connect ECONNREFUSED ::1:3000
//! $ ss -ltnH 'sport = :3000'
//! LISTEN 0 5 127.0.0.1:3000 0.0.0.0:*
//! ```
//!
//! ## Repair
//! Let the server listen on both loopback addresses. Or change the one client: a newer version, Node's
//! option --dns-result-order=ipv4first, or the literal address; with the literal, cookies, OAuth addresses
//! and certificates for localhost no longer apply.
//!
//! ## Not a repair
//! Deleting `::1 localhost` or switching IPv6 off: servers that listen on ::1 vanish for everybody.
//! Listening on every address: that opens the server to the network. Swapping the two localhost lines:
//! glibc sorts.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc6724#section-6
//! - https://github.com/nodejs/node/issues/40702
//! - https://github.com/vitejs/vite/issues/12329

use super::super::facts::{V4, V6, accepts, in_hosts, listener_row, other_family, tcp_sockets};
use super::super::remedy::{self, THIS_CLIENT, THIS_SERVER};
use super::super::{Context, Rule};
use crate::finding::{Applicability, Evidence, Finding, Location, Remedy, Severity};
use crate::reach::{self, AttemptOutcome, ClientOutcome, Outcome, services};
use crate::resolve::Source;
use crate::snapshot::ScopedAddr;
use hosts_edit::GLIBC;
use std::net::{IpAddr, SocketAddr};

pub(super) const RULE: Rule = Rule {
    code: "reach.family-mismatch",
    severity: Severity::Error,
    title: "clients take the other address family than the server",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6724#section-6",
        "https://github.com/nodejs/node/issues/40702",
        "https://github.com/vitejs/vite/issues/12329",
    ],
    source: include_str!("family_mismatch.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(port) = ctx.target.port else { return };
    let failing: Vec<&ClientOutcome> = ctx.clients.iter().filter(|c| c.outcome == Outcome::Refused).collect();
    let refused = failing.iter().flat_map(|c| &c.tried).find(|a| a.outcome == AttemptOutcome::Refused);
    let Some(refused) = refused.map(|a| a.address) else { return };
    let Some(working) = working(ctx, refused, port) else { return };
    let all_fail = failing.len() == ctx.clients.len();
    let mut finding = RULE.finding(title(ctx, refused.address, working, port, all_fail));
    let who: Vec<&str> = failing.iter().map(|c| c.label.as_str()).collect();
    finding.message = Some(format!("refused: {}", who.join(", ")));
    finding.locations.extend(source_line(ctx, refused));
    finding.evidence.extend(order(ctx));
    finding.evidence.extend(tcp_sockets(ctx.machine, port).map(listener_row));
    finding.remedies = remedies(ctx, refused.address, working, port);
    out.push(finding);
}

/// An address of the other family where a listener takes the connection: of the answer first, then beside the refused one.
fn working(ctx: &Context<'_>, refused: ScopedAddr, port: u16) -> Option<IpAddr> {
    let refused = reach::normalise(refused).address;
    let answered = ctx.destinations().into_iter().map(|d| reach::normalise(d).address);
    answered
        .chain(other_family(ctx.machine, refused))
        .filter(|a| a.is_ipv4() != refused.is_ipv4())
        .find(|a| accepts(ctx.machine, *a, port))
}

fn title(ctx: &Context<'_>, refused: IpAddr, working: IpAddr, port: u16, all_fail: bool) -> String {
    let answers = SocketAddr::new(working, port);
    match (ctx.target.literal, all_fail) {
        (Some(_), _) => format!("nothing listens on {}, but {answers} answers", ctx.target),
        (None, true) => {
            format!("{} is {refused}, where nothing listens, but {answers} answers", ctx.target.name)
        }
        (None, false) => {
            format!("{} is {refused} first, where nothing listens; {answers} answers", ctx.target.name)
        }
    }
}

/// The hosts line that gave the refused address.
fn source_line(ctx: &Context<'_>, refused: ScopedAddr) -> Option<Location> {
    let ranked = ctx.glibc()?.addresses.iter().find(|r| r.address == refused)?;
    let Source::HostsLine { line, .. } = &ranked.from else { return None };
    let entry = ctx.machine.hosts.value.view(&GLIBC).heads().find(|e| e.line == *line)?;
    Some(in_hosts(ctx.machine, entry.address_span, "nothing listens there"))
}

fn order(ctx: &Context<'_>) -> Vec<Evidence> {
    let name = &ctx.target.name;
    let rows = ctx.glibc().map_or(&[][..], |a| &a.addresses);
    rows.iter()
        .map(|r| Evidence::new(format!("{name} → {}: {}", r.address, r.placed_by), r.from.to_string()))
        .collect()
}

fn remedies(ctx: &Context<'_>, refused: IpAddr, working: IpAddr, port: u16) -> Vec<Remedy> {
    let missing = SocketAddr::new(reach::normalise(refused.into()).address, port);
    let owner = reach::accepting(ctx.machine, working.into(), port).and_then(|s| s.process.as_ref());
    let setting = owner.and_then(|p| services::recognise(p, port)).and_then(|s| Some((s.name, s.both?)));
    let how = setting.map_or_else(
        || {
            "name both addresses in the server's configuration, or give it a second listening socket"
                .to_owned()
        },
        |(name, both)| format!("{name}: {both}"),
    );
    let title = format!("let the server listen on {missing} as well");
    let mut all = vec![remedy::advice(title, THIS_SERVER, how)];
    if refused == V6 && ctx.target.literal.is_none() {
        all.push(remedy::command(
            "let Node take IPv4 first",
            Applicability::Unsafe,
            "Node only",
            &["export NODE_OPTIONS=--dns-result-order=ipv4first"],
        ));
    }
    if [V4, V6].contains(&working) {
        let literal = if working == V6 { "[::1]" } else { "127.0.0.1" };
        all.push(remedy::advice(
            format!("write {literal} in the client that fails"),
            THIS_CLIENT,
            format!(
                "in place of {}; cookies, OAuth redirect addresses and certificates do not carry over from one to the other",
                ctx.target.name
            ),
        ));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "reach.family-mismatch";

    #[test]
    fn first_only_clients_meet_the_wrong_family() {
        let found = debian().listen("127.0.0.1:3000").of(CODE, "localhost:3000").expect("finding");
        assert_eq!(found.title, "localhost is ::1 first, where nothing listens; 127.0.0.1:3000 answers");
        assert_eq!(found.message.as_deref(), Some("refused: first address only"));
        assert_eq!((found.locations[0].line, found.locations[0].end_column), (2, 4));
        assert_eq!(found.remedies[0].title, "let the server listen on [::1]:3000 as well");
        assert_eq!(debian().listen("[::1]:3000").of(CODE, "localhost:3000"), None);
    }

    #[test]
    fn a_name_of_one_family_fails_for_all() {
        let bench = debian().file("/etc/hosts", "127.0.0.1 localhost\n").listen("[::1]:5173");
        let found = bench.of(CODE, "localhost:5173").expect("finding");
        assert_eq!(found.title, "localhost is 127.0.0.1, where nothing listens, but [::1]:5173 answers");
    }

    #[test]
    fn a_literal_address_meets_a_v6only_wildcard() {
        let bench = debian().listen_v6only("[::]:8080");
        let found = bench.of(CODE, "127.0.0.1:8080").expect("finding");
        assert_eq!(found.title, "nothing listens on 127.0.0.1:8080, but [::1]:8080 answers");
        assert_eq!(debian().listen("[::]:8080").of(CODE, "127.0.0.1:8080"), None);
    }

    #[test]
    fn nothing_at_all_is_another_finding() {
        assert_eq!(debian().of(CODE, "localhost:3000"), None);
        assert_eq!(debian().listen("0.0.0.0:3000").listen("[::]:3000").of(CODE, "localhost:3000"), None);
    }
}
