//! Hostile surroundings: streams that do not take the answer, files that are no files, folders that lead elsewhere.

#![allow(clippy::print_stderr, reason = "a test says why it is skipped")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whyhost"));
    command.env_clear().env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).args(args);
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Text without its line breaks.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A folder of its own for every test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("whyhost-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn dir(&self, name: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(&path).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in a temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_full_disk_is_told() {
    let machine = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/cli/healthy.json");
    let from = machine.to_str().unwrap();
    for args in [
        &["-h"][..],
        &["--version"],
        &["help", "explain"],
        &["rule"],
        &["rule", "listen.none", "--format", "json"],
        &["--from", from],
        &["--from", from, "--format", "json"],
        &["explain", "localhost", "--from", from],
        &["snapshot", "--from", from],
        &["--nonsense", "--format=json"],
    ] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(args).stdout(full).output().unwrap();
        let talk = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {talk}");
        assert!(talk.starts_with("error: ") && !talk.contains("panicked"), "{args:?}: {talk}");
    }
}

/// What a run on `root` gives: exit code, standard output, standard error.
fn on_root(root: &Path) -> (Option<i32>, String, String) {
    let output = command(&["--root", root.to_str().unwrap()]).output().unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn root_folders_of_any_kind() {
    let folder = Folder::new("roots");
    let hosts = |name: &str| folder.dir(&format!("{name}/etc")).join("hosts");
    fs::write(hosts("healthy"), "127.0.0.1 localhost\n").unwrap();
    symlink("/etc/hosts", hosts("loop")).unwrap();
    // Would be read from the running machine if links led out.
    symlink("../../../../../../../../../../proc/self/status", hosts("outside")).unwrap();
    fs::create_dir(hosts("directory")).unwrap();
    fifo(&hosts("fifo"));
    folder.dir("no-etc");
    fs::write(folder.0.join("file"), "").unwrap();
    symlink("etc", folder.dir("etc-loop").join("etc")).unwrap();

    assert_eq!(on_root(&folder.0.join("healthy")).0, Some(0));
    for (name, said) in [
        ("loop", "/etc/hosts is a link to /etc/hosts, and the links go in a circle"),
        ("outside", "where nothing is"),
        ("directory", "is a directory"),
        ("fifo", "pipe"),
        ("no-etc", "there is no /etc/hosts"),
        ("etc-loop", "there is no /etc/hosts"),
    ] {
        let (code, out, talk) = on_root(&folder.0.join(name));
        assert!(code == Some(1) || code == Some(2), "{name}: {code:?}\n{out}{talk}");
        assert!(one_line(&out).contains(said), "{name}: {out}");
    }
    for name in ["file", "missing"] {
        let (code, out, talk) = on_root(&folder.0.join(name));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{name}: {talk}");
        assert!(talk.starts_with("error: cannot open root folder"), "{talk}");
    }
}

#[test]
fn configuration_that_is_no_file_is_named() {
    let folder = Folder::new("kinds");
    let etc = folder.dir("etc");
    fs::write(etc.join("hosts"), "127.0.0.1 localhost\n").unwrap();
    fifo(&etc.join("nsswitch.conf"));
    fs::create_dir(etc.join("resolv.conf")).unwrap();
    fs::create_dir(etc.join("gai.conf")).unwrap();
    let (_, _, talk) = on_root(&folder.0);
    let talk = one_line(&talk);
    for said in [
        "/etc/nsswitch.conf: not a regular file but a named pipe (FIFO)",
        "/etc/resolv.conf: not a regular file but a directory",
        "/etc/gai.conf: not a regular file but a directory",
    ] {
        assert!(talk.contains(said), "{said} is missing in {talk}");
    }
}

/// Runs the command where `source` is mounted over `target`; `None` without the right to do so.
fn mounted(source: &Path, target: &str) -> Option<Output> {
    let script = "mount --make-rprivate / && mount --bind \"$1\" \"$2\" || exit 99; shift 2; exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", script, "sh"]).arg(source).arg(target);
    command.args([env!("CARGO_BIN_EXE_whyhost"), "--timeout", "0.2"]).env("LC_ALL", "C.UTF-8");
    let output = command.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let refused = output.status.code() == Some(99) || text.starts_with("unshare:");
    (!refused).then_some(output)
}

#[test]
fn odd_files_of_the_running_machine() {
    let folder = Folder::new("mounts");
    let pipe = folder.0.join("fifo");
    fifo(&pipe);
    let garbage = folder.0.join("garbage");
    fs::write(&garbage, (0..20_000_u32).map(|i| (i.wrapping_mul(7919) >> 3) as u8).collect::<Vec<u8>>())
        .unwrap();
    for target in ["/etc/hosts", "/etc/nsswitch.conf", "/etc/resolv.conf"] {
        for source in [&pipe, &garbage, &PathBuf::from("/dev/null")] {
            let Some(output) = mounted(source, target) else {
                eprintln!("SKIP: {} could not be mounted over {target}", source.display());
                continue;
            };
            let case = format!("{} at {target}", source.display());
            let talk = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!talk.contains("panicked"), "{case}: {talk}");
            assert!(matches!(output.status.code(), Some(0..=2)), "{case}: {:?}", output.status);
            let out = text(&output.stdout);
            assert!(!out.is_empty() && !out.chars().any(|c| c != '\n' && c.is_control()), "{case}: {out:?}");
            assert!(*source != pipe || output.status.code() != Some(0), "{case}: {out}");
        }
    }
}
