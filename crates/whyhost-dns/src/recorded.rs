//! A recorded machine: what servers answered when it was recorded stands for asking them.

use crate::exchange::Said;
use crate::servers::{Role, Server};
use std::net::SocketAddr;
use whyhost_core::local::Local;
use whyhost_core::snapshot::Observation;

/// The servers whose answers were recorded, in the order of their first one.
pub fn recorded_servers(observations: &[Observation]) -> Vec<Server> {
    let mut servers: Vec<Server> = Vec::new();
    for address in observations.iter().filter_map(|o| o.server.parse::<SocketAddr>().ok()) {
        if servers.iter().all(|s| s.address != address) {
            servers.push(Server { address, role: Role::Recorded, named_by: "the snapshot".into() });
        }
    }
    servers
}

/// What each server had said about a name by the expansion that ended its search, as far as it was recorded.
pub fn recorded_answers(observations: &[Observation], local: &Local) -> Vec<Said> {
    let said = recorded_servers(observations).into_iter().filter_map(|server| {
        let of = |name: &String| -> Vec<Observation> {
            let is_it = |o: &&Observation| {
                o.server.parse() == Ok(server.address)
                    && (o.kind == "A" || o.kind == "AAAA")
                    && o.name.trim_end_matches('.').eq_ignore_ascii_case(name)
            };
            let mut found: Vec<Observation> = observations.iter().filter(is_it).cloned().collect();
            found.sort_by(|a, b| a.kind.cmp(&b.kind));
            found.dedup_by(|a, b| a.kind == b.kind);
            found
        };
        let by_name: Vec<Vec<Observation>> =
            local.dns_names.iter().map(of).filter(|o| !o.is_empty()).collect();
        let with_records = by_name.iter().find(|all| all.iter().any(|o| !o.records.is_empty()));
        let observations = with_records.or(by_name.last())?.clone();
        Some(Said { server: server.address, observations })
    });
    said.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observation(server: &str, name: &str, kind: &str, records: &[&str]) -> Observation {
        Observation {
            server: server.into(),
            name: name.into(),
            kind: kind.into(),
            rcode: "NOERROR".into(),
            records: records.iter().map(|&r| r.to_owned()).collect(),
            ..Observation::default()
        }
    }

    #[test]
    fn the_expansion_with_records_counts_server_by_server() {
        let all = [
            observation("192.0.2.1:53", "a.corp.example", "AAAA", &[]),
            observation("192.0.2.1:53", "a.corp.example", "A", &[]),
            observation("192.0.2.1:53", "A", "A", &["10.0.0.1"]),
            observation("192.0.2.1:53", "b", "A", &["10.0.0.2"]),
            observation("[::1]:53", "a.corp.example", "A", &["10.0.0.3"]),
            observation("a mask", "a", "A", &["10.0.0.4"]),
        ];
        let local = Local {
            name: "a".into(),
            addresses: Vec::new(),
            asks_dns: true,
            leaks: None,
            unknown: None,
            dns_names: vec!["a.corp.example".into(), "a".into()],
        };
        let said = recorded_answers(&all, &local);
        let rows: Vec<String> = said
            .iter()
            .map(|s| {
                format!("{} {} {}", s.server, s.deciding("a")[0].name, s.deciding("a")[0].records.join(","))
            })
            .collect();
        assert_eq!(rows, ["192.0.2.1:53 A 10.0.0.1", "[::1]:53 a.corp.example 10.0.0.3"]);
        assert_eq!(recorded_servers(&all).len(), 2);
    }
}
