//! Programs and language runtimes that read the file themselves.

use super::*;

/// Chromium's built-in resolver. It never looks `localhost` up in the file; that belongs to the resolver.
pub const CHROMIUM: Dialect = Dialect {
    id: "chromium",
    label: "Chromium (built-in resolver)",
    versions: "156",
    cite: "Chromium net/dns/dns_hosts.cc ParseHosts; run as 156.0.8078.79",
    line_ends: LineEnds::CrOutsideComments,
    file_limit: 32 << 20,
    blanks: Blanks::SpaceTabCr,
    nul: Nul::Ordinary,
    address: AddressGrammar::Whatwg,
    names: NameRule::Chromium,
    picks: Picks::FirstV6First,
    ..COMMON
};

/// Java with `-Djdk.net.hosts.file`, which replaces the platform's resolver.
pub const JAVA: Dialect = Dialect {
    id: "java",
    label: "Java (jdk.net.hosts.file)",
    versions: "17-25",
    cite: "OpenJDK java/net/InetAddress.java HostsFileResolver; run as 17.0.21.1, 25.0.3",
    line_ends: LineEnds::Unicode,
    leading_blank: LeadingBlank::IgnoresLine,
    nul: Nul::Ordinary,
    utf8: Utf8::EndsFile(8192),
    address: AddressGrammar::Java,
    zones: ZoneRule::Dropped,
    case: Case::Exact,
    families: Families::MappedIsV4,
    picks: Picks::AllV4First,
    reverse: Reverse::FirstName,
    ..COMMON
};

/// netty's `HostsFileParser`.
pub const NETTY: Dialect = Dialect {
    id: "netty",
    label: "netty",
    versions: "4.1",
    cite: "netty io/netty/resolver/HostsFileParser.java; run as 4.1.48",
    line_ends: LineEnds::LfOrCr,
    blanks: Blanks::SpaceTabCr,
    // String.trim().
    leading_blank: LeadingBlank::TrimsControls,
    nul: Nul::Ordinary,
    address: AddressGrammar::Netty,
    zones: ZoneRule::DroppedOrEmpty,
    case: Case::Unicode,
    families: Families::MappedIsV4,
    picks: Picks::OneV4First,
    ..COMMON
};

/// CoreDNS's `hosts` plugin.
pub const COREDNS: Dialect = Dialect {
    id: "coredns",
    label: "CoreDNS (hosts plugin)",
    versions: "2026-07",
    evidence: Evidence::Source,
    cite: "CoreDNS plugin/hosts/hostsfile.go at 4b26cce, extracted",
    // bufio.Scanner.
    line_limit: LineLimit::Stops(65537),
    blanks: Blanks::Unicode,
    nul: Nul::Ordinary,
    zones: ZoneRule::CutOff,
    case: Case::Unicode,
    trailing_dot: TrailingDot::Ignored,
    families: Families::MappedIsV4,
    picks: Picks::AllV4First,
    repeats_within_line: true,
    second_try: SecondTry::Wildcard,
    reverse: Reverse::AllLines,
    ..COMMON
};

/// Twisted's `twisted.names.hosts`.
pub const TWISTED: Dialect = Dialect {
    id: "twisted",
    label: "Twisted",
    versions: "26.10",
    cite: "Twisted names/hosts.py searchFileForAll; run as 26.10.0",
    line_ends: LineEnds::LfOrCr,
    nul: Nul::Ordinary,
    zones: ZoneRule::AnyTextOrEmpty,
    ..COMMON
};

/// eventlet's green DNS.
pub const EVENTLET: Dialect = Dialect {
    id: "eventlet",
    label: "eventlet",
    versions: "0.41",
    cite: "eventlet support/greendns.py HostsResolver; run as 0.41.3",
    line_ends: LineEnds::LfOrCr,
    blanks: Blanks::Python,
    comments: Comments::LosesLineIfBare,
    nul: Nul::Ordinary,
    names: NameRule::Lengths,
    case: Case::Unicode,
    picks: Picks::LastV4First,
    skips_link_local: true,
    second_try: SecondTry::WithoutLastCharacter,
    ..COMMON
};

/// gevent's hosts file reader. It tests the address, and delivers its text.
pub const GEVENT: Dialect = Dialect {
    id: "gevent",
    label: "gevent",
    versions: "26.9",
    cite: "gevent resolver/_hostsfile.py, _addresses.py; run as 26.9.0",
    line_ends: LineEnds::LfOrCr,
    blanks: Blanks::Python,
    comments: Comments::Gevent,
    nul: Nul::Ordinary,
    address: AddressGrammar::DecimalZeros,
    zones: ZoneRule::AnyTextOrEmpty,
    case: Case::Unicode,
    picks: Picks::LastV4First,
    skips_link_local: true,
    ..COMMON
};

/// Ruby's `Resolv::Hosts`. It never validates the address; here lines without a valid one are left out.
pub const RUBY: Dialect = Dialect {
    id: "ruby",
    label: "Ruby (Resolv::Hosts)",
    versions: "3.1",
    cite: "Ruby lib/resolv.rb Resolv::Hosts; run as 3.1",
    leading_blank: LeadingBlank::IgnoresLine,
    nul: Nul::Ordinary,
    zones: ZoneRule::AnyTextOrEmpty,
    case: Case::Exact,
    picks: Picks::AllReversed,
    repeats_within_line: true,
    reverse: Reverse::AllLines,
    ..COMMON
};
