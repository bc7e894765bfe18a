//! `grp`: the group database.

use super::posix::path_arg::IdArg;
use super::pwd::{database_name, id_value, text, with_buffer};
use super::record::Record;
use minipy_macros::pymodule;
use minipy_vm::types::structseq::StructSeqDef;
use minipy_vm::{PyList, PyResult, StrRef, Value, exceptions, protocol};

/// Access to the Unix group database.
///
/// Group entries are reported as 4-tuples containing the following fields
/// from the group database, in order:
///
///   gr_name   - name of the group
///   gr_passwd - group password (encrypted); often empty
///   gr_gid    - numeric ID of the group
///   gr_mem    - list of members
///
/// The gid is an integer, name and password are strings.  (Note that most
/// users are not explicitly listed as members of the groups they are in
/// according to the password database.  Check both databases to get
/// complete membership information.)
#[pymodule(name = "grp")]
pub mod functions {
    use super::*;

    #[pyattr]
    fn struct_group() -> Value {
        ENTRY.class().into_value()
    }

    /// Return the group database entry for the given numeric group ID.
    ///
    /// If id is not valid, raise KeyError.
    #[pyfunction("($module, /, id)")]
    fn getgrgid(id: &Value) -> PyResult<Value> {
        let gid = IdArg::new(id, "gid")?.0;
        // SAFETY: the arguments come from `look_up`, which keeps them alive and of the right length.
        let entry =
            look_up(|entry, buffer, len, found| unsafe { libc::getgrgid_r(gid, entry, buffer, len, found) })?;
        entry.ok_or_else(|| {
            let shown = if gid == u32::MAX { -1 } else { i64::from(gid) };
            exceptions::key_error(&Value::from(format!("getgrgid(): gid not found: {shown}")))
        })
    }

    /// Return the group database entry for the given group name.
    ///
    /// If name is not valid, raise KeyError.
    #[pyfunction("($module, /, name)")]
    fn getgrnam(name: &StrRef) -> PyResult<Value> {
        let text = database_name(name)?;
        // SAFETY: as above; the name is NUL-terminated.
        let entry = look_up(|entry, buffer, len, found| unsafe {
            libc::getgrnam_r(text.as_ptr(), entry, buffer, len, found)
        })?;
        match entry {
            Some(entry) => Ok(entry),
            None => {
                let shown = protocol::repr(name.as_value())?;
                Err(exceptions::key_error(&Value::from(format!("getgrnam(): name not found: {shown}"))))
            }
        }
    }

    /// Return a list of all available group entries, in arbitrary order.
    ///
    /// An entry whose name starts with '+' or '-' represents an instruction
    /// to use YP/NIS and may not be accessible via getgrnam or getgrgid.
    #[pyfunction("($module, /)")]
    fn getgrall() -> Value {
        let mut entries = Vec::new();
        // SAFETY: the GIL keeps other Python threads from moving the database's position; each entry is read before the
        // next call.
        unsafe {
            libc::setgrent();
            while let Some(entry) = libc::getgrent().as_ref() {
                entries.push(record(entry));
            }
            libc::endgrent();
        }
        PyList::from_vec(entries).into_value()
    }
}

pub use functions::MODULE;

static ENTRY: Record = Record::new(StructSeqDef {
    module: "grp",
    name: "struct_group",
    doc: "grp.struct_group: Results from getgr*() routines.\n\nThis object may be accessed either as a tuple of\n  (gr_name,gr_passwd,gr_gid,gr_mem)\nor via the object attributes as named in the above tuple.\n",
    fields: &[
        ("gr_name", "group name"),
        ("gr_passwd", "password"),
        ("gr_gid", "group id"),
        ("gr_mem", "group members"),
    ],
    visible: 4,
    instantiable: true,
});

fn look_up(
    call: impl Fn(*mut libc::group, *mut libc::c_char, usize, *mut *mut libc::group) -> i32,
) -> PyResult<Option<Value>> {
    // SAFETY: all-zero bytes are a valid `struct group`.
    let mut entry: libc::group = unsafe { std::mem::zeroed() };
    let mut found = std::ptr::null_mut();
    let mut buffer = Vec::new();
    with_buffer(&mut buffer, |buffer| call(&mut entry, buffer.as_mut_ptr(), buffer.len(), &mut found))?;
    Ok((!found.is_null()).then(|| record(&entry)))
}

fn record(entry: &libc::group) -> Value {
    let mut members = Vec::new();
    let mut at = entry.gr_mem;
    // SAFETY: the list of members ends with a null pointer.
    while let Some(&member) = unsafe { at.as_ref() }.filter(|member| !member.is_null()) {
        members.push(text(member));
        // SAFETY: as above.
        at = unsafe { at.add(1) };
    }
    let members = PyList::from_vec(members).into_value();
    ENTRY.make(vec![text(entry.gr_name), text(entry.gr_passwd), id_value(entry.gr_gid), members])
}
