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

/// nss-mdns: the minimal variants take exactly two-label `.local` names, and only avahi can answer.
fn multicast(machine: &Machine, module: &str, name: &str, call: Call) -> Outcome {
    let wrong_family = (module.starts_with("mdns4") && call == Call::V6)
        || (module.starts_with("mdns6") && call == Call::V4);
    if wrong_family {
        return unavailable(format!("{module} does not serve this family"));
    }
    let plain = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let local = plain.strip_suffix(".local");
    let takes = if module.ends_with("_minimal") {
        local.is_some_and(|front| !front.contains('.'))
    } else {
        local.is_some()
    };
    if !takes {
        return unavailable(format!("{module} leaves {name} alone: not a .local name it serves"));
    }
    daemon(machine, "/run/avahi-daemon/socket", "avahi-daemon", module, name)
}
