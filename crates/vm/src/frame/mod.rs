//! Frames and the eval loop.

mod attributes;
mod bind;
pub mod breaker;
pub mod builtins;
mod datastack;
mod eval;
mod jump;
mod locals;
mod object;
mod ops;
pub mod quicken;
mod raise;
mod record;
pub mod trampoline;

pub use bind::leave_to_object;
pub use bind::{call_function, call_moving};
pub use builtins::builtins_of;
pub use datastack::DataStack;
pub use eval::{run, throw_into};
pub use locals::PyFrameLocals;
pub use object::PyFrame;
pub use object::{clear_values, drop_frame, traverse_executing_frame, traverse_frame};
pub use ops::{delegate, exception_matches, get_awaitable_iter, is_delegating};
pub use raise::{add_traceback, set_context};
pub use record::Record;

use crate::heap::{Obj, Ref};
use crate::types::code::PyCode;
use crate::types::dict::DictRef;
use crate::types::function::PyFunction;
use crate::types::generator::GenCore;
use crate::value::Value;
use minipy_bytecode::code::flags;

/// Who owns a frame's memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Owner {
    /// The thread's data stack.
    Thread,
    /// A generator, coroutine or async generator.
    Generator,
    /// A frame object that outlived the call.
    FrameObject,
}

/// An activation record: this header, then the fast locals, then the value stack, one word each. Zero words are empty.
#[repr(C)]
pub struct Frame {
    pub previous: *mut Frame,
    /// Owned.
    pub code: *mut Obj<PyCode>,
    /// Owned.
    pub function: *mut Obj<PyFunction>,
    /// The namespace of module and class bodies, owned; 0 in functions.
    pub locals: u64,
    /// The frame object somebody asked for, owned; 0 if nobody did.
    pub object: u64,
    /// The generator that owns the frame, not counted; null in calls.
    pub generator: *const Obj<GenCore>,
    /// The code's constants.
    pub consts: *const Value,
    /// The instruction that executes, or that called.
    pub ip: *mut u64,
    /// The top of the value stack, while the frame does not execute.
    pub sp: *mut u64,
    /// How many words after `ip` execution goes on when the callee returns.
    pub return_offset: u32,
    pub owner: Owner,
    /// Whether the eval loop returns to its native caller when the frame ends.
    pub entry: bool,
    /// Whether CPython makes the call from native code: what it raises is reported for another code unit of the caller.
    pub indirect: bool,
    /// Whether the call is that of an `__init__`, whose caller gets the instance it has put on its stack already.
    pub constructs: bool,
}

/// Words of the header.
pub const FRAME_WORDS: usize = size_of::<Frame>() / 8;

impl Frame {
    /// The first fast local.
    #[inline(always)]
    pub fn localsplus(&self) -> *mut u64 {
        // SAFETY: the words follow the header.
        unsafe { (self as *const Frame as *mut u64).add(FRAME_WORDS) }
    }

    #[inline(always)]
    pub fn code(&self) -> &PyCode {
        // SAFETY: the frame owns its code object.
        unsafe { &(*self.code).payload }
    }

    #[inline(always)]
    pub fn code_ref(&self) -> &Ref<PyCode> {
        // SAFETY: the field is the word of an owned reference.
        unsafe { &*(&raw const self.code as *const Ref<PyCode>) }
    }

    #[inline(always)]
    pub fn function(&self) -> &Ref<PyFunction> {
        // SAFETY: the field is the word of an owned reference.
        unsafe { &*(&raw const self.function as *const Ref<PyFunction>) }
    }

    #[inline(always)]
    pub fn globals(&self) -> &DictRef {
        // SAFETY: as for `function`; the dict lives as long as the function.
        unsafe { &(*self.function).payload.globals }
    }

    #[inline(always)]
    pub fn builtins(&self) -> &DictRef {
        // SAFETY: as above.
        unsafe { &(*self.function).payload.builtins }
    }

    /// The first word of the value stack.
    #[inline(always)]
    pub fn stack_base(&self) -> *mut u64 {
        // SAFETY: the stack follows the locals.
        unsafe { self.localsplus().add(self.code().nlocalsplus as usize) }
    }

    /// The index of the current instruction in code units.
    pub fn instruction_index(&self) -> usize {
        let entry = self.code().entry();
        // SAFETY: `ip` points into the code's private words.
        unsafe { self.ip.offset_from(entry) as usize }
    }

    /// As [`Frame::instruction_index`], of a frame that may be changing: never allocates, and gives 0 for what makes no sense.
    pub fn instruction_index_unlocked(&self) -> usize {
        // SAFETY: the private code is made once and stays while the code object lives.
        let Some(private) = (unsafe { &*self.code().private.as_ptr() }) else { return 0 };
        let index = (self.ip as usize).wrapping_sub(private.as_ptr() as usize) / size_of::<u64>();
        if index < private.len() { index } else { 0 }
    }

    /// `f_lasti`.
    pub fn lasti(&self) -> i32 {
        self.instruction_index() as i32 * 2
    }

    /// The namespace of a module or class body. Such code as a function's has the globals for it.
    pub fn locals_mapping(&self) -> Option<Value> {
        if self.locals == 0 {
            return (!self.code_ref().has_flag(flags::CO_OPTIMIZED)).then(|| self.globals().to_value());
        }
        // SAFETY: the word is an owned value.
        Some(unsafe { Value::clone_from_bits(self.locals) })
    }
}

static BUILTINS: crate::cell::GilCell<Option<DictRef>> = crate::cell::GilCell::new(None);
/// `all` and `any` as they were at start-up, for LOAD_COMMON_CONSTANT.
static COMMON: crate::cell::GilCell<Option<[Value; 2]>> = crate::cell::GilCell::new(None);

/// The namespace of the `builtins` module.
pub fn default_builtins() -> DictRef {
    BUILTINS.get().unwrap_or_default()
}

/// Sets what [`default_builtins`] gives, at start-up.
pub fn set_default_builtins(builtins: DictRef) {
    let all_any = [crate::name!("all"), crate::name!("any")].map(|name| builtins.get_interned(name));
    if let [Some(all), Some(any)] = all_any {
        COMMON.set(Some([all, any]));
    }
    BUILTINS.set(Some(builtins));
}

/// The builtin functions `all` and `any`, whatever `builtins` holds now.
pub fn all_and_any() -> crate::PyResult<[Value; 2]> {
    COMMON.get().ok_or_else(|| crate::exceptions::runtime_error("builtins are not initialised"))
}

/// Runs a code object in a namespace, as `exec` does.
pub fn exec_code(
    code: &Ref<PyCode>,
    globals: DictRef,
    locals: Option<Value>,
    closure: Option<crate::TupleRef>,
) -> crate::PyResult {
    let function = PyFunction::new_ref(code.clone(), globals.clone(), closure);
    bind::run_with_locals(&function, Some(locals.unwrap_or_else(|| globals.into_value())))
}

static MODULES: crate::cell::GilCell<Option<DictRef>> = crate::cell::GilCell::new(None);

/// `sys.modules`, once there is one.
pub fn sys_modules() -> Option<DictRef> {
    MODULES.get()
}

/// Sets what [`sys_modules`] gives.
pub fn set_sys_modules(modules: DictRef) {
    MODULES.set(Some(modules));
}

/// `__name__` in the globals of the innermost frame: the module that running code belongs to.
pub fn current_module_name() -> Option<Value> {
    // SAFETY: the innermost frame is live while native code it called runs.
    let frame = unsafe { crate::thread::current().frame.get().as_ref() }?;
    frame.globals().get_interned(crate::name!("__name__"))
}

/// The innermost frame that runs Python code, if there is one.
pub fn current_frame() -> Option<*mut Frame> {
    let frame = crate::thread::current().frame.get();
    (!frame.is_null()).then_some(frame)
}

fn no_frame() -> crate::PyErr {
    crate::exceptions::system_error("frame does not exist")
}

/// `globals()` of the running code.
pub fn current_globals() -> crate::PyResult<DictRef> {
    // SAFETY: the running frame is live.
    current_frame().map(|f| unsafe { (*f).globals().clone() }).ok_or_else(no_frame)
}

/// The builtins of the running code, or the interpreter's own.
pub fn current_builtins() -> DictRef {
    // SAFETY: as above.
    current_frame().map_or_else(default_builtins, |f| unsafe { (*f).builtins().clone() })
}

/// The code that runs.
pub fn current_code() -> Option<Ref<PyCode>> {
    // SAFETY: as above.
    current_frame().map(|f| unsafe { (*f).code_ref().clone() })
}

/// `locals()` of the running code: the namespace itself, or a fresh snapshot in functions (PEP 667).
pub fn current_locals() -> crate::PyResult {
    let frame = current_frame().ok_or_else(no_frame)?;
    // SAFETY: as above.
    unsafe {
        let fast = (*frame).code_ref().has_flag(flags::CO_OPTIMIZED) || locals::runs_comprehension(&*frame);
        match (*frame).locals_mapping().filter(|_| !fast) {
            Some(namespace) => Ok(namespace),
            None => Ok(object::snapshot_locals(frame).into_value()),
        }
    }
}

/// Runs a function without parameters with `namespace` as its locals: a class body.
pub fn run_function_in(function: &Ref<PyFunction>, namespace: Value) -> crate::PyResult {
    bind::run_with_locals(function, Some(namespace))
}

/// `__module__` of the function that executes, or None.
pub fn current_module() -> Value {
    let frame = crate::thread::current().frame.get();
    if frame.is_null() {
        return Value::NONE;
    }
    // SAFETY: the thread's innermost frame is live.
    unsafe { (*frame).function().module.get() }
}
