//! `_lsprof`: the deterministic profiler behind `cProfile`, a client of `sys.monitoring`.

use super::record::Record;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::monitoring::{self, Event};
use minipy_vm::types::code::PyCode;
use minipy_vm::types::function::{PyMethodDescr, PyNative};
use minipy_vm::types::int;
use minipy_vm::types::str::intern;
use minipy_vm::types::structseq::StructSeqDef;
use minipy_vm::{
    Args, GilCell, PyList, PyModule, PyResult, Ref, Traverse, TypeRef, Value, Visitor, exceptions, protocol,
};
use rustc_hash::FxHashMap;
use std::cell::Cell;

/// `sys.monitoring.PROFILER_ID`.
const TOOL: usize = 2;

/// Nanoseconds, or ticks of an external timer.
type Ticks = i64;

/// What is known of the calls of a function, from everywhere or from one caller.
#[derive(Clone, Copy, Default)]
struct Calls {
    total: Ticks,
    inline: Ticks,
    count: i64,
    recursive: i64,
    /// How many of the calls are under way.
    level: i64,
}

impl Calls {
    fn end(&mut self, total: Ticks, inline: Ticks) {
        self.level -= 1;
        if self.level == 0 {
            self.total += total;
        } else {
            self.recursive += 1;
        }
        self.inline += inline;
        self.count += 1;
    }
}

/// A function that was called.
struct Entry {
    /// Its code object, or its name if it is native.
    code: Value,
    calls: Calls,
    /// By index of the entry called.
    callees: Vec<(usize, Calls)>,
}

impl Entry {
    fn callee(&mut self, index: usize) -> &mut Calls {
        let found = self.callees.iter().position(|(callee, _)| *callee == index);
        let place = found.unwrap_or_else(|| {
            self.callees.push((index, Calls::default()));
            self.callees.len() - 1
        });
        &mut self.callees[place].1
    }
}

/// A call under way.
struct Context {
    /// The address that its entry is found under.
    function: u64,
    entry: usize,
    started: Ticks,
    /// Time spent in calls made from it.
    inner: Ticks,
}

#[derive(Default)]
struct Statistics {
    entries: Vec<Entry>,
    /// The entries of code objects and native functions, by address.
    by_function: FxHashMap<u64, usize>,
    stack: Vec<Context>,
}

impl Statistics {
    /// Counts a call of a function that has an entry, and gives its index.
    fn begin(&mut self, function: u64, subcalls: bool) -> Option<usize> {
        let entry = *self.by_function.get(&function)?;
        self.entries[entry].calls.level += 1;
        if subcalls && let Some(caller) = self.stack.last() {
            self.entries[caller.entry].callee(entry).level += 1;
        }
        Some(entry)
    }
}

/// Build a profiler object using the specified timer function.
///
/// The default timer is a fast built-in one based on real time.
/// For custom timer functions returning integers, 'timeunit' can
/// be a float specifying a scale (that is, how long each integer unit
/// is, in seconds).
#[pyclass(
    name = "Profiler",
    module = "_lsprof",
    sig = "(timer=None, timeunit=0.0, subcalls=True, builtins=True)",
    gc,
    basetype
)]
pub struct Profiler {
    statistics: GilCell<Statistics>,
    timer: GilCell<Option<Value>>,
    timeunit: Cell<f64>,
    subcalls: Cell<bool>,
    builtins: Cell<bool>,
    enabled: Cell<bool>,
    /// Whether the external timer runs.
    timing: Cell<bool>,
}

impl Traverse for Profiler {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.timer.traverse(visit);
        self.statistics.with(|s| s.entries.iter().for_each(|entry| visit.visit(&entry.code)));
    }
}

static ENTRY: Record = Record::new(StructSeqDef {
    module: "_lsprof",
    name: "profiler_entry",
    doc: "",
    fields: &[
        ("code", "code object or built-in function name"),
        ("callcount", "how many times this was called"),
        ("reccallcount", "how many times called recursively"),
        ("totaltime", "total time in this entry"),
        ("inlinetime", "inline time in this entry (not in subcalls)"),
        ("calls", "details of the calls"),
    ],
    visible: 6,
    instantiable: true,
});

static SUBENTRY: Record = Record::new(StructSeqDef {
    module: "_lsprof",
    name: "profiler_subentry",
    doc: "",
    fields: &[
        ("code", "called code object or built-in function name"),
        ("callcount", "how many times this is called"),
        ("reccallcount", "how many times this is called recursively"),
        ("totaltime", "total time spent in this call"),
        ("inlinetime", "inline time (not in further subcalls)"),
    ],
    visible: 5,
    instantiable: true,
});

/// The events listened to, with the methods called for them.
const CALLBACKS: [(Event, &str); 9] = [
    (Event::PyStart, "_pystart_callback"),
    (Event::PyResume, "_pystart_callback"),
    (Event::PyThrow, "_pythrow_callback"),
    (Event::PyReturn, "_pyreturn_callback"),
    (Event::PyYield, "_pyreturn_callback"),
    (Event::PyUnwind, "_pyreturn_callback"),
    (Event::Call, "_ccall_callback"),
    (Event::CReturn, "_creturn_callback"),
    (Event::CRaise, "_creturn_callback"),
];

impl Profiler {
    fn now(&self) -> Ticks {
        let Some(timer) = self.timer.get() else { return clock() };
        self.timing.set(true);
        let ticks = protocol::call0(&timer).and_then(|time| self.ticks(&time));
        self.timing.set(false);
        ticks.unwrap_or_else(|error| {
            let shown = protocol::repr(&timer).map_or_else(|_| "?".to_owned(), |r| r.to_string_lossy());
            let message = format!("Exception ignored while calling _lsprof timer {shown}");
            crate::sys::unraisable(error, Some(&message), None);
            0
        })
    }

    /// The ticks of an external timer: the ints it gives if there is a unit, else nanoseconds.
    fn ticks(&self, time: &Value) -> PyResult<Ticks> {
        if self.timeunit.get() > 0.0 {
            return protocol::index_to_i64(time)?
                .ok_or_else(|| exceptions::overflow_error("timestamp too large to convert to C PyTime_t"));
        }
        if time.is_flonum() || time.downcast::<minipy_vm::types::float::PyFloat>().is_some() {
            return Ok((protocol::to_f64(time)? * 1e9).floor() as Ticks);
        }
        if protocol::is_int(time) {
            let seconds = protocol::index_to_i64(time)?.unwrap_or(i64::MAX);
            return Ok(seconds.saturating_mul(1_000_000_000));
        }
        Err(exceptions::type_error(format!(
            "'{}' object cannot be interpreted as an integer or float",
            time.type_name()
        )))
    }

    fn enter(&self, function: u64, code: impl FnOnce() -> Value) {
        let subcalls = self.subcalls.get();
        let entry = match self.statistics.with(|s| s.begin(function, subcalls)) {
            Some(entry) => entry,
            None => {
                let code = code();
                self.statistics.with(|s| {
                    s.entries.push(Entry { code, calls: Calls::default(), callees: Vec::new() });
                    s.by_function.insert(function, s.entries.len() - 1);
                    s.begin(function, subcalls).unwrap_or_default()
                })
            }
        };
        let started = self.now();
        self.statistics.with(|s| s.stack.push(Context { function, entry, started, inner: 0 }));
    }

    /// The innermost call, if it is one of `function`'s entries, ends.
    fn leave(&self, function: u64) {
        let is_known = self.statistics.with(|s| {
            s.stack.last().is_some_and(|context| context.function == function)
                || s.by_function.contains_key(&function)
        });
        if is_known {
            self.stop();
        }
    }

    fn stop(&self) {
        let now = self.now();
        self.statistics.with(|s| {
            let Some(context) = s.stack.pop() else { return };
            let total = now - context.started;
            let inline = total - context.inner;
            s.entries[context.entry].calls.end(total, inline);
            let Some(caller) = s.stack.last_mut() else { return };
            caller.inner += total;
            let caller = caller.entry;
            if self.subcalls.get() {
                s.entries[caller].callee(context.entry).end(total, inline);
            }
        });
    }

    fn turn_off(&self) {
        if self.enabled.replace(false) {
            monitoring::free_tool(TOOL);
        }
        while self.statistics.with(|s| !s.stack.is_empty()) {
            self.stop();
        }
    }
}

impl Drop for Profiler {
    fn drop(&mut self) {
        if self.enabled.get() {
            monitoring::free_tool(TOOL);
        }
    }
}

/// Nanoseconds since some moment.
fn clock() -> Ticks {
    super::time::nanos(libc::CLOCK_MONOTONIC)
}

/// What identifies the native function that is called, if one is.
fn native_function(callable: &Value, first: &Value) -> PyResult<Option<u64>> {
    let def = if let Some(native) = callable.downcast_exact::<PyNative>() {
        native.def
    } else if let Some(method) = callable.downcast_exact::<PyMethodDescr>() {
        if !first.class().is_subtype(&method.class) {
            // Binding it says what is wrong.
            return monitoring::native_callee(callable, first).map(|_| None);
        }
        method.def
    } else {
        return Ok(None);
    };
    Ok(Some(std::ptr::from_ref(def) as u64))
}

/// The name in reports of a native function called with `first`: `<built-in method module.name>`, or the repr of the method
/// descriptor.
fn native_name(callable: &Value, first: &Value) -> Value {
    let Ok(Some(function)) = monitoring::native_callee(callable, first) else { return Value::NONE };
    let Some(native) = function.downcast::<PyNative>() else { return Value::NONE };
    let name = native.def.name;
    let owner = native.receiver.as_ref().filter(|receiver| receiver.downcast::<PyModule>().is_none());
    let text = match (owner, &native.module) {
        (Some(owner), _) => {
            let method = owner.class().lookup(&intern(name)).and_then(|method| protocol::repr(&method).ok());
            method.map_or_else(|| format!("<built-in method {name}>"), |repr| repr.to_string_lossy())
        }
        (None, Some(module)) => format!("<built-in method {module}.{name}>"),
        (None, None) => format!("<built-in method {name}>"),
    };
    Value::from(text)
}

#[pymethods]
impl Profiler {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> PyResult<Ref<Profiler>> {
        let profiler = Profiler {
            statistics: GilCell::new(Statistics::default()),
            timer: GilCell::new(None),
            timeunit: Cell::new(0.0),
            subcalls: Cell::new(true),
            builtins: Cell::new(true),
            enabled: Cell::new(false),
            timing: Cell::new(false),
        };
        Ok(Ref::new_in(class, profiler))
    }

    #[slot(init, sig = "(timer=None, timeunit=0.0, subcalls=True, builtins=True)")]
    fn init(
        zelf: &Ref<Profiler>,
        timer: Option<&Value>,
        timeunit: f64,
        subcalls: bool,
        builtins: bool,
    ) -> PyResult<()> {
        zelf.timer.set(timer.filter(|timer| !timer.is_none()).cloned());
        zelf.timeunit.set(timeunit);
        zelf.subcalls.set(subcalls);
        zelf.builtins.set(builtins);
        Ok(())
    }

    /// Start collecting profiling information.
    ///
    ///   subcalls
    ///     If True, also records for each function
    ///     statistics separated according to its current caller.
    ///   builtins
    ///     If True, records the time spent in
    ///     built-in functions separately from their caller.
    #[pymethod("($self, /, subcalls=True, builtins=True)")]
    fn enable(zelf: &Ref<Profiler>, subcalls: bool, builtins: bool) -> PyResult<()> {
        zelf.subcalls.set(subcalls);
        zelf.builtins.set(builtins);
        monitoring::use_tool(TOOL, Value::from("cProfile"))?;
        let mut events = 0;
        for (event, method) in CALLBACKS {
            let callback = protocol::getattr(zelf.as_value(), &intern(method))?;
            monitoring::register_callback(TOOL, event, Some(callback));
            events |= event.bit();
        }
        monitoring::set_events(TOOL, events & !(Event::CReturn.bit() | Event::CRaise.bit()));
        zelf.enabled.set(true);
        Ok(())
    }

    /// Stop collecting profiling information.
    #[pymethod("($self, /)")]
    fn disable(&self) -> PyResult<()> {
        if self.timing.get() {
            return Err(exceptions::runtime_error("cannot disable profiler in external timer"));
        }
        self.turn_off();
        Ok(())
    }

    /// Clear all profiling information collected so far.
    #[pymethod("($self, /)")]
    fn clear(&self) -> PyResult<()> {
        if self.timing.get() {
            return Err(exceptions::runtime_error("cannot clear profiler in external timer"));
        }
        drop(self.statistics.take());
        Ok(())
    }

    /// list of profiler_entry objects.
    ///
    /// getstats() -> list of profiler_entry objects
    ///
    /// Return all information collected by the profiler.
    /// Each profiler_entry is a tuple-like object with the
    /// following attributes:
    ///
    ///     code          code object
    ///     callcount     how many times this was called
    ///     reccallcount  how many times called recursively
    ///     totaltime     total time in this entry
    ///     inlinetime    inline time in this entry (not in subcalls)
    ///     calls         details of the calls
    ///
    /// The calls attribute is either None or a list of
    /// profiler_subentry objects:
    ///
    ///     code          called code object
    ///     callcount     how many times this is called
    ///     reccallcount  how many times this is called recursively
    ///     totaltime     total time spent in this call
    ///     inlinetime    inline time (not in further subcalls)
    #[pymethod("($self, /)")]
    fn getstats(&self) -> Value {
        let has_unit = self.timer.with(|timer| timer.is_some()) && self.timeunit.get() > 0.0;
        let unit = if has_unit { self.timeunit.get() } else { 1e-9 };
        let fields = |code: &Value, calls: &Calls| {
            vec![
                code.clone(),
                int::from_i64(calls.count),
                int::from_i64(calls.recursive),
                Value::from(calls.total as f64 * unit),
                Value::from(calls.inline as f64 * unit),
            ]
        };
        let rows = self.statistics.with(|s| {
            let called = s.entries.iter().filter(|entry| entry.calls.count != 0);
            let row = |entry: &Entry| {
                let callees = entry.callees.iter().filter(|(_, calls)| calls.count != 0);
                let callees: Vec<_> =
                    callees.map(|(index, calls)| fields(&s.entries[*index].code, calls)).collect();
                (fields(&entry.code, &entry.calls), callees)
            };
            called.map(row).collect::<Vec<_>>()
        });
        let entry = |(mut values, callees): (Vec<Value>, Vec<Vec<Value>>)| {
            let callees: Vec<Value> = callees.into_iter().map(|values| SUBENTRY.make(values)).collect();
            let calls = if callees.is_empty() { Value::NONE } else { PyList::from_vec(callees).into_value() };
            values.push(calls);
            ENTRY.make(values)
        };
        PyList::from_vec(rows.into_iter().map(entry).collect()).into_value()
    }

    #[pymethod("($self, code, instruction_offset, /)")]
    fn _pystart_callback(&self, code: &Ref<PyCode>, instruction_offset: &Value) {
        let _ = instruction_offset;
        self.enter(code.as_value().id(), || code.to_value());
    }

    #[pymethod("($self, code, instruction_offset, exception, /)")]
    fn _pythrow_callback(&self, code: &Ref<PyCode>, instruction_offset: &Value, exception: &Value) {
        let _ = (instruction_offset, exception);
        self.enter(code.as_value().id(), || code.to_value());
    }

    #[pymethod("($self, code, instruction_offset, retval, /)")]
    fn _pyreturn_callback(&self, code: &Ref<PyCode>, instruction_offset: &Value, retval: &Value) {
        let _ = (instruction_offset, retval);
        self.leave(code.as_value().id());
    }

    #[pymethod("($self, code, instruction_offset, callable, self_arg, /)")]
    fn _ccall_callback(
        &self,
        code: &Value,
        instruction_offset: &Value,
        callable: &Value,
        self_arg: &Value,
    ) -> PyResult<()> {
        let _ = (code, instruction_offset);
        if self.builtins.get()
            && let Some(function) = native_function(callable, self_arg)?
        {
            self.enter(function, || native_name(callable, self_arg));
        }
        Ok(())
    }

    #[pymethod("($self, code, instruction_offset, callable, self_arg, /)")]
    fn _creturn_callback(
        &self,
        code: &Value,
        instruction_offset: &Value,
        callable: &Value,
        self_arg: &Value,
    ) -> PyResult<()> {
        let _ = (code, instruction_offset);
        if self.builtins.get()
            && let Some(function) = native_function(callable, self_arg)?
        {
            self.leave(function);
        }
        Ok(())
    }
}

/// Fast profiler
#[minipy_macros::pymodule(name = "_lsprof", classes(Profiler))]
mod module {
    use super::*;

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        namespace.insert("profiler_entry", ENTRY.class().to_value());
        namespace.insert("profiler_subentry", SUBENTRY.class().to_value());
        Ok(())
    }
}

pub use module::MODULE;
