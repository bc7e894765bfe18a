//! `builtins`: the built-in functions, and the names of the built-in classes.

mod class;
mod code;
mod objects;
mod output;
mod sequences;

use minipy_vm::exceptions;
use minipy_vm::heap::Payload;
use minipy_vm::macros_support::ModuleDef;
use minipy_vm::{DictRef, PyModule, PyResult, Ref, TypeRef, Value};

static DEF: ModuleDef = ModuleDef {
    name: "builtins",
    doc: Some(
        "Built-in functions, types, exceptions, and other objects.\n\nThis module provides direct access to all 'built-in'\nidentifiers of Python; for example, builtins.len is\nthe full name for the built-in function len().\n\nThis module is not normally accessed explicitly by most\napplications, but can be useful in modules that provide\nobjects with the same name as a builtin and need to extend\nits functionality.",
    ),
    functions: &[],
    attrs: &[],
    classes: &[],
    parts: &[&objects::MODULE, &sequences::MODULE, &class::MODULE, &code::MODULE, &output::MODULE],
    init: None,
};

/// Makes the module.
pub fn make() -> PyResult<Ref<PyModule>> {
    let module = PyModule::from_def(&DEF)?;
    let namespace = module.namespace();
    add_classes(&namespace);
    for (name, value) in [
        ("None", Value::NONE),
        ("False", Value::FALSE),
        ("True", Value::TRUE),
        ("Ellipsis", Value::ELLIPSIS),
        ("NotImplemented", Value::NOT_IMPLEMENTED),
        ("__debug__", Value::TRUE),
    ] {
        namespace.insert(name, value);
    }
    Ok(module)
}

fn add_classes(namespace: &DictRef) {
    use minipy_vm::types::*;
    let classes: &[&TypeRef] = &[
        object::PyObject::class(),
        typeobj::PyType::class(),
        int::PyInt::class(),
        singletons::PyBool::class(),
        float::PyFloat::class(),
        complex::PyComplex::class(),
        str::PyStr::class(),
        bytes::PyBytes::class(),
        bytearray::PyByteArray::class(),
        memoryview::PyMemoryView::class(),
        list::PyList::class(),
        tuple::PyTuple::class(),
        dict::PyDict::class(),
        set::PySet::class(),
        set::PyFrozenSet::class(),
        slice::PySlice::class(),
        range::PyRange::class(),
        enumerate::PyEnumerate::class(),
        zip::PyZip::class(),
        map::PyMap::class(),
        filter::PyFilter::class(),
        reversed::PyReversed::class(),
        staticmethod::PyStaticMethod::class(),
        classmethod::PyClassMethod::class(),
        property::PyProperty::class(),
        super_type::PySuper::class(),
    ];
    for class in classes {
        namespace.insert(&class.name(), class.to_value());
    }
    for (name, class) in exceptions::all_classes() {
        namespace.insert(&name, class.to_value());
    }
}
