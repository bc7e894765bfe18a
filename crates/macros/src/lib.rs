//! Attribute macros that turn Rust functions and types into Python ones.
//!
//! The generated code consists of static tables and one small shim per function; everything it
//! refers to is in `minipy_vm::macros_support`.

mod attrs;
mod call;
mod class;
mod methods;
mod module;
mod sig;
mod slots;

use proc_macro::TokenStream;

/// Makes a struct the payload of a Python class.
///
/// `#[pyclass(name = "list", module = "builtins", base = Base, sig = "(iterable=(), /)", flags…)]`
/// where the flags are `basetype`, `gc`, `dict`, `weakref`, `var`, `heap`, `immutable`, `sequence`,
/// `mapping`, `match_self`, `any_receiver`, `plain_new`, `plain_buffer` and `no_new`; `parts(A, B)` names further `#[pymethods(part = A)]` blocks.
/// `base_class = PATH` and `metaclass = PATH` name functions that give other classes than a payload's own.
/// A struct with a `base` is `repr(C)` and embeds the base's payload as its first field.
/// The doc comment is the class's `__doc__`.
#[proc_macro_attribute]
pub fn pyclass(attr: TokenStream, item: TokenStream) -> TokenStream {
    finish(class::expand(attr.into(), item.into()))
}

/// Makes functions of an `impl` block methods, attributes and slots of the class.
///
/// Inside, `#[pymethod]`, `#[pyclassmethod]` and `#[pystaticmethod]` take a signature as
/// `#[pymethod("($self, object, /)")]` or `#[pymethod(name = "…", sig = "…")]`, with `nosig` for a function that shows
/// none, `text = "…"` for a `__text_signature__` that is none, and `defining_class` for a method that CPython tells in which
/// class it was found;
/// `#[pygetset]`, `#[pygetset(setter)]` and `#[pygetset(member)]` define attributes, `#[pyattr]`
/// constants, `#[slot]` and `#[slot(name, sig = "…")]` the type's slots.
#[proc_macro_attribute]
pub fn pymethods(attr: TokenStream, item: TokenStream) -> TokenStream {
    finish(methods::expand(attr.into(), item.into()))
}

/// Makes a Rust module the definition of a Python module, as a static `MODULE` inside it.
///
/// `#[pymodule(name = "math", classes(A, B), parts(other::MODULE))]`. Inside, `#[pyfunction]` takes
/// a signature like `#[pymethod]` does, and `nameless` if messages about its arguments do not say its name; `#[pyattr]` marks
/// constants and functions that compute one, `#[init]` the function that completes the module.
#[proc_macro_attribute]
pub fn pymodule(attr: TokenStream, item: TokenStream) -> TokenStream {
    finish(module::expand(attr.into(), item.into()))
}

fn finish(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result.unwrap_or_else(syn::Error::into_compile_error).into()
}
