//! # proxy.upstream-localhost — a reverse proxy misses its back end by the name localhost
//!
//! ## What it means
//! A configuration names a back end `localhost`. nginx looks the name up when it starts and makes every
//! address of it a server of a group: requests take turns between ::1 and 127.0.0.1. HAProxy takes the first
//! address alone. With a variable in the address, nginx asks the DNS servers of its directive `resolver` for
//! each request, and those do not read the hosts file.
//!
//! ## Who is hit
//! Sites whose back end listens on one of the two addresses: part of the requests meets "connect() failed
//! (111: Connection refused) while connecting to upstream" and is sent again to the other, or HAProxy answers
//! 503 to all. Where the two addresses belong to two programs, every other request is answered by the wrong
//! one. nginx also sets AI_ADDRCONFIG: on a network without IPv6 it has 127.0.0.1 alone, and a back end
//! on ::1 gets no request.
//!
//! ## Example
//! ```text
//! $ grep proxy_pass /etc/nginx/conf.d/app.conf
//!     proxy_pass http://localhost:8000;
//! $ ss -ltnH 'sport = :8000'
//! LISTEN 0 128 127.0.0.1:8000 0.0.0.0:*
//! ```
//!
//! ## Repair
//! Write the address of the back end in place of `localhost`, and load the configuration again. nginx sends
//! the name of `proxy_pass` as the Host header unless `proxy_set_header Host` says otherwise.
//!
//! ## Not a repair
//! Changing the hosts file for the sake of one proxy: everything else on the machine reads it too.
//!
//! ## References
//! - https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass
//! - https://nginx.org/en/docs/http/ngx_http_core_module.html#resolver
//! - https://docs.haproxy.org/2.6/configuration.html#5.3
//! - https://github.com/unbit/uwsgi/issues/1465

use super::super::facts::{V4, V6, accepts, listener_row, listeners_are_unknown, tcp_sockets};
use super::super::programs;
use super::super::remedy::{self, THIS_SERVER};
use super::super::upstreams::{self, Upstream};
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Evidence, Finding, Remedy, Severity};
use crate::program::{self, Strategy};
use crate::reach::{self, AttemptOutcome, same_program};
use crate::resolve::Status;
use crate::snapshot::Socket;
use std::net::{IpAddr, SocketAddr};

pub(super) const RULE: Rule = Rule {
    code: "proxy.upstream-localhost",
    severity: Severity::Warning,
    title: "a reverse proxy misses its back end by the name localhost",
    references: &[
        "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass",
        "https://nginx.org/en/docs/http/ngx_http_core_module.html#resolver",
        "https://docs.haproxy.org/2.6/configuration.html#5.3",
        "https://github.com/unbit/uwsgi/issues/1465",
    ],
    source: include_str!("upstream_localhost.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    if !ctx.asks_localhost() {
        return;
    }
    let concerned = |u: &Upstream| ctx.target.port.is_none_or(|port| port == u.port);
    for upstream in upstreams::all(ctx.machine).iter().filter(|u| concerned(u)) {
        let finding = match upstream.at_run_time {
            Some(has_resolver) => Some(at_run_time(ctx, upstream, has_resolver)),
            None => at_start(ctx, upstream),
        };
        out.extend(finding);
    }
}

/// The addresses of the back end that are served, and by whom.
fn served(ctx: &Context<'_>, port: u16) -> Vec<IpAddr> {
    [V4, V6].into_iter().filter(|a| accepts(ctx.machine, *a, port)).collect()
}

fn at_run_time(ctx: &Context<'_>, upstream: &Upstream, has_resolver: bool) -> Finding {
    let title = if has_resolver {
        "nginx asks DNS for localhost at each request, not the hosts file"
    } else {
        "nginx has no resolver to look localhost up at each request"
    };
    let mut finding = RULE.finding(title);
    let directive = &upstream.directive;
    finding.message = Some(format!("{directive} with a variable is looked up at run time"));
    finding.locations.push(upstream.place(ctx.machine, "with a variable"));
    finding.evidence.extend(tcp_sockets(ctx.machine, upstream.port).map(listener_row));
    finding.remedies = literals(ctx, upstream, &served(ctx, upstream.port));
    finding
}

fn at_start(ctx: &Context<'_>, upstream: &Upstream) -> Option<Finding> {
    let proxy = program::choose(ctx.machine, upstream.program)?;
    let asked = programs::ask_for(ctx, proxy, "localhost");
    if asked.answer.status != Status::Found || listeners_are_unknown(ctx.machine) {
        return None;
    }
    let mut peers = asked.addresses();
    if asked.behaviour.strategy == Strategy::FirstOnly {
        peers.truncate(1);
    }
    let port = upstream.port;
    let attempts: Vec<_> = peers.iter().map(|a| reach::attempt(ctx.machine, *a, port)).collect();
    let connects = |a: &&reach::Attempt| a.outcome == AttemptOutcome::Connects;
    let (alive, served) = (attempts.iter().filter(connects).count(), served(ctx, port));
    let name = asked.program.program.name;
    let dead = attempts.iter().find(|a| !connects(a)).map(|a| SocketAddr::new(a.address.address, port));
    let two = two_programs(ctx, &peers, port);
    let (title, message) = match (dead, two, served.first()) {
        (Some(dead), _, Some(_)) if alive > 0 => (
            format!(
                "{name} sends part of the requests for localhost:{port} to {dead}, where nothing listens"
            ),
            "every address of localhost is a server of its group; a refused request goes to the next",
        ),
        (Some(dead), _, Some(served)) => (
            format!(
                "{name} has {dead} alone for localhost:{port}, but {} is what listens",
                SocketAddr::new(*served, port)
            ),
            "no request reaches the back end",
        ),
        (None, Some((a, b)), _) => (
            format!("{name} sends every other request for localhost:{port} to another program: {a}, {b}"),
            "every address of localhost is a server of its group, and they take turns",
        ),
        _ => return None,
    };
    let mut finding = RULE.finding(title);
    finding.message = Some(message.into());
    finding.locations.push(upstream.place(ctx.machine, format!("{}: by name", upstream.directive)));
    let list: Vec<String> = peers.iter().map(ToString::to_string).collect();
    finding.evidence.push(Evidence::new(format!("localhost → {}", list.join(", ")), asked.program.label()));
    finding.evidence.extend(tcp_sockets(ctx.machine, port).map(listener_row));
    finding.remedies = literals(ctx, upstream, &served);
    Some(finding)
}

/// The names of the programs on the first two peers, where they are two.
fn two_programs(
    ctx: &Context<'_>,
    peers: &[crate::snapshot::ScopedAddr],
    port: u16,
) -> Option<(String, String)> {
    let sockets: Vec<&Socket> =
        peers.iter().filter_map(|a| reach::accepting(ctx.machine, *a, port)).collect();
    let [a, b] = sockets.as_slice() else { return None };
    let name = |s: &Socket| s.process.as_ref().map(|p| format!("{} (pid {})", p.name, p.pid));
    (!same_program(&a.process, &b.process)).then(|| Some((name(a)?, name(b)?))).flatten()
}

/// The address in place of the name, for each address that is served; words where the name is not to be edited.
fn literals(ctx: &Context<'_>, upstream: &Upstream, served: &[IpAddr]) -> Vec<Remedy> {
    let (path, port) = (&upstream.path, upstream.port);
    let bytes = ctx.machine.raw.file(path).and_then(|f| f.bytes()).unwrap_or_default();
    let written = bytes.get(upstream.name.clone()).is_some_and(|b| b.eq_ignore_ascii_case(b"localhost"));
    let mut all = Vec::new();
    for address in served.iter().filter(|_| written) {
        let literal = if address.is_ipv6() { format!("[{address}]") } else { address.to_string() };
        all.push(remedy::edits(
            format!("write {literal} in place of localhost in {path}"),
            Applicability::Unsafe,
            format!("{THIS_SERVER}, once it has read its configuration again"),
            path,
            vec![edit::replace(upstream.name.clone(), literal)],
        ));
    }
    if all.is_empty() {
        all.push(remedy::advice(
            format!("write the address of the back end on port {port} in place of localhost in {path}"),
            THIS_SERVER,
            "127.0.0.1 or [::1], where the back end listens",
        ));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Bench, debian};

    const CODE: &str = "proxy.upstream-localhost";
    const CONF: &str = "/etc/nginx/nginx.conf";

    fn dual() -> Bench {
        debian().only_network(&["192.0.2.10", "2001:db8::10"])
    }

    fn nginx(server: &str) -> Bench {
        dual().file(CONF, &format!("http {{\n  server {{\n    {server}\n  }}\n}}\n"))
    }

    #[test]
    fn a_back_end_on_one_address_gets_part_of_the_requests() {
        let bench = nginx("location / { proxy_pass http://localhost:8000/api; }").listen("127.0.0.1:8000");
        for asked in ["localhost", "localhost:8000"] {
            let found = bench.of(CODE, asked).expect("warning");
            assert_eq!(
                found.title,
                "nginx sends part of the requests for localhost:8000 to [::1]:8000, where nothing listens"
            );
            assert_eq!(
                (found.locations[0].line, found.locations[0].column, found.locations[0].end_column),
                (3, 36, 45)
            );
            assert!(bench.after(&found.remedies[0]).contains("http://127.0.0.1:8000/api;"));
        }
        assert_eq!(bench.of(CODE, "localhost:80"), None);
        assert_eq!(bench.of(CODE, "127.0.0.1:8000"), None);
    }

    #[test]
    fn two_programs_take_turns() {
        let bench = nginx("location / { fastcgi_pass localhost:9000; }")
            .listen_as("127.0.0.1:9000", 5, "php-fpm")
            .listen_as("[::1]:9000", 6, "python3");
        let found = bench.of(CODE, "localhost").expect("warning");
        assert_eq!(
            found.title,
            "nginx sends every other request for localhost:9000 to another program: python3 (pid 6), php-fpm (pid 5)"
        );
        assert_eq!(found.remedies.len(), 2);
    }

    #[test]
    fn without_ipv6_on_the_network_nginx_never_reaches_v6_loopback() {
        let bench = nginx("location / { proxy_pass http://localhost:8000; }").only_network(&["192.0.2.10"]);
        let found = bench.listen("[::1]:8000").of(CODE, "localhost").expect("warning");
        assert_eq!(
            found.title,
            "nginx has 127.0.0.1:8000 alone for localhost:8000, but [::1]:8000 is what listens"
        );
    }

    #[test]
    fn members_of_a_group_in_an_included_file_count() {
        let bench = dual()
            .file(CONF, "http { include /etc/nginx/conf.d/*.conf; }")
            .file("/etc/nginx/conf.d/a.conf", "upstream app {\n  server 'localhost:8000' weight=2; # x\n}\n");
        let found = bench.listen("[::1]:8000").of(CODE, "localhost").expect("warning");
        assert_eq!(
            (found.locations[0].path.as_str(), found.locations[0].line),
            ("/etc/nginx/conf.d/a.conf", 2)
        );
        assert!(
            bench.listen("[::1]:8000").after(&found.remedies[0]).contains("server '[::1]:8000' weight=2;")
        );
    }

    #[test]
    fn a_variable_means_dns_at_run_time() {
        let found =
            nginx("location / { proxy_pass http://localhost:8000$request_uri; }").of(CODE, "localhost");
        assert_eq!(
            found.expect("warning").title,
            "nginx has no resolver to look localhost up at each request"
        );
        let conf = "resolver 127.0.0.53; set $app localhost:8000; location / { proxy_pass http://$app; }";
        let found = nginx(conf).listen("[::]:8000").of(CODE, "localhost:8000").expect("warning");
        assert_eq!(found.title, "nginx asks DNS for localhost at each request, not the hosts file");
        assert_eq!(
            found.remedies[0].title.split(" in place").next(),
            Some("write the address of the back end on port 8000")
        );
    }

    #[test]
    fn haproxy_takes_the_first_address_alone() {
        let bench = dual().file("/etc/haproxy/haproxy.cfg", "backend b\n  server s1 localhost:8000 check\n");
        let found = bench.listen("127.0.0.1:8000").of(CODE, "localhost").expect("warning");
        assert_eq!(
            found.title,
            "HAProxy has [::1]:8000 alone for localhost:8000, but 127.0.0.1:8000 is what listens"
        );
        assert_eq!(bench.listen("[::1]:8000").of(CODE, "localhost"), None);
        let told = bench.file("/etc/haproxy/haproxy.cfg", "backend b\n  server s1 ipv4@localhost:8000\n");
        assert_eq!(told.listen("127.0.0.1:8000").of(CODE, "localhost"), None);
    }

    #[test]
    fn a_back_end_on_both_none_at_all_and_other_names_are_quiet() {
        let conf = "location / { proxy_pass http://localhost:8000; }";
        assert_eq!(nginx(conf).listen("[::]:8000").of(CODE, "localhost"), None);
        assert_eq!(nginx(conf).of(CODE, "localhost"), None);
        for other in [
            "location / { proxy_pass http://127.0.0.1:8000; }",
            "location / { proxy_pass http://localhost.test:8000; }",
            "location / { proxy_pass http://unix:/run/localhost:8000; }",
            "location / { proxy_pass http://$upstream; }",
            "location / { # proxy_pass http://localhost:8000;\n }",
            "location / { proxy_pass http://[::1]:8000/localhost:8000; }",
            "listen localhost:8000;",
        ] {
            assert_eq!(nginx(other).listen("127.0.0.1:8000").of(CODE, "localhost"), None, "{other}");
        }
        let group = "upstream localhost { server 127.0.0.1:8000; } server { location / { proxy_pass http://localhost; } }";
        let bench = dual().file(CONF, &format!("http {{ {group} }}")).listen("127.0.0.1:80");
        assert_eq!(bench.of(CODE, "localhost"), None);
    }
}
