//! /etc/nsswitch.conf as glibc reads it.
//!
//! Two grammars: `nss/nss_database.c` with `nss/nss_action_parse.c` (glibc ≥ 2.33), and `nss/nsswitch.c` before. They
//! agree on a service list; they differ on comments, the last line, and on what a syntax error costs.

use super::text::{CLine, is_space, lines};
use crate::machine::GlibcVersion;

/// What an NSS module reports for a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It has an answer.
    Success,
    /// It has none for this name.
    NotFound,
    /// It cannot work: daemon not running, file missing, module not installed.
    Unavail,
    /// It may work later: no answer in time.
    TryAgain,
}

impl Status {
    /// As nsswitch.conf spells it.
    pub fn word(self) -> &'static str {
        match self {
            Status::Success => "SUCCESS",
            Status::NotFound => "NOTFOUND",
            Status::Unavail => "UNAVAIL",
            Status::TryAgain => "TRYAGAIN",
        }
    }

    const ALL: [Status; 4] = [Status::Success, Status::NotFound, Status::Unavail, Status::TryAgain];
}

/// What the walk does after a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The walk ends.
    Return,
    /// The next service is asked.
    Continue,
    /// Results are merged (not supported for hosts).
    Merge,
}

/// The action for each status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actions(pub [Action; 4]);

impl Actions {
    /// SUCCESS=return, everything else continue.
    pub const DEFAULT: Actions =
        Actions([Action::Return, Action::Continue, Action::Continue, Action::Continue]);

    /// The action after `status`.
    pub fn after(&self, status: Status) -> Action {
        self.0[status as usize]
    }

    fn set(&mut self, status: Status, action: Action) {
        self.0[status as usize] = action;
    }
}

/// A service of the hosts line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Module name: `files`, `dns`, `myhostname`, …
    pub name: String,
    /// Column of the name, from 1; 0 for a built-in default.
    pub column: usize,
    /// What happens after each status.
    pub actions: Actions,
}

/// What nsswitch.conf says about hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Services {
    /// There is no (valid) hosts line: the library's default applies.
    Default,
    /// The services of the line that counts (the last one).
    Listed {
        /// Line number, from 1.
        line: usize,
        /// In order; may be empty, then every look-up fails.
        services: Vec<Service>,
    },
    /// glibc ≥ 2.33 rejects the whole file for a syntax error: every look-up fails.
    Rejected {
        /// Line of the error.
        line: usize,
        /// Column of the error.
        column: usize,
        /// What is wrong there.
        what: String,
    },
}

/// /etc/nsswitch.conf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nsswitch {
    /// The hosts database.
    pub hosts: Services,
    /// A hosts line without final newline that glibc ≥ 2.33 drops: its number.
    pub dropped_last_line: Option<usize>,
}

/// Databases that glibc knows (`databases.def`): a syntax error in one of their lines rejects the file (≥ 2.33).
const DATABASES: [&[u8]; 17] = [
    b"aliases",
    b"ethers",
    b"group",
    b"group_compat",
    b"gshadow",
    b"hosts",
    b"initgroups",
    b"netgroup",
    b"networks",
    b"passwd",
    b"passwd_compat",
    b"protocols",
    b"publickey",
    b"rpc",
    b"services",
    b"shadow",
    b"shadow_compat",
];

/// The first version with the reloading database and its stricter grammar.
const NEW_GRAMMAR: GlibcVersion = GlibcVersion(2, 33);

impl Nsswitch {
    /// Parses the file as `version` does.
    pub fn parse(bytes: &[u8], version: GlibcVersion) -> Nsswitch {
        if version >= NEW_GRAMMAR { parse_new(bytes) } else { parse_old(bytes) }
    }

    /// The services that are walked: the listed ones or the library's default; empty when every look-up fails.
    pub fn effective(&self, version: GlibcVersion) -> Vec<Service> {
        match &self.hosts {
            Services::Listed { services, .. } => services.clone(),
            Services::Rejected { .. } => Vec::new(),
            Services::Default => default_services(version),
        }
    }

    /// Line of the hosts line that counts.
    pub fn line(&self) -> Option<usize> {
        match self.hosts {
            Services::Listed { line, .. } => Some(line),
            _ => None,
        }
    }
}

/// The default without a hosts line: `files dns` from 2.35 on (bug 28700), before that DNS first, where any answer but
/// UNAVAIL ends the walk.
fn default_services(version: GlibcVersion) -> Vec<Service> {
    let text: &[u8] =
        if version >= GlibcVersion(2, 35) { b"files dns" } else { b"dns [!UNAVAIL=return] files" };
    let mut services = service_list(text, 0).unwrap_or_default();
    for service in &mut services {
        service.column = 0;
    }
    services
}

fn parse_new(bytes: &[u8]) -> Nsswitch {
    let mut conf = Nsswitch { hosts: Services::Default, dropped_last_line: None };
    for line in lines(bytes) {
        let Some((database, list)) = split_database(line.text, |b| is_space(b) || b == b':') else {
            continue;
        };
        if !line.terminated {
            // getline reports the end of file together with the text: the loop leaves before it looks at the line.
            if database == b"hosts" {
                conf.dropped_last_line = Some(line.number);
            }
            break;
        }
        if !DATABASES.contains(&database) {
            continue;
        }
        match service_list(&line.text[list..], list) {
            Ok(services) if database == b"hosts" => {
                conf.hosts = Services::Listed { line: line.number, services };
            }
            Ok(_) => {}
            Err((offset, what)) => {
                conf.hosts =
                    Services::Rejected { line: line.number, column: list + offset + 1, what: what.into() };
                return conf;
            }
        }
    }
    conf
}

fn parse_old(bytes: &[u8]) -> Nsswitch {
    let mut conf = Nsswitch { hosts: Services::Default, dropped_last_line: None };
    for line in lines(bytes) {
        let cut = line.text.iter().position(|b| *b == b'#').unwrap_or(line.text.len());
        let line = CLine { text: &line.text[..cut], ..line };
        let Some((b"hosts", list)) = split_database(line.text, is_space) else { continue };
        conf.hosts = match service_list(&line.text[list..], list) {
            Ok(services) if !services.is_empty() => Services::Listed { line: line.number, services },
            _ => Services::Default,
        };
    }
    conf
}

/// The database name, and where its service list begins: behind one separator and everything that `skipped` says.
fn split_database(text: &[u8], skipped: impl Fn(u8) -> bool) -> Option<(&[u8], usize)> {
    let from = text.iter().position(|b| !is_space(*b))?;
    let ends = |b: &u8| is_space(*b) || *b == b':';
    let name_end = text[from..].iter().position(ends).map_or(text.len(), |n| from + n);
    if name_end == from {
        return None;
    }
    let mut list = (name_end + 1).min(text.len());
    while text.get(list).is_some_and(|b| skipped(*b)) {
        list += 1;
    }
    Some((&text[from..name_end], list))
}

/// `<service> ( "[" ( "!"? <status> "=" <action> )+ "]" )? …`; the error is an offset and what is wrong there.
fn service_list(text: &[u8], column_offset: usize) -> Result<Vec<Service>, (usize, &'static str)> {
    let mut cursor = Cursor { text, at: 0 };
    let mut services = Vec::new();
    loop {
        cursor.blanks();
        let start = cursor.at;
        let name = cursor.word(|b| is_space(b) || b == b'[');
        if name.is_empty() {
            // The end, or a bracket group without a service before it: glibc stops reading here.
            return Ok(services);
        }
        let mut actions = Actions::DEFAULT;
        cursor.blanks();
        if cursor.peek() == Some(b'[') {
            cursor.at += 1;
            cursor.blanks();
            criteria(&mut cursor, &mut actions)?;
        }
        services.push(Service {
            name: String::from_utf8_lossy(name).into_owned(),
            column: column_offset + start + 1,
            actions,
        });
    }
}

fn criteria(cursor: &mut Cursor<'_>, actions: &mut Actions) -> Result<(), (usize, &'static str)> {
    loop {
        let negated = cursor.peek() == Some(b'!');
        if negated {
            cursor.at += 1;
        }
        let ends = |b: u8| is_space(b) || matches!(b, b'=' | b']');
        let at = cursor.at;
        let status = status_of(cursor.word(ends))
            .ok_or((at, "status must be SUCCESS, NOTFOUND, UNAVAIL or TRYAGAIN"))?;
        cursor.blanks();
        if cursor.peek() != Some(b'=') {
            return Err((cursor.at, "`=` expected after the status"));
        }
        cursor.at += 1;
        cursor.blanks();
        let at = cursor.at;
        let action = action_of(cursor.word(ends)).ok_or((at, "action must be return, continue or merge"))?;
        for other in Status::ALL {
            if (other == status) != negated {
                actions.set(other, action);
            }
        }
        cursor.blanks();
        if cursor.peek() == Some(b']') {
            cursor.at += 1;
            return Ok(());
        }
    }
}

fn status_of(word: &[u8]) -> Option<Status> {
    Status::ALL.into_iter().find(|s| word.eq_ignore_ascii_case(s.word().as_bytes()))
}

fn action_of(word: &[u8]) -> Option<Action> {
    let known: [(&[u8], Action); 3] =
        [(b"return", Action::Return), (b"continue", Action::Continue), (b"merge", Action::Merge)];
    known.into_iter().find(|(text, _)| word.eq_ignore_ascii_case(text)).map(|(_, action)| action)
}

struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    fn word(&mut self, ends: impl Fn(u8) -> bool) -> &'a [u8] {
        let start = self.at;
        while self.peek().is_some_and(|b| !ends(b)) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: GlibcVersion = GlibcVersion(2, 31);
    const NEW: GlibcVersion = GlibcVersion(2, 36);

    fn names(text: &[u8], version: GlibcVersion) -> Option<String> {
        match Nsswitch::parse(text, version).hosts {
            Services::Listed { services, .. } => {
                Some(services.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(" "))
            }
            Services::Default => None,
            Services::Rejected { line, column, .. } => Some(format!("rejected {line}:{column}")),
        }
    }

    /// Section 3.1 of the facts: text, what glibc 2.31 sees, what glibc ≥ 2.33 sees.
    #[test]
    fn traps() {
        let cases: [(&[u8], Option<&str>, Option<&str>); 17] = [
            (b"hosts: files dns\n", Some("files dns"), Some("files dns")),
            (b"hosts: files # dns\n", Some("files"), Some("files # dns")),
            (b"hosts: files #dns\n", Some("files"), Some("files #dns")),
            (b"hosts: files", Some("files"), None),
            (b"hosts:\n", None, Some("")),
            (b"hosts: files [NOTFOUND] dns\n", None, Some("rejected 1:23")),
            (b"hosts: files [bogus=return] dns\n", None, Some("rejected 1:15")),
            (b"passwd: files [foo\nhosts: dns\n", Some("dns"), Some("rejected 1:16")),
            (b"sudoers: files [foo\nhosts: dns\n", Some("dns"), Some("dns")),
            (b"hosts: files [UNAVAIL=return] [TRYAGAIN=return] dns\n", Some("files"), Some("files")),
            (b"hosts: [NOTFOUND=return] files dns\n", None, Some("")),
            (b"hosts: dns\nhosts: files\n", Some("files"), Some("files")),
            (b"HOSTS: dns\n", None, None),
            (b"hosts: files dns\r\n", Some("files dns"), Some("files dns")),
            (b"hosts: files[NOTFOUND=return]dns\n", Some("files dns"), Some("files dns")),
            (b"hosts: files, dns\n", Some("files, dns"), Some("files, dns")),
            (b"#hosts: dns\n", None, None),
        ];
        for (text, old, new) in cases {
            let shown = String::from_utf8_lossy(text);
            assert_eq!(names(text, OLD).as_deref(), old, "2.31: {shown}");
            assert_eq!(names(text, NEW).as_deref(), new, "2.36: {shown}");
        }
    }

    #[test]
    fn criteria_set_actions() {
        let conf = Nsswitch::parse(b"hosts: resolve [ !UNAVAIL = return tryagain=continue ] files\n", NEW);
        let services = conf.effective(NEW);
        let actions = services[0].actions;
        assert_eq!(actions.after(Status::Success), Action::Return);
        assert_eq!(actions.after(Status::NotFound), Action::Return);
        assert_eq!(actions.after(Status::Unavail), Action::Continue);
        assert_eq!(actions.after(Status::TryAgain), Action::Continue);
        assert_eq!((services[0].column, services[1].column), (8, 56));
    }

    #[test]
    fn defaults_changed_in_2_35() {
        let empty = Nsswitch::parse(b"", NEW);
        assert_eq!(
            empty.effective(NEW).iter().map(|s| s.name.as_str()).collect::<Vec<_>>(),
            ["files", "dns"]
        );
        let old = empty.effective(GlibcVersion(2, 34));
        assert_eq!(old[0].name, "dns");
        assert_eq!(old[0].actions.after(Status::NotFound), Action::Return);
    }

    #[test]
    fn a_dropped_last_line_is_told() {
        assert_eq!(Nsswitch::parse(b"passwd: files\nhosts: files", NEW).dropped_last_line, Some(2));
    }
}
