//! `_decimal`: General Decimal Arithmetic. The arithmetic itself is in the crate `decimal`.

mod context;
mod context_operations;
mod convert;
mod current;
mod format;
mod number;
mod number_operations;
mod signal_dict;
mod signals;

use crate::import::import_module;
use context::{DEFAULT_SETTINGS, DEFAULT_TRAPS, PyContext, ROUNDINGS, settings_from};
use minipy_decimal::{Context, MAX_EMAX, MAX_PREC, MIN_EMIN, MIN_ETINY, Rounding, Status};
use minipy_macros::pymodule;
use minipy_vm::types::str::intern;
use minipy_vm::{Args, Payload, PyModule, PyResult, Ref, Value, exceptions, protocol};
use number::{DECIMAL_TUPLE, PyDecimal};

/// The widest IEEE interchange format.
const IEEE_CONTEXT_MAX_BITS: i64 = 512;

/// The class `DecimalTuple`. With the first import of the module it is made, and `Decimal` becomes a `numbers.Number`.
fn decimal_tuple() -> PyResult<Value> {
    if let Some(class) = DECIMAL_TUPLE.get() {
        return Ok(class);
    }
    let number = protocol::getattr_str(&import_module("numbers")?, "Number")?;
    protocol::call_method(&number, minipy_vm::name!("register"), &[PyDecimal::class().to_value()])?;
    let namedtuple = protocol::getattr_str(&import_module("collections")?, "namedtuple")?;
    let args = [Value::from("DecimalTuple"), Value::from("sign digits exponent")];
    let class = protocol::call(&namedtuple, &args)?;
    protocol::setattr(&class, minipy_vm::name!("__module__"), Value::from("decimal"))?;
    DECIMAL_TUPLE.set(Some(class.clone()));
    Ok(class)
}

/// C decimal arithmetic module
#[pymodule(name = "_decimal", classes(PyDecimal, PyContext))]
mod module {
    use super::*;

    /// Get the current default context.
    ///
    ///
    #[pyfunction("()")]
    fn getcontext() -> PyResult<Ref<PyContext>> {
        current::current()
    }

    /// Set a new default context.
    ///
    ///
    #[pyfunction("(context, /)")]
    fn setcontext(context: &Value) -> PyResult<()> {
        match context.downcast::<PyContext>() {
            Some(context) => {
                current::set_current(context);
                Ok(())
            }
            None => Err(exceptions::type_error("argument must be a context")),
        }
    }

    /// Return a context manager that will set the default context to a copy of ctx
    /// on entry to the with-statement and restore the previous default context when
    /// exiting the with-statement. If no context is specified, a copy of the current
    /// default context is used.
    ///
    ///
    #[pyfunction("($module, /, ctx=None, **kwargs)")]
    fn localcontext(args: Args<'_>) -> PyResult<Value> {
        let positional = args.positional();
        let mut context = positional.first();
        if let Some(given) = args.keywords().find(|(name, _)| name.eq_str("ctx")) {
            context = Some(given.1);
        }
        let mut settings = settings_from(args.keywords().filter(|(name, _)| !name.eq_str("ctx")))?;
        for (setting, value) in settings.iter_mut().zip(positional.iter().skip(1)) {
            *setting = Some(value);
        }
        current::PyContextManager::new_value(context, settings)
    }

    /// Return a context object initialized to the proper values for one of the
    /// IEEE interchange formats.  The argument must be a multiple of 32 and less
    /// than IEEE_CONTEXT_MAX_BITS.
    ///
    ///
    #[pyfunction(name = "IEEEContext", sig = "(bits, /)")]
    fn ieee_context(bits: &Value) -> PyResult<Ref<PyContext>> {
        let bits = protocol::index_to_i64(bits)?
            .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C ssize_t"))?;
        if bits <= 0 || bits > IEEE_CONTEXT_MAX_BITS || bits % 32 != 0 {
            return Err(exceptions::value_error(format!(
                "argument must be a multiple of 32, with a maximum of {IEEE_CONTEXT_MAX_BITS}"
            )));
        }
        let emax = 3 * (1 << (bits / 16 + 3));
        let settings = Context {
            prec: 9 * (bits / 32) - 2,
            emax,
            emin: 1 - emax,
            rounding: Rounding::HalfEven,
            clamp: true,
        };
        Ok(Ref::new(PyContext::with(settings, Status::CLEAR)))
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let names = module.namespace();
        names.insert("DecimalTuple", decimal_tuple()?);
        signal_dict::define_class()?;
        signals::add_all(module)?;
        let templates = current::templates(|| {
            let nine = Context { prec: 9, ..DEFAULT_SETTINGS };
            let basic_traps = DEFAULT_TRAPS | Status::UNDERFLOW | Status::CLAMPED;
            [
                Ref::new(PyContext::with(DEFAULT_SETTINGS, DEFAULT_TRAPS)),
                Ref::new(PyContext::with(nine.with_rounding(Rounding::HalfUp), basic_traps)),
                Ref::new(PyContext::with(nine, Status::CLEAR)),
            ]
        });
        for (name, template) in ["DefaultContext", "BasicContext", "ExtendedContext"].iter().zip(templates) {
            names.insert(name, template);
        }
        for (name, _) in ROUNDINGS {
            names.insert(name, intern(name));
        }
        for (name, value) in [
            ("MAX_PREC", MAX_PREC),
            ("MAX_EMAX", MAX_EMAX),
            ("MIN_EMIN", MIN_EMIN),
            ("MIN_ETINY", MIN_ETINY),
            ("IEEE_CONTEXT_MAX_BITS", IEEE_CONTEXT_MAX_BITS),
        ] {
            names.insert(name, value);
        }
        names.insert("HAVE_THREADS", true);
        names.insert("HAVE_CONTEXTVAR", true);
        names.insert("__version__", "1.70");
        names.insert("__libmpdec_version__", "2.5.1");
        Ok(())
    }
}

pub use module::MODULE;
