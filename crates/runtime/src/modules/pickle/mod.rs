//! `_pickle`: objects to byte streams and back (PEP 307, PEP 3154, PEP 574).
//!
//! - `pickler`: the class `Pickler`; `save` and `reduce` write objects, `global` those that are written by name; `output` holds
//!   what was written and cuts it into frames.
//! - `unpickler`: the class `Unpickler`; `load` runs the opcodes, `build` those that make instances; `input` reads.

mod buffer;
mod build;
mod compat;
mod global;
mod input;
mod load;
mod memo;
mod opcode;
mod output;
mod pickler;
mod reduce;
mod save;
mod unpickler;

use minipy_vm::types::bytes::BytesLike;
use minipy_vm::{PyErr, PyResult, Value, exceptions, module_exception};

module_exception! {
    /// `pickle.PickleError`.
    pickle_error_class = "_pickle", "PickleError": exceptions::exception_class, None
}

module_exception! {
    /// `pickle.PicklingError`.
    pickling_error_class = "_pickle", "PicklingError": pickle_error_class, None
}

module_exception! {
    /// `pickle.UnpicklingError`.
    unpickling_error_class = "_pickle", "UnpicklingError": pickle_error_class, None
}

#[cold]
pub fn pickling_error(message: impl AsRef<str>) -> PyErr {
    exceptions::simple(pickling_error_class(), message.as_ref())
}

#[cold]
fn unpickling_error(message: impl AsRef<str>) -> PyErr {
    exceptions::simple(unpickling_error_class(), message.as_ref())
}

/// `error` raised while `context` was being handled.
#[cold]
fn in_context(error: PyErr, context: PyErr) -> PyErr {
    error.exception().context.set(Some(context.into_value()));
    error
}

/// Optimized C implementation for the Python pickle module.
#[minipy_macros::pymodule(
    name = "_pickle",
    classes(pickler::PyPickler, unpickler::PyUnpickler, buffer::PickleBuffer)
)]
mod module {
    use super::*;
    use minipy_vm::{PyModule, Ref};

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        namespace.insert("PickleError", pickle_error_class());
        namespace.insert("PicklingError", pickling_error_class());
        namespace.insert("UnpicklingError", unpickling_error_class());
        Ok(())
    }

    /// Write a pickled representation of obj to the open file object file.
    ///
    /// This is equivalent to ``Pickler(file, protocol).dump(obj)``, but may
    /// be more efficient.
    ///
    /// The optional *protocol* argument tells the pickler to use the given
    /// protocol; supported protocols are 0, 1, 2, 3, 4 and 5.  The default
    /// protocol is 5. It was introduced in Python 3.8, and is incompatible
    /// with previous versions.
    ///
    /// Specifying a negative protocol version selects the highest protocol
    /// version supported.  The higher the protocol used, the more recent the
    /// version of Python needed to read the pickle produced.
    ///
    /// The *file* argument must have a write() method that accepts a single
    /// bytes argument.  It can thus be a file object opened for binary
    /// writing, an io.BytesIO instance, or any other custom object that meets
    /// this interface.
    ///
    /// If *fix_imports* is True and protocol is less than 3, pickle will try
    /// to map the new Python 3 names to the old module names used in Python
    /// 2, so that the pickle data stream is readable with Python 2.
    ///
    /// If *buffer_callback* is None (the default), buffer views are serialized
    /// into *file* as part of the pickle stream.  It is an error if
    /// *buffer_callback* is not None and *protocol* is None or smaller than 5.
    #[pyfunction("($module, /, obj, file, protocol=None, *, fix_imports=True,\n     buffer_callback=None)")]
    fn dump(
        obj: &Value,
        file: &Value,
        protocol: Option<&Value>,
        fix_imports: bool,
        buffer_callback: Option<&Value>,
    ) -> PyResult<()> {
        let pickler = pickler::Pickler::new(protocol, fix_imports, buffer_callback)?;
        pickler.write.set(Some(pickler::write_method(file)?));
        pickler.dump(None, obj).map(|_| ())
    }

    /// Return the pickled representation of the object as a bytes object.
    ///
    /// The optional *protocol* argument tells the pickler to use the given
    /// protocol; supported protocols are 0, 1, 2, 3, 4 and 5.  The default
    /// protocol is 5. It was introduced in Python 3.8, and is incompatible
    /// with previous versions.
    ///
    /// Specifying a negative protocol version selects the highest protocol
    /// version supported.  The higher the protocol used, the more recent the
    /// version of Python needed to read the pickle produced.
    ///
    /// If *fix_imports* is True and *protocol* is less than 3, pickle will
    /// try to map the new Python 3 names to the old module names used in
    /// Python 2, so that the pickle data stream is readable with Python 2.
    ///
    /// If *buffer_callback* is None (the default), buffer views are serialized
    /// into *file* as part of the pickle stream.  It is an error if
    /// *buffer_callback* is not None and *protocol* is None or smaller than 5.
    #[pyfunction("($module, /, obj, protocol=None, *, fix_imports=True,\n      buffer_callback=None)")]
    fn dumps(
        obj: &Value,
        protocol: Option<&Value>,
        fix_imports: bool,
        buffer_callback: Option<&Value>,
    ) -> PyResult<Value> {
        let data = pickler::Pickler::new(protocol, fix_imports, buffer_callback)?.dump(None, obj)?;
        Ok(minipy_vm::types::bytes::from_slice(&data).into_value())
    }

    /// Read and return an object from the pickle data stored in a file.
    ///
    /// This is equivalent to ``Unpickler(file).load()``, but may be more
    /// efficient.
    ///
    /// The protocol version of the pickle is detected automatically, so no
    /// protocol argument is needed.  Bytes past the pickled object's
    /// representation are ignored.
    ///
    /// The argument *file* must have two methods, a read() method that takes
    /// an integer argument, and a readline() method that requires no
    /// arguments.  Both methods should return bytes.  Thus *file* can be a
    /// binary file object opened for reading, an io.BytesIO object, or any
    /// other custom object that meets this interface.
    ///
    /// Optional keyword arguments are *fix_imports*, *encoding* and *errors*,
    /// which are used to control compatibility support for pickle stream
    /// generated by Python 2.  If *fix_imports* is True, pickle will try to
    /// map the old Python 2 names to the new names used in Python 3.  The
    /// *encoding* and *errors* tell pickle how to decode 8-bit string
    /// instances pickled by Python 2; these default to 'ASCII' and 'strict',
    /// respectively.  The *encoding* can be 'bytes' to read these 8-bit
    /// string instances as bytes objects.
    #[pyfunction(
        "($module, /, file, *, fix_imports=True, encoding='ASCII',\n     errors='strict', buffers=())"
    )]
    fn load(
        file: &Value,
        fix_imports: bool,
        encoding: Option<&Ref<minipy_vm::PyStr>>,
        errors: Option<&Ref<minipy_vm::PyStr>>,
        buffers: Option<&Value>,
    ) -> PyResult<Value> {
        let unpickler = unpickler::Unpickler::new(fix_imports, encoding, errors, buffers)?;
        let source = input::File::new(file)?;
        unpickler.load(None, input::Input::of_file(&source))
    }

    /// Read and return an object from the given pickle data.
    ///
    /// The protocol version of the pickle is detected automatically, so no
    /// protocol argument is needed.  Bytes past the pickled object's
    /// representation are ignored.
    ///
    /// Optional keyword arguments are *fix_imports*, *encoding* and *errors*,
    /// which are used to control compatibility support for pickle stream
    /// generated by Python 2.  If *fix_imports* is True, pickle will try to
    /// map the old Python 2 names to the new names used in Python 3.  The
    /// *encoding* and *errors* tell pickle how to decode 8-bit string
    /// instances pickled by Python 2; these default to 'ASCII' and 'strict',
    /// respectively.  The *encoding* can be 'bytes' to read these 8-bit
    /// string instances as bytes objects.
    #[pyfunction(
        "($module, data, /, *, fix_imports=True, encoding='ASCII',\n      errors='strict', buffers=())"
    )]
    fn loads(
        data: BytesLike<'_>,
        fix_imports: bool,
        encoding: Option<&Ref<minipy_vm::PyStr>>,
        errors: Option<&Ref<minipy_vm::PyStr>>,
        buffers: Option<&Value>,
    ) -> PyResult<Value> {
        let unpickler = unpickler::Unpickler::new(fix_imports, encoding, errors, buffers)?;
        unpickler.load(None, input::Input::of_bytes(&data))
    }
}

pub use module::MODULE;
