//! `whyhost compare` against servers on loopback: what is asked of whom, exit codes, whole files, interruption.

mod support;

use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use support::Schemas;

/// What a server does with a question.
enum Reply {
    Address([u8; 4]),
    NoSuchName,
    /// NXDOMAIN with an extended error of these words.
    Blocked(&'static str),
    Silence,
}

/// A DNS server on a loopback port; ends with the value.
struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start(reply: impl Fn(&str) -> Reply + Send + 'static) -> Server {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let (asked, ending) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let thread = std::thread::spawn({
            let (asked, ending) = (Arc::clone(&asked), Arc::clone(&ending));
            move || serve(&socket, &reply, &asked, &ending)
        });
        Server { address, asked, ending, thread: Some(thread) }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::SeqCst);
        UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"", self.address).unwrap();
        self.thread.take().unwrap().join().unwrap();
    }
}

fn serve(socket: &UdpSocket, reply: &dyn Fn(&str) -> Reply, asked: &Mutex<Vec<String>>, ending: &AtomicBool) {
    let mut packet = [0; 512];
    while let Ok((length, client)) = socket.recv_from(&mut packet) {
        if ending.load(Ordering::SeqCst) {
            return;
        }
        let query = &packet[..length];
        let (name, end) = question(query);
        let v4 = query[end + 1] == 1;
        asked.lock().unwrap().push(format!("{name} {}", if v4 { "A" } else { "AAAA" }));
        let mut answer = [&query[..2], b"\x81\x80\0\x01\0\0\0\0\0\0", &query[12..end + 4]].concat();
        match reply(&name) {
            Reply::Silence => continue,
            Reply::Address(address) if v4 => {
                answer[7] = 1;
                answer.extend(b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04");
                answer.extend(address);
            }
            Reply::Address(_) => {}
            Reply::NoSuchName => answer[3] = 0x83,
            Reply::Blocked(words) => {
                answer[3] = 0x83;
                answer[11] = 1;
                let option = u8::try_from(words.len() + 2).unwrap();
                answer.extend([0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, option + 4, 0, 15, 0, option, 0, 15]);
                answer.extend(words.bytes());
            }
        }
        socket.send_to(&answer, client).unwrap();
    }
}

/// The name of a question, and where its type begins.
fn question(query: &[u8]) -> (String, usize) {
    let (mut labels, mut at) = (Vec::new(), 12);
    while query[at] > 0 {
        let end = at + 1 + usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..end]).into_owned());
        at = end;
    }
    (labels.join("."), at + 1)
}

/// A folder with a hosts file.
fn root(hosts: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("etc")).unwrap();
    fs::write(dir.path().join("etc/hosts"), hosts).unwrap();
    fs::write(dir.path().join("etc/nsswitch.conf"), "hosts: files dns\n").unwrap();
    fs::write(dir.path().join("etc/resolv.conf"), "nameserver 127.0.0.1\nsearch corp.example\n").unwrap();
    dir
}

fn command(root: &Path, server: Option<SocketAddr>, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whyhost"));
    command.env_clear().env("LC_ALL", "C.UTF-8").arg("compare").args(args).arg("--root").arg(root);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(server) = server {
        command.arg("--server").arg(server.to_string());
    }
    command
}

fn run(root: &Path, server: SocketAddr, args: &[&str]) -> Output {
    command(root, Some(server), args).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

const HOSTS: &str =
    "127.0.0.1 localhost\n10.0.0.5 api.net\n203.0.113.9 pinned.net\n0.0.0.0 ads.net\n192.0.2.1 same.net\n";

fn zone(name: &str) -> Reply {
    match name {
        "api.net" | "pinned.net" | "ads.net" | "same.net" | "dns.net" => Reply::Address([192, 0, 2, 1]),
        "nas.corp.example" => Reply::Address([10, 0, 0, 9]),
        "censored.net" => Reply::Blocked("by \x1b[31mlist\u{202e}"),
        "silent.net" => Reply::Silence,
        _ => Reply::NoSuchName,
    }
}

#[test]
fn exit_codes_and_verdicts() {
    let (root, server) = (root(HOSTS), Server::start(zone));
    for (name, verdict, code) in [
        ("same.net", "same", 0),
        ("dns.net", "only-dns", 0),
        ("ads.net", "blocked", 0),
        ("api.net", "local-overrides", 1),
        ("pinned.net", "stale", 1),
        ("nosuch.net", "neither", 1),
        ("nas", "only-dns", 0),
        ("silent.net", "unknown", 2),
    ] {
        let output = run(root.path(), server.address, &[name, "--format", "json", "--timeout", "0.2"]);
        let json: Value = serde_json::from_str(&text(&output)).unwrap();
        assert_eq!(
            (json["names"][0]["verdict"].as_str(), output.status.code()),
            (Some(verdict), Some(code)),
            "{name}"
        );
        Schemas::read().check(name, &text(&output));
    }
    assert!(server.asked().contains(&"nas.corp.example A".to_owned()));
}

#[test]
fn no_dns_sends_nothing_and_a_folder_asks_nobody() {
    let (root, server) = (root(HOSTS), Server::start(zone));
    let output = run(root.path(), server.address, &["api.net", "localhost", "--no-dns"]);
    assert_eq!(output.status.code(), Some(2));
    let output = run(root.path(), server.address, &["--all", "--no-dns"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(server.asked(), Vec::<String>::new());
    let output = command(root.path(), None, &["api.net"]).output().unwrap();
    assert!(text(&output).contains("DNS was not asked"), "{}", text(&output));
}

#[test]
fn text_of_servers_is_escaped() {
    let (root, server) = (root(HOSTS), Server::start(zone));
    let output = run(root.path(), server.address, &["censored.net"]);
    let text = text(&output);
    assert!(text.contains(r"15 Blocked: by \x1b[31mlist<U+202E>"), "{text}");
    assert!(!text.contains('\x1b'), "{text:?}");
}

#[test]
fn questions_about_localhost_reach_the_server() {
    let (root, server) = (root(HOSTS), Server::start(zone));
    let output = run(root.path(), server.address, &["localhost"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let asked = server.asked();
    for question in [
        "localhost A",
        "localhost AAAA",
        "localhost.corp.example A",
        "whyhost.localhost A",
        "localhost.localdomain A",
    ] {
        assert!(asked.iter().any(|a| a == question), "{question}: {asked:?}");
    }
    assert!(asked.iter().any(|a| a.starts_with("1.0.0.127.in-addr.arpa")), "{asked:?}");
}

#[test]
fn a_whole_file_comes_line_by_line_in_its_order() {
    let mut hosts = HOSTS.to_owned();
    (0..5000).for_each(|i| writeln!(hosts, "0.0.0.0 ads{i}.net").unwrap());
    let (root, server) = (root(&hosts), Server::start(zone));
    let output = run(root.path(), server.address, &["--all", "--format", "json-lines", "--timeout", "20"]);
    assert_eq!(output.status.code(), Some(1));
    let text = text(&output);
    let lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let names: Vec<&str> = lines.iter().filter_map(|l| l["names"][0]["name"].as_str()).collect();
    let want = ["localhost", "api.net", "pinned.net", "ads.net", "same.net", "ads0.net", "ads1.net"];
    assert_eq!((names.len(), &names[..7], names.last()), (5005, &want[..], Some(&"ads4999.net")));
    let summary = &lines.last().unwrap()["summary"];
    assert_eq!((&summary["names"], &summary["verdicts"]["blocked"]), (&5005.into(), &5001.into()));
    let mut schemas = Schemas::read();
    text.lines().take(10).chain(text.lines().last()).for_each(|line| schemas.check("json-lines", line));
    let whole = run(root.path(), server.address, &["--all", "--timeout", "20"]);
    let text = String::from_utf8(whole.stdout).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(words.join(" ").ends_with("1 only-local, 1 same; 2 to look at"), "{text}");
    assert_eq!(text.lines().filter(|l| l.starts_with('!')).count(), 3, "{text}");
}

#[test]
fn an_interrupted_run_gives_what_is_there() {
    let mut hosts = String::new();
    (0..500).for_each(|i| writeln!(hosts, "192.0.2.1 n{i}.net").unwrap());
    let root = root(&hosts);
    let answered = AtomicUsize::new(0);
    // The first names are answered at once, later ones never.
    let server = Server::start(move |_| match answered.fetch_add(1, Ordering::SeqCst) {
        0..100 => Reply::Address([192, 0, 2, 1]),
        _ => Reply::Silence,
    });
    let args = ["--all", "--format", "json-lines", "--timeout", "3000"];
    let mut child = command(root.path(), Some(server.address), &args).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    stdout.read_line(&mut first).unwrap();
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
    let last: Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
    assert_eq!(last["summary"]["interrupted"], true);
    let names = last["summary"]["names"].as_u64().unwrap();
    assert!((1..500).contains(&names), "{names}");
    assert_eq!(rest.lines().count() as u64, names, "the first line was read before, the last one is the sum");
}

#[test]
fn what_cannot_be_compared_is_told() {
    let root = root(HOSTS);
    for (args, words) in [
        (&[][..], "nothing to compare"),
        (&["127.0.0.1"], "is an address"),
        (&["a b"], "is no part of a name"),
        (&["a.net", "--server", "dns.example"], "expected ADDRESS"),
        (&["a.net", "--all"], "cannot be used with"),
        (&["a.net", "--format", "sarif"], "is a form of `whyhost check` only"),
    ] {
        let output = command(root.path(), None, args).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(said.contains(words), "{args:?}: {said}");
    }
}

#[test]
fn a_reader_that_leaves_ends_the_questions() {
    let mut hosts = String::new();
    (0..50_000).for_each(|i| writeln!(hosts, "192.0.2.1 n{i}.net").unwrap());
    let (root, server) = (root(&hosts), Server::start(zone));
    let args = ["--all", "--format", "json-lines", "--timeout", "20"];
    let mut child = command(root.path(), Some(server.address), &args).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    assert!(child.wait().unwrap().code().is_some(), "ended by itself");
    assert!(server.asked().len() < 100_000, "{} questions", server.asked().len());
}
