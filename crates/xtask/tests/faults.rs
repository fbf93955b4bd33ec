//! The writer under faults: docs/writes.md is what comes out, and no system call goes unseen.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![allow(clippy::print_stdout, reason = "SKIP and its reason are what a reader of the test wants to see")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PAGE: &str = "docs/writes.md";
const BEGIN: &str = "<!-- cargo xtask faults --markdown -->\n";
const END: &str = "\n<!-- end -->";

#[test]
fn every_system_call_may_fail_and_the_page_says_what_then() {
    let output = xtask(&["faults", "--markdown"]);
    let text = String::from_utf8_lossy(&output.stdout);
    if text.starts_with("SKIP: ") {
        println!("{text}");
        return;
    }
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let path = root().join(PAGE);
    let page = fs::read_to_string(&path).expect(PAGE);
    let (before, rest) = page.split_once(BEGIN).expect("the start of the table");
    let (table, after) = rest.split_once(END).expect("the end of the table");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let page = format!("{before}{BEGIN}{}{END}{after}", text.trim_end());
        fs::write(path, page).expect("docs/writes.md can be written");
        return;
    }
    // What this machine cannot make is left out on both sides.
    let (skipped, rows): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("SKIP set-up "));
    skipped.iter().for_each(|line| println!("{line}"));
    let is_skipped = |row: &str| {
        let name = row.split(" | ").next().unwrap_or_default().trim_start_matches("| ");
        skipped.iter().any(|line| line.starts_with(&format!("SKIP set-up {name}: ")))
    };
    let expected: Vec<&str> = table.lines().filter(|row| !is_skipped(row)).collect();
    assert!(rows.len() > 10, "{text}");
    assert_eq!(expected, rows, "{PAGE} is not what comes out; UPDATE_DOCS=1 rewrites it");
}

#[test]
fn the_tracer_sees_the_calls_that_strace_sees() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("SKIP: strace is not installed");
        return;
    }
    let folder = Folder::new("strace");
    let ours = xtask(&["fault-calls", &folder.0.to_string_lossy()]);
    let text = String::from_utf8_lossy(&ours.stdout);
    assert!(ours.status.success(), "{text}{}", String::from_utf8_lossy(&ours.stderr));
    let ours: Vec<&str> = text.lines().collect();

    let (file, new, log) = (folder.0.join("hosts"), folder.0.join("new"), folder.0.join("log"));
    fs::write(&file, b"old\n").expect("a file");
    fs::remove_dir_all(folder.0.join("state")).expect("the journal");
    let status = Command::new("strace")
        .args(["-f", "-s", "0", "-o"])
        .arg(&log)
        .args([env!("CARGO_BIN_EXE_xtask"), "fault-victim", "write"])
        .args([&file, &folder.0.join("state"), &new])
        .arg("--traced")
        .env_clear()
        .status()
        .expect("strace starts");
    if !status.success() {
        println!("SKIP: strace cannot trace here: {status}");
        return;
    }
    let log = fs::read_to_string(log).expect("the log");
    // `PID name(…) = …`; the write path starts after the call that asks to be traced.
    let (_, path) = log.split_once("PTRACE_TRACEME").expect("the start of the write path");
    let theirs: Vec<&str> = path
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(' ')?.1.trim_start().split_once('('))
        .map(|(name, _)| name)
        .collect();
    assert!(theirs.len() > 100, "{theirs:?}");
    assert_eq!(ours, theirs);
}

#[test]
fn two_writers_lose_no_line() {
    for hard_link in [false, true] {
        let folder = Folder::new("two");
        let file = folder.0.join("hosts");
        fs::write(&file, b"").expect("a file");
        if hard_link {
            // Written in place.
            fs::hard_link(&file, folder.0.join("other")).expect("a link");
        }
        let writers: Vec<_> = ["a", "b"]
            .map(|name| {
                let line = folder.0.join(name);
                fs::write(&line, name).expect("a file");
                folder.victim("append", &line).args(["--rounds", "200"]).spawn().expect("a writer")
            })
            .into();
        for mut writer in writers {
            assert!(writer.wait().expect("a writer").success());
        }
        let text = fs::read_to_string(&file).expect("the file");
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        let mut expected: Vec<String> =
            ["a", "b"].iter().flat_map(|name| (0..200).map(move |n| format!("{name} {n}"))).collect();
        expected.sort_unstable();
        assert_eq!(lines, expected);
    }
}

#[test]
fn no_reader_sees_half_a_file_while_writers_are_killed() {
    const KILLS: u32 = 60;
    let folder = Folder::new("kill");
    let file = folder.0.join("hosts");
    fs::write(&file, b"1 0 0\n").expect("a file");
    let done = std::sync::atomic::AtomicBool::new(false);
    let reads = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                assert_whole(&fs::read_to_string(&file).expect("the file is there at every moment"));
                reads += 1;
            }
            reads
        });
        let mut seed = u64::from(std::process::id());
        println!("seed {seed}");
        for _ in 0..KILLS {
            let mut writer = folder.victim("rewrite", Path::new("/dev/null")).spawn().expect("a writer");
            // xorshift64: any moment will do.
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            std::thread::sleep(std::time::Duration::from_micros(5_000 + seed % 60_000));
            assert!(writer.try_wait().expect("a writer").is_none(), "the writer ended by itself");
            writer.kill().expect("the writer can be killed");
            writer.wait().expect("the writer ends");
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        reader.join().expect("the reader saw only whole files")
    });
    println!("{reads} reads, {KILLS} writers killed");
    assert!(reads > u64::from(KILLS));
    assert_whole(&fs::read_to_string(&file).expect("the file"));
    let third = folder.0.join("third");
    fs::write(&third, b"1 1 0\n").expect("a file");
    assert!(folder.victim("next", &third).output().expect("the next run").status.success());
    let mut names: Vec<_> = fs::read_dir(&folder.0)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["hosts", "state", "third"], "something was left");
}

#[test]
fn what_stands_in_the_way_is_named_before_anything_is_written() {
    // In a mount namespace of its own: a folder, whether it is mounted read-only, the user, what is said.
    const CASES: [(&str, &str, &str); 4] = [
        ("mount -o remount,ro $D", "0", "its file system is mounted read-only; prefix None"),
        ("true", "65534", "permission denied; prefix Some(\"sudo\")"),
        ("chown 65534 $D/hosts", "65534", "InPlace { reason: Folder }"),
        ("touch $D/x; mount --bind $D/x $D/hosts", "0", "InPlace { reason: MountPoint }"),
    ];
    let folder = Folder::new("look");
    let script =
        "mount -t tmpfs -o mode=0755 whyhost $D && echo old >$D/hosts && eval \"$1\" && shift && exec \"$@\"";
    for (prepare, user, expected) in CASES {
        let output = Command::new("unshare")
            .args(["-m", "--propagation", "private", "--", "sh", "-c", script, "sh", prepare])
            .args([env!("CARGO_BIN_EXE_xtask"), "fault-victim", "look"])
            .args([folder.0.join("hosts"), folder.0.join("state"), PathBuf::from("/dev/null")])
            .args(["--user", user])
            .env("D", &folder.0)
            .output();
        let output = match output {
            Ok(output) => output,
            Err(why) => return println!("SKIP: cannot start unshare: {why}"),
        };
        let (said, error) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if error.contains("unshare") {
            return println!("SKIP: no private mounts: {error}");
        }
        assert!(said.contains(expected), "{prepare}: {said}{error}");
    }
}

#[test]
fn the_real_resolver_finds_every_name_while_writers_are_killed() {
    let folder = Folder::new("live");
    let output = Command::new("unshare")
        .args(["-m", "--propagation", "private", "--", env!("CARGO_BIN_EXE_xtask"), "fault-live"])
        .arg(&folder.0)
        .arg("40")
        .output();
    let output = match output {
        Ok(output) => output,
        Err(why) => return println!("SKIP: cannot start unshare: {why}"),
    };
    let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if error.contains("unshare") {
        return println!("SKIP: no private mounts: {error}");
    }
    println!("{said}");
    assert!(output.status.success(), "{said}{error}");
    assert!(said.contains(" look-ups, 0 without an answer, 40 writers killed"), "{said}");
    assert!(!said.starts_with("0 "), "{said}");
}

/// N lines, all alike, that start with N.
fn assert_whole(text: &str) {
    let first = text.lines().next().expect("a line");
    let lines: usize = first.split(' ').next().and_then(|n| n.parse().ok()).expect("a number");
    assert_eq!(
        text.len(),
        lines * (first.len() + 1),
        "half a file: {} lines of {first:?}",
        text.lines().count()
    );
    assert!(text.lines().all(|line| line == first), "two files in one");
}

/// A folder of its own, in memory where that is possible: the disk is not what is tested.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let n = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("whyhost-{name}-{}-{n}", std::process::id());
        let memory = Path::new("/dev/shm").join(&name);
        let folder = if fs::create_dir(&memory).is_ok() {
            memory
        } else {
            let disk = std::env::temp_dir().join(&name);
            fs::create_dir(&disk).expect("a folder");
            disk
        };
        Folder(folder)
    }

    fn victim(&self, action: &str, new: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["fault-victim", action]).args([&self.0.join("hosts"), &self.0.join("state"), new]);
        command
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn xtask(args: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(args).output().expect("the task starts")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
