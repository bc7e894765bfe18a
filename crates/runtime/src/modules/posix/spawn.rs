//! `posix_spawn`.

use super::children::{argument_list, environment_list, pointers};
use super::path_arg::PathArg;
use super::scheduling::parameter;
use crate::modules::signal::to_set;
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::{PyResult, PyTuple, Value, exceptions, protocol};
use std::ffi::CString;
use std::mem::MaybeUninit;

#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    #[pyattr]
    const POSIX_SPAWN_OPEN: i64 = super::OPEN;

    #[pyattr]
    const POSIX_SPAWN_CLOSE: i64 = super::CLOSE;

    #[pyattr]
    const POSIX_SPAWN_DUP2: i64 = super::DUP2;

    #[pyattr]
    const POSIX_SPAWN_CLOSEFROM: i64 = super::CLOSEFROM;

    #[expect(clippy::too_many_arguments, reason = "the signature of Python's function")]
    /// Execute the program specified by path in a new process.
    ///
    ///   path
    ///     Path of executable file.
    ///   argv
    ///     Tuple or list of strings.
    ///   env
    ///     Dictionary of strings mapping to strings.
    ///   file_actions
    ///     A sequence of file action tuples.
    ///   setpgroup
    ///     The pgroup to use with the POSIX_SPAWN_SETPGROUP flag.
    ///   resetids
    ///     If the value is `true` the POSIX_SPAWN_RESETIDS will be activated.
    ///   setsid
    ///     If the value is `true` the POSIX_SPAWN_SETSID or POSIX_SPAWN_SETSID_NP
    ///     will be activated.
    ///   setsigmask
    ///     The sigmask to use with the POSIX_SPAWN_SETSIGMASK flag.
    ///   setsigdef
    ///     The sigmask to use with the POSIX_SPAWN_SETSIGDEF flag.
    ///   scheduler
    ///     A tuple with the scheduler policy (optional) and parameters.
    #[pyfunction(
        "($module, path, argv, env, /, *, file_actions=(),\n            setpgroup=None, resetids=False, setsid=False,\n            setsigmask=(), setsigdef=(), scheduler=None)"
    )]
    fn posix_spawn(
        path: PathArg,
        argv: &Value,
        env: &Value,
        file_actions: Option<&Value>,
        setpgroup: Option<&Value>,
        resetids: bool,
        setsid: bool,
        setsigmask: Option<&Value>,
        setsigdef: Option<&Value>,
        scheduler: Option<&Value>,
    ) -> PyResult<i32> {
        let attributes = Attributes::new(setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler);
        super::spawn(&path, argv, env, file_actions, attributes, "posix_spawn", libc::posix_spawn)
    }

    #[expect(clippy::too_many_arguments, reason = "the signature of Python's function")]
    /// Execute the program specified by path in a new process.
    ///
    ///   path
    ///     Path of executable file.
    ///   argv
    ///     Tuple or list of strings.
    ///   env
    ///     Dictionary of strings mapping to strings.
    ///   file_actions
    ///     A sequence of file action tuples.
    ///   setpgroup
    ///     The pgroup to use with the POSIX_SPAWN_SETPGROUP flag.
    ///   resetids
    ///     If the value is `True` the POSIX_SPAWN_RESETIDS will be activated.
    ///   setsid
    ///     If the value is `True` the POSIX_SPAWN_SETSID or POSIX_SPAWN_SETSID_NP
    ///     will be activated.
    ///   setsigmask
    ///     The sigmask to use with the POSIX_SPAWN_SETSIGMASK flag.
    ///   setsigdef
    ///     The sigmask to use with the POSIX_SPAWN_SETSIGDEF flag.
    ///   scheduler
    ///     A tuple with the scheduler policy (optional) and parameters.
    #[pyfunction(
        "($module, path, argv, env, /, *, file_actions=(),\n             setpgroup=None, resetids=False, setsid=False,\n             setsigmask=(), setsigdef=(), scheduler=None)"
    )]
    fn posix_spawnp(
        path: PathArg,
        argv: &Value,
        env: &Value,
        file_actions: Option<&Value>,
        setpgroup: Option<&Value>,
        resetids: bool,
        setsid: bool,
        setsigmask: Option<&Value>,
        setsigdef: Option<&Value>,
        scheduler: Option<&Value>,
    ) -> PyResult<i32> {
        let attributes = Attributes::new(setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler);
        super::spawn(&path, argv, env, file_actions, attributes, "posix_spawnp", libc::posix_spawnp)
    }
}

pub use functions::MODULE;

const OPEN: i64 = 0;
const CLOSE: i64 = 1;
const DUP2: i64 = 2;
const CLOSEFROM: i64 = 3;

type Spawn = unsafe extern "C" fn(
    *mut libc::pid_t,
    *const libc::c_char,
    *const libc::posix_spawn_file_actions_t,
    *const libc::posix_spawnattr_t,
    *const *mut libc::c_char,
    *const *mut libc::c_char,
) -> libc::c_int;

fn spawn(
    path: &PathArg,
    argv: &Value,
    env: &Value,
    file_actions: Option<&Value>,
    attributes: PyResult<Attributes>,
    function: &str,
    call: Spawn,
) -> PyResult<i32> {
    let wrong = format!("{function}: argv must be a tuple or list");
    let arguments = argument_list(argv, &wrong, &format!("{function}:"))?;
    let slots = env.class().slots();
    if !env.is_none() && slots.subscript.is_none() {
        let message = format!("{function}: environment must be a mapping object or None");
        return Err(exceptions::type_error(message));
    }
    let environment = if env.is_none() { None } else { Some(environment_list(env)?) };
    let actions = FileActions::new(file_actions)?;
    let attributes = attributes?;
    crate::sys::audit("os.posix_spawn", &[path.original.clone(), argv.clone(), env.clone()])?;
    let arguments = pointers(&arguments);
    let environment = environment.as_deref().map(pointers);
    // SAFETY: the C library's own list, or one that ends with null.
    let environment = environment.as_ref().map_or(unsafe { environ }.cast(), |list| list.as_ptr());
    let mut pid = 0;
    // SAFETY: all strings are NUL-terminated and outlive the call, as do actions and attributes.
    let errno = unsafe {
        let (arguments, environment) = (arguments.as_ptr().cast(), environment.cast());
        call(&mut pid, path.as_ptr(), &actions.list, &attributes.value, arguments, environment)
    };
    if errno == 0 { Ok(pid) } else { Err(path.error(errno)) }
}

unsafe extern "C" {
    static environ: *const *const libc::c_char;
}

/// The result of a call that returns an errno.
fn checked(errno: i32) -> PyResult<()> {
    if errno == 0 { Ok(()) } else { Err(syscall::os_error(errno)) }
}

fn int(value: &Value) -> PyResult<i32> {
    protocol::index_to_i64(value)?
        .and_then(|n| i32::try_from(n).ok())
        .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C int"))
}

/// What happens to descriptors in the child.
struct FileActions {
    list: libc::posix_spawn_file_actions_t,
    /// The names in the list.
    _names: Vec<CString>,
}

impl Drop for FileActions {
    fn drop(&mut self) {
        // SAFETY: initialised by `new`.
        unsafe { libc::posix_spawn_file_actions_destroy(&mut self.list) };
    }
}

impl FileActions {
    fn new(actions: Option<&Value>) -> PyResult<FileActions> {
        let mut list = MaybeUninit::uninit();
        // SAFETY: the call initialises the list.
        let list = unsafe {
            checked(libc::posix_spawn_file_actions_init(list.as_mut_ptr()))?;
            list.assume_init()
        };
        let mut all = FileActions { list, _names: Vec::new() };
        let Some(actions) = actions.filter(|actions| !actions.is_none()) else { return Ok(all) };
        let slots = actions.class().slots();
        if slots.sq_item.is_none() && slots.subscript.is_none() {
            return Err(exceptions::type_error("file_actions must be a sequence or None"));
        }
        for action in protocol::collect(actions)? {
            all.add(&action)?;
        }
        Ok(all)
    }

    fn add(&mut self, action: &Value) -> PyResult<()> {
        let wrong = exceptions::type_error;
        let items = action.downcast::<PyTuple>().map(|tuple| tuple.to_vec()).unwrap_or_default();
        let Some((kind, rest)) = items.split_first() else {
            return Err(wrong("Each file_actions element must be a non-empty tuple"));
        };
        let list = &mut self.list;
        match (i64::from(int(kind)?), rest) {
            (OPEN, [fd, path, flags, mode]) => {
                let (fd, name) = (int(fd)?, super::children::c_string(path)?);
                let (flags, mode) = (int(flags)?, int(mode)? as libc::mode_t);
                // SAFETY: the list is initialised, the name kept as long as it.
                let errno =
                    unsafe { libc::posix_spawn_file_actions_addopen(list, fd, name.as_ptr(), flags, mode) };
                self._names.push(name);
                checked(errno)
            }
            (OPEN, _) => Err(wrong("A open file_action tuple must have 5 elements")),
            // SAFETY: the list is initialised.
            (CLOSE, [fd]) => checked(unsafe { libc::posix_spawn_file_actions_addclose(list, int(fd)?) }),
            (CLOSE, _) => Err(wrong("A close file_action tuple must have 2 elements")),
            (DUP2, [fd, new]) => {
                // SAFETY: the list is initialised.
                checked(unsafe { libc::posix_spawn_file_actions_adddup2(list, int(fd)?, int(new)?) })
            }
            (DUP2, _) => Err(wrong("A dup2 file_action tuple must have 3 elements")),
            (CLOSEFROM, [fd]) => {
                // SAFETY: the list is initialised.
                checked(unsafe { libc::posix_spawn_file_actions_addclosefrom_np(list, int(fd)?) })
            }
            (CLOSEFROM, _) => Err(wrong("A closefrom file_action tuple must have 2 elements")),
            _ => Err(wrong("Unknown file_actions identifier")),
        }
    }
}

/// What else is set in the child.
struct Attributes {
    value: libc::posix_spawnattr_t,
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: initialised by `new`.
        unsafe { libc::posix_spawnattr_destroy(&mut self.value) };
    }
}

impl Attributes {
    fn new(
        setpgroup: Option<&Value>,
        resetids: bool,
        setsid: bool,
        setsigmask: Option<&Value>,
        setsigdef: Option<&Value>,
        scheduler: Option<&Value>,
    ) -> PyResult<Attributes> {
        let mut value = MaybeUninit::uninit();
        // SAFETY: the call initialises the attributes.
        let value = unsafe {
            checked(libc::posix_spawnattr_init(value.as_mut_ptr()))?;
            value.assume_init()
        };
        let mut attributes = Attributes { value };
        let value = &mut attributes.value;
        let mut flags = 0;
        if let Some(group) = setpgroup {
            // SAFETY: the attributes are initialised.
            checked(unsafe { libc::posix_spawnattr_setpgroup(value, int(group)?) })?;
            flags |= libc::POSIX_SPAWN_SETPGROUP;
        }
        if resetids {
            flags |= libc::POSIX_SPAWN_RESETIDS;
        }
        if setsid {
            flags |= libc::POSIX_SPAWN_SETSID as i32;
        }
        if let Some(mask) = setsigmask {
            let mask = to_set(mask)?;
            // SAFETY: as above; the set outlives the call.
            checked(unsafe { libc::posix_spawnattr_setsigmask(value, &mask) })?;
            flags |= libc::POSIX_SPAWN_SETSIGMASK;
        }
        if let Some(defaults) = setsigdef {
            let defaults = to_set(defaults)?;
            // SAFETY: as above; the set outlives the call.
            checked(unsafe { libc::posix_spawnattr_setsigdefault(value, &defaults) })?;
            flags |= libc::POSIX_SPAWN_SETSIGDEF;
        }
        if let Some(scheduler) = scheduler {
            let Some(pair) = scheduler.downcast::<PyTuple>() else {
                return Err(exceptions::type_error("posix_spawn: scheduler must be a tuple or None"));
            };
            let [policy, param] = &pair[..] else {
                return Err(exceptions::type_error("A scheduler tuple must have two elements"));
            };
            if policy.is_none() {
                flags |= libc::POSIX_SPAWN_SETSCHEDPARAM;
            } else {
                // SAFETY: the attributes are initialised.
                checked(unsafe { libc::posix_spawnattr_setschedpolicy(value, int(policy)?) })?;
                flags |= libc::POSIX_SPAWN_SETSCHEDULER;
            }
            let param = parameter(param)?;
            // SAFETY: as above; the parameter outlives the call.
            checked(unsafe { libc::posix_spawnattr_setschedparam(value, &param) })?;
        }
        // SAFETY: the attributes are initialised.
        checked(unsafe { libc::posix_spawnattr_setflags(value, flags as libc::c_short) })?;
        Ok(attributes)
    }
}
