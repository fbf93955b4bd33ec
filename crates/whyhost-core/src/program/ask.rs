//! The addresses of a name as a program has them, in the order in which it would try them.

use super::{Behaviour, Builtin, Chosen, Lookup, Order, When};
use crate::machine::Machine;
use crate::resolve::{self, Answer, Because, Query, QueryFlags, Ranked, Source, Status, Step};
use crate::snapshot::Family;
use std::net::IpAddr;

/// What `chosen` has for `query`: the answer that it gets, in its own order, with its steps.
pub fn answer(machine: &Machine, chosen: &Chosen, query: &Query) -> Answer {
    let (behaviour, mut settings) = chosen.behaviour(machine);
    let mut answer = match builtin(&behaviour, query, When::Always) {
        Some(builtin) => known(machine, builtin, query),
        None => looked_up(machine, behaviour.lookup, query),
    };
    if !matches!(answer.status, Status::Found | Status::Unknown)
        && let Some(builtin) = builtin(&behaviour, query, When::NotFound)
    {
        let trace = std::mem::take(&mut answer.trace);
        answer = known(machine, builtin, query);
        answer.trace.splice(0..0, trace);
    }
    reorder(behaviour.order, &mut answer, &settings);
    settings.append(&mut answer.trace);
    Answer {
        resolver: chosen.program.id,
        version: chosen.version.to_string(),
        installed: chosen.installed,
        evidence: chosen.era().evidence,
        trace: settings,
        ..answer
    }
}

/// What the machine's own C library answers.
pub fn system(machine: &Machine, query: &Query) -> Answer {
    if machine.os.libc.as_ref().is_some_and(|l| l.name == "musl") {
        return resolve::musl::answer(machine, query);
    }
    resolve::glibc::answer(machine, query)
}

fn builtin<'b>(behaviour: &'b Behaviour, query: &Query, when: When) -> Option<&'b Builtin> {
    behaviour.builtin.as_ref().filter(|b| b.when == when && b.covers(&query.name))
}

impl Builtin {
    /// `name` is one that the program knows by itself.
    pub fn covers(&self, name: &str) -> bool {
        let plain = match name.strip_suffix('.') {
            Some(plain) if self.final_dot => plain,
            Some(_) => return false,
            None => name,
        };
        let plain = plain.to_ascii_lowercase();
        plain == "localhost" || (self.subdomains && plain.ends_with(".localhost") && !plain.starts_with('.'))
    }
}

fn known(machine: &Machine, builtin: &Builtin, query: &Query) -> Answer {
    let wanted = |a: &IpAddr| match query.family {
        Family::Any => true,
        Family::V4 => a.is_ipv4(),
        Family::V6 => a.is_ipv6(),
    };
    let addresses: Vec<IpAddr> = builtin.addresses.iter().copied().filter(wanted).collect();
    let placed_by = if addresses.len() > 1 { Because::BuiltIn } else { Because::OnlyOne };
    let list = addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ");
    let how = match builtin.when {
        When::Always => "nobody is asked",
        When::NotFound => "in place of the failed look-up",
    };
    let trace = vec![Step::new("built in", format!("{} → {list}: {how} ({})", query.name, builtin.cite))];
    let ranked = addresses.into_iter().map(|address| Ranked {
        address: address.into(),
        from: Source::Builtin { cite: builtin.cite.into() },
        placed_by: placed_by.clone(),
    });
    Answer {
        status: Status::Found,
        error: None,
        addresses: ranked.collect(),
        trace,
        comparison: Vec::new(),
        ..system(machine, &Query::any("127.0.0.1"))
    }
}

fn looked_up(machine: &Machine, lookup: Lookup, query: &Query) -> Answer {
    let ask = |family: Family, addrconfig: bool| {
        let flags = QueryFlags { addrconfig, ..query.flags };
        system(machine, &Query { family: narrowed(query.family, family), flags, ..query.clone() })
    };
    match lookup {
        Lookup::System { family, addrconfig } => ask(family, addrconfig),
        Lookup::SystemAddrconfigNotLocalhost => ask(Family::Any, query.name != "localhost"),
        Lookup::SystemV4ForLocalhost if query.name.eq_ignore_ascii_case("localhost") => {
            ask(Family::V4, false)
        }
        Lookup::SystemV4ForLocalhost => ask(Family::Any, false),
        Lookup::SystemV4ElseV6 => {
            let v4 = ask(Family::V4, false);
            if matches!(v4.status, Status::Found | Status::Unknown) { v4 } else { ask(Family::V6, false) }
        }
        Lookup::SystemOnlyV4 => keep(ask(Family::Any, false), IpAddr::is_ipv4, "IPv4"),
        Lookup::SystemOnlyV6 => keep(ask(Family::Any, false), IpAddr::is_ipv6, "IPv6"),
        Lookup::Own { resolver, family } => {
            let query = Query { family: narrowed(query.family, family), ..query.clone() };
            resolve::of(machine, resolver, &query).unwrap_or_else(|| system(machine, &query))
        }
        Lookup::UnixSocket => ask(Family::Any, false),
    }
}

/// The family of the question, narrowed by what the program asks for anyway.
fn narrowed(asked: Family, own: Family) -> Family {
    if own == Family::Any { asked } else { own }
}

fn keep(mut answer: Answer, wanted: fn(&IpAddr) -> bool, family: &str) -> Answer {
    let before = answer.addresses.len();
    answer.addresses.retain(|r| wanted(&r.address.address));
    if answer.addresses.len() < before {
        answer.trace.push(Step::new("family", format!("only {family} is kept")));
    }
    if let [only] = answer.addresses.as_mut_slice() {
        only.placed_by = Because::OnlyOne;
    }
    if answer.addresses.is_empty() && answer.status == Status::Found {
        answer.status = Status::NoData;
    }
    answer
}

fn reorder(order: Order, answer: &mut Answer, settings: &[Step]) {
    let before: Vec<_> = answer.addresses.iter().map(|r| r.address).collect();
    let list = std::mem::take(&mut answer.addresses);
    answer.addresses = match order {
        Order::AsGiven => list,
        Order::V4First => partition(list, true),
        Order::V6First => partition(list, false),
        Order::Alternate => alternate(list),
        Order::AlternateV4First => alternate(partition(list, true)),
        Order::AlternateV6First => alternate(partition(list, false)),
    };
    if before == answer.addresses.iter().map(|r| r.address).collect::<Vec<_>>() {
        return;
    }
    let setting = settings.first().map_or_else(|| order.words().to_owned(), |s| s.step.clone());
    for ranked in &mut answer.addresses {
        ranked.placed_by = match order {
            Order::V4First | Order::AlternateV4First => Because::PreferV4 { setting: setting.clone() },
            Order::V6First | Order::AlternateV6First => Because::PreferV6 { setting: setting.clone() },
            _ => Because::Alternated,
        };
    }
    answer.comparison.clear();
    let list = answer.addresses.iter().map(|r| r.address.to_string()).collect::<Vec<_>>().join(", ");
    answer.trace.push(Step::new("order", format!("{}: {list}", order.words())));
}

fn partition(list: Vec<Ranked>, v4_first: bool) -> Vec<Ranked> {
    let (mut first, second): (Vec<_>, Vec<_>) =
        list.into_iter().partition(|r| r.address.address.is_ipv4() == v4_first);
    first.extend(second);
    first
}

fn alternate(list: Vec<Ranked>) -> Vec<Ranked> {
    let Some(first) = list.first().map(|r| r.address.address.is_ipv4()) else { return list };
    let (ours, theirs): (Vec<_>, Vec<_>) =
        list.into_iter().partition(|r| r.address.address.is_ipv4() == first);
    let mut theirs = theirs.into_iter();
    let mut all = Vec::new();
    for ranked in ours {
        all.push(ranked);
        all.extend(theirs.next());
    }
    all.extend(theirs);
    all
}
