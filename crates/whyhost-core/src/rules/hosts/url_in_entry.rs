//! # hosts.url-in-entry — an entry holds a URL
//!
//! ## What it means
//! A word of the line is a URL, or has a path. A hosts file holds names.
//!
//! ## Who is hit
//! glibc, musl, Go and dnsmasq keep the word as a name that nobody asks for; c-ares since 1.34, hickory,
//! systemd-resolved and Chromium drop it. The name in the URL goes to DNS. At the start of the line every
//! program skips it.
//!
//! ## Example
//! ```text
//! 127.0.0.1 http://app.test
//! 0.0.0.0   ads.example.com/banner
//! ```
//!
//! ## Repair
//! Write the bare name. A single page of a site cannot be blocked or moved in a hosts file.
//!
//! ## Not a repair
//! Escaping the slashes: they are no part of any name.
//!
//! ## References
//! - https://man7.org/linux/man-pages/man5/hosts.5.html
//! - https://serverfault.com/questions/452268

use super::super::hosts_line::{self, LineFault, NameFault, line_fault, name_fault, text};
use super::super::tally::Tally;
use super::super::{Context, Rule, edit};
use crate::finding::{Applicability, Finding, Severity};
use crate::hosts_lines::Traits;
use hosts_edit::{Line, Word};

pub(super) const RULE: Rule = Rule {
    code: "hosts.url-in-entry",
    severity: Severity::Error,
    title: "an entry holds a URL",
    references: &[
        "https://man7.org/linux/man-pages/man5/hosts.5.html",
        "https://serverfault.com/questions/452268",
    ],
    source: include_str!("url_in_entry.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(Traits::UNREADABLE.or(Traits::ODD_NAME)) {
        let words = line.words();
        if line_fault(&words) == LineFault::Url {
            tally.add(|| {
                let title = format!("`{}` is a URL, so programs skip the line", text(&words[0]));
                let span = words[0].span.clone();
                let mut finding = hosts_line::at(ctx, &RULE, &line, span, title, "an address belongs here");
                finding.remedies.push(hosts_line::comment_out(ctx, &line));
                finding
            });
            continue;
        }
        let names = if line.names().is_empty() { 0 } else { words.len() };
        for word in words.iter().take(names).skip(1) {
            if let Some(NameFault::Url(host)) = name_fault(&word.text, false) {
                tally.add(|| name(ctx, &line, word, &host));
            }
        }
    }
    tally.finish(&RULE, out);
}

fn name(ctx: &Context<'_>, line: &Line<'_>, word: &Word<'_>, host: &str) -> Finding {
    let title = format!("`{}` is no name, so `{host}` is not found", text(word));
    let mut finding = hosts_line::at(ctx, &RULE, line, word.span.clone(), title, "a name belongs here");
    if hosts_line::is_host_name(host) {
        let title = format!("write `{host}` in line {}", line.number());
        let edits = vec![edit::replace(word.span.clone(), host)];
        finding.remedies.push(hosts_line::repair(ctx, title, Applicability::Unsafe, edits));
    }
    finding.remedies.push(hosts_line::without(ctx, line, std::slice::from_ref(&word.span)));
    finding
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.url-in-entry";

    #[test]
    fn the_name_stays() {
        for (before, after) in [
            ("127.0.0.1 http://app.test", "127.0.0.1 app.test"),
            ("127.0.0.1 https://app.test:8443/x?y=1 b", "127.0.0.1 app.test b"),
            ("0.0.0.0 ads.example.com/banner", "0.0.0.0 ads.example.com"),
            ("http://127.0.0.1 app.test", "# http://127.0.0.1 app.test"),
        ] {
            assert!(debian().lines(&format!("{before}\n")).repaired(CODE).ends_with(&format!("\n{after}\n")));
        }
    }

    #[test]
    fn urls_in_comments_are_none() {
        assert!(
            debian()
                .lines("127.0.0.1 app.test # http://app.test/\n127.0.0.1 app.test:80\n! https://a.test/\n")
                .is_quiet(CODE)
        );
    }
}
