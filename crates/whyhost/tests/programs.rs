//! Programs are looked for on the running machine only, and only where that is wanted.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use whyhost_core::snapshot::Snapshot;

/// A folder with a `node` that leaves a trace of having run.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        let script = format!("#!/bin/sh\necho > {}\necho v20.1.2\n", folder.trace().display());
        // Written by another process: what this one writes to cannot be run while a test beside starts a process.
        let write = "printf %s \"$2\" > \"$1\" && chmod 755 \"$1\"";
        let node = folder.node();
        let status = Command::new("sh").args(["-c", write, "sh"]).arg(node).arg(script).status().unwrap();
        assert!(status.success());
        folder
    }

    fn node(&self) -> PathBuf {
        self.0.path().join("node")
    }

    fn trace(&self) -> PathBuf {
        self.0.path().join("trace")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_whyhost"))
            .args(arguments)
            .args(["--timeout", "60"])
            .env("PATH", self.0.path())
            .output()
            .unwrap()
    }

    /// The version of node in a snapshot.
    fn version(&self, arguments: &[&str]) -> Option<String> {
        let output = self.run(arguments);
        let text = String::from_utf8(output.stdout).unwrap();
        let snapshot = Snapshot::from_json(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        snapshot.programs.into_iter().find(|program| program.id == "node").map(|program| program.version)
    }
}

#[test]
fn a_snapshot_records_programs_unless_told_otherwise() {
    let folder = Folder::new();
    assert_eq!(folder.version(&["snapshot", "--full", "--no-programs"]), None);
    assert!(!folder.trace().exists(), "it was run");
    assert_eq!(folder.version(&["snapshot", "--full", "--no-live"]).as_deref(), Some("20.1.2"));
    assert!(folder.trace().exists());
}

#[test]
fn diagnose_and_explain_look_for_programs() {
    for command in ["diagnose", "explain"] {
        let folder = Folder::new();
        folder.run(&[command, "localhost", "--no-programs"]);
        assert!(!folder.trace().exists(), "{command} --no-programs ran it");
        folder.run(&[command, "localhost"]);
        assert!(folder.trace().exists(), "{command} did not look");
    }
}

#[test]
fn nothing_is_run_for_another_machine() {
    let folder = Folder::new();
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/cli/healthy.json");
    let (root, recorded) = (folder.0.path().to_str().unwrap(), recorded.to_str().unwrap());
    for other in [["--root", root], ["--from", recorded]] {
        for command in ["diagnose", "explain"] {
            folder.run(&[command, "localhost", other[0], other[1]]);
        }
        assert_eq!(folder.version(&["snapshot", other[0], other[1]]), None, "{other:?}");
        assert!(!folder.trace().exists(), "{other:?}");
    }
}
