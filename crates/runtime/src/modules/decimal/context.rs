//! `Context`: settings, flags and traps. Its operations are in `context_operations`.

use super::current::default_template;
use super::signal_dict::{PySignalDict, status_of_mapping};
use super::signals;
use minipy_decimal::{Context, MAX_EMAX, MAX_PREC, MIN_EMIN, Rounding, Status};
use minipy_macros::{pyclass, pymethods};
use minipy_vm::types::int;
use minipy_vm::types::str::intern;
use minipy_vm::{
    Args, PyErr, PyList, PyResult, PyStr, PyTuple, Ref, StrRef, Traverse, TypeRef, Value, Visitor,
    exceptions, protocol,
};
use std::cell::Cell;

/// The names of the rounding modes.
pub const ROUNDINGS: [(&str, Rounding); 8] = [
    ("ROUND_UP", Rounding::Up),
    ("ROUND_DOWN", Rounding::Down),
    ("ROUND_CEILING", Rounding::Ceiling),
    ("ROUND_FLOOR", Rounding::Floor),
    ("ROUND_HALF_UP", Rounding::HalfUp),
    ("ROUND_HALF_DOWN", Rounding::HalfDown),
    ("ROUND_HALF_EVEN", Rounding::HalfEven),
    ("ROUND_05UP", Rounding::Up05),
];

/// The context affects almost all operations and controls rounding,
/// Over/Underflow, raising of exceptions and much more.  A new context
/// can be constructed as follows:
///
///     >>> c = Context(prec=28, Emin=-425000000, Emax=425000000,
///     ...             rounding=ROUND_HALF_EVEN, capitals=1, clamp=1,
///     ...             traps=[InvalidOperation, DivisionByZero, Overflow],
///     ...             flags=[])
///     >>>
///
///
#[pyclass(
    name = "Context",
    module = "decimal",
    sig = "(prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)",
    basetype,
    gc,
    parts(unary, binary, predicates, plain, others)
)]
pub struct PyContext {
    pub settings: Cell<Context>,
    pub capitals: Cell<bool>,
    pub flags: Ref<PySignalDict>,
    pub traps: Ref<PySignalDict>,
}

// SAFETY: used under the GIL only.
unsafe impl Sync for PyContext {}

impl Traverse for PyContext {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.flags.traverse(visit);
        self.traps.traverse(visit);
    }
}

impl Drop for PyContext {
    fn drop(&mut self) {
        self.flags.invalidate();
        self.traps.invalidate();
    }
}

/// InvalidOperation, DivisionByZero and Overflow.
pub const DEFAULT_TRAPS: Status =
    Status(Status::ANY_INVALID.0 | Status::DIVISION_BY_ZERO.0 | Status::OVERFLOW.0);

/// The settings of DefaultContext.
pub const DEFAULT_SETTINGS: Context =
    Context { prec: 28, emax: 999_999, emin: -999_999, rounding: Rounding::HalfEven, clamp: false };

impl PyContext {
    pub fn with(settings: Context, traps: Status) -> PyContext {
        PyContext {
            settings: Cell::new(settings),
            capitals: Cell::new(true),
            flags: PySignalDict::new_ref(Status::CLEAR),
            traps: PySignalDict::new_ref(traps),
        }
    }

    /// A copy, as `copy()` makes it.
    pub fn duplicate(&self) -> Ref<PyContext> {
        let copy = PyContext::with(self.settings.get(), self.traps.status());
        copy.flags.set_status(self.flags.status());
        copy.capitals.set(self.capitals.get());
        Ref::new(copy)
    }

    fn change(&self, f: impl FnOnce(&mut Context)) {
        let mut settings = self.settings.get();
        f(&mut settings);
        self.settings.set(settings);
    }

    fn rounding_name(&self) -> StrRef {
        let rounding = self.settings.get().rounding;
        intern(ROUNDINGS.iter().find(|(_, known)| *known == rounding).map_or("", |(name, _)| name))
    }
}

/// The rounding mode with this name.
pub fn rounding_of(name: &Value) -> PyResult<Rounding> {
    let found =
        name.downcast::<PyStr>().and_then(|name| ROUNDINGS.iter().find(|(known, _)| name.eq_str(known)));
    found.map(|(_, rounding)| *rounding).ok_or_else(|| {
        exceptions::type_error(
            "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   \
             ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]",
        )
    })
}

/// A setting that is an int between two bounds; `message` is the error for others.
fn bounded(value: &Value, low: i64, high: i64, message: &str) -> PyResult<i64> {
    if !protocol::is_int(value) {
        return Err(exceptions::type_error("an integer is required"));
    }
    let Some(number) = int::to_i64(value) else {
        return Err(exceptions::overflow_error("Python int too large to convert to C ssize_t"));
    };
    if (low..=high).contains(&number) { Ok(number) } else { Err(exceptions::value_error(message)) }
}

/// The status that an argument `flags` or `traps` stands for: a list of signals or a mapping.
fn status_argument(value: &Value) -> PyResult<Status> {
    let Some(list) = value.downcast::<PyList>() else { return status_of_mapping(value) };
    let mut status = Status::CLEAR;
    for signal in list.to_vec() {
        status |= signals::status_of(&signal)?;
    }
    Ok(status)
}

/// Applies prec, rounding, Emin, Emax, capitals, clamp, flags and traps, as far as they are given and not None.
pub fn apply_settings(context: &Ref<PyContext>, settings: [Option<&Value>; 8]) -> PyResult<()> {
    let [prec, rounding, emin, emax, capitals, clamp, flags, traps] =
        settings.map(|setting| setting.filter(|setting| !setting.is_none()).cloned());
    if prec.is_some() {
        context.set_prec(prec)?;
    }
    if rounding.is_some() {
        context.set_rounding(rounding)?;
    }
    if emin.is_some() {
        context.set_emin(emin)?;
    }
    if emax.is_some() {
        context.set_emax(emax)?;
    }
    if capitals.is_some() {
        context.set_capitals(capitals)?;
    }
    if clamp.is_some() {
        context.set_clamp(clamp)?;
    }
    if let Some(flags) = flags {
        context.flags.set_status(status_argument(&flags)?);
    }
    if let Some(traps) = traps {
        context.traps.set_status(status_argument(&traps)?);
    }
    Ok(())
}

#[cold]
fn undeletable() -> PyErr {
    exceptions::type_error("context attributes cannot be deleted")
}

fn names_of(status: Status) -> String {
    signals::names_in(status).join(", ")
}

fn classes_of(status: Status) -> Value {
    PyList::from_vec(signals::set_in(status)).into_value()
}

#[pymethods]
impl PyContext {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> PyResult<Value> {
        let context = match default_template() {
            Some(template) => {
                let context = PyContext::with(template.settings.get(), template.traps.status());
                context.capitals.set(template.capitals.get());
                context
            }
            None => PyContext::with(DEFAULT_SETTINGS, DEFAULT_TRAPS),
        };
        Ok(Ref::new_in(class, context).into_value())
    }

    #[slot(
        init,
        nosig,
        sig = "(prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)"
    )]
    fn init(
        zelf: &Ref<PyContext>,
        prec: Option<&Value>,
        rounding: Option<&Value>,
        emin: Option<&Value>,
        emax: Option<&Value>,
        capitals: Option<&Value>,
        clamp: Option<&Value>,
        flags: Option<&Value>,
        traps: Option<&Value>,
    ) -> PyResult<()> {
        apply_settings(zelf, [prec, rounding, emin, emax, capitals, clamp, flags, traps])
    }

    #[slot]
    fn repr(&self) -> String {
        let Context { prec, emin, emax, clamp, .. } = self.settings.get();
        format!(
            "Context(prec={prec}, rounding={}, Emin={emin}, Emax={emax}, capitals={}, clamp={}, flags=[{}], traps=[{}])",
            self.rounding_name(),
            i32::from(self.capitals.get()),
            i32::from(clamp),
            names_of(self.flags.status()),
            names_of(self.traps.status()),
        )
    }

    #[slot]
    fn getattro(zelf: &Value, name: &StrRef) -> PyResult<Option<Value>> {
        if let Some(context) = zelf.downcast::<PyContext>() {
            if name.eq_str("flags") {
                return Ok(Some(context.flags.to_value()));
            }
            if name.eq_str("traps") {
                return Ok(Some(context.traps.to_value()));
            }
        }
        protocol::generic_getattr(zelf, name)
    }

    #[slot]
    fn setattro(zelf: &Value, name: &StrRef, value: Option<Value>) -> PyResult<()> {
        if let Some(context) = zelf.downcast::<PyContext>() {
            let dict = match () {
                () if name.eq_str("flags") => Some(&context.flags),
                () if name.eq_str("traps") => Some(&context.traps),
                () => None,
            };
            if let Some(dict) = dict {
                let Some(value) = value else {
                    return Err(exceptions::attribute_error(
                        "context attributes cannot be deleted",
                        zelf,
                        name,
                    ));
                };
                dict.set_status(status_of_mapping(&value)?);
                return Ok(());
            }
            if value.is_none()
                && ["prec", "rounding", "Emin", "Emax", "capitals", "clamp"].iter().any(|n| name.eq_str(n))
            {
                return Err(exceptions::attribute_error("context attributes cannot be deleted", zelf, name));
            }
        }
        protocol::generic_setattr(zelf, name, value)
    }

    #[pygetset]
    fn prec(&self) -> i64 {
        self.settings.get().prec
    }

    #[pygetset(setter)]
    fn set_prec(&self, value: Option<Value>) -> PyResult<()> {
        let value = value.ok_or_else(undeletable)?;
        let prec = bounded(&value, 1, MAX_PREC, "valid range for prec is [1, MAX_PREC]")?;
        self.change(|settings| settings.prec = prec);
        Ok(())
    }

    #[pygetset(name = "Emax")]
    fn emax(&self) -> i64 {
        self.settings.get().emax
    }

    #[pygetset(setter, name = "Emax")]
    fn set_emax(&self, value: Option<Value>) -> PyResult<()> {
        let value = value.ok_or_else(undeletable)?;
        let emax = bounded(&value, 0, MAX_EMAX, "valid range for Emax is [0, MAX_EMAX]")?;
        self.change(|settings| settings.emax = emax);
        Ok(())
    }

    #[pygetset(name = "Emin")]
    fn emin(&self) -> i64 {
        self.settings.get().emin
    }

    #[pygetset(setter, name = "Emin")]
    fn set_emin(&self, value: Option<Value>) -> PyResult<()> {
        let value = value.ok_or_else(undeletable)?;
        let emin = bounded(&value, MIN_EMIN, 0, "valid range for Emin is [MIN_EMIN, 0]")?;
        self.change(|settings| settings.emin = emin);
        Ok(())
    }

    #[pygetset]
    fn rounding(&self) -> StrRef {
        self.rounding_name()
    }

    #[pygetset(setter)]
    fn set_rounding(&self, value: Option<Value>) -> PyResult<()> {
        let rounding = rounding_of(&value.ok_or_else(undeletable)?)?;
        self.change(|settings| settings.rounding = rounding);
        Ok(())
    }

    #[pygetset]
    fn capitals(&self) -> i32 {
        i32::from(self.capitals.get())
    }

    #[pygetset(setter)]
    fn set_capitals(&self, value: Option<Value>) -> PyResult<()> {
        let value = value.ok_or_else(undeletable)?;
        self.capitals.set(bounded(&value, 0, 1, "valid values for capitals are 0 or 1")? != 0);
        Ok(())
    }

    #[pygetset]
    fn clamp(&self) -> i32 {
        i32::from(self.settings.get().clamp)
    }

    #[pygetset(setter)]
    fn set_clamp(&self, value: Option<Value>) -> PyResult<()> {
        let value = value.ok_or_else(undeletable)?;
        let clamp = bounded(&value, 0, 1, "valid values for clamp are 0 or 1")? != 0;
        self.change(|settings| settings.clamp = clamp);
        Ok(())
    }

    /// Reset all flags to False.
    ///
    ///
    #[pymethod("()")]
    fn clear_flags(&self) {
        self.flags.set_status(Status::CLEAR);
    }

    /// Set all traps to False.
    ///
    ///
    #[pymethod("()")]
    fn clear_traps(&self) {
        self.traps.set_status(Status::CLEAR);
    }

    #[pymethod("()")]
    fn __copy__(&self) -> Ref<PyContext> {
        self.duplicate()
    }

    /// Return a duplicate of the context.
    ///
    ///
    #[pymethod("()")]
    fn copy(&self) -> Ref<PyContext> {
        self.duplicate()
    }

    #[pymethod("()")]
    fn __reduce__(zelf: &Ref<PyContext>) -> Value {
        let Context { prec, emin, emax, clamp, .. } = zelf.settings.get();
        let args = PyTuple::from_array([
            Value::from(prec),
            zelf.rounding_name().into_value(),
            Value::from(emin),
            Value::from(emax),
            Value::from(i32::from(zelf.capitals.get())),
            Value::from(i32::from(clamp)),
            classes_of(zelf.flags.status()),
            classes_of(zelf.traps.status()),
        ]);
        PyTuple::from_array([zelf.class().to_value(), args.into_value()]).into_value()
    }

    /// Return a value equal to Emin - prec + 1, which is the minimum exponent value
    /// for subnormal results.  When underflow occurs, the exponent is set to Etiny.
    ///
    ///
    #[pymethod(name = "Etiny", sig = "()")]
    fn etiny(&self) -> i64 {
        self.settings.get().etiny()
    }

    /// Return a value equal to Emax - prec + 1.  This is the maximum exponent
    /// if the _clamp field of the context is set to 1 (IEEE clamp mode).  Etop()
    /// must not be negative.
    ///
    ///
    #[pymethod(name = "Etop", sig = "()")]
    fn etop(&self) -> i64 {
        self.settings.get().etop()
    }
}

/// The keywords of `localcontext` and the parameters of `Context`, in order.
pub const SETTINGS: [&str; 8] = ["prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];

/// The settings among keyword arguments.
pub fn settings_from<'a>(
    kwargs: impl Iterator<Item = (&'a StrRef, &'a Value)>,
) -> PyResult<[Option<&'a Value>; 8]> {
    let mut settings = [None; 8];
    for (name, value) in kwargs {
        match SETTINGS.iter().position(|known| name.eq_str(known)) {
            Some(index) => settings[index] = Some(value),
            None => {
                return Err(exceptions::type_error(format!(
                    "this function got an unexpected keyword argument '{name}'"
                )));
            }
        }
    }
    Ok(settings)
}
