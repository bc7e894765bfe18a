//! Signals: the native handler notes them, safe points of the main thread run the Python handlers.

use minipy_vm::cell::GilCell;
use minipy_vm::frame::breaker;
use minipy_vm::{PyResult, exceptions, thread};
use std::sync::atomic::{AtomicU64, Ordering};

/// Signals that have arrived and not been handled, a bit each.
static ARRIVED: AtomicU64 = AtomicU64::new(0);

/// Runs the Python handler of a signal: installed by the `_signal` module.
pub type Dispatch = fn(i32) -> PyResult<()>;

static DISPATCH: GilCell<Option<Dispatch>> = GilCell::new(None);

/// Installs the `_signal` module's dispatch.
pub fn set_dispatch(dispatch: Dispatch) {
    DISPATCH.set(Some(dispatch));
}

/// Notes a signal. Safe to call from a native signal handler.
pub fn note(signum: i32) {
    ARRIVED.fetch_or(1 << (signum as u64 & 63), Ordering::SeqCst);
    breaker::request(breaker::SIGNAL);
}

/// As if the signal had arrived (`_thread.interrupt_main`).
pub fn simulate(signum: i32) -> PyResult<()> {
    if !(1..64).contains(&signum) {
        return Err(exceptions::value_error("signal number out of range"));
    }
    note(signum);
    Ok(())
}

/// Whether there is something for [`check`] to do in the main thread.
pub fn have_arrived() -> bool {
    ARRIVED.load(Ordering::SeqCst) != 0
}

/// Runs the handlers of signals that have arrived, in the main thread.
pub fn check() -> PyResult<()> {
    if !have_arrived() || thread::current().ident != crate::modules::thread::main_ident() {
        return Ok(());
    }
    let mut arrived = ARRIVED.swap(0, Ordering::SeqCst);
    while arrived != 0 {
        let signum = arrived.trailing_zeros() as i32;
        arrived &= arrived - 1;
        if let Some(dispatch) = DISPATCH.get() {
            dispatch(signum)?;
        }
    }
    Ok(())
}

/// The eval breaker's handler: signals and scripts of other processes for the main thread; other threads pass the request on.
pub fn serve(flags: u32) -> PyResult<()> {
    let wanted = flags & (breaker::SIGNAL | breaker::REMOTE);
    if wanted == 0 {
        return Ok(());
    }
    if thread::current().ident != crate::modules::thread::main_ident() {
        breaker::defer(wanted);
        return Ok(());
    }
    if flags & breaker::REMOTE != 0 {
        crate::sys::remote::serve();
    }
    if flags & breaker::SIGNAL != 0 { check() } else { Ok(()) }
}
