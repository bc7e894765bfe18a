//! What of a code object is needed only when it runs or is looked into. Code of the embedded library has it made then.

use super::image::Place;
use super::interned;
use crate::cell::GilCell;
use crate::heap::Ref;
use crate::types::bytes::{self, PyBytes};
use crate::types::str::{PyStr, StrRef};
use crate::types::tuple::TupleRef;
use minipy_bytecode::verifier::{VerifyError, View};
use minipy_bytecode::{CodeObject, LocalKind, location};
use std::ops::Deref;
use std::sync::Arc;

/// A table of a code object.
#[derive(Clone)]
pub enum Data {
    /// A part of the program's image.
    Image(&'static [u8]),
    /// What the compiler has made.
    Compiled(Arc<[u8]>),
    /// The contents of a `bytes`.
    Bytes(Ref<PyBytes>),
}

impl Deref for Data {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Data::Image(data) => data,
            Data::Compiled(data) => data,
            Data::Bytes(object) => object.as_bytes(),
        }
    }
}

impl Data {
    /// A `bytes` of the same contents: the one that it is, if it is one.
    pub fn object(&self) -> Ref<PyBytes> {
        match self {
            Data::Bytes(bytes) => bytes.clone(),
            _ => bytes::from_slice(self),
        }
    }
}

impl From<Arc<[u8]>> for Data {
    fn from(bytes: Arc<[u8]>) -> Data {
        Data::Compiled(bytes)
    }
}

/// The fields of a code object that hold no objects, as CPython has them.
#[derive(Clone)]
pub struct Canonical {
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub stacksize: u32,
    pub flags: u32,
    pub firstlineno: i32,
    pub code: Data,
    pub localspluskinds: Box<[LocalKind]>,
    pub linetable: Data,
    pub exceptiontable: Data,
}

impl Canonical {
    pub fn of(code: &CodeObject) -> Canonical {
        Canonical {
            argcount: code.argcount,
            posonlyargcount: code.posonlyargcount,
            kwonlyargcount: code.kwonlyargcount,
            stacksize: code.stacksize,
            flags: code.flags,
            firstlineno: code.firstlineno,
            code: code.code.clone().into(),
            localspluskinds: code.localspluskinds.iter().copied().collect(),
            linetable: code.linetable.clone().into(),
            exceptiontable: code.exceptiontable.clone().into(),
        }
    }

    /// `co_nlocals`.
    pub fn nlocals(&self) -> usize {
        self.localspluskinds.iter().filter(|kind| kind.is_local()).count()
    }
}

/// The parts of a code object.
pub struct Body {
    /// The canonical fields, never changed.
    pub object: Canonical,
    pub consts: TupleRef,
    /// `co_names`, interned.
    pub names: Box<[StrRef]>,
    /// Names of the fast locals, interned.
    pub locals: Box<[StrRef]>,
}

/// All that a code object is made of.
pub struct Parts {
    pub object: Canonical,
    pub consts: TupleRef,
    /// Interned, as the names that follow.
    pub names: Box<[StrRef]>,
    pub locals: Box<[StrRef]>,
    /// `co_name`, `co_qualname` and `co_filename`.
    pub strings: [StrRef; 3],
}

impl Parts {
    /// The parts of `code`, but for its constants.
    pub(super) fn of(code: &CodeObject, consts: TupleRef) -> Parts {
        Parts {
            object: Canonical::of(code),
            consts,
            names: code.names.iter().map(|name| interned(name)).collect(),
            locals: code.localsplusnames.iter().map(|name| interned(name)).collect(),
            strings: [&code.name, &code.qualname, &code.filename].map(|text| interned(text)),
        }
    }

    fn view(&self) -> View<'_> {
        View {
            argcount: self.object.argcount,
            posonlyargcount: self.object.posonlyargcount,
            kwonlyargcount: self.object.kwonlyargcount,
            stacksize: self.object.stacksize,
            flags: self.object.flags,
            code: &self.object.code,
            exceptiontable: &self.object.exceptiontable,
            localspluskinds: &self.object.localspluskinds,
            locals: self.locals.len(),
            names: self.names.len(),
            consts: self.consts.len(),
            is_str: &|_| false,
        }
    }

    /// Whether a frame can be laid out for the code.
    pub(super) fn check_counts(&self) -> Result<(), VerifyError> {
        self.view().check_counts()
    }

    /// Whether the code can run. Code objects among the constants are not looked at.
    pub(super) fn verify(&self) -> Result<(), VerifyError> {
        let is_str = |index: usize| {
            self.consts.get(index).is_some_and(|constant| constant.downcast_exact::<PyStr>().is_some())
        };
        View { is_str: &is_str, ..self.view() }.verify()
    }
}

/// Whether new code objects forget the columns of their instructions.
static WITHOUT_COLUMNS: GilCell<bool> = GilCell::new(false);

/// Makes new code objects forget the columns of their instructions (`-X no_debug_ranges`).
pub fn forget_columns() {
    WITHOUT_COLUMNS.set(true);
}

/// Whether new code objects keep the columns of their instructions.
pub fn keeps_columns() -> bool {
    !WITHOUT_COLUMNS.get()
}

impl Body {
    pub fn new(
        mut object: Canonical,
        consts: TupleRef,
        names: Box<[StrRef]>,
        locals: Box<[StrRef]>,
    ) -> Box<Body> {
        if !keeps_columns() {
            let plain = location::without_columns(&object.linetable, object.firstlineno);
            object.linetable = Data::Compiled(plain.into());
        }
        Box::new(Body { object, consts, names, locals })
    }

    /// The names of the fast locals that are of a kind.
    pub fn locals_that(&self, is_wanted: impl Fn(LocalKind) -> bool) -> impl Iterator<Item = &StrRef> {
        let pairs = self.locals.iter().zip(self.object.localspluskinds.iter());
        pairs.filter(move |(_, kind)| is_wanted(**kind)).map(|(name, _)| name)
    }
}

/// The body of a code object, or where to find it.
pub(super) enum Content {
    Made(Box<Body>),
    Unread(Place),
}
