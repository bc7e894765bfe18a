//! Other processes: fork, exec, wait, signals, groups.

use super::path_arg::{PathArg, PathOrFd};
use crate::modules::record::Record;
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::cell::GilCell;
use minipy_vm::types::structseq::StructSeqDef;
use minipy_vm::{PyDict, PyList, PyResult, PyTuple, Value, exceptions, gil, name, protocol};
use std::ffi::CString;
use std::sync::atomic::{AtomicBool, Ordering};

#[expect(non_snake_case, reason = "some functions have the names of C macros")]
#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    #[pyattr]
    fn waitid_result() -> Value {
        super::WAITID.class().into_value()
    }

    /// Fork a child process.
    ///
    /// Return 0 to child process and PID of child to parent process.
    #[pyfunction("($module, /)")]
    fn fork() -> PyResult<i32> {
        crate::sys::audit("os.fork", &[])?;
        // SAFETY: no memory is passed.
        super::fork_with("fork", "can't fork", || unsafe { libc::fork() })
    }

    /// Register callables to be called when forking a new process.
    ///
    ///   before
    ///     A callable to be called in the parent before the fork() syscall.
    ///   after_in_child
    ///     A callable to be called in the child after fork().
    ///   after_in_parent
    ///     A callable to be called in the parent after fork().
    ///
    /// 'before' callbacks are called in reverse order.
    /// 'after_in_child' and 'after_in_parent' callbacks are called in order.
    #[pyfunction(
        "($module, /, *, before=<unrepresentable>,\n                 after_in_child=<unrepresentable>,\n                 after_in_parent=<unrepresentable>)"
    )]
    fn register_at_fork(
        before: Option<&Value>,
        after_in_child: Option<&Value>,
        after_in_parent: Option<&Value>,
    ) -> PyResult<()> {
        if before.is_none() && after_in_child.is_none() && after_in_parent.is_none() {
            return Err(exceptions::type_error("At least one argument is required."));
        }
        for (given, what) in
            [(before, "before"), (after_in_child, "after_in_child"), (after_in_parent, "after_in_parent")]
        {
            if let Some(value) = given
                && !protocol::is_callable(value)
            {
                return Err(exceptions::type_error(format!(
                    "'{what}' must be callable, not {}",
                    value.type_name()
                )));
            }
        }
        super::HOOKS.with(|hooks| {
            hooks.before.extend(before.cloned());
            hooks.child.extend(after_in_child.cloned());
            hooks.parent.extend(after_in_parent.cloned());
        });
        Ok(())
    }

    /// Exit to the system with specified status, without normal exit processing.
    #[pyfunction("($module, /, status)")]
    fn _exit(status: i32) {
        // SAFETY: ends the process at once.
        unsafe { libc::_exit(status) }
    }

    /// Abort the interpreter immediately.
    ///
    /// This function 'dumps core' or otherwise fails in the hardest way
    /// possible on the hosting operating system.  This function never returns.
    #[pyfunction("($module, /)")]
    fn abort() {
        // SAFETY: ends the process at once.
        unsafe { libc::abort() }
    }

    /// Execute an executable path with arguments, replacing current process.
    ///
    ///   path
    ///     Path of executable file.
    ///   argv
    ///     Tuple or list of strings.
    #[pyfunction("($module, path, argv, /)")]
    fn execv(path: PathArg, argv: &Value) -> PyResult<()> {
        let arguments = super::argument_list(argv, "execv() arg 2 must be a tuple or list", "execv()")?;
        crate::sys::audit("os.exec", &[path.original.clone(), argv.clone(), Value::NONE])?;
        let pointers = super::pointers(&arguments);
        // SAFETY: path and arguments are NUL-terminated, the list ends with null.
        unsafe { libc::execv(path.as_ptr(), pointers.as_ptr()) };
        // As in CPython, the error does not name the file.
        Err(exceptions::os_error_from_errno(syscall::errno(), None, None))
    }

    /// Execute an executable path with arguments, replacing current process.
    ///
    ///   path
    ///     Path of executable file.
    ///   argv
    ///     Tuple or list of strings.
    ///   env
    ///     Dictionary of strings mapping to strings.
    #[pyfunction("($module, /, path, argv, env)")]
    fn execve(path: PathOrFd, argv: &Value, env: &Value) -> PyResult<()> {
        let arguments = super::argument_list(argv, "execve: argv must be a tuple or list", "execve:")?;
        let environment = super::environment_list(env)?;
        crate::sys::audit("os.exec", &[path.original(), argv.clone(), env.clone()])?;
        let (arguments, environment) = (super::pointers(&arguments), super::pointers(&environment));
        // SAFETY: all strings are NUL-terminated, the lists end with null.
        unsafe {
            match &path {
                PathOrFd::Path(p) => libc::execve(p.as_ptr(), arguments.as_ptr(), environment.as_ptr()),
                PathOrFd::Fd(fd, _) => libc::fexecve(*fd, arguments.as_ptr(), environment.as_ptr()),
                PathOrFd::None => -1,
            }
        };
        Err(path.error(syscall::errno()))
    }

    /// Execute the command in a subshell.
    #[pyfunction("($module, /, command)")]
    fn system(command: &Value) -> PyResult<i32> {
        let text = CString::new(crate::path::fs_encode(command)?)
            .map_err(|_| exceptions::value_error("embedded null byte"))?;
        let audited = minipy_vm::types::bytes::from_slice(text.as_bytes()).into_value();
        crate::sys::audit("os.system", &[audited])?;
        // SAFETY: the command is NUL-terminated.
        Ok(minipy_vm::gil::without(|| unsafe { libc::system(text.as_ptr()) }))
    }

    /// Wait for completion of a child process.
    ///
    /// Returns a tuple of information about the child process:
    ///     (pid, status)
    #[pyfunction("($module, /)")]
    fn wait() -> PyResult<Value> {
        super::wait_for(-1, 0)
    }

    /// Wait for completion of a given child process.
    ///
    /// Returns a tuple of information regarding the child process:
    ///     (pid, status)
    ///
    /// The options argument is ignored on Windows.
    #[pyfunction("($module, pid, options, /)")]
    fn waitpid(pid: i32, options: i32) -> PyResult<Value> {
        super::wait_for(pid, options)
    }

    /// Wait for completion of a child process.
    ///
    /// Returns a tuple of information about the child process:
    ///   (pid, status, rusage)
    #[pyfunction("($module, /, options)")]
    fn wait3(options: i32) -> PyResult<Value> {
        super::wait_with_usage(-1, options)
    }

    /// Wait for completion of a specific child process.
    ///
    /// Returns a tuple of information about the child process:
    ///   (pid, status, rusage)
    #[pyfunction("($module, /, pid, options)")]
    fn wait4(pid: i32, options: i32) -> PyResult<Value> {
        super::wait_with_usage(pid, options)
    }

    /// Returns the result of waiting for a process or processes.
    ///
    ///   idtype
    ///     Must be one of be P_PID, P_PGID or P_ALL.
    ///   id
    ///     The id to wait on.
    ///   options
    ///     Constructed from the ORing of one or more of WEXITED, WSTOPPED
    ///     or WCONTINUED and additionally may be ORed with WNOHANG or WNOWAIT.
    ///
    /// Returns either waitid_result or None if WNOHANG is specified and there
    /// are no children in a waitable state.
    #[pyfunction("($module, idtype, id, options, /)")]
    fn waitid(idtype: u32, id: u32, options: i32) -> PyResult<Option<Value>> {
        // SAFETY: all-zero bytes are a valid `siginfo_t`, which outlives the call.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        // SAFETY: as above.
        syscall::blocking_or_raise(|| unsafe { libc::waitid(idtype, id, &mut info, options) })?;
        // SAFETY: the call filled the fields that a child's end has.
        let (pid, uid, status) = unsafe { (info.si_pid(), info.si_uid(), info.si_status()) };
        if pid == 0 {
            return Ok(None);
        }
        let values = [pid.into(), uid.into(), info.si_signo.into(), status.into(), info.si_code.into()];
        Ok(Some(super::WAITID.make(values.to_vec())))
    }

    /// Convert a wait status to an exit code.
    ///
    /// On Unix:
    ///
    /// * If WIFEXITED(status) is true, return WEXITSTATUS(status).
    /// * If WIFSIGNALED(status) is true, return -WTERMSIG(status).
    /// * Otherwise, raise a ValueError.
    ///
    /// On Windows, return status shifted right by 8 bits.
    ///
    /// On Unix, if the process is being traced or if waitpid() was called with
    /// WUNTRACED option, the caller must first check if WIFSTOPPED(status) is
    /// true.  This function must not be called if WIFSTOPPED(status) is true.
    #[pyfunction("($module, /, status)")]
    fn waitstatus_to_exitcode(status: i32) -> PyResult<i32> {
        if libc::WIFEXITED(status) {
            Ok(libc::WEXITSTATUS(status))
        } else if libc::WIFSIGNALED(status) {
            Ok(-libc::WTERMSIG(status))
        } else if libc::WIFSTOPPED(status) {
            let signum = libc::WSTOPSIG(status);
            Err(exceptions::value_error(format!("process stopped by delivery of signal {signum}")))
        } else {
            Err(exceptions::value_error(format!("invalid wait status: {status}")))
        }
    }

    /// Return True if the process returning status was dumped to a core file.
    #[pyfunction("($module, status, /)")]
    fn WCOREDUMP(status: i32) -> bool {
        libc::WCOREDUMP(status)
    }

    /// Return True if a particular process was continued from a job control stop.
    ///
    /// Return True if the process returning status was continued from a
    /// job control stop.
    #[pyfunction("($module, /, status)")]
    fn WIFCONTINUED(status: i32) -> bool {
        libc::WIFCONTINUED(status)
    }

    /// Return True if the process returning status was stopped.
    #[pyfunction("($module, /, status)")]
    fn WIFSTOPPED(status: i32) -> bool {
        libc::WIFSTOPPED(status)
    }

    /// Return True if the process returning status was terminated by a signal.
    #[pyfunction("($module, /, status)")]
    fn WIFSIGNALED(status: i32) -> bool {
        libc::WIFSIGNALED(status)
    }

    /// Return True if the process returning status exited via the exit() system call.
    #[pyfunction("($module, /, status)")]
    fn WIFEXITED(status: i32) -> bool {
        libc::WIFEXITED(status)
    }

    /// Return the process return code from status.
    #[pyfunction("($module, /, status)")]
    fn WEXITSTATUS(status: i32) -> i32 {
        libc::WEXITSTATUS(status)
    }

    /// Return the signal that terminated the process that provided the status value.
    #[pyfunction("($module, /, status)")]
    fn WTERMSIG(status: i32) -> i32 {
        libc::WTERMSIG(status)
    }

    /// Return the signal that stopped the process that provided the status value.
    #[pyfunction("($module, /, status)")]
    fn WSTOPSIG(status: i32) -> i32 {
        libc::WSTOPSIG(status)
    }

    /// Kill a process with a signal.
    #[pyfunction("($module, pid, signal, /)")]
    fn kill(pid: i32, signal: i32) -> PyResult<()> {
        crate::sys::audit("os.kill", &[Value::from(pid), Value::from(signal)])?;
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::kill(pid, signal) })?;
        crate::signals::check()
    }

    /// Kill a process group with a signal.
    #[pyfunction("($module, pgid, signal, /)")]
    fn killpg(pgid: i32, signal: i32) -> PyResult<()> {
        crate::sys::audit("os.killpg", &[Value::from(pgid), Value::from(signal)])?;
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::killpg(pgid, signal) })?;
        crate::signals::check()
    }

    /// Return the current process group id.
    #[pyfunction("($module, /)")]
    fn getpgrp() -> i32 {
        // SAFETY: no memory is passed.
        unsafe { libc::getpgrp() }
    }

    /// Call the system call getpgid(), and return the result.
    #[pyfunction("($module, /, pid)")]
    fn getpgid(pid: i32) -> PyResult<i32> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::getpgid(pid) })
    }

    /// Call the system call setpgid(pid, pgrp).
    #[pyfunction("($module, pid, pgrp, /)")]
    fn setpgid(pid: i32, pgrp: i32) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::setpgid(pid, pgrp) }).map(drop)
    }

    /// Make the current process the leader of its process group.
    #[pyfunction("($module, /)")]
    fn setpgrp() -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::setpgid(0, 0) }).map(drop)
    }

    /// Call the system call getsid(pid) and return the result.
    #[pyfunction("($module, pid, /)")]
    fn getsid(pid: i32) -> PyResult<i32> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::getsid(pid) })
    }

    /// Call the system call setsid().
    #[pyfunction("($module, /)")]
    fn setsid() -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::setsid() }).map(drop)
    }

    /// Add increment to the priority of process and return the new priority.
    #[pyfunction("($module, increment, /)")]
    fn nice(increment: i32) -> PyResult<i32> {
        // SAFETY: errno is the thread's own; no memory is passed. -1 may be a priority.
        let (value, errno) = unsafe {
            *libc::__errno_location() = 0;
            (libc::nice(increment), syscall::errno())
        };
        if value == -1 && errno != 0 { Err(syscall::os_error(errno)) } else { Ok(value) }
    }

    /// Return a file descriptor referring to the process *pid*.
    ///
    /// The descriptor can be used to perform process management without races
    /// and signals.
    #[pyfunction("($module, /, pid, flags=0)")]
    fn pidfd_open(pid: i32, flags: u32) -> PyResult<i64> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) })
    }
}

pub use functions::MODULE;

static WAITID: Record = Record::new(StructSeqDef {
    module: "posix",
    name: "waitid_result",
    doc: "waitid_result: Result from waitid.\n\nThis object may be accessed either as a tuple of\n  (si_pid, si_uid, si_signo, si_status, si_code),\nor via the attributes si_pid, si_uid, and so on.\n\nSee os.waitid for more information.",
    fields: &[("si_pid", ""), ("si_uid", ""), ("si_signo", ""), ("si_status", ""), ("si_code", "")],
    visible: 5,
    instantiable: true,
});

/// What `register_at_fork` was given.
struct Hooks {
    before: Vec<Value>,
    child: Vec<Value>,
    parent: Vec<Value>,
}

static HOOKS: GilCell<Hooks> =
    GilCell::new(Hooks { before: Vec::new(), child: Vec::new(), parent: Vec::new() });

/// Calls `fork` or something like it, which gives 0 in the child, with all that goes before and after. Gives what it gives.
/// `function` is what the program has called, `what` starts the message of the error at interpreter shutdown.
pub fn fork_with(function: &str, what: &str, fork: impl FnOnce() -> i32) -> PyResult<i32> {
    if crate::shutdown::is_finalizing() {
        return Err(exceptions::simple(
            exceptions::python_finalization_error_class(),
            &format!("{what} at interpreter shutdown"),
        ));
    }
    run_before_fork();
    let guard = gil::before_fork();
    let pid = fork();
    let errno = syscall::errno();
    if pid == 0 {
        guard.in_child();
        after_in_child();
    } else {
        drop(guard);
        run_hooks(|h| &h.parent);
        warn_of_threads(function);
    }
    if pid < 0 { Err(syscall::os_error(errno)) } else { Ok(pid) }
}

/// Whether the process's first thread does nothing but wait for the one that runs the interpreter; a fork leaves it behind.
static FIRST_THREAD_WAITS: AtomicBool = AtomicBool::new(true);

/// Warns, after a fork, of threads that the child does without, and of the locks that they may have held.
fn warn_of_threads(function: &str) {
    let waiting = usize::from(FIRST_THREAD_WAITS.load(Ordering::Relaxed));
    let tasks = std::fs::read_dir("/proc/self/task").map_or(1, Iterator::count);
    if tasks < 2 + waiting {
        return;
    }
    let message = format!(
        "This process (pid={}) is multi-threaded, use of {function}() may lead to deadlocks in the child.",
        std::process::id()
    );
    if let Err(error) = minipy_vm::warnings::warn(exceptions::deprecation_warning_class(), &message, 1) {
        minipy_vm::finalize::report_unraisable(error, None, None);
    }
}

fn call_all(hooks: impl Iterator<Item = Value>) {
    for hook in hooks {
        if let Err(error) = protocol::call0(&hook) {
            minipy_vm::finalize::report_unraisable(error, None, Some(&hook));
        }
    }
}

/// The functions to call before a fork, last registered first.
fn run_before_fork() {
    let hooks = HOOKS.with(|h| h.before.clone());
    call_all(hooks.into_iter().rev());
}

fn run_hooks(select: fn(&Hooks) -> &Vec<Value>) {
    let hooks = HOOKS.with(|h| select(h).clone());
    call_all(hooks.into_iter());
}

/// Makes the calling thread the main thread of the child, and calls the registered functions.
fn after_in_child() {
    FIRST_THREAD_WAITS.store(false, Ordering::Relaxed);
    crate::import::locks::after_fork_in_child();
    crate::modules::thread::after_fork();
    crate::modules::signal::set_main();
    run_hooks(|h| &h.child);
}

/// NUL-terminated strings for `exec`.
pub fn argument_list(argv: &Value, wrong: &str, function: &str) -> PyResult<Vec<CString>> {
    let items = match (argv.downcast::<PyTuple>(), argv.downcast::<PyList>()) {
        (Some(tuple), _) => tuple.to_vec(),
        (_, Some(list)) => list.to_vec(),
        _ => return Err(exceptions::type_error(wrong)),
    };
    if items.is_empty() {
        let what = if function == "execv()" { "arg 2" } else { "argv" };
        return Err(exceptions::value_error(format!("{function} {what} must not be empty")));
    }
    let arguments = items.iter().map(c_string).collect::<PyResult<Vec<_>>>()?;
    if arguments.first().is_some_and(|a| a.is_empty()) {
        let what = if function == "execv()" { "arg 2" } else { "argv" };
        return Err(exceptions::value_error(format!("{function} {what} first element cannot be empty")));
    }
    Ok(arguments)
}

/// A str, bytes or path as a NUL-terminated string.
pub fn c_string(value: &Value) -> PyResult<CString> {
    CString::new(crate::path::fs_encode(value)?).map_err(|_| exceptions::value_error("embedded null byte"))
}

/// "NAME=value" strings of a mapping.
pub fn environment_list(env: &Value) -> PyResult<Vec<CString>> {
    let pairs = match env.downcast::<PyDict>() {
        Some(dict) => dict.entries(),
        None => {
            let keys = protocol::collect(&protocol::call_method(env, name!("keys"), &[])?)?;
            let values = protocol::collect(&protocol::call_method(env, name!("values"), &[])?)?;
            keys.into_iter().zip(values).collect()
        }
    };
    pairs
        .iter()
        .map(|(name, value)| {
            let mut line = crate::path::fs_encode(name)?;
            if line.is_empty() || line[1..].contains(&b'=') {
                return Err(exceptions::value_error("illegal environment variable name"));
            }
            line.push(b'=');
            line.extend(crate::path::fs_encode(value)?);
            CString::new(line).map_err(|_| exceptions::value_error("embedded null byte"))
        })
        .collect()
}

/// The pointers of the strings, and a null at the end.
pub fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
    strings.iter().map(|s| s.as_ptr()).chain([std::ptr::null()]).collect()
}

fn wait_for(pid: i32, options: i32) -> PyResult<Value> {
    let mut status = 0;
    // SAFETY: the status outlives the call.
    let pid = syscall::blocking_or_raise(|| unsafe { libc::waitpid(pid, &mut status, options) })?;
    Ok(PyTuple::from_array([Value::from(pid), Value::from(status)]).into_value())
}

fn wait_with_usage(pid: i32, options: i32) -> PyResult<Value> {
    let mut status = 0;
    // SAFETY: all-zero bytes are a valid `struct rusage`.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both results outlive the call.
    let pid = syscall::blocking_or_raise(|| unsafe { libc::wait4(pid, &mut status, options, &mut usage) })?;
    let usage = crate::modules::resource::usage_record(&usage);
    Ok(PyTuple::from_array([Value::from(pid), Value::from(status), usage]).into_value())
}
