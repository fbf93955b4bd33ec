//! Which process holds a socket: the walk over /proc/PID/fd.

use super::{cgroups, process::Processes};
use rustix::fs::{Mode, OFlags, RawDir};
use std::collections::HashMap;
use std::mem::MaybeUninit;
use whyhost_core::snapshot::{Gap, Protocol, Socket};

/// Room for the directory entries of one read.
const ENTRIES: usize = 16 * 1024;
/// `socket:[` and the digits of a `u64`.
const LINK: usize = 32;

/// Names the process of every wanted socket, as far as /proc is readable; the others become one gap.
pub(super) fn find(sockets: &mut [Socket], wanted: &dyn Fn(&Socket) -> bool) -> Option<Gap> {
    // Socket inode → its places in the list (the same socket is there once; a shared inode 0 has no owner).
    let mut open: HashMap<u64, usize> = (0..)
        .zip(sockets.iter())
        .filter(|(_, s)| wanted(s) && s.inode != 0)
        .map(|(at, s)| (s.inode, at))
        .collect();
    let mut processes = Processes::default();
    let mut entries = vec![MaybeUninit::uninit(); ENTRIES];
    for pid in pids() {
        if open.is_empty() {
            break;
        }
        let mut process = None;
        held(pid, &mut entries, |inode| {
            let Some(&at) = open.get(&inode) else { return };
            let Some((owner, cgroup)) = process.get_or_insert_with(|| processes.with_cgroup(pid)) else {
                return;
            };
            sockets[at].process = Some(owner.clone());
            // The group that the socket was made in says more than the one that its holder is in now.
            if sockets[at].cgroup.is_none() {
                sockets[at].cgroup.clone_from(cgroup);
            }
            open.remove(&inode);
        });
    }
    cgroups::name(sockets, wanted, &mut processes);
    gap(&sockets.iter().filter(|s| wanted(s) && s.process.is_none()).collect::<Vec<_>>())
}

/// Process ids in the order in which an owner is looked for: a server before the children that inherited its socket
/// (ascending), and the service manager, which keeps the sockets that it passes on, last.
fn pids() -> Vec<u32> {
    let mut pids = super::process::ids();
    pids.sort_unstable_by_key(|pid| (*pid == 1, *pid));
    pids
}

/// Calls `found` with the inode of every socket that the process holds; an unreadable one holds none.
fn held(pid: u32, entries: &mut [MaybeUninit<u8>], mut found: impl FnMut(u64)) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let Ok(folder) = rustix::fs::open(format!("/proc/{pid}/fd"), flags, Mode::empty()) else { return };
    let mut listing = RawDir::new(&folder, entries);
    while let Some(Ok(entry)) = listing.next() {
        let mut link = [MaybeUninit::<u8>::uninit(); LINK];
        let Ok((target, _)) = rustix::fs::readlinkat_raw(&folder, entry.file_name(), &mut link) else {
            continue;
        };
        let digits = target.strip_prefix(b"socket:[").and_then(|rest| rest.strip_suffix(b"]"));
        let inode = digits.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        inode.into_iter().for_each(&mut found);
    }
}

fn gap(nameless: &[&Socket]) -> Option<Gap> {
    let label = |socket: &Socket| {
        let protocol = match socket.protocol {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
        };
        format!("{protocol} {}", std::net::SocketAddr::new(socket.address, socket.port))
    };
    let mut what = format!("process of {}", label(nameless.first()?));
    if nameless.len() > 1 {
        what.push_str(&format!(" and {} more", nameless.len() - 1));
    }
    let why = if rustix::process::geteuid().is_root() {
        "no process visible here holds it: the kernel itself, or another PID namespace (look from the host)"
    } else {
        "not readable: it belongs to another user, and its control group does not tell either (run as root to see it)"
    };
    Some(Gap { what, why: why.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_manager_comes_last() {
        let pids = pids();
        assert!(pids.contains(&std::process::id()));
        assert!(pids.len() < 2 || !pids.contains(&1) || pids.last() == Some(&1));
    }

    #[test]
    fn sockets_without_owner_stay_and_are_named() {
        let lost = Socket::new(Protocol::Tcp, [0, 0, 0, 0, 0, 0, 0, 1].into(), 631);
        let mut sockets = vec![lost.clone(), Socket { port: 632, ..lost }];
        let gap = find(&mut sockets, &|_| true).unwrap();
        assert_eq!(gap.what, "process of tcp [::1]:631 and 1 more");
        assert_eq!(sockets.len(), 2);
        assert_eq!(find(&mut sockets, &|_| false), None);
    }
}
