//! `Cursor`: running statements and fetching rows.

use super::connection::{Autocommit, Connection};
use super::db::Db;
use super::errors::programming_error;
use super::fetch;
use super::statement::Statement;
use libsqlite3_sys as ffi;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::tuple;
use minipy_vm::{
    Args, GilCell, ListRef, PyList, PyResult, PyStr, PyTuple, Ref, StrRef, Traverse, TypeRef, Value, Visitor,
    exceptions, protocol,
};
use std::cell::Cell;
use std::rc::Rc;

/// SQLite database cursor class.
#[pyclass(name = "Cursor", module = "sqlite3", gc, basetype, weakref, plain_new)]
pub struct Cursor {
    /// None until `__init__` was called.
    pub(super) connection: GilCell<Option<Ref<Connection>>>,
    pub(super) description: GilCell<Option<Value>>,
    /// What converts each column, where the connection detects types.
    pub(super) converters: GilCell<Vec<Option<Value>>>,
    arraysize: Cell<u32>,
    lastrowid: GilCell<Option<Value>>,
    rowcount: Cell<i64>,
    pub(super) row_factory: GilCell<Option<Value>>,
    /// The statement whose rows are being fetched.
    statement: GilCell<Option<Ref<Statement>>>,
    is_closed: Cell<bool>,
    is_initialized: Cell<bool>,
    /// Whether one of its methods is at work, which may call Python code.
    is_locked: Cell<bool>,
}

impl Traverse for Cursor {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.connection.traverse(visit);
        self.description.traverse(visit);
        self.converters.traverse(visit);
        self.lastrowid.traverse(visit);
        self.row_factory.traverse(visit);
        self.statement.traverse(visit);
    }

    fn clear_refs(&self) {
        self.drop_statement();
        self.connection.set(None);
        self.description.set(None);
        self.converters.set(Vec::new());
        self.lastrowid.set(None);
        self.row_factory.set(None);
    }
}

impl Drop for Cursor {
    fn drop(&mut self) {
        self.drop_statement();
    }
}

/// Marks a cursor as being at work.
struct AtWork<'a>(&'a Cursor);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.is_locked.set(false);
    }
}

impl Cursor {
    fn start(&self) -> AtWork<'_> {
        self.is_locked.set(true);
        AtWork(self)
    }

    fn check_unlocked(&self) -> PyResult<()> {
        if self.is_locked.get() {
            return Err(programming_error("Recursive use of cursors not allowed."));
        }
        Ok(())
    }

    /// The cursor's connection and its database, if the cursor may be used now.
    fn checked(&self) -> PyResult<(Ref<Connection>, Rc<Db>)> {
        let Some(connection) = self.connection.get().filter(|_| self.is_initialized.get()) else {
            return Err(programming_error("Base Cursor.__init__ not called."));
        };
        if self.is_closed.get() {
            return Err(programming_error("Cannot operate on a closed cursor."));
        }
        self.check_unlocked()?;
        let db = connection.checked()?;
        Ok((connection, db))
    }

    /// Ends the statement at hand.
    fn release_statement(&self) {
        if let Some(statement) = self.statement.take() {
            statement.stmt.reset();
        }
    }

    /// The same where no Python code may run.
    fn drop_statement(&self) {
        if let Some(statement) = self.statement.take() {
            statement.stmt.reset_quietly();
        }
    }

    /// Runs `sql` once, or once for each item of `parameters` if `many`.
    fn run(&self, sql: &StrRef, parameters: Option<&Value>, many: bool) -> PyResult<()> {
        let (connection, db) = self.checked().inspect_err(|_| self.rowcount.set(-1))?;
        let _at_work = self.start();
        let result = self.run_locked(&connection, &db, sql, parameters, many);
        if result.is_err() {
            self.release_statement();
            self.rowcount.set(-1);
        } else if let Some(statement) = self.statement.get()
            && !statement.stmt.is_busy()
        {
            statement.stmt.claimed.set(false);
            self.statement.set(None);
        }
        result
    }

    fn run_locked(
        &self,
        connection: &Ref<Connection>,
        db: &Rc<Db>,
        sql: &StrRef,
        parameters: Option<&Value>,
        many: bool,
    ) -> PyResult<()> {
        let all = match parameters {
            Some(parameters) if many => Some(protocol::iter(parameters)?),
            _ => None,
        };
        self.release_statement();
        self.description.set(None);
        let statement = connection.statement(db, sql)?;
        self.statement.set(Some(statement.clone()));
        let stmt = &statement.stmt;
        if many && stmt.is_readonly() {
            return Err(programming_error("executemany() can only execute DML statements."));
        }
        self.rowcount.set(if statement.is_dml { 0 } else { -1 });
        if statement.is_dml && connection.autocommit.get() == Autocommit::Legacy {
            connection.begin_implicitly(db)?;
        }
        let mut once = match all {
            Some(_) => None,
            None => Some(parameters.cloned().unwrap_or_else(|| tuple::empty().into_value())),
        };
        loop {
            let next = match &all {
                Some(iterator) => protocol::next(iterator)?,
                None => once.take(),
            };
            let Some(parameters) = next else { break };
            statement.bind(&parameters)?;
            // Python code may have run meanwhile.
            connection.checked()?;
            let status = db.check(|| stmt.step())?;
            self.describe(connection, &statement)?;
            if status == ffi::SQLITE_DONE {
                self.count_changes(&statement, db);
                stmt.reset();
                stmt.claimed.set(true);
            }
        }
        if !many && !stmt.is_empty() {
            let _lock = db.lock();
            // SAFETY: the connection is open.
            let id = unsafe { ffi::sqlite3_last_insert_rowid(db.as_ptr()) };
            self.lastrowid.set(Some(Value::from(id)));
        }
        Ok(())
    }

    fn describe(&self, connection: &Connection, statement: &Statement) -> PyResult<()> {
        self.converters.set(fetch::converters(connection, &statement.stmt)?);
        if self.description.with(|known| known.is_none()) {
            self.description.set(fetch::description(connection, &statement.stmt)?);
        }
        Ok(())
    }

    fn count_changes(&self, statement: &Statement, db: &Db) {
        if statement.is_dml {
            let _lock = db.lock();
            // SAFETY: the connection is open.
            let changes = unsafe { ffi::sqlite3_changes(db.as_ptr()) };
            self.rowcount.set(self.rowcount.get() + i64::from(changes));
        }
    }

    /// The next row, as the row factory makes it.
    fn next_row(zelf: &Ref<Cursor>) -> PyResult<Option<Value>> {
        let (connection, db) = zelf.checked()?;
        let Some(statement) = zelf.statement.get() else { return Ok(None) };
        let row = {
            let _at_work = zelf.start();
            let row = fetch::row(zelf, &connection, &statement.stmt)?;
            match db.check(|| statement.stmt.step()) {
                Ok(ffi::SQLITE_DONE) => {
                    if statement.is_dml {
                        zelf.rowcount.set(0);
                        zelf.count_changes(&statement, &db);
                    }
                    zelf.release_statement();
                }
                Ok(_) => {}
                Err(error) => {
                    zelf.release_statement();
                    return Err(error);
                }
            }
            row
        };
        match zelf.row_factory.get() {
            Some(factory) => protocol::call2(&factory, zelf.to_value(), row).map(Some),
            None => Ok(Some(row)),
        }
    }

    fn fetch(zelf: &Ref<Cursor>, limit: usize) -> PyResult<ListRef> {
        let mut rows = Vec::new();
        while rows.len() < limit
            && let Some(row) = Cursor::next_row(zelf)?
        {
            rows.push(row);
        }
        Ok(PyList::from_vec(rows))
    }
}

/// An int that C has as `uint32_t`; `overflow` is the message for one that is too large.
fn uint32(value: &Value, overflow: &str) -> PyResult<u32> {
    let int = protocol::as_index(value)?;
    if minipy_vm::types::int::is_negative(&int) {
        return Err(exceptions::value_error("Cannot convert negative int"));
    }
    let int = minipy_vm::types::int::to_i64(&int).and_then(|int| u32::try_from(int).ok());
    int.ok_or_else(|| exceptions::overflow_error(overflow))
}

#[pymethods]
impl Cursor {
    #[slot]
    fn new(cls: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        let cursor = Cursor {
            connection: GilCell::new(None),
            description: GilCell::new(None),
            converters: GilCell::new(Vec::new()),
            arraysize: Cell::new(0),
            lastrowid: GilCell::new(None),
            rowcount: Cell::new(0),
            row_factory: GilCell::new(None),
            statement: GilCell::new(None),
            is_closed: Cell::new(false),
            is_initialized: Cell::new(false),
            is_locked: Cell::new(false),
        };
        Ok(Ref::new_in(cls, cursor).into_value())
    }

    #[slot(init, nosig, sig = "(connection, /)")]
    fn init(&self, connection: &Ref<Connection>) -> PyResult<()> {
        self.check_unlocked()?;
        self.drop_statement();
        self.connection.set(Some(connection.clone()));
        self.converters.set(Vec::new());
        self.description.set(None);
        self.lastrowid.set(None);
        self.row_factory.set(None);
        self.arraysize.set(1);
        self.is_closed.set(false);
        self.rowcount.set(-1);
        connection.check_thread()?;
        self.is_initialized.set(true);
        Ok(())
    }

    #[slot]
    fn iter(zelf: &Ref<Cursor>) -> Value {
        zelf.to_value()
    }

    #[slot]
    fn iternext(zelf: &Ref<Cursor>) -> PyResult<Option<Value>> {
        Cursor::next_row(zelf)
    }

    /// Executes an SQL statement.
    #[pymethod("($self, sql, parameters=(), /)")]
    fn execute(zelf: &Ref<Cursor>, sql: &Ref<PyStr>, parameters: Option<&Value>) -> PyResult<Value> {
        zelf.run(sql, parameters, false)?;
        Ok(zelf.to_value())
    }

    /// Repeatedly executes an SQL statement.
    #[pymethod("($self, sql, seq_of_parameters, /)")]
    fn executemany(zelf: &Ref<Cursor>, sql: &Ref<PyStr>, seq_of_parameters: &Value) -> PyResult<Value> {
        zelf.run(sql, Some(seq_of_parameters), true)?;
        Ok(zelf.to_value())
    }

    /// Executes multiple SQL statements at once.
    #[pymethod("($self, sql_script, /)")]
    fn executescript(zelf: &Ref<Cursor>, sql_script: &Ref<PyStr>) -> PyResult<Value> {
        let script = super::callback::c_text(sql_script)?;
        let (connection, db) = zelf.checked()?;
        connection.execute_script(&db, &script)?;
        Ok(zelf.to_value())
    }

    /// Fetches one row from the resultset.
    #[pymethod("($self, /)")]
    fn fetchone(zelf: &Ref<Cursor>) -> PyResult<Option<Value>> {
        Cursor::next_row(zelf)
    }

    /// Fetches several rows from the resultset.
    ///
    ///   size
    ///     The default value is set by the Cursor.arraysize attribute.
    #[pymethod("($self, /, size=1)")]
    fn fetchmany(zelf: &Ref<Cursor>, size: Option<&Value>) -> PyResult<ListRef> {
        let limit = match size {
            Some(size) => uint32(size, "Python int too large for C uint32_t")?,
            None => zelf.arraysize.get(),
        };
        Cursor::fetch(zelf, limit as usize)
    }

    /// Fetches all rows from the resultset.
    #[pymethod("($self, /)")]
    fn fetchall(zelf: &Ref<Cursor>) -> PyResult<ListRef> {
        Cursor::fetch(zelf, usize::MAX)
    }

    /// Required by DB-API. Does nothing in sqlite3.
    #[pymethod("($self, sizes, /)")]
    fn setinputsizes(&self, sizes: &Value) {
        let _ = sizes;
    }

    /// Required by DB-API. Does nothing in sqlite3.
    #[pymethod("($self, size, column=None, /)")]
    fn setoutputsize(&self, size: &Value, column: Option<&Value>) {
        let _ = (size, column);
    }

    /// Closes the cursor.
    #[pymethod("($self, /)")]
    fn close(&self) -> PyResult<()> {
        self.check_unlocked()?;
        let Some(connection) = self.connection.get().filter(|_| self.is_initialized.get()) else {
            return Err(programming_error("Base Cursor.__init__ not called."));
        };
        connection.checked()?;
        self.release_statement();
        self.is_closed.set(true);
        Ok(())
    }

    #[pygetset(member)]
    fn connection(&self) -> Option<Ref<Connection>> {
        self.connection.get()
    }

    #[pygetset(member)]
    fn description(&self) -> Option<Value> {
        self.description.get()
    }

    #[pygetset(member)]
    fn lastrowid(&self) -> Option<Value> {
        self.lastrowid.get()
    }

    #[pygetset(member)]
    fn rowcount(&self) -> i64 {
        self.rowcount.get()
    }

    #[pygetset]
    fn arraysize(&self) -> u32 {
        self.arraysize.get()
    }

    #[pygetset(setter)]
    fn set_arraysize(&self, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else {
            let message = "attribute 'arraysize' of 'sqlite3.Cursor' objects cannot be deleted";
            return Err(exceptions::simple(exceptions::attribute_error_class(), message));
        };
        self.arraysize.set(uint32(&value, "Python int too large to convert to C uint32_t")?);
        Ok(())
    }

    #[pygetset]
    fn row_factory(&self) -> Option<Value> {
        self.row_factory.get()
    }

    #[pygetset(setter)]
    fn set_row_factory(&self, value: Option<Value>) -> PyResult<()> {
        let value = super::connection::not_deleted(value, "row_factory")?;
        self.row_factory.set((!value.is_none()).then_some(value));
        Ok(())
    }
}

/// The tuple that describes a column of which only the name is known.
pub fn column_description(name: &str) -> Value {
    let mut items = vec![Value::NONE; 7];
    items[0] = name.into();
    PyTuple::from_vec(items).into_value()
}
