//! The known differences between programs and their models. Each says what is seen in place of what the model says, so
//! that it explains this and nothing else.

use super::{Expected, PORT, Ran, Tried, expected, query};
use std::net::{IpAddr, Ipv4Addr};
use whyhost_core::program::{self, Strategy};
use whyhost_core::resolve::{Because, Query, Ranked, Source};
use whyhost_core::snapshot::Family;

/// What a program was seen to do that its model does not say.
pub struct Case<'a> {
    /// The program.
    pub ran: &'a Ran,
    /// The name.
    pub name: &'a str,
    /// The server's port.
    pub port: u16,
    /// What the model says.
    pub expected: &'a Expected,
    /// What was seen.
    pub seen: &'a Tried,
}

/// A difference that is known, by the reason for it.
pub struct Deviation {
    /// The reason.
    pub reason: &'static str,
    /// It is this one.
    pub holds: fn(&Case<'_>) -> bool,
}

/// The known differences, each seen in a live run.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        reason: "Java looks up the machine's own name in place of 0.0.0.0 or :: (InetAddress.getLocalHost)",
        holds: |c| {
            let machine = &c.expected.machine;
            let own_name = || expected(machine, c.ran, &machine.os.hostname, c.port);
            let any = |r: &Ranked| r.address.address.is_unspecified();
            // Nobody asked the kernel for a source address of what the own name is.
            let unseen = |e: &Expected| {
                let no_source = |r: &Ranked| machine.source_of(r.address).is_none();
                c.seen.addresses.is_empty() && e.answer.addresses.iter().all(no_source)
            };
            c.is("java")
                && c.addresses().first().is_some_and(any)
                && own_name().is_some_and(|e| e.agrees(c.seen) || unseen(&e))
        },
    },
    Deviation {
        reason: "Java, and Node from 22 on, give a link-local address without scope the scope of an interface",
        holds: |c| {
            let bare = |r: &Ranked| r.address.scope_id == 0 && is_link_local(r.address.address);
            (c.is("java") || c.is("node") && c.major() >= 22)
                && c.addresses().iter().any(bare)
                && c.seen_with(|all| {
                    all.iter_mut().filter(|r| bare(r)).for_each(|r| r.address.scope_id = c.link())
                })
        },
    },
    Deviation {
        reason: "Node hands a link-local address on without its interface (dns.lookup): connect fails with EINVAL",
        holds: |c| {
            let scope = if c.major() >= 22 { c.link() } else { 0 };
            let scoped = |r: &Ranked| r.address.scope_id != 0;
            c.is("node")
                && c.addresses().iter().any(scoped)
                && c.seen_with(|all| {
                    all.iter_mut().filter(|r| scoped(r)).for_each(|r| r.address.scope_id = scope)
                })
        },
    },
    Deviation {
        reason: "Ruby's Socket.tcp makes its IPv6 sockets IPv6-only (Addrinfo#connect_internal): no mapped addresses",
        holds: |c| {
            c.is("ruby")
                && c.addresses().iter().any(|r| is_mapped(r.address.address))
                && c.seen_with(|all| all.retain(|r| !is_mapped(r.address.address)))
        },
    },
    Deviation {
        reason: "Erlang answers the machine's own name with 127.0.0.1 where the look-up fails (inet:gethostbyname_self)",
        holds: |c| {
            let from = || Source::Builtin { cite: "inet:gethostbyname_self".into() };
            let address = IpAddr::V4(Ipv4Addr::LOCALHOST).into();
            c.is("erlang")
                && c.name.eq_ignore_ascii_case(&c.expected.machine.os.hostname)
                && c.addresses().is_empty()
                && c.seen_with(|all| all.push(Ranked { address, from: from(), placed_by: Because::OnlyOne }))
        },
    },
    Deviation {
        reason: "gethostbyname keeps the order of delivery, getaddrinfo for AF_INET sorts",
        holds: |c| {
            (c.is("nc-traditional") || c.is("erlang"))
                && c.seen_with(|all| all.sort_by_key(|r| c.delivered(r)))
        },
    },
    Deviation {
        reason: "Go, gRPC and Java connect to a mapped address as to an IPv4 one, whatever net.ipv6.bindv6only says",
        holds: |c| {
            (c.is("grpc") || c.is("go") || c.is("go-pure") || c.is("java"))
                && c.expected.machine.sysctl("ipv6/bindv6only") == Some(1)
                && c.addresses().iter().any(|r| is_mapped(r.address.address))
                && c.seen_with(|all| {
                    all.iter_mut().for_each(|r| r.address.address = r.address.address.to_canonical());
                })
        },
    },
    Deviation {
        reason: "Go takes the answers for A and AAAA as they come: a mapped address is before or behind the IPv4 ones by chance",
        holds: |c| {
            let by_chance = |r: &Ranked| is_mapped(r.address.address) && matches!(r.from, Source::Dns { .. });
            let v6 = |r: &Ranked| r.address.address.to_canonical().is_ipv6();
            (c.is("go") || c.is("go-pure"))
                && c.addresses().iter().any(by_chance)
                && [true, false].into_iter().any(|mapped_first| {
                    c.seen_with(|all| {
                        all.sort_by_key(|r| !v6(r) && is_mapped(r.address.address) != mapped_first)
                    })
                })
        },
    },
    Deviation {
        reason: "Chromium asks for IPv4 alone where no route leads to a public IPv6 address (IsGloballyReachable)",
        holds: |c| {
            let routes = &c.expected.machine.raw.routes;
            c.is("chromium")
                && !routes.iter().any(|r| r.destination.is_ipv6() && r.prefix_len == 0)
                && !c.addresses().iter().any(|r| matches!(r.from, Source::Builtin { .. }))
                && c.seen_with(|all| all.retain(|r| r.address.address.is_ipv4()))
        },
    },
    Deviation {
        reason: "Firefox asks for IPv4 alone 250 ms after a silent IPv6 address (network.http.fast-fallback-to-IPv4)",
        holds: |c| {
            let is_v6 = |r: &Ranked| r.address.address.is_ipv6();
            let added = |all: &mut Vec<Ranked>| {
                all.retain(is_v6);
                all.extend(c.v4());
            };
            c.is("firefox")
                && c.addresses().first().is_some_and(is_v6)
                && c.expected.with(added, Strategy::TwoGroups(250), c.port).agrees(c.seen)
        },
    },
    Deviation {
        reason: "Firefox does not connect to 0.0.0.0 and :: (network.socket.ip_addr_any.disabled)",
        holds: |c| {
            let any = |r: &Ranked| r.address.address.is_unspecified();
            c.is("firefox") && c.addresses().iter().any(any) && c.seen_with(|all| all.retain(|r| !any(r)))
        },
    },
    Deviation {
        reason: "browsers die of a hosts line that glibc dies of, whatever name they are given",
        holds: |c| {
            let machine = &c.expected.machine;
            let asked = program::system(machine, &query(c.name, PORT));
            // Of a line without a service glibc 2.36 dies in some calls and not in others.
            let deadly = asked.error.is_some_and(|e| e.code == "CRASH")
                || machine.nsswitch.value.effective(machine.glibc).is_empty();
            (c.is("chromium") || c.is("firefox")) && c.seen.addresses.is_empty() && deadly
        },
    },
];

impl Case<'_> {
    fn is(&self, model: &str) -> bool {
        self.ran.model == model
    }

    fn major(&self) -> u32 {
        self.ran.version.split('.').next().and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    /// The addresses that the program has by its model.
    fn addresses(&self) -> &[Ranked] {
        &self.expected.answer.addresses
    }

    /// What was seen is what comes of the model's addresses, changed so.
    fn seen_with(&self, change: impl FnOnce(&mut Vec<Ranked>)) -> bool {
        self.expected.with(change, self.expected.strategy, self.port).agrees(self.seen)
    }

    /// What the machine's getaddrinfo gives for the name and IPv4.
    fn v4(&self) -> Vec<Ranked> {
        let query = Query { family: Family::V4, ..query(self.name, self.port) };
        program::system(&self.expected.machine, &query).addresses
    }

    /// The first interface with a link-local IPv6 address; 0: none.
    fn link(&self) -> u32 {
        let has =
            |i: &&whyhost_core::snapshot::Interface| i.addresses.iter().any(|a| is_link_local(a.address));
        self.expected.machine.raw.interfaces.iter().filter(has).map(|i| i.index).min().unwrap_or(0)
    }

    /// Where an address stands in what it comes from: line of the file, record of the answer.
    fn delivered(&self, ranked: &Ranked) -> usize {
        match &ranked.from {
            Source::HostsLine { line, .. } => *line,
            _ => {
                let text = ranked.address.address.to_string();
                let answers = self.expected.machine.raw.live.dns.iter();
                answers.filter_map(|o| o.records.iter().position(|r| *r == text)).next().unwrap_or(0)
            }
        }
    }
}

fn is_mapped(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some())
}

fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local())
}
