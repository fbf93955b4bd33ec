//! # resolve.order-changed — localhost comes in another order than glibc's default
//!
//! ## What it means
//! Both loopback addresses are there and usable, the hosts file names localhost for both, and yet ::1 does
//! not come first: a setting of this machine says so.
//!
//! ## Who is hit
//! Nobody by itself. It explains why a program here tries 127.0.0.1 where the same program elsewhere tries
//! ::1, and why musl, Go and curl, which do not read the setting, differ from it.
//!
//! ## Example
//! ```text
//! $ cat /etc/gai.conf
//! precedence ::ffff:0:0/96  100
//! ```
//!
//! ## Repair
//! None is needed if it was meant. To get the default back, turn the line into a comment.
//!
//! ## Not a repair
//! Swapping the two localhost lines of the hosts file: glibc sorts, the order in the file does not count.
//!
//! ## References
//! - https://www.rfc-editor.org/rfc/rfc6724#section-6
//! - https://man7.org/linux/man-pages/man5/gai.conf.5.html
//! - https://man7.org/linux/man-pages/man5/host.conf.5.html

use super::super::facts::{V4, V6, list};
use super::super::remedy::{self, WHOLE_MACHINE};
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Evidence, Finding, Location, Remedy, Severity};
use crate::machine::{GAI, HOST_CONF, Machine};
use crate::resolve::stage::files::multi;
use crate::resolve::{Answer, Status};
use crate::snapshot::{RawFile, SourceOutcome};
use std::net::IpAddr;

pub(super) const RULE: Rule = Rule {
    code: "resolve.order-changed",
    severity: Severity::Note,
    title: "localhost comes in another order than glibc's default",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6724#section-6",
        "https://man7.org/linux/man-pages/man5/gai.conf.5.html",
        "https://man7.org/linux/man-pages/man5/host.conf.5.html",
    ],
    source: include_str!("order_changed.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let (true, Some(answer)) = (ctx.asks_localhost(), ctx.glibc()) else { return };
    let addresses: Vec<IpAddr> = answer.addresses.iter().map(|r| r.address.address).collect();
    let as_default = answer.status != Status::Found || addresses.first() == Some(&V6);
    if as_default || !both_are_named(ctx) || !both_are_usable(machine) {
        return;
    }
    let Some(setting) = setting(machine, &addresses) else { return };
    let title = format!("localhost is {}, by default it is ::1, 127.0.0.1", list(&addresses));
    let mut finding = RULE.finding(title);
    finding.message = Some(setting.why);
    finding.locations.push(setting.place);
    finding.evidence.extend(why_placed(answer));
    finding.remedies.push(setting.back);
    out.push(finding);
}

fn both_are_named(ctx: &Context<'_>) -> bool {
    let lines = ctx.localhost_lines();
    [V4, V6].iter().all(|want| lines.iter().any(|l| l.address == *want))
}

fn both_are_usable(machine: &Machine) -> bool {
    [V4, V6].iter().all(|a| {
        machine.loopback_has(*a) && !matches!(machine.source_of((*a).into()), Some(SourceOutcome::Errno(_)))
    })
}

struct Setting {
    why: String,
    place: Location,
    back: Remedy,
}

/// What makes the order: `multi off` cuts the list, precedence lines sort it.
fn setting(machine: &Machine, addresses: &[IpAddr]) -> Option<Setting> {
    if !multi(machine) && addresses.len() == 1 {
        return Some(host_conf(machine));
    }
    let bytes = machine.raw.file(GAI)?.bytes()?;
    let active = &machine.gai.value.active;
    let lines: Vec<usize> = active.iter().filter(|(_, k)| k != "reload").map(|(line, _)| *line).collect();
    let first = *lines.first()?;
    let edits = lines.iter().map(|line| edit::comment_out(&bytes, *line)).collect();
    Some(Setting {
        why: format!("{GAI} sorts IPv4 before ::1"),
        place: Location::of(GAI, &bytes, edit::line_text(&bytes, first), "changes the order"),
        back: remedy::edits(
            "turn the lines of /etc/gai.conf that sort into comments",
            Applicability::Unsafe,
            WHOLE_MACHINE,
            GAI,
            edits,
        ),
    })
}

fn host_conf(machine: &Machine) -> Setting {
    let bytes = machine.raw.file(HOST_CONF).and_then(RawFile::bytes);
    let line = machine.host_conf.value.line;
    let text = bytes.as_deref().unwrap_or_default();
    let (span, edit) = match line {
        Some(line) => {
            let span = edit::line_text(text, line);
            (span.clone(), edit::replace(span, "multi on"))
        }
        None => (0..0, edit::insert_lines(text, usize::MAX, &["multi on".to_owned()])),
    };
    let title = "write `multi on` in /etc/host.conf, so that all lines of a name count";
    let back = if bytes.is_some() {
        remedy::edits(title, Applicability::Unsafe, WHOLE_MACHINE, HOST_CONF, vec![edit])
    } else {
        let command = format!("printf 'multi on\\n' | sudo tee {HOST_CONF}");
        remedy::command(title, Applicability::Unsafe, WHOLE_MACHINE, &[&command])
    };
    Setting {
        why: format!("{HOST_CONF} has no `multi on`: only the first line for a name counts"),
        place: Location::of(HOST_CONF, text, span, "no `multi on`"),
        back,
    }
}

fn why_placed(answer: &Answer) -> Vec<Evidence> {
    let row = |r: &crate::resolve::Ranked| {
        Evidence::new(format!("{}: {}", r.address, r.placed_by), r.from.to_string())
    };
    answer.addresses.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "resolve.order-changed";

    #[test]
    fn gai_conf_is_named_with_its_line() {
        let bench = debian().file("/etc/gai.conf", "# own\nprecedence ::ffff:0:0/96 100\n");
        let found = bench.of(CODE, "localhost").expect("note");
        assert_eq!(found.title, "localhost is 127.0.0.1, ::1, by default it is ::1, 127.0.0.1");
        assert_eq!((found.locations[0].path.as_str(), found.locations[0].line), ("/etc/gai.conf", 2));
        assert_eq!(bench.after(&found.remedies[0]), "# own\n# precedence ::ffff:0:0/96 100\n");
    }

    #[test]
    fn host_conf_without_multi_is_named() {
        let bench = debian().file("/etc/host.conf", "order hosts,bind\nmulti off\n");
        let found = bench.of(CODE, "localhost").expect("note");
        assert_eq!(bench.after(&found.remedies[0]), "order hosts,bind\nmulti on\n");
        assert!(debian().absent("/etc/host.conf").of(CODE, "localhost").is_some());
    }

    #[test]
    fn the_default_and_an_unusable_v6_are_quiet() {
        assert_eq!(debian().of(CODE, "localhost"), None);
        let precedence = debian().file("/etc/gai.conf", "precedence ::ffff:0:0/96 100\n");
        assert_eq!(precedence.lo(&["127.0.0.1"]).of(CODE, "localhost"), None);
        assert_eq!(debian().file("/etc/hosts", "127.0.0.1 localhost\n").of(CODE, "localhost"), None);
    }
}
