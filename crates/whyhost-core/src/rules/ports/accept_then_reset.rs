//! # reach.accept-then-reset — connections are accepted and ended at once
//!
//! ## What it means
//! A connection was made to the address, and it was reset or closed before a byte was sent. A relay listens
//! there (docker-proxy, rootlessport, pasta, slirp, the relay of WSL, an SSH tunnel), and what it passes
//! connections on to does not answer; or the server turns connections away by itself.
//!
//! ## Who is hit
//! Clients that take that address: "Connection reset by peer", "Empty reply from server", EPIPE. The port looks
//! open in ss and in a connect test. Often it is one family only: the relay has both, the service behind it one.
//!
//! ## Example
//! ```text
//! $ curl -6 http://localhost:8080/
//! curl: (56) Recv failure: Connection reset by peer
//! $ curl -4 http://localhost:8080/
//! 200 OK
//! ```
//!
//! ## Repair
//! Publish the port on the family that the service has (`-p 127.0.0.1:8080:80`), or let the service in the
//! container listen on both. Otherwise look at what stands behind the relay: it may not run.
//!
//! ## Not a repair
//! Trying again: a client that got a connection does not try its other addresses.
//!
//! ## References
//! - https://github.com/containers/podman/issues/25674
//! - https://github.com/moby/moby/issues/39933
//! - https://github.com/docker/for-linux/issues/566

use super::super::facts::{V4, V6, describe, listener_row};
use super::super::remedy::{self, THIS_SERVER};
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use crate::reach::{self, RELAYS};
use crate::snapshot::{Probe, ProbeOutcome, ScopedAddr, Socket};
use std::net::SocketAddr;

pub(super) const RULE: Rule = Rule {
    code: "reach.accept-then-reset",
    severity: Severity::Error,
    title: "connections are accepted and ended at once",
    references: &[
        "https://github.com/containers/podman/issues/25674",
        "https://github.com/moby/moby/issues/39933",
        "https://github.com/docker/for-linux/issues/566",
    ],
    source: include_str!("accept_then_reset.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let Some(port) = ctx.target.port else { return };
    let mut destinations: Vec<ScopedAddr> = ctx.destinations().into_iter().map(reach::normalise).collect();
    // Clients with a localhost of their own (curl, browsers) try both loopback addresses.
    if ctx.asks_localhost() {
        destinations.extend([ScopedAddr::from(V4), ScopedAddr::from(V6)]);
    }
    let probes: Vec<&Probe> = ctx
        .machine
        .raw
        .live
        .probes
        .iter()
        .filter(|p| p.port == port && destinations.contains(&reach::normalise(p.destination)))
        .collect();
    let Some(ended) = probes.iter().find(|p| word(p).is_some()) else { return };
    let Some(ending) = word(ended) else { return };
    let place = SocketAddr::new(ended.destination.address, port);
    let mut finding = RULE.finding(format!("{place} accepts connections and {ending} them at once"));
    let works = probes.iter().find(|p| p.outcome == ProbeOutcome::Open);
    if let Some(works) = works {
        let other = SocketAddr::new(works.destination.address, port);
        finding.message = Some(format!("{other} works: clients that take the other address fail"));
    }
    let told = |p: &&Probe| {
        let how = word(p).map_or_else(|| "open".to_owned(), |ending| format!("accepted, {ending} at once"));
        Evidence::new(format!("{}: {how}", SocketAddr::new(p.destination.address, port)), "probe")
    };
    finding.evidence.extend(probes.iter().map(told));
    let owner = reach::accepting(ctx.machine, ended.destination, port);
    finding.evidence.extend(owner.map(listener_row));
    finding.remedies = remedies(owner, port, works.map(|w| SocketAddr::new(w.destination.address, port)));
    out.push(finding);
}

fn word(probe: &Probe) -> Option<&'static str> {
    match probe.outcome {
        ProbeOutcome::Reset => Some("resets"),
        ProbeOutcome::Closed => Some("closes"),
        _ => None,
    }
}

fn remedies(owner: Option<&Socket>, port: u16, works: Option<SocketAddr>) -> Vec<remedy::Remedy> {
    let relay = owner.filter(|s| s.process.as_ref().is_some_and(|p| RELAYS.contains(&p.name.as_str())));
    let mut all = Vec::new();
    if let (Some(_), Some(works)) = (relay, works) {
        all.push(remedy::advice(
            format!("publish the port on {} only: `-p {works}:PORT-IN-THE-CONTAINER`", works.ip()),
            THIS_SERVER,
            "then the other address refuses, and clients go on to the one that works",
        ));
    }
    let name = owner.map_or_else(|| format!("the server of port {port}"), describe);
    all.push(remedy::advice(
        format!("look at what stands behind {name}"),
        THIS_SERVER,
        "its log says why it ends connections: the service behind a relay does not run or has one family only, a list of \
         allowed addresses, a limit of connections",
    ));
    all
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{debian, probe};
    use crate::snapshot::ProbeOutcome::{Open, Reset};

    const CODE: &str = "reach.accept-then-reset";

    #[test]
    fn one_family_that_is_reset_is_told_with_the_one_that_works() {
        let bench =
            debian().listen_as("127.0.0.1:80", 5, "docker-proxy").listen_as("[::1]:80", 6, "docker-proxy");
        let bench = bench.snapshot(|s| {
            s.live.probes = vec![probe("::1", 80, Reset), probe("127.0.0.1", 80, Open)];
        });
        let found = bench.of(CODE, "localhost:80").expect("finding");
        assert_eq!(found.title, "[::1]:80 accepts connections and resets them at once");
        assert_eq!(
            found.message.as_deref(),
            Some("127.0.0.1:80 works: clients that take the other address fail")
        );
        assert!(found.remedies[0].title.contains("-p 127.0.0.1:80:"), "{:?}", found.remedies);
        assert_eq!(bench.of(CODE, "localhost:81"), None);
        assert_eq!(bench.of(CODE, "127.0.0.1:80"), None);
    }
}
