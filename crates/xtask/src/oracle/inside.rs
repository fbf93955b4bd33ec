//! The part that runs in fresh mount, network and UTS namespaces: builds the machine of a plan, looks at it, and lets a
//! fresh process ask each question.

use super::plan::{Change, Plan, Question};
use super::server::{self, Reach};
use crate::recorded::{join, zone};
use anyhow::{Context, Result, ensure};
use rustix::mount::{MountFlags, mount, mount_bind};
use serde::{Deserialize, Serialize};
use std::ffi::CString;
use std::fs;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use whyhost_core::machine::Machine;
use whyhost_core::resolve::{Query, destinations, dns_questions};
use whyhost_core::snapshot::{LiveOutcome, Observation, ScopedAddr, Snapshot};
use whyhost_sys::{Options, collect, probe};

/// What a question may take at most: a search list of dropped names at one second each, with room to spare.
const BOUND: Duration = Duration::from_secs(60);

/// What came out of a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// The machine, with the DNS answers and source addresses that the model needs.
    pub(crate) snapshot: Snapshot,
    /// The real answers in the form of testdata/oracle, one per question.
    pub(crate) answers: Vec<String>,
}

/// Reads a plan from stdin, writes its [`Outcome`] to stdout.
pub(crate) fn run() -> Result<()> {
    let plan: Plan = serde_json::from_reader(std::io::stdin().lock())?;
    let reach = build(&plan, |_| false)?;
    let queries: Vec<Query> = plan.queries.iter().map(|q| q.answered("", "").query()).collect();
    let snapshot = look(&plan, reach, &queries);
    let answers = ask_all(&plan.queries)?;
    serde_json::to_writer(std::io::stdout().lock(), &Outcome { snapshot, answers })?;
    Ok(())
}

/// Asks the question of a JSON argument and prints the answer: the fresh process.
pub(crate) fn ask(question: &str) -> Result<()> {
    let question: Question = serde_json::from_str(question)?;
    let lookup = probe::lookup(&question.answered("", "").query(), BOUND);
    let text = match lookup.outcome {
        LiveOutcome::Found(addresses) => join(addresses),
        LiveOutcome::Failed(code) => code.replace(':', " "),
        LiveOutcome::TimedOut => format!("no answer within {} s", BOUND.as_secs()),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

/// Lays the unpacked packages in `folder` over /usr, where there are any.
pub(crate) fn lay_over_usr(folder: Option<&Path>) -> Result<()> {
    let Some(folder) = folder else { return Ok(()) };
    let options = CString::new(format!("lowerdir={}:/usr", folder.display()))?;
    mount("overlay", "/usr", "overlay", MountFlags::RDONLY, options.as_c_str())
        .context("cannot lay the unpacked packages over /usr")
}

/// Makes the machine of `plan`. Entries of the real /etc that `keep` names stay in view.
pub(crate) fn build(plan: &Plan, keep: fn(&str) -> bool) -> Result<Reach> {
    private_etc(plan, keep)?;
    // The view of /sys that shows this namespace's links.
    mount("sysfs", "/sys", "sysfs", MountFlags::empty(), None).context("cannot mount /sys")?;
    rustix::system::sethostname(plan.hostname.as_bytes())?;
    // Link-local addresses only where the plan says so: the kernel's own come at a time of their own.
    sysctl("ipv6/conf/default/addr_gen_mode", 1)?;
    sysctl("ipv6/conf/lo/addr_gen_mode", 1)?;
    ip(&["link set lo up".to_owned()], true)?;
    if let Some(zone) = &plan.dns {
        // Bound before the plan takes 127.0.0.1 away.
        server::serve(UdpSocket::bind(zone::SERVER)?, zone.clone());
    }
    for change in &plan.network {
        match change {
            Change::Ip(line) => ip(std::slice::from_ref(line), false)?,
            // The kernel's refusal is part of the machine.
            Change::Sysctl(name, value) => drop(sysctl(name, *value)),
        }
    }
    Ok(server::reach())
}

/// An /etc of its own, with the loader's cache from the real one.
fn private_etc(plan: &Plan, keep: fn(&str) -> bool) -> Result<()> {
    let cache = fs::read("/etc/ld.so.cache").ok();
    let real = fs::File::open("/etc")?;
    mount("tmpfs", "/etc", "tmpfs", MountFlags::empty(), None).context("cannot mount a private /etc")?;
    if let Some(bytes) = cache {
        fs::write("/etc/ld.so.cache", bytes)?;
    }
    // The open folder still shows what the mount covers.
    let real = PathBuf::from(format!("/proc/self/fd/{}", real.as_raw_fd()));
    for entry in real.read_dir()?.flatten().filter(|e| e.file_name().to_str().is_some_and(keep)) {
        bind(&entry.path(), &Path::new("/etc").join(entry.file_name()))?;
    }
    for (name, content) in &plan.etc {
        if let Some(content) = content {
            fs::write(Path::new("/etc").join(name), content.bytes())?;
        }
    }
    Ok(())
}

fn bind(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        fs::create_dir(to)?;
    } else {
        fs::write(to, "")?;
    }
    mount_bind(from, to).with_context(|| format!("cannot show {}", to.display()))
}

fn sysctl(name: &str, value: i64) -> Result<()> {
    let path = Path::new("/proc/sys/net").join(name);
    fs::write(&path, value.to_string()).with_context(|| path.display().to_string())
}

fn ip(lines: &[String], must_work: bool) -> Result<()> {
    let mut child = Command::new("ip")
        .args(["-force", "-batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start ip (package iproute2)")?;
    child.stdin.take().context("a pipe")?.write_all(lines.join("\n").as_bytes())?;
    let status = child.wait()?;
    ensure!(status.success() || !must_work, "ip {lines:?}: {status}");
    Ok(())
}

/// Collects, then adds what the model needs for the questions: DNS answers, and source addresses for all they hold.
fn look(plan: &Plan, reach: Reach, queries: &[Query]) -> Snapshot {
    let machine = Machine::new(collect(&Options::default()));
    let questions = queries.iter().flat_map(|q| dns_questions(&machine, q)).collect();
    observed(plan, reach, queries, machine, questions)
}

/// Adds the DNS answers to `questions` and the source addresses for everything that the machine then holds of the names.
pub(crate) fn observed(
    plan: &Plan,
    reach: Reach,
    queries: &[Query],
    mut machine: Machine,
    questions: Vec<(String, &'static str)>,
) -> Snapshot {
    let mut dns: Vec<Observation> = Vec::new();
    for (name, kind) in questions {
        if !dns.iter().any(|o| o.name == name && o.kind == kind) {
            dns.push(observe(plan, reach, &name, kind));
        }
    }
    machine.raw.live.dns = dns;
    // What a NULL name stands for, which no command line can ask.
    let mut wanted: Vec<ScopedAddr> =
        vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED).into(), IpAddr::V6(Ipv6Addr::UNSPECIFIED).into()];
    for destination in queries.iter().flat_map(|q| destinations(&machine, &q.name)) {
        if !wanted.contains(&destination) {
            wanted.push(destination);
        }
    }
    machine.raw.source_addresses = probe::source_addresses(&wanted);
    machine.raw
}

fn observe(plan: &Plan, reach: Reach, name: &str, kind: &str) -> Observation {
    let known = zone::observe(plan.dns.as_ref(), name, kind);
    match reach {
        Reach::Answers => known,
        Reach::Refused => Observation { rcode: "IO".into(), records: Vec::new(), ..known },
        Reach::Silent => Observation { rcode: "TIMEOUT".into(), records: Vec::new(), ..known },
    }
}

/// All questions at the same time, each in a process of its own: nothing that glibc keeps is shared.
fn ask_all(questions: &[Question]) -> Result<Vec<String>> {
    let children: Result<Vec<Child>> = questions.iter().map(start).collect();
    children?.into_iter().map(finish).collect()
}

fn start(question: &Question) -> Result<Child> {
    Ok(Command::new(std::env::current_exe()?)
        .args(["oracle-ask", &serde_json::to_string(question)?])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?)
}

fn finish(mut child: Child) -> Result<String> {
    let mut text = String::new();
    child.stdout.take().context("a pipe")?.read_to_string(&mut text)?;
    let status = child.wait()?;
    if status.signal().is_some() {
        return Ok("CRASH".into());
    }
    ensure!(status.success(), "the asking process ended with {status}");
    Ok(text)
}
