//! Programs on the bare VM, without import system and streams: each must leave `result` equal to what is expected.

use minipy_runtime::compile::{Mode, Request, Source, compile};
use minipy_vm::{PyDict, PyErr, Value, frame, protocol, stack, thread, types};

fn run(source: &str) -> Result<String, PyErr> {
    stack::set_stack_size(1 << 20);
    thread::set_current(Box::leak(thread::Thread::new()));
    types::initialise();
    let builtins = minipy_runtime::modules::builtins::make()?;
    frame::set_default_builtins(builtins.namespace());
    let request =
        Request { filename: "<test>", mode: Mode::Exec, flags: 0, optimize: 0, feature_version: None };
    let code = compile(&Source::Text(source.to_owned()), &request)?;
    let globals = PyDict::new_ref();
    globals.insert("__name__", "__main__");
    frame::exec_code(&code, globals.clone(), None, None)?;
    let result = globals.get_interned(minipy_vm::name!("result")).unwrap_or(Value::NONE);
    Ok(protocol::repr(&result)?.to_string_lossy())
}

#[test]
fn programs() {
    let programs = include_str!("programs.txt");
    let mut failed = 0;
    for program in programs.split("\n---\n") {
        let (expected, source) = program.split_once('\n').expect("an expected repr, then a program");
        match run(source) {
            Ok(result) if result == expected => {}
            Ok(result) => {
                failed += 1;
                eprintln!("expected {expected}, got {result}:\n{source}");
            }
            Err(error) => {
                failed += 1;
                let text =
                    protocol::str(error.as_value()).map_or_else(|_| String::new(), |s| s.to_string_lossy());
                eprintln!("{}: {text}\n{source}", error.as_value().type_name());
            }
        }
    }
    assert_eq!(failed, 0);
}
