//! The questions that the C library would send.

use crate::ask::{Bounds, Kind, Question, ask_all};
use crate::servers::PORT;
use std::net::SocketAddr;
use whyhost_core::machine::Machine;
use whyhost_core::resolve::{Query, dns_questions};
use whyhost_core::snapshot::Observation;

/// Questions under way at the same time.
const PARALLEL: usize = 16;

/// Asks the configured servers everything that getaddrinfo may ask them for `query`: each name of the search list, each
/// record type. Nothing is asked where the walk of nsswitch.conf never reaches DNS.
///
/// The library stops at the first answer; here all are asked at once, so that the whole takes as long as the slowest one.
pub fn as_libc(machine: &Machine, query: &Query, bounds: Bounds) -> Vec<Observation> {
    ask_all(&questions(machine, query), bounds, PARALLEL)
}

fn questions(machine: &Machine, query: &Query) -> Vec<Question> {
    let names = dns_questions(machine, query);
    let servers = machine.resolv.value.servers();
    let of = |server| {
        names.iter().filter_map(move |(name, kind)| {
            Some(Question {
                server: SocketAddr::new(server, PORT),
                name: name.clone(),
                kind: Kind::from_name(kind)?,
            })
        })
    };
    servers.into_iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use whyhost_core::machine::{HOSTS, NSSWITCH, RESOLV};
    use whyhost_core::snapshot::{Os, OsFamily, RawFile, Snapshot};

    #[test]
    fn the_search_list_is_asked_of_every_server() {
        let machine =
            machine("hosts: files dns\n", "nameserver 192.0.2.1\nnameserver ::1\nsearch corp.example\n");
        let got: Vec<String> = questions(&machine, &Query::any("localhost"))
            .iter()
            .map(|q| format!("{} {} {:?}", q.server, q.name, q.kind))
            .collect();
        assert_eq!(
            got,
            [
                "192.0.2.1:53 localhost.corp.example A",
                "192.0.2.1:53 localhost.corp.example Aaaa",
                "192.0.2.1:53 localhost A",
                "192.0.2.1:53 localhost Aaaa",
                "[::1]:53 localhost.corp.example A",
                "[::1]:53 localhost.corp.example Aaaa",
                "[::1]:53 localhost A",
                "[::1]:53 localhost Aaaa",
            ]
        );
    }

    #[test]
    fn nothing_is_asked_where_dns_is_not_reached() {
        let machine = machine("hosts: files\n", "nameserver 192.0.2.1\n");
        assert_eq!(questions(&machine, &Query::any("localhost")), []);
    }

    fn machine(nsswitch: &str, resolv: &str) -> Machine {
        let mut snapshot = Snapshot::new(Os { hostname: "box".into(), ..Os::unknown(OsFamily::Linux) });
        snapshot.files = vec![
            RawFile::text(HOSTS, b"127.0.1.1 box\n"),
            RawFile::text(NSSWITCH, nsswitch.as_bytes()),
            RawFile::text(RESOLV, resolv.as_bytes()),
        ];
        Machine::new(snapshot)
    }
}
