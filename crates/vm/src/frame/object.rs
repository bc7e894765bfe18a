//! `frame`: the object that stands for a frame once somebody asks for one.

use super::{Frame, Owner, Record};
use crate::cell::GilCell;
use crate::heap::{Ref, Traverse, Visitor};
use crate::types::code::PyCode;
use crate::types::function::PyFunction;
use crate::value::Value;
use minipy_macros::pyclass;
use std::cell::Cell;
use std::ptr;

#[pyclass(name = "frame", gc, no_new, parts(attributes))]
pub struct PyFrame {
    /// The activation record: in the data stack or a generator while the call lives, then in `own`.
    pub frame: Cell<*mut Frame>,
    /// The record's memory after the call has ended.
    own: GilCell<Option<Record>>,
    /// Holds the calling frame object once the call has ended.
    pub back: GilCell<Option<Ref<PyFrame>>>,
    pub trace: GilCell<Option<Value>>,
    pub trace_lines: Cell<bool>,
    pub trace_opcodes: Cell<bool>,
    /// Set by assignment to `f_lineno`, or -1... 0: taken from the code's table.
    pub lineno: Cell<i32>,
    /// `f_locals` writes to names that are no fast locals.
    pub extra_locals: GilCell<Option<crate::DictRef>>,
}

impl Traverse for PyFrame {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.back.traverse(visit);
        self.trace.traverse(visit);
        self.extra_locals.traverse(visit);
        if self.own.with(|own| own.is_some()) {
            // SAFETY: the record is this object's own.
            unsafe { traverse_frame(self.frame.get(), visit) }
        }
    }

    fn clear_refs(&self) {
        self.back.set(None);
        self.trace.set(None);
        if self.own.with(|own| own.is_some()) {
            // SAFETY: as above; the values are taken out, the header stays.
            unsafe { clear_values(self.frame.get()) }
        }
    }
}

impl Drop for PyFrame {
    fn drop(&mut self) {
        if let Some(own) = self.own.take() {
            // SAFETY: the record in `own` owns what its words hold.
            unsafe { drop_frame(own.frame()) }
        }
    }
}

/// Shows the references a frame holds.
///
/// # Safety
/// The frame must not be executing.
pub unsafe fn traverse_frame(frame: *mut Frame, visit: &mut Visitor<'_>) {
    // SAFETY: the frame is at rest, so that `sp` is where its stack ends.
    unsafe { traverse_words(frame, (*frame).sp, visit) }
}

/// Shows the references of an executing frame but for those on its stack, whose end only the eval loop knows. Whoever
/// executes it holds it, so that the collector need not see them all.
///
/// # Safety
/// The frame must be live.
pub unsafe fn traverse_executing_frame(frame: *mut Frame, visit: &mut Visitor<'_>) {
    // SAFETY: locals are in their places while the frame executes, too.
    unsafe { traverse_words(frame, (*frame).stack_base(), visit) }
}

/// # Safety
/// The words from the locals to `end` must be values or zero.
unsafe fn traverse_words(frame: *mut Frame, end: *mut u64, visit: &mut Visitor<'_>) {
    // SAFETY: the caller's promise; the owned header words are values or zero, too.
    unsafe {
        let mut word = |bits: u64| {
            if bits != 0 {
                visit.visit(&std::mem::ManuallyDrop::new(Value::from_bits(bits)));
            }
        };
        word((*frame).code as u64);
        word((*frame).function as u64);
        word((*frame).locals);
        word((*frame).object);
        let mut p = (*frame).localsplus();
        while p < end {
            word(*p);
            p = p.add(1);
        }
    }
}

/// Drops the locals, the stack and the namespace, leaving the frame empty.
///
/// # Safety
/// The frame must not be executing.
pub unsafe fn clear_values(frame: *mut Frame) {
    // SAFETY: as above; each word is emptied before its value is dropped.
    unsafe {
        let mut p = (*frame).localsplus();
        while p < (*frame).sp {
            take(p);
            p = p.add(1);
        }
        (*frame).sp = (*frame).stack_base();
        take(&raw mut (*frame).locals);
    }
}

/// Drops all that a frame holds, header included.
///
/// # Safety
/// Nobody may use the frame afterwards.
pub unsafe fn drop_frame(frame: *mut Frame) {
    // SAFETY: the caller gives the frame up.
    unsafe {
        take(&raw mut (*frame).locals);
        take(&raw mut (*frame).object);
        drop_plain_frame(frame);
    }
}

/// As [`drop_frame`], of a frame with neither a namespace nor a frame object.
///
/// # Safety
/// As there.
#[inline(always)]
pub unsafe fn drop_plain_frame(frame: *mut Frame) {
    // SAFETY: the caller gives the frame up. Dropping runs no Python code, so nobody sees the words that are left behind.
    unsafe {
        let mut p = (*frame).localsplus();
        while p < (*frame).sp {
            if *p != 0 {
                drop(Value::from_bits(*p));
            }
            p = p.add(1);
        }
        drop(Ref::<PyFunction>::from_raw((*frame).function));
        drop(Ref::<PyCode>::from_raw((*frame).code));
    }
}

#[inline(always)]
unsafe fn take(word: *mut u64) {
    // SAFETY: the word is a value or zero.
    unsafe {
        let bits = ptr::replace(word, 0);
        if bits != 0 {
            drop(Value::from_bits(bits));
        }
    }
}

impl PyFrame {
    /// The frame object of a live frame, made on first use.
    ///
    /// # Safety
    /// `frame` must be live.
    pub unsafe fn of(frame: *mut Frame) -> Ref<PyFrame> {
        // SAFETY: the caller's promise; `object` is an owned reference or zero.
        unsafe {
            if (*frame).object == 0 {
                let object = Ref::new(PyFrame {
                    frame: Cell::new(frame),
                    own: GilCell::new(None),
                    back: GilCell::new(None),
                    trace: GilCell::new(None),
                    trace_lines: Cell::new(true),
                    trace_opcodes: Cell::new(false),
                    lineno: Cell::new(0),
                    extra_locals: GilCell::new(None),
                });
                (*frame).object = object.into_value().into_bits();
            }
            Value::clone_from_bits((*frame).object).downcast_unchecked::<PyFrame>().clone()
        }
    }

    /// The frame object of a live frame, if somebody has asked for it.
    ///
    /// # Safety
    /// As for [`PyFrame::of`].
    pub unsafe fn known(frame: *mut Frame) -> Option<Ref<PyFrame>> {
        // SAFETY: the caller's promise.
        unsafe { ((*frame).object != 0).then(|| PyFrame::of(frame)) }
    }

    /// As [`PyFrame::known`], without a reference of one's own.
    ///
    /// # Safety
    /// `frame` must be live, and the borrow must not outlast the call: until that ends the frame keeps its object.
    pub unsafe fn known_ref<'a>(frame: *mut Frame) -> Option<&'a Ref<PyFrame>> {
        // SAFETY: the caller's promise; the word is that of an owned reference or zero.
        unsafe { ((*frame).object != 0).then(|| &*(&raw const (*frame).object as *const Ref<PyFrame>)) }
    }

    /// Moves a finished call's record out of memory that goes away, because the frame object lives on.
    ///
    /// # Safety
    /// The call has ended; `frame` is its record, whose contents move.
    pub unsafe fn take_over(&self, frame: *mut Frame) {
        // SAFETY: the record's words are copied whole; the old memory is not used again.
        unsafe {
            let words = (*frame).sp.offset_from(frame as *mut u64) as usize;
            let own = Record::copied(frame, words, words);
            let copy = own.frame();
            (*copy).sp = (copy as *mut u64).add(words);
            (*copy).owner = Owner::FrameObject;
            // The object holds the record, not the other way round.
            (*copy).object = 0;
            let previous = (*frame).previous;
            (*copy).previous = ptr::null_mut();
            if !previous.is_null() {
                self.back.set(Some(PyFrame::of(previous)));
            }
            self.frame.set(copy);
            self.own.set(Some(own));
        }
    }

    /// The activation record.
    pub fn record(&self) -> &Frame {
        // SAFETY: the record lives in the running call, in the generator, or in `own`.
        unsafe { &*self.frame.get() }
    }

    pub fn code(&self) -> &Ref<PyCode> {
        self.record().code_ref()
    }

    /// The current line.
    pub fn line(&self) -> i32 {
        self.line_or_none().unwrap_or(0)
    }

    /// The current line; `None` where the instruction belongs to none.
    pub fn line_or_none(&self) -> Option<i32> {
        match self.lineno.get() {
            0 => {
                let record = self.record();
                record.code().line_of(record.instruction_index())
            }
            line => Some(line),
        }
    }
}

/// The values of a function's variables by name, as `locals()` gives them.
///
/// # Safety
/// `frame` must be live.
pub unsafe fn snapshot_locals(frame: *mut Frame) -> crate::DictRef {
    use crate::types::cell::PyCell;
    let dict = crate::PyDict::new_ref();
    // SAFETY: the locals are values or zero.
    unsafe {
        let code = (*frame).code();
        for (index, name) in code.locals.iter().enumerate() {
            let kind = code.object.localspluskinds[index];
            let bits = *(*frame).localsplus().add(index);
            if bits == 0 {
                continue;
            }
            let value = Value::clone_from_bits(bits);
            let value = match value.downcast_exact::<PyCell>() {
                Some(cell) if kind.is_cell() || kind.is_free() => cell.contents.get(),
                _ => Some(value),
            };
            if let Some(value) = value {
                dict.insert_interned(name, value);
            }
        }
        if (*frame).object != 0
            && let Some(extra) = PyFrame::of(frame).extra_locals.get()
        {
            for (name, value) in extra.entries() {
                // The names are hashed already.
                let _ = dict.set(name, value);
            }
        }
    }
    dict
}
