//! /etc/resolv.conf as glibc reads it (`resolv/res_init.c`, `res_vinit_1` and `res_setoptions`).

use super::text::{CLine, atoi, is_space, lines};
use hosts_edit::address::inet_aton;
use std::net::{IpAddr, Ipv4Addr};

/// /etc/resolv.conf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvConf {
    /// Servers with their line, at most three; empty means 127.0.0.1.
    pub nameservers: Vec<(usize, IpAddr)>,
    /// Search list of the last `search` or `domain` line with that line; `None` when there is no such line.
    pub search: Option<(usize, Vec<String>)>,
    /// `ndots`, 1 by default, at most 15.
    pub ndots: u8,
    /// `timeout` in seconds, 5 by default, at most 30.
    pub timeout: u8,
    /// `attempts`, 2 by default, at most 5.
    pub attempts: u8,
    /// `no-aaaa` (glibc ≥ 2.36): AAAA is never asked.
    pub no_aaaa: bool,
}

impl Default for ResolvConf {
    fn default() -> Self {
        ResolvConf {
            nameservers: Vec::new(),
            search: None,
            ndots: 1,
            timeout: 5,
            attempts: 2,
            no_aaaa: false,
        }
    }
}

/// Servers that glibc keeps (`MAXNS`).
const MAX_SERVERS: usize = 3;

impl ResolvConf {
    /// Parses the file.
    pub fn parse(bytes: &[u8]) -> ResolvConf {
        let mut conf = ResolvConf::default();
        for line in lines(bytes) {
            conf.line(&line);
        }
        conf
    }

    /// The configuration after the environment variables `RES_OPTIONS` (adds options) and `LOCALDOMAIN` (replaces the
    /// search list).
    pub fn with_env(&self, res_options: Option<&str>, localdomain: Option<&str>) -> ResolvConf {
        let mut conf = self.clone();
        if let Some(options) = res_options {
            conf.options(options.as_bytes());
        }
        if let Some(list) = localdomain {
            conf.search = Some((0, domains(list.as_bytes())));
        }
        conf
    }

    /// The servers that are asked, in order.
    pub fn servers(&self) -> Vec<IpAddr> {
        if self.nameservers.is_empty() {
            return vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
        }
        self.nameservers.iter().map(|(_, address)| *address).collect()
    }

    /// The search list: the configured one, or the domain part of the machine's name.
    pub fn search_list(&self, hostname: &str) -> Vec<String> {
        match &self.search {
            Some((_, list)) => list.clone(),
            None => hostname.split_once('.').map(|(_, domain)| vec![domain.to_owned()]).unwrap_or_default(),
        }
    }

    fn line(&mut self, line: &CLine<'_>) {
        if let Some(rest) = argument(line.text, b"nameserver") {
            let word = rest.split(|b| is_space(*b)).next().unwrap_or_default();
            if let (Some(address), true) = (server(word), self.nameservers.len() < MAX_SERVERS) {
                self.nameservers.push((line.number, address));
            }
        } else if let Some(rest) = argument(line.text, b"search") {
            self.search = Some((line.number, domains(rest)));
        } else if let Some(rest) = argument(line.text, b"domain") {
            self.search = Some((line.number, domains(rest).into_iter().take(1).collect()));
        } else if let Some(rest) = argument(line.text, b"options") {
            self.options(rest);
        }
    }

    fn options(&mut self, text: &[u8]) {
        for word in text.split(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')) {
            if let Some(value) = word.strip_prefix(b"ndots:") {
                self.ndots = capped(value, 15);
            } else if let Some(value) = word.strip_prefix(b"timeout:") {
                self.timeout = capped(value, 30);
            } else if let Some(value) = word.strip_prefix(b"attempts:") {
                self.attempts = capped(value, 5);
            } else if word.starts_with(b"no-aaaa") {
                self.no_aaaa = true;
            } else if word.starts_with(b"-no-aaaa") {
                self.no_aaaa = false;
            }
        }
    }
}

fn capped(value: &[u8], most: u8) -> u8 {
    u8::try_from(atoi(value).min(u32::from(most))).unwrap_or(most)
}

/// What follows a keyword in column 1 and at least one blank.
fn argument<'a>(line: &'a [u8], keyword: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(keyword)?;
    let first = rest.iter().position(|b| !matches!(b, b' ' | b'\t'))?;
    (first > 0).then(|| &rest[first..])
}

fn domains(text: &[u8]) -> Vec<String> {
    text.split(|b| is_space(*b))
        .filter(|w| !w.is_empty())
        .map(|w| String::from_utf8_lossy(w).into_owned())
        .collect()
}

/// An IPv4 address as `inet_aton` reads it, or an IPv6 address with or without a zone.
fn server(word: &[u8]) -> Option<IpAddr> {
    if let Some(address) = inet_aton(word) {
        return Some(IpAddr::V4(address));
    }
    let text = std::str::from_utf8(word).ok()?;
    let address = text.split_once('%').map_or(text, |(address, _)| address);
    address.parse().ok().map(IpAddr::V6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything() {
        let conf = ResolvConf::parse(
            b"# c\nnameserver 192.0.2.53\nnameserver\t::1\nnameserver fe80::1%eth0\nnameserver 192.0.2.9\n\
              domain first.test\nsearch a.test b.test \noptions ndots:2 timeout:1 attempts:9 no-aaaa\n",
        );
        assert_eq!(
            conf.nameservers.iter().map(|(l, a)| (*l, a.to_string())).collect::<Vec<_>>(),
            [(2, "192.0.2.53".to_owned()), (3, "::1".to_owned()), (4, "fe80::1".to_owned()),]
        );
        assert_eq!(conf.search, Some((7, vec!["a.test".to_owned(), "b.test".to_owned()])));
        assert_eq!((conf.ndots, conf.timeout, conf.attempts, conf.no_aaaa), (2, 1, 5, true));
    }

    #[test]
    fn nothing_means_localhost_and_the_hosts_domain() {
        let conf = ResolvConf::parse(b"nameserver not-an-address\nsearchx a\n search a.test\n");
        assert_eq!(conf.servers(), [IpAddr::V4(Ipv4Addr::LOCALHOST)]);
        assert_eq!(conf.search_list("box.corp.test"), ["corp.test"]);
        assert!(conf.search_list("box").is_empty());
    }

    #[test]
    fn environment() {
        let conf =
            ResolvConf::parse(b"search a.test\n").with_env(Some("ndots:0 -no-aaaa"), Some("b.test c.test"));
        assert_eq!(conf.search_list("x"), ["b.test", "c.test"]);
        assert_eq!(conf.ndots, 0);
    }
}
