//! # hosts.hostname-canonical-localhost — the machine's own name stands behind localhost
//!
//! ## What it means
//! The machine's own name is on a line whose first name is localhost. The first name of the line is the
//! canonical name of all names on it.
//!
//! ## Who is hit
//! `hostname -f` says localhost. RabbitMQ and other Erlang nodes complain of a hostname mismatch, mail has
//! localhost in its Message-IDs, sendmail waits at its start. glibc, musl and Go give the first name of the
//! line as the canonical one.
//!
//! ## Example
//! ```text
//! 127.0.0.1 localhost server1
//! ```
//!
//! ## Repair
//! Give the own name a line of its own, the full name first: `127.0.1.1 server1.example.org server1`.
//!
//! ## Not a repair
//! The own name in front of localhost: then 127.0.0.1 is called server1 in all logs.
//!
//! ## References
//! - https://github.com/rabbitmq/rabbitmq-server/issues/2223
//! - https://github.com/MichaIng/DietPi/issues/2932

use super::super::edit;
use super::super::hosts_line::{self, repair};
use super::super::remedy;
use super::super::{Context, Rule};
use crate::finding::{Applicability, Finding, Remedy, Severity};
use crate::snapshot::OsFamily;
use hosts_edit::{GLIBC, Line, Place};

pub(super) const RULE: Rule = Rule {
    code: "hosts.hostname-canonical-localhost",
    severity: Severity::Warning,
    title: "the machine's own name stands behind localhost",
    references: &[
        "https://github.com/rabbitmq/rabbitmq-server/issues/2223",
        "https://github.com/MichaIng/DietPi/issues/2932",
    ],
    source: include_str!("hostname_canonical_localhost.rs"),
    check,
};

/// `docker build` writes this line, for the time of a build.
const BUILD: &str = "buildkitsandbox";

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let machine = ctx.machine;
    let name = machine.os.hostname.as_str();
    // On macOS and Windows the canonical name does not come from this file.
    if name.is_empty() || name == BUILD || machine.os.family != OsFamily::Linux {
        return;
    }
    let file = &machine.hosts.value;
    let view = file.view(ctx.readers.first().copied().unwrap_or(&GLIBC));
    let Some(place) = view.places(name.as_bytes()).into_iter().next() else { return };
    let Some(line) = file.line(place.line) else { return };
    let is_localhost = |text: &[u8]| {
        let label = text.split(|b| *b == b'.').next().unwrap_or_default();
        label.eq_ignore_ascii_case(b"localhost")
    };
    let names = line.names();
    let first = names.first().filter(|n| is_localhost(&n.text) && n.span != place.name_span);
    if let (Some(first), false) = (first, is_localhost(name.as_bytes())) {
        let title = format!("the canonical name of {name} is `{}`", hosts_line::text(first));
        let mut finding =
            hosts_line::at(ctx, &RULE, &line, place.name_span.clone(), title, "stands behind localhost");
        finding.remedies.push(own_line(ctx, name, &place, &line));
        out.push(finding);
    }
}

fn own_line(ctx: &Context<'_>, name: &str, place: &Place, line: &Line<'_>) -> Remedy {
    let file = &ctx.machine.hosts.value;
    let address = if place.address.is_ipv4() { "127.0.1.1" } else { "::1" };
    let edits = edit::hosts(file, |set| {
        set.remove_name(file, place.line, name)?;
        set.insert_entry(file, place.line + 1, address, &[name])
    });
    match edits.filter(|_| place.address.is_ipv4() && line.names().len() > 1) {
        Some(edits) => {
            let title = format!("give {name} a line of its own behind line {}", place.line);
            repair(ctx, title, Applicability::Unsafe, edits)
        }
        None => remedy::advice(
            format!("give {name} a line of its own in {}", ctx.machine.hosts.path),
            super::super::facts::hosts_reach(ctx.machine),
            format!("`127.0.1.1 {name}`, the full name first if there is one"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.hostname-canonical-localhost";

    #[test]
    fn the_name_gets_its_own_line() {
        let bench = debian().file("/etc/hosts", "127.0.0.1 localhost devbox # x\n");
        assert_eq!(bench.one(CODE).title, "the canonical name of devbox is `localhost`");
        assert_eq!(bench.repaired(CODE), "127.0.0.1 localhost # x\n127.0.1.1 devbox\n");
    }

    #[test]
    fn an_own_line_or_another_name_is_none() {
        for text in [
            "127.0.0.1 localhost\n127.0.1.1 devbox\n",
            "127.0.0.1 devbox localhost\n",
            "127.0.0.1 localhost other\n",
            "127.0.1.1 devbox\n127.0.0.1 localhost devbox\n",
        ] {
            assert!(debian().file("/etc/hosts", text).is_quiet(CODE), "{text}");
        }
        assert!(debian().file("/etc/hosts", "127.0.0.1 localhost devbox\n").hostname("").is_quiet(CODE));
    }
}
