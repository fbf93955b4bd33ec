//! Back ends that the configuration of a reverse proxy names `localhost`.

use crate::conf::{haproxy, nginx};
use crate::finding::Location;
use crate::machine::Machine;
use std::ops::Range;

/// A back end by the name localhost.
pub(super) struct Upstream {
    /// Id of the program that connects.
    pub(super) program: &'static str,
    /// The file.
    pub(super) path: String,
    /// Bytes of the name in the file.
    pub(super) name: Range<usize>,
    /// Port of the back end.
    pub(super) port: u16,
    /// The name is looked up for each request, by DNS servers of the directive `resolver`; whether there is one.
    pub(super) at_run_time: Option<bool>,
    /// The directive, as a person would name it: `proxy_pass`.
    pub(super) directive: String,
}

impl Upstream {
    /// The place of the name.
    pub(super) fn place(&self, machine: &Machine, label: impl Into<String>) -> Location {
        let bytes = machine.raw.file(&self.path).and_then(|f| f.bytes()).unwrap_or_default();
        Location::of(&self.path, &bytes, self.name.clone(), label)
    }
}

/// All of them.
pub(super) fn all(machine: &Machine) -> Vec<Upstream> {
    let mut all = of_nginx(machine);
    all.extend(of_haproxy(machine));
    all
}

/// Directives that name a server, with the port that they take where none is written.
const PASSES: [(&str, u16); 6] = [
    ("proxy_pass", 80),
    ("grpc_pass", 80),
    ("fastcgi_pass", 0),
    ("uwsgi_pass", 0),
    ("scgi_pass", 0),
    ("memcached_pass", 0),
];

fn of_nginx(machine: &Machine) -> Vec<Upstream> {
    let directives = nginx::directives(&machine.raw);
    let groups: Vec<&str> = directives
        .iter()
        .filter_map(|d| d.words.get(1).filter(|_| d.name() == "upstream"))
        .map(|w| w.text.as_str())
        .collect();
    let has_resolver = directives.iter().any(|d| d.name() == "resolver");
    let mut all = Vec::new();
    for directive in &directives {
        let Some(word) = directive.words.get(1) else { continue };
        let pass = PASSES.iter().find(|(name, _)| *name == directive.name());
        let member = directive.name() == "server" && directive.around.starts_with("upstream ");
        let default = match pass {
            Some((_, port)) => *port,
            None if member => 80,
            None => continue,
        };
        let value = value_of(&directives, &word.text);
        let Some(port) = port_of_localhost(&value, default) else { continue };
        // The name of a group is no name of a host.
        if pass.is_some() && groups.iter().any(|g| g.eq_ignore_ascii_case("localhost")) && port == default {
            continue;
        }
        let variable = pass.is_some() && word.text.contains('$');
        all.push(Upstream {
            program: "nginx",
            path: directive.path.clone(),
            name: within(machine, &directive.path, &word.span),
            port,
            at_run_time: variable.then_some(has_resolver),
            directive: directive.name().to_owned(),
        });
    }
    all
}

/// A value that is one variable, or begins with one, with what `set` gives that variable in its place.
fn value_of(directives: &[nginx::Placed], value: &str) -> String {
    let mut value = value.to_owned();
    for directive in directives.iter().filter(|d| d.name() == "set") {
        if let [_, name, given] = directive.words.as_slice() {
            let braced = name.text.strip_prefix('$').map(|n| format!("${{{n}}}"));
            for form in [Some(name.text.clone()), braced].into_iter().flatten() {
                value = replaced(&value, &form, &given.text);
            }
        }
    }
    value
}

/// `form` replaced where it is the whole name of a variable.
fn replaced(value: &str, form: &str, by: &str) -> String {
    let Some(at) = value.find(form) else { return value.to_owned() };
    let rest = &value[at + form.len()..];
    let goes_on = !form.ends_with('}') && rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    if goes_on { value.to_owned() } else { format!("{}{by}{rest}", &value[..at]) }
}

/// The port of `http://localhost:3000/path`, `localhost:9000`, `localhost`; `None` for another host, or where no port is
/// given and there is no `default` (0).
fn port_of_localhost(value: &str, default: u16) -> Option<u16> {
    let (scheme, rest) = value.split_once("://").unwrap_or(("", value));
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let default = if scheme.ends_with('s') && default != 0 { 443 } else { default };
    let port = match port {
        // A variable behind the port ends it.
        Some(text) => text.split('$').next().and_then(|t| t.parse().ok())?,
        None => default,
    };
    let name = name.split('$').next().unwrap_or_default();
    (name.eq_ignore_ascii_case("localhost") && port != 0).then_some(port)
}

/// The bytes of the name in a word, or of the word where the name is not written in it.
fn within(machine: &Machine, path: &str, word: &Range<usize>) -> Range<usize> {
    let bytes = machine.raw.file(path).and_then(|f| f.bytes()).unwrap_or_default();
    let text = bytes.get(word.clone()).unwrap_or_default();
    let at = text.windows(9).position(|w| w.eq_ignore_ascii_case(b"localhost"));
    at.map_or(word.clone(), |at| word.start + at..word.start + at + 9)
}

fn of_haproxy(machine: &Machine) -> Vec<Upstream> {
    let Some(bytes) = machine.raw.file(haproxy::MAIN).and_then(|f| f.bytes()) else { return Vec::new() };
    let servers = haproxy::servers(&bytes).into_iter();
    servers
        .filter_map(|line| {
            // `ipv4@localhost` says which family is meant: no name that could surprise.
            let port = port_of_localhost(&line.address, 0)?;
            Some(Upstream {
                program: "haproxy",
                path: haproxy::MAIN.to_owned(),
                name: within(machine, haproxy::MAIN, &line.span),
                port,
                at_run_time: None,
                directive: format!("server {}", line.name),
            })
        })
        .collect()
}
