//! The way out: threads, `atexit` functions, and what modules still hold.

use crate::import;
use minipy_vm::heap::{self, gc};
use minipy_vm::types::module::PyModule;
use minipy_vm::types::str::{PyStr, intern};
use minipy_vm::types::weakref::PyWeakRef;
use minipy_vm::{DictRef, Value, gil, name, protocol};
use std::sync::atomic::{AtomicBool, Ordering};

static FINALIZING: AtomicBool = AtomicBool::new(false);

/// `sys.is_finalizing()`.
pub fn is_finalizing() -> bool {
    FINALIZING.load(Ordering::Relaxed)
}

/// Flushes `sys.stream`, unless the program has closed it; whether that went well.
pub fn flush(stream: &str) -> bool {
    open_stream(stream).is_none_or(|stream| protocol::call_method(&stream, name!("flush"), &[]).is_ok())
}

/// `sys.stream`, if it is there and open.
fn open_stream(stream: &str) -> Option<Value> {
    let stream = crate::sys::get(stream).ok().flatten()?;
    (!stream.is_none() && !is_closed(&stream)).then_some(stream)
}

/// Whether `stream.closed` is true; a stream that cannot say is taken for open.
fn is_closed(stream: &Value) -> bool {
    protocol::getattr(stream, name!("closed")).and_then(|closed| protocol::truth(&closed)).unwrap_or(false)
}

/// Flushes `sys.stdout` and `sys.stderr`; whether that went well. What is wrong with the first can still be said on the second.
fn flush_for_the_last_time() -> bool {
    let result = match open_stream("stdout") {
        Some(stdout) => protocol::call_method(&stdout, name!("flush"), &[]).map(drop),
        None => Ok(()),
    };
    let flushed = result.is_ok();
    if let Err(error) = result {
        crate::sys::unraisable(error, Some("Exception ignored while flushing sys.stdout"), None);
    }
    flushed & flush("stderr")
}

/// Waits for threads, runs `atexit` functions, takes the modules down and flushes the streams. Gives the exit status, which is
/// `status` unless the streams cannot be flushed. Does not return from an interrupt that nobody caught: SIGINT ends the process.
pub fn finish(status: i32) -> i32 {
    for (module, function) in [("threading", "_shutdown"), ("atexit", "_run_exitfuncs")] {
        let Ok(modules) = import::modules() else { continue };
        if let Ok(Some(module)) = modules.get_str(&intern(module))
            && let Ok(Some(function)) = protocol::lookup_attr(&module, &intern(function))
            && let Err(error) = protocol::call0(&function)
        {
            crate::sys::unraisable(error, None, Some(&function));
        }
    }
    FINALIZING.store(true, Ordering::Relaxed);
    gil::begin_finalization();
    let flushed = flush_for_the_last_time();
    finalize_modules();
    // What finalisers have printed; that this cannot be written is no matter any more.
    flush("stdout");
    flush("stderr");
    if crate::config::current().is_some_and(|config| config.settings.malloc_stats) {
        crate::sys::debug_statistics();
    }
    if crate::uncaught::was_interrupted() {
        crate::modules::signal::die_of_interrupt();
        return 130;
    }
    if flushed { status } else { 120 }
}

/// What of `sys` may keep objects of the program alive.
const SYS_ATTRIBUTES: [&str; 13] = [
    "path",
    "argv",
    "ps1",
    "ps2",
    "last_exc",
    "last_type",
    "last_value",
    "last_traceback",
    "path_hooks",
    "path_importer_cache",
    "meta_path",
    "__interactivehook__",
    "warnoptions",
];

/// The standard streams as start-up has made them, with what they are made of.
fn standard_streams() -> Vec<Value> {
    let mut parts = Vec::new();
    for stream in ["__stdin__", "__stdout__", "__stderr__"] {
        let Ok(Some(stream)) = crate::sys::get(stream) else { continue };
        parts.push(stream);
        for inner in [name!("buffer"), name!("raw")] {
            let Some(outer) = parts.last() else { break };
            parts.extend(protocol::lookup_attr(outer, inner).ok().flatten());
        }
    }
    parts
}

/// Gives `sys` its original streams back, which are flushed once more at the end.
fn reset_streams() {
    for stream in ["stdin", "stdout", "stderr"] {
        if let Ok(Some(original)) = crate::sys::get(&format!("__{stream}__")) {
            crate::sys::set(stream, original);
        }
    }
}

/// Takes down all modules but `sys` and `builtins`, so that finalisers run while there is still something to run them with:
/// first what only `sys.modules` holds, then the contents of the others, the last imported one first. Where there are none to
/// run, the end of the process is enough.
fn finalize_modules() {
    heap::run_pending();
    if !gc::death_matters(&standard_streams()) {
        return reset_streams();
    }
    // What is garbage already goes while everything is still there.
    gc::collect(gc::GENERATIONS - 1);
    reset_streams();
    heap::run_pending();
    let Ok(modules) = import::modules() else { return };
    for attribute in SYS_ATTRIBUTES {
        if matches!(crate::sys::get(attribute), Ok(Some(_))) {
            crate::sys::set(attribute, Value::NONE);
        }
    }
    let mut left = Vec::new();
    let main = modules.get_str(name!("__main__")).ok().flatten();
    let main = main.and_then(|main| main.downcast_into::<PyModule>().ok());
    for (name, module) in modules.entries() {
        let kept = name.downcast::<PyStr>().is_some_and(|name| name.eq_str("sys") || name.eq_str("builtins"));
        if module.downcast::<PyModule>().is_none() || kept {
            continue;
        }
        if let Ok(reference) = PyWeakRef::new_value(&module, None) {
            left.push(reference);
        }
        // Without its name, so that finalisers cannot import it.
        let _ = modules.set(name, Value::NONE);
    }
    modules.clear();
    // The program's own objects go in the order in which it made them, which the collector does not know.
    if let Some(main) = main {
        gc::finalize_in_order(&main.namespace().values());
        drop(main);
    }
    heap::run_pending();
    gc::collect(gc::GENERATIONS - 1);
    for reference in left.iter().rev() {
        let module = reference.downcast::<PyWeakRef>().and_then(|reference| reference.get());
        if let Some(module) = module.as_ref().and_then(|module| module.downcast::<PyModule>()) {
            clear_namespace(&module.namespace());
            heap::run_pending();
        }
    }
    gc::collect(gc::GENERATIONS - 1);
}

/// Sets the values to None, first those of names with one leading underscore: what others still hold keeps the dict.
fn clear_namespace(namespace: &DictRef) {
    for private in [true, false] {
        for (key, value) in namespace.entries() {
            let Some(name) = key.downcast::<PyStr>() else { continue };
            let text = name.to_string_lossy();
            let is_private = text.starts_with('_') && !text.starts_with("__");
            if is_private == private && text != "__builtins__" && !value.is_none() {
                drop(value);
                let _ = namespace.set_str(name, Value::NONE);
            }
        }
    }
}
