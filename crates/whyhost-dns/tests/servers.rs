//! Every kind of server, good and bad, in this process on loopback.

mod support;

use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::rdata::{A, AAAA};
use hickory_resolver::proto::rr::{RData, Record};
use std::net::UdpSocket;
use std::time::Duration;
use support::{Server, Transport, alias, reply, v4};
use whyhost_dns::{Bounds, Kind, Question, ask, ask_all};

/// Long enough for any answer on loopback; only a server that fails the test makes it pass.
const PATIENT: Bounds = Bounds { timeout: Duration::from_secs(20), attempts: 1 };
/// For servers that never answer.
const HASTY: Bounds = Bounds { timeout: Duration::from_millis(100), attempts: 2 };

#[test]
fn an_answer_keeps_its_records_flags_and_ttl() {
    let server = Server::start(|query, _| {
        let mut answer = reply(query, ResponseCode::NoError);
        answer.metadata.authoritative = true;
        answer.metadata.recursion_available = true;
        answer.add_answer(alias("localhost.corp.example.", 300, "lb.corp.example."));
        answer.add_answer(v4("lb.corp.example.", 60, "203.0.113.7"));
        answer.add_answer(v4("lb.corp.example.", 60, "203.0.113.8"));
        vec![answer.to_vec().unwrap()]
    });
    let got = ask(server.address, "localhost.corp.example", Kind::A, PATIENT);
    assert_eq!(got.rcode, "NOERROR");
    assert_eq!(got.records, ["CNAME lb.corp.example", "203.0.113.7", "203.0.113.8"]);
    assert_eq!(got.flags, ["aa", "ra"]);
    assert_eq!((got.ttl, got.transport.as_str(), got.kind.as_str()), (Some(60), "udp", "A"));
    assert_eq!((got.server, got.name.as_str()), (server.address.to_string(), "localhost.corp.example"));
}

#[test]
fn localhost_is_asked_of_the_server_and_not_answered_by_the_library() {
    let server = Server::start(|query, _| {
        let mut answer = reply(query, ResponseCode::NoError);
        answer.add_answer(Record::from_rdata(
            query.queries[0].name().clone(),
            5,
            RData::AAAA(AAAA("2001:db8::dead".parse().unwrap())),
        ));
        vec![answer.to_vec().unwrap()]
    });
    let got = ask(server.address, "localhost.", Kind::Aaaa, PATIENT);
    assert_eq!(
        (got.name.as_str(), got.records.as_slice()),
        ("localhost", &["2001:db8::dead".to_owned()][..])
    );
    assert_eq!(*server.asked.lock().unwrap(), ["localhost. AAAA"]);
}

#[test]
fn refusals_keep_their_code() {
    for (code, rcode) in [
        (ResponseCode::NXDomain, "NXDOMAIN"),
        (ResponseCode::NoError, "NOERROR"),
        (ResponseCode::ServFail, "SERVFAIL"),
        (ResponseCode::Refused, "REFUSED"),
        (ResponseCode::FormErr, "FORMERR"),
        (ResponseCode::NotImp, "NOTIMP"),
        (ResponseCode::YXDomain, "RCODE6"),
    ] {
        let server = Server::start(move |query, _| vec![reply(query, code).to_vec().unwrap()]);
        let got = ask(server.address, "localhost", Kind::A, PATIENT);
        assert_eq!((got.rcode.as_str(), got.records.len()), (rcode, 0), "{code}");
    }
}

#[test]
fn a_silent_server_is_asked_as_often_as_allowed_and_then_given_up() {
    let server = Server::start(|_, _| Vec::new());
    let got = ask(server.address, "localhost", Kind::A, HASTY);
    assert_eq!((got.rcode.as_str(), got.transport.as_str()), ("TIMEOUT", "udp"));
    assert_eq!(server.asked.lock().unwrap().len(), 2);
}

#[test]
fn nobody_at_the_address_is_told_at_once() {
    let free = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let got = ask(free, "localhost", Kind::A, PATIENT);
    assert_eq!(got.rcode, "IO");
    assert!(got.elapsed_ms < 20_000, "{} ms", got.elapsed_ms);
}

#[test]
fn garbage_with_the_right_id_is_malformed_and_with_a_wrong_one_is_ignored() {
    let server = Server::start(|query, _| vec![[&query.id.to_be_bytes()[..], &[0xff; 30]].concat()]);
    assert_eq!(ask(server.address, "localhost", Kind::A, PATIENT).rcode, "MALFORMED");
    let server = Server::start(|_, _| vec![vec![0x42]]);
    assert_eq!(ask(server.address, "localhost", Kind::A, HASTY).rcode, "TIMEOUT");
}

#[test]
fn an_answer_with_a_wrong_id_does_not_count() {
    let server = Server::start(|query, _| {
        let mut forged = reply(query, ResponseCode::NoError);
        forged.metadata.id = query.id.wrapping_add(1);
        forged.add_answer(v4("localhost.", 60, "203.0.113.66"));
        let mut true_one = reply(query, ResponseCode::NoError);
        true_one.add_answer(v4("localhost.", 60, "127.0.0.1"));
        vec![forged.to_vec().unwrap(), true_one.to_vec().unwrap()]
    });
    assert_eq!(ask(server.address, "localhost", Kind::A, PATIENT).records, ["127.0.0.1"]);
}

#[test]
fn a_cut_answer_is_asked_for_again_over_tcp() {
    let server = Server::start(|query, transport| {
        let mut answer = reply(query, ResponseCode::NoError);
        match transport {
            Transport::Udp => answer.metadata.truncation = true,
            Transport::Tcp => drop(answer.add_answer(v4("localhost.", 60, "127.0.0.1"))),
        }
        vec![answer.to_vec().unwrap()]
    });
    let got = ask(server.address, "localhost", Kind::A, PATIENT);
    assert_eq!((got.transport.as_str(), got.records.as_slice()), ("tcp", &["127.0.0.1".to_owned()][..]));
    assert!(got.flags.iter().all(|f| f != "tc"));
}

#[test]
fn a_cut_answer_stays_where_the_server_speaks_no_tcp() {
    let server = Server::start(|query, transport| {
        let mut answer = reply(query, ResponseCode::NoError);
        answer.metadata.truncation = true;
        if transport == Transport::Udp { vec![answer.to_vec().unwrap()] } else { Vec::new() }
    });
    let got = ask(server.address, "localhost", Kind::A, HASTY);
    assert_eq!(
        (got.rcode.as_str(), got.transport.as_str(), got.flags.as_slice()),
        ("NOERROR", "udp", &["tc".to_owned()][..])
    );
}

#[test]
fn names_that_dns_cannot_carry_are_not_sent() {
    let server = Server::start(|query, _| vec![reply(query, ResponseCode::NoError).to_vec().unwrap()]);
    let long = format!("{}.example", "a".repeat(64));
    let endless = vec!["label"; 60].join(".");
    for name in [long.as_str(), endless.as_str(), "a..b"] {
        assert_eq!(ask(server.address, name, Kind::A, PATIENT).rcode, "IO", "{name}");
    }
    assert!(server.asked.lock().unwrap().is_empty());
}

#[test]
fn many_questions_come_back_in_order() {
    let server = Server::start(|query, _| {
        let mut answer = reply(query, ResponseCode::NoError);
        let number: u8 = query.queries[0].name().to_ascii().split('.').next().unwrap()[1..].parse().unwrap();
        answer.add_answer(Record::from_rdata(
            query.queries[0].name().clone(),
            1,
            RData::A(A(std::net::Ipv4Addr::new(10, 0, 0, number))),
        ));
        vec![answer.to_vec().unwrap()]
    });
    let questions: Vec<Question> = (0..100)
        .map(|i| Question { server: server.address, name: format!("n{i}.example"), kind: Kind::A })
        .collect();
    for parallel in [0, 1, 7, 1000] {
        let got = ask_all(&questions, PATIENT, parallel);
        let records: Vec<String> = got.iter().flat_map(|o| o.records.clone()).collect();
        let want: Vec<String> = (0..100).map(|i| format!("10.0.0.{i}")).collect();
        assert_eq!(records, want, "{parallel} at a time");
    }
    assert_eq!(ask_all(&[], PATIENT, 4), []);
}

#[test]
fn ipv6_servers_are_asked_too() {
    let Ok(probe) = UdpSocket::bind("[::1]:0") else {
        #[allow(clippy::print_stdout, reason = "a test that cannot run here says so")]
        {
            println!("SKIP: nothing can be bound to ::1 here");
        }
        return;
    };
    let nobody = probe.local_addr().unwrap();
    drop(probe);
    let got = ask(nobody, "localhost", Kind::A, PATIENT);
    assert_eq!((got.rcode.as_str(), got.server), ("IO", nobody.to_string()));
}
