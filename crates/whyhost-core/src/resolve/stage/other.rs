//! Modules that ask a daemon: what they report when the daemon is not there is known; what it would say is not.

use super::{Call, HErrno, Outcome, Report, resolved};
use crate::conf::nsswitch::Status;
use crate::machine::Machine;

/// The module can be loaded; `None` when the snapshot does not say.
pub fn installed(machine: &Machine, module: &str) -> Option<bool> {
    machine.raw.nss_modules.iter().find(|m| m.name == module).map(|m| m.path.is_some())
}

/// Asks a module that depends on a daemon.
pub fn call(machine: &Machine, module: &str, name: &str, call: Call) -> Outcome {
    match module {
        "resolve" => match machine.has_path(resolved::SOCKET) {
            Some(true) => resolved::nss(machine, name, call),
            _ => daemon(machine, resolved::SOCKET, "systemd-resolved", module, name),
        },
        "mymachines" => machines(machine, name),
        mdns if mdns.starts_with("mdns") => multicast(machine, mdns, name, call),
        _ => Outcome::Unknown(format!("what libnss_{module} says about {name} is not in the snapshot")),
    }
}

fn daemon(machine: &Machine, socket: &str, daemon: &str, module: &str, name: &str) -> Outcome {
    match machine.has_path(socket) {
        Some(false) => unavailable(format!("{daemon} is not running (no {socket})")),
        Some(true) => Outcome::Unknown(format!("{module}: {daemon} decides about {name}")),
        None => Outcome::Unknown(format!("{module}: the snapshot does not say whether {daemon} runs")),
    }
}

fn unavailable(detail: String) -> Outcome {
    Outcome::Report(Report::nothing(Status::Unavail, Some(HErrno::NoRecovery), detail))
}

/// nss-mymachines: names of local containers, from systemd-machined.
fn machines(machine: &Machine, name: &str) -> Outcome {
    match machine.has_path("/run/systemd/machines") {
        Some(false) => unavailable("systemd-machined is not running (no /run/systemd/machines)".into()),
        Some(true) => Outcome::Unknown(format!("mymachines: systemd-machined decides about {name}")),
        None => {
            Outcome::Unknown("mymachines: the snapshot does not say whether systemd-machined runs".into())
        }
    }
}

/// nss-mdns 0.15 (`verify_name_allowed`): exactly two-label `.local` names, unless /etc/mdns.allow says otherwise, which
/// the minimal variants do not read; only avahi can answer. Whether a unicast `local. SOA` keeps the module out decides
/// nothing that a snapshot could tell while avahi runs.
fn multicast(machine: &Machine, module: &str, name: &str, call: Call) -> Outcome {
    if !serves(module, call) {
        return unavailable(format!("{module} does not serve this family"));
    }
    if !is_multicast_name(machine, module, name, call) {
        return unavailable(format!("{module} leaves {name} alone: not a name it serves"));
    }
    daemon(machine, "/run/avahi-daemon/socket", "avahi-daemon", module, name)
}

fn serves(module: &str, call: Call) -> bool {
    let wrong_family = (module.starts_with("mdns4") && call == Call::V6)
        || (module.starts_with("mdns6") && call == Call::V4);
    !wrong_family
}

/// The module asks avahi for the name, as far as the snapshot tells.
pub fn is_multicast_name(machine: &Machine, module: &str, name: &str, call: Call) -> bool {
    let plain = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let two_labels =
        plain.strip_suffix(".local").is_some_and(|front| !front.is_empty() && !front.contains('.'));
    let takes = match machine.raw.file(MDNS_ALLOW) {
        Some(file) if !module.ends_with("_minimal") && file.is_present() => match file.bytes() {
            Some(bytes) => allowed(&bytes, &plain),
            None => true,
        },
        _ => two_labels,
    };
    takes && serves(module, call)
}

const MDNS_ALLOW: &str = "/etc/mdns.allow";

/// Lines of mdns.allow: `*` for every name, or a suffix with its dot; `#` begins a comment.
fn allowed(bytes: &[u8], name: &str) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    text.lines().map(|l| l.split('#').next().unwrap_or_default().trim()).any(|line| {
        line == "*" || (line.starts_with('.') && name.ends_with(line.strip_suffix('.').unwrap_or(line)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{NssModule, Os, OsFamily, RawFile, Snapshot};

    fn asked(allow: Option<&str>, module: &str, name: &str, at: Call) -> bool {
        let os = Os::unknown(OsFamily::Linux);
        let mut snapshot = Snapshot::new(os);
        snapshot.nss_modules.push(NssModule { name: module.into(), path: Some("/x".into()), version: None });
        snapshot.files.push(RawFile::text("/run/avahi-daemon/socket", b""));
        snapshot.files.extend(allow.map(|text| RawFile::text(MDNS_ALLOW, text.as_bytes())));
        matches!(call(&Machine::new(snapshot), module, name, at), Outcome::Unknown(_))
    }

    /// Facts of libc resolution, section 3.3: avahi is asked (here: not known) or the name is left alone.
    #[test]
    fn which_names_mdns_takes() {
        for (module, name, at, expected) in [
            ("mdns4_minimal", "printer.local", Call::Both, true),
            ("mdns4_minimal", "Printer.LOCAL.", Call::V4, true),
            ("mdns4_minimal", "printer.local", Call::V6, false),
            ("mdns6_minimal", "printer.local", Call::V4, false),
            ("mdns_minimal", "a.b.local", Call::Both, false),
            ("mdns_minimal", "local", Call::Both, false),
            ("mdns4", "a.b.local", Call::Both, false),
            ("mdns", "localhost", Call::Both, false),
        ] {
            assert_eq!(asked(None, module, name, at), expected, "{module} {name}");
        }
    }

    #[test]
    fn mdns_allow_is_read_by_the_full_variants() {
        assert!(asked(Some("# all\n*\n"), "mdns4", "example.test", Call::Both));
        assert!(asked(Some(".home.\n"), "mdns", "a.b.home", Call::Both));
        assert!(!asked(Some(".home\n"), "mdns", "printer.local", Call::Both));
        assert!(!asked(Some("*\n"), "mdns4_minimal", "example.test", Call::Both));
    }
}
