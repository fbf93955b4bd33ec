//! Environment variables that change resolution or the way to a server, and the files that they name.

use crate::files::{self, MAX_SERVER_FILE};
use crate::place::Root;
use std::collections::BTreeMap;
use whyhost_core::snapshot::{Gap, Snapshot};

/// Recorded under exactly this name.
///
/// C library: resolver(5), hostname(7), glibc resolv/res_hconf.c. Node: cli documentation (`NODE_OPTIONS`,
/// `NODE_USE_ENV_PROXY`). JVM: java(1), `JAVA_TOOL_OPTIONS` of the JVM TI. Go: `GODEBUG`, of the package net. Ruby:
/// `RUBY_TCP_NO_FAST_FALLBACK`, of Socket.tcp. gRPC: doc/environment_variables.md. libpq: environment variables. MySQL:
/// `MYSQL_HOST`. `REQUEST_METHOD` says that this is a CGI program, where clients do not believe `HTTP_PROXY`, which
/// a request can set (https://httpoxy.org; curl lib/url.c: `detect_proxy`).
const VARIABLES: [&str; 23] = [
    "RES_OPTIONS",
    "LOCALDOMAIN",
    "HOSTALIASES",
    "RESOLV_HOST_CONF",
    "RESOLV_MULTI",
    "NODE_OPTIONS",
    "NODE_USE_ENV_PROXY",
    "JAVA_HOME",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "_JAVA_OPTIONS",
    "GODEBUG",
    "RUBY_TCP_NO_FAST_FALLBACK",
    "GRPC_DNS_RESOLVER",
    "GLOBAL_AGENT_HTTP_PROXY",
    "GLOBAL_AGENT_HTTPS_PROXY",
    "GLOBAL_AGENT_NO_PROXY",
    "CURL_HOME",
    "WGETRC",
    "REQUEST_METHOD",
    "PGHOST",
    "PGHOSTADDR",
    "MYSQL_HOST",
];

/// Recorded in small and in capital letters: programs differ in which they read.
const IN_BOTH_CASES: [&str; 11] = [
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "all_proxy",
    "no_proxy",
    "rsync_proxy",
    "grpc_proxy",
    "no_grpc_proxy",
    "npm_config_proxy",
    "npm_config_https_proxy",
    "npm_config_noproxy",
];

/// Variables that name a file which the C library reads.
const NAME_A_FILE: [&str; 2] = ["HOSTALIASES", "RESOLV_HOST_CONF"];

/// The variables of this process that programs read; those that are not set are not in it.
pub(super) fn variables() -> BTreeMap<String, String> {
    let proxies = IN_BOTH_CASES.iter().flat_map(|name| [(*name).to_owned(), name.to_uppercase()]);
    let names = VARIABLES.iter().map(|name| (*name).to_owned()).chain(proxies);
    names
        .filter_map(|name| Some((name.clone(), std::env::var_os(name)?.to_string_lossy().into_owned())))
        .collect()
}

/// Records the files that variables name. A relative path is another file for each program.
pub(super) fn record_files(root: &Root, snapshot: &mut Snapshot) {
    for name in NAME_A_FILE {
        let Some(path) = snapshot.env.get(name).filter(|path| !path.is_empty()).cloned() else { continue };
        if !path.starts_with('/') {
            let why = "it names a file by a relative path, which each program looks for in its own folder";
            snapshot.gaps.push(Gap { what: format!("file of {name}"), why: why.into() });
        } else if snapshot.file(&path).is_none() {
            let file = files::record_up_to(MAX_SERVER_FILE, root, &path, &mut snapshot.gaps);
            snapshot.files.push(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whyhost_core::snapshot::{Meta, Os, OsFamily};

    fn with(variables: &[(&str, &str)]) -> Snapshot {
        let os = Os::unknown(OsFamily::Linux);
        let mut snapshot = Snapshot::new(os);
        snapshot.env = variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        record_files(&Root::Host, &mut snapshot);
        snapshot
    }

    #[test]
    fn the_file_of_host_aliases_is_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aliases").display().to_string();
        std::fs::write(&path, "api api.example.com\n").unwrap();
        let snapshot = with(&[("HOSTALIASES", &path), ("RESOLV_HOST_CONF", &path)]);
        assert_eq!(snapshot.files.len(), 1);
        assert_eq!(snapshot.file(&path).unwrap().bytes().unwrap(), b"api api.example.com\n");
        let absent = with(&[("HOSTALIASES", "/nonexistent/aliases")]);
        assert!(matches!(absent.files[0].meta, Meta::Absent { .. }), "{:?}", absent.files);
    }

    #[test]
    fn a_pipe_is_not_read_and_a_relative_path_not_guessed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aliases");
        let mode = rustix::fs::Mode::from_raw_mode(0o644);
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let snapshot = with(&[("HOSTALIASES", &path.display().to_string())]);
        assert!(snapshot.files[0].content.is_none());
        let relative = with(&[("HOSTALIASES", "aliases"), ("RESOLV_HOST_CONF", "")]);
        assert!(relative.files.is_empty() && relative.gaps.len() == 1, "{relative:?}");
    }
}
