//! Special methods, slots and class creation, without a program.

use minipy_vm::exceptions::PyBaseException;
use minipy_vm::types::object::PyObject;
use minipy_vm::{Payload, PyDict, PyStr, PyTuple, PyType, Value, protocol, thread};

fn start() {
    minipy_vm::stack::set_stack_size(4 << 20);
    thread::set_current(Box::leak(thread::Thread::new()));
}

fn attr(object: &Value, name: &str) -> Value {
    match protocol::getattr_str(object, name) {
        Ok(value) => value,
        Err(error) => panic!("{}", describe(error.as_value())),
    }
}

fn describe(error: &Value) -> String {
    let args = error.downcast::<PyBaseException>().map(|e| e.args.get());
    let message = args.and_then(|args| args.first().cloned()).unwrap_or(Value::NONE);
    let text = protocol::str(&message).map_or_else(|_| "?".to_owned(), |s| s.to_string());
    format!("{}: {text}", error.type_name())
}

fn call(callable: &Value, args: &[Value]) -> Result<Value, String> {
    protocol::call(callable, args).map_err(|error| describe(error.as_value()))
}

fn repr(value: &Value) -> String {
    protocol::repr(value).map_or_else(|e| describe(e.as_value()), |s| s.to_string())
}

#[test]
fn wrappers_and_classes() {
    start();
    let one = Value::small_int(1);
    let int = one.class().to_value();
    let add = attr(&int, "__add__");
    assert_eq!(repr(&add), "<slot wrapper '__add__' of 'int' objects>");
    assert_eq!(call(&add, &[one.clone(), one.clone()]).map(|v| repr(&v)), Ok("2".to_owned()));
    let error = "TypeError: descriptor '__add__' of 'int' object needs an argument";
    assert_eq!(call(&add, &[]).map(|v| repr(&v)), Err(error.to_owned()));
    let error = "TypeError: expected 1 argument, got 0";
    assert_eq!(call(&attr(&one, "__add__"), &[]).map(|v| repr(&v)), Err(error.to_owned()));

    // These classes are made while `object` is.
    for value in [
        PyTuple::from_vec(Vec::new()).into_value(),
        PyStr::from_str("x").into_value(),
        PyDict::new_ref().into_value(),
    ] {
        assert!(attr(&value, "__class__").is(value.class().as_value()));
        assert!(attr(&attr(&value, "__eq__"), "__self__").is(&value));
    }

    let metaclass = PyType::class().to_value();
    let make = |name: &str, bases: &[Value], namespace: Value| {
        let bases = PyTuple::from_vec(bases.to_vec()).into_value();
        call(&metaclass, &[PyStr::from_str(name).into_value(), bases, namespace])
    };
    let namespace = PyDict::new_ref();
    namespace.insert("__module__", "m");
    namespace.insert("__slots__", "x");
    let a = make("A", &[], namespace.into_value()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(repr(&a), "<class 'm.A'>");
    let object = call(&a, &[]).unwrap_or_else(|e| panic!("{e}"));
    let name = minipy_vm::types::str::intern("x");
    assert!(protocol::setattr(&object, &name, one.clone()).is_ok());
    assert_eq!(repr(&attr(&object, "x")), "1");
    let b =
        make("B", std::slice::from_ref(&a), PyDict::new_ref().into_value()).unwrap_or_else(|e| panic!("{e}"));
    let error = "TypeError: Cannot create a consistent method resolution order (MRO) for bases A, B";
    assert_eq!(
        make("C", &[a.clone(), b.clone()], PyDict::new_ref().into_value()).map(drop),
        Err(error.to_owned())
    );
    let error = "TypeError: multiple bases have instance lay-out conflict";
    let text = PyStr::class().to_value();
    assert_eq!(make("C", &[int, text], PyDict::new_ref().into_value()).map(drop), Err(error.to_owned()));
    let instance = call(&b, &[]).unwrap_or_else(|e| panic!("{e}"));
    assert!(protocol::setattr(&instance, &minipy_vm::types::str::intern("y"), one.clone()).is_ok());
    assert_eq!(repr(&attr(&instance, "y")), "1");
    assert!(repr(&instance).starts_with("<B object at 0x"));
    let error = "TypeError: B() takes no arguments";
    assert_eq!(call(&b, &[one]).map(drop), Err(error.to_owned()));
    assert_eq!(
        repr(&call(&attr(&PyObject::class().to_value(), "__subclasses__"), &[]).is_ok().into()),
        "True"
    );
}
