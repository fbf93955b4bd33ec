//! Runs a process and lets one of its system calls go wrong. Every call is seen, whoever makes it: the kernel itself
//! stops the process before and after each (ptrace(2), `PTRACE_SYSCALL`).

use super::calls;
use anyhow::{Context, Result, bail};
use nix::errno::Errno;
use nix::libc::{c_long, user_regs_struct};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::{RwLock, RwLockReadGuard};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process is killed before the call.
    Killed,
    /// Half of a write is written, then the process is killed.
    KilledHalfWay,
    /// The call is not made and reports an error.
    Fails(Errno),
    /// The call is made, and reports EIO nevertheless.
    MadeButFails,
    /// A write writes half and says so.
    Short,
    /// From this call on, every call that can change something fails.
    FailsFromHere(Errno),
    /// A write writes half; after it, every call that can change something fails.
    ShortThenFails(Errno),
}

/// A fault at the call of this index, counted from the start of the write path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) at: usize,
    pub(crate) fault: Fault,
}

/// What the file system itself does in every run: the rename of this number fails.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Always {
    pub(crate) rename: usize,
    pub(crate) errno: Errno,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Exit(i32),
    Signal(Signal),
}

/// What a traced process did.
#[derive(Debug)]
pub(crate) struct Run {
    /// Numbers of its system calls from the start of the write path; until the fault, where there was one.
    pub(crate) calls: Vec<c_long>,
    /// Index and length in bytes of its writes.
    pub(crate) writes: Vec<(usize, u64)>,
    pub(crate) end: End,
    pub(crate) stderr: String,
}

/// What to do at the end of the call that the process is in.
enum Pending {
    Nothing,
    Report(Errno),
    /// Give the third argument back its value; then kill, where true.
    Restore(u64, bool),
    /// Kill before the call.
    Over,
}

static SPAWNING: RwLock<()> = RwLock::new(());

/// Starts a process while no thread has a file of a set-up open: until it runs its program, a new process holds the
/// open files of all threads, and with them deleted files on full disks and mounts that are to end.
pub(crate) fn spawn(command: &mut Command) -> std::io::Result<Child> {
    let _alone = SPAWNING.write().unwrap_or_else(|e| e.into_inner());
    command.spawn()
}

/// While this is held, no process is started.
pub(crate) fn no_spawn() -> RwLockReadGuard<'static, ()> {
    SPAWNING.read().unwrap_or_else(|e| e.into_inner())
}

/// Starts `command`, which stops itself at the start of the write path, and runs it to its end.
pub(crate) fn run(command: &mut Command, plan: Option<Plan>, always: Option<Always>) -> Result<Run> {
    let mut child = spawn(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()))?;
    let pid = Pid::from_raw(i32::try_from(child.id())?);
    let mut stderr = child.stderr.take().context("a pipe")?;
    let mut tracer = Tracer { pid, plan, always, renames: 0, calls: Vec::new(), writes: Vec::new() };
    let end = tracer.follow();
    if end.is_err() {
        let _ = kill(pid, Signal::SIGKILL);
        let _ = waitpid(pid, None);
    }
    let mut text = String::new();
    stderr.read_to_string(&mut text)?;
    let end = end.with_context(|| format!("tracing failed; the process said {text:?}"))?;
    Ok(Run { calls: tracer.calls, writes: tracer.writes, end, stderr: text })
}

struct Tracer {
    pid: Pid,
    plan: Option<Plan>,
    always: Option<Always>,
    renames: usize,
    calls: Vec<c_long>,
    writes: Vec<(usize, u64)>,
}

impl Tracer {
    fn follow(&mut self) -> Result<End> {
        match waitpid(self.pid, None)? {
            WaitStatus::Stopped(_, Signal::SIGSTOP) => {}
            other => bail!("it did not stop at the start of the write path: {other:?}"),
        }
        ptrace::setoptions(self.pid, Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_EXITKILL)?;
        let mut pending = None;
        let mut signal = None;
        loop {
            ptrace::syscall(self.pid, signal.take())?;
            match waitpid(self.pid, None)? {
                WaitStatus::PtraceSyscall(_) => match pending.take() {
                    None => pending = Some(self.enter()?),
                    Some(leaving) => {
                        self.leave(&leaving)?;
                        if matches!(leaving, Pending::Restore(_, true)) {
                            return self.kill();
                        }
                        if self.is_over() {
                            ptrace::detach(self.pid, None)?;
                            return end(waitpid(self.pid, None)?);
                        }
                    }
                },
                WaitStatus::Stopped(_, other) => signal = Some(other),
                status => return end(status),
            }
            if matches!(pending, Some(Pending::Over)) {
                return self.kill();
            }
        }
    }

    /// Nothing more is to be done to the process.
    fn is_over(&self) -> bool {
        let lasting = self
            .plan
            .is_none_or(|plan| matches!(plan.fault, Fault::FailsFromHere(_) | Fault::ShortThenFails(_)));
        let renames_to_come = self.always.is_some_and(|always| self.renames < always.rename);
        !lasting && !renames_to_come && self.plan.is_some_and(|plan| self.calls.len() > plan.at)
    }

    /// The process is about to make a call.
    fn enter(&mut self) -> Result<Pending> {
        let regs = ptrace::getregs(self.pid)?;
        let number = regs.orig_rax.cast_signed();
        let at = self.calls.len();
        self.calls.push(number);
        if calls::writes(number) {
            self.writes.push((at, regs.rdx));
        }
        if calls::renames(number) {
            self.renames += 1;
            if let Some(always) = self.always.filter(|always| always.rename == self.renames) {
                return self.skip(regs, always.errno);
            }
        }
        match self.plan {
            Some(plan) if plan.at == at => self.fault(plan.fault, regs),
            Some(Plan { at: from, fault: Fault::FailsFromHere(errno) | Fault::ShortThenFails(errno) })
                if at > from && calls::changes(number) =>
            {
                self.skip(regs, errno)
            }
            _ => Ok(Pending::Nothing),
        }
    }

    fn fault(&self, fault: Fault, mut regs: user_regs_struct) -> Result<Pending> {
        match fault {
            Fault::Killed => Ok(Pending::Over),
            Fault::Fails(errno) | Fault::FailsFromHere(errno) => self.skip(regs, errno),
            Fault::MadeButFails => Ok(Pending::Report(Errno::EIO)),
            Fault::Short | Fault::ShortThenFails(_) | Fault::KilledHalfWay => {
                let length = regs.rdx;
                regs.rdx /= 2;
                ptrace::setregs(self.pid, regs)?;
                Ok(Pending::Restore(length, fault == Fault::KilledHalfWay))
            }
        }
    }

    /// No call has the number -1: the kernel makes none.
    fn skip(&self, mut regs: user_regs_struct, errno: Errno) -> Result<Pending> {
        regs.orig_rax = u64::MAX;
        ptrace::setregs(self.pid, regs)?;
        Ok(Pending::Report(errno))
    }

    /// The call has been made.
    fn leave(&self, pending: &Pending) -> Result<()> {
        let mut regs = match pending {
            Pending::Nothing | Pending::Over => return Ok(()),
            _ => ptrace::getregs(self.pid)?,
        };
        match *pending {
            Pending::Nothing | Pending::Over => {}
            Pending::Report(errno) => regs.rax = (-i64::from(errno as i32)).cast_unsigned(),
            Pending::Restore(length, _) => regs.rdx = length,
        }
        ptrace::setregs(self.pid, regs)?;
        Ok(())
    }

    /// A killed process ends where it stands: a call that it is about to make is not made.
    fn kill(&self) -> Result<End> {
        kill(self.pid, Signal::SIGKILL)?;
        end(waitpid(self.pid, None)?)
    }
}

fn end(status: WaitStatus) -> Result<End> {
    match status {
        WaitStatus::Exited(_, code) => Ok(End::Exit(code)),
        WaitStatus::Signaled(_, signal, _) => Ok(End::Signal(signal)),
        other => bail!("unexpected: {other:?}"),
    }
}
