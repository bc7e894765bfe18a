//! The object protocol: what Python's operators and builtins do with any object. All of it may run Python code.

mod attr;
mod call;
mod compare;
mod iter;
mod number;
mod object;
mod printing;
mod sequence;

pub use crate::buffer::get_buffer;
pub use crate::frame::builtins::builtin;
pub use attr::{
    attribute_error, attribute_name, delattr, generic_getattr, generic_setattr, getattr, getattr_str,
    lookup_attr, lookup_method, lookup_special, missing_attribute, setattr,
};
pub use call::{Callee, call, call_args, call_kwargs, call_method, call_special, call0, call1, call2};
pub use compare::{CmpOp, compare_bool, eq, hash, hash_not_implemented, rich_compare, unhashable_key};
pub use iter::{
    collect, exact_items, for_each, iter, iternext_of, length_hint, next, reduce_iterator, state_index,
    stop_as_none, to_tuple,
};
pub use number::{
    BinaryOp, UnaryOp, as_index, binary, index_clipped, index_to_i64, index_to_isize, inplace, is_int, pow,
    to_f64, to_int, unary, unary_positive,
};
pub use object::{
    ascii, default_repr, dir, format, instance_of, is_callable, isinstance, issubclass, merge_names,
    object_state, repr, str, subclass_of, truth, type_check,
};
pub use printing::{ReprGuard, enter_repr};
pub use sequence::{contains, contains_by_iteration, delitem, getitem, len, setitem};
