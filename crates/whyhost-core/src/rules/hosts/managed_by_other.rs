//! # hosts.managed-by-other — a program writes the hosts file, or a block of it
//!
//! ## What it means
//! A comment of a program that writes the file stands in it: a VPN, a blocker, a configuration manager, a
//! switcher of hosts files, the updater of a blocklist.
//!
//! ## Who is hit
//! Whoever edits what that program wrote: it writes it again at its next run. Most keep to a block and leave
//! other lines alone; managers of whole files and updaters of lists do not.
//!
//! ## Example
//! ```text
//! # TailscaleHostsSectionStart
//! # BEGIN ANSIBLE MANAGED BLOCK
//! # Title: StevenBlack/hosts
//! ```
//!
//! ## Repair
//! Change the entry where that program takes it from; keep own entries outside of its block.
//!
//! ## Not a repair
//! Deleting the comments: the program then adds a second block.
//!
//! ## References
//! - https://github.com/SelfControlApp/selfcontrol/issues/183
//! - https://github.com/binhex/arch-int-vpn/issues/5

use super::super::owner::{self, Kind};
use super::super::{Context, Rule};
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    code: "hosts.managed-by-other",
    severity: Severity::Note,
    title: "a program writes the hosts file, or a block of it",
    references: &[
        "https://github.com/SelfControlApp/selfcontrol/issues/183",
        "https://github.com/binhex/arch-int-vpn/issues/5",
    ],
    source: include_str!("managed_by_other.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    owner::tell(ctx, &RULE, Kind::Other, out);
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.managed-by-other";

    #[test]
    fn each_writer_is_named_once() {
        let lines = "# BEGIN ANSIBLE MANAGED BLOCK\n10.0.0.1 a\n# END ANSIBLE MANAGED BLOCK\n# BEGIN ANSIBLE MANAGED BLOCK\n\
                     # TailscaleHostsSectionStart\n";
        let found = debian().lines(lines).check(CODE, &[]);
        let told: Vec<_> = found.iter().map(|f| f.locations[0].line).collect();
        assert_eq!(told, [3, 7]);
        assert!(debian().lines("# ansible\n10.0.0.1 a # BEGIN ANSIBLE MANAGED BLOCK\n").is_quiet(CODE));
    }
}
