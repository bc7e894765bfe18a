//! `resource`: limits and usage of resources.

use super::constants::{self, Constants, libc_constants};
use super::record::Record;
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::types::structseq::StructSeqDef;
use minipy_vm::{PyErr, PyModule, PyResult, PyTuple, Ref, Value, exceptions, protocol};

#[pymodule(name = "resource")]
pub mod functions {
    use super::*;

    #[pyattr]
    fn error() -> Value {
        exceptions::os_error_class().to_value()
    }

    #[pyattr]
    fn struct_rusage() -> Value {
        USAGE.class().into_value()
    }

    #[pyfunction("($module, who, /)")]
    fn getrusage(who: i32) -> PyResult<Value> {
        // SAFETY: all-zero bytes are a valid `struct rusage`, which outlives the call.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: as above.
        if unsafe { libc::getrusage(who, &mut usage) } == 0 {
            return Ok(usage_record(&usage));
        }
        match syscall::errno() {
            libc::EINVAL => Err(exceptions::value_error("invalid who parameter")),
            errno => Err(syscall::os_error(errno)),
        }
    }

    #[pyfunction("($module, resource, /)")]
    fn getrlimit(resource: i32) -> PyResult<Value> {
        super::exchange(0, resource, None)
    }

    #[pyfunction("($module, resource, limits, /)")]
    fn setrlimit(resource: i32, limits: &Value) -> PyResult<()> {
        super::check_resource(resource)?;
        let audited = [Value::from(resource), limits.clone()];
        crate::sys::audit("resource.setrlimit", &audited)?;
        super::exchange(0, resource, Some(super::limits(limits)?)).map(drop)
    }

    #[pyfunction("($module, pid, resource, limits=None, /)")]
    fn prlimit(pid: i32, resource: i32, limits: Option<&Value>) -> PyResult<Value> {
        super::check_resource(resource)?;
        let audited = [pid.into(), resource.into(), limits.cloned().unwrap_or(Value::NONE)];
        crate::sys::audit("resource.prlimit", &audited)?;
        super::exchange(pid, resource, limits.map(super::limits).transpose()?)
    }

    #[pyfunction("($module, /)")]
    fn getpagesize() -> i64 {
        // SAFETY: no memory is passed.
        unsafe { libc::sysconf(libc::_SC_PAGESIZE) }
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        constants::add(module, FROM_LIBC);
        constants::add(module, OTHER);
        Ok(())
    }
}

pub use functions::MODULE;

static USAGE: Record = Record::new(StructSeqDef {
    module: "resource",
    name: "struct_rusage",
    doc: "struct_rusage: Result from getrusage.\n\nThis object may be accessed either as a tuple of\n    (utime,stime,maxrss,ixrss,idrss,isrss,minflt,majflt,\n    nswap,inblock,oublock,msgsnd,msgrcv,nsignals,nvcsw,nivcsw)\nor via the attributes ru_utime, ru_stime, ru_maxrss, and so on.",
    fields: &[
        ("ru_utime", "user time used"),
        ("ru_stime", "system time used"),
        ("ru_maxrss", "max. resident set size"),
        ("ru_ixrss", "shared memory size"),
        ("ru_idrss", "unshared data size"),
        ("ru_isrss", "unshared stack size"),
        ("ru_minflt", "page faults not requiring I/O"),
        ("ru_majflt", "page faults requiring I/O"),
        ("ru_nswap", "number of swap outs"),
        ("ru_inblock", "block input operations"),
        ("ru_oublock", "block output operations"),
        ("ru_msgsnd", "IPC messages sent"),
        ("ru_msgrcv", "IPC messages received"),
        ("ru_nsignals", "signals received"),
        ("ru_nvcsw", "voluntary context switches"),
        ("ru_nivcsw", "involuntary context switches"),
    ],
    visible: 16,
    instantiable: true,
});

/// What a process has used, as a `struct_rusage`.
pub fn usage_record(usage: &libc::rusage) -> Value {
    let seconds = |t: libc::timeval| Value::from(t.tv_sec as f64 + t.tv_usec as f64 * 1e-6);
    let counts = [
        usage.ru_maxrss,
        usage.ru_ixrss,
        usage.ru_idrss,
        usage.ru_isrss,
        usage.ru_minflt,
        usage.ru_majflt,
        usage.ru_nswap,
        usage.ru_inblock,
        usage.ru_oublock,
        usage.ru_msgsnd,
        usage.ru_msgrcv,
        usage.ru_nsignals,
        usage.ru_nvcsw,
        usage.ru_nivcsw,
    ];
    let mut values = vec![seconds(usage.ru_utime), seconds(usage.ru_stime)];
    values.extend(counts.map(Value::from));
    USAGE.make(values)
}

fn invalid_resource() -> PyErr {
    exceptions::value_error("invalid resource specified")
}

/// There are 16 kinds of limits.
fn check_resource(resource: i32) -> PyResult<()> {
    if (0..16).contains(&resource) { Ok(()) } else { Err(invalid_resource()) }
}

/// A pair of the current and the highest limit; -1 is no limit.
fn limits(pair: &Value) -> PyResult<libc::rlimit> {
    let items = protocol::collect(pair)?;
    let [current, highest] = items.as_slice() else {
        return Err(exceptions::value_error("expected a tuple of 2 integers"));
    };
    Ok(libc::rlimit { rlim_cur: limit(current)?, rlim_max: limit(highest)? })
}

fn limit(value: &Value) -> PyResult<libc::rlim_t> {
    let number = protocol::as_index(value)?;
    if number.as_small_int() == Some(-1) {
        return Ok(libc::RLIM_INFINITY);
    }
    if minipy_vm::types::int::is_negative(&number) {
        return Err(exceptions::value_error("Cannot convert negative int"));
    }
    minipy_vm::types::int::to_ibig(&number)
        .and_then(|n| u64::try_from(n).ok())
        .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C rlim_t"))
}

/// Gives the limits that were, and sets new ones if there are any. Process 0 is this one.
fn exchange(pid: i32, resource: i32, new: Option<libc::rlimit>) -> PyResult<Value> {
    check_resource(resource)?;
    let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    let pointer = new.as_ref().map_or(std::ptr::null(), |new| new as *const libc::rlimit);
    // SAFETY: both limits outlive the call.
    if unsafe { libc::prlimit(pid, resource as libc::__rlimit_resource_t, pointer, &mut old) } != 0 {
        return Err(match syscall::errno() {
            libc::EINVAL if new.is_some_and(|new| new.rlim_cur > new.rlim_max) => {
                exceptions::value_error("current limit exceeds maximum limit")
            }
            libc::EINVAL => invalid_resource(),
            libc::EPERM if pid == 0 && new.is_some() => {
                exceptions::value_error("not allowed to raise maximum limit")
            }
            errno => syscall::os_error(errno),
        });
    }
    let shown = [old.rlim_cur, old.rlim_max]
        .map(|n| if n == libc::RLIM_INFINITY { Value::from(-1) } else { Value::from(n) });
    Ok(PyTuple::from_array(shown).into_value())
}

static FROM_LIBC: Constants = libc_constants! {
    RLIMIT_AS RLIMIT_CORE RLIMIT_CPU RLIMIT_DATA RLIMIT_FSIZE RLIMIT_MEMLOCK RLIMIT_MSGQUEUE RLIMIT_NICE
    RLIMIT_NOFILE RLIMIT_NPROC RLIMIT_RSS RLIMIT_RTPRIO RLIMIT_RTTIME RLIMIT_SIGPENDING RLIMIT_STACK
    RLIM_INFINITY RUSAGE_CHILDREN RUSAGE_SELF RUSAGE_THREAD
};

/// What the libc crate lacks.
static OTHER: Constants = &[("RLIMIT_OFILE", 7)];
