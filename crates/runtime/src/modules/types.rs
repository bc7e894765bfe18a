//! `_types`: names for the builtin types that have none in `builtins`.

use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::heap::Payload;
use minipy_vm::types::{self, function, generator, singletons, special, typeobj};
use minipy_vm::{PyModule, Ref, TypeRef};

/// Capsule objects let you wrap a C "void *" pointer in a Python
/// object.  They're a way of passing data through the Python interpreter
/// without creating your own custom type.
///
/// Capsules are used for communication between extension modules.
/// They provide a way for an extension module to export a C interface
/// to other extension modules, so that extension modules can use the
/// Python import mechanism to link to one another.
#[pyclass(name = "PyCapsule", no_new)]
pub struct PyCapsule {
    name: &'static str,
}

impl PyCapsule {
    /// A capsule of this name. There is no C interface to fill it with.
    pub fn named(name: &'static str) -> Ref<PyCapsule> {
        Ref::new(PyCapsule { name })
    }
}

#[pymethods]
impl PyCapsule {
    #[slot]
    fn repr(zelf: &Ref<PyCapsule>) -> String {
        format!("<capsule object \"{}\" at {:#x}>", zelf.name, zelf.as_value().id())
    }
}

/// Define names for built-in types.
#[pymodule(name = "_types")]
pub mod functions {
    use super::*;

    #[init]
    fn init(module: &Ref<PyModule>) {
        let classes: [(&str, &TypeRef); 27] = [
            ("AsyncGeneratorType", generator::PyAsyncGenerator::class()),
            ("BuiltinFunctionType", function::PyNative::class()),
            ("BuiltinMethodType", function::PyNative::class()),
            ("CapsuleType", PyCapsule::class()),
            ("CellType", types::cell::PyCell::class()),
            ("ClassMethodDescriptorType", function::PyClassMethodDescr::class()),
            ("CodeType", types::code::PyCode::class()),
            ("CoroutineType", generator::PyCoroutine::class()),
            ("EllipsisType", singletons::PyEllipsis::class()),
            ("FrameType", minipy_vm::frame::PyFrame::class()),
            ("FunctionType", function::PyFunction::class()),
            ("GeneratorType", generator::PyGenerator::class()),
            ("GenericAlias", types::generic_alias::PyGenericAlias::class()),
            ("GetSetDescriptorType", function::PyGetSetDescr::class()),
            ("LambdaType", function::PyFunction::class()),
            ("MappingProxyType", types::mappingproxy::PyMappingProxy::class()),
            ("MemberDescriptorType", <typeobj::PyMemberDescr as Payload>::class()),
            ("MethodDescriptorType", function::PyMethodDescr::class()),
            ("MethodType", function::PyBoundMethod::class()),
            ("MethodWrapperType", special::PyMethodWrapper::class()),
            ("ModuleType", PyModule::class()),
            ("NoneType", singletons::PyNone::class()),
            ("NotImplementedType", singletons::PyNotImplemented::class()),
            ("SimpleNamespace", types::namespace::PyNamespace::class()),
            ("TracebackType", types::traceback::PyTraceback::class()),
            ("UnionType", types::union::PyUnion::class()),
            ("WrapperDescriptorType", special::PyWrapperDescriptor::class()),
        ];
        let namespace = module.namespace();
        for (name, class) in classes {
            namespace.insert(name, class);
        }
    }
}
