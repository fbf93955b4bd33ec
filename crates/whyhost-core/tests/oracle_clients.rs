//! The programs against their recorded connections (testdata/oracle/runtimes/clients.jsonl): the addresses that each
//! tried, in order, with their delays, and whether it connected.

#![allow(clippy::print_stdout, reason = "the table of what was compared")]

#[path = "clients/consumers.rs"]
mod consumers;

use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use whyhost_core::machine::Machine;
use whyhost_core::program::{self, Strategy};
use whyhost_core::reach::{self, Attempt, AttemptOutcome};
use whyhost_core::resolve::Query;
use whyhost_core::snapshot::{
    Family, Interface, InterfaceAddress, Libc, Os, OsFamily, Protocol, RawFile, Snapshot, Socket,
    SourceAddress, SourceOutcome,
};

const CLIENTS: &str = include_str!("../../../testdata/oracle/runtimes/clients.jsonl");
const RESOLVERS_PAGE: &str = include_str!("../../../docs/resolvers.md");
const PORT: u16 = 3000;

#[derive(Deserialize)]
struct Line {
    client: String,
    rows: Vec<Row>,
}

/// Profile, hosts, server, name, DNS, whether it connected, attempts, gai.conf.
type Row = (String, String, String, String, String, bool, String, String);

/// How a recorded client is named in the models.
struct Model {
    /// `node-18.20.8`.
    id: String,
    family: Family,
    env: Vec<(&'static str, String)>,
    libc: (&'static str, &'static str),
    /// A library of this version is on the machine.
    library: Option<(&'static str, &'static str)>,
}

/// Clients whose names begin so, with the model's id; a version in the name follows an id that ends with `-`.
const MODELS: &[(&str, &str)] = &[
    ("apache2.4", "apache"),
    ("aria2-1.36", "aria2"),
    ("bash /dev/tcp", "bash"),
    ("bun1.4.5:node", "bun-node"),
    ("bun1.4.5", "bun"),
    ("busybox1.35 wget", "busybox"),
    ("c:getaddrinfo-loop AI_ADDRCONFIG", "openssl"),
    ("c:getaddrinfo-loop", "rust"),
    ("caddy", "caddy"),
    ("chromium156", "chromium"),
    ("curl7.88.1", "curl-7.88.1"),
    ("curl8.22.0", "curl-8.22.0"),
    ("deno2.9.6:Deno.connect", "deno-connect"),
    ("deno2.9.6:fetch", "deno"),
    ("deno2.9.6:node", "deno-node"),
    ("dotnetcore3.1:socket_inet", "dotnet-inet"),
    ("dotnetcore3.1", "dotnet"),
    ("erlang", "erlang"),
    ("firefox153esr", "firefox"),
    ("git2.47.3 git://", "git-daemon"),
    ("git2.47.3 http", "git"),
    ("glib2.74", "glib-sync"),
    ("go1.19 cgo", "go-1.19"),
    ("go1.19 pure", "go-pure-1.19"),
    ("go1.27 cgo", "go-1.27"),
    ("go1.27 pure", "go-pure-1.27"),
    ("haproxy2.6", "haproxy"),
    ("http-proxy-middleware (CRA/webpack/Angular proxy) node", "node-"),
    ("httpie3.2", "python"),
    ("inetutils-telnet", "telnet"),
    ("java17:apache", "java-okhttp"),
    ("java17:okhttp", "java-okhttp"),
    ("java", "java"),
    ("libsoup3.2", "glib-sync"),
    ("lighttpd", "lighttpd"),
    ("lua5.4", "lua"),
    ("lynx2.9", "lynx"),
    ("mariadb-client10.11 (no -P)", "mysql"),
    ("mariadb-client11.8 (no -P)", "mysql"),
    ("mariadb-client", "mysql-tcp"),
    ("memcstat", "libmemcached"),
    ("mono6.8", "mono"),
    ("nc.openbsd", "nc"),
    ("nc.traditional", "nc-traditional"),
    ("ncat", "ncat"),
    ("nginx1.22 variable", "nginx-variable"),
    ("nginx1.22", "nginx"),
    ("node", "node-"),
    ("openssl3.0", "openssl"),
    ("perl5.36:dbd_mysql", "perl-mysql"),
    ("perl5.36:inet", "perl-inet"),
    ("perl", "perl"),
    ("php8.2:curl", "php-curl"),
    ("php8.4:curl", "php-curl"),
    ("php8.2:mysqli", "php-mysql"),
    ("php8.4:mysqli", "php-mysql"),
    ("php8.2:pdo_mysql", "php-mysql"),
    ("php8.2:socket_connect", "php-inet"),
    ("php", "php"),
    ("psql", "psql"),
    ("python3.11:aiohttp", "python-aiohttp"),
    ("python3.11:asyncio_he", "python-asyncio-he"),
    ("python3.11:asyncio", "python-asyncio"),
    ("python3.13.0:asyncio", "python-asyncio"),
    ("python3.11:asyncpg", "python-asyncio"),
    ("python3.11:websockets", "python-asyncio"),
    ("python3.11:grpc", "grpc"),
    ("python3.11:httpx_async", "python-anyio"),
    ("python3.11:kafka", "python-kafka"),
    ("python3.11:mysql.connector", "python-mysql-connector"),
    ("python3.11:pymongo", "python-pymongo"),
    ("python3.11:redis_async", "python-redis-asyncio"),
    ("python3.11:redis", "python-redis"),
    ("python3.11:sock_inet", "python-inet"),
    ("python3.11:tornado", "python-tornado"),
    ("python", "python"),
    ("redis-cli", "redis"),
    ("ruby", "ruby-3.1"),
    ("rust:hyper", "rust-hyper"),
    ("rust:mysql_async", "rust"),
    ("rust:mysql", "rust-mysql"),
    ("rust:redis_tokio", "rust-redis-tokio"),
    ("rust:reqwest13_hickory", "reqwest-hickory-0.13"),
    ("rust:reqwest_hickory", "reqwest-hickory-0.12"),
    ("rust:reqwest", "rust-hyper"),
    ("rust", "rust"),
    ("socat", "socat"),
    ("squid5", "squid"),
    ("ssh9.2", "ssh"),
    ("varnish7", "varnish"),
    ("vite8 server.proxy node", "node-"),
    ("w3m", "w3m"),
    ("webkitgtk", "webkit"),
    ("wget1", "wget"),
    ("wget2-1.99", "wget2-1.99"),
    ("wget2-2.2.0", "wget2-2.2.0"),
];

fn model(client: &str) -> Option<Model> {
    let (prefix, id) = MODELS.iter().find(|(prefix, _)| client.starts_with(prefix))?;
    let rest = &client[prefix.len()..];
    let version: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let mut model = Model {
        id: (*id).into(),
        family: Family::Any,
        env: Vec::new(),
        libc: ("glibc", "2.36"),
        library: None,
    };
    if id.ends_with('-') {
        model.id += &version;
    }
    for word in rest.split(' ') {
        match word {
            "-4" | "tcp4" | "family=4" => model.family = Family::V4,
            "-6" | "tcp6" | "inet6" | "family=6" => model.family = Family::V6,
            "glibc2.43" => model.libc = ("glibc", "2.43"),
            "musl1.2.3" => model.libc = ("musl", "1.2.3"),
            option if option.starts_with("--dns") || option.starts_with("--no-network") => {
                model.env.push(("NODE_OPTIONS", option.to_owned()));
            }
            option if option.starts_with("-Djava") => {
                model.env.push(("JAVA_TOOL_OPTIONS", option.to_owned()));
            }
            option if option.starts_with("GODEBUG=") => {
                model.env.push(("GODEBUG", option.trim_start_matches("GODEBUG=").to_owned()));
            }
            _ => {}
        }
    }
    model.library = match client {
        "php8.4:curl" => Some(("curl", "8.14.1")),
        c if c.starts_with("php8.2:curl") || c.starts_with("git2.47.3 http") => Some(("curl", "7.88.1")),
        "aria2-1.36" => Some(("c-ares", "1.18.1")),
        _ => None,
    };
    Some(model)
}

fn main_interface(global_v4: bool, v6: Option<&str>) -> Interface {
    let address = |text: &str, prefix_len: u8, scope: u8| InterfaceAddress {
        address: text.parse().unwrap(),
        peer: None,
        prefix_len,
        flags: 0,
        scope,
    };
    let v4 = global_v4.then(|| address("10.77.0.5", 24, 0));
    let v6 = v6.map(|text| address(text, 64, if text.starts_with("fe80") { 253 } else { 0 }));
    Interface {
        index: 2,
        name: "eth0".into(),
        link_type: 1,
        flags: 0x1,
        mtu: 1500,
        addresses: v4.into_iter().chain(v6).collect(),
    }
}

fn machine(model: &Model, [profile, hosts, bind, dns, gai]: [&str; 5]) -> Machine {
    let (libc, version) = model.libc;
    let mut s = Snapshot::new(Os {
        libc: Some(Libc { name: libc.into(), version: version.into() }),
        hostname: "box".into(),
        ..Os::unknown(OsFamily::Linux)
    });
    let lines = match hosts {
        "a" => "127.0.0.1 localhost\n",
        "b" => "127.0.0.1 localhost\n::1 localhost\n",
        "c" => "::1 localhost\n127.0.0.1 localhost\n",
        "d" => "::1 localhost\n",
        "lo2" => "127.0.0.2 localhost\n",
        "e" => "",
        other => panic!("hosts {other}"),
    };
    let file = |path: &str, text: &str| RawFile::text(path, text.as_bytes());
    s.files = vec![
        file("/etc/hosts", lines),
        file("/etc/nsswitch.conf", "hosts: files dns\n"),
        file("/etc/resolv.conf", "nameserver 127.0.0.1\n"),
        file("/etc/host.conf", "multi on\n"),
        file("/etc/gai.conf", gai),
    ];
    let has_v6 = profile != "no6";
    let lo = |text: &str, prefix_len| InterfaceAddress {
        address: text.parse().unwrap(),
        peer: None,
        prefix_len,
        flags: 0,
        scope: 254,
    };
    s.interfaces.push(Interface {
        index: 1,
        name: "lo".into(),
        link_type: 772,
        flags: 0x9,
        mtu: 65536,
        addresses: std::iter::once(lo("127.0.0.1", 8)).chain(has_v6.then(|| lo("::1", 128))).collect(),
    });
    s.interfaces.extend(match profile {
        "dual" => Some(main_interface(true, Some("2001:db8:77::5"))),
        "ll6" => Some(main_interface(true, Some("fe80::5"))),
        "v4only" | "no6" => Some(main_interface(true, None)),
        "v6only" => Some(main_interface(false, Some("2001:db8:77::5"))),
        "offline" => None,
        other => panic!("profile {other}"),
    });
    for (to, from) in [("127.0.0.1", "127.0.0.1"), ("127.0.0.2", "127.0.0.1"), ("::1", "::1")] {
        let outcome = if to == "::1" && !has_v6 {
            SourceOutcome::Errno("EADDRNOTAVAIL".into())
        } else {
            SourceOutcome::Source(from.parse().unwrap())
        };
        let address: IpAddr = to.parse().unwrap();
        s.source_addresses.push(SourceAddress { destination: address.into(), outcome });
    }
    let binds: &[&str] = match bind {
        "v4" | "hang6_v4" => &["127.0.0.1"],
        "v6" | "hang4_v6" => &["::1"],
        "any4" => &["0.0.0.0"],
        "dual" => &["::"],
        "both" => &["127.0.0.1", "::1"],
        "none" => &[],
        other => panic!("bind {other}"),
    };
    s.sockets = binds
        .iter()
        .map(|b| Socket {
            protocol: Protocol::Tcp,
            address: b.parse().unwrap(),
            port: PORT,
            interface_index: 0,
            v6only: b.contains(':').then_some(*b != "::"),
            uid: 0,
            inode: 0,
            process: None,
            cgroup: None,
            queue: None,
        })
        .collect();
    s.env = model.env.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    if let Some((id, version)) = model.library {
        s.programs.push(whyhost_core::snapshot::Program {
            id: id.into(),
            path: String::new(),
            version: version.into(),
        });
    }
    let answers = |name: &str, kind: &str| whyhost_core::snapshot::Observation {
        server: "127.0.0.1:53".into(),
        name: name.into(),
        kind: kind.into(),
        rcode: if dns == "loop" { "NOERROR" } else { "NXDOMAIN" }.into(),
        records: match (dns, kind) {
            ("loop", "A") => vec!["127.0.0.1".into()],
            ("loop", _) => vec!["::1".into()],
            _ => Vec::new(),
        },
        flags: Vec::new(),
        ttl: Some(60),
        elapsed_ms: 0,
        transport: "udp".into(),
        extended_errors: Vec::new(),
    };
    for name in ["localhost", "app.localhost"] {
        s.live.dns.extend(["A", "AAAA"].map(|kind| answers(name, kind)));
    }
    Machine::new(s)
}

/// What the model says: every address tried with its time, and whether it connects.
struct Predicted {
    tried: Vec<(String, u32)>,
    connects: bool,
    strategy: Strategy,
}

fn predict(model: &Model, machine: &Machine, name: &str, bind: &str) -> Predicted {
    let chosen = program::choose(machine, &model.id).unwrap_or_else(|| panic!("no program {}", model.id));
    let query = Query { port: Some(PORT), family: model.family, ..Query::any(name) };
    let answer = program::answer(machine, &chosen, &query);
    let (behaviour, _) = chosen.behaviour(machine);
    let attempts: Vec<Attempt> = answer
        .addresses
        .iter()
        .map(|r| {
            let silent = match bind {
                "hang6_v4" => r.address.address.is_ipv6(),
                "hang4_v6" => r.address.address.is_ipv4(),
                _ => false,
            };
            match reach::attempt(machine, r.address, PORT) {
                a if silent && a.outcome != AttemptOutcome::Unreachable => {
                    Attempt { outcome: AttemptOutcome::Timeout, listener: None, ..a }
                }
                a => a,
            }
        })
        .collect();
    let all: Vec<Attempt> = attempts.clone();
    let tried = program::plan(behaviour.strategy, attempts);
    let in_time = |t: &&Attempt| t.after_ms < STOPPED;
    let connects = tried.iter().filter(in_time).any(|t| t.outcome == AttemptOutcome::Connects);
    let seen: Vec<(String, u32)> = match behaviour.strategy {
        // Four requests were made, which take turns.
        Strategy::Peers(_) => all.iter().map(|a| (a, 0)).map(seen).collect::<Vec<_>>().concat(),
        _ => tried.iter().filter(in_time).map(|t| (t, t.after_ms)).map(seen).collect::<Vec<_>>().concat(),
    };
    Predicted { tried: distinct(seen), connects, strategy: behaviour.strategy }
}

/// No packet leaves for an address without a route or a source.
fn seen((attempt, after): (&Attempt, u32)) -> Vec<(String, u32)> {
    match attempt.outcome {
        AttemptOutcome::Unreachable => Vec::new(),
        _ => vec![(attempt.address.to_string(), after)],
    }
}

fn distinct(all: Vec<(String, u32)>) -> Vec<(String, u32)> {
    let mut out: Vec<(String, u32)> = Vec::new();
    for (address, at) in all {
        if out.iter().all(|(known, _)| *known != address) {
            out.push((address, at));
        }
    }
    out
}

fn recorded(tries: &str) -> Vec<(String, u32)> {
    distinct(
        tries
            .split_whitespace()
            .map(|t| {
                let (address, rest) = t.split_once('@').unwrap();
                (address.to_owned(), rest.split_once('=').unwrap().0.parse().unwrap())
            })
            .collect(),
    )
}

/// A client in the runs was stopped after so many milliseconds; what would begin later was not seen.
const STOPPED: u32 = 9000;

/// A reason holds for a case.
type Holds = fn(&Case<'_>) -> bool;

/// Why a recording differs from the model.
const REASONS: &[(&str, Holds)] = &[
    (
        "the server accepts but does not speak the protocol, and the client goes on after the failed handshake",
        |c| {
            ["python3.11:grpc", "rust:tokio_postgres"].contains(&c.client)
                && c.ok == c.got.connects
                && c.expected.starts_with(&c.got.tried)
        },
    ),
    ("attempts at the same time: the first is answered before the second is sent", |c| {
        c.got.strategy == Strategy::Parallel
            && c.ok == c.got.connects
            && c.got.tried.starts_with(&c.expected)
            && c.ok
    }),
    ("net.Dialer with FallbackDelay < 0, an option of the program", |c| {
        c.client.ends_with("FallbackDelay<0") && c.got.tried.starts_with(&c.expected)
    }),
    ("a bound of 3 s for connecting, set in the configuration of the proxy", |c| {
        let proxies = [
            "apache2.4 ProxyPass",
            "nginx1.22 proxy_pass http://localhost",
            "nginx1.22 upstream{server localhost}",
        ];
        proxies.contains(&c.client) && c.ok && c.expected.starts_with(&c.got.tried)
    }),
    ("a preference of the Firefox profile", |c| {
        c.client.contains("HE+preferIPv6") || c.client.contains("disableIPv6=true")
    }),
];

struct Case<'a> {
    client: &'a str,
    ok: bool,
    got: Named<'a>,
    expected: Vec<&'a str>,
}

struct Named<'a> {
    tried: Vec<&'a str>,
    connects: bool,
    strategy: Strategy,
}

#[test]
fn every_recorded_connection() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut wrong, mut unmapped, mut late) = (Vec::new(), Vec::new(), Vec::new());
    for line in CLIENTS.lines() {
        let line: Line = serde_json::from_str(line).unwrap();
        let Some(model) = model(&line.client) else {
            unmapped.push(line.client);
            continue;
        };
        for (profile, hosts, bind, name, dns, ok, tries, gai) in &line.rows {
            let machine = machine(&model, [profile, hosts, bind, dns, gai]);
            if program::choose(&machine, &model.id).is_none() {
                unmapped.push(format!("{} ({})", line.client, model.id));
                break;
            }
            let got = predict(&model, &machine, name, bind);
            let expected = recorded(tries);
            let case = Case {
                client: &line.client,
                ok: *ok,
                got: Named {
                    tried: got.tried.iter().map(|t| t.0.as_str()).collect(),
                    connects: got.connects,
                    strategy: got.strategy,
                },
                expected: expected.iter().map(|t| t.0.as_str()).collect(),
            };
            let place = format!(
                "{} [{}] {profile} hosts {hosts} server {bind} {name} dns {dns} gai {gai:?}",
                line.client, model.id
            );
            if case.got.tried == case.expected && case.got.connects == *ok {
                *counts.entry("equal").or_default() += 1;
                late.extend(delay(&got.tried, &expected).map(|what| format!("{place}: {what}")));
            } else if let Some((reason, _)) = REASONS.iter().find(|(_, holds)| holds(&case)) {
                *counts.entry(reason).or_default() += 1;
            } else {
                wrong.push(format!(
                    "{place}: recorded {expected:?} ok {ok}, predicted {:?} connects {} {:?}",
                    got.tried, got.connects, got.strategy
                ));
            }
        }
    }
    for (reason, _) in REASONS {
        let row = format!("| {reason} | {} |", counts.get(reason).copied().unwrap_or(0));
        assert!(RESOLVERS_PAGE.contains(&row), "docs/resolvers.md has no row {row}");
    }
    println!("{counts:#?}");
    let explained: usize = REASONS.iter().filter_map(|(reason, _)| counts.get(reason)).sum();
    assert!(unmapped.is_empty(), "without a model: {unmapped:?}");
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!((counts["equal"], explained), (5331, 29));
    assert!(late.is_empty(), "{} delays:\n{}", late.len(), late.join("\n"));
}

/// The delay before a second address that comes later than at once, where the recording has another.
fn delay(got: &[(String, u32)], expected: &[(String, u32)]) -> Option<String> {
    // The machine of the recordings was shared: timers came late, never early.
    const EARLY: u32 = 5;
    const LATE: u32 = 200;
    got.iter().zip(expected).find_map(|((address, ours), (_, theirs))| {
        let wrong = *ours > 0 && (theirs + EARLY < *ours || *theirs > ours + LATE);
        wrong.then(|| format!("{address} after {theirs} ms, predicted {ours} ms"))
    })
}
