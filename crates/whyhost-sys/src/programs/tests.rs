//! The whole call, on folders of small scripts that do what real programs may.

use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Instant;

/// A folder of scripts under the names of programs.
struct Scripts(tempfile::TempDir);

impl Scripts {
    fn new(scripts: &[(&str, &str)]) -> Scripts {
        let folder = Scripts(tempfile::tempdir().unwrap());
        for (name, body) in scripts {
            folder.write(name, &format!("#!/bin/sh\n{body}\n"));
        }
        folder
    }

    /// Written by another process: a process that another test starts meanwhile would inherit a descriptor for writing,
    /// and what somebody writes to cannot be run (`ETXTBSY`).
    fn write(&self, name: &str, text: &str) {
        let write = "printf %s \"$2\" > \"$1\" && chmod 755 \"$1\"";
        let status = Command::new("sh").args(["-c", write, "sh", &self.at(name), text]).status().unwrap();
        assert!(status.success());
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// The listed programs as `id version`, and the gaps.
    fn programs(&self, bound: Duration) -> (Vec<String>, Vec<Gap>) {
        let (programs, gaps) = among(PROGRAMS, SearchPath::new(self.0.path().as_os_str()), bound);
        (programs.into_iter().map(|p| format!("{} {}", p.id, p.version)).collect(), gaps)
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

const LONG: Duration = Duration::from_secs(60);

/// Nothing of the process is left, not even a zombie: it was reaped by the call, and not only killed.
fn is_gone(pid: &str) -> bool {
    !Path::new(&format!("/proc/{}", pid.trim())).exists()
}

#[test]
fn versions_are_read_from_either_stream() {
    let scripts = Scripts::new(&[
        ("node", "echo v20.1.2"),
        ("java", "echo 'openjdk version \"17.0.15\" 2025-04-15' >&2"),
        ("nodejs", "echo v18.0.0"),
    ]);
    let (programs, gaps) = scripts.programs(LONG);
    assert_eq!((programs, gaps), (vec!["node 20.1.2".into(), "java 17.0.15".into()], vec![]));
}

#[test]
fn it_gets_its_option_and_nothing_else() {
    let scripts = Scripts::new(&[(
        "curl",
        "read line && exit 1\n\
         [ \"$#$1\" = 1--version ] && [ \"$(pwd -P)\" = / ] || exit 1\n\
         export -p | while IFS=' =' read -r export name value; do\n\
         case $name in PATH|HOME|LANG|GOTOOLCHAIN|PWD|OLDPWD|SHLVL|_) ;; *) exit 1 ;; esac\ndone || exit 1\n\
         echo \"curl 8.1\"",
    )]);
    assert!(std::env::vars().count() > 8, "there are variables that it could have inherited");
    assert_eq!(scripts.programs(LONG), (vec!["curl 8.1".into()], vec![]));
}

#[test]
fn those_that_hang_share_one_bound_and_are_ended() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let fifo = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, at("fifo"), rustix::fs::FileType::Fifo, fifo, 0).unwrap();
    let hang = |name: &str, first: &str| {
        format!("{first}\necho $$ > {}\nwhile :; do read x < {}; done", at(name), at("fifo"))
    };
    let (node, curl) = (hang("node", ":"), hang("curl", "trap '' TERM INT HUP"));
    let scripts = Scripts::new(&[("node", &node), ("curl", &curl), ("git", "echo git version 2.1")]);
    let mut bound = Duration::from_millis(500);
    // On a busy machine they have not even begun: then once more, with more time.
    let (programs, gaps) = loop {
        let started = Instant::now();
        let found = scripts.programs(bound);
        assert!(started.elapsed() >= bound, "the bound is waited for in full");
        let begun =
            ["node", "curl"].iter().all(|name| fs::read_to_string(at(name)).is_ok_and(|p| p.ends_with('\n')));
        if (begun && found.0.contains(&"git 2.1".into())) || bound > LONG {
            break found;
        }
        bound *= 2;
    };
    assert_eq!(programs, ["node ", "curl ", "git 2.1"]);
    let what = format!("version of {}, {}", scripts.at("node"), scripts.at("curl"));
    assert_eq!(gaps, [Gap { what, why: "it did not end in time".into() }]);
    for name in ["node", "curl"] {
        assert!(is_gone(&fs::read_to_string(at(name)).unwrap()), "{name}");
    }
}

#[test]
fn output_without_end_is_not_waited_for() {
    let scripts =
        Scripts::new(&[("node", "while :; do echo v20.1.2; done"), ("curl", "while :; do echo x >&2; done")]);
    let started = Instant::now();
    let (programs, gaps) = scripts.programs(LONG);
    assert!(started.elapsed() < LONG);
    assert_eq!(programs, ["node ", "curl "]);
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].why, "it prints without end");
}

#[test]
fn much_output_before_the_end_does_not_block() {
    let scripts = Scripts::new(&[(
        "node",
        "echo v20.1.2; i=0; while [ $i -lt 60 ]; do printf '%01000d' 1; i=$((i+1)); done",
    )]);
    assert_eq!(scripts.programs(LONG).0, ["node 20.1.2"]);
}

#[test]
fn a_child_that_keeps_the_pipes_is_ended_with_its_group() {
    let folder = tempfile::tempdir().unwrap();
    let pid = |name: &str| folder.path().join(name).display().to_string();
    // A child, and a child of that: both outlive the script.
    let inner = format!("(while :; do :; done) & echo $! > {}; while :; do :; done", pid("inner"));
    let body = format!(
        "(trap '' TERM; {inner}) &\necho $! > {}\nwhile [ ! -s {} ]; do :; done\necho v20.1.2",
        pid("outer"),
        pid("inner")
    );
    let scripts = Scripts::new(&[("node", &body)]);
    let started = Instant::now();
    assert_eq!(scripts.programs(LONG), (vec!["node 20.1.2".into()], vec![]));
    assert!(started.elapsed() < LONG, "it waited for the pipes");
    for name in ["outer", "inner"] {
        assert!(is_gone(&fs::read_to_string(pid(name)).unwrap()), "{name}");
    }
}

#[test]
fn what_others_can_change_is_listed_and_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let (ran, ran_too) = (folder.path().join("node"), folder.path().join("curl"));
    let scripts = Scripts::new(&[
        ("node", &format!("echo > {}; echo v20.1.2", ran.display())),
        ("curl", &format!("echo > {}; echo curl 8.1", ran_too.display())),
    ]);
    mode(Path::new(&scripts.at("node")), 0o757);
    let (programs, gaps) = scripts.programs(LONG);
    assert_eq!(programs, ["node ", "curl 8.1"]);
    let (what, why) = (format!("version of {}", scripts.at("node")), &gaps[0].why);
    assert_eq!(gaps[0].what, what);
    assert!(why.contains("not run") && why.contains("every user can write"), "{why}");
    assert!(!ran.exists() && ran_too.exists());
    // A folder: one gap for all that is in it.
    mode(scripts.0.path(), 0o777);
    let (programs, gaps) = scripts.programs(LONG);
    assert_eq!((programs, gaps.len()), (vec!["node ".into(), "curl ".into()], 1));
    assert!(!ran.exists());
}

#[test]
fn broken_programs_are_listed_with_a_reason() {
    let scripts = Scripts::new(&[("node", "exit 3"), ("git", "echo version unknown"), ("ssh", "")]);
    scripts.write("curl", "#!/nonexistent/interpreter\n");
    let (programs, gaps) = scripts.programs(LONG);
    assert_eq!(programs, ["node ", "curl ", "git "]);
    let whys: Vec<&str> = gaps.iter().map(|gap| gap.why.as_str()).collect();
    assert_eq!(whys, ["it could not be started: ENOENT", "it ended with an error", "it printed no version"]);
}

#[test]
fn a_program_under_anothers_name_is_listed_as_what_it_is() {
    let scripts = Scripts::new(&[("wget", "echo 'BusyBox v1.36.1 (x) multi-call binary.' >&2; exit 1")]);
    assert_eq!(scripts.programs(LONG), (vec!["busybox 1.36.1".into()], vec![]));
    // Where it has its own name too, that one counts.
    let scripts = Scripts::new(&[
        ("wget", "echo 'BusyBox v1.36.1 (x) multi-call binary.' >&2; exit 1"),
        ("busybox", "echo 'BusyBox v1.35.0 (y) multi-call binary.'"),
    ]);
    assert_eq!(scripts.programs(LONG).0, ["busybox 1.35.0"]);
    let scripts =
        Scripts::new(&[("wget", "echo GNU Wget2 2.1.0 - multithreaded"), ("busybox", "echo other 1.1")]);
    assert_eq!(scripts.programs(LONG), (vec!["wget2 2.1.0".into()], vec![]));
}

#[test]
fn a_pipe_under_a_programs_name_blocks_nothing() {
    let scripts = Scripts::new(&[]);
    let mode = rustix::fs::Mode::from_raw_mode(0o777);
    let node = scripts.at("node");
    rustix::fs::mknodat(rustix::fs::CWD, node, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    let started = Instant::now();
    assert_eq!(scripts.programs(LONG), (vec![], vec![]));
    assert!(started.elapsed() < LONG);
}

#[test]
fn no_time_gives_no_version() {
    let scripts = Scripts::new(&[("node", "echo v20.1.2")]);
    let (programs, gaps) = scripts.programs(Duration::ZERO);
    assert!(programs.is_empty() || programs == ["node "], "{programs:?}");
    assert_eq!(gaps.len(), 1);
}

#[test]
fn this_machine() {
    let (programs, _) = programs(LONG);
    for program in &programs {
        assert!(PROGRAMS.iter().any(|p| p.id == program.id), "{program:?}");
        assert!(program.path.starts_with('/'), "{program:?}");
    }
    assert!(programs.is_sorted_by_key(|p| PROGRAMS.iter().position(|modelled| modelled.id == p.id)));
}
