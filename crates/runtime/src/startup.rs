//! From a configuration to a running program.

use crate::compile::{self, Mode, Request, Source};
use crate::config::{Config, Run};
use crate::import;
use crate::shutdown::{self, Exit, flush};
use minipy_vm::exceptions::PyBaseException;
use minipy_vm::function::hooks::{self, Hooks};
use minipy_vm::types::str::intern;
use minipy_vm::{
    DictRef, PyDict, PyErr, PyModule, PyResult, PyStr, Value, exceptions, finalize, frame, gil, name,
    protocol, stack, thread,
};

/// Writes a line to standard error; that nobody can read it is no reason to panic.
macro_rules! complain {
    ($($text:tt)*) => {{
        use std::io::Write;
        drop(writeln!(std::io::stderr(), $($text)*));
    }};
}

static HOOKS: Hooks = Hooks {
    display: crate::sys::display,
    import: import::import,
    import_from_error: import::import_from_error,
    type_intrinsic: crate::modules::typing::intrinsic,
    type_intrinsic_2: crate::modules::typing::intrinsic_2,
};

/// Native stack that recursion through native code may use: what takes programs as deep as CPython's eight megabytes do.
const RECURSION_STACK: usize = 10 << 20;

/// Stack of the main thread. The compiler, which bounds its depth by counting, needs more than [`RECURSION_STACK`].
const MAIN_STACK: usize = 64 << 20;

/// Runs a program with `args` (the first is the program's own name); gives the exit status.
pub fn run(args: Vec<String>) -> i32 {
    let config = match Config::from_args(args) {
        Ok(config) => config,
        Err(error) => {
            complain!("{}", error.message);
            return error.status;
        }
    };
    match config.run {
        Run::Version(_) => {
            println!("Python {}.{}.{}", crate::sys::VERSION.0, crate::sys::VERSION.1, crate::sys::VERSION.2);
            return 0;
        }
        Run::Help => {
            println!("usage: minipy [option] ... [-c cmd | -m mod | file | -] [arg] ...");
            return 0;
        }
        _ => {}
    }
    // A thread of its own, because its stack can be made as large as deep recursion needs.
    let worker = std::thread::Builder::new().stack_size(MAIN_STACK).spawn(move || run_on_stack(&config));
    // Signals are for the threads that run Python code, not for this one, which only waits.
    crate::modules::signal::block_all();
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(status)) => status,
        _ => 70,
    }
}

fn run_on_stack(config: &Config) -> i32 {
    let thread = Box::leak(thread::Thread::new());
    thread.stack_limit.set(stack::limit_below_here(RECURSION_STACK));
    gil::acquire(thread);
    thread::register(thread);
    crate::modules::thread::set_main();
    crate::modules::locale::initialise();
    frame::breaker::set_handler(crate::signals::serve);
    if let Err(error) = initialise(config) {
        return report_fatal(&error);
    }
    let result = run_main(config);
    let exit = match result {
        Ok(()) => Exit::Status(0),
        Err(error) => exit_status(error),
    };
    shutdown::finish(exit)
}

fn report_fatal(error: &PyErr) -> i32 {
    let message = protocol::str(error.as_value()).map_or_else(|_| String::new(), |s| s.to_string_lossy());
    complain!("Fatal Python error: initialisation failed\n{}: {message}", error.as_value().type_name());
    let mut entry = error.exception().traceback.get();
    while let Some(traceback) = entry {
        let record = traceback.frame.record();
        complain!(
            "  File \"{}\", in {} (offset {})",
            record.code().filename.get(),
            record.code().name,
            traceback.lasti
        );
        entry = traceback.next.get();
    }
    1
}

/// Makes `sys`, `builtins`, the import system and the streams, and runs `site`.
fn initialise(config: &Config) -> PyResult<()> {
    set_hash_key(config);
    minipy_vm::types::initialise();
    hooks::install(&HOOKS);
    finalize::set_unraisable_hook(crate::sys::unraisable);
    let modules = PyDict::new_ref();
    frame::set_sys_modules(modules.clone());
    let builtins = crate::modules::builtins::make()?;
    frame::set_default_builtins(builtins.namespace());
    let sys = crate::sys::make()?;
    import::add_module("sys", &sys)?;
    import::add_module("builtins", &builtins)?;
    crate::sys::set("modules", modules);
    crate::sys::configure(config)?;
    import::initialise(&config.stdlib_dir, config.stdlib_on_disk)?;
    crate::modules::signal::start()?;
    crate::sys::open_streams(config)?;
    if config.fault_handler {
        crate::modules::faulthandler::enable_at_start()?;
    }
    if !config.no_site {
        let site = import::import_module("site")?;
        protocol::call_method(&site, name!("main"), &[])?;
    }
    Ok(())
}

fn set_hash_key(config: &Config) {
    let key = match config.hash_seed {
        Some(seed) => minipy_text::hash::HashKey::from_seed(seed),
        None => minipy_text::hash::HashKey::from_random(random_bytes()),
    };
    minipy_vm::hash::set_key(key);
}

fn random_bytes() -> [u8; 16] {
    use std::hash::{BuildHasher, Hasher, RandomState};
    // The standard library's own hash keys come from the system's random source.
    let word = || RandomState::new().build_hasher().finish().to_le_bytes();
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&word());
    bytes[8..].copy_from_slice(&word());
    bytes
}

/// A fresh `__main__`.
fn main_module() -> PyResult<DictRef> {
    let module = PyModule::new_ref(name!("__main__"), Value::NONE);
    import::add_module("__main__", &module)?;
    let namespace = module.namespace();
    namespace.insert("__builtins__", import::modules()?.get_str(name!("builtins"))?.unwrap_or(Value::NONE));
    Ok(namespace)
}

fn run_main(config: &Config) -> PyResult<()> {
    let namespace = main_module()?;
    match &config.run {
        Run::Command(text) => {
            prepend_path(config, "")?;
            run_source(&Source::Text(text.clone()), "<string>", &namespace)
        }
        Run::Module(name) => {
            prepend_path(config, &current_folder())?;
            let runpy = import::import_module("runpy")?;
            let run = protocol::getattr(&runpy, name!("_run_module_as_main"))?;
            protocol::call1(&run, Value::from(name.as_str()))?;
            Ok(())
        }
        Run::Script(path) => run_script(config, path, &namespace),
        _ => {
            prepend_path(config, "")?;
            let mut source = Vec::new();
            let read = std::io::Read::read_to_end(&mut std::io::stdin(), &mut source);
            if let Err(error) = read {
                return Err(minipy_vm::exceptions::runtime_error(error.to_string()));
            }
            run_source(&Source::File(source), "<stdin>", &namespace)
        }
    }
}

fn current_folder() -> String {
    std::env::current_dir().map_or_else(|_| String::new(), |p| p.to_string_lossy().into_owned())
}

/// Puts the folder of the program at the head of `sys.path`.
fn prepend_path(config: &Config, folder: &str) -> PyResult<()> {
    if config.safe_path {
        return Ok(());
    }
    let Some(path) = crate::sys::get("path")? else { return Ok(()) };
    protocol::call_method(&path, name!("insert"), &[Value::small_int(0), Value::from(folder)])?;
    Ok(())
}

fn run_script(config: &Config, path: &str, namespace: &DictRef) -> PyResult<()> {
    let file = std::path::Path::new(path);
    let is_zip = || {
        std::fs::read(file).is_ok_and(|data| data.windows(4).any(|w| w == b"PK\x05\x06"))
            && !path.ends_with(".py")
    };
    if file.is_dir() || is_zip() {
        let sys_path = crate::sys::get("path")?.unwrap_or(Value::NONE);
        protocol::call_method(&sys_path, name!("insert"), &[Value::small_int(0), Value::from(path)])?;
        let runpy = import::import_module("runpy")?;
        let run = protocol::getattr(&runpy, name!("_run_module_as_main"))?;
        protocol::call(&run, &[Value::from("__main__"), Value::FALSE])?;
        return Ok(());
    }
    let source = match std::fs::read(file) {
        Ok(source) => source,
        Err(error) => {
            let number = error.raw_os_error().unwrap_or(0);
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default().to_owned();
            complain!("{}: can't open file '{}': [Errno {number}] {text}", config.executable, absolute(path));
            return Err(PyErr::new(exceptions::system_exit_class(), &[Value::from(2)]));
        }
    };
    let real = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let folder = real.parent().map_or_else(String::new, |p| p.to_string_lossy().into_owned());
    prepend_path(config, &folder)?;
    // The main script is known by its absolute name everywhere but in `sys.argv`.
    let path = &absolute(path);
    namespace.insert("__file__", path.as_str());
    namespace.insert("__cached__", Value::NONE);
    let loader = import::import_module("_frozen_importlib_external")?;
    let class = protocol::getattr(&loader, name!("SourceFileLoader"))?;
    namespace.insert(
        "__loader__",
        protocol::call(&class, &[Value::from("__main__"), Value::from(path.as_str())])?,
    );
    run_source(&Source::File(source), path, namespace)
}

fn absolute(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", current_folder()) }
}

fn run_source(source: &Source, filename: &str, namespace: &DictRef) -> PyResult<()> {
    let code = compile::compile(
        source,
        &Request { filename, mode: Mode::Exec, flags: 0, optimize: -1, feature_version: None },
    )?;
    frame::exec_code(&code, namespace.clone(), None, None)?;
    Ok(())
}

/// The exit status for an exception that nobody caught, after reporting it.
fn exit_status(error: PyErr) -> Exit {
    if error.is_instance(exceptions::system_exit_class()) {
        return Exit::Status(system_exit_status(&error));
    }
    let exception = error.exception().clone();
    let traceback = exception.traceback.get().map_or(Value::NONE, |t| t.into_value());
    crate::sys::set("last_exc", exception.to_value());
    crate::sys::set("last_type", exception.class().to_value());
    crate::sys::set("last_value", exception.to_value());
    crate::sys::set("last_traceback", traceback.clone());
    flush("stdout");
    let hook = crate::sys::get("excepthook").ok().flatten();
    let result = match &hook {
        Some(hook) => protocol::call(hook, &[exception.class().to_value(), exception.to_value(), traceback]),
        None => crate::sys::print_exception(exception.as_value(), &traceback).map(|()| Value::NONE),
    };
    if let Err(error) = result {
        if error.is_instance(exceptions::system_exit_class()) {
            return Exit::Status(system_exit_status(&error));
        }
        complain!("Error in sys.excepthook:");
        let _ = crate::sys::print_exception(error.as_value(), &Value::NONE);
        complain!("\nOriginal exception was:");
        let _ = crate::sys::print_exception(exception.as_value(), &Value::NONE);
    }
    if error.is_instance(exceptions::keyboard_interrupt_class()) {
        Exit::Interrupted
    } else {
        Exit::Status(1)
    }
}

fn system_exit_status(error: &PyErr) -> i32 {
    let code = protocol::lookup_attr(error.as_value(), &intern("code")).ok().flatten();
    let code = match code {
        Some(code) => code,
        None => {
            let exception: &PyBaseException = error.exception();
            exception.args.get().first().cloned().unwrap_or(Value::NONE)
        }
    };
    if code.is_none() {
        return 0;
    }
    if protocol::is_int(&code) {
        return minipy_vm::types::int::to_i64(&code).map_or(-1, |n| n as i32) & 0xff;
    }
    flush("stdout");
    if let (Ok(text), Ok(Some(stderr))) = (protocol::str(&code), crate::sys::get("stderr"))
        && !stderr.is_none()
    {
        let line = PyStr::from_str("\n");
        let _ = protocol::call_method(&stderr, name!("write"), &[text.into_value()]);
        let _ = protocol::call_method(&stderr, name!("write"), &[line.into_value()]);
    }
    1
}
