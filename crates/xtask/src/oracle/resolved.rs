//! `cargo xtask oracle --resolved`: a real systemd-resolved on random machines against its model. What DNS, LLMNR or mDNS
//! would decide is not asked: the model says of such names that it cannot tell.

use super::inside::{build, lay_over_usr};
use super::plan::{Plan, Question};
use super::programs::install;
use super::{Args, compare, generate, rng::Rng, run_inside, say, unshare, vocabulary};
use crate::recorded::Bytes;
use anyhow::{Context, Result, ensure};
use rustix::fs::{Gid, Uid, chown};
use rustix::mount::{MountFlags, mount};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use whyhost_core::machine::Machine;
use whyhost_core::resolve::{Answer, Query, Source, Status, resolvers};
use whyhost_core::snapshot::{Family, Program};

const DAEMON: &str = "/usr/lib/systemd/systemd-resolved";
const SOCKET: &str = "/run/systemd/resolve/io.systemd.Resolve";
/// The user that it becomes.
const USER: u32 = 996;
/// What its start, and one answer, may take at most.
const BOUND: Duration = Duration::from_secs(10);

/// A machine, and where the daemon is.
#[derive(Debug, Serialize, Deserialize)]
struct Case {
    plan: Plan,
    over_usr: Option<PathBuf>,
    version: String,
}

/// One question that the model could answer.
#[derive(Debug, Serialize, Deserialize)]
struct Compared {
    question: Question,
    equal: bool,
    text: String,
}

/// What came of a machine.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Outcome {
    compared: Vec<Compared>,
    untold: usize,
    /// The daemon ended at once, as where lo has no 127.0.0.53.
    ended: bool,
}

/// Runs the task.
pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let version = match version() {
        Ok(version) => version,
        Err(why) => {
            ensure!(!args.require, "no systemd-resolved: {why:#}");
            say(&format!("SKIP: no systemd-resolved (--install fetches it): {why:#}"));
            return Ok(ExitCode::SUCCESS);
        }
    };
    say(&format!("seed {}, {} machines, systemd-resolved {version}", args.seed, args.cases));
    let vocabulary = vocabulary(&super::modules());
    let mut seeds = Rng::new(args.seed);
    let seeds: Vec<u64> = match args.only {
        Some(seed) => vec![seed],
        None => (0..args.cases).map(|_| seeds.next()).collect(),
    };
    let (mut equal, mut different, mut untold, mut ended, mut broken) = (0, 0, 0, 0, 0);
    for seed in seeds {
        let mut plan = generate::plan(seed, &vocabulary);
        // It reads no such line itself, but must find its user.
        plan.etc.insert("nsswitch.conf".into(), Some(Bytes::new(b"hosts: files dns\n")));
        let case = Case { plan, over_usr: install::over_usr(), version: version.clone() };
        let outcome: Outcome = match run_inside(unshare(), "oracle-resolved-inside", &BTreeMap::new(), &case)
        {
            Ok(outcome) => outcome,
            Err(why) => {
                broken += 1;
                say(&format!("not run: {seed:#x}: {why:#}"));
                continue;
            }
        };
        untold += outcome.untold;
        ended += usize::from(outcome.ended);
        equal += outcome.compared.iter().filter(|c| c.equal).count();
        for one in outcome.compared.iter().filter(|c| !c.equal) {
            different += 1;
            if different <= args.show {
                let Question { name, family, .. } = &one.question;
                say(&format!(
                    "MISMATCH: {name:?} {family:?}  (again: --resolved --only {seed:#x})\n{}",
                    one.text
                ));
                say(&compare::machine(&case.plan));
            }
        }
    }
    say(&format!(
        "{equal} equal, {different} different, {untold} not told by the model; it does not start on {ended} machines, \
         {broken} not run"
    ));
    ensure!(equal > 0, "nothing was compared");
    Ok(if different + broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `252.39` of `systemd 252 (252.39-1~deb12u2)`.
fn version() -> Result<String> {
    let output = install::with_tree(&[DAEMON.into(), "--version".into()]).output()?;
    ensure!(output.status.success(), "{DAEMON} --version: {}", output.status);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let word = text.split(['(', ')']).nth(1).context("a version in brackets")?;
    Ok(word.split('-').next().unwrap_or(word).to_owned())
}

/// Reads a [`Case`] from stdin, builds the machine here and now, starts the daemon and asks it; writes the [`Outcome`].
pub(crate) fn inside() -> Result<()> {
    let case: Case = serde_json::from_reader(std::io::stdin().lock())?;
    lay_over_usr(case.over_usr.as_deref())?;
    build(&case.plan, |_| false)?;
    let mut daemon = start()?;
    let outcome = match wait(&mut daemon)? {
        true => ask_all(&case),
        false => Ok(Outcome { ended: true, ..Outcome::default() }),
    };
    let _ = daemon.kill();
    daemon.wait()?;
    serde_json::to_writer(std::io::stdout().lock(), &outcome?)?;
    Ok(())
}

fn start() -> Result<Child> {
    fs::write(
        "/etc/passwd",
        format!("root:x:0:0::/:/bin/sh\nsystemd-resolve:x:{USER}:{USER}::/:/bin/false\n"),
    )?;
    fs::write("/etc/group", format!("root:x:0:\nsystemd-resolve:x:{USER}:\n"))?;
    fs::create_dir_all("/etc/systemd")?;
    // Nobody on the links answers, which would only be waited for.
    fs::write("/etc/systemd/resolved.conf", "[Resolve]\nLLMNR=no\nMulticastDNS=no\nDNSSEC=no\n")?;
    mount("tmpfs", "/run", "tmpfs", MountFlags::empty(), None)?;
    let folder = Path::new(SOCKET).parent().context("a folder")?;
    fs::create_dir_all(folder)?;
    chown(folder, Some(Uid::from_raw(USER)), Some(Gid::from_raw(USER)))?;
    let mut command = Command::new(DAEMON);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().context(DAEMON)
}

/// Until the daemon listens; false where it ended.
fn wait(daemon: &mut Child) -> Result<bool> {
    let end = Instant::now() + BOUND;
    while UnixStream::connect(SOCKET).is_err() {
        if daemon.try_wait()?.is_some() {
            return Ok(false);
        }
        ensure!(Instant::now() < end, "{DAEMON} does not listen");
        std::thread::yield_now();
    }
    Ok(true)
}

fn ask_all(case: &Case) -> Result<Outcome> {
    let mut snapshot = whyhost_sys::collect(&whyhost_sys::Options::default());
    snapshot.programs.push(Program {
        id: "resolved".into(),
        path: DAEMON.into(),
        version: case.version.clone(),
    });
    let machine = Machine::new(snapshot);
    let model = resolvers::by_id("resolved").context("the model")?;
    let mut outcome = Outcome::default();
    for question in case.plan.queries.iter().filter(|q| q.name != "*") {
        let query = Query { family: question.family, ..Query::any(&question.name) };
        let predicted = (model.answer)(&machine, &query);
        if predicted.status == Status::Unknown {
            outcome.untold += 1;
            continue;
        }
        let real = ask(&question.name, question.family)?;
        let equal = same(&predicted, &real);
        let mut text = format!("  resolved  {real:?}\n  model     {:?}", addresses(&predicted));
        for step in &predicted.trace {
            let _ = write!(text, "\n  | {}: {}", step.step, step.detail);
        }
        outcome.compared.push(Compared { question: question.clone(), equal, text });
    }
    Ok(outcome)
}

/// Addresses in order, or the name of the error.
type Real = std::result::Result<Vec<IpAddr>, String>;

fn addresses(answer: &Answer) -> Real {
    match &answer.error {
        Some(error) => Err(error.code.to_owned()),
        None => Ok(answer.addresses.iter().map(|r| r.address.address).collect()),
    }
}

/// Several addresses of the hosts file come in an order that changes with each start.
fn same(predicted: &Answer, real: &Real) -> bool {
    let from_file = predicted.addresses.iter().all(|r| matches!(r.from, Source::HostsLine { .. }));
    match (addresses(predicted), real) {
        (Ok(mut predicted), Ok(real)) if from_file => {
            let mut real = real.clone();
            predicted.sort();
            real.sort();
            predicted == real
        }
        (predicted, real) => predicted == *real,
    }
}

/// Asks over the daemon's varlink socket (`io.systemd.Resolve.ResolveHostname`).
fn ask(name: &str, family: Family) -> Result<Real> {
    let mut parameters = json!({ "name": name });
    match family {
        Family::Any => {}
        Family::V4 => parameters["family"] = json!(2),
        Family::V6 => parameters["family"] = json!(10),
    }
    let mut stream = UnixStream::connect(SOCKET)?;
    stream.set_read_timeout(Some(BOUND))?;
    let call = json!({ "method": "io.systemd.Resolve.ResolveHostname", "parameters": parameters });
    stream.write_all(format!("{call}\0").as_bytes())?;
    let mut reply = Vec::new();
    BufReader::new(stream).read_until(0, &mut reply).with_context(|| format!("asked for {name:?}"))?;
    let reply: Value = serde_json::from_slice(reply.strip_suffix(&[0]).unwrap_or(&reply))?;
    Ok(match reply["error"].as_str() {
        Some(error) => Err(named(error, &reply["parameters"])),
        None => Ok(reply["parameters"]["addresses"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(address)
            .collect()),
    })
}

fn named(error: &str, parameters: &Value) -> String {
    match (error.rsplit('.').next().unwrap_or(error), parameters["rcode"].as_i64()) {
        ("DNSError", Some(3)) => "NXDOMAIN".into(),
        (name, _) => name.to_owned(),
    }
}

fn address(entry: &Value) -> Option<IpAddr> {
    let bytes: Vec<u8> = serde_json::from_value(entry["address"].clone()).ok()?;
    if let Ok(v4) = <[u8; 4]>::try_from(bytes.as_slice()) {
        return Some(IpAddr::V4(Ipv4Addr::from(v4)));
    }
    <[u8; 16]>::try_from(bytes.as_slice()).ok().map(|v6| IpAddr::V6(Ipv6Addr::from(v6)))
}
