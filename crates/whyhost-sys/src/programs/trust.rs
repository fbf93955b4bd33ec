//! Whether a program may be run: only where nobody but root and the user who runs this can change what would run.
//!
//! A person who types a program's name decides to run it; a tool that runs forty names by itself must not run what
//! somebody else has put there in the hope of that. Every folder and link on the way from `/` to the file counts, the
//! way OpenSSH looks at authorized_keys (misc.c: `safe_path`, 9.2). Root trusts root alone, by the same rule.

use crate::files;
use crate::place::{Root, is_link, kind};
use rustix::fs::{Mode, Stat};
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};
use whyhost_core::snapshot::FileKind;

/// Links followed before `ELOOP`, as the kernel does (`MAXSYMLINKS`).
const MAX_LINKS: usize = 40;

/// The user who runs this, and who else is in which group.
pub(super) struct Trust {
    uid: u32,
    /// Names and user ids of /etc/passwd, and the first group of each.
    users: Vec<(String, u32, u32)>,
    /// Members of each group in /etc/group.
    groups: HashMap<u32, Vec<String>>,
}

/// Why something must not be run, as the end of a sentence.
pub(super) type Refusal = String;

impl Trust {
    /// That of the running process. Other user databases than the files are not asked: they may go to the network.
    pub(super) fn of_this_process() -> Trust {
        let text =
            |path| String::from_utf8_lossy(&files::bytes(&Root::Host, path).unwrap_or_default()).into_owned();
        Trust::new(rustix::process::geteuid().as_raw(), &text("/etc/passwd"), &text("/etc/group"))
    }

    fn new(uid: u32, passwd: &str, group: &str) -> Trust {
        let user = |line: &str| {
            let mut fields = line.split(':');
            let name = fields.next()?.to_owned();
            Some((name, fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
        };
        let members = |line: &str| {
            let mut fields = line.split(':').skip(2);
            let gid = fields.next()?.parse().ok()?;
            let members = fields.next()?.split(',').map(str::trim).filter(|m| !m.is_empty());
            Some((gid, members.map(str::to_owned).collect()))
        };
        Trust {
            uid,
            users: passwd.lines().filter_map(user).collect(),
            groups: group.lines().filter_map(members).collect(),
        }
    }

    /// Follows `path` to its end and gives that, all links followed.
    ///
    /// # Errors
    /// The first thing on the way that somebody else could change, or that is not there.
    pub(super) fn follow(&self, path: &Path) -> Result<PathBuf, Refusal> {
        let mut real = PathBuf::from("/");
        self.check(&real, &stat(&real)?)?;
        let mut pending = parts(path);
        let mut links = 0;
        while let Some(part) = pending.pop() {
            if part == OsStr::new("..") {
                real.pop();
                continue;
            }
            let next = real.join(&part);
            let stat = stat(&next)?;
            self.check(&next, &stat)?;
            if !is_link(&stat) {
                real = next;
                continue;
            }
            links += 1;
            if links > MAX_LINKS {
                return Err(format!("{} leads through too many links", path.display()));
            }
            let target = rustix::fs::readlink(&next, Vec::new()).map_err(|e| gone(&next, e))?;
            let target = Path::new(OsStr::from_bytes(target.as_bytes()));
            if target.is_absolute() {
                real = PathBuf::from("/");
            }
            pending.extend(parts(target));
        }
        Ok(real)
    }

    /// Nobody but root and the user can change what is at `path`, or put something else there.
    fn check(&self, path: &Path, stat: &Stat) -> Result<(), Refusal> {
        let shown = path.display();
        if stat.st_uid != 0 && stat.st_uid != self.uid {
            return Err(format!("{shown} belongs to another user"));
        }
        // Of a link the owner counts; its permission bits mean nothing.
        if is_link(stat) {
            return Ok(());
        }
        let mode = Mode::from_raw_mode(stat.st_mode);
        // In a sticky folder each file is safe from everybody but its owner and the folder's.
        if kind(stat) == FileKind::Directory && mode.contains(Mode::SVTX) {
            return Ok(());
        }
        if mode.contains(Mode::WOTH) {
            return Err(format!("every user can write to {shown}"));
        }
        if mode.contains(Mode::WGRP) && (has_acl(path) || !self.is_own_group(stat.st_gid)) {
            return Err(format!("other users can write to {shown} through its group"));
        }
        Ok(())
    }

    /// The group has no members but root and the user: the user's private group, or one without members such as
    /// Debian's `staff`. A group that is not in the file may have any.
    fn is_own_group(&self, gid: u32) -> bool {
        let is_own = |uid: u32| uid == 0 || uid == self.uid;
        let named = |name: &String| self.users.iter().any(|(n, uid, _)| n == name && is_own(*uid));
        self.groups.get(&gid).is_some_and(|members| members.iter().all(named))
            && self.users.iter().filter(|(_, _, first)| *first == gid).all(|(_, uid, _)| is_own(*uid))
    }
}

fn stat(path: &Path) -> Result<Stat, Refusal> {
    rustix::fs::lstat(path).map_err(|errno| gone(path, errno))
}

fn gone(path: &Path, errno: rustix::io::Errno) -> Refusal {
    format!("{} cannot be looked at: {}", path.display(), crate::errno::name(errno))
}

/// An access list names more users than the group: its mask is what the group's bits show (acl(5)).
fn has_acl(path: &Path) -> bool {
    rustix::fs::lgetxattr(path, "system.posix_acl_access", &mut [0_u8; 0]).is_ok_and(|length| length > 0)
}

/// The names of a path, last first.
fn parts(path: &Path) -> Vec<OsString> {
    let name = |component: Component<'_>| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    };
    let mut names: Vec<OsString> = path.components().filter_map(name).collect();
    names.reverse();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    const PASSWD: &str = "root:x:0:0::/:/bin/sh\nann:x:1000:1000::/:/bin/sh\nbob:x:1001:100::/:/bin/sh\n";
    const GROUP: &str =
        "root:x:0:\nstaff:x:50:\nusers:x:100:\nann:x:1000:\nwheel:x:10:root,ann\nweb:x:33:ann,bob\n";

    #[test]
    fn groups_whose_members_are_root_and_the_user() {
        let ann = Trust::new(1000, PASSWD, GROUP);
        for (gid, own) in
            [(1000, true), (50, true), (10, true), (0, true), (100, false), (33, false), (77, false)]
        {
            assert_eq!(ann.is_own_group(gid), own, "{gid}");
        }
        // Ann can write where root looks.
        let root = Trust::new(0, PASSWD, GROUP);
        assert!(!root.is_own_group(1000) && !root.is_own_group(10) && root.is_own_group(50));
    }

    /// A folder, and the trust of its owner with no group of its own.
    fn owned() -> (tempfile::TempDir, Trust) {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        (folder, Trust::new(rustix::process::geteuid().as_raw(), "", ""))
    }

    #[test]
    fn what_others_can_write_is_refused_with_the_place() {
        let (folder, trust) = owned();
        let (inner, file) = (folder.path().join("bin"), folder.path().join("bin/node"));
        fs::create_dir(&inner).unwrap();
        fs::write(&file, "").unwrap();
        let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = |place: &Path| trust.follow(&file).unwrap_err().contains(&*place.to_string_lossy());
        for (path, bits, fine) in [
            (&file, 0o755, true),
            (&file, 0o757, false),
            (&file, 0o775, false),
            // Sticky protects the files in a folder, and no file.
            (&file, 0o1777, false),
            (&inner, 0o777, false),
            (&inner, 0o775, false),
            (&inner, 0o1777, true),
        ] {
            mode(path, bits);
            match fine {
                true => assert_eq!(trust.follow(&file), Ok(file.canonicalize().unwrap()), "{bits:o}"),
                false => assert!(refused(path), "{bits:o} of {}", path.display()),
            }
            mode(path, 0o755);
        }
    }

    #[test]
    fn links_are_followed_and_every_folder_on_the_way_counts() {
        let (folder, trust) = owned();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("open")).unwrap();
        fs::create_dir(at("bin")).unwrap();
        fs::write(at("bin/node20"), "").unwrap();
        symlink("../open/node", at("bin/node")).unwrap();
        symlink(at("bin/node20"), at("open/node")).unwrap();
        assert_eq!(trust.follow(&at("bin/node")), Ok(at("bin/node20").canonicalize().unwrap()));
        fs::set_permissions(at("open"), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(trust.follow(&at("bin/node")).unwrap_err().contains("/open"));
        symlink("loop", at("bin/loop")).unwrap();
        assert!(trust.follow(&at("bin/loop")).unwrap_err().contains("too many links"));
        assert!(trust.follow(&at("bin/none")).unwrap_err().contains("ENOENT"));
    }

    #[test]
    fn what_belongs_to_somebody_else_is_refused() {
        let (folder, _) = owned();
        let stranger = Trust::new(rustix::process::geteuid().as_raw() + 1, "", "");
        let answer = stranger.follow(folder.path());
        // What root owns everybody trusts.
        assert_eq!(answer.is_ok(), rustix::process::geteuid().is_root(), "{answer:?}");
    }
}
