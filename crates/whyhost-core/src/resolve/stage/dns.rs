//! The dns module: which questions it sends and what it makes of the answers (`resolv/res_query.c`,
//! `resolv/res_send.c`, `resolv/nss_dns/dns-host.c`). The answers themselves are the recorded observations.

use super::{Call, Candidate, HErrno, Outcome, Report};
use crate::conf::host_aliases;
use crate::conf::nsswitch::Status;
use crate::conf::resolv::ResolvConf;
use crate::machine::{GlibcVersion, Machine};
use crate::resolve::answer::Source;
use crate::snapshot::Observation;
use std::net::{IpAddr, SocketAddr};

/// Asks the configured servers for `name`. `checked`: the function is one that looks at the name first
/// (`gethostbyname2_r` and `gethostbyname4_r`, not `gethostbyname3_r`; `check_name`).
pub fn call(machine: &Machine, name: &str, call: Call, checked: bool) -> Outcome {
    if checked && !is_host_name(name) {
        let detail = format!("{name} is no host name: DNS is not asked");
        return Outcome::Report(Report::nothing(Status::NotFound, Some(HErrno::HostNotFound), detail));
    }
    match Search::new(machine, name, call).and_then(|search| search.run()) {
        Ok(report) => Outcome::Report(report),
        Err(question) => Outcome::Unknown(question),
    }
}

/// The questions that [`call`] may send, in order: absolute names without the final dot, and record types.
pub fn questions(machine: &Machine, name: &str, call: Call) -> Vec<(String, &'static str)> {
    let Ok(search) = Search::new(machine, name, call) else { return Vec::new() };
    let kinds = search.kinds.clone();
    search
        .candidates()
        .into_iter()
        .filter(|candidate| is_encodable(candidate))
        .flat_map(|candidate| kinds.iter().map(move |kind| (candidate.clone(), *kind)))
        .collect()
}

/// The resolver configuration in force, environment included.
pub fn configuration(machine: &Machine) -> ResolvConf {
    let env = |name: &str| machine.raw.env.get(name).map(String::as_str);
    let mut conf = machine.resolv.value.with_env(env("RES_OPTIONS"), env("LOCALDOMAIN"));
    conf.no_aaaa &= machine.glibc >= GlibcVersion(2, 36);
    conf
}

/// What one question came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// An answer section with records, of use or not.
    Records,
    /// The name exists without such a record.
    NoData,
    /// No such name.
    NxDomain,
    /// SERVFAIL from the last server asked: the search goes on.
    ServFail,
    /// REFUSED or NOTIMP from every server: the search ends.
    NoAnswer,
    /// No answer in time from any server: the search ends.
    TimedOut,
    /// Nobody listens at any server's address (ECONNREFUSED): the whole look-up ends.
    NoServer,
    /// FORMERR and the like.
    Broken,
}

/// The questions that were asked so far.
#[derive(Default)]
struct Asked {
    names: Vec<String>,
    rows: Vec<String>,
    last: Option<Reply>,
}

impl Asked {
    /// Nothing found: the status comes from the last question.
    fn report(&self, h_errno: HErrno) -> Report {
        let status = self.last.map_or(Status::NotFound, Reply::status);
        Report::nothing(status, Some(h_errno), self.rows.join(" · "))
    }
}

struct Search<'m> {
    machine: &'m Machine,
    conf: ResolvConf,
    /// The name as it was given.
    given: &'m str,
    /// The name that is searched for: the given one, or the one that the file of HOSTALIASES has for it.
    name: String,
    /// The search list is left out, also without a final dot.
    alone: bool,
    kinds: Vec<&'static str>,
    call: Call,
}

impl<'m> Search<'m> {
    /// The module looks for another name first (`gethostbyname4_r`, `gethostbyname3_context`); the search then does so
    /// again, and asks for what it finds as it is (`__res_context_search`).
    fn new(machine: &'m Machine, given: &'m str, call: Call) -> Result<Search<'m>, String> {
        let alias = |name: &str| host_aliases::of(machine, name, host_aliases::glibc);
        let first = alias(given)?;
        let second = first.as_deref().map_or(Ok(None), alias)?;
        let alone = second.is_some();
        let name = second.or(first).unwrap_or_else(|| given.to_owned());
        let conf = configuration(machine);
        // `no-aaaa` turns every AAAA question into one for A, whose records then do not count.
        let kinds = match call {
            Call::V4 => vec!["A"],
            Call::V6 | Call::Both if conf.no_aaaa => vec!["A"],
            Call::V6 => vec!["AAAA"],
            Call::Both => vec!["A", "AAAA"],
        };
        Ok(Search { machine, conf, given, name, alone, kinds, call })
    }

    /// The name without the dot that makes it absolute.
    fn bare(&self) -> &str {
        self.name.strip_suffix('.').unwrap_or(&self.name)
    }

    /// The name as it is comes before the search list: enough dots, or absolute.
    fn as_is_first(&self) -> bool {
        self.is_absolute() || self.name.bytes().filter(|b| *b == b'.').count() >= usize::from(self.conf.ndots)
    }

    fn is_absolute(&self) -> bool {
        self.alone || self.name.ends_with('.')
    }

    /// The name under every domain of the search list; the root on the list gives the name as it is.
    fn expansions(&self) -> Vec<String> {
        if self.is_absolute() {
            return Vec::new();
        }
        let list = self.conf.search_list(&self.machine.os.hostname);
        let domains = list.iter().map(|d| d.strip_prefix('.').unwrap_or(d).trim_end_matches('.'));
        domains
            .map(|d| if d.is_empty() { self.bare().to_owned() } else { format!("{}.{d}", self.bare()) })
            .collect()
    }

    /// All names that may be asked, in order, each once.
    fn candidates(&self) -> Vec<String> {
        let mut names = self.expansions();
        let at = if self.as_is_first() { 0 } else { names.len() };
        if !names.iter().any(|n| n == self.bare()) {
            names.insert(at, self.bare().to_owned());
        }
        names
    }

    /// `__res_context_search`: as it is first or last, the search list between.
    fn run(&self) -> Result<Report, String> {
        let mut asked = Asked::default();
        let mut saved = None;
        if self.as_is_first() {
            let reply = self.question(self.bare(), &mut asked)?;
            if reply == Reply::Records {
                return Ok(self.records(self.bare()));
            }
            saved = Some(self.h_errno(reply));
        }
        let (mut nodata, mut servfail) = (false, false);
        for name in self.expansions() {
            match self.question(&name, &mut asked)? {
                Reply::Records => return Ok(self.records(&name)),
                Reply::NoServer => return Ok(asked.report(HErrno::TryAgain)),
                Reply::NxDomain => {}
                Reply::NoData => nodata = true,
                Reply::TimedOut if self.stands_in() => nodata = true,
                Reply::ServFail => servfail = true,
                Reply::NoAnswer | Reply::TimedOut | Reply::Broken => break,
            }
        }
        if !asked.names.iter().any(|n| n == self.bare())
            && self.question(self.bare(), &mut asked)? == Reply::Records
        {
            return Ok(self.records(self.bare()));
        }
        let last = asked.last.map_or(HErrno::HostNotFound, |reply| self.h_errno(reply));
        let h_errno = match saved {
            Some(error) => error,
            None if nodata => HErrno::NoData,
            None if servfail => HErrno::TryAgain,
            None => last,
        };
        Ok(asked.report(h_errno))
    }

    /// Under `no-aaaa` a question for A stands in for the one for AAAA.
    fn stands_in(&self) -> bool {
        self.call == Call::V6 && self.conf.no_aaaa
    }

    /// As seen with 2.36, a stand-in without any answer counts as "no such record".
    fn h_errno(&self, reply: Reply) -> HErrno {
        match reply {
            Reply::TimedOut | Reply::NoServer if self.stands_in() => HErrno::NoData,
            Reply::NoData => HErrno::NoData,
            Reply::NxDomain | Reply::Records => HErrno::HostNotFound,
            Reply::ServFail | Reply::NoAnswer | Reply::TimedOut | Reply::NoServer => HErrno::TryAgain,
            Reply::Broken => HErrno::NoRecovery,
        }
    }

    fn question(&self, name: &str, asked: &mut Asked) -> Result<Reply, String> {
        let reply = self.ask(name)?;
        asked.names.push(name.to_owned());
        asked.rows.push(format!("{name}: {}", reply.words()));
        asked.last = Some(reply);
        Ok(reply)
    }

    /// All record types of one name. One family with records is enough; a family that failed is ignored when the other
    /// one answered at all (`send_dg` waits for the second reply and drops the first).
    fn ask(&self, name: &str) -> Result<Reply, String> {
        if !is_encodable(name) {
            return Ok(Reply::Broken);
        }
        let replies: Vec<Reply> =
            self.kinds.iter().map(|kind| self.reply(name, kind)).collect::<Result<_, _>>()?;
        let answered: Vec<Reply> = replies.iter().copied().filter(|r| !r.is_failure()).collect();
        let order = [Reply::Records, Reply::Broken, Reply::NxDomain, Reply::NoData];
        if let Some(reply) = order.into_iter().find(|r| answered.contains(r)) {
            return Ok(reply);
        }
        Ok(replies.first().copied().unwrap_or(Reply::NoData))
    }

    fn reply(&self, name: &str, kind: &str) -> Result<Reply, String> {
        let (reply, _) = first_usable(self.machine, &self.conf, name, kind)?;
        Ok(if reply == Reply::Records && self.stands_in() { Reply::NoData } else { reply })
    }

    /// A answers before AAAA answers, each in the order of the packet (`gaih_getanswer`).
    fn records(&self, name: &str) -> Report {
        if !is_host_name(name) {
            let detail = format!("{name} is no host name: the answer is not used");
            return Report::nothing(Status::NotFound, Some(HErrno::HostNotFound), detail);
        }
        let bare = self.given.trim_end_matches('.');
        let answers = self.kinds.iter().filter_map(|kind| {
            let (_, observation) = first_usable(self.machine, &self.conf, name, kind).ok()?;
            Some(records(observation?, kind, bare, name))
        });
        let found: Vec<Candidate> = answers.flatten().collect();
        if found.is_empty() {
            return self.dangling(name);
        }
        let list = found.iter().map(|c| c.address.to_string()).collect::<Vec<_>>().join(", ");
        Report::found(found, None, format!("{name} → {list}"))
    }

    /// Records, but no address: a CNAME that leads nowhere (`getanswer_r`, `gaih_getanswer_slice`; 2.31 reports
    /// NOTFOUND in both).
    fn dangling(&self, name: &str) -> Report {
        let detail = format!("{name}: an alias without an address");
        let (status, h_errno) = match self.call {
            Call::Both => (Status::NotFound, HErrno::HostNotFound),
            _ if self.machine.glibc < GlibcVersion(2, 36) => (Status::NotFound, HErrno::NoRecovery),
            _ => (Status::TryAgain, HErrno::NoRecovery),
        };
        let errno = (status == Status::TryAgain).then_some("ENOENT");
        Report { errno, ..Report::nothing(status, Some(h_errno), detail) }
    }
}

/// One question over all servers: a server that fails passes it to the next one. With the answer that has records.
///
/// # Errors
/// A sentence when the snapshot has no answer to the question.
pub fn first_usable<'m>(
    machine: &'m Machine,
    conf: &ResolvConf,
    name: &str,
    kind: &str,
) -> Result<(Reply, Option<&'m Observation>), String> {
    let mut last = None;
    for observation in observations(machine, conf, name, kind) {
        let reply = reply_of(observation);
        if !reply.is_failure() {
            return Ok((reply, Some(observation).filter(|_| reply == Reply::Records)));
        }
        // ECONNREFUSED only when no server took the question at all.
        last = match (last, reply) {
            (Some(earlier), Reply::NoServer) => Some(earlier),
            _ => Some(reply),
        };
    }
    let unknown = || format!("DNS decides: the snapshot has no answer for {name} {kind}");
    last.map(|reply| (reply, None)).ok_or_else(unknown)
}

/// Recorded answers in the order of the configured servers.
fn observations<'m>(machine: &'m Machine, conf: &ResolvConf, name: &str, kind: &str) -> Vec<&'m Observation> {
    let matching: Vec<&Observation> = (machine.raw.live.dns.iter())
        .filter(|o| o.kind == kind && o.name.trim_end_matches('.').eq_ignore_ascii_case(name))
        .collect();
    let of_server =
        |server: IpAddr| matching.iter().filter(move |o| server_address(o) == Some(server)).copied();
    let sorted: Vec<&Observation> = conf.servers().into_iter().flat_map(of_server).collect();
    if sorted.is_empty() { matching } else { sorted }
}

fn server_address(observation: &Observation) -> Option<IpAddr> {
    observation.server.parse::<SocketAddr>().map(|s| s.ip()).or_else(|_| observation.server.parse()).ok()
}

/// The addresses of an answer, in the order of the packet; `bare` is the name asked, `name` what it was expanded to.
pub fn records(observation: &Observation, kind: &str, bare: &str, name: &str) -> Vec<Candidate> {
    let expanded = (!name.eq_ignore_ascii_case(bare)).then(|| name.to_owned());
    let from = Source::Dns { server: observation.server.clone(), expanded };
    let addresses = observation.records.iter().filter_map(|r| r.parse::<IpAddr>().ok());
    addresses
        .filter(|a| a.is_ipv4() == (kind == "A"))
        .map(|a| Candidate { address: a.into(), from: from.clone() })
        .collect()
}

fn reply_of(observation: &Observation) -> Reply {
    match observation.rcode.as_str() {
        "NOERROR" if observation.records.is_empty() => Reply::NoData,
        "NOERROR" => Reply::Records,
        "NXDOMAIN" => Reply::NxDomain,
        "SERVFAIL" => Reply::ServFail,
        "REFUSED" | "NOTIMP" => Reply::NoAnswer,
        "TIMEOUT" => Reply::TimedOut,
        "IO" => Reply::NoServer,
        _ => Reply::Broken,
    }
}

impl Reply {
    /// The server could or would not answer: another one is asked, or the other family decides.
    pub fn is_failure(self) -> bool {
        matches!(self, Reply::ServFail | Reply::NoAnswer | Reply::TimedOut | Reply::NoServer)
    }

    /// The NSS status, which the module derives from errno after the last question.
    fn status(self) -> Status {
        match self {
            failure if failure.is_failure() => Status::Unavail,
            _ => Status::NotFound,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Reply::Records => "records",
            Reply::NoData => "no such record",
            Reply::NxDomain => "no such name (NXDOMAIN)",
            Reply::ServFail => "SERVFAIL",
            Reply::NoAnswer => "no usable answer",
            Reply::TimedOut => "no answer in time",
            Reply::NoServer => "no server",
            Reply::Broken => "not a question that can be asked or answered",
        }
    }
}

/// `__libc_res_hnok`: letters, digits, hyphens and underscores, no hyphen in front. Other names are refused without a
/// question, and answers under such a name are not used.
pub fn is_host_name(name: &str) -> bool {
    let bytes = name.strip_suffix('.').unwrap_or(name).bytes();
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    is_encodable(name.strip_suffix('.').unwrap_or(name))
        && !name.starts_with('-')
        && bytes.into_iter().all(allowed)
}

/// The name fits a DNS question: labels of 1–63 bytes, 253 in all.
pub fn is_encodable(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len()))
}
