//! The clients, each with its variables and its citation.

use super::exempt::{curl, dotnet, go, node, perl, python, reqwest, ruby, wget};
use super::{Cgi, Client, Era, Reads};
use crate::resolve::Evidence;

type Groups = &'static [&'static [&'static str]];

/// `http_proxy`, then `HTTP_PROXY`, and so on: the first that is not empty.
const SMALL_THEN_CAPITALS: Reads = Reads {
    http: &[&["http_proxy"], &["HTTP_PROXY"]],
    https: &[&["https_proxy"], &["HTTPS_PROXY"]],
    no: &[&["no_proxy"], &["NO_PROXY"]],
    any_case: false,
    cgi: Cgi::NotAsked,
};

/// libcurl: `http_proxy` in small letters alone.
const CURL_READS: Reads = Reads {
    http: &[&["http_proxy"], &["all_proxy"], &["ALL_PROXY"]],
    https: &[&["https_proxy"], &["HTTPS_PROXY"], &["all_proxy"], &["ALL_PROXY"]],
    ..SMALL_THEN_CAPITALS
};

const CURL_ERAS: &[Era] = &[
    Era { since: "7.34", evidence: Evidence::Documented, exempts: curl::up_to_7_85 },
    Era { since: "7.86", evidence: Evidence::Measured { run: "7.88.1" }, exempts: curl::up_to_8_8 },
    Era { since: "8.9", evidence: Evidence::Documented, exempts: curl::up_to_8_17 },
    Era { since: "8.18", evidence: Evidence::Measured { run: "8.23.0" }, exempts: curl::since_8_18 },
];

const CURL_REFERENCES: &[&str] = &[
    "curl lib/url.c: detect_proxy, parse_proxy; lib/getenv.c: GetEnv (an empty variable is none)",
    "curl lib/noproxy.c: Curl_check_noproxy; commits e78913e6b5 (8.9.0), ff2aaed9ba and 97b0abb46b (8.18.0)",
];

/// `getproxies_environment`: a name in small letters goes before all others, an empty one too.
const PYTHON_READS: Reads =
    Reads { http: PYTHON_HTTP, https: PYTHON_HTTPS, no: PYTHON_NO, any_case: true, cgi: Cgi::NoCapitals };
const PYTHON_HTTP: Groups = &[&["http_proxy", "HTTP_PROXY"]];
const PYTHON_HTTPS: Groups = &[&["https_proxy", "HTTPS_PROXY"]];
const PYTHON_NO: Groups = &[&["no_proxy", "NO_PROXY"]];

const fn measured(run: &'static str, exempts: fn(&super::Destination, &str) -> bool) -> Era {
    Era { since: "0", evidence: Evidence::Measured { run }, exempts }
}

/// Every modelled client. Browsers, Java and programs that read no variable are not among them.
pub const CLIENTS: &[&Client] = &[
    &CURL,
    &WGET,
    &WGET2,
    &GIT,
    &PHP_CURL,
    &URLLIB,
    &REQUESTS,
    &AIOHTTP,
    &HTTP_TINY,
    &LWP,
    &RUBY,
    &GO,
    &REQWEST,
    &NODE,
    &NODE_FETCH,
    &DOTNET,
];

const CURL: Client = Client {
    id: "curl",
    name: "curl",
    program: "curl",
    comes_along: true,
    switch: None,
    spares: None,
    reads: CURL_READS,
    eras: CURL_ERAS,
    references: CURL_REFERENCES,
};

const WGET: Client = Client {
    id: "wget",
    name: "wget",
    program: "wget",
    comes_along: true,
    switch: None,
    spares: None,
    reads: Reads {
        http: &[&["http_proxy"]],
        https: &[&["https_proxy"]],
        no: &[&["no_proxy"]],
        ..SMALL_THEN_CAPITALS
    },
    eras: &[measured("1.21.3", wget::wget)],
    references: &["wget src/retr.c: getproxy; src/host.c: sufmatch; src/utils.c: sepstring (1.24)"],
};

const WGET2: Client = Client {
    id: "wget2",
    name: "wget2",
    program: "wget2",
    eras: &[measured("1.99.1", wget::wget2)],
    references: &["libwget http.c (1.99), as recorded in testdata/oracle/proxy"],
    ..WGET
};

/// git asks libcurl to compare, but reads the variables itself.
const GIT: Client = Client {
    id: "git",
    name: "git",
    program: "git",
    reads: Reads {
        http: &[&["http_proxy", "all_proxy", "ALL_PROXY"]],
        https: &[&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]],
        no: &[&["no_proxy", "NO_PROXY"]],
        ..SMALL_THEN_CAPITALS
    },
    eras: &[measured("2.47.3 with libcurl 7.88.1", curl::up_to_8_8)],
    references: &["git http.c: get_curl_handle (2.47), and libcurl as for curl"],
    ..CURL
};

const PHP_CURL: Client = Client {
    id: "php-curl",
    name: "PHP curl",
    program: "php-curl",
    comes_along: false,
    eras: &[measured("8.2.36 with libcurl 7.88.1", curl::up_to_8_8)],
    ..CURL
};

const URLLIB: Client = Client {
    id: "python-urllib",
    name: "Python urllib",
    program: "python",
    comes_along: true,
    switch: None,
    spares: None,
    reads: PYTHON_READS,
    eras: &[measured("3.6.15, 3.7.16, 3.8.18, 3.9.18, 3.10.13, 3.11.7, 3.12.1, 3.13.0", python::urllib)],
    references: &[
        "CPython Lib/urllib/request.py: getproxies_environment, proxy_bypass_environment (3.6, 3.11)",
        "https://docs.python.org/3/library/urllib.request.html#urllib.request.ProxyHandler",
    ],
};

const REQUESTS: Client = Client {
    id: "python-requests",
    name: "Python requests",
    comes_along: false,
    reads: Reads {
        http: &[PYTHON_HTTP[0], &["all_proxy", "ALL_PROXY"]],
        https: &[PYTHON_HTTPS[0], &["all_proxy", "ALL_PROXY"]],
        no: &[&["no_proxy"], &["NO_PROXY"]],
        ..PYTHON_READS
    },
    eras: &[measured("2.34.2", python::requests)],
    references: &["requests utils.py: should_bypass_proxies, get_environ_proxies, select_proxy (2.34)"],
    ..URLLIB
};

const AIOHTTP: Client = Client {
    id: "python-aiohttp",
    name: "aiohttp with trust_env",
    program: "python-aiohttp",
    comes_along: false,
    eras: &[measured("3.14.5", python::aiohttp)],
    references: &["aiohttp helpers.py: get_env_proxy_for_url (3.14)"],
    ..URLLIB
};

const HTTP_TINY: Client = Client {
    id: "perl-http-tiny",
    name: "Perl HTTP::Tiny",
    program: "perl",
    reads: Reads {
        http: &[&["http_proxy"], &["HTTP_PROXY"], &["all_proxy"], &["ALL_PROXY"]],
        https: &[&["https_proxy"], &["HTTPS_PROXY"], &["all_proxy"], &["ALL_PROXY"]],
        no: &[&["no_proxy"]],
        any_case: false,
        cgi: Cgi::NoCapitals,
    },
    eras: &[measured("0.080", perl::http_tiny)],
    references: &["HTTP::Tiny: _set_proxies, _open_handle, _split_url (0.080)"],
    ..CURL
};

const LWP: Client = Client {
    id: "perl-lwp",
    name: "Perl LWP with env_proxy",
    program: "perl",
    comes_along: false,
    reads: Reads {
        http: &[&["HTTP_PROXY"], &["http_proxy"]],
        https: &[&["HTTPS_PROXY"], &["https_proxy"]],
        no: &[&["NO_PROXY"], &["no_proxy"]],
        any_case: true,
        cgi: Cgi::NoCapitals,
    },
    eras: &[measured("6.68", perl::lwp)],
    references: &["LWP::UserAgent: env_proxy, _need_proxy (6.68)"],
    ..CURL
};

/// `Net::HTTP` asks for the proxy of `http://` whatever the scheme is.
const RUBY: Client = Client {
    id: "ruby",
    name: "Ruby Net::HTTP",
    program: "ruby",
    reads: Reads {
        http: &[&["http_proxy", "HTTP_PROXY"]],
        https: &[&["http_proxy", "HTTP_PROXY"]],
        no: &[&["no_proxy", "NO_PROXY"]],
        any_case: false,
        cgi: Cgi::NoCapitals,
    },
    spares: Some(ruby::is_loopback),
    eras: &[measured("3.1.2", ruby::net_http)],
    references: &["Ruby lib/uri/generic.rb: find_proxy, use_proxy?; lib/net/http.rb: proxy_uri (3.1)"],
    ..CURL
};

const GO: Client = Client {
    id: "go",
    name: "Go net/http",
    program: "go",
    comes_along: false,
    reads: Reads {
        http: &[&["HTTP_PROXY"], &["http_proxy"]],
        https: &[&["HTTPS_PROXY"], &["https_proxy"]],
        no: &[&["NO_PROXY"], &["no_proxy"]],
        any_case: false,
        cgi: Cgi::Refuses,
    },
    spares: Some(go::is_loopback),
    eras: &[measured("1.19.8", go::net_http)],
    references: &["golang.org/x/net http/httpproxy/proxy.go: useProxy, init (Go 1.19)"],
    ..CURL
};

const REQWEST: Client = Client {
    id: "rust-reqwest",
    name: "reqwest",
    program: "rust-hyper",
    comes_along: false,
    reads: Reads {
        http: &[&["HTTP_PROXY", "http_proxy"], &["ALL_PROXY", "all_proxy"]],
        https: &[&["HTTPS_PROXY", "https_proxy"], &["ALL_PROXY", "all_proxy"]],
        no: &[&["NO_PROXY", "no_proxy"]],
        any_case: false,
        cgi: Cgi::NoProxy,
    },
    eras: &[measured("reqwest 0.13.5, hyper-util 0.1.21", reqwest::reqwest)],
    references: &["hyper-util src/client/proxy/matcher.rs: from_env, NoProxy, DomainMatcher (0.1.21)"],
    ..CURL
};

const NODE: Client = Client {
    id: "node",
    name: "Node http",
    program: "node",
    switch: Some("NODE_USE_ENV_PROXY"),
    reads: SMALL_THEN_CAPITALS,
    eras: &[Era {
        since: "24.5",
        evidence: Evidence::Measured { run: "24.21.0, 26.10.0" },
        exempts: node::http,
    }],
    references: &[
        "Node lib/internal/http.js: ProxyConfig.shouldUseProxy, parseProxyUrl (24.21)",
        "https://nodejs.org/api/http.html#built-in-proxy-support",
    ],
    ..CURL
};

/// Without a proxy for https, that for http is taken.
const NODE_FETCH: Client = Client {
    id: "node-fetch",
    name: "Node fetch",
    reads: Reads {
        http: &[&["http_proxy", "HTTP_PROXY"]],
        https: &[&["https_proxy", "HTTPS_PROXY"], &["http_proxy", "HTTP_PROXY"]],
        no: &[&["no_proxy", "NO_PROXY"]],
        ..SMALL_THEN_CAPITALS
    },
    eras: &[
        Era { since: "24", evidence: Evidence::Measured { run: "24.21.0" }, exempts: node::fetch },
        Era { since: "26", evidence: Evidence::Measured { run: "26.10.0" }, exempts: node::fetch_26 },
    ],
    references: &["undici lib/dispatcher/env-http-proxy-agent.js (in Node 24.21 and 26.10)"],
    ..NODE
};

const DOTNET: Client = Client {
    id: "dotnet",
    name: ".NET HttpClient",
    program: "dotnet",
    reads: Reads {
        http: &[&["http_proxy"], &["HTTP_PROXY"], &["all_proxy"], &["ALL_PROXY"]],
        https: &[&["https_proxy"], &["HTTPS_PROXY"], &["all_proxy"], &["ALL_PROXY"]],
        no: &[&["no_proxy"], &["NO_PROXY"]],
        any_case: false,
        cgi: Cgi::NoCapitalsByGateway,
    },
    eras: &[Era { since: "3", evidence: Evidence::Documented, exempts: dotnet::http_client }],
    references: &[
        "https://learn.microsoft.com/dotnet/api/system.net.http.httpclient.defaultproxy",
        ".NET src/libraries/System.Net.Http: HttpEnvironmentProxy (8)",
    ],
    ..CURL
};
