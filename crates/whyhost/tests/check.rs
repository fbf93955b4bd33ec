//! `whyhost check`: forms, exit codes, settings, odd inputs.

#![allow(clippy::print_stderr, reason = "a test says why it is skipped")]

mod ran;
mod support;

use ran::Ran;
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::{Schemas, root};

/// A hosts file with one error.
const BROKEN: &str = "# lab\n10.0.0.1 nas\n";
/// A hosts file without a problem.
const FINE: &str = "127.0.0.1 localhost\n::1 localhost\n";

struct Lab {
    folder: tempfile::TempDir,
}

impl Lab {
    fn new() -> Lab {
        let lab = Lab { folder: tempfile::tempdir().unwrap() };
        lab.write("broken", BROKEN);
        lab.write("fine", FINE);
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Runs `whyhost check` in the folder, with settings of no other user.
    fn check(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whyhost"));
        command.env_clear().env("LC_ALL", "C.UTF-8").env("XDG_CONFIG_HOME", self.path("settings"));
        command.current_dir(self.folder.path()).stdin(Stdio::null()).arg("check").args(args);
        command
    }
}

/// Every file that a check can be given: hosts files of all encodings, stock files, recorded machines, no files at all.
fn inputs() -> Vec<String> {
    let mut all: Vec<PathBuf> = Vec::new();
    for folder in ["testdata/hosts/bytes", "testdata/hosts/clean", "testdata/machines", "testdata/cli"] {
        all.extend(fs::read_dir(root().join(folder)).unwrap().map(|e| e.unwrap().path()));
    }
    all.retain(|path| path.extension().is_some_and(|e| e == "hosts" || e == "json"));
    all.sort();
    assert!(all.len() > 90, "{} inputs", all.len());
    let mut all: Vec<String> = all.into_iter().map(|path| path.to_str().unwrap().to_owned()).collect();
    all.push("no/such/file".into());
    all
}

#[test]
fn json_keeps_to_its_schema() {
    let lab = Lab::new();
    let mut schemas = Schemas::read();
    let inputs = inputs();
    for input in &inputs {
        for format in ["json", "json-lines"] {
            let args = ["--format", format, input];
            let ran = lab.check(&args);
            schemas.check(&args.join(" "), &ran.out);
            assert_eq!(ran.out, lab.check(&args).out, "{args:?} is not deterministic");
            assert!(ran.talk.is_empty(), "{args:?}: {}", ran.talk);
            assert!(format == "json" || ran.out.lines().count() == 1, "{}", ran.out);
        }
    }
    let all: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let object = lab.check(&[&["--format", "json"][..], &all].concat()).out;
    schemas.check("all inputs", &object);
    let lines = lab.check(&[&["--format", "json-lines"][..], &all].concat()).out;
    assert_eq!(lines.lines().count(), inputs.len(), "one line an input");
    lines.lines().for_each(|line| schemas.check("a line", line));
    for args in [&["--format", "json", "--select", "nosuch"][..], &["--format=json-lines", "--nonsense"]] {
        schemas.check(&args.join(" "), &lab.check(args).out);
    }
}

#[test]
fn sarif_keeps_to_the_schema_of_the_standard() {
    let text = fs::read_to_string(root().join("testdata/sarif/sarif-schema-2.1.0.json")).unwrap();
    let mut compiler = boon::Compiler::new();
    compiler.enable_format_assertions();
    compiler.add_resource("http://schema.invalid/sarif", serde_json::from_str(&text).unwrap()).unwrap();
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile("http://schema.invalid/sarif", &mut schemas).unwrap();
    let lab = Lab::new();
    let inputs = inputs();
    let mut results = 0;
    for args in
        inputs.iter().map(|input| vec![input.as_str()]).chain([inputs.iter().map(String::as_str).collect()])
    {
        let ran = lab.check(&[&["--format", "sarif"][..], &args].concat());
        let log: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{args:?}: {e}\n{}", ran.out));
        if let Err(error) = schemas.validate(&log, index) {
            panic!("{args:?}: {error:#}\n{}", ran.out);
        }
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for result in run["results"].as_array().unwrap() {
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Repair"), "{rule}");
            results += 1;
        }
        let failed = run["invocations"][0]["executionSuccessful"] == false;
        assert_eq!(failed, ran.code == Some(2), "{args:?}");
    }
    assert!(results > 100, "{results} results");
    // The check of the schema can fail.
    assert!(schemas.validate(&serde_json::json!({ "version": "2.1.0", "runs": [{}] }), index).is_err());
}

#[test]
fn sarif_names_files_relative_and_keeps_fingerprints_when_lines_move() {
    let lab = Lab::new();
    let text = "127.0.0.1 db localhost\n10.0.0.9 localhost\n";
    lab.write("sub dir/hosts", text);
    let results = |args: &[&str]| {
        let ran = lab.check(&[&["--format", "sarif"][..], args].concat());
        let log: Value = serde_json::from_str(&ran.out).unwrap();
        log["runs"][0]["results"].as_array().unwrap().clone()
    };
    let before = results(&["sub dir/hosts"]);
    assert_eq!(before[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "sub%20dir/hosts");
    let absolute = results(&[lab.path("sub dir/hosts").to_str().unwrap()]);
    assert_eq!(absolute[0]["locations"], before[0]["locations"]);
    lab.write("sub dir/hosts", &format!("# one more\n\n{}", text.replace(' ', "\t")));
    let after = results(&["sub dir/hosts"]);
    let prints =
        |results: &[Value]| results.iter().map(|r| r["partialFingerprints"].clone()).collect::<Vec<_>>();
    assert_eq!(prints(&before), prints(&after));
    assert_ne!(
        before[0]["locations"][0]["physicalLocation"]["region"],
        after[0]["locations"][0]["physicalLocation"]["region"]
    );
    let elsewhere = tempfile::tempdir().unwrap();
    let outside = elsewhere.path().join("hosts");
    fs::write(&outside, BROKEN).unwrap();
    let uri = results(&[outside.to_str().unwrap()])[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert!(uri.as_str().unwrap().starts_with("file:///"), "{uri}");
}

#[test]
fn exit_codes() {
    let lab = Lab::new();
    lab.write("note", "127.0.0.1 localhost\n");
    for (args, code) in [
        (&["fine"][..], 0),
        (&["broken"], 1),
        (&["fine", "broken"], 1),
        (&["--exit-zero", "broken"], 0),
        (&["nosuch"], 2),
        (&["nosuch", "broken"], 2),
        (&["--exit-zero", "nosuch", "fine"], 2),
        (&["note"], 0),
        (&["--fail-on", "note", "note"], 1),
        (&["--fail-on", "error", "broken"], 1),
        (&["--ignore", "hosts", "broken"], 0),
        (&["--ignore", "hosts.localhost-missing", "broken"], 0),
        (&["--select", "hosts.empty", "broken"], 0),
        (&["--select", "nosuch", "broken"], 2),
        (&["--ignore", "hosts.nosuch", "broken"], 2),
        (&["--format", "json", "broken"], 1),
        (&["--format", "sarif", "nosuch"], 2),
        (&["--format", "nagios", "fine"], 0),
        (&["--format", "nagios", "broken"], 2),
        (&["--format", "nagios", "--fail-on", "note", "note"], 1),
        (&["--format", "nagios", "nosuch"], 3),
        (&["--format", "nagios", "nosuch", "broken"], 2),
        (&["--format", "nagios", "--select", "nosuch"], 3),
        (&["--from", "nosuch", "broken"], 2),
        (&["-", "-"], 2),
        (&["."], 2),
    ] {
        let ran = lab.check(args);
        assert_eq!(ran.code, Some(code), "{args:?}\n{}{}", ran.out, ran.talk);
        let says = ran.talk.starts_with("error: ") || args.contains(&"nagios") || args.contains(&"sarif");
        assert!(code != 2 || says, "{args:?}: {}", ran.talk);
    }
}

#[test]
fn text_holds_no_control_character_and_fits_its_alphabet() {
    let lab = Lab::new();
    lab.write("evil", "10.0.0.1 \u{1b}]0;x\u{7}nas\u{202e} 日本\r\n# \u{1b}[2J\n");
    let mut inputs = inputs();
    inputs.push("evil".into());
    for input in inputs {
        for ascii in [false, true] {
            let more = if ascii { &["--ascii", "-v"][..] } else { &["-v"] };
            for format in ["text", "concise"] {
                let ran = lab.check(&[&["--format", format, &input][..], more].concat());
                let bad = ran.out.chars().find(|c| *c != '\n' && c.is_control());
                assert_eq!(bad, None, "{input} {format}\n{}", ran.out);
                assert!(!ran.out.contains('\u{202e}'), "{input}\n{}", ran.out);
                assert!(!ascii || ran.out.is_ascii(), "{input} {format}\n{}", ran.out);
                assert!(!ran.talk.contains("panicked"), "{input}: {}", ran.talk);
            }
        }
    }
}

#[test]
fn stock_files_are_one_good_line_each() {
    let lab = Lab::new();
    let folder = root().join("testdata/hosts/clean");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let ran = lab.check(&[path.to_str().unwrap()]);
        assert_eq!((ran.code, ran.out.lines().count()), (Some(0), 1), "{}", ran.out);
        assert!(ran.out.starts_with("✓ ") && ran.out.contains("no problems in "), "{}", ran.out);
        let about: Value =
            serde_json::from_str(&lab.check(&["--format", "json", path.to_str().unwrap()]).out).unwrap();
        let of_windows = path.file_name().unwrap().to_str().unwrap().starts_with("windows");
        let expected = if of_windows { "windows" } else { "unix" };
        assert_eq!(about["files"][0]["dialect"], expected, "{}", path.display());
    }
}

#[test]
fn a_file_for_another_system_is_judged_for_that_system() {
    let lab = Lab::new();
    assert_eq!(lab.check(&["broken"]).code, Some(1));
    // Windows answers localhost by itself.
    assert_eq!(lab.check(&["--dialect", "windows", "broken"]).code, Some(0));
    lab.write("drivers/etc/hosts", BROKEN);
    assert_eq!(lab.check(&["drivers/etc/hosts"]).code, Some(0));
    assert_eq!(lab.check(&["--dialect", "unix", "drivers/etc/hosts"]).code, Some(1));
}

#[test]
fn chosen_readers_and_many_hits() {
    let lab = Lab::new();
    lab.write("capitals", &format!("{FINE}10.0.0.1 NAS\n"));
    let has = |args: &[&str]| lab.check(args).out.contains("hosts.uppercase-name");
    assert!(has(&["-v", "--for", "musl", "capitals"]) && !has(&["-v", "--for", "glibc,windows", "capitals"]));
    let ran = lab.check(&["--for", "nolibc", "capitals"]);
    assert!(
        ran.code == Some(2) && ran.talk.contains("no reader `nolibc`") && ran.talk.contains("musl"),
        "{ran:?}"
    );
    let many: String = (0..1500).map(|i| format!("10.0.0.300 host{i}.example\n")).collect();
    lab.write("many", &format!("{FINE}{many}"));
    let frames = |args: &[&str]| lab.check(args).out.matches("error[hosts.invalid-address]").count();
    assert_eq!(frames(&["many"]), 3);
    assert!(
        lab.check(&["many"]).out.contains("… and 1,497 more hosts.invalid-address (show all: --limit 0)")
    );
    assert_eq!(frames(&["--limit", "0", "many"]), 1500);
    assert_eq!(lab.check(&["--format", "concise", "many"]).out.lines().count(), 4);
    let summary = |args: &[&str]| {
        let object: Value =
            serde_json::from_str(&lab.check(&[&["--format", "json"][..], args].concat()).out).unwrap();
        (object["summary"]["errors"].as_u64().unwrap(), object["findings"].as_array().unwrap().len())
    };
    assert_eq!(summary(&["many"]), (1500, 1000));
    assert_eq!(summary(&["--limit", "0", "many"]), (1500, 1500));
}

#[test]
fn standard_input_is_a_hosts_file_or_a_snapshot() {
    let lab = Lab::new();
    let feed = |args: &[&str], bytes: &[u8]| {
        let mut command = lab.command(args);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(bytes).unwrap();
        Ran::of(child.wait_with_output().unwrap())
    };
    let ran = feed(&["-"], BROKEN.as_bytes());
    assert!(ran.code == Some(1) && ran.out.contains("<stdin>:1:1"), "{}", ran.out);
    let machine = fs::read(root().join("testdata/machines/nss.files-missing.json")).unwrap();
    let ran = feed(&["-"], &machine);
    assert!(ran.code == Some(1) && ran.out.contains("nss.files-missing"), "{}", ran.out);
    assert_eq!(feed(&["--from", "-"], &machine).out.replace("<stdin>", "-"), ran.out.replace("<stdin>", "-"));
    let ran = feed(&["-"], b"{\"schema\": \"whyhost.snapshot/99\"}");
    assert!(ran.code == Some(2) && ran.talk.contains("unknown snapshot schema"), "{}", ran.talk);
    let ran = feed(&["-"], b"{\"name\": 1}");
    assert!(ran.code == Some(2) && ran.talk.contains("not a whyhost snapshot"), "{}", ran.talk);
    // A brace alone makes no JSON.
    let ran = feed(&["-"], b"{ x\n127.0.0.1 localhost\n::1 localhost\n");
    assert!(ran.code == Some(1) && ran.out.contains("<stdin>:1:1") && ran.talk.is_empty(), "{ran:?}");
}

#[test]
fn nothing_is_waited_for_and_each_kind_is_named() {
    let lab = Lab::new();
    let fifo = lab.path("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let ran = lab.check(&["fifo", ".", "/dev/null", "nosuch", "broken"]);
    assert_eq!(ran.code, Some(2));
    for said in ["a named pipe (FIFO)", "a directory", "a device", "No such file"] {
        assert!(ran.talk.contains(said), "{said}: {}", ran.talk);
    }
    assert!(ran.out.contains("5 files: 1 error, 4 could not be checked"), "{}", ran.out);
    let etc = lab.path("root/etc");
    fs::create_dir_all(&etc).unwrap();
    fs::rename(&fifo, etc.join("hosts")).unwrap();
    let ran = lab.check(&["--root", "root"]);
    assert!(ran.code == Some(1) && ran.out.contains("error[hosts.not-a-file]"), "{ran:?}");
}

#[test]
fn a_line_of_megabytes_is_named_and_not_printed() {
    let lab = Lab::new();
    lab.write(
        "long",
        &format!("10.0.0.1 {}\n10.0.0.2 localhost {}\n", "a".repeat(2_000_000), "b".repeat(2_000_000)),
    );
    for format in ["text", "concise", "github", "nagios", "prometheus"] {
        let ran = lab.check(&["--format", format, "long"]);
        assert!(ran.out.len() < 5_000, "{format}: {} bytes", ran.out.len());
        assert!(format == "prometheus" || ran.out.contains("localhost"), "{}", ran.out);
    }
}

#[test]
fn settings_are_found_upwards_and_in_the_users_folder() {
    let lab = Lab::new();
    lab.write("repo/.whyhost.toml", "[check]\nignore = [\"hosts.localhost-missing\"]\n");
    lab.write("repo/deep/down/hosts", BROKEN);
    assert_eq!(lab.check(&["repo/deep/down/hosts"]).code, Some(0));
    assert_eq!(lab.check(&["--no-config", "repo/deep/down/hosts"]).code, Some(1));
    // The nearest file of a repository stands alone.
    lab.write("repo/deep/.whyhost.toml", "[check]\nfail-on = \"error\"\n");
    assert_eq!(lab.check(&["repo/deep/down/hosts"]).code, Some(1));
    lab.write("settings/whyhost/config.toml", "[check]\nignore = [\"hosts\"]\n");
    assert_eq!(lab.check(&["broken"]).code, Some(0));
    lab.write("settings/whyhost/config.toml", "[check]\nselect = [\"hosts.emtpy\"]\n");
    let ran = lab.check(&["broken"]);
    let file = lab.path("settings/whyhost/config.toml");
    let said = "error: settings/whyhost/config.toml, line 2, column 11: no code or area `hosts.emtpy`";
    assert!(ran.code == Some(2) && ran.talk.starts_with(said), "{}", ran.talk);
    assert!(ran.talk.contains("did you mean `hosts.empty`?") && ran.out.is_empty(), "{}", ran.talk);
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let ran = lab.check(&["broken"]);
    assert!(ran.code == Some(2) && ran.talk.contains("it is a directory"), "{}", ran.talk);
}

#[test]
fn comments_silence_findings_and_idle_ones_are_told() {
    let lab = Lab::new();
    lab.write("silent", "# whyhost: ignore hosts.localhost-missing (a fragment)\n10.0.0.1 nas\n");
    let ran = lab.check(&["silent"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "✓ silent: no problems in 2 lines (1 suppressed)\n"));
    lab.write("idle", &format!("{FINE}# whyhost: ignore hosts.empty, hosts.nosuch\n"));
    let ran = lab.check(&["idle"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.out.starts_with("! idle:3: `whyhost: ignore hosts.empty` silences nothing\n"), "{}", ran.out);
    assert!(ran.out.contains("`whyhost: ignore hosts.nosuch`: there is no such code"), "{}", ran.out);
    let object: Value = serde_json::from_str(&lab.check(&["--format", "json", "idle"]).out).unwrap();
    assert_eq!(object["unused_suppressions"].as_array().unwrap().len(), 2);
    let log: Value = serde_json::from_str(&lab.check(&["--format", "sarif", "idle"]).out).unwrap();
    let told = &log["runs"][0]["invocations"][0]["toolConfigurationNotifications"];
    assert_eq!(told.as_array().unwrap().len(), 2);
    assert!(lab.check(&["--format", "github", "idle"]).out.starts_with("::notice file=idle,line=3,"));
}

#[test]
fn forms_for_other_programs() {
    let lab = Lab::new();
    lab.write("a,b", BROKEN);
    let github = lab.check(&["--format", "github", "a,b"]).out;
    assert!(github.starts_with("::error file=a%2Cb,line=1,endLine=1,"), "{github}");
    assert!(github.contains(",title=hosts.localhost-missing::no line of a,b gives"), "{github}");
    let nagios = lab.check(&["--format", "nagios", "broken", "fine"]).out;
    let expected = "WHYHOST CRITICAL - 2 files: 1 error; first: no line of broken gives localhost an address (broken:1) \
                    | errors=1;;0;0 warnings=0;0;;0 notes=0;;;0\n";
    assert_eq!(nagios, expected);
    // Of a snapshot no path leads to a file of this machine.
    let machine = root().join("testdata/machines/nss.files-missing.json").to_str().unwrap().to_owned();
    for args in [&["--from", &machine][..], &[&machine]] {
        let ran = |format| lab.check(&[&["--select", "nss", "--format", format][..], args].concat()).out;
        assert!(ran("github").starts_with("::error title=nss.files-missing::"), "{}", ran("github"));
        assert!(
            ran("concise").starts_with(&format!("{machine}: /etc/nsswitch.conf:7:1: ")),
            "{}",
            ran("concise")
        );
        let log: Value = serde_json::from_str(&ran("sarif")).unwrap();
        let place = &log["runs"][0]["results"][0]["locations"][0];
        assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "/etc/nsswitch.conf:7");
        let uri = place["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.ends_with("testdata/machines/nss.files-missing.json"), "{uri}");
    }
    let concise = lab.check(&["--format", "concise", "broken", "fine"]).out;
    assert_eq!(
        concise,
        "broken:1:1: hosts.localhost-missing [*] no line of broken gives localhost an address\n"
    );
    let metrics = lab.check(&["--format", "prometheus", "broken", "fine", "nosuch"]).out;
    assert!(metrics.contains("whyhost_check_success{input=\"nosuch\"} 0\n"), "{metrics}");
    assert!(metrics.contains(
        "whyhost_check_findings{input=\"broken\",code=\"hosts.localhost-missing\",severity=\"error\"} 1\n"
    ));
    let mut described = Vec::new();
    for line in metrics.lines() {
        match line.strip_prefix("# TYPE ") {
            Some(rest) => described.push(rest.trim_end_matches(" gauge").to_owned()),
            None if line.starts_with("# HELP ") => {}
            // A sample belongs to the metric that was described last.
            None => assert!(line.starts_with(&format!("{}{{", described.last().unwrap())), "{line}"),
        }
    }
    assert_eq!(described.len(), 6, "{metrics}");
}

#[test]
fn a_form_of_check_is_no_form_of_other_commands() {
    for args in [&["--format", "sarif"][..], &["explain", "localhost", "--format", "nagios"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whyhost"));
        let ran = Ran::of(command.env_clear().env("LC_ALL", "C.UTF-8").args(args).output().unwrap());
        assert!(ran.code == Some(2) && ran.talk.contains("is a form of `whyhost check`"), "{ran:?}");
    }
}

#[test]
fn an_unreadable_file_is_an_error_for_others_than_root() {
    let lab = Lab::new();
    let file = lab.write("secret", BROKEN);
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0);
    fs::set_permissions(&file, permissions).unwrap();
    if fs::read(Path::new(&file)).is_ok() {
        eprintln!("SKIP: root reads every file");
        return;
    }
    let ran = lab.check(&["secret"]);
    assert!(ran.code == Some(2) && ran.talk.contains("Permission denied"), "{}", ran.talk);
}
