//! Which process holds a socket: the walk over /proc/PID/fd.

use crate::files;
use crate::place::Root;
use rustix::fs::{Mode, OFlags};
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use whyhost_core::snapshot::{Gap, Process, Protocol, Socket};

/// Names the process of every wanted socket, as far as /proc is readable; the others become one gap.
pub(super) fn find(sockets: &mut [Socket], wanted: &dyn Fn(&Socket) -> bool) -> Option<Gap> {
    // Socket inode → its places in the list (the same socket is there once; a shared inode 0 has no owner).
    let mut open: HashMap<u64, usize> = (0..)
        .zip(sockets.iter())
        .filter(|(_, s)| wanted(s) && s.inode != 0)
        .map(|(at, s)| (s.inode, at))
        .collect();
    for pid in pids() {
        if open.is_empty() {
            break;
        }
        let mut process = None;
        held(pid, |inode| {
            let Some(&at) = open.get(&inode) else { return };
            let Some(owner) = process.get_or_insert_with(|| self::process(pid)) else { return };
            sockets[at].process = Some(owner.clone());
            open.remove(&inode);
        });
    }
    gap(&sockets.iter().filter(|s| wanted(s) && s.process.is_none()).collect::<Vec<_>>())
}

/// Process ids in the order in which an owner is looked for: a server before the children that inherited its socket
/// (ascending), and the service manager, which keeps the sockets that it passes on, last.
fn pids() -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let mut pids: Vec<u32> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse().ok()))
        .collect();
    pids.sort_unstable_by_key(|pid| (*pid == 1, *pid));
    pids
}

/// Calls `found` with the inode of every socket that the process holds; an unreadable one holds none.
fn held(pid: u32, mut found: impl FnMut(u64)) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let Ok(folder) = rustix::fs::open(format!("/proc/{pid}/fd"), flags, Mode::empty()) else { return };
    let Ok(entries) = rustix::fs::Dir::read_from(&folder) else { return };
    for entry in entries.flatten() {
        let Ok(target) = rustix::fs::readlinkat(&folder, entry.file_name(), Vec::new()) else { continue };
        let inode = target
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok());
        inode.into_iter().for_each(&mut found);
    }
}

fn process(pid: u32) -> Option<Process> {
    // Reading comm of a process that just ended fails; its socket is gone with it, or another process holds it.
    let name = fs::read(format!("/proc/{pid}/comm")).ok()?;
    let uid = fs::metadata(format!("/proc/{pid}")).ok()?.uid();
    Some(Process {
        pid,
        name: String::from_utf8_lossy(&name).trim_end_matches('\n').to_owned(),
        user: Some(user(uid)),
    })
}

/// The user's name in /etc/passwd, else the number. Other user databases are not asked: they may go to the network.
fn user(uid: u32) -> String {
    let passwd = files::bytes(&Root::Host, "/etc/passwd").unwrap_or_default();
    let text = String::from_utf8_lossy(&passwd);
    let number = uid.to_string();
    let line = text.lines().find(|line| line.split(':').nth(2) == Some(&number));
    line.and_then(|line| line.split(':').next()).map_or(number.clone(), str::to_owned)
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
        "not readable: it belongs to another user (run as root to see it)"
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
    fn users_by_name_else_by_number() {
        assert_eq!(user(0), "root");
        assert_eq!(user(4_294_967_000), "4294967000");
    }

    #[test]
    fn sockets_without_owner_stay_and_are_named() {
        let lost = Socket {
            protocol: Protocol::Tcp,
            address: [0, 0, 0, 0, 0, 0, 0, 1].into(),
            port: 631,
            interface_index: 0,
            v6only: None,
            uid: 0,
            inode: 0,
            process: None,
        };
        let mut sockets = vec![lost.clone(), Socket { port: 632, ..lost }];
        let gap = find(&mut sockets, &|_| true).unwrap();
        assert_eq!(gap.what, "process of tcp [::1]:631 and 1 more");
        assert_eq!(sockets.len(), 2);
        assert_eq!(find(&mut sockets, &|_| false), None);
    }
}
