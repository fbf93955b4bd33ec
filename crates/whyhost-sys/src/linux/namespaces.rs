//! Other network namespaces: whether a port that nobody has here is open there.

use super::listeners::tcp_listeners;
use super::process::{Processes, cgroup, ids};
use super::{network, proc_net};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::thread;
use whyhost_core::snapshot::{Gap, Namespace, Protocol, Snapshot, Socket};

/// Namespaces that are looked into: /proc/net of one costs about 10 ms.
const MOST: usize = 64;

/// Looks for listeners on those of `ports` that have none here.
pub(super) fn collect(snapshot: &mut Snapshot, ports: &[u16]) {
    let taken = |port: &u16| snapshot.sockets.iter().any(|s| s.protocol == Protocol::Tcp && s.port == *port);
    let missing: Vec<u16> = ports.iter().copied().filter(|port| !taken(port)).collect();
    if missing.is_empty() {
        return;
    }
    let (others, unreadable) = others();
    if others.len() > MOST {
        let why = format!("{} of them, of which the first {MOST} are looked into", others.len());
        snapshot.gaps.push(Gap { what: "network namespaces".into(), why });
    }
    let mut processes = Processes::default();
    for (id, pid) in others.into_iter().take(MOST) {
        let (mut sockets, addresses) = inside(pid);
        sockets.retain(|socket| missing.contains(&socket.port));
        let Some(process) = processes.read(pid).filter(|_| !sockets.is_empty()) else { continue };
        snapshot.namespaces.push(Namespace { id, process, cgroup: cgroup(pid), sockets, addresses });
    }
    if unreadable > 0 {
        let why = format!("of {unreadable} processes the network is not readable (run as root to see it)");
        snapshot.gaps.push(Gap { what: "other network namespaces".into(), why });
    }
}

/// Inode of `/proc/PID/net`, which is one for all processes of a namespace, with the lowest process of each but our own;
/// and how many processes could not be told.
fn others() -> (BTreeMap<u64, u32>, usize) {
    let table = |pid: &str| fs::metadata(format!("/proc/{pid}/net/tcp")).map(|m| m.ino());
    // Of the thread: its namespace may be another one than that of the process.
    let Ok(own) = table("thread-self") else { return (BTreeMap::new(), 0) };
    let mut found = BTreeMap::new();
    let mut unreadable = 0;
    for pid in ids() {
        match table(&pid.to_string()) {
            Ok(id) if id != own => {
                let first = found.entry(id).or_insert(pid);
                *first = pid.min(*first);
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => unreadable += 1,
            // A process that ended has no network.
            Err(_) => {}
        }
    }
    (found, unreadable)
}

/// The TCP listeners and the addresses of the namespace of a process: from inside where we may enter it, else from
/// `/proc/PID/net`, which has no addresses.
fn inside(pid: u32) -> (Vec<Socket>, Vec<IpAddr>) {
    // A thread of its own: the namespace belongs to the thread (setns(2)).
    let entered = thread::spawn(move || -> Option<(Vec<Socket>, Vec<IpAddr>)> {
        let link = fs::File::open(format!("/proc/{pid}/ns/net")).ok()?;
        move_into_link_name_space(link.as_fd(), Some(LinkNameSpaceType::Network)).ok()?;
        let all = network::interfaces().unwrap_or_default();
        let addresses = all.iter().flat_map(|i| &i.addresses).map(|a| a.address).collect();
        Some((tcp_listeners().ok()?, addresses))
    });
    let entered = entered.join().ok().flatten();
    entered.unwrap_or_else(|| (proc_net::tcp_listeners_of(pid), Vec::new()))
}
