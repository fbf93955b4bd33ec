//! Java reads no variable: it takes system properties, which variables with options can set.

use super::super::settings::{variable, words};
use crate::machine::Machine;

/// The option that makes Java send loopback requests to a proxy; `None` where it does not.
///
/// With `http.proxyHost`, Java keeps `localhost|127.*|[::1]` from the proxy whatever `http.nonProxyHosts` adds, unless
/// that property is set to nothing (`sun.net.spi.DefaultProxySelector`, 17; run with 17.0.15).
pub fn captures(machine: &Machine) -> Option<String> {
    let (mut proxy, mut exceptions) = (None, None);
    for name in ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"] {
        for option in variable(machine, name).map(words).unwrap_or_default() {
            match option.strip_prefix("-D").and_then(|o| o.split_once('=')) {
                Some(("http.proxyHost" | "https.proxyHost", host)) if !host.is_empty() => {
                    proxy = Some(option)
                }
                Some(("http.nonProxyHosts", list)) => exceptions = Some(list.is_empty()),
                _ => {}
            }
        }
    }
    proxy.filter(|_| exceptions == Some(true))
}
