//! `dump_traceback_later()`: a thread that writes tracebacks when the time is over.

use super::dump::{self, Out};
use minipy_vm::{PyResult, exceptions, gil};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// What the thread is to do.
#[derive(Clone, Copy)]
pub struct Order {
    pub timeout: Duration,
    pub repeat: bool,
    pub exit: bool,
    pub fd: i32,
}

/// Tells a watching thread to stop.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    changed: Condvar,
}

static WATCH: Mutex<Option<Arc<Bell>>> = Mutex::new(None);

/// How long a running thread has to come to a safe point before its frames are read without one.
const PATIENCE: Duration = Duration::from_millis(500);

/// Starts to watch, instead of whatever was watched for.
pub fn start(order: Order) -> PyResult<()> {
    cancel();
    let bell = Arc::new(Bell::default());
    let ours = bell.clone();
    // Signals are for the threads that run Python code.
    let spawned = std::thread::Builder::new().spawn(move || {
        crate::modules::signal::block_all();
        watch(order, &ours);
    });
    if spawned.is_err() {
        return Err(exceptions::runtime_error("unable to start watchdog thread"));
    }
    *WATCH.lock().unwrap_or_else(PoisonError::into_inner) = Some(bell);
    Ok(())
}

/// Stops to watch.
pub fn cancel() {
    if let Some(bell) = WATCH.lock().unwrap_or_else(PoisonError::into_inner).take() {
        *bell.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        bell.changed.notify_all();
    }
}

fn watch(order: Order, bell: &Bell) {
    let mut rung = bell.rung.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let waited = bell.changed.wait_timeout_while(rung, order.timeout, |rung| !*rung);
        let (state, result) = waited.unwrap_or_else(PoisonError::into_inner);
        rung = state;
        if !result.timed_out() {
            return;
        }
        write(order);
        if order.exit {
            // SAFETY: ends the process at once.
            unsafe { libc::_exit(1) }
        }
        if !order.repeat {
            return;
        }
    }
}

fn write(order: Order) {
    let out = Out(order.fd);
    let seconds = order.timeout.as_secs();
    out.text("Timeout (");
    out.number(seconds / 3600, 10, 1);
    out.text(":");
    out.number(seconds / 60 % 60, 10, 2);
    out.text(":");
    out.number(seconds % 60, 10, 2);
    let micros = order.timeout.subsec_micros();
    if micros > 0 {
        out.text(".");
        out.number(micros.into(), 10, 6);
    }
    out.text(")!\n");
    // A thread that holds the lock for ever is what this is for: then its frames are read as they are.
    let _pause = gil::pause(PATIENCE);
    dump::all_threads(out, std::ptr::null());
}
