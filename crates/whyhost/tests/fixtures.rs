//! Every recorded machine of testdata through every command: JSON keeps to its schema, text to one screen.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use unicode_width::UnicodeWidthStr as _;

const TARGETS: &[&str] =
    &["localhost", "localhost:3000", "127.0.0.1:3000", "[::1]:8080", "nosuch.example:80"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

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

/// The schemas of docs/schema, closed: a field that they do not name fails.
struct Schemas {
    compiler: boon::Compiler,
    schemas: boon::Schemas,
}

impl Schemas {
    fn read() -> Schemas {
        let mut compiler = boon::Compiler::new();
        for entry in fs::read_dir(root().join("docs/schema")).unwrap() {
            let path = entry.unwrap().path();
            let mut schema: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            close(&mut schema);
            compiler.add_resource(&url(path.file_name().unwrap().to_str().unwrap()), schema).unwrap();
        }
        Schemas { compiler, schemas: boon::Schemas::new() }
    }

    fn check(&mut self, command: &str, json: &str) {
        let value: Value = serde_json::from_str(json).unwrap_or_else(|e| panic!("{command}: {e}\n{json}"));
        let name = value["schema"].as_str().and_then(|s| s.strip_prefix("whyhost.")?.strip_suffix("/1"));
        let name = name.unwrap_or_else(|| panic!("{command}: no schema in {json}"));
        let index = self.compiler.compile(&url(&format!("{name}.schema.json")), &mut self.schemas).unwrap();
        if let Err(error) = self.schemas.validate(&value, index) {
            panic!("{command}: {error:#}\n{json}");
        }
    }
}

fn url(file: &str) -> String {
    format!("http://schema.invalid/{file}")
}

/// Readers take unknown fields, since fields are added within a major version; we must name them all.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.contains_key("properties") && object.get("type") == Some(&"object".into()) {
                object.insert("additionalProperties".into(), false.into());
            }
            object.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
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
        check(&["snapshot"]);
        check(&["explain", "localhost:99999"]);
        check(&["explain", "localhost", "--as", "nobody"]);
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
                assert!(
                    !lines.is_empty() && lines.len() <= 24,
                    "{}: {} lines\n{text}",
                    args.join(" "),
                    lines.len()
                );
                for line in lines {
                    assert!(line.width() <= 88, "{}: {} columns\n{line}", args.join(" "), line.width());
                    assert!(!line.chars().any(char::is_control), "{line:?}");
                    assert!(ascii.is_empty() || line.is_ascii(), "{line:?}");
                }
            }
        }
    }
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
        file("no-files", br#"{"schema": "whyhost.snapshot/1"}"#),
    ];
    for path in bad {
        let output = whyhost(&["--from", path.to_str().unwrap()]);
        let talk = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{}: {talk}", path.display());
        assert!(talk.starts_with("error: ") && !talk.contains("panicked"), "{talk}");
        assert!(output.stdout.is_empty());
    }
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
