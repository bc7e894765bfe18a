//! Runs a file on the bare VM, without import system and streams: for measuring the eval loop alone.

use minipy_runtime::compile::{Mode, Request, Source, compile};
use minipy_vm::{PyDict, frame, gil, protocol, thread, types};

fn main() {
    let path = std::env::args().nth(1).unwrap_or_default();
    let source = std::fs::read_to_string(&path).unwrap_or_default();
    let thread = Box::leak(thread::Thread::new());
    gil::acquire(thread);
    types::initialise();
    let result = minipy_runtime::modules::builtins::make().and_then(|builtins| {
        frame::set_default_builtins(builtins.namespace());
        let request =
            Request { filename: &path, mode: Mode::Exec, flags: 0, optimize: 0, feature_version: None };
        let code = compile(&Source::Text(source), &request)?;
        let globals = PyDict::new_ref();
        globals.insert("__name__", "__main__");
        frame::exec_code(&code, globals.clone(), None, None)?;
        let result = globals.get_interned(minipy_vm::name!("result"));
        result.map_or(Ok(String::new()), |r| protocol::repr(&r).map(|s| s.to_string_lossy()))
    });
    match result {
        Ok(text) => println!("{text}"),
        Err(error) => {
            let text =
                protocol::str(error.as_value()).map_or_else(|_| String::new(), |s| s.to_string_lossy());
            eprintln!("{}: {text}", error.as_value().type_name());
        }
    }
}
