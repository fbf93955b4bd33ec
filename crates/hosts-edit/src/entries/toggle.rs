//! Switching names off and on again by a `#`.

use super::{address_of, has_only, is_v4, lines_with, same_address, shared};
use crate::edit::{EditError, EditSet};
use crate::file::HostsFile;
use crate::line::{Line, LineKind};
use crate::style;
use std::fmt;

/// A name that is commented out with several addresses of one family: it would get them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguous {
    /// The name.
    pub name: String,
    /// Its addresses, as written.
    pub addresses: Vec<String>,
}

/// Why names cannot be switched on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToggleError {
    /// Nobody said which address is meant.
    Ambiguous(Ambiguous),
    /// The edit itself.
    Edit(EditError),
}

impl From<EditError> for ToggleError {
    fn from(error: EditError) -> ToggleError {
        ToggleError::Edit(error)
    }
}

impl fmt::Display for ToggleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ToggleError::Ambiguous(Ambiguous { name, addresses }) => {
                write!(f, "`{name}` is commented out with several addresses: {}", addresses.join(", "))
            }
            ToggleError::Edit(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ToggleError {}

/// Comments `names` out, on every entry or on those with `address`. Other names of a line stay in use: then a line of
/// its own below it keeps what is switched off.
///
/// # Errors
/// Never for what was parsed; the type is that of all edits.
pub fn disable(file: &HostsFile, names: &[&str], address: Option<&str>) -> Result<EditSet, EditError> {
    let mut edits = EditSet::new();
    for line in lines_with(file, LineKind::Entry, names, address) {
        if has_only(&line, names) {
            edits.comment_out(file, line.number())?;
            continue;
        }
        let off = shared(&line, names);
        take_off(&mut edits, file, &line, &off)?;
        let mark = style::comment_mark(file, line.number());
        edits.insert_line(file, line.number() + 1, &format!("{mark}{}", entry(file, &line, &off)))?;
    }
    Ok(edits)
}

/// Takes the `#` away from `names`, everywhere or where they have `address`. Other names of such a line stay switched
/// off; what is in use already with the same address is left as it is.
///
/// # Errors
/// [`Ambiguous`] where a name would get several addresses of one family.
pub fn enable(file: &HostsFile, names: &[&str], address: Option<&str>) -> Result<EditSet, ToggleError> {
    let mut edits = EditSet::new();
    let mut given: Vec<(String, String)> = Vec::new();
    for line in lines_with(file, LineKind::Disabled, names, address) {
        let at = address_of(&line);
        let is_new = |name: &String| {
            let same = |(n, a): &(String, String)| n.eq_ignore_ascii_case(name) && same_address(a, &at);
            !given.iter().any(same) && !in_use(file, name, &at)
        };
        let on: Vec<String> = shared(&line, names).into_iter().filter(is_new).collect();
        if on.is_empty() {
            continue;
        }
        if has_only(&line, &on.iter().map(String::as_str).collect::<Vec<_>>()) {
            edits.uncomment(file, line.number())?;
        } else {
            take_off(&mut edits, file, &line, &on)?;
            edits.insert_line(file, line.number() + 1, &entry(file, &line, &on))?;
        }
        given.extend(on.into_iter().map(|name| (name, at.clone())));
    }
    match ambiguous(&given) {
        Some(found) => Err(ToggleError::Ambiguous(found)),
        None => Ok(edits),
    }
}

fn in_use(file: &HostsFile, name: &str, address: &str) -> bool {
    let names = [name];
    lines_with(file, LineKind::Entry, &names, Some(address)).next().is_some()
}

fn ambiguous(given: &[(String, String)]) -> Option<Ambiguous> {
    given.iter().find_map(|(name, address)| {
        let others = given.iter().filter(|(n, a)| n.eq_ignore_ascii_case(name) && is_v4(a) == is_v4(address));
        let addresses: Vec<String> = others.map(|(_, a)| a.clone()).collect();
        (addresses.len() > 1).then(|| Ambiguous { name: name.clone(), addresses })
    })
}

/// The names leave a line on which others stay.
fn take_off(
    edits: &mut EditSet,
    file: &HostsFile,
    line: &Line<'_>,
    names: &[String],
) -> Result<(), EditError> {
    let mut own = EditSet::new();
    own.remove_names(file, line.number(), &names.iter().map(String::as_str).collect::<Vec<_>>())?;
    own.edits().iter().try_for_each(|e| edits.push(e.clone()))
}

/// An entry with the address of `line`, in its style.
fn entry(file: &HostsFile, line: &Line<'_>, names: &[String]) -> String {
    let address = address_of(line);
    let gap = style::address_gap(file, line.number(), &address);
    format!("{address}{gap}{}", names.join(&style::name_gap(file, line.number())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn off(before: &str, names: &[&str], after: &str) {
        let file = HostsFile::parse(before).0;
        let edits = disable(&file, names, None).unwrap();
        assert_eq!(String::from_utf8(edits.apply(file.bytes()).unwrap()).unwrap(), after, "{before:?}");
    }

    fn on(before: &str, names: &[&str], address: Option<&str>, after: &str) {
        let file = HostsFile::parse(before).0;
        let edits = enable(&file, names, address).unwrap();
        assert_eq!(String::from_utf8(edits.apply(file.bytes()).unwrap()).unwrap(), after, "{before:?}");
    }

    #[test]
    fn a_line_goes_off_and_on_again() {
        off("10.0.0.5\tnas\r\n", &["nas"], "# 10.0.0.5\tnas\r\n");
        on("# 10.0.0.5\tnas\r\n", &["nas"], None, "10.0.0.5\tnas\r\n");
        off("#1.1.1.1 x\n10.0.0.5 nas # c", &["NAS"], "#1.1.1.1 x\n#10.0.0.5 nas # c");
        on("#10.0.0.5 nas # c", &["nas"], None, "10.0.0.5 nas # c");
        on("# 10.0.0.5 nas\n# ::5 nas\n", &["nas"], None, "10.0.0.5 nas\n::5 nas\n");
        off("# 10.0.0.5 nas\n", &["nas"], "# 10.0.0.5 nas\n");
    }

    #[test]
    fn other_names_keep_their_state() {
        off("10.0.0.5 nas box # c\n", &["nas"], "10.0.0.5 box # c\n# 10.0.0.5 nas\n");
        off("10.0.0.5 nas box", &["nas"], "10.0.0.5 box\n# 10.0.0.5 nas\n");
        on("# 10.0.0.5 nas box\n", &["nas"], None, "# 10.0.0.5 box\n10.0.0.5 nas\n");
    }

    #[test]
    fn one_name_does_not_get_two_addresses_of_a_family() {
        let text = "# 10.0.0.5 nas\n# 10.0.0.6 nas\n";
        let error = enable(&HostsFile::parse(text).0, &["nas"], None).unwrap_err();
        let addresses = vec!["10.0.0.5".to_owned(), "10.0.0.6".to_owned()];
        assert_eq!(error, ToggleError::Ambiguous(Ambiguous { name: "nas".into(), addresses }));
        on(text, &["nas"], Some("10.0.0.6"), "# 10.0.0.5 nas\n10.0.0.6 nas\n");
        on("10.0.0.5 nas\n# 10.0.0.5 nas\n", &["nas"], None, "10.0.0.5 nas\n# 10.0.0.5 nas\n");
        on("# 10.0.0.5 nas\n#10.0.0.5 nas\n", &["nas"], None, "10.0.0.5 nas\n#10.0.0.5 nas\n");
    }
}
