//! Resolver libraries and daemons that read the file themselves.

use super::*;

/// systemd-resolved, the reading of the file. From 254 on it also answers aliases as CNAMEs, which joins lines; that
/// belongs to the resolver, not to the file.
pub const RESOLVED: Dialect = Dialect {
    id: "resolved",
    label: "systemd-resolved",
    versions: "252-262",
    cite: "systemd src/resolve/resolved-etc-hosts.c parse_line; run as 252.39, 257.13, 262.1",
    line_ends: LineEnds::LfOrCr,
    line_limit: LineLimit::RejectsFile(1 << 20),
    blanks: Blanks::SpaceTabCr,
    nul: Nul::SkippedAtStart,
    names: NameRule::Resolved,
    trailing_dot: TrailingDot::Ignored,
    families: Families::NullIsNoData,
    keeps_duplicates: false,
    ..COMMON
};

/// dnsmasq with `--addn-hosts`.
pub const DNSMASQ: Dialect = Dialect {
    id: "dnsmasq",
    label: "dnsmasq",
    versions: "2.90-2.93",
    cite: "dnsmasq src/cache.c read_hostsfile, gettok; run as 2.85, 2.90, 2.91, 2.93",
    nul: Nul::EndsWord,
    names: NameRule::Dnsmasq,
    trailing_dot: TrailingDot::Ignored,
    keeps_duplicates: false,
    ..COMMON
};

/// c-ares, the reading of the file; 1.34.0 to 1.34.9 also merge lines that share a name or an address.
pub const CARES: Dialect = Dialect {
    id: "c-ares",
    label: "c-ares",
    versions: "1.34",
    cite: "c-ares src/lib/ares_hosts_file.c; run as 1.34.5, 1.34.9",
    comments: Comments::WordStartOrDropsWord,
    nul: Nul::LosesLine,
    address: AddressGrammar::CAres,
    names: NameRule::CAres,
    keeps_duplicates: false,
    ..COMMON
};

/// Go's own resolver. Lines reach `parseLiteralIP` through a reader of 64 KiB.
pub const GO: Dialect = Dialect {
    id: "go",
    label: "Go (pure resolver)",
    versions: "1.19-1.27",
    cite: "Go src/net/hosts.go readHosts, parse.go; run as 1.19.8, 1.24.4, 1.27.3",
    line_limit: LineLimit::Stops(65537),
    blanks: Blanks::SpaceTabCr,
    nul: Nul::Ordinary,
    zones: ZoneRule::AnyText,
    names: NameRule::Go,
    trailing_dot: TrailingDot::IgnoredWithInnerDot,
    families: Families::Go,
    repeats_within_line: true,
    ..COMMON
};

/// hickory-resolver's `Hosts`. It reads lines as UTF-8; one bad byte discards the file.
pub const HICKORY: Dialect = Dialect {
    id: "hickory",
    label: "hickory-resolver",
    versions: "0.25-0.26",
    cite: "hickory crates/resolver/src/hosts.rs; run as 0.24.4, 0.25.2, 0.26.3",
    blanks: Blanks::Unicode,
    nul: Nul::Ordinary,
    bom: Bom::Skipped,
    utf8: Utf8::DiscardsFile,
    names: NameRule::Hickory,
    name_limit: 253,
    trailing_dot: TrailingDot::Ignored,
    repeats_within_line: true,
    ..COMMON
};
