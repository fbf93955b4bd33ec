//! Which names a consumer believes: one small function for each consumer that looks at all.

use std::borrow::Cow;

use super::NameRule;

/// What a consumer does with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict<'n> {
    /// It keeps it.
    Keeps,
    /// It keeps this other text.
    KeepsAs(Cow<'n, [u8]>),
    /// It drops the name.
    Drops,
    /// It drops the name and the rest of the line.
    DropsRest,
    /// It drops the whole line.
    DropsLine,
}

impl NameRule {
    /// What becomes of `name`; `first` if no name of the line was kept before it.
    pub(crate) fn judge<'n>(self, name: &'n [u8], first: bool) -> Verdict<'n> {
        match self {
            NameRule::Any => Verdict::Keeps,
            NameRule::Resolved => resolved(name),
            NameRule::Hickory => keeps_if(labels_fit(name, 63) && hickory_chars(name)),
            NameRule::Dnsmasq => keeps_if(labels_fit(name, 63) && name != b"."),
            NameRule::DnsmasqIdna => {
                keeps_if(labels_fit(name, 63) && name != b"." && name.split(|b| *b == b'.').all(idna_hyphens))
            }
            NameRule::Chromium => {
                keeps_if(name != b"." && name.len() <= 253 && labels_fit(name, 63) && chromium_chars(name))
            }
            NameRule::CAres => cares(name, first),
            NameRule::MacOs => {
                if labels_fit(name, 63) && name.len() <= 255 {
                    Verdict::Keeps
                } else {
                    Verdict::DropsRest
                }
            }
            NameRule::Go => keeps_if(name.len() <= 254),
            NameRule::Lengths => keeps_if(name.len() <= 253 && labels_fit(name, 63)),
        }
    }
}

fn keeps_if<'n>(good: bool) -> Verdict<'n> {
    if good { Verdict::Keeps } else { Verdict::Drops }
}

/// The hyphens of `label` are where IDNA allows them (RFC 5891 section 4.2.3.1); A-labels keep theirs.
fn idna_hyphens(label: &[u8]) -> bool {
    let ends = label.first() == Some(&b'-') || label.last() == Some(&b'-');
    !ends && (label.get(2..4) != Some(b"--") || label.get(..2).is_some_and(|p| p.eq_ignore_ascii_case(b"xn")))
}

/// No empty label but the last, none longer than `max` bytes. The root, `.`, fits.
fn labels_fit(name: &[u8], max: usize) -> bool {
    if name == b"." {
        return true;
    }
    let name = name.strip_suffix(b".").unwrap_or(name);
    name.split(|b| *b == b'.').all(|label| (1..=max).contains(&label.len()))
}

/// systemd `hostname_is_valid` with a trailing dot allowed, after `dns_name_normalize` undid escapes.
fn resolved(name: &[u8]) -> Verdict<'_> {
    let plain = unescaped(name);
    let ldh = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    let label_good = |l: &[u8]| l.iter().all(ldh) && l.first() != Some(&b'-') && l.last() != Some(&b'-');
    let body = plain.strip_suffix(b".").unwrap_or(&plain);
    if !labels_fit(&plain, 63)
        || body.len() > 253
        || name != b"." && !body.split(|b| *b == b'.').all(label_good)
    {
        return Verdict::Drops;
    }
    match plain {
        Cow::Borrowed(_) => Verdict::Keeps,
        owned => Verdict::KeepsAs(owned),
    }
}

/// `\.` is a dot for systemd.
fn unescaped(name: &[u8]) -> Cow<'_, [u8]> {
    if !name.contains(&b'\\') {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.iter().copied().filter(|b| *b != b'\\').collect())
}

/// hickory `Name::from_utf8`: letters, digits, `-`, `_`, `*` as a whole label, no hyphen in front; UTF-8 goes
/// through IDNA.
fn hickory_chars(name: &[u8]) -> bool {
    name.split(|b| *b == b'.').all(|label| {
        label == b"*"
            || label.is_empty()
            || label.first() != Some(&b'-')
                && label
                    .iter()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'\\') || *b >= 0x80)
    })
}

/// Chromium's host canonicaliser refuses these in a host.
fn chromium_chars(name: &[u8]) -> bool {
    !name.iter().any(|b| *b <= b' ' || *b == 0x7f || b"!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~".contains(b))
}

/// c-ares 1.34 `ares_is_hostname` for every name; the first one is also put into a record whose length and charset
/// are checked, which loses the line.
fn cares(name: &[u8], first: bool) -> Verdict<'_> {
    if first && (name.len() > 255 || name.iter().any(|b| !b.is_ascii_graphic())) {
        return Verdict::DropsLine;
    }
    let host = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'*');
    keeps_if(name.len() <= 255 && name.iter().all(host))
}
