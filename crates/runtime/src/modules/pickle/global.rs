//! Writing classes and functions by module and name.

use super::opcode::*;
use super::save::Saver;
use super::{compat, in_context, pickling_error};
use minipy_vm::types::function::PyNative;
use minipy_vm::types::str::{PyStr, StrRef};
use minipy_vm::types::typeobj::TypeFlags;
use minipy_vm::{
    Payload, PyErr, PyModule, PyResult, PyTuple, PyType, Value, codecs, exceptions, name, protocol,
};

/// Follows a dotted name.
pub fn resolve(module: &Value, path: &StrRef) -> PyResult<Value> {
    split(path).iter().try_fold(module.clone(), |object, name| protocol::getattr(&object, name))
}

/// The names of a dotted name.
pub fn split(path: &StrRef) -> Vec<StrRef> {
    if !path.chars().any(|c| c == u32::from('.')) {
        return vec![path.clone()];
    }
    let mut parts = Vec::new();
    let mut start = 0;
    for (index, c) in path.chars().enumerate() {
        if c == u32::from('.') {
            parts.push(path.substring(start, index));
            start = index + 1;
        }
    }
    parts.push(path.substring(start, path.len()));
    parts
}

#[cold]
fn cannot_pickle(object: &Value, why: &str) -> PyResult<PyErr> {
    Ok(pickling_error(format!("Can't pickle {}: {why}", protocol::repr(object)?)))
}

/// The qualified name of an object. That of what CPython defines in C is a new string each time, which the memo does not know.
fn own_name(object: &Value) -> PyResult<Value> {
    let name = match protocol::lookup_attr(object, name!("__qualname__"))? {
        Some(name) => name,
        None => protocol::getattr(object, name!("__name__"))?,
    };
    let is_static = match object.downcast::<PyType>() {
        Some(class) => class.flags().contains(TypeFlags::IMMUTABLETYPE),
        None => object.downcast::<PyNative>().is_some(),
    };
    Ok(match name.downcast_exact::<PyStr>() {
        Some(text) if is_static => text.copy_in(PyStr::class()).into_value(),
        _ => name,
    })
}

/// The name of the module that `object` is found in under `path`.
fn module_of(object: &Value, path: &StrRef) -> PyResult<Value> {
    if let Some(module) = protocol::lookup_attr(object, name!("__module__"))?.filter(|name| !name.is_none()) {
        return Ok(module);
    }
    let modules = crate::import::modules()?;
    for (name, module) in modules.entries() {
        let is_main =
            name.downcast::<PyStr>().is_some_and(|n| n.eq_str("__main__") || n.eq_str("__mp_main__"));
        if is_main || module.is_none() || module.downcast::<PyModule>().is_none() {
            continue;
        }
        // What an attribute of some module does when it is looked at is none of our business.
        if let Ok(found) = resolve(&module, path)
            && found.is(object)
        {
            return Ok(name);
        }
    }
    Ok(name!("__main__").to_value())
}

impl Saver<'_> {
    /// Writes where `object` is found: under `name`, or under its own one.
    pub fn save_global(&mut self, object: &Value, name: Option<&StrRef>) -> PyResult<()> {
        let name = match name {
            Some(name) => name.to_value(),
            None => own_name(object)?,
        };
        let Some(path) = name.downcast::<PyStr>() else {
            return Err(exceptions::type_error(format!(
                "__name__ must be a string, not {}",
                name.type_name()
            )));
        };
        if split(path).iter().any(|part| part.eq_str("<locals>")) {
            return Err(pickling_error(format!("Can't pickle local object {}", protocol::repr(object)?)));
        }
        let module_name = module_of(object, path)?;
        let module = match import(&module_name) {
            Ok(module) => module,
            Err(error)
                if error.is_instance(exceptions::import_error_class())
                    || error.is_instance(exceptions::value_error_class()) =>
            {
                let why = protocol::str(error.as_value())?.to_string_lossy();
                return Err(in_context(cannot_pickle(object, &why)?, error));
            }
            Err(error) => return Err(error),
        };
        let shown = || PyResult::Ok(format!("{}.{path}", protocol::str(&module_name)?));
        let found = match resolve(&module, path) {
            Ok(found) => found,
            Err(error) if error.is_instance(exceptions::attribute_error_class()) => {
                let why = format!("it's not found as {}", shown()?);
                return Err(in_context(cannot_pickle(object, &why)?, error));
            }
            Err(error) => return Err(error),
        };
        if !found.is(object) {
            return Err(cannot_pickle(object, &format!("it's not the same object as {}", shown()?))?);
        }
        if self.protocol >= 2
            && let Some(code) = compat::extension_code(&module_name, &name)?
        {
            return self.save_extension(&code);
        }
        if self.protocol >= 4 {
            self.save(&module_name)?;
            self.save(&name)?;
            self.out.byte(STACK_GLOBAL);
        } else {
            self.write_path(&module_name, path)?;
        }
        self.memoize(object)
    }

    /// Only the newer protocols know dotted names: before, they are calls of `getattr`.
    fn write_path(&mut self, module: &Value, path: &StrRef) -> PyResult<()> {
        let parts = split(path);
        let Some((first, rest)) = parts.split_first() else { return Ok(()) };
        if !rest.is_empty() {
            let getattr = protocol::builtin("getattr")?;
            for _ in rest {
                self.save(&getattr)?;
                if self.protocol < 2 {
                    self.out.byte(MARK);
                }
            }
        }
        self.write_global(module, first)?;
        for name in rest {
            self.save(name.as_value())?;
            self.out.write(&[if self.protocol < 2 { TUPLE } else { TUPLE2 }, REDUCE]);
        }
        Ok(())
    }

    fn write_global(&mut self, module: &Value, name: &StrRef) -> PyResult<()> {
        let Some(module) = module.downcast::<PyStr>() else {
            return Err(exceptions::type_error(format!(
                "module name must be str, not {}",
                module.type_name()
            )));
        };
        let (mut module, mut name) = (module.clone(), name.clone());
        if self.pickler.fix_imports.get() {
            (module, name) = compat::to_python_2(module, name)?;
        }
        let module = self.identifier("module", &module)?;
        let name = self.identifier("global", &name)?;
        self.out.byte(GLOBAL);
        for line in [module, name] {
            self.out.write(&line);
            self.out.byte(b'\n');
        }
        Ok(())
    }

    /// A name as bytes: ASCII up to protocol 2, UTF-8 in protocol 3.
    fn identifier(&self, what: &str, name: &StrRef) -> PyResult<Vec<u8>> {
        let codec = if self.protocol >= 3 { codecs::Native::Utf8 } else { codecs::Native::Ascii };
        match codecs::encode_native(codec, name, &codecs::Errors::strict()) {
            Err(error) if error.is_instance(exceptions::unicode_encode_error_class()) => {
                let protocol = self.protocol;
                let name = protocol::repr(name.as_value())?;
                let message =
                    format!("can't pickle {what} identifier {name} using pickle protocol {protocol}");
                Err(in_context(pickling_error(message), error))
            }
            result => result,
        }
    }

    fn save_extension(&mut self, code: &Value) -> PyResult<()> {
        if !protocol::is_int(code) {
            return Err(exceptions::type_error(format!(
                "'{}' object cannot be interpreted as an integer",
                code.type_name()
            )));
        }
        let code = protocol::index_to_i64(code)?
            .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C long"))?;
        let bytes = match i32::try_from(code) {
            Ok(code) if code > 0 => code.to_le_bytes(),
            _ => return Err(exceptions::runtime_error(format!("extension code {code} is out of range"))),
        };
        match code {
            ..=0xff => self.out.write(&[EXT1, bytes[0]]),
            0x100..=0xffff => self.out.write(&[EXT2, bytes[0], bytes[1]]),
            _ => {
                self.out.byte(EXT4);
                self.out.write(&bytes);
            }
        }
        Ok(())
    }
}

/// Imports the module with a name that may be anything.
pub fn import(name: &Value) -> PyResult<Value> {
    let none = Value::NONE;
    let fromlist = PyTuple::from_array([Value::from("*")]).into_value();
    crate::import::import(name, &none, &none, &fromlist, 0)
}
