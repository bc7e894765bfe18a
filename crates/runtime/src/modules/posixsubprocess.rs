//! `_posixsubprocess`: starting a program in a new process.

use super::posix::children::{self, c_string, pointers};
use super::posix::path_arg::IdArg;
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::{PyBytes, PyList, PyResult, TupleRef, Value, exceptions, protocol};
use std::ffi::{CStr, CString};

/// A POSIX helper for the subprocess module.
#[pymodule(name = "_posixsubprocess")]
pub mod functions {
    use super::*;

    /// Spawn a fresh new child process.
    ///
    /// Fork a child process, close parent file descriptors as appropriate in
    /// the child and duplicate the few that are needed before calling exec() in
    /// the child process.
    ///
    /// If close_fds is True, close file descriptors 3 and higher, except those
    /// listed in the sorted tuple pass_fds.
    ///
    /// The preexec_fn, if supplied, will be called immediately before closing
    /// file descriptors and exec.
    ///
    /// WARNING: preexec_fn is NOT SAFE if your application uses threads.
    ///          It may trigger infrequent, difficult to debug deadlocks.
    ///
    /// If an error occurs in the child process before the exec, it is
    /// serialized and written to the errpipe_write fd per subprocess.py.
    ///
    /// Returns: the child process's PID.
    ///
    /// Raises: Only on an error in the parent process.
    #[expect(clippy::too_many_arguments, reason = "subprocess.py passes them all")]
    #[pyfunction(
        "($module, args, executable_list, close_fds, pass_fds, cwd,\n          env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite,\n          errpipe_read, errpipe_write, restore_signals, call_setsid,\n          pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn,\n          /)"
    )]
    fn fork_exec(
        args: &Value,
        executable_list: &Value,
        close_fds: bool,
        pass_fds: TupleRef,
        cwd: &Value,
        env: &Value,
        p2cread: i32,
        p2cwrite: i32,
        c2pread: i32,
        c2pwrite: i32,
        errread: i32,
        errwrite: i32,
        errpipe_read: i32,
        errpipe_write: i32,
        restore_signals: bool,
        call_setsid: bool,
        pgid_to_set: i32,
        gid: &Value,
        extra_groups: &Value,
        uid: &Value,
        child_umask: i32,
        preexec_fn: &Value,
    ) -> PyResult<i32> {
        if close_fds && errpipe_write < 3 {
            return Err(exceptions::value_error("errpipe_write must be >= 3"));
        }
        crate::sys::audit(
            "_posixsubprocess.fork_exec",
            &[executable_list.clone(), args.clone(), env.clone()],
        )?;
        let kept = super::kept_descriptors(&pass_fds)?;
        let program = super::Program {
            arguments: super::arguments(args)?,
            executables: super::byte_strings(executable_list)?,
            environment: if env.is_none() { None } else { Some(super::byte_strings(env)?) },
            cwd: if cwd.is_none() { None } else { Some(c_string(cwd)?) },
        };
        let changes = super::Changes {
            ours: [p2cwrite, c2pread, errread, errpipe_read],
            standard: [p2cread, c2pwrite, errwrite],
            report_to: errpipe_write,
            kept: close_fds.then_some(kept),
            restore_signals,
            call_setsid,
            process_group: pgid_to_set,
            groups: super::groups(extra_groups)?,
            gid: super::id(gid)?,
            uid: super::id(uid)?,
            umask: child_umask,
        };
        let hook = (!preexec_fn.is_none()).then_some(preexec_fn);
        super::start(&program, &changes, hook)
    }
}

pub use functions::MODULE;

/// What the child runs.
struct Program {
    arguments: Option<Vec<CString>>,
    /// Tried in order.
    executables: Vec<CString>,
    environment: Option<Vec<CString>>,
    cwd: Option<CString>,
}

/// What the child changes about itself before that. Descriptors that are -1 are absent.
struct Changes {
    /// The parent's ends of the pipes.
    ours: [i32; 4],
    /// What become descriptors 0, 1 and 2.
    standard: [i32; 3],
    /// Where an error is written to.
    report_to: i32,
    /// The descriptors that stay open; `None` to close none.
    kept: Option<Vec<i32>>,
    restore_signals: bool,
    call_setsid: bool,
    process_group: i32,
    groups: Option<Vec<libc::gid_t>>,
    gid: Option<u32>,
    uid: Option<u32>,
    umask: i32,
}

/// The descriptors of `pass_fds`, which must be in ascending order.
fn kept_descriptors(fds: &TupleRef) -> PyResult<Vec<i32>> {
    let wrong = || exceptions::value_error("bad value(s) in fds_to_keep");
    let fd = |item: &Value| item.as_small_int().and_then(|n| i32::try_from(n).ok()).filter(|&n| n >= 0);
    let fds = fds.iter().map(fd).collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
    if fds.windows(2).all(|pair| pair[0] < pair[1]) { Ok(fds) } else { Err(wrong()) }
}

fn arguments(args: &Value) -> PyResult<Option<Vec<CString>>> {
    if args.is_none() {
        return Ok(None);
    }
    let slots = args.class().slots();
    if slots.sq_item.is_none() && slots.subscript.is_none() {
        return Err(exceptions::type_error("argv must be a tuple"));
    }
    protocol::collect(args)?.iter().map(c_string).collect::<PyResult<Vec<_>>>().map(Some)
}

/// A sequence of bytes objects.
fn byte_strings(strings: &Value) -> PyResult<Vec<CString>> {
    protocol::len(strings)?;
    let string = |item: &Value| match item.downcast::<PyBytes>() {
        Some(bytes) => {
            CString::new(bytes.as_bytes()).map_err(|_| exceptions::value_error("embedded null byte"))
        }
        None => Err(exceptions::type_error(format!("expected bytes, {} found", item.type_name()))),
    };
    protocol::collect(strings)?.iter().map(string).collect()
}

/// A user or group to become; `None` for no change.
fn id(value: &Value) -> PyResult<Option<u32>> {
    if value.is_none() { Ok(None) } else { IdArg::new(value, "uid").map(|id| Some(id.0)) }
}

fn groups(list: &Value) -> PyResult<Option<Vec<libc::gid_t>>> {
    const MOST: usize = 65536;
    if list.is_none() {
        return Ok(None);
    }
    let Some(list) = list.downcast::<PyList>() else {
        return Err(exceptions::type_error("setgroups argument must be a list"));
    };
    if list.len() > MOST {
        return Err(exceptions::value_error("too many extra_groups"));
    }
    let group = |item: &Value| {
        if !protocol::is_int(item) {
            return Err(exceptions::type_error("extra_groups must be integers"));
        }
        IdArg::new(item, "gid").map(|id| id.0).map_err(|_| exceptions::value_error("invalid group id"))
    };
    list.to_vec().iter().map(group).collect::<PyResult<Vec<_>>>().map(Some)
}

fn start(program: &Program, changes: &Changes, hook: Option<&Value>) -> PyResult<i32> {
    // Everything the child needs is laid out before the fork: another thread may hold the allocator's lock.
    let arguments = program.arguments.as_deref().map(pointers);
    let environment = program.environment.as_deref().map(pointers);
    let image = Image {
        executables: &program.executables,
        arguments: arguments.as_ref().map_or(std::ptr::null(), |a| a.as_ptr()),
        environment: environment.as_ref().map(|e| e.as_ptr()),
        cwd: program.cwd.as_deref(),
    };
    // SAFETY: without a hook the child calls nothing but what is safe after a fork of a process with threads; with one it
    // is this thread alone, which holds the GIL as the parent's does.
    let fork = || unsafe { libc::fork() };
    let pid =
        if hook.is_some() { children::fork_with("fork", "preexec_fn not supported", fork)? } else { fork() };
    let errno = syscall::errno();
    if pid == 0 {
        become_program(&image, changes, hook).report(changes.report_to);
        // SAFETY: ends the child at once.
        unsafe { libc::_exit(255) }
    }
    if pid < 0 { Err(syscall::os_error(errno)) } else { Ok(pid) }
}

/// A [`Program`] as `execve` wants it.
struct Image<'a> {
    executables: &'a [CString],
    arguments: *const *const libc::c_char,
    environment: Option<*const *const libc::c_char>,
    cwd: Option<&'a CStr>,
}

/// Why the child could not become the program.
enum Failure {
    Preparation(i32),
    Folder(i32),
    Program(i32),
    Hook,
}

impl Failure {
    /// Writes the failure as subprocess.py reads it: class, errno in hexadecimal, message.
    fn report(&self, fd: i32) {
        let (errno, message): (i32, &[u8]) = match self {
            Failure::Preparation(errno) => (*errno, b"noexec"),
            Failure::Folder(errno) => (*errno, b"noexec:chdir"),
            Failure::Program(errno) => (*errno, b""),
            Failure::Hook => return write_all(fd, b"SubprocessError:0:Exception occurred in preexec_fn."),
        };
        let mut digits = [0; 8];
        let mut at = digits.len();
        let mut rest = errno as u32;
        while at > 0 && (rest > 0 || at == digits.len()) {
            at -= 1;
            digits[at] = b"0123456789ABCDEF"[(rest & 15) as usize];
            rest >>= 4;
        }
        write_all(fd, b"OSError:");
        write_all(fd, &digits[at..]);
        write_all(fd, b":");
        write_all(fd, message);
    }
}

fn write_all(fd: i32, bytes: &[u8]) {
    // SAFETY: the bytes outlive the call. There is nobody to tell of an error.
    unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
}

/// An errno as the failure of what comes before the program.
fn prepared(status: i32) -> Result<i32, Failure> {
    if status == -1 { Err(Failure::Preparation(syscall::errno())) } else { Ok(status) }
}

/// The child's life; it ends with the program or a failure.
fn become_program(image: &Image<'_>, changes: &Changes, hook: Option<&Value>) -> Failure {
    if let Err(failure) = arrange_descriptors(changes).and_then(|()| change_identity(image, changes)) {
        return failure;
    }
    if let Some(hook) = hook
        && protocol::call0(hook).is_err()
    {
        return Failure::Hook;
    }
    if let Some(kept) = &changes.kept {
        close_others(kept, changes.report_to);
    }
    let mut errno = 0;
    for executable in image.executables {
        // SAFETY: path and lists are NUL-terminated, and outlive the call if it fails.
        unsafe {
            match image.environment {
                Some(environment) => libc::execve(executable.as_ptr(), image.arguments, environment),
                None => libc::execv(executable.as_ptr(), image.arguments),
            }
        };
        let found = syscall::errno();
        if errno == 0 || !matches!(found, libc::ENOENT | libc::ENOTDIR) {
            errno = found;
        }
    }
    Failure::Program(errno)
}

/// Makes the pipes the standard streams.
fn arrange_descriptors(changes: &Changes) -> Result<(), Failure> {
    if let Some(kept) = &changes.kept {
        for &fd in kept.iter().filter(|&&fd| fd != changes.report_to) {
            inherit(fd)?;
        }
    }
    for &fd in changes.ours.iter().filter(|&&fd| fd != -1) {
        // SAFETY: the descriptor is the parent's end of a pipe, of no use here.
        prepared(unsafe { libc::close(fd) })?;
    }
    let [input, mut output, mut error] = changes.standard;
    // A descriptor that another one is about to be moved onto moves away first.
    if output == 0 {
        // SAFETY: no memory is passed.
        output = prepared(unsafe { libc::dup(output) })?;
    }
    while error == 0 || error == 1 {
        // SAFETY: no memory is passed.
        error = prepared(unsafe { libc::dup(error) })?;
    }
    for (from, to) in [(input, 0), (output, 1), (error, 2)] {
        if from == to {
            inherit(from)?;
        } else if from != -1 {
            // SAFETY: no memory is passed.
            prepared(unsafe { libc::dup2(from, to) })?;
        }
    }
    Ok(())
}

/// Lets a descriptor survive the `execve`.
fn inherit(fd: i32) -> Result<(), Failure> {
    // SAFETY: no memory is passed.
    let flags = prepared(unsafe { libc::fcntl(fd, libc::F_GETFD) })?;
    // SAFETY: as above.
    prepared(unsafe { libc::fcntl(fd, libc::F_SETFD, flags & !libc::FD_CLOEXEC) }).map(drop)
}

/// Folder, umask, signals, session, group and user, in that order.
fn change_identity(image: &Image<'_>, changes: &Changes) -> Result<(), Failure> {
    if let Some(cwd) = image.cwd
        // SAFETY: the name is NUL-terminated.
        && unsafe { libc::chdir(cwd.as_ptr()) } == -1
    {
        return Err(Failure::Folder(syscall::errno()));
    }
    if changes.umask >= 0 {
        // SAFETY: no memory is passed.
        unsafe { libc::umask(changes.umask as libc::mode_t) };
    }
    if changes.restore_signals {
        for signum in [libc::SIGPIPE, libc::SIGXFSZ] {
            // SAFETY: no memory is passed.
            unsafe { libc::signal(signum, libc::SIG_DFL) };
        }
    }
    if changes.call_setsid {
        // SAFETY: no memory is passed.
        prepared(unsafe { libc::setsid() })?;
    }
    if changes.process_group >= 0 {
        // SAFETY: no memory is passed.
        prepared(unsafe { libc::setpgid(0, changes.process_group) })?;
    }
    if let Some(groups) = &changes.groups {
        // SAFETY: the groups outlive the call.
        prepared(unsafe { libc::setgroups(groups.len(), groups.as_ptr()) })?;
    }
    if let Some(gid) = changes.gid {
        // SAFETY: no memory is passed.
        prepared(unsafe { libc::setregid(gid, gid) })?;
    }
    if let Some(uid) = changes.uid {
        // SAFETY: no memory is passed.
        prepared(unsafe { libc::setreuid(uid, uid) })?;
    }
    Ok(())
}

/// Closes all descriptors from 3 on but the kept ones and the one errors are reported to, which closes itself.
fn close_others(kept: &[i32], report_to: i32) {
    let mut from = 3;
    loop {
        let next = kept.iter().copied().chain([report_to]).filter(|&fd| fd >= from).min();
        let to = next.map_or(u32::MAX, |fd| fd as u32);
        if to > from as u32 {
            // SAFETY: no memory is passed; nothing in this process uses the descriptors any more.
            unsafe { libc::syscall(libc::SYS_close_range, from as u32, to.saturating_sub(1), 0u32) };
        }
        match next.and_then(|fd| fd.checked_add(1)) {
            Some(next) => from = next,
            None => return,
        }
    }
}
