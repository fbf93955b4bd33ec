//! The programs, one file each or one for a family of them, and the list.

mod aria2;
mod browsers;
mod bun;
mod busybox;
mod curl;
mod databases;
mod deno;
mod dotnet;
mod erlang;
mod git;
mod go;
mod grpc;
mod java;
mod lua;
mod mosquitto;
mod node;
mod openssl;
mod perl;
mod php;
mod plain_tools;
mod proxies;
mod python;
mod redis;
mod ruby;
mod rust;
mod socket_tools;
mod wget;

use super::{Era, Program, Serves};

/// A program without settings, which cannot be asked for its version.
const fn library(
    id: &'static str,
    name: &'static str,
    what: &'static str,
    eras: &'static [Era],
    references: &'static [&'static str],
) -> Program {
    Program {
        id,
        name,
        what,
        detect: None,
        serves: Serves::AnyPort,
        eras,
        adapt: None,
        knobs: &[],
        references,
    }
}

/// Every modelled program, in the order of the output. A new one is one file and one line here.
pub const PROGRAMS: &[&Program] = &[
    &node::NODE,
    &deno::DENO,
    &deno::CONNECT,
    &deno::NODE,
    &bun::BUN,
    &bun::NODE,
    &python::PYTHON,
    &python::REQUESTS,
    &python::INET,
    &python::ASYNCIO,
    &python::ASYNCIO_RACE,
    &python::AIOHTTP,
    &python::ANYIO,
    &python::TORNADO,
    &python::KAFKA,
    &python::PYMONGO,
    &python::MYSQL_CONNECTOR,
    &python::REDIS,
    &python::REDIS_ASYNCIO,
    &grpc::GRPC,
    &go::GO,
    &go::PURE,
    &rust::STD,
    &rust::HYPER,
    &rust::HICKORY,
    &rust::MYSQL,
    &rust::REDIS,
    &java::JAVA,
    &java::ALL,
    &dotnet::DOTNET,
    &dotnet::INET,
    &dotnet::MONO,
    &php::PHP,
    &php::INET,
    &php::MYSQL,
    &php::CURL,
    &ruby::RUBY,
    &perl::PERL,
    &perl::INET,
    &perl::MYSQL,
    &lua::LUA,
    &erlang::ERLANG,
    &curl::CURL,
    &wget::WGET,
    &wget::WGET2,
    &busybox::WGET,
    &busybox::NC,
    &aria2::ARIA2,
    &git::GIT,
    &git::DAEMON,
    &plain_tools::SSH,
    &plain_tools::TELNET,
    &plain_tools::LYNX,
    &plain_tools::W3M,
    &plain_tools::BASH,
    &openssl::S_CLIENT,
    &socket_tools::NC_OPENBSD,
    &socket_tools::NC_TRADITIONAL,
    &socket_tools::NCAT,
    &socket_tools::SOCAT,
    &databases::PSQL,
    &databases::MYSQL,
    &databases::MYSQL_TCP,
    &databases::MEMCACHED,
    &redis::REDIS_CLI,
    &mosquitto::MOSQUITTO,
    &browsers::CHROMIUM,
    &browsers::FIREFOX,
    &browsers::WEBKIT,
    &browsers::GLIB_SYNC,
    &proxies::NGINX,
    &proxies::NGINX_VARIABLE,
    &proxies::APACHE,
    &proxies::HAPROXY,
    &proxies::LIGHTTPD,
    &proxies::VARNISH,
    &proxies::SQUID,
    &proxies::CADDY,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Version;
    use std::collections::BTreeSet;

    #[test]
    fn every_program_is_complete() {
        let ids: BTreeSet<&str> = PROGRAMS.iter().map(|p| p.id).collect();
        assert_eq!(ids.len(), PROGRAMS.len(), "an id occurs twice");
        for program in PROGRAMS {
            let id = program.id;
            assert!(id.starts_with(|c: char| c.is_ascii_lowercase()) && !id.ends_with('-'), "{id}");
            assert!(!program.references.is_empty(), "{id}: no reference");
            assert!(program.knobs.is_empty() || program.adapt.is_some(), "{id}: settings that nothing reads");
            let since: Vec<Version> = program.eras.iter().filter_map(|e| Version::parse(e.since)).collect();
            assert_eq!(since.len(), program.eras.len(), "{id}: an era without version");
            assert!(since.is_sorted() && !since.is_empty(), "{id}: eras are not in order");
        }
    }

    #[test]
    fn every_file_is_in_the_list() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/program/list");
        let list = include_str!("mod.rs");
        for entry in folder.read_dir().unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let stem = name.strip_suffix(".rs").unwrap().to_owned();
            assert!(stem == "mod" || list.contains(&format!("    &{stem}::")), "{stem} is not in the list");
        }
    }
}
