//! The borders between the crates: each depends on what its job needs, and the pure ones on nothing that can do I/O.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Crate → other crates of the workspace that it may use.
const ARROWS: [(&str, &[&str]); 5] = [
    ("hosts-edit", &[]),
    ("whyhost-core", &["hosts-edit"]),
    ("whyhost-sys", &["whyhost-core"]),
    ("whyhost-dns", &["whyhost-core"]),
    ("whyhost", &["hosts-edit", "whyhost-core", "whyhost-dns", "whyhost-sys"]),
];
/// Everything that the pure crates may be built from, however deep. An addition has to be as pure.
const PURE: [&str; 19] = [
    "base64",
    "bstr",
    "foldhash",
    "hashbrown",
    "hosts-edit",
    "itoa",
    "memchr",
    "nom",
    "proc-macro2",
    "quote",
    "ryu",
    "serde",
    "serde_core",
    "serde_derive",
    "serde_json",
    "similar",
    "syn",
    "unicode-ident",
    "zmij",
];
/// Dependency → the only crate whose job it is.
const OWNED: [(&str, &str); 10] = [
    ("nom", "hosts-edit"),
    ("similar", "whyhost-core"),
    ("hickory-resolver", "whyhost-dns"),
    ("tokio", "whyhost-dns"),
    ("libc", "whyhost-sys"),
    ("clap", "whyhost"),
    ("annotate-snippets", "whyhost"),
    ("toml", "whyhost"),
    ("dirs", "whyhost-sys"),
    ("sha2", "whyhost-sys"),
];

#[test]
fn pure_crates_are_built_from_pure_crates() {
    for pure in ["hosts-edit", "whyhost-core"] {
        let all = tree(pure, &[]);
        let foreign: Vec<&String> =
            all.iter().filter(|name| *name != pure && !PURE.contains(&name.as_str())).collect();
        assert!(foreign.is_empty(), "{pure} is built from {foreign:?}");
        assert!(all.contains("memchr"), "the dependencies of {pure} were not read: {all:?}");
    }
}

#[test]
fn arrows_point_inwards() {
    for (name, allowed) in ARROWS {
        let direct = tree(name, &["--depth", "1"]);
        let inner = direct.iter().filter(|d| *d != name && ARROWS.iter().any(|(n, _)| n == d));
        for used in inner {
            assert!(allowed.contains(&used.as_str()), "{name} must not use {used}");
        }
    }
}

#[test]
fn each_job_is_in_one_crate() {
    for (name, _) in ARROWS {
        let direct = tree(name, &["--depth", "1"]);
        for (dependency, owner) in OWNED {
            let uses = direct.contains(dependency);
            assert!(!uses || name == owner, "{name} uses {dependency}, which is the job of {owner}");
        }
    }
}

#[test]
fn only_the_writer_opens_files_for_writing() {
    const WRITES: [&str; 10] = [
        "OpenOptions",
        "File::create",
        "fs::write(",
        "fs::rename",
        "fs::copy",
        "fs::create_dir",
        "fs::remove_",
        "set_permissions",
        "OFlags::WRONLY",
        "OFlags::RDWR",
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut places, mut inside) = (Vec::new(), 0);
    for (name, _) in ARROWS {
        for file in sources(&root.join(name).join("src")) {
            let text = std::fs::read_to_string(&file).expect("a source");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let found = code.lines().filter(|line| WRITES.iter().any(|word| line.contains(word)));
            if file.to_string_lossy().contains("whyhost-sys/src/write/") {
                inside += found.count();
            } else {
                places.extend(found.map(|line| format!("{}: {}", file.display(), line.trim())));
            }
        }
    }
    assert!(places.is_empty(), "{places:#?}");
    assert!(inside > 5, "the words are no longer those of the writer: {inside}");
}

/// The Rust files below a folder, without those that hold tests only.
fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let rust = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|e| e == "rs") && path.file_name().is_some_and(|name| name != "tests.rs")
    };
    folders.iter().flat_map(|folder| sources(folder)).chain(files.into_iter().filter(rust)).collect()
}

/// Names of the crates that `package` is built from, itself included; those for tests and benchmarks not.
fn tree(package: &str, more: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--package",
            package,
        ])
        .args(more)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .output()
        .expect("cargo tree");
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("names");
    text.lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|n| !n.is_empty())
        .map(str::to_owned)
        .collect()
}
