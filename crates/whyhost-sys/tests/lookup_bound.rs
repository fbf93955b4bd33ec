//! A DNS server that never answers must not hang a look-up. The server lives in a private network namespace with private
//! configuration files, so this needs root and `unshare`; elsewhere it is skipped, and says so.

#![cfg(target_os = "linux")]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::net::UdpSocket;
use std::process::Command;
use std::time::Duration;
use whyhost_core::resolve::Query;
use whyhost_core::snapshot::LiveOutcome;
use whyhost_sys::probe;

/// Set in the namespace.
const INSIDE: &str = "WHYHOST_TEST_INSIDE_NAMESPACE";
/// Exit code of the script when the machine does not let it prepare the namespace.
const CANNOT_PREPARE: i32 = 77;

const SCRIPT: &str = r#"
{ mount --make-rprivate / && ip link set lo up &&
  mount --bind "$1/resolv.conf" /etc/resolv.conf && mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
} || exit 77
exec "$2" --exact --ignored --nocapture inside_the_namespace
"#;

#[test]
fn a_silent_server_does_not_hang_a_lookup() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("resolv.conf"),
        "nameserver 127.0.0.1\noptions timeout:30 attempts:5\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("nsswitch.conf"), "hosts: dns\n").unwrap();
    let mut command = Command::new("unshare");
    command.args(["--mount", "--net", "sh", "-c", SCRIPT, "sh"]);
    command.arg(folder.path()).arg(std::env::current_exe().unwrap()).env(INSIDE, "1");
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => return eprintln!("SKIP: unshare cannot be run: {error}"),
    };
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    if output.status.code() == Some(CANNOT_PREPARE) || said.contains("unshare failed") {
        return eprintln!("SKIP: no private namespace here: {said}");
    }
    // The process ended although its look-up thread still waits for the server.
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "run by the test above, inside its namespace"]
fn inside_the_namespace() {
    if std::env::var_os(INSIDE).is_none() {
        return eprintln!("SKIP: not in the namespace");
    }
    let _silent_server = UdpSocket::bind("127.0.0.1:53").unwrap();
    let lookup = probe::lookup(&Query::any("name.example"), Duration::from_millis(200));
    assert_eq!(lookup.outcome, LiveOutcome::TimedOut);
    assert!(lookup.elapsed_ms >= 200);
}
