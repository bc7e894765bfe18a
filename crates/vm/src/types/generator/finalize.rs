//! What generators, coroutines and async generators do when they die.

use super::throw::close;
use super::{GenCore, PyAsyncGenerator, PyCoroutine, State};
use crate::heap::Ref;
use crate::value::Value;
use crate::{exceptions, finalize, frame, protocol, warnings};

impl GenCore {
    /// Whether a suspended generator waits inside a `try` or `with`, so that closing it runs code. The RESUME behind the
    /// yield says whether the handler around the whole body is the only one.
    pub(super) fn has_handler(&self) -> bool {
        const ONLY_OUTERMOST: u64 = 4;
        let Some(frame) = self.frame() else { return false };
        // SAFETY: the frame is at rest; `ip` points into its code's private words.
        let (word, index) = unsafe { (*(*frame).ip, (*frame).instruction_index()) };
        let is_resume = self.code.opcode_at(index) == minipy_bytecode::Opcode::RESUME;
        !is_resume || (word >> 32) & ONLY_OUTERMOST == 0
    }

    /// Whether the death of the generator leaves something to run.
    pub fn needs_finalizer(&self) -> bool {
        match self.state.get() {
            State::Created => self.is_coroutine(),
            State::Suspended => {
                self.has_handler()
                    || frame::is_delegating(self)
                    || crate::monitoring::is_listened_to(crate::monitoring::Event::PyUnwind)
            }
            State::Running | State::Finished => false,
        }
    }
}

/// Whether a dying async generator has something to run.
pub(super) fn async_generator_needs_finalizer(this: &PyAsyncGenerator) -> bool {
    match this.core.state.get() {
        State::Finished | State::Running => false,
        _ if !this.closed.get() && this.finalizer.with(|f| f.is_some()) => true,
        State::Created => false,
        State::Suspended => this.core.needs_finalizer(),
    }
}

/// Closes a dying generator; what it raises is reported, since nobody can catch it.
pub(super) fn finalize_generator(object: &Value, core: &Ref<GenCore>) {
    if core.state.get() == State::Finished {
        return;
    }
    if let Err(error) = close(core) {
        let shown = protocol::repr(object).map_or_else(|_| String::new(), |r| r.to_string_lossy());
        let message = format!("Exception ignored while closing generator {shown}");
        finalize::report_unraisable(error, Some(&message), None);
    }
}

/// A coroutine that nobody awaited is worth a warning.
pub(super) fn finalize_coroutine(this: &Ref<PyCoroutine>) {
    if this.core.state.get() == State::Created {
        warnings::unawaited_coroutine(this.as_value());
    }
    // SAFETY: the payload starts with a `GenCore`.
    finalize_generator(this.as_value(), unsafe { this.upcast() });
}

/// An async generator is handed to the event loop that saw its first iteration, which closes it.
pub(super) fn finalize_async_generator(this: &Ref<PyAsyncGenerator>) {
    if this.core.state.get() == State::Finished {
        return;
    }
    if !this.closed.get()
        && let Some(finalizer) = this.finalizer.get()
    {
        if let Err(error) = protocol::call1(&finalizer, this.to_value()) {
            finalize::report_unraisable(error, None, Some(this.as_value()));
        }
        return;
    }
    // SAFETY: the payload starts with a `GenCore`.
    finalize_generator(this.as_value(), unsafe { this.upcast() });
}

/// "coroutine method 'asend' of 'name' was never awaited".
pub(super) fn warn_unawaited_method(generator: &Ref<PyAsyncGenerator>, method: &str) {
    let message =
        format!("coroutine method '{method}' of '{}' was never awaited", generator.core.qualname.get());
    if let Err(error) = warnings::warn(exceptions::runtime_warning_class(), &message, 1) {
        finalize::report_unraisable(error, None, Some(generator.as_value()));
    }
}
