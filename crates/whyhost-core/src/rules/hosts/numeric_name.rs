//! # hosts.numeric-name — a name is read as an address
//!
//! ## What it means
//! Where a name is expected stands a number or an address.
//!
//! ## Who is hit
//! getaddrinfo of glibc and musl, and Java, look whether what they are asked for is an address before they
//! look anywhere: `12345` is 0.0.48.57 to them, `127.1` is 127.0.0.1, whatever the file says. c-ares, Go,
//! hickory and systemd-resolved do look a plain number up in the file, so programs disagree. A second address
//! on a line is no second address of the names: it is a name that nobody asks for.
//!
//! ## Example
//! ```text
//! 172.17.0.2 2886795934
//! 10.0.0.1   10.0.0.2 nas
//! ```
//!
//! ## Repair
//! Give the host a name with a letter in it; give a second address a line of its own.
//!
//! ## Not a repair
//! Quoting the number.
//!
//! ## References
//! - https://github.com/apache/spark/issues/24559
//! - https://bugzilla.redhat.com/show_bug.cgi?id=1059122

use super::super::edit;
use super::super::hosts_line::{self, NameFault, name_fault, text};
use super::super::tally::Tally;
use super::super::{Context, Rule};
use crate::finding::{Applicability, Finding, Remedy, Severity};
use crate::hosts_lines::Traits;
use hosts_edit::{Line, Word, dialect};

pub(super) const RULE: Rule = Rule {
    code: "hosts.numeric-name",
    severity: Severity::Warning,
    title: "a name is read as an address",
    references: &[
        "https://github.com/apache/spark/issues/24559",
        "https://bugzilla.redhat.com/show_bug.cgi?id=1059122",
    ],
    source: include_str!("numeric_name.rs"),
    check,
};

fn check(ctx: &Context<'_>, out: &mut Vec<Finding>) {
    let mut tally = Tally::new(ctx);
    for line in ctx.lines_with(Traits::NUMERIC) {
        let words = line.words();
        if line.names().is_empty() {
            continue;
        }
        for word in words.iter().skip(1).filter(|w| name_fault(&w.text, false) == Some(NameFault::Numeric)) {
            // `0.0.0.0 0.0.0.0` stands in blocklists as a mark, and is true.
            if word.text != words[0].text {
                tally.add(|| tell(ctx, &line, &words, word));
            }
        }
    }
    tally.finish(&RULE, out);
}

fn tell(ctx: &Context<'_>, line: &Line<'_>, words: &[Word<'_>], word: &Word<'_>) -> Finding {
    let name = text(word);
    let address = dialect::MUSL.reads_address(&word.text, &|_| Some(1)).map(|a| a.to_string());
    let title = match address.filter(|a| *a != name) {
        Some(address) => format!("`{name}` is the address {address} to getaddrinfo, not a name"),
        None => format!("`{name}` is an address where a name is expected"),
    };
    let mut finding = hosts_line::at(ctx, &RULE, line, word.span.clone(), title, "a name belongs here");
    finding.remedies.extend(own_line(ctx, line, words, word));
    finding.remedies.push(hosts_line::without(ctx, line, std::slice::from_ref(&word.span)));
    finding
}

/// `10.0.0.1 10.0.0.2 nas` as two lines.
fn own_line(ctx: &Context<'_>, line: &Line<'_>, words: &[Word<'_>], word: &Word<'_>) -> Option<Remedy> {
    let is_second = words.get(1).is_some_and(|w| w.span == word.span);
    let names: Vec<String> = words.iter().skip(2).map(text).collect();
    let good = is_second && hosts_line::is_address(&text(word)) && !names.is_empty();
    if !good {
        return None;
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let file = &ctx.machine.hosts.value;
    let mut edits = edit::hosts(file, |set| set.insert_entry(file, line.number() + 1, &text(word), &names))?;
    edits.insert(0, edit::remove_word(file.bytes(), word.span.clone()));
    let title = format!("give {} a line of its own behind line {}", text(word), line.number());
    Some(hosts_line::repair(ctx, title, Applicability::Unsafe, edits))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::debian;

    const CODE: &str = "hosts.numeric-name";

    #[test]
    fn numbers_are_addresses() {
        let title = |name: &str| debian().lines(&format!("10.0.0.9 {name}\n")).one(CODE).title;
        assert_eq!(title("12345"), "`12345` is the address 0.0.48.57 to getaddrinfo, not a name");
        assert_eq!(title("10.0.0.1"), "`10.0.0.1` is an address where a name is expected");
    }

    #[test]
    fn a_second_address_gets_its_own_line() {
        let repaired = debian().lines("10.0.0.1 10.0.0.2 nas\n").repaired(CODE);
        assert!(repaired.ends_with("\n10.0.0.1 nas\n10.0.0.2 nas\n"), "{repaired}");
    }

    #[test]
    fn names_with_letters_and_the_mark_of_blocklists_are_none() {
        assert!(
            debian()
                .lines(
                    "0.0.0.0 0.0.0.0\n10.0.0.1 1e100.net 4 a\n10.0.0.1 163.com\n"
                        .replace(" 4 ", " ")
                        .as_str()
                )
                .is_quiet(CODE)
        );
    }
}
