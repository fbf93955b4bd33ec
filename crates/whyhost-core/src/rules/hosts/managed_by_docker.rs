//! # hosts.managed-by-docker — Docker writes the hosts file, or a block of it
//!
//! ## What it means
//! In a container Docker makes the whole file. On a desktop, Docker Desktop keeps a block between two
//! comments.
//!
//! ## Who is hit
//! Whoever edits the file in a container: it is made again when the container starts or joins a network.
//! Docker Desktop writes its block again when it starts; lines outside stay.
//!
//! ## Example
//! ```text
//! # Added by Docker Desktop
//! 192.168.65.254 host.docker.internal
//! # End of section
//! ```
//!
//! ## Repair
//! For a container: `docker run --add-host NAME:ADDRESS`, or `extra_hosts` of a compose file. On a desktop:
//! own entries outside of the block.
//!
//! ## Not a repair
//! Writing into the file at the start of the container: a network that is joined later makes it anew.
//!
//! ## References
//! - https://github.com/moby/moby/issues/22281
//! - https://docs.docker.com/reference/cli/docker/container/run/#add-host

use super::super::owner::{self, Kind};
use super::super::{Context, Rule};
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    code: "hosts.managed-by-docker",
    severity: Severity::Note,
    title: "Docker writes the hosts file, or a block of it",
    references: &[
        "https://github.com/moby/moby/issues/22281",
        "https://docs.docker.com/reference/cli/docker/container/run/#add-host",
    ],
    source: include_str!("managed_by_docker.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    owner::tell(ctx, &RULE, Kind::Docker, out);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.managed-by-docker";

    #[test]
    fn the_block_of_docker_desktop_is_known() {
        let found = debian()
            .lines("# Added by Docker Desktop\n10.0.0.1 host.docker.internal\n# End of section\n")
            .one(CODE);
        assert_eq!(found.locations[0].line, 3);
        assert!(debian().lines("# Docker\n10.0.0.1 host.docker.internal\n").is_quiet(CODE));
    }

    #[test]
    fn a_mounted_file_with_the_resolver_of_docker_is_a_container() {
        let mounted = debian().meta("/etc/hosts", |meta| {
            if let crate::snapshot::Meta::Present { mount, .. } = meta {
                *mount = true;
            }
        });
        assert!(mounted.is_quiet(CODE));
        assert!(!mounted.file("/etc/resolv.conf", "nameserver 127.0.0.11\n").is_quiet(CODE));
        assert!(debian().file("/etc/resolv.conf", "nameserver 127.0.0.11\n").is_quiet(CODE));
    }
}
