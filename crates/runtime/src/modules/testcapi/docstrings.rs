//! Functions and methods with all sorts of docstrings and signatures, for the tests of `inspect`.

use minipy_macros::{pyclass, pymethods, pymodule};
use minipy_vm::{Args, Ref, TypeRef, Value};

pub use functions::MODULE;

#[pymodule(name = "_testcapi", classes(DocStringNoSignatureTest, DocStringUnrepresentableSignatureTest))]
mod functions {
    use super::*;

    #[pyattr]
    const the_number_three: i64 = 3;
    #[pyattr]
    const ONE: i64 = 1;

    #[pyfunction("(*args)", nosig)]
    fn no_docstring(_args: &[Value]) {}

    #[pyfunction("(*args)", nosig)]
    fn docstring_empty(_args: &[Value]) {}

    /// This docstring has no signature.
    #[pyfunction("(*args)", nosig)]
    fn docstring_no_signature(_args: &[Value]) {}

    /// This docstring has no signature.
    #[pyfunction("($self, /)")]
    fn docstring_no_signature_noargs() {}

    /// This docstring has no signature.
    #[pyfunction("($self, object, /)")]
    fn docstring_no_signature_o(_object: &Value) {}

    /// docstring_with_invalid_signature($module, /, boo)
    ///
    /// This docstring has an invalid signature.
    #[pyfunction("(*args)", nosig)]
    fn docstring_with_invalid_signature(_args: &[Value]) {}

    /// docstring_with_invalid_signature2($module, /, boo)
    ///
    /// --
    ///
    /// This docstring also has an invalid signature.
    #[pyfunction("(*args)", nosig)]
    fn docstring_with_invalid_signature2(_args: &[Value]) {}

    /// This docstring has a valid signature.
    #[pyfunction("($module, /, sig)")]
    fn docstring_with_signature(_args: Args<'_>) {}

    #[pyfunction("($module, /, sig)")]
    fn docstring_with_signature_but_no_doc(_args: Args<'_>) {}

    /// This docstring has a valid signature with parameters,
    /// and the parameters take defaults of varying types.
    #[pyfunction(
        "(module, s='avocado', b=b'bytes', d=3.14, i=35, n=None, t=True, f=False, local=the_number_three, sys=sys.maxsize, exp=sys.maxsize - 1)"
    )]
    fn docstring_with_signature_with_defaults(_args: Args<'_>) {}
}

#[pyclass(name = "DocStringNoSignatureTest", module = "_testcapi", basetype)]
pub struct DocStringNoSignatureTest(());

#[pymethods]
impl DocStringNoSignatureTest {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> Value {
        Ref::new_in(class, DocStringNoSignatureTest(())).into_value()
    }

    /// This docstring has no signature.
    #[pymethod("($self, /)")]
    fn meth_noargs(&self) {}

    /// This docstring has no signature.
    #[pymethod("($self, object, /)")]
    fn meth_o(&self, _object: &Value) {}

    /// This docstring has no signature.
    #[pyclassmethod("($type, /)")]
    fn meth_noargs_class(_class: &TypeRef) {}

    /// This docstring has no signature.
    #[pyclassmethod("($type, object, /)")]
    fn meth_o_class(_class: &TypeRef, _object: &Value) {}

    /// This docstring has no signature.
    #[pystaticmethod("()")]
    fn meth_noargs_static() {}

    /// This docstring has no signature.
    #[pystaticmethod("(object, /)")]
    fn meth_o_static(_object: &Value) {}

    /// This docstring has no signature.
    #[pymethod("($self, /)")]
    fn meth_noargs_coexist(&self) {}

    /// This docstring has no signature.
    #[pymethod("($self, object, /)")]
    fn meth_o_coexist(&self, _object: &Value) {}
}

#[pyclass(name = "DocStringUnrepresentableSignatureTest", module = "_testcapi", basetype)]
pub struct DocStringUnrepresentableSignatureTest(());

#[pymethods]
impl DocStringUnrepresentableSignatureTest {
    #[slot]
    fn new(class: &TypeRef, _args: Args<'_>) -> Value {
        Ref::new_in(class, DocStringUnrepresentableSignatureTest(())).into_value()
    }

    /// This docstring has a signature with unrepresentable default.
    #[pymethod("($self, /, a, b=<x>)")]
    fn meth(&self, _args: Args<'_>) {}

    /// This docstring has a signature with unrepresentable default.
    #[pyclassmethod("($type, /, a, b=<x>)")]
    fn classmeth(_class: &TypeRef, _args: Args<'_>) {}

    /// This docstring has a signature with unrepresentable default.
    #[pystaticmethod("(a, b=<x>)")]
    fn staticmeth(_args: Args<'_>) {}

    /// This instance method has a default parameter value from the module scope.
    #[pymethod("($self, /, x=ONE)")]
    fn with_default(&self, _args: Args<'_>) {}
}
