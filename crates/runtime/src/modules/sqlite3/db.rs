//! SQLite's connections and prepared statements, and the order in which locks are taken around them.
//!
//! A connection has a mutex of SQLite's own, which a call holds until it returns, also while it calls Python code back. So a
//! thread may wait for the GIL while it holds a connection's mutex, and therefore never waits for such a mutex with the
//! GIL: [`Db::lock`] sees to that. What is dropped while another thread works on the connection waits until that is done, for
//! a drop may do neither.

use super::errors;
use super::hooks::Hooks;
use libsqlite3_sys as ffi;
use minipy_vm::{GilCell, PyErr, PyResult, gil};
use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_int};
use std::ptr;
use std::rc::{Rc, Weak};

/// A connection, closed when nothing uses it any more.
pub struct Db {
    /// Null once closed.
    handle: Cell<*mut ffi::sqlite3>,
    pub hooks: Hooks,
    blobs: GilCell<Vec<Weak<BlobHandle>>>,
    postponed: GilCell<Vec<Postponed>>,
}

/// What remains to be done about something dropped.
#[derive(Clone, Copy)]
enum Postponed {
    Reset(*mut ffi::sqlite3_stmt),
    Finalize(*mut ffi::sqlite3_stmt),
    CloseBlob(*mut ffi::sqlite3_blob),
}

impl Postponed {
    /// # Safety
    /// The handle is valid, is not running and, unless it is only reset, not used again; the connection's mutex is held.
    unsafe fn carry_out(self) {
        QUIET.set(true);
        // SAFETY: the caller's promise. Errors were reported when they occurred.
        unsafe {
            match self {
                Postponed::Reset(stmt) => ffi::sqlite3_reset(stmt),
                Postponed::Finalize(stmt) => ffi::sqlite3_finalize(stmt),
                Postponed::CloseBlob(blob) => ffi::sqlite3_blob_close(blob),
            };
        }
        QUIET.set(false);
    }
}

thread_local! {
    /// Whether something is being dropped, so that no Python code may run: an aggregate that did not get to its end is not
    /// finalized then.
    static QUIET: Cell<bool> = const { Cell::new(false) };
    /// The exception of a callback that SQLite cannot be told of.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Whether callbacks must not run Python code.
pub fn is_quiet() -> bool {
    QUIET.get()
}

/// Lets the call of SQLite that is under way fail with `error`.
pub fn raise_later(error: PyErr) {
    RAISED.replace(Some(error));
}

/// Whether the call of SQLite that is under way will fail.
pub fn has_raised() -> bool {
    RAISED.with_borrow(Option::is_some)
}

/// A connection's mutex, held.
pub struct Lock<'a> {
    db: &'a Db,
    mutex: *mut ffi::sqlite3_mutex,
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        self.db.catch_up();
        // SAFETY: the mutex is held.
        unsafe { ffi::sqlite3_mutex_leave(self.mutex) };
    }
}

impl Db {
    /// Opens the database that `path` names. The error is SQLite's.
    pub fn open(path: &CStr, flags: c_int, timeout: f64) -> PyResult<Rc<Db>> {
        let mut handle = ptr::null_mut();
        let milliseconds = (timeout * 1000.0) as c_int;
        let place = &raw mut handle;
        let status = gil::without(|| {
            // SAFETY: path and place outlive the call; a handle is given unless memory ran out.
            unsafe {
                let status = ffi::sqlite3_open_v2(path.as_ptr(), place, flags, ptr::null());
                if !(*place).is_null() {
                    ffi::sqlite3_busy_timeout(*place, milliseconds);
                }
                status
            }
        });
        if handle.is_null() {
            return Err(minipy_vm::exceptions::memory_error());
        }
        let db = Rc::new(Db {
            handle: Cell::new(handle),
            hooks: Hooks::default(),
            blobs: GilCell::default(),
            postponed: GilCell::default(),
        });
        if status == ffi::SQLITE_OK { Ok(db) } else { Err(errors::of(&db, status)) }
    }

    pub fn as_ptr(&self) -> *mut ffi::sqlite3 {
        self.handle.get()
    }

    fn mutex(&self) -> *mut ffi::sqlite3_mutex {
        // SAFETY: the connection is open while it can be reached.
        unsafe { ffi::sqlite3_db_mutex(self.as_ptr()) }
    }

    /// Takes the connection's mutex, letting go of the GIL where another thread has it.
    pub fn lock(&self) -> Lock<'_> {
        let mutex = self.mutex();
        // SAFETY: the mutex lives as long as the connection.
        if unsafe { ffi::sqlite3_mutex_try(mutex) } != ffi::SQLITE_OK {
            // SAFETY: as above.
            gil::without(|| unsafe { ffi::sqlite3_mutex_enter(mutex) });
        }
        let lock = Lock { db: self, mutex };
        self.catch_up();
        lock
    }

    /// Takes the connection's mutex if no other thread has it.
    pub fn try_lock(&self) -> Option<Lock<'_>> {
        let mutex = self.mutex();
        // SAFETY: as above.
        if unsafe { ffi::sqlite3_mutex_try(mutex) } != ffi::SQLITE_OK {
            return None;
        }
        let lock = Lock { db: self, mutex };
        self.catch_up();
        Some(lock)
    }

    /// Calls `f`, which calls SQLite, without the GIL. Callbacks take it again.
    pub fn call<R>(&self, f: impl FnOnce() -> R) -> R {
        let _lock = self.lock();
        gil::without(f)
    }

    /// As [`Db::call`]; fails where a callback has raised an exception or the status that `f` gives is an error's.
    pub fn check(&self, f: impl FnOnce() -> c_int) -> PyResult<c_int> {
        let _lock = self.lock();
        let outer = RAISED.take();
        let status = gil::without(f);
        match RAISED.replace(outer) {
            Some(error) => Err(error),
            None if matches!(status, ffi::SQLITE_OK | ffi::SQLITE_ROW | ffi::SQLITE_DONE) => Ok(status),
            None => Err(errors::of(self, status)),
        }
    }

    /// Runs one statement without results.
    pub fn execute(self: &Rc<Db>, sql: &CStr) -> PyResult<()> {
        let statement = Stmt::prepare(self, sql.to_bytes_with_nul())?.0;
        self.check(|| statement.step()).map(drop)
    }

    /// Whether no transaction is open.
    pub fn is_autocommit(&self) -> bool {
        let _lock = self.lock();
        // SAFETY: the connection is open.
        unsafe { ffi::sqlite3_get_autocommit(self.as_ptr()) != 0 }
    }

    /// A limit, which is changed unless `new` is negative.
    pub fn limit(&self, category: c_int, new: c_int) -> c_int {
        let _lock = self.lock();
        // SAFETY: as above.
        unsafe { ffi::sqlite3_limit(self.as_ptr(), category, new) }
    }

    /// A blob opened by SQLite, which is closed together with the connection.
    pub fn adopt_blob(self: &Rc<Db>, handle: *mut ffi::sqlite3_blob) -> Rc<BlobHandle> {
        let blob = Rc::new(BlobHandle { handle: Cell::new(handle), db: self.clone() });
        self.blobs.with(|blobs| {
            blobs.retain(|blob| blob.strong_count() > 0);
            blobs.push(Rc::downgrade(&blob));
        });
        blob
    }

    /// Closes all blobs.
    pub fn close_blobs(&self) {
        for blob in self.blobs.take().iter().filter_map(Weak::upgrade) {
            blob.close();
        }
    }

    /// Closes the connection without the GIL, unless something still uses it: then the last user closes it.
    pub fn close(db: Rc<Db>) {
        let Ok(db) = Rc::try_unwrap(db) else { return };
        let handle = db.take_handle();
        // SAFETY: nobody else has the handle.
        gil::without(|| unsafe { ffi::sqlite3_close(handle) });
    }

    /// Does what had to be postponed; the mutex is held.
    fn catch_up(&self) {
        for task in self.postponed.take() {
            // SAFETY: what is postponed is valid until it is carried out, in the order in which it was postponed.
            unsafe { task.carry_out() };
        }
    }

    /// Carries a task out now or, if another thread is at work, as soon as that is done.
    fn carry_out(&self, task: Postponed) {
        match self.try_lock() {
            // SAFETY: the handle is its owner's, and not running: whoever runs one keeps it alive.
            Some(_lock) => unsafe { task.carry_out() },
            None => self.postponed.with(|tasks| tasks.push(task)),
        }
    }

    fn take_handle(&self) -> *mut ffi::sqlite3 {
        if !self.as_ptr().is_null() {
            self.catch_up();
        }
        self.handle.replace(ptr::null_mut())
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        let handle = self.take_handle();
        if !handle.is_null() {
            // SAFETY: nobody else has the handle. Its functions are dropped, but none is called.
            unsafe { ffi::sqlite3_close(handle) };
        }
    }
}

/// A prepared statement, finalized when nothing uses it any more.
pub struct Stmt {
    /// Null if the SQL was empty.
    handle: *mut ffi::sqlite3_stmt,
    pub db: Rc<Db>,
    /// Whether a cursor has it, who may not have started it yet.
    pub claimed: Cell<bool>,
}

impl Stmt {
    /// Prepares the first statement of `sql`, which ends with NUL. Gives it and how many bytes it took.
    pub fn prepare(db: &Rc<Db>, sql: &[u8]) -> PyResult<(Rc<Stmt>, usize)> {
        debug_assert!(sql.ends_with(&[0]));
        let (mut handle, mut tail) = (ptr::null_mut(), ptr::null());
        let (to_handle, to_tail) = (&raw mut handle, &raw mut tail);
        db.check(|| {
            let (text, len) = (sql.as_ptr().cast(), sql.len() as c_int);
            // SAFETY: the text is as long as told, and all of it outlives the call.
            unsafe { ffi::sqlite3_prepare_v2(db.as_ptr(), text, len, to_handle, to_tail) }
        })?;
        let used = if tail.is_null() { sql.len() - 1 } else { tail.addr() - sql.as_ptr().addr() };
        Ok((Rc::new(Stmt { handle, db: db.clone(), claimed: Cell::new(false) }), used))
    }

    pub fn as_ptr(&self) -> *mut ffi::sqlite3_stmt {
        self.handle
    }

    /// Whether there is nothing to run.
    pub fn is_empty(&self) -> bool {
        self.handle.is_null()
    }

    /// Goes on to the next row. To be called in [`Db::check`], with the statement kept alive.
    pub fn step(&self) -> c_int {
        if self.is_empty() {
            return ffi::SQLITE_DONE;
        }
        // SAFETY: the statement is valid.
        unsafe { ffi::sqlite3_step(self.handle) }
    }

    /// Makes the statement ready to be run again. Errors are those that its steps have reported.
    pub fn reset(&self) {
        if !self.is_empty() {
            // SAFETY: the statement is valid.
            self.db.call(|| unsafe { ffi::sqlite3_reset(self.handle) });
        }
        self.claimed.set(false);
    }

    /// As [`Stmt::reset`], for drops: no Python code runs.
    pub fn reset_quietly(&self) {
        if !self.is_empty() {
            self.db.carry_out(Postponed::Reset(self.handle));
        }
        self.claimed.set(false);
    }

    /// Whether it has been started and not reset.
    pub fn is_busy(&self) -> bool {
        if self.is_empty() {
            return false;
        }
        let _lock = self.db.lock();
        // SAFETY: the statement is valid.
        unsafe { ffi::sqlite3_stmt_busy(self.handle) != 0 }
    }

    /// Whether it leaves the database as it is.
    pub fn is_readonly(&self) -> bool {
        // SAFETY: the function accepts null, too.
        unsafe { ffi::sqlite3_stmt_readonly(self.handle) != 0 }
    }
}

impl Drop for Stmt {
    fn drop(&mut self) {
        if !self.is_empty() {
            self.db.carry_out(Postponed::Finalize(self.handle));
        }
    }
}

/// A blob opened for reading and writing.
pub struct BlobHandle {
    /// Null once closed.
    handle: Cell<*mut ffi::sqlite3_blob>,
    db: Rc<Db>,
}

impl BlobHandle {
    pub fn is_closed(&self) -> bool {
        self.handle.get().is_null()
    }

    pub fn close(&self) {
        let _lock = self.db.lock();
        let handle = self.handle.replace(ptr::null_mut());
        // SAFETY: the handle is the object's own; null is accepted.
        gil::without(|| unsafe { ffi::sqlite3_blob_close(handle) });
    }

    /// How many bytes it holds.
    pub fn len(&self) -> c_int {
        let _lock = self.db.lock();
        // SAFETY: the handle is valid or null, which is accepted.
        unsafe { ffi::sqlite3_blob_bytes(self.handle.get()) }
    }

    /// Fills `out` with what there is from `offset` on. Gives SQLite's status.
    pub fn read(&self, out: &mut [u8], offset: c_int) -> PyResult<()> {
        let (data, len) = (out.as_mut_ptr(), out.len() as c_int);
        // SAFETY: there is room for `len` bytes.
        self.transfer(|blob| unsafe { ffi::sqlite3_blob_read(blob, data.cast(), len, offset) })
    }

    /// Stores bytes from `offset` on.
    pub fn write(&self, bytes: &[u8], offset: c_int) -> PyResult<()> {
        let (data, len) = (bytes.as_ptr(), bytes.len() as c_int);
        // SAFETY: `len` bytes can be read.
        self.transfer(|blob| unsafe { ffi::sqlite3_blob_write(blob, data.cast(), len, offset) })
    }

    fn transfer(&self, f: impl FnOnce(*mut ffi::sqlite3_blob) -> c_int) -> PyResult<()> {
        let _lock = self.db.lock();
        let handle = self.handle.get();
        if handle.is_null() {
            return Err(errors::programming_error("Cannot operate on a closed blob."));
        }
        match gil::without(|| f(handle)) {
            ffi::SQLITE_OK => Ok(()),
            ffi::SQLITE_ABORT => Err(errors::operational_error("Cannot operate on an expired blob.")),
            status => Err(errors::of(&self.db, status)),
        }
    }
}

impl Drop for BlobHandle {
    fn drop(&mut self) {
        let handle = self.handle.replace(ptr::null_mut());
        if !handle.is_null() {
            self.db.carry_out(Postponed::CloseBlob(handle));
        }
    }
}
