use super::super::bench::{Bench, dual, outcome};
use super::*;

fn ask(bench: &Bench, name: &str) -> String {
    bench.ask(answer, name, Family::Any)
}

fn pure(bench: &Bench, name: &str) -> String {
    bench.ask(answer_pure, name, Family::Any)
}

/// The step that says who is asked.
fn choice(bench: &Bench, name: &str) -> String {
    let answer = answer(&bench.machine(), &Query::any(name));
    answer.trace.iter().find(|s| s.step == "resolver").map(|s| s.detail.clone()).unwrap_or_default()
}

#[test]
fn the_hosts_file_sorted_whatever_the_order_of_its_lines() {
    assert_eq!(ask(&dual(), "localhost"), "::1 127.0.0.1");
    let other = dual().hosts("::1 localhost\n127.0.0.1 localhost\n");
    assert_eq!(pure(&other, "LocalHost"), "::1 127.0.0.1");
    let unreachable = dual().source("::1", Err("EADDRNOTAVAIL"));
    assert_eq!(pure(&unreachable, "localhost"), "127.0.0.1 ::1");
}

#[test]
fn gai_conf_is_not_read() {
    let bench = dual().file("/etc/gai.conf", "precedence ::ffff:0:0/96 100\n");
    assert_eq!(ask(&bench, "localhost"), "::1 127.0.0.1");
    assert_eq!(bench.ask(glibc::answer, "localhost", Family::Any), "127.0.0.1 ::1");
}

#[test]
fn one_family_in_the_file_ends_the_look_up() {
    let bench = dual().hosts("::1 localhost\n");
    assert_eq!(bench.ask(answer_pure, "localhost", Family::V4), "no suitable address found");
    let null = dual().hosts(":: x\n");
    assert_eq!(pure(&null, "x"), ":: 0.0.0.0");
    assert_eq!(null.ask(answer_pure, "x", Family::V4), "0.0.0.0");
}

#[test]
fn mapped_addresses_are_ipv4() {
    let bench = dual().hosts("::ffff:192.0.2.10 x\n");
    assert_eq!(bench.ask(answer_pure, "x", Family::V4), "192.0.2.10");
    assert_eq!(bench.ask(answer_pure, "x", Family::V6), "no suitable address found");
}

#[test]
fn without_a_line_dns_decides() {
    let bench = dual().hosts("");
    assert!(pure(&bench, "localhost").starts_with("unknown: DNS decides"));
    assert_eq!(pure(&bench.nx(&["localhost"]), "localhost"), "no such host");
    let answered =
        bench.dns("localhost", "A", "NOERROR", &["127.0.0.1"]).dns("localhost", "AAAA", "SERVFAIL", &[]);
    assert_eq!(pure(&answered, "localhost"), "127.0.0.1");
    let refused = bench.dns("localhost", "A", "REFUSED", &[]).dns("localhost", "AAAA", "REFUSED", &[]);
    assert_eq!(pure(&refused, "localhost"), "server misbehaving");
}

#[test]
fn the_search_list() {
    let bench = dual()
        .file("/etc/resolv.conf", "nameserver 192.0.2.53\nsearch . corp.test\n")
        .dns("box", "A", "NXDOMAIN", &[])
        .dns("box", "AAAA", "NXDOMAIN", &[])
        .dns("box.corp.test", "A", "NOERROR", &["192.0.2.10"])
        .dns("box.corp.test", "AAAA", "NOERROR", &[]);
    let got = answer_pure(&bench.machine(), &Query::any("box"));
    assert_eq!(outcome(&got), "192.0.2.10");
    let expanded = Some("box.corp.test".to_owned());
    assert_eq!(got.addresses[0].from, Source::Dns { server: "192.0.2.53:53".into(), expanded });
    let questions = dns_questions(&bench.machine(), &Query::any("box"));
    let names: Vec<&str> = questions.iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(names, ["box.corp.test", "box.corp.test", "box", "box"]);
}

#[test]
fn who_is_asked() {
    let plain = dual();
    assert_eq!(choice(&plain, "localhost"), "Go's own, files then dns: nsswitch.conf");
    assert_eq!(choice(&plain.env("GODEBUG", "netdns=cgo"), "localhost"), "the C library: GODEBUG netdns=cgo");
    assert_eq!(choice(&plain.env("LOCALDOMAIN", ""), "a"), "the C library: LOCALDOMAIN is set");
    assert_eq!(choice(&plain.env("RES_OPTIONS", ""), "a"), "Go's own, files then dns: nsswitch.conf");
    assert!(
        choice(&plain.file("/etc/resolv.conf", "options inet6\n"), "a").contains("resolv.conf says inet6")
    );
    let myhostname = plain.nss("files myhostname dns");
    assert!(choice(&myhostname, "foo.localhost").starts_with("the C library"));
    assert!(choice(&myhostname, "DEVBOX").starts_with("the C library"));
    assert!(choice(&myhostname, "example.test").starts_with("Go's own"));
    let mdns = plain.nss("files mdns4_minimal [NOTFOUND=return] dns");
    assert!(choice(&mdns, "printer.local").starts_with("the C library"));
    assert!(choice(&mdns, "localhost").starts_with("Go's own"));
    assert!(choice(&mdns.file("/etc/mdns.allow", "*\n"), "localhost").starts_with("the C library"));
    assert!(choice(&plain.nss("resolve [!UNAVAIL=return] files dns"), "a").contains("has resolve"));
    assert!(choice(&plain.nss("dns [!UNAVAIL=return] files"), "a").contains("criteria of its own"));
    assert_eq!(
        choice(&plain.absent("/etc/nsswitch.conf"), "a"),
        "Go's own, files then dns: nsswitch.conf says nothing about hosts"
    );
}

#[test]
fn the_c_library_answers_with_its_own_order() {
    let bench = dual().file("/etc/gai.conf", "precedence ::ffff:0:0/96 100\n").env("GODEBUG", "netdns=cgo");
    assert_eq!(ask(&bench, "localhost"), "127.0.0.1 ::1");
    assert_eq!(pure(&bench, "localhost"), "::1 127.0.0.1");
    let only_v6 = dual().hosts("::1 localhost\n").env("GODEBUG", "netdns=cgo");
    assert_eq!(only_v6.ask(answer, "localhost", Family::V4), "127.0.0.1");
}

#[test]
fn sources_that_a_pure_build_does_not_know() {
    let bench = dual().nss("resolve files").dns("localhost", "A", "NOERROR", &["192.0.2.10"]);
    let bench = bench.dns("localhost", "AAAA", "NOERROR", &[]);
    assert_eq!(pure(&bench, "localhost"), "192.0.2.10");
    // Until 1.20 anything unknown meant files, then DNS.
    assert_eq!(pure(&bench.program("go", "go1.19.8"), "localhost"), "::1 127.0.0.1");
}

#[test]
fn literals_and_what_looks_like_one() {
    assert_eq!(ask(&dual(), "127.0.0.1"), "127.0.0.1");
    assert_eq!(ask(&dual(), "fe80::1%eth0"), "fe80::1%2");
    assert_eq!(ask(&dual(), "127.1"), "no such host");
    assert_eq!(pure(&dual().hosts("192.0.2.10 127.1\n"), "127.1"), "192.0.2.10");
}

#[test]
fn version_and_presence() {
    let got = answer(&dual().program("go", "go1.19.8").machine(), &Query::any("localhost"));
    assert_eq!((got.version.as_str(), got.installed), ("1.19.8", true));
    let got = answer_pure(&dual().machine(), &Query::any("localhost"));
    assert_eq!((got.version.as_str(), got.installed), ("1.27.3", false));
}
