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

/// Tells `finding` with the paths of the one who asks.
pub(super) fn finding(scope: &Scope, finding: &mut Finding) {
    if *scope == Scope::Machine {
        return;
    }
    for location in &mut finding.locations {
        location.path = path(scope, &location.path);
    }
    for remedy in &mut finding.remedies {
        if let RemedyAction::Edits { path: edited, .. } = &mut remedy.action {
            *edited = path(scope, edited);
        }
    }
    let Scope::File(shown) = scope else { return };
    finding.title = renamed(&finding.title, shown);
    finding.message = finding.message.take().map(|message| renamed(&message, shown));
    for evidence in &mut finding.evidence {
        evidence.source = evidence.source.take().map(|source| renamed(&source, shown));
    }
    finding.remedies.iter_mut().for_each(|r| rename_remedy(r, shown));
}

fn rename_remedy(remedy: &mut Remedy, shown: &str) {
    remedy.title = renamed(&remedy.title, shown);
    match &mut remedy.action {
        RemedyAction::Edits { .. } => {}
        RemedyAction::Advice { text } => *text = renamed(text, shown),
        RemedyAction::Command { commands } if is_plain(shown) => {
            commands.iter_mut().for_each(|command| *command = renamed(command, shown));
        }
        RemedyAction::Command { .. } => {
            // A path that a shell would read otherwise stands in no command that somebody copies.
            remedy.applicability = Applicability::Advice;
            remedy.action = RemedyAction::Advice { text: remedy.title.clone() };
        }
    }
}

/// A shell takes the path as it is, also within quotes.
fn is_plain(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-' | b'+');
    !path.is_empty() && !path.starts_with('-') && path.bytes().all(plain)
}

/// `text` with `/etc/hosts` replaced where it stands as a path, not as a part of another.
fn renamed(text: &str, shown: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(HOSTS) {
        let (before, from) = rest.split_at(at);
        let after = &from[HOSTS.len()..];
        let inside = before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
            || after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/'));
        out.push_str(before);
        out.push_str(if inside { HOSTS } else { shown });
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
        assert_eq!(renamed(text, "a/h"), expected);
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
