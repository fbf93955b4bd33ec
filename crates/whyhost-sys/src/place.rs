//! Where a path leads: on the running machine, or inside another root folder without ever leaving it.

use crate::error::SysError;
use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, Stat, StatVfsMountFlags, StatxAttributes, StatxFlags,
};
use rustix::io::Errno;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use whyhost_core::snapshot::FileKind;

/// Links followed before `ELOOP`, as the kernel does (`MAXSYMLINKS`, include/linux/namei.h).
const MAX_LINKS: usize = 40;

/// The root that absolute paths start from.
pub(crate) enum Root {
    /// The running machine: the kernel follows links.
    Host,
    /// A folder that holds another machine's files: links are followed inside it, by [`walk`].
    Folder(OwnedFd),
}

/// The file that a path leads to, all links followed.
pub(crate) struct Place {
    /// Directory of the file; `None` where `name` is a path of the running machine.
    folder: Option<OwnedFd>,
    name: Vec<u8>,
}

impl Root {
    /// Opens another machine's root folder.
    pub(crate) fn folder(dir: &Path) -> Result<Root, SysError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::open(dir, flags, Mode::empty()) {
            Ok(fd) => Ok(Root::Folder(fd)),
            Err(Errno::NOTDIR) => {
                let kind = rustix::fs::stat(dir).map_or(FileKind::File, |stat| kind(&stat));
                Err(SysError::WrongKind {
                    operation: "open root folder",
                    path: dir.into(),
                    kind,
                    expected: "a directory",
                })
            }
            Err(errno) => Err(SysError::io("open root folder", dir, errno)),
        }
    }

    /// Follows `path` to its end.
    pub(crate) fn locate(&self, path: &str) -> Result<Place, Errno> {
        match self {
            Root::Host => Ok(Place { folder: None, name: path.into() }),
            Root::Folder(root) => {
                let (folder, name) = walk(root.as_fd(), path.as_bytes())?;
                Ok(Place { folder: Some(folder), name })
            }
        }
    }

    /// The target of the symbolic link at `path` itself, `None` where it is no link.
    pub(crate) fn link(&self, path: &str) -> Option<String> {
        let target = match self {
            Root::Host => rustix::fs::readlink(path, Vec::new()).ok()?,
            Root::Folder(root) => {
                let (parent, name) = path.rsplit_once('/')?;
                let (folder, last) = walk(root.as_fd(), parent.as_bytes()).ok()?;
                let folder = enter(folder.as_fd(), &last).ok()?;
                rustix::fs::readlinkat(folder, name, Vec::new()).ok()?
            }
        };
        Some(target.to_string_lossy().into_owned())
    }

    /// The file names in the folder at `path`, sorted; empty where it cannot be read.
    pub(crate) fn list(&self, path: &str) -> Vec<String> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let read = || rustix::fs::Dir::read_from(self.locate(path)?.open(flags)?);
        let Ok(entries) = read() else { return Vec::new() };
        let mut names: Vec<String> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort_unstable();
        names
    }
}

impl Place {
    /// The end of a path that the user typed, on the running machine.
    pub(crate) fn of(path: &Path) -> Place {
        Place { folder: None, name: path.as_os_str().as_bytes().to_vec() }
    }

    /// `stat`.
    pub(crate) fn stat(&self) -> Result<Stat, Errno> {
        rustix::fs::statat(self.parent(), &*self.name, self.at_flags())
    }

    /// The place is the root of a mount; false on kernels that do not tell (before 5.8).
    pub(crate) fn is_mount_point(&self) -> bool {
        let flags = self.at_flags() | AtFlags::NO_AUTOMOUNT;
        rustix::fs::statx(self.parent(), &*self.name, flags, StatxFlags::TYPE)
            .is_ok_and(|statx| statx.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
    }

    /// The file has the attribute that keeps even root from changing it (`chattr +i`).
    pub(crate) fn is_immutable(&self) -> bool {
        let flags = self.at_flags() | AtFlags::NO_AUTOMOUNT;
        rustix::fs::statx(self.parent(), &*self.name, flags, StatxFlags::TYPE)
            .is_ok_and(|statx| statx.stx_attributes.contains(StatxAttributes::IMMUTABLE))
    }

    /// The file system of a regular file is mounted read-only.
    pub(crate) fn is_read_only(&self) -> bool {
        let Ok(file) = self.open_file() else { return false };
        rustix::fs::fstatvfs(&file).is_ok_and(|fs| fs.f_flag.contains(StatVfsMountFlags::RDONLY))
    }

    /// Opens a regular file for reading without ever blocking: asks what it is before and after the open.
    pub(crate) fn open_file(&self) -> Result<File, Refused> {
        let refuse_others = |stat: Stat| match kind(&stat) {
            FileKind::File => Ok(()),
            other => Err(Refused::Kind(other)),
        };
        refuse_others(self.stat()?)?;
        let fd = self.open(OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)?;
        // Another file may have taken the name between the two calls; O_NONBLOCK keeps a FIFO from blocking then.
        refuse_others(rustix::fs::fstat(&fd)?)?;
        Ok(File::from(fd))
    }

    fn open(&self, flags: OFlags) -> Result<OwnedFd, Errno> {
        let no_follow = if self.folder.is_some() { OFlags::NOFOLLOW } else { OFlags::empty() };
        rustix::fs::openat(self.parent(), &*self.name, flags | no_follow | OFlags::CLOEXEC, Mode::empty())
    }

    fn parent(&self) -> BorrowedFd<'_> {
        self.folder.as_ref().map_or(CWD, AsFd::as_fd)
    }

    fn at_flags(&self) -> AtFlags {
        if self.folder.is_some() { AtFlags::SYMLINK_NOFOLLOW } else { AtFlags::empty() }
    }
}

/// Why a file was not opened.
pub(crate) enum Refused {
    /// It is no regular file.
    Kind(FileKind),
    /// The system says no.
    Errno(Errno),
}

impl From<Errno> for Refused {
    fn from(errno: Errno) -> Self {
        Refused::Errno(errno)
    }
}

/// What `stat` says that a file is.
pub(crate) fn kind(stat: &Stat) -> FileKind {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => FileKind::Directory,
        FileType::Fifo => FileKind::Fifo,
        FileType::Socket => FileKind::Socket,
        FileType::CharacterDevice | FileType::BlockDevice => FileKind::Device,
        _ => FileKind::File,
    }
}

/// `lstat` found a symbolic link.
pub(crate) fn is_link(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::Symlink
}

/// Follows `path` from `root` as if `root` were `/`: an absolute link starts there again, and `..` ends there.
///
/// The result is the folder of the file and its name in it, which is no link. Every step opens one directory without
/// following links, so a folder that changes meanwhile cannot lead out either. `openat2(RESOLVE_IN_ROOT)` does the
/// same, from Linux 5.6 on; RHEL 8 has 4.18.
fn walk(root: BorrowedFd<'_>, path: &[u8]) -> Result<(OwnedFd, Vec<u8>), Errno> {
    let mut folders = vec![enter(root, b".")?];
    let mut pending = parts(path);
    let mut links = 0;
    while let Some(part) = pending.pop() {
        if part == b".." {
            folders.truncate((folders.len() - 1).max(1));
            continue;
        }
        let here = folders[folders.len() - 1].as_fd();
        match rustix::fs::readlinkat(here, &*part, Vec::new()) {
            Ok(_) if links == MAX_LINKS => return Err(Errno::LOOP),
            Ok(target) => {
                links += 1;
                if target.as_bytes().starts_with(b"/") {
                    folders.truncate(1);
                }
                pending.extend(parts(target.as_bytes()));
            }
            // EINVAL: not a link.
            Err(Errno::INVAL) if pending.is_empty() => {
                return Ok((folders.swap_remove(folders.len() - 1), part));
            }
            Err(Errno::INVAL) => {
                let next = enter(here, &part)?;
                folders.push(next);
            }
            Err(errno) => return Err(errno),
        }
    }
    Ok((folders.swap_remove(folders.len() - 1), b".".to_vec()))
}

/// The names of a path, last first; empty ones and `.` left out.
fn parts(path: &[u8]) -> Vec<Vec<u8>> {
    path.split(|byte| *byte == b'/')
        .filter(|part| !matches!(*part, b"" | b"."))
        .rev()
        .map(<[u8]>::to_vec)
        .collect()
}

fn enter(parent: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(parent, name, flags, Mode::empty())
}
