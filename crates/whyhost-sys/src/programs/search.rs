//! Where the programs are: the first of the names on the search path, as a shell looks for it.

use super::trust::{Refusal, Trust};
use crate::files;
use crate::place::Root;
use rustix::fs::Access;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use whyhost_core::program::{Detect, Program};
use whyhost_core::snapshot::{FileKind, Meta};

/// Where servers are: not on the search path of users on Debian and its kin.
const SERVER_FOLDERS: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
/// The search path where none is set (execvp(3): `confstr(_CS_PATH)`, "/bin:/usr/bin").
const DEFAULT: &str = "/bin:/usr/bin";

/// Folders in the order of the search.
#[derive(Debug, Clone)]
pub(super) struct SearchPath(Vec<PathBuf>);

/// A program that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Its id in the list of programs.
    pub(super) id: &'static str,
    /// The option that makes it print its version.
    pub(super) option: &'static str,
    /// Where the search path has it.
    pub(super) path: PathBuf,
    /// The file that would run, or why it must not.
    pub(super) file: Result<PathBuf, Refusal>,
}

impl SearchPath {
    /// `PATH` of this process, then the folders of servers.
    pub(super) fn of_this_process() -> SearchPath {
        let path = std::env::var_os("PATH").unwrap_or_else(|| DEFAULT.into());
        let mut search = SearchPath::new(&path);
        search.0.extend(SERVER_FOLDERS.map(PathBuf::from));
        search
    }

    /// The absolute folders of `path`. A relative one means another folder for each program that looks.
    pub(super) fn new(path: &OsStr) -> SearchPath {
        SearchPath(std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect())
    }

    /// The folders that only root and the user can change, as a value of `PATH`: a wrapper script finds its commands
    /// there.
    pub(super) fn trusted(&self, trust: &Trust) -> OsString {
        let folders = self.0.iter().filter(|folder| trust.follow(folder).is_ok());
        std::env::join_paths(folders).unwrap_or_default()
    }

    /// The programs of `list` that are there, each once.
    pub(super) fn find(&self, list: &[&'static Program], trust: &Trust) -> Vec<Candidate> {
        let candidate = |program: &&'static Program| {
            let Detect { names, option } = program.detect?;
            let path = names.iter().find_map(|name| self.first(name))?;
            let file = trust.follow(&path);
            Some(Candidate { id: program.id, option, path, file })
        };
        list.iter().filter_map(candidate).collect()
    }

    /// The first regular file of that name that may be executed: execvp(3) goes on where execve says EACCES, which it
    /// does for folders and pipes as well. Nothing is opened.
    fn first(&self, name: &str) -> Option<PathBuf> {
        self.0.iter().map(|folder| folder.join(name)).find(|path| is_executable(path))
    }
}

fn is_executable(path: &Path) -> bool {
    let Some(text) = path.to_str() else { return false };
    let is_file =
        matches!(files::presence(&Root::Host, text).meta, Meta::Present { kind: FileKind::File, .. });
    is_file && rustix::fs::access(path, Access::EXEC_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use whyhost_core::program::PROGRAMS;

    fn found(search: &SearchPath) -> Vec<(&'static str, PathBuf)> {
        let trust = Trust::of_this_process();
        search.find(PROGRAMS, &trust).into_iter().map(|c| (c.id, c.path)).collect()
    }

    #[test]
    fn only_files_that_may_run_count() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["a", "b", "c", "d"] {
            fs::create_dir(at(name)).unwrap();
        }
        let file = |path: &str, mode| {
            fs::write(at(path), "").unwrap();
            fs::set_permissions(at(path), fs::Permissions::from_mode(mode)).unwrap();
        };
        // A pipe, a folder, a file that may not run, a link to nowhere: the search goes on.
        let mode = rustix::fs::Mode::from_raw_mode(0o755);
        rustix::fs::mknodat(rustix::fs::CWD, at("a/node"), rustix::fs::FileType::Fifo, mode, 0).unwrap();
        fs::create_dir(at("a/curl")).unwrap();
        file("a/git", 0o644);
        symlink("nowhere", at("a/ssh")).unwrap();
        for path in ["b/node", "b/curl", "c/git", "c/curl", "d/ssh", "a/nodejs"] {
            file(path, 0o755);
        }
        let path = std::env::join_paths(["a", "b", "none", "c", "d"].map(at)).unwrap();
        let expected = [("node", "b/node"), ("curl", "b/curl"), ("git", "c/git"), ("ssh", "d/ssh")];
        assert_eq!(found(&SearchPath::new(&path)), expected.map(|(id, path)| (id, at(path))));
        // The second name counts where the first is nowhere.
        let path = std::env::join_paths([at("a")]).unwrap();
        assert_eq!(found(&SearchPath::new(&path)), [("node", at("a/nodejs"))]);
    }

    #[test]
    fn relative_folders_are_not_searched() {
        assert!(SearchPath::new(OsStr::new("::bin:.:../x:")).0.is_empty());
        assert_eq!(SearchPath::new(OsStr::new("bin:/usr/bin:")).0, [PathBuf::from("/usr/bin")]);
    }

    #[test]
    fn a_folder_that_others_can_change_is_no_place_for_commands() {
        let folder = tempfile::tempdir().unwrap();
        let (open, closed) = (folder.path().join("open"), folder.path().join("closed"));
        for (path, mode) in [(&open, 0o777), (&closed, 0o755)] {
            fs::create_dir(path).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
        let search = SearchPath::new(&std::env::join_paths([&open, &closed]).unwrap());
        assert_eq!(search.trusted(&Trust::of_this_process()), closed);
    }
}
