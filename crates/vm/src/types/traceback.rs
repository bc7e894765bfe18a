//! `traceback`.

use crate::cell::GilCell;
use crate::frame::PyFrame;
use crate::heap::{Ref, Traverse, Visitor};
use minipy_macros::pyclass;
use std::cell::Cell;

/// Create a new traceback object.
#[pyclass(name = "traceback", sig = "(tb_next, tb_frame, tb_lasti, tb_lineno)", gc)]
pub struct PyTraceback {
    pub next: GilCell<Option<Ref<PyTraceback>>>,
    pub frame: Ref<PyFrame>,
    /// Byte offset of the instruction.
    pub lasti: i32,
    /// -1 until somebody asks.
    pub lineno: Cell<i32>,
}

impl Traverse for PyTraceback {
    fn traverse(&self, visit: &mut Visitor<'_>) {
        self.next.traverse(visit);
        self.frame.traverse(visit);
    }

    fn clear(&self) {
        self.next.set(None);
    }
}
