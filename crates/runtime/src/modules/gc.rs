//! `gc`.

use minipy_macros::pymodule;
use minipy_vm::heap::gc as collector;
use minipy_vm::heap::{GC_FINALIZED, Visitor};
use minipy_vm::types::typeobj::{PyType, TypeFlags};
use minipy_vm::{
    Args, GilCell, ListRef, PyDict, PyList, PyModule, PyResult, PyTuple, Ref, Value, exceptions, finalize,
    name, protocol,
};
use rustc_hash::FxHashMap;

use std::time::Instant;

/// `gc.callbacks` and `gc.garbage`.
static CALLBACKS: GilCell<Option<ListRef>> = GilCell::new(None);
static GARBAGE: GilCell<Option<ListRef>> = GilCell::new(None);

/// Tells the functions in `gc.callbacks` about a collection.
fn call_back(phase: &str, generation: usize, collected: usize, uncollectable: usize) {
    let debug = collector::debug();
    if debug & collector::DEBUG_STATS != 0 {
        report(phase, generation, collected);
    }
    let Some(callbacks) = CALLBACKS.get().filter(|list| !list.is_empty()) else { return };
    let info = PyDict::new_ref();
    info.insert("generation", Value::from(generation));
    info.insert("collected", Value::from(collected));
    info.insert("uncollectable", Value::from(uncollectable));
    for callback in callbacks.to_vec() {
        let args = [Value::from(phase), info.to_value()];
        if let Err(error) = protocol::call(&callback, &args) {
            finalize::report_failed_call(error, "GC callback", &callback);
        }
    }
}

/// When the collection that is reported on began.
static STARTED: GilCell<Option<Instant>> = GilCell::new(None);

fn report(phase: &str, generation: usize, collected: usize) {
    let text = if phase == "start" {
        STARTED.set(Some(Instant::now()));
        let [young, middle, old] = [0, 1, 2].map(|generation| collector::objects(Some(generation)).len());
        format!(
            "gc: collecting generation {generation}...\n\
             gc: objects in each generation: {young} {middle} {old}\n\
             gc: objects in permanent generation: {}\n",
            collector::freeze_count()
        )
    } else {
        let elapsed = STARTED.get().map_or(0.0, |started| started.elapsed().as_secs_f64());
        format!("gc: done, {collected} unreachable, 0 uncollectable, {elapsed:.4}s elapsed\n")
    };
    if let Ok(Some(stderr)) = crate::sys::get("stderr") {
        let _ = protocol::call_method(&stderr, name!("write"), &[Value::from(text)]);
    }
}

fn save(garbage: &[Value]) {
    if let Some(list) = GARBAGE.get() {
        list.extend(garbage.iter().cloned());
    }
}

fn list(items: Vec<Value>) -> Value {
    PyList::from_vec(items).into_value()
}

/// The classes among `objects`, by the identity of their namespaces.
fn by_namespace(objects: &[Value]) -> FxHashMap<u64, Value> {
    let classes =
        objects.iter().filter_map(|object| object.downcast::<PyType>().map(|class| (object, class)));
    classes.map(|(object, class)| (class.dict().as_value().id(), object.clone())).collect()
}

/// What programs may have of an object: the namespace of a class, if the class can do without what is cached about it, and else the
/// class; any other object itself.
fn shown(object: Value, namespaces: &FxHashMap<u64, Value>) -> Value {
    let Some(class) = namespaces.get(&object.id()) else { return object };
    match class.downcast::<PyType>() {
        Some(mutable) if !mutable.flags().contains(TypeFlags::IMMUTABLETYPE) => {
            mutable.expose_namespace();
            object
        }
        _ => class.clone(),
    }
}

/// All but the namespaces of classes: programs would hold those of all classes.
fn without_namespaces(objects: Vec<Value>) -> Value {
    let namespaces = by_namespace(&objects);
    list(objects.into_iter().filter(|object| !namespaces.contains_key(&object.id())).collect())
}

fn three(numbers: [i64; 3]) -> Value {
    PyTuple::from_array(numbers.map(Value::from)).into_value()
}

/// This module provides access to the garbage collector for reference cycles.
///
/// enable() -- Enable automatic garbage collection.
/// disable() -- Disable automatic garbage collection.
/// isenabled() -- Returns true if automatic collection is enabled.
/// collect() -- Do a full collection right now.
/// get_count() -- Return the current collection counts.
/// get_stats() -- Return list of dictionaries containing per-generation stats.
/// set_debug() -- Set debugging flags.
/// get_debug() -- Get debugging flags.
/// set_threshold() -- Set the collection thresholds.
/// get_threshold() -- Return the current collection thresholds.
/// get_objects() -- Return a list of all objects tracked by the collector.
/// is_tracked() -- Returns true if a given object is tracked.
/// is_finalized() -- Returns true if a given object has been already finalized.
/// get_referrers() -- Return the list of objects that refer to an object.
/// get_referents() -- Return the list of objects that an object refers to.
/// freeze() -- Freeze all tracked objects and ignore them for future collections.
/// unfreeze() -- Unfreeze all objects in the permanent generation.
/// get_freeze_count() -- Return the number of objects in the permanent generation.
#[pymodule(name = "gc")]
pub mod functions {
    use super::*;

    #[pyattr]
    const DEBUG_STATS: i64 = 1;
    #[pyattr]
    const DEBUG_COLLECTABLE: i64 = 2;
    #[pyattr]
    const DEBUG_UNCOLLECTABLE: i64 = 4;
    #[pyattr]
    const DEBUG_SAVEALL: i64 = 32;
    #[pyattr]
    const DEBUG_LEAK: i64 = 38;

    #[init]
    fn init(module: &Ref<PyModule>) {
        let (callbacks, garbage) = (PyList::from_vec(Vec::new()), PyList::from_vec(Vec::new()));
        let namespace = module.namespace();
        namespace.insert("callbacks", callbacks.to_value());
        namespace.insert("garbage", garbage.to_value());
        CALLBACKS.set(Some(callbacks));
        GARBAGE.set(Some(garbage));
        collector::set_hooks(collector::Hooks { phase: call_back, save });
    }

    /// Enable automatic garbage collection.
    #[pyfunction("()")]
    fn enable() {
        collector::set_enabled(true);
    }

    /// Disable automatic garbage collection.
    #[pyfunction("()")]
    fn disable() {
        collector::set_enabled(false);
    }

    /// Returns true if automatic garbage collection is enabled.
    #[pyfunction("()")]
    fn isenabled() -> bool {
        collector::is_enabled()
    }

    /// Run the garbage collector.
    ///
    /// With no arguments, run a full collection.  The optional argument
    /// may be an integer specifying which generation to collect.  A ValueError
    /// is raised if the generation number is invalid.
    ///
    /// The number of unreachable objects is returned.
    #[pyfunction("(generation=2)")]
    fn collect(generation: i32) -> PyResult<usize> {
        match usize::try_from(generation) {
            Ok(generation) if generation < collector::GENERATIONS => Ok(collector::collect(generation)),
            _ => Err(exceptions::value_error("invalid generation")),
        }
    }

    /// Set the garbage collection debugging flags.
    ///
    ///   flags
    ///     An integer that can have the following bits turned on:
    ///       DEBUG_STATS - Print statistics during collection.
    ///       DEBUG_COLLECTABLE - Print collectable objects found.
    ///       DEBUG_UNCOLLECTABLE - Print unreachable but uncollectable objects
    ///         found.
    ///       DEBUG_SAVEALL - Save objects to gc.garbage rather than freeing them.
    ///       DEBUG_LEAK - Debug leaking programs (everything but STATS).
    ///
    /// Debugging information is written to sys.stderr.
    #[pyfunction("(flags, /)")]
    fn set_debug(flags: i32) {
        collector::set_debug(flags.cast_unsigned());
    }

    /// Get the garbage collection debugging flags.
    #[pyfunction("()")]
    fn get_debug() -> i32 {
        collector::debug().cast_signed()
    }

    /// set_threshold(threshold0, [threshold1, [threshold2]])
    /// Set the collection thresholds (the collection frequency).
    ///
    /// Setting 'threshold0' to zero disables collection.
    #[pyfunction]
    fn set_threshold(args: Args<'_>) -> PyResult<()> {
        let given = args.positional();
        if given.is_empty() || given.len() > 3 || args.has_keywords() {
            return Err(exceptions::type_error("gc.set_threshold requires 1 to 3 arguments"));
        }
        let mut thresholds = collector::thresholds();
        for (threshold, value) in thresholds.iter_mut().zip(given) {
            let number = protocol::index_to_i64(value)?.and_then(|n| i32::try_from(n).ok());
            *threshold = i64::from(
                number
                    .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C int"))?,
            );
        }
        collector::set_thresholds(thresholds);
        Ok(())
    }

    /// Return the current collection thresholds.
    #[pyfunction("()")]
    fn get_threshold() -> Value {
        three(collector::thresholds())
    }

    /// Return a three-tuple of the current collection counts.
    #[pyfunction("()")]
    fn get_count() -> Value {
        three(collector::counts())
    }

    /// Return a list of dictionaries containing per-generation statistics.
    #[pyfunction("()")]
    fn get_stats() -> Value {
        let generations = collector::stats().map(|stats| {
            let dict = PyDict::new_ref();
            dict.insert("collections", Value::from(stats.collections));
            dict.insert("collected", Value::from(stats.collected));
            dict.insert("uncollectable", Value::from(stats.uncollectable));
            dict.into_value()
        });
        list(generations.to_vec())
    }

    /// Return a list of objects tracked by the collector (excluding the list returned).
    ///
    ///   generation
    ///     Generation to extract the objects from.
    ///
    /// If generation is not None, return only the objects tracked by the
    /// collector that are in that generation.
    #[pyfunction("(generation=None)")]
    fn get_objects(generation: Option<Value>) -> PyResult<Value> {
        let audited = generation.as_ref().filter(|g| !g.is_none()).cloned();
        crate::sys::audit("gc.get_objects", &[audited.unwrap_or(Value::small_int(-1))])?;
        let Some(generation) = generation.filter(|g| !g.is_none()) else {
            return Ok(without_namespaces(collector::objects(None)));
        };
        let generation = protocol::index_to_isize(&generation)?;
        if generation == -1 {
            return Ok(without_namespaces(collector::objects(None)));
        }
        match usize::try_from(generation) {
            Err(_) => Err(exceptions::value_error("generation parameter cannot be negative")),
            Ok(n) if n >= collector::GENERATIONS => Err(exceptions::value_error(
                "generation parameter must be less than the number of available generations (3)",
            )),
            Ok(n) => Ok(without_namespaces(collector::objects(Some(n)))),
        }
    }

    /// Returns true if the object is tracked by the garbage collector.
    ///
    /// Simple atomic objects will return false.
    #[pyfunction("(obj, /)")]
    fn is_tracked(obj: &Value) -> bool {
        // The classes that CPython has in its binary.
        let built_in = obj.downcast::<PyType>().is_some_and(|class| class.is_built_in());
        !built_in && collector::is_tracked(obj)
    }

    /// Returns true if the object has been already finalized by the GC.
    #[pyfunction("(obj, /)")]
    fn is_finalized(obj: &Value) -> bool {
        obj.header().is_some_and(|header| header.has_flag(GC_FINALIZED))
    }

    /// Return the list of objects that directly refer to any of 'objs'.
    #[pyfunction("(*objs)")]
    fn get_referrers(objs: &[Value]) -> PyResult<Value> {
        if crate::sys::is_audited() {
            crate::sys::audit("gc.get_referrers", &[PyTuple::from_slice(objs).into_value()])?;
        }
        let refers = |candidate: &Value| {
            let mut found = false;
            if let Some(header) = candidate.header() {
                collector::referents(
                    header,
                    &mut Visitor::of_values(&mut |value| found |= objs.iter().any(|o| o.is(value))),
                );
            }
            found
        };
        let objects = collector::objects(None);
        let namespaces = by_namespace(&objects);
        Ok(list(
            objects
                .iter()
                .filter(|object| refers(object))
                .cloned()
                .map(|object| shown(object, &namespaces))
                .collect(),
        ))
    }

    /// Return the list of objects that are directly referred to by 'objs'.
    #[pyfunction("(*objs)")]
    fn get_referents(objs: &[Value]) -> PyResult<Value> {
        if crate::sys::is_audited() {
            crate::sys::audit("gc.get_referents", &[PyTuple::from_slice(objs).into_value()])?;
        }
        let mut found = Vec::new();
        for header in objs.iter().filter_map(Value::header) {
            collector::referents(header, &mut Visitor::of_values(&mut |value| found.push(value.clone())));
        }
        let namespaces = by_namespace(objs);
        Ok(list(found.into_iter().map(|object| shown(object, &namespaces)).collect()))
    }

    /// Freeze all current tracked objects and ignore them for future collections.
    ///
    /// This can be used before a POSIX fork() call to make the gc copy-on-write
    /// friendly.
    /// Note: collection before a POSIX fork() call may free pages for future
    /// allocation which can cause copy-on-write.
    #[pyfunction("()")]
    fn freeze() {
        collector::freeze();
    }

    /// Unfreeze all objects in the permanent generation.
    ///
    /// Put all objects in the permanent generation back into oldest generation.
    #[pyfunction("()")]
    fn unfreeze() {
        collector::unfreeze();
    }

    /// Return the number of objects in the permanent generation.
    #[pyfunction("()")]
    fn get_freeze_count() -> usize {
        collector::freeze_count()
    }
}
