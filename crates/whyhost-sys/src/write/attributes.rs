//! What a file has beside its content: owner, mode, extended attributes (with them ACL and SELinux label), flags.
//!
//! Times are no part of it: a written file has new content, so its modification time is the time of the write.

use super::error::{WriteError, call};
use rustix::fs::{Gid, IFlags, Mode, Stat, Uid, XattrFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::os::fd::AsFd;
use std::path::Path;
use whyhost_core::snapshot::Content;

/// Largest list of names and largest value of extended attributes (`XATTR_LIST_MAX`, `XATTR_SIZE_MAX`,
/// include/uapi/linux/limits.h).
const XATTR_MAX: usize = 64 << 10;
/// Signatures over the content, which the kernel makes itself (security/integrity): a copy would be false.
const OF_CONTENT: [&[u8]; 2] = [b"security.ima", b"security.evm"];
/// Flags of `chattr` that a user may set and that say nothing of how the file is stored (d, A, S).
const FLAGS: IFlags = IFlags::NODUMP.union(IFlags::NOATIME).union(IFlags::SYNC);

/// Owner, mode, extended attributes and flags of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attributes {
    /// Permission bits, set-user-ID and the like included.
    pub mode: u32,
    /// User id of the owner.
    pub owner: u32,
    /// Group id.
    pub group: u32,
    /// Extended attributes, sorted by name: ACL (`system.posix_acl_access`), SELinux label (`security.selinux`), others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extended: Vec<Extended>,
    /// Flags of `chattr`: d, A, S.
    #[serde(default)]
    pub flags: u32,
}

/// An extended attribute (xattr(7)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extended {
    /// Name with its namespace: `user.comment`.
    pub name: Content,
    /// Value.
    pub value: Content,
}

impl Attributes {
    /// Of an open file.
    pub(super) fn of(file: impl AsFd, stat: &Stat, path: &Path) -> Result<Attributes, WriteError> {
        let file = file.as_fd();
        let mut extended = Vec::new();
        for name in names(file, path)? {
            let mut value = vec![0; XATTR_MAX];
            match rustix::io::retry_on_intr(|| rustix::fs::fgetxattr(file, &*name, &mut value[..])) {
                Ok(len) => {
                    extended.push(Extended { name: Content::new(&name), value: Content::new(&value[..len]) })
                }
                // Removed since the names were listed.
                Err(Errno::NODATA) => {}
                Err(errno) => return Err(super::error::io("read an extended attribute of", path, errno)),
            }
        }
        // Many file systems know no flags (ENOTTY, EOPNOTSUPP).
        let flags = rustix::fs::ioctl_getflags(file).unwrap_or(IFlags::empty()) & FLAGS;
        Ok(Attributes {
            mode: stat.st_mode & 0o7777,
            owner: stat.st_uid,
            group: stat.st_gid,
            extended,
            flags: flags.bits(),
        })
    }

    /// Gives an open file these attributes; true when it has them now.
    ///
    /// # Errors
    /// What the system refused; some may be set then.
    pub(super) fn apply(&self, file: impl AsFd, path: &Path) -> Result<bool, WriteError> {
        let file = file.as_fd();
        let now = Attributes::now(file, path)?;
        let given_away = (now.owner, now.group) != (self.owner, self.group);
        if given_away {
            let owner = Some(Uid::from_raw(self.owner));
            let group = Some(Gid::from_raw(self.group));
            call("change the owner of", path, || rustix::fs::fchown(file, owner, group))?;
        }
        // After the owner: a new owner clears set-user-ID. Before the ACL, whose mask is the mode's group bits.
        if given_away || now.mode != self.mode {
            let mode = Mode::from_raw_mode(self.mode);
            call("change the mode of", path, || rustix::fs::fchmod(file, mode))?;
        }
        self.apply_extended(file, &now, path)?;
        if now.flags != self.flags {
            let flags = call("read the flags of", path, || rustix::fs::ioctl_getflags(file))?;
            let flags = (flags - FLAGS) | IFlags::from_bits_retain(self.flags);
            call("change the flags of", path, || rustix::fs::ioctl_setflags(file, flags))?;
        }
        Ok(Attributes::now(file, path)? == *self)
    }

    fn apply_extended(&self, file: impl AsFd, now: &Attributes, path: &Path) -> Result<(), WriteError> {
        const SET: &str = "set an extended attribute of";
        let file = file.as_fd();
        // What a new file inherits from its folder: a default ACL, a label.
        for surplus in now.extended.iter().filter(|have| self.extended.iter().all(|e| e.name != have.name)) {
            let name = bytes(&surplus.name, path)?;
            call(SET, path, || rustix::fs::fremovexattr(file, &*name))?;
        }
        for wanted in self.extended.iter().filter(|wanted| !now.extended.contains(wanted)) {
            let (name, value) = (bytes(&wanted.name, path)?, bytes(&wanted.value, path)?);
            call(SET, path, || rustix::fs::fsetxattr(file, &*name, &value, XattrFlags::empty()))?;
        }
        Ok(())
    }

    fn now(file: impl AsFd, path: &Path) -> Result<Attributes, WriteError> {
        let stat = call("stat", path, || rustix::fs::fstat(file.as_fd()))?;
        Attributes::of(file, &stat, path)
    }
}

/// Names of the extended attributes that are kept, sorted.
fn names(file: impl AsFd, path: &Path) -> Result<Vec<Vec<u8>>, WriteError> {
    let mut list = vec![0; XATTR_MAX];
    let len = match rustix::io::retry_on_intr(|| rustix::fs::flistxattr(file.as_fd(), &mut list[..])) {
        Ok(len) => len,
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => 0,
        Err(errno) => return Err(super::error::io("list the extended attributes of", path, errno)),
    };
    let names = list[..len].split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let mut kept: Vec<Vec<u8>> =
        names.filter(|name| !OF_CONTENT.contains(name)).map(<[u8]>::to_vec).collect();
    kept.sort_unstable();
    Ok(kept)
}

fn bytes(content: &Content, path: &Path) -> Result<Vec<u8>, WriteError> {
    content.bytes().ok_or_else(|| WriteError::Damaged {
        path: path.into(),
        why: "an extended attribute of the journal is no base64".into(),
    })
}
