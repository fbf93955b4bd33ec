use super::super::bench::{Bench, dual};
use super::*;

fn ask(bench: &Bench, name: &str) -> String {
    bench.ask(answer, name, Family::Any)
}

fn old(bench: &Bench) -> Bench {
    bench.program("c-ares", "1.18.1")
}

#[test]
fn localhost_gets_the_family_that_the_file_lacks() {
    assert_eq!(ask(&dual().hosts("127.0.0.1 localhost\n"), "localhost"), "::1 127.0.0.1");
    assert_eq!(ask(&dual().hosts("192.0.2.10 localhost\n"), "LOCALHOST"), "::1 192.0.2.10");
    assert_eq!(ask(&dual().hosts(""), "a.localhost"), "::1 127.0.0.1");
    assert_eq!(dual().hosts("127.0.0.1 localhost\n").ask(answer, "localhost", Family::V6), "::1");
}

#[test]
fn old_versions_know_localhost_alone() {
    let bench = old(&dual());
    assert_eq!(ask(&bench.hosts("127.0.0.1 localhost\n"), "localhost"), "127.0.0.1");
    assert_eq!(ask(&bench.hosts(""), "localhost"), "::1 127.0.0.1");
    assert_eq!(bench.hosts("127.0.0.1 localhost\n").ask(answer, "localhost", Family::V6), "::1");
    assert!(ask(&bench.hosts(""), "a.localhost").starts_with("unknown: DNS decides"));
    assert!(ask(&dual().program("c-ares", "1.17.1").hosts(""), "localhost").starts_with("unknown"));
}

/// Facts of the hosts format, section 5.4.
#[test]
fn lines_that_share_a_name_or_an_address_are_one_record() {
    let bench = dual().hosts("127.0.0.1 localhost myapp\n::1 localhost\n");
    assert_eq!(ask(&bench, "myapp"), "::1 127.0.0.1");
    assert_eq!(ask(&old(&bench), "myapp"), "127.0.0.1");
    assert_eq!(ask(&bench.program("c-ares", "1.34.10"), "myapp"), "127.0.0.1");
    let bench = dual().hosts("127.0.0.1 one a\n127.0.0.2 two a\n127.0.0.1 three\n");
    assert_eq!(ask(&bench, "one"), "127.0.0.1 127.0.0.2");
    assert_eq!(ask(&bench, "three"), "127.0.0.1 127.0.0.2");
}

#[test]
fn the_places_and_their_order() {
    let places = |bench: &Bench| lookups(&bench.machine(), version(&bench.machine()));
    assert_eq!(places(&dual().nss("dns [NOTFOUND=return] files")), [Place::Dns, Place::Files]);
    assert_eq!(places(&dual().nss("mymachines resolve [!UNAVAIL=return] files")), [Place::Dns, Place::Files]);
    assert_eq!(places(&dual().nss("wins")), [Place::Files, Place::Dns]);
    let both = dual().nss("files").file("/etc/resolv.conf", "lookup bind file\n");
    assert_eq!(places(&both), [Place::Files]);
    assert_eq!(places(&old(&both)), [Place::Dns, Place::Files]);
}

#[test]
fn dns_and_its_errors() {
    let bench = dual().nx(&["box"]);
    assert_eq!(ask(&bench, "box"), "ARES_ENOTFOUND");
    let half = dual().dns("b.test", "A", "NOERROR", &["192.0.2.10"]).dns("b.test", "AAAA", "SERVFAIL", &[]);
    assert_eq!(ask(&half, "b.test"), "192.0.2.10");
    let failing = dual().dns("b.test", "A", "SERVFAIL", &[]).dns("b.test", "AAAA", "SERVFAIL", &[]);
    assert_eq!(ask(&failing, "b.test"), "ARES_ESERVFAIL");
    assert_eq!(ask(&dual().nss("files"), "box"), "ARES_ECONNREFUSED");
}

#[test]
fn unreachable_addresses_are_compared_on() {
    let bench = dual().source("::1", Err("EADDRNOTAVAIL")).source("127.0.0.1", Err("ENETUNREACH"));
    assert_eq!(ask(&bench, "localhost"), "::1 127.0.0.1");
    let bench = dual().source("::1", Err("EADDRNOTAVAIL"));
    assert_eq!(ask(&bench, "localhost"), "127.0.0.1 ::1");
}

#[test]
fn literals() {
    assert_eq!(ask(&dual(), "0177.0.0.1"), "177.0.0.1");
    assert_eq!(ask(&dual().nx(&["127.1"]), "127.1"), "ARES_ENOTFOUND");
    assert_eq!(dual().dns("::1", "A", "NXDOMAIN", &[]).ask(answer, "::1", Family::V4), "ARES_EBADNAME");
}

#[test]
fn the_file_of_hostaliases_counts_by_version() {
    let bench = dual().hosts("192.0.2.7 api.test\n").env("HOSTALIASES", "/etc/host.aliases");
    let bench = bench.file("/etc/host.aliases", "note\napi api.test\nbox box.corp.test.\n");
    let bench = bench.dns("api.test", "A", "NOERROR", &["192.0.2.8"]).nx(&["api", "box.corp.test"]);
    let bench = bench.dns("api.test", "AAAA", "NOERROR", &[]);
    // The hosts file is asked for the name itself, DNS for the other one.
    assert_eq!(ask(&bench, "api"), "192.0.2.8");
    assert_eq!(ask(&bench.file("/etc/resolv.conf", "search a.test\n"), "API"), "192.0.2.8");
    assert_eq!(ask(&bench, "box"), "ARES_ENOTFOUND");
    assert_eq!(ask(&bench.program("c-ares", "1.19.1"), "api"), "192.0.2.7");
    assert_eq!(ask(&bench.program("c-ares", "1.17.1"), "api"), "ARES_ENOTFOUND");
    let hidden = dual().env("HOSTALIASES", "/etc/other");
    assert!(ask(&hidden, "api").ends_with("/etc/other, which is not part of the snapshot"));
    assert_eq!(ask(&hidden, "localhost"), "::1 127.0.0.1");
}
