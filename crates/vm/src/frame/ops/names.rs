//! Global, namespace and cell variables.

use super::State;
use crate::frame::quicken::{self, op};
use crate::heap::Ref;
use crate::types::cell::PyCell;
use crate::types::code::NamePlace;
use crate::types::dict::{DictRef, PyDict};
use crate::types::str::StrRef;
use crate::value::Value;
use crate::{PyResult, exceptions, name, protocol};

/// A name in globals, then builtins.
fn global(globals: &DictRef, builtins: &DictRef, name: &StrRef) -> PyResult<Option<Value>> {
    let found = mapping_get(globals.as_value(), name)?;
    if found.is_some() {
        return Ok(found);
    }
    mapping_get(builtins.as_value(), name)
}

/// `mapping[name]`, with `None` for KeyError. Exact dicts are asked directly.
pub(in crate::frame) fn mapping_get(mapping: &Value, name: &StrRef) -> PyResult<Option<Value>> {
    if let Some(dict) = mapping.downcast_exact::<PyDict>() {
        return dict.get_str(name);
    }
    match protocol::getitem(mapping, name.as_value()) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_instance(exceptions::key_error_class()) => Ok(None),
        Err(error) => Err(error),
    }
}

impl State {
    fn load_global_value(&mut self, name: &StrRef) -> PyResult<Value> {
        self.sync();
        let (globals, builtins) = (self.frame().globals().clone(), self.frame().builtins().clone());
        global(&globals, &builtins, name)?.ok_or_else(|| exceptions::name_error(name))
    }

    /// `arg & 1` pushes NULL after the value, for a call.
    #[inline(never)]
    pub fn load_global(&mut self, arg: u32) -> PyResult<()> {
        let name = self.name(arg >> 1);
        // SAFETY: `ip` is the executing instruction.
        if unsafe { quicken::may_specialise(self.ip) } {
            self.specialise_global(&name);
        }
        let value = self.load_global_value(&name)?;
        self.push_global(value, arg);
        Ok(())
    }

    #[inline(always)]
    fn push_global(&mut self, value: Value, arg: u32) {
        self.push(value);
        if arg & 1 != 0 {
            self.push_null();
        }
    }

    fn specialise_global(&mut self, name: &StrRef) {
        let globals = self.frame().globals();
        let version = u64::from(globals.keys_version());
        let found = globals.position(name);
        let builtins = self.frame().builtins();
        // SAFETY: LOAD_GLOBAL has four cache words.
        unsafe {
            if version == 0 {
                return;
            }
            if let Some(index) = found {
                *self.ip.add(1) = version | (index as u64) << 32;
                quicken::rewrite(self.ip, op::LOAD_GLOBAL_MODULE);
            } else if let Some(index) = builtins.position(name)
                && builtins.keys_version() != 0
            {
                *self.ip.add(1) = version;
                *self.ip.add(2) = u64::from(builtins.keys_version()) | (index as u64) << 32;
                quicken::rewrite(self.ip, op::LOAD_GLOBAL_BUILTIN);
            }
        }
    }

    #[inline(always)]
    pub fn load_global_module(&mut self, arg: u32) -> PyResult<()> {
        // SAFETY: the cache word was written by `specialise_global`.
        let cache = unsafe { *self.ip.add(1) };
        let globals = self.frame().globals();
        if globals.keys_version_raw() == cache as u32
            && let Some(value) = globals.value_at((cache >> 32) as usize)
        {
            self.push_global(value, arg);
            return Ok(());
        }
        self.outlined(|s| s.global_miss(arg))
    }

    #[inline(always)]
    pub fn load_global_builtin(&mut self, arg: u32) -> PyResult<()> {
        // SAFETY: as above.
        let (globals_version, cache) = unsafe { (*self.ip.add(1), *self.ip.add(2)) };
        let builtins = self.frame().builtins();
        if self.frame().globals().keys_version_raw() == globals_version as u32
            && builtins.keys_version_raw() == cache as u32
            && let Some(value) = builtins.value_at((cache >> 32) as usize)
        {
            self.push_global(value, arg);
            return Ok(());
        }
        self.outlined(|s| s.global_miss(arg))
    }

    #[cold]
    fn global_miss(&mut self, arg: u32) -> PyResult<()> {
        // SAFETY: `ip` is the executing instruction.
        unsafe { quicken::despecialise(self.ip, op::LOAD_GLOBAL) };
        self.load_global(arg)
    }

    #[inline(always)]
    fn namespace(&self) -> PyResult<Value> {
        self.frame().locals_mapping().ok_or_else(|| exceptions::system_error("no locals"))
    }

    /// The namespace of a module or class body, if it is a plain dict.
    #[inline(always)]
    fn plain_namespace(&self) -> Option<&PyDict> {
        // SAFETY: the word is an owned value or zero, and stays while the frame executes.
        unsafe {
            let word = &raw const (*self.frame).locals;
            if *word == 0 {
                return None;
            }
            (*(word as *const Value)).downcast_exact::<PyDict>().map(|dict| &**dict)
        }
    }

    #[inline(always)]
    pub fn load_name(&mut self, arg: u32) -> PyResult<()> {
        if let Some(namespace) = self.plain_namespace() {
            let place = self.code().name_place(arg).get();
            if place.version != 0 && place.version == namespace.keys_version_raw() {
                let found = if place.builtins == 0 {
                    namespace.value_at(place.index as usize)
                } else if place.builtins == self.frame().builtins().keys_version_raw()
                    && std::ptr::eq(namespace, &raw const **self.frame().globals())
                {
                    self.frame().builtins().value_at(place.index as usize)
                } else {
                    None
                };
                if let Some(value) = found {
                    self.push(value);
                    return Ok(());
                }
            }
        }
        self.outlined(|s| s.load_name_slow(arg))
    }

    #[inline(never)]
    fn load_name_slow(&mut self, arg: u32) -> PyResult<()> {
        if let Some(namespace) = self.plain_namespace() {
            let (name, builtins) = (&self.code().names[arg as usize], self.frame().builtins());
            let place = match namespace.position(name) {
                Some(index) => Some((0, index)),
                None => builtins
                    .position(name)
                    .map(|index| (builtins.keys_version(), index))
                    .filter(|&(version, _)| version != 0),
            };
            if let Some((builtins, index)) = place {
                let version = namespace.keys_version();
                self.code().name_place(arg).set(NamePlace { version, builtins, index: index as u32 });
            }
        }
        let name = self.name(arg);
        self.sync();
        let namespace = self.namespace()?;
        let value = match mapping_get(&namespace, &name)? {
            Some(value) => value,
            None => self.load_global_value(&name)?,
        };
        self.push(value);
        Ok(())
    }

    #[inline(always)]
    pub fn store_name(&mut self, arg: u32) -> PyResult<()> {
        if let Some(namespace) = self.plain_namespace() {
            let place = self.code().name_place(arg).get();
            if place.is_in(namespace.keys_version_raw()) {
                // SAFETY: a value lies on top of the stack.
                let value = unsafe { Value::from_bits(*self.slot(1)) };
                let old = namespace.replace_at(place.index as usize, value);
                // SAFETY: the value has moved into the namespace.
                self.sp = unsafe { self.sp.sub(1) };
                drop(old);
                self.safe_point();
                return Ok(());
            }
        }
        self.outlined(|s| s.store_name_slow(arg))
    }

    #[inline(never)]
    fn store_name_slow(&mut self, arg: u32) -> PyResult<()> {
        let name = self.name(arg);
        self.sync();
        let value = self.pop();
        let namespace = self
            .frame()
            .locals_mapping()
            .ok_or_else(|| exceptions::system_error(format!("no locals found when storing '{name}'")))?;
        match namespace.downcast_exact::<PyDict>() {
            Some(dict) => dict.set_str(&name, value)?,
            None => protocol::setitem(&namespace, name.as_value(), value)?,
        }
        self.safe_point();
        Ok(())
    }

    pub fn delete_name(&mut self, arg: u32) -> PyResult<()> {
        let name = self.name(arg);
        self.sync();
        let namespace = self.namespace()?;
        match protocol::delitem(&namespace, name.as_value()) {
            Err(error) if error.is_instance(exceptions::key_error_class()) => {
                Err(exceptions::name_error(&name))
            }
            result => result,
        }?;
        self.safe_point();
        Ok(())
    }

    #[inline(always)]
    pub fn store_global(&mut self, arg: u32) -> PyResult<()> {
        let (globals, place) = (self.frame().globals(), self.code().name_place(arg).get());
        if !place.is_in(globals.keys_version_raw()) {
            return self.outlined(|s| s.store_global_slow(arg));
        }
        // SAFETY: a value lies on top of the stack.
        let value = unsafe { Value::from_bits(*self.slot(1)) };
        let old = globals.replace_at(place.index as usize, value);
        // SAFETY: the value has moved into the globals.
        self.sp = unsafe { self.sp.sub(1) };
        drop(old);
        self.safe_point();
        Ok(())
    }

    #[inline(never)]
    fn store_global_slow(&mut self, arg: u32) -> PyResult<()> {
        let name = self.name(arg);
        let value = self.pop();
        let globals = self.frame().globals().clone();
        globals.set_str(&name, value)?;
        if let Some(index) = globals.position(&name) {
            let place = NamePlace { version: globals.keys_version(), builtins: 0, index: index as u32 };
            self.code().name_place(arg).set(place);
        }
        self.safe_point();
        Ok(())
    }

    pub fn delete_global(&mut self, arg: u32) -> PyResult<()> {
        let name = self.name(arg);
        if self.frame().globals().remove_str(&name)?.is_none() {
            return Err(exceptions::name_error(&name));
        }
        self.safe_point();
        Ok(())
    }

    pub fn load_locals(&mut self) -> PyResult<()> {
        let namespace = self.namespace()?;
        self.push(namespace);
        Ok(())
    }

    pub fn load_from_dict_or_globals(&mut self, arg: u32) -> PyResult<()> {
        let name = self.name(arg);
        self.sync();
        let mapping = self.pop();
        let value = match mapping_get(&mapping, &name)? {
            Some(value) => value,
            None => self.load_global_value(&name)?,
        };
        self.push(value);
        Ok(())
    }

    pub fn load_from_dict_or_deref(&mut self, arg: u32) -> PyResult<()> {
        let name = self.code().locals[arg as usize].clone();
        self.sync();
        let mapping = self.pop();
        match mapping_get(&mapping, &name)? {
            Some(value) => {
                self.push(value);
                Ok(())
            }
            None => self.load_deref(arg),
        }
    }

    pub fn load_build_class(&mut self) -> PyResult<()> {
        self.sync();
        let name = name!("__build_class__");
        let builtins = self.frame().builtins().clone();
        let value = mapping_get(builtins.as_value(), name)?
            .ok_or_else(|| named_error("__build_class__ not found", name))?;
        self.push(value);
        Ok(())
    }

    pub fn setup_annotations(&mut self) -> PyResult<()> {
        self.sync();
        let namespace = self.namespace()?;
        let name = name!("__annotations__");
        if mapping_get(&namespace, name)?.is_none() {
            protocol::setitem(&namespace, name.as_value(), PyDict::new_ref().into_value())?;
        }
        Ok(())
    }

    #[inline(always)]
    fn cell(&self, index: u32) -> &Ref<PyCell> {
        // SAFETY: MAKE_CELL or COPY_FREE_VARS has put a cell there, and the verifier checks that the index is one.
        unsafe { &*(self.locals.add(index as usize) as *const Ref<PyCell>) }
    }

    #[inline(always)]
    pub fn make_cell(&mut self, index: u32) {
        // SAFETY: the argument, if any, moves from the local into the cell.
        unsafe {
            let place = self.locals.add(index as usize);
            let contents = if *place == 0 { None } else { Some(Value::from_bits(*place)) };
            *place = PyCell::new_ref(contents).into_value().into_bits();
        }
    }

    #[inline(always)]
    pub fn copy_free_vars(&mut self, count: u32) {
        let Some(closure) = self.frame().function().closure.get() else { return };
        let first = self.code().nlocalsplus - count;
        for (i, cell) in closure.iter().take(count as usize).enumerate() {
            // SAFETY: free variables are the last locals, empty so far.
            unsafe { *self.locals.add(first as usize + i) = cell.clone().into_bits() };
        }
    }

    #[inline(always)]
    pub fn load_deref(&mut self, arg: u32) -> PyResult<()> {
        match self.cell(arg).contents.get() {
            Some(value) => {
                self.push(value);
                Ok(())
            }
            None => Err((*self).unbound_cell(arg)),
        }
    }

    #[inline(always)]
    pub fn store_deref(&mut self, arg: u32) {
        let value = self.pop();
        let old = self.cell(arg).contents.replace(Some(value));
        drop(old);
        self.safe_point();
    }

    pub fn delete_deref(&mut self, arg: u32) -> PyResult<()> {
        match self.cell(arg).contents.replace(None) {
            Some(old) => {
                drop(old);
                self.safe_point();
                Ok(())
            }
            None => Err((*self).unbound_cell(arg)),
        }
    }

    #[cold]
    fn unbound_cell(self, arg: u32) -> exceptions::PyErr {
        let code = self.code();
        let name = &code.locals[arg as usize];
        if arg < code.nlocalsplus - code.nfree {
            exceptions::unbound_local_error(name)
        } else {
            exceptions::unbound_free_error(name)
        }
    }
}

fn named_error(message: &str, name: &StrRef) -> exceptions::PyErr {
    exceptions::name_error_with(message, name)
}
