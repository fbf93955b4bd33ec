//! What is said of each consumer (testdata/oracle/runtimes/consumers.json) against its model: the order for localhost,
//! whether localhost is looked up, names below it, `AI_ADDRCONFIG`, and how it goes on after a refusal and after silence.
//!
//! Not compared: how long a hosts file is remembered, and the words of errors, of which the models say nothing.

use super::{Model, Predicted, machine, predict};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use whyhost_core::program;
use whyhost_core::resolve::Query;
use whyhost_core::snapshot::Family;

const CONSUMERS: &str = include_str!("../../../../testdata/oracle/runtimes/consumers.json");

/// One consumer. `deny_unknown_fields` is left out: the fields that are not compared are not named here.
#[derive(Deserialize)]
struct Consumer {
    id: String,
    resolver: String,
    order: String,
    strategy: String,
    delay_ms: Option<u32>,
    localhost: String,
    dot_localhost: serde_json::Value,
    addrconfig: bool,
}

/// Consumers → models with the versions that were run.
const MODELS: &[(&str, &[&str])] = &[
    ("node<=16", &["node-16.20.2"]),
    ("node17-19", &["node-17.9.1", "node-18.20.8"]),
    ("node20-25", &["node-20.0.0", "node-20.20.2", "node-22.23.3", "node-24.21.0"]),
    ("node26", &["node-26.10.0"]),
    ("deno:fetch", &["deno"]),
    ("deno:Deno.connect", &["deno-connect"]),
    ("deno:node:http", &["deno-node"]),
    ("bun:fetch,Bun.connect", &["bun"]),
    ("bun:node:net,node:http", &["bun-node"]),
    ("python:socket.create_connection,http.client,urllib", &["python-2.7", "python-3.11", "python-3.13"]),
    ("python:socket.socket()+connect", &["python-inet"]),
    ("python:asyncio.open_connection", &["python-asyncio-3.11", "python-asyncio-3.13"]),
    ("python:requests,urllib3,httpx(sync)", &["python-requests", "python"]),
    ("python:httpx(async)/anyio", &["python-anyio"]),
    ("python:aiohttp", &["python-aiohttp"]),
    ("python:tornado", &["python-tornado"]),
    ("python:websockets,asyncpg", &["python-asyncio"]),
    ("python:grpc (C core)", &["grpc"]),
    ("python:pymongo", &["python-pymongo"]),
    ("python:mysql-connector (pure)", &["python-mysql-connector"]),
    ("python:pymysql,psycopg2", &["python", "psql"]),
    ("python:redis", &["python-redis"]),
    ("python:redis.asyncio", &["python-redis-asyncio"]),
    ("go:net.Dial,net/http (pure resolver)", &["go-pure-1.19.8", "go-pure-1.27.3"]),
    ("go:net.Dial (cgo resolver)", &["go-1.19.8", "go-1.27.3"]),
    ("rust:std,tokio,smol,ureq", &["rust"]),
    ("rust:hyper-util,reqwest (system resolver)", &["rust-hyper"]),
    ("rust:reqwest 0.12 hickory-dns", &["reqwest-hickory-0.12"]),
    ("rust:reqwest 0.13 hickory-dns", &["reqwest-hickory-0.13"]),
    ("rust:mysql (sync)", &["rust-mysql"]),
    ("rust:mysql_async,tokio-postgres,redis(sync)", &["rust"]),
    ("rust:redis(tokio)", &["rust-redis-tokio"]),
    ("java:Socket,HttpURLConnection,SocketChannel", &["java-17", "java-25"]),
    ("java:java.net.http.HttpClient", &["java-17", "java-25"]),
    ("java:netty Bootstrap.connect (default resolver)", &["java"]),
    ("java:okhttp", &["java-okhttp"]),
    ("java:apache httpclient", &["java-okhttp"]),
    ("java:pgjdbc", &["java"]),
    ("java:mariadb-java-client", &["java"]),
    ("dotnet:HttpClient,TcpClient,Socket(dual mode)", &["dotnet"]),
    ("dotnet:Socket(AddressFamily.InterNetwork)", &["dotnet-inet"]),
    ("mono", &["mono"]),
    ("php:streams,fsockopen,file_get_contents,phpredis", &["php-8.2.36", "php-8.4"]),
    ("php:socket_connect(AF_INET)", &["php-inet"]),
    ("php:mysqli,pdo_mysql", &["php-mysql"]),
    ("php:curl", &["php-curl"]),
    ("ruby<=3.3:TCPSocket,Socket.tcp,Net::HTTP", &["ruby-3.1", "ruby-3.3"]),
    ("ruby>=3.4:TCPSocket,Socket.tcp", &["ruby-3.4"]),
    ("perl:IO::Socket::INET", &["perl-inet"]),
    ("perl:IO::Socket::IP,HTTP::Tiny,LWP", &["perl-5.36", "perl-5.42"]),
    ("lua:luasocket", &["lua"]),
    ("erlang:gen_tcp,httpc", &["erlang"]),
    ("curl 7.78.0-8.2.0", &["curl-7.85.0", "curl-7.88.1", "curl-8.2.0"]),
    ("curl >=8.2.1", &["curl-8.2.1", "curl-8.22.0"]),
    ("git http", &["git"]),
    ("git git://", &["git-daemon"]),
    ("wget", &["wget"]),
    ("wget2 1.99", &["wget2-1.99.1"]),
    ("wget2 2.2", &["wget2-2.2.0"]),
    ("busybox wget", &["busybox"]),
    ("aria2", &["aria2"]),
    (
        "lynx,w3m,bash /dev/tcp,nc.openbsd,ncat,ssh,telnet,openssl s_client,httpie",
        &["lynx", "w3m", "bash", "nc", "ncat", "ssh", "telnet", "openssl", "python"],
    ),
    ("nc.traditional", &["nc-traditional"]),
    ("socat TCP:", &["socat"]),
    ("libpq/psql", &["psql"]),
    ("mariadb/mysql client library", &["mysql", "mysql-tcp"]),
    ("hiredis/redis-cli", &["redis"]),
    ("libmemcached", &["libmemcached"]),
    ("chromium", &["chromium"]),
    ("firefox", &["firefox"]),
    ("webkitgtk/GLib", &["webkit"]),
    ("nginx proxy_pass/upstream by name", &["nginx"]),
    ("nginx proxy_pass with variable", &["nginx-variable"]),
    ("apache mod_proxy", &["apache"]),
    ("haproxy server", &["haproxy"]),
    ("caddy reverse_proxy", &["caddy"]),
    ("lighttpd mod_proxy host", &["lighttpd"]),
    ("varnish backend .host", &["varnish"]),
    ("squid", &["squid"]),
    ("http-proxy (CRA, webpack, Angular, Vite proxies)", &["node-24.21.0"]),
];

/// Consumers that are as another one.
const AS: &[(&str, &str)] = &[
    ("php:curl", "curl-7.88.1"),
    ("git http", "curl-7.88.1"),
    ("caddy reverse_proxy", "go-pure-1.19.8"),
    ("http-proxy (CRA, webpack, Angular, Vite proxies)", "node-24.21.0"),
];

/// Consumers that no model of a client is comparable with, and why.
const NOT_COMPARABLE: &[(&str, &str)] = &[
    ("node:listen(port,host)", "a server: its sockets are compared in oracle_listeners.rs"),
    ("go:net.Listen(tcp,\"localhost:p\")", "a server: its sockets are compared in oracle_listeners.rs"),
    ("go:net.Listen(tcp,\"0.0.0.0:p\")", "a server: its sockets are compared in oracle_listeners.rs"),
    ("go:net.LookupHost", "a look-up without a connection: the models give the order in which Go connects"),
    ("ssh -L x:localhost:p", "the name is looked up on the machine at the other end"),
];

/// What is said and proved wrong: consumer, what, why.
const WRONG: &[(&str, &str, &str)] = &[
    ("php:curl", "looked up", "the list leaves it to curl, and curl knows localhost by itself"),
    ("php:curl", "below localhost", "libcurl 7.88.1 knows names below localhost (since 7.85)"),
    ("git http", "below localhost", "libcurl 7.88.1 knows names below localhost: recorded in clients.jsonl"),
];

const BOTH: [&str; 2] = ["::1", "127.0.0.1"];
const V4_FIRST: [&str; 2] = ["127.0.0.1", "::1"];
const V4_ONLY: [&str; 1] = ["127.0.0.1"];
const V6_ONLY: [&str; 1] = ["::1"];
const PREFERS_V4: &str = "precedence ::ffff:0:0/96 100\n";

#[test]
fn every_consumer_is_as_its_model() {
    let consumers: Vec<Consumer> = serde_json::from_str(CONSUMERS).unwrap();
    let mut claims: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for consumer in &consumers {
        let Some((_, models)) = MODELS.iter().find(|(id, _)| *id == consumer.id) else {
            assert!(NOT_COMPARABLE.iter().any(|(id, _)| *id == consumer.id), "{}: no model", consumer.id);
            continue;
        };
        for id in *models {
            for (what, said, found) in compare(consumer, id) {
                *claims.entry(what).or_default() += 1;
                let known = WRONG.iter().any(|(c, w, _)| *c == consumer.id && *w == what);
                if (said == found) == known {
                    wrong.push(format!("{} [{id}] {what}: said {said}, model {found}", consumer.id));
                }
            }
        }
    }
    println!("{} consumers: {claims:?}", consumers.len());
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    let named: BTreeSet<&str> = MODELS.iter().map(|(id, _)| *id).collect();
    assert_eq!((consumers.len(), named.len(), NOT_COMPARABLE.len(), WRONG.len()), (85, 80, 5, 3));
    let rows: Vec<usize> = ["order", "looked up", "below localhost", "AI_ADDRCONFIG", "refusal", "silence"]
        .into_iter()
        .map(|what| claims.get(what).copied().unwrap_or_default())
        .collect();
    assert!(rows.iter().all(|n| *n > 50), "{claims:?}");
}

/// What was compared: what, what is said, what the model does.
type Claim = (&'static str, String, String);

fn compare(consumer: &Consumer, id: &str) -> Vec<Claim> {
    let mut claims = Vec::new();
    if let Some((_, other)) = AS.iter().find(|(c, _)| *c == consumer.id) {
        for (hosts, name) in [("b", "localhost"), ("lo2", "localhost"), ("e", "localhost")] {
            let found = |id: &str| format!("{:?}", addresses(id, "dual", hosts, "", name));
            claims.push(("order", found(other), found(id)));
            let refused = |id: &str| format!("{:?}", attempts(id, "b", "none").tried);
            claims.push(("refusal", refused(other), refused(id)));
            let silent = |id: &str| format!("{:?}", attempts(id, "b", "hang6_v4").tried);
            claims.push(("silence", silent(other), silent(id)));
        }
    }
    if attempts(id, "b", "none").strategy == program::Strategy::UnixSocket {
        claims.push((
            "order",
            consumer.strategy.split(';').next().unwrap_or("").into(),
            "unix socket".into(),
        ));
        return claims;
    }
    claims.extend(order(consumer, id));
    claims.extend(looked_up(consumer, id));
    claims.extend(going_on(consumer, id));
    claims
}

/// The order on a machine with both addresses, and with a gai.conf that prefers IPv4.
fn order(consumer: &Consumer, id: &str) -> Vec<Claim> {
    let text = consumer.order.as_str();
    let begins = |words: &[&str]| words.iter().any(|w| text.starts_with(w));
    let said: [&[&str]; 2] =
        if begins(&["as returned", "all addresses become peers", "n/a; over TCP as returned"]) {
            [&BOTH, &V4_FIRST]
        } else if begins(&[
            "ipv4-first",
            "127.0.0.1 first",
            "[127.0.0.1,::1]",
            "first IPv4, else first",
            "ipv4 preferred",
        ]) {
            [&V4_FIRST, &V4_FIRST]
        } else if begins(&["ipv6 first", "[::1,127.0.0.1]", "RFC 6724 sort, no gai.conf"]) {
            [&BOTH, &BOTH]
        } else if begins(&["v4 only"]) {
            [&V4_ONLY, &V4_ONLY]
        } else if begins(&["first answer"]) {
            [&BOTH[..1], &V4_FIRST[..1]]
        } else if begins(&["LAST hosts line wins"]) {
            [&V6_ONLY, &V6_ONLY]
        } else {
            return Vec::new();
        };
    let found = |gai| {
        let mut all = addresses(id, "dual", "b", gai, "localhost");
        all.truncate(if begins(&["first answer"]) { 1 } else { all.len() });
        format!("{all:?}")
    };
    vec![
        ("order", format!("{:?}", said[0]), found("")),
        ("order", format!("{:?}", said[1]), found(PREFERS_V4)),
    ]
}

/// Whether the hosts file counts, what is known without it, names below localhost, `AI_ADDRCONFIG`.
fn looked_up(consumer: &Consumer, id: &str) -> Vec<Claim> {
    let mut claims = Vec::new();
    let said = consumer.localhost.as_str();
    let from_file = |hosts| addresses(id, "dual", hosts, "", "localhost").contains(&"127.0.0.2".to_owned());
    let reads = said != "hard-wired" && !consumer.resolver.contains("hosts file ignored");
    // c-ares of aria2: it is the file that comes first, the constant is for what it does not have.
    let reads = reads || consumer.id == "aria2";
    claims.push(("looked up", reads.to_string(), from_file("lo2").to_string()));
    let knows = said.contains("hard-wired") || said.contains("built in when the lookup fails");
    let known = !addresses(id, "dual", "e", "", "localhost").is_empty();
    // The library answers for every program that is built on InetAddress.
    let knows = knows || consumer.id.starts_with("java:");
    claims.push(("looked up", knows.to_string(), known.to_string()));
    let below = !addresses(id, "dual", "b", "", "app.localhost").is_empty();
    let said_below = match &consumer.dot_localhost {
        // Since a version that all that were run have.
        serde_json::Value::String(_) => true,
        other => other.as_bool().unwrap_or_default(),
    };
    claims.push(("below localhost", said_below.to_string(), below.to_string()));
    if consumer.resolver.starts_with("getaddrinfo(AF_UNSPEC)") && !consumer.order.starts_with("v4 only") {
        // Without an IPv6 address but ::1 the flag asks for IPv4, for which glibc makes 127.0.0.1 of ::1.
        let flag = consumer.addrconfig || id == "openssl";
        let said = if flag { "127.0.0.1" } else { "::1" };
        claims.push(("AI_ADDRCONFIG", said.into(), addresses(id, "v4only", "d", "", "localhost").join(" ")));
    }
    claims
}

/// The second address after a refusal and after silence.
fn going_on(consumer: &Consumer, id: &str) -> Vec<Claim> {
    let all = addresses(id, "dual", "b", "", "localhost");
    let [first, _] = all.as_slice() else { return Vec::new() };
    let text = consumer.strategy.to_ascii_lowercase();
    let one = text.starts_with("first-only") || text.starts_with("first only");
    let number = |n: usize| if n > 1 { "goes on" } else { "gives up" }.to_owned();
    let refused = attempts(id, "b", "none").tried.len();
    let mut claims = vec![("refusal", number(if one { 1 } else { 2 }), number(refused))];
    if text.starts_with("round-robin") || AS.iter().any(|(c, _)| *c == consumer.id) {
        return claims;
    }
    let server = if first.contains(':') { "hang6_v4" } else { "hang4_v6" };
    let second = attempts(id, "b", server).tried.get(1).map(|(_, after)| *after);
    claims.push(("silence", format!("{:?}", consumer.delay_ms), format!("{second:?}")));
    claims
}

fn with(id: &str) -> Model {
    let library = match id {
        "aria2" => Some(("c-ares", "1.18.1")),
        "git" | "php-curl" => Some(("curl", "7.88.1")),
        _ => None,
    };
    // Left alone, Go asks getaddrinfo only where it cannot do without.
    let cgo = id.starts_with("go-1").then(|| ("GODEBUG", "netdns=cgo".to_owned()));
    let env = cgo.into_iter().collect();
    Model { id: id.into(), family: Family::Any, env, libc: ("glibc", "2.36"), library }
}

/// The addresses of `name`, each once.
fn addresses(id: &str, profile: &str, hosts: &str, gai: &str, name: &str) -> Vec<String> {
    let machine = machine(&with(id), [profile, hosts, "none", "nx", gai]);
    let chosen = program::choose(&machine, id).unwrap_or_else(|| panic!("no program {id}"));
    let answer = program::answer(&machine, &chosen, &Query { port: Some(super::PORT), ..Query::any(name) });
    let mut all: Vec<String> = answer.addresses.iter().map(|r| r.address.to_string()).collect();
    let mut seen = BTreeSet::new();
    all.retain(|a| seen.insert(a.clone()));
    all
}

fn attempts(id: &str, hosts: &str, server: &str) -> Predicted {
    let model = with(id);
    predict(&model, &machine(&model, ["dual", hosts, server, "nx", ""]), "localhost", server)
}
