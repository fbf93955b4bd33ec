//! Recorded answers of real C libraries: the line format of `testdata/oracle/libc` (described in its README.md) and
//! how such a line becomes a [`Snapshot`], a [`Query`] and an expected outcome.
//!
//! Shared by the replay test and by `cargo xtask oracle`, which writes the same lines.
#![allow(dead_code, unreachable_pub, reason = "a module of two programs, each of which needs a part")]

pub mod link;
pub mod live;
pub mod zone;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;
use whyhost_core::machine::Machine;
use whyhost_core::resolve::{Answer, Query, QueryFlags, dns_questions};
use whyhost_core::snapshot::{
    Content, Family, Libc, NssModule, Os, OsFamily, RawFile, Route, ScopedAddr, Snapshot, SourceAddress,
    SourceOutcome,
};

/// The glibc versions of the recording.
pub const GLIBC: [&str; 4] = ["2.31", "2.36", "2.41", "2.43"];
/// The musl versions of the recording.
pub const MUSL: [&str; 3] = ["1.1.24", "1.2.3", "1.2.6"];

/// One machine with everything that was asked on it: one line of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// Name of the machine; question `n` of it is `id.n`.
    pub id: String,
    /// What the machine is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Files of /etc by their name there; `null` is an absent file.
    pub etc: BTreeMap<String, Option<Bytes>>,
    /// `gethostname()`.
    pub hostname: String,
    /// Environment of the asking process.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Network settings that no address row shows.
    #[serde(default, skip_serializing_if = "Net::is_plain")]
    pub net: Net,
    /// What the DNS server on 127.0.0.1:53 knew; `null`: nobody listened there.
    pub dns: Option<zone::Zone>,
    /// `socket(AF_INET6)` failed with `EAFNOSUPPORT`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_inet6_sockets: bool,
    /// Installed NSS modules besides `files` and `dns`; `null`: as on the machines of the recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modules: Option<Vec<NssModule>>,
    /// Configured addresses in the order of the dump, see [`link`].
    pub addresses: Vec<String>,
    /// Destination → the kernel's source address or the errno.
    pub sources: BTreeMap<String, String>,
    /// The questions.
    pub asked: Vec<Asked>,
}

/// The content of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Bytes {
    /// UTF-8.
    Text(String),
    /// Anything else.
    Base64 {
        /// Standard base64.
        base64: String,
    },
}

impl Bytes {
    /// Wraps the bytes of a file.
    pub fn new(bytes: &[u8]) -> Bytes {
        match Content::new(bytes) {
            Content::Text(text) => Bytes::Text(text),
            Content::Base64(base64) => Bytes::Base64 { base64 },
        }
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Bytes::Text(text) => text.as_bytes().to_vec(),
            Bytes::Base64 { base64 } => Content::Base64(base64.clone()).bytes().expect("standard base64"),
        }
    }
}

/// Network settings that no address row shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Net {
    /// `lo` was down.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lo_down: bool,
    /// Kernel switches below /proc/sys/net, such as `ipv6/bindv6only`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sysctl: BTreeMap<String, i64>,
    /// Default routes in the order of creation: `dev v0` or `via 192.0.2.1`, the IPv6 ones with `-6 ` before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default_routes: Vec<String>,
}

impl Net {
    fn is_plain(&self) -> bool {
        *self == Net::default()
    }
}

/// One question with its answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Name as passed; `*` stands for a NULL name (with service 80), as getaddrinfo itself reads it.
    pub name: String,
    /// `any`, `v4`, `v6`.
    pub family: Family,
    /// Hint flags without `AI_`, separated by blanks.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub flags: String,
    /// Libraries → outcome: addresses in order separated by blanks, or `EAI_…`, with the errno of `EAI_SYSTEM`
    /// after a blank, or `CRASH`. Libraries: see [`names`].
    pub answers: BTreeMap<String, String>,
    /// Libraries → DNS questions that the server saw, sorted, `name/TYPE` separated by blanks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dns: BTreeMap<String, String>,
}

impl Asked {
    /// The recorded outcome of `library` (`glibc-2.36`).
    pub fn answer(&self, library: &str) -> Option<&str> {
        self.answers.iter().find(|(key, _)| names(key, library)).map(|(_, outcome)| outcome.as_str())
    }

    /// The DNS questions that the server saw from `library`.
    pub fn questions(&self, library: &str) -> Vec<&str> {
        self.dns
            .iter()
            .find(|(key, _)| names(key, library))
            .map_or_else(Vec::new, |(_, seen)| seen.split(' ').collect())
    }

    /// The question as the model takes it.
    pub fn query(&self) -> Query {
        let has = |flag: &str| self.flags.split(' ').any(|f| f == flag);
        Query {
            name: self.name.clone(),
            family: self.family,
            port: (self.name == "*").then_some(80),
            flags: QueryFlags {
                addrconfig: has("ADDRCONFIG"),
                v4mapped: has("V4MAPPED"),
                all: has("ALL"),
                passive: has("PASSIVE"),
                canonname: has("CANONNAME"),
                numerichost: has("NUMERICHOST"),
            },
        }
    }
}

/// `key` (libraries joined with `,`; `glibc`, `musl` and `all` stand for all of them) names `library`.
pub fn names(key: &str, library: &str) -> bool {
    let family = library.split('-').next().unwrap_or(library);
    key.split(',').any(|k| k == library || k == family || k == "all")
}

/// An outcome as the file writes it.
pub fn outcome(answer: &Answer) -> String {
    match &answer.error {
        Some(error) => {
            let errno = error.errno.map(|e| format!(" {e}")).unwrap_or_default();
            format!("{}{errno}", error.code)
        }
        None if answer.addresses.is_empty() => format!("({:?})", answer.status),
        None => join(answer.addresses.iter().map(|a| a.address)),
    }
}

/// Addresses as the file writes them.
pub fn join(addresses: impl IntoIterator<Item = ScopedAddr>) -> String {
    addresses.into_iter().map(|a| a.to_string()).collect::<Vec<_>>().join(" ")
}

impl Recorded {
    /// The machine as `library` (`glibc-2.36`) saw it, without DNS answers.
    pub fn snapshot(&self, library: &str) -> Snapshot {
        let (name, version) = library.split_once('-').unwrap_or((library, ""));
        let mut snapshot = Snapshot::new(Os {
            libc: Some(Libc { name: name.into(), version: version.into() }),
            hostname: self.hostname.clone(),
            ..Os::unknown(OsFamily::Linux)
        });
        snapshot.files = self.files();
        snapshot.interfaces = link::interfaces(&self.addresses, self.net.lo_down);
        snapshot.routes = self.net.default_routes.iter().filter_map(|r| self.route(r)).collect();
        snapshot.source_addresses = self.source_addresses();
        snapshot.env = self.env.clone();
        snapshot.nss_modules = self.modules.clone().unwrap_or_else(|| modules(&self.id, version));
        add_missing_modules(snapshot)
    }

    /// The machine with the DNS answers that the model may need for `query`.
    pub fn machine(&self, library: &str, query: &Query) -> Machine {
        let mut snapshot = self.snapshot(library);
        let questions = dns_questions(&Machine::new(snapshot.clone()), query);
        snapshot.live.dns =
            questions.iter().map(|(name, kind)| zone::observe(self.dns.as_ref(), name, kind)).collect();
        Machine::new(snapshot)
    }

    fn files(&self) -> Vec<RawFile> {
        let etc = self.etc.iter().map(|(name, content)| {
            let path = format!("/etc/{name}");
            match content {
                None => RawFile::absent(&path),
                Some(content) => RawFile::text(&path, &content.bytes()),
            }
        });
        let all_disabled = ("ipv6/conf/all/disable_ipv6".to_owned(), 0);
        let mut switches = BTreeMap::from([all_disabled]);
        switches.extend(self.net.sysctl.clone());
        let proc = switches.iter().map(|(name, value)| {
            RawFile::text(&format!("/proc/sys/net/{name}"), format!("{value}\n").as_bytes())
        });
        // No daemon ran: neither systemd-resolved, systemd-machined nor avahi.
        let daemons =
            ["/run/systemd/resolve/io.systemd.Resolve", "/run/systemd/machines", "/run/avahi-daemon/socket"];
        etc.chain(proc).chain(daemons.map(RawFile::absent)).collect()
    }

    fn route(&self, text: &str) -> Option<Route> {
        let (v6, text) = text.strip_prefix("-6 ").map_or((false, text), |rest| (true, rest));
        let (gateway, interface) = match text.split_once(' ')? {
            ("dev", name) => (None, name.to_owned()),
            (_, via) => {
                let gateway: IpAddr = via.parse().ok()?;
                (Some(gateway), link::towards(&self.addresses, gateway)?)
            }
        };
        let destination: IpAddr = if v6 { [0u16; 8].into() } else { [0u8; 4].into() };
        // The kernel's own metric of IPv6 routes (IP6_RT_PRIO_USER); IPv4 ones have none.
        Some(Route { destination, prefix_len: 0, gateway, interface, metric: if v6 { 1024 } else { 0 } })
    }

    fn source_addresses(&self) -> Vec<SourceAddress> {
        self.sources
            .iter()
            .map(|(destination, source)| SourceAddress {
                destination: scoped(destination),
                outcome: match source.parse() {
                    Ok(address) => SourceOutcome::Source(address),
                    Err(_) => SourceOutcome::Errno(source.clone()),
                },
            })
            .collect()
    }
}

/// Reads `fe80::1%3`.
pub fn scoped(text: &str) -> ScopedAddr {
    let (address, scope) = text.split_once('%').unwrap_or((text, "0"));
    ScopedAddr {
        address: address.parse().expect("a recorded address"),
        scope_id: scope.parse().expect("a recorded scope"),
    }
}

/// Says of every other service of the hosts line that its module is not there.
fn add_missing_modules(mut snapshot: Snapshot) -> Snapshot {
    let machine = Machine::new(snapshot.clone());
    for service in machine.nsswitch.value.effective(machine.glibc) {
        let built_in = ["files", "dns"].contains(&service.name.as_str());
        if !built_in && !snapshot.nss_modules.iter().any(|m| m.name == service.name) {
            snapshot.nss_modules.push(NssModule { name: service.name, path: None, version: None });
        }
    }
    snapshot
}

/// What was installed on the machines of the recording (testdata/oracle/libc/README.md, "NSS modules").
fn modules(id: &str, glibc: &str) -> Vec<NssModule> {
    let systemd = match glibc {
        "2.31" => "247",
        "2.36" => "252",
        "2.41" => "257",
        _ => "262",
    };
    let module = |name: &str, version: Option<&str>| NssModule {
        name: name.into(),
        path: Some(format!("/lib/libnss_{name}.so.2")),
        version: version.map(Into::into),
    };
    let mut all = vec![module("myhostname", Some(systemd))];
    if id == "H09" {
        all.push(module("mymachines", Some(systemd)));
        all.push(module("resolve", Some(systemd)));
        all.push(module("mdns4_minimal", Some("0.15.1")));
    }
    all
}
