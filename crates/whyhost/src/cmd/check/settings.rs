//! Settings of a check: arguments, then `.whyhost.toml` in the folder of the file or above it, then the user's file.

use super::input::Input;
use crate::args::{CheckArgs, DialectArg, FailOn};
use crate::cmd::rule;
use crate::failure::Failure;
use hosts_edit::dialect::{self, Dialect};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use toml::Spanned;
use whyhost_core::check::{AREAS, Options, Platform, Selection, is_selectable};
use whyhost_core::finding::Severity;
use whyhost_core::rules;

/// The settings file of a repository.
const REPOSITORY: &str = ".whyhost.toml";
/// Hits of one code that are all shown.
const LIMIT: usize = 20;

/// How one input is checked and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) selection: Selection,
    pub(crate) fail_on: Severity,
    pub(crate) platform: Platform,
    pub(crate) readers: Vec<&'static Dialect>,
    pub(crate) limit: usize,
}

/// What one source says; the rest is left to the next.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Partial {
    select: Option<Vec<Spanned<String>>>,
    ignore: Option<Vec<Spanned<String>>>,
    fail_on: Option<FailOn>,
    dialect: Option<DialectArg>,
    #[serde(rename = "for")]
    readers: Option<Vec<Spanned<String>>>,
    limit: Option<usize>,
}

/// A settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    check: Partial,
}

/// Settings files that may be there, the strongest first: the nearest of the repository, then the user's.
pub(crate) fn files(input: &Input) -> Vec<Vec<PathBuf>> {
    let folders = input.path().map_or_else(Vec::new, |path| whyhost_sys::folders_upwards(&path));
    let repository = folders.into_iter().map(|folder| folder.join(REPOSITORY)).collect();
    vec![repository, whyhost_sys::user_settings().into_iter().collect()]
}

impl Settings {
    /// What the command line says.
    ///
    /// # Errors
    /// When a code is unknown.
    pub(crate) fn of_arguments(args: &CheckArgs) -> Result<Partial, Failure> {
        for (option, codes) in [("--select", &args.select), ("--ignore", &args.ignore)] {
            if let Some(code) = codes.iter().find(|code| !is_selectable(code)) {
                return Err(
                    Failure::new(format!("{option}: no code or area `{}`", clip(code))).hint(accepted(code))
                );
            }
        }
        if let Err(id) = rules::readers_named(args.readers.iter().map(String::as_str)) {
            return Err(Failure::new(format!("--for: no reader `{}`", clip(&id))).hint(accepted_readers()));
        }
        let list = |codes: &[String]| {
            let words = codes.iter().map(|code| Spanned::new(0..0, code.clone())).collect::<Vec<_>>();
            (!words.is_empty()).then_some(words)
        };
        Ok(Partial {
            select: list(&args.select),
            ignore: list(&args.ignore),
            fail_on: args.fail_on,
            dialect: args.dialect,
            readers: list(&args.readers),
            limit: args.limit,
        })
    }

    /// The strongest source that says something decides; codes that any source ignores are ignored.
    ///
    /// # Errors
    /// When a settings file is there and cannot be understood.
    pub(crate) fn merged(arguments: &Partial, files: &[Vec<PathBuf>]) -> Result<Settings, Failure> {
        let mut sources = vec![arguments.clone()];
        for group in files {
            sources.extend(first_of(group)?);
        }
        let words =
            |list: &Vec<Spanned<String>>| list.iter().map(|w| w.get_ref().clone()).collect::<Vec<_>>();
        let select = sources.iter().find_map(|s| s.select.as_ref()).map_or_else(Vec::new, words);
        let ignore = sources.iter().filter_map(|s| s.ignore.as_ref()).flat_map(words).collect();
        let readers = sources.iter().find_map(|s| s.readers.as_ref()).map_or_else(Vec::new, words);
        Ok(Settings {
            // Each source was held to the list of readers when it was read.
            readers: rules::readers_named(readers.iter().map(String::as_str)).unwrap_or_default(),
            selection: Selection { select, ignore },
            fail_on: severity(sources.iter().find_map(|s| s.fail_on).unwrap_or(FailOn::Warning)),
            platform: platform(sources.iter().find_map(|s| s.dialect).unwrap_or(DialectArg::Auto)),
            limit: sources.iter().find_map(|s| s.limit).unwrap_or(LIMIT),
        })
    }

    /// What the core needs of them.
    pub(crate) fn options(&self) -> Options {
        Options { selection: self.selection.clone(), readers: self.readers.clone(), all: self.limit == 0 }
    }
}

fn severity(arg: FailOn) -> Severity {
    match arg {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Note => Severity::Note,
    }
}

fn platform(arg: DialectArg) -> Platform {
    match arg {
        DialectArg::Auto => Platform::Auto,
        DialectArg::Unix => Platform::Unix,
        DialectArg::Windows => Platform::Windows,
    }
}

/// The settings of the first file that is there.
fn first_of(paths: &[PathBuf]) -> Result<Option<Partial>, Failure> {
    for path in paths {
        let shown = whyhost_sys::relative(path);
        let path = shown.as_path();
        let told = |e| Failure::caused(&e).path(path.display().to_string());
        let text = whyhost_sys::read_settings(path).map_err(told)?;
        if let Some(text) = text {
            return parse(path, &text).map(Some);
        }
    }
    Ok(None)
}

fn parse(path: &Path, text: &str) -> Result<Partial, Failure> {
    let failure = |at: usize, what: &str| {
        let (line, column) = position(text, at);
        let path = path.display().to_string();
        Failure::new(format!("{path}, line {line}, column {column}: {what}")).path(path)
    };
    let file: File = toml::from_str(text).map_err(|e| {
        let what = e.message().lines().collect::<Vec<_>>().join("; ");
        failure(e.span().map_or(0, |span| span.start), &what).hint(
            "expected a table `[check]` with select, ignore (lists of codes and areas), fail-on (\"error\", \
             \"warning\", \"note\"), dialect (\"auto\", \"unix\", \"windows\"), for (readers), limit (a number)",
        )
    })?;
    for word in [&file.check.select, &file.check.ignore].into_iter().flatten().flatten() {
        if !is_selectable(word.get_ref()) {
            let what = format!("no code or area `{}`", clip(word.get_ref()));
            return Err(failure(word.span().start, &what).hint(accepted(word.get_ref())));
        }
    }
    for word in file.check.readers.iter().flatten() {
        if rules::readers_named([word.get_ref().as_str()]).is_err() {
            let what = format!("no reader `{}`", clip(word.get_ref()));
            return Err(failure(word.span().start, &what).hint(accepted_readers()));
        }
    }
    Ok(file.check)
}

/// Line and column, in characters, of a byte.
fn position(text: &str, at: usize) -> (usize, usize) {
    whyhost_core::finding::position(text.as_bytes(), at)
}

fn clip(word: &str) -> String {
    word.chars().take(60).collect()
}

fn accepted_readers() -> String {
    let ids: Vec<&str> = dialect::ALL.iter().chain(dialect::OLDER).map(|reader| reader.id).collect();
    format!("expected readers of hosts files: {}", ids.join(", "))
}

fn accepted(word: &str) -> String {
    let near: Vec<String> = rule::near(&clip(word)).iter().map(|code| format!("`{code}`")).collect();
    if near.is_empty() {
        format!("expected a code (`whyhost rule` lists them) or an area: {}", AREAS.join(", "))
    } else {
        format!("did you mean {}?", near.join(" or "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Partial, Failure> {
        parse(Path::new("x/.whyhost.toml"), text)
    }

    #[test]
    fn the_strongest_source_decides_and_ignored_codes_add_up() {
        let arguments = parsed("[check]\nignore = [\"nss\"]\nlimit = 5\n").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let near = file("near", "[check]\nselect = [\"hosts\"]\nignore = [\"hosts.empty\"]\nlimit = 7\n");
        let user = file("user", "[check]\nselect = [\"gai\"]\nfail-on = \"error\"\n");
        let settings =
            Settings::merged(&arguments, &[vec![folder.path().join("none"), near], vec![user]]).unwrap();
        assert_eq!(settings.selection.select, ["hosts"]);
        assert_eq!(settings.selection.ignore, ["nss", "hosts.empty"]);
        assert_eq!((settings.fail_on, settings.limit), (Severity::Error, 5));
        let alone = Settings::merged(&Partial::default(), &[]).unwrap();
        assert_eq!((alone.fail_on, alone.limit, alone.platform), (Severity::Warning, 20, Platform::Auto));
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, place, said) in [
            ("[check]\nignroe = []\n", "line 2, column 1", "unknown field `ignroe`"),
            (
                "[check]\nignore = [\"nss\", \"hosts.emtpy\"]\n",
                "line 2, column 18",
                "no code or area `hosts.emtpy`",
            ),
            ("[check]\nlimit = \"ten\"\n", "line 2, column 9", "invalid type"),
            ("[check]\nfail-on = \"never\"\n", "line 2, column 11", "unknown variant `never`"),
            ("[check]\nfor = [\"glib\"]\n", "line 2, column 8", "no reader `glib`"),
            ("[chekc]\n", "line 1, column 2", "unknown field `chekc`"),
            ("[check\n", "line 1, column 7", ""),
        ] {
            let failure = parsed(text).unwrap_err();
            let message = &failure.message;
            assert!(message.starts_with(&format!("x/.whyhost.toml, {place}: ")), "{message}");
            assert!(message.contains(said) && failure.hint.is_some(), "{message}");
        }
        assert_eq!(
            parsed("[check]\nignore = [\"hosts.emtpy\"]").unwrap_err().hint.unwrap(),
            "did you mean `hosts.empty`?"
        );
    }
}
