//! The C library's own getaddrinfo, so that a prediction meets the real thing.
//!
//! Own code over `libc`, since `dns-lookup` 4.0 (the kept safe wrapper) panics on a canonical name that is not
//! UTF-8 (`AddrInfo::from_ptr`), and a hosts file may hold one.

use crate::errno;
use std::ffi::{CStr, CString};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ptr;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use whyhost_core::resolve::{Query, QueryFlags};
use whyhost_core::snapshot::{Family, LiveLookup, LiveOutcome, ScopedAddr};

/// What one call of getaddrinfo gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Addresses in the order of the answer (socket type stream, so each once per record), or the error.
    pub outcome: LiveOutcome,
    /// `ai_canonname` of the first entry, asked for with `AI_CANONNAME`; bytes that are not UTF-8 are replaced.
    pub canonical: Option<String>,
}

/// Asks the real getaddrinfo and gives up waiting after `bound`.
///
/// The call cannot be interrupted: after the bound its thread is left alone and ends with the call or the process,
/// whichever comes first; it holds nothing that the end of the process waits for.
pub fn lookup(query: &Query, bound: Duration) -> LiveLookup {
    let start = Instant::now();
    let outcome = bounded(query.clone(), bound);
    LiveLookup {
        name: query.name.clone(),
        family: query.family,
        flags: flags(query.flags).map(|(name, _)| name.to_owned()).collect(),
        outcome,
        elapsed_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}

fn bounded(query: Query, bound: Duration) -> LiveOutcome {
    let (sender, receiver) = mpsc::channel();
    let call = move || sender.send(getaddrinfo(&query)).unwrap_or(());
    match thread::Builder::new().name("getaddrinfo".into()).spawn(call) {
        Ok(_left_alone) => receiver.recv_timeout(bound).unwrap_or(LiveOutcome::TimedOut),
        Err(error) => LiveOutcome::Failed(format!("EAI_SYSTEM:{}", errno::name_of(&error))),
    }
}

/// Asks the real getaddrinfo, as long as it takes: the addresses in its order, or the error.
///
/// Errors are the names of `netdb.h`; `EAI_SYSTEM` carries its errno as `EAI_SYSTEM:EBUSY`. Scope ids are kept.
pub fn getaddrinfo(query: &Query) -> LiveOutcome {
    ask(query).outcome
}

/// [`getaddrinfo`] with the canonical name.
///
/// A name with a NUL byte is one that no program can pass; it is answered with `EAI_NONAME` without a call.
pub fn ask(query: &Query) -> Reply {
    let Ok(name) = CString::new(query.name.as_bytes()) else {
        return Reply { outcome: LiveOutcome::Failed("EAI_NONAME".into()), canonical: None };
    };
    let service = query.port.map(|port| CString::new(port.to_string()).unwrap_or_default());
    match call(&name, service.as_deref(), query) {
        Ok(list) => Reply { outcome: LiveOutcome::Found(list.addresses()), canonical: list.canonical() },
        Err(code) => Reply { outcome: LiveOutcome::Failed(code), canonical: None },
    }
}

#[allow(
    unsafe_code,
    reason = "getaddrinfo of the C library is what is asked; no safe crate keeps its answer whole"
)]
fn call(name: &CStr, service: Option<&CStr>, query: &Query) -> Result<AddrList, String> {
    // SAFETY: addrinfo is a plain C struct for which all zeroes is the documented "no hints" value.
    let mut hints: libc::addrinfo = unsafe { std::mem::zeroed() };
    hints.ai_family = match query.family {
        Family::Any => libc::AF_UNSPEC,
        Family::V4 => libc::AF_INET,
        Family::V6 => libc::AF_INET6,
    };
    hints.ai_socktype = libc::SOCK_STREAM;
    hints.ai_flags = flags(query.flags).fold(0, |all, (_, bit)| all | bit);
    let mut list = ptr::null_mut();
    // SAFETY: both strings are NUL-terminated and outlive the call (a null service means "none"), hints is
    // initialised, and list is a valid place for the result.
    let code = unsafe {
        libc::getaddrinfo(
            name.as_ptr(),
            service.map_or(ptr::null(), CStr::as_ptr),
            &raw const hints,
            &raw mut list,
        )
    };
    // Read at once: any other call may change it.
    let error = std::io::Error::last_os_error();
    match code {
        0 => Ok(AddrList { head: list }),
        libc::EAI_SYSTEM => Err(format!("EAI_SYSTEM:{}", errno::name_of(&error))),
        code => Err(error_name(code)),
    }
}

/// The result list of getaddrinfo, freed with its owner.
struct AddrList {
    head: *mut libc::addrinfo,
}

#[allow(unsafe_code, reason = "reads the list that getaddrinfo returned")]
impl AddrList {
    fn addresses(&self) -> Vec<ScopedAddr> {
        self.entries().filter_map(address).collect()
    }

    fn canonical(&self) -> Option<String> {
        let name = self.entries().next()?.ai_canonname;
        // SAFETY: ai_canonname is null or a NUL-terminated string that lives as long as the list.
        (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
    }

    fn entries(&self) -> impl Iterator<Item = &libc::addrinfo> {
        // SAFETY: getaddrinfo returned a list of valid entries whose last ai_next is null; it is freed in drop only.
        let mut next = unsafe { self.head.as_ref() };
        std::iter::from_fn(move || {
            let entry = next?;
            // SAFETY: as above.
            next = unsafe { entry.ai_next.as_ref() };
            Some(entry)
        })
    }
}

#[allow(unsafe_code, reason = "frees the list that getaddrinfo returned")]
impl Drop for AddrList {
    fn drop(&mut self) {
        if !self.head.is_null() {
            // SAFETY: head came from getaddrinfo and is freed once.
            unsafe { libc::freeaddrinfo(self.head) }
        }
    }
}

/// The address of an entry; entries of other families than IPv4 and IPv6 do not occur with these hints.
#[allow(unsafe_code, reason = "reads the socket address that ai_family names")]
fn address(entry: &libc::addrinfo) -> Option<ScopedAddr> {
    if entry.ai_addr.is_null() {
        return None;
    }
    match entry.ai_family {
        libc::AF_INET => {
            // SAFETY: for AF_INET ai_addr points to a sockaddr_in; read_unaligned asks no alignment.
            let v4 = unsafe { entry.ai_addr.cast::<libc::sockaddr_in>().read_unaligned() };
            let address = Ipv4Addr::from(v4.sin_addr.s_addr.to_ne_bytes());
            Some(ScopedAddr::from(IpAddr::V4(address)))
        }
        libc::AF_INET6 => {
            // SAFETY: for AF_INET6 ai_addr points to a sockaddr_in6; read_unaligned asks no alignment.
            let v6 = unsafe { entry.ai_addr.cast::<libc::sockaddr_in6>().read_unaligned() };
            let address = IpAddr::V6(Ipv6Addr::from(v6.sin6_addr.s6_addr));
            Some(ScopedAddr { address, scope_id: v6.sin6_scope_id })
        }
        _ => None,
    }
}

/// The hint flags that are set, with their bits.
fn flags(set: QueryFlags) -> impl Iterator<Item = (&'static str, i32)> {
    [
        (set.passive, "AI_PASSIVE", libc::AI_PASSIVE),
        (set.canonname, "AI_CANONNAME", libc::AI_CANONNAME),
        (set.numerichost, "AI_NUMERICHOST", libc::AI_NUMERICHOST),
        (set.v4mapped, "AI_V4MAPPED", libc::AI_V4MAPPED),
        (set.all, "AI_ALL", libc::AI_ALL),
        (set.addrconfig, "AI_ADDRCONFIG", libc::AI_ADDRCONFIG),
    ]
    .into_iter()
    .filter_map(|(set, name, bit)| set.then_some((name, bit)))
}

/// The name of an `EAI_*` number. The numbers are those of glibc and musl (`netdb.h`), which agree; libc declares
/// the GNU ones not for every target.
fn error_name(code: i32) -> String {
    let name = match code {
        -1 => "EAI_BADFLAGS",
        -2 => "EAI_NONAME",
        -3 => "EAI_AGAIN",
        -4 => "EAI_FAIL",
        -5 => "EAI_NODATA",
        -6 => "EAI_FAMILY",
        -7 => "EAI_SOCKTYPE",
        -8 => "EAI_SERVICE",
        -9 => "EAI_ADDRFAMILY",
        -10 => "EAI_MEMORY",
        -12 => "EAI_OVERFLOW",
        -105 => "EAI_IDN_ENCODE",
        other => return format!("EAI {other}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &[&str]) -> LiveOutcome {
        LiveOutcome::Found(text.iter().map(|t| ScopedAddr::from(t.parse::<IpAddr>().unwrap())).collect())
    }

    fn failed(code: &str) -> LiveOutcome {
        LiveOutcome::Failed(code.into())
    }

    #[test]
    fn literals_keep_their_address_and_scope() {
        assert_eq!(getaddrinfo(&Query::any("127.1")), found(&["127.0.0.1"]));
        assert_eq!(getaddrinfo(&Query::any("2001:db8::1")), found(&["2001:db8::1"]));
        // A numeric scope needs no such interface on a link-local address.
        let scoped = ScopedAddr { address: "fe80::1".parse().unwrap(), scope_id: 7 };
        assert_eq!(getaddrinfo(&Query::any("fe80::1%7")), LiveOutcome::Found(vec![scoped]));
    }

    #[test]
    fn family_and_flags_reach_the_library() {
        let v6 = Query { family: Family::V6, ..Query::any("192.0.2.1") };
        assert!(matches!(getaddrinfo(&v6), LiveOutcome::Failed(code) if code.starts_with("EAI_")));
        let flags = QueryFlags { v4mapped: true, ..QueryFlags::default() };
        assert_eq!(getaddrinfo(&Query { flags, ..v6 }), found(&["::ffff:192.0.2.1"]));
        let flags = QueryFlags { numerichost: true, ..QueryFlags::default() };
        assert_eq!(getaddrinfo(&Query { flags, ..Query::any("localhost") }), failed("EAI_NONAME"));
    }

    #[test]
    fn a_port_changes_no_address() {
        assert_eq!(getaddrinfo(&Query { port: Some(3000), ..Query::any("::1") }), found(&["::1"]));
    }

    #[test]
    fn the_canonical_name_comes_when_asked() {
        let flags = QueryFlags { canonname: true, ..QueryFlags::default() };
        let reply = ask(&Query { flags, ..Query::any("192.0.2.1") });
        assert_eq!(reply.canonical.as_deref(), Some("192.0.2.1"));
        assert_eq!(ask(&Query::any("192.0.2.1")).canonical, None);
    }

    #[test]
    fn odd_names_are_answered() {
        assert_eq!(getaddrinfo(&Query::any("a\0b")), failed("EAI_NONAME"));
        // "*" counts as no name, and neither name nor service is an error (glibc getaddrinfo.c; musl asks for it).
        assert!(matches!(getaddrinfo(&Query::any("*")), LiveOutcome::Failed(_)));
        let long = "a".repeat(300);
        let flags = QueryFlags { numerichost: true, ..QueryFlags::default() };
        assert_eq!(getaddrinfo(&Query { flags, ..Query::any(&long) }), failed("EAI_NONAME"));
    }

    #[test]
    fn a_lookup_records_its_question() {
        let flags = QueryFlags { addrconfig: true, v4mapped: true, ..QueryFlags::default() };
        let query = Query { flags, ..Query::any("192.0.2.1") };
        let lookup = lookup(&query, Duration::from_secs(60));
        assert_eq!(lookup.flags, ["AI_V4MAPPED", "AI_ADDRCONFIG"]);
        assert_eq!((lookup.name.as_str(), lookup.family), ("192.0.2.1", Family::Any));
    }

    #[test]
    fn every_error_number_has_a_name() {
        assert_eq!(error_name(libc::EAI_AGAIN), "EAI_AGAIN");
        assert_eq!(error_name(libc::EAI_NODATA), "EAI_NODATA");
        assert_eq!(error_name(-77), "EAI -77");
    }
}
