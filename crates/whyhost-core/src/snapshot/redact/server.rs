//! Configuration of programs and servers: the words that say what listens and where a request goes stay, everything
//! else is masked. Passwords, names of sites and of machines stand anywhere in such files, so only known words are kept.

use super::config::{crossed_out, in_words, masked};
use super::symbols::{self, Symbol};
use super::{Masks, known_servers};

/// Folders whose files have names that people chose: those of their sites.
const FOLDERS: [&str; 8] = [
    "conf.d",
    "http.d",
    "sites-enabled",
    "sites-available",
    "conf-enabled",
    "conf-available",
    "resolved.conf.d",
    "servers-enabled",
];
/// Further folders and patterns in paths of configuration files that say nothing about a site.
const PACKAGED: [&str; 7] = ["etc", "nginx", "haproxy", "apache2", "httpd", "*", "*.conf"];
/// Ends of such names.
const ENDS: [&str; 2] = [".conf", ".cfg"];
/// What stands around a word without being part of it.
const MARKS: [char; 7] = [';', '{', '}', '<', '>', '"', '\''];

/// The file is one of nginx, HAProxy or Apache.
pub(super) fn is_file(path: &str) -> bool {
    ["/etc/nginx/", "/etc/haproxy/", "/etc/apache2/", "/etc/httpd/"].iter().any(|at| path.starts_with(at))
}

/// The folder holds files of sites.
pub(super) fn is_folder(part: &str) -> bool {
    FOLDERS.contains(&part.trim_end_matches('/'))
}

impl Masks {
    /// The file name of a site; its end stays, and so do the names that packages give.
    pub(super) fn site(&mut self, name: &str) -> String {
        let end = ENDS.iter().find(|end| name.ends_with(**end)).copied().unwrap_or_default();
        let bare = &name[..name.len() - end.len()];
        if known_servers::SITES.contains(&bare) { name.to_owned() } else { self.names.host_text(bare) + end }
    }

    /// A line of statements. Ports stay in those that say where something listens or goes.
    pub(super) fn server(&mut self, line: &[Symbol]) -> Vec<Symbol> {
        let mut first: Option<bool> = None;
        let mut statement = String::new();
        in_words(line, |_, _, word| {
            if word.iter().any(|symbol| matches!(symbol, Symbol::Raw(_))) {
                return masked(word);
            }
            let text = symbols::text(word);
            let core = text.trim_matches(MARKS);
            let is_known = contains(known_servers::SERVER_WORDS, core);
            if first.is_none() {
                statement = core.to_ascii_lowercase();
            }
            let says_where = *first.get_or_insert_with(|| contains(known_servers::SERVER_STATEMENTS, core));
            if text.ends_with([';', '{', '}']) {
                first = None;
            }
            let is_port = says_where && core.parse::<u16>().is_ok();
            let mask = match () {
                () if is_known || is_port || core.is_empty() => core.to_owned(),
                () if is_place(core) => self.place(core),
                () if says_where => self.url(core),
                // A variable may say where a request goes, or hold anything else.
                () if statement == "set" && is_localhost(core) => self.url(core),
                () => self.host(core),
            };
            let start = text.len() - text.trim_start_matches(MARKS).len();
            symbols::of(&format!("{}{mask}{}", &text[..start], &text[start + core.len()..]))
        })
    }

    /// A path of the configuration: the folders that packages make stay, so that an `include` still leads to its files.
    fn place(&mut self, path: &str) -> String {
        let parts = path.split('/').map(|part| match part {
            "" => String::new(),
            part if PACKAGED.contains(&part) || is_folder(part) => part.to_owned(),
            part => self.site(part),
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// `name = value …`, `name=value`, `[Section]`.
    pub(super) fn settings(&mut self, line: &[Symbol]) -> Vec<Symbol> {
        let text = symbols::text(line);
        if line.iter().any(|symbol| matches!(symbol, Symbol::Raw(_))) {
            return masked(line);
        }
        let Some((name, values)) = text.split_once('=') else {
            return symbols::of(&self.setting_name(&text));
        };
        let name = self.setting_name(name);
        let values = in_words(&symbols::of(values), |_, _, word| {
            let word = symbols::text(word);
            let stays = contains(known_servers::SETTING_VALUES, &word) || word == "~.";
            symbols::of(&if stays { word } else { self.url(&word) })
        });
        [symbols::of(&name), vec![Symbol::Char('=')], values].concat()
    }

    fn setting_name(&mut self, name: &str) -> String {
        let bare: String = name.trim().to_ascii_lowercase().replace(['-', '_'], "");
        if bare.is_empty() || known_servers::SETTINGS.contains(&bare.as_str()) {
            name.to_owned()
        } else {
            crossed_out(name)
        }
    }
}

/// `localhost:8000`, `http://localhost`.
fn is_localhost(word: &str) -> bool {
    let host = word.split_once("://").map_or(word, |(_, rest)| rest);
    host.split([':', '/']).next().is_some_and(|name| name.eq_ignore_ascii_case("localhost"))
}

/// A path below the configuration of a server, as `include` names it.
fn is_place(word: &str) -> bool {
    let first = word.trim_start_matches('/').split('/').next().unwrap_or_default();
    word.contains('/') && (is_folder(first) || (word.starts_with("/etc/") && is_file(word)))
}

fn contains(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}
