//! `cargo xtask new-rule AREA.SLUG TITLE`: the files of a rule, registered, with a fixture that is still to be broken.
//!
//! Everything is looked at before anything is written.

use anyhow::{Context as _, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use whyhost_core::check::AREAS;

/// The machine that a new fixture starts from.
const HEALTHY: &str = "debian12";
const RULES: &str = "crates/whyhost-core/src/rules";
const MACHINES: &str = "testdata/machines";
/// A title has to fit a line of `whyhost rule`.
const LONGEST_TITLE: usize = 80;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The code, such as hosts.glued-line
    code: String,
    /// The problem in one line: lower case, no full stop
    title: String,
    /// error, warning or note
    #[arg(long, default_value = "warning", value_parser = ["error", "warning", "note"])]
    severity: String,
    /// Another working copy
    #[arg(long, hide = true)]
    root: Option<PathBuf>,
}

/// Where a rule lies: the folder of its area, and its module.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    folder: String,
    module: String,
}

/// A file with its new text.
struct Change {
    path: PathBuf,
    text: String,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = args.root.clone().unwrap_or(here);
    let changes = changes(&root, args)?;
    for Change { path, text } in &changes {
        let folder = path.parent().context("a path in the working copy")?;
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    format(&changes);
    report(&root, args, &changes);
    Ok(())
}

fn changes(root: &Path, args: &Args) -> anyhow::Result<Vec<Change>> {
    let place = place(&args.code)?;
    check_title(&args.title)?;
    let rules = root.join(RULES);
    let area = rules.join(&place.folder);
    let rule = area.join(format!("{}.rs", place.module));
    let machine = |extension: &str| root.join(MACHINES).join(format!("{}.{extension}", args.code));
    for path in [&rule, &machine("json"), &machine("md")] {
        ensure!(!path.exists(), "{} is there already", path.display());
    }
    let list = area.join("mod.rs");
    let mut changes = vec![Change { path: rule, text: rule_text(args, &place) }];
    if list.exists() {
        let text = with_module(&read(&list)?, &place.module)?;
        changes
            .push(Change { text: with_entry(&text, "RULES: &[Rule]", &place.module, "RULE")?, path: list });
    } else {
        changes.push(Change { path: list, text: list_text(&args.code, &place.module) });
        let all = rules.join("mod.rs");
        let text = with_module(&read(&all)?, &place.folder)?;
        let text = with_entry(&text, "ALL: &[&[Rule]]", &place.folder, "RULES")?;
        changes.push(Change { path: all, text });
    }
    let healthy = read(&root.join(MACHINES).join(format!("{HEALTHY}.json")))?;
    changes.push(Change { path: machine("json"), text: healthy });
    changes.push(Change { path: machine("md"), text: page_text(args) });
    Ok(changes)
}

/// The place of `code`; some areas share a folder.
fn place(code: &str) -> anyhow::Result<Place> {
    let Some((area, slug)) = code.split_once('.') else { bail!("`{code}` is no code: expected AREA.SLUG") };
    ensure!(AREAS.contains(&area), "no area `{area}`: expected one of {}", AREAS.join(", "));
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let starts = slug.starts_with(|c: char| c.is_ascii_lowercase());
    ensure!(
        starts && slug.split('-').all(is_word),
        "`{slug}`: expected small letters and digits, joined by `-`"
    );
    let (folder, name) = match (area, slug.strip_prefix("localhost-")) {
        ("hosts", Some(rest)) => ("localhost", rest),
        ("gai" | "resolve" | "model", _) => ("order", slug),
        ("lo" | "kernel" | "firewall", _) => ("loopback", slug),
        ("listen" | "reach" | "scope" | "port", _) => ("ports", slug),
        (area, _) => (area, slug),
    };
    Ok(Place { folder: folder.to_owned(), module: name.replace('-', "_") })
}

fn check_title(title: &str) -> anyhow::Result<()> {
    let length = title.chars().count();
    ensure!(
        (1..=LONGEST_TITLE).contains(&length),
        "a title has 1 to {LONGEST_TITLE} characters, this one {length}"
    );
    ensure!(!title.ends_with('.'), "a title has no full stop");
    ensure!(
        !title.contains(['"', '\\']) && !title.contains(char::is_control),
        "a title has no quotes and no line breaks"
    );
    ensure!(title.trim() == title, "a title has no blanks around it");
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// `text` with `mod module;` among the modules, in their order.
fn with_module(text: &str, module: &str) -> anyhow::Result<String> {
    let new = format!("mod {module};");
    ensure!(text.lines().all(|line| line != new), "`{new}` is there already");
    let is_module = |line: &&str| line.starts_with("mod ") && line.ends_with(';');
    let before = text.lines().find(|line| is_module(line) && **line > *new);
    let last = text.lines().rfind(is_module).context("no `mod` line to put the new one beside")?;
    Ok(match before {
        Some(next) => text.replacen(&format!("{next}\n"), &format!("{new}\n{next}\n"), 1),
        None => text.replacen(&format!("{last}\n"), &format!("{last}\n{new}\n"), 1),
    })
}

/// `text` with `module::name` at the end of the list that `declaration` declares.
fn with_entry(text: &str, declaration: &str, module: &str, name: &str) -> anyhow::Result<String> {
    let start = text.find(declaration).with_context(|| format!("no list `{declaration}`"))?;
    let end = text[start..].find("];").map(|at| start + at).context("the list has no end")?;
    let list = text[..end].trim_end();
    let comma = if list.ends_with([',', '[']) { "" } else { "," };
    Ok(format!("{list}{comma} {module}::{name}{}", &text[end..]))
}

fn list_text(code: &str, module: &str) -> String {
    let area = code.split('.').next().unwrap_or_default();
    format!(
        "//! Rules of the area {area}.\n\nmod {module};\n\nuse super::Rule;\n\n/// In the order of the code list.\n\
         pub(super) const RULES: &[Rule] = &[{module}::RULE];\n"
    )
}

fn rule_text(args: &Args, place: &Place) -> String {
    let (code, title, module) = (&args.code, &args.title, &place.module);
    let severity = match args.severity.as_str() {
        "error" => "Error",
        "note" => "Note",
        _ => "Warning",
    };
    format!(
        r#"//! # {code} — {title}
//!
//! ## What it means
//! What is so, in the words of the files.
//!
//! ## Who is hit
//! Which program does what with it, by name and version, with the source of that knowledge.
//!
//! ## Example
//! ```text
//! the lines that show it
//! ```
//!
//! ## Repair
//! The least that repairs the cause.
//!
//! ## Not a repair
//! What people try, and why it does not help.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/hosts.5.html

use super::super::{{Context, Rule}};
use crate::finding::{{Finding, Severity}};

pub(super) const RULE: Rule = Rule {{
    code: "{code}",
    severity: Severity::{severity},
    title: "{title}",
    references: &["https://man7.org/linux/man-pages/man5/hosts.5.html"],
    source: include_str!("{module}.rs"),
    check,
}};

fn check(_ctx: &Context<'_>, _out: &mut Vec<Finding>) {{}}

#[cfg(test)]
mod tests {{
    use super::super::super::testing::debian;

    #[test]
    fn a_healthy_machine_gives_none() {{
        assert_eq!(debian().of("{code}", "localhost"), None);
    }}
}}
"#
    )
}

fn page_text(args: &Args) -> String {
    let Args { code, title, severity, .. } = args;
    format!(
        "# {title}\n\nA healthy Debian 12 ({HEALTHY}.json); the one fact that breaks it is still to be put into {code}.json.\n\n\
         | target | answer | findings |\n|---|---|---|\n| localhost | ::1, 127.0.0.1 | {code} ({severity}) |\n"
    )
}

/// The width of the lines is rustfmt's business; without it the text is right, if not pretty.
fn format(changes: &[Change]) {
    let sources = changes.iter().map(|c| &c.path).filter(|path| path.extension().is_some_and(|e| e == "rs"));
    // Modules of a file are formatted too: each is formatted already.
    let _ = Command::new("rustfmt").args(["--edition", "2024"]).args(sources).stderr(Stdio::null()).status();
}

#[allow(clippy::print_stdout, reason = "what a task did is its answer")]
fn report(root: &Path, args: &Args, changes: &[Change]) {
    for change in changes {
        let path = change.path.strip_prefix(root).unwrap_or(&change.path);
        println!("{}", path.display());
    }
    println!(
        "\nnext: the text, the check and its tests; the fault in {MACHINES}/{}.json (`whyhost snapshot` on such a machine);\n\
         then UPDATE_DOCS=1 cargo test -p whyhost-core --test rules",
        args.code
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_lies_where_a_new_one_would() {
        for rule in whyhost_core::rules::all() {
            let place = place(rule.code).expect("a code");
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(RULES);
            let path = path.join(place.folder).join(format!("{}.rs", place.module));
            assert_eq!(fs::read_to_string(&path).ok().as_deref(), Some(rule.source), "{}", path.display());
        }
    }

    #[test]
    fn modules_and_entries_find_their_place() {
        let text =
            "mod a;\nmod c;\n\nconst RULES: &[Rule] = &[a::RULE, c::RULE];\nconst LATER: &[Rule] = &[];\n";
        let with = |module: &str| {
            with_entry(&with_module(text, module).unwrap(), "RULES: &[Rule]", module, "RULE").unwrap()
        };
        assert_eq!(
            with("b"),
            "mod a;\nmod b;\nmod c;\n\nconst RULES: &[Rule] = &[a::RULE, c::RULE, b::RULE];\nconst LATER: &[Rule] = &[];\n"
        );
        assert!(with("d").starts_with("mod a;\nmod c;\nmod d;\n\n"));
        assert!(with_module(text, "a").is_err() && with_entry(text, "NONE", "b", "RULE").is_err());
        let trailing = "mod a;\nconst ALL: &[&[Rule]] = &[\n    a::RULES,\n];\n";
        let text = with_entry(trailing, "ALL: &[&[Rule]]", "b", "RULES").unwrap();
        assert!(text.ends_with("a::RULES, b::RULES];\n"), "{text}");
    }

    #[test]
    fn codes_and_titles_are_held_to_their_form() {
        assert_eq!(place("gai.slow").unwrap(), Place { folder: "order".into(), module: "slow".into() });
        for code in
            ["hosts", "nosuch.x", "hosts.", "hosts.Big", "hosts.a--b", "hosts.-a", "hosts.a_b", "hosts.1a"]
        {
            assert!(place(code).is_err(), "{code}");
        }
        assert!(
            check_title("a line is glued to the next").is_ok() && check_title("DNS is asked first").is_ok()
        );
        for title in ["", "ends.", "a \"b\"", "a\nb", " a", &"x".repeat(81)] {
            assert!(check_title(title).is_err(), "{title}");
        }
    }
}
