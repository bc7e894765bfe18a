//! Stubs of machine code that Python functions called from native code run behind, one for each code object: what a native
//! profiler finds on the stack in the function's place. The runtime makes the stubs while `sys.activate_stack_trampoline` asks
//! for them; calls from Python to Python stay in one eval loop and have none.

use super::{Frame, eval};
use crate::PyResult;
use crate::cell::GilCell;
use crate::thread::Thread;
use crate::types::code::PyCode;
use crate::value::Value;

/// Makes the stub of a code object; gives its address, 0 if there can be none.
pub type Maker = fn(&PyCode) -> usize;

static MAKER: GilCell<Option<Maker>> = GilCell::new(None);

/// Sets what makes stubs for code that runs for the first time; `None` stops that.
pub fn set_maker(maker: Option<Maker>) {
    MAKER.set(maker);
}

pub fn is_active() -> bool {
    MAKER.get().is_some()
}

/// A code object is about to run for the first time.
pub(crate) fn code_prepared(code: &PyCode) {
    if let Some(make) = MAKER.get() {
        code.trampoline.set(make(code));
    }
}

/// What a stub passes on to [`enter`].
struct Call {
    thread: &'static Thread,
    frame: *mut Frame,
    result: Option<PyResult<Value>>,
}

extern "C" fn enter(call: *mut Call) {
    // SAFETY: `run` passes its own, which nobody else looks at meanwhile.
    unsafe { (*call).result = Some(eval::run((*call).thread, (*call).frame)) };
}

/// Runs a fresh frame behind the stub at `address`.
#[cold]
pub(super) fn run(address: usize, thread: &'static Thread, frame: *mut Frame) -> PyResult<Value> {
    let mut call = Call { thread, frame, result: None };
    // SAFETY: a maker's stub calls its second argument with its first, and stays for good.
    unsafe {
        let stub: extern "C" fn(*mut Call, extern "C" fn(*mut Call)) = std::mem::transmute(address);
        stub(&raw mut call, enter);
    }
    call.result.unwrap_or_else(|| Err(crate::exceptions::system_error("a trampoline stub called nothing")))
}
