//! `_ast`: the classes of syntax-tree nodes, and the way between their instances and the parser's trees.

mod classes;
mod from_python;
mod node;
mod to_python;
mod validate;

pub use classes::{Classes, NodeClass};
pub use from_python::{Reader, is_node};
pub use to_python::{Converter, Optimization};
pub use validate::validate;

pub use module::MODULE;

#[minipy_macros::pymodule(name = "_ast")]
mod module {
    use super::classes::Classes;
    use super::node::PyAst;
    use crate::compile;
    use minipy_vm::heap::Payload;
    use minipy_vm::{PyModule, PyResult, Ref};

    #[init]
    fn init(module: &Ref<PyModule>) -> PyResult<()> {
        let namespace = module.namespace();
        namespace.insert("AST", PyAst::class());
        let flags = [
            ("PyCF_ALLOW_TOP_LEVEL_AWAIT", compile::PYCF_ALLOW_TOP_LEVEL_AWAIT),
            ("PyCF_ONLY_AST", compile::PYCF_ONLY_AST),
            ("PyCF_TYPE_COMMENTS", compile::PYCF_TYPE_COMMENTS),
            ("PyCF_OPTIMIZED_AST", compile::PYCF_OPTIMIZED_AST),
        ];
        for (name, flag) in flags {
            namespace.insert(name, i64::from(flag));
        }
        for (name, class) in Classes::get()?.iter() {
            namespace.insert(name, class);
        }
        Ok(())
    }
}
