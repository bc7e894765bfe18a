//! `_suggestions`.

use minipy_macros::pymodule;
use minipy_vm::{PyList, PyResult, PyStr, Ref, Value, exceptions};

#[pymodule(name = "_suggestions")]
pub mod functions {
    use super::*;

    /// Returns the candidate in candidates that's closest to item
    #[pyfunction("(candidates, item, /)")]
    fn _generate_suggestions(candidates: &Value, item: &Ref<PyStr>) -> PyResult<Option<String>> {
        let Some(list) = candidates.downcast_exact::<PyList>() else {
            return Err(exceptions::type_error("candidates must be a list"));
        };
        let mut names = Vec::new();
        for candidate in list.to_vec() {
            match candidate.downcast::<PyStr>() {
                Some(text) => names.push(text.to_string_lossy()),
                None => return Err(exceptions::type_error("all elements in 'candidates' must be strings")),
            }
        }
        Ok(exceptions::suggest(names.into_iter(), &item.to_string_lossy()))
    }
}
