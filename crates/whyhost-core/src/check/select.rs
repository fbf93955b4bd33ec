//! Which codes are asked for: codes and areas, chosen and left out.

use crate::rules;

/// Areas of codes (`area.slug`); an area may have no rule yet.
pub const AREAS: [&str; 23] = [
    "acl", "advice", "app", "browser", "cache", "client", "dns", "env", "firewall", "gai", "hosts", "info",
    "kernel", "listen", "lo", "model", "nss", "port", "proxy", "reach", "resolve", "resolver", "scope",
];

/// Areas that files alone can answer: what a check looks for unless something else is selected.
pub const FILE_AREAS: [&str; 5] = ["hosts", "nss", "resolver", "gai", "cache"];

/// Areas that a hosts file alone can answer.
const HOSTS_AREA: &str = "hosts";

/// Codes and areas that are wanted, and those that are not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Codes and areas; empty for [`FILE_AREAS`].
    pub select: Vec<String>,
    /// Codes and areas that are left out of these.
    pub ignore: Vec<String>,
}

impl Selection {
    /// Findings with `code` are asked for; of a hosts file alone only those about hosts files can be.
    pub fn includes(&self, code: &str, file_only: bool) -> bool {
        let named = |words: &[String]| words.iter().any(|word| word == code || word == area(code));
        let selected = match self.select.is_empty() {
            true => FILE_AREAS.contains(&area(code)),
            false => named(&self.select),
        };
        let possible = !file_only || area(code) == HOSTS_AREA;
        selected && possible && !named(&self.ignore)
    }
}

/// The part of a code before the first dot.
pub(super) fn area(code: &str) -> &str {
    code.split('.').next().unwrap_or(code)
}

/// `word` is the code of a rule, or an area.
pub fn is_selectable(word: &str) -> bool {
    AREAS.contains(&word) || rules::by_code(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_areas_are_chosen_and_left_out() {
        let selection = |select: &[&str], ignore: &[&str]| Selection {
            select: select.iter().map(|w| (*w).to_owned()).collect(),
            ignore: ignore.iter().map(|w| (*w).to_owned()).collect(),
        };
        let all = selection(&[], &[]);
        assert!(all.includes("hosts.empty", true) && all.includes("nss.files-missing", false));
        assert!(!all.includes("nss.files-missing", true), "a file alone has no nsswitch.conf");
        assert!(!all.includes("lo.down", false), "no file says so");
        assert!(selection(&["lo"], &[]).includes("lo.down", false));
        let one = selection(&["hosts.empty"], &[]);
        assert!(one.includes("hosts.empty", true) && !one.includes("hosts.missing", true));
        let but = selection(&["hosts"], &["hosts.empty", "nss"]);
        assert!(!but.includes("hosts.empty", true) && but.includes("hosts.missing", true));
        assert!(!selection(&["hosts.emp"], &[]).includes("hosts.empty", true));
    }

    #[test]
    fn every_area_of_a_rule_can_be_named() {
        for rule in rules::all() {
            assert!(is_selectable(area(rule.code)), "{}", rule.code);
        }
        assert!(!is_selectable("hosts.nosuch") && !is_selectable(""));
        assert!(AREAS.is_sorted());
    }
}
