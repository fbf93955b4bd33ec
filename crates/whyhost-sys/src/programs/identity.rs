//! Which program it is that prints this, and in which version: several share a name.

use super::run::Outcome;
use std::path::Path;
use whyhost_core::program::Version;

/// What a program prints in front of its version.
struct Mark {
    text: &'static str,
    /// Its id in the list of programs; `None` for a program that is not modelled.
    id: Option<&'static str>,
}

/// Programs that are found under each other's names, by what they print.
///
/// `wget` is Wget2 on Fedora from 40 on, BusyBox on Alpine, Toybox on Android; `ssh` is Dropbear on small systems. The
/// more special mark stands first. Sources: outputs of Wget 1.21.3, Wget2 1.99.1, BusyBox 1.35.0, OpenSSH 9.2p1,
/// Toybox 0.8.9, Dropbear 2022.83.
const MARKS: [Mark; 6] = [
    Mark { text: "GNU Wget2 ", id: Some("wget2") },
    Mark { text: "GNU Wget ", id: Some("wget") },
    Mark { text: "BusyBox v", id: Some("busybox") },
    Mark { text: "OpenSSH_", id: Some("ssh") },
    Mark { text: "toybox ", id: None },
    Mark { text: "Dropbear v", id: None },
];

/// Where the version stands behind another number: `mysql  Ver 15.1 Distrib 10.11.19-MariaDB` (the client of MariaDB up
/// to 10.x and of MySQL up to 5.7).
const BEHIND: [(&str, &str); 1] = [("mysql", "Distrib ")];

/// Names of multi-call binaries, whose applets are links to them.
const MULTI_CALL: [(&str, Option<&str>); 3] =
    [("busybox", Some("busybox")), ("toybox", None), ("dropbear", None)];

/// What is known of a program that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    /// This version of it.
    Version(String),
    /// It is there, and its version is unknown: why.
    Unknown(String),
    /// Another program of the list has its name, in this version.
    Other(&'static str, String),
    /// A program that is not modelled has its name.
    Stranger,
}

/// Reads what the program of `id`, whose file is `file`, did.
pub(super) fn read(id: &str, file: &Path, outcome: &Outcome) -> Reading {
    let printed = match outcome {
        Outcome::Ended { printed, .. } => printed.each_ref().map(|bytes| String::from_utf8_lossy(bytes)),
        _ => Default::default(),
    };
    if let Some((id_printed, version)) = printed.iter().find_map(|text| marked(text)) {
        return named(id, id_printed, version);
    }
    let multi_call = multi_call(file);
    let is_marked = MARKS.iter().any(|mark| mark.id == Some(id));
    let why = match outcome {
        _ if multi_call.is_some_and(|other| other != Some(id)) => return Reading::Stranger,
        Outcome::TooLong => "it did not end in time".into(),
        Outcome::TooMuch => "it prints without end".into(),
        Outcome::NotStarted(errno) => format!("it could not be started: {errno}"),
        Outcome::Ended { success: false, .. } => "it ended with an error".into(),
        Outcome::Ended { .. } if is_marked => return Reading::Stranger,
        Outcome::Ended { .. } => match printed.iter().find_map(|text| version(id, text)) {
            Some(version) => return Reading::Version(version),
            None => "it printed no version".into(),
        },
    };
    Reading::Unknown(why)
}

/// The first mark in the text, and the number behind it.
fn marked(text: &str) -> Option<(Option<&'static str>, String)> {
    MARKS.iter().find_map(|mark| {
        let behind = &text[text.find(mark.text)? + mark.text.len()..];
        Some((mark.id, Version::find(behind)?.to_owned()))
    })
}

fn named(id: &str, printed: Option<&'static str>, version: String) -> Reading {
    match printed {
        Some(other) if other == id => Reading::Version(version),
        Some(other) => Reading::Other(other, version),
        None => Reading::Stranger,
    }
}

/// The multi-call program that `file` is; `Some(None)` for one that is not modelled.
fn multi_call(file: &Path) -> Option<Option<&'static str>> {
    let name = file.file_name()?.to_string_lossy();
    MULTI_CALL.iter().find(|(start, _)| name.starts_with(start)).map(|(_, id)| *id)
}

/// The version in what a program prints: in standard output, else in standard error, where warnings stand too.
fn version(id: &str, text: &str) -> Option<String> {
    let behind =
        BEHIND.iter().find(|(program, _)| *program == id).and_then(|(_, word)| text.split_once(word));
    Version::find(behind.map_or(text, |(_, rest)| rest)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use whyhost_core::program::PROGRAMS;

    fn ended(success: bool, out: &str, err: &str) -> Outcome {
        Outcome::Ended { success, printed: [out.into(), err.into()] }
    }

    fn read_of(id: &str, outcome: &Outcome) -> Reading {
        read(id, &Path::new("/usr/bin").join(id), outcome)
    }

    /// Recorded from Debian 12's packages: the program, its standard output, its standard error, the version.
    const RECORDED: &[(&str, &str, &str, &str)] = &[
        ("node", "v20.20.2\n", "", "20.20.2"),
        ("python", "Python 3.11.7\n", "", "3.11.7"),
        (
            "curl",
            "curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1 OpenSSL/3.0.19\nRelease-Date: 2023-02-20\n",
            "",
            "7.88.1",
        ),
        ("wget", "GNU Wget 1.21.3 built on linux-gnu.\n\n-cares +digest\n", "", "1.21.3"),
        (
            "java",
            "",
            "openjdk version \"17.0.15\" 2025-04-15\nOpenJDK Runtime Environment (build 17.0.15+6)\n",
            "17.0.15",
        ),
        (
            "perl",
            "\nThis is perl 5, version 36, subversion 0 (v5.36.0) built for x86_64-linux-gnu\n",
            "",
            "5.36.0",
        ),
        ("git", "git version 2.39.5\n", "", "2.39.5"),
        ("ssh", "", "OpenSSH_9.2p1 Debian-2+deb12u6, OpenSSL 3.0.19 27 Jan 2026\n", "9.2"),
        ("psql", "psql (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", "", "15.18"),
        ("openssl", "OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)\n", "", "3.0.19"),
        (
            "busybox",
            "BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) multi-call binary.\nBusyBox is copyrighted by many authors between 1998-2015.\n",
            "",
            "1.35.0",
        ),
        ("ncat", "", "Ncat: Version 7.93 ( https://nmap.org/ncat )\n", "7.93"),
        (
            "socat",
            "socat by Gerhard Rieger and contributors - see www.dest-unreach.org\nsocat version 1.7.4.4 on 06 Nov 2022 08:15:51\n   running on Linux version #1 SMP, release 6.18.44\n",
            "",
            "1.7.4.4",
        ),
        ("php", "PHP 8.2.36 (cli) (built: Nov 18 2026 20:02:04) (NTS)\nZend Engine v4.2.36\n", "", "8.2.36"),
        ("ruby", "ruby 3.1.2p20 (2022-04-12 revision 4491bb740a) [x86_64-linux-gnu]\n", "", "3.1.2"),
        ("redis", "redis-cli 7.0.15\n", "", "7.0.15"),
        ("go", "go version go1.19.8 linux/amd64\n", "", "1.19.8"),
        ("nginx", "", "nginx version: nginx/1.22.1\n", "1.22.1"),
        (
            "apache",
            "Server version: Apache/2.4.71 (Debian)\nServer built:   2026-11-12T08:58:41\n",
            "",
            "2.4.71",
        ),
        ("haproxy", "HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/\n", "", "2.6.12"),
        ("lighttpd", "lighttpd/1.4.69 (ssl) - a light and fast webserver\n", "", "1.4.69"),
        (
            "varnish",
            "",
            "varnishd (varnish-7.1.1 revision 7cee1c581bead20e88d101ab3d72afb29f14d87a)\nCopyright (c) 2006 Verdens Gang AS\n",
            "7.1.1",
        ),
        ("squid", "Squid Cache: Version 5.7\nService Name: squid\n", "", "5.7"),
        ("lynx", "Lynx Version 2.9.0dev.12 (02 Jan 2023)\nlibwww-FM 2.14, SSL-MM 1.4.1\n", "", "2.9.0"),
        ("w3m", "w3m version w3m/0.5.3+git20230121, options lang=en,m17n\n", "", "0.5.3"),
        ("aria2", "aria2 version 1.36.0\nCopyright (C) 2006, 2019 Tatsuhiro Tsujikawa\n", "", "1.36.0"),
        (
            "mysql",
            "/usr/bin/mariadb  Ver 15.1 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)\n",
            "",
            "10.11.19",
        ),
        (
            "mono",
            "Mono JIT compiler version 6.8.0.105 (Debian 6.8.0.105+dfsg-3.3+deb12u1)\n",
            "",
            "6.8.0.105",
        ),
        ("firefox", "Mozilla Firefox 153.7.0esr\n", "", "153.7.0"),
        ("chromium", "Chromium 156.0.8078.108 \n", "", "156.0.8078.108"),
    ];

    #[test]
    fn versions_in_what_programs_print() {
        for (id, out, err, version) in RECORDED {
            assert!(PROGRAMS.iter().any(|program| program.id == *id && program.detect.is_some()), "{id}");
            let reading = read_of(id, &ended(true, out, err));
            assert_eq!(reading, Reading::Version((*version).into()), "{id}");
        }
    }

    #[test]
    fn standard_output_counts_before_warnings() {
        let warns = ended(true, "Chromium 156.0.8078.108 \n", "[7:7:1125/101500.123456:ERROR:bus.cc(1)]\n");
        assert_eq!(read_of("chromium", &warns), Reading::Version("156.0.8078.108".into()));
    }

    #[test]
    fn a_name_may_be_another_programs() {
        let busybox = ended(
            false,
            "",
            "wget: unrecognized option '--version'\nBusyBox v1.35.0 (Debian 1:1.35.0-4) multi-call binary.\n",
        );
        assert_eq!(read_of("wget", &busybox), Reading::Other("busybox", "1.35.0".into()));
        let wget2 = ended(true, "GNU Wget2 1.99.1 - multithreaded metalink/file/website downloader\n", "");
        assert_eq!(read_of("wget", &wget2), Reading::Other("wget2", "1.99.1".into()));
        assert_eq!(read_of("wget2", &wget2), Reading::Version("1.99.1".into()));
        let wget = ended(true, "GNU Wget 1.21.3 built on linux-gnu.\n", "");
        assert_eq!(read_of("busybox", &wget), Reading::Other("wget", "1.21.3".into()));
        assert_eq!(read_of("ssh", &ended(true, "", "Dropbear v2022.83\n")), Reading::Stranger);
        // Known by its file, when it says nothing.
        let link = Path::new("/bin/busybox.static");
        assert_eq!(read("wget", link, &Outcome::TooLong), Reading::Stranger);
        assert_eq!(read("wget", link, &ended(false, "", "applet not found\n")), Reading::Stranger);
        assert!(matches!(read("busybox", link, &Outcome::TooLong), Reading::Unknown(_)));
        // Known by what it does not say.
        assert_eq!(read_of("busybox", &ended(true, "something 3.1\n", "")), Reading::Stranger);
    }

    #[test]
    fn no_version_is_made_up() {
        for outcome in [
            ended(false, "curl 7.88.1\n", ""),
            ended(false, "", "/usr/bin/curl: line 3: exec: curl8.1: not found\n"),
            ended(true, "no number\n", "..\n"),
            ended(true, "", ""),
            Outcome::TooLong,
            Outcome::TooMuch,
            Outcome::NotStarted("ENOENT".into()),
        ] {
            assert!(matches!(read_of("curl", &outcome), Reading::Unknown(_)), "{outcome:?}");
        }
        let raw =
            Outcome::Ended { success: true, printed: [b"\xff\xfe curl \x1b[1m7.1\xff".to_vec(), vec![]] };
        assert_eq!(read_of("curl", &raw), Reading::Version("7.1".into()));
    }
}
