//! Redaction: nothing private is left, everything keeps its length and its class, and localhost is answered the same.

use hosts_edit::{HostsFile, LineKind};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::net::IpAddr;
use whyhost_core::machine::Machine;
use whyhost_core::resolve::{Answer, Query, QueryFlags, answers};
use whyhost_core::snapshot::{
    Family, FileKind, Gap, Interface, InterfaceAddress, Libc, LiveLookup, LiveOutcome, Meta, Observation, Os,
    OsFamily, Process, Program, Protocol, RawFile, Route, Snapshot, Socket, SourceAddress, SourceOutcome,
    redact,
};

fn machine(files: Vec<RawFile>) -> Snapshot {
    let libc = Some(Libc { name: "glibc".into(), version: "2.36".into() });
    let os = Os {
        family: OsFamily::Linux,
        name: "Debian GNU/Linux 12 (bookworm)".into(),
        kernel: "6.1.0-22-amd64".into(),
        libc,
        hostname: "devbox".into(),
    };
    Snapshot { files, ..Snapshot::new(os) }
}

/// The file's bytes after redaction of a machine with this file only.
fn redacted_file(path: &str, bytes: &[u8]) -> Vec<u8> {
    redact(&machine(vec![RawFile::text(path, bytes)])).files[0].bytes().unwrap()
}

fn redacted_text(path: &str, text: &str) -> String {
    String::from_utf8(redacted_file(path, text.as_bytes())).unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// A machine with something private in every field that can hold it.
fn secretive() -> Snapshot {
    let hosts = "# Asked Margarete (ext. 4711) about nas.zugspitze.example.com\n\
        127.0.0.1\tlocalhost margarete-laptop.zugspitze.net margarete-laptop\n\
        10.20.30.40 nas.zugspitze.net nas # the one in Wuppertal\n\
        #10.20.30.41 oldnas.zugspitze.net\n\
        2a01:4f8:c17:b8f::2 mail.zugspitze.net\n\
        fd12:3456:789a:1::5 Printer.Zugspitze.NET fe80::dead:beef%wg-zugspitze\n\
        ::ffff:10.20.30.42 mapped.zugspitze.net\n\
        0xa141e2b hexed.zugspitze.net\n93.184.216.34 www.zugspitze.net\n";
    let resolv = "; by Margarete\nsearch zugspitze.net corp.zugspitze.net\nnameserver 10.20.30.53\n\
        nameserver 2a01:4f8:c17:b8f::53\nsortlist 10.20.30.0/255.255.255.0\noptions ndots:2 rotate\n";
    let mut link = RawFile::text("/home/margarete/hosts", b"10.20.30.40 nas\n");
    link.meta = Meta::Present {
        kind: FileKind::File,
        mode: 0o600,
        owner: 1042,
        size: 16,
        mtime: 1_700_000_123,
        link: Some("/home/margarete/zugspitze/hosts".into()),
        mount: false,
        immutable: false,
        read_only: false,
    };
    let mut snapshot = machine(vec![
        RawFile::text("/etc/hosts", hosts.as_bytes()),
        RawFile::text("/etc/resolv.conf", resolv.as_bytes()),
        RawFile::text("/etc/hostname", b"margarete-laptop\n"),
        RawFile::text("/etc/gai.conf", b"label 2a01:4f8:c17:b8f::/64 9 # zugspitze\nprecedence fc00::/7 3\n"),
        RawFile::text("/etc/host.conf", b"multi on\ntrim .zugspitze.net\n"),
        RawFile::text("/etc/os-release", b"ID=debian\nIMAGE_ID=\"zugspitze\"\n"),
        RawFile::text("/etc/other.conf", b"server=nas.zugspitze.net 10.20.30.40\n"),
        link,
    ]);
    let site = "server {\n  listen 10.20.30.7:8443 ssl;\n  server_name zugspitze.net;\n\
        location /zugspitze { proxy_pass http://margarete:s3cretpw@nas.zugspitze.net:8080/; }\n\
        proxy_set_header X-Key 4711;\n}\n";
    let haproxy = "userlist zugspitze\n  user margarete insecure-password 4711\nbackend zugspitze\n\
        server nas 10.20.30.40:80 check\nlisten stats\n  stats auth margarete:4711\n";
    let wgetrc = "http_password = s3cretpw\nhttps_proxy=http://x:s3cret@nas.zugspitze.net:80\n";
    let resolved = "[Resolve]\nDNS=10.20.30.53#zugspitze.net\nDomains=zugspitze.net\n";
    snapshot.files.extend([
        RawFile::text("/etc/nginx/sites-enabled/zugspitze.net.conf", site.as_bytes()),
        RawFile::text("/etc/haproxy/haproxy.cfg", haproxy.as_bytes()),
        RawFile::text("/etc/wgetrc", wgetrc.as_bytes()),
        RawFile::text("/etc/systemd/resolved.conf.d/zugspitze.conf", resolved.as_bytes()),
        RawFile::text("/opt/zugspitze/aliases", b"nas nas.zugspitze.net\n"),
    ]);
    snapshot.os.hostname = "margarete-laptop".into();
    snapshot.os.kernel = "6.1.0-22-zugspitze".into();
    let address = |text, prefix_len, peer: Option<&str>| InterfaceAddress {
        address: ip(text),
        peer: peer.map(ip),
        prefix_len,
        flags: 0,
        scope: 0,
    };
    let addresses =
        vec![address("10.20.30.7", 24, None), address("2a01:4f8:c17:b8f::7", 64, Some("10.99.98.97"))];
    snapshot.interfaces.push(Interface {
        index: 2,
        name: "wg-zugspitze".into(),
        link_type: 1,
        flags: 1,
        mtu: 1420,
        addresses,
    });
    snapshot.routes.push(Route {
        destination: ip("0.0.0.0"),
        prefix_len: 0,
        gateway: Some(ip("10.20.30.1")),
        interface: "wg-zugspitze".into(),
        metric: 0,
    });
    snapshot.source_addresses.push(SourceAddress {
        destination: ip("93.184.216.34").into(),
        outcome: SourceOutcome::Source(ip("10.20.30.7")),
    });
    let process =
        Process { pid: 77, name: "sshd".into(), user: Some("margarete".into()), ..Process::default() };
    snapshot.sockets.push(Socket {
        protocol: Protocol::Tcp,
        address: ip("10.20.30.7"),
        port: 22,
        interface_index: 2,
        v6only: None,
        uid: 1042,
        inode: 9,
        process: Some(process),
        cgroup: None,
        queue: None,
    });
    snapshot.env = BTreeMap::from(
        [
            ("https_proxy", "http://margarete:s3cretpw@proxy.zugspitze.net:3128/zugspitze"),
            ("NO_PROXY", "localhost,.zugspitze.net, 10.20.30.0/24,[2a01:4f8:c17:b8f::9]:80"),
            ("LOCALDOMAIN", "zugspitze.net"),
            ("HOSTALIASES", "/opt/zugspitze/aliases"),
            ("RES_OPTIONS", "ndots:3 zugspitze"),
            ("NODE_OPTIONS", "--dns-result-order=ipv4first --require=/srv/zugspitze.js"),
            ("JAVA_TOOL_OPTIONS", "-Djava.net.preferIPv4Stack=true -Dcom.zugspitze.key=s3cretpw"),
            ("GODEBUG", "netdns=go+2,zugspitze=1"),
            ("ALL_PROXY", "socks5h://margarete:s3cretpw@10.20.30.40:1080"),
            ("RSYNC_PROXY", "margarete:s3cretpw@nas.zugspitze.net:3128"),
            ("npm_config_https_proxy", "https://margarete@nas.zugspitze.net:3128"),
            ("npm_config_noproxy", "localhost,nas.zugspitze.net"),
            ("GLOBAL_AGENT_HTTP_PROXY", "http://nas.zugspitze.net:3128"),
            ("no_grpc_proxy", "nas.zugspitze.net"),
            ("_JAVA_OPTIONS", "-Dhttp.proxyHost=nas.zugspitze.net -Dhttp.proxyPassword=4711"),
            ("JDK_JAVA_OPTIONS", "@/home/margarete/options"),
            ("JAVA_HOME", "/opt/zugspitze/jdk"),
            ("CURL_HOME", "/home/margarete"),
            ("WGETRC", "/srv/zugspitze/wgetrc"),
            ("PGHOST", "/run/zugspitze,nas.zugspitze.net"),
            ("MYSQL_HOST", "nas.zugspitze.net"),
            ("REQUEST_METHOD", "ZUGSPITZE zugspitze"),
            ("NODE_USE_ENV_PROXY", "zugspitze"),
            ("GRPC_DNS_RESOLVER", "zugspitze"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    snapshot.programs.push(Program {
        id: "curl".into(),
        path: r"C:\users\margarete\zugspitze\curl.exe".into(),
        version: "8.1".into(),
    });
    snapshot.programs.push(Program {
        id: "node".into(),
        path: "/home/margarete/.nvm/node".into(),
        version: "20.1".into(),
    });
    snapshot.live.lookups.push(LiveLookup {
        name: "nas.zugspitze.net".into(),
        family: Family::Any,
        flags: Vec::new(),
        outcome: LiveOutcome::Found(vec![ip("10.20.30.40").into()]),
        elapsed_ms: 1,
    });
    snapshot.live.dns.push(Observation {
        server: "10.20.30.53:53".into(),
        name: "nas.zugspitze.net".into(),
        kind: "A".into(),
        rcode: "NOERROR".into(),
        records: vec!["CNAME box.zugspitze.net".into(), "10.20.30.40".into()],
        flags: Vec::new(),
        ttl: None,
        elapsed_ms: 3,
        transport: "udp".into(),
        extended_errors: vec!["15 Blocked: by the list of nas.zugspitze.net".into()],
    });
    snapshot.gaps.push(Gap {
        what: "process of tcp 10.20.30.7:22, /home/margarete/x".into(),
        why: "nas.zugspitze.net (margarete) did not answer".into(),
    });
    snapshot
}

const SECRETS: [&str; 20] = [
    "argarete",
    "ugspitze",
    "nas.",
    "\"nas",
    " nas",
    "rinter",
    "uppertal",
    "4711",
    "10.20.30",
    "10.99.98",
    "2a01:",
    "b8f",
    "fd12",
    "789a",
    "beef",
    "a141e2b",
    "93.184",
    "s3cret",
    "1042",
    "1700000123",
];

#[test]
fn nothing_planted_is_left() {
    let snapshot = secretive();
    let before = snapshot.to_json();
    let after = redact(&snapshot).to_json();
    for secret in SECRETS {
        assert!(before.contains(secret), "{secret} is not planted");
        assert!(!after.contains(secret), "{secret} is left in\n{after}");
    }
    assert_eq!(
        after.len(),
        before.len() - "1700000123".len() + 1,
        "mtime aside, every text keeps its length"
    );
}

#[test]
fn masking_twice_changes_nothing() {
    let once = redact(&secretive());
    assert_eq!(redact(&once), once);
}

#[test]
fn the_same_original_has_the_same_mask_everywhere() {
    let redacted = redact(&secretive());
    let text = |path| String::from_utf8(redacted.file(path).unwrap().bytes().unwrap()).unwrap();
    let own_name = &redacted.os.hostname;
    assert!(text("/etc/hosts").contains(&format!(" {own_name}\n")));
    assert_eq!(text("/etc/hostname"), format!("{own_name}\n"));
    let LiveOutcome::Found(live) = &redacted.live.lookups[0].outcome else { panic!("found") };
    assert!(text("/etc/hosts").contains(&format!("{} {}", live[0], redacted.live.lookups[0].name)));
    assert_eq!(redacted.live.dns[0].records[1], live[0].to_string());
    // Search domain and prefix still fit.
    let domain = &redacted.env["LOCALDOMAIN"];
    assert!(redacted.live.lookups[0].name.ends_with(domain.as_str()));
    let prefix = |address: IpAddr| address.to_string().rsplit_once('.').unwrap().0.to_owned();
    let gateway = redacted.routes[0].gateway.unwrap();
    assert_eq!(prefix(redacted.interfaces[0].addresses[0].address), prefix(gateway));
    assert!(text("/etc/hosts").contains(&format!("%{}", redacted.interfaces[0].name)));
}

#[test]
fn what_a_diagnosis_needs_stays() {
    let hosts = "\u{feff}127.0.0.1 localhost\r\n::1\tLocalHost ip6-localhost  # x\n0.0.0.0 0.0.0.0 app.localhost\n\
        fe80::1%lo0 localhost\n255.255.255.255 broadcasthost\n127.0.0.1\u{a0}localhost\n\
        # Added by Docker Desktop\n192.168.1.5 host.docker.internal\n# End of section\n";
    let kept = redacted_text("/etc/hosts", hosts);
    let changed: Vec<_> = hosts.lines().zip(kept.lines()).filter(|(before, after)| before != after).collect();
    let [(before, after)] = changed[..] else { panic!("{changed:?}") };
    assert_eq!(before, "192.168.1.5 host.docker.internal");
    assert!(after.starts_with("192.168.") && after.ends_with(" host.docker.internal"));
}

#[test]
fn variables_keep_what_decides_the_way() {
    let mut snapshot = machine(vec![]);
    let kept = [
        ("http_proxy", "http://localhost:3128/"),
        ("NO_PROXY", "localhost,127.0.0.0/8,::1,.local,*.test"),
        ("no_grpc_proxy", "localhost"),
        ("npm_config_noproxy", "localhost,127.0.0.1"),
        ("NODE_USE_ENV_PROXY", "1"),
        ("NODE_OPTIONS", "--use-env-proxy --dns-result-order=verbatim"),
        ("_JAVA_OPTIONS", "-Djava.net.preferIPv6Addresses=system -Dhttp.proxyPort=3128"),
        ("JDK_JAVA_OPTIONS", "-Djava.net.preferIPv4Stack=true"),
        ("RUBY_TCP_NO_FAST_FALLBACK", "1"),
        ("GRPC_DNS_RESOLVER", "native"),
        ("REQUEST_METHOD", "GET"),
        ("PGHOST", "localhost,127.0.0.1"),
        ("MYSQL_HOST", "localhost"),
        ("RES_OPTIONS", "ndots:2"),
    ];
    snapshot.env = kept.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    assert_eq!(redact(&snapshot).env, snapshot.env);
}

#[test]
fn the_host_of_a_proxy_is_masked_and_its_scheme_and_port_stay() {
    let mut snapshot = machine(vec![]);
    snapshot.env.insert("https_proxy".into(), "http://ann:p4ss@proxy.corp.net:3128/x?y=1".into());
    let masked = &redact(&snapshot).env["https_proxy"];
    assert!(masked.starts_with("http://xxx:x0xx@") && masked.contains(":3128/x?x=0"), "{masked}");
    assert!(!masked.contains("proxy") && !masked.contains("corp") && masked.len() == 41, "{masked}");
}

#[test]
fn the_file_of_host_aliases_has_one_mask_as_value_and_as_path() {
    let redacted = redact(&secretive());
    let path = &redacted.env["HOSTALIASES"];
    assert!(path.starts_with("/opt/") && redacted.file(path).is_some(), "{path}");
}

#[test]
fn server_configuration_keeps_where_it_listens_and_goes() {
    let nginx = "http {\n  upstream app { server localhost:3000; server [::1]:3000 backup; }\n  server {\n\
        listen [::]:80 default_server ipv6only=on;\n    listen 443 ssl;\n    server_name localhost;\n\
        location / { proxy_pass http://localhost:3000/; }\n    resolver 127.0.0.53 ipv6=off;\n  }\n}\n";
    let expected = nginx.replace("upstream app", "upstream nnn");
    assert_eq!(redacted_text("/etc/nginx/nginx.conf", nginx), expected);
    let included = "include /etc/nginx/sites-enabled/*;\ninclude conf.d/*.conf;\nset $app localhost:3000;\n";
    assert_eq!(redacted_text("/etc/nginx/nginx.conf", included), included.replace("$app", "$nnn"));
    for private in ["include /srv/zugspitze/site;\n", "include conf.d/zugspitze/x;\n", "set $key 4711;\n"] {
        let masked = redacted_text("/etc/nginx/nginx.conf", private);
        assert!(!masked.contains("zugspitze") && !masked.contains("4711"), "{masked}");
    }
    let haproxy = "frontend web\n  bind :80 v4v6\n  default_backend app\nbackend app\n  server a localhost:3000 check\n";
    let kept = redacted_text("/etc/haproxy/haproxy.cfg", haproxy);
    for line in ["  bind :80 v4v6", " localhost:3000 check"] {
        assert!(kept.contains(line), "{kept}");
    }
    let apache =
        "Listen 8080\n<VirtualHost *:8080>\n  ProxyPass \"/\" \"http://localhost:3000/\"\n</VirtualHost>\n";
    assert_eq!(redacted_text("/etc/apache2/sites-enabled/000-default.conf", apache), apache);
}

#[test]
fn settings_keep_what_decides_the_answer() {
    let wgetrc = "prefer-family = IPv4\ninet4_only=on\nuse_proxy = off\n";
    assert_eq!(redacted_text("/etc/wgetrc", wgetrc), wgetrc);
    let resolved = "[Resolve]\nDNS=127.0.0.1 ::1\nDomains=~.\nReadEtcHosts=no\nMulticastDNS=resolve\nDNSSEC=allow-downgrade\n";
    for path in ["/etc/systemd/resolved.conf", "/run/systemd/resolved.conf.d/10-vpn.conf"] {
        assert_eq!(redacted_text(path, resolved), resolved, "{path}");
    }
    assert_eq!(redacted_text("/etc/mdns.allow", ".local.\n.local\n*\n"), ".local.\n.local\n*\n");
}

#[test]
fn configuration_keeps_its_keywords() {
    let nsswitch = "hosts: files mdns4_minimal [NOTFOUND=return] dns myhostname # secret\n";
    let expected = nsswitch.replace("secret", "xxxxxx");
    assert_eq!(redacted_text("/etc/nsswitch.conf", nsswitch), expected);
    let gai = "label ::1/128 0\nprecedence ::ffff:0:0/96  100\nlabel fc00::/7 6\nlabel 2002::/16 2\nlabel 2001::/32 7\n\
        scopev4 ::ffff:169.254.0.0/112 2\nscopev4 ::ffff:10.0.0.0/104 14\nreload yes\nprecedence ::/0 40\n";
    assert_eq!(redacted_text("/etc/gai.conf", gai), gai);
    let resolv = "nameserver 127.0.0.53\noptions edns0 trust-ad ndots:5\nsearch .\n";
    assert_eq!(redacted_text("/etc/resolv.conf", resolv), resolv);
    assert_eq!(redacted_text("/proc/sys/net/ipv6/bindv6only", "0\n"), "0\n");
}

#[test]
fn an_address_keeps_its_class() {
    let class = |text: &str| {
        redacted_text("/etc/hosts", &format!("{text} x\n")).split(' ').next().unwrap().to_owned()
    };
    assert!(class("192.168.1.5").starts_with("192.168.") && class("172.20.3.4").starts_with("172.20."));
    assert!(class("169.254.7.7").starts_with("169.254.") && class("100.99.1.2").starts_with("100.99."));
    assert!(class("fe80::1234").starts_with("fe80::") && class("fd12::7").starts_with("fd"));
    for kept in ["203.0.113.7", "2001:db8::7", "127.4.5.6", "127.1", "224.0.0.251", "ff02::fb", "0x7f000001"]
    {
        assert_eq!(class(kept), kept);
    }
    // What is no address stays none, and what only some programs read stays so.
    assert_eq!(class("192.168.1.300").rsplit('.').next(), Some("999"));
    assert_eq!(class("4294967296"), "9999999999");
    assert!(class("192.168.001.010").starts_with("192.168.00"));
}

#[test]
fn a_pseudonym_keeps_its_shape() {
    let masked = redacted_text("/etc/hosts", "127.0.0.1 Web-01.Corp.example web-01 _srv. büro\n");
    let shape = |text: &str| {
        text.chars()
            .map(|c| {
                if c.is_ascii_digit() {
                    '0'
                } else if c.is_ascii_uppercase() {
                    'A'
                } else if c.is_ascii_lowercase() {
                    'a'
                } else {
                    c
                }
            })
            .collect::<String>()
    };
    let words: Vec<&str> = masked.split_whitespace().collect();
    assert_eq!(shape(words[1]), "Aaa-00.Aaaa.aaaaaaa");
    assert!(words[1].ends_with(".example"), "a last label with a meaning stays");
    assert_eq!(words[1].to_lowercase().split('.').next(), Some(words[2]));
    assert_eq!(words[4].len(), "büro".len());
}

fn queries(name: &str) -> Vec<Query> {
    let flags = [QueryFlags::default(), QueryFlags { addrconfig: true, ..QueryFlags::default() }];
    let families = [Family::Any, Family::V4, Family::V6];
    let query = |family| flags.map(|flags| Query { family, flags, ..Query::any(name) });
    families.into_iter().flat_map(query).collect()
}

/// What the answers for `localhost` are, but for the traces, which quote the files.
fn localhost(snapshot: &Snapshot) -> Vec<Vec<Answer>> {
    let machine = Machine::new(snapshot.clone());
    let without_trace = |answer: Answer| Answer { trace: Vec::new(), ..answer };
    let all = queries("localhost").into_iter();
    all.map(|query| answers(&machine, &query).into_iter().map(without_trace).collect()).collect()
}

fn with_loopback(mut snapshot: Snapshot) -> Snapshot {
    for (text, prefix_len) in [("127.0.0.1", 8), ("::1", 128)] {
        let address = InterfaceAddress { address: ip(text), peer: None, prefix_len, flags: 128, scope: 254 };
        snapshot.interfaces.push(Interface {
            index: 1,
            name: "lo".into(),
            link_type: 772,
            flags: 0x49,
            mtu: 65536,
            addresses: vec![address],
        });
        let outcome = SourceOutcome::Source(ip(text));
        snapshot.source_addresses.push(SourceAddress { destination: ip(text).into(), outcome });
    }
    snapshot
}

#[test]
fn localhost_is_answered_the_same() {
    let hosts = [
        "127.0.0.1 localhost\n::1 localhost ip6-localhost\n10.1.2.3 nas.corp\n",
        "# 127.0.0.1 localhost\n::1 localhost\n127.0.1.1 devbox\n",
        "10.1.2.3 devbox\n",
        "127.0.0.1 localhost.localdomain devbox localhost\n::ffff:127.0.0.1 localhost\n",
    ];
    let gai =
        ["", "precedence ::ffff:0:0/96 100\n", "label fc00::/7 6 # corp\nprecedence 2400:1111::/32 9\n"];
    for hosts in hosts {
        for gai in gai {
            let files = vec![
                RawFile::text("/etc/hosts", hosts.as_bytes()),
                RawFile::text("/etc/nsswitch.conf", b"hosts: files myhostname\n"),
                RawFile::text("/etc/gai.conf", gai.as_bytes()),
            ];
            let snapshot = with_loopback(machine(files));
            assert_eq!(localhost(&redact(&snapshot)), localhost(&snapshot), "{hosts}{gai}");
        }
    }
}

#[test]
fn a_foreign_address_of_localhost_is_masked_and_placed_the_same() {
    let hosts = "10.1.2.3 localhost\n127.0.0.1 localhost\n";
    let files = vec![RawFile::text("/etc/hosts", hosts.as_bytes())];
    let mut snapshot = with_loopback(machine(files));
    let outcome = SourceOutcome::Errno("ENETUNREACH".into());
    snapshot.source_addresses.push(SourceAddress { destination: ip("10.1.2.3").into(), outcome });
    let redacted = redact(&snapshot);
    for (before, after) in
        localhost(&snapshot).into_iter().flatten().zip(localhost(&redacted).into_iter().flatten())
    {
        assert_eq!(before.status, after.status);
        let places = |answer: &Answer| {
            answer.addresses.iter().map(|a| (a.from.clone(), a.placed_by.clone())).collect::<Vec<_>>()
        };
        assert_eq!(places(&before), places(&after));
    }
}

fn kinds(bytes: &[u8]) -> Vec<LineKind> {
    HostsFile::parse(bytes).0.lines().map(|line| line.kind()).collect()
}

/// Real files, read in place; the variable names their folder.
#[test]
#[allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "the corpus is read in place; a skipped test says so"
)]
fn the_corpus_keeps_its_layout() {
    let Some(folder) = std::env::var_os("WHYHOST_CORPUS") else {
        return eprintln!("SKIP: WHYHOST_CORPUS does not name a folder of hosts files");
    };
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let masked = redacted_file("/etc/hosts", &bytes);
        assert_eq!(masked.len(), bytes.len(), "{}", path.display());
        assert_eq!(kinds(&masked), kinds(&bytes), "{}", path.display());
        assert!(redacted_file("/etc/hosts", &masked) == masked, "{}", path.display());
        files += 1;
    }
    assert!(files > 0, "an empty corpus proves nothing");
}

/// What makes the layout of a file: everything that is no letter and no digit.
fn layout(bytes: &[u8]) -> Vec<Option<u8>> {
    bytes.iter().map(|b| (!b.is_ascii_alphanumeric() && b.is_ascii()).then_some(*b)).collect()
}

fn hosts_word() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("127.0.0.1".to_owned()),
        Just("::1".to_owned()),
        Just("localhost".to_owned()),
        any::<[u8; 4]>().prop_map(|o| IpAddr::from(o).to_string()),
        any::<[u16; 8]>().prop_map(|g| IpAddr::from(g).to_string()),
        (any::<u16>(), any::<u16>()).prop_map(|(a, b)| format!("fe80::{a:x}:{b:04X}%eth{}", a % 9)),
        any::<[u8; 4]>().prop_map(|o| format!("::ffff:{}", IpAddr::from(o))),
        "[0-9]{1,4}(\\.[0-9]{1,4}){0,4}",
        "(0x)?[0-9a-fA-F:]{1,12}",
        "[a-zA-Z0-9_.-]{1,14}",
        "\\PC{1,6}",
    ]
}

fn hosts_bytes() -> impl Strategy<Value = Vec<u8>> {
    let separator = prop_oneof![Just(" "), Just("\t"), Just(" #"), Just("#"), Just("  "), Just("\u{a0}")];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("\0\n"), Just("")];
    let line = (prop::collection::vec((separator, hosts_word()), 0..6), end);
    let text = prop::collection::vec(line, 0..8)
        .prop_map(|lines| {
            let words =
                |words: Vec<(&str, String)>| words.into_iter().map(|(s, w)| w + s).collect::<String>();
            lines.into_iter().map(|(line, end)| words(line) + end).collect::<String>()
        })
        .boxed();
    let utf16 = |order: fn(u16) -> [u8; 2]| {
        move |text: String| text.encode_utf16().flat_map(order).collect::<Vec<u8>>()
    };
    let with = |bom: &'static [u8]| move |bytes: Vec<u8>| [bom, &bytes[..]].concat();
    prop_oneof![
        4 => text.clone().prop_map(String::into_bytes),
        1 => text.clone().prop_map(utf16(u16::to_le_bytes)).prop_map(with(b"\xff\xfe")),
        1 => text.clone().prop_map(utf16(u16::to_be_bytes)).prop_map(with(b"\xfe\xff")),
        1 => (text, prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(t, b)| [t.into_bytes(), b].concat()),
    ]
}

/// The beginnings of classes whose other octets are masked.
fn heads() -> impl Strategy<Value = &'static [u8]> {
    prop_oneof![
        Just(&[10][..]),
        Just(&[172, 20][..]),
        Just(&[192, 168][..]),
        Just(&[8][..]),
        Just(&[93][..]),
        Just(&[151][..])
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_hosts_file_keeps_its_layout(bytes in hosts_bytes()) {
        let masked = redacted_file("/etc/hosts", &bytes);
        prop_assert_eq!(masked.len(), bytes.len());
        prop_assert_eq!(kinds(&masked), kinds(&bytes), "{:?}\n{:?}", String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&masked));
        prop_assert_eq!(std::str::from_utf8(&masked).is_ok(), std::str::from_utf8(&bytes).is_ok());
        if !bytes.starts_with(b"\xff\xfe") && !bytes.starts_with(b"\xfe\xff") && bytes.is_ascii() {
            prop_assert_eq!(layout(&masked), layout(&bytes));
        }
        prop_assert_eq!(redacted_file("/etc/hosts", &masked), masked);
    }

    #[test]
    fn any_file_of_any_kind_keeps_its_length(bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0_usize..10) {
        let paths = ["/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/host.conf", "/etc/os-release", "/etc/hostname", "/x", "/etc/wgetrc", "/etc/systemd/resolved.conf", "/etc/nginx/nginx.conf"];
        let masked = redacted_file(paths[at], &bytes);
        prop_assert_eq!(masked.len(), bytes.len());
        prop_assert_eq!(redacted_file(paths[at], &masked), masked);
    }

    #[test]
    fn prefixes_are_shared_as_before(head in heads(), a in any::<[u8; 4]>(), b in any::<[u8; 4]>(), shared in 0_usize..4) {
        let (mut a, mut b) = (a, b);
        a[..head.len()].copy_from_slice(head);
        b[..head.len()].copy_from_slice(head);
        b[..shared].copy_from_slice(&a[..shared]);
        let text = format!("{} x\n{} y\n", IpAddr::from(a), IpAddr::from(b));
        let masked = redacted_text("/etc/hosts", &text);
        let octets = |line: &str| line.split(' ').next().unwrap().split('.').map(str::to_owned).collect::<Vec<_>>();
        let mut lines = masked.lines().map(octets);
        let (first, second) = (lines.next().unwrap(), lines.next().unwrap());
        let common = |x: &[String], y: &[String]| x.iter().zip(y).take_while(|(x, y)| x == y).count();
        let before = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
        prop_assert_eq!(common(&first, &second), before, "{}", masked);
    }
}
