//! What each program gets for a target on a port.

use super::{Behaviour, Chosen, GETADDRINFO, Lookup, PROGRAMS, Strategy, ask, installed, walk};
use crate::diagnose::{Basis, Course, Target};
use crate::machine::Machine;
use crate::reach::{self, AttemptOutcome, ClientOutcome, Outcome};
use crate::resolve::{Query, Status};
use crate::snapshot::ScopedAddr;

/// Which clients a verdict is about.
#[derive(Debug, Clone, Default)]
pub enum Who {
    /// The programs that are on the machine and serve the port; kinds of client where none is known.
    #[default]
    Here,
    /// One program.
    One(Chosen),
    /// One kind of client, by its id.
    Kind(&'static str),
}

/// What the clients of `who` get for `target`, whose look-ups give `course`.
pub fn clients(
    machine: &Machine,
    target: &Target,
    course: &Course,
    who: &Who,
    port: u16,
) -> Vec<ClientOutcome> {
    let kinds = || reach::clients_of(machine, &course.addresses, course.status, port);
    match who {
        Who::One(chosen) => return vec![client(machine, target, course, chosen, port)],
        Who::Kind(id) => return kinds().into_iter().filter(|kind| kind.client == *id).collect(),
        Who::Here => {}
    }
    let counted = installed(machine).into_iter().filter(|c| c.counts_for(port));
    let all: Vec<ClientOutcome> = counted
        .map(|chosen| client(machine, target, course, &chosen, port))
        .filter(|client| !client.unix_socket)
        .collect();
    if all.is_empty() { kinds() } else { all }
}

/// The programs and versions that are not on the machine, or that the verdict does not count.
pub fn others(machine: &Machine, target: &Target, course: &Course, port: u16) -> Vec<ClientOutcome> {
    let here = installed(machine);
    let uncounted = here.iter().filter(|c| !c.counts_for(port)).cloned();
    let absent = PROGRAMS.iter().flat_map(|program| {
        let known = here.iter().find(|c| c.program.id == program.id);
        let eras = program.eras.iter().filter_map(|era| super::Version::parse(era.since));
        let all = eras.map(|version| Chosen { program, version, installed: false });
        all.filter(|c| known.is_none_or(|k| k.era().since != c.era().since)).collect::<Vec<_>>()
    });
    uncounted.chain(absent).map(|chosen| client(machine, target, course, &chosen, port)).collect()
}

fn client(machine: &Machine, target: &Target, course: &Course, chosen: &Chosen, port: u16) -> ClientOutcome {
    let (behaviour, _) = chosen.behaviour(machine);
    let unix_socket = behaviour.strategy == Strategy::UnixSocket && target.is_localhost();
    let (addresses, status) = addresses(machine, target, course, chosen, &behaviour);
    let strategy = match behaviour.strategy {
        // The socket stands for the one name only.
        Strategy::UnixSocket if !unix_socket => Strategy::InTurn,
        strategy => strategy,
    };
    let tried = walk(machine, strategy, &addresses, port);
    let connects = tried.iter().any(|t| t.outcome == AttemptOutcome::Connects);
    let version = if chosen.installed { chosen.version.to_string() } else { chosen.era().label.into() };
    ClientOutcome {
        client: chosen.program.id,
        label: chosen.title(),
        examples: "",
        version,
        installed: chosen.installed,
        evidence: chosen.era().evidence,
        unix_socket,
        outcome: match () {
            () if unix_socket => Outcome::Unknown,
            // Of attempts at the same time any may succeed.
            () if connects => Outcome::Connects,
            () => reach::end(&tried, status),
        },
        tried,
    }
}

/// The addresses that the program has: its own answer, but of the real resolver where that one is believed.
fn addresses(
    machine: &Machine,
    target: &Target,
    course: &Course,
    chosen: &Chosen,
    behaviour: &Behaviour,
) -> (Vec<ScopedAddr>, Status) {
    if target.literal.is_some() {
        return (course.addresses.clone(), course.status);
    }
    let query = Query { port: target.port, ..Query::any(&target.name) };
    let asks_the_same = behaviour.lookup == GETADDRINFO || behaviour.lookup == Lookup::UnixSocket;
    if asks_the_same && course.basis != Basis::Predicted && !ask::is_builtin(behaviour, &query) {
        return (behaviour.order.of(&course.addresses), course.status);
    }
    let answer = ask::answer(machine, chosen, &query);
    (answer.addresses.iter().map(|r| r.address).collect(), answer.status)
}
