//! `Connection`: its life, and what its methods have in common.

use super::callback::c_text;
use super::db::{Db, Stmt};
use super::errors::{data_error, programming_error};
use super::statement::Statement;
use libsqlite3_sys as ffi;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::macros_support::{ArgPos, FnSpec, FromArg, parse_args};
use minipy_vm::{
    Args, GilCell, Payload, PyErr, PyResult, PyStr, Ref, StrRef, Traverse, TypeRef, Value, Visitor,
    exceptions, protocol, thread, warnings,
};
use std::cell::Cell;
use std::ffi::{CStr, CString, c_int};
use std::rc::Rc;

/// `PARSE_DECLTYPES`: the declared types of columns say what converts them.
pub const PARSE_DECLTYPES: c_int = 1;
/// `PARSE_COLNAMES`: the names of columns do.
pub const PARSE_COLNAMES: c_int = 2;

/// How transactions begin and end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Autocommit {
    /// By the isolation level: `LEGACY_TRANSACTION_CONTROL`.
    Legacy,
    /// There is always one (PEP 249).
    Disabled,
    /// SQLite's own way.
    Enabled,
}

/// The value of `LEGACY_TRANSACTION_CONTROL`.
pub const LEGACY_TRANSACTION_CONTROL: i64 = -1;

impl Autocommit {
    fn of(value: &Value) -> PyResult<Autocommit> {
        match value.as_bool() {
            Some(true) => Ok(Autocommit::Enabled),
            Some(false) => Ok(Autocommit::Disabled),
            None if value.as_small_int() == Some(LEGACY_TRANSACTION_CONTROL) => Ok(Autocommit::Legacy),
            None => Err(exceptions::value_error(
                "autocommit must be True, False, or sqlite3.LEGACY_TRANSACTION_CONTROL",
            )),
        }
    }

    fn to_value(self) -> Value {
        match self {
            Autocommit::Legacy => LEGACY_TRANSACTION_CONTROL.into(),
            Autocommit::Disabled => Value::FALSE,
            Autocommit::Enabled => Value::TRUE,
        }
    }
}

/// The isolation levels, with the statements that begin their transactions.
const ISOLATION_LEVELS: [(&str, &CStr); 4] = [
    ("", c"BEGIN "),
    ("DEFERRED", c"BEGIN DEFERRED"),
    ("IMMEDIATE", c"BEGIN IMMEDIATE"),
    ("EXCLUSIVE", c"BEGIN EXCLUSIVE"),
];

/// The index of the isolation level that a str names; none for None.
fn isolation_level_of(value: &Value) -> PyResult<Option<usize>> {
    if value.is_none() {
        return Ok(None);
    }
    let Some(text) = value.downcast::<PyStr>() else {
        return Err(exceptions::type_error("isolation_level must be str or None"));
    };
    let name = c_text(text)?;
    let found =
        ISOLATION_LEVELS.iter().position(|(level, _)| level.as_bytes().eq_ignore_ascii_case(name.to_bytes()));
    let message = "isolation_level string must be '', 'DEFERRED', 'IMMEDIATE', or 'EXCLUSIVE'";
    found.map(Some).ok_or_else(|| exceptions::value_error(message))
}

/// SQLite database connection object.
#[pyclass(
    name = "Connection",
    module = "sqlite3",
    gc,
    basetype,
    finalizer,
    plain_new,
    parts(methods, definitions, databases, exceptions, attributes)
)]
pub struct Connection {
    db: GilCell<Option<Rc<Db>>>,
    /// Keeps statements by their SQL: `functools.lru_cache` around the connection itself.
    statements: GilCell<Option<Value>>,
    pub row_factory: GilCell<Option<Value>>,
    pub text_factory: GilCell<Value>,
    pub detect_types: Cell<c_int>,
    pub autocommit: Cell<Autocommit>,
    isolation_level: Cell<Option<usize>>,
    is_initialized: Cell<bool>,
    checks_thread: Cell<bool>,
    /// The thread that opened the connection.
    thread: Cell<u64>,
}

impl Traverse for Connection {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.statements.traverse(visit);
        self.row_factory.traverse(visit);
        self.text_factory.traverse(visit);
        self.db.with(|db| {
            if let Some(db) = db {
                db.hooks.traverse(visit);
            }
        });
    }

    fn clear_refs(&self) {
        self.statements.set(None);
        self.row_factory.set(None);
        self.text_factory.set(Value::NONE);
        if let Some(db) = self.db.get() {
            db.clear_hooks();
        }
    }

    fn needs_finalizer(&self) -> bool {
        self.db.with(|db| db.is_some())
    }
}

static INIT: FnSpec = FnSpec {
    name: "Connection",
    owner: "",
    params: &[
        "database",
        "timeout",
        "detect_types",
        "isolation_level",
        "check_same_thread",
        "factory",
        "cached_statements",
        "uri",
        "autocommit",
    ],
    posonly: 0,
    positional: 8,
    required: 1,
    varargs: false,
    varkw: false,
    skip: 0,
    constructor: true,
};

/// Warns about arguments of `function` that have been given by position.
pub fn warn_of_positional(args: &Args<'_>, function: &str) -> PyResult<()> {
    if !(2..=8).contains(&args.positional().len()) {
        return Ok(());
    }
    let message = format!(
        "Passing more than 1 positional argument to {function}() is deprecated. Parameters 'timeout', 'detect_types', 'isolation_level', 'check_same_thread', 'factory', 'cached_statements' and 'uri' will become keyword-only parameters in Python 3.15."
    );
    warnings::warn(exceptions::deprecation_warning_class(), &message, 1)
}

/// The arguments of a connection.
struct Options<'a> {
    database: &'a Value,
    timeout: f64,
    detect_types: c_int,
    isolation_level: Option<usize>,
    check_same_thread: bool,
    cached_statements: c_int,
    uri: bool,
    autocommit: Autocommit,
}

/// A converted argument, or the default.
fn argument<'a, T: FromArg<'a>>(found: &[Option<&'a Value>], param: usize, default: T) -> PyResult<T> {
    match found[param] {
        Some(value) => T::from_arg(value, ArgPos { spec: &INIT, param }),
        None => Ok(default),
    }
}

impl<'a> Options<'a> {
    fn parse(args: Args<'a>) -> PyResult<Options<'a>> {
        let mut found = [None; 9];
        parse_args(&INIT, args, &mut found)?;
        Ok(Options {
            database: minipy_vm::macros_support::required(found[0], &INIT, 0)?,
            timeout: argument(&found, 1, 5.0)?,
            detect_types: argument(&found, 2, 0)?,
            isolation_level: found[3].map_or(Ok(Some(0)), isolation_level_of)?,
            check_same_thread: argument(&found, 4, true)?,
            cached_statements: argument(&found, 6, 128)?,
            uri: argument(&found, 7, false)?,
            autocommit: found[8].map_or(Ok(Autocommit::Legacy), Autocommit::of)?,
        })
    }
}

impl Connection {
    pub fn check_thread(&self) -> PyResult<()> {
        if self.is_initialized.get() && self.checks_thread.get() {
            let here = thread::current().ident;
            let there = self.thread.get();
            if here != there {
                return Err(programming_error(format!(
                    "SQLite objects created in a thread can only be used in that same thread. The object was created in thread id {there} and this is thread id {here}."
                )));
            }
        }
        Ok(())
    }

    /// The database; ProgrammingError if it is not open.
    pub fn opened(&self) -> PyResult<Rc<Db>> {
        if !self.is_initialized.get() {
            return Err(programming_error("Base Connection.__init__ not called."));
        }
        self.db.get().ok_or_else(|| programming_error("Cannot operate on a closed database."))
    }

    /// As [`Connection::opened`], and the thread must be the right one.
    pub fn checked(&self) -> PyResult<Rc<Db>> {
        self.check_thread()?;
        self.opened()
    }

    fn open(zelf: &Ref<Connection>, options: Options<'_>) -> PyResult<()> {
        crate::sys::audit("sqlite3.connect", std::slice::from_ref(options.database))?;
        let path = crate::path::fs_encode(options.database)?;
        let path = CString::new(path).map_err(|_| exceptions::value_error("embedded null byte"))?;
        if zelf.is_initialized.replace(false) {
            zelf.row_factory.set(None);
            let closed = zelf.shut();
            zelf.statements.set(None);
            closed?;
        }
        let uri = if options.uri { ffi::SQLITE_OPEN_URI } else { 0 };
        let flags = ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE | uri;
        let db = Db::open(&path, flags, options.timeout)?;
        let cache = super::new_statement_cache(zelf.as_value(), options.cached_statements)?;
        zelf.db.set(Some(db.clone()));
        zelf.statements.set(Some(cache));
        zelf.detect_types.set(options.detect_types);
        zelf.isolation_level.set(options.isolation_level);
        zelf.autocommit.set(options.autocommit);
        zelf.checks_thread.set(options.check_same_thread);
        zelf.thread.set(thread::current().ident);
        zelf.row_factory.set(None);
        zelf.text_factory.set(PyStr::class().to_value());
        zelf.is_initialized.set(true);
        crate::sys::audit("sqlite3.connect/handle", &[zelf.to_value()])?;
        if options.autocommit == Autocommit::Disabled { db.execute(c"BEGIN") } else { Ok(()) }
    }

    /// Closes the database, if it is open; rolls back what PEP 249 leaves uncommitted.
    fn shut(&self) -> PyResult<()> {
        let Some(db) = self.db.take() else { return Ok(()) };
        let rolled_back = if self.autocommit.get() == Autocommit::Disabled && !db.is_autocommit() {
            db.execute(c"ROLLBACK")
        } else {
            Ok(())
        };
        db.close_blobs();
        db.clear_hooks();
        self.statements.set(None);
        Db::close(db);
        rolled_back
    }

    /// Begins a transaction where the isolation level wants that and there is none.
    pub fn begin_implicitly(&self, db: &Rc<Db>) -> PyResult<()> {
        match self.isolation_level.get().and_then(|level| ISOLATION_LEVELS.get(level)) {
            Some((_, begin)) if db.is_autocommit() => db.execute(begin),
            _ => Ok(()),
        }
    }

    /// Ends the transaction by `sql`, which is COMMIT or ROLLBACK.
    fn end_transaction(&self, db: &Rc<Db>, sql: &CStr) -> PyResult<()> {
        match self.autocommit.get() {
            Autocommit::Legacy if !db.is_autocommit() => db.execute(sql),
            Autocommit::Legacy | Autocommit::Enabled => Ok(()),
            Autocommit::Disabled => {
                db.execute(sql)?;
                db.execute(c"BEGIN")
            }
        }
    }

    pub fn commit_now(&self) -> PyResult<()> {
        self.end_transaction(&self.checked()?, c"COMMIT")
    }

    pub fn roll_back_now(&self) -> PyResult<()> {
        self.end_transaction(&self.checked()?, c"ROLLBACK")
    }

    /// The statement for `sql`, claimed: the one in the cache unless that is in use.
    pub fn statement(&self, db: &Rc<Db>, sql: &StrRef) -> PyResult<Ref<Statement>> {
        if let Some(cache) = self.statements.get() {
            let cached = protocol::call1(&cache, sql.to_value())?;
            if let Ok(statement) = cached.downcast_into::<Statement>()
                && Rc::ptr_eq(&statement.stmt.db, db)
                && !statement.stmt.is_busy()
                && !statement.stmt.claimed.replace(true)
            {
                return Ok(statement);
            }
        }
        let statement = Statement::new(db, sql)?;
        statement.stmt.claimed.set(true);
        Ok(statement)
    }

    /// Runs all statements of a script. A transaction of the legacy kind is committed first.
    pub fn execute_script(&self, db: &Rc<Db>, script: &CStr) -> PyResult<()> {
        let mut rest = script.to_bytes_with_nul();
        if script.count_bytes() > db.limit(ffi::SQLITE_LIMIT_SQL_LENGTH, -1) as usize {
            return Err(data_error("query string is too large"));
        }
        if self.autocommit.get() == Autocommit::Legacy && !db.is_autocommit() {
            db.execute(c"COMMIT")?;
        }
        while rest.len() > 1 {
            let (stmt, used) = Stmt::prepare(db, rest)?;
            while db.check(|| stmt.step())? == ffi::SQLITE_ROW {}
            rest = rest.get(used..).unwrap_or(&[]);
        }
        Ok(())
    }

    /// A method of a new cursor, called with `args`: how a connection runs statements by itself.
    pub fn through_cursor(zelf: &Ref<Connection>, method: &StrRef, args: &[Value]) -> PyResult<Value> {
        let cursor = protocol::call_method(zelf.as_value(), minipy_vm::name!("cursor"), &[])?;
        protocol::call_method(&cursor, method, args)
    }
}

#[pymethods]
impl Connection {
    #[slot]
    fn new(cls: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        let connection = Connection {
            db: GilCell::new(None),
            statements: GilCell::new(None),
            row_factory: GilCell::new(None),
            text_factory: GilCell::new(Value::NONE),
            detect_types: Cell::new(0),
            autocommit: Cell::new(Autocommit::Legacy),
            isolation_level: Cell::new(None),
            is_initialized: Cell::new(false),
            checks_thread: Cell::new(false),
            thread: Cell::new(0),
        };
        Ok(Ref::new_in(cls, connection).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<Connection>, args: Args<'_>) -> PyResult<()> {
        warn_of_positional(&args, "_sqlite3.Connection")?;
        Connection::open(zelf, Options::parse(args)?)
    }

    #[slot]
    fn call(zelf: &Ref<Connection>, args: Args<'_>) -> PyResult<Ref<Statement>> {
        let db = zelf.opened()?;
        if args.has_keywords() {
            return Err(exceptions::type_error("sqlite3.Connection() takes no keyword arguments"));
        }
        let [sql] = args.args else {
            let given = args.args.len();
            return Err(exceptions::type_error(format!("function takes exactly 1 argument ({given} given)")));
        };
        let Some(text) = sql.downcast::<PyStr>() else {
            let got = sql.type_name_or_none();
            return Err(exceptions::type_error(format!("argument 1 must be str, not {got}")));
        };
        zelf.check_thread()?;
        Statement::new(&db, text)
    }

    #[slot]
    fn del(zelf: &Ref<Connection>) -> PyResult<()> {
        let Some(db) = zelf.db.get() else { return Ok(()) };
        let shown = protocol::repr(zelf.as_value())?;
        let warned = warnings::unclosed(zelf.as_value(), &format!("unclosed database in {shown}"));
        // A thread that is still at work with the database closes it.
        let is_free = db.try_lock().is_some();
        drop(db);
        if is_free {
            zelf.shut()?;
        } else {
            drop(zelf.db.take());
        }
        warned
    }
}

#[pymethods(part = attributes)]
impl Connection {
    #[pygetset]
    fn isolation_level(&self) -> PyResult<Option<&'static str>> {
        self.opened()?;
        Ok(self.isolation_level.get().map(|level| ISOLATION_LEVELS[level].0))
    }

    #[pygetset(setter)]
    fn set_isolation_level(&self, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else { return Err(undeletable("cannot delete attribute")) };
        if value.is_none() {
            self.isolation_level.set(None);
            // Without a level nothing would end the transaction.
            return self.commit_now();
        }
        self.opened()?;
        self.isolation_level.set(isolation_level_of(&value)?);
        Ok(())
    }

    #[pygetset]
    fn total_changes(&self) -> PyResult<i32> {
        let db = self.opened()?;
        let _lock = db.lock();
        // SAFETY: the connection is open.
        Ok(unsafe { ffi::sqlite3_total_changes(db.as_ptr()) })
    }

    #[pygetset]
    fn in_transaction(&self) -> PyResult<bool> {
        Ok(!self.opened()?.is_autocommit())
    }

    #[pygetset]
    fn autocommit(&self) -> PyResult<Value> {
        self.checked()?;
        Ok(self.autocommit.get().to_value())
    }

    #[pygetset(setter)]
    fn set_autocommit(&self, value: Option<Value>) -> PyResult<()> {
        let db = self.checked()?;
        let value = not_deleted(value, "autocommit")?;
        let autocommit = Autocommit::of(&value)?;
        match autocommit {
            Autocommit::Enabled if !db.is_autocommit() => db.execute(c"COMMIT")?,
            Autocommit::Disabled if db.is_autocommit() => db.execute(c"BEGIN")?,
            _ => {}
        }
        self.autocommit.set(autocommit);
        Ok(())
    }

    #[pygetset]
    fn __text_signature__(&self) -> &'static str {
        "(sql, /)"
    }

    #[pygetset]
    fn row_factory(&self) -> Option<Value> {
        self.row_factory.get()
    }

    #[pygetset(setter)]
    fn set_row_factory(&self, value: Option<Value>) -> PyResult<()> {
        let value = not_deleted(value, "row_factory")?;
        self.row_factory.set((!value.is_none()).then_some(value));
        Ok(())
    }

    #[pygetset]
    fn text_factory(&self) -> Value {
        self.text_factory.get()
    }

    #[pygetset(setter)]
    fn set_text_factory(&self, value: Option<Value>) -> PyResult<()> {
        self.text_factory.set(not_deleted(value, "text_factory")?);
        Ok(())
    }
}

#[cold]
fn undeletable(message: &str) -> PyErr {
    exceptions::simple(exceptions::attribute_error_class(), message)
}

/// The new value of an attribute that cannot be deleted.
pub fn not_deleted(value: Option<Value>, attribute: &str) -> PyResult<Value> {
    value.ok_or_else(|| undeletable(&format!("cannot delete {attribute} attribute")))
}

/// Defines the attributes that give the module's exceptions, once `__init__` was called.
macro_rules! exception_attributes {
    ($($name:ident => $class:ident,)*) => {
        #[pymethods(part = exceptions)]
        #[expect(non_snake_case, reason = "the classes' own names")]
        impl Connection {
            $(#[pygetset(member)]
            fn $name(&self) -> Option<Value> {
                self.is_initialized.get().then(|| super::errors::$class().to_value())
            })*
        }
    };
}

exception_attributes! {
    Warning => warning_class,
    Error => error_class,
    InterfaceError => interface_error_class,
    DatabaseError => database_error_class,
    DataError => data_error_class,
    OperationalError => operational_error_class,
    IntegrityError => integrity_error_class,
    InternalError => internal_error_class,
    ProgrammingError => programming_error_class,
    NotSupportedError => not_supported_error_class,
}

impl Connection {
    /// `Connection.close`.
    pub fn close_now(&self) -> PyResult<()> {
        self.check_thread()?;
        if !self.is_initialized.get() {
            return Err(programming_error("Base Connection.__init__ not called."));
        }
        self.shut()
    }
}
