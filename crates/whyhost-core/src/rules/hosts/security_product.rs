//! # hosts.security-product — Microsoft Defender removes such entries
//!
//! ## What it means
//! The file sends names of Microsoft's telemetry or update services elsewhere. Microsoft Defender takes that
//! for an attack since July 2020 (SettingsModifier:Win32/HostsFileHijack).
//!
//! ## Who is hit
//! On Windows: Defender takes the entries out or puts the stock file in its place, and other entries of the
//! file go with them. Other systems do not care; nothing is told there.
//!
//! ## Example
//! ```text
//! 0.0.0.0 vortex-win.data.microsoft.com
//! ```
//!
//! ## Repair
//! Remove these entries, or allow the file in Defender knowingly (exclusion for
//! C:\Windows\System32\drivers\etc\hosts).
//!
//! ## Not a repair
//! Writing the entries again after each scan.
//!
//! ## References
//! - https://github.com/StevenBlack/hosts/issues/1365
//! - https://www.microsoft.com/en-us/wdsi/threats/malware-encyclopedia-description?Name=SettingsModifier:Win32/HostsFileHijack

use super::super::facts::{hosts_reach, in_hosts};
use super::super::hosts_line::is_sink;
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Evidence, Finding, Severity};
use hosts_edit::Listed;

pub(super) const RULE: Rule = Rule {
    code: "hosts.security-product",
    severity: Severity::Warning,
    title: "Microsoft Defender removes such entries",
    references: &[
        "https://github.com/StevenBlack/hosts/issues/1365",
        "https://www.microsoft.com/en-us/wdsi/threats/malware-encyclopedia-description?Name=SettingsModifier:Win32/HostsFileHijack",
    ],
    source: include_str!("security_product.rs"),
    check,
};

/// Names, and the names below them, that reports of such detections show.
const GUARDED: [&str; 8] = [
    "telemetry.microsoft.com",
    "data.microsoft.com",
    "vortex-win.data.microsoft.com.akadns.net",
    "watson.live.com",
    "wns.notify.windows.com.akadns.net",
    "urs.microsoft.com",
    "update.microsoft.com",
    "windowsupdate.com",
];
const SHOWN: usize = 3;

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    if ctx.readers.iter().all(|r| r.id != "windows") {
        return;
    }
    let bytes = ctx.machine.hosts.value.bytes();
    let guarded = |l: &Listed| is_sink(l.address) && is_guarded(&bytes[l.span.clone()]);
    let found: Vec<Listed> = ctx.names().each().filter(guarded).collect();
    let Some(first) = found.first() else { return };
    let name = String::from_utf8_lossy(&bytes[first.span.clone()]);
    let mut finding = RULE.finding(match found.len() {
        1 => format!("Microsoft Defender removes `{name}`"),
        many => format!("Microsoft Defender removes `{name}` and {} more", many - 1),
    });
    for (place, listed) in found.iter().take(SHOWN).enumerate() {
        let location = in_hosts(ctx.machine, listed.span.clone(), "a name that Defender guards");
        finding.locations.push(if place == 0 { location } else { location.secondary() });
    }
    finding.evidence.push(Evidence::new(format!("such names: {}", found.len()), &ctx.machine.hosts.path));
    finding.remedies.push(remedy::advice(
        format!("remove these entries from {}, or allow the file in Defender", ctx.machine.hosts.path),
        hosts_reach(ctx.machine),
        "else Defender puts the stock file in its place, and every other entry goes too",
    ));
    out.push(finding);
}

fn is_guarded(name: &[u8]) -> bool {
    GUARDED.iter().any(|guarded| {
        let start = name.len().checked_sub(guarded.len());
        start.is_some_and(|at| {
            name[at..].eq_ignore_ascii_case(guarded.as_bytes()) && (at == 0 || name[at - 1] == b'.')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.security-product";

    #[test]
    fn telemetry_names_count_on_windows() {
        let bench =
            debian().lines("0.0.0.0 vortex.data.microsoft.com\n0.0.0.0 watson.telemetry.microsoft.com\n");
        assert!(bench.is_quiet(CODE));
        assert_eq!(
            bench.clone().windows().one(CODE).title,
            "Microsoft Defender removes `vortex.data.microsoft.com` and 1 more"
        );
    }

    #[test]
    fn other_names_are_none() {
        let bench = debian()
            .lines("0.0.0.0 ads.example.com xdata.microsoft.com\n10.0.0.1 vortex.data.microsoft.com\n");
        assert!(bench.windows().is_quiet(CODE));
    }
}
