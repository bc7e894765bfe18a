//! The opcodes that find classes, make instances and give them their state.

use super::load::Loader;
use super::save::class_name;
use super::unpickling_error;
use minipy_vm::types::function::PyGetSetDescr;
use minipy_vm::types::instance;
use minipy_vm::types::str::{PyStr, intern_ref};
use minipy_vm::types::typeobj::PyType;
use minipy_vm::{
    Args, DictRef, PyDict, PyErr, PyResult, PyTuple, TypeRef, Value, codecs, exceptions, name, protocol,
};

#[cold]
fn wrong_argument(opcode: &str, which: &str, expected: &str, got: &Value) -> PyErr {
    let got = class_name(got);
    unpickling_error(format!("{opcode} {which} argument must be {expected}, not {got}"))
}

/// `cls.__new__(cls, *args)`, whatever `__new__` may be set to.
fn new_instance(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
    match class.slots().new {
        Some(new) => new(class, args),
        None => Err(exceptions::type_error(format!("cannot create '{}' instances", class.name()))),
    }
}

impl Loader<'_> {
    pub fn load_global(&mut self) -> PyResult<()> {
        let errors = codecs::Errors::strict();
        let module = codecs::decode_utf8(self.input.line(1)?, &errors)?;
        let name = codecs::decode_utf8(self.input.line(1)?, &errors)?;
        let object = self.find(module.into_value(), name.into_value())?;
        self.push(object);
        Ok(())
    }

    pub fn load_stack_global(&mut self) -> PyResult<()> {
        let name = self.pop()?;
        let module = self.pop()?;
        if module.downcast_exact::<PyStr>().is_none() || name.downcast_exact::<PyStr>().is_none() {
            return Err(unpickling_error("STACK_GLOBAL requires str"));
        }
        let object = self.find(module, name)?;
        self.push(object);
        Ok(())
    }

    pub fn load_inst(&mut self) -> PyResult<()> {
        let mark = self.pop_mark()?;
        let errors = codecs::Errors::strict();
        let mut line = || {
            let line = self.input.line(1)?;
            codecs::decode_native(codecs::Native::Ascii, line, &errors, true)
                .map(|(text, _)| text.into_value())
        };
        let (module, name) = (line()?, line()?);
        let class = self.find(module, name)?;
        let arguments = self.stack.split_off(mark.min(self.stack.len()));
        let object = instantiate(&class, &arguments)?;
        self.push(object);
        Ok(())
    }

    pub fn load_obj(&mut self) -> PyResult<()> {
        let mut items = self.pop_to_mark()?.into_iter();
        let Some(class) = items.next() else { return Err(unpickling_error("unpickling stack underflow")) };
        let object = instantiate(&class, items.as_slice())?;
        self.push(object);
        Ok(())
    }

    pub fn load_newobj(&mut self) -> PyResult<()> {
        let args = self.pop()?;
        let class = self.pop()?;
        let Some(class) = class.downcast::<PyType>() else {
            return Err(wrong_argument("NEWOBJ", "class", "a type", &class));
        };
        let Some(args) = args.downcast::<PyTuple>() else {
            return Err(wrong_argument("NEWOBJ", "args", "a tuple", &args));
        };
        let object = new_instance(class, Args::positional_only(args))?;
        self.push(object);
        Ok(())
    }

    pub fn load_newobj_ex(&mut self) -> PyResult<()> {
        let kwargs = self.pop()?;
        let args = self.pop()?;
        let class = self.pop()?;
        let Some(class) = class.downcast::<PyType>() else {
            return Err(wrong_argument("NEWOBJ_EX", "class", "a type", &class));
        };
        let Some(args) = args.downcast::<PyTuple>() else {
            return Err(wrong_argument("NEWOBJ_EX", "args", "a tuple", &args));
        };
        let Some(kwargs) = kwargs.downcast::<PyDict>() else {
            return Err(wrong_argument("NEWOBJ_EX", "kwargs", "a dict", &kwargs));
        };
        let mut all = args.to_vec();
        let mut names = Vec::new();
        for (name, value) in kwargs.entries() {
            if name.downcast::<PyStr>().is_none() {
                return Err(exceptions::type_error("keywords must be strings"));
            }
            names.push(name);
            all.push(value);
        }
        let object = new_instance(class, Args { args: &all, kwnames: &names })?;
        self.push(object);
        Ok(())
    }

    pub fn load_reduce(&mut self) -> PyResult<()> {
        let args = self.pop()?;
        let callable = self.pop()?;
        let Some(args) = args.downcast::<PyTuple>() else {
            return Err(exceptions::type_error("argument list must be a tuple"));
        };
        let object = protocol::call(&callable, args)?;
        self.push(object);
        Ok(())
    }

    pub fn load_build(&mut self) -> PyResult<()> {
        if self.top().is_ok() {
            let state = self.pop()?;
            let object = self.top()?.clone();
            return set_state(&object, state);
        }
        self.pop().map(|_| ())
    }
}

/// Calls an old-style class; without arguments it is only made, not initialised.
fn instantiate(class: &Value, arguments: &[Value]) -> PyResult<Value> {
    if arguments.is_empty()
        && class.downcast::<PyType>().is_some()
        && protocol::lookup_attr(class, name!("__getinitargs__"))?.is_none()
    {
        return protocol::call_method(class, name!("__new__"), std::slice::from_ref(class));
    }
    protocol::call(class, arguments)
}

/// Gives a new object its state: through `__setstate__`, or as attributes.
fn set_state(object: &Value, state: Value) -> PyResult<()> {
    if let Some(set) = protocol::lookup_attr(object, name!("__setstate__"))? {
        protocol::call1(&set, state)?;
        return Ok(());
    }
    let (state, slots) = match state.downcast::<PyTuple>().map(|pair| &pair[..]) {
        Some([state, slots]) => (state.clone(), slots.clone()),
        _ => (state, Value::NONE),
    };
    if !state.is_none() {
        let Some(state) = state.downcast::<PyDict>() else {
            return Err(unpickling_error("state is not a dictionary"));
        };
        set_attributes(object, state)?;
    }
    if !slots.is_none() {
        let Some(slots) = slots.downcast::<PyDict>() else {
            return Err(unpickling_error("slot state is not a dictionary"));
        };
        for (name, value) in slots.entries() {
            protocol::setattr(object, protocol::attribute_name(&name)?, value)?;
        }
    }
    Ok(())
}

/// Puts the entries into the object's `__dict__`.
fn set_attributes(object: &Value, state: &DictRef) -> PyResult<()> {
    // Where `__dict__` is what it always is, the attributes need not be moved to a real dict.
    let plain = object.class().has_dict()
        && object.class().has_generic_getattr()
        && object
            .class()
            .lookup(name!("__dict__"))
            .is_some_and(|found| found.downcast_exact::<PyGetSetDescr>().is_some());
    if let Some(header) = object.header().filter(|_| plain)
        && state.keys().iter().all(|key| key.downcast_exact::<PyStr>().is_some())
    {
        for (key, value) in state.entries() {
            if let Some(name) = key.downcast_exact::<PyStr>() {
                instance::set(header, name, value)?;
            }
        }
        return Ok(());
    }
    let dict = protocol::getattr(object, name!("__dict__"))?;
    for (key, value) in state.entries() {
        let key = match key.downcast_exact::<PyStr>() {
            Some(name) => intern_ref(name).into_value(),
            None => key,
        };
        protocol::setitem(&dict, &key, value)?;
    }
    Ok(())
}
