//! The users and groups of the process, its priority and namespaces.

use super::path_arg::IdArg;
use crate::modules::pwd::{database_name, id_value};
use crate::syscall;
use minipy_macros::pymodule;
use minipy_vm::{PyList, PyResult, PyTuple, StrRef, Value, exceptions, protocol};
use std::ffi::CString;

#[pymodule(name = "posix")]
pub mod functions {
    use super::*;

    /// Set the current process's user id.
    #[pyfunction("($module, uid, /)")]
    fn setuid(uid: IdArg) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::setuid(uid.0) }).map(drop)
    }

    /// Set the current process's effective user id.
    #[pyfunction("($module, euid, /)")]
    fn seteuid(euid: IdArg) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::seteuid(euid.0) }).map(drop)
    }

    /// Set the current process's real and effective user ids.
    #[pyfunction("($module, ruid, euid, /)")]
    fn setreuid(ruid: IdArg, euid: IdArg) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::setreuid(ruid.0, euid.0) }).map(drop)
    }

    /// Set the current process's real, effective, and saved user ids.
    #[pyfunction("($module, ruid, euid, suid, /)")]
    fn setresuid(ruid: IdArg, euid: IdArg, suid: IdArg) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::setresuid(ruid.0, euid.0, suid.0) }).map(drop)
    }

    /// Return a tuple of the current process's real, effective, and saved user ids.
    #[pyfunction("($module, /)")]
    fn getresuid() -> PyResult<Value> {
        let mut ids = [0; 3];
        let [real, effective, saved] = &mut ids;
        // SAFETY: the results outlive the call.
        syscall::check(unsafe { libc::getresuid(real, effective, saved) })?;
        Ok(PyTuple::from_array(ids.map(id_value)).into_value())
    }

    /// Set the current process's group id.
    #[pyfunction("($module, gid, /)")]
    fn setgid(gid: IdArg) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::setgid(gid.0) }).map(drop)
    }

    /// Set the current process's effective group id.
    #[pyfunction("($module, egid, /)")]
    fn setegid(egid: IdArg) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::setegid(egid.0) }).map(drop)
    }

    /// Set the current process's real and effective group ids.
    #[pyfunction("($module, rgid, egid, /)")]
    fn setregid(rgid: IdArg, egid: IdArg) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::setregid(rgid.0, egid.0) }).map(drop)
    }

    /// Set the current process's real, effective, and saved group ids.
    #[pyfunction("($module, rgid, egid, sgid, /)")]
    fn setresgid(rgid: IdArg, egid: IdArg, sgid: IdArg) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe { libc::setresgid(rgid.0, egid.0, sgid.0) }).map(drop)
    }

    /// Return a tuple of the current process's real, effective, and saved group ids.
    #[pyfunction("($module, /)")]
    fn getresgid() -> PyResult<Value> {
        let mut ids = [0; 3];
        let [real, effective, saved] = &mut ids;
        // SAFETY: the results outlive the call.
        syscall::check(unsafe { libc::getresgid(real, effective, saved) })?;
        Ok(PyTuple::from_array(ids.map(id_value)).into_value())
    }

    /// Return list of supplemental group IDs for the process.
    #[pyfunction("($module, /)")]
    fn getgroups() -> PyResult<Value> {
        // SAFETY: without room the call only counts.
        let count = syscall::check(unsafe { libc::getgroups(0, std::ptr::null_mut()) })?;
        let mut groups = vec![0; count as usize];
        // SAFETY: there is room for `count` groups.
        let count = syscall::check(unsafe { libc::getgroups(count, groups.as_mut_ptr()) })?;
        groups.truncate(count as usize);
        Ok(super::ids(groups))
    }

    /// Set the groups of the current process to list.
    #[pyfunction("($module, groups, /)")]
    fn setgroups(groups: &Value) -> PyResult<()> {
        let slots = groups.class().slots();
        if slots.sq_item.is_none() && slots.subscript.is_none() {
            return Err(exceptions::type_error("setgroups argument must be a sequence"));
        }
        let items = protocol::collect(groups)?;
        if items.len() > super::MOST_GROUPS {
            return Err(exceptions::value_error("too many groups"));
        }
        let group = |item: &Value| {
            if !protocol::is_int(item) {
                return Err(exceptions::type_error("groups must be integers"));
            }
            IdArg::new(item, "gid").map(|id| id.0)
        };
        let groups = items.iter().map(group).collect::<PyResult<Vec<_>>>()?;
        // SAFETY: the list is of the length given.
        syscall::check(unsafe { libc::setgroups(groups.len(), groups.as_ptr()) }).map(drop)
    }

    /// Returns a list of groups to which a user belongs.
    ///
    ///   user
    ///     username to lookup
    ///   group
    ///     base group id of the user
    #[pyfunction("($module, user, group, /)")]
    fn getgrouplist(user: &StrRef, group: IdArg) -> PyResult<Value> {
        let name = database_name(user)?;
        let mut groups = vec![0; 64];
        loop {
            let mut count = groups.len() as i32;
            // SAFETY: there is room for `count` groups, and the name is NUL-terminated.
            let status =
                unsafe { libc::getgrouplist(name.as_ptr(), group.0, groups.as_mut_ptr(), &mut count) };
            let room = groups.len();
            groups.resize((count.max(0) as usize).max(if status < 0 { room * 2 } else { 0 }), 0);
            if status >= 0 {
                return Ok(super::ids(groups));
            }
            if room > super::MOST_GROUPS {
                return Err(syscall::os_error(libc::EINVAL));
            }
        }
    }

    /// Initialize the group access list.
    ///
    /// Call the system initgroups() to initialize the group access list with
    /// all of the groups of which the specified username is a member, plus the
    /// specified group id.
    #[pyfunction("($module, username, gid, /)")]
    fn initgroups(username: &Value, gid: IdArg) -> PyResult<()> {
        let name = CString::new(crate::path::fs_encode(username)?).unwrap_or_default();
        // SAFETY: the name is NUL-terminated.
        syscall::check(unsafe { libc::initgroups(name.as_ptr(), gid.0) }).map(drop)
    }

    /// Return the actual login name.
    #[pyfunction("($module, /)")]
    fn getlogin() -> PyResult<Value> {
        let mut name = [0; 256];
        // SAFETY: there is room for one byte less than there are, so that the last one stays NUL.
        match unsafe { getlogin_r(name.as_mut_ptr(), name.len() - 1) } {
            // SAFETY: the name is NUL-terminated.
            0 => Ok(super::super::path_arg::c_string_value(
                unsafe { std::ffi::CStr::from_ptr(name.as_ptr()) },
                false,
            )),
            errno => Err(syscall::os_error(errno)),
        }
    }

    /// Return program scheduling priority.
    #[pyfunction("($module, /, which, who)")]
    fn getpriority(which: i32, who: i32) -> PyResult<i32> {
        // SAFETY: errno is the thread's own; no memory is passed. -1 may be a priority.
        let (value, errno) = unsafe {
            *libc::__errno_location() = 0;
            (libc::getpriority(which as libc::__priority_which_t, who as libc::id_t), syscall::errno())
        };
        if value == -1 && errno != 0 { Err(syscall::os_error(errno)) } else { Ok(value) }
    }

    /// Set program scheduling priority.
    #[pyfunction("($module, /, which, who, priority)")]
    fn setpriority(which: i32, who: i32, priority: i32) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::check(unsafe {
            libc::setpriority(which as libc::__priority_which_t, who as libc::id_t, priority)
        })
        .map(drop)
    }

    /// Move the calling thread into different namespaces.
    ///
    ///   fd
    ///     A file descriptor to a namespace.
    ///   nstype
    ///     Type of namespace.
    #[pyfunction("($module, /, fd, nstype=0)")]
    fn setns(fd: super::super::path_arg::FdLike, nstype: i32) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::setns(fd.0, nstype) }).map(drop)
    }

    /// Disassociate parts of a process (or thread) execution context.
    ///
    ///   flags
    ///     Namespaces to be unshared.
    #[pyfunction("($module, /, flags)")]
    fn unshare(flags: i32) -> PyResult<()> {
        // SAFETY: no memory is passed.
        syscall::blocking_or_raise(|| unsafe { libc::unshare(flags) }).map(drop)
    }
}

pub use functions::MODULE;

unsafe extern "C" {
    /// The libc crate leaves it out.
    fn getlogin_r(name: *mut libc::c_char, len: libc::size_t) -> libc::c_int;
}

/// How many groups a process can have.
const MOST_GROUPS: usize = 65536;

fn ids(ids: Vec<u32>) -> Value {
    PyList::from_vec(ids.into_iter().map(id_value).collect()).into_value()
}
