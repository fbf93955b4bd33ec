//! `whyhost compare`: names by name with everything about each, or every name of the hosts file in passing.

mod every;
mod named;

use super::{ACT, FINE, UNABLE};
use crate::args::{CompareArgs, Global};
use crate::failure::Failure;
use crate::gather;
use crate::output::Output;
use std::net::SocketAddr;
use whyhost_core::machine::Machine;
use whyhost_dns::{Bounds, Compared, Plan, Search, Server, Verdict, configured, recorded_servers};
use whyhost_sys::Options;

/// How often a question is sent: one lost packet is no silence.
const ATTEMPTS: u8 = 2;

/// Compares names, or all.
///
/// # Errors
/// When there is nothing to compare, a name is not understood or the machine cannot be read.
pub(crate) fn run(global: &Global, out: &Output, args: &CompareArgs) -> Result<u8, Failure> {
    if args.names.is_empty() && !args.all {
        return Err(Failure::new("nothing to compare")
            .hint("whyhost compare NAME, or whyhost compare --all for every name of the hosts file"));
    }
    let machine = Machine::new(gather::facts(global, &Options::default())?);
    let asking = Asking::new(global, args, &machine);
    if args.all {
        every::run(out, &machine, &asking)
    } else {
        named::run(global, out, args, machine, &asking)
    }
}

/// Who is asked.
struct Asking {
    /// The servers whose answers count, live or recorded.
    servers: Vec<Server>,
    /// How they are asked; nobody gets a packet without one of these servers in it.
    plan: Plan,
}

impl Asking {
    fn new(global: &Global, args: &CompareArgs, machine: &Machine) -> Asking {
        let elsewhere = global.from.is_some() || global.root.is_some();
        let chosen = || args.servers.iter().copied().map(Server::chosen).collect();
        let (servers, live) = match () {
            () if global.no_dns => (Vec::new(), false),
            () if !args.servers.is_empty() => (chosen(), true),
            () if elsewhere => (recorded_servers(&machine.raw.live.dns), false),
            () => (configured(machine), true),
        };
        let asked: Vec<SocketAddr> = servers.iter().filter(|_| live).map(|s| s.address).collect();
        let musl = machine.os.libc.as_ref().is_some_and(|l| l.name == "musl");
        let plan = Plan {
            servers: asked,
            bounds: Bounds { timeout: global.timeout, attempts: ATTEMPTS },
            parallel: Plan::PARALLEL,
            search: if musl { Search::Musl } else { Search::Glibc },
            interruptible: args.all,
        };
        Asking { servers, plan }
    }

    /// Servers are asked now.
    fn is_live(&self) -> bool {
        !self.plan.servers.is_empty()
    }
}

/// What came of the names that were compared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Totals {
    /// Names.
    pub(crate) names: usize,
    /// By verdict, in the order of [`Verdict::ALL`].
    pub(crate) verdicts: [usize; Verdict::ALL.len()],
    /// Names that somebody should look at.
    pub(crate) action: usize,
    /// SIGINT ended the run before its end.
    pub(crate) interrupted: bool,
}

impl Totals {
    fn add(&mut self, compared: &Compared) {
        self.names += 1;
        self.action += usize::from(compared.action);
        if let Some(place) = Verdict::ALL.iter().position(|v| *v == compared.verdict) {
            self.verdicts[place] += 1;
        }
    }

    /// Names with this verdict.
    pub(crate) fn of(&self, verdict: Verdict) -> usize {
        Verdict::ALL.iter().zip(self.verdicts).filter(|(v, _)| **v == verdict).map(|(_, n)| n).sum()
    }

    /// 1: something to look at; 2: something could not be compared; 0: neither.
    fn exit_code(&self) -> u8 {
        match () {
            () if self.interrupted => UNABLE,
            () if self.action > 0 => ACT,
            () if self.of(Verdict::Unknown) > 0 => UNABLE,
            () => FINE,
        }
    }
}
