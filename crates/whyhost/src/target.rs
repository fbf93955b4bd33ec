//! What the user points at: `NAME`, `NAME:PORT`, `ADDRESS`, `[ADDRESS]:PORT` or a URL.

mod schemes;

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use whyhost_core::diagnose::Target;
use whyhost_core::snapshot::{Interface, ScopedAddr};

/// Longest name in characters without the final dot (RFC 1035 section 3.1 allows 255 octets on the wire).
const LONGEST_NAME: usize = 253;
/// What is taken, for every error message.
const ACCEPTED: &str = "a name, an address, NAME:PORT, ADDRESS:PORT, [ADDRESS]:PORT or a URL";

/// A target as typed; the zone of an address is still a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parsed {
    /// Name, or address without brackets, as typed.
    pub(crate) name: String,
    /// The address and the word behind `%`, where the name is an address.
    pub(crate) literal: Option<(IpAddr, Option<String>)>,
    /// Port, from the target or the URL's scheme.
    pub(crate) port: Option<u16>,
    /// Something that was read in one of two possible ways.
    pub(crate) remark: Option<String>,
}

/// Why a target was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TargetError {
    /// The target, shortened.
    got: String,
    /// Column in characters, from 1.
    column: usize,
    /// What is wrong there.
    problem: String,
    /// What would be taken.
    pub(crate) accepted: String,
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "target `{}`, column {}: {}", self.got, self.column, self.problem)
    }
}

impl Parsed {
    /// The plain name `localhost`.
    pub(crate) fn localhost() -> Parsed {
        Parsed { name: "localhost".into(), literal: None, port: None, remark: None }
    }

    /// Gives the zone its interface index.
    ///
    /// # Errors
    /// When no interface has that name.
    pub(crate) fn resolve(&self, interfaces: &[Interface]) -> Result<Target, TargetError> {
        let literal = match &self.literal {
            None => None,
            Some((address, zone)) => Some(ScopedAddr {
                address: *address,
                scope_id: zone.as_deref().map_or(Ok(0), |z| self.scope(z, interfaces))?,
            }),
        };
        Ok(Target { name: self.name.clone(), literal, port: self.port })
    }

    fn scope(&self, zone: &str, interfaces: &[Interface]) -> Result<u32, TargetError> {
        if let Some(interface) = interfaces.iter().find(|i| i.name == zone) {
            return Ok(interface.index);
        }
        // Without a record of interfaces any index may be right.
        let index = zone.parse().ok();
        let is_known = |index: &u32| interfaces.is_empty() || interfaces.iter().any(|i| i.index == *index);
        index.filter(is_known).ok_or_else(|| {
            let known: Vec<_> = interfaces.iter().map(|i| format!("{} ({})", i.name, i.index)).collect();
            Input(&self.name).error(
                self.name.find('%').map_or(0, |at| at + 1),
                format!("no interface `{zone}`"),
                format!("the name or index of an interface: {}", known.join(", ")),
            )
        })
    }
}

/// Reads a target.
///
/// # Errors
/// [`TargetError`] with the column of what was not understood.
pub(crate) fn parse(text: &str) -> Result<Parsed, TargetError> {
    let input = Input(text);
    if let Some((at, c)) = text.char_indices().find(|(_, c)| c.is_whitespace() || c.is_control()) {
        return Err(input.error(at, format!("{c:?} is no part of a name"), ACCEPTED));
    }
    match text.find("://") {
        Some(at) => input.url(at),
        None => input.plain(),
    }
}

/// The whole text, so that errors can name columns in it.
struct Input<'t>(&'t str);

impl Input<'_> {
    fn error(&self, at: usize, problem: impl Into<String>, accepted: impl Into<String>) -> TargetError {
        let column = self.0.get(..at).map_or(0, |before| before.chars().count()) + 1;
        TargetError { got: clip(self.0), column, problem: problem.into(), accepted: accepted.into() }
    }

    /// `scheme://[userinfo@]host[:port][/path]`, also with `jdbc:` in front (RFC 3986 section 3.2).
    fn url(&self, colon: usize) -> Result<Parsed, TargetError> {
        let scheme = self.0[..colon].rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
        let port = schemes::port(&scheme);
        let start = colon + 3;
        let end = self.0[start..].find(['/', '?', '#']).map_or(self.0.len(), |at| start + at);
        let host = self.0[start..end].rfind('@').map_or(start, |at| start + at + 1);
        let mut parsed = self.authority(host, end)?;
        parsed.port = parsed.port.or(port);
        Ok(parsed)
    }

    /// Everything that is no URL; a path behind a port is understood as the rest of a URL.
    fn plain(&self) -> Result<Parsed, TargetError> {
        let end = match self.0.find('/') {
            Some(at) if self.0[..at].contains(':') => at,
            Some(at) if at == 0 || self.0.starts_with('.') => {
                return Err(self.error(at, "`/` is no part of a name", ACCEPTED));
            }
            Some(at) => {
                let accepted = format!("a name, or a URL with its scheme: http://{}", clip(self.0));
                return Err(self.error(at, "`/` is no part of a name", accepted));
            }
            None => self.0.len(),
        };
        self.authority(0, end)
    }

    /// Host and port in the bytes `start..end`.
    fn authority(&self, start: usize, end: usize) -> Result<Parsed, TargetError> {
        let text = &self.0[start..end];
        if text.is_empty() {
            return Err(self.error(start, "no name", ACCEPTED));
        }
        if text.starts_with('[') {
            return self.bracketed(start, end);
        }
        if text.matches(':').count() > 1 {
            return self.bare_v6(start, end);
        }
        let colon = text.find(':').map_or(end, |at| start + at);
        let port = if colon < end { Some(self.port(colon + 1, end)?) } else { None };
        self.host(start, colon, port)
    }

    /// `[ADDRESS]` with or without `:PORT`.
    fn bracketed(&self, start: usize, end: usize) -> Result<Parsed, TargetError> {
        let Some(close) = self.0[start..end].find(']').map(|at| start + at) else {
            return Err(self.error(start, "`[` without `]`", "[ADDRESS]:PORT, for example [::1]:3000"));
        };
        let (address, zone) = self.v6(start + 1, close)?;
        let port = match &self.0[close + 1..end] {
            "" => None,
            rest if rest.starts_with(':') => Some(self.port(close + 2, end)?),
            _ => return Err(self.error(close + 1, "only `:PORT` may follow `]`", ACCEPTED)),
        };
        Ok(Parsed {
            name: self.0[start + 1..close].to_owned(),
            literal: Some((address.into(), zone)),
            port,
            remark: None,
        })
    }

    /// An IPv6 address without brackets: all of it is the address.
    fn bare_v6(&self, start: usize, end: usize) -> Result<Parsed, TargetError> {
        let (address, zone) = self.v6(start, end)?;
        let text = &self.0[start..end];
        let remark = text.rsplit_once(':').and_then(|(host, port)| {
            let doubtful = port.len() >= 2 && port.parse::<u16>().is_ok() && host.parse::<Ipv6Addr>().is_ok();
            doubtful.then(|| format!("read as the address {text}; for port {port} write [{host}]:{port}"))
        });
        Ok(Parsed { name: text.to_owned(), literal: Some((address.into(), zone)), port: None, remark })
    }

    /// An IPv6 address with a zone behind `%`, or behind `%25` as RFC 6874 writes it in URLs.
    fn v6(&self, start: usize, end: usize) -> Result<(Ipv6Addr, Option<String>), TargetError> {
        let text = &self.0[start..end];
        let (address, zone) = match text.split_once('%') {
            Some((address, zone)) => {
                let zone =
                    if self.0.contains("://") { zone.strip_prefix("25").unwrap_or(zone) } else { zone };
                (address, Some(zone.to_owned()))
            }
            None => (text, None),
        };
        if zone.as_deref() == Some("") {
            return Err(self.error(
                end,
                "no interface behind `%`",
                "ADDRESS%INTERFACE, for example fe80::1%eth0",
            ));
        }
        let address = address.parse().map_err(|_| {
            self.error(
                start,
                format!("`{}` is no IPv6 address", clip(address)),
                "for example ::1 or [::1]:3000",
            )
        })?;
        Ok((address, zone))
    }

    /// A name or an IPv4 address.
    fn host(&self, start: usize, end: usize, port: Option<u16>) -> Result<Parsed, TargetError> {
        let name = &self.0[start..end];
        if name.is_empty() {
            let accepted = "NAME:PORT, for example localhost:3000";
            return Err(self.error(start, "no name before the port", accepted));
        }
        if let Some(at) = name.find(['[', ']', '@', '?', '#', '%']) {
            let c = name[at..].chars().next().unwrap_or_default();
            return Err(self.error(start + at, format!("`{c}` is no part of a name"), ACCEPTED));
        }
        let length = name.strip_suffix('.').unwrap_or(name).len();
        if length > LONGEST_NAME {
            return Err(self.error(
                start,
                format!("a name of {length} characters"),
                format!("a name of at most {LONGEST_NAME} characters (RFC 1035)"),
            ));
        }
        let literal = name.parse::<std::net::Ipv4Addr>().ok().map(|a| (a.into(), None));
        let is_number = port.is_none() && name.parse::<u16>().is_ok();
        let remark = is_number.then(|| format!("read as a name; for port {name} write localhost:{name}"));
        Ok(Parsed { name: name.to_owned(), literal, port, remark })
    }

    fn port(&self, start: usize, end: usize) -> Result<u16, TargetError> {
        let text = &self.0[start..end];
        let accepted = "a port from 1 to 65535";
        if text.is_empty() {
            return Err(self.error(start, "no port behind `:`", accepted));
        }
        if let Some(at) = text.find(|c: char| !c.is_ascii_digit()) {
            return Err(self.error(start + at, format!("`{}` is no port", clip(text)), accepted));
        }
        match text.parse::<u16>() {
            Ok(0) => Err(self.error(start, "port 0 cannot be connected to", accepted)),
            Ok(port) => Ok(port),
            Err(_) => Err(self.error(start, format!("port {} is above 65535", clip(text)), accepted)),
        }
    }
}

/// A text short enough to be part of a message.
fn clip(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted() {
        for (text, name, port) in [
            ("localhost", "localhost", None),
            ("localhost:3000", "localhost", Some(3000)),
            ("localhost.", "localhost.", None),
            ("127.0.0.1:80", "127.0.0.1", Some(80)),
            ("::1", "::1", None),
            ("[::1]", "::1", None),
            ("[::1]:3000", "::1", Some(3000)),
            ("http://localhost", "localhost", Some(80)),
            ("HTTPS://localhost/a:b@c", "localhost", Some(443)),
            ("https://user:p@ss@api.test:8443/x?y#z", "api.test", Some(8443)),
            ("http://[::1]:8080/", "::1", Some(8080)),
            ("jdbc:postgresql://db.internal/app", "db.internal", Some(5432)),
            ("mongodb+srv://cluster.test", "cluster.test", Some(27017)),
            ("gopher://old.test", "old.test", None),
            ("localhost:3000/health", "localhost", Some(3000)),
            ("日本.example:1", "日本.example", Some(1)),
            ("x_y:65535", "x_y", Some(65535)),
        ] {
            let parsed = parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!((parsed.name.as_str(), parsed.port), (name, port), "{text}");
        }
        assert!(parse(&"a".repeat(253)).is_ok());
        assert!(parse(&format!("{}.", "a".repeat(253))).is_ok());
    }

    #[test]
    fn addresses_are_literals() {
        let literal = |text: &str| parse(text).unwrap().literal;
        assert_eq!(literal("127.0.0.1:80"), Some(("127.0.0.1".parse().unwrap(), None)));
        assert_eq!(literal("fe80::1%eth0"), Some(("fe80::1".parse().unwrap(), Some("eth0".into()))));
        assert_eq!(
            literal("http://[fe80::1%25eth0]/"),
            Some(("fe80::1".parse().unwrap(), Some("eth0".into())))
        );
        assert_eq!(literal("localhost"), None);
    }

    #[test]
    fn rejected_with_a_column() {
        let long = "x".repeat(300);
        for (text, column, problem) in [
            ("", 1, "no name"),
            ("localhost:99999", 11, "port 99999 is above 65535"),
            ("localhost:0", 11, "port 0 cannot be connected to"),
            ("localhost:", 11, "no port behind `:`"),
            ("localhost:http", 11, "`http` is no port"),
            ("localhost:80a", 13, "`80a` is no port"),
            (":80", 1, "no name before the port"),
            ("[::1", 1, "`[` without `]`"),
            ("[::1]3000", 6, "only `:PORT` may follow `]`"),
            ("[localhost]:80", 2, "`localhost` is no IPv6 address"),
            ("a:b:c", 1, "`a:b:c` is no IPv6 address"),
            ("fe80::1%", 9, "no interface behind `%`"),
            ("a b", 2, "' ' is no part of a name"),
            ("a\u{1b}[0m", 2, "'\\u{1b}' is no part of a name"),
            ("./hosts", 2, "`/` is no part of a name"),
            ("me@host", 3, "`@` is no part of a name"),
            ("http:///x", 8, "no name"),
            ("日本:99999", 4, "port 99999 is above 65535"),
            (long.as_str(), 1, "a name of 300 characters"),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!((error.column, error.problem.as_str()), (column, problem), "{text}");
            assert!(error.to_string().chars().count() < 160, "{error}");
        }
    }

    #[test]
    fn doubtful_v6_is_said() {
        let remark = parse("::1:3000").unwrap().remark;
        assert_eq!(remark.as_deref(), Some("read as the address ::1:3000; for port 3000 write [::1]:3000"));
        assert_eq!(parse("2001:db8::1").unwrap().remark, None);
    }

    #[test]
    fn a_port_alone_is_said() {
        let remark = parse("3000").unwrap().remark;
        assert_eq!(remark.as_deref(), Some("read as a name; for port 3000 write localhost:3000"));
        assert_eq!(parse("127.1").unwrap().remark, None);
    }

    #[test]
    fn a_url_without_scheme_is_named() {
        let accepted = parse("localhost/health").unwrap_err().accepted;
        assert_eq!(accepted, "a name, or a URL with its scheme: http://localhost/health");
        assert_eq!(parse("./hosts").unwrap_err().accepted, ACCEPTED);
    }

    #[test]
    fn zones_become_indexes() {
        let eth0 = Interface {
            index: 7,
            name: "eth0".into(),
            link_type: 1,
            flags: 1,
            mtu: 0,
            addresses: Vec::new(),
        };
        let scope = |text: &str| {
            parse(text).unwrap().resolve(std::slice::from_ref(&eth0)).map(|t| t.literal.unwrap().scope_id)
        };
        assert_eq!(scope("fe80::1%eth0"), Ok(7));
        assert_eq!(scope("fe80::1%7"), Ok(7));
        assert_eq!(scope("fe80::1%3").unwrap_err().problem, "no interface `3`");
        assert_eq!(scope("::1"), Ok(0));
        let error = scope("[fe80::1%eth9]:80").unwrap_err();
        assert_eq!(error.problem, "no interface `eth9`");
        assert_eq!(error.accepted, "the name or index of an interface: eth0 (7)");
    }
}
