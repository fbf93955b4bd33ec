//! What is checked: this machine, another root, a snapshot, hosts files.

use crate::args::{CheckArgs, Global};
use crate::failure::Failure;
use crate::gather;
use crate::render::check::Kind;
use std::path::{Path, PathBuf};
use whyhost_core::check::{Platform, Subject};
use whyhost_core::machine::HOSTS;
use whyhost_core::snapshot::{FileKind, Snapshot};
use whyhost_sys::{Options, SysError};

/// Bytes at the start of a file in which a snapshot names its schema.
const HEAD: usize = 1000;

/// One thing to check.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    /// The running machine.
    Here,
    /// The files under a folder.
    Root(PathBuf),
    /// `--from`: a snapshot, or `-`.
    From(PathBuf),
    /// A hosts file or a snapshot, or `-`.
    Path(PathBuf),
}

/// The inputs in their order.
///
/// # Errors
/// When files are named together with `--from` or `--root`, or standard input twice.
pub(crate) fn inputs(global: &Global, args: &CheckArgs) -> Result<Vec<Input>, Failure> {
    let option = match (&global.from, &global.root) {
        (Some(path), _) => Some((Input::From(path.clone()), "--from")),
        (None, Some(dir)) => Some((Input::Root(dir.clone()), "--root")),
        (None, None) => None,
    };
    match option {
        Some((_, name)) if !args.inputs.is_empty() => {
            Err(Failure::new(format!("`{name}` and files cannot be checked at once"))
                .hint("snapshots may stand among the files: whyhost check hosts.txt machine.json"))
        }
        Some((input, _)) => Ok(vec![input]),
        None if args.inputs.is_empty() => Ok(vec![Input::Here]),
        None if args.inputs.iter().filter(|path| *path == Path::new("-")).count() > 1 => {
            Err(Failure::new("standard input (`-`) can be read once only"))
        }
        None => Ok(args.inputs.iter().map(|path| Input::of(path)).collect()),
    }
}

impl Input {
    /// This machine's own file stands for this machine.
    fn of(path: &Path) -> Input {
        if path == Path::new(HOSTS) { Input::Here } else { Input::Path(path.to_path_buf()) }
    }

    /// The path that settings files are looked for from; none for this machine.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        match self {
            Input::Here => None,
            Input::Root(dir) => Some(dir.join("etc")),
            Input::From(path) | Input::Path(path) => Some(path.clone()),
        }
    }

    /// The hosts file on the file system; none for a snapshot or a stream.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        match self {
            Input::Here => Some(PathBuf::from(HOSTS)),
            Input::Root(dir) => Some(dir.join(HOSTS.trim_start_matches('/'))),
            Input::Path(path) if path != Path::new("-") => Some(path.clone()),
            Input::From(_) | Input::Path(_) => None,
        }
    }

    /// What it is called.
    pub(crate) fn name(&self) -> String {
        match self {
            Input::Here => HOSTS.to_owned(),
            Input::Root(dir) => format!("{}{HOSTS}", dir.display().to_string().trim_end_matches('/')),
            Input::From(path) | Input::Path(path) if path == Path::new("-") => "<stdin>".to_owned(),
            Input::From(path) | Input::Path(path) => path.display().to_string(),
        }
    }

    /// Reads it; the second value says where the places of findings lie.
    ///
    /// # Errors
    /// When it cannot be read, or is a snapshot of an unknown form.
    pub(crate) fn read(&self, platform: Platform) -> Result<(Subject, Kind), Failure> {
        match self {
            Input::Here => {
                let snapshot = complete(whyhost_sys::collect(&Options::default()));
                Ok((Subject::machine(snapshot, platform), Kind::Files))
            }
            Input::Root(dir) => {
                let snapshot = whyhost_sys::collect_root(dir).map_err(|e| gather::about(dir, &e))?;
                let root = dir.display().to_string();
                Ok((Subject::root(complete(snapshot), &root, platform), Kind::Files))
            }
            Input::From(path) => {
                let snapshot = whyhost_sys::read_snapshot(path).map_err(|e| gather::about(path, &e))?;
                Ok((Subject::machine(complete(snapshot), platform), Kind::Snapshot))
            }
            Input::Path(path) => {
                let bytes = whyhost_sys::read_input(path).map_err(|e| self.unreadable(path, &e))?;
                self.parse(bytes, platform)
            }
        }
    }

    /// A snapshot is known by its schema, whatever its file is called; anything else is a hosts file.
    fn parse(&self, bytes: Vec<u8>, platform: Platform) -> Result<(Subject, Kind), Failure> {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii_start();
        let is_object = text.first() == Some(&b'{');
        let names_schema = || text[..text.len().min(HEAD)].windows(9).any(|w| w == b"\"schema\":");
        let is_json = || serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok();
        if !is_object || !(names_schema() || is_json()) {
            let kind = if matches!(self, Input::Path(p) if p == Path::new("-")) {
                Kind::Stream
            } else {
                Kind::Files
            };
            return Ok((Subject::file(&self.name(), bytes, platform), kind));
        }
        let snapshot = String::from_utf8(bytes)
            .map_err(|_| "it is not UTF-8 text".to_owned())
            .and_then(|text| Snapshot::from_json(&text).map_err(|error| error.to_string()));
        let snapshot = snapshot.map_err(|why| {
            Failure::new(format!("cannot read snapshot {}: {why}", self.name()))
                .hint("expected a hosts file, or a file of `whyhost snapshot -o machine.json`")
                .path(self.name())
        })?;
        Ok((Subject::machine(complete(snapshot), platform), Kind::Snapshot))
    }

    fn unreadable(&self, path: &Path, error: &SysError) -> Failure {
        let mut failure = Failure::caused(error);
        if path == Path::new("-") {
            failure.message = failure.message.replacen(" -:", " standard input:", 1);
            return failure;
        }
        failure = failure.path(self.name());
        match error {
            SysError::WrongKind { kind: FileKind::Directory, .. } => failure.hint(format!(
                "expected a hosts file or a snapshot; for the files of another root: whyhost check --root {}",
                path.display()
            )),
            SysError::WrongKind { kind: FileKind::Fifo, .. } => {
                failure.hint("a pipe is read from standard input: … | whyhost check -")
            }
            _ => failure,
        }
    }
}

fn complete(mut snapshot: Snapshot) -> Snapshot {
    gather::add_other_kinds(&mut snapshot);
    snapshot
}
