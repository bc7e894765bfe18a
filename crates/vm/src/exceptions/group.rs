//! Exception groups (PEP 654).

use super::methods::no_keywords;
use super::{PyBaseException, base_exception_class, exception_class, type_error, value_error};
use crate::function::args::Args;
use crate::heap::{Payload, Ref, Traverse, Visitor};
use crate::macros_support::{ClassCell, ClassDef, ClassFlags};
use crate::types::list::PyList;
use crate::types::str::{PyStr, StrBuilder, StrRef};
use crate::types::traceback::PyTraceback;
use crate::types::tuple::{PyTuple, TupleRef};
use crate::types::typeobj::{PyType, TypeFlags, TypeRef};
use crate::value::Value;
use crate::{PyResult, name, protocol, stack};
use minipy_macros::{pyclass, pymethods};

/// A combination of multiple unrelated exceptions.
#[pyclass(
    name = "BaseExceptionGroup",
    base = PyBaseException,
    base_class = base_exception_class,
    basetype,
    gc,
    dict
)]
#[repr(C)]
pub struct PyBaseExceptionGroup {
    pub base: PyBaseException,
    pub message: StrRef,
    pub exceptions: TupleRef,
    /// The repr of the sequence it was made from, unless that was a list or a tuple.
    shown: Option<StrRef>,
}

impl Traverse for PyBaseExceptionGroup {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.base.traverse(visit);
        self.exceptions.traverse(visit);
    }

    fn clear_refs(&self) {
        self.base.clear_refs();
    }
}

pub type GroupRef = Ref<PyBaseExceptionGroup>;

/// The class `ExceptionGroup`, with both `BaseExceptionGroup` and `Exception` as bases.
pub fn exception_group_class() -> &'static TypeRef {
    static DEF: ClassDef = ClassDef {
        name: "ExceptionGroup",
        module: "builtins",
        doc: None,
        text_signature: None,
        flags: ClassFlags(
            ClassFlags::BASETYPE
                | ClassFlags::GC
                | ClassFlags::DICT
                | ClassFlags::HEAP
                | ClassFlags::WEAKREF
                | ClassFlags::SHARED_LAYOUT,
        ),
        class: exception_group_class,
        metaclass: None,
        base: Some(PyBaseExceptionGroup::class),
        payload: PyBaseExceptionGroup::INFO,
        members: &[],
    };
    static CELL: ClassCell = ClassCell::new();
    let class = CELL.get_or_init(&DEF);
    if class.mro.with(|mro| mro.as_ref().is_some_and(|mro| mro.len() == 4)) {
        add_second_base(class);
    }
    class
}

#[cold]
fn add_second_base(class: &TypeRef) {
    let (group, exception) = (PyBaseExceptionGroup::class(), exception_class());
    let mut mro = vec![class.to_value(), group.to_value()];
    mro.extend(exception.mro().iter().cloned());
    class.mro.set(Some(PyTuple::from_vec(mro)));
    class.bases.set(Some(PyTuple::from_array([group.to_value(), exception.to_value()])));
    exception.subclasses.with(|list| list.push(class.as_ptr()));
    class.set_flag(TypeFlags::HEAPTYPE, true);
    let dict = class.dict();
    dict.insert("__module__", "builtins");
    let def = &crate::types::typeobj::getset::INSTANCE_WEAKREF;
    let weakref = crate::types::function::PyGetSetDescr { def, class: class.clone() };
    dict.insert("__weakref__", Ref::new(weakref).into_value());
}

/// A plain group around exceptions: an `ExceptionGroup` if all of them are `Exception`s.
pub fn new_group(message: &StrRef, exceptions: Vec<Value>) -> PyResult<Value> {
    let exceptions = PyTuple::from_vec(exceptions).into_value();
    protocol::call2(PyBaseExceptionGroup::class().as_value(), message.to_value(), exceptions)
}

fn is_sequence(value: &Value) -> bool {
    let class = value.class();
    class.slots().sq_item.is_some()
        || (class.slots().subscript.is_some() && !class.flags().contains(TypeFlags::DICT_SUBCLASS))
}

/// Refuses exceptions that only BaseExceptionGroup may hold, where the class is one of `Exception`s.
fn choose_class(class: &TypeRef, all_exceptions: bool) -> PyResult<&TypeRef> {
    if class.is(PyBaseExceptionGroup::class()) {
        return Ok(if all_exceptions { exception_group_class() } else { class });
    }
    if all_exceptions || !class.is_subtype(exception_class()) {
        return Ok(class);
    }
    Err(type_error(if class.is(exception_group_class()) {
        "Cannot nest BaseExceptions in an ExceptionGroup".to_owned()
    } else {
        format!("Cannot nest BaseExceptions in '{}'", class.name())
    }))
}

#[pymethods]
impl PyBaseExceptionGroup {
    #[slot]
    fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
        let given = args.positional();
        let [message, sequence] = given else {
            return Err(type_error(format!(
                "BaseExceptionGroup.__new__() takes exactly 2 arguments ({} given)",
                given.len()
            )));
        };
        let Some(message) = message.downcast::<PyStr>() else {
            let got = message.type_name_or_none();
            return Err(type_error(format!(
                "BaseExceptionGroup.__new__() argument 1 must be str, not {got}"
            )));
        };
        if !is_sequence(sequence) {
            return Err(type_error("second argument (exceptions) must be a sequence"));
        }
        let exceptions = PyTuple::from_vec(protocol::collect(sequence)?);
        if exceptions.is_empty() {
            return Err(value_error("second argument (exceptions) must be a non-empty sequence"));
        }
        if let Some(index) = exceptions.iter().position(|e| e.downcast::<PyBaseException>().is_none()) {
            return Err(value_error(format!(
                "Item {index} of second argument (exceptions) is not an exception"
            )));
        }
        let all_exceptions = exceptions.iter().all(|e| e.is_instance_of(exception_class()));
        let class = choose_class(class, all_exceptions)?;
        let plain = sequence.downcast::<PyList>().is_some() || sequence.downcast::<PyTuple>().is_some();
        let shown = if plain { None } else { Some(protocol::repr(sequence)?) };
        let base = PyBaseException::with_args(PyTuple::from_slice(given));
        let payload = PyBaseExceptionGroup { base, message: message.clone(), exceptions, shown };
        Ok(Ref::new_in(class, payload).into_value())
    }

    #[slot]
    fn init(zelf: &Ref<PyBaseExceptionGroup>, args: Args<'_>) -> PyResult<()> {
        let args = no_keywords(zelf.class(), args)?;
        zelf.base.set_args(args);
        Ok(())
    }

    #[slot]
    fn repr(zelf: &Ref<PyBaseExceptionGroup>) -> PyResult<Value> {
        let mut out = StrBuilder::new();
        out.push_pystr(&zelf.class().name_ref());
        out.push_str("(");
        out.push_pystr(&*protocol::repr(zelf.message.as_value())?);
        out.push_str(", ");
        let from_list = zelf.base.args.get().get(1).is_some_and(|a| a.downcast::<PyList>().is_some());
        let exceptions = match &zelf.shown {
            Some(shown) => shown.clone(),
            None if from_list => protocol::repr(PyList::from_vec(zelf.exceptions.to_vec()).as_value())?,
            None => protocol::repr(zelf.exceptions.as_value())?,
        };
        out.push_pystr(&exceptions);
        out.push_str(")");
        Ok(out.finish().into_value())
    }

    #[slot]
    fn str(zelf: &Ref<PyBaseExceptionGroup>) -> PyResult<Value> {
        let count = zelf.exceptions.len();
        let mut out = StrBuilder::new();
        out.push_pystr(&zelf.message);
        out.push_str(&format!(" ({count} sub-exception{})", if count == 1 { "" } else { "s" }));
        Ok(out.finish().into_value())
    }

    /// Exception groups are generic over the type of their contained exceptions
    #[pyclassmethod("(object, /)")]
    fn __class_getitem__(class: &TypeRef, object: Value) -> Value {
        crate::types::generic_alias::new(class.to_value(), object)
    }

    #[pymethod("(excs, /)")]
    fn derive(zelf: &Ref<PyBaseExceptionGroup>, excs: Value) -> PyResult<Value> {
        protocol::call2(PyBaseExceptionGroup::class().as_value(), zelf.message.to_value(), excs)
    }

    #[pymethod("(matcher_value, /)")]
    fn split(zelf: &Ref<PyBaseExceptionGroup>, matcher_value: Value) -> PyResult<Value> {
        let matcher = Matcher::new(&matcher_value)?;
        let (matching, rest) = split_recursive(zelf.as_value(), &matcher, true)?;
        Ok(PyTuple::from_array([or_none(matching), or_none(rest)]).into_value())
    }

    #[pymethod("(matcher_value, /)")]
    fn subgroup(zelf: &Ref<PyBaseExceptionGroup>, matcher_value: Value) -> PyResult<Value> {
        let matcher = Matcher::new(&matcher_value)?;
        Ok(or_none(split_recursive(zelf.as_value(), &matcher, false)?.0))
    }

    /// exception message
    #[pygetset(member)]
    fn message(&self) -> StrRef {
        self.message.clone()
    }

    /// nested exceptions
    #[pygetset(member)]
    fn exceptions(&self) -> TupleRef {
        self.exceptions.clone()
    }
}

fn or_none(value: Option<Value>) -> Value {
    value.unwrap_or(Value::NONE)
}

/// What `split` and `subgroup` select exceptions by.
enum Matcher<'a> {
    Types(&'a Value),
    Predicate(&'a Value),
    /// The very leaves of another group.
    Leaves(&'a [Value]),
}

impl<'a> Matcher<'a> {
    fn new(value: &'a Value) -> PyResult<Matcher<'a>> {
        let is_exception_class =
            |v: &Value| v.downcast::<PyType>().is_some_and(|c| c.is_subtype(base_exception_class()));
        if let Some(class) = value.downcast::<PyType>() {
            if class.is_subtype(base_exception_class()) {
                return Ok(Matcher::Types(value));
            }
        } else if let Some(tuple) = value.downcast::<PyTuple>() {
            if tuple.iter().all(is_exception_class) {
                return Ok(Matcher::Types(value));
            }
        } else if protocol::is_callable(value) {
            return Ok(Matcher::Predicate(value));
        }
        Err(type_error(
            "expected an exception type, a tuple of exception types, or a callable (other than a class)",
        ))
    }

    fn matches(&self, exception: &Value) -> PyResult<bool> {
        match self {
            Matcher::Types(types) => Ok(crate::frame::exception_matches(exception, types)),
            Matcher::Predicate(f) => protocol::truth(&protocol::call1(f, exception.clone())?),
            Matcher::Leaves(leaves) => Ok(exception.downcast::<PyBaseExceptionGroup>().is_none()
                && leaves.iter().any(|leaf| leaf.is(exception))),
        }
    }
}

/// (matching part, rest); the rest is left out unless asked for.
fn split_recursive(
    exception: &Value,
    matcher: &Matcher<'_>,
    want_rest: bool,
) -> PyResult<(Option<Value>, Option<Value>)> {
    let _guard = stack::enter(" in exceptiongroup split")?;
    if matcher.matches(exception)? {
        return Ok((Some(exception.clone()), None));
    }
    let Some(group) = exception.downcast::<PyBaseExceptionGroup>() else {
        return Ok((None, want_rest.then(|| exception.clone())));
    };
    let (mut matching, mut rest) = (Vec::new(), Vec::new());
    for inner in group.exceptions.iter() {
        let (matched, other) = split_recursive(inner, matcher, want_rest)?;
        matching.extend(matched);
        rest.extend(other);
    }
    let matching = if matching.is_empty() { None } else { Some(subset(group, matching)?) };
    let rest = if rest.is_empty() { None } else { Some(subset(group, rest)?) };
    Ok((matching, rest))
}

/// A group like `original` around some of its exceptions: made by `derive`, with the original's metadata.
fn subset(original: &GroupRef, exceptions: Vec<Value>) -> PyResult<Value> {
    let list = PyList::from_vec(exceptions).into_value();
    let derived = protocol::call_method(original.as_value(), name!("derive"), &[list])?;
    let Some(group) = derived.downcast::<PyBaseExceptionGroup>() else {
        return Err(type_error("derive must return an instance of BaseExceptionGroup"));
    };
    if let Some(traceback) = original.base.traceback.get() {
        group.base.traceback.set(Some(traceback));
    }
    group.base.context.set(original.base.context.get());
    group.base.set_cause(original.base.cause.get());
    let name = name!("__notes__");
    if let Some(notes) = protocol::lookup_attr(original.as_value(), name)?
        && is_sequence(&notes)
    {
        // Copied, so that a note added to one part does not appear in the other.
        let copy = PyList::from_vec(protocol::collect(&notes)?);
        protocol::setattr(&derived, name, copy.into_value())?;
    }
    Ok(derived)
}

/// Splits `group` by the types of an `except*` clause: (matching part or None, rest or None). Python's own `split` method
/// does it, which subclasses may override.
pub fn split(group: &Value, match_type: &Value) -> PyResult<(Value, Value)> {
    let pair = protocol::call_method(group, name!("split"), std::slice::from_ref(match_type))?;
    let class = group.class().name();
    let Some(tuple) = pair.downcast::<PyTuple>() else {
        return Err(type_error(format!("{class}.split must return a tuple, not {}", pair.type_name())));
    };
    match &tuple[..] {
        [matching, rest, ..] => Ok((matching.clone(), rest.clone())),
        _ => {
            Err(type_error(format!("{class}.split must return a 2-tuple, got tuple of size {}", tuple.len())))
        }
    }
}

/// `ExceptionGroup("", [exception])` around a naked exception that `except*` caught.
pub fn wrap(exception: &Value) -> PyResult<Value> {
    let group = new_group(crate::name!(""), vec![exception.clone()])?;
    if let (Some(group), Some(traceback)) = (group.downcast::<PyBaseException>(), current_traceback()) {
        group.traceback.set(Some(traceback));
    }
    Ok(group)
}

/// A traceback for the frame that executes.
fn current_traceback() -> Option<Ref<PyTraceback>> {
    PyTraceback::here(crate::thread::current().frame.get())
}

/// The traceback, context, cause and notes that tell re-raised parts of a group from newly raised ones.
fn same_metadata(a: &Value, b: &Value) -> bool {
    let (Some(a_exc), Some(b_exc)) = (a.downcast::<PyBaseException>(), b.downcast::<PyBaseException>())
    else {
        return false;
    };
    let notes = |v: &Value| {
        let header = v.header()?;
        crate::types::instance::get(header, name!("__notes__")).ok().flatten()
    };
    let same = |a: Option<Value>, b: Option<Value>| match (a, b) {
        (Some(a), Some(b)) => a.is(&b),
        (None, None) => true,
        _ => false,
    };
    let traceback = |e: &PyBaseException| e.traceback.get().map(Ref::into_value);
    same(notes(a), notes(b))
        && same(traceback(a_exc), traceback(b_exc))
        && same(a_exc.cause.get(), b_exc.cause.get())
        && same(a_exc.context.get(), b_exc.context.get())
}

fn collect_leaves(exception: &Value, leaves: &mut Vec<Value>) -> PyResult<()> {
    let _guard = stack::enter(" in exceptiongroup")?;
    match exception.downcast::<PyBaseExceptionGroup>() {
        Some(group) => group.exceptions.iter().try_for_each(|e| collect_leaves(e, leaves)),
        None => {
            leaves.push(exception.clone());
            Ok(())
        }
    }
}

/// The part of `original` whose leaves the re-raised groups hold, in the original's structure.
fn projection(original: &Value, reraised: &[Value]) -> PyResult<Option<Value>> {
    let mut leaves = Vec::new();
    for exception in reraised {
        collect_leaves(exception, &mut leaves)?;
    }
    Ok(split_recursive(original, &Matcher::Leaves(&leaves), false)?.0)
}

/// What remains to be raised after `except*` blocks: `raised` lists their exceptions and what no block caught, `original`
/// is the exception that entered. None if nothing remains.
pub fn prepare_reraise_star(original: &Value, raised: &Value) -> PyResult<Value> {
    let Some(list) = raised.downcast::<PyList>() else {
        return Err(super::system_error("except* without a list"));
    };
    let raised: Vec<Value> = list.to_vec().into_iter().filter(|e| !e.is_none()).collect();
    if raised.is_empty() {
        return Ok(Value::NONE);
    }
    if original.downcast::<PyBaseExceptionGroup>().is_none() {
        // A naked exception was caught and wrapped: one clause at most has run.
        return Ok(raised[0].clone());
    }
    let (reraised, mut fresh): (Vec<Value>, Vec<Value>) =
        raised.into_iter().partition(|e| same_metadata(e, original));
    let reraised = projection(original, &reraised)?;
    if fresh.is_empty() {
        return Ok(or_none(reraised));
    }
    fresh.extend(reraised);
    match &fresh[..] {
        [one] => Ok(one.clone()),
        _ => new_group(crate::name!(""), fresh),
    }
}
