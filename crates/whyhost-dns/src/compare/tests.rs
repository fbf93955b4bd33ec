use super::*;
use std::net::SocketAddr;

fn local(name: &str, hosts: &[(&str, usize)]) -> Local {
    let source = |line| Source::HostsLine { path: "/etc/hosts".into(), line };
    let addresses: Vec<(IpAddr, Source)> =
        hosts.iter().map(|(address, line)| (address.parse().unwrap(), source(*line))).collect();
    let has = |v4: bool| addresses.iter().any(|(a, _)| a.is_ipv4() == v4);
    let leaks = match (has(true), has(false)) {
        (true, false) => Some(Family::V6),
        (false, true) => Some(Family::V4),
        _ => None,
    };
    let asks_dns = addresses.is_empty();
    Local { name: name.into(), addresses, asks_dns, leaks, unknown: None, dns_names: vec![name.into()] }
}

fn said(port: u16, name: &str, a: &str, aaaa: &str) -> Said {
    let server: SocketAddr = ([192, 0, 2, 53], port).into();
    let observation = |kind: &str, text: &str| {
        let code = text.bytes().all(|b| b.is_ascii_uppercase()) && !text.is_empty();
        Observation {
            server: server.to_string(),
            name: name.into(),
            kind: kind.into(),
            rcode: if code { text.into() } else { "NOERROR".into() },
            records: if code {
                Vec::new()
            } else {
                text.split(',').filter(|r| !r.is_empty()).map(str::to_owned).collect()
            },
            transport: "udp".into(),
            ..Observation::default()
        }
    };
    Said { server, observations: vec![observation("A", a), observation("AAAA", aaaa)] }
}

/// `v4 v6 = both`, and whether somebody should act.
fn verdicts(name: &str, hosts: &[(&str, usize)], a: &str, aaaa: &str) -> (String, bool) {
    let c = compare(local(name, hosts), &[said(53, name, a, aaaa)]);
    (format!("{} {} = {}", c.v4.word(), c.v6.word(), c.verdict.word()), c.action)
}

/// Name, hosts lines, A, AAAA, verdicts, whether somebody should act.
type Case = (&'static str, &'static [(&'static str, usize)], &'static str, &'static str, &'static str, bool);

#[test]
fn every_verdict() {
    let cases: [Case; 20] = [
        ("localhost", &[], "127.0.0.1", "", "only-dns neither = only-dns", true),
        ("app.localhost.", &[], "127.0.0.1", "", "only-dns neither = only-dns", true),
        ("a.net", &[("192.0.2.1", 3)], "192.0.2.1", "", "same neither = same", false),
        ("a.net", &[("192.0.2.1", 3)], "192.0.2.2,192.0.2.1", "", "same neither = same", false),
        ("a.net", &[("10.0.0.5", 3)], "192.0.2.1", "", "local-overrides neither = local-overrides", true),
        ("a.net", &[("203.0.113.9", 3)], "192.0.2.1", "", "stale neither = stale", true),
        ("a.net", &[("203.0.113.9", 3), ("192.0.2.1", 4)], "192.0.2.1", "", "stale neither = stale", true),
        ("a.net", &[("203.0.113.9", 3)], "NXDOMAIN", "NXDOMAIN", "only-local neither = only-local", false),
        ("a.net", &[], "192.0.2.1", "2001:db8::1", "only-dns only-dns = only-dns", false),
        ("a.net", &[], "NXDOMAIN", "NXDOMAIN", "neither neither = neither", true),
        ("a.net", &[], "", "", "neither neither = neither", true),
        ("ads.net", &[("0.0.0.0", 9)], "192.0.2.1", "", "blocked neither = blocked", false),
        (
            "ads.net",
            &[("0.0.0.0", 9), ("::", 10)],
            "192.0.2.1",
            "2001:db8::1",
            "blocked blocked = blocked",
            false,
        ),
        ("ads.net", &[("0.0.0.0", 9)], "192.0.2.1", "2001:db8::1", "blocked only-dns = blocked", true),
        ("ads.net", &[("0.0.0.0", 9)], "NXDOMAIN", "NXDOMAIN", "blocked neither = blocked", false),
        ("localtest.me", &[("127.0.0.1", 2)], "127.0.0.1", "", "same neither = same", false),
        (
            "localhost",
            &[("127.0.0.1", 1), ("::1", 2)],
            "NXDOMAIN",
            "NXDOMAIN",
            "only-local only-local = only-local",
            false,
        ),
        (
            "localhost",
            &[("127.0.0.1", 1), ("::1", 2)],
            "10.168.91.198",
            "",
            "local-overrides only-local = local-overrides",
            true,
        ),
        ("a.net", &[("10.0.0.5", 3)], "TIMEOUT", "TIMEOUT", "unknown unknown = unknown", false),
        ("a.net", &[("192.0.2.1", 3)], "192.0.2.1", "SERVFAIL", "same unknown = unknown", false),
    ];
    for (name, hosts, a, aaaa, want, action) in cases {
        assert_eq!(verdicts(name, hosts, a, aaaa), (want.to_owned(), action), "{name} {hosts:?} {a} {aaaa}");
    }
}

#[test]
fn the_reason_names_line_and_record() {
    let c = compare(local("a.net", &[("10.0.0.5", 3)]), &[said(53, "a.net", "192.0.2.1", "2001:db8::1")]);
    assert_eq!(
        c.reasons,
        [
            "/etc/hosts:3 gives 10.0.0.5 and wins over the A record 192.0.2.1",
            "only IPv4 is overridden: a program that asks for IPv6 alone gets 2001:db8::1 from DNS for a.net",
        ]
    );
}

#[test]
fn a_server_that_fails_passes_the_question_on() {
    let servers = [said(53, "a.net", "SERVFAIL", "SERVFAIL"), said(54, "a.net", "192.0.2.1", "")];
    let c = compare(local("a.net", &[("192.0.2.1", 3)]), &servers);
    assert_eq!((c.verdict, c.dns().unwrap().server.as_str()), (Verdict::Same, "192.0.2.53:54"));
    assert_eq!(c.answers.len(), 2);
}

#[test]
fn servers_that_disagree_matter_where_the_name_is_private_for_one() {
    let case = |other: (&str, &str)| {
        let servers = [said(53, "a.net", "192.0.2.1", ""), said(54, "a.net", other.0, other.1)];
        let c = compare(local("a.net", &[]), &servers);
        (c.action, c.reasons.iter().any(|r| r.starts_with("servers disagree")))
    };
    assert_eq!(case(("10.1.1.1", "")), (true, true));
    assert_eq!(case(("NXDOMAIN", "NXDOMAIN")), (true, true));
    assert_eq!(case(("192.0.2.9", "")), (false, true));
    assert_eq!(case(("192.0.2.1", "")), (false, false));
    assert_eq!(case(("TIMEOUT", "TIMEOUT")), (false, false));
}

#[test]
fn odd_answers_are_told() {
    let reasons = |name: &str, said: Said| compare(local(name, &[]), &[said]).reasons.join(" · ");
    let circle = said(53, "a.net", "CNAME b.net,CNAME A.net", "");
    assert!(reasons("a.net", circle).contains("in a circle: a.net → b.net → A.net"));
    let captured = said(53, "localhost.corp.example", "10.168.91.198", "");
    assert!(reasons("localhost", captured).contains("makes it localhost.corp.example"));
    assert!(
        reasons("printer.local", said(53, "printer.local", "NXDOMAIN", "NXDOMAIN")).contains("multicast")
    );
    for (code, words) in [
        ("TIMEOUT", "did not answer"),
        ("IO", "nobody answers at 192.0.2.53:53"),
        ("MALFORMED", "no DNS message"),
        ("REFUSED", "with REFUSED"),
    ] {
        assert!(reasons("a.net", said(53, "a.net", code, code)).contains(words), "{code}");
    }
}

#[test]
fn without_an_answer_nothing_is_known() {
    let c = compare(local("a.net", &[("10.0.0.5", 3)]), &[]);
    assert_eq!((c.verdict, c.action, c.dns()), (Verdict::Unknown, false, None));
    assert_eq!(c.reasons, ["/etc/hosts:3 gives 10.0.0.5; DNS was not asked"]);
    let c = compare(local("a.net", &[]), &[]);
    assert_eq!(c.reasons, ["DNS was not asked"]);
}
