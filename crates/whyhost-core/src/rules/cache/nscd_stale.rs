//! # cache.nscd-stale — nscd does not notice changes of the hosts file
//!
//! ## What it means
//! nscd keeps answers about host names, and its configuration says `check-files hosts no`: an answer stays
//! until its time is over (one hour, unless nscd.conf says otherwise), whatever becomes of /etc/hosts.
//!
//! ## Who is hit
//! Programs that use glibc: they ask nscd before any file. After an edit of /etc/hosts they go on with the old
//! address, or with "no such name", while musl and Go read the new line.
//!
//! ## Example
//! ```text
//! enable-cache    hosts   yes
//! check-files     hosts   no
//! ```
//!
//! ## Repair
//! Let nscd watch the file, which is its default, and forget what it knows:
//! ```text
//! sudo nscd -i hosts
//! ```
//!
//! ## Not a repair
//! Another order in nsswitch.conf: nscd is asked before that file is looked at.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/nscd.conf.5.html
//! - https://man7.org/linux/man-pages/man8/nscd.8.html

use super::super::edit;
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule};
use crate::conf::nscd::NscdConf;
use crate::finding::{Applicability, Evidence, Finding, Location, Severity};
use crate::machine::{HOSTS, Machine};
use crate::snapshot::{OsFamily, RawFile};

pub(super) const RULE: Rule = Rule {
    code: "cache.nscd-stale",
    severity: Severity::Warning,
    title: "nscd does not notice changes of the hosts file",
    references: &[
        "https://man7.org/linux/man-pages/man5/nscd.conf.5.html",
        "https://man7.org/linux/man-pages/man8/nscd.8.html",
    ],
    source: include_str!("nscd_stale.rs"),
    check,
};

const CONF: &str = "/etc/nscd.conf";
/// Where glibc looks for the daemon (`_PATH_NSCDSOCKET`), and the place of the same folder today.
const SOCKETS: [&str; 2] = ["/var/run/nscd/socket", "/run/nscd/socket"];

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    if machine.os.family != OsFamily::Linux || runs(machine) == Some(false) {
        return;
    }
    let Some(bytes) = machine.raw.file(CONF).and_then(RawFile::bytes) else { return };
    let conf = NscdConf::parse(&bytes);
    let Some((line, value)) = conf.unchecked.filter(|_| conf.caches) else { return };
    let title = format!("nscd keeps answers for {} seconds, whatever becomes of {HOSTS}", conf.keeps);
    let mut finding = RULE.finding(title);
    if runs(machine).is_none() {
        finding.message = Some("so it is where nscd is started; whether it runs cannot be seen".to_owned());
    }
    finding.locations.push(Location::of(CONF, &bytes, value.clone(), "files are not watched"));
    let row = String::from_utf8_lossy(&bytes[edit::line_text(&bytes, line)]).into_owned();
    finding.evidence.push(Evidence::new(row, format!("{CONF}:{line}")));
    if let Some(socket) = SOCKETS.into_iter().find(|path| machine.has_path(path) == Some(true)) {
        finding.evidence.push(Evidence::new("nscd runs", socket));
    }
    finding.remedies.push(remedy::edits(
        format!("let nscd watch the hosts file: `check-files hosts yes` in {CONF}, then restart nscd"),
        Applicability::Safe,
        WHOLE_MACHINE,
        CONF,
        vec![edit::replace(value, "yes")],
    ));
    if runs(machine) == Some(true) {
        finding.remedies.push(remedy::command(
            "let nscd forget what it keeps about host names",
            Applicability::Safe,
            WHOLE_MACHINE,
            &["sudo nscd -i hosts"],
        ));
    }
    out.push(finding);
}

/// The daemon's socket is there; `None` where the snapshot does not say.
fn runs(machine: &Machine) -> Option<bool> {
    let seen: Vec<bool> = SOCKETS.into_iter().filter_map(|path| machine.has_path(path)).collect();
    (!seen.is_empty()).then(|| seen.contains(&true))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "cache.nscd-stale";
    const BLIND: &str = "enable-cache hosts yes\ncheck-files hosts no\n";

    #[test]
    fn a_cache_that_watches_no_file_is_told_and_mended() {
        let bench = debian().file("/etc/nscd.conf", BLIND).file("/run/nscd/socket", "");
        let found = bench.one(CODE);
        assert_eq!(found.title, "nscd keeps answers for 3600 seconds, whatever becomes of /etc/hosts");
        assert_eq!((found.locations[0].line, found.locations[0].column), (2, 19));
        let after = bench.after(&found.remedies[0]);
        assert_eq!(after, "enable-cache hosts yes\ncheck-files hosts yes\n");
        assert!(bench.file("/etc/nscd.conf", &after).is_quiet(CODE));
    }

    #[test]
    fn without_the_daemon_or_its_cache_nothing_is_told() {
        let bench = debian().file("/etc/nscd.conf", BLIND);
        assert_eq!(bench.one(CODE).remedies.len(), 1, "not known whether it runs");
        assert!(bench.absent("/run/nscd/socket").absent("/var/run/nscd/socket").is_quiet(CODE));
        for conf in [
            "check-files hosts no\n",
            "enable-cache hosts yes\n",
            "enable-cache hosts no\ncheck-files hosts no\n",
        ] {
            assert!(
                debian().file("/etc/nscd.conf", conf).file("/run/nscd/socket", "").is_quiet(CODE),
                "{conf}"
            );
        }
    }
}
