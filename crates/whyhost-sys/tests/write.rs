//! Files are replaced, journalled and put back; nothing that they have is lost.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use whyhost_sys::write::{self, Hash, Options, Reason, State, Way, WriteError};

const OLD: &[u8] = b"127.0.0.1\tlocalhost\r\n# caf\xe9\r\n";
const NEW: &[u8] = b"127.0.0.1\tlocalhost\r\n::1\tlocalhost\r\n# caf\xe9\r\n";

/// A file in a folder of its own, and a place for the journal.
struct Case {
    folder: TempDir,
    file: PathBuf,
    options: Options,
}

impl Case {
    fn new() -> Case {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        fs::create_dir(&home).unwrap();
        let file = home.canonicalize().unwrap().join("hosts");
        fs::write(&file, OLD).unwrap();
        let options = Options { state_dir: Some(folder.path().join("state")) };
        Case { folder, file, options }
    }

    fn replace(&self, new: &[u8]) -> Result<write::Written, WriteError> {
        write::replace(write::open(&self.file, &self.options)?, new, "test")
    }

    fn content(&self) -> Vec<u8> {
        fs::read(&self.file).unwrap()
    }

    fn names(&self) -> Vec<String> {
        names(self.file.parent().unwrap())
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_write_is_in_the_journal_and_its_undo_restores_every_byte() {
    let case = Case::new();
    fs::set_permissions(&case.file, Permissions::from_mode(0o640)).unwrap();
    assert_eq!(write::history(&case.options).unwrap(), []);
    assert!(!case.options.state_dir.as_ref().unwrap().exists(), "reading a journal makes none");

    let written = case.replace(NEW).unwrap();
    assert_eq!((case.content().as_slice(), written.way), (NEW, Way::Rename));
    assert_eq!((written.id.as_str(), written.hash_after), ("0001", Hash::of(NEW)));
    assert_eq!(fs::read(&written.backup).unwrap(), OLD);
    assert!(written.backup.ends_with("backups/0001-hosts"), "{}", written.backup.display());
    assert_eq!(case.names(), ["hosts"]);

    fs::set_permissions(&case.file, Permissions::from_mode(0o600)).unwrap();
    let undo = write::prepare_undo(None, &case.options).unwrap();
    assert_eq!((undo.current.as_slice(), undo.restored.as_slice()), (NEW, OLD));
    assert!(!undo.changed_since);
    write::undo(undo, false, &case.options).unwrap();
    assert_eq!(case.content(), OLD);
    assert_eq!(fs::metadata(&case.file).unwrap().mode() & 0o7777, 0o640);

    let states: Vec<State> = write::history(&case.options).unwrap().iter().map(|entry| entry.state).collect();
    assert_eq!(states, [State::Undone, State::Done]);
    let nothing = write::prepare_undo(None, &case.options).unwrap_err();
    assert!(matches!(nothing, WriteError::NoSuchEntry { id: None }), "{nothing}");
    let redo = write::prepare_undo(Some("2"), &case.options).unwrap();
    write::undo(redo, false, &case.options).unwrap();
    assert_eq!(case.content(), NEW);
    let states: Vec<State> = write::history(&case.options).unwrap().iter().map(|entry| entry.state).collect();
    assert_eq!(states, [State::Done, State::Undone, State::Done]);
}

#[test]
fn a_file_that_changed_since_the_preview_is_left_alone() {
    let case = Case::new();
    let draft = write::open(&case.file, &case.options).unwrap();
    fs::write(&case.file, b"theirs").unwrap();
    let error = write::replace(draft, NEW, "test").unwrap_err();
    assert!(matches!(error, WriteError::Changed { .. }), "{error}");
    assert_eq!(case.content(), b"theirs");
    assert_eq!(write::history(&case.options).unwrap(), []);
}

#[test]
fn an_undo_of_a_file_that_others_changed_needs_force() {
    let case = Case::new();
    case.replace(NEW).unwrap();
    fs::write(&case.file, b"theirs").unwrap();
    let undo = write::prepare_undo(Some("0001"), &case.options).unwrap();
    assert!(undo.changed_since);
    let error = write::undo(undo, false, &case.options).unwrap_err();
    assert!(matches!(error, WriteError::ChangedSince { .. }), "{error}");
    assert_eq!(case.content(), b"theirs");
    let undo = write::prepare_undo(Some("0001"), &case.options).unwrap();
    let written = write::undo(undo, true, &case.options).unwrap();
    assert_eq!(case.content(), OLD);
    assert_eq!(fs::read(written.backup).unwrap(), b"theirs");
}

#[test]
fn a_link_stays_and_its_target_is_written() {
    let case = Case::new();
    let link = case.folder.path().join("link");
    symlink("home/hosts", &link).unwrap();
    let draft = write::open(&link, &case.options).unwrap();
    assert_eq!(draft.target(), case.file);
    assert_eq!(draft.notes().len(), 1);
    write::replace(draft, NEW, "test").unwrap();
    assert_eq!(case.content(), NEW);
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("home/hosts"));
}

#[test]
fn all_names_of_a_file_see_the_new_content() {
    let case = Case::new();
    let other = case.folder.path().join("other");
    fs::hard_link(&case.file, &other).unwrap();
    let written = case.replace(NEW).unwrap();
    assert_eq!(written.way, Way::InPlace { reason: Reason::HardLinks });
    assert_eq!((case.content(), fs::read(&other).unwrap()), (NEW.to_vec(), NEW.to_vec()));
    case.replace(b"short").unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"short");
    assert_eq!(names(&case.options.state_dir.unwrap().join("backups")), ["0001-hosts", "0002-hosts"]);
}

#[test]
fn what_is_no_file_is_refused_without_waiting() {
    let case = Case::new();
    let fifo = case.folder.path().join("fifo");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    for (path, what) in
        [(fifo.as_path(), "FIFO"), (case.folder.path(), "directory"), (Path::new("/dev/null"), "device")]
    {
        let error = write::open(path, &case.options).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
    let missing = write::open(&case.folder.path().join("none"), &case.options).unwrap_err();
    assert!(missing.to_string().contains("No such file"), "{missing}");
}

#[test]
fn the_same_content_is_no_write() {
    let case = Case::new();
    let error = case.replace(OLD).unwrap_err();
    assert!(matches!(error, WriteError::NothingToWrite { .. }), "{error}");
    assert_eq!(write::history(&case.options).unwrap(), []);
}
