//! Control groups: the kernel tells everybody in which one a socket was made, and so whose it is where the descriptors
//! of the processes are not readable.

use super::process::{Processes, uid};
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use whyhost_core::snapshot::{NamedBy, Process, Socket};

/// Where the unified hierarchy is mounted: alone, or beside the older ones (systemd's "hybrid").
const MOUNTS: [&str; 2] = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];
/// Folders that are looked at; a machine with more groups keeps some without a name.
const MAX_GROUPS: usize = 20_000;
/// Processes of a group that are looked at to name a socket.
const MAX_MEMBERS: usize = 64;

/// Paths of control groups by id.
///
/// The id of `INET_DIAG_CGROUP_ID` is the inode number of the group's folder (Linux net/ipv4/inet_diag.c,
/// `inet_diag_msg_attrs_fill`; kernel/cgroup `cgroup_id` is the kernfs node's id, which is the inode number on 64-bit
/// machines, fs/kernfs/inode.c).
#[derive(Default)]
pub(super) struct Groups(HashMap<u64, String>);

impl Groups {
    /// Walks the folders below the mount of the unified hierarchy.
    pub(super) fn read() -> Groups {
        let mut groups = Groups::default();
        if let Some(mount) = mount() {
            let mut open = vec![mount.clone()];
            while let Some(folder) = open.pop() {
                let Ok(entries) = fs::read_dir(&folder) else { continue };
                let folders = entries.flatten().filter(|e| e.file_type().is_ok_and(|t| t.is_dir()));
                for entry in folders {
                    let path = entry.path();
                    let (Ok(meta), Ok(below)) = (entry.metadata(), path.strip_prefix(&mount)) else {
                        continue;
                    };
                    groups.0.insert(meta.ino(), format!("/{}", below.to_string_lossy()));
                    open.push(path);
                }
                if groups.0.len() >= MAX_GROUPS {
                    break;
                }
            }
        }
        groups
    }

    /// The group with this id.
    pub(super) fn path(&self, id: u64) -> Option<&String> {
        self.0.get(&id)
    }
}

fn mount() -> Option<PathBuf> {
    MOUNTS.map(Path::new).into_iter().find(|m| m.join("cgroup.procs").exists()).map(Path::to_owned)
}

/// Names the wanted sockets that are still nameless by their groups.
pub(super) fn name(sockets: &mut [Socket], wanted: &dyn Fn(&Socket) -> bool, processes: &mut Processes) {
    let mut known: HashMap<(String, u32), Option<Process>> = HashMap::new();
    for socket in sockets.iter_mut().filter(|s| s.process.is_none() && wanted(s)) {
        let Some(group) = &socket.cgroup else { continue };
        let key = (group.clone(), socket.uid);
        socket.process = known.entry(key).or_insert_with(|| member(group, socket.uid, processes)).clone();
    }
}

/// The program of a group: its processes of the user that made the socket, where all have one name; the oldest stands for
/// them. Sessions with many programs name none.
fn member(group: &str, owner: u32, processes: &mut Processes) -> Option<Process> {
    let list = mount()?.join(group.trim_start_matches('/')).join("cgroup.procs");
    let mut pids: Vec<u32> = fs::read_to_string(list).ok()?.lines().filter_map(|l| l.parse().ok()).collect();
    pids.sort_unstable();
    pids.truncate(MAX_MEMBERS);
    // A server that gives up its rights made the socket as another user than it is now.
    let own: Vec<u32> = pids.iter().copied().filter(|pid| uid(*pid) == Some(owner)).collect();
    let pids = if own.is_empty() { pids } else { own };
    let mut members = pids.into_iter().filter_map(|pid| processes.read(pid));
    let first = members.next()?;
    members.all(|other| other.name == first.name).then_some(Process { named_by: NamedBy::Cgroup, ..first })
}
