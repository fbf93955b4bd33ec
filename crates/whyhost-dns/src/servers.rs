//! Which servers are asked: those that the machine's configuration names, or those that the command line names.

use std::net::{IpAddr, SocketAddr};
use whyhost_core::conf::resolv::ResolvConf;
use whyhost_core::machine::Machine;

/// The port where none is named.
pub const PORT: u16 = 53;

/// Where systemd-resolved writes the servers that it asks itself (systemd-resolved.service(8)).
const BEHIND_RESOLVED: &str = "/run/systemd/resolve/resolv.conf";
/// Where its administrator names them (resolved.conf(5)).
const RESOLVED_CONF: &str = "/etc/systemd/resolved.conf";
/// The addresses of its stub (systemd-resolved.service(8)).
const STUBS: [IpAddr; 2] = [v4(53), v4(54)];

const fn v4(last: u8) -> IpAddr {
    IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, last))
}

/// The part of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// resolv.conf names it: programs ask it.
    Configured,
    /// The stub of systemd-resolved, which programs ask.
    Stub,
    /// The stub asks it.
    BehindStub,
    /// The command line names it.
    Chosen,
    /// It answered when the machine was recorded.
    Recorded,
}

impl Role {
    /// As in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Role::Configured => "configured",
            Role::Stub => "stub",
            Role::BehindStub => "behind-stub",
            Role::Chosen => "chosen",
            Role::Recorded => "recorded",
        }
    }
}

/// A server that may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its part.
    pub role: Role,
    /// Who names it: `/etc/resolv.conf:2`, `--server`.
    pub named_by: String,
}

impl Server {
    /// A server of the command line.
    pub fn chosen(address: SocketAddr) -> Server {
        Server { address, role: Role::Chosen, named_by: "--server".into() }
    }
}

/// The servers that look-ups on the machine reach, each once: those of resolv.conf, and where that is the stub of
/// systemd-resolved also those behind it.
pub fn configured(machine: &Machine) -> Vec<Server> {
    let path = machine.resolv.path.as_str();
    let mut servers = Vec::new();
    if machine.resolv.value.nameservers.is_empty() {
        let address = SocketAddr::new(v4(1), PORT);
        let named_by = format!("{path} names none");
        servers.push(Server { address, role: Role::Configured, named_by });
    }
    for (line, address) in &machine.resolv.value.nameservers {
        let role = if STUBS.contains(address) { Role::Stub } else { Role::Configured };
        let address = SocketAddr::new(*address, PORT);
        servers.push(Server { address, role, named_by: format!("{path}:{line}") });
    }
    if servers.iter().any(|s| s.role == Role::Stub) {
        servers.extend(behind_stub(machine));
    }
    let mut seen = std::collections::HashSet::new();
    servers.retain(|s| seen.insert(s.address));
    servers
}

fn behind_stub(machine: &Machine) -> Vec<Server> {
    let read = |path| machine.raw.file(path).and_then(|f| f.bytes()).unwrap_or_default();
    let behind = |address, path: &str, line| Server {
        address,
        role: Role::BehindStub,
        named_by: format!("{path}:{line}"),
    };
    let listed = ResolvConf::parse(&read(BEHIND_RESOLVED)).nameservers.into_iter();
    let listed: Vec<Server> = listed
        .filter(|(_, address)| !STUBS.contains(address))
        .map(|(line, address)| behind(SocketAddr::new(address, PORT), BEHIND_RESOLVED, line))
        .collect();
    if !listed.is_empty() {
        return listed;
    }
    let text = read(RESOLVED_CONF);
    let text = String::from_utf8_lossy(&text).into_owned();
    let lines = text.lines().enumerate().filter_map(|(i, l)| Some((i + 1, l.trim().strip_prefix("DNS=")?)));
    let words = lines.flat_map(|(line, list)| list.split_whitespace().map(move |word| (line, word)));
    words.filter_map(|(line, word)| Some(behind(resolved_server(word)?, RESOLVED_CONF, line))).collect()
}

/// `ADDRESS[:PORT][%INTERFACE][#NAME]` (resolved.conf(5), `DNS=`).
fn resolved_server(word: &str) -> Option<SocketAddr> {
    let word = word.split(['#', '%']).next()?;
    parse(word).ok()
}

/// A server as the command line names it: `ADDRESS`, `ADDRESS:PORT`, `[ADDRESS]:PORT`.
///
/// # Errors
/// What would be accepted. A name is not: looking it up would be a question to somebody else.
pub fn parse(text: &str) -> Result<SocketAddr, String> {
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, PORT)).or_else(|_| text.parse());
    match address {
        Ok(address) if address.port() == 0 => Err("expected a port from 1 to 65535".into()),
        Ok(address) => Ok(address),
        Err(_) => Err("expected ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT, such as 192.0.2.53 or [::1]:5353; \
                       no name, since looking it up would ask somebody else"
            .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whyhost_core::machine::RESOLV;
    use whyhost_core::snapshot::{Os, OsFamily, RawFile, Snapshot};

    fn machine(files: &[(&str, &str)]) -> Machine {
        let mut snapshot = Snapshot::new(Os { hostname: "box".into(), ..Os::unknown(OsFamily::Linux) });
        snapshot.files = files.iter().map(|(path, text)| RawFile::text(path, text.as_bytes())).collect();
        Machine::new(snapshot)
    }

    fn rows(files: &[(&str, &str)]) -> Vec<String> {
        let row = |s: Server| format!("{} {} {}", s.address, s.role.word(), s.named_by);
        configured(&machine(files)).into_iter().map(row).collect()
    }

    #[test]
    fn the_stub_and_the_servers_behind_it_are_told_apart() {
        let stub = (RESOLV, "nameserver 127.0.0.53\noptions edns0\n");
        let behind =
            (BEHIND_RESOLVED, "nameserver 192.0.2.53\nnameserver 127.0.0.53\nnameserver 2001:db8::53\n");
        assert_eq!(
            rows(&[stub, behind]),
            [
                "127.0.0.53:53 stub /etc/resolv.conf:1",
                "192.0.2.53:53 behind-stub /run/systemd/resolve/resolv.conf:1",
                "[2001:db8::53]:53 behind-stub /run/systemd/resolve/resolv.conf:3",
            ]
        );
        let conf =
            (RESOLVED_CONF, "[Resolve]\n#DNS=9.9.9.9\nDNS=192.0.2.1:5353%eth0#dns.example 2001:db8::1 x\n");
        assert_eq!(
            rows(&[stub, conf])[1..],
            [
                "192.0.2.1:5353 behind-stub /etc/systemd/resolved.conf:3",
                "[2001:db8::1]:53 behind-stub /etc/systemd/resolved.conf:3",
            ]
        );
        // Nobody asks them where the stub is not used.
        assert_eq!(
            rows(&[(RESOLV, "nameserver 192.0.2.9\n"), behind]),
            ["192.0.2.9:53 configured /etc/resolv.conf:1"]
        );
    }

    #[test]
    fn without_a_server_it_is_the_machine_itself() {
        assert_eq!(rows(&[(RESOLV, "")]), ["127.0.0.1:53 configured /etc/resolv.conf names none"]);
    }

    #[test]
    fn command_line() {
        for (text, address) in [
            ("192.0.2.53", "192.0.2.53:53"),
            ("192.0.2.53:5353", "192.0.2.53:5353"),
            ("::1", "[::1]:53"),
            ("[::1]", "[::1]:53"),
            ("[::1]:5353", "[::1]:5353"),
        ] {
            assert_eq!(parse(text).map(|a| a.to_string()), Ok(address.to_owned()), "{text}");
        }
        for bad in
            ["", "dns.example", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:99999", "https://192.0.2.53"]
        {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
