//! Options in environment variables, as the runtimes read them.

use crate::machine::Machine;
use crate::resolve::Step;
use std::net::Ipv6Addr;

/// The value of an environment variable; `None` where it is not set.
pub(super) fn variable<'m>(machine: &'m Machine, name: &str) -> Option<&'m str> {
    machine.raw.env.get(name).map(String::as_str)
}

/// The words of an option variable, with double quotes and backslashes as Node and the JVM read them.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut any, mut quoted) = (String::new(), false, false);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => (quoted, any) = (!quoted, true),
            '\\' if quoted => word.extend(chars.next()),
            c if c.is_ascii_whitespace() && !quoted => {
                if any {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => {
                word.push(c);
                any = true;
            }
        }
    }
    if any {
        words.push(word);
    }
    words
}

/// The interfaces are known, and none has ::1: what binds a socket to it to see whether there is IPv6 fails.
pub(super) fn lacks_v6_loopback(machine: &Machine) -> bool {
    let interfaces = &machine.raw.interfaces;
    let has_v6 = interfaces.iter().flat_map(|i| &i.addresses).any(|a| a.address == Ipv6Addr::LOCALHOST);
    !interfaces.is_empty() && !has_v6
}

/// The step that says which setting did what.
pub(super) fn step(variable: &str, option: &str, effect: &str) -> Step {
    Step::new(format!("{variable}={option}"), effect)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn options_are_split_at_blanks_outside_quotes() {
        assert_eq!(words("--a=1  --b 2"), ["--a=1", "--b", "2"]);
        assert_eq!(words("-Dx=\"a b\" \"--c\\\"d\""), ["-Dx=a b", "--c\"d"]);
        assert!(words("  ").is_empty());
    }
}
