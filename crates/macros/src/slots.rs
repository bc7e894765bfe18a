//! The function types of the slots.

use proc_macro2::TokenStream;
use quote::quote;

/// The function type of a slot.
pub struct SlotType {
    /// Types of the parameters after the receiver.
    pub params: Vec<TokenStream>,
    /// What the slot returns, inside of `PyResult`.
    pub result: TokenStream,
    /// Whether any IntoPy result is accepted.
    pub value: bool,
    /// Whether the receiver may be the second operand.
    pub reflected: bool,
    /// Whether the receiver is a type.
    pub class: bool,
}

/// The type of the slot called `name`.
pub fn slot_type(name: &str) -> Option<SlotType> {
    let value = || quote!(&__s::Value);
    let option_ref = || quote!(::core::option::Option<&__s::Value>);
    let option = || quote!(::core::option::Option<__s::Value>);
    let args = || quote!(__s::Args<'_>);
    let py = || quote!(__s::Value);
    let (params, result) = match name {
        "repr" | "str" | "iter" | "neg" | "pos" | "abs" | "invert" | "int" | "float" | "index"
        | "am_await" | "aiter" | "anext" => (vec![], py()),
        "hash" => (vec![], quote!(i64)),
        "call" | "new" => (vec![args()], py()),
        "init" => (vec![args()], quote!(())),
        "richcompare" => (vec![value(), quote!(::minipy_vm::CmpOp)], py()),
        "getattro" => (vec![quote!(&::minipy_vm::StrRef)], option()),
        "setattro" => (vec![quote!(&::minipy_vm::StrRef), option()], quote!(())),
        "iternext" => (vec![], option()),
        "descr_get" => (vec![option_ref(), option_ref()], py()),
        "descr_set" | "ass_subscript" => (vec![value(), option()], quote!(())),
        "del" => (vec![], quote!(())),
        "bool" => (vec![], quote!(bool)),
        "len" => (vec![], quote!(usize)),
        "sq_concat" | "sq_inplace_concat" | "subscript" => (vec![value()], py()),
        "sq_repeat" | "sq_inplace_repeat" | "sq_item" => (vec![quote!(isize)], py()),
        "sq_ass_item" => (vec![quote!(isize), option()], quote!(())),
        "contains" => (vec![value()], quote!(bool)),
        "buffer" => (vec![quote!(u32)], quote!(::minipy_vm::Buffer)),
        "pow" | "ipow" => (vec![value(), value()], py()),
        _ if is_binary(name) || name.strip_prefix('i').is_some_and(is_inplace) => (vec![value()], py()),
        _ => return None,
    };
    let value = result.to_string() == py().to_string();
    Some(SlotType {
        params,
        result,
        value,
        reflected: is_binary(name) || name == "pow",
        class: name == "new",
    })
}

fn is_inplace(name: &str) -> bool {
    is_binary(name) && name != "divmod"
}

fn is_binary(name: &str) -> bool {
    matches!(
        name,
        "add"
            | "sub"
            | "mul"
            | "matmul"
            | "truediv"
            | "floordiv"
            | "modulo"
            | "divmod"
            | "lshift"
            | "rshift"
            | "and"
            | "or"
            | "xor"
    )
}
