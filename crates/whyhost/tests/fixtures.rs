//! Every recorded machine of testdata through every command: JSON keeps to its schema, text to one screen.

mod support;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::{Schemas, root};
use unicode_width::UnicodeWidthStr as _;

const TARGETS: &[&str] =
    &["localhost", "localhost:3000", "127.0.0.1:3000", "[::1]:8080", "nosuch.example:80"];

/// All snapshots of testdata that this version reads.
fn machines() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["testdata/cli", "testdata/machines"] {
        let Ok(entries) = fs::read_dir(root().join(folder)) else { continue };
        found.extend(entries.map(|e| e.unwrap().path()).filter(|p| is_snapshot(p)));
    }
    found.sort();
    assert!(found.len() >= 6, "{found:?}");
    found
}

fn is_snapshot(path: &Path) -> bool {
    let text = || fs::read_to_string(path).unwrap_or_default();
    path.extension().is_some_and(|e| e == "json")
        && whyhost_core::snapshot::Snapshot::from_json(&text()).is_ok()
}

fn whyhost(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whyhost"));
    command.env_clear().env("LC_ALL", "C.UTF-8").args(args).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn json_keeps_to_its_schema() {
    let mut schemas = Schemas::read();
    for machine in machines() {
        let from = machine.to_str().unwrap();
        let mut check = |args: &[&str]| {
            let args = [args, &["--from", from, "--format", "json"]].concat();
            let output = whyhost(&args);
            schemas.check(&args.join(" "), &stdout(&output));
            assert_eq!(stdout(&output), stdout(&whyhost(&args)), "not deterministic: {}", args.join(" "));
            assert!(output.stderr.is_empty(), "{}: talk on standard error", args.join(" "));
        };
        for target in TARGETS {
            check(&["diagnose", target]);
        }
        for family in ["any", "4", "6"] {
            check(&["explain", "localhost", "--family", family]);
        }
        check(&["compare", "localhost", "nosuch.example"]);
        check(&["compare", "--all"]);
        check(&["compare", "localhost", "--no-dns"]);
        for args in [&["ports"][..], &["ports", "3000"], &["ports", "8080", "3000", "--exposed"]] {
            check(args);
        }
        check(&["snapshot"]);
        check(&["explain", "localhost:99999"]);
        check(&["explain", "localhost", "--as", "nobody"]);
    }
    // The machine that runs the test: what it records is held to the schema too.
    let ports = ["ports", "--format", "json"];
    for args in [&["snapshot"][..], &["snapshot", "--full"], &ports] {
        schemas.check(&args.join(" "), &stdout(&whyhost(args)));
    }
    for args in [
        &["rule", "--format", "json"][..],
        &["--format", "json", "--nonsense"],
        &["rule", "x.y", "--format=json"],
    ] {
        schemas.check(&args.join(" "), &stdout(&whyhost(args)));
    }
}

#[test]
fn a_diagnosis_fits_one_screen() {
    for machine in machines() {
        for target in TARGETS {
            for ascii in [&[][..], &["--ascii"]] {
                let args = [&["diagnose", target, "--from", machine.to_str().unwrap()], ascii].concat();
                let text = stdout(&whyhost(&args));
                let lines: Vec<&str> = text.lines().collect();
                // A wide line takes several on the screen.
                let height: usize = lines.iter().map(|l| l.width().div_ceil(88).max(1)).sum();
                assert!(height > 0 && height <= 24, "{}: {height} lines\n{text}", args.join(" "));
                for line in lines {
                    let wide = line.width() > 88 && !is_command(line);
                    assert!(!wide, "{}: {} columns\n{line}", args.join(" "), line.width());
                    assert!(!line.chars().any(char::is_control), "{line:?}");
                    assert!(ascii.is_empty() || line.is_ascii(), "{line:?}");
                }
            }
        }
    }
}

/// A line of a fix that is typed: it stays whole, so that a copy of it runs.
fn is_command(line: &str) -> bool {
    ["sudo ", "printf ", "export "].iter().any(|word| line.trim_start().starts_with(word))
}

#[test]
fn exit_code_and_first_line_agree() {
    for machine in machines() {
        for target in TARGETS {
            let output = whyhost(&["diagnose", target, "--from", machine.to_str().unwrap()]);
            let text = stdout(&output);
            let codes: &[i32] = match text.chars().next() {
                Some('✓') => &[0],
                Some('✗' | '!') => &[1],
                _ => &[2],
            };
            let code = output.status.code().unwrap();
            assert!(
                codes.contains(&code) || code == 2,
                "{} {target}: exit {code}\n{text}",
                machine.display()
            );
            assert!(code != 0 || text.lines().count() == 1, "good news is one line:\n{text}");
        }
    }
}

#[test]
fn nothing_hangs_or_panics_on_bad_input() {
    let folder = std::env::temp_dir().join(format!("whyhost-bad-input-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let fifo = folder.join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let bad = [
        fifo,
        folder.clone(),
        folder.join("missing"),
        file("empty", b""),
        file("bytes", &[0xff, 0xfe, 0, 0x1b]),
        file("deep", "[".repeat(200_000).as_bytes()),
        file("number", b"1e999999"),
        file("many", format!("[{}1]", "1,".repeat(2_000_000)).as_bytes()),
        file("cut", b"{\"schema\": \"whyhost.snapshot/1\",\n"),
        file("no-files", br#"{"schema": "whyhost.snapshot/1"}"#),
    ];
    for path in bad {
        let output = whyhost(&["--from", path.to_str().unwrap()]);
        let talk = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{}: {talk}", path.display());
        assert!(talk.starts_with("error: ") && !talk.contains("panicked"), "{talk}");
        assert!(!talk.contains("column 0"), "{talk}");
        assert!(output.stdout.is_empty());
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_byte_order_mark_is_taken() {
    let folder = std::env::temp_dir().join(format!("whyhost-mark-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let healthy = fs::read(root().join("testdata/cli/healthy.json")).unwrap();
    let path = folder.join("bom.json");
    fs::write(&path, [b"\xef\xbb\xbf", healthy.as_slice()].concat()).unwrap();
    assert_eq!(whyhost(&["-q", "--from", path.to_str().unwrap()]).status.code(), Some(0));
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let healthy = root().join("testdata/cli/healthy.json");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_whyhost"));
    command.args(["--from", healthy.to_str().unwrap(), "--format", "json"]).stdout(writer);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// (environment, arguments, coloured) of a run whose standard output is a pipe.
type Coloured = (&'static [(&'static str, &'static str)], &'static [&'static str], bool);

#[test]
fn colours_come_when_asked_for() {
    let machine = root().join("testdata/cli/v4-only-server.json");
    let cases: &[Coloured] = &[
        (&[], &[], false),
        (&[("CLICOLOR_FORCE", "1")], &[], true),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[], false),
        (&[("TERM", "dumb")], &[], false),
        (&[("NO_COLOR", "1")], &["--color", "always"], true),
        (&[("CLICOLOR_FORCE", "1")], &["--color", "never"], false),
    ];
    for (environment, arguments, coloured) in cases {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whyhost"));
        command
            .env_clear()
            .envs(environment.iter().copied())
            .args(["localhost:3000", "--from"])
            .arg(&machine);
        let text = stdout(&command.args(*arguments).output().unwrap());
        assert_eq!(text.contains("\x1b["), *coloured, "{environment:?} {arguments:?}\n{text}");
    }
}

#[test]
fn a_snapshot_of_this_machine_gives_its_verdict() {
    let recorded = whyhost(&["snapshot"]).stdout;
    let (reader, mut writer) = std::io::pipe().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_whyhost"));
    let child = command
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .args(["-q", "--from", "-"])
        .stdin(reader)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(command);
    writer.write_all(&recorded).unwrap();
    drop(writer);
    let replayed = child.wait_with_output().unwrap();
    let live = whyhost(&["-q"]);
    assert_eq!((replayed.status.code(), stdout(&replayed)), (live.status.code(), stdout(&live)));
}

#[test]
fn snapshots_are_written_and_read_again() {
    let folder = std::env::temp_dir().join(format!("whyhost-snapshot-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let machine = root().join("testdata/cli/v4-only-server.json");
    let copy = folder.join("machine.json");
    let written =
        whyhost(&["snapshot", "--full", "-o", copy.to_str().unwrap(), "--from", machine.to_str().unwrap()]);
    assert_eq!(written.status.code(), Some(0), "{}", String::from_utf8_lossy(&written.stderr));
    // One that was read again is masked; the answer for localhost stays.
    let masked = folder.join("masked.json");
    for machine in machines() {
        whyhost(&["snapshot", "-o", masked.to_str().unwrap(), "--from", machine.to_str().unwrap()]);
        let verdict = |path: &Path| {
            let output = whyhost(&["-q", "--from", path.to_str().unwrap()]);
            (output.status.code(), stdout(&output))
        };
        assert_eq!(verdict(&masked).0, verdict(&machine).0, "{}", machine.display());
    }
    let answer = |path: &Path| stdout(&whyhost(&["localhost:3000", "--from", path.to_str().unwrap()]));
    assert_eq!(answer(&copy), answer(&machine));
    let refused = whyhost(&["snapshot", "-o", folder.to_str().unwrap(), "--from", machine.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2));
    fs::remove_dir_all(&folder).unwrap();
}
