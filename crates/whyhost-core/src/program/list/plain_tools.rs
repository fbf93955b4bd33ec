//! Tools that take getaddrinfo's order and every address in turn.

use super::library;
use crate::program::{Detect, Era, PLAIN, Program, Serves};
use crate::resolve::Evidence;

/// OpenSSH.
pub(super) const SSH: Program = Program {
    detect: Some(Detect { names: &["ssh"], option: "-V" }),
    serves: Serves::Ports(&[22]),
    ..library(
        "ssh",
        "ssh",
        "ssh, scp, sftp",
        &[Era {
            since: "8",
            label: "8 and later",
            evidence: Evidence::Measured { run: "9.2" },
            behaviour: PLAIN,
        }],
        &["OpenSSH sshconnect.c: ssh_connect_direct (9.2)"],
    )
};

/// inetutils telnet.
pub(super) const TELNET: Program = Program {
    serves: Serves::OnRequest,
    ..library(
        "telnet",
        "telnet",
        "telnet",
        &[Era {
            since: "2",
            label: "2",
            evidence: Evidence::Measured { run: "inetutils 2.4" },
            behaviour: PLAIN,
        }],
        &["inetutils telnet/commands.c: tn (2.4)"],
    )
};

/// Lynx.
pub(super) const LYNX: Program = Program {
    detect: Some(Detect { names: &["lynx"], option: "-version" }),
    ..library(
        "lynx",
        "Lynx",
        "lynx",
        &[Era { since: "2.9", label: "2.9", evidence: Evidence::Measured { run: "2.9" }, behaviour: PLAIN }],
        &["Lynx WWW/Library/Implementation/HTTCP.c: HTDoConnect (2.9)"],
    )
};

/// w3m.
pub(super) const W3M: Program = Program {
    detect: Some(Detect { names: &["w3m"], option: "-version" }),
    ..library(
        "w3m",
        "w3m",
        "w3m",
        &[Era {
            since: "0.5",
            label: "0.5",
            evidence: Evidence::Measured { run: "0.5.3" },
            behaviour: PLAIN,
        }],
        &["w3m url.c: openSocket (0.5.3)"],
    )
};

/// The pseudo file `/dev/tcp` of bash.
pub(super) const BASH: Program = Program {
    serves: Serves::OnRequest,
    ..library(
        "bash",
        "bash /dev/tcp",
        "/dev/tcp/HOST/PORT",
        &[Era {
            since: "4",
            label: "4 and later",
            evidence: Evidence::Measured { run: "5.2" },
            behaviour: PLAIN,
        }],
        &["bash lib/sh/netopen.c: _netopen6 (5.2)"],
    )
};
