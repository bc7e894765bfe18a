//! Signals and conditions as exceptions, and what happens when an operation reports some.

use super::context::PyContext;
use minipy_decimal::Status;
use minipy_vm::{
    GilCell, Payload, PyDict, PyErr, PyList, PyModule, PyResult, PyTuple, PyType, Ref, TypeRef, Value,
    exceptions, protocol,
};

/// A signal or condition: its exception class and the status bits it stands for.
struct Signal {
    name: &'static str,
    status: Status,
    class: GilCell<Option<TypeRef>>,
}

impl Signal {
    const fn new(name: &'static str, status: Status) -> Signal {
        Signal { name, status, class: GilCell::new(None) }
    }
}

/// The signals, in the order in which they are looked at.
static SIGNALS: [Signal; 9] = [
    Signal::new("InvalidOperation", Status::ANY_INVALID),
    Signal::new("FloatOperation", Status::FLOAT_OPERATION),
    Signal::new("DivisionByZero", Status::DIVISION_BY_ZERO),
    Signal::new("Overflow", Status::OVERFLOW),
    Signal::new("Underflow", Status::UNDERFLOW),
    Signal::new("Subnormal", Status::SUBNORMAL),
    Signal::new("Inexact", Status::INEXACT),
    Signal::new("Rounded", Status::ROUNDED),
    Signal::new("Clamped", Status::CLAMPED),
];

/// The conditions that signal InvalidOperation.
static CONDITIONS: [Signal; 4] = [
    Signal::new("ConversionSyntax", Status::CONVERSION_SYNTAX),
    Signal::new("DivisionImpossible", Status::DIVISION_IMPOSSIBLE),
    Signal::new("DivisionUndefined", Status::DIVISION_UNDEFINED),
    Signal::new("InvalidContext", Status::INVALID_CONTEXT),
];

fn class_of(signal: &Signal) -> Value {
    signal.class.get().map_or(Value::NONE, Ref::into_value)
}

/// Makes an exception class.
fn define(name: &str, bases: &[&TypeRef]) -> PyResult<TypeRef> {
    let namespace = PyDict::new_ref();
    namespace.insert("__module__", "decimal");
    let bases = PyTuple::from_vec(bases.iter().map(|base| base.to_value()).collect());
    let args = [Value::from(name), bases.into_value(), namespace.into_value()];
    let class = protocol::call(PyType::class().as_value(), &args)?;
    class.downcast_into::<PyType>().map_err(|_| exceptions::system_error("type() gave no class"))
}

/// `DecimalException`.
static ROOT: GilCell<Option<TypeRef>> = GilCell::new(None);

/// Adds the exception classes to the module. They are made when the module is first imported.
pub fn add_all(module: &Ref<PyModule>) -> PyResult<()> {
    if ROOT.with(|root| root.is_none()) {
        define_all()?;
    }
    let names = module.namespace();
    names.insert("DecimalException", ROOT.get().map_or(Value::NONE, Ref::into_value));
    for signal in SIGNALS.iter().chain(&CONDITIONS) {
        names.insert(signal.name, class_of(signal));
    }
    Ok(())
}

fn define_all() -> PyResult<()> {
    let root = define("DecimalException", &[exceptions::arithmetic_error_class()])?;
    ROOT.set(Some(root.clone()));
    let zero_division = exceptions::zero_division_error_class();
    let mut made: Vec<(&str, TypeRef)> = Vec::new();
    // Overflow and Underflow are made of others.
    for index in [0, 1, 2, 8, 7, 6, 5, 4, 3] {
        let signal = &SIGNALS[index];
        let of = |name: &str| made.iter().find(|(known, _)| *known == name).map(|(_, class)| class.clone());
        let parts: Vec<TypeRef> = match signal.name {
            "FloatOperation" => vec![root.clone(), exceptions::type_error_class().clone()],
            "DivisionByZero" => vec![root.clone(), zero_division.clone()],
            "Overflow" => [of("Inexact"), of("Rounded")].into_iter().flatten().collect(),
            "Underflow" => [of("Inexact"), of("Rounded"), of("Subnormal")].into_iter().flatten().collect(),
            _ => vec![root.clone()],
        };
        let class = define(signal.name, &parts.iter().collect::<Vec<_>>())?;
        signal.class.set(Some(class.clone()));
        made.push((signal.name, class));
    }
    let Some(invalid) = SIGNALS[0].class.get() else { return Ok(()) };
    for condition in &CONDITIONS {
        let undefined = condition.name == "DivisionUndefined";
        let bases: &[&TypeRef] = if undefined { &[&invalid, zero_division] } else { &[&invalid] };
        condition.class.set(Some(define(condition.name, bases)?));
    }
    Ok(())
}

/// The classes of all signals.
pub fn all() -> Vec<Value> {
    SIGNALS.iter().map(class_of).collect()
}

/// The classes of the signals that are set.
pub fn set_in(status: Status) -> Vec<Value> {
    SIGNALS.iter().filter(|signal| status.has(signal.status)).map(class_of).collect()
}

/// The names of the signals that are set, in the order of the bits.
pub fn names_in(status: Status) -> Vec<&'static str> {
    let mut names = Vec::new();
    for bit in (0..u32::BITS).map(|bit| Status(1 << bit)).filter(|bit| status.has(*bit)) {
        let name = SIGNALS.iter().find(|signal| signal.status.has(bit)).map(|signal| signal.name);
        names.extend(name.filter(|name| !names.contains(name)));
    }
    names
}

/// Each signal and whether it is set.
pub fn states(status: Status) -> impl Iterator<Item = (Value, bool)> {
    SIGNALS.iter().map(move |signal| (class_of(signal), status.has(signal.status)))
}

/// The status bits of a signal given by its class.
pub fn status_of(class: &Value) -> PyResult<Status> {
    let found = SIGNALS.iter().find(|signal| class_of(signal).is(class));
    found.map(|signal| signal.status).ok_or_else(|| {
        let message = "valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n   \
                       Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]";
        exceptions::key_error(&Value::from(message))
    })
}

/// The exception for conditions that are trapped.
#[cold]
fn trapped(status: Status) -> PyErr {
    let Some(signal) = SIGNALS.iter().find(|signal| status.has(signal.status)) else {
        return exceptions::runtime_error("internal error in flags_as_exception");
    };
    let mut reported = Vec::new();
    if status.has(Status::INVALID_OPERATION) {
        reported.push(class_of(&SIGNALS[0]));
    }
    let rest = CONDITIONS.iter().chain(&SIGNALS[1..]).filter(|signal| status.has(signal.status));
    reported.extend(rest.map(class_of));
    match signal.class.get() {
        Some(class) => PyErr::new(&class, &[PyList::from_vec(reported).into_value()]),
        None => exceptions::runtime_error("internal error in flags_as_exception"),
    }
}

impl PyContext {
    /// Notes the conditions of an operation, and raises the exception for those that are trapped.
    #[inline]
    pub fn report(&self, status: Status) -> PyResult<()> {
        if status.is_clear() {
            return Ok(());
        }
        self.flags.add(status);
        self.raise_trapped(status)
    }

    #[inline]
    fn raise_trapped(&self, status: Status) -> PyResult<()> {
        let trapping = self.traps.status() & status;
        if trapping.is_clear() && !status.has(Status::OUT_OF_MEMORY) {
            return Ok(());
        }
        Err(if status.has(Status::OUT_OF_MEMORY) { exceptions::memory_error() } else { trapped(trapping) })
    }
}
