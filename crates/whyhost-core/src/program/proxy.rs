//! Proxies from the environment: which program sends a request for which host to one, and which entry of `no_proxy`
//! keeps it from that.
//!
//! A program is constant data ([`Client`]): the variables that it reads in their order ([`Reads`]), and the function
//! that compares a host with `no_proxy`. No two families agree on both.

mod clients;
mod exempt;
mod java;

pub use clients::CLIENTS;
pub use java::captures as java_captures;

use super::Version;
use crate::resolve::Evidence;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The environment of a process.
pub type Environment = BTreeMap<String, String>;

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The scheme is https, else http.
    pub https: bool,
    /// Host as in the URL, an IPv6 address without brackets.
    pub host: String,
    /// Port, where the URL has one.
    pub port: Option<u16>,
    /// What the host's name resolves to first, where it does; the address itself for one.
    pub address: Option<IpAddr>,
}

impl Destination {
    /// The port, or that of the scheme.
    pub fn effective_port(&self) -> u16 {
        self.port.unwrap_or(if self.https { 443 } else { 80 })
    }

    /// The host as a URL has it: an IPv6 address in brackets.
    pub fn bracketed(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }
}

/// A program or library that reads proxy variables.
#[derive(Debug)]
pub struct Client {
    /// Stable id: `curl`, `python-requests`.
    pub id: &'static str,
    /// For people: `Python urllib`.
    pub name: &'static str,
    /// The program of [`super::PROGRAMS`] that it comes with or runs on.
    pub program: &'static str,
    /// It comes with that program; else it is a library that may be there or not.
    pub comes_along: bool,
    /// It reads the variables only where this one is set to 1.
    pub switch: Option<&'static str>,
    /// What it never sends to a proxy, whatever the variables say.
    pub spares: Option<fn(&Destination) -> bool>,
    /// The variables.
    pub reads: Reads,
    /// How it compares a host with `no_proxy`, by version of the program, the oldest first.
    pub eras: &'static [Era],
    /// Where this is written.
    pub references: &'static [&'static str],
}

/// A range of versions with one way to compare.
#[derive(Debug, Clone, Copy)]
pub struct Era {
    /// First version.
    pub since: &'static str,
    /// What was run, or that nothing was.
    pub evidence: Evidence,
    /// `no_proxy` keeps the request from the proxy.
    pub exempts: fn(&Destination, &str) -> bool,
}

/// Which variables a program reads.
///
/// The names of a group are asked in order, and the first that is set decides, an empty one too; where that one is
/// empty or none is set, the next group is asked.
#[derive(Debug, Clone, Copy)]
pub struct Reads {
    /// For http.
    pub http: &'static [&'static [&'static str]],
    /// For https.
    pub https: &'static [&'static [&'static str]],
    /// For the exceptions.
    pub no: &'static [&'static [&'static str]],
    /// A name in any letter case is as good as one in capitals.
    pub any_case: bool,
    /// What it does in a CGI program, where the header `Proxy:` of a request is the variable `HTTP_PROXY`.
    pub cgi: Cgi,
}

/// What a program does about proxies in a CGI program (CVE-2016-5385 and its kin).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cgi {
    /// It does not look: it reads no `HTTP_PROXY` in capitals, or does not care.
    NotAsked,
    /// With `REQUEST_METHOD`, `HTTP_PROXY` counts in small letters alone.
    NoCapitals,
    /// With `REQUEST_METHOD`, requests for http fail if there is a proxy for them.
    Refuses,
    /// With `REQUEST_METHOD`, no proxy at all.
    NoProxy,
    /// With `GATEWAY_INTERFACE`, `HTTP_PROXY` counts in small letters alone.
    NoCapitalsByGateway,
}

/// A request that goes to a proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// The variable that names the proxy.
    pub variable: String,
    /// Its value.
    pub proxy: String,
    /// The variable with the exceptions, none of which applies; `None` where there is none.
    pub exceptions: Option<String>,
}

impl Client {
    /// The way of `version` to compare.
    pub fn era(&self, version: &Version) -> &Era {
        let begun = |era: &&Era| Version::parse(era.since).is_some_and(|since| since <= *version);
        self.eras.iter().rev().find(begun).unwrap_or(&self.eras[0])
    }

    /// This version reads the variables.
    fn is_known_to(&self, version: &Version) -> bool {
        self.eras.first().and_then(|era| Version::parse(era.since)).is_some_and(|first| first <= *version)
    }

    /// The proxy that `version` sends a request for `destination` to; `None` where it goes there itself, or nowhere.
    pub fn captures(
        &self,
        version: &Version,
        environment: &Environment,
        destination: &Destination,
    ) -> Option<Captured> {
        let reads = &self.reads;
        let off = self.switch.is_some_and(|name| environment.get(name).is_none_or(|value| value != "1"));
        if off || !self.is_known_to(version) || self.spares.is_some_and(|spares| spares(destination)) {
            return None;
        }
        let cgi = environment.contains_key("REQUEST_METHOD");
        if cgi && (reads.cgi == Cgi::NoProxy || (reads.cgi == Cgi::Refuses && !destination.https)) {
            return None;
        }
        let groups = if destination.https { reads.https } else { reads.http };
        let (variable, proxy) = reads.find(environment, groups)?;
        let no = reads.find(environment, reads.no);
        if no.is_some_and(|(_, list)| (self.era(version).exempts)(destination, list)) {
            return None;
        }
        let exceptions = no.map(|(name, _)| name.to_owned());
        Some(Captured { variable: variable.to_owned(), proxy: proxy.to_owned(), exceptions })
    }
}

impl Reads {
    /// The variable that decides, with its value, which is not empty.
    fn find<'e>(
        &self,
        environment: &'e Environment,
        groups: &[&'static [&'static str]],
    ) -> Option<(&'e str, &'e str)> {
        groups.iter().find_map(|group| {
            let set = group.iter().find_map(|name| self.get(environment, name));
            set.filter(|(_, value)| !value.is_empty())
        })
    }

    fn get<'e>(&self, environment: &'e Environment, name: &str) -> Option<(&'e str, &'e str)> {
        let distrusted = match self.cgi {
            Cgi::NoCapitals => environment.contains_key("REQUEST_METHOD"),
            Cgi::NoCapitalsByGateway => environment.contains_key("GATEWAY_INTERFACE"),
            Cgi::NotAsked | Cgi::Refuses | Cgi::NoProxy => false,
        };
        if distrusted && name == "HTTP_PROXY" {
            return None;
        }
        let exact = environment.get_key_value(name);
        let capitals = self.any_case && name.chars().all(|c| !c.is_ascii_lowercase());
        // A name in small letters is asked for by itself.
        let alike = |(key, _): &(&String, &String)| {
            key.eq_ignore_ascii_case(name) && key.chars().any(|c| c.is_ascii_uppercase())
        };
        let found = exact.or_else(|| environment.iter().find(alike).filter(|_| capitals))?;
        Some((found.0, found.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_client_is_complete() {
        let ids: BTreeSet<&str> = CLIENTS.iter().map(|c| c.id).collect();
        assert_eq!(ids.len(), CLIENTS.len(), "an id occurs twice");
        for client in CLIENTS {
            assert!(super::super::PROGRAMS.iter().any(|p| p.id == client.program), "{}", client.program);
            let since: Vec<Version> = client.eras.iter().filter_map(|e| Version::parse(e.since)).collect();
            assert!(
                since.len() == client.eras.len() && since.is_sorted() && !since.is_empty(),
                "{}",
                client.id
            );
            assert!(!client.references.is_empty() && !client.reads.no.is_empty(), "{}", client.id);
        }
    }

    #[test]
    fn a_client_with_a_switch_reads_nothing_without_it() {
        let node = CLIENTS.iter().find(|c| c.id == "node").unwrap();
        let mut environment = Environment::from([("http_proxy".into(), "http://p:1".into())]);
        let localhost = Destination { https: false, host: "localhost".into(), port: None, address: None };
        let version = Version::from([24, 5]);
        assert_eq!(node.captures(&version, &environment, &localhost), None);
        environment.insert("NODE_USE_ENV_PROXY".into(), "1".into());
        let captured = node.captures(&version, &environment, &localhost).unwrap();
        assert_eq!((captured.variable.as_str(), captured.exceptions), ("http_proxy", None));
        assert_eq!(node.captures(&Version::from([22]), &environment, &localhost), None);
    }
}
