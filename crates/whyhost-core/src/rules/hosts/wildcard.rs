//! # hosts.wildcard — an entry has a wildcard
//!
//! ## What it means
//! A name has a `*` in it. No system expands it.
//!
//! ## Who is hit
//! glibc, musl, Go, Windows and macOS keep a name with a star that nobody asks for; systemd-resolved and
//! Chromium drop it. Of the readers that were tried only the hosts plugin of CoreDNS expands it. So every
//! name below goes to DNS.
//!
//! ## Example
//! ```text
//! 127.0.0.1 *.app.test
//! ```
//!
//! ## Repair
//! Write a line for each name. For many names let a DNS server answer: `address=/app.test/127.0.0.1` in
//! dnsmasq. Names below localhost need nothing where systemd-resolved or nss-myhostname answers, nor in
//! browsers.
//!
//! ## Not a repair
//! Other signs for "anything": `.app.test`, `%` or a regular expression are names as well.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/hosts.5.html
//! - https://serverfault.com/questions/118378

use super::super::hosts_line::{self, NameFault, name_fault, text};
use super::super::remedy;
use super::super::tally::Tally;
use super::super::{Context, Rule};
use crate::finding::{Finding, Severity};
use crate::hosts_lines::Traits;
use hosts_edit::{Line, Word};

pub(super) const RULE: Rule = Rule {
    code: "hosts.wildcard",
    severity: Severity::Error,
    title: "an entry has a wildcard",
    references: &[
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
        "https://serverfault.com/questions/118378",
    ],
    source: include_str!("wildcard.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(Traits::ODD_NAME) {
        for word in line.words().iter().skip(1) {
            if name_fault(&word.text, false) == Some(NameFault::Wildcard)
                && ctx.readers.iter().any(|r| r.id != "coredns")
            {
                tally.add(|| tell(ctx, &line, word));
            }
        }
    }
    tally.finish(&RULE, out);
}

fn tell(ctx: &Context<'_>, line: &Line<'_>, word: &Word<'_>) -> Finding {
    let title = format!("`{}` stands for no other name", text(word));
    let mut finding = hosts_line::at(ctx, &RULE, line, word.span.clone(), title, "the star is not expanded");
    let path = &ctx.machine.hosts.path;
    finding.remedies.push(remedy::advice(
        format!("write each name on a line of {path}, or let a DNS server answer for all of them"),
        super::super::facts::hosts_reach(ctx.machine),
        format!("dnsmasq: address=/{}/{}", text(word).trim_start_matches(['*', '.']), address(line)),
    ));
    finding.remedies.push(hosts_line::without(ctx, line, std::slice::from_ref(&word.span)));
    finding
}

fn address(line: &Line<'_>) -> String {
    line.words().first().map(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;
    use hosts_edit::dialect::COREDNS;

    const CODE: &str = "hosts.wildcard";

    #[test]
    fn a_star_is_told_with_the_way_that_works() {
        let found = debian().lines("127.0.0.1 app.test *.app.test\n").one(CODE);
        assert_eq!(found.title, "`*.app.test` stands for no other name");
        assert!(format!("{:?}", found.remedies[0].action).contains("address=/app.test/127.0.0.1"));
    }

    #[test]
    fn coredns_and_comments_are_no_fault() {
        let bench = debian().lines("127.0.0.1 *.app.test\n");
        assert!(bench.check(CODE, &[&COREDNS]).is_empty());
        assert!(debian().lines("127.0.0.1 app.test # *.app.test\n").is_quiet(CODE));
    }
}
