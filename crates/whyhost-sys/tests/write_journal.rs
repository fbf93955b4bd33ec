//! The journal: bounded, guarded, and what it says of interrupted writes is acted on only where that is safe.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use whyhost_sys::write::{self, MAX_BYTES, MAX_ENTRIES, Options, State, WriteError, Written};

struct Case {
    _folder: tempfile::TempDir,
    state: PathBuf,
    file: PathBuf,
    options: Options,
}

impl Case {
    fn new() -> Case {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let (file, state) = (root.join("hosts"), root.join("a/b/state"));
        fs::write(&file, b"start\n").unwrap();
        let options = Options { state_dir: Some(state.clone()) };
        Case { _folder: folder, state, file, options }
    }

    fn replace(&self, new: &[u8]) -> Result<Written, WriteError> {
        write::replace(write::open(&self.file, &self.options)?, new, "test")
    }

    fn backups(&self) -> Vec<String> {
        let entries = fs::read_dir(self.state.join("backups")).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Changes an entry of the journal as an interrupted write would have left it.
    fn interrupt(&self, id: &str, in_place: bool) {
        let path = self.state.join(format!("journal/{id}.json"));
        let mut record: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        record["state"] = "started".into();
        record["in_place"] = in_place.into();
        fs::write(path, serde_json::to_vec(&record).unwrap()).unwrap();
    }

    fn states(&self) -> Vec<State> {
        write::history(&self.options).unwrap().iter().map(|entry| entry.state).collect()
    }
}

#[test]
fn the_newest_writes_are_kept_and_their_number_goes_on() {
    let case = Case::new();
    for n in 0..MAX_ENTRIES + 5 {
        case.replace(format!("{n}\n").as_bytes()).unwrap();
    }
    let entries = write::history(&case.options).unwrap();
    assert_eq!(entries.len(), MAX_ENTRIES);
    assert_eq!(case.backups().len(), MAX_ENTRIES);
    assert_eq!((entries[0].id.as_str(), entries[MAX_ENTRIES - 1].id.as_str()), ("0006", "0105"));
    assert!(entries.iter().all(|entry| entry.backup.exists() && entry.path == case.file));
    assert_eq!(fs::read(&entries[0].backup).unwrap(), b"4\n");
}

#[test]
fn large_backups_push_out_older_ones_but_never_the_newest() {
    let case = Case::new();
    case.replace(b"small\n").unwrap();
    let large = vec![b'#'; usize::try_from(MAX_BYTES).unwrap() + 1];
    case.replace(&large).unwrap();
    assert_eq!(case.backups(), ["0001-hosts", "0002-hosts"]);
    case.replace(b"small again\n").unwrap();
    assert_eq!(case.backups(), ["0003-hosts"]);
    let undo = write::prepare_undo(None, &case.options).unwrap();
    assert!(undo.restored == large);
}

#[test]
fn a_folder_that_others_may_write_is_no_place_for_a_journal() {
    let case = Case::new();
    case.replace(b"new\n").unwrap();
    fs::set_permissions(&case.state, Permissions::from_mode(0o777)).unwrap();
    for error in [write::history(&case.options).unwrap_err(), case.replace(b"newer\n").unwrap_err()] {
        assert!(matches!(error, WriteError::UnsafeStateFolder { .. }), "{error}");
    }
    assert_eq!(fs::read(&case.file).unwrap(), b"new\n");
}

#[test]
fn a_journal_is_private() {
    let case = Case::new();
    case.replace(b"new\n").unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(case.state.clone()), 0o700);
    assert_eq!(mode(case.state.join("backups/0001-hosts")), 0o600);
    assert_eq!(mode(case.state.join("journal/0001.json")), 0o600);
}

#[test]
fn an_interrupted_write_is_what_the_file_says() {
    for in_place in [false, true] {
        let case = Case::new();
        case.replace(b"new\n").unwrap();
        case.interrupt("0001", in_place);
        assert_eq!(case.states(), [State::Finished]);
        fs::write(&case.file, b"start\n").unwrap();
        case.interrupt("0001", in_place);
        let recovered = write::recover(&case.options).unwrap();
        assert_eq!((recovered.len(), recovered[0].state), (1, State::RolledBack));
        assert_eq!(case.states(), [State::RolledBack]);
    }
}

#[test]
fn what_others_wrote_after_an_interrupted_write_stays() {
    for in_place in [false, true] {
        let case = Case::new();
        case.replace(b"new\n").unwrap();
        fs::write(case.state.join("backups/0001-after"), b"new\n").unwrap();
        case.interrupt("0001", in_place);
        fs::write(&case.file, b"theirs\n").unwrap();
        assert_eq!(case.states(), [State::Superseded]);
        assert_eq!(fs::read(&case.file).unwrap(), b"theirs\n");
        fs::remove_file(&case.file).unwrap();
        case.interrupt("0001", in_place);
        assert_eq!(case.states(), [State::Superseded]);
        assert!(!case.file.exists());
    }
}

#[test]
fn a_half_written_file_whose_backup_is_damaged_is_reported_and_only_that_file_is_stuck() {
    let case = Case::new();
    case.replace(b"newer\n").unwrap();
    fs::write(case.state.join("backups/0001-after"), b"newer\n").unwrap();
    fs::write(case.state.join("backups/0001-hosts"), b"damaged").unwrap();
    case.interrupt("0001", true);
    fs::write(&case.file, b"nttrt\n").unwrap();
    let recovered = write::recover(&case.options).unwrap();
    assert_eq!(recovered[0].state, State::Started);
    assert!(recovered[0].failure.as_ref().unwrap().contains("damaged"), "{recovered:?}");
    let error = write::open(&case.file, &case.options).unwrap_err();
    assert!(matches!(error, WriteError::Unsettled { .. }), "{error}");
    let other = case.file.with_file_name("other");
    fs::write(&other, b"x").unwrap();
    write::replace(write::open(&other, &case.options).unwrap(), b"y", "test").unwrap();
    assert_eq!(
        (fs::read(&other).unwrap(), fs::read(&case.file).unwrap()),
        (b"y".to_vec(), b"nttrt\n".to_vec())
    );
}

#[test]
fn a_damaged_entry_or_backup_is_said_and_nothing_written() {
    let case = Case::new();
    case.replace(b"new\n").unwrap();
    fs::write(case.state.join("backups/0001-hosts"), b"other").unwrap();
    let error = write::prepare_undo(None, &case.options).unwrap_err();
    assert!(matches!(error, WriteError::Damaged { .. }), "{error}");
    fs::write(case.state.join("journal/0001.json"), b"{").unwrap();
    for error in [write::history(&case.options).unwrap_err(), case.replace(b"newer\n").unwrap_err()] {
        assert!(matches!(error, WriteError::Damaged { .. }), "{error}");
    }
    assert_eq!(fs::read(&case.file).unwrap(), b"new\n");
}

#[test]
fn an_undo_of_a_file_that_is_gone_names_the_backup() {
    let case = Case::new();
    let written = case.replace(b"new\n").unwrap();
    fs::remove_file(&case.file).unwrap();
    let error = write::prepare_undo(None, &case.options).unwrap_err();
    let WriteError::Gone { backup, .. } = error else { panic!("{error}") };
    assert_eq!(backup, written.backup);
    assert!(!case.file.exists());
}
