//! From a configuration to a running program.

use crate::compile::{self, Mode, Request, Source};
use crate::config::{Config, Paths, Run};
use crate::modules::faulthandler::dump::{self, Out};
use crate::path::from_os;
use crate::shutdown;
use crate::sys::StreamError;
use crate::{import, interactive, uncaught};
use minipy_vm::function::hooks::{self, Hooks};
use minipy_vm::types::code::PyCode;
use minipy_vm::types::module::set_sys_path_0;
use minipy_vm::types::str::intern;
use minipy_vm::{
    DictRef, PyDict, PyErr, PyModule, PyResult, PyStr, Ref, Value, exceptions, finalize, frame, gil, name,
    protocol, stack, thread,
};
use std::ffi::{OsStr, OsString};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Writes a line to standard error; that nobody can read it is no reason to panic.
pub fn complain(text: &str) {
    write_all(2, format!("{text}\n").as_bytes());
}

pub fn write_all(fd: i32, bytes: &[u8]) {
    Out(fd).bytes(bytes);
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
/// What comparisons may use, to go as deep as CPython's.
const COMPARISON_STACK: usize = 48 << 20;

/// Stack of the main thread. The compiler, which bounds its depth by counting, needs more than [`RECURSION_STACK`].
const MAIN_STACK: usize = 64 << 20;

/// Runs a program with `args` (the first is the program's own name); gives the exit status.
pub fn run(args: Vec<OsString>) -> i32 {
    let config = match Config::from_args(args) {
        Ok(config) => config,
        Err(ending) => {
            write_all(1, &ending.stdout);
            write_all(2, &ending.stderr);
            return ending.status;
        }
    };
    // A thread of its own, because its stack can be made as large as deep recursion needs.
    let worker = std::thread::Builder::new().stack_size(MAIN_STACK).spawn(|| run_on_stack(config));
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
    thread.comparison_limit.set(stack::limit_below_here(COMPARISON_STACK));
    gil::acquire(thread);
    thread::register(thread);
    crate::modules::thread::set_main();
    frame::breaker::set_handler(crate::signals::serve);
    interactive::configure(config);
    if let Err(failure) = initialise(config) {
        return failure.report();
    }
    interactive::print_banner(config);
    shutdown::finish(run_main(config))
}

/// What keeps the interpreter from starting.
struct StartError {
    /// CPython's name of the step that failed, and what went wrong.
    message: String,
    error: Option<PyErr>,
    /// How far the interpreter has come.
    state: &'static str,
}

impl From<PyErr> for StartError {
    fn from(error: PyErr) -> StartError {
        StartError::new("initialisation failed", Some(error))
    }
}

impl StartError {
    fn new(message: &str, error: Option<PyErr>) -> StartError {
        StartError { message: message.to_owned(), error, state: "core initialized" }
    }

    /// Says so on standard error; gives the exit status.
    fn report(&self) -> i32 {
        complain(&format!("Fatal Python error: {}\nPython runtime state: {}", self.message, self.state));
        if let Some(error) = &self.error {
            write_all(2, crate::sys::exception_text(error.exception()).as_bytes());
        }
        complain("");
        dump::all_threads(Out(2), dump::own_thread());
        1
    }
}

/// Makes `sys`, `builtins`, the import system and the streams, and runs `site`.
fn initialise(config: &Config) -> Result<(), StartError> {
    set_hash_key(config);
    if config.bytes_warning > 0 {
        minipy_vm::warnings::enable_bytes_warnings();
    }
    if !config.settings.code_debug_ranges {
        minipy_vm::types::code::forget_columns();
    }
    if config.settings.dev_mode {
        minipy_vm::codecs::check_handlers();
    }
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
    import::initialise(config)?;
    load_encodings(&config.paths)?;
    if config.settings.tracemalloc > 0 {
        crate::modules::tracemalloc::start_with(config.settings.tracemalloc)
            .map_err(|error| StartError::new("init_interp_main: can't start tracemalloc", Some(error)))?;
    }
    crate::modules::signal::start()?;
    if config.settings.remote_debug {
        crate::sys::remote::enable();
    }
    if let Some(backend) = config.settings.perf_profiling {
        crate::sys::perf::activate(backend)?;
    }
    crate::sys::open_streams(config).map_err(|error| match error {
        StreamError::Encoding(error) => StartError::new(
            "init_stdio_encoding: failed to get the Python codec name of the stdio encoding",
            Some(error),
        ),
        StreamError::Directory => {
            StartError::new("init_sys_streams: <stdin> is a directory, cannot continue", None)
        }
        StreamError::Other(error) => {
            StartError::new("init_sys_streams: can't initialize sys standard streams", Some(error))
        }
    })?;
    if config.settings.fault_handler {
        crate::modules::faulthandler::enable_at_start()?;
    }
    if !config.warn_options.is_empty() {
        // It says what is wrong with the options.
        let _ = import::import_module("warnings");
    }
    if !config.no_site {
        // Importing it does all the work.
        import::import_module("site").map_err(|error| StartError {
            state: "initialized",
            ..StartError::new("init_import_site: Failed to import the site module", Some(error))
        })?;
    }
    Ok(())
}

/// Imports what names the encodings, the one of file names to begin with. A library without it is none.
fn load_encodings(paths: &Paths) -> Result<(), StartError> {
    import::import_module("encodings").map_err(|error| {
        paths.dump();
        StartError::new("Failed to import encodings module", Some(error))
    })?;
    minipy_vm::codecs::lookup(crate::path::encoding().name()).map(drop).map_err(|error| {
        StartError::new("failed to get the Python codec of the filesystem encoding", Some(error))
    })
}

fn set_hash_key(config: &Config) {
    let key = match config.settings.hash_seed {
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

/// The module `__main__`, made afresh if there is none.
pub fn main_module() -> PyResult<Ref<PyModule>> {
    let modules = import::modules()?;
    if let Some(module) = modules.get_str(name!("__main__"))?
        && let Ok(module) = module.downcast_into::<PyModule>()
    {
        return Ok(module);
    }
    let module = PyModule::new_ref(name!("__main__"), Value::NONE);
    import::add_module("__main__", &module)?;
    let builtins = modules.get_str(name!("builtins"))?.unwrap_or(Value::NONE);
    module.namespace().insert("__builtins__", builtins);
    // Until a script with a loader of its own is run.
    module.namespace().insert("__loader__", import::builtin_importer());
    Ok(module)
}

/// What runs at the top level runs in.
pub fn main_namespace() -> PyResult<DictRef> {
    Ok(main_module()?.namespace())
}

/// Runs what the command line asks for, and the interactive session behind it; gives the exit status.
fn run_main(config: &Config) -> i32 {
    if let Err(error) = main_module() {
        return uncaught::report(error).unwrap_or(1);
    }
    if config.run == Run::Stdin && interactive::stdin_is_session() {
        return match prepend_path(config, OsStr::new("")) {
            Ok(()) => interactive::run(config),
            Err(error) => uncaught::report(error).unwrap_or(1),
        };
    }
    let status = run_program(config).unwrap_or_else(|error| uncaught::report(error).unwrap_or(1));
    interactive::run_after_program(config, status)
}

/// Runs the program; gives the exit status if no exception leaves it.
fn run_program(config: &Config) -> PyResult<i32> {
    let namespace = main_namespace()?;
    match &config.run {
        Run::Command(text) => return run_command(config, text, &namespace),
        Run::Module(name) => {
            prepend_path(config, &current_folder())?;
            crate::sys::audit("cpython.run_module", &[from_os(name)])?;
            let runpy = import::import_module("runpy")?;
            let run = protocol::getattr(&runpy, name!("_run_module_as_main"))?;
            protocol::call1(&run, from_os(name))?;
        }
        Run::Script(path) => return run_script(config, path, &namespace),
        Run::Stdin => {
            prepend_path(config, OsStr::new(""))?;
            crate::sys::audit("cpython.run_stdin", &[])?;
            run_stdin_script()?;
        }
    }
    Ok(0)
}

/// Runs the script on standard input.
pub fn run_stdin_script() -> PyResult<()> {
    let mut source = Vec::new();
    let read = std::io::Read::read_to_end(&mut std::io::stdin(), &mut source);
    if let Err(error) = read {
        return Err(minipy_vm::exceptions::runtime_error(error.to_string()));
    }
    if let Some(config) = crate::config::current() {
        source = without_first_line(config, source);
    }
    let namespace = main_namespace()?;
    namespace.insert("__file__", "<stdin>");
    namespace.insert("__cached__", Value::NONE);
    run_source(&Source::File(source), "<stdin>", &namespace)
}

/// Runs `f` while `__file__` in `__main__` is `path`.
pub fn with_file(path: Value, namespace: &DictRef, f: impl FnOnce() -> PyResult<()>) -> PyResult<()> {
    namespace.insert("__file__", path);
    namespace.insert("__cached__", Value::NONE);
    let result = f();
    for name in ["__file__", "__cached__"] {
        let _ = namespace.remove_str(&intern(name));
    }
    result
}

/// Runs the text of `-c`, which may be indented as a whole. Tracebacks show its lines.
fn run_command(config: &Config, text: &OsStr, namespace: &DictRef) -> PyResult<i32> {
    let mut line = text.to_owned();
    line.push("\n");
    crate::sys::audit("cpython.run_command", &[from_os(&line)])?;
    prepend_path(config, OsStr::new(""))?;
    let Some(source) = text
        .to_str()
        .filter(|text| from_os(OsStr::new(text)).downcast::<PyStr>().is_some_and(|t| t.eq_str(text)))
    else {
        complain("Unable to decode the command from the command line:");
        let error = protocol::call_method(&from_os(text), name!("encode"), &["utf-8".into()]);
        let error = error.err().unwrap_or_else(|| exceptions::unicode_error("surrogates not allowed"));
        write_all(2, crate::sys::exception_text(error.exception()).as_bytes());
        return Ok(1);
    };
    let source = dedent(source);
    let code = compile_source(&Source::Text(source.clone()), "<string>")?;
    let linecache = import::import_module("linecache")?;
    let register = protocol::getattr(&linecache, name!("_register_code"))?;
    protocol::call(&register, &[code.to_value(), Value::from(source), "<string>".into()])?;
    crate::sys::audit("exec", &[code.to_value()])?;
    frame::exec_code(&code, namespace.clone(), None, None)?;
    Ok(0)
}

/// `text` without the indentation that all its lines share, as `textwrap.dedent` has it, and with a line break at its end.
fn dedent(text: &str) -> String {
    let blanks = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let lines: Vec<&str> =
        text.split('\n').map(|line| if blanks(line) == line.len() { "" } else { line }).collect();
    let mut margin: Option<&str> = None;
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let indentation = &line[..blanks(line)];
        let common = margin.map_or(indentation.len(), |margin| {
            margin.bytes().zip(indentation.bytes()).take_while(|(a, b)| a == b).count()
        });
        margin = Some(&indentation[..common]);
    }
    let margin = margin.map_or(0, str::len);
    let lines: Vec<&str> = lines.iter().map(|line| line.get(margin..).unwrap_or("")).collect();
    lines.join("\n") + "\n"
}

/// The source without its first line if `-x` was given; lines keep their numbers.
fn without_first_line(config: &Config, source: Vec<u8>) -> Vec<u8> {
    if !config.skip_first_line {
        return source;
    }
    let end = source.iter().position(|&byte| byte == b'\n').unwrap_or(source.len());
    source[end..].to_vec()
}

fn current_folder() -> OsString {
    std::env::current_dir().map_or_else(|_| OsString::new(), |path| path.into_os_string())
}

/// Puts the folder of the program at the head of `sys.path`.
fn prepend_path(config: &Config, folder: &OsStr) -> PyResult<()> {
    if config.safe_path {
        return Ok(());
    }
    set_sys_path_0(folder.to_string_lossy().into_owned());
    insert_path(folder)
}

fn insert_path(folder: &OsStr) -> PyResult<()> {
    let Some(path) = crate::sys::get("path")? else { return Ok(()) };
    protocol::call_method(&path, name!("insert"), &[Value::small_int(0), from_os(folder)])?;
    Ok(())
}

fn run_script(config: &Config, script: &OsStr, namespace: &DictRef) -> PyResult<i32> {
    // The main script is known by its absolute name everywhere but in `sys.argv`.
    let path = absolute(script);
    let file = Path::new(&path);
    if file.is_dir() || may_be_archive(file) && import::has_finder(&from_os(&path))? {
        insert_path(&path)?;
        crate::sys::audit("cpython.run_module", &["__main__".into()])?;
        let runpy = import::import_module("runpy")?;
        let run = protocol::getattr(&runpy, name!("_run_module_as_main"))?;
        protocol::call(&run, &[Value::from("__main__"), Value::FALSE])?;
        return Ok(0);
    }
    crate::sys::audit("cpython.run_file", &[from_os(&path)])?;
    let source = match std::fs::read(file) {
        Ok(source) => source,
        Err(error) => {
            let number = error.raw_os_error().unwrap_or(0);
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default().to_owned();
            let executable = config.paths.executable.as_bytes();
            let shown = protocol::repr(&from_os(&path))?.to_string_lossy();
            let rest = format!(": can't open file {shown}: [Errno {number}] {text}\n");
            write_all(2, &[executable, rest.as_bytes()].concat());
            return Ok(2);
        }
    };
    let real = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    prepend_path(config, real.parent().unwrap_or(Path::new("")).as_os_str())?;
    let name = from_os(&path);
    let is_pyc = import::is_pyc(&path, &source);
    namespace.insert("__loader__", import::script_loader(name.clone(), is_pyc)?);
    if is_pyc {
        let run = || {
            let code = import::script_code(&source, name.clone())?;
            frame::exec_code(&code, namespace.clone(), None, None).map(drop)
        };
        with_file(name.clone(), namespace, run)?;
        return Ok(0);
    }
    let source = Source::File(without_first_line(config, source));
    with_file(name, namespace, || run_source(&source, &path.to_string_lossy(), namespace))?;
    Ok(0)
}

/// Whether the path may lead into a zip archive: the file that it names, or goes through, ends like one.
fn may_be_archive(path: &Path) -> bool {
    /// The last record of an archive, with the longest comment.
    const END: u64 = 22 + 0xffff;
    // Opening a pipe would have an effect.
    let Some(archive) = path.ancestors().find(|path| path.exists()).filter(|path| path.is_file()) else {
        return false;
    };
    let tail = || -> std::io::Result<Vec<u8>> {
        let mut file = std::fs::File::open(archive)?;
        let size = file.metadata()?.len();
        file.seek(SeekFrom::Start(size.saturating_sub(END)))?;
        let mut tail = Vec::new();
        file.take(END).read_to_end(&mut tail)?;
        Ok(tail)
    };
    tail().is_ok_and(|tail| memchr::memmem::find(&tail, b"PK\x05\x06").is_some())
}

/// The script's absolute name; unlike [`crate::path::absolute`] it keeps a leading `./`.
fn absolute(path: &OsStr) -> OsString {
    if path.as_bytes().first() == Some(&b'/') {
        return path.to_owned();
    }
    let mut whole = current_folder();
    if !path.is_empty() {
        whole.push("/");
        whole.push(path);
    }
    whole
}

fn compile_source(source: &Source, filename: &str) -> PyResult<Ref<PyCode>> {
    let request = Request { filename, mode: Mode::Exec, flags: 0, optimize: -1, feature_version: None };
    compile::compile(source, &request)
}

pub fn run_source(source: &Source, filename: &str, namespace: &DictRef) -> PyResult<()> {
    let code = compile_source(source, filename)?;
    crate::sys::audit("exec", &[code.to_value()])?;
    frame::exec_code(&code, namespace.clone(), None, None)?;
    Ok(())
}
