//! The methods of `Connection` that deal with whole databases, with blobs and with SQLite's settings.

use super::blob::Blob;
use super::callback::{c_text, encode, too_large};
use super::connection::Connection;
use super::constants::is_boolean_option;
use super::db::Db;
use super::errors::{self, operational_error, programming_error};
use libsqlite3_sys as ffi;
use minipy_macros::pymethods;
use minipy_vm::types::bytes::{BytesLike, from_slice};
use minipy_vm::types::int;
use minipy_vm::{BytesRef, PyErr, PyResult, PyStr, Ref, Value, exceptions, gil, protocol};
use std::ffi::{CStr, CString, c_int, c_uint};
use std::ptr;
use std::rc::Rc;

/// The name of a database, `main` unless one is given.
fn database(name: Option<&Ref<PyStr>>) -> PyResult<CString> {
    name.map_or_else(|| Ok(c"main".to_owned()), c_text)
}

/// A backup under way, finished when dropped.
struct Backup {
    handle: *mut ffi::sqlite3_backup,
    /// Both are in use until then.
    _source: Rc<Db>,
    target: Rc<Db>,
}

impl Backup {
    fn start(source: &Rc<Db>, name: &CStr, target: &Rc<Db>) -> PyResult<Backup> {
        let (from, to) = (source.as_ptr(), target.as_ptr());
        // SAFETY: both are open; the names outlive the call.
        let handle =
            target.call(|| unsafe { ffi::sqlite3_backup_init(to, c"main".as_ptr(), from, name.as_ptr()) });
        if handle.is_null() {
            return Err(errors::of(target, ffi::SQLITE_ERROR));
        }
        Ok(Backup { handle, _source: source.clone(), target: target.clone() })
    }

    /// Copies some pages. Gives SQLite's status, how many pages remain and how many there are.
    fn step(&self, pages: c_int) -> (c_int, c_int, c_int) {
        let handle = self.handle;
        // SAFETY: the backup is under way.
        gil::without(|| unsafe {
            let status = ffi::sqlite3_backup_step(handle, pages);
            (status, ffi::sqlite3_backup_remaining(handle), ffi::sqlite3_backup_pagecount(handle))
        })
    }

    fn finish(mut self) -> PyResult<()> {
        let handle = std::mem::replace(&mut self.handle, ptr::null_mut());
        // SAFETY: the backup ends here.
        match gil::without(|| unsafe { ffi::sqlite3_backup_finish(handle) }) {
            ffi::SQLITE_OK => Ok(()),
            status => Err(errors::of(&self.target, status)),
        }
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        let handle = self.handle;
        // SAFETY: the backup ends here; null is accepted.
        gil::without(|| unsafe { ffi::sqlite3_backup_finish(handle) });
    }
}

#[cold]
fn out_of_bounds() -> PyErr {
    programming_error("'category' is out of bounds")
}

#[cold]
fn unknown_option(op: c_int) -> PyErr {
    exceptions::value_error(format!("unknown config 'op': {op}"))
}

impl Db {
    pub fn interrupt(&self) {
        // SAFETY: the connection is open; other threads may be at work with it.
        unsafe { ffi::sqlite3_interrupt(self.as_ptr()) };
    }

    /// The limit's old value.
    fn exchange_limit(&self, category: c_int, limit: c_int) -> PyResult<c_int> {
        match self.limit(category, limit) {
            old if old < 0 => Err(out_of_bounds()),
            old => Ok(old),
        }
    }

    /// Sets a boolean option, or asks for it if `new` is negative.
    fn option(&self, op: c_int, new: c_int) -> PyResult<bool> {
        if !is_boolean_option(op) {
            return Err(unknown_option(op));
        }
        let mut now: c_int = 0;
        let place = &raw mut now;
        // SAFETY: the options checked for take these two arguments.
        self.check(|| unsafe { ffi::sqlite3_db_config(self.as_ptr(), op, new, place) })?;
        Ok(now != 0)
    }

    /// A copy of the database as bytes.
    fn serialized(&self, name: &CStr) -> Option<BytesRef> {
        let _lock = self.lock();
        let mut len = 0i64;
        let place = &raw mut len;
        let shared_only = ffi::SQLITE_SERIALIZE_NOCOPY as c_uint;
        let (handle, name) = (self.as_ptr(), name.as_ptr());
        // SAFETY: the name outlives the calls. Memory that is shared stays while the mutex is held, a copy is freed.
        unsafe {
            let shared = ffi::sqlite3_serialize(handle, name, place, shared_only);
            if !shared.is_null() {
                return Some(from_slice(std::slice::from_raw_parts(shared, len as usize)));
            }
            let copy = gil::without(|| ffi::sqlite3_serialize(handle, name, place, 0));
            if copy.is_null() {
                return None;
            }
            let bytes = from_slice(std::slice::from_raw_parts(copy, len as usize));
            ffi::sqlite3_free(copy.cast());
            Some(bytes)
        }
    }

    /// Makes the bytes the contents of the database.
    fn deserialize(&self, data: &[u8], name: &CStr) -> PyResult<()> {
        let len = data.len() as i64;
        let flags = (ffi::SQLITE_DESERIALIZE_FREEONCLOSE | ffi::SQLITE_DESERIALIZE_RESIZEABLE) as c_uint;
        // SAFETY: SQLite owns the copy, also if the call fails.
        unsafe {
            let copy: *mut u8 = ffi::sqlite3_malloc64(data.len() as u64).cast();
            if copy.is_null() && len > 0 {
                return Err(exceptions::memory_error());
            }
            ptr::copy_nonoverlapping(data.as_ptr(), copy, data.len());
            let name = name.as_ptr();
            self.check(|| ffi::sqlite3_deserialize(self.as_ptr(), name, copy, len, len, flags)).map(drop)
        }
    }

    fn load_extension(&self, name: &CStr, entry_point: Option<&CStr>) -> PyResult<()> {
        let _lock = self.lock();
        let mut message = ptr::null_mut();
        let place = &raw mut message;
        let entry_point = entry_point.map_or(ptr::null(), CStr::as_ptr);
        // SAFETY: the texts outlive the call.
        let status = self.call(|| unsafe {
            ffi::sqlite3_load_extension(self.as_ptr(), name.as_ptr(), entry_point, place)
        });
        // SAFETY: the message, if there is one, ends with NUL and is the caller's to free.
        let text =
            (!message.is_null()).then(|| unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned());
        // SAFETY: as above; null is accepted.
        unsafe { ffi::sqlite3_free(message.cast()) };
        match status {
            ffi::SQLITE_OK => Ok(()),
            _ => Err(operational_error(text.unwrap_or_else(|| "Cannot load extension".to_owned()))),
        }
    }
}

#[pymethods(part = databases)]
impl Connection {
    /// Makes a backup of the database.
    #[pymethod("($self, /, target, *, pages=-1, progress=None, name='main',\n       sleep=0.25)")]
    fn backup(
        zelf: &Ref<Connection>,
        target: &Ref<Connection>,
        pages: c_int,
        progress: Option<&Value>,
        name: Option<&Ref<PyStr>>,
        sleep: f64,
    ) -> PyResult<()> {
        let name = database(name)?;
        let source = zelf.checked()?;
        let target_db = target.checked()?;
        if zelf.is(target) {
            return Err(exceptions::value_error("target cannot be the same connection instance"));
        }
        if progress.is_some_and(|progress| !protocol::is_callable(progress)) {
            return Err(exceptions::type_error("progress argument must be a callable"));
        }
        let pages = if pages == 0 { -1 } else { pages };
        let pause = (sleep * 1000.0) as c_int;
        let backup = Backup::start(&source, &name, &target_db)?;
        loop {
            let (status, remaining, count) = backup.step(pages);
            if let Some(progress) = progress {
                let args = [status, remaining, count].map(|number| Value::from(i64::from(number)));
                protocol::call(progress, &args)?;
                // A connection that was closed meanwhile is only kept for the backup, which would have no end.
                zelf.checked()?;
                target.checked()?;
            }
            match status {
                ffi::SQLITE_OK => {}
                ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => {
                    // SAFETY: only sleeps.
                    gil::without(|| unsafe { ffi::sqlite3_sleep(pause) });
                }
                _ => return backup.finish(),
            }
        }
    }

    /// Serialize a database into a byte string.
    ///
    ///   name
    ///     Which database to serialize.
    ///
    /// For an ordinary on-disk database file, the serialization is just
    /// a copy of the disk file.  For an in-memory database or a "temp"
    /// database, the serialization is the same sequence of bytes which
    /// would be written to disk if that database were backed up to disk.
    #[pymethod("($self, /, *, name='main')")]
    fn serialize(&self, name: Option<&Ref<PyStr>>) -> PyResult<BytesRef> {
        let name = database(name)?;
        let db = self.checked()?;
        db.serialized(&name)
            .ok_or_else(|| operational_error(format!("unable to serialize '{}'", name.to_string_lossy())))
    }

    /// Load a serialized database.
    ///
    ///   data
    ///     The serialized database content.
    ///   name
    ///     Which database to reopen with the deserialization.
    ///
    /// The deserialize interface causes the database connection to
    /// disconnect from the target database, and then reopen it as
    /// an in-memory database based on the given serialized data.
    ///
    /// The deserialize interface will fail with SQLITE_BUSY if the database
    /// is currently in a read transaction or is involved in a backup
    /// operation.
    #[pymethod("($self, data, /, *, name='main')")]
    fn deserialize(&self, data: &Value, name: Option<&Ref<PyStr>>) -> PyResult<()> {
        let text = data.downcast::<PyStr>().map(encode).transpose()?;
        let buffer = if text.is_none() { Some(BytesLike::of(data)?) } else { None };
        let bytes = text.as_deref().or(buffer.as_deref()).unwrap_or(&[]);
        let name = database(name)?;
        self.checked()?.deserialize(bytes, &name)
    }

    /// Open and return a BLOB object.
    ///
    ///   table
    ///     Table name.
    ///   column
    ///     Column name.
    ///   rowid
    ///     Row id.
    ///   readonly
    ///     Open the BLOB without write permissions.
    ///   name
    ///     Database name.
    #[pymethod("($self, table, column, rowid, /, *, readonly=False, name='main')")]
    fn blobopen(
        zelf: &Ref<Connection>,
        table: &Ref<PyStr>,
        column: &Ref<PyStr>,
        rowid: &Value,
        readonly: bool,
        name: Option<&Ref<PyStr>>,
    ) -> PyResult<Ref<Blob>> {
        let (table, column) = (c_text(table)?, c_text(column)?);
        if !protocol::is_int(rowid) {
            return Err(exceptions::type_error("expected 'int'"));
        }
        let rowid = int::to_i64(rowid).ok_or_else(too_large)?;
        let name = database(name)?;
        let db = zelf.checked()?;
        let mut handle = ptr::null_mut();
        let place = &raw mut handle;
        let texts = (name.as_ptr(), table.as_ptr(), column.as_ptr());
        // SAFETY: the texts outlive the call.
        db.check(|| unsafe {
            let writable = c_int::from(!readonly);
            ffi::sqlite3_blob_open(db.as_ptr(), texts.0, texts.1, texts.2, rowid, writable, place)
        })?;
        Ok(Blob::new(zelf, db.adopt_blob(handle)))
    }

    /// Set connection run-time limits.
    ///
    ///   category
    ///     The limit category to be set.
    ///   limit
    ///     The new limit. If the new limit is a negative number, the limit
    ///     is unchanged.
    ///
    /// Attempts to increase a limit above its hard upper bound are silently
    /// truncated to the hard upper bound. Regardless of whether or not the
    /// limit was changed, the prior value of the limit is returned.
    #[pymethod("($self, category, limit, /)")]
    fn setlimit(&self, category: c_int, limit: c_int) -> PyResult<c_int> {
        self.checked()?.exchange_limit(category, limit)
    }

    /// Get connection run-time limits.
    ///
    ///   category
    ///     The limit category to be queried.
    #[pymethod("($self, category, /)")]
    fn getlimit(&self, category: c_int) -> PyResult<c_int> {
        self.checked()?.exchange_limit(category, -1)
    }

    /// Set a boolean connection configuration option.
    ///
    ///   op
    ///     The configuration verb; one of the sqlite3.SQLITE_DBCONFIG codes.
    #[pymethod("($self, op, enable=True, /)")]
    fn setconfig(&self, op: c_int, enable: bool) -> PyResult<()> {
        if self.checked()?.option(op, c_int::from(enable))? != enable {
            return Err(operational_error("Unable to set config"));
        }
        Ok(())
    }

    /// Query a boolean connection configuration option.
    ///
    ///   op
    ///     The configuration verb; one of the sqlite3.SQLITE_DBCONFIG codes.
    #[pymethod("($self, op, /)")]
    fn getconfig(&self, op: c_int) -> PyResult<bool> {
        self.checked()?.option(op, -1)
    }

    /// Enable dynamic loading of SQLite extension modules.
    #[pymethod("($self, enable, /)")]
    fn enable_load_extension(zelf: &Ref<Connection>, enable: bool) -> PyResult<()> {
        let db = zelf.checked()?;
        crate::sys::audit("sqlite3.enable_load_extension", &[zelf.to_value(), enable.into()])?;
        // SAFETY: the connection is open.
        match db.call(|| unsafe { ffi::sqlite3_enable_load_extension(db.as_ptr(), c_int::from(enable)) }) {
            ffi::SQLITE_OK => Ok(()),
            _ => Err(operational_error("Error enabling load extension")),
        }
    }

    /// Load SQLite extension module.
    #[pymethod("($self, name, /, *, entrypoint=None)")]
    fn load_extension(zelf: &Ref<Connection>, name: &Ref<PyStr>, entrypoint: Option<&Value>) -> PyResult<()> {
        let path = c_text(name)?;
        let entry_point = match entrypoint.map(|entry| (entry, entry.downcast::<PyStr>())) {
            None => None,
            Some((_, Some(text))) => Some(c_text(text)?),
            Some((other, None)) => {
                let got = other.type_name();
                return Err(exceptions::type_error(format!(
                    "load_extension() argument 'entrypoint' must be str or None, not {got}"
                )));
            }
        };
        let db = zelf.checked()?;
        crate::sys::audit("sqlite3.load_extension", &[zelf.to_value(), name.to_value()])?;
        db.load_extension(&path, entry_point.as_deref())
    }
}
