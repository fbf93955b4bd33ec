//! Collecting on Linux: files, kernel switches, interfaces, routes, listeners, environment; unprivileged, without
//! starting a program ([`crate::programs`] does that).

mod cgroups;
mod environment;
mod listeners;
mod namespaces;
mod netlink;
mod network;
mod nss;
mod owners;
mod packet_filter;
mod proc_net;
mod process;
mod servers;

use crate::error::SysError;
use crate::place::Root;
use crate::{Options, files, probe};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use whyhost_core::machine::{HOSTS_COPIES, HOSTS_MISTAKES, Machine};
use whyhost_core::resolve;
use whyhost_core::snapshot::{Gap, Os, OsFamily, ScopedAddr, Snapshot, Socket};

/// Configuration that is recorded with its bytes.
const FILES: [&str; 8] = [
    "/etc/hosts",
    NSSWITCH,
    "/etc/resolv.conf",
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/hostname",
    "/etc/os-release",
    "/run/systemd/resolve/resolv.conf",
];
const NSSWITCH: &str = "/etc/nsswitch.conf";

/// Kernel switches, one number each.
const SWITCHES: [&str; 7] = [
    "/proc/sys/net/ipv6/conf/all/disable_ipv6",
    "/proc/sys/net/ipv6/conf/default/disable_ipv6",
    "/proc/sys/net/ipv6/conf/lo/disable_ipv6",
    "/proc/sys/net/ipv6/bindv6only",
    "/proc/sys/net/ipv4/conf/all/route_localnet",
    "/proc/sys/net/ipv4/ip_unprivileged_port_start",
    "/sys/module/ipv6/parameters/disable",
];

/// Sockets and folders whose being there tells which service would answer; never opened.
const SERVICES: [&str; 6] = [
    "/proc/net/if_inet6",
    "/run/systemd/resolve/io.systemd.Resolve",
    "/run/avahi-daemon/socket",
    "/run/nscd/socket",
    "/var/run/nscd/socket",
    "/run/systemd/machines",
];

/// Programs that are looked for and not started: what is not installed does not run.
const DAEMONS: [&str; 2] = ["/usr/lib/systemd/systemd-resolved", "/lib/systemd/systemd-resolved"];

const LOOPBACKS: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// Collects the running machine. What cannot be read becomes a gap; nothing here fails.
pub fn collect(options: &Options) -> Snapshot {
    let root = Root::Host;
    let uname = rustix::system::uname();
    let mut snapshot = configuration(&root);
    snapshot.os.kernel = uname.release().to_string_lossy().into_owned();
    snapshot.os.hostname = uname.nodename().to_string_lossy().into_owned();
    snapshot.os.libc = nss::running_libc();
    for path in SWITCHES {
        let file = files::record(&root, path, &mut snapshot.gaps);
        snapshot.files.push(file);
    }
    snapshot.files.extend(SERVICES.map(|path| files::presence(&root, path)));
    network::collect(&mut snapshot);
    record_route_localnet(&root, &mut snapshot);
    listeners::collect(&mut snapshot, &|socket: &Socket| {
        options.all_owners || options.ports.contains(&socket.port)
    });
    namespaces::collect(&mut snapshot, &options.ports);
    packet_filter::collect(&mut snapshot, options.packet_filter);
    snapshot.env = environment::variables();
    environment::record_files(&root, &mut snapshot);
    with_source_addresses(snapshot, &options.names)
}

/// The switch `route_localnet` of the interfaces that have it on: it lets neighbours reach 127/8 (ip-sysctl.rst).
fn record_route_localnet(root: &Root, snapshot: &mut Snapshot) {
    for name in snapshot.interfaces.iter().map(|i| i.name.clone()).collect::<Vec<_>>() {
        let path = format!("/proc/sys/net/ipv4/conf/{name}/route_localnet");
        if files::bytes(root, &path).is_some_and(|bytes| bytes.starts_with(b"1")) {
            let file = files::record(root, &path, &mut snapshot.gaps);
            snapshot.files.push(file);
        }
    }
}

/// The listening sockets of this network namespace, each with its process as far as that is readable, and what is not.
pub fn inventory() -> (Vec<Socket>, Vec<Gap>) {
    let mut snapshot = empty();
    listeners::collect(&mut snapshot, &|_: &Socket| true);
    (snapshot.sockets, snapshot.gaps)
}

/// Collects the configuration files of another machine whose root folder is `dir`: an unpacked image, a mounted disk,
/// `/proc/PID/root`. Links are followed inside it. Its network cannot be seen, so a healthy loopback interface stands
/// for it, and a gap says so.
///
/// # Errors
/// [`SysError`] when `dir` is no directory that can be entered.
pub fn collect_root(dir: &Path) -> Result<Snapshot, SysError> {
    let root = Root::folder(dir)?;
    let mut snapshot = configuration(&root);
    snapshot.os.libc = nss::libc_in(&root);
    snapshot.os.hostname = first_line(&snapshot, "/etc/hostname");
    // What is not there now may be there when that machine runs, so absence is not recorded.
    let services = SERVICES.iter().filter(|path| !path.starts_with("/proc/"));
    snapshot.files.extend(services.map(|path| files::presence(&root, path)).filter(|file| file.is_present()));
    assume_healthy_loopback(&mut snapshot);
    Ok(snapshot)
}

/// A machine of which nothing is known yet.
fn empty() -> Snapshot {
    Snapshot::new(Os::unknown(OsFamily::Linux))
}

/// The files that both ways of collecting read.
fn configuration(root: &Root) -> Snapshot {
    let mut snapshot = empty();
    for path in FILES {
        let file = files::record(root, path, &mut snapshot.gaps);
        snapshot.files.push(file);
    }
    servers::record(root, &mut snapshot);
    snapshot.files.extend(DAEMONS.map(|path| files::presence(root, path)));
    // Names and times alone: what stands in a file that no program reads is nobody's business.
    let beside = HOSTS_MISTAKES.iter().chain(&HOSTS_COPIES).map(|path| files::presence(root, path));
    snapshot.files.extend(beside.filter(|file| file.is_present()));
    snapshot.os.name = distribution(&snapshot, root);
    let nsswitch = snapshot.file(NSSWITCH).and_then(|file| file.bytes());
    snapshot.nss_modules = nss::modules(root, nsswitch.as_deref());
    snapshot
}

/// `PRETTY_NAME` of os-release, whose second place is /usr/lib (os-release(5)).
fn distribution(snapshot: &Snapshot, root: &Root) -> String {
    let bytes = snapshot.file("/etc/os-release").and_then(|file| file.bytes());
    let bytes = bytes.or_else(|| files::bytes(root, "/usr/lib/os-release")).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let value = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or_default();
    value.trim().trim_matches(['"', '\'']).to_owned()
}

/// The first line of a recorded file that is neither empty nor a comment (hostname(5)).
fn first_line(snapshot: &Snapshot, path: &str) -> String {
    let bytes = snapshot.file(path).and_then(|file| file.bytes()).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    line.unwrap_or_default().to_owned()
}

/// Asks the kernel for the source address of the loopback addresses and of every address that an answer for one of
/// `names` may hold.
fn with_source_addresses(snapshot: Snapshot, names: &[String]) -> Snapshot {
    let mut destinations = LOOPBACKS.map(ScopedAddr::from).to_vec();
    let mut snapshot = snapshot;
    if !names.is_empty() {
        let machine = Machine::new(snapshot);
        for destination in names.iter().flat_map(|name| resolve::destinations(&machine, name)) {
            if !destinations.contains(&destination) {
                destinations.push(destination);
            }
        }
        snapshot = machine.raw;
    }
    snapshot.source_addresses = probe::source_addresses(&destinations);
    snapshot
}

/// A healthy loopback interface, and the gap that says so.
fn assume_healthy_loopback(snapshot: &mut Snapshot) {
    snapshot.assume_loopback();
    snapshot.gaps.push(Gap {
        what: "network of the machine in the root folder".into(),
        why: "a folder shows files only: a healthy loopback interface is assumed; interfaces, listeners, kernel \
              switches, running services and environment are unknown (run whyhost on that machine to see them)"
            .into(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_collected() {
        let snapshot = collect(&Options::default());
        assert!(snapshot.os.kernel.contains('.'), "{}", snapshot.os.kernel);
        for path in FILES.iter().chain(&SWITCHES).chain(&SERVICES).chain(&DAEMONS) {
            assert!(snapshot.file(path).is_some(), "{path} is recorded, be it as absent");
        }
        let sources: Vec<IpAddr> =
            snapshot.source_addresses.iter().map(|row| row.destination.address).collect();
        assert_eq!(sources, LOOPBACKS);
        let again = Snapshot::from_json(&snapshot.to_json()).unwrap();
        assert_eq!(again, snapshot);
    }

    #[test]
    fn interfaces_are_those_of_sysfs() {
        let snapshot = collect(&Options::default());
        let Ok(folder) = std::fs::read_dir("/sys/class/net") else {
            eprintln_skip("no /sys/class/net here");
            return;
        };
        let mut expected: Vec<String> = folder
            .flatten()
            .filter(|e| e.path().join("ifindex").exists())
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect();
        let mut found: Vec<String> = snapshot.interfaces.iter().map(|i| i.name.clone()).collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected);
        for interface in &snapshot.interfaces {
            let file = format!("/sys/class/net/{}/type", interface.name);
            assert_eq!(std::fs::read_to_string(file).unwrap().trim(), interface.link_type.to_string());
        }
    }

    #[allow(clippy::print_stderr, reason = "a skipped test says so")]
    fn eprintln_skip(why: &str) {
        eprintln!("SKIP: {why}");
    }
}
