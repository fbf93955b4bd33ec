//! The configuration files as Go reads them: nss.go `parseNSSConf`, dnsconfig_unix.go `dnsReadConfig`.

use super::choice::REWORKED;
use crate::conf::resolv::ResolvConf;
use crate::machine::{FileState, Machine, NSSWITCH, RESOLV};
use crate::resolve::resolvers::model::Version;
use crate::snapshot::FileKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A source of a hosts line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NssSource {
    pub(super) name: String,
    criteria: Vec<Criterion>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Criterion {
    negate: bool,
    status: String,
    action: String,
}

impl NssSource {
    /// `standardCriteria`: all criteria say what holds without them; a last one that says return counts as such.
    pub(super) fn is_standard(&self) -> bool {
        self.criteria.iter().enumerate().all(|(i, c)| {
            let default = match c.status.as_str() {
                "success" => "return",
                "notfound" | "unavail" | "tryagain" => "continue",
                _ => return false,
            };
            let last = i + 1 == self.criteria.len();
            !c.negate && (c.action == default || last && c.action == "return")
        })
    }
}

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Nss {
    /// The hosts sources of all lines; none: there is no file or no such line.
    Sources(Vec<NssSource>),
    /// It cannot be opened or parsed; why.
    Broken(String),
}

/// Reads nsswitch.conf.
///
/// # Errors
/// A sentence when the snapshot does not have the file.
pub(super) fn nss(machine: &Machine) -> Result<Nss, String> {
    match &machine.nsswitch.state {
        FileState::Read => {
            let bytes = machine.raw.file(NSSWITCH).and_then(|f| f.bytes()).unwrap_or_default();
            Ok(parse_nss(&bytes).map_or_else(|why| Nss::Broken(why.into()), Nss::Sources))
        }
        FileState::Absent(errno) if errno == "ENOENT" => Ok(Nss::Sources(Vec::new())),
        FileState::NotAFile(FileKind::Directory) => Ok(Nss::Sources(Vec::new())),
        FileState::Absent(why) | FileState::Unreadable(why) => Ok(Nss::Broken(why.clone())),
        FileState::NotAFile(_) => Err(format!("{NSSWITCH} is no regular file")),
        FileState::Unrecorded => Err(format!("the snapshot has no {NSSWITCH}")),
    }
}

/// Lines of all databases are read, so an error in any of them spoils the file. Sources are parted by spaces alone: with
/// a tab between them two sources are one that nobody knows.
fn parse_nss(bytes: &[u8]) -> Result<Vec<NssSource>, &'static str> {
    let mut sources = Vec::new();
    for line in bytes.split(|b| *b == b'\n') {
        let text =
            String::from_utf8_lossy(line.split(|b| *b == b'#').next().unwrap_or_default()).into_owned();
        let text = text.trim_matches(is_space);
        if text.is_empty() {
            continue;
        }
        let (database, mut list) = text.split_once(':').ok_or("a line without a colon")?;
        let hosts = database.trim_matches(is_space) == "hosts";
        loop {
            list = list.trim_matches(is_space);
            if list.is_empty() {
                break;
            }
            let (name, rest) = list.split_once(' ').unwrap_or((list, ""));
            let mut rest = rest.trim_matches(is_space);
            let mut criteria = Vec::new();
            if let Some(inside) = rest.strip_prefix('[') {
                let (inside, behind) = inside.split_once(']').ok_or("an unclosed bracket")?;
                criteria = parse_criteria(inside)?;
                rest = behind;
            }
            if hosts {
                sources.push(NssSource { name: name.to_owned(), criteria });
            }
            list = rest;
        }
    }
    Ok(sources)
}

fn parse_criteria(text: &str) -> Result<Vec<Criterion>, &'static str> {
    let fields = text.split(' ').map(|f| f.trim_matches(is_space)).filter(|f| !f.is_empty());
    fields
        .map(|field| {
            let (negate, field) = field.strip_prefix('!').map_or((false, field), |rest| (true, rest));
            let (status, action) =
                field.split_once('=').filter(|_| field.len() >= 3).ok_or("a bad criterion")?;
            Ok(Criterion { negate, status: status.to_ascii_lowercase(), action: action.to_ascii_lowercase() })
        })
        .collect()
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// resolv.conf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GoResolvConf {
    /// Servers and `ndots`, for asking; the search list is in `search`.
    pub(super) conf: ResolvConf,
    /// Domains without the final dot.
    pub(super) search: Vec<String>,
    /// An option or keyword that Go does not know.
    pub(super) unknown: Option<String>,
    /// It is there but cannot be opened, for another reason than a lack of permission.
    pub(super) broken: Option<String>,
}

/// Reads resolv.conf; the environment plays no part.
///
/// # Errors
/// A sentence when the snapshot does not have the file.
pub(super) fn resolv(machine: &Machine, version: Version) -> Result<GoResolvConf, String> {
    let mut read =
        GoResolvConf { conf: ResolvConf::default(), search: Vec::new(), unknown: None, broken: None };
    match &machine.resolv.state {
        FileState::Read => {
            let bytes = machine.raw.file(RESOLV).and_then(|f| f.bytes()).unwrap_or_default();
            for (index, line) in bytes.split(|b| *b == b'\n').enumerate() {
                read.line(index + 1, &String::from_utf8_lossy(line), version);
            }
        }
        FileState::Absent(errno) if errno == "ENOENT" || errno == "EACCES" => {}
        FileState::Unreadable(reason) if reason.contains("EACCES") => {}
        FileState::NotAFile(FileKind::Directory) => {}
        FileState::Absent(why) | FileState::Unreadable(why) => read.broken = Some(why.clone()),
        FileState::NotAFile(_) => return Err(format!("{RESOLV} is no regular file")),
        FileState::Unrecorded => return Err(format!("the snapshot has no {RESOLV}")),
    }
    if read.conf.nameservers.is_empty() {
        read.conf.nameservers =
            vec![(0, IpAddr::V4(Ipv4Addr::LOCALHOST)), (0, IpAddr::V6(Ipv6Addr::LOCALHOST))];
    }
    if read.search.is_empty()
        && let Some((_, domain)) = machine.os.hostname.split_once('.').filter(|(_, d)| !d.is_empty())
    {
        read.search = vec![unrooted(domain)];
    }
    Ok(read)
}

impl GoResolvConf {
    fn line(&mut self, number: usize, line: &str, version: Version) {
        if line.starts_with([';', '#']) {
            return;
        }
        let mut fields = line.split([' ', '\r', '\t']).filter(|f| !f.is_empty());
        let Some(keyword) = fields.next() else { return };
        match keyword {
            "nameserver" => {
                let text = fields.next().unwrap_or_default();
                let address = text.split_once('%').map_or(text, |(address, _)| address).parse();
                if let (Ok(address), true) = (address, self.conf.nameservers.len() < 3) {
                    self.conf.nameservers.push((number, address));
                }
            }
            "domain" => {
                if let Some(domain) = fields.next() {
                    self.search = vec![unrooted(domain)];
                }
            }
            // The root on the list is skipped (1.19 asks for a name that cannot be encoded).
            "search" => self.search = fields.filter(|d| *d != ".").map(unrooted).collect(),
            "options" => fields.for_each(|option| self.option(option, version)),
            "lookup" => {}
            other => self.unknown = Some(other.to_owned()),
        }
    }

    fn option(&mut self, option: &str, version: Version) {
        let number = |text: &str| {
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<u32>().unwrap_or(if digits.is_empty() { 0 } else { 15 })
        };
        if let Some(value) = option.strip_prefix("ndots:") {
            self.conf.ndots = u8::try_from(number(value).min(15)).unwrap_or(15);
            return;
        }
        const KNOWN: [&str; 6] =
            ["rotate", "single-request", "single-request-reopen", "use-vc", "usevc", "tcp"];
        const KNOWN_LATER: [&str; 3] = ["trust-ad", "edns0", "no-reload"];
        let known = KNOWN.contains(&option) || (version >= REWORKED && KNOWN_LATER.contains(&option));
        if !known && !option.starts_with("timeout:") && !option.starts_with("attempts:") {
            self.unknown = Some(option.to_owned());
        }
    }
}

fn unrooted(domain: &str) -> String {
    domain.strip_suffix('.').unwrap_or(domain).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        parse_nss(text.as_bytes()).unwrap().into_iter().map(|s| s.name).collect()
    }

    #[test]
    fn hosts_lines_add_up_and_tabs_join_names() {
        assert_eq!(names("hosts: files dns # x\nhosts:\tmyhostname\n"), ["files", "dns", "myhostname"]);
        assert_eq!(names("hosts: files\tdns\n"), ["files\tdns"]);
        assert_eq!(names("passwd: files\nHOSTS: dns"), [""; 0]);
    }

    #[test]
    fn an_error_in_any_line_spoils_the_file() {
        for text in ["hosts files\n", "hosts: files [NOTFOUND=return\n", "passwd: files [X]\nhosts: files\n"]
        {
            assert!(parse_nss(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn standard_criteria() {
        let standard = |text: &str| parse_nss(text.as_bytes()).unwrap()[0].is_standard();
        assert!(standard("hosts: files [SUCCESS=return NOTFOUND=continue UNAVAIL=return]"));
        assert!(standard("hosts: dns [notfound=return]"));
        assert!(!standard("hosts: dns [NOTFOUND=return UNAVAIL=continue]"));
        assert!(!standard("hosts: dns [!UNAVAIL=return]"));
        assert!(!standard("hosts: dns [FOO=return]"));
    }
}
