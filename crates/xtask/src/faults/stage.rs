//! A set-up made real on a private file system, and put back to its start before every run.

use super::setup::{self, Place, Setup};
use super::trace::{self, Fault, Plan, no_spawn, spawn};
use super::victim::{Action, says};
use anyhow::{Context, Result, ensure};
use rustix::fs::XattrFlags;
use rustix::io::Errno;
use rustix::mount::{MountFlags, UnmountFlags, mount, mount_bind, unmount};
use std::ffi::CString;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Room of a file system that is then filled.
const FULL: &str = "size=96k,mode=0755";
/// Owner of the file where no user matters.
const OWNER: (u32, u32) = (1234, 2345);

/// What a file has beside its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Looks {
    mode: u32,
    owner: (u32, u32),
    extended: Vec<(String, Vec<u8>)>,
}

/// This machine cannot make a set-up.
#[derive(Debug)]
pub(crate) struct NotHere(String);

impl std::fmt::Display for NotHere {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotHere {}

/// A set-up on the disk.
pub(crate) struct Stage<'a> {
    pub(crate) setup: &'a Setup,
    root: PathBuf,
    home: PathBuf,
    /// The file itself.
    pub(crate) file: PathBuf,
    /// The path that is written to.
    path: PathBuf,
    state: PathBuf,
    /// What the file holds at the start of a run; something of both in a set-up for recovery.
    start: Vec<u8>,
    /// Attributes that go with the old content, and with the new.
    pub(crate) looks: [Looks; 2],
}

impl<'a> Stage<'a> {
    /// Builds `setup` in the folder `root`.
    pub(crate) fn build(setup: &'a Setup, root: &Path) -> Result<Stage<'a>> {
        let home = root.join("home");
        fs::create_dir_all(&home)?;
        fs::write(root.join("new"), &setup.new)?;
        fs::write(root.join("third"), setup::third())?;
        let (mut file, mut state) = (home.join("hosts"), root.join("state"));
        match setup.place {
            Place::BindMount | Place::FullBindMount => {
                let disk = root.join("disk");
                fs::create_dir(&disk)?;
                mount_tmpfs(&disk, if setup.place == Place::BindMount { "mode=0755" } else { FULL })?;
                fs::write(disk.join("source"), b"")?;
                fs::write(&file, b"")?;
                mount_bind(disk.join("source"), &file).context("cannot bind a file")?;
            }
            Place::FullDisk => mount_tmpfs(&home, FULL)?,
            Place::Overlay => {
                for layer in ["lower", "disk"] {
                    fs::create_dir(root.join(layer))?;
                    mount_tmpfs(&root.join(layer), "mode=0755")?;
                }
            }
            Place::FullJournal => {
                let disk = root.join("disk");
                fs::create_dir(&disk)?;
                mount_tmpfs(&disk, FULL)?;
                state = disk.join("state");
            }
            _ => {}
        }
        if setup.user.is_some() {
            fs::set_permissions(root, Permissions::from_mode(0o777))?;
        }
        file = file.canonicalize().unwrap_or(file);
        let path = if setup.place == Place::Link { root.join("link") } else { file.clone() };
        let looks = looks(setup);
        let mut stage =
            Stage { setup, root: root.into(), home, file, path, state, start: setup.old.clone(), looks };
        stage.prepare().with_context(|| format!("cannot prepare {:?}", setup.name))?;
        Ok(stage)
    }

    /// Makes the journal that is there before every run, and for a recovery the file that a crash left.
    fn prepare(&mut self) -> Result<()> {
        if self.setup.first {
            return Ok(());
        }
        self.start = setup::before();
        self.reset()?;
        // An undo gives back what the file had when it was written.
        give(&self.file, &self.looks[1])?;
        match self.setup.action {
            Action::Undo => {
                self.victim_writes(&self.setup.new)?;
                self.victim_writes(&self.setup.old)?;
            }
            _ => self.victim_writes(&self.setup.old)?,
        }
        self.start = self.setup.old.clone();
        if self.setup.action == Action::Recover {
            self.crash()?;
        }
        copy(&self.state, &self.root.join("template"))?;
        Ok(())
    }

    /// A write that is killed when half of the file is written.
    fn crash(&mut self) -> Result<()> {
        copy(&self.state, &self.root.join("template"))?;
        let writer = || {
            let mut command = self.victim_of(Action::Write, "new");
            command.arg("--traced");
            command
        };
        let run = trace::run(&mut writer(), None, None)?;
        self.reset()?;
        let same = self.setup.old.iter().zip(&self.setup.new).take_while(|(old, new)| old == new).count();
        let last = run.writes.iter().rev().find(|(_, len)| *len == (self.setup.new.len() - same) as u64);
        let (at, _) = *last.context("no write of the file was seen")?;
        let plan = Plan { at, fault: Fault::KilledHalfWay };
        trace::run(&mut writer(), Some(plan), None)?;
        self.start = fs::read(&self.file)?;
        ensure!(self.start != self.setup.old && self.start != self.setup.new, "the file is not half-written");
        fs::remove_dir_all(self.root.join("template"))?;
        Ok(())
    }

    fn victim_writes(&self, content: &[u8]) -> Result<()> {
        fs::write(self.root.join("prior"), content)?;
        if matches!(self.setup.place, Place::FullDisk | Place::FullBindMount) {
            // The disk is not full yet when the journal is made.
            let _ = fs::remove_file(self.filler());
        }
        let output = output(self.victim_of(Action::Write, "prior"))?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// The process of this set-up, not traced.
    fn victim_of(&self, action: Action, content: &str) -> Command {
        let mut command = Command::new("/proc/self/exe");
        let name = clap::ValueEnum::to_possible_value(&action).map(|v| v.get_name().to_owned());
        command.arg("fault-victim").arg(name.unwrap_or_default());
        command.args([&self.path, &self.state, &self.root.join(content)]).env_clear();
        if let Some(user) = self.setup.user {
            command.args(["--user", &user.to_string()]);
        }
        command
    }

    /// The process that is traced.
    pub(crate) fn victim(&self) -> Command {
        let mut command = self.victim_of(self.setup.action, "new");
        command.arg("--traced");
        command
    }

    /// Runs what comes after it.
    pub(crate) fn next(&self) -> Result<Output> {
        output(self.victim_of(Action::Next, "third"))
    }

    /// The later run may write: there is room.
    pub(crate) fn next_says(&self) -> i32 {
        match self.setup.place {
            // The third content is shorter: in place it fits.
            Place::FullDisk | Place::FullJournal => says::UNTOUCHED,
            _ => says::DONE,
        }
    }

    /// Everything as before the first run.
    pub(crate) fn reset(&self) -> Result<()> {
        let _quiet = no_spawn();
        let _ = fs::remove_file(self.filler());
        if self.setup.place == Place::Overlay {
            self.mount_overlay()?;
        } else {
            self.fresh_file()?;
        }
        if self.state.exists() {
            fs::remove_dir_all(&self.state)?;
        }
        if self.root.join("template").exists() {
            copy(&self.root.join("template"), &self.state)?;
        }
        self.fill()
    }

    /// The file in the lower layer, nothing in the upper one.
    fn mount_overlay(&self) -> Result<()> {
        // Not mounted before the first run.
        let _ = unmount(&self.home, UnmountFlags::empty());
        let (lower, upper, work) =
            (self.root.join("lower"), self.root.join("disk/upper"), self.root.join("disk/work"));
        for folder in [&upper, &work] {
            let _ = fs::remove_dir_all(folder);
            fs::create_dir(folder)?;
        }
        let _ = fs::remove_file(lower.join("hosts"));
        fs::write(lower.join("hosts"), &self.start)?;
        give(&lower.join("hosts"), &self.looks[0])?;
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let options = format!("lowerdir={},upperdir={},workdir={}", text(&lower), text(&upper), text(&work));
        let options = CString::new(options)?;
        mount("overlay", &self.home, "overlay", MountFlags::empty(), options.as_c_str())
            .map_err(|errno| NotHere(format!("cannot mount an overlay: {errno}")).into())
    }

    fn fresh_file(&self) -> Result<()> {
        for name in self.names()? {
            let entry = self.home.join(&name);
            if entry != self.file || !self.is_mount() {
                fs::remove_file(entry)?;
            }
        }
        fs::write(&self.file, &self.start)?;
        give(&self.file, &self.looks[0])?;
        match self.setup.place {
            Place::HardLink => {
                let _ = fs::remove_file(self.other_name());
                fs::hard_link(&self.file, self.other_name())?;
            }
            Place::Link if !self.path.is_symlink() => symlink(&self.file, &self.path)?,
            _ => {}
        }
        Ok(())
    }

    fn is_mount(&self) -> bool {
        matches!(self.setup.place, Place::BindMount | Place::FullBindMount)
    }

    fn other_name(&self) -> PathBuf {
        self.root.join("other")
    }

    fn filler(&self) -> PathBuf {
        match self.setup.place {
            Place::FullDisk => self.root.join("home/filler"),
            _ => self.root.join("disk/filler"),
        }
    }

    fn fill(&self) -> Result<()> {
        use std::io::Write as _;
        if !matches!(self.setup.place, Place::FullDisk | Place::FullBindMount | Place::FullJournal) {
            return Ok(());
        }
        let mut filler = fs::File::create(self.filler())?;
        // The kernel counts free pages by processor, so that a write may fail a little early (percpu_counter).
        for _ in 0..1000 {
            match filler.write(&[0; 4096]) {
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                    if rustix::fs::fstatvfs(&filler)?.f_bfree == 0 {
                        return Ok(());
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        anyhow::bail!("the file system does not get full")
    }

    /// What lies in the folder of the file, the filler of a full disk left out.
    fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.home)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.retain(|name| name != "filler");
        Ok(names)
    }

    /// What should not be there: temporary files, a link or a second name that was lost.
    pub(crate) fn damage(&self) -> Result<Option<String>> {
        let names = self.names()?;
        if names != ["hosts"] {
            return Ok(Some(format!("the folder holds {names:?}")));
        }
        let lost = match self.setup.place {
            Place::Link => !self.path.is_symlink(),
            Place::HardLink => fs::metadata(&self.file)?.ino() != fs::metadata(self.other_name())?.ino(),
            _ => false,
        };
        Ok(lost.then(|| "the link is gone".to_owned()))
    }

    /// The half-written content that this set-up starts with.
    pub(crate) fn starts_half_written(&self) -> bool {
        self.setup.action == Action::Recover
    }
}

/// Attributes that go with the old content, and with the new.
fn looks(setup: &Setup) -> [Looks; 2] {
    let owner = setup.user.map_or(OWNER, |id| (id, id));
    let extended = vec![(ACL_NAME.to_owned(), acl()), ("trusted.whyhost".to_owned(), b"a \xff\0 b".to_vec())];
    let full = Looks { mode: 0o640, owner, extended };
    if setup.action == Action::Undo {
        // Somebody changed them after the write that is undone.
        let bare = Looks { mode: 0o600, owner: (0, 0), extended: Vec::new() };
        return [bare, full];
    }
    [full.clone(), full]
}

const ACL_NAME: &str = "system.posix_acl_access";

/// `user::rw-,user:1234:r--,group::r--,mask::r--,other::---` as the kernel keeps it (include/uapi/linux/posix_acl_xattr.h).
fn acl() -> Vec<u8> {
    let entries: [(u16, u16, u32); 5] =
        [(1, 6, u32::MAX), (2, 4, 1234), (4, 4, u32::MAX), (0x10, 4, u32::MAX), (0x20, 0, u32::MAX)];
    let mut bytes = 2u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(permissions.to_le_bytes());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

fn give(file: &Path, looks: &Looks) -> Result<()> {
    chown(file, Some(looks.owner.0), Some(looks.owner.1))?;
    for (name, _) in Looks::of(file)?.extended {
        rustix::fs::removexattr(file, &name)?;
    }
    fs::set_permissions(file, Permissions::from_mode(looks.mode))?;
    for (name, value) in &looks.extended {
        rustix::fs::setxattr(file, name, value, XattrFlags::empty())
            .with_context(|| format!("{name} cannot be set"))?;
    }
    Ok(())
}

impl Looks {
    /// Read by the names of the calls, not by the code that is tested.
    pub(crate) fn of(file: &Path) -> Result<Looks> {
        let meta = fs::metadata(file)?;
        let mut list = vec![0; 64 << 10];
        let len = rustix::fs::listxattr(file, &mut list[..])?;
        let names = list[..len].split(|byte| *byte == 0).filter(|name| !name.is_empty());
        let mut extended = Vec::new();
        for name in names {
            let mut value = vec![0; 64 << 10];
            let name = CString::new(name)?;
            match rustix::fs::getxattr(file, &name, &mut value[..]) {
                Ok(len) => extended.push((name.to_string_lossy().into_owned(), value[..len].to_vec())),
                Err(Errno::NODATA) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        extended.sort();
        Ok(Looks { mode: meta.mode() & 0o7777, owner: (meta.uid(), meta.gid()), extended })
    }
}

fn output(mut command: Command) -> Result<Output> {
    let child = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    Ok(child.wait_with_output()?)
}

fn mount_tmpfs(at: &Path, options: &str) -> Result<()> {
    let options = CString::new(options)?;
    mount("tmpfs", at, "tmpfs", MountFlags::empty(), options.as_c_str()).context("cannot mount a tmpfs")
}

/// Copies a folder with what is in it; owners are kept.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let keep = |path: &Path, like: &fs::Metadata| -> Result<()> {
        chown(path, Some(like.uid()), Some(like.gid()))?;
        fs::set_permissions(path, like.permissions())?;
        Ok(())
    };
    keep(to, &fs::metadata(from)?)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
            keep(&target, &entry.metadata()?)?;
        }
    }
    Ok(())
}
