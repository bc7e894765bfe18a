//! Imports.

use super::State;
use crate::function::hooks;
use crate::types::dict::PyDict;
use crate::types::module::PyModule;
use crate::types::str::PyStr;
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};

impl State {
    /// Stack: level, fromlist.
    pub fn import_name(&mut self, arg: u32) -> PyResult<()> {
        let name = self.name(arg).into_value();
        self.sync();
        let fromlist = self.pop();
        let level = self.pop();
        let globals = self.frame().globals().to_value();
        let locals = self.frame().locals_mapping().unwrap_or(Value::NONE);
        let builtins = self.frame().builtins().clone();
        let Some(function) = super::names::mapping_get(builtins.as_value(), name!("__import__"))? else {
            return Err(exceptions::PyErr::new(
                exceptions::import_error_class(),
                &[Value::from("__import__ not found")],
            ));
        };
        let module = if is_original_import(&function) {
            let level = protocol::index_to_i64(&level)?.unwrap_or(0);
            hooks::import(&name, &globals, &locals, &fromlist, level)?
        } else {
            protocol::call(&function, &[name, globals, locals, fromlist, level])?
        };
        self.push(module);
        self.safe_point();
        Ok(())
    }

    pub fn import_from(&mut self, arg: u32) -> PyResult<()> {
        let name = self.name(arg);
        self.sync();
        let module = self.peek(1).clone();
        if let Some(value) = protocol::lookup_attr(&module, &name)? {
            self.push(value);
            return Ok(());
        }
        // A submodule of a package that is still being imported.
        if let Some(package) = protocol::lookup_attr(&module, name!("__name__"))?
            && let Some(package) = package.downcast::<PyStr>()
        {
            let full = format!("{package}.{name}");
            if let Some(modules) = crate::frame::sys_modules()
                && let Some(found) = modules.get_str(&crate::types::str::intern(&full))?
            {
                self.push(found);
                return Ok(());
            }
        }
        Err(hooks::import_from_error(&module, &name))
    }

    /// `from module import *`, with the module on top.
    pub(super) fn import_star(&mut self) -> PyResult<Value> {
        let module = self.peek(1).clone();
        let Some(namespace) = self.frame().locals_mapping() else {
            return Err(exceptions::system_error("no locals found during 'import *'"));
        };
        let all = protocol::lookup_attr(&module, name!("__all__"))?;
        let skip_private = all.is_none();
        let names = match all {
            Some(all) => protocol::collect(&all)?,
            None => match protocol::lookup_attr(&module, name!("__dict__"))? {
                Some(dict) => protocol::collect(&protocol::call_method(&dict, name!("keys"), &[])?)?,
                None => {
                    return Err(exceptions::PyErr::new(
                        exceptions::import_error_class(),
                        &[Value::from("from-import-* object has no __dict__ and no __all__")],
                    ));
                }
            },
        };
        for item in names {
            let Some(attribute) = item.downcast::<PyStr>() else {
                return Err(not_a_name(&module, &item, skip_private));
            };
            if skip_private && !attribute.is_empty() && attribute.char_at(0) == u32::from(b'_') {
                continue;
            }
            let value = protocol::getattr(&module, attribute)?;
            match namespace.downcast_exact::<PyDict>() {
                Some(dict) => dict.set_str(attribute, value)?,
                None => protocol::setitem(&namespace, &item, value)?,
            }
        }
        Ok(Value::NONE)
    }
}

fn is_original_import(function: &Value) -> bool {
    function.downcast_exact::<crate::types::function::PyNative>().is_some_and(|f| f.def.name == "__import__")
}

fn not_a_name(module: &Value, item: &Value, in_dict: bool) -> exceptions::PyErr {
    let name = match module.downcast::<PyModule>() {
        Some(module) => module.namespace().get_interned(name!("__name__")),
        None => None,
    };
    let name = name.and_then(|n| protocol::str(&n).ok()).map_or_else(String::new, |n| n.to_string_lossy());
    exceptions::type_error(format!(
        "{} in {name}.{} must be str, not {}",
        if in_dict { "Key" } else { "Item" },
        if in_dict { "__dict__" } else { "__all__" },
        item.type_name()
    ))
}
