//! Running programs for what they print: all at the same time, each in a process group of its own, all within one
//! bound, whatever they do.

use crate::errno;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, getpid, kill_process_group, pidfd_open,
    set_child_subreaper, waitid,
};
use std::ffi::OsString;
use std::io::{ErrorKind, PipeReader, Read as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// More than any program prints about its version.
pub(super) const MAX_OUTPUT: usize = 64 << 10;
/// How often a process is looked at where the kernel has no descriptor for it (before Linux 5.3) or refuses one.
const TICK: Duration = Duration::from_millis(10);
/// How long killed processes are waited for: the kernel may hold one that waits for a disk or a network file.
const GRACE: Duration = Duration::from_millis(500);

/// What to run.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) path: PathBuf,
    pub(super) option: &'static str,
}

/// The whole environment of what is run.
#[derive(Debug, Clone)]
pub(super) struct Environment(pub(super) Vec<(&'static str, OsString)>);

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It ended by itself.
    Ended {
        /// With exit code 0.
        success: bool,
        /// Standard output, and standard error.
        printed: [Vec<u8>; 2],
    },
    /// It had not ended at the deadline.
    TooLong,
    /// It printed more than [`MAX_OUTPUT`].
    TooMuch,
    /// It could not be started: the errno.
    NotStarted(String),
}

/// Runs all jobs until the deadline. Afterwards nothing of their process groups is there, not even a zombie; a process
/// that made a session of its own is not followed.
///
/// From then on this process is the parent of what its children leave behind (`PR_SET_CHILD_SUBREAPER`, prctl(2)): in
/// many containers the process that would be does not wait for its children.
pub(super) fn all(jobs: &[Job], environment: &Environment, deadline: Instant) -> Vec<Outcome> {
    // Where it fails, init has them.
    let _ = set_child_subreaper(Some(getpid()));
    let mut outcomes: Vec<Outcome> = jobs.iter().map(|_| Outcome::TooLong).collect();
    let mut running = Vec::new();
    for (at, job) in jobs.iter().enumerate() {
        if Instant::now() >= deadline {
            break;
        }
        match Running::start(at, job, environment) {
            Ok(process) => running.push(process),
            Err(error) => outcomes[at] = Outcome::NotStarted(errno::name_of(&error)),
        }
    }
    let mut stopped = Vec::new();
    while !running.is_empty() && wait(&running, deadline) {
        for at in (0..running.len()).rev() {
            if let Some(outcome) = running[at].look() {
                let process = running.swap_remove(at);
                outcomes[process.job] = outcome;
                stopped.push(process);
            }
        }
    }
    running.iter().for_each(Running::kill);
    stopped.append(&mut running);
    reap(stopped);
    outcomes
}

struct Running {
    /// Place in the list of jobs.
    job: usize,
    child: Child,
    /// Readable once the process has ended; `None` where the kernel does not give one.
    descriptor: Option<OwnedFd>,
    /// Standard output and standard error; `None` where nobody writes any more.
    pipes: [Option<PipeReader>; 2],
    printed: [Vec<u8>; 2],
}

impl Running {
    fn start(job: usize, Job { path, option }: &Job, environment: &Environment) -> std::io::Result<Running> {
        let ((out, out_end), (err, err_end)) = (std::io::pipe()?, std::io::pipe()?);
        rustix::io::ioctl_fionbio(&out, true)?;
        rustix::io::ioctl_fionbio(&err, true)?;
        // The command holds the writing ends, and goes with this statement.
        let child = Command::new(path)
            .arg(option)
            .env_clear()
            .envs(environment.0.iter().map(|(name, value)| (name, value)))
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(out_end)
            .stderr(err_end)
            .process_group(0)
            .spawn()?;
        let mut process = Running {
            job,
            child,
            descriptor: None,
            pipes: [Some(out), Some(err)],
            printed: [Vec::new(), Vec::new()],
        };
        process.descriptor = process.pid().and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        Ok(process)
    }

    /// The id of the process and of its group. It stays theirs until the process is reaped, which happens after the
    /// group was killed ([`reap`]).
    fn pid(&self) -> Option<Pid> {
        Pid::from_raw(i32::try_from(self.child.id()).ok()?)
    }

    /// Reads what is there; the outcome where there is one now.
    fn look(&mut self) -> Option<Outcome> {
        // Asked first: what the process itself wrote is in the pipes when it has ended, whoever else holds them.
        let end = self.end();
        for (pipe, text) in self.pipes.iter_mut().zip(&mut self.printed) {
            read(pipe, text);
        }
        if self.printed.iter().any(|text| text.len() > MAX_OUTPUT) {
            self.kill();
            return Some(Outcome::TooMuch);
        }
        let success = match end {
            End::NotYet => return None,
            End::Known { success } => {
                self.kill();
                success
            }
            End::Reaped => true,
        };
        Some(Outcome::Ended { success, printed: std::mem::take(&mut self.printed) })
    }

    /// Whether the process has ended; it is not reaped by the question.
    fn end(&self) -> End {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match self.pid().map(|pid| waitid(WaitId::Pid(pid), options)) {
            Some(Ok(None)) => End::NotYet,
            Some(Ok(Some(status))) => End::Known { success: status.exit_status() == Some(0) },
            Some(Err(_)) | None => End::Reaped,
        }
    }

    /// Reaps what has ended of the group; true when no child of this process is left in it.
    fn group_is_reaped(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
        let Some(pid) = self.pid() else { return true };
        loop {
            match waitid(WaitId::Pgid(Some(pid)), options) {
                Ok(Some(_)) => {}
                Ok(None) => return false,
                Err(_) => return true,
            }
        }
    }

    fn kill(&self) {
        if let Some(pid) = self.pid() {
            // Nobody is left in the group: that is what was wanted.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

enum End {
    NotYet,
    Known {
        success: bool,
    },
    /// By somebody else: this process inherited SIGCHLD ignored, and nobody knows the exit code (waitid(2)). The id may
    /// be another's by now.
    Reaped,
}

/// Reads what is in the pipe, up to the bound and a byte more; forgets a pipe that is at its end.
fn read(pipe: &mut Option<PipeReader>, text: &mut Vec<u8>) {
    let mut buffer = [0; 4096];
    while text.len() <= MAX_OUTPUT {
        let Some(reader) = pipe else { return };
        match reader.read(&mut buffer) {
            Ok(count) if count > 0 => text.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            _ => *pipe = None,
        }
    }
}

/// Waits until one of them prints something or ends; false at the deadline.
fn wait(running: &[Running], deadline: Instant) -> bool {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return false;
    }
    let all_tell = running.iter().all(|process| process.descriptor.is_some());
    let left = if all_tell { left } else { left.min(TICK) };
    let pipes = running.iter().flat_map(|p| p.pipes.iter().flatten().map(|pipe| pipe.as_fd()));
    let ends = running.iter().filter_map(|p| p.descriptor.as_ref().map(|end| end.as_fd()));
    let mut watched: Vec<PollFd<'_>> =
        pipes.chain(ends).map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
    // A signal ends the wait early, which does no harm.
    let _ = poll(&mut watched, Timespec::try_from(left).ok().as_ref());
    true
}

/// Takes the killed processes and what they left behind from the table, so that none stays there as a zombie; those that
/// the kernel holds are left to it after a while.
fn reap(mut killed: Vec<Running>) {
    let deadline = Instant::now() + GRACE;
    for process in &mut killed {
        // What is waited for now are all processes of the group, of which nothing tells.
        process.pipes = [None, None];
        process.descriptor = None;
    }
    loop {
        killed.retain(|process| !process.group_is_reaped());
        if killed.is_empty() || !wait(&killed, deadline) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_seen_without_a_descriptor_for_the_process() {
        let job = Job { path: "/bin/sh".into(), option: "-c" };
        let environment = Environment(Vec::new());
        let mut process = Running::start(0, &job, &environment).unwrap();
        process.descriptor = None;
        let deadline = Instant::now() + Duration::from_secs(60);
        let outcome = loop {
            assert!(wait(std::slice::from_ref(&process), deadline), "it does not end");
            if let Some(outcome) = process.look() {
                break outcome;
            }
        };
        // The shell misses what -c wants.
        let Outcome::Ended { success: false, printed: [out, err] } = outcome else { panic!("{outcome:?}") };
        assert!(out.is_empty() && !err.is_empty());
        reap(vec![process]);
    }
}
