//! Whole diagnoses of small machines: headline, cause, kind.

use super::super::*;
use super::*;
use crate::machine::NSSWITCH;
use crate::reach::Outcome;
use crate::snapshot::{Content, FileKind};

#[test]
fn a_healthy_machine_is_one_line_of_good_news() {
    let got = ask(&debian(STOCK), "localhost", None);
    assert_eq!(got.verdict.headline, "localhost → ::1, 127.0.0.1 — both are this machine's loopback");
    assert_fine(&got);
}

#[test]
fn a_healthy_server_is_one_line_of_good_news() {
    let mut machine = debian(STOCK);
    machine.sockets = vec![server("::", 30618, "python3")];
    let got = ask(&machine, "localhost", Some(3000));
    assert_eq!(
        got.verdict.headline,
        "localhost:3000 — both kinds of client connect to ::1 (python3, pid 30618)"
    );
    assert_fine(&got);
}

#[test]
fn a_server_on_ipv4_alone_fails_the_clients_that_take_the_first_address() {
    let mut machine = debian(STOCK);
    machine.sockets = vec![server("127.0.0.1", 30618, "python3")];
    let got = ask(&machine, "localhost", Some(3000));
    assert_eq!(got.verdict.kind, VerdictKind::Fails);
    assert_eq!(got.verdict.headline, "localhost:3000 — 1 of 2 kinds of client cannot connect");
    assert_eq!(
        got.verdict.cause,
        [
            "localhost resolves to ::1 first (RFC 6724 rule 6: precedence 50 > 10),",
            "but the server (python3, pid 30618) listens on 127.0.0.1:3000 only"
        ]
    );
    let not = got.verdict.do_not.unwrap();
    assert!(not.starts_with("delete the line `::1 localhost` (/etc/hosts:4)"), "{not}");
    assert_eq!(
        got.clients.iter().map(|c| c.outcome).collect::<Vec<_>>(),
        [Outcome::Refused, Outcome::Connects]
    );
}

#[test]
fn a_server_on_ipv6_alone_under_an_ipv4_name_fails_all() {
    let mut machine = debian("127.0.0.1 localhost\n");
    machine.sockets = vec![server("::1", 7, "vite")];
    let got = ask(&machine, "localhost", Some(3000));
    assert_eq!(got.verdict.headline, "localhost:3000 — neither kind of client can connect");
    assert!(got.verdict.cause[0].contains("127.0.0.1 only (/etc/hosts:1)"), "{:?}", got.verdict);
    assert!(got.verdict.do_not.unwrap().contains("0.0.0.0"));
}

#[test]
fn nothing_listens_names_the_neighbours() {
    let mut machine = debian(STOCK);
    machine.sockets = vec![Socket { port: 3001, ..server("127.0.0.1", 5, "node") }];
    let got = ask(&machine, "localhost", Some(3000));
    assert_eq!(got.verdict.headline, "localhost:3000 — nothing listens on port 3000");
    assert_eq!(got.verdict.kind, VerdictKind::Fails);
    assert_eq!(got.verdict.cause[1], "listening nearby: 3001 (node)");
    assert_eq!(got.verdict.do_not, None);
}

#[test]
fn two_programs_on_the_two_loopbacks_are_told_apart() {
    let mut machine = debian(STOCK);
    machine.sockets = vec![server("127.0.0.1", 1, "docker-proxy"), server("::1", 2, "vite")];
    let got = ask(&machine, "localhost", Some(3000));
    assert_eq!(
        got.verdict.headline,
        "localhost:3000 — two different programs answer: ::1 (vite, pid 2) and 127.0.0.1 (docker-proxy, pid 1)"
    );
    assert_ne!(got.verdict.kind, VerdictKind::Fine);
    machine.sockets = vec![server("127.0.0.1", 1, "docker-proxy"), server("::1", 2, "docker-proxy")];
    assert_eq!(ask(&machine, "localhost", Some(3000)).verdict.kind, VerdictKind::Fine);
}

#[test]
fn a_lost_localhost_line_is_the_headline() {
    let got = ask(&debian("127.0.1.1 devbox\n"), "localhost", None);
    assert_eq!(got.verdict.headline, "localhost — cannot tell what it resolves to");
    let mut machine = debian("127.0.1.1 devbox\n");
    machine.files.push(RawFile::text(NSSWITCH, b"hosts: files\n"));
    let got = ask(&machine, "localhost", None);
    assert_eq!(got.verdict.headline, "localhost does not resolve");
    assert_eq!(got.verdict.kind, VerdictKind::Fails);
    assert!(!got.verdict.cause.is_empty());
}

#[test]
fn a_foreign_localhost_is_the_headline() {
    let got = ask(&debian("203.0.113.7 localhost\n"), "localhost", None);
    assert_eq!(got.verdict.headline, "localhost → 203.0.113.7 is not this machine");
    assert_eq!(got.verdict.kind, VerdictKind::Fails);
    assert_eq!(
        got.verdict.cause[0],
        "/etc/hosts:1 gives localhost 203.0.113.7, which is no loopback address"
    );
}

#[test]
fn another_name_may_lead_to_another_machine() {
    let got = ask(&debian(STOCK), "api.test", None);
    assert_eq!(got.verdict.headline, "api.test → 192.0.2.9");
    assert_fine(&got);
    let got = ask(&debian(STOCK), "api.test", Some(443));
    assert_eq!(got.verdict.kind, VerdictKind::Unknown);
    assert!(
        got.verdict.headline.ends_with("what listens there is not looked at"),
        "{}",
        got.verdict.headline
    );
}

#[test]
fn an_address_needs_no_resolver() {
    let mut machine = debian("");
    machine.sockets = vec![server("127.0.0.1", 7, "redis-server")];
    let got = ask(&machine, "127.0.0.1", Some(3000));
    assert_eq!(got.verdict.headline, "127.0.0.1:3000 — redis-server, pid 7 answers on 127.0.0.1:3000");
    assert_fine(&got);
    assert!(got.answers.is_empty() && got.course.basis == Basis::Literal);
    let got = ask(&machine, "::1", Some(3000));
    assert_eq!(got.verdict.headline, "[::1]:3000 — refused");
    assert_eq!(got.verdict.cause[0], "the server (redis-server, pid 7) listens on 127.0.0.1:3000 only");
    assert_eq!(ask(&machine, "127.0.0.1", None).verdict.headline, "127.0.0.1 is this machine's loopback");
}

#[test]
fn loopback_that_is_down_outweighs_everything_else() {
    let mut machine = debian(STOCK);
    machine.interfaces[0].flags = 0x8;
    machine.interfaces[0].addresses.clear();
    for (row, errno) in machine.source_addresses.iter_mut().zip(["EADDRNOTAVAIL", "ENETUNREACH"]) {
        row.outcome = SourceOutcome::Errno(errno.into());
    }
    let got = ask(&machine, "localhost", Some(3000));
    assert_eq!(
        got.verdict.headline,
        "localhost:3000 — no way to ::1, 127.0.0.1: the loopback interface lo is down"
    );
    assert_eq!(got.verdict.kind, VerdictKind::Fails);
}

#[test]
fn an_address_that_lo_lacks_is_named() {
    let mut machine = debian(STOCK);
    machine.interfaces[0].addresses.truncate(1);
    machine.source_addresses[0].outcome = SourceOutcome::Errno("EADDRNOTAVAIL".into());
    let got = ask(&machine, "localhost", None);
    assert_eq!(
        got.verdict.headline,
        "localhost → 127.0.0.1, ::1 — but ::1 is not on the loopback interface lo"
    );
}

#[test]
fn a_contradicted_prediction_comes_first_and_the_live_answer_counts() {
    let mut machine = debian(STOCK);
    machine.sockets = vec![server("127.0.0.1", 7, "python3")];
    machine.live.lookups = vec![live("localhost", LiveOutcome::Found(vec![at("127.0.0.1")]))];
    let got = ask(&machine, "localhost", Some(3000));
    assert_eq!(got.live.as_ref().unwrap().matches, Some(false));
    assert_eq!(
        got.verdict.headline,
        "localhost:3000 — predicted ::1, 127.0.0.1, but the real resolver says 127.0.0.1"
    );
    assert_eq!(got.course.addresses, [at("127.0.0.1")]);
    assert_ne!(got.verdict.kind, VerdictKind::Fine);
}

#[test]
fn a_live_answer_that_agrees_changes_nothing() {
    let mut machine = debian(STOCK);
    machine.live.lookups = vec![live("localhost", LiveOutcome::Found(vec![at("::1"), at("127.0.0.1")]))];
    let got = ask(&machine, "localhost", None);
    assert_eq!(got.live.as_ref().unwrap().matches, Some(true));
    assert_fine(&got);
}

#[test]
fn a_live_answer_that_never_came_proves_nothing_but_is_told() {
    let mut machine = debian(STOCK);
    machine.live.lookups = vec![live("localhost", LiveOutcome::TimedOut)];
    let got = ask(&machine, "localhost", None);
    assert_eq!((got.live.unwrap().matches, got.course.basis), (None, Basis::Predicted));
    assert_eq!(got.verdict.headline, "localhost — the real resolver gave no answer within 3 ms");
    assert_eq!(got.verdict.cause[0], "predicted: localhost → ::1, 127.0.0.1");
    assert_ne!(got.verdict.kind, VerdictKind::Fine);
}

#[test]
fn a_name_that_cannot_be_computed_is_asked_live() {
    let mut machine = debian(STOCK);
    machine.live.lookups = vec![live("corp.example", LiveOutcome::Found(vec![at("10.0.0.5")]))];
    let got = ask(&machine, "corp.example", None);
    assert_eq!(got.verdict.headline, "corp.example → 10.0.0.5 (asked live)");
    assert_eq!((got.course.basis, got.live.unwrap().matches), (Basis::AskedLive, None));
    machine.live.lookups = vec![live("corp.example", LiveOutcome::Failed("EAI_AGAIN".into()))];
    let got = ask(&machine, "corp.example", None);
    assert_eq!(got.verdict.headline, "corp.example does not resolve");
    assert_eq!(got.verdict.kind, VerdictKind::Fails);
}

#[test]
fn a_hosts_file_that_nobody_could_read_leaves_the_verdict_open() {
    for (meta, words) in [
        (Meta::Unreadable { reason: "EACCES".into() }, "could not be read: EACCES"),
        (present(FileKind::Fifo), "is a named pipe, not a file"),
        (present(FileKind::Directory), "is a directory, not a file"),
    ] {
        let mut machine = debian(STOCK);
        machine.files[0] = RawFile { path: HOSTS.into(), content: None::<Content>, meta };
        let got = ask(&machine, "localhost", Some(3000));
        assert_eq!(got.verdict.kind, VerdictKind::Unknown);
        assert_eq!(got.verdict.headline, format!("localhost:3000 — cannot tell: /etc/hosts {words}"));
        let literal = ask(&machine, "127.0.0.1", Some(3000));
        assert_eq!(literal.verdict.kind, VerdictKind::Fails);
    }
}

#[test]
fn without_the_list_of_sockets_nothing_is_said_to_be_missing() {
    let mut machine = debian(STOCK);
    machine.gaps = vec![Gap { what: "listeners in /proc/net/tcp6".into(), why: "EACCES".into() }];
    let got = ask(&machine, "localhost", Some(3000));
    assert_eq!(got.verdict.kind, VerdictKind::Unknown);
    assert!(got.verdict.headline.contains("cannot tell what listens"), "{}", got.verdict.headline);
}

#[test]
fn an_assumed_v6only_is_said() {
    let mut machine = debian(STOCK);
    machine.sockets = vec![Socket { v6only: None, ..server("::", 1, "node") }];
    let got = ask(&machine, "localhost", Some(3000));
    assert_eq!(got.gaps.iter().map(|g| g.what.as_str()).collect::<Vec<_>>(), ["IPV6_V6ONLY of [::]:3000"]);
}

#[test]
fn an_address_that_is_not_of_this_machine_is_not_judged() {
    let got = ask(&debian(STOCK), "::1:3000", None);
    assert_eq!(got.verdict.kind, VerdictKind::Unknown);
    assert_eq!(got.verdict.headline, "::1:3000 is not an address of this machine, so it was not judged");
    assert!(got.verdict.cause[0].starts_with("did you mean [::1]:3000?"), "{:?}", got.verdict.cause);
    let other = ask(&debian(STOCK), "2001:db8::5", None).verdict;
    assert_eq!((other.kind, other.cause.len()), (VerdictKind::Unknown, 0));
    assert_eq!(ask(&debian(STOCK), "203.0.113.7", None).verdict.cause, [""; 0]);
}

#[test]
fn a_live_error_with_its_errno_equals_the_prediction() {
    let mut machine = debian(STOCK);
    machine.live.lookups = vec![live("localhost", LiveOutcome::Failed("EAI_SYSTEM:EBUSY".into()))];
    let predicted = Answer {
        status: crate::resolve::Status::Failure,
        error: Some(crate::resolve::Error { code: "EAI_SYSTEM", errno: Some("EBUSY") }),
        ..resolve::answers(&Machine::new(debian(STOCK)), &Query::any("localhost")).remove(0)
    };
    let compare = |query: &Query| compare_live(&machine, query, Some(&predicted)).map(|live| live.matches);
    assert_eq!(compare(&Query::any("localhost")), Some(Some(true)));
    assert_eq!(compare(&Query { family: Family::V4, ..Query::any("localhost") }), None);
}
