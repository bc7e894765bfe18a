//! `_sqlite3`: databases of SQLite's, with the interface of PEP 249.

mod adapt;
mod blob;
mod callback;
mod connection;
mod constants;
mod cursor;
mod databases;
mod db;
mod errors;
mod fetch;
mod functions;
mod hooks;
mod methods;
mod row;
mod statement;

use minipy_vm::{GilCell, PyResult, Value, exceptions, protocol};

pub use module::MODULE;

/// `functools.lru_cache` as it was when the module was imported.
static LRU_CACHE: GilCell<Option<Value>> = GilCell::new(None);

/// A cache of a connection's statements by their SQL, of limited size.
fn new_statement_cache(connection: &Value, size: i32) -> PyResult<Value> {
    let Some(lru_cache) = LRU_CACHE.get() else {
        return Err(exceptions::runtime_error("_sqlite3 is not initialized"));
    };
    let decorate = protocol::call1(&lru_cache, i64::from(size).into())?;
    protocol::call1(&decorate, connection.clone())
}

#[minipy_macros::pymodule(name = "_sqlite3", classes(Blob, Connection, Cursor, PrepareProtocol, Row))]
mod module {
    use super::adapt::{self, PrepareProtocol};
    use super::blob::Blob;
    use super::callback;
    use super::connection::{self, Connection, LEGACY_TRANSACTION_CONTROL};
    use super::constants::{OTHERS, RESULT_CODES};
    use super::cursor::Cursor;
    use super::errors;
    use super::row::Row;
    use crate::import::import_module;
    use crate::modules::constants;
    use libsqlite3_sys as ffi;
    use minipy_vm::{Args, Payload, PyModule, PyResult, PyStr, Ref, Value, name, protocol};
    use std::ffi::{CStr, c_int};

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let lru_cache = protocol::getattr(&import_module("functools")?, name!("lru_cache"))?;
        super::LRU_CACHE.set(Some(lru_cache));
        import_module("collections.abc")?;
        let namespace = module.namespace();
        for (name, class) in errors::classes() {
            namespace.insert(name, class.to_value());
        }
        constants::add(module, RESULT_CODES);
        namespace.insert("PARSE_DECLTYPES", i64::from(connection::PARSE_DECLTYPES));
        namespace.insert("PARSE_COLNAMES", i64::from(connection::PARSE_COLNAMES));
        constants::add(module, OTHERS);
        // SAFETY: constant strings that end with NUL.
        let version = unsafe { CStr::from_ptr(ffi::sqlite3_libversion()) };
        namespace.insert("sqlite_version", &*version.to_string_lossy());
        namespace.insert("LEGACY_TRANSACTION_CONTROL", LEGACY_TRANSACTION_CONTROL);
        // Threads may share the module, connections and cursors: the library is built that way.
        namespace.insert("threadsafety", 3i64);
        namespace.insert("adapters", adapt::adapters());
        namespace.insert("converters", adapt::converters());
        Ok(())
    }

    /// Adapt given object to given protocol.
    #[pyfunction("($module, obj, proto=PrepareProtocolType, alt=<unrepresentable>, /)")]
    fn adapt(obj: &Value, proto: Option<&Value>, alt: Option<&Value>) -> PyResult<Value> {
        let proto = proto.unwrap_or_else(|| PrepareProtocol::class().as_value());
        super::adapt::adapt(obj, proto, alt)
    }

    /// Checks if a string contains a complete SQL statement.
    #[pyfunction("($module, /, statement)")]
    fn complete_statement(statement: &Ref<PyStr>) -> PyResult<bool> {
        let statement = callback::c_text(statement)?;
        // SAFETY: the text ends with NUL.
        Ok(unsafe { ffi::sqlite3_complete(statement.as_ptr()) } != 0)
    }

    /// Open a connection to the SQLite database file 'database'.
    ///
    /// You can use ":memory:" to open a database connection to a database that
    /// resides in RAM instead of on disk.
    ///
    /// Note: Passing more than 1 positional argument to _sqlite3.connect() is
    /// deprecated. Parameters 'timeout', 'detect_types', 'isolation_level',
    /// 'check_same_thread', 'factory', 'cached_statements' and 'uri' will
    /// become keyword-only parameters in Python 3.15.
    ///
    #[pyfunction(
        sig = "($module, /, database, timeout=5.0, detect_types=0,\n        isolation_level='', check_same_thread=True,\n        factory=ConnectionType, cached_statements=128, uri=False, *,\n        autocommit=sqlite3.LEGACY_TRANSACTION_CONTROL)"
    )]
    fn connect(args: Args<'_>) -> PyResult<Value> {
        const FACTORY: usize = 5;
        connection::warn_of_positional(&args, "sqlite3.connect")?;
        let by_name = || args.keywords().find(|(name, _)| name.eq_str("factory")).map(|(_, value)| value);
        let factory = args.positional().get(FACTORY).or_else(by_name);
        protocol::call_args(factory.unwrap_or_else(|| Connection::class().as_value()), args)
    }

    /// Enable or disable callback functions throwing errors to stderr.
    #[pyfunction("($module, enable, /)")]
    fn enable_callback_tracebacks(enable: c_int) {
        callback::enable_tracebacks(enable != 0);
    }

    /// Register a function to adapt Python objects to SQLite values.
    #[pyfunction("($module, type, adapter, /)")]
    fn register_adapter(r#type: &Value, adapter: &Value) -> PyResult<()> {
        adapt::register(r#type, adapter)
    }

    /// Register a function to convert SQLite values to Python objects.
    #[pyfunction("($module, typename, converter, /)")]
    fn register_converter(typename: &Ref<PyStr>, converter: &Value) -> PyResult<()> {
        adapt::register_converter(typename.as_value(), converter)
    }
}
