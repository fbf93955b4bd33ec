//! # hosts.port-in-entry — an entry names a port
//!
//! ## What it means
//! The address or the name is followed by a colon and a port. A hosts file gives names addresses; it knows no
//! ports.
//!
//! ## Who is hit
//! Behind the address (`127.0.0.1:3000 app.test`): every program skips the line. Behind the name (`127.0.0.1
//! app.test:3000`): glibc, musl, Go and dnsmasq keep a name with a colon in it that nobody asks for; c-ares
//! since 1.34, hickory, systemd-resolved and Chromium drop it. Either way app.test goes to DNS.
//!
//! ## Example
//! ```text
//! 127.0.0.1:3000 app.test
//! 127.0.0.1      app.test:3000
//! ```
//!
//! ## Repair
//! Write the entry without the port, and the port into the URL: http://app.test:3000. To reach it without a
//! port, let a reverse proxy on port 80 hand it on.
//!
//! ## Not a repair
//! Another spelling of the port: no hosts file of any system has one.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/hosts.5.html
//! - https://serverfault.com/questions/54357

use super::super::hosts_line::{self, LineFault, NameFault, line_fault, name_fault, text};
use super::super::tally::Tally;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Finding, Severity};
use crate::hosts_lines::Traits;
use hosts_edit::{Line, Word};

pub(super) const RULE: Rule = Rule {
    code: "hosts.port-in-entry",
    severity: Severity::Error,
    title: "an entry names a port",
    references: &[
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
        "https://serverfault.com/questions/54357",
    ],
    source: include_str!("port_in_entry.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(Traits::UNREADABLE.or(Traits::ODD_NAME)) {
        let words = line.words();
        if let LineFault::Port(address, _) = line_fault(&words) {
            tally.add(|| tell(ctx, &line, &words[0], &address, "programs skip the line"));
            continue;
        }
        let names = if line.names().is_empty() { 0 } else { words.len() };
        for word in words.iter().take(names).skip(1) {
            if let Some(NameFault::Port(name)) = name_fault(&word.text, false) {
                let effect = format!("`{name}` is not found");
                tally.add(|| tell(ctx, &line, word, &name, &effect));
            }
        }
    }
    tally.finish(&RULE, out);
}

fn tell(ctx: &Context<'_>, line: &Line<'_>, word: &Word<'_>, bare: &str, effect: &str) -> Finding {
    let title = format!("`{}` names a port, so {effect}", text(word));
    let mut finding =
        hosts_line::at(ctx, &RULE, line, word.span.clone(), title, "a hosts file knows no ports");
    let title = format!("write `{bare}` without the port in line {}", line.number());
    let edits = vec![edit::replace(word.span.clone(), bare)];
    finding.remedies.push(hosts_line::repair(ctx, title, Applicability::Safe, edits));
    finding
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.port-in-entry";

    #[test]
    fn the_port_goes() {
        for (before, after) in [
            ("127.0.0.1:3000 app.test", "127.0.0.1 app.test"),
            ("[::1]:3000 app.test", "::1 app.test"),
            ("127.0.0.1 app.test:3000 # dev", "127.0.0.1 app.test # dev"),
        ] {
            assert!(debian().lines(&format!("{before}\n")).repaired(CODE).ends_with(&format!("\n{after}\n")));
        }
    }

    #[test]
    fn other_colons_are_none() {
        assert!(
            debian()
                .lines("::1 a\n2001:db8::80 b\n127.0.0.1 a # a:80\n10.0.0.1 http://a:80/\n")
                .is_quiet(CODE)
        );
    }
}
