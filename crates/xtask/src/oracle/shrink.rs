//! Makes a mismatch small: leaves out what is not needed for it.

use super::plan::Plan;
use crate::recorded::Bytes;

/// Tries at most: each builds a machine, and may have to wait for a DNS server that is silent.
pub(crate) const TRIES: usize = 100;

/// The smallest plan found within `most` tries for which `fails` still holds; it holds for `plan`.
pub(crate) fn shrink(plan: Plan, most: usize, fails: impl Fn(&Plan) -> bool) -> Plan {
    let mut best = plan;
    let mut tries = 0;
    loop {
        let smaller = candidates(&best).into_iter().find(|candidate| {
            tries += 1;
            tries <= most && fails(candidate)
        });
        match smaller {
            Some(plan) => best = plan,
            None => return best,
        }
    }
}

/// The plan with one thing less, the big things first.
fn candidates(plan: &Plan) -> Vec<Plan> {
    let mut all = Vec::new();
    let mut with = |change: &dyn Fn(&mut Plan)| {
        let mut smaller = plan.clone();
        change(&mut smaller);
        if smaller != *plan {
            all.push(smaller);
        }
    };
    if plan.network.len() > 2 {
        with(&|p| p.network.clear());
    }
    with(&|p| p.env.clear());
    for name in plan.etc.keys() {
        with(&|p| drop(p.etc.insert(name.clone(), usual(name))));
    }
    with(&|p| p.flags_cleared());
    for n in 0..plan.network.len() {
        with(&|p| drop(p.network.remove(n)));
    }
    for n in 0..plan.server.len() {
        with(&|p| {
            p.server.remove(n);
        });
    }
    for name in plan.dns.iter().flatten().map(|(name, _)| name) {
        with(&|p| drop(p.dns.as_mut().and_then(|zone| zone.remove(name))));
    }
    for (file, content) in &plan.etc {
        let bytes = content.as_ref().map(Bytes::bytes).unwrap_or_default();
        for range in lines(&bytes) {
            let mut rest = bytes.clone();
            rest.drain(range);
            with(&|p| drop(p.etc.insert(file.clone(), Some(Bytes::new(&rest)))));
        }
    }
    all
}

impl Plan {
    fn flags_cleared(&mut self) {
        for query in &mut self.queries {
            query.flags.clear();
        }
    }
}

/// What a file holds on a machine without surprises.
fn usual(file: &str) -> Option<Bytes> {
    let text = match file {
        "nsswitch.conf" => "hosts: files dns\n",
        "host.conf" => "multi on\n",
        "resolv.conf" => "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
        "hosts" => "",
        _ => return None,
    };
    Some(Bytes::Text(text.into()))
}

/// The byte ranges of the lines, ends included.
fn lines(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut start = 0;
    bytes
        .split_inclusive(|b| *b == b'\n')
        .map(|line| {
            start += line.len();
            start - line.len()..start
        })
        .collect()
}
