//! Taking names away.

use super::{lines_with, shared};
use crate::edit::{EditError, EditSet};
use crate::file::HostsFile;
use crate::line::LineKind;

/// Takes `names` off every entry, or off those with `address`. The other names of a line and its comment stay; a line
/// that has no name left goes. What is commented out is no entry and stays.
///
/// # Errors
/// Never for what was parsed; the type is that of all edits.
pub fn remove(file: &HostsFile, names: &[&str], address: Option<&str>) -> Result<EditSet, EditError> {
    let mut edits = EditSet::new();
    for line in lines_with(file, LineKind::Entry, names, address) {
        let here = shared(&line, names);
        let mut own = EditSet::new();
        own.remove_names(file, line.number(), &here.iter().map(String::as_str).collect::<Vec<_>>())?;
        own.edits().iter().try_for_each(|e| edits.push(e.clone()))?;
    }
    Ok(edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, names: &[&str], address: Option<&str>, after: &str) {
        let file = HostsFile::parse(before).0;
        let edits = remove(&file, names, address).unwrap();
        assert_eq!(String::from_utf8(edits.apply(file.bytes()).unwrap()).unwrap(), after, "{before:?}");
    }

    #[test]
    fn only_the_name_goes() {
        check("10.0.0.1\ta b # c\r\n10.0.0.2 A\n", &["a"], None, "10.0.0.1\tb # c\r\n");
        check("10.0.0.1 a b\n::1 a\n", &["a"], Some("10.0.0.1"), "10.0.0.1 b\n::1 a\n");
        check("10.0.0.1 a\n::1 a\n", &["a"], Some("0:0:0:0:0:0:0:1"), "10.0.0.1 a\n");
        check("# 10.0.0.1 a\n10.0.0.1 ab\n", &["a"], None, "# 10.0.0.1 a\n10.0.0.1 ab\n");
        check("10.0.0.1 a a b c\n", &["a", "c"], None, "10.0.0.1 b\n");
    }
}
