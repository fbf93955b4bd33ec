//! The same findings about files at other paths: below a root folder, or a hosts file somewhere else.

use super::Scope;
use crate::finding::{Applicability, Finding, Remedy, RemedyAction};
use crate::machine::HOSTS;

/// `path` of the machine as the one who asks sees it.
pub(super) fn path(scope: &Scope, path: &str) -> String {
    match scope {
        Scope::Root(root) if path.starts_with('/') => format!("{root}{path}"),
        Scope::File(shown) if path == HOSTS => shown.clone(),
        _ => path.to_owned(),
    }
}

/// The machine's own path of what is told as `path`; `None` for one that was not told.
pub(super) fn original<'p>(scope: &Scope, path: &'p str) -> Option<&'p str> {
    match scope {
        Scope::Machine => Some(path),
        Scope::Root(root) => path.strip_prefix(root.as_str()),
        Scope::File(shown) => (path == shown).then_some(HOSTS),
    }
}

/// Files of a root folder that findings speak of. Longer names that begin so (`/etc/hosts.utf8`, `/etc/host.conf`) are
/// renamed with them.
const TOLD: [&str; 7] = [
    HOSTS,
    "/etc/host",
    "/etc/Hosts",
    "/etc/nsswitch.conf",
    "/etc/resolv.conf",
    "/etc/gai.conf",
    "/etc/nscd.conf",
];

/// Tells `finding` with the paths of the one who asks.
pub(super) fn finding(scope: &Scope, finding: &mut Finding) {
    let names: Vec<(&str, String)> = match scope {
        Scope::Machine => return,
        Scope::Root(root) => TOLD.iter().map(|own| (*own, format!("{root}{own}"))).collect(),
        Scope::File(shown) => vec![(HOSTS, shown.clone())],
    };
    let renamed =
        |text: &str| names.iter().fold(text.to_owned(), |text, (own, shown)| renamed(&text, own, shown));
    for location in &mut finding.locations {
        location.path = path(scope, &location.path);
    }
    finding.title = renamed(&finding.title);
    finding.message = finding.message.take().map(|message| renamed(&message));
    for evidence in &mut finding.evidence {
        evidence.source = evidence.source.take().map(|source| renamed(&source));
    }
    let plain = match scope {
        Scope::Root(shown) | Scope::File(shown) => is_plain(shown),
        Scope::Machine => true,
    };
    for remedy in &mut finding.remedies {
        rename_remedy(scope, remedy, plain, &renamed);
    }
}

fn rename_remedy(scope: &Scope, remedy: &mut Remedy, plain: bool, renamed: &dyn Fn(&str) -> String) {
    remedy.title = renamed(&remedy.title);
    match &mut remedy.action {
        RemedyAction::Edits { path: edited, .. } => *edited = path(scope, edited),
        RemedyAction::Advice { text } => *text = renamed(text),
        RemedyAction::Command { commands } => {
            let told: Vec<String> = commands.iter().map(|command| renamed(command)).collect();
            // A command about no file of the folder would change the machine of the one who asks.
            let elsewhere = matches!(scope, Scope::Root(_)) && told == *commands;
            if plain && !elsewhere {
                *commands = told;
                return;
            }
            // A path that a shell would read otherwise stands in no command that somebody copies.
            let text = if elsewhere {
                format!("on that machine: {}", commands.join("; "))
            } else {
                remedy.title.clone()
            };
            remedy.applicability = Applicability::Advice;
            remedy.action = RemedyAction::Advice { text };
        }
    }
}

/// A shell takes the path as it is, also within quotes.
fn is_plain(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-' | b'+');
    !path.is_empty() && !path.starts_with('-') && path.bytes().all(plain)
}

/// `text` with `own` replaced where it stands as a path, not as a part of another.
fn renamed(text: &str, own: &str, shown: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(own) {
        let (before, from) = rest.split_at(at);
        let after = &from[own.len()..];
        let inside = before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
            || after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/'));
        out.push_str(before);
        out.push_str(if inside { own } else { shown });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_file_itself_is_renamed() {
        let text = "/etc/hosts:1 and /etc/hosts.utf8, not /etc/hostsfile, not x/etc/hosts, in `/etc/hosts`";
        let expected = "a/h:1 and a/h.utf8, not /etc/hostsfile, not x/etc/hosts, in `a/h`";
        assert_eq!(renamed(text, HOSTS, "a/h"), expected);
    }

    /// Nobody who checks an image is to change the machine that it is checked on.
    #[test]
    fn a_remedy_for_a_folder_names_its_files() {
        let told = |root: &str, command: &str| {
            let action = RemedyAction::Command { commands: vec![command.to_owned()] };
            let remedy = Remedy::new("repair /etc/hosts", Applicability::Safe, "whole machine", action);
            let mut told = crate::rules::by_code("hosts.missing").expect("a rule").finding("no /etc/hosts");
            told.remedies.push(remedy);
            finding(&Scope::Root(root.to_owned()), &mut told);
            assert_eq!(told.title, format!("no {root}/etc/hosts"));
            told.remedies.remove(0)
        };
        let moved = told("img", "sudo mv /etc/hosts /etc/hosts.old; cat /etc/passwd");
        let RemedyAction::Command { commands } = &moved.action else { panic!("{moved:?}") };
        assert_eq!(commands[0], "sudo mv img/etc/hosts img/etc/hosts.old; cat /etc/passwd");
        for (root, command, text) in [
            ("img", "sudo nscd -i hosts", "on that machine: sudo nscd -i hosts"),
            ("a b", "sudo rm /etc/hosts", "repair a b/etc/hosts"),
        ] {
            let advice = told(root, command);
            assert_eq!(advice.applicability, Applicability::Advice);
            assert_eq!(advice.action, RemedyAction::Advice { text: text.to_owned() });
        }
    }

    #[test]
    fn paths_go_there_and_back() {
        for (scope, own, shown) in [
            (Scope::Machine, "/etc/hosts", "/etc/hosts"),
            (Scope::Root("img".into()), "/etc/gai.conf", "img/etc/gai.conf"),
            (Scope::File("x".into()), "/etc/hosts", "x"),
        ] {
            assert_eq!(path(&scope, own), shown);
            assert_eq!(original(&scope, shown), Some(own));
        }
        assert!(is_plain("images/web-1/hosts.txt"));
        assert!(!is_plain("a b") && !is_plain("$(x)") && !is_plain("-f") && !is_plain("a'b"));
    }
}
