//! Many names at good and bad servers, over one socket each.

mod support;

use hickory_resolver::proto::op::{Edns, Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::opt::EdnsOption;
use std::net::{SocketAddr, UdpSocket};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{Server, Transport, alias, asked, reply, v4, v6};
use whyhost_dns::{Answers, Bounds, End, Lookup, Plan, Search, look_up};

/// Long enough for any answer on loopback.
const PATIENT: Bounds = Bounds { timeout: Duration::from_secs(20), attempts: 1 };
/// For servers that never answer.
const HASTY: Bounds = Bounds { timeout: Duration::from_millis(100), attempts: 2 };

fn plan(servers: &[SocketAddr], bounds: Bounds) -> Plan {
    let search = Search::Glibc;
    Plan { servers: servers.to_vec(), bounds, parallel: Plan::PARALLEL, search, interruptible: false }
}

fn lookup(expansions: &[&str]) -> Lookup<()> {
    let expansions = expansions.iter().map(|&n| n.to_owned()).collect();
    Lookup { about: (), expansions }
}

fn run(plan: &Plan, names: Vec<Lookup<()>>) -> Vec<Answers<()>> {
    let mut all = Vec::new();
    let mut each = |answers| {
        all.push(answers);
        ControlFlow::Continue(())
    };
    let end = look_up(plan, &mut names.into_iter(), &mut each);
    assert_eq!(end.unwrap(), End::Done);
    all
}

/// `name KIND CODE record,record udp` for every answer of the only server.
fn rows(answers: &Answers<()>) -> Vec<String> {
    let all = answers.said[0].observations.iter();
    all.map(|o| format!("{} {} {} {} {}", o.name, o.kind, o.rcode, o.records.join(","), o.transport))
        .collect()
}

fn one(server: &Server, bounds: Bounds, expansions: &[&str]) -> Vec<String> {
    rows(&run(&plan(&[server.address], bounds), vec![lookup(expansions)])[0])
}

fn packets(answer: Message) -> Vec<Vec<u8>> {
    vec![answer.to_vec().unwrap()]
}

#[test]
fn the_search_ends_with_the_expansion_that_has_records() {
    let server = Server::start(|query, _| {
        let mut answer = reply(query, ResponseCode::NXDomain);
        if asked(query) == "localhost.corp.example. A" {
            answer.metadata.response_code = ResponseCode::NoError;
            answer.add_answer(v4("localhost.corp.example.", 60, "10.168.91.198"));
        }
        packets(answer)
    });
    let names = ["localhost.lab.example", "localhost.corp.example", "localhost"];
    let answers = run(&plan(&[server.address], PATIENT), vec![lookup(&names)]);
    assert_eq!(
        rows(&answers[0]),
        [
            "localhost.lab.example A NXDOMAIN  udp",
            "localhost.lab.example AAAA NXDOMAIN  udp",
            "localhost.corp.example A NOERROR 10.168.91.198 udp",
            "localhost.corp.example AAAA NXDOMAIN  udp",
        ]
    );
    let deciding = answers[0].said[0].deciding("localhost");
    assert_eq!((deciding.len(), &deciding[0].records[..]), (2, &["10.168.91.198".to_owned()][..]));
}

#[test]
fn without_records_the_name_as_it_is_counts() {
    let server = Server::start(|query, _| packets(reply(query, ResponseCode::NXDomain)));
    let said =
        &run(&plan(&[server.address], PATIENT), vec![lookup(&["a.example", "a.example.corp.example"])])[0]
            .said[0];
    assert_eq!(said.deciding("a.example.")[0].name, "a.example");
    assert_eq!(said.deciding("b")[0].name, "a.example.corp.example");
}

#[test]
fn libraries_differ_in_what_ends_the_search() {
    let server = Server::start(|query, _| packets(reply(query, ResponseCode::NoError)));
    let mut plan = plan(&[server.address], PATIENT);
    let count = |plan: &Plan| run(plan, vec![lookup(&["a.example", "a"])])[0].said[0].observations.len();
    assert_eq!(count(&plan), 4);
    plan.search = Search::Musl;
    assert_eq!(count(&plan), 2);
}

#[test]
fn a_refusal_ends_the_search() {
    let server = Server::start(|query, _| packets(reply(query, ResponseCode::Refused)));
    assert_eq!(
        one(&server, PATIENT, &["a.example", "a"]),
        ["a.example A REFUSED  udp", "a.example AAAA REFUSED  udp"]
    );
}

#[test]
fn one_family_may_have_no_records_or_no_answer() {
    let server = Server::start(|query, _| {
        let mut answer = reply(query, ResponseCode::NoError);
        match asked(query).as_str() {
            "v6.example. AAAA" => drop(answer.add_answer(v6("v6.example.", 5, "2001:db8::1"))),
            "half.example. A" => drop(answer.add_answer(v4("half.example.", 5, "192.0.2.1"))),
            "half.example. AAAA" => return Vec::new(),
            _ => {}
        }
        packets(answer)
    });
    assert_eq!(
        one(&server, PATIENT, &["v6.example"]),
        ["v6.example A NOERROR  udp", "v6.example AAAA NOERROR 2001:db8::1 udp"]
    );
    assert_eq!(
        one(&server, HASTY, &["half.example"]),
        ["half.example A NOERROR 192.0.2.1 udp", "half.example AAAA TIMEOUT  udp"]
    );
}

#[test]
fn truncation_leads_to_tcp_and_back_where_there_is_none() {
    let speaks_tcp = |tcp: bool| {
        Server::start(move |query, transport| {
            let mut answer = reply(query, ResponseCode::NoError);
            match transport {
                Transport::Udp => answer.metadata.truncation = true,
                Transport::Tcp if !tcp => return Vec::new(),
                Transport::Tcp => drop(answer.add_answer(v4("a.example.", 60, "192.0.2.1"))),
            }
            packets(answer)
        })
    };
    let server = speaks_tcp(true);
    let many = vec![lookup(&["a.example"]); 40];
    for answers in run(&plan(&[server.address], PATIENT), many) {
        assert_eq!(rows(&answers)[0], "a.example A NOERROR 192.0.2.1 tcp");
    }
    let cut = run(&plan(&[speaks_tcp(false).address], HASTY), vec![lookup(&["a.example"])]);
    assert_eq!(rows(&cut[0])[0], "a.example A NOERROR  udp");
    assert_eq!(cut[0].said[0].observations[0].flags, ["tc"]);
}

#[test]
fn forged_and_foreign_answers_do_not_count() {
    let server = Server::start(|query, _| {
        let mut forged = reply(query, ResponseCode::NoError);
        forged.metadata.id = query.id.wrapping_add(1);
        forged.add_answer(v4("a.example.", 60, "203.0.113.66"));
        let mut foreign = reply(query, ResponseCode::NoError);
        foreign.queries[0].set_name("b.example.".parse().unwrap());
        foreign.add_answer(v4("b.example.", 60, "203.0.113.67"));
        let mut own = reply(query, ResponseCode::NoError);
        if asked(query).ends_with(" A") {
            own.add_answer(v4("a.example.", 60, "192.0.2.1"));
        }
        let question = query.to_vec().unwrap();
        [vec![vec![], vec![0x42], question], packets(forged), packets(foreign), packets(own)].concat()
    });
    assert_eq!(
        one(&server, PATIENT, &["a.example"]),
        ["a.example A NOERROR 192.0.2.1 udp", "a.example AAAA NOERROR  udp"]
    );
}

#[test]
fn garbage_is_malformed() {
    let server = Server::start(|query, _| vec![[&query.id.to_be_bytes()[..], &[0xff; 30]].concat()]);
    assert_eq!(
        one(&server, PATIENT, &["a.example", "a"]),
        ["a.example A MALFORMED  udp", "a.example AAAA MALFORMED  udp"]
    );
}

#[test]
fn a_loop_of_aliases_is_kept_as_it_came() {
    let server = Server::start(|query, _| {
        let mut answer = reply(query, ResponseCode::NoError);
        answer.add_answer(alias("a.example.", 60, "b.example."));
        answer.add_answer(alias("b.example.", 60, "a.example."));
        packets(answer)
    });
    assert_eq!(
        one(&server, PATIENT, &["a.example"])[0],
        "a.example A NOERROR CNAME b.example,CNAME a.example udp"
    );
}

#[test]
fn servers_without_edns_are_asked_without_it() {
    let server = Server::start(|query, _| {
        let code = if query.edns.is_some() { ResponseCode::FormErr } else { ResponseCode::NXDomain };
        packets(reply(query, code))
    });
    assert_eq!(
        one(&server, PATIENT, &["a.example"]),
        ["a.example A NXDOMAIN  udp", "a.example AAAA NXDOMAIN  udp"]
    );
}

#[test]
fn extended_errors_are_kept() {
    let server = Server::start(|query, _| {
        let mut answer = reply(query, ResponseCode::NXDomain);
        let mut edns = Edns::new();
        edns.options_mut().insert(EdnsOption::Unknown(15, b"\0\x0fby the list\0".to_vec()));
        edns.options_mut().insert(EdnsOption::Unknown(15, b"\xff\xff".to_vec()));
        edns.options_mut().insert(EdnsOption::Unknown(15, b"\0".to_vec()));
        answer.set_edns(edns);
        packets(answer)
    });
    let answers = run(&plan(&[server.address], PATIENT), vec![lookup(&["ads.example"])]);
    assert_eq!(
        answers[0].said[0].observations[0].extended_errors,
        ["15 Blocked: by the list", "65535 Unassigned"]
    );
}

#[test]
fn nobody_at_the_address_is_told_at_once() {
    let free = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let answers = run(&plan(&[free], PATIENT), vec![lookup(&["a.example", "a"]); 3]);
    for answers in answers {
        assert_eq!(rows(&answers), ["a.example A IO  udp", "a.example AAAA IO  udp"]);
    }
}

#[test]
fn a_silent_server_is_given_up_and_the_others_go_on() {
    let silent = Server::start(|_, _| Vec::new());
    let speaking = Server::start(|query, _| packets(reply(query, ResponseCode::NXDomain)));
    let mut plan = plan(&[silent.address, speaking.address], HASTY);
    plan.parallel = 8;
    let answers = run(&plan, vec![lookup(&["a.example"]); 5000]);
    assert_eq!(answers.len(), 5000);
    assert!(answers.iter().all(|a| a.said[1].observations.len() == 2));
    assert_eq!(answers[0].said[0].observations[0].rcode, "TIMEOUT");
    assert!(answers[4999].said[0].observations.is_empty(), "not asked any more");
    // Every name that was under way when it was given up was sent twice for each family.
    assert!(silent.asked.lock().unwrap().len() <= (32 + 8) * 4);
}

#[test]
fn answers_keep_the_order_of_the_names_whatever_comes_first() {
    // Every second packet is held back until the next one comes.
    let held: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let count = AtomicUsize::new(0);
    let server = Server::start(move |query, _| {
        let mut answer = reply(query, ResponseCode::NoError);
        answer.add_answer(v4(&query.queries[0].name().to_ascii(), 1, "192.0.2.1"));
        let mut held = held.lock().unwrap();
        held.extend(packets(answer));
        let late = count.fetch_add(1, Ordering::SeqCst).is_multiple_of(2);
        if late { Vec::new() } else { held.drain(..).rev().collect() }
    });
    let names: Vec<Lookup<()>> = (0..2000).map(|i| lookup(&[format!("n{i}.example").as_str()])).collect();
    let answers = run(&plan(&[server.address], PATIENT), names);
    let got: Vec<&str> = answers.iter().map(|a| a.said[0].observations[0].name.as_str()).collect();
    let want: Vec<String> = (0..2000).map(|i| format!("n{i}.example")).collect();
    assert_eq!(got, want);
    assert!(answers.iter().all(|a| a.said[0].observations.iter().all(|o| o.rcode == "NOERROR")));
}

#[test]
fn names_without_a_question_and_plans_without_servers_send_nothing() {
    let server = Server::start(|query, _| packets(reply(query, ResponseCode::NoError)));
    let long = format!("{}.example", "a".repeat(64));
    let answers = run(&plan(&[server.address], PATIENT), vec![lookup(&[]), lookup(&[&long])]);
    assert!(answers[0].said[0].observations.is_empty());
    assert_eq!(answers[1].said[0].observations[0].rcode, "IO");
    assert!(server.asked.lock().unwrap().is_empty());
    assert_eq!(run(&plan(&[], PATIENT), vec![lookup(&["a"])])[0].said, []);
}

#[test]
fn whoever_takes_the_answers_may_end_the_run() {
    let server = Server::start(|query, _| packets(reply(query, ResponseCode::NXDomain)));
    for servers in [vec![server.address], Vec::new()] {
        let mut taken = 0;
        let mut each = |_| {
            taken += 1;
            if taken == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut names = vec![lookup(&["a.example"]); 10_000].into_iter();
        assert_eq!(look_up(&plan(&servers, PATIENT), &mut names, &mut each).unwrap(), End::Stopped);
        assert_eq!(taken, 3);
    }
    assert!(server.asked.lock().unwrap().len() < 10_000);
}
