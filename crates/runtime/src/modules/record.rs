//! Struct sequence classes of native modules, each made on first use.

use minipy_vm::cell::GilCell;
use minipy_vm::types::structseq::{self, StructSeqDef};
use minipy_vm::{TypeRef, Value};

/// A struct sequence class.
pub struct Record {
    def: StructSeqDef,
    class: GilCell<Option<TypeRef>>,
}

impl Record {
    pub const fn new(def: StructSeqDef) -> Record {
        Record { def, class: GilCell::new(None) }
    }

    /// The name of the class.
    pub fn name(&self) -> &'static str {
        self.def.name
    }

    /// The names of the fields, each with its documentation.
    pub fn fields(&self) -> &'static [(&'static str, &'static str)] {
        self.def.fields
    }

    /// The class.
    pub fn class(&'static self) -> TypeRef {
        if let Some(class) = self.class.get() {
            return class;
        }
        let class = structseq::new_class(&self.def);
        self.class.set(Some(class.clone()));
        class
    }

    /// An instance with these values, one per field.
    pub fn make(&'static self, values: Vec<Value>) -> Value {
        structseq::new_instance(&self.class(), self.def.visible, values)
    }
}
