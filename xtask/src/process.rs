//! Running a program with a time limit, and what it cost.

use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How often a running program is looked at.
const POLL: Duration = Duration::from_millis(500);

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Its exit status.
    Exit(i32),
    /// The signal that ended it.
    Signal(i32),
    /// It outlived the limit and was ended.
    TimedOut,
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            End::Exit(status) => write!(f, "exit {status}"),
            End::Signal(signal) => write!(f, "signal {signal}"),
            End::TimedOut => f.write_str("timed out"),
        }
    }
}

/// A program that has ended.
pub struct Finished {
    pub end: End,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Wall-clock time from start to end.
    pub elapsed: Duration,
    /// User plus system time.
    pub cpu: Duration,
    /// Peak resident set, in KiB.
    pub peak_rss: u64,
}

/// Runs `command` in a process group of its own with nothing on standard input, and ends the whole group after `limit`.
///
/// # Errors
/// A message when the program cannot be started.
pub fn run(command: &mut Command, limit: Duration) -> Result<Finished, String> {
    run_while(command, limit, || true)
}

/// [`run`], ending the program also as soon as `going`, asked twice a second, says no.
///
/// # Errors
/// A message when the program cannot be started.
pub fn run_while(
    command: &mut Command,
    limit: Duration,
    mut going: impl FnMut() -> bool,
) -> Result<Finished, String> {
    let program = command.get_program().to_owned();
    let started = Instant::now();
    // SAFETY: the closure runs between fork and exec, where signal is allowed; it touches no memory.
    unsafe {
        command.pre_exec(|| {
            // A shell ignores it in what it runs in the background, and so would our children.
            libc::signal(libc::SIGINT, libc::SIG_DFL);
            Ok(())
        });
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
    let group = child.id();

    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());

    let (sender, ended) = mpsc::channel();
    thread::spawn(move || sender.send(wait(child)).is_ok());
    let (timed_out, waited) = loop {
        let left = limit.saturating_sub(started.elapsed());
        match ended.recv_timeout(left.min(POLL)) {
            Ok(waited) => break (false, Ok(waited)),
            Err(RecvTimeoutError::Timeout) if !left.is_zero() && going() => {}
            Err(_) => {
                end_group(group);
                break (true, ended.recv());
            }
        }
    };
    let elapsed = started.elapsed();
    let (status, usage) = waited.map_err(|_| format!("lost track of {}", program.display()))?;
    // Anything it left running would hold the pipes open.
    end_group(group);

    let end = match (timed_out, status.code()) {
        (true, _) => End::TimedOut,
        (false, Some(code)) => End::Exit(code),
        (false, None) => End::Signal(status.signal().unwrap_or(0)),
    };
    Ok(Finished {
        end,
        stdout: stdout.join().unwrap_or_default(),
        stderr: stderr.join().unwrap_or_default(),
        elapsed,
        cpu: duration(usage.ru_utime) + duration(usage.ru_stime),
        peak_rss: u64::try_from(usage.ru_maxrss).unwrap_or(0),
    })
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What arrived before an error is still worth having.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

fn wait(child: Child) -> (ExitStatus, libc::rusage) {
    let mut status = 0;
    // SAFETY: rusage is plain old data, for which all zeroes is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let pid = child.id().cast_signed();
    loop {
        // SAFETY: both pointers are to live locals of the types wait4 fills in, and the pid is that of a child of ours which
        // nobody else waits for.
        let waited = unsafe { libc::wait4(pid, &raw mut status, 0, &raw mut usage) };
        if waited == pid || std::io::Error::last_os_error().raw_os_error() != Some(libc::EINTR) {
            return (ExitStatus::from_raw(status), usage);
        }
    }
}

fn end_group(group: u32) {
    // SAFETY: kill touches no memory; the group is the one made for our child, and an error (it is gone) is fine.
    unsafe { libc::kill(-group.cast_signed(), libc::SIGKILL) };
}

fn duration(time: libc::timeval) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let micros = u64::try_from(time.tv_usec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(micros)
}

/// Calls `work` on every item, `jobs` at a time, and returns the answers in the order of the items.
pub fn parallel<T: Sync, R: Send>(items: &[T], jobs: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut answers: Vec<(usize, R)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.max(1))
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    loop {
                        let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        let Some(item) = items.get(index) else { return mine };
                        mine.push((index, work(item)));
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
