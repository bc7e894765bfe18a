//! The attributes of frame objects.

use super::locals::runs_comprehension;
use super::object::{PyFrame, clear_values};
use super::{Owner, PyFrameLocals, builtins};
use crate::heap::Ref;
use crate::types::code::PyCode;
use crate::types::dict::DictRef;
use crate::types::generator::GenCore;
use crate::value::Value;
use crate::{PyResult, exceptions, protocol, warnings};
use minipy_bytecode::code::flags;
use minipy_macros::pymethods;

impl PyFrame {
    /// Whether the call goes on: the frame is on its thread's stack.
    fn is_executing(&self) -> bool {
        let record = self.record();
        match record.owner {
            Owner::Thread => true,
            Owner::Generator => self.generator().is_some_and(|g| g.is_running()),
            Owner::FrameObject => false,
        }
    }

    /// The generator whose frame this is, while it has one.
    fn generator(&self) -> Option<&Ref<GenCore>> {
        let record = self.record();
        if record.owner != Owner::Generator || record.generator.is_null() {
            return None;
        }
        // SAFETY: a generator's frame points back to the generator, which lives as long as it owns the frame.
        Some(unsafe { &*(&raw const record.generator as *const Ref<GenCore>) })
    }

    /// The frame object of the caller.
    pub fn back(&self) -> Option<Ref<PyFrame>> {
        let previous = self.record().previous;
        if previous.is_null() {
            return self.back.get();
        }
        // SAFETY: the callers of a frame that executes are live.
        Some(unsafe { PyFrame::of(previous) })
    }
}

fn undeletable(name: &str, zelf: &Ref<PyFrame>) -> exceptions::PyErr {
    let message = format!("attribute '{name}' of 'frame' objects cannot be deleted");
    exceptions::attribute_error(message, zelf.as_value(), &crate::types::str::intern(name))
}

fn flag(value: &Value) -> PyResult<bool> {
    value.as_bool().ok_or_else(|| exceptions::type_error("attribute value type must be bool"))
}

#[pymethods(part = attributes)]
impl PyFrame {
    #[slot]
    fn repr(zelf: &Ref<PyFrame>) -> PyResult<String> {
        let code = zelf.code();
        let file = protocol::repr(code.filename.get().as_value())?;
        let line = zelf.line_or_none().map_or_else(|| "None".to_owned(), |line| line.to_string());
        Ok(format!("<frame at {:#x}, file {file}, line {line}, code {}>", zelf.as_value().id(), code.name))
    }

    /// Clear all references held by the frame.
    #[pymethod("()")]
    fn clear(&self) -> PyResult<()> {
        if self.is_executing() {
            return Err(exceptions::runtime_error("cannot clear an executing frame"));
        }
        if let Some(generator) = self.generator() {
            if generator.is_started() {
                return Err(exceptions::runtime_error("cannot clear a suspended frame"));
            }
            if generator.needs_finalizer() {
                warnings::unawaited_coroutine(generator.as_value());
            }
            generator.dispose();
            return Ok(());
        }
        self.trace.set(None);
        self.extra_locals.set(None);
        // SAFETY: the call has ended, the record is the object's own.
        unsafe { clear_values(self.frame.get()) };
        Ok(())
    }

    /// Return the size of the frame in memory, in bytes.
    #[pymethod("()")]
    fn __sizeof__(&self) -> usize {
        let code = self.code();
        size_of::<super::Frame>() + (code.nlocalsplus + code.stacksize) as usize * 8
    }

    #[pygetset]
    fn f_back(&self) -> Option<Ref<PyFrame>> {
        self.back()
    }

    /// Return the mapping used by the frame to look up local variables.
    #[pygetset]
    fn f_locals(zelf: &Ref<PyFrame>) -> PyResult<Value> {
        let record = zelf.record();
        let fast = zelf.code().has_flag(flags::CO_OPTIMIZED) || runs_comprehension(record);
        match record.locals_mapping() {
            Some(mapping) if !fast => Ok(mapping),
            _ => Ok(PyFrameLocals::new_ref(zelf).into_value()),
        }
    }

    /// Return the current line number in the frame.
    #[pygetset]
    fn f_lineno(&self) -> Option<i32> {
        self.line_or_none()
    }

    #[pygetset(setter)]
    fn set_f_lineno(zelf: &Ref<PyFrame>, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else { return Err(undeletable("f_lineno", zelf)) };
        if !protocol::is_int(&value) || value.as_bool().is_some() {
            return Err(exceptions::value_error("lineno must be an integer"));
        }
        super::jump::set_line(zelf, &value)
    }

    /// Return the trace function for this frame, or None if no trace function is set.
    #[pygetset]
    fn f_trace(&self) -> Option<Value> {
        self.trace.get()
    }

    #[pygetset(setter)]
    fn set_f_trace(&self, value: Option<Value>) {
        self.trace.set(value.filter(|v| !v.is_none()));
    }

    #[pygetset(member)]
    fn f_trace_lines(&self) -> bool {
        self.trace_lines.get()
    }

    #[pygetset(setter)]
    fn set_f_trace_lines(&self, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else {
            return Err(exceptions::type_error("can't delete numeric/char attribute"));
        };
        self.trace_lines.set(flag(&value)?);
        Ok(())
    }

    /// Return True if opcode tracing is enabled, False otherwise.
    #[pygetset]
    fn f_trace_opcodes(&self) -> bool {
        self.trace_opcodes.get()
    }

    #[pygetset(setter)]
    fn set_f_trace_opcodes(zelf: &Ref<PyFrame>, value: Option<Value>) -> PyResult<()> {
        let Some(value) = value else { return Err(undeletable("f_trace_opcodes", zelf)) };
        let wanted = flag(&value)?;
        zelf.trace_opcodes.set(wanted);
        crate::monitoring::set_opcode_events(zelf.code(), wanted);
        Ok(())
    }

    /// Return the index of the last attempted instruction in the frame.
    #[pygetset]
    fn f_lasti(&self) -> i32 {
        self.record().lasti()
    }

    /// Return the global variables in the frame.
    #[pygetset]
    fn f_globals(&self) -> DictRef {
        self.record().globals().clone()
    }

    /// Return the built-in variables in the frame.
    #[pygetset]
    fn f_builtins(&self) -> Value {
        builtins::shown(self.record().builtins())
    }

    /// Return the code object being executed in this frame.
    #[pygetset]
    fn f_code(zelf: &Ref<PyFrame>) -> PyResult<Ref<PyCode>> {
        crate::audit::getattr(zelf.as_value(), "f_code")?;
        Ok(zelf.code().clone())
    }

    /// Return the generator or coroutine associated with this frame, or None.
    #[pygetset]
    fn f_generator(&self) -> Option<Value> {
        self.generator().map(|generator| generator.as_value().clone())
    }
}
