//! .NET's `HttpEnvironmentProxy`; documented and read, not run.

use super::super::Destination;
use super::ends_with_ignoring_case;

/// `IsMatchInBypassList`: the host, an IPv6 address in brackets; with a dot before it the domain and what is below it.
pub(crate) fn http_client(destination: &Destination, list: &str) -> bool {
    let host = destination.bracketed();
    list.split(',').map(str::trim).filter(|e| !e.is_empty()).any(|entry| match entry.strip_prefix('.') {
        Some(domain) => domain.eq_ignore_ascii_case(&host) || ends_with_ignoring_case(&host, entry),
        None => entry.eq_ignore_ascii_case(&host),
    })
}
