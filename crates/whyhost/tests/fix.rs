//! `whyhost fix`, `hosts` and `undo`: what is written, what is not, and what programs are told.

#![allow(clippy::print_stderr, reason = "a test says why it is skipped")]

mod ran;
mod support;

use ran::Ran;
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::Schemas;

/// A hosts file with three faults that safe edits repair.
const BROKEN: &str = "10.0.0.5 nas # shelf\r\n192.168.1.300 box\r\n# END127.0.0.1 app.test\r\n";
const REPAIRED: &str = "127.0.0.1 localhost\r\n::1 localhost\r\n10.0.0.5 nas # shelf\r\n# 192.168.1.300 box\r\n# END\r\n127.0.0.1 app.test\r\n";
const FINE: &str = "127.0.0.1 localhost\n::1 localhost\n10.0.0.5 nas disk # shelf\n";

struct Lab(tempfile::TempDir);

impl Lab {
    fn with(text: &str) -> Lab {
        let lab = Lab(tempfile::tempdir().unwrap());
        fs::write(lab.path("hosts"), text).unwrap();
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path("hosts")).unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whyhost"));
        command.env_clear().env("LC_ALL", "C.UTF-8").env("XDG_CONFIG_HOME", self.path("settings"));
        command.env("WHYHOST_STATE_DIR", self.path("state"));
        command.current_dir(self.0.path()).stdin(Stdio::null()).args(args);
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    /// `whyhost hosts … --file hosts`.
    fn hosts(&self, args: &[&str]) -> Ran {
        self.run(&[&["hosts"], args, &["--file", "hosts"]].concat())
    }

    fn with_stdin(&self, args: &[&str], stdin: &str) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        Ran::of(child.wait_with_output().unwrap())
    }

    fn json(&self, schemas: &mut Schemas, args: &[&str]) -> (Option<i32>, Value) {
        let ran = self.run(&[args, &["--format", "json"]].concat());
        schemas.check(&args.join(" "), &ran.out);
        assert!(ran.talk.is_empty(), "{args:?}: {}", ran.talk);
        (ran.code, serde_json::from_str(&ran.out).unwrap())
    }
}

#[test]
fn nothing_is_written_unasked() {
    let lab = Lab::with(BROKEN);
    for args in [&["fix", "hosts"][..], &["fix", "hosts", "--diff"], &["fix", "hosts", "--format", "json"]] {
        let ran = lab.run(args);
        assert_eq!(ran.code, Some(1), "{args:?}: {ran:?}");
        assert_eq!(lab.text(), BROKEN, "{args:?}");
        assert!(!lab.path("state").exists(), "{args:?} made a journal");
    }
    assert!(lab.run(&["fix", "hosts"]).talk.contains("nothing was written"));
}

#[test]
fn a_fix_is_written_once_and_taken_back() {
    let lab = Lab::with(BROKEN);
    fs::set_permissions(lab.path("hosts"), fs::Permissions::from_mode(0o640)).unwrap();
    let ran = lab.run(&["fix", "hosts", "--yes"]);
    assert_eq!((ran.code, lab.text().as_str()), (Some(0), REPAIRED), "{ran:?}");
    assert!(
        ran.out.contains("✓ written and read back") && ran.out.contains("undo: whyhost undo 0001"),
        "{}",
        ran.out
    );
    assert_eq!(fs::metadata(lab.path("hosts")).unwrap().permissions().mode() & 0o7777, 0o640);
    let again = lab.run(&["fix", "hosts", "--yes"]);
    assert_eq!((again.code, again.out.as_str()), (Some(0), "✓ hosts: nothing to fix\n"));
    assert!(lab.run(&["undo"]).out.contains("hosts.glued-line"));
    assert_eq!(lab.run(&["undo", "1"]).code, Some(1));
    assert_eq!(lab.text(), REPAIRED);
    let back = lab.run(&["undo", "1", "--yes"]);
    assert_eq!((back.code, lab.text().as_str()), (Some(0), BROKEN), "{back:?}");
    assert_eq!(lab.run(&["undo", "9"]).code, Some(2));
}

/// Every hosts file below testdata, and the corpus where there is one: fix, fix again, undo.
#[test]
fn a_fix_and_its_undo_restore_every_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/hosts");
    let corpus = std::env::var_os("WHYHOST_CORPUS").map(PathBuf::from);
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = [root].into_iter().chain(corpus).collect();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let mut fixed = 0;
    for path in &files {
        let before = fs::read(path).unwrap();
        let lab = Lab::with("");
        let hosts = lab.path("hosts");
        fs::write(&hosts, &before).unwrap();
        fs::set_permissions(&hosts, fs::Permissions::from_mode(0o604)).unwrap();
        let ran = lab.run(&["fix", "hosts", "--yes", "--no-config"]);
        let after = fs::read(&hosts).unwrap();
        if after == before {
            continue;
        }
        fixed += 1;
        assert_eq!(ran.code, Some(0), "{}: {ran:?}", path.display());
        lab.run(&["fix", "hosts", "--yes", "--no-config"]);
        assert!(fs::read(&hosts).unwrap() == after, "{}: fixed twice", path.display());
        let back = lab.run(&["undo", "1", "--yes"]);
        assert!(back.code == Some(0) && fs::read(&hosts).unwrap() == before, "{}: {back:?}", path.display());
        assert_eq!(fs::metadata(&hosts).unwrap().permissions().mode() & 0o7777, 0o604, "{}", path.display());
    }
    eprintln!("{} files, {fixed} of them fixed and put back", files.len());
    assert!(fixed >= 5, "{fixed} of {}", files.len());
}

#[test]
fn the_patch_is_one_that_patch_takes() {
    let lab = Lab::with(BROKEN);
    let patch = lab.run(&["fix", "hosts", "--diff"]).out;
    let mut child = Command::new("patch")
        .args(["--binary", "--silent", "-p1"])
        .current_dir(lab.0.path())
        .stdin(Stdio::piped())
        .spawn()
        .expect("patch is installed");
    child.stdin.take().unwrap().write_all(patch.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(lab.text(), REPAIRED);
    let none = lab.run(&["fix", "hosts", "--diff"]);
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
}

#[test]
fn a_file_that_changed_is_not_put_back() {
    let lab = Lab::with(BROKEN);
    assert_eq!(lab.run(&["fix", "hosts", "--yes"]).code, Some(0));
    let mine = format!("{REPAIRED}10.0.0.9 mine\r\n");
    fs::write(lab.path("hosts"), &mine).unwrap();
    let refused = lab.run(&["undo", "0001", "--yes"]);
    assert_eq!((refused.code, lab.text().as_str()), (Some(1), mine.as_str()), "{refused:?}");
    assert!(refused.out.contains("others changed the file since") && refused.talk.contains("--force"));
    assert_eq!(lab.run(&["undo", "0001", "--yes", "--force"]).code, Some(0));
    assert_eq!(lab.text(), BROKEN);
}

#[test]
fn json_keeps_to_its_schema() {
    let mut schemas = Schemas::read();
    let lab = Lab::with(BROKEN);
    let (code, plan) = lab.json(&mut schemas, &["fix", "hosts"]);
    assert_eq!((code, &plan["changed"], &plan["written"]), (Some(1), &true.into(), &false.into()));
    assert_eq!(plan["diff"].as_str(), Some(&*lab.run(&["fix", "hosts", "--diff"]).out));
    let gains = |v: &Value| {
        let rows = v["behaviour"].as_array().unwrap().clone();
        rows.into_iter().find(|r| r["name"] == "app.test" && r["resolver"] == "glibc").unwrap()
    };
    assert_eq!(gains(&plan)["after"], serde_json::json!(["127.0.0.1"]));
    let (code, done) = lab.json(&mut schemas, &["fix", "hosts", "--yes"]);
    assert_eq!((code, &done["written"], &done["backup"]["id"]), (Some(0), &true.into(), &"0001".into()));
    let (code, none) = lab.json(&mut schemas, &["fix", "hosts", "--yes"]);
    assert_eq!((code, &none["changed"], &none["diff"]), (Some(0), &false.into(), &"".into()));
    assert_eq!(lab.json(&mut schemas, &["fix", "nosuch"]).0, Some(2));

    let (code, added) =
        lab.json(&mut schemas, &["hosts", "add", "10.0.0.5", "disk", "--file", "hosts", "--yes"]);
    assert_eq!((code, &added["changed"], &added["action"]), (Some(0), &true.into(), &"add".into()));
    let (code, same) =
        lab.json(&mut schemas, &["hosts", "add", "10.0.0.5", "disk", "--file", "hosts", "--yes"]);
    assert_eq!((code, &same["changed"]), (Some(0), &false.into()));
    let (_, list) = lab.json(&mut schemas, &["hosts", "list", "disk", "--file", "hosts"]);
    assert_eq!(list["entries"][0]["names"], serde_json::json!(["nas", "disk"]));

    assert_eq!(lab.json(&mut schemas, &["undo"]).1["writes"].as_array().unwrap().len(), 2);
    let (code, shown) = lab.json(&mut schemas, &["undo", "2"]);
    assert_eq!((code, &shown["written"]), (Some(1), &false.into()));
    let (code, back) = lab.json(&mut schemas, &["undo", "2", "--yes"]);
    assert_eq!((code, &back["written"], &back["changed_since"]), (Some(0), &true.into(), &false.into()));
    let state = |v: &Value, at: usize| v["writes"][at]["state"].clone();
    assert_eq!(state(&lab.json(&mut schemas, &["undo"]).1, 1), "undone");
    assert_eq!(lab.json(&mut schemas, &["undo", "77"]).0, Some(2));
}

#[test]
fn entries_are_edited_by_name() {
    let lab = Lab::with(FINE);
    for (args, expected) in [
        (&["add", "10.0.0.6", "box"][..], format!("{FINE}10.0.0.6 box\n")),
        (&["add", "10.0.0.6", "tape", "BOX"], format!("{FINE}10.0.0.6 box tape\n")),
        (&["disable", "tape"], format!("{FINE}10.0.0.6 box\n# 10.0.0.6 tape\n")),
        (&["remove", "box"], format!("{FINE}# 10.0.0.6 tape\n")),
        (&["enable", "tape"], format!("{FINE}10.0.0.6 tape\n")),
        (&["add", "10.0.0.7", "tape", "--replace"], format!("{FINE}10.0.0.7 tape\n")),
        (&["add", "::1", "app.test", "--both"], {
            "127.0.0.1 localhost\n127.0.0.1 app.test\n::1 localhost\n::1 app.test\n10.0.0.5 nas disk # shelf\n10.0.0.7 tape\n".into()
        }),
        (&["remove", "app.test", "tape"], FINE.into()),
        (&["format"], "127.0.0.1 localhost\n::1       localhost\n10.0.0.5  nas disk # shelf\n".into()),
    ] {
        let check = lab.hosts(&[args, &["--check"]].concat());
        assert_eq!(check.code, Some(1), "{args:?}: {check:?}");
        let ran = lab.hosts(&[args, &["--yes"]].concat());
        assert_eq!((ran.code, lab.text()), (Some(0), expected), "{args:?}: {ran:?}");
        for again in ["--check", "--yes"] {
            let ran = lab.hosts(&[args, &[again]].concat());
            assert!(ran.code == Some(0) && ran.out.contains("no change is needed"), "{args:?}: {ran:?}");
        }
    }
    assert_eq!(lab.hosts(&["list", "--plain", "nas"]).out, "10.0.0.5\tnas\n10.0.0.5\tdisk\n");
    assert_eq!(lab.hosts(&["list", "nosuch"]).code, Some(1));
}

#[test]
fn a_section_is_replaced_as_a_whole() {
    let lab = Lab::with(FINE);
    let put = |lines: &str| {
        lab.with_stdin(&["hosts", "add", "--section", "web", "--file", "hosts", "--yes"], lines)
    };
    let first = put("10.1.0.1 a.test\n10.1.0.2 b.test # two\n");
    let text = format!("{FINE}# BEGIN web\n10.1.0.1 a.test\n10.1.0.2 b.test # two\n# END web\n");
    assert_eq!((first.code, lab.text()), (Some(0), text), "{first:?}");
    assert!(put("10.1.0.1 a.test\n10.1.0.2 b.test # two\n").out.contains("no change is needed"));
    assert_eq!(put("10.1.0.3 c.test\n").code, Some(0));
    assert_eq!(lab.text(), format!("{FINE}# BEGIN web\n10.1.0.3 c.test\n# END web\n"));
    assert_eq!(lab.hosts(&["list", "--section", "web", "--plain"]).out, "10.1.0.3\tc.test\n");
    assert_eq!(lab.hosts(&["disable", "--section", "web", "--yes"]).code, Some(0));
    assert_eq!(lab.text(), format!("{FINE}# BEGIN web\n# 10.1.0.3 c.test\n# END web\n"));
    assert_eq!(lab.hosts(&["enable", "--section", "web", "--yes"]).code, Some(0));
    for bad in ["", "\n\n", "nonsense here\n", "10.0.0.1\n", "# END web\n"] {
        let ran = put(bad);
        assert_eq!(ran.code, Some(2), "{bad:?}: {ran:?}");
    }
    let args = ["add", "--section", "web", "10.1.0.4", "d.test", "--yes"];
    assert_eq!(lab.hosts(&args).code, Some(0));
    assert_eq!(lab.text(), format!("{FINE}# BEGIN web\n10.1.0.4 d.test\n# END web\n"));
    assert_eq!(lab.hosts(&["remove", "--section", "web", "--yes"]).code, Some(0));
    assert_eq!(lab.text(), FINE);
    assert_eq!(lab.hosts(&["enable", "--section", "web", "--yes"]).code, Some(2));
}

#[test]
fn what_nobody_asked_for_needs_unsafe() {
    let lab = Lab::with(FINE);
    let refused = lab.hosts(&["remove", "localhost", "--yes"]);
    assert_eq!((refused.code, lab.text().as_str()), (Some(1), FINE), "{refused:?}");
    assert!(refused.out.contains("needs --unsafe: a new error, hosts.localhost-missing"), "{}", refused.out);
    assert_eq!(lab.hosts(&["remove", "localhost", "--yes", "--unsafe"]).code, Some(0));
    assert_eq!(lab.text(), "10.0.0.5 nas disk # shelf\n");
}

#[test]
fn what_is_no_entry_is_refused() {
    let lab = Lab::with(FINE);
    for args in [
        &["add", "nas", "10.0.0.1", "--yes"][..],
        &["add", "10.0.0.1", "a b", "--yes"],
        &["add", "10.0.0.1", "--yes"],
        &["add", "10.0.0.1", "a", "--both", "--yes"],
        &["remove", "--yes"],
        &["add", "10.0.0.1", "a", "--check", "--yes"],
    ] {
        let ran = lab.hosts(args);
        assert_eq!((ran.code, lab.text().as_str()), (Some(2), FINE), "{args:?}: {ran:?}");
    }
    let text = "# 10.0.0.5 nas\n# 10.0.0.6 nas\n";
    let lab = Lab::with(text);
    let ran = lab.hosts(&["enable", "nas", "--yes"]);
    assert!(ran.code == Some(2) && ran.talk.contains("--address"), "{ran:?}");
    let wide: Vec<u8> = "\u{feff}127.0.0.1 localhost\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(lab.path("hosts"), wide).unwrap();
    assert_eq!(lab.hosts(&["add", "10.0.0.1", "a", "--yes"]).code, Some(2));
    assert_eq!(lab.run(&["fix", "hosts", "--yes"]).code, Some(0));
    assert!(lab.text().starts_with("127.0.0.1 localhost\n"));
}

#[test]
fn a_hostile_file_shows_nothing_to_the_terminal() {
    let lab = Lab::with(
        "127.0.0.1 localhost\n::1 localhost\n192.0.2.300 \u{1b}]0;x\u{7}\u{202e}evil # \u{1b}[2J\r\n",
    );
    for args in [&["fix", "hosts"][..], &["fix", "hosts", "--yes"], &["undo"], &["undo", "1"]] {
        let ran = lab.run(args);
        for line in ran.out.lines().chain(ran.talk.lines()) {
            assert!(!line.chars().any(|c| c.is_control() || c == '\u{202e}'), "{args:?}: {line:?}");
        }
    }
    assert!(lab.text().contains("\n# 192.0.2.300 "));
}

#[test]
fn check_fix_repairs_first() {
    let lab = Lab::with(BROKEN);
    let ran = lab.run(&["check", "hosts", "--fix"]);
    assert_eq!((ran.code, lab.text().as_str()), (Some(0), REPAIRED), "{ran:?}");
    assert!(ran.talk.contains("undo: whyhost undo 0001"), "{}", ran.talk);
    let again = lab.run(&["check", "hosts", "--fix"]);
    assert!(again.code == Some(0) && again.talk.is_empty(), "{again:?}");
    let stream = lab.with_stdin(&["check", "-", "--fix"], BROKEN);
    assert_eq!(stream.code, Some(2), "{stream:?}");
}

#[test]
fn without_the_right_the_command_is_named() {
    let lab = Lab::with(BROKEN);
    if !rustix_is_root() {
        eprintln!("SKIP: only root can become a user without rights");
        return;
    }
    fs::set_permissions(lab.0.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let binary = lab.path("whyhost");
    fs::copy(env!("CARGO_BIN_EXE_whyhost"), &binary).unwrap();
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
        .arg(&binary)
        .args(["fix", "hosts", "--yes"])
        .env_clear()
        .envs([("LC_ALL", "C.UTF-8"), ("HOME", "/nonexistent")])
        .current_dir(lab.0.path())
        .output();
    let Ok(output) = output else {
        eprintln!("SKIP: no setpriv");
        return;
    };
    let ran = Ran::of(output);
    assert_eq!((ran.code, lab.text().as_str()), (Some(2), BROKEN), "{ran:?}");
    assert!(ran.out.contains("3 fixes"), "{}", ran.out);
    let again = format!("sudo {} fix hosts --yes", binary.display());
    assert!(ran.talk.contains("permission denied") && ran.talk.contains(&again), "{}", ran.talk);
}

fn rustix_is_root() -> bool {
    fs::read_to_string("/proc/self/status").unwrap().lines().any(|l| l.starts_with("Uid:\t0\t0"))
}

/// The running machine, in a mount namespace with another hosts file.
#[test]
fn the_own_file_is_verified_with_the_live_resolver() {
    let lab = Lab::with("127.0.0.1 localhost\n::1 localhost\n");
    let script = "mount --make-rprivate / && mount --bind hosts /etc/hosts && \
        echo 'hosts: files' > nss && mount --bind nss /etc/nsswitch.conf && shift 0 && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", script, "sh", env!("CARGO_BIN_EXE_whyhost")]);
    command.args(["hosts", "add", "10.9.8.7", "whyhost-own.test", "--yes", "--no-programs"]);
    command.env_clear().envs([("LC_ALL", "C.UTF-8"), ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")]);
    command.env("WHYHOST_STATE_DIR", lab.path("state")).current_dir(lab.0.path());
    let output = command.output().unwrap();
    let ran = Ran::of(output);
    if ran.talk.contains("unshare") || ran.talk.contains("mount:") {
        eprintln!("SKIP: no mount namespace: {}", ran.talk);
        return;
    }
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let words = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("live getaddrinfo(\"whyhost-own.test\") is now 10.9.8.7"), "{words}");
    assert!(words.contains("written in place"), "a bind mount cannot be renamed over: {words}");
    assert_eq!(lab.text(), "127.0.0.1 localhost\n::1 localhost\n10.9.8.7 whyhost-own.test\n");
}
