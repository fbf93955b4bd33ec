//! What DNS servers are asked about localhost, besides what a look-up of it would ask.

use crate::ask::{Kind, Question};
use std::net::SocketAddr;

/// The reverse names of 127.0.0.1 and ::1 (RFC 1035, section 3.5; RFC 3596, section 2.5).
const REVERSE: [&str; 2] =
    ["1.0.0.127.in-addr.arpa", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa"];

/// Names that RFC 6761 (section 6.3) keeps from DNS, or that old hosts files have: localhost itself, one name below it, and
/// Red Hat's.
const FORWARD: [&str; 3] = ["localhost", "whyhost.localhost", "localhost.localdomain"];

/// The questions to every server: addresses of `localhost`, of its expansions by the search list, of a name below it and of
/// `localhost.localdomain`; names of 127.0.0.1 and ::1.
pub fn localhost_questions(servers: &[SocketAddr], expansions: &[String]) -> Vec<Question> {
    let mut names: Vec<String> = FORWARD.map(str::to_owned).to_vec();
    for name in expansions {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let forward = names.into_iter().flat_map(|name| [(name.clone(), Kind::A), (name, Kind::Aaaa)]);
    let reverse = REVERSE.map(|name| (name.to_owned(), Kind::Ptr));
    let all: Vec<(String, Kind)> = forward.chain(reverse).collect();
    let of = |server: &SocketAddr| {
        let server = *server;
        all.iter().map(move |(name, kind)| Question { server, name: name.clone(), kind: *kind })
    };
    servers.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_is_asked_everything_once() {
        let servers: Vec<SocketAddr> = vec![([127, 0, 0, 1], 53).into(), ([127, 0, 0, 1], 54).into()];
        let questions = localhost_questions(&servers, &["localhost.corp.example".into(), "localhost".into()]);
        assert_eq!(questions.len(), 2 * (4 * 2 + 2));
        let reverse: Vec<usize> =
            questions.iter().filter(|q| q.kind == Kind::Ptr).map(|q| q.name.len()).collect();
        assert_eq!(reverse, [22, 72, 22, 72]);
    }
}
