//! `array`.

mod iter;
mod methods;
mod object;
mod pickle;
mod slots;
mod typecode;

pub use module::MODULE;

/// This module defines an object type which can efficiently represent
/// an array of basic values: characters, integers, floating-point
/// numbers.  Arrays are sequence types and behave very much like lists,
/// except that the type of objects stored in them is constrained.
///
#[minipy_macros::pymodule(name = "array", classes(Array))]
mod module {
    use super::object::Array;
    use minipy_vm::{Payload, PyModule, PyResult, Ref, Value, name, protocol};

    #[pyattr]
    const typecodes: &str = "bBuwhHiIlLqQfd";

    /// Internal. Used for pickling support.
    #[pyfunction("($module, arraytype, typecode, mformat_code, items,\n                     /)")]
    fn _array_reconstructor(
        arraytype: &Value,
        typecode: &Value,
        mformat_code: i32,
        items: &Value,
    ) -> PyResult<Value> {
        super::pickle::reconstruct(arraytype, typecode, mformat_code, items)
    }

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        module.namespace().insert("ArrayType", Array::class().to_value());
        let abc = crate::import::import_module("collections.abc")?;
        let sequence = protocol::getattr(&abc, name!("MutableSequence"))?;
        protocol::call_method(&sequence, name!("register"), &[Array::class().to_value()])?;
        Ok(())
    }
}
