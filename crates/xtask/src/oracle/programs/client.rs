//! What a program of the live oracle is: where it comes from and how it is sent to a name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A program that can be run.
#[derive(Debug)]
pub(crate) struct Client {
    /// Stable id: `node-18`.
    pub(crate) id: &'static str,
    /// Its model: an id of `whyhost_core::program`.
    pub(crate) model: &'static str,
    /// Where it comes from.
    pub(crate) from: Origin,
    /// Command that prints its version.
    pub(crate) version: &'static [&'static str],
    /// Command that makes one attempt to connect, with `{name}` and `{port}`.
    pub(crate) run: &'static [&'static str],
    /// Programs and libraries that it is made of, as a snapshot names them, with the command that prints the version;
    /// none: its own version is meant.
    pub(crate) with: &'static [(&'static str, &'static [&'static str])],
    /// Environment of its own.
    pub(crate) env: &'static [(&'static str, &'static str)],
    /// It takes this name as it is; programs that rewrite or refuse a spelling are not given it.
    pub(crate) takes: fn(&str) -> bool,
    /// How long it may take at most, in milliseconds.
    pub(crate) bound_ms: u32,
}

/// Where a program comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin {
    /// The machine.
    System,
    /// Debian packages, unpacked.
    Debian(&'static [&'static str]),
    /// Debian packages, unpacked; hundreds of megabytes.
    LargeDebian(&'static [&'static str]),
    /// An npm package of prebuilt files, unpacked into a folder of its id.
    Npm(&'static str),
    /// Python packages.
    PyPi(&'static [&'static str]),
    /// Built by a command; `{clients}` is the folder of the sources. The first path is what it makes.
    Built {
        /// What the command makes, below the folder of programs.
        makes: &'static str,
        /// The command.
        command: &'static [&'static str],
        /// Debian packages that it needs.
        packages: &'static [&'static str],
    },
}

/// Any name.
pub(crate) fn any(_: &str) -> bool {
    true
}

/// No final dot: clients of URLs take it away, each at another point.
pub(crate) fn no_final_dot(name: &str) -> bool {
    !name.ends_with('.')
}

/// A program on the machine that takes any name.
pub(crate) const PLAIN: Client = Client {
    id: "",
    model: "",
    from: Origin::System,
    version: &[],
    run: &[],
    with: &[],
    env: &[],
    takes: any,
    bound_ms: 3000,
};

/// The folder of fetched programs.
pub(crate) fn folder() -> PathBuf {
    let target = || std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let folder = std::env::var_os("WHYHOST_ORACLE_PROGRAMS")
        .map_or_else(|| target().join("oracle-programs"), PathBuf::from);
    std::path::absolute(&folder).unwrap_or(folder)
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// `words` with what stands for something else filled in.
pub(crate) fn filled(words: &[&str], name: &str, port: u16) -> Vec<String> {
    let (programs, clients) = (folder(), Path::new(env!("CARGO_MANIFEST_DIR")).join("clients"));
    let fill = |word: &&str| {
        word.replace("{name}", name)
            .replace("{port}", &port.to_string())
            .replace("{programs}", &programs.to_string_lossy())
            .replace("{clients}", &clients.to_string_lossy())
    };
    words.iter().map(fill).collect()
}

/// The environment of a client.
pub(crate) fn environment(client: &Client) -> BTreeMap<String, String> {
    client.env.iter().map(|(name, value)| ((*name).to_owned(), filled(&[value], "", 0).concat())).collect()
}
