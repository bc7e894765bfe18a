//! Writing objects by how they reduce: `copyreg`, `__reduce_ex__`, and what these give (PEP 307).

use super::opcode::*;
use super::save::{Saver, class_name, noted};
use super::{compat, pickling_error};
use minipy_vm::types::typeobj::PyType;
use minipy_vm::types::{str::PyStr, tuple};
use minipy_vm::{Payload, PyDict, PyErr, PyResult, PyTuple, TupleRef, Value, exceptions, name, protocol};

/// How an instance is made again.
enum Maker {
    /// `callable(*args)`.
    Call,
    /// `copyreg.__newobj__`: `cls.__new__(cls, *args)`.
    NewObj,
    /// `copyreg.__newobj_ex__`: `cls.__new__(cls, *args, **kwargs)`.
    NewObjEx,
}

/// The item of a reduction, which may be None or left out.
fn part(reduced: &TupleRef, index: usize) -> Option<&Value> {
    reduced.get(index).filter(|value| !value.is_none())
}

#[cold]
fn wrong_part(which: &str, expected: &str, got: &Value) -> PyErr {
    pickling_error(format!(
        "{which} item of the tuple returned by __reduce__ must be {expected}, not {}",
        class_name(got)
    ))
}

#[cold]
fn wrong_argument(function: &str, which: &str, expected: &str, got: &Value) -> PyErr {
    pickling_error(format!("{which} argument to {function}() must be {expected}, not {}", class_name(got)))
}

impl Saver<'_> {
    /// Writes `object` by what the dispatch table or its own methods say.
    pub fn save_by_reduction(&mut self, object: &Value) -> PyResult<()> {
        let class = object.class().to_value();
        let reducer = match self.pickler.dispatch_table.get() {
            None => compat::dispatch_table()?.get(&class)?,
            Some(table) => match table.downcast_exact::<PyDict>() {
                Some(table) => table.get(&class)?,
                None => match protocol::getitem(&table, &class) {
                    Err(error) if error.is_instance(exceptions::key_error_class()) => None,
                    found => Some(found?),
                },
            },
        };
        let reduced = if let Some(reducer) = reducer {
            protocol::call1(&reducer, object.clone())?
        } else if object.downcast::<PyType>().is_some() {
            return self.save_global(object, None);
        } else if let Some(method) = protocol::lookup_attr(object, name!("__reduce_ex__"))? {
            protocol::call1(&method, Value::small_int(self.protocol.into()))?
        } else if let Some(method) = protocol::lookup_attr(object, name!("__reduce__"))? {
            protocol::call0(&method)?
        } else {
            let message =
                format!("can't pickle '{}' object: {}", object.type_name(), protocol::repr(object)?);
            return Err(pickling_error(message));
        };
        self.save_reduced(object, &reduced)
    }

    /// Writes `object` as what a reducing function gave for it: a global name or a tuple.
    pub fn save_reduced(&mut self, object: &Value, reduced: &Value) -> PyResult<()> {
        if let Some(name) = reduced.downcast::<PyStr>() {
            return self.save_global(object, Some(name));
        }
        let result = match reduced.downcast::<PyTuple>() {
            Some(reduced) => self.save_reduce(object, reduced, Some(object)),
            None => Err(pickling_error(format!(
                "__reduce__ must return a string or tuple, not {}",
                class_name(reduced)
            ))),
        };
        result.map_err(|error| noted(error, format_args!("{} object", class_name(object))))
    }

    /// Writes the instructions of `reduced`. What they make is `object`, unless the memo is not to know.
    pub fn save_reduce(&mut self, shown: &Value, reduced: &TupleRef, object: Option<&Value>) -> PyResult<()> {
        if !(2..=6).contains(&reduced.len()) {
            return Err(pickling_error("tuple returned by __reduce__ must contain 2 through 6 elements"));
        }
        let (callable, arguments) = (&reduced[0], &reduced[1]);
        if !protocol::is_callable(callable) {
            return Err(wrong_part("first", "callable", callable));
        }
        let Some(arguments) = arguments.downcast::<PyTuple>() else {
            return Err(wrong_part("second", "a tuple", arguments));
        };
        let (state, items, pairs, setter) =
            (part(reduced, 2), part(reduced, 3), part(reduced, 4), part(reduced, 5));
        for (iterator, which) in [(items, "fourth"), (pairs, "fifth")] {
            if let Some(iterator) = iterator
                && iterator.class().slots().iternext.is_none()
            {
                return Err(wrong_part(which, "an iterator", iterator));
            }
        }
        if let Some(setter) = setter
            && !protocol::is_callable(setter)
        {
            return Err(wrong_part("sixth", "callable", setter));
        }
        match self.maker(callable)? {
            Maker::NewObjEx => self.save_newobj_ex(shown, arguments)?,
            Maker::NewObj => self.save_newobj(shown, arguments, object)?,
            Maker::Call => self.save_call(shown, callable, arguments)?,
        }
        if let Some(object) = object {
            if let Some(index) = self.memo_index(object) {
                // The arguments hold the object, which has been completed meanwhile.
                self.out.byte(POP);
                return self.get(index);
            }
            self.memoize(object)?;
        }
        if let Some(items) = items {
            self.append_all(items, shown)?;
        }
        if let Some(pairs) = pairs {
            self.set_all(pairs, shown)?;
        }
        match (state, setter) {
            (None, _) => {}
            (Some(state), None) => {
                self.save_part(state, shown, "state")?;
                self.out.byte(BUILD);
            }
            (Some(state), Some(setter)) => {
                self.save_part(setter, shown, "state setter")?;
                self.save(shown)?;
                self.save_part(state, shown, "state")?;
                self.out.write(&[TUPLE2, REDUCE, POP]);
            }
        }
        Ok(())
    }

    fn save_part(&mut self, value: &Value, shown: &Value, what: &str) -> PyResult<()> {
        self.save(value).map_err(|error| noted(error, format_args!("{} {what}", class_name(shown))))
    }

    /// From protocol 2 on there are opcodes for two functions, which are known by their names.
    fn maker(&self, callable: &Value) -> PyResult<Maker> {
        if self.protocol < 2 {
            return Ok(Maker::Call);
        }
        let name = protocol::lookup_attr(callable, name!("__name__"))?;
        Ok(match name.as_ref().and_then(|name| name.downcast::<PyStr>()) {
            Some(name) if name.eq_str("__newobj__") => Maker::NewObj,
            Some(name) if name.eq_str("__newobj_ex__") => Maker::NewObjEx,
            _ => Maker::Call,
        })
    }

    fn save_call(&mut self, shown: &Value, callable: &Value, arguments: &TupleRef) -> PyResult<()> {
        self.save_part(callable, shown, "reconstructor")?;
        self.save_part(arguments.as_value(), shown, "reconstructor arguments")?;
        self.out.byte(REDUCE);
        Ok(())
    }

    fn save_newobj(&mut self, shown: &Value, arguments: &TupleRef, object: Option<&Value>) -> PyResult<()> {
        let [class, rest @ ..] = &arguments[..] else {
            return Err(pickling_error("__newobj__ expected at least 1 argument, got 0"));
        };
        if class.downcast::<PyType>().is_none() {
            return Err(wrong_argument("__newobj__", "first", "a class", class));
        }
        if let Some(object) = object {
            let own = protocol::getattr(object, name!("__class__"))?;
            if !own.is(class) {
                return Err(pickling_error(format!(
                    "first argument to __newobj__() must be {}, not {}",
                    protocol::repr(&own)?,
                    protocol::repr(class)?
                )));
            }
        }
        self.save_part(class, shown, "class")?;
        self.save_part(PyTuple::from_slice(rest).as_value(), shown, "__new__ arguments")?;
        self.out.byte(NEWOBJ);
        Ok(())
    }

    fn save_newobj_ex(&mut self, shown: &Value, arguments: &TupleRef) -> PyResult<()> {
        let [class, args, kwargs] = &arguments[..] else {
            let count = arguments.len();
            return Err(pickling_error(format!("__newobj_ex__ expected 3 arguments, got {count}")));
        };
        if class.downcast::<PyType>().is_none() {
            return Err(wrong_argument("__newobj_ex__", "first", "a class", class));
        }
        let Some(positional) = args.downcast::<PyTuple>() else {
            return Err(wrong_argument("__newobj_ex__", "second", "a tuple", args));
        };
        let Some(keywords) = kwargs.downcast::<PyDict>() else {
            return Err(wrong_argument("__newobj_ex__", "third", "a dict", kwargs));
        };
        if self.protocol >= 4 {
            self.save_part(class, shown, "class")?;
            self.save_part(args, shown, "__new__ arguments")?;
            self.save_part(kwargs, shown, "__new__ arguments")?;
            self.out.byte(NEWOBJ_EX);
            return Ok(());
        }
        // A call of `functools.partial(cls.__new__, cls, *args, **kwargs)`.
        let mut all = vec![protocol::getattr(class, name!("__new__"))?, class.clone()];
        all.extend(positional.iter().cloned());
        let functools = crate::import::import_module("functools")?;
        let partial = protocol::getattr(&functools, name!("partial"))?;
        let partial = protocol::call_kwargs(&partial, &all, Some(keywords))?;
        self.save_part(&partial, shown, "reconstructor")?;
        self.save(tuple::empty().as_value())?;
        self.out.byte(REDUCE);
        Ok(())
    }

    /// Writes a class: the types of the singletons have no names to find them by.
    pub fn save_type(&mut self, class: &Value) -> PyResult<()> {
        let singletons = [Value::NONE, Value::ELLIPSIS, Value::NOT_IMPLEMENTED];
        match singletons.into_iter().find(|singleton| singleton.class().as_value().is(class)) {
            Some(singleton) => {
                let arguments = PyTuple::from_array([singleton]).into_value();
                let reduced = PyTuple::from_array([PyType::class().to_value(), arguments]);
                self.save_reduce(class, &reduced, Some(class))
            }
            None => self.save_global(class, None),
        }
    }
}
