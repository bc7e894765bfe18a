//! Struct sequences: tuples with named fields, some of which only the names reach (`os.stat_result`, `sys.flags`).

use super::instance;
use super::str::{PyStr, intern};
use super::tuple::PyTuple;
use super::typeobj::{Layout, PyType, TypeFlags, TypeRef};
use crate::heap::{Payload, Ref, Traverse, Visitor};
use crate::macros_support::{FnSpec, parse_args, required};
use crate::types::dict::PyDict;
use crate::value::Value;
use crate::{Args, PyResult, exceptions, protocol};
use minipy_macros::{pyclass, pymethods};

/// What a struct sequence class looks like.
pub struct StructSeqDef {
    pub module: &'static str,
    pub name: &'static str,
    pub doc: &'static str,
    /// Name and doc of each field; an empty name makes a field without one.
    pub fields: &'static [(&'static str, &'static str)],
    /// How many of the fields are items of the tuple.
    pub visible: usize,
    /// Whether the class can be called.
    pub instantiable: bool,
}

/// A field of a struct sequence.
#[pyclass(name = "member_descriptor", gc, no_new)]
pub struct PyStructField {
    class: TypeRef,
    name: &'static str,
    doc: &'static str,
    index: usize,
    visible: usize,
}

impl Traverse for PyStructField {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.class.traverse(visit);
    }
}

impl PyStructField {
    fn value_of(&self, object: &Value) -> Value {
        if self.index < self.visible {
            let item = object.downcast::<PyTuple>().and_then(|t| t.get(self.index).cloned());
            return item.unwrap_or(Value::NONE);
        }
        let hidden = object.header().and_then(|h| instance::get_slot(h, self.index - self.visible));
        hidden.unwrap_or(Value::NONE)
    }
}

#[pymethods]
impl PyStructField {
    #[slot]
    fn descr_get(zelf: &Value, object: Option<&Value>, _owner: Option<&Value>) -> PyResult<Value> {
        let (Some(this), Some(object)) = (zelf.downcast::<PyStructField>(), object) else {
            return Ok(zelf.clone());
        };
        if !object.is_instance_of(&this.class) {
            return Err(exceptions::type_error(format!(
                "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
                this.name,
                this.class.name(),
                object.type_name()
            )));
        }
        Ok(this.value_of(object))
    }

    #[slot]
    fn descr_set(zelf: &Ref<PyStructField>, object: &Value, _value: Option<Value>) -> PyResult<()> {
        Err(exceptions::attribute_error("readonly attribute", object, &intern(zelf.name)))
    }

    #[slot]
    fn repr(zelf: &Ref<PyStructField>) -> PyResult<Value> {
        Ok(Value::from(format!("<member '{}' of '{}' objects>", zelf.name, zelf.class.qualified_name())))
    }

    #[pygetset]
    fn __name__(&self) -> &'static str {
        self.name
    }

    #[pygetset]
    fn __doc__(&self) -> &'static str {
        self.doc
    }

    #[pygetset]
    fn __objclass__(&self) -> Value {
        self.class.to_value()
    }
}

/// Makes the class.
pub fn new_class(def: &'static StructSeqDef) -> TypeRef {
    let base = PyTuple::class();
    let hidden = (def.fields.len() - def.visible) as u16;
    let mut flags = TypeFlags::READY.0 | base.flags().0 & TypeFlags::INHERITED.0;
    if def.module == "sys" {
        flags |= TypeFlags::IMMUTABLETYPE.0;
    }
    if !def.instantiable {
        flags |= TypeFlags::DISALLOW_INSTANTIATION.0;
    }
    let layout = Layout {
        info: base.info,
        flags: TypeFlags(flags),
        owner: Some(base.layout_owner().clone()),
        has_dict: false,
        slot_count: hidden,
    };
    let class = PyType::allocate(PyType::class(), layout, None);
    let dict = PyDict::new_ref();
    // As those of builtin classes, messages name the class with its module.
    class.name.set(Some(match def.module {
        "builtins" => intern(def.name),
        module => intern(&format!("{module}.{}", def.name)),
    }));
    class.qualname.set(Some(intern(def.name)));
    class.base.set(Some(base.clone()));
    class.bases.set(Some(PyTuple::from_array([base.to_value()])));
    let mut mro = vec![class.to_value()];
    mro.extend(base.mro().iter().cloned());
    class.mro.set(Some(PyTuple::from_vec(mro)));
    base.subclasses.with(|list| list.push(class.as_ptr()));
    class.dict.set(Some(dict.clone()));
    dict.insert("__module__", def.module);
    dict.insert("__doc__", def.doc);
    dict.insert("n_sequence_fields", def.visible);
    dict.insert("n_fields", def.fields.len());
    dict.insert("n_unnamed_fields", def.fields.iter().filter(|f| f.0.is_empty()).count());
    let named = def.fields[..def.visible].iter().filter(|field| !field.0.is_empty());
    let match_args = named.map(|field| Value::from(field.0)).collect();
    dict.insert("__match_args__", PyTuple::from_vec(match_args));
    for (index, &(name, doc)) in def.fields.iter().enumerate().filter(|(_, f)| !f.0.is_empty()) {
        let field = PyStructField { class: class.clone(), name, doc, index, visible: def.visible };
        dict.insert(name, Ref::new(field));
    }
    class.slots.with(|slots| {
        slots.repr = Some(repr);
        if def.instantiable {
            slots.new = Some(new);
        }
    });
    super::special::add_slot_wrappers(&class);
    super::special::inherit_slots(&class, base);
    if !def.instantiable {
        class.slots.with(|slots| slots.new = None);
    }
    for method in METHODS {
        dict.insert(method.name, super::builtin::method_descriptor(&class, method));
    }
    class
}

/// An instance with these field values, one per field.
pub fn new_instance(class: &TypeRef, visible: usize, mut values: Vec<Value>) -> Value {
    let hidden = values.split_off(visible.min(values.len()));
    let object = PyTuple::from_vec_in(class, values).into_value();
    if let Some(header) = object.header() {
        for (index, value) in hidden.into_iter().enumerate() {
            drop(instance::set_slot(header, index, Some(value)));
        }
    }
    object
}

fn fields_of(class: &TypeRef) -> Vec<Ref<PyStructField>> {
    let mut fields: Vec<_> = class
        .mro()
        .iter()
        .filter_map(|c| c.downcast::<PyType>())
        .flat_map(|c| c.dict().values())
        .filter_map(|v| v.downcast_into::<PyStructField>().ok())
        .collect();
    fields.sort_by_key(|f| f.index);
    fields
}

fn class_constant(class: &TypeRef, name: &str) -> usize {
    class.lookup(&intern(name)).and_then(|v| v.as_small_int()).unwrap_or(0) as usize
}

fn repr(object: &Value) -> PyResult<Value> {
    let class = object.class();
    let mut text = format!("{}(", class.qualified_name());
    for (n, field) in fields_of(class).iter().filter(|f| f.index < f.visible).enumerate() {
        let separator = if n > 0 { ", " } else { "" };
        text.push_str(&format!("{separator}{}={}", field.name, protocol::repr(&field.value_of(object))?));
    }
    text.push(')');
    Ok(PyStr::from_str(&text).into_value())
}

/// The constructor's signature. Its messages do not name the class.
static NEW: FnSpec = FnSpec {
    name: "structseq",
    owner: "",
    params: &["sequence", "dict"],
    posonly: 0,
    positional: 2,
    required: 1,
    varargs: false,
    varkw: false,
    skip: 0,
    constructor: true,
};

fn new(class: &TypeRef, args: Args<'_>) -> PyResult<Value> {
    let mut bound = [None; 2];
    parse_args(&NEW, args, &mut bound)?;
    let [_, dict] = bound;
    let sequence = required(bound[0], &NEW, 0)?;
    let (visible, all) = (class_constant(class, "n_sequence_fields"), class_constant(class, "n_fields"));
    if sequence.class().slots().iter.is_none() && sequence.class().slots().sq_item.is_none() {
        return Err(exceptions::type_error("constructor requires a sequence"));
    }
    let mut values = protocol::collect(sequence)?;
    let quantity = if visible < all { ["an at least ", "an at most "] } else { ["a ", "a "] };
    let wrong = if values.len() < visible {
        Some((quantity[0], visible))
    } else if values.len() > all {
        Some((quantity[1], all))
    } else {
        None
    };
    if let Some((quantity, count)) = wrong {
        return Err(exceptions::type_error(format!(
            "{}() takes {quantity}{count}-sequence ({}-sequence given)",
            class.qualified_name(),
            values.len()
        )));
    }
    let given = values.len();
    let dict = match dict.map(|d| d.downcast::<PyDict>()) {
        Some(None) => {
            return Err(exceptions::type_error(format!(
                "{}() takes a dict as second arg, if any",
                class.qualified_name()
            )));
        }
        Some(Some(dict)) => Some(dict),
        None => None,
    };
    let mut used = 0;
    for field in fields_of(class).iter().skip_while(|f| f.index < given) {
        let found = match dict {
            Some(dict) => dict.get_str(&intern(field.name))?,
            None => None,
        };
        used += usize::from(found.is_some());
        values.push(found.unwrap_or(Value::NONE));
    }
    if dict.is_some_and(|dict| dict.len() > used) {
        return Err(exceptions::type_error(format!(
            "{}() got duplicate or unexpected field name(s)",
            class.qualified_name()
        )));
    }
    Ok(new_instance(class, visible, values))
}

fn reduce(args: Args<'_>) -> PyResult<Value> {
    let Some(object) = args.args.first() else {
        return Err(exceptions::type_error("__reduce__() needs an argument"));
    };
    let items: Vec<Value> = object.downcast::<PyTuple>().map(|t| t.to_vec()).unwrap_or_default();
    let hidden = PyDict::new_ref();
    for field in fields_of(object.class()).iter().filter(|f| f.index >= f.visible) {
        hidden.insert(field.name, field.value_of(object));
    }
    let state = PyTuple::from_array([PyTuple::from_vec(items).into_value(), hidden.into_value()]);
    Ok(PyTuple::from_array([object.class().to_value(), state.into_value()]).into_value())
}

/// `copy.replace()`.
fn replace(args: Args<'_>) -> PyResult<Value> {
    let [object] = args.positional() else {
        return Err(exceptions::type_error("__replace__() takes exactly one positional argument"));
    };
    if class_constant(object.class(), "n_unnamed_fields") > 0 {
        return Err(exceptions::type_error(format!(
            "__replace__() is not supported for {} because it has unnamed field(s)",
            object.class().qualified_name()
        )));
    }
    let fields = fields_of(object.class());
    let mut values: Vec<Value> = fields.iter().map(|f| f.value_of(object)).collect();
    for (keyword, value) in args.keywords() {
        match fields.iter().position(|f| keyword.eq_str(f.name)) {
            Some(index) => values[index] = value.clone(),
            None => {
                return Err(exceptions::type_error(format!("Got unexpected field name(s): ['{keyword}']")));
            }
        }
    }
    Ok(new_instance(object.class(), fields.first().map_or(0, |f| f.visible), values))
}

static METHODS: &[crate::macros_support::MethodDef] = &[
    crate::macros_support::MethodDef {
        name: "__reduce__",
        func: reduce,
        text_signature: Some("($self, /)"),
        doc: None,
        kind: crate::macros_support::MethodKind::Instance,
        defining_class: false,
    },
    crate::macros_support::MethodDef {
        name: "__replace__",
        func: replace,
        text_signature: Some("($self, /, **changes)"),
        doc: Some("Return a copy of the structure with new values for the specified fields."),
        kind: crate::macros_support::MethodKind::Instance,
        defining_class: false,
    },
];
