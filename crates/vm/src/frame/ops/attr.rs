//! Attribute access.

use super::State;
use crate::frame::quicken;
use crate::protocol::{self, Callee};
use crate::types::str::StrRef;
use crate::value::Value;
use crate::{PyResult, exceptions, name};

impl State {
    /// `arg & 1` asks for a method and its receiver, or the attribute and NULL.
    #[inline(never)]
    pub fn load_attr(&mut self, arg: u32) -> PyResult<()> {
        let name = self.name(arg >> 1);
        self.sync();
        // SAFETY: `ip` is the executing instruction.
        if unsafe { quicken::may_specialise(self.ip) } {
            self.specialise_load(&name, arg);
        }
        self.load_attr_anyhow(&name, arg)
    }

    /// LOAD_ATTR without caches.
    pub(super) fn load_attr_anyhow(&mut self, name: &StrRef, arg: u32) -> PyResult<()> {
        if arg & 1 != 0 {
            match protocol::lookup_method(self.peek(1), name)? {
                Callee::Unbound(method) => {
                    let receiver = self.pop();
                    self.push(method);
                    self.push(receiver);
                }
                Callee::Bound(attribute) => {
                    self.set_top(attribute);
                    self.push_null();
                    self.safe_point();
                }
            }
            return Ok(());
        }
        let value = protocol::getattr(self.peek(1), name)?;
        self.set_top(value);
        self.safe_point();
        Ok(())
    }

    #[inline(never)]
    pub fn store_attr(&mut self, arg: u32) -> PyResult<()> {
        let name = self.name(arg);
        self.sync();
        // SAFETY: `ip` is the executing instruction.
        if unsafe { quicken::may_specialise(self.ip) } {
            self.specialise_store(&name);
        }
        let owner = self.pop();
        let value = self.pop();
        protocol::setattr(&owner, &name, value)?;
        drop(owner);
        self.safe_point();
        Ok(())
    }

    pub fn delete_attr(&mut self, arg: u32) -> PyResult<()> {
        let name = self.name(arg);
        self.sync();
        let owner = self.pop();
        protocol::delattr(&owner, &name)?;
        drop(owner);
        self.safe_point();
        Ok(())
    }

    /// Stack: super, class, self. `arg & 1`: for a method call; `arg & 2`: `super(class, self)` was written out.
    pub fn load_super_attr(&mut self, arg: u32) -> PyResult<()> {
        let name = self.name(arg >> 2);
        self.sync();
        let args = self.top_slice(3);
        let found = if crate::types::super_type::is_super(&args[0]) {
            crate::types::super_type::lookup(&args[1], &args[2], &name)?
        } else {
            let proxy = protocol::call(&args[0], if arg & 2 != 0 { &args[1..] } else { &[] })?;
            Callee::Bound(protocol::getattr(&proxy, &name)?)
        };
        match found {
            Callee::Unbound(method) if arg & 1 != 0 => {
                let receiver = self.pop();
                drop(self.pop());
                drop(self.pop());
                self.push(method);
                self.push(receiver);
            }
            found => {
                let value = match found {
                    Callee::Bound(value) => value,
                    Callee::Unbound(method) => bind_method(&method, self.peek(1))?,
                };
                self.drop_slots(3);
                self.push(value);
                if arg & 1 != 0 {
                    self.push_null();
                }
            }
        }
        self.safe_point();
        Ok(())
    }

    /// The special methods of `with` and `async with`.
    pub fn load_special(&mut self, arg: u32) -> PyResult<()> {
        let special: &StrRef = match arg {
            0 => name!("__enter__"),
            1 => name!("__exit__"),
            2 => name!("__aenter__"),
            _ => name!("__aexit__"),
        };
        self.sync();
        match protocol::lookup_special(self.peek(1), special)? {
            Some(Callee::Unbound(method)) => {
                let receiver = self.pop();
                self.push(method);
                self.push(receiver);
                Ok(())
            }
            Some(Callee::Bound(method)) => {
                self.set_top(method);
                self.push_null();
                Ok(())
            }
            None => Err(missing_special(self.peek(1), arg)),
        }
    }
}

fn bind_method(method: &Value, receiver: &Value) -> PyResult<Value> {
    match method.class().slots().descr_get {
        Some(get) => get(method, Some(receiver), Some(receiver.class().as_value())),
        None => Ok(method.clone()),
    }
}

#[cold]
fn missing_special(object: &Value, which: u32) -> exceptions::PyErr {
    let class = object.class().name();
    let has = |name: &StrRef| object.class().lookup(name).is_some();
    let (protocol, method, suggestion) = match which {
        0 | 1 => {
            let other = has(name!("__aenter__")) && has(name!("__aexit__"));
            let method = if which == 0 { "__enter__" } else { "__exit__" };
            ("context manager", method, other.then_some(" but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?"))
        }
        _ => {
            let other = has(name!("__enter__")) && has(name!("__exit__"));
            let method = if which == 2 { "__aenter__" } else { "__aexit__" };
            (
                "asynchronous context manager",
                method,
                other.then_some(" but it supports the context manager protocol. Did you mean to use 'with'?"),
            )
        }
    };
    let hint = suggestion.unwrap_or_default();
    exceptions::type_error(format!(
        "'{class}' object does not support the {protocol} protocol (missed {method} method){hint}"
    ))
}
