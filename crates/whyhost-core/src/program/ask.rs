//! The addresses of a name as a program has them, in the order in which it would try them.

use super::{Addrconfig, Behaviour, Builtin, Chosen, Lookup, Order, When};
use crate::machine::Machine;
use crate::resolve::stage::{self, Call, Outcome};
use crate::resolve::{self, Answer, Because, Query, QueryFlags, Ranked, Source, Status, Step};
use crate::snapshot::{Family, ScopedAddr};
use hosts_edit::dialect::GLIBC;
use std::net::IpAddr;

/// What `chosen` has for `query`: the answer that it gets, in its own order, with its steps.
pub fn answer(machine: &Machine, chosen: &Chosen, query: &Query) -> Answer {
    let (behaviour, mut settings) = chosen.behaviour(machine);
    let mut answer = addresses(machine, &behaviour, &settings, query);
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

/// The addresses that `behaviour` has for `query`, in its order, whatever it does with them afterwards; `settings` are
/// what made the behaviour another than usual.
pub(super) fn addresses(
    machine: &Machine,
    behaviour: &Behaviour,
    settings: &[Step],
    query: &Query,
) -> Answer {
    let mut answer = match builtin(behaviour, query, When::Always) {
        Some(builtin) => known(machine, builtin, query),
        None => rescued(machine, behaviour, query, looked_up(machine, behaviour, query)),
    };
    reorder(behaviour.order, &mut answer, settings);
    answer
}

/// The program knows the name of `query` by itself.
pub(super) fn is_builtin(behaviour: &Behaviour, query: &Query) -> bool {
    builtin(behaviour, query, When::Always).is_some()
}

/// What the machine's own getaddrinfo answers.
pub fn system(machine: &Machine, query: &Query) -> Answer {
    (resolve::own(machine).answer)(machine, query)
}

/// `answer`, or what the program knows by itself in place of a failure.
fn rescued(machine: &Machine, behaviour: &Behaviour, query: &Query, mut answer: Answer) -> Answer {
    let failed = !matches!(answer.status, Status::Found | Status::Unknown);
    let Some(builtin) = builtin(behaviour, query, When::NotFound).filter(|_| failed) else { return answer };
    let trace = std::mem::take(&mut answer.trace);
    answer = known(machine, builtin, query);
    answer.trace.splice(0..0, trace);
    answer
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
    if addresses.is_empty() {
        return plain(machine, Status::NoData, Vec::new(), Vec::new());
    }
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
    plain(machine, Status::Found, ranked.collect(), trace)
}

fn looked_up(machine: &Machine, behaviour: &Behaviour, query: &Query) -> Answer {
    let ask = |family: Family, addrconfig: Addrconfig| {
        let addrconfig = match addrconfig {
            Addrconfig::Unset => false,
            Addrconfig::Set => true,
            Addrconfig::ForAnyFamily => query.family == Family::Any,
            Addrconfig::NotForLocalhost => query.name != "localhost",
        };
        let flags = QueryFlags { addrconfig, ..query.flags };
        system(machine, &Query { family: narrowed(query.family, family), flags, ..query.clone() })
    };
    match behaviour.lookup {
        Lookup::System { family, addrconfig } => ask(family, addrconfig),
        Lookup::SystemV4ForLocalhost if query.name.eq_ignore_ascii_case("localhost") => {
            ask(Family::V4, Addrconfig::Unset)
        }
        Lookup::SystemV4ForLocalhost => ask(Family::Any, Addrconfig::Unset),
        Lookup::SystemV4ElseV6 => {
            let v4 = ask(Family::V4, Addrconfig::Unset);
            if matches!(v4.status, Status::Found | Status::Unknown) {
                v4
            } else {
                ask(Family::V6, Addrconfig::Unset)
            }
        }
        Lookup::SystemOnlyV4 => keep(ask(Family::Any, Addrconfig::Unset), IpAddr::is_ipv4, "IPv4"),
        Lookup::SystemOnlyV6 => keep(ask(Family::Any, Addrconfig::Unset), IpAddr::is_ipv6, "IPv6"),
        Lookup::Own { resolver, family } => own(machine, resolver, query, family),
        Lookup::SystemApart => apart(query, |family| ask(family, Addrconfig::Unset)),
        Lookup::OwnApart { resolver } => apart(query, |family| {
            let query = Query { family, ..query.clone() };
            rescued(machine, behaviour, &query, own(machine, resolver, &query, family))
        }),
        Lookup::Dns => dns(machine, query),
        Lookup::Nothing => plain(machine, Status::NotFound, Vec::new(), Vec::new()),
        Lookup::LastHostsLine => last_line(machine, query),
        Lookup::UnixSocket => ask(Family::Any, Addrconfig::Unset),
    }
}

fn own(machine: &Machine, resolver: &str, query: &Query, family: Family) -> Answer {
    let query = Query { family: narrowed(query.family, family), ..query.clone() };
    resolve::of(machine, resolver, &query).unwrap_or_else(|| system(machine, &query))
}

/// IPv6 and IPv4 asked for one after the other: what one lacks is no failure of the other.
fn apart(query: &Query, ask: impl Fn(Family) -> Answer) -> Answer {
    if query.family != Family::Any {
        return ask(query.family);
    }
    let (v6, v4) = (ask(Family::V6), ask(Family::V4));
    let (mut first, second) = if v6.status == Status::Found { (v6, v4) } else { (v4, v6) };
    if first.status == Status::Found && second.status == Status::Found {
        first.addresses.extend(second.addresses);
        for ranked in &mut first.addresses {
            ranked.placed_by = Because::PreferV6 { setting: "IPv6 is asked for first".into() };
        }
        first.trace.extend(second.trace);
    }
    first
}

/// DNS servers alone, without a search list; those of resolv.conf stand for the program's own.
fn dns(machine: &Machine, query: &Query) -> Answer {
    let call = match query.family {
        Family::Any => Call::Both,
        Family::V4 => Call::V4,
        Family::V6 => Call::V6,
    };
    let absolute = format!("{}.", query.name.trim_end_matches('.'));
    let (status, found, detail) = match stage::dns::call(machine, &absolute, call, true) {
        Outcome::Report(report) if report.found.is_empty() => (Status::NotFound, Vec::new(), report.detail),
        Outcome::Report(report) => (Status::Found, report.found, report.detail),
        Outcome::NotCallable(why) | Outcome::Unknown(why) => (Status::Unknown, Vec::new(), why),
    };
    let placed_by = if found.len() > 1 { Because::FileOrder } else { Because::OnlyOne };
    let ranked =
        found.into_iter().map(|c| Ranked { address: c.address, from: c.from, placed_by: placed_by.clone() });
    let addresses = ranked.collect();
    plain(machine, status, addresses, vec![Step::new("dns", detail)])
}

/// The last line of the hosts file, else DNS.
fn last_line(machine: &Machine, query: &Query) -> Answer {
    let path = &machine.hosts.path;
    let hits = machine.hosts.value.lookup(&GLIBC, query.name.as_bytes(), query.family.into());
    let Some(hit) = hits.last() else { return dns(machine, query) };
    let address = ScopedAddr { address: hit.address, scope_id: hit.scope_id };
    let from = Source::HostsLine { path: path.clone(), line: hit.line };
    let detail = format!("{from} → {address}: the last line with the name counts");
    let ranked = Ranked { address, from, placed_by: Because::OnlyOne };
    plain(machine, Status::Found, vec![ranked], vec![Step::new("hosts", detail)])
}

/// An answer that no resolver of the list gave; the caller names who.
fn plain(machine: &Machine, status: Status, addresses: Vec<Ranked>, trace: Vec<Step>) -> Answer {
    let blank = system(machine, &Query::any("127.0.0.1"));
    Answer { status, error: None, addresses, canonical: None, trace, comparison: Vec::new(), ..blank }
}

/// The family of the question: what the program is told on its command line goes before what it asks for anyway.
fn narrowed(told: Family, own: Family) -> Family {
    if told == Family::Any { own } else { told }
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
    let before: Vec<ScopedAddr> = answer.addresses.iter().map(|r| r.address).collect();
    order.sort(&mut answer.addresses, |r| r.address.address.is_ipv4());
    if answer.addresses.iter().map(|r| r.address).eq(before) {
        return;
    }
    let setting = settings.first().map_or_else(|| order.words().to_owned(), |s| s.step.clone());
    for ranked in &mut answer.addresses {
        ranked.placed_by = match order {
            Order::V4First | Order::AlternateV4First => Because::PreferV4 { setting: setting.clone() },
            Order::V6First | Order::AlternateV6First => Because::PreferV6 { setting: setting.clone() },
            Order::AsGiven | Order::Alternate => Because::Alternated,
        };
    }
    answer.comparison.clear();
    let list = answer.addresses.iter().map(|r| r.address.to_string()).collect::<Vec<_>>().join(", ");
    answer.trace.push(Step::new("order", format!("{}: {list}", order.words())));
}
