//! Values that are no files: environment variables, paths, kernel releases, sentences.

use super::config::{crossed_out, words};
use super::name::{is_kernel_word, is_resolver_option, is_system_user};
use super::{Masks, known, server};
use std::net::SocketAddr;

impl Masks {
    /// The value of an environment variable; its structure stays.
    pub(super) fn variable(&mut self, name: &str, value: &str) -> String {
        match name.to_ascii_uppercase().as_str() {
            name if name.ends_with("_PROXY") && name != "NODE_USE_ENV_PROXY" => {
                self.each_of(value, ',', Masks::url)
            }
            "NPM_CONFIG_NOPROXY" => self.each_of(value, ',', Masks::url),
            "RES_OPTIONS" => {
                words(value, |w| if is_resolver_option(w) { w.to_owned() } else { crossed_out(w) })
            }
            "LOCALDOMAIN" => words(value, |word| self.host(word)),
            "HOSTALIASES" | "RESOLV_HOST_CONF" | "CURL_HOME" | "WGETRC" | "JAVA_HOME" => self.own_path(value),
            "RESOLV_MULTI" if known::KEYWORDS.contains(&value) => value.to_owned(),
            "GODEBUG" => self.each_of(value, ',', |_, setting| option(setting)),
            "NODE_OPTIONS" | "JAVA_TOOL_OPTIONS" | "JDK_JAVA_OPTIONS" | "_JAVA_OPTIONS" => {
                words(value, option)
            }
            "PGHOST" | "PGHOSTADDR" | "MYSQL_HOST" => self.each_of(value, ',', Masks::host_or_path),
            "NODE_USE_ENV_PROXY" | "RUBY_TCP_NO_FAST_FALLBACK" if matches!(value, "0" | "1") => {
                value.to_owned()
            }
            "NODE_USE_ENV_PROXY" | "RUBY_TCP_NO_FAST_FALLBACK" | "GRPC_DNS_RESOLVER" | "REQUEST_METHOD"
                if known::SWITCH_VALUES.contains(&value) =>
            {
                value.to_owned()
            }
            _ => crossed_out(value),
        }
    }

    /// A host, or the folder of a Unix socket.
    fn host_or_path(&mut self, text: &str) -> String {
        if text.starts_with('/') { self.own_path(text) } else { self.host(text) }
    }

    fn each_of(
        &mut self,
        list: &str,
        separator: char,
        mut mask: impl FnMut(&mut Masks, &str) -> String,
    ) -> String {
        let one = |item: &str| words(item, |word| mask(self, word));
        list.split(separator).map(one).collect::<Vec<_>>().join(&separator.to_string())
    }

    /// `scheme://user:password@host:port/path`, of which only the host must be there. Scheme and port stay.
    pub(super) fn url(&mut self, url: &str) -> String {
        let (scheme, rest) = match url.find("://") {
            Some(at) if url[..at].bytes().all(|b| b.is_ascii_alphanumeric()) && at < 10 => {
                url.split_at(at + 3)
            }
            _ => ("", url),
        };
        let is_url = !scheme.is_empty();
        // In a list of exceptions a slash is a prefix length.
        let authority_end = rest.find(['/', '?', '#']).filter(|_| is_url).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(authority_end);
        let (user, host) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        format!("{scheme}{}{}{}", crossed_out(user), self.endpoint(host), crossed_out(path))
    }

    /// A host, an address, either with a port, or a domain with a leading `.` or `*.`.
    pub(super) fn endpoint(&mut self, text: &str) -> String {
        if let Some(masked) = self.address(text) {
            return masked;
        }
        let (host, port) = match text.rfind(':') {
            Some(at) if text[at + 1..].bytes().all(|b| b.is_ascii_digit()) => text.split_at(at),
            _ => (text, ""),
        };
        let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        match inside {
            Some(inside) => format!("[{}]{port}", self.host(inside)),
            None => format!("{}{port}", self.host(host)),
        }
    }

    /// A path: what lies in a home folder is masked, and so is a part that is a user's name or the file of a site.
    pub(super) fn path(&mut self, path: &str) -> String {
        if self.chosen.contains(path) {
            return self.own_path(path);
        }
        let (mut at_home, mut of_sites) = (false, false);
        let mut part = |part: &str| {
            let masked = if at_home || self.is_private(part) {
                self.names.host_text(part)
            } else if of_sites {
                self.site(part)
            } else {
                part.to_owned()
            };
            of_sites |= server::is_folder(part);
            let folder = part.trim_end_matches(['/', '\\']);
            at_home |= ["home", "users"].iter().any(|home| folder.eq_ignore_ascii_case(home));
            masked
        };
        path.split_inclusive(['/', '\\']).map(&mut part).collect()
    }

    /// A path that somebody chose: only the folders that every system has stay.
    fn own_path(&mut self, path: &str) -> String {
        let part = |part: &str| {
            if known::FOLDERS.contains(&part) { part.to_owned() } else { self.names.host_text(part) }
        };
        path.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    /// A kernel release: numbers and common words stay, a company's own suffix does not.
    pub(super) fn kernel(&mut self, release: &str) -> String {
        let part = |part: &str| {
            let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            let stays = word.bytes().all(|b| b.is_ascii_digit()) || is_kernel_word(word);
            if stays { part.to_owned() } else { self.names.host_text(part) }
        };
        release.split_inclusive(['.', '-', '+', '_', '~']).map(part).collect()
    }

    /// A sentence of whyhost's own: addresses, paths and what looks like a domain in it are masked.
    pub(super) fn sentence(&mut self, text: &str) -> String {
        words(text, |word| {
            let is_mark = |c: char| matches!(c, '(' | ')' | ',' | ';' | '"' | '\'' | '`' | '!' | '?');
            let start = word.len() - word.trim_start_matches(is_mark).len();
            let core = word[start..].trim_end_matches(|c: char| is_mark(c) || matches!(c, '.' | ':'));
            let end = start + core.len();
            format!("{}{}{}", &word[..start], self.word_of_sentence(core), &word[end..])
        })
    }

    fn word_of_sentence(&mut self, word: &str) -> String {
        let is_domain = word.contains('.') && word.contains(|c: char| c.is_ascii_alphabetic());
        if self.address(word).is_some() || word.parse::<SocketAddr>().is_ok() || self.is_private(word) {
            self.endpoint(word)
        } else if word.contains('/') || word.contains('\\') {
            self.path(word)
        } else if is_domain && !is_file_name(word) {
            self.endpoint(word)
        } else {
            word.to_owned()
        }
    }

    /// The machine's own name, a user's, or a name that was looked up: private wherever it stands.
    fn is_private(&self, word: &str) -> bool {
        let word = word.trim_end_matches(['/', '\\']);
        self.private.contains(word) && !is_system_user(word)
    }

    /// A name or an address as text.
    pub(super) fn host(&mut self, text: &str) -> String {
        self.address(text).unwrap_or_else(|| self.names.host_text(text))
    }
}

fn is_file_name(word: &str) -> bool {
    const ENDINGS: [&str; 6] = [".conf", ".so.2", ".so.6", ".so", ".json", ".Resolve"];
    ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// An option of a program: one that decides how it resolves or connects stays with a known value, the rest is masked.
fn option(word: &str) -> String {
    let (name, value) = word.split_at(word.find('=').unwrap_or(word.len()));
    let bare = value.trim_start_matches('=');
    let known_value = bare.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        || bare
            .split('+')
            .all(|v| known::OPTION_VALUES.contains(&v) || v.bytes().all(|b| b.is_ascii_digit()));
    let kept_name = if known::PROGRAM_OPTIONS.contains(&name) || known::OPTION_VALUES.contains(&name) {
        name.to_owned()
    } else {
        crossed_out(name)
    };
    let kept_value = if known_value && kept_name == name { value.to_owned() } else { crossed_out(value) };
    kept_name + &kept_value
}
