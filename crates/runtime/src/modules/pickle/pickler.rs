//! `Pickler`.

use super::memo::{PicklerMemoProxy, WriteMemo};
use super::opcode::{DEFAULT_PROTOCOL, HIGHEST_PROTOCOL, PROTO, STOP};
use super::output::Output;
use super::pickling_error;
use super::save::Saver;
use minipy_macros::{pyclass, pymethods};
use minipy_vm::cell::GilCell;
use minipy_vm::types::str::StrRef;
use minipy_vm::{Payload, PyResult, Ref, Traverse, TypeRef, Value, Visitor, exceptions, name, protocol};
use std::cell::Cell;

/// How objects are to be written, and which were.
pub struct Pickler {
    /// The `write` method of the file.
    pub write: GilCell<Option<Value>>,
    pub protocol: Cell<u8>,
    /// Whether opcodes with binary arguments are used: all protocols but 0.
    pub bin: Cell<i32>,
    /// Whether to do without a memo.
    pub fast: Cell<i32>,
    pub fix_imports: Cell<bool>,
    pub buffer_callback: GilCell<Option<Value>>,
    pub dispatch_table: GilCell<Option<Value>>,
    pub memo: GilCell<WriteMemo>,
    /// Whether an object is just being written.
    busy: Cell<bool>,
}

impl Default for Pickler {
    fn default() -> Pickler {
        Pickler {
            write: GilCell::new(None),
            protocol: Cell::new(DEFAULT_PROTOCOL),
            bin: Cell::new(1),
            fast: Cell::new(0),
            fix_imports: Cell::new(true),
            buffer_callback: GilCell::new(None),
            dispatch_table: GilCell::new(None),
            memo: GilCell::default(),
            busy: Cell::new(false),
        }
    }
}

impl Traverse for Pickler {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.write.traverse(visit);
        self.buffer_callback.traverse(visit);
        self.dispatch_table.traverse(visit);
        self.memo.traverse(visit);
    }

    fn clear_refs(&self) {
        self.write.set(None);
        self.buffer_callback.set(None);
        self.dispatch_table.set(None);
        drop(self.memo.take());
    }
}

/// The `write` method of a file; TypeError if it has none.
pub fn write_method(file: &Value) -> PyResult<Value> {
    protocol::lookup_attr(file, name!("write"))?
        .ok_or_else(|| exceptions::type_error("file must have a 'write' attribute"))
}

fn protocol_number(protocol: Option<&Value>) -> PyResult<u8> {
    let Some(protocol) = protocol else { return Ok(DEFAULT_PROTOCOL) };
    let number = protocol::index_to_isize(protocol)?;
    match u8::try_from(number) {
        Ok(number) if number <= HIGHEST_PROTOCOL => Ok(number),
        _ if number < 0 => Ok(HIGHEST_PROTOCOL),
        _ => Err(exceptions::value_error(format!("pickle protocol must be <= {HIGHEST_PROTOCOL}"))),
    }
}

impl Pickler {
    pub fn new(
        protocol: Option<&Value>,
        fix_imports: bool,
        buffer_callback: Option<&Value>,
    ) -> PyResult<Pickler> {
        let pickler = Pickler::default();
        pickler.configure(protocol, fix_imports, buffer_callback)?;
        Ok(pickler)
    }

    fn configure(
        &self,
        protocol: Option<&Value>,
        fix_imports: bool,
        buffer_callback: Option<&Value>,
    ) -> PyResult<()> {
        let protocol = protocol_number(protocol)?;
        if buffer_callback.is_some() && protocol < 5 {
            return Err(exceptions::value_error("buffer_callback needs protocol >= 5"));
        }
        self.protocol.set(protocol);
        self.bin.set(i32::from(protocol > 0));
        self.fix_imports.set(fix_imports && protocol < 3);
        self.buffer_callback.set(buffer_callback.cloned());
        Ok(())
    }

    /// Writes `object`, asking the hooks of `hooked`; gives the bytes if there is no file.
    pub fn dump(&self, hooked: Option<&Ref<PyPickler>>, object: &Value) -> PyResult<Vec<u8>> {
        let mut saver = Saver::new(self, Output::new(self.write.get()));
        if let Some(pickler) = hooked {
            saver.persistent_id = PyPickler::persistent_id_hook(pickler)?;
            saver.reducer_override = protocol::lookup_attr(pickler.as_value(), name!("reducer_override"))?;
        }
        if saver.protocol >= 2 {
            saver.out.write(&[PROTO, saver.protocol]);
            if saver.protocol >= 4 {
                saver.out.start_framing();
            }
        }
        saver.save(object)?;
        saver.out.byte(STOP);
        saver.out.finish()
    }
}

/// This takes a binary file for writing a pickle data stream.
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
/// bytes argument. It can thus be a file object opened for binary
/// writing, an io.BytesIO instance, or any other custom object that meets
/// this interface.
///
/// If *fix_imports* is True and protocol is less than 3, pickle will try
/// to map the new Python 3 names to the old module names used in Python
/// 2, so that the pickle data stream is readable with Python 2.
///
/// If *buffer_callback* is None (the default), buffer views are
/// serialized into *file* as part of the pickle stream.
///
/// If *buffer_callback* is not None, then it can be called any number
/// of times with a buffer view.  If the callback returns a false value
/// (such as None), the given buffer is out-of-band; otherwise the
/// buffer is serialized in-band, i.e. inside the pickle stream.
///
/// It is an error if *buffer_callback* is not None and *protocol*
/// is None or smaller than 5.
#[pyclass(name = "Pickler", module = "_pickle", basetype, gc)]
#[derive(Default)]
pub struct PyPickler {
    pub state: Pickler,
    /// `persistent_id`, set on the instance.
    persistent_id: GilCell<Option<Value>>,
}

impl Traverse for PyPickler {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.state.traverse(visit);
        self.persistent_id.traverse(visit);
    }

    fn clear_refs(&self) {
        self.state.clear_refs();
        self.persistent_id.set(None);
    }
}

impl PyPickler {
    /// What to ask for persistent identities, unless nobody has changed it.
    fn persistent_id_hook(zelf: &Ref<PyPickler>) -> PyResult<Option<Value>> {
        let own = PyPickler::class().lookup(name!("persistent_id"));
        if zelf.persistent_id.with(|hook| hook.is_none())
            && own.zip(zelf.class().lookup(name!("persistent_id"))).is_some_and(|(own, found)| own.is(&found))
        {
            return Ok(None);
        }
        protocol::lookup_attr(zelf.as_value(), name!("persistent_id"))
    }

    /// Keeps everybody else from using the pickler until `f` is done.
    fn exclusively<R>(&self, f: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
        if self.state.busy.replace(true) {
            return Err(exceptions::runtime_error("Pickler object is already used"));
        }
        let result = f();
        self.state.busy.set(false);
        result
    }
}

/// The value of an attribute that C has as `int`.
fn int_member(value: Option<Value>) -> PyResult<i32> {
    let Some(value) = value else {
        return Err(exceptions::type_error("can't delete numeric/char attribute"));
    };
    let number = protocol::index_to_i64(&value)?
        .ok_or_else(|| exceptions::overflow_error("Python int too large to convert to C long"))?;
    Ok(number as i32)
}

#[pymethods]
impl PyPickler {
    #[slot]
    fn new(cls: &TypeRef, _args: minipy_vm::Args<'_>) -> PyResult<Value> {
        Ok(Ref::new_in(cls, PyPickler::default()).into_value())
    }

    #[slot(init, sig = "(file, protocol=None, fix_imports=True, buffer_callback=None)")]
    fn init(
        zelf: &Ref<PyPickler>,
        file: &Value,
        protocol: Option<&Value>,
        fix_imports: bool,
        buffer_callback: Option<&Value>,
    ) -> PyResult<()> {
        zelf.exclusively(|| {
            zelf.state.configure(protocol, fix_imports, buffer_callback)?;
            zelf.state.write.set(Some(write_method(file)?));
            drop(zelf.state.memo.take());
            zelf.state.fast.set(0);
            zelf.state.dispatch_table.set(protocol::lookup_attr(zelf.as_value(), name!("dispatch_table"))?);
            Ok(())
        })
    }

    #[slot]
    fn getattro(zelf: &Value, attribute: &StrRef) -> PyResult<Option<Value>> {
        if attribute.eq_str("persistent_id")
            && let Some(pickler) = zelf.downcast::<PyPickler>()
            && let Some(hook) = pickler.persistent_id.get()
        {
            return Ok(Some(hook));
        }
        protocol::generic_getattr(zelf, attribute)
    }

    #[slot]
    fn setattro(zelf: &Value, attribute: &StrRef, value: Option<Value>) -> PyResult<()> {
        if attribute.eq_str("persistent_id")
            && let Some(pickler) = zelf.downcast::<PyPickler>()
        {
            pickler.persistent_id.set(value);
            return Ok(());
        }
        protocol::generic_setattr(zelf, attribute, value)
    }

    #[pymethod("($self, obj, /)")]
    fn persistent_id(&self, obj: &Value) {
        let _ = obj;
    }

    /// Write a pickled representation of the given object to the open file.
    #[pymethod("($self, obj, /)", defining_class)]
    fn dump(zelf: &Ref<PyPickler>, obj: &Value) -> PyResult<()> {
        if zelf.state.write.with(|write| write.is_none()) {
            let class = zelf.class().name();
            return Err(pickling_error(format!("Pickler.__init__() was not called by {class}.__init__()")));
        }
        zelf.exclusively(|| zelf.state.dump(Some(zelf), obj).map(|_| ()))
    }

    /// Clears the pickler's "memo".
    ///
    /// The memo is the data structure that remembers which objects the
    /// pickler has already seen, so that shared or recursive objects are
    /// pickled by reference and not by value.  This method is useful when
    /// re-using picklers.
    #[pymethod("($self, /)")]
    fn clear_memo(&self) {
        drop(self.state.memo.take());
    }

    #[pygetset(member)]
    fn bin(&self) -> i32 {
        self.state.bin.get()
    }

    #[pygetset(setter, member)]
    fn set_bin(&self, value: Option<Value>) -> PyResult<()> {
        self.state.bin.set(int_member(value)?);
        Ok(())
    }

    #[pygetset(member)]
    fn fast(&self) -> i32 {
        self.state.fast.get()
    }

    #[pygetset(setter, member)]
    fn set_fast(&self, value: Option<Value>) -> PyResult<()> {
        self.state.fast.set(int_member(value)?);
        Ok(())
    }

    #[pygetset(member)]
    fn dispatch_table(zelf: &Ref<PyPickler>) -> PyResult<Value> {
        zelf.state
            .dispatch_table
            .get()
            .ok_or_else(|| protocol::missing_attribute(zelf.as_value(), name!("dispatch_table")))
    }

    #[pygetset(setter, member)]
    fn set_dispatch_table(zelf: &Ref<PyPickler>, value: Option<Value>) -> PyResult<()> {
        let old = zelf.state.dispatch_table.replace(value.clone());
        if value.is_none() && old.is_none() {
            return Err(protocol::missing_attribute(zelf.as_value(), name!("dispatch_table")));
        }
        Ok(())
    }

    #[pygetset]
    fn memo(zelf: &Ref<PyPickler>) -> Ref<PicklerMemoProxy> {
        Ref::new(PicklerMemoProxy { pickler: zelf.clone() })
    }

    #[pygetset(setter)]
    fn set_memo(&self, value: Option<Value>) -> PyResult<()> {
        let memo = WriteMemo::from_value(value)?;
        drop(self.state.memo.replace(memo));
        Ok(())
    }
}
