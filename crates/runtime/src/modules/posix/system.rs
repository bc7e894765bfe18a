//! The system: names, times, limits, terminals; owners and times of files.

use super::path_arg::{DirFd, IdArg, PathArg, PathOrFd};
use crate::modules::record::Record;
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::types::structseq::StructSeqDef;
use minipy_vm::{PyDict, PyModule, PyResult, PyStr, PyTuple, Ref, Value, exceptions, protocol};
use std::ffi::CStr;

#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    #[pyattr]
    fn uname_result() -> Value {
        super::UNAME.class().into_value()
    }

    #[pyattr]
    fn times_result() -> Value {
        super::TIMES.class().into_value()
    }

    #[pyattr]
    fn terminal_size() -> Value {
        super::TERMINAL_SIZE.class().into_value()
    }

    /// Return an object identifying the current operating system.
    ///
    /// The object behaves like a named tuple with the following fields:
    ///   (sysname, nodename, release, version, machine)
    #[pyfunction("($module, /)")]
    fn uname() -> PyResult<Value> {
        // SAFETY: all-zero bytes are a valid `struct utsname`, which outlives the call.
        let mut names: libc::utsname = unsafe { std::mem::zeroed() };
        // SAFETY: as above.
        syscall::check(unsafe { libc::uname(&mut names) })?;
        let text = |field: &[libc::c_char]| {
            let bytes: Vec<u8> = field.iter().map(|&c| c as u8).take_while(|&c| c != 0).collect();
            crate::path::decode(&bytes).into_value()
        };
        Ok(super::UNAME.make(vec![
            text(&names.sysname),
            text(&names.nodename),
            text(&names.release),
            text(&names.version),
            text(&names.machine),
        ]))
    }

    /// Return a collection containing process timing information.
    ///
    /// The object returned behaves like a named tuple with these fields:
    ///   (utime, stime, cutime, cstime, elapsed_time)
    /// All fields are floating-point numbers.
    #[pyfunction("($module, /)")]
    fn times() -> PyResult<Value> {
        // SAFETY: all-zero bytes are a valid `struct tms`.
        let mut out: libc::tms = unsafe { std::mem::zeroed() };
        // SAFETY: the result outlives the call.
        let elapsed = syscall::check(unsafe { libc::times(&mut out) })?;
        // SAFETY: no memory is passed.
        let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) }.max(1) as f64;
        let seconds = |n: i64| Value::from(n as f64 / ticks);
        Ok(super::TIMES.make(vec![
            seconds(out.tms_utime),
            seconds(out.tms_stime),
            seconds(out.tms_cutime),
            seconds(out.tms_cstime),
            seconds(elapsed),
        ]))
    }

    /// Return the size of the terminal window as (columns, lines).
    ///
    /// The optional argument fd (default standard output) specifies
    /// which file descriptor should be queried.
    ///
    /// If the file descriptor is not connected to a terminal, an OSError
    /// is thrown.
    ///
    /// This function will only be defined if an implementation is
    /// available for this system.
    ///
    /// shutil.get_terminal_size is the high-level function which should
    /// normally be used, os.get_terminal_size is the low-level implementation.
    #[pyfunction("($module, fd=<unrepresentable>, /)")]
    fn get_terminal_size(fd: Option<i32>) -> PyResult<Value> {
        let fd = fd.unwrap_or(1);
        // SAFETY: all-zero bytes are a valid `struct winsize`.
        let mut size: libc::winsize = unsafe { std::mem::zeroed() };
        // SAFETY: the result outlives the call.
        syscall::check(unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &mut size) })?;
        Ok(super::TERMINAL_SIZE
            .make(vec![Value::from(i64::from(size.ws_col)), Value::from(i64::from(size.ws_row))]))
    }

    /// Return average recent system load information.
    ///
    /// Return the number of processes in the system run queue averaged over
    /// the last 1, 5, and 15 minutes as a tuple of three floats.
    /// Raises OSError if the load average was unobtainable.
    #[pyfunction("($module, /)")]
    fn getloadavg() -> PyResult<Value> {
        let mut loads = [0.0; 3];
        // SAFETY: there is room for three numbers.
        if unsafe { libc::getloadavg(loads.as_mut_ptr(), 3) } != 3 {
            return Err(exceptions::os_error("Load averages are unobtainable"));
        }
        Ok(PyTuple::from_array(loads.map(Value::from)).into_value())
    }

    /// Return an integer-valued system configuration variable.
    #[pyfunction("($module, name, /)")]
    fn sysconf(name: &Value) -> PyResult<i64> {
        let name = super::configuration_name(name, super::SYSCONF)?;
        // SAFETY: errno is the thread's own; no memory is passed. -1 without an errno means no limit.
        let (value, errno) = unsafe {
            *libc::__errno_location() = 0;
            (libc::sysconf(name), syscall::errno())
        };
        if value == -1 && errno != 0 { Err(syscall::os_error(errno)) } else { Ok(value) }
    }

    /// Set the access and modified time of path.
    ///
    /// path may always be specified as a string.  On some platforms, path may
    /// also be specified as an open file descriptor.  If this functionality is
    /// unavailable, using it raises an exception.
    ///
    /// If times is not None, it must be a tuple (atime, mtime);
    /// atime and mtime should be expressed as float seconds since the epoch.
    /// If ns is specified, it must be a tuple (atime_ns, mtime_ns);
    /// atime_ns and mtime_ns should be expressed as integer nanoseconds
    /// since the epoch.
    /// If times is None and ns is unspecified, utime uses the current time.
    /// Specifying tuples for both times and ns is an error.
    ///
    /// If dir_fd is not None, it should be a file descriptor open to
    /// a directory, and path should be relative; path will then be relative to
    /// that directory.
    /// If follow_symlinks is False, and the last element of the path is
    /// a symbolic link, utime will modify the symbolic link itself instead of
    /// the file the link points to.
    /// It is an error to use dir_fd or follow_symlinks when specifying path as
    /// an open file descriptor.
    /// dir_fd and follow_symlinks may not be available on your platform.
    /// If they are unavailable, using them will raise a NotImplementedError.
    #[pyfunction(
        "($module, /, path, times=None, *, ns=<unrepresentable>,\n      dir_fd=None, follow_symlinks=True)"
    )]
    fn utime(
        path: PathOrFd,
        times: Option<&Value>,
        ns: Option<&Value>,
        dir_fd: Option<DirFd>,
        follow_symlinks: bool,
    ) -> PyResult<()> {
        super::set_times(&path, times, ns, dir_fd.unwrap_or(DirFd::CWD), follow_symlinks)
    }

    /// Change the owner and group id of path to the numeric uid and gid.
    ///
    ///   path
    ///     Path to be examined; can be string, bytes, a path-like object, or
    ///     open-file-descriptor int.
    ///   dir_fd
    ///     If not None, it should be a file descriptor open to a directory,
    ///     and path should be relative; path will then be relative to that
    ///     directory.
    ///   follow_symlinks
    ///     If False, and the last element of the path is a symbolic link,
    ///     stat will examine the symbolic link itself instead of the file
    ///     the link points to.
    ///
    /// path may always be specified as a string.  On some platforms, path may
    /// also be specified as an open file descriptor.  If this functionality is
    /// unavailable, using it raises an exception.
    /// If dir_fd is not None, it should be a file descriptor open to
    /// a directory, and path should be relative; path will then be relative to
    /// that directory.
    /// If follow_symlinks is False, and the last element of the path is
    /// a symbolic link, chown will modify the symbolic link itself instead of
    /// the file the link points to.
    /// It is an error to use dir_fd or follow_symlinks when specifying path as
    /// an open file descriptor.
    /// dir_fd and follow_symlinks may not be implemented on your platform.  If
    /// they are unavailable, using them will raise a NotImplementedError.
    #[pyfunction("($module, /, path, uid, gid, *, dir_fd=None, follow_symlinks=True)")]
    fn chown(
        path: PathOrFd,
        uid: IdArg,
        gid: IdArg,
        dir_fd: Option<DirFd>,
        follow_symlinks: bool,
    ) -> PyResult<()> {
        let dir_fd = dir_fd.unwrap_or(DirFd::CWD);
        audit_chown(path.original(), uid, gid, dir_fd.audited())?;
        let done = match &path {
            PathOrFd::Fd(fd, _) => {
                if !dir_fd.is_default() {
                    return Err(exceptions::value_error("chown: can't specify dir_fd without matching path"));
                }
                if !follow_symlinks {
                    return Err(exceptions::value_error("chown: cannot use fd and follow_symlinks together"));
                }
                // SAFETY: no memory is passed.
                syscall::blocking(|| unsafe { libc::fchown(*fd, uid.0, gid.0) })?
            }
            PathOrFd::Path(p) => {
                let flags = if follow_symlinks { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
                // SAFETY: the path is NUL-terminated.
                syscall::blocking(|| unsafe { libc::fchownat(dir_fd.0, p.as_ptr(), uid.0, gid.0, flags) })?
            }
            PathOrFd::None => Err(libc::ENOENT),
        };
        done.map(drop).map_err(|errno| path.error(errno))
    }

    /// Change the owner and group id of the file specified by file descriptor.
    ///
    /// Equivalent to os.chown(fd, uid, gid).
    #[pyfunction("($module, /, fd, uid, gid)")]
    fn fchown(fd: i32, uid: IdArg, gid: IdArg) -> PyResult<()> {
        audit_chown(Value::from(fd), uid, gid, Value::small_int(-1))?;
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::fchown(fd, uid.0, gid.0) }).map(drop)
    }

    /// Change the owner and group id of path to the numeric uid and gid.
    ///
    /// This function will not follow symbolic links.
    /// Equivalent to os.chown(path, uid, gid, follow_symlinks=False).
    #[pyfunction("($module, /, path, uid, gid)")]
    fn lchown(path: PathArg, uid: IdArg, gid: IdArg) -> PyResult<()> {
        audit_chown(path.original.clone(), uid, gid, Value::small_int(-1))?;
        // SAFETY: the path is NUL-terminated.
        super::super::files::on(&path, || unsafe { libc::lchown(path.as_ptr(), uid.0, gid.0) })
    }

    /// Return the name of the terminal device connected to 'fd'.
    ///
    ///   fd
    ///     Integer file descriptor handle.
    #[pyfunction("($module, fd, /)")]
    fn ttyname(fd: i32) -> PyResult<Value> {
        let mut buffer = [0u8; 256];
        // SAFETY: the buffer has the room that is told.
        match unsafe { libc::ttyname_r(fd, buffer.as_mut_ptr().cast(), buffer.len()) } {
            0 => {
                let name = CStr::from_bytes_until_nul(&buffer).unwrap_or_default();
                Ok(crate::path::decode(name.to_bytes()).into_value())
            }
            errno => Err(syscall::os_error(errno)),
        }
    }

    /// Return the affinity of the process identified by pid (or the current process if zero).
    ///
    /// The affinity is returned as a set of CPU identifiers.
    #[pyfunction("($module, pid, /)")]
    fn sched_getaffinity(pid: i32) -> PyResult<Value> {
        // SAFETY: all-zero bytes are a valid `cpu_set_t`.
        let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
        // SAFETY: the set has the size that is told.
        syscall::check(unsafe { libc::sched_getaffinity(pid, size_of::<libc::cpu_set_t>(), &mut set) })?;
        // SAFETY: the numbers are within the set.
        let cpus = (0..libc::CPU_SETSIZE as usize).filter(|&cpu| unsafe { libc::CPU_ISSET(cpu, &set) });
        let items = PyTuple::from_vec(cpus.map(Value::from).collect()).into_value();
        let class = <minipy_vm::types::set::PySet as minipy_vm::Payload>::class();
        protocol::call1(class.as_value(), items)
    }

    /// Voluntarily relinquish the CPU.
    #[pyfunction("($module, /)")]
    fn sched_yield() -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::sched_yield() }).map(drop)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let names = PyDict::new_ref();
        for &(name, number) in super::SYSCONF {
            names.insert(name, number);
        }
        module.namespace().insert("sysconf_names", names);
        Ok(())
    }
}

pub use functions::MODULE;

fn audit_chown(path: Value, uid: IdArg, gid: IdArg, dir_fd: Value) -> PyResult<()> {
    crate::sys::audit("os.chown", &[path, i64::from(uid.0).into(), i64::from(gid.0).into(), dir_fd])
}

static UNAME: Record = Record::new(StructSeqDef {
    module: "posix",
    name: "uname_result",
    doc: "uname_result: Result from os.uname().\n\nThis object may be accessed either as a tuple of\n  (sysname, nodename, release, version, machine),\nor via the attributes sysname, nodename, release, version, and machine.\n\nSee os.uname for more information.",
    fields: &[
        ("sysname", "operating system name"),
        ("nodename", "name of machine on network (implementation-defined)"),
        ("release", "operating system release"),
        ("version", "operating system version"),
        ("machine", "hardware identifier"),
    ],
    visible: 5,
    instantiable: true,
});

static TIMES: Record = Record::new(StructSeqDef {
    module: "posix",
    name: "times_result",
    doc: "times_result: Result from os.times().\n\nThis object may be accessed either as a tuple of\n  (user, system, children_user, children_system, elapsed),\nor via the attributes user, system, children_user, children_system,\nand elapsed.\n\nSee os.times for more information.",
    fields: &[
        ("user", "user time"),
        ("system", "system time"),
        ("children_user", "user time of children"),
        ("children_system", "system time of children"),
        ("elapsed", "elapsed time since an arbitrary point in the past"),
    ],
    visible: 5,
    instantiable: true,
});

static TERMINAL_SIZE: Record = Record::new(StructSeqDef {
    module: "os",
    name: "terminal_size",
    doc: "A tuple of (columns, lines) for holding terminal window size",
    fields: &[
        ("columns", "width of the terminal window in characters"),
        ("lines", "height of the terminal window in characters"),
    ],
    visible: 2,
    instantiable: true,
});

/// A name or number of a configuration variable.
pub fn configuration_name(name: &Value, names: &[(&str, i32)]) -> PyResult<i32> {
    if let Some(text) = name.downcast::<PyStr>() {
        let found = names.iter().find(|(known, _)| text.eq_str(known));
        return found
            .map(|(_, number)| *number)
            .ok_or_else(|| exceptions::value_error("unrecognized configuration name"));
    }
    if !name.is_small_int() && name.class().slots().index.is_none() {
        return Err(exceptions::type_error("configuration names must be strings or integers"));
    }
    protocol::index_to_i64(name)?
        .and_then(|n| i32::try_from(n).ok())
        .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C int"))
}

fn timespec(nanos: i128) -> PyResult<libc::timespec> {
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000))
        .map_err(|_| exceptions::overflow_error("timestamp out of range for platform time_t"))?;
    Ok(libc::timespec { tv_sec: seconds, tv_nsec: nanos.rem_euclid(1_000_000_000) as i64 })
}

/// Seconds, an int or a float, as a time; fractions are rounded down.
fn seconds_arg(value: &Value) -> PyResult<libc::timespec> {
    if value.class().slots().index.is_some() || value.class().slots().float.is_none() {
        let seconds = protocol::index_to_i64(value)?
            .ok_or_else(|| exceptions::overflow_error("timestamp out of range for platform time_t"))?;
        return Ok(libc::timespec { tv_sec: seconds, tv_nsec: 0 });
    }
    let seconds = protocol::to_f64(value)?;
    if seconds.is_nan() {
        return Err(exceptions::value_error("Invalid value NaN (not a number)"));
    }
    let whole = seconds.floor();
    if !(-9.2e18..9.2e18).contains(&whole) {
        return Err(exceptions::overflow_error("timestamp out of range for platform time_t"));
    }
    timespec(whole as i128 * 1_000_000_000 + ((seconds - whole) * 1e9).floor() as i128)
}

/// Nanoseconds, an int, as a time.
fn nanoseconds_arg(value: &Value) -> PyResult<libc::timespec> {
    let nanos = protocol::index_to_i64(value)?
        .ok_or_else(|| exceptions::overflow_error("timestamp out of range for platform time_t"))?;
    timespec(i128::from(nanos))
}

fn set_times(
    path: &PathOrFd,
    times: Option<&Value>,
    ns: Option<&Value>,
    dir_fd: DirFd,
    follow: bool,
) -> PyResult<()> {
    let times = times.filter(|t| !t.is_none());
    if times.is_some() && ns.is_some() {
        return Err(exceptions::value_error("utime: you may specify either 'times' or 'ns' but not both"));
    }
    let pair = |value: &Value, message: &str| match value.downcast::<PyTuple>() {
        Some(tuple) if tuple.len() == 2 => Ok([tuple[0].clone(), tuple[1].clone()]),
        _ => Err(exceptions::type_error(message)),
    };
    let now = libc::timespec { tv_sec: 0, tv_nsec: libc::UTIME_NOW };
    let spec = match (times, ns) {
        (Some(times), _) => {
            let [a, m] = pair(times, "utime: 'times' must be either a tuple of two ints or None")?;
            [seconds_arg(&a)?, seconds_arg(&m)?]
        }
        (None, Some(ns)) => {
            let [a, m] = pair(ns, "utime: 'ns' must be a tuple of two ints")?;
            [nanoseconds_arg(&a)?, nanoseconds_arg(&m)?]
        }
        (None, None) => [now, now],
    };
    let shown = |times: Option<&Value>| times.cloned().unwrap_or(Value::NONE);
    crate::sys::audit("os.utime", &[path.original(), shown(times), shown(ns), dir_fd.audited()])?;
    let done = match path {
        PathOrFd::Fd(fd, _) => {
            if !dir_fd.is_default() {
                return Err(exceptions::value_error("utime: can't specify dir_fd without matching path"));
            }
            if !follow {
                return Err(exceptions::value_error("utime: cannot use fd and follow_symlinks together"));
            }
            // SAFETY: both times outlive the call.
            syscall::blocking(|| unsafe { libc::futimens(*fd, spec.as_ptr()) })?
        }
        PathOrFd::Path(p) => {
            let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
            // SAFETY: the path is NUL-terminated, both times outlive the call.
            syscall::blocking(|| unsafe { libc::utimensat(dir_fd.0, p.as_ptr(), spec.as_ptr(), flags) })?
        }
        PathOrFd::None => Err(libc::ENOENT),
    };
    done.map(drop).map_err(|errno| path.error(errno))
}

/// Names for `sysconf`, with the values of Linux's C library.
static SYSCONF: &[(&str, i32)] = &[
    ("SC_2_CHAR_TERM", 95),
    ("SC_2_C_BIND", 47),
    ("SC_2_C_DEV", 48),
    ("SC_2_C_VERSION", 96),
    ("SC_2_FORT_DEV", 49),
    ("SC_2_FORT_RUN", 50),
    ("SC_2_LOCALEDEF", 52),
    ("SC_2_SW_DEV", 51),
    ("SC_2_UPE", 97),
    ("SC_2_VERSION", 46),
    ("SC_AIO_LISTIO_MAX", 23),
    ("SC_AIO_MAX", 24),
    ("SC_AIO_PRIO_DELTA_MAX", 25),
    ("SC_ARG_MAX", 0),
    ("SC_ASYNCHRONOUS_IO", 12),
    ("SC_ATEXIT_MAX", 87),
    ("SC_AVPHYS_PAGES", 86),
    ("SC_BC_BASE_MAX", 36),
    ("SC_BC_DIM_MAX", 37),
    ("SC_BC_SCALE_MAX", 38),
    ("SC_BC_STRING_MAX", 39),
    ("SC_CHARCLASS_NAME_MAX", 45),
    ("SC_CHAR_BIT", 101),
    ("SC_CHAR_MAX", 102),
    ("SC_CHAR_MIN", 103),
    ("SC_CHILD_MAX", 1),
    ("SC_CLK_TCK", 2),
    ("SC_COLL_WEIGHTS_MAX", 40),
    ("SC_DELAYTIMER_MAX", 26),
    ("SC_EQUIV_CLASS_MAX", 41),
    ("SC_EXPR_NEST_MAX", 42),
    ("SC_FSYNC", 15),
    ("SC_GETGR_R_SIZE_MAX", 69),
    ("SC_GETPW_R_SIZE_MAX", 70),
    ("SC_INT_MAX", 104),
    ("SC_INT_MIN", 105),
    ("SC_IOV_MAX", 60),
    ("SC_JOB_CONTROL", 7),
    ("SC_LINE_MAX", 43),
    ("SC_LOGIN_NAME_MAX", 71),
    ("SC_LONG_BIT", 106),
    ("SC_MAPPED_FILES", 16),
    ("SC_MB_LEN_MAX", 108),
    ("SC_MEMLOCK", 17),
    ("SC_MEMLOCK_RANGE", 18),
    ("SC_MEMORY_PROTECTION", 19),
    ("SC_MESSAGE_PASSING", 20),
    ("SC_MINSIGSTKSZ", 249),
    ("SC_MQ_OPEN_MAX", 27),
    ("SC_MQ_PRIO_MAX", 28),
    ("SC_NGROUPS_MAX", 3),
    ("SC_NL_ARGMAX", 119),
    ("SC_NL_LANGMAX", 120),
    ("SC_NL_MSGMAX", 121),
    ("SC_NL_NMAX", 122),
    ("SC_NL_SETMAX", 123),
    ("SC_NL_TEXTMAX", 124),
    ("SC_NPROCESSORS_CONF", 83),
    ("SC_NPROCESSORS_ONLN", 84),
    ("SC_NZERO", 109),
    ("SC_OPEN_MAX", 4),
    ("SC_PAGESIZE", 30),
    ("SC_PAGE_SIZE", 30),
    ("SC_PASS_MAX", 88),
    ("SC_PHYS_PAGES", 85),
    ("SC_PII", 53),
    ("SC_PII_INTERNET", 56),
    ("SC_PII_INTERNET_DGRAM", 62),
    ("SC_PII_INTERNET_STREAM", 61),
    ("SC_PII_OSI", 57),
    ("SC_PII_OSI_CLTS", 64),
    ("SC_PII_OSI_COTS", 63),
    ("SC_PII_OSI_M", 65),
    ("SC_PII_SOCKET", 55),
    ("SC_PII_XTI", 54),
    ("SC_POLL", 58),
    ("SC_PRIORITIZED_IO", 13),
    ("SC_PRIORITY_SCHEDULING", 10),
    ("SC_REALTIME_SIGNALS", 9),
    ("SC_RE_DUP_MAX", 44),
    ("SC_RTSIG_MAX", 31),
    ("SC_SAVED_IDS", 8),
    ("SC_SCHAR_MAX", 111),
    ("SC_SCHAR_MIN", 112),
    ("SC_SELECT", 59),
    ("SC_SEMAPHORES", 21),
    ("SC_SEM_NSEMS_MAX", 32),
    ("SC_SEM_VALUE_MAX", 33),
    ("SC_SHARED_MEMORY_OBJECTS", 22),
    ("SC_SHRT_MAX", 113),
    ("SC_SHRT_MIN", 114),
    ("SC_SIGQUEUE_MAX", 34),
    ("SC_SSIZE_MAX", 110),
    ("SC_STREAM_MAX", 5),
    ("SC_SYNCHRONIZED_IO", 14),
    ("SC_THREADS", 67),
    ("SC_THREAD_ATTR_STACKADDR", 77),
    ("SC_THREAD_ATTR_STACKSIZE", 78),
    ("SC_THREAD_DESTRUCTOR_ITERATIONS", 73),
    ("SC_THREAD_KEYS_MAX", 74),
    ("SC_THREAD_PRIORITY_SCHEDULING", 79),
    ("SC_THREAD_PRIO_INHERIT", 80),
    ("SC_THREAD_PRIO_PROTECT", 81),
    ("SC_THREAD_PROCESS_SHARED", 82),
    ("SC_THREAD_SAFE_FUNCTIONS", 68),
    ("SC_THREAD_STACK_MIN", 75),
    ("SC_THREAD_THREADS_MAX", 76),
    ("SC_TIMERS", 11),
    ("SC_TIMER_MAX", 35),
    ("SC_TTY_NAME_MAX", 72),
    ("SC_TZNAME_MAX", 6),
    ("SC_T_IOV_MAX", 66),
    ("SC_UCHAR_MAX", 115),
    ("SC_UINT_MAX", 116),
    ("SC_UIO_MAXIOV", 60),
    ("SC_ULONG_MAX", 117),
    ("SC_USHRT_MAX", 118),
    ("SC_VERSION", 29),
    ("SC_WORD_BIT", 107),
    ("SC_XBS5_ILP32_OFF32", 125),
    ("SC_XBS5_ILP32_OFFBIG", 126),
    ("SC_XBS5_LP64_OFF64", 127),
    ("SC_XBS5_LPBIG_OFFBIG", 128),
    ("SC_XOPEN_CRYPT", 92),
    ("SC_XOPEN_ENH_I18N", 93),
    ("SC_XOPEN_LEGACY", 129),
    ("SC_XOPEN_REALTIME", 130),
    ("SC_XOPEN_REALTIME_THREADS", 131),
    ("SC_XOPEN_SHM", 94),
    ("SC_XOPEN_UNIX", 91),
    ("SC_XOPEN_VERSION", 89),
    ("SC_XOPEN_XCU_VERSION", 90),
    ("SC_XOPEN_XPG2", 98),
    ("SC_XOPEN_XPG3", 99),
    ("SC_XOPEN_XPG4", 100),
];
