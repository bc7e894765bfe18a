//! `_csv`.

mod dialect;
mod reader;
mod writer;

use minipy_vm::{Args, GilCell, PyDict, PyErr, PyResult, Value, exceptions, module_exception};
use std::sync::atomic::{AtomicI64, Ordering};

pub use module::MODULE;

module_exception! {
    /// `csv.Error`.
    error_class = "_csv", "Error": exceptions::exception_class, None
}

#[cold]
fn error(message: impl AsRef<str>) -> PyErr {
    exceptions::simple(error_class(), message.as_ref())
}

/// The registered dialects by name.
static DIALECTS: GilCell<Option<minipy_vm::DictRef>> = GilCell::new(None);

fn dialects() -> minipy_vm::DictRef {
    DIALECTS.with(|dialects| dialects.get_or_insert_with(PyDict::new_ref).clone())
}

/// The longest field a reader accepts.
static FIELD_LIMIT: AtomicI64 = AtomicI64::new(128 * 1024);

fn field_limit() -> i64 {
    FIELD_LIMIT.load(Ordering::Relaxed)
}

fn get_dialect(name: &Value) -> PyResult<Value> {
    dialects().get(name)?.ok_or_else(|| error("unknown dialect"))
}

/// The first argument of `function`, and the dialect that the others describe.
fn with_dialect<'a>(
    args: &Args<'a>,
    function: &str,
) -> PyResult<(&'a Value, minipy_vm::Ref<dialect::Dialect>)> {
    let given = args.check_count(function, 1, 2)?;
    Ok((&given[0], dialect::make(&args.without_receiver())?))
}

/// CSV parsing and writing.
///
#[minipy_macros::pymodule(name = "_csv", classes(Dialect))]
mod module {
    use super::dialect::{self, Dialect, Quoting};
    use super::reader::Reader;
    use super::writer::Writer;
    use minipy_vm::{
        Args, ListRef, Payload, PyList, PyModule, PyResult, PyStr, Ref, Value, exceptions, protocol,
    };
    use std::sync::atomic::Ordering;

    #[pyattr]
    const QUOTE_MINIMAL: i32 = Quoting::Minimal as i32;
    #[pyattr]
    const QUOTE_ALL: i32 = Quoting::All as i32;
    #[pyattr]
    const QUOTE_NONNUMERIC: i32 = Quoting::NonNumeric as i32;
    #[pyattr]
    const QUOTE_NONE: i32 = Quoting::None as i32;
    #[pyattr]
    const QUOTE_STRINGS: i32 = Quoting::Strings as i32;
    #[pyattr]
    const QUOTE_NOTNULL: i32 = Quoting::NotNull as i32;

    /// Sets an upper limit on parsed fields.
    ///
    /// Returns old limit. If limit is not given, no new limit is set and
    /// the old limit is returned
    #[pyfunction("($module, /, new_limit=<unrepresentable>)")]
    fn field_size_limit(new_limit: Option<&Value>) -> PyResult<i64> {
        let old = super::field_limit();
        if let Some(limit) = new_limit {
            if limit.downcast_exact::<minipy_vm::types::int::PyInt>().is_none() && !limit.is_small_int() {
                return Err(exceptions::type_error("limit must be an integer"));
            }
            let limit = crate::modules::ssize(limit)?;
            super::FIELD_LIMIT.store(limit as i64, Ordering::Relaxed);
        }
        Ok(old)
    }

    /// Return the dialect instance associated with name.
    #[pyfunction("($module, /, name)")]
    fn get_dialect(name: &Value) -> PyResult<Value> {
        super::get_dialect(name)
    }

    /// Return a list of all known dialect names.
    #[pyfunction("($module, /)")]
    fn list_dialects() -> ListRef {
        PyList::from_vec(super::dialects().keys())
    }

    /// Return a reader object that will process lines from the given iterable.
    ///
    /// The "iterable" argument can be any object that returns a line
    /// of input for each iteration, such as a file object or a list.  The
    /// optional "dialect" argument defines a CSV dialect.  The function
    /// also accepts optional keyword arguments which override settings
    /// provided by the dialect.
    ///
    /// The returned object is an iterator.  Each iteration returns a row
    /// of the CSV file (which can span multiple input lines).
    ///
    #[pyfunction("($module, iterable, /, dialect='excel', **fmtparams)")]
    fn reader(args: Args<'_>) -> PyResult<Value> {
        let given = args.check_count("reader", 1, 2)?;
        let lines = protocol::iter(&given[0])?;
        let (_, dialect) = super::with_dialect(&args, "reader")?;
        Ok(Reader::over(lines, dialect))
    }

    /// Create a mapping from a string name to a CVS dialect.
    ///
    /// The optional "dialect" argument specifies the base dialect instance
    /// or the name of the registered dialect.  The function also accepts
    /// optional keyword arguments which override settings provided by the
    /// dialect.
    ///
    #[pyfunction("($module, name, /, dialect='excel', **fmtparams)")]
    fn register_dialect(args: Args<'_>) -> PyResult<()> {
        let name = &args.check_count("register_dialect", 1, 2)?[0];
        if name.downcast::<PyStr>().is_none() {
            return Err(exceptions::type_error("dialect name must be a string"));
        }
        let dialect = dialect::make(&args.without_receiver())?;
        super::dialects().set(name.clone(), dialect.into_value())
    }

    /// Delete the name/dialect mapping associated with a string name.
    #[pyfunction("($module, /, name)")]
    fn unregister_dialect(name: &Value) -> PyResult<()> {
        match super::dialects().remove(name)? {
            Some(_) => Ok(()),
            None => Err(super::error("unknown dialect")),
        }
    }

    /// Return a writer object that will write user data on the given file object.
    ///
    /// The "fileobj" argument can be any object that supports the file API.
    /// The optional "dialect" argument defines a CSV dialect.  The function
    /// also accepts optional keyword arguments which override settings
    /// provided by the dialect.
    ///
    #[pyfunction("($module, fileobj, /, dialect='excel', **fmtparams)")]
    fn writer(args: Args<'_>) -> PyResult<Value> {
        let (file, dialect) = super::with_dialect(&args, "writer")?;
        Writer::to(file, dialect)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        namespace.insert("Error", super::error_class());
        namespace.insert("Reader", Reader::class().to_value());
        namespace.insert("Writer", Writer::class().to_value());
        namespace.insert("_dialects", super::dialects().into_value());
        Ok(())
    }
}
