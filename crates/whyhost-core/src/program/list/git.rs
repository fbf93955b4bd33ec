//! git: libcurl for http, getaddrinfo for git://.

use super::library;
use crate::machine::Machine;
use crate::program::{Behaviour, Detect, Era, PLAIN, Program, Serves, Version};
use crate::resolve::{Evidence, Step};

/// `http` and `https`, through libcurl.
pub(super) const GIT: Program = Program {
    detect: Some(Detect { names: &["git"], option: "--version" }),
    adapt: Some(adapt),
    knobs: &["the version of libcurl"],
    serves: Serves::OnRequest,
    ..library(
        "git",
        "git",
        "fetch and push over http",
        &[Era {
            since: "2",
            label: "2",
            evidence: Evidence::Measured { run: "2.47.3 with libcurl 7.88.1" },
            behaviour: super::curl::V4_FIRST,
        }],
        &["git http.c (2.47); the rest is libcurl"],
    )
};

/// `git://`.
pub(super) const DAEMON: Program = Program {
    serves: Serves::Ports(&[9418]),
    ..library(
        "git-daemon",
        "git://",
        "fetch over git://",
        &[Era { since: "2", label: "2", evidence: Evidence::Measured { run: "2.47.3" }, behaviour: PLAIN }],
        &["git connect.c: git_tcp_connect_sock (2.47)"],
    )
};

/// git speaks http through libcurl, whose version decides; the one of the command curl stands for it.
fn adapt(machine: &Machine, _: &Version, behaviour: &mut Behaviour, steps: &mut Vec<Step>) {
    let curl = super::curl::CURL.on(machine);
    if curl.installed {
        *behaviour = curl.era().behaviour;
        steps.push(Step::new("libcurl", format!("taken to be {}, as the command curl", curl.version)));
    }
}
