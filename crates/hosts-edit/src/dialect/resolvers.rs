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
    reverse: Reverse::AllNames,
    other_family: OtherFamily::EndsSearch,
    ..COMMON
};

/// dnsmasq with `--addn-hosts`.
pub const DNSMASQ: Dialect = Dialect {
    id: "dnsmasq",
    label: "dnsmasq",
    versions: "2.90-2.93",
    cite: "dnsmasq src/cache.c read_hostsfile, gettok; run as 2.90, 2.91, 2.93",
    nul: Nul::EndsWord,
    names: NameRule::Dnsmasq,
    trailing_dot: TrailingDot::Ignored,
    keeps_duplicates: false,
    reverse: Reverse::FirstName,
    ..COMMON
};

/// dnsmasq of Debian 11; run as 2.85.
pub const DNSMASQ_2_85: Dialect =
    Dialect { id: "dnsmasq-2.85", versions: "2.85", names: NameRule::DnsmasqIdna, ..DNSMASQ };

/// c-ares since lines are no longer merged (#1049): each name has its own addresses.
pub const CARES: Dialect = Dialect {
    id: "c-ares",
    label: "c-ares",
    versions: "main of 2026-07",
    cite: "c-ares src/lib/ares_hosts_file.c ares_hosts_file_add; run as main 589b588",
    comments: Comments::WordStartOrDropsWord,
    nul: Nul::LosesLine,
    // INET6_ADDRSTRLEN with its NUL.
    address: AddressGrammar::CAres { prefix: true, longest: 45 },
    names: NameRule::CAres,
    keeps_duplicates: false,
    reverse: Reverse::AllNames,
    other_family: OtherFamily::GoesOn,
    ..COMMON
};

/// c-ares that merges lines that share a name or an address; run as 1.34.5.
pub const CARES_1_34: Dialect = Dialect {
    id: "c-ares-1.34",
    versions: "1.34.0-1.34.8",
    cite: "c-ares src/lib/ares_hosts_file.c ares_hosts_file_match; run as 1.34.5; inet_net_pton.c is the same in 1.34.8",
    joins: Joins::Records,
    ..CARES
};

/// As [`CARES_1_34`], but an address with a slash is none; run as 1.34.9.
pub const CARES_1_34_9: Dialect = Dialect {
    id: "c-ares-1.34.9",
    versions: "1.34.9",
    cite: "c-ares src/lib/ares_hosts_file.c ares_hosts_file_match; run as 1.34.9",
    address: AddressGrammar::CAres { prefix: false, longest: 45 },
    ..CARES_1_34
};

/// c-ares that looked each name up in the text of the file; run as 1.18.1. What stands in front of
/// a NUL would also be read as the beginning of the next line (ares__read_line.c); here that line is lost.
pub const CARES_1_18: Dialect = Dialect {
    id: "c-ares-1.18",
    versions: "1.18",
    cite: "c-ares src/lib/ares__readaddrinfo.c, ares__get_hostent.c; run as 1.18.1",
    comments: Comments::Anywhere,
    address: AddressGrammar::CAres { prefix: true, longest: usize::MAX },
    names: NameRule::Any,
    keeps_duplicates: true,
    reverse: Reverse::FirstNamedLine,
    ..CARES
};

/// As [`CARES_1_18`]; run as 1.17.1.
pub const CARES_1_17: Dialect = Dialect { id: "c-ares-1.17", versions: "1.17", ..CARES_1_18 };

/// Go's own resolver. Lines reach `parseLiteralIP` through a reader of 64 KiB.
pub const GO: Dialect = Dialect {
    id: "go",
    label: "Go (pure resolver)",
    versions: "1.24-1.27",
    cite: "Go src/net/hosts.go readHosts, parse.go; run as 1.24.4, 1.27.3",
    line_limit: LineLimit::Stops(65537),
    blanks: Blanks::SpaceTabCr,
    nul: Nul::Ordinary,
    zones: ZoneRule::AnyText,
    names: NameRule::Go,
    trailing_dot: TrailingDot::IgnoredWithInnerDot,
    families: Families::Go,
    repeats_within_line: true,
    reverse: Reverse::AllLines,
    other_family: OtherFamily::EndsSearch,
    ..COMMON
};

/// Go before `netip` read the addresses; run as 1.19.8.
pub const GO_1_19: Dialect = Dialect {
    id: "go-1.19",
    versions: "1.19",
    cite: "Go src/net/hosts.go readHosts, ip.go parseIPv6Zone; run as 1.19.8",
    address: AddressGrammar::LongGroups,
    zones: ZoneRule::AnyTextOrNone,
    names: NameRule::Any,
    families: Families::GoMappedIsV4,
    ..GO
};

/// hickory-resolver's `Hosts`. It reads lines as UTF-8; one bad byte discards the file. `lookup_ip` asks for IPv6 first.
pub const HICKORY: Dialect = Dialect {
    id: "hickory",
    label: "hickory-resolver",
    versions: "0.26",
    cite: "hickory crates/resolver/src/hosts.rs, resolver.rs lookup_ip; run as 0.26.3",
    blanks: Blanks::Unicode,
    nul: Nul::Ordinary,
    bom: Bom::Skipped,
    utf8: Utf8::DiscardsFile,
    names: NameRule::Hickory,
    name_limit: 253,
    trailing_dot: TrailingDot::Ignored,
    picks: Picks::AllV6First,
    repeats_within_line: true,
    reverse: Reverse::AllNames,
    other_family: OtherFamily::EachGoesOn,
    ..COMMON
};

/// hickory-resolver whose `lookup_ip` asks for IPv6 only if there is no IPv4; run as 0.25.2.
pub const HICKORY_0_25: Dialect = Dialect {
    id: "hickory-0.25",
    versions: "0.25",
    cite: "hickory crates/resolver/src/hosts.rs, lookup_ip.rs ipv4_then_ipv6; run as 0.25.2",
    picks: Picks::V4ElseV6,
    other_family: OtherFamily::GoesOn,
    ..HICKORY
};

/// hickory-resolver whose `Hosts` knows no reverse and takes `name.` for another name; run as 0.24.4.
pub const HICKORY_0_24: Dialect = Dialect {
    id: "hickory-0.24",
    versions: "0.24",
    cite: "hickory crates/resolver/src/hosts.rs, lookup_ip.rs ipv4_then_ipv6; run as 0.24.4",
    bom: Bom::Ordinary,
    trailing_dot: TrailingDot::Significant,
    reverse: Reverse::Never,
    ..HICKORY_0_25
};
