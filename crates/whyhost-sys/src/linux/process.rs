//! What /proc tells everybody of a process: name, command line, user, control group.

use crate::files;
use crate::place::Root;
use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use whyhost_core::snapshot::Process;

/// Words of a command line that are kept, and bytes of all of them.
const MAX_WORDS: usize = 32;
const MAX_COMMAND: u64 = 4096;

/// Ids of all processes that are visible here, in no order.
pub(super) fn ids() -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse().ok()))
        .collect()
}

/// Reads processes, and the user database once.
#[derive(Default)]
pub(super) struct Processes {
    users: Option<HashMap<u32, String>>,
}

impl Processes {
    /// The process with its user; `None` when it has ended.
    pub(super) fn read(&mut self, pid: u32) -> Option<Process> {
        // Reading comm of a process that just ended fails; its socket is gone with it, or another process holds it.
        let name = fs::read(format!("/proc/{pid}/comm")).ok()?;
        let uid = uid(pid)?;
        Some(Process {
            pid,
            name: String::from_utf8_lossy(&name).trim_end_matches('\n').to_owned(),
            user: Some(self.user(uid)),
            command: command(pid),
            ..Process::default()
        })
    }

    /// The same with its control group.
    pub(super) fn with_cgroup(&mut self, pid: u32) -> Option<(Process, Option<String>)> {
        Some((self.read(pid)?, cgroup(pid)))
    }

    /// The user's name in /etc/passwd, else the number. Other user databases are not asked: they may go to the network.
    fn user(&mut self, uid: u32) -> String {
        let users = self.users.get_or_insert_with(|| {
            let passwd = files::bytes(&Root::Host, "/etc/passwd").unwrap_or_default();
            users(&String::from_utf8_lossy(&passwd))
        });
        users.get(&uid).cloned().unwrap_or_else(|| uid.to_string())
    }
}

/// The effective user of a process.
pub(super) fn uid(pid: u32) -> Option<u32> {
    Some(fs::metadata(format!("/proc/{pid}")).ok()?.uid())
}

/// Number → name; the first line of a number counts (passwd(5)).
fn users(passwd: &str) -> HashMap<u32, String> {
    let mut users = HashMap::new();
    for line in passwd.lines() {
        let mut fields = line.split(':');
        if let (Some(name), Some(uid)) = (fields.next(), fields.nth(1).and_then(|n| n.parse().ok())) {
            users.entry(uid).or_insert_with(|| name.to_owned());
        }
    }
    users
}

/// The words of the command line, which everybody may read (proc_pid_cmdline(5)); none of a kernel thread.
fn command(pid: u32) -> Vec<String> {
    let Ok(file) = fs::File::open(format!("/proc/{pid}/cmdline")) else { return Vec::new() };
    let mut bytes = Vec::new();
    if file.take(MAX_COMMAND).read_to_end(&mut bytes).is_err() {
        return Vec::new();
    }
    let words = bytes.strip_suffix(b"\0").unwrap_or(&bytes);
    let words = words.split(|b| *b == 0).take(MAX_WORDS).map(|w| String::from_utf8_lossy(w).into_owned());
    if words.clone().all(|w| w.is_empty()) { Vec::new() } else { words.collect() }
}

/// Its control group in the unified hierarchy, else in systemd's own (cgroups(7), `/proc/PID/cgroup`).
pub(super) fn cgroup(pid: u32) -> Option<String> {
    cgroup_in(&fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?)
}

fn cgroup_in(text: &str) -> Option<String> {
    let of = |start: &str| text.lines().find_map(|line| line.strip_prefix(start)).filter(|path| *path != "/");
    let named = || text.lines().find_map(|line| line.split_once(":name=systemd:").map(|(_, path)| path));
    of("0::").or_else(named).filter(|path| *path != "/").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_by_name_else_by_number() {
        let mut processes = Processes::default();
        assert_eq!(processes.user(0), "root");
        assert_eq!(processes.user(4_294_967_000), "4294967000");
        assert_eq!(
            users("a:x:7:7::/:/bin/sh\nb:x:7:8::/:\ndamaged\n").get(&7).map(String::as_str),
            Some("a")
        );
    }

    #[test]
    fn this_process_is_read() {
        let own = Processes::default().read(std::process::id()).unwrap();
        let words: Vec<String> = std::env::args().take(MAX_WORDS).collect();
        assert_eq!(own.command.first(), words.first());
        assert!(Processes::default().read(u32::MAX).is_none());
    }

    #[test]
    fn the_unified_hierarchy_comes_before_that_of_systemd() {
        let both = "12:pids:/x\n1:name=systemd:/system.slice/a.service\n0::/system.slice/b.service\n";
        assert_eq!(cgroup_in(both).as_deref(), Some("/system.slice/b.service"));
        let hybrid = "1:name=systemd:/system.slice/a.service\n0::/\n";
        assert_eq!(cgroup_in(hybrid).as_deref(), Some("/system.slice/a.service"));
        assert_eq!(cgroup_in("0::/\n"), None);
    }
}
