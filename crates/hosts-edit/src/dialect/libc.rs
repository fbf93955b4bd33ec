//! C libraries and the resolvers of operating systems.

use super::*;

/// glibc's `files` module. Source: nss/nss_files/files-hosts.c, files-parse.c; run as 2.31, 2.36, 2.41 and 2.43 with
/// equal answers.
///
/// Without `multi on` in /etc/host.conf callers keep the first hit only.
///
/// `__nss_readline` (nss/nss_readline.c) moves an indented line to the front without its NUL; run as 2.36.
pub const GLIBC: Dialect = Dialect {
    id: "glibc",
    label: "GNU C library",
    versions: "2.33-2.43",
    last_line: LastLine::RepeatsTail,
    cite: "glibc nss/nss_files/files-hosts.c LINE_PARSER; run as 2.31, 2.36, 2.41, 2.43",
    families: Families::Glibc,
    other_family: OtherFamily::GoesOn,
    ..COMMON
};

/// glibc before `__nss_readline`; run as 2.31.
pub const GLIBC_2_32: Dialect =
    Dialect { id: "glibc-2.32", versions: "2.31-2.32", last_line: LastLine::Kept, ..GLIBC };

/// musl. Source: src/network/lookup_name.c `name_from_hosts`, `fgets` into 512 bytes and a search for the name between
/// blanks; run as 1.2.2 to 1.2.6 with equal answers.
pub const MUSL: Dialect = Dialect {
    id: "musl",
    label: "musl",
    versions: "1.2.2-1.2.6",
    cite: "musl src/network/lookup_name.c name_from_hosts, lookup_ipliteral.c; run as 1.2.2, 1.2.3, 1.2.5, 1.2.6",
    last_line: LastLine::NameLost,
    line_limit: LineLimit::Continues(511),
    leading_blank: LeadingBlank::IgnoresLine,
    nul: Nul::EndsLineLosingName,
    address: AddressGrammar::InetAton,
    zones: ZoneRule::Interface,
    // __lookup_name refuses a longer query before it looks anywhere.
    name_limit: 254,
    case: Case::Exact,
    // MAXADDRS of lookup.h.
    address_limit: 48,
    other_family: OtherFamily::EndsSearch,
    ..COMMON
};

/// uClibc-ng. Source: libc/inet/resolv.c `__read_etc_hosts_r`.
pub const UCLIBC: Dialect = Dialect {
    id: "uclibc",
    label: "uClibc-ng",
    versions: "1.0",
    evidence: Evidence::Source,
    cite: "uClibc-ng libc/inet/resolv.c __read_etc_hosts_r",
    blanks: Blanks::SpaceTab,
    picks: Picks::FirstV4First,
    ..COMMON
};

/// Android's bionic. Source: libc/dns/net/getaddrinfo.c `_gethtent`; its functions were run on Linux. Android's
/// DnsResolver uses the same text.
pub const BIONIC: Dialect = Dialect {
    id: "bionic",
    label: "Android (bionic)",
    versions: "2025-03",
    evidence: Evidence::Source,
    cite: "bionic libc/dns/net/getaddrinfo.c _gethtent, functions run on Linux",
    last_line: LastLine::LineLost,
    // fgets into 8 * 1024 bytes.
    line_limit: LineLimit::Continues(8191),
    blanks: Blanks::SpaceTab,
    leading_blank: LeadingBlank::IgnoresLine,
    nul: Nul::LosesLine,
    zones: ZoneRule::Interface,
    ..COMMON
};

/// FreeBSD's `getaddrinfo`. Source: lib/libc/net/getaddrinfo.c `_gethtent`; a model of the source was run.
pub const FREEBSD: Dialect = Dialect {
    id: "freebsd",
    label: "FreeBSD",
    versions: "15-CURRENT",
    evidence: Evidence::Source,
    cite: "FreeBSD lib/libc/net/getaddrinfo.c _gethtent, model of the source",
    // fgets into 8 * 1024 bytes.
    line_limit: LineLimit::Continues(8191),
    blanks: Blanks::SpaceTab,
    leading_blank: LeadingBlank::IgnoresLine,
    address: AddressGrammar::InetAton,
    zones: ZoneRule::Interface,
    ..COMMON
};

/// OpenBSD's resolver. Source: libasr `asr_parse_namedb_line`, lines of 1,023 bytes and 10 words.
pub const OPENBSD: Dialect = Dialect {
    id: "openbsd",
    label: "OpenBSD (libasr)",
    versions: "1.1.0-20230617",
    cite: "libasr asr_utils.c, gethostnamadr_async.c; run as 1.1.0-20230617 on Linux",
    line_limit: LineLimit::Skips(1024),
    blanks: Blanks::SpaceTab,
    zones: ZoneRule::Interface,
    names_per_line: 9,
    picks: Picks::AllV6First,
    ..COMMON
};

/// macOS's mDNSResponder. Source: mDNSMacOSX.c `mDNSMacOSXParseEtcHostsLine`, `mDNSMacOSXCreateEtcHostsEntry`, 1,023
/// bytes a line; run on Linux. Each type is asked for on its own.
pub const MACOS: Dialect = Dialect {
    id: "macos",
    label: "macOS (mDNSResponder)",
    versions: "2600.100.147",
    evidence: Evidence::Source,
    cite: "mDNSResponder mDNSMacOSX.c mDNSMacOSXCreateEtcHostsEntry, functions run on Linux",
    line_ends: LineEnds::LfDroppingCr,
    line_limit: LineLimit::Continues(1023),
    blanks: Blanks::SpaceTabComma,
    comments: Comments::WordStart,
    nul: Nul::EndsFileAtStart,
    address: AddressGrammar::InetAton,
    zones: ZoneRule::InterfaceNameOnly,
    names: NameRule::MacOs,
    trailing_dot: TrailingDot::Ignored,
    picks: Picks::AllV4First,
    keeps_duplicates: false,
    joins: Joins::Aliases,
    other_family: OtherFamily::EachGoesOn,
    ..COMMON
};

/// macOS's Libinfo "file" module, asked when mDNSResponder found nothing. Source: Libinfo file_module.c.
pub const LIBINFO: Dialect = Dialect {
    id: "libinfo",
    label: "macOS (Libinfo file module)",
    versions: "600",
    evidence: Evidence::Source,
    cite: "Libinfo file_module.c, functions run on Linux",
    // It takes a line end for granted and drops the last byte of what fgets gave.
    last_line: LastLine::ByteLost,
    line_limit: LineLimit::Continues(4095),
    blanks: Blanks::SpaceTab,
    comments: Comments::FirstColumn,
    nul: Nul::EndsLineLosingByte,
    case: Case::Exact,
    picks: Picks::FirstV4First,
    ..COMMON
};

/// The Windows DNS Client. Only documented: at most nine names a line (KB 2717022), CRLF files.
pub const WINDOWS: Dialect = Dialect {
    id: "windows",
    label: "Windows DNS Client",
    versions: "10-11",
    evidence: Evidence::Documented,
    cite: "Microsoft KB 2717022 (nine names a line); no source, no run",
    blanks: Blanks::SpaceTabCr,
    names_per_line: 9,
    ..COMMON
};
