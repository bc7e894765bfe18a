//! The methods of `BaseException`.

use super::PyBaseException;
use crate::function::args::Args;
use crate::heap::Ref;
use crate::types::dict::{DictRef, PyDict};
use crate::types::instance;
use crate::types::list::PyList;
use crate::types::str::{PyStr, StrRef};
use crate::types::traceback::PyTraceback;
use crate::types::tuple::{PyTuple, TupleRef};
use crate::types::typeobj::TypeRef;
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};
use minipy_macros::pymethods;

/// The positional arguments of an exception's constructor, which takes no keywords.
pub(super) fn no_keywords<'a>(class: &TypeRef, args: Args<'a>) -> PyResult<&'a [Value]> {
    if args.has_keywords() {
        return Err(exceptions::type_error(format!("{}() takes no keyword arguments", class.name())));
    }
    Ok(args.positional())
}

/// The instance's attributes for `__reduce__`, if there are any.
pub(super) fn reduce_dict(exception: &Value) -> Option<DictRef> {
    let header = exception.header().filter(|h| h.class().has_dict())?;
    instance::has_attributes(header).then(|| instance::dict(header))
}

/// `(type, args)` or `(type, args, state)`.
pub(super) fn reduced(exception: &Value, args: TupleRef, state: Option<Value>) -> Value {
    let class = exception.class().to_value();
    match state {
        Some(state) => PyTuple::from_array([class, args.into_value(), state]),
        None => PyTuple::from_array([class, args.into_value()]),
    }
    .into_value()
}

/// What `str()` of an exception shows by default: its argument, or the tuple of them.
pub(super) fn str_of_args(exception: &PyBaseException) -> PyResult<StrRef> {
    let args = exception.args.get();
    match &args[..] {
        [] => Ok(crate::name!("").clone()),
        [one] => protocol::str(one),
        _ => protocol::str(args.as_value()),
    }
}

/// `None`, or an exception; the TypeError says what `what` must be.
fn exception_or_none(value: Value, what: &str) -> PyResult<Option<Value>> {
    if value.is_none() {
        return Ok(None);
    }
    if value.downcast::<PyBaseException>().is_none() {
        return Err(exceptions::type_error(format!(
            "exception {what} must be None or derive from BaseException"
        )));
    }
    Ok(Some(value))
}

fn undeletable(value: Option<Value>, what: &str) -> PyResult<Value> {
    value.ok_or_else(|| exceptions::type_error(format!("{what} may not be deleted")))
}

#[pymethods(part = methods)]
impl PyBaseException {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let args = PyTuple::from_slice(args.positional());
        Ok(Ref::new_in(class, PyBaseException::with_args(args)).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<PyBaseException>, args: Args<'_>) -> PyResult<()> {
        let given = no_keywords(zelf.class(), args)?;
        zelf.set_args(given);
        Ok(())
    }

    #[slot]
    fn repr(zelf: &Ref<PyBaseException>) -> PyResult<Value> {
        let args = zelf.args.get();
        let mut out = crate::types::str::StrBuilder::new();
        out.push_str(&zelf.class().short_name());
        match &args[..] {
            [one] => {
                out.push(u32::from('('));
                out.push_pystr(&*protocol::repr(one)?);
                out.push(u32::from(')'));
            }
            _ => out.push_pystr(&*protocol::repr(args.as_value())?),
        }
        Ok(out.finish().into_value())
    }

    #[slot]
    fn str(zelf: &Ref<PyBaseException>) -> PyResult<Value> {
        Ok(str_of_args(zelf)?.into_value())
    }

    #[slot]
    fn getattro(zelf: &Value, name: &StrRef) -> PyResult<Option<Value>> {
        protocol::generic_getattr(zelf, name)
    }

    #[slot]
    fn setattro(zelf: &Value, name: &StrRef, value: Option<Value>) -> PyResult<()> {
        protocol::generic_setattr(zelf, name, value)
    }

    #[pymethod("()")]
    fn __reduce__(zelf: &Ref<PyBaseException>) -> PyResult<Value> {
        let state = reduce_dict(zelf.as_value()).map(Ref::into_value);
        Ok(reduced(zelf.as_value(), zelf.args.get(), state))
    }

    #[pymethod("(state, /)")]
    fn __setstate__(zelf: &Value, state: Value) -> PyResult<()> {
        if state.is_none() {
            return Ok(());
        }
        let Some(dict) = state.downcast::<PyDict>() else {
            return Err(exceptions::type_error("state is not a dictionary"));
        };
        for (name, value) in dict.entries() {
            protocol::setattr(zelf, protocol::attribute_name(&name)?, value)?;
        }
        Ok(())
    }

    /// Set self.__traceback__ to tb and return self.
    #[pymethod("(tb, /)")]
    fn with_traceback(zelf: &Ref<PyBaseException>, tb: Value) -> PyResult<Value> {
        zelf.set_traceback(tb)?;
        Ok(zelf.to_value())
    }

    /// Add a note to the exception
    #[pymethod("(note, /)")]
    fn add_note(zelf: &Value, note: &Ref<PyStr>) -> PyResult<()> {
        let name = name!("__notes__");
        let notes = match protocol::lookup_attr(zelf, name)? {
            Some(notes) => notes,
            None => {
                let notes = PyList::from_vec(Vec::new()).into_value();
                protocol::setattr(zelf, name, notes.clone())?;
                notes
            }
        };
        match notes.downcast::<PyList>() {
            Some(list) => {
                list.push(note.to_value());
                Ok(())
            }
            None => Err(exceptions::type_error("Cannot add note: __notes__ is not a list")),
        }
    }

    #[pygetset]
    fn args(&self) -> Value {
        self.args.get().into_value()
    }

    #[pygetset(setter, name = "args")]
    fn set_args_attr(&self, value: Option<Value>) -> PyResult<()> {
        let value = undeletable(value, "args")?;
        self.args.set(protocol::to_tuple(&value)?);
        Ok(())
    }

    #[pygetset]
    fn __traceback__(&self) -> Option<Ref<PyTraceback>> {
        self.traceback.get()
    }

    #[pygetset(setter, name = "__traceback__")]
    fn set_traceback_attr(&self, value: Option<Value>) -> PyResult<()> {
        self.set_traceback(undeletable(value, "__traceback__")?)
    }

    #[pygetset]
    fn __context__(&self) -> Option<Value> {
        self.context.get()
    }

    #[pygetset(setter, name = "__context__")]
    fn set_context_attr(&self, value: Option<Value>) -> PyResult<()> {
        let value = undeletable(value, "__context__")?;
        self.context.set(exception_or_none(value, "context")?);
        Ok(())
    }

    #[pygetset]
    fn __cause__(&self) -> Option<Value> {
        self.cause.get()
    }

    #[pygetset(setter, name = "__cause__")]
    fn set_cause_attr(&self, value: Option<Value>) -> PyResult<()> {
        let value = undeletable(value, "__cause__")?;
        self.set_cause(exception_or_none(value, "cause")?);
        Ok(())
    }

    #[pygetset(member)]
    fn __suppress_context__(&self) -> bool {
        self.suppress_context.get()
    }

    #[pygetset(setter, name = "__suppress_context__")]
    fn set_suppress_context(&self, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(exceptions::type_error("can't delete numeric/char attribute"));
        };
        match value.as_bool() {
            Some(suppress) => {
                self.suppress_context.set(suppress);
                Ok(())
            }
            None => Err(exceptions::type_error("attribute value type must be bool")),
        }
    }

    #[pygetset]
    fn __dict__(zelf: &Ref<PyBaseException>) -> Value {
        instance::dict(zelf.header()).into_value()
    }

    #[pygetset(setter, name = "__dict__")]
    fn set_dict(zelf: &Ref<PyBaseException>, value: Option<Value>) -> PyResult<()> {
        instance::assign_dict(zelf.header(), value)
    }
}

impl PyBaseException {
    pub(super) fn set_args(&self, args: &[Value]) {
        let same =
            self.args.with(|old| old.len() == args.len() && old.iter().zip(args).all(|(a, b)| a.is(b)));
        // The constructor has stored them already.
        if !same {
            self.args.set(PyTuple::from_slice(args));
        }
    }

    /// `__traceback__ = value`.
    pub fn set_traceback(&self, value: Value) -> PyResult<()> {
        let traceback = if value.is_none() {
            None
        } else {
            let wrong = |_| exceptions::type_error("__traceback__ must be a traceback or None");
            Some(value.downcast_into::<PyTraceback>().map_err(wrong)?)
        };
        self.traceback.set(traceback);
        Ok(())
    }

    /// Runs `BaseException`'s initialiser: stores the arguments.
    pub(super) fn init_args(class: &TypeRef, this: &PyBaseException, args: Args<'_>) -> PyResult<()> {
        this.set_args(no_keywords(class, args)?);
        Ok(())
    }
}
