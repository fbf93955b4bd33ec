//! The names that systems ship for the loopback addresses, as in the stock files of `testdata/hosts/clean`.

use crate::snapshot::Os;

/// Names of the lines of 127.0.0.1 and ::1.
pub(super) struct Loopback {
    /// The names of 127.0.0.1.
    pub(super) v4: &'static [&'static str],
    /// The names of ::1.
    pub(super) v6: &'static [&'static str],
}

/// What everybody has.
const PLAIN: Loopback = Loopback { v4: &["localhost"], v6: &["localhost"] };

/// Systems by the begin of their name in os-release. Debian 12 and 13 (netcfg), Ubuntu 24.04 (subiquity: its ::1 line does
/// not name localhost), Fedora and RHEL (the package setup), Alpine 3.20 (alpine-baselayout), openSUSE (netcfg).
const SYSTEMS: [(&str, Loopback); 9] = [
    ("Debian", Loopback { v4: &["localhost"], v6: &["localhost", "ip6-localhost", "ip6-loopback"] }),
    ("Ubuntu", Loopback { v4: &["localhost"], v6: &["ip6-localhost", "ip6-loopback"] }),
    ("Fedora", REDHAT),
    ("Red Hat", REDHAT),
    ("CentOS", REDHAT),
    ("Rocky", REDHAT),
    ("AlmaLinux", REDHAT),
    (
        "Alpine Linux",
        Loopback { v4: &["localhost", "localhost.localdomain"], v6: &["localhost", "localhost.localdomain"] },
    ),
    ("openSUSE", Loopback { v4: &["localhost"], v6: &["localhost", "ipv6-localhost", "ipv6-loopback"] }),
];

const REDHAT: Loopback = Loopback {
    v4: &["localhost", "localhost.localdomain", "localhost4", "localhost4.localdomain4"],
    v6: &["localhost", "localhost.localdomain", "localhost6", "localhost6.localdomain6"],
};

/// What `os` ships; the name alone where that is not known.
pub(super) fn loopback(os: &Os) -> &'static Loopback {
    let own = SYSTEMS.iter().find(|(name, _)| os.name.starts_with(name));
    own.map_or(&PLAIN, |(_, names)| names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hosts_edit::{GLIBC, HostsFile};

    /// The lines of a stock file for both addresses.
    fn shipped(file: &str) -> [Vec<String>; 2] {
        let file = HostsFile::parse(file).0;
        ["127.0.0.1", "::1"].map(|address| {
            let entry = file.entries(&GLIBC).find(|e| e.address.to_string() == address).expect(address);
            entry.names.iter().map(|n| String::from_utf8_lossy(&n.text).into_owned()).collect()
        })
    }

    #[test]
    fn they_are_those_of_the_stock_files() {
        macro_rules! stock {
            ($name:literal) => {
                include_str!(concat!("../../../../testdata/hosts/clean/", $name, ".hosts"))
            };
        }
        for (name, file) in [
            ("Debian GNU/Linux 13 (trixie)", stock!("debian")),
            ("Ubuntu 24.04.2 LTS", stock!("ubuntu")),
            ("Fedora Linux 42 (Server Edition)", stock!("fedora")),
            ("Red Hat Enterprise Linux 9.4 (Plow)", stock!("rhel")),
            ("Alpine Linux v3.20", stock!("alpine")),
            ("openSUSE Leap 15.6", stock!("opensuse")),
            ("Arch Linux", stock!("arch-installer")),
        ] {
            let os = Os {
                family: crate::snapshot::OsFamily::Linux,
                name: name.into(),
                kernel: String::new(),
                libc: None,
                hostname: String::new(),
            };
            let Loopback { v4, v6 } = loopback(&os);
            assert_eq!(shipped(file), [v4.to_vec(), v6.to_vec()], "{name}");
        }
    }
}
