//! The methods of `Connection` for statements, transactions and definitions.

use super::connection::Connection;
use super::cursor::Cursor;
use super::functions::Kind;
use super::hooks::optional;
use minipy_macros::pymethods;
use minipy_vm::macros_support::{ArgPos, FnSpec, FromArg, parse_args, required};
use minipy_vm::{Args, Payload, PyResult, PyStr, Ref, Value, exceptions, name, protocol, warnings};
use std::ffi::c_int;

#[pymethods(part = methods)]
impl Connection {
    /// Close the database connection.
    ///
    /// Any pending transaction is not committed implicitly.
    #[pymethod("($self, /)")]
    fn close(&self) -> PyResult<()> {
        self.close_now()
    }

    /// Commit any pending transaction to the database.
    ///
    /// If there is no open transaction, this method is a no-op.
    #[pymethod("($self, /)")]
    fn commit(&self) -> PyResult<()> {
        self.commit_now()
    }

    /// Roll back to the start of any pending transaction.
    ///
    /// If there is no open transaction, this method is a no-op.
    #[pymethod("($self, /)")]
    fn rollback(&self) -> PyResult<()> {
        self.roll_back_now()
    }

    /// Return a cursor for the connection.
    #[pymethod("($self, /, factory=<unrepresentable>)")]
    fn cursor(zelf: &Ref<Connection>, factory: Option<&Value>) -> PyResult<Value> {
        zelf.checked()?;
        let factory = factory.unwrap_or_else(|| Cursor::class().as_value());
        let cursor = protocol::call1(factory, zelf.to_value())?;
        let Some(typed) = cursor.downcast::<Cursor>() else {
            let got = cursor.type_name();
            return Err(exceptions::type_error(format!("factory must return a cursor, not {got}")));
        };
        if let Some(factory) = zelf.row_factory.get() {
            typed.row_factory.set(Some(factory));
        }
        Ok(cursor)
    }

    /// Executes an SQL statement.
    #[pymethod("($self, sql, parameters=(), /)")]
    fn execute(zelf: &Ref<Connection>, sql: &Ref<PyStr>, parameters: Option<&Value>) -> PyResult<Value> {
        let sql = sql.to_value();
        match parameters {
            Some(parameters) => {
                Connection::through_cursor(zelf, name!("execute"), &[sql, parameters.clone()])
            }
            None => Connection::through_cursor(zelf, name!("execute"), &[sql]),
        }
    }

    /// Repeatedly executes an SQL statement.
    #[pymethod("($self, sql, parameters, /)")]
    fn executemany(zelf: &Ref<Connection>, sql: &Ref<PyStr>, parameters: &Value) -> PyResult<Value> {
        Connection::through_cursor(zelf, name!("executemany"), &[sql.to_value(), parameters.clone()])
    }

    /// Executes multiple SQL statements at once.
    #[pymethod("($self, sql_script, /)")]
    fn executescript(zelf: &Ref<Connection>, sql_script: &Value) -> PyResult<Value> {
        Connection::through_cursor(zelf, name!("executescript"), std::slice::from_ref(sql_script))
    }

    /// Abort any pending database operation.
    #[pymethod("($self, /)")]
    fn interrupt(&self) -> PyResult<()> {
        self.opened()?.interrupt();
        Ok(())
    }

    /// Called when the connection is used as a context manager.
    ///
    /// Returns itself as a convenience to the caller.
    #[pymethod("($self, /)")]
    fn __enter__(zelf: &Ref<Connection>) -> PyResult<Value> {
        zelf.opened()?;
        Ok(zelf.to_value())
    }

    /// Called when the connection is used as a context manager.
    ///
    /// If there was any exception, a rollback takes place; otherwise we
    /// commit.
    #[pymethod("($self, type, value, traceback, /)")]
    fn __exit__(&self, r#type: &Value, value: &Value, traceback: &Value) -> PyResult<bool> {
        let succeeded = r#type.is_none() && value.is_none() && traceback.is_none();
        if !succeeded {
            self.roll_back_now()?;
        } else if let Err(error) = self.commit_now() {
            // What could not be committed is rolled back, so that no lock remains.
            return Err(match self.roll_back_now() {
                Ok(()) => error,
                Err(second) => {
                    second.exception().context.set(Some(error.into_value()));
                    second
                }
            });
        }
        Ok(false)
    }

    /// Returns iterator to the dump of the database in an SQL text format.
    ///
    ///   filter
    ///     An optional LIKE pattern for database objects to dump
    #[pymethod("($self, /, *, filter=None)")]
    fn iterdump(zelf: &Ref<Connection>, filter: Option<&Value>) -> PyResult<Value> {
        zelf.opened()?;
        let dump = crate::import::import_module("sqlite3.dump")?;
        let Some(iterdump) = protocol::lookup_attr(&dump, name!("_iterdump"))? else {
            return Err(super::errors::operational_error("Failed to obtain _iterdump() reference"));
        };
        let keywords = minipy_vm::PyDict::new_ref();
        keywords.insert("filter", filter.cloned().unwrap_or(Value::NONE));
        protocol::call_kwargs(&iterdump, &[zelf.to_value()], Some(&keywords))
    }
}

/// The signature of a method whose first `names` are deprecated as keywords.
const fn deprecating(name: &'static str, params: &'static [&'static str], positional: u8) -> FnSpec {
    FnSpec {
        name,
        owner: "",
        params,
        posonly: 0,
        positional,
        required: (1 << positional) - 1,
        varargs: false,
        varkw: false,
        skip: 1,
        constructor: false,
    }
}

/// The arguments by such a signature, with a warning if one of the first `count` was given as a keyword.
fn bind<'a, const N: usize>(spec: &FnSpec, args: Args<'a>, count: usize) -> PyResult<[Option<&'a Value>; N]> {
    let mut found = [None; N];
    parse_args(spec, args, &mut found)?;
    if args.positional().len() <= count {
        let quoted: Vec<String> = spec.params[..count].iter().map(|name| format!("'{name}'")).collect();
        let (s, list) = match quoted.as_slice() {
            [] => return Ok(found),
            [one] => ("", one.clone()),
            [rest @ .., last] => ("s", format!("{} and {last}", rest.join(", "))),
        };
        let name = spec.name;
        let message = format!(
            "Passing keyword argument{s} {list} to _sqlite3.Connection.{name}() is deprecated. Parameter{s} {list} will become positional-only in Python 3.15."
        );
        warnings::warn(exceptions::deprecation_warning_class(), &message, 1)?;
    }
    Ok(found)
}

/// The arguments by the signature of a method that takes all of them by position. CPython counts them as it does where there
/// are keywords.
fn by_position<'a, const N: usize>(spec: &FnSpec, args: Args<'a>) -> PyResult<[Option<&'a Value>; N]> {
    let given = args.without_receiver();
    let count = given.positional().len();
    if given.has_keywords() || count != N {
        return Err(exceptions::type_error(format!(
            "{}() takes exactly {N} positional arguments ({count} given)",
            spec.name
        )));
    }
    Ok(std::array::from_fn(|index| given.args.get(index)))
}

/// A required argument, converted.
fn converted<'a, T: FromArg<'a>>(spec: &FnSpec, found: &[Option<&'a Value>], param: usize) -> PyResult<T> {
    T::from_arg(required(found[param], spec, param)?, ArgPos { spec, param })
}

static CREATE_FUNCTION: FnSpec =
    deprecating("create_function", &["name", "narg", "func", "deterministic"], 3);
static CREATE_AGGREGATE: FnSpec = deprecating("create_aggregate", &["name", "n_arg", "aggregate_class"], 3);
static CREATE_WINDOW_FUNCTION: FnSpec = FnSpec {
    posonly: 3,
    ..deprecating("create_window_function", &["name", "num_params", "aggregate_class"], 3)
};
static CREATE_COLLATION: FnSpec =
    FnSpec { posonly: 2, ..deprecating("create_collation", &["name", "callback"], 2) };
static SET_AUTHORIZER: FnSpec = deprecating("set_authorizer", &["authorizer_callback"], 1);
static SET_PROGRESS_HANDLER: FnSpec = deprecating("set_progress_handler", &["progress_handler", "n"], 2);
static SET_TRACE_CALLBACK: FnSpec = deprecating("set_trace_callback", &["trace_callback"], 1);

#[pymethods(part = definitions)]
impl Connection {
    /// Creates a new function.
    ///
    /// Note: Passing keyword arguments 'name', 'narg' and 'func' to
    /// _sqlite3.Connection.create_function() is deprecated. Parameters
    /// 'name', 'narg' and 'func' will become positional-only in Python 3.15.
    ///
    #[pymethod("($self, /, name, narg, func, *, deterministic=False)")]
    fn create_function(zelf: &Ref<Connection>, args: Args<'_>) -> PyResult<()> {
        let found: [_; 4] = bind(&CREATE_FUNCTION, args, 3)?;
        let name: &Ref<PyStr> = converted(&CREATE_FUNCTION, &found, 0)?;
        let count: c_int = converted(&CREATE_FUNCTION, &found, 1)?;
        let function: &Value = converted(&CREATE_FUNCTION, &found, 2)?;
        let deterministic = found[3].map_or(Ok(false), protocol::truth)?;
        zelf.define(name, count, "narg", Kind::Scalar { deterministic, function })
    }

    /// Creates a new aggregate.
    ///
    /// Note: Passing keyword arguments 'name', 'n_arg' and 'aggregate_class'
    /// to _sqlite3.Connection.create_aggregate() is deprecated. Parameters
    /// 'name', 'n_arg' and 'aggregate_class' will become positional-only in
    /// Python 3.15.
    ///
    #[pymethod("($self, /, name, n_arg, aggregate_class)")]
    fn create_aggregate(zelf: &Ref<Connection>, args: Args<'_>) -> PyResult<()> {
        let found: [_; 3] = bind(&CREATE_AGGREGATE, args, 3)?;
        let name: &Ref<PyStr> = converted(&CREATE_AGGREGATE, &found, 0)?;
        let count: c_int = converted(&CREATE_AGGREGATE, &found, 1)?;
        zelf.define(name, count, "n_arg", Kind::Aggregate(converted(&CREATE_AGGREGATE, &found, 2)?))
    }

    /// Creates or redefines an aggregate window function. Non-standard.
    ///
    ///   name
    ///     The name of the SQL aggregate window function to be created or
    ///     redefined.
    ///   num_params
    ///     The number of arguments the step and inverse methods takes.
    ///   aggregate_class
    ///     A class with step(), finalize(), value(), and inverse() methods.
    ///     Set to None to clear the window function.
    #[pymethod("($self, name, num_params, aggregate_class, /)")]
    fn create_window_function(zelf: &Ref<Connection>, args: Args<'_>) -> PyResult<()> {
        let found: [_; 3] = by_position(&CREATE_WINDOW_FUNCTION, args)?;
        let name: &Ref<PyStr> = converted(&CREATE_WINDOW_FUNCTION, &found, 0)?;
        let count: c_int = converted(&CREATE_WINDOW_FUNCTION, &found, 1)?;
        let class: &Value = converted(&CREATE_WINDOW_FUNCTION, &found, 2)?;
        zelf.define(name, count, "num_params", Kind::Window((!class.is_none()).then_some(class)))
    }

    /// Creates a collation function.
    #[pymethod("($self, name, callback, /)")]
    fn create_collation(zelf: &Ref<Connection>, args: Args<'_>) -> PyResult<()> {
        let found: [_; 2] = by_position(&CREATE_COLLATION, args)?;
        let name: &Ref<PyStr> = converted(&CREATE_COLLATION, &found, 0)?;
        let callable: &Value = converted(&CREATE_COLLATION, &found, 1)?;
        zelf.define_collation(name, (!callable.is_none()).then_some(callable))
    }

    /// Set authorizer callback.
    ///
    /// Note: Passing keyword argument 'authorizer_callback' to
    /// _sqlite3.Connection.set_authorizer() is deprecated. Parameter
    /// 'authorizer_callback' will become positional-only in Python 3.15.
    ///
    #[pymethod("($self, /, authorizer_callback)")]
    fn set_authorizer(zelf: &Ref<Connection>, args: Args<'_>) -> PyResult<()> {
        let found: [_; 1] = bind(&SET_AUTHORIZER, args, 1)?;
        let callable: &Value = converted(&SET_AUTHORIZER, &found, 0)?;
        zelf.checked()?.set_authorizer(optional(callable))
    }

    /// Set progress handler callback.
    ///
    ///   progress_handler
    ///     A callable that takes no arguments.
    ///     If the callable returns non-zero, the current query is
    ///     terminated, and an exception is raised.
    ///   n
    ///     The number of SQLite virtual machine instructions that are
    ///     executed between invocations of 'progress_handler'.
    ///
    /// If 'progress_handler' is None or 'n' is 0, the progress handler is
    /// disabled.
    ///
    /// Note: Passing keyword argument 'progress_handler' to
    /// _sqlite3.Connection.set_progress_handler() is deprecated. Parameter
    /// 'progress_handler' will become positional-only in Python 3.15.
    ///
    #[pymethod("($self, /, progress_handler, n)")]
    fn set_progress_handler(zelf: &Ref<Connection>, args: Args<'_>) -> PyResult<()> {
        let found: [_; 2] = bind(&SET_PROGRESS_HANDLER, args, 1)?;
        let callable: &Value = converted(&SET_PROGRESS_HANDLER, &found, 0)?;
        let instructions: c_int = converted(&SET_PROGRESS_HANDLER, &found, 1)?;
        zelf.checked()?.set_progress_handler(optional(callable), instructions);
        Ok(())
    }

    /// Set a trace callback called for each SQL statement (passed as unicode).
    ///
    /// Note: Passing keyword argument 'trace_callback' to
    /// _sqlite3.Connection.set_trace_callback() is deprecated. Parameter
    /// 'trace_callback' will become positional-only in Python 3.15.
    ///
    #[pymethod("($self, /, trace_callback)")]
    fn set_trace_callback(zelf: &Ref<Connection>, args: Args<'_>) -> PyResult<()> {
        let found: [_; 1] = bind(&SET_TRACE_CALLBACK, args, 1)?;
        let callable: &Value = converted(&SET_TRACE_CALLBACK, &found, 0)?;
        zelf.checked()?.set_trace_callback(optional(callable));
        Ok(())
    }
}
