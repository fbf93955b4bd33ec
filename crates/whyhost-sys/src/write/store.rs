//! The folder of this user for journal and backups, and the lock that one writer at a time holds on it.

use super::Options;
use super::bytes;
use super::error::{WriteError, call, io};
use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Where root's journal is: on a disk that is there after a restart (hier(7), /var/lib).
const OF_ROOT: &str = "/var/lib/whyhost";
/// How long a writer waits for another: longer than a write takes on a slow disk.
const WAIT: Duration = Duration::from_secs(10);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(10);
/// A longer command line is cut where it is shown.
const MAX_COMMAND: u64 = 256;

/// The open folder.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) root: PathBuf,
    folder: OwnedFd,
    pub(super) journal: Shelf,
    pub(super) backups: Shelf,
}

/// A folder of the store whose files are replaced whole.
#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) path: PathBuf,
    folder: OwnedFd,
}

/// The store while no other process writes.
pub(super) struct Locked {
    pub(super) store: Store,
    _lock: OwnedFd,
}

/// Where the journal is.
pub(super) fn place(options: &Options) -> Result<PathBuf, WriteError> {
    if let Some(folder) = &options.state_dir {
        return Ok(folder.clone());
    }
    if rustix::process::geteuid().is_root() {
        return Ok(OF_ROOT.into());
    }
    let folder = dirs::state_dir().or_else(dirs::data_local_dir).ok_or(WriteError::NoStateFolder)?;
    Ok(folder.join("whyhost"))
}

impl Store {
    /// The store, where there is one.
    pub(super) fn existing(root: &Path) -> Result<Option<Store>, WriteError> {
        match open(root) {
            Err(error) if error.errno() == Some(Errno::NOENT) => Ok(None),
            opened => opened.map(Some),
        }
    }

    /// The store, made where there is none.
    pub(super) fn create(root: &Path) -> Result<Store, WriteError> {
        for folder in [root.to_path_buf(), root.join("journal"), root.join("backups")] {
            make_folder(&folder)?;
        }
        open(root)
    }

    /// Waits for other writers, at most [`WAIT`].
    pub(super) fn lock(self) -> Result<Locked, WriteError> {
        self.lock_within(WAIT)
    }

    fn lock_within(self, wait: Duration) -> Result<Locked, WriteError> {
        let path = self.root.join("lock");
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let lock =
            call("open", &path, || rustix::fs::openat(&self.folder, "lock", flags, Mode::RUSR | Mode::WUSR))?;
        let until = Instant::now() + wait;
        loop {
            match rustix::io::retry_on_intr(|| {
                rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive)
            }) {
                Ok(()) => break,
                Err(Errno::WOULDBLOCK) if Instant::now() < until => std::thread::sleep(PAUSE),
                Err(Errno::WOULDBLOCK) => return Err(held_by(lock)),
                Err(errno) => return Err(io("lock", &path, errno)),
            }
        }
        // For the message of others only, so nothing depends on it.
        let pid = format!("{}\n", rustix::process::getpid().as_raw_nonzero());
        let _ = rustix::io::pwrite(&lock, pid.as_bytes(), 0);
        let _ = rustix::fs::ftruncate(&lock, pid.len() as u64);
        Ok(Locked { store: self, _lock: lock })
    }
}

/// Makes a folder and those above it, each of them durable: a journal that a power failure takes away is none.
fn make_folder(folder: &Path) -> Result<(), WriteError> {
    let made = || rustix::io::retry_on_intr(|| rustix::fs::mkdir(folder, Mode::RWXU));
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty());
    let result = match (made(), above) {
        (Err(Errno::NOENT), Some(above)) => {
            make_folder(above)?;
            made()
        }
        (result, _) => result,
    };
    match result {
        Ok(()) => {
            let above = above.unwrap_or(Path::new("."));
            let fd = open_folder(above)?;
            bytes::sync(&fd, above)
        }
        Err(Errno::EXIST) => Ok(()),
        Err(errno) => Err(io("create", folder, errno).or_no_space(folder, 0)),
    }
}

fn open(root: &Path) -> Result<Store, WriteError> {
    let folder = open_folder(root)?;
    safe(root, &folder)?;
    let shelf = |name: &str| {
        let path = root.join(name);
        Ok::<_, WriteError>(Shelf { folder: open_folder(&path)?, path })
    };
    Ok(Store { root: root.into(), folder, journal: shelf("journal")?, backups: shelf("backups")? })
}

fn open_folder(path: &Path) -> Result<OwnedFd, WriteError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    call("open", path, || rustix::fs::open(path, flags, Mode::empty()))
}

/// The journal says which files are put back after a crash: nobody else may write it.
fn safe(root: &Path, folder: &OwnedFd) -> Result<(), WriteError> {
    let stat = call("stat", root, || rustix::fs::fstat(folder))?;
    let user = rustix::process::geteuid().as_raw();
    let why = if stat.st_uid != user {
        format!("it belongs to user {}, not to {user}", stat.st_uid)
    } else if stat.st_mode & 0o022 != 0 {
        format!("its mode {:04o} lets others write", stat.st_mode & 0o7777)
    } else {
        return Ok(());
    };
    Err(WriteError::UnsafeStateFolder { path: root.into(), why })
}

fn held_by(lock: OwnedFd) -> WriteError {
    let mut text = String::new();
    let _ = File::from(lock).take(32).read_to_string(&mut text);
    let pid = text.trim().parse::<u32>().ok();
    let command = pid.and_then(|pid| {
        let mut line = Vec::new();
        File::open(format!("/proc/{pid}/cmdline")).ok()?.take(MAX_COMMAND).read_to_end(&mut line).ok()?;
        let words: Vec<_> = line.split(|byte| *byte == 0).filter(|word| !word.is_empty()).collect();
        let text = String::from_utf8_lossy(&words.join(&b' ')).into_owned();
        (!text.is_empty()).then_some(text)
    });
    WriteError::Locked { pid, command }
}

impl Shelf {
    /// Writes a file of this folder so that it is there whole or not at all, also after a power failure.
    pub(super) fn save(&self, name: &str, content: &[u8]) -> Result<(), WriteError> {
        let path = self.path.join(name);
        let draft = format!(".{name}.new");
        let saved = self.fill(&draft, content, &path).and_then(|()| {
            call("rename", &path, || rustix::fs::renameat(&self.folder, &draft, &self.folder, name))
        });
        if saved.is_err() {
            let _ = rustix::fs::unlinkat(&self.folder, &draft, AtFlags::empty());
        }
        saved.and_then(|()| self.sync())
    }

    fn fill(&self, draft: &str, content: &[u8], path: &Path) -> Result<(), WriteError> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let open = || rustix::fs::openat(&self.folder, draft, flags, Mode::RUSR | Mode::WUSR);
        let file = File::from(call("create", path, open).map_err(|e| e.or_no_space(path, content.len()))?);
        bytes::reserve(&file, content.len(), path)?;
        bytes::write_at(&file, content, 0, path)?;
        bytes::sync(&file, path)
    }

    /// The content of a file of this folder.
    pub(super) fn load(&self, name: &str) -> Result<Vec<u8>, WriteError> {
        let path = self.path.join(name);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let open = || rustix::fs::openat(&self.folder, name, flags, Mode::empty());
        let file = File::from(call("open", &path, open)?);
        super::target::read_all(&file, &path)
    }

    /// Removes a file of this folder, where it is there.
    pub(super) fn remove(&self, name: &str) -> Result<(), WriteError> {
        match rustix::io::retry_on_intr(|| rustix::fs::unlinkat(&self.folder, name, AtFlags::empty())) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(io("remove", &self.path.join(name), errno)),
        }
    }

    /// The names of the files, sorted.
    pub(super) fn list(&self) -> Result<Vec<String>, WriteError> {
        let dir = call("list", &self.path, || rustix::fs::Dir::read_from(&self.folder))?;
        let mut names = Vec::new();
        for entry in dir {
            let entry = entry.map_err(|errno| io("list", &self.path, errno))?;
            let name = entry.file_name().to_string_lossy();
            if name != "." && name != ".." {
                names.push(name.into_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// The size of a file in bytes, 0 where it is not there.
    pub(super) fn size(&self, name: &str) -> u64 {
        let stat = rustix::fs::statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW);
        stat.map_or(0, |stat| u64::try_from(stat.st_size).unwrap_or(0))
    }

    fn sync(&self) -> Result<(), WriteError> {
        bytes::sync(&self.folder, &self.path)
    }

    /// The folder, to ask for free space.
    pub(super) fn fd(&self) -> &OwnedFd {
        &self.folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_is_told_who_holds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("state");
        let held = Store::create(&root).unwrap().lock().unwrap();
        let Err(error) = Store::create(&root).unwrap().lock_within(Duration::ZERO) else {
            panic!("two writers hold the lock");
        };
        let WriteError::Locked { pid, command: Some(command) } = error else { panic!("{error}") };
        assert_eq!(pid, Some(std::process::id()));
        assert!(command.contains("whyhost_sys"), "{command}");
        drop(held);
        assert!(Store::create(&root).unwrap().lock_within(Duration::ZERO).is_ok());
    }
}
