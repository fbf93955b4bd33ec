//! `cargo xtask new-rule` in a copy of the tree: what it makes is complete, registered, formatted, and compiles.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A copy of what the pure crates are built from. It has a fixed place, so that only they are checked anew.
fn copy() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-rule");
    if copy.exists() {
        fs::remove_dir_all(&copy).unwrap();
    }
    for part in ["crates/hosts-edit", "crates/whyhost-core", "testdata/hosts/clean"] {
        copy_folder(&root.join(part), &copy.join(part));
    }
    for part in ["Cargo.lock", ".rustfmt.toml", "testdata/machines/debian12.json"] {
        let to = copy.join(part);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root.join(part), to).unwrap();
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let lines = manifest.lines().filter(|line| !line.starts_with("default-members"));
    fs::write(copy.join("Cargo.toml"), lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type().unwrap().is_dir() {
            true if entry.file_name() == "fuzz" || entry.file_name() == "target" => {}
            true => copy_folder(&path, &target),
            false => {
                fs::copy(&path, &target).unwrap();
            }
        }
    }
}

fn new_rule(root: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("new-rule").args(args).arg("--root").arg(root).output().unwrap()
}

fn read(root: &Path, path: &str) -> String {
    fs::read_to_string(root.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[test]
fn new_rules_are_complete_and_compile() {
    let root = copy();
    let rules = "crates/whyhost-core/src/rules";
    for (code, title) in [
        ("nss.made-up", "no service is asked"),
        ("hosts.localhost-made-up", "localhost is somebody else"),
        // An area without a folder.
        ("browser.made-up", "the browser asks nobody"),
    ] {
        let output = new_rule(&root, &[code, title, "--severity", "error"]);
        assert!(output.status.success(), "{code}: {}", String::from_utf8_lossy(&output.stderr));
        let page = read(&root, &format!("testdata/machines/{code}.md"));
        assert!(page.contains(&format!("| {code} (error) |")), "{page}");
        assert_eq!(
            read(&root, &format!("testdata/machines/{code}.json")),
            read(&root, "testdata/machines/debian12.json")
        );
    }
    let rule = read(&root, &format!("{rules}/nss/made_up.rs"));
    assert!(rule.starts_with("//! # nss.made-up — no service is asked\n"), "{rule}");
    let headings: Vec<&str> = rule.lines().filter_map(|line| line.strip_prefix("//! ## ")).collect();
    let expected = ["What it means", "Who is hit", "Example", "Repair", "Not a repair", "References"];
    assert_eq!(headings, expected);
    assert!(read(&root, &format!("{rules}/nss/mod.rs")).contains("mod made_up;\n"));
    assert!(read(&root, &format!("{rules}/localhost/mod.rs")).contains("made_up::RULE"));
    assert!(read(&root, &format!("{rules}/mod.rs")).contains("browser::RULES"));

    // A rule in no list is dead code, and a warning an error here.
    let cargo = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command.args(args).current_dir(&root).env("RUSTFLAGS", "-D warnings");
        command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-rule-target"));
        command.output().unwrap()
    };
    let check = ["check", "--offline", "--quiet", "--package", "whyhost-core", "--lib", "--profile", "test"];
    let checked = cargo(&check);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let formatted = cargo(&["fmt", "--package", "whyhost-core", "--check"]);
    assert!(formatted.status.success(), "{}", String::from_utf8_lossy(&formatted.stdout));

    // What is there is not written over.
    let before = read(&root, &format!("{rules}/nss/mod.rs"));
    for (args, said) in [
        (["nss.made-up", "again"], "is there already"),
        (["nosuch.made-up", "a title"], "no area `nosuch`"),
        (["nss.Made", "a title"], "expected small letters"),
        (["nss.other", "a title."], "no full stop"),
    ] {
        let output = new_rule(&root, &args);
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && talk.contains(said), "{args:?}: {talk}");
    }
    assert_eq!(read(&root, &format!("{rules}/nss/mod.rs")), before);
    assert!(!root.join(rules).join("nss/other.rs").exists());
}
