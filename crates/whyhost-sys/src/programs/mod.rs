//! Which programs are on the running machine, and in which version: looked for on the search path, and run with the
//! one option that makes them print it.
//!
//! What is run was chosen by nobody but this list, so it is bounded in every way: only what root and the user alone can
//! change ([`trust`]), with an environment of its own, without input, for a time and an amount of output ([`run`]).

mod identity;
mod run;
mod search;
mod trust;

use identity::Reading;
use run::{Environment, Job, Outcome};
use search::{Candidate, SearchPath};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use trust::Trust;
use whyhost_core::program::{PROGRAMS, Program as Modelled};
use whyhost_core::snapshot::{Gap, Program};

/// The longest that programs are waited for: nearly all of them take some milliseconds.
const LONGEST: Duration = Duration::from_secs(2);

/// The programs on the search path, with their versions, within `bound` (at most 2 s) for all together.
///
/// A program that does not say its version in time has an empty one, and a gap tells why.
pub fn programs(bound: Duration) -> (Vec<Program>, Vec<Gap>) {
    among(PROGRAMS, SearchPath::of_this_process(), bound.min(LONGEST))
}

fn among(
    list: &'static [&'static Modelled],
    search: SearchPath,
    bound: Duration,
) -> (Vec<Program>, Vec<Gap>) {
    let deadline = Instant::now() + bound;
    let Some((found, environment)) = looked_for(list, search, bound) else {
        let why = "looking through the folders of PATH took too long: is one on a network that is away?";
        return (Vec::new(), vec![Gap { what: "programs".into(), why: why.into() }]);
    };
    let files = found.iter().filter_map(|c| Some((c, c.file.as_ref().ok()?)));
    let jobs: Vec<Job> = files.map(|(c, _)| Job { path: c.path.clone(), option: c.option }).collect();
    let mut outcomes = run::all(&jobs, &environment, deadline).into_iter();
    let mut list = Listing::default();
    for candidate in found {
        match &candidate.file {
            Err(refusal) => list.unknown(&candidate, format!("not run: {refusal}")),
            Ok(file) => {
                let outcome = outcomes.next().unwrap_or(Outcome::TooLong);
                let reading = identity::read(candidate.id, file, &outcome);
                list.add(&candidate, reading);
            }
        }
    }
    list.finish()
}

/// What is there, and the environment for it. A folder of PATH may be on a network that is away, where even `stat` does
/// not return: the thread that is stuck there is left alone.
fn looked_for(
    list: &'static [&'static Modelled],
    search: SearchPath,
    bound: Duration,
) -> Option<(Vec<Candidate>, Environment)> {
    let (sender, receiver) = mpsc::channel();
    let look = move || {
        let trust = Trust::of_this_process();
        let found = search.find(list, &trust);
        sender.send((found, environment(&search, &trust))).unwrap_or(());
    };
    let _left_alone = thread::Builder::new().name("programs".into()).spawn(look).ok()?;
    receiver.recv_timeout(bound).ok()
}

/// Everything that a program finds in its environment: options in variables could make it do more than it is asked.
fn environment(search: &SearchPath, trust: &Trust) -> Environment {
    // A home folder that others can change holds no start-up files for this.
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    let home = home.filter(|home| trust.follow(home).is_ok()).unwrap_or_else(|| "/nonexistent".into());
    Environment(vec![
        ("PATH", search.trusted(trust)),
        ("HOME", home.into()),
        ("LANG", "C.UTF-8".into()),
        // `go version` downloads another version where the user's settings name one (https://go.dev/doc/toolchain).
        ("GOTOOLCHAIN", "local".into()),
    ])
}

/// The programs that are listed, in the order of the list.
#[derive(Default)]
struct Listing {
    programs: Vec<Program>,
    /// Programs that were found under another one's name.
    aliases: Vec<Program>,
    /// Reason → the programs whose version is unknown for it.
    unknown: BTreeMap<String, Vec<String>>,
}

impl Listing {
    fn add(&mut self, candidate: &Candidate, reading: Reading) {
        match reading {
            Reading::Version(version) => self.programs.push(program(candidate.id, &candidate.path, version)),
            Reading::Other(id, version) => self.aliases.push(program(id, &candidate.path, version)),
            Reading::Unknown(why) => self.unknown(candidate, why),
            // What it is nobody asked; it is only not the one that is modelled.
            Reading::Stranger => {}
        }
    }

    fn unknown(&mut self, candidate: &Candidate, why: String) {
        let listed = program(candidate.id, &candidate.path, String::new());
        self.unknown.entry(why).or_default().push(listed.path.clone());
        self.programs.push(listed);
    }

    fn finish(mut self) -> (Vec<Program>, Vec<Gap>) {
        for alias in self.aliases {
            if self.programs.iter().all(|program| program.id != alias.id) {
                self.programs.push(alias);
            }
        }
        let place = |program: &Program| PROGRAMS.iter().position(|modelled| modelled.id == program.id);
        self.programs.sort_by_key(place);
        let gap = |(why, paths): (String, Vec<String>)| Gap {
            what: format!("version of {}", paths.join(", ")),
            why,
        };
        (self.programs, self.unknown.into_iter().map(gap).collect())
    }
}

fn program(id: &str, path: &Path, version: String) -> Program {
    Program { id: id.into(), path: path.to_string_lossy().into_owned(), version }
}

#[cfg(test)]
mod tests;
